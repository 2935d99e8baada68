/* HTTP to a hub, by libcurl; see http.h. */
#include "sync/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "sync/http_curl.h"

#define FIELD_MAX 64 /* of a date in a header */

struct sync_http {
	CURL *curl;
	struct http_place place;
	const atomic_bool *stop;
	const char *who; /* in errors */
	int64_t until_us;
	/* Of the question on its way. */
	struct sync_answer *answer;
	size_t head_bytes;
	int64_t begun_us;
	bool too_large, heard;
	char retry_after[FIELD_MAX], date[FIELD_MAX];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_library(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* http only to this very machine: nobody listens in there who could not anyway. */
int http_place_parse(struct http_place *place, const char *url, struct err *err)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	bool secure, fits;

	fits = parts != NULL && strlen(url) < sizeof place->url &&
	       curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	       curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	       curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	       curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
	secure = fits && strcmp(scheme, "https") == 0;
	place->local = fits && (strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 ||
				       strcmp(host, "localhost") == 0);
	fits = fits && (secure || strcmp(scheme, "http") == 0);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(parts);
	if (!fits)
		return err_set(err, ERR_INVALID,
			"this is no address of a hub; it looks like "
			"https://hub.example.org");
	if (!secure && !place->local)
		return err_set(err, ERR_REFUSED,
			"a hub is asked over https only: http can be read "
			"and changed by everybody on the way");
	(void)snprintf(place->url, sizeof place->url, "%s", url);
	while (place->url[0] != '\0' && place->url[strlen(place->url) - 1] == '/')
		place->url[strlen(place->url) - 1] = '\0';
	return 0;
}

bool http_field(struct str line, const char *name, struct str *value)
{
	struct str rest, head = str_cut(line, ':', &rest);

	if (head.n != strlen(name) || strncasecmp(head.p, name, head.n) != 0)
		return false;
	*value = str_trim(rest);
	return true;
}

static time_t date_of(struct str text)
{
	char copy[FIELD_MAX];

	if (text.n == 0 || text.n >= sizeof copy)
		return -1;
	(void)memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return curl_getdate(copy, NULL);
}

static bool is_number(struct str text)
{
	size_t i;

	for (i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		;
	return text.n > 0 && i == text.n;
}

int64_t http_retry_after_s(struct str value, struct str date)
{
	time_t then, now;
	int64_t seconds;

	if (is_number(value))
		return str_to_int(value, 0, INT32_MAX, &seconds) ? seconds : INT32_MAX;
	/* A date begins with its day; curl_getdate() sees one in nearly everything. */
	if (value.n < 24 || (value.p[0] | 0x20) < 'a' || (value.p[0] | 0x20) > 'z')
		return -1;
	then = date_of(value);
	now = date_of(date);
	if (then == -1)
		return -1;
	seconds = (int64_t)then - (now != -1 ? (int64_t)now : clock_now_ms() / 1000);
	return seconds < 0 ? 0 : seconds < INT32_MAX ? seconds : INT32_MAX;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct sync_http *http = data;

	http->heard = true;
	if (buf_add(&http->answer->body, bytes, size * n) != 0) {
		http->too_large = true;
		return 0;
	}
	return size * n;
}

static void keep(char out[FIELD_MAX], struct str value)
{
	(void)snprintf(out, FIELD_MAX, "%.*s", value.n < FIELD_MAX ? (int)value.n : 0, value.p);
}

static size_t on_head(char *bytes, size_t size, size_t n, void *data)
{
	struct sync_http *http = data;
	struct sync_answer *answer = http->answer;
	struct str line = str_trim((struct str){bytes, size * n}), value;

	http->heard = true;
	http->head_bytes += size * n;
	if (http->head_bytes > HTTP_HEAD_MAX) {
		http->too_large = true;
		return 0;
	}
	if (http_field(line, "etag", &value) && value.n < sizeof answer->etag)
		(void)snprintf(answer->etag, sizeof answer->etag, "%.*s", (int)value.n, value.p);
	else if (http_field(line, "content-type", &value) && value.n < sizeof answer->type)
		(void)snprintf(answer->type, sizeof answer->type, "%.*s", (int)value.n, value.p);
	else if (http_field(line, "content-length", &value))
		(void)str_to_int(value, 0, INT64_MAX, &answer->length);
	else if (http_field(line, "retry-after", &value))
		keep(http->retry_after, value);
	else if (http_field(line, "date", &value))
		keep(http->date, value);
	else if (http_field(line, "promptd-poll-after", &value))
		(void)str_to_int(value, 0, INT32_MAX, &answer->poll_after_s);
	return size * n;
}

static int on_progress(
	void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const struct sync_http *http = data;
	int64_t waited_us = clock_monotonic_us() - http->begun_us;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	if (http->stop != NULL && atomic_load(http->stop))
		return 1;
	if (http->until_us > 0 && clock_monotonic_us() >= http->until_us)
		return 1;
	return !http->heard && waited_us > (HTTP_CONNECT_S + HTTP_FIRST_BYTE_S) * 1000000LL;
}

CURL *http_curl_new(const struct http_place *place)
{
	CURL *curl;

	(void)pthread_once(&once, init_library);
	curl = curl_easy_init();
	if (curl == NULL)
		return NULL;
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, HTTP_CONNECT_S);
	/* A name server that does not answer is not waited for at the end. */
	(void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "promptd/" PROMPTD_VERSION);
	if (place->local)
		(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	return curl;
}

static void set_options(struct sync_http *http)
{
	CURL *curl = http->curl;

	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, HTTP_TOTAL_S);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, HTTP_SLOW_BYTES_S);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, HTTP_SLOW_S);
	(void)curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, http);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

int sync_http_new(struct sync_http **out, const char *url, const atomic_bool *stop, struct err *err)
{
	struct sync_http *http = xcalloc(1, sizeof *http);

	http->stop = stop;
	http->who = "hub";
	if (http_place_parse(&http->place, url, err) != 0) {
		free(http);
		return -1;
	}
	http->curl = http_curl_new(&http->place);
	if (http->curl == NULL) {
		free(http);
		return err_set(err, ERR_MEMORY, "no memory for HTTP");
	}
	set_options(http);
	*out = http;
	return 0;
}

void sync_http_free(struct sync_http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	free(http);
}

void sync_http_name(struct sync_http *http, const char *who)
{
	http->who = who;
}

void sync_http_until(struct sync_http *http, int64_t until_us)
{
	http->until_us = until_us;
}

void sync_http_proxy(const struct sync_http *http, struct buf *out)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	const char *proxy = NULL;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names && proxy == NULL && !http->place.local; i++)
		proxy = getenv(names[i]);
	if (proxy == NULL)
		return;
	/* Without the name and password that may stand in it. */
	if (strrchr(proxy, '@') != NULL)
		proxy = strrchr(proxy, '@') + 1;
	(void)buf_add_str(out, proxy);
}

void sync_answer_init(struct sync_answer *answer, size_t body_max)
{
	*answer = (struct sync_answer){
		.body = BUF_INIT(body_max), .retry_after_s = -1, .poll_after_s = -1, .length = -1};
}

void sync_answer_fini(struct sync_answer *answer)
{
	buf_fini(&answer->body);
}

static struct curl_slist *add(struct curl_slist *list, const char *name, const char *value)
{
	char text[1024];

	if (value == NULL)
		return list;
	(void)snprintf(text, sizeof text, "%s: %s", name, value);
	return curl_slist_append(list, text);
}

struct curl_slist *http_curl_fields(const struct sync_question *question)
{
	const char *const *field = question->fields;
	struct curl_slist *list = NULL;
	char bearer[256];

	if (question->token != NULL) {
		(void)snprintf(bearer, sizeof bearer, "Bearer %s", question->token);
		list = add(list, "Authorization", bearer);
	}
	list = add(
		list, "Accept", question->accept != NULL ? question->accept : "application/json");
	list = add(list, "If-None-Match", question->etag);
	list = add(list, "Content-Type", question->type);
	list = add(list, "Idempotency-Key", question->key);
	list = add(list, "Content-Encoding", question->encoding);
	for (; field != NULL && *field != NULL; field++)
		list = curl_slist_append(list, *field);
	return curl_slist_append(list, "Expect:");
}

int http_curl_explain(CURLcode code, const char *who, struct err *err)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(err, ERR_REFUSED,
			"the %s's certificate is not one that this machine trusts", who);
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(err, ERR_BUSY, "the %s does not answer in time", who);
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(
			err, ERR_BUSY, "the %s's name is not known; is there a network?", who);
	case CURLE_COULDNT_CONNECT:
		return err_set(err, ERR_BUSY, "the %s cannot be reached", who);
	default:
		return err_set(
			err, ERR_BUSY, "the %s did not answer: %s", who, curl_easy_strerror(code));
	}
}

static int explain(const struct sync_http *http, CURLcode code, struct err *err)
{
	if (http->stop != NULL && atomic_load(http->stop))
		return err_set(err, ERR_BUSY, "stopped");
	if (http->too_large)
		return err_set(
			err, ERR_LIMIT, "the %s's answer is larger than it may be", http->who);
	return http_curl_explain(code, http->who, err);
}

int sync_http_ask(struct sync_http *http, const struct sync_question *question,
	struct sync_answer *answer, struct err *err)
{
	struct curl_slist *fields = http_curl_fields(question);
	struct buf url = BUF_INIT(4096);
	CURL *curl = http->curl;
	CURLcode code;

	(void)buf_add_format(&url, "%s%s", http->place.url, question->path);
	http->answer = answer;
	http->head_bytes = 0;
	http->retry_after[0] = http->date[0] = '\0';
	http->too_large = http->heard = false;
	http->begun_us = clock_monotonic_us();
	(void)curl_easy_setopt(curl, CURLOPT_URL, buf_text(&url));
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, question->method);
	if (question->body.n > 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question->body.p);
		(void)curl_easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)question->body.n);
	} else {
		(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, question->method);
	}
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	answer->retry_after_s = http_retry_after_s(str_of(http->retry_after), str_of(http->date));
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
	curl_slist_free_all(fields);
	buf_fini(&url);
	return code == CURLE_OK ? 0 : explain(http, code, err);
}
