/* Tests of agent/hub_sync where no agent runs: what is taken, kept and given up. */
#include "agent/hub_sync.h"

#include "agent/account.h"
#include "core/clock.h"
#include "tests/pull_world.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct platform_dirs dirs;
static struct config config;
static struct output notes;
static struct call call;

static void sign_in(void)
{
	json_t *tokens = json_pack("{s:s}", "access_token", "secret");

	CHECK(account_save(&call, hub.url, tokens) == COMMAND_DONE);
	json_decref(tokens);
}

/* A library of its own, signed in, and what such a hub answers. */
static void start(stand_in_fn *fn)
{
	fixture_new_dir();
	(void)snprintf(dirs.data, sizeof dirs.data, "%s", fixture_dir);
	(void)snprintf(dirs.state, sizeof dirs.state, "%s", fixture_dir);
	(void)snprintf(dirs.run, sizeof dirs.run, "%s", fixture_dir);
	config_init(&config);
	call = (struct call){.dirs = &dirs, .config = &config, .notes = &notes};
	stand_in_settle(&hub);
	hub.fn = fn;
	sign_in();
}

static void finish(void)
{
	store_close(call.store);
	call.store = NULL;
}

static int64_t prompts(void)
{
	const struct store_filter all = {.experimental = true};
	int64_t n;

	CHECK(store_prompt_count(call.store, &all, &n, &err) == 0);
	return n;
}

static void answer_role(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	if (strstr(request, "/api/v1/me") == NULL)
		answer_page(of, request, answer);
	else
		stand_in_body(answer, "200 OK", "", STR("{\"role\":\"contributor\"}"));
}

static void what_is_there_comes(void)
{
	struct hub_state state;

	start(answer_role);
	page_of_two();
	CHECK(hub_sync(&call, false, &state) == COMMAND_DONE);
	CHECK(state.put == 2 && prompts() == 2);
	finish();
}

static void answer_shut(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, "403 Forbidden", "", STR("{}"));
}

/* Asking again and again does not begin it anew. */
static void a_lease_runs_from_when_the_hub_was_heard_last(void)
{
	struct hub_state state = {.condition = HUB_FINE}, written;

	start(answer_shut);
	state.heard_ms = clock_now_ms() - 6 * DAY_MS;
	(void)snprintf(state.hub, sizeof state.hub, "%s", hub.url);
	hub_state_write(&dirs, &state);
	written = state;
	CHECK(hub_sync(&call, false, &state) == COMMAND_REFUSED);
	CHECK(state.lease_ms == written.heard_ms + HUB_LEASE_MS);
	CHECK(hub_sync(&call, false, &state) == COMMAND_REFUSED);
	CHECK(state.lease_ms == written.heard_ms + HUB_LEASE_MS);
	CHECK(hub_state_read(&dirs, &written) && written.lease_ms == state.lease_ms);
	finish();
}

static void when_the_lease_has_ended_its_prompts_go(void)
{
	struct hub_state state;

	start(answer_role);
	page_of_two();
	CHECK(hub_sync(&call, false, &state) == COMMAND_DONE && prompts() == 2);
	state.heard_ms = clock_now_ms() - 8 * DAY_MS;
	hub_state_write(&dirs, &state);
	stand_in_settle(&hub);
	hub.fn = answer_shut;
	CHECK(hub_sync(&call, false, &state) == COMMAND_REFUSED);
	CHECK(prompts() == 0 && state.lease_ms == 0 && state.removed == 2);
	finish();
}

static void answer_and_sign_out(
	struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	char path[PLATFORM_PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/" ACCOUNT_FILE, dirs.data);
	(void)unlink(path);
	answer_page(of, request, answer);
}

static void who_signs_out_meanwhile_finds_nothing_again(void)
{
	struct hub_state state;

	start(answer_and_sign_out);
	page_of_two();
	CHECK(hub_sync(&call, false, &state) == COMMAND_FAILED);
	CHECK_STR(call.err.text, "somebody signed in or out meanwhile");
	CHECK(prompts() == 0);
	finish();
}

static void run(void)
{
	RUN(what_is_there_comes);
	RUN(a_lease_runs_from_when_the_hub_was_heard_last);
	RUN(when_the_lease_has_ended_its_prompts_go);
	RUN(who_signs_out_meanwhile_finds_nothing_again);
}

int main(void)
{
	(void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
	(void)unsetenv("XDG_RUNTIME_DIR");
	output_init(&notes, stderr);
	return pull_world_main(run);
}
