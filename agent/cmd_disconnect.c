/* promptd disconnect: takes out what `connect` put in, and nothing else. */
#include <stdlib.h>

#include "agent/commands.h"
#include "agent/connect.h"
#include "agent/connect_report.h"

static int verdict(struct call *call, const struct connect_tally *tally)
{
	if (tally->cancelled || call_cancelled())
		return call_fail(call, COMMAND_CANCELLED, "cancelled");
	if (tally->failed == 1)
		return call_fail(
			call, COMMAND_FAILED, "%s is still connected", tally->first_failed);
	if (tally->failed)
		return call_fail(
			call, COMMAND_FAILED, "%zu assistants are still connected", tally->failed);
	if (tally->done)
		return COMMAND_DONE;
	call_hint(call, "promptd connect --status");
	return call_fail(call, COMMAND_NOT_FOUND, "nothing that promptd connected was found");
}

static int with(struct call *call, struct connect *connect)
{
	const struct assistant **wanted =
		xcalloc(connect->table.n + call->n_words, sizeof(*wanted));
	struct connect_tally tally = {.done = 0};
	size_t n;
	int result = connect_wanted(call, &connect->table, wanted, &n);

	if (result == COMMAND_DONE && n == 0) {
		call_hint(call, "promptd disconnect --all");
		result = call_fail(call, COMMAND_USAGE, "which assistant?");
	}
	for (size_t i = 0; result == COMMAND_DONE && i < n && !tally.cancelled; i++) {
		struct connect_result one;

		if (!call->n_words && !connect_is_ours(connect, wanted[i]))
			continue;
		disconnect_assistant(connect, wanted[i], &one);
		connect_tally_add(&tally, &one);
		connect_report(call, &one);
		(void)output_flush(call->out);
		connect_result_fini(&one);
	}
	free(wanted);
	return result == COMMAND_DONE ? verdict(call, &tally) : result;
}

static int run(struct call *call)
{
	struct connect connect = {.dirs = call->dirs,
		.dry_run = call_flag(call, "dry-run"),
		.cancelled = call_cancelled};
	char *project = NULL;
	struct err err = {.text = ""};
	int result;

	if (call_flag(call, "project")) {
		project = connect_project(call->dirs->home);
		if (!project)
			return call_fail(call, COMMAND_USAGE,
				"this folder is your home, which is no project");
		connect.project = project;
	}
	if (connect_open(&connect, !connect.dry_run, &err) < 0) {
		result = call_fail_err(call, &err);
	} else {
		result = with(call, &connect);
		connect_close(&connect);
	}
	free(project);
	return result;
}

static const struct command_option options[] = {
	{"all", 'a', NULL, "every assistant that promptd connected", COMMAND_TEXT, NULL, false},
	{"project", 0, NULL, "in the settings of the project you are in, not in your own",
		COMMAND_TEXT, NULL, false},
	{"dry-run", 'n', NULL, "only say what would be done", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd disconnect codex", "one assistant"},
	{"promptd disconnect --all", "before removing promptd"},
	{0},
};

const struct command command_disconnect = {
	.name = "disconnect",
	.summary = "take promptd out of an assistant's settings again",
	.words = "[ASSISTANT...]",
	.description =
		"Takes out the entries that promptd connect put into the assistants' settings. "
		"An entry that was changed since, or that somebody else put there, stays and "
		"is named.",
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_CHOICE,
	.choices = CONNECT_CHOICES,
	.options = options,
	.examples = examples,
	.answer = "assistants (as of connect)",
	.run = run,
};
