/* See hub_pull.h. */
#include "agent/hub_pull.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"
#include "store/proposal.h"
#include "store/remote.h"
#include "sync/propose.h"

int hub_forget(struct store *store, int64_t *n, struct err *err)
{
	if (store_begin(store, err) != 0)
		return -1;
	if (store_remote_forget(store, STR(STORE_HUB), n, err) != 0) {
		store_rollback(store);
		return -1;
	}
	return store_commit(store, err);
}

int hub_lease_end(struct store *store, struct hub_state *state, struct err *err)
{
	int64_t n;

	if (state->condition != HUB_SHUT || state->lease_ms == 0 ||
		clock_now_ms() < state->lease_ms)
		return 0;
	if (hub_forget(store, &n, err) != 0)
		return -1;
	state->lease_ms = 0;
	state->removed = n;
	return 0;
}

void hub_state_begin(struct hub_state *state, const struct account *account)
{
	if (strcmp(state->hub, account_url(account)) != 0)
		*state = (struct hub_state){.condition = HUB_WAITING};
	(void)snprintf(state->hub, sizeof state->hub, "%s", account_url(account));
	json_copy_text(account->json, "name", state->name, sizeof state->name);
}

static enum hub_condition condition_of(int outcome)
{
	switch (outcome) {
	case PULL_DONE:
		return HUB_FINE;
	case PULL_SIGN_IN:
		return HUB_SIGN_IN;
	case PULL_SHUT:
		return HUB_SHUT;
	case PULL_TOO_OLD:
		return HUB_TOO_OLD;
	case PULL_LATER:
		return HUB_AWAY;
	default:
		return HUB_UNSTORED;
	}
}

/* The outcome; a token that has run out is renewed once, and asked with again. */
static int pull(struct call *call, struct account *account, struct store *store,
	struct pull_options *options, struct pull_report *report, struct err *err)
{
	int outcome, exit;

	(void)account_keep(call, account); /* what is in memory goes on being good */
	options->token = account_token(account);
	outcome = sync_pull(store, account->http, options, report, err);
	if (outcome != PULL_SIGN_IN)
		return outcome;
	exit = account_renew(call, account);
	if (exit == COMMAND_LOGIN_NEEDED || exit == COMMAND_REFUSED)
		return PULL_SIGN_IN;
	if (exit != COMMAND_DONE && strcmp(options->token, account_token(account)) == 0) {
		*err = call->err; /* the network, once more */
		return PULL_LATER;
	}
	options->token = account_token(account);
	return sync_pull(store, account->http, options, report, err);
}

static void take(struct hub_state *state, int outcome, const struct pull_report *report,
	const struct err *err)
{
	state->condition = condition_of(outcome);
	state->tried_ms = clock_now_ms();
	(void)snprintf(
		state->why, sizeof state->why, "%.255s", outcome == PULL_DONE ? "" : err->text);
	if (outcome == PULL_DONE)
		state->heard_ms = state->tried_ms;
	if (state->condition != HUB_SHUT)
		state->lease_ms = 0;
	else if (state->lease_ms == 0)
		state->lease_ms =
			(state->heard_ms > 0 ? state->heard_ms : state->tried_ms) + HUB_LEASE_MS;
	state->put = report->put;
	state->removed = report->removed;
	state->full = report->full;
	if (report->pages == 0)
		return; /* what was refused before is not there yet either */
	state->refused = report->refused;
	(void)snprintf(state->refused_why, sizeof state->refused_why, "%s", report->why);
}

/* What was proposed here and waits goes along. */
static void send_proposals(
	struct call *call, struct account *account, struct store *store, struct hub_state *state)
{
	struct propose_report report;
	struct err err;

	if (account_propose(call, account, store, &report, &err) != PULL_DONE)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "hub.not_proposed"),
			LOG_TEXT("why", err.text));
	state->proposed = report.sent;
	state->unproposed = report.refused;
	(void)snprintf(state->unproposed_why, sizeof state->unproposed_why, "%.255s", report.why);
}

/* All of it was asked for: what this person may do there may be another thing now. */
static void learn_role(struct call *call, struct account *account, struct store *store)
{
	json_t *me;
	struct err err;

	if (account_ask(call, account, "GET", "/api/v1/me", NULL, &me) != COMMAND_DONE)
		return; /* it is asked for again with the next full one, or by whoami */
	if (store_member_set(store, STR(STORE_HUB), json_str(me, "role"), &err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "hub.role"), LOG_TEXT("why", err.text));
	account_learn(account, me);
	(void)account_keep(call, account);
	json_decref(me);
}

bool hub_pull(struct call *call, struct account *account, struct store *store,
	const struct pull_options *options, struct hub_state *state, struct pull_report *report)
{
	struct pull_options own = *options;
	struct err err = {.code = ERR_NONE};
	int outcome = pull(call, account, store, &own, report, &err);

	if (outcome == PULL_ENDED)
		return false;
	take(state, outcome, report, &err);
	state->proposed = state->unproposed = 0;
	if (state->condition == HUB_FINE && report->full)
		learn_role(call, account, store);
	if (state->condition == HUB_FINE)
		send_proposals(call, account, store, state);
	if (hub_lease_end(store, state, &err) != 0)
		(void)snprintf(state->why, sizeof state->why, "%.255s", err.text);
	hub_state_write(call->dirs, state);
	return true;
}
