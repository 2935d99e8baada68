/* sync/stream and sync/events: what a hub says by itself, in any pieces, well and badly. */
#include "core/clock.h"
#include "core/json.h"
#include "sync/events.h"
#include "sync/stream.h"
#include "tests/stand_in.h"

#define PATIENCE_US (60 * INT64_C(1000000))
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define CHANGED "event: changed\ndata: {\"seq\":7,\"spread_ms\":240}\n\n"

/* ── events ────────────────────────────────────────────────────────────── */

struct heard {
	bool news;
	int64_t seq, spread_ms;
};

/* All of it in pieces of so many bytes. */
static struct heard hear(const char *text, size_t piece)
{
	struct heard heard = {.seq = -2, .spread_ms = -2};
	struct events events;
	size_t n = strlen(text), at, some;

	events_init(&events);
	for (at = 0; at < n; at += some) {
		some = n - at < piece ? n - at : piece;
		CHECK(events_add(&events, (struct str){text + at, some}));
	}
	heard.news = events_take(&events, &heard.seq, &heard.spread_ms);
	events_fini(&events);
	return heard;
}

static void an_event_is_heard_in_pieces_of_any_size(void)
{
	static const char *const texts[] = {CHANGED, ":\n\n" CHANGED ":\n\n",
		"event:changed\r\ndata:{\"seq\":7,\"spread_ms\":240}\r\n\r\n",
		"event: changed\rdata: {\"seq\":7,\"spread_ms\":240}\r\r",
		"id: 1\nretry: 5\nevent: changed\nfoo: bar\ndata: "
		"{\"seq\":7,\"spread_ms\":240}\n\n"};
	struct heard heard;
	size_t i, piece;

	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		for (piece = 1; piece < 100; piece++) {
			heard = hear(texts[i], piece);
			CHECK(heard.news && heard.seq == 7 && heard.spread_ms == 240);
		}
}

static void what_is_no_event_of_a_hub_is_not_heard(void)
{
	static const char *const texts[] = {"", ":\n\n", "event: changed\ndata: {}\n",
		"event: other\ndata: {}\n\n", "data: {\"seq\":7}\n\n", "event: Changed\n\n",
		"event: changed\nevent: other\n\n"};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(!hear(texts[i], 3).news);
}

static void an_event_without_sense_is_news_and_no_more(void)
{
	static const char *const texts[] = {"event: changed\n\n", "event: changed\ndata: {\n\n",
		"event: changed\ndata: {\"seq\":-7,\"spread_ms\":\"x\"}\n\n",
		"event: changed\ndata: [1]\n\n"};
	struct heard heard;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		heard = hear(texts[i], 3);
		CHECK(heard.news && heard.seq == -1 && heard.spread_ms == -1);
	}
}

static void a_line_without_end_ends_it(void)
{
	struct events events;
	bool read = true;
	int i;

	events_init(&events);
	for (i = 0; i < 1000 && read; i++)
		read = events_add(&events, STR("endless "));
	CHECK(!read && events.line.len <= EVENTS_LINE_MAX);
	events_fini(&events);
}

/* ── the stream ────────────────────────────────────────────────────────── */

static struct stand_in hub;
static struct sync_stream *stream;
static struct sync_stream_news news;
static const char *said;
static enum stand_in_end how;

static void answer(struct stand_in *of, const char *request, struct stand_in_answer *out)
{
	(void)of;
	CHECK(strstr(request, "GET /api/v1/sync/stream HTTP/1.1\r\n") == request);
	CHECK(strstr(request, "\r\nAuthorization: Bearer secret\r\n") != NULL);
	CHECK(strstr(request, "\r\nAccept: text/event-stream\r\n") != NULL);
	CHECK(buf_add_str(&out->bytes, said) == 0);
	out->end = how;
	out->in_pieces = true;
}

static void open_to(const char *text, enum stand_in_end end)
{
	struct err err;

	stand_in_settle(&hub);
	said = text;
	how = end;
	stand_in_settle(&hub);
	CHECK(sync_stream_open(&stream, hub.url, "secret", &err) == 0);
}

/* Wait for a change, or for a state. */
static void wait_for(bool changed, enum sync_stream_state state)
{
	int64_t until_us = clock_monotonic_us() + PATIENCE_US;

	do {
		CHECK(clock_monotonic_us() < until_us);
		sync_stream_wait(stream, NULL, 0, 1000);
		sync_stream_look(stream, &news);
	} while (changed ? !news.changed : news.state != state);
}

static void it_opens_tells_and_ends(void)
{
	open_to(HEAD CHANGED, STAND_IN_KEEP);
	wait_for(true, STREAM_OPEN);
	CHECK(news.state == STREAM_OPEN && news.spread_ms == 240);
	sync_stream_look(stream, &news);
	CHECK(!news.changed && news.state == STREAM_OPEN);
	sync_stream_close(stream);
	open_to(HEAD CHANGED, STAND_IN_CLOSE);
	wait_for(false, STREAM_ENDED);
	CHECK(news.why.text[0] != '\0');
	sync_stream_wait(stream, NULL, 0, 1); /* nothing happens any more */
	sync_stream_close(stream);
}

static void who_else_is_waited_for_is_heard_beside_it(void)
{
	struct pollfd fd = {.events = POLLIN};
	int ends[2];

	CHECK(pipe(ends) == 0);
	fd.fd = ends[0];
	open_to(HEAD, STAND_IN_KEEP);
	wait_for(false, STREAM_OPEN);
	sync_stream_wait(stream, &fd, 1, 0);
	CHECK(fd.revents == 0);
	CHECK(write(ends[1], "x", 1) == 1);
	while (fd.revents == 0)
		sync_stream_wait(stream, &fd, 1, -1);
	sync_stream_close(stream);
	sync_stream_wait(NULL, &fd, 1, -1); /* without a stream, too */
	CHECK(fd.revents == POLLIN);
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void what_is_no_stream_ends_at_once(void)
{
	static const struct {
		const char *said;
		long status;
		int64_t retry_after_s;
	} all[] = {{"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 401, -1},
		{"HTTP/1.1 503 Later\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", 503, 60},
		{"HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\n\r\n", 302, -1},
		{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" CHANGED, 200, -1},
		{"HTTP/1.1 200 OK\r\n\r\n" CHANGED, 200, -1}, {"nonsense\r\n\r\n", 0, -1},
		{"", 0, -1}};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++) {
		open_to(all[i].said, STAND_IN_CLOSE);
		wait_for(false, STREAM_ENDED);
		CHECK(!news.changed && news.status == all[i].status);
		CHECK(news.retry_after_s == all[i].retry_after_s && news.why.text[0] != '\0');
		sync_stream_close(stream);
	}
}

static void cut_at_any_byte_it_only_ends(void)
{
	static const char whole[] = HEAD CHANGED;
	static char part[sizeof whole];
	size_t n;

	for (n = 0; n < sizeof whole - 1; n++) {
		stand_in_settle(&hub);
		(void)memcpy(part, whole, n);
		part[n] = '\0';
		open_to(part, n % 3 == 0 ? STAND_IN_RESET : STAND_IN_CLOSE);
		wait_for(false, STREAM_ENDED);
		sync_stream_close(stream);
	}
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	RUN(an_event_is_heard_in_pieces_of_any_size);
	RUN(what_is_no_event_of_a_hub_is_not_heard);
	RUN(an_event_without_sense_is_news_and_no_more);
	RUN(a_line_without_end_ends_it);
	stand_in_start(&hub, answer, NULL);
	RUN(it_opens_tells_and_ends);
	RUN(who_else_is_waited_for_is_heard_beside_it);
	RUN(what_is_no_stream_ends_at_once);
	RUN(cut_at_any_byte_it_only_ends);
	stand_in_stop(&hub);
	return 0;
}
