/* promptd sync: take over what is new at the hub. */
#include "agent/hub_sync.h"
#include "agent/uses.h"

/* What was recorded goes along; that it cannot is no fault of what came. */
static int send_uses(struct call *call)
{
	struct upload_report report;
	struct store *store;
	int exit = call_store(call, true, &store);

	if (exit == COMMAND_DONE)
		exit = uses_send(call, store, &report);
	if (exit != COMMAND_DONE)
		return exit;
	call_answer_int(call, "uses", report.sent);
	if (report.why[0] != '\0')
		call_warn(call, "uses were not sent: %s", report.why);
	if (!call->json && report.sent > 0)
		output_print(call->out, "%lld use%s sent\n", (long long)report.sent,
			report.sent == 1 ? "" : "s");
	return COMMAND_DONE;
}

static int sync_run(struct call *call)
{
	struct hub_state state;
	int exit = hub_sync(call, call_flag(call, "now"), &state);

	if (exit != COMMAND_DONE)
		return exit;
	hub_sync_tell(call, &state);
	return send_uses(call);
}

static const struct command_option sync_options[] = {
	{.name = "now", .help = "also when the hub wants to be left alone for a while"},
	{0},
};

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
		"here stays in use.\n\n"
		"The agent does this by itself as long as it runs, with what was proposed and "
		"used, and is "
		"asked to do it now; "
		"promptd status says how it fares. With `experimental = yes` in promptd.conf "
		"versions come too that are still tried out, for those who may have them.",
	.answer = "updated, removed, refused, full, proposed, uses",
	.options = sync_options,
	.examples = sync_examples,
	.run = sync_run,
};
