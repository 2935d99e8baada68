/*
 * A library that follows a stand-in for a hub: pages in a few words, and what came of
 * them. Header only, for test_pull.c and test_pull_hostile.c.
 */
#ifndef TESTS_PULL_WORLD_H
#define TESTS_PULL_WORLD_H

#include <inttypes.h>

#include "core/json.h"
#include "store/remote.h"
#include "sync/pull.h"
#include "tests/stand_in.h"
#include "tests/store_fixture.h"

#define PAGE_TEXT_MAX 65536

static struct stand_in hub;
static struct sync_http *http;
static struct store *store;
static struct pull_report report;
static struct err err;
static bool may_proceed;

/* ── pages ─────────────────────────────────────────────────────────────── */

static char page[PAGE_TEXT_MAX];

static inline const char *body_of(const char *text)
{
	static char body[4096];

	(void)snprintf(body, sizeof body,
		"{\"inputs\":[],\"messages\":[{\"role\":\"user\",\"text\":\"%s\"}]}", text);
	return body;
}

static inline const char *digest_of(const char *text)
{
	static char hex[SHA256_HEX_BYTES];
	const char *body = body_of(text);

	sha256_hex(body, strlen(body), hex);
	return hex;
}

static inline void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void add(const char *format, ...)
{
	size_t n = strlen(page);
	va_list args;

	va_start(args, format);
	CHECK(vsnprintf(page + n, sizeof page - n, format, args) < (int)(sizeof page - n));
	va_end(args);
}

static inline void begin_for(const char *code, const char *reason)
{
	page[0] = '\0';
	add("{\"t\":\"intent\",\"code\":\"%s\",\"reason\":\"%s\"}\n", code, reason);
}

static inline void begin(const char *code)
{
	begin_for(code, "");
}

/* `inlined`: its text stands in the line, else it has to be fetched. */
static inline void put(
	int seq, const char *id, const char *slug, int version, const char *text, bool inlined)
{
	add("{\"t\":\"put\",\"seq\":%d,\"id\":\"%s\",\"kind\":\"prompt\",\"slug\":\"%s\","
	    "\"channel\":\"production\",\"version\":%d,\"digest\":\"sha256:%s\",\"size\":%zu,"
	    "\"meta\":{\"title\":\"%s\",\"tags\":[\"a\"],\"locked\":false}",
		seq, id, slug, version, digest_of(text), strlen(body_of(text)), slug);
	if (inlined)
		add(",\"body\":%s", body_of(text));
	add("}\n");
}

static inline void end(int seq, int n, bool more)
{
	add("{\"t\":\"commit\",\"seq\":%d,\"cursor\":\"epoch.scope.%d\",\"n\":%d,\"more\":%s}\n",
		seq, seq, n, more ? "true" : "false");
}

static inline void page_of_two(void)
{
	begin("full");
	put(1, "p-1", "team/one", 1, "One.", true);
	put(2, "p-2", "team/two", 1, "Two.", true);
	end(2, 2, false);
}

/* ── asking ────────────────────────────────────────────────────────────── */

static inline void answer_page(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, "200 OK", "Content-Type: application/x-ndjson\r\nETag: \"e\"\r\n",
		str_of(page));
}

static inline bool proceed(void *data)
{
	(void)data;
	return may_proceed;
}

static inline int pull(void)
{
	const struct pull_options options = {.token = "secret", .proceed = proceed};

	int outcome;

	stand_in_settle(&hub);
	outcome = sync_pull(store, http, &options, &report, &err);
	stand_in_settle(&hub);
	return outcome;
}

static inline void open_all(stand_in_fn *fn)
{
	fixture_new_dir();
	store = fixture_open();
	stand_in_settle(&hub);
	hub.fn = fn;
	may_proceed = true;
	CHECK(sync_http_new(&http, hub.url, NULL, &err) == 0);
}

static inline void close_all(void)
{
	sync_http_free(http);
	store_close(store);
}

static inline int64_t count(void)
{
	const struct store_filter all = {.experimental = true};
	int64_t n;

	CHECK(store_prompt_count(store, &all, &n, &err) == 0);
	return n;
}

/* The text that is served under this name; "" when there is none. */
static inline const char *text_of(const char *name)
{
	static char text[4096];
	const struct store_want want = {.version = 0};
	struct prompt *prompt;

	text[0] = '\0';
	if (store_prompt_get(store, str_of(name), &want, &prompt, &err) == 0) {
		(void)snprintf(text, sizeof text, "%s", prompt->messages[0].text);
		prompt_free(prompt);
	}
	return text;
}

static inline bool has_cursor(const char *cursor)
{
	struct store_remote remote;
	bool same;

	store_remote_init(&remote);
	CHECK(store_remote_get(store, STR(STORE_HUB), &remote, &err) == 0);
	same = strcmp(buf_text(&remote.cursor), cursor) == 0;
	store_remote_fini(&remote);
	return same;
}

static inline bool nothing_came(void)
{
	return count() == 0 && has_cursor("");
}

static inline int pull_world_main(void (*run)(void))
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	stand_in_start(&hub, answer_page, NULL);
	run();
	stand_in_stop(&hub);
	return 0;
}

#endif
