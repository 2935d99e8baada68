/* sync/feed: a page is taken whole and as announced, or not at all. */
#include "core/json.h"
#include "sync/feed.h"
#include "tests/test.h"

#define BODY "{\"inputs\":[],\"messages\":[{\"role\":\"user\",\"text\":\"Review it.\"}]}"

/* A page of one prompt, whose text is announced by this digest. */
static const char *page_of(const char *body, const char *digest)
{
	static char text[4096];

	(void)snprintf(text, sizeof text,
		"{\"t\":\"intent\",\"code\":\"full\",\"reason\":\"first\"}\n"
		"{\"t\":\"put\",\"seq\":7,\"id\":\"p-1\",\"kind\":\"prompt\",\"slug\":\"team/"
		"review\","
		"\"channel\":\"production\",\"version\":3,\"digest\":\"sha256:%s\",\"size\":60,"
		"\"meta\":{\"title\":\"Review\",\"tags\":[\"a\"]},\"body\":%s}\n"
		"{\"t\":\"del\",\"seq\":8,\"id\":\"p-2\",\"reason\":\"deleted\"}\n"
		"{\"t\":\"commit\",\"seq\":8,\"cursor\":\"e.s.8\",\"n\":2,\"more\":false}\n",
		digest, body);
	return text;
}

static const char *digest_of(const char *body)
{
	static char hex[SHA256_HEX_BYTES];

	sha256_hex(body, strlen(body), hex);
	return hex;
}

static void a_whole_page_is_taken(void)
{
	struct feed_page page;
	struct err err;

	CHECK(feed_parse(str_of(page_of(BODY, digest_of(BODY))), &page, &err) == 0);
	CHECK(page.full && !page.more && page.n == 2 && page.refused == 0 && page.seq == 8);
	CHECK_STR(page.cursor, "e.s.8");
	CHECK(page.changes[0].put && page.changes[0].body && page.changes[0].version == 3);
	CHECK_STR(page.changes[0].prompt->path, "team/review");
	CHECK_STR(page.changes[0].prompt->messages[0].text, "Review it.");
	CHECK(!page.changes[1].put);
	CHECK_STR(page.changes[1].id, "p-2");
	feed_page_fini(&page);
}

static void cut_at_any_byte_it_is_no_page(void)
{
	struct str whole = str_of(page_of(BODY, digest_of(BODY)));
	struct feed_page page;
	struct err err;
	size_t n;

	for (n = 0; n < whole.n; n++)
		CHECK(feed_parse((struct str){whole.p, n}, &page, &err) != 0);
}

/* The rest of the page goes on; what is refused is counted and told. */
static void refused(const char *body, const char *digest, const char *why)
{
	struct feed_page page;
	struct err err;

	CHECK(feed_parse(str_of(page_of(body, digest)), &page, &err) == 0);
	CHECK(page.refused == 1 && page.n == 2 && page.changes[0].refused);
	CHECK(!page.changes[1].put && !page.changes[1].refused);
	CHECK(strstr(page.why, why) != NULL);
	feed_page_fini(&page);
}

static void a_text_that_is_not_the_announced_one_is_refused(void)
{
	refused(BODY, digest_of("another"), "not what was announced");
}

static void a_text_with_characters_that_act_is_refused(void)
{
	static const char body[] = "{\"inputs\":[],\"messages\":[{\"role\":\"user\",\"text\":"
				   "\"a\xe2\x80\xae"
				   "b\"}]}";

	refused(body, digest_of(body), "do not show or that act");
}

/* Whatever a hub calls it: it stands in lists, beside the name. */
static void a_channel_with_characters_that_act_is_refused(void)
{
	char text[4096];
	const char *page_text = page_of(BODY, digest_of(BODY));
	const char *at = strstr(page_text, "\"channel\":\"");
	struct feed_page page;
	struct err err;

	CHECK(at != NULL);
	at += strlen("\"channel\":\"");
	(void)snprintf(
		text, sizeof text, "%.*s\xe2\x80\xae%s", (int)(at - page_text), page_text, at);
	CHECK(feed_parse(str_of(text), &page, &err) == 0);
	CHECK(page.refused == 1 && page.changes[0].refused);
	feed_page_fini(&page);
}

int main(void)
{
	json_door_init();
	RUN(a_whole_page_is_taken);
	RUN(cut_at_any_byte_it_is_no_page);
	RUN(a_text_that_is_not_the_announced_one_is_refused);
	RUN(a_text_with_characters_that_act_is_refused);
	RUN(a_channel_with_characters_that_act_is_refused);
	return 0;
}
