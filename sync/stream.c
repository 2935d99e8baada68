/* The hub's stream of events; see stream.h. */
#include "sync/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "sync/events.h"
#include "sync/http_curl.h"

#define WAIT_FDS_MAX 8
#define PATH "/api/v1/sync/stream"
#define ALIVE_S 60L /* between probes of a connection on which nothing comes */

struct sync_stream {
	CURLM *multi;
	CURL *curl;
	struct curl_slist *fields;
	struct events events;
	enum sync_stream_state state;
	struct err why;
	long status;
	int64_t retry_after_s, heard_us;
	size_t head_bytes;
	bool is_events; /* its content type says so */
};

static size_t on_head(char *bytes, size_t size, size_t n, void *data)
{
	struct sync_stream *stream = data;
	struct str line = str_trim((struct str){bytes, size * n}), value;

	stream->heard_us = clock_monotonic_us();
	stream->head_bytes += size * n;
	if (stream->head_bytes > HTTP_HEAD_MAX)
		return 0;
	if (http_field(line, "content-type", &value))
		stream->is_events = str_starts(value, "text/event-stream");
	else if (http_field(line, "retry-after", &value))
		stream->retry_after_s = http_retry_after_s(value, STR(""));
	else if (line.n == 0) { /* its end */
		(void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &stream->status);
		if (stream->status == 200 && stream->is_events)
			stream->state = STREAM_OPEN;
		else if (stream->status >= 200)
			return 0;
	}
	return size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct sync_stream *stream = data;

	stream->heard_us = clock_monotonic_us();
	if (!events_add(&stream->events, (struct str){bytes, size * n}))
		return 0;
	return size * n;
}

static void set_options(struct sync_stream *stream, const char *url)
{
	CURL *curl = stream->curl;

	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, stream->fields);
	(void)curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, ALIVE_S);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, stream);
}

static void perform(struct sync_stream *stream);

int sync_stream_open(struct sync_stream **out, const char *url, const char *token, struct err *err)
{
	const struct sync_question question = {.token = token, .accept = "text/event-stream"};
	struct sync_stream *stream;
	struct http_place place;
	char whole[sizeof place.url + sizeof PATH];

	if (http_place_parse(&place, url, err) != 0)
		return -1;
	stream = xcalloc(1, sizeof *stream);
	stream->retry_after_s = -1;
	stream->heard_us = clock_monotonic_us();
	events_init(&stream->events);
	stream->curl = http_curl_new(&place);
	stream->multi = curl_multi_init();
	stream->fields = http_curl_fields(&question);
	if (stream->curl == NULL || stream->multi == NULL || stream->fields == NULL) {
		sync_stream_close(stream);
		return err_set(err, ERR_MEMORY, "no memory for HTTP");
	}
	(void)snprintf(whole, sizeof whole, "%s" PATH, place.url);
	set_options(stream, whole);
	(void)curl_multi_add_handle(stream->multi, stream->curl);
	perform(stream);
	*out = stream;
	return 0;
}

void sync_stream_close(struct sync_stream *stream)
{
	if (stream == NULL)
		return;
	if (stream->multi != NULL && stream->curl != NULL)
		(void)curl_multi_remove_handle(stream->multi, stream->curl);
	curl_easy_cleanup(stream->curl);
	(void)curl_multi_cleanup(stream->multi);
	curl_slist_free_all(stream->fields);
	events_fini(&stream->events);
	free(stream);
}

static void end(struct sync_stream *stream, CURLcode code)
{
	if (stream->status != 0 && stream->status != 200)
		(void)err_set(&stream->why, ERR_BUSY, "the hub says %ld", stream->status);
	else if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
		(void)err_set(&stream->why, ERR_BUSY, "the hub has ended the stream");
	else
		(void)http_curl_explain(code, "hub", &stream->why);
	stream->state = STREAM_ENDED;
}

/* When it is given up; nothing but time can tell a dead connection from a quiet one. */
static int64_t patience_us(const struct sync_stream *stream)
{
	int64_t seconds = stream->state == STREAM_OPEN ? STREAM_SILENT_S : STREAM_OPEN_S;

	return stream->heard_us + seconds * 1000000 - clock_monotonic_us();
}

static void perform(struct sync_stream *stream)
{
	const CURLMsg *message;
	int running = 0, left;

	if (stream->state == STREAM_ENDED)
		return;
	if (curl_multi_perform(stream->multi, &running) != CURLM_OK)
		end(stream, CURLE_FAILED_INIT);
	while ((message = curl_multi_info_read(stream->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			end(stream, message->data.result);
	if (stream->state != STREAM_ENDED && patience_us(stream) <= 0)
		end(stream, CURLE_OPERATION_TIMEDOUT);
}

static int clamp_ms(int64_t ms)
{
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

void sync_stream_wait(
	struct sync_stream *stream, struct pollfd *fds, unsigned n, int64_t timeout_ms)
{
	struct curl_waitfd waits[WAIT_FDS_MAX];
	int64_t patience_ms;
	unsigned i;

	if (stream == NULL || stream->state == STREAM_ENDED || n > WAIT_FDS_MAX) {
		(void)poll(fds, n, timeout_ms < 0 ? -1 : clamp_ms(timeout_ms));
		return;
	}
	patience_ms = patience_us(stream) / 1000 + 1;
	if (timeout_ms < 0 || timeout_ms > patience_ms)
		timeout_ms = patience_ms > 0 ? patience_ms : 0;
	for (i = 0; i < n; i++)
		waits[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = CURL_WAIT_POLLIN};
	(void)curl_multi_poll(stream->multi, waits, n, clamp_ms(timeout_ms), NULL);
	for (i = 0; i < n; i++)
		fds[i].revents = waits[i].revents != 0 ? POLLIN : 0;
	perform(stream);
}

void sync_stream_look(struct sync_stream *stream, struct sync_stream_news *news)
{
	int64_t seq;

	*news = (struct sync_stream_news){.state = stream->state,
		.status = stream->status,
		.retry_after_s = stream->retry_after_s,
		.why = stream->why};
	news->changed = events_take(&stream->events, &seq, &news->spread_ms);
	if (news->spread_ms < 0)
		news->spread_ms = 0;
}
