/* promptd sync: take over what is new at the hub. */
#include <string.h>
#include <unistd.h>

#include "agent/account.h"
#include "sync/propose.h"
#include "sync/pull.h"

static void show_progress(void *data, const struct pull_report *report)
{
	struct call *call = data;

	if (call->notes->moves)
		output_progress(call->notes, "prompts", (size_t)(report->put + report->removed), 0);
}

static int fail_pull(struct call *call, int outcome, const struct err *err)
{
	switch (outcome) {
	case PULL_SIGN_IN:
		call_hint(call, "promptd login");
		return call_fail(call, COMMAND_LOGIN_NEEDED, "%s", err->text);
	case PULL_SHUT:
	case PULL_TOO_OLD:
		return call_fail(call, COMMAND_REFUSED, "%s", err->text);
	default:
		return call_fail_err(call, err);
	}
}

/* A token that has run out is renewed once, and asked again. */
static int pull_all(
	struct call *call, struct account *account, struct store *store, struct pull_report *report)
{
	struct err err;
	int outcome = sync_pull(
		store, account->http, account_token(account), report, show_progress, call, &err);

	if (outcome == PULL_SIGN_IN && account_renew(call, account) == COMMAND_DONE)
		outcome = sync_pull(store, account->http, account_token(account), report,
			show_progress, call, &err);
	if (call->notes->moves)
		output_progress_end(call->notes);
	return outcome == PULL_DONE ? COMMAND_DONE : fail_pull(call, outcome, &err);
}

static void tell(struct call *call, const struct pull_report *report)
{
	if (report->refused > 0)
		call_warn(call, "%lld prompts were not taken, the first: %s",
			(long long)report->refused, report->why);
	if (call->json) {
		call_answer_int(call, "updated", report->put);
		call_answer_int(call, "removed", report->removed);
		call_answer_int(call, "refused", report->refused);
		call_answer(call, "full", json_boolean(report->full));
	} else if (report->put + report->removed == 0) {
		output_print(call->out, "nothing new\n");
	} else {
		output_print(call->out, "%lld prompts updated, %lld removed\n",
			(long long)report->put, (long long)report->removed);
	}
}

/* What was proposed here and waits goes along. */
static int send_proposals(struct call *call, struct account *account, struct store *store)
{
	struct propose_report report;
	struct err err;
	int outcome = account_propose(call, account, store, &report, &err);

	if (report.refused > 0) {
		call_hint(call, "promptd propose --list");
		call_warn(call, "the hub refused %lld proposals, the last: %s",
			(long long)report.refused, report.why);
	}
	if (call->json)
		call_answer_int(call, "proposed", report.sent);
	else if (report.sent > 0)
		output_print(call->out, "%lld proposals sent for review\n", (long long)report.sent);
	return outcome == PULL_DONE ? COMMAND_DONE : fail_pull(call, outcome, &err);
}

static int sync_run(struct call *call)
{
	struct pull_report report;
	struct account account;
	struct store *store;
	int lock = -1, exit = account_open(call, &account);

	if (exit == COMMAND_DONE)
		exit = call_store(call, true, &store);
	if (exit == COMMAND_DONE && (lock = account_lock(call)) < 0)
		exit = call_fail(call, COMMAND_FAILED, "another process follows the hub just now");
	if (exit == COMMAND_DONE)
		exit = pull_all(call, &account, store, &report);
	if (exit == COMMAND_DONE) {
		tell(call, &report);
		exit = send_proposals(call, &account, store);
	}
	if (lock >= 0)
		(void)close(lock);
	account_close(&account);
	return exit;
}

static const struct command_example sync_examples[] = {
	{"promptd sync", "approved prompts that are new, and those that were withdrawn"},
	{0},
};

const struct command command_sync = {
	.name = "sync",
	.summary = "take over what is new at the team's hub",
	.words = "",
	.description =
		"Approved versions come, withdrawn ones go, a page at a time and each page as a "
		"whole. A text that is not the one that was announced, or another one under a "
		"version that is here, is not taken. Without a network nothing changes: what is "
		"here stays in use.",
	.answer = "updated, removed, refused, full, proposed",
	.examples = sync_examples,
	.run = sync_run,
};
