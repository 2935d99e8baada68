/* sync/pull: what a hub brings is here, once, beside one's own. */
#include "tests/pull_world.h"

/* ── what is right ─────────────────────────────────────────────────────── */

static void a_page_is_taken_over_with_its_cursor(void)
{
	open_all(answer_page);
	page_of_two();
	CHECK(pull() == PULL_DONE);
	CHECK(report.put == 2 && report.removed == 0 && report.refused == 0 && report.full);
	CHECK_STR(text_of("team/one"), "One.");
	CHECK(count() == 2 && has_cursor("epoch.scope.2"));
	close_all();
}

/* Texts are asked for by their digest, and once only. */
static atomic_int blobs;

static void answer_page_and_texts(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	const char *text = strstr(request, digest_of("One.")) != NULL ? "One." : "Two.";

	if (strstr(request, "GET /api/v1/blobs/sha256-") == NULL) {
		answer_page(of, request, answer);
		return;
	}
	(void)atomic_fetch_add(&blobs, 1);
	stand_in_body(answer, "200 OK", "", str_of(body_of(text)));
}

static void texts_that_are_here_are_not_asked_for_again(void)
{
	open_all(answer_page_and_texts);
	atomic_store(&blobs, 0);
	begin("full");
	put(1, "p-1", "team/one", 1, "One.", false);
	put(2, "p-2", "team/two", 1, "Two.", false);
	end(2, 2, false);
	CHECK(pull() == PULL_DONE && atomic_load(&blobs) == 2);
	CHECK_STR(text_of("team/two"), "Two.");
	CHECK(pull() == PULL_DONE && atomic_load(&blobs) == 2 && report.full && count() == 2);
	CHECK_STR(text_of("team/two"), "Two.");
	close_all();
}

static void a_full_page_replaces_what_was_there(void)
{
	open_all(answer_page);
	page_of_two();
	CHECK(pull() == PULL_DONE);
	begin("full"); /* of a hub that came back from a backup: less, and an older cursor */
	put(1, "p-2", "team/two", 1, "Two.", true);
	end(1, 1, false);
	CHECK(pull() == PULL_DONE && report.removed == 1);
	CHECK(count() == 1 && has_cursor("epoch.scope.1"));
	CHECK_STR(text_of("team/one"), "");
	close_all();
}

/* A library told anew in two pages, with one ETag for all; the second page comes when it
 * may. */
static atomic_bool second_may;
static const char *second_reason;

static void answer_two_pages(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	bool second = strstr(request, "cursor=epoch.scope.1 ") != NULL;

	begin_for("full", second ? second_reason : "first");
	if (!second)
		put(1, "p-1", "team/one", 1, "One.", true);
	else
		put(2, "p-2", "team/two", 2, "Two, better.", true);
	end(second ? 2 : 1, 1, !second);
	if (second && strstr(request, "If-None-Match") != NULL)
		stand_in_body(answer, "304 Not Modified", "ETag: \"e\"\r\n", STR(""));
	else if (second && !atomic_load(&second_may))
		stand_in_body(answer, "503 Service Unavailable", "", STR(""));
	else
		answer_page(of, request, answer);
}

/* One page of a library told anew is taken over, the second does not come. */
static void take_first_page(void)
{
	open_all(answer_page);
	begin("full");
	put(1, "p-0", "team/zero", 1, "Zero.", true);
	put(2, "p-2", "team/two", 1, "Two.", true);
	end(2, 2, false);
	CHECK(pull() == PULL_DONE && count() == 2);
	stand_in_settle(&hub);
	hub.fn = answer_two_pages;
	atomic_store(&second_may, false);
	CHECK(pull() == PULL_LATER);
	CHECK(count() == 3 && has_cursor("epoch.scope.1") && report.removed == 0);
	CHECK_STR(text_of("team/two"), "Two.");
	atomic_store(&second_may, true);
}

static void a_library_told_anew_in_pages_loses_nothing_on_the_way(void)
{
	second_reason = "continued";
	take_first_page();
	CHECK(pull() == PULL_DONE && report.removed == 1);
	CHECK(count() == 2 && has_cursor("epoch.scope.2"));
	CHECK_STR(text_of("team/one"), "One.");
	CHECK_STR(text_of("team/two"), "Two, better.");
	CHECK_STR(text_of("team/zero"), "");
	close_all();
}

/* Who may see less since the first page: the hub begins again, and what that page brought
 * is not there unless it is told once more. */
static void what_a_hub_begins_again_leaves_nothing_of_before(void)
{
	second_reason = "scope";
	take_first_page();
	CHECK(pull() == PULL_DONE && report.removed == 2);
	CHECK(count() == 1 && has_cursor("epoch.scope.2"));
	CHECK_STR(text_of("team/one"), "");
	CHECK_STR(text_of("team/two"), "Two, better.");
	close_all();
}

static void two_prompts_may_change_their_names_for_each_others(void)
{
	open_all(answer_page);
	page_of_two();
	CHECK(pull() == PULL_DONE);
	begin("changes");
	put(3, "p-1", "team/two", 1, "One.", true);
	put(4, "p-2", "team/one", 1, "Two.", true);
	end(4, 2, false);
	CHECK(pull() == PULL_DONE && report.put == 2 && count() == 2);
	CHECK_STR(text_of("team/two"), "One.");
	CHECK_STR(text_of("team/one"), "Two.");
	close_all();
}

/* ── beside one's own ──────────────────────────────────────────────────── */

static void put_own(const char *source, const char *path, const char *text)
{
	struct prompt *prompt = prompt_new();

	prompt_set(&prompt->source, str_of(source));
	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

static void page_of_one(int seq, const char *slug, bool locked)
{
	char *at;

	begin("changes");
	put(seq, "p-1", slug, 1, "The hub's.", true);
	at = strstr(page, "\"locked\":false");
	if (locked)
		memcpy(at, "\"locked\":true ", 14);
	end(seq, 1, false);
}

static void ones_own_comes_before_the_teams_unless_the_hub_locks_the_name(void)
{
	static const char *const own[] = {"personal", "local"};
	size_t i;

	for (i = 0; i < 2; i++) {
		open_all(answer_page);
		put_own(own[i], "team/review", "My own.");
		page_of_one(1, "team/review", false);
		CHECK(pull() == PULL_DONE);
		CHECK_STR(text_of("team/review"), "My own.");
		CHECK_STR(text_of("review"), "My own.");
		CHECK_STR(text_of("hub:team/review"), "The hub's.");
		page_of_one(2, "team/review", true);
		CHECK(pull() == PULL_DONE);
		CHECK_STR(text_of("team/review"), "The hub's.");
		CHECK_STR(text_of("review"), "The hub's.");
		page_of_one(3, "team/review", false);
		CHECK(pull() == PULL_DONE);
		CHECK_STR(text_of("team/review"), "My own.");
		close_all();
	}
}

static void the_team_comes_before_shared_sources_and_starters(void)
{
	static const char *const others[] = {"git:abc", "starter"};
	size_t i;

	for (i = 0; i < 2; i++) {
		open_all(answer_page);
		put_own(others[i], "team/review", "Another's.");
		page_of_one(1, "team/review", false);
		CHECK(pull() == PULL_DONE);
		CHECK_STR(text_of("team/review"), "The hub's.");
		close_all();
	}
}

static void what_the_hub_brings_takes_no_short_name_from_ones_own(void)
{
	open_all(answer_page);
	put_own("personal", "mine/review", "My own.");
	page_of_one(1, "team/review", false);
	CHECK(pull() == PULL_DONE);
	CHECK_STR(text_of("review"), "My own.");
	CHECK_STR(text_of("team/review"), "The hub's.");
	page_of_one(2, "team/review", true);
	CHECK(pull() == PULL_DONE);
	CHECK_STR(text_of("review"), "The hub's.");
	close_all();
}

/* The text that somebody sees who wants what is tried out, too. */
static const char *tried_text_of(const char *name)
{
	static char text[4096];
	const struct store_want want = {.experimental = true};
	struct prompt *prompt;

	text[0] = '\0';
	if (store_prompt_get(store, str_of(name), &want, &prompt, &err) == 0) {
		(void)snprintf(text, sizeof text, "%s", prompt->messages[0].text);
		prompt_free(prompt);
	}
	return text;
}

static void put_tried(int seq, int version, const char *text)
{
	size_t at = strlen(page);
	char *channel;

	put(seq, "p-1", "team/one", version, text, true);
	channel = strstr(page + at, "production");
	memmove(channel + 12, channel + 10, strlen(channel + 10) + 1);
	memcpy(channel, "experimental", 12);
}

static void what_is_tried_out_stands_behind_what_is_approved(void)
{
	open_all(answer_page);
	begin("full");
	put(1, "p-1", "team/one", 1, "One.", true);
	put_tried(1, 2, "One, tried.");
	end(1, 2, false);
	CHECK(pull() == PULL_DONE && count() == 1);
	CHECK_STR(text_of("team/one"), "One.");
	CHECK_STR(tried_text_of("team/one"), "One, tried.");
	begin("changes"); /* the person may not have it any more */
	put(2, "p-1", "team/one", 1, "One.", true);
	end(2, 1, false);
	CHECK(pull() == PULL_DONE);
	CHECK_STR(tried_text_of("team/one"), "One.");
	begin("changes"); /* nothing of it is approved any more */
	put_tried(3, 2, "One, tried.");
	end(3, 1, false);
	CHECK(pull() == PULL_DONE);
	CHECK_STR(text_of("team/one"), "");
	CHECK_STR(tried_text_of("team/one"), "One, tried.");
	begin("changes"); /* it is approved */
	put(4, "p-1", "team/one", 2, "One, tried.", true);
	end(4, 1, false);
	CHECK(pull() == PULL_DONE);
	CHECK_STR(text_of("team/one"), "One, tried.");
	close_all();
}

static void a_prompt_under_anothers_id_is_refused(void)
{
	const struct store_want want = {.version = 0};
	struct prompt *own;
	char slug[] = "team/other";

	open_all(answer_page);
	put_own("personal", "mine/review", "My own.");
	CHECK(store_prompt_get(store, STR("mine/review"), &want, &own, &err) == 0);
	begin("full");
	put(1, own->id, slug, 1, "The hub's.", true);
	end(1, 1, false);
	prompt_free(own);
	CHECK(pull() == PULL_DONE && report.refused == 1 && count() == 1);
	CHECK_STR(text_of("mine/review"), "My own.");
	close_all();
}

static void who_left_meanwhile_gets_nothing(void)
{
	open_all(answer_page);
	page_of_two();
	may_proceed = false;
	CHECK(pull() == PULL_ENDED && nothing_came());
	close_all();
}

static void a_changed_text_under_an_old_version_is_refused_and_the_old_one_stays(void)
{
	static const char *const codes[] = {"changes", "full"};
	size_t i;

	for (i = 0; i < 2; i++) {
		open_all(answer_page);
		page_of_two();
		CHECK(pull() == PULL_DONE);
		begin(codes[i]);
		put(3, "p-1", "team/one", 1, "Another.", true);
		put(4, "p-2", "team/two", 2, "Two, better.", true);
		end(4, 2, false);
		CHECK(pull() == PULL_DONE && report.refused == 1);
		CHECK(strstr(report.why, "another text under a version that is here") != NULL);
		CHECK_STR(text_of("team/one"), "One.");
		CHECK_STR(text_of("team/two"), "Two, better.");
		close_all();
	}
}

/* It is written down as JSON, which half a character is not part of. */
static void what_is_told_of_a_long_name_is_text(void)
{
	char slug[128] = "team/";
	size_t i;

	for (i = 5; i + 2 < sizeof slug; i += 2)
		(void)snprintf(slug + i, sizeof slug - i, "\xd0\xb4");
	open_all(answer_page);
	begin("full");
	put(1, "p-1", slug, 1, "One.", true);
	end(1, 1, false);
	CHECK(pull() == PULL_DONE && count() == 1);
	begin("full");
	put(2, "p-1", slug, 1, "Another.", true);
	end(2, 1, false);
	CHECK(pull() == PULL_DONE && report.refused == 1);
	CHECK(report.why[0] != '\0' && str_is_utf8(str_of(report.why)));
	close_all();
}

static void run_all(void)
{
	RUN(a_page_is_taken_over_with_its_cursor);
	RUN(texts_that_are_here_are_not_asked_for_again);
	RUN(a_full_page_replaces_what_was_there);
	RUN(a_library_told_anew_in_pages_loses_nothing_on_the_way);
	RUN(what_a_hub_begins_again_leaves_nothing_of_before);
	RUN(two_prompts_may_change_their_names_for_each_others);
	RUN(ones_own_comes_before_the_teams_unless_the_hub_locks_the_name);
	RUN(the_team_comes_before_shared_sources_and_starters);
	RUN(what_the_hub_brings_takes_no_short_name_from_ones_own);
	RUN(what_is_tried_out_stands_behind_what_is_approved);
	RUN(a_prompt_under_anothers_id_is_refused);
	RUN(who_left_meanwhile_gets_nothing);
	RUN(a_changed_text_under_an_old_version_is_refused_and_the_old_one_stays);
	RUN(what_is_told_of_a_long_name_is_text);
}

int main(void)
{
	return pull_world_main(run_all);
}
