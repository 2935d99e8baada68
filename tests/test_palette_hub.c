/* Prompts that came from a hub, as the picker shows them. */
#include "core/clock.h"
#include "core/id.h"
#include "desktop/palette.h"
#include "desktop/palette_library.h"
#include "store/remote.h"
#include "tests/store_fixture.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct store *store;
static struct palette palette;
static struct palette_library library;
static struct palette_calls calls;

static void on_close(void *data)
{
	(void)data;
}

static void follow(const char *path, const char *status, const char *channel, int64_t version)
{
	struct prompt *prompt = fixture_prompt(path, path, "text");
	char id[ID_BYTES];
	struct err err;

	id_new(id);
	prompt_set(&prompt->id, str_of(id));
	prompt_set(&prompt->source, STR("hub"));
	prompt_set(&prompt->status, str_of(status));
	prompt_set(&prompt->channel, str_of(channel));
	prompt->version = version;
	CHECK(prompt_digest(prompt, prompt->digest, &err) == 0);
	CHECK(store_begin(store, &err) == 0);
	CHECK(store_remote_put(store, prompt, true, 1, &err) == 0);
	CHECK(store_commit(store, &err) == 0);
	prompt_free(prompt);
}

static void heard(int64_t ago_ms)
{
	struct store_remote remote;
	struct err err;

	store_remote_init(&remote);
	remote.synced_ms = clock_now_ms() - ago_ms;
	CHECK(store_begin(store, &err) == 0);
	CHECK(store_remote_set(store, STR("hub"), &remote, &err) == 0);
	CHECK(store_commit(store, &err) == 0);
	store_remote_fini(&remote);
}

static void call(void)
{
	palette_library_init_store(&library, fixture_dir, store);
	library.experimental = true;
	calls = (struct palette_calls){.data = &library, .close = on_close};
	palette_library_calls(&calls);
	palette_init(&palette, &calls);
	palette_call(&palette, false);
}

static void end(void)
{
	palette_close(&palette);
	palette_fini(&palette);
	palette_library_fini(&library);
}

/* "team, approved, v2" of the row at that path. */
static void check_badges(const char *path, const char *expected)
{
	struct buf text = BUF_INIT(1024);
	size_t i, k;

	for (i = 0; i < palette.n_rows; i++)
		for (k = 0; strcmp(palette.rows[i].path, path) == 0 && k < palette.rows[i].n_badges;
			k++)
			CHECK(buf_add_format(&text, "%s%s", k > 0 ? ", " : "",
				      palette.rows[i].badges[k].text) == 0);
	CHECK_STR(buf_text(&text), expected);
	buf_fini(&text);
}

static void approved_ones_are_the_teams(void)
{
	store = fixture_new();
	follow("team/one", "approved", "production", 1);
	follow("team/two", "approved", "production", 2);
	follow("team/trial", "approved", "experimental", 1);
	follow("team/gone", "deprecated", "production", 1);
	heard(0);
	call();
	check_badges("team/one", "team, approved");
	check_badges("team/two", "team, approved, v2");
	check_badges("team/trial", "team, experimental");
	check_badges("team/gone", "team, withdrawn");
	end();
	store_close(store);
}

static void age_is_shown_when_the_hub_was_not_heard_for_days(void)
{
	store = fixture_new();
	follow("team/one", "approved", "production", 1);
	heard(3 * DAY_MS + 1000);
	call();
	check_badges("team/one", "team, approved, 3 days old");
	end();
	heard(DAY_MS / 2);
	call();
	check_badges("team/one", "team, approved");
	end();
	store_close(store);
}

int main(void)
{
	RUN(approved_ones_are_the_teams);
	RUN(age_is_shown_when_the_hub_was_not_heard_for_days);
	return 0;
}
