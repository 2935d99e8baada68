/* sync/pull: what comes of every answer that something in a hub's place may give. */
#include <zlib.h>

#include "sync/http_curl.h"
#include "tests/pull_world.h"

#define BOMB_BYTES ((size_t)96 * 1024 * 1024)

/* ── answers that are cut ──────────────────────────────────────────────── */

enum framing { BY_LENGTH, BY_CHUNKS, BY_CLOSE };
static struct cut {
	enum framing framing;
	enum stand_in_end end;
	size_t at, whole;
	bool in_pieces;
} cut;

static void answer_cut(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	struct str first = {page, strlen(page) / 2},
		   second = {page + first.n, strlen(page) - first.n};

	(void)of;
	(void)request;
	if (cut.framing == BY_LENGTH)
		stand_in_body(answer, "200 OK", "ETag: \"e\"\r\n", str_of(page));
	else if (cut.framing == BY_CHUNKS)
		CHECK(buf_add_format(&answer->bytes,
			      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s\r\n"
			      "%zx\r\n%.*s\r\n0\r\n\r\n",
			      first.n, (int)first.n, first.p, second.n, (int)second.n,
			      second.p) == 0);
	else
		CHECK(buf_add_format(&answer->bytes, "HTTP/1.0 200 OK\r\n\r\n%s", page) == 0);
	cut.whole = answer->bytes.len;
	answer->cut = cut.at;
	answer->end = cut.end;
	answer->in_pieces = cut.in_pieces;
}

/* Nothing of it, or, when all that matters came, all of it. */
static void check_cut(void)
{
	int outcome = pull();

	CHECK(outcome == PULL_LATER || outcome == PULL_DONE);
	if (outcome == PULL_LATER) {
		CHECK(nothing_came());
		return;
	}
	CHECK(count() == 1 && has_cursor("epoch.scope.1"));
	CHECK(cut.at + 10 > cut.whole); /* what may be missing is the end of the chunks */
	close_all();
	open_all(answer_cut);
}

static void an_answer_cut_at_any_byte_is_none(void)
{
	open_all(answer_cut);
	begin("full");
	put(1, "p-1", "team/one", 1, "One.", true);
	end(1, 1, false);
	for (cut.framing = BY_LENGTH; cut.framing <= BY_CLOSE; cut.framing++)
		for (cut.end = STAND_IN_CLOSE; cut.end <= STAND_IN_HALF; cut.end++) {
			cut.whole = SIZE_MAX;
			for (cut.at = 0; cut.at < cut.whole; cut.at++)
				check_cut();
		}
	close_all();
}

static void an_answer_byte_by_byte_is_taken(void)
{
	open_all(answer_cut);
	page_of_two();
	cut = (struct cut){.framing = BY_LENGTH, .at = SIZE_MAX, .in_pieces = true};
	CHECK(pull() == PULL_DONE && count() == 2);
	close_all();
}

/* ── answers that are wrong ────────────────────────────────────────────── */

static const char *wrong;

static void answer_wrong(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	CHECK(buf_add_str(&answer->bytes, wrong) == 0);
	CHECK(buf_add_str(&answer->bytes, page) == 0);
}

static void an_answer_that_is_not_http_as_it_should_be_is_none(void)
{
	static const char *const heads[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", /* more than comes */
		"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n",     /* less */
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: lzma\r\n\r\n",
		"HTTP/1.1 206 Partial Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 99999 What\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n",
		"\r\n\r\n", "\x16\x03\x01\x02", ""};
	size_t i;

	open_all(answer_wrong);
	page_of_two();
	for (i = 0; i < sizeof heads / sizeof *heads; i++) {
		wrong = heads[i];
		CHECK(pull() == PULL_LATER && nothing_came());
	}
	close_all();
}

static void answer_large_head(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	int i;

	(void)of;
	(void)request;
	CHECK(buf_add_str(&answer->bytes, "HTTP/1.1 200 OK\r\n") == 0);
	for (i = 0; i < 4000; i++)
		CHECK(buf_add_format(&answer->bytes, "X-%d: %0100d\r\n", i, i) == 0);
	CHECK(buf_add_format(&answer->bytes, "\r\n%s", page) == 0);
}

static void a_head_without_end_is_cut_off(void)
{
	open_all(answer_large_head);
	page_of_two();
	CHECK(pull() == PULL_LATER && nothing_came());
	close_all();
}

/* Many times more blanks than a page may have, in a few bytes. */
static struct buf bomb = BUF_INIT((size_t)1024 * 1024);

static void make_bomb(void)
{
	static unsigned char blanks[65536], out[65536];
	z_stream stream = {.zalloc = NULL};
	size_t fed = 0;

	memset(blanks, ' ', sizeof blanks);
	CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	while (fed < BOMB_BYTES) {
		stream.next_in = blanks;
		stream.avail_in = sizeof blanks;
		fed += sizeof blanks;
		do {
			stream.next_out = out;
			stream.avail_out = sizeof out;
			(void)deflate(&stream, fed < BOMB_BYTES ? Z_NO_FLUSH : Z_FINISH);
			CHECK(buf_add(&bomb, out, sizeof out - stream.avail_out) == 0);
		} while (stream.avail_out == 0);
	}
	CHECK(deflateEnd(&stream) == Z_OK);
}

static void answer_bomb(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, "200 OK", "Content-Encoding: gzip\r\n",
		(struct str){buf_text(&bomb), bomb.len});
}

static void an_answer_that_swells_is_given_up_at_its_ceiling(void)
{
	make_bomb();
	open_all(answer_bomb);
	CHECK(pull() == PULL_LATER && nothing_came());
	CHECK(strstr(err.text, "larger than it may be") != NULL);
	close_all();
	buf_fini(&bomb);
}

/* A line in place of the second; the page as a whole is none. */
static void a_line_that_no_hub_says_makes_it_no_page(void)
{
	static const char *const lines[] = {"", "{}", "[]", "nonsense", "{\"t\":\"put\"}",
		"{\"t\":\"put\",\"seq\":1,\"seq\":2}", "{\"t\":\"del\",\"seq\":2}",
		"{\"t\":\"del\",\"seq\":-1,\"id\":\"p-1\",\"reason\":\"deleted\"}",
		"{\"t\":\"del\",\"seq\":9223372036854775808,\"id\":\"p\",\"reason\":\"x\"}",
		"{\"t\":\"del\",\"seq\":2,\"reason\":\"x\",\"id\":"
		"\"0123456789012345678901234567890123456789\"}",
		"{\"t\":\"boom\",\"seq\":2}", "{\"t\":\"intent\",\"code\":\"full\"}",
		"{\"t\":\"put\",\"seq\":2,\"id\":\"p\",\"version\":0,\"size\":1,\"meta\":{}}",
		"\xff\xfe{}", "{\"t\":\"del\",\"seq\":2,\"id\":\"\\ud800\",\"reason\":\"x\"}"};
	static char deep[20000];
	size_t i;

	open_all(answer_page);
	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		begin("full");
		add("%s\n", lines[i]);
		end(2, 1, false);
		CHECK(pull() == PULL_LATER && nothing_came());
	}
	memset(deep, '[', sizeof deep - 1);
	begin("full");
	add("%s\n", deep);
	end(2, 1, false);
	CHECK(pull() == PULL_LATER && nothing_came());
	close_all();
}

static void answer_with_nul(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	struct str text = str_of(page);

	(void)of;
	(void)request;
	CHECK(buf_add_format(&answer->bytes, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		      text.n + 1) == 0);
	CHECK(buf_add(&answer->bytes, text.p, text.n / 2) == 0);
	CHECK(buf_add(&answer->bytes, "", 1) == 0);
	CHECK(buf_add(&answer->bytes, text.p + text.n / 2, text.n - text.n / 2) == 0);
}

static void a_page_with_a_nul_is_none(void)
{
	open_all(answer_with_nul);
	page_of_two();
	CHECK(pull() == PULL_LATER && nothing_came());
	close_all();
}

/* Prompts that cannot be taken; what stands beside them is. */
static void what_no_prompt_may_be_is_refused_and_the_rest_goes_on(void)
{
	static const char *const slugs[] = {"../../etc/passwd", "team/../../x", "/abs",
		"team/.hidden", "Team/Upper", "team//two", "a b", "team/\\u0000x", "team/\\u202ex",
		"team/\\u200bx", "team/\\u001b[2J", ""};
	static const char *const texts[] = {"hidden \xe2\x80\x8b zero", "acts \\u001b[31m",
		"\xe2\x80\xae turned", "tag \xf3\xa0\x81\x81"};
	size_t i;

	open_all(answer_page);
	for (i = 0; i < sizeof slugs / sizeof *slugs + sizeof texts / sizeof *texts; i++) {
		bool slug = i < sizeof slugs / sizeof *slugs;

		begin("full");
		put(1, "p-1", slug ? slugs[i] : "team/bad", 1,
			slug ? "One." : texts[i - sizeof slugs / sizeof *slugs], true);
		put(2, "p-2", "team/two", 1, "Two.", true);
		end(2, 2, false);
		CHECK(pull() == PULL_DONE && report.refused == 1 && report.put == 1);
		CHECK(count() == 1);
		CHECK_STR(text_of("team/two"), "Two.");
	}
	close_all();
}

/* A text by its digest that is another, or more than was announced. */
static const char *given;

static void answer_other_text(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	if (strstr(request, "/blobs/") == NULL)
		answer_page(of, request, answer);
	else
		stand_in_body(answer, "200 OK", "", str_of(given));
}

static void a_text_that_is_not_the_announced_one_is_not_taken(void)
{
	static const char other[] =
		"{\"inputs\":[],\"messages\":[{\"role\":\"user\",\"text\":\"No.\"}]}";
	static char large[8192];
	int outcome;
	size_t i;

	memset(large, ' ', sizeof large - 1);
	for (i = 0; i < 4; i++) {
		open_all(answer_other_text);
		given = i == 0 ? other : i == 1 ? "{}" : i == 2 ? "" : large;
		begin("full");
		put(1, "p-1", "team/one", 1, "One.", false);
		end(1, 1, false);
		outcome = pull();
		CHECK(outcome == (i == 3 ? PULL_LATER : PULL_DONE));
		CHECK(count() == 0);
		close_all();
	}
}

/* ── hubs that do not end ──────────────────────────────────────────────── */

static void answer_endless(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	char text[512];
	int n = atomic_load(&of->asked);

	(void)request;
	(void)snprintf(text, sizeof text,
		"{\"t\":\"intent\",\"code\":\"changes\"}\n"
		"{\"t\":\"del\",\"seq\":%d,\"id\":\"p\",\"reason\":\"deleted\"}\n"
		"{\"t\":\"commit\",\"seq\":%d,\"cursor\":\"c%d\",\"n\":1,\"more\":true}\n",
		n, n, n);
	stand_in_body(answer, "200 OK", "", str_of(text));
}

static void a_feed_without_end_is_given_up(void)
{
	open_all(answer_endless);
	CHECK(pull() == PULL_LATER && report.pages == PULL_PAGES_MAX);
	close_all();
}

static void a_feed_that_does_not_move_is_given_up_at_once(void)
{
	int before;

	open_all(answer_page);
	begin("changes");
	put(1, "p-1", "team/one", 1, "One.", true);
	end(1, 1, true);
	before = atomic_load(&hub.asked);
	CHECK(pull() == PULL_LATER && atomic_load(&hub.asked) - before == 2);
	begin("changes"); /* nothing in it, and yet more */
	end(5, 0, true);
	CHECK(pull() == PULL_LATER && atomic_load(&hub.asked) - before == 3);
	close_all();
}

/* ── what is no page ───────────────────────────────────────────────────── */

static struct said {
	const char *status, *fields;
	int outcome;
	int64_t retry_after_s; /* -1: our own backoff */
} said;

static void answer_said(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, said.status, said.fields, STR("{\"error\":{}}"));
}

static void every_status_has_its_meaning(void)
{
	static const struct said all[] = {{"401 Unauthorized", "", PULL_SIGN_IN, -1},
		{"403 Forbidden", "", PULL_SHUT, -1}, {"426 Upgrade", "", PULL_TOO_OLD, -1},
		{"404 Not Found", "", PULL_LATER, -1}, {"500 Oh", "", PULL_LATER, -1},
		{"400 Bad Request", "", PULL_LATER, -1}, {"410 Gone", "", PULL_LATER, -1},
		{"302 Found", "Location: http://127.0.0.1:1/\r\n", PULL_LATER, -1},
		{"503 Later", "Retry-After: 120\r\n", PULL_LATER, 120},
		{"429 Slow", "retry-AFTER:   7  \r\n", PULL_LATER, 7},
		{"429 Slow", "Retry-After: 0\r\n", PULL_LATER, 0},
		{"429 Slow", "Retry-After: -5\r\n", PULL_LATER, -1},
		{"429 Slow", "Retry-After: soon\r\n", PULL_LATER, -1},
		{"429 Slow", "Retry-After: \r\n", PULL_LATER, -1},
		{"429 Slow", "Retry-After: 1.5\r\n", PULL_LATER, -1},
		{"429 Slow", "Retry-After: 99999999999999999999\r\n", PULL_LATER, INT32_MAX},
		{"503 Later",
			"Date: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
			"Retry-After: Sat, 21 Nov 2026 10:02:00 GMT\r\n",
			PULL_LATER, 120},
		{"503 Later",
			"Retry-After: Saturday, 21-Nov-26 10:02:00 GMT\r\n"
			"Date: Sat Nov 21 10:00:00 2026\r\n",
			PULL_LATER, 120},
		{"503 Later",
			"Date: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
			"Retry-After: Sat, 21 Nov 2020 10:02:00 GMT\r\n",
			PULL_LATER, 0}};
	size_t i;

	open_all(answer_said);
	for (i = 0; i < sizeof all / sizeof *all; i++) {
		said = all[i];
		CHECK(pull() == said.outcome && nothing_came());
		CHECK(report.retry_after_s == said.retry_after_s);
	}
	close_all();
}

static void answer_no_text(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	if (strstr(request, "/blobs/") == NULL)
		answer_page(of, request, answer);
	else
		stand_in_body(answer, "429 Slow", "Retry-After: 77\r\n", STR(""));
}

static void a_hub_that_has_no_time_for_a_text_is_left_alone(void)
{
	open_all(answer_no_text);
	begin("changes");
	put(1, "p-1", "team/one", 1, "One.", false);
	end(1, 1, false);
	CHECK(pull() == PULL_LATER && nothing_came() && report.retry_after_s == 77);
	close_all();
}

/* Nobody is sent elsewhere: the token is for the hub alone. */
static void answer_elsewhere(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	char fields[128];

	(void)request;
	(void)snprintf(fields, sizeof fields, "Location: %s/\r\n", (const char *)of->data);
	stand_in_body(answer, "302 Found", fields, STR(""));
}

static void nobody_is_sent_elsewhere(void)
{
	struct stand_in other;

	stand_in_start(&other, answer_page, NULL);
	open_all(answer_elsewhere);
	hub.data = other.url;
	page_of_two();
	CHECK(pull() == PULL_LATER && nothing_came() && atomic_load(&other.asked) == 0);
	close_all();
	stand_in_stop(&other);
}

/* A cursor that the hub does not take: from the beginning, once. */
static const char *cursor_status;

static void answer_no_cursor(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	if (strstr(request, "cursor=") != NULL)
		stand_in_body(answer, cursor_status, "", STR("{}"));
	else
		answer_page(of, request, answer);
}

static void a_cursor_that_is_not_taken_means_all_of_it(void)
{
	static const char *const statuses[] = {"400 Bad Request", "410 Gone"};
	int before;
	size_t i;

	for (i = 0; i < 2; i++) {
		open_all(answer_no_cursor);
		cursor_status = statuses[i];
		page_of_two();
		CHECK(pull() == PULL_DONE);
		before = atomic_load(&hub.asked);
		CHECK(pull() == PULL_DONE && atomic_load(&hub.asked) - before == 2);
		CHECK(report.full && count() == 2);
		close_all();
	}
}

/* 410 for the second page of a full one, again and again: no loop. */
static void answer_never_a_second(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	if (strstr(request, "cursor=") != NULL)
		stand_in_body(answer, "410 Gone", "", STR("{}"));
	else
		answer_page(of, request, answer);
}

static void a_hub_that_forgets_its_own_cursors_is_not_asked_for_ever(void)
{
	int before = atomic_load(&hub.asked);

	open_all(answer_never_a_second);
	begin("full");
	put(1, "p-1", "team/one", 1, "One.", true);
	end(1, 1, true);
	CHECK(pull() == PULL_LATER && atomic_load(&hub.asked) - before == 4);
	close_all();
}

static void nobody_there_is_later(void)
{
	struct stand_in nobody;

	open_all(answer_page);
	sync_http_free(http);
	stand_in_listen(&nobody, answer_page, NULL);
	CHECK(close(nobody.fd) == 0);
	CHECK(sync_http_new(&http, nobody.url, NULL, &err) == 0);
	CHECK(pull() == PULL_LATER && nothing_came());
	close_all();
}

static void dates_and_numbers_of_retry_after(void)
{
	struct str now = STR("Sat, 21 Nov 2026 10:00:00 GMT");

	CHECK(http_retry_after_s(STR("12"), now) == 12);
	CHECK(http_retry_after_s(STR("Sat, 21 Nov 2026 11:00:00 GMT"), now) == 3600);
	CHECK(http_retry_after_s(STR("Fri, 31 Dec 9999 23:59:59 GMT"), now) == INT32_MAX);
	CHECK(http_retry_after_s(STR("Sat, 99 Nov 2026 99:99:99 GMT"), now) == -1);
	CHECK(http_retry_after_s(STR("120, 130"), now) == -1);
	CHECK(http_retry_after_s(STR(""), now) == -1);
}

static void run_all(void)
{
	RUN(an_answer_cut_at_any_byte_is_none);
	RUN(an_answer_byte_by_byte_is_taken);
	RUN(an_answer_that_is_not_http_as_it_should_be_is_none);
	RUN(a_head_without_end_is_cut_off);
	RUN(an_answer_that_swells_is_given_up_at_its_ceiling);
	RUN(a_line_that_no_hub_says_makes_it_no_page);
	RUN(a_page_with_a_nul_is_none);
	RUN(what_no_prompt_may_be_is_refused_and_the_rest_goes_on);
	RUN(a_text_that_is_not_the_announced_one_is_not_taken);
	RUN(a_feed_without_end_is_given_up);
	RUN(a_feed_that_does_not_move_is_given_up_at_once);
	RUN(every_status_has_its_meaning);
	RUN(a_hub_that_has_no_time_for_a_text_is_left_alone);
	RUN(nobody_is_sent_elsewhere);
	RUN(a_cursor_that_is_not_taken_means_all_of_it);
	RUN(a_hub_that_forgets_its_own_cursors_is_not_asked_for_ever);
	RUN(nobody_there_is_later);
	RUN(dates_and_numbers_of_retry_after);
}

int main(void)
{
	return pull_world_main(run_all);
}
