/* See hub_sync.h. */
#include "agent/hub_sync.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "agent/endpoint.h"
#include "agent/hub_pull.h"
#include "core/clock.h"

#define TAKEN_MS 3000 /* within which an agent takes a wish up, or it is an old one */
#define LOOK_MS 1000

static void show(struct call *call, int64_t n)
{
	if (call->notes->moves)
		output_progress(call->notes, "prompts", (size_t)n, 0);
}

static void show_end(struct call *call)
{
	if (call->notes->moves)
		output_progress_end(call->notes);
}

/* ── by the agent ──────────────────────────────────────────────────────── */

static int64_t now_ms(void)
{
	return clock_monotonic_us() / 1000;
}

/* True: the agent took the wish up, and *state is what came of it. */
static bool wait_for(
	struct call *call, struct platform_watch *watch, int64_t wish, struct hub_state *state)
{
	struct pollfd fd = {.fd = platform_watch_fd(watch), .events = POLLIN};
	int64_t since_ms = now_ms();
	struct endpoint endpoint;
	struct err err;

	while (!call_cancelled()) {
		bool read = hub_state_read(call->dirs, state) && state->wish == wish;

		if (read && state->condition != HUB_ASKING)
			return true;
		if (read)
			show(call, state->put + state->removed);
		else if (now_ms() - since_ms > TAKEN_MS)
			return false;
		if (poll(&fd, 1, LOOK_MS) <= 0 &&
			endpoint_read(call->dirs, &endpoint, &err) != ENDPOINT_OK)
			return false; /* it has ended meanwhile */
		(void)platform_watch_take(watch);
	}
	return true;
}

/* 1: no agent does it. */
static int by_agent(struct call *call, bool even_held, struct hub_state *state)
{
	struct platform_watch *watch;
	struct endpoint endpoint;
	struct err err;
	int64_t wish;
	bool done;

	if (endpoint_read(call->dirs, &endpoint, &err) != ENDPOINT_OK ||
		platform_watch_open(&watch, call->dirs->state, HUB_STATE_FILE, &err) != 0)
		return 1;
	if (hub_wish_write(call->dirs, even_held, &wish, &err) != 0) {
		platform_watch_close(watch);
		return 1;
	}
	done = wait_for(call, watch, wish, state);
	show_end(call);
	platform_watch_close(watch);
	if (call_cancelled())
		return call_cancel(call);
	return done ? COMMAND_DONE : 1;
}

/* ── by itself ─────────────────────────────────────────────────────────── */

struct pulling {
	struct call *call;
	const struct account *account;
};

static void show_report(void *data, const struct pull_report *report)
{
	const struct pulling *pulling = data;

	show(pulling->call, report->put + report->removed);
}

/* As the agent does: nothing comes back that a logout meanwhile has taken away. */
static bool proceed(void *data)
{
	const struct pulling *pulling = data;

	return !call_cancelled() && account_is_current(pulling->call, pulling->account);
}

static int by_itself(struct call *call, struct account *account, struct hub_state *state)
{
	struct pulling pulling = {call, account};
	const struct pull_options options = {.experimental = call->config->experimental,
		.progress = show_report,
		.proceed = proceed,
		.data = &pulling};
	struct pull_report report;
	struct store *store;
	int lock, exit = call_store(call, true, &store);
	bool asked;

	if (exit != COMMAND_DONE)
		return exit;
	lock = account_lock(call);
	if (lock < 0)
		return call_fail(call, COMMAND_FAILED, "another process follows the hub just now");
	(void)hub_state_read(call->dirs, state); /* when it was heard last; a lease that runs */
	state->stream = false;
	state->next_ms = 0;
	hub_state_begin(state, account);
	asked = hub_pull(call, account, store, &options, state, &report);
	show_end(call);
	(void)close(lock);
	if (asked)
		return COMMAND_DONE;
	return call_cancelled()
		       ? call_cancel(call)
		       : call_fail(call, COMMAND_FAILED, "somebody signed in or out meanwhile");
}

/* ── both ──────────────────────────────────────────────────────────────── */

static int fail(struct call *call, const struct hub_state *state)
{
	switch (state->condition) {
	case HUB_FINE:
		return COMMAND_DONE;
	case HUB_NONE:
		call_hint(call, "promptd login https://hub.example.org");
		return call_fail(call, COMMAND_LOGIN_NEEDED, "you have not signed in to a hub");
	case HUB_SIGN_IN:
		call_hint(call, "promptd login %s", state->hub);
		return call_fail(call, COMMAND_LOGIN_NEEDED, "%s", state->why);
	case HUB_SHUT:
	case HUB_TOO_OLD:
		return call_fail(call, COMMAND_REFUSED, "%s", state->why);
	case HUB_AWAY:
		call_hint(call, "promptd sync --now asks all the same");
		return call_fail(call, COMMAND_FAILED, "%s", state->why);
	default:
		return call_fail(call, COMMAND_FAILED, "%s", state->why);
	}
}

int hub_sync(struct call *call, bool even_held, struct hub_state *state)
{
	struct account account;
	int exit = account_open(call, &account);

	*state = (struct hub_state){.condition = HUB_NONE};
	if (exit == COMMAND_DONE) {
		exit = by_agent(call, even_held, state);
		if (exit == 1)
			exit = by_itself(call, &account, state);
	}
	account_close(&account);
	return exit == COMMAND_DONE ? fail(call, state) : exit;
}

void hub_sync_tell(struct call *call, const struct hub_state *state)
{
	if (state->refused > 0)
		call_warn(call, "%lld prompts were not taken, the first: %s",
			(long long)state->refused, state->refused_why);
	if (state->unproposed > 0) {
		call_hint(call, "promptd propose --list");
		call_warn(call, "the hub refused %lld proposals, the last: %s",
			(long long)state->unproposed, state->unproposed_why);
	}
	if (call->json) {
		call_answer_int(call, "proposed", state->proposed);
		call_answer_int(call, "updated", state->put);
		call_answer_int(call, "removed", state->removed);
		call_answer_int(call, "refused", state->refused);
		call_answer(call, "full", json_boolean(state->full));
	} else if (state->put + state->removed == 0) {
		output_print(call->out, "nothing new\n");
	} else {
		output_print(call->out, "%lld prompt%s updated, %lld removed\n",
			(long long)state->put, state->put == 1 ? "" : "s",
			(long long)state->removed);
	}
	if (!call->json && state->proposed > 0)
		output_print(call->out, "%lld proposal%s sent for review\n",
			(long long)state->proposed, state->proposed == 1 ? "" : "s");
}
