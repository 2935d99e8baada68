/* store/remote: what is followed from a hub, and how far. */
#include "store/remote.h"

#include "store/store.h"
#include "tests/store_fixture.h"

#define HUB STR("hub")
#define A "01938a3e-7c1f-7d2a-9e37-00000000000a"
#define B "01938a3e-7c1f-7d2a-9e37-00000000000b"

static struct prompt *theirs(const char *id, const char *path, int64_t version, const char *text)
{
	struct prompt *prompt = fixture_prompt(path, path, text);
	struct err err;

	prompt_set(&prompt->source, HUB);
	prompt_set(&prompt->id, str_of(id));
	prompt->version = version;
	CHECK(prompt_digest(prompt, prompt->digest, &err) == 0);
	return prompt;
}

static void put(struct store *store, const char *id, const char *path, int64_t version,
	const char *text, int64_t round)
{
	struct prompt *prompt = theirs(id, path, version, text);
	struct err err = {.text = ""};

	CHECK(store_begin(store, &err) == 0);
	if (store_remote_put(store, prompt, true, round, &err) != 0)
		(void)fprintf(stderr, "%s\n", err.text);
	CHECK(store_commit(store, &err) == 0);
	prompt_free(prompt);
}

static void check_text(struct store *store, const char *name, int64_t version, const char *text)
{
	struct prompt *prompt = fixture_get(store, name);

	CHECK(prompt->version == version);
	CHECK_STR(prompt->messages[0].text, text);
	prompt_free(prompt);
}

static bool is_there(struct store *store, const char *name)
{
	struct store_want want = {.version = 0};
	struct prompt *prompt = NULL;
	struct err err;
	bool there = store_prompt_get(store, str_of(name), &want, &prompt, &err) == 0;

	prompt_free(prompt);
	return there;
}

static void how_far_is_kept(void)
{
	struct store *store = fixture_new();
	struct store_remote remote, again;
	struct err err;

	store_remote_init(&remote);
	CHECK(store_remote_get(store, HUB, &remote, &err) == 0);
	CHECK(remote.cursor.len == 0 && remote.etag.len == 0 && remote.synced_ms == 0);
	(void)buf_add_str(&remote.cursor, "e.s.7");
	(void)buf_add_str(&remote.etag, "\"e.s.7\"");
	remote.round = 3;
	remote.within = true;
	remote.synced_ms = 99;
	CHECK(store_begin(store, &err) == 0);
	CHECK(store_remote_set(store, HUB, &remote, &err) == 0);
	CHECK(store_commit(store, &err) == 0);
	store_close(store);
	store = fixture_open();
	store_remote_init(&again);
	CHECK(store_remote_get(store, STR("other"), &again, &err) == 0 && again.cursor.len == 0);
	CHECK(store_remote_get(store, HUB, &again, &err) == 0);
	CHECK_STR(buf_text(&again.cursor), "e.s.7");
	CHECK_STR(buf_text(&again.etag), "\"e.s.7\"");
	CHECK(again.round == 3 && again.within && again.synced_ms == 99);
	store_remote_fini(&remote);
	store_remote_fini(&again);
	store_close(store);
}

static void a_version_is_held_by_its_digest(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt = theirs(A, "a/one", 1, "One");
	struct str digest = str_of(prompt->digest);
	struct err err;

	CHECK(store_remote_held(store, HUB, STR(A), 1, digest, &err) == STORE_HELD_NOT);
	put(store, A, "a/one", 1, "One", 1);
	CHECK(store_remote_held(store, HUB, STR(A), 1, digest, &err) == STORE_HELD);
	CHECK(store_remote_held(store, HUB, STR(A), 2, digest, &err) == STORE_HELD_NOT);
	CHECK(store_remote_held(store, HUB, STR(A), 1, STR("00"), &err) == STORE_HELD_OTHERWISE);
	CHECK(store_remote_held(store, STR("else"), STR(A), 1, digest, &err) == STORE_HELD_FOREIGN);
	prompt_free(prompt);
	store_close(store);
}

static void a_prompt_moves_and_is_replaced(void)
{
	struct store *store = fixture_new();

	put(store, A, "a/one", 1, "One", 1);
	check_text(store, "a/one", 1, "One");
	put(store, A, "a/two", 2, "Two", 1);
	check_text(store, "a/two", 2, "Two");
	CHECK(!is_there(store, "a/one"));
	/* Rolled back: the older version is served again, and the newer one kept. */
	put(store, A, "a/two", 1, "One", 1);
	check_text(store, "a/two", 1, "One");
	/* Another takes its name: it makes way. */
	put(store, B, "a/two", 1, "Other", 1);
	check_text(store, "a/two", 1, "Other");
	store_close(store);
}

static void what_a_full_round_does_not_bring_goes(void)
{
	struct store *store = fixture_new();
	struct err err;
	int64_t n = 0;

	CHECK(fixture_put(store, "own/one", "Own", "Mine") == STORE_PUT_CREATED);
	put(store, A, "a/one", 1, "One", 1);
	put(store, B, "b/one", 1, "One", 1);
	CHECK(store_begin(store, &err) == 0);
	CHECK(store_remote_keep(store, HUB, STR(A), 2, &err) == 0);
	CHECK(store_remote_sweep(store, HUB, 2, &n, &err) == 0);
	CHECK(store_commit(store, &err) == 0);
	CHECK(n == 1 && is_there(store, "a/one") && !is_there(store, "b/one"));
	CHECK(store_begin(store, &err) == 0);
	CHECK(store_remote_remove(store, HUB, STR(B), &err) == 0); /* gone already */
	CHECK(store_remote_forget(store, HUB, &n, &err) == 0);
	CHECK(store_commit(store, &err) == 0);
	CHECK(n == 1 && !is_there(store, "a/one") && is_there(store, "own/one"));
	store_close(store);
}

int main(void)
{
	RUN(how_far_is_kept);
	RUN(a_version_is_held_by_its_digest);
	RUN(a_prompt_moves_and_is_replaced);
	RUN(what_a_full_round_does_not_bring_goes);
	return 0;
}
