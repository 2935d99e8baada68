/* promptd connect: assistants find the library from now on. */
#include <stdlib.h>

#include "agent/commands.h"
#include "agent/connect.h"
#include "agent/connect_report.h"

#define PROBE_MS 10000

typedef void one_fn(
	struct connect *connect, const struct assistant *assistant, struct connect_result *result);

/* In a list of all, what is not on this machine is no news. */
static bool silent(const struct call *call, const struct connect_result *result)
{
	return !call->json && !call->n_words && result->outcome == CONNECT_ABSENT;
}

static void each(struct call *call, struct connect *connect, one_fn *one,
	const struct assistant *const *wanted, size_t n, struct connect_tally *tally)
{
	for (size_t i = 0; i < n && !tally->cancelled; i++) {
		struct connect_result result;

		one(connect, wanted[i], &result);
		connect_tally_add(tally, &result);
		if (!silent(call, &result))
			connect_report(call, &result);
		(void)output_flush(call->out);
		connect_result_fini(&result);
	}
}

static int handshake(struct call *call, const struct connect *connect)
{
	struct probe probe;
	struct err err = {.text = ""};

	if (probe_server(&probe, connect->server, connect->env, PROBE_MS, call_cancelled, &err) ==
		0) {
		connect_report_probe(call, &probe, connect->server);
		return COMMAND_DONE;
	}
	if (call_cancelled())
		return call_fail(call, COMMAND_CANCELLED, "cancelled");
	call_hint(call, "promptd doctor");
	return call_fail(call, COMMAND_FAILED, "it is written down, but %s", err.text);
}

/* What the whole call comes to. */
static int verdict(
	struct call *call, const struct connect *connect, const struct connect_tally *tally)
{
	if (tally->cancelled || call_cancelled())
		return call_fail(call, COMMAND_CANCELLED, "cancelled");
	if (tally->failed == 1)
		return call_fail(call, COMMAND_FAILED, "%s is not connected", tally->first_failed);
	if (tally->failed)
		return call_fail(
			call, COMMAND_FAILED, "%zu assistants are not connected", tally->failed);
	if (!tally->done) {
		call_hint(call, "promptd connect --print %s says what to paste where",
			call->n_words ? call->words[0] : "NAME");
		return call_fail(call, COMMAND_NOT_FOUND, "no assistant was found to connect");
	}
	return connect->dry_run || !tally->live ? COMMAND_DONE : handshake(call, connect);
}

/* `connect` alone and --status: how it stands, nothing is changed. */
static int show(struct call *call, struct connect *connect, const struct assistant **wanted,
	size_t n, bool asked)
{
	struct connect_tally tally = {.done = 0};

	for (size_t i = 0; n == 0 && i < connect->table.n; i++)
		wanted[i] = &connect->table.rows[i];
	each(call, connect, connect_status, wanted, n ? n : connect->table.n, &tally);
	if (!call->json && tally.absent + tally.failed + tally.done == tally.absent && !asked)
		output_print(call->out, "no assistant is connected yet\n");
	if (!call->json && !asked)
		output_print(call->out, "to connect: promptd connect NAME, or --all for every one "
					"that is here\n");
	return tally.live ? handshake(call, connect) : COMMAND_DONE;
}

static int print(
	struct call *call, struct connect *connect, const struct assistant **wanted, size_t n)
{
	for (size_t i = 0; n == 0 && i < connect->table.n; i++)
		wanted[i] = &connect->table.rows[i];
	n = n ? n : connect->table.n;
	for (size_t i = 0; i < n; i++) {
		struct connect_result result;

		connect_print(connect, wanted[i], &result);
		if (call->json) {
			connect_report(call, &result);
		} else if (result.snippet) {
			output_print(call->out, "%s", i ? "\n" : "");
			output_styled(call->out, OUTPUT_BOLD, str_of(wanted[i]->title));
			output_print(call->out, ", in ");
			output_text(call->out, str_of(result.file));
			output_print(call->out, ":\n");
			output_body(call->out, str_of(result.snippet));
		}
		connect_result_fini(&result);
	}
	return COMMAND_DONE;
}

static int with(struct call *call, struct connect *connect)
{
	const struct assistant **wanted =
		xcalloc(connect->table.n + call->n_words, sizeof(*wanted));
	struct connect_tally tally = {.done = 0};
	size_t n;
	int result = connect_wanted(call, &connect->table, wanted, &n);

	call_answer_text(call, "server", str_of(connect->server));
	if (result == COMMAND_DONE) {
		if (call_flag(call, "print")) {
			result = print(call, connect, wanted, n);
		} else if (call_flag(call, "status") || n == 0) {
			result = show(call, connect, wanted, n, call_flag(call, "status"));
		} else {
			each(call, connect, connect_assistant, wanted, n, &tally);
			result = verdict(call, connect, &tally);
		}
	}
	free(wanted);
	return result;
}

static int run(struct call *call)
{
	bool looking = call_flag(call, "print") || call_flag(call, "status") ||
		       call_flag(call, "dry-run") || (!call->n_words && !call_flag(call, "all"));
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
	if (connect_open(&connect, !looking, &err) < 0) {
		result = call_fail_err(call, &err);
	} else {
		result = with(call, &connect);
		connect_close(&connect);
	}
	free(project);
	return result;
}

static const struct command_option options[] = {
	{"all", 'a', NULL, "every assistant that is on this machine", COMMAND_TEXT, NULL, false},
	{"project", 0, NULL, "in the settings of the project you are in, not in your own",
		COMMAND_TEXT, NULL, false},
	{"status", 0, NULL, "only say which assistants are connected", COMMAND_TEXT, NULL, false},
	{"dry-run", 'n', NULL, "only say what would be done", COMMAND_TEXT, NULL, false},
	{"print", 0, NULL, "only print what to paste into which file", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd connect claude codex", "two assistants"},
	{"promptd connect --all --dry-run", "what --all would do"},
	{"promptd connect --status", "which are connected, and does the server answer"},
	{"promptd connect --project vscode", "for everybody who opens this project"},
	{0},
};

const struct command command_connect = {
	.name = "connect",
	.summary = "let an assistant use the library",
	.words = "[ASSISTANT...]",
	.description =
		"Adds promptd-mcp to the assistants' settings: by the assistant's own command "
		"where "
		"it has one, by a link that makes it ask you (Cursor), else by changing one entry "
		"of its settings file. Comments and everything else in that file stay, a copy of "
		"it as it was is kept, and a file that is not understood to the last byte is not "
		"touched: then you see what to paste. An entry called promptd that somebody else "
		"put there is never changed. At the end the server is started once and asked.\n"
		"\n"
		"Without a name it shows which assistants are here and which are connected. "
		"promptd disconnect takes out what this put in, and nothing else.",
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_CHOICE,
	.choices = CONNECT_CHOICES,
	.options = options,
	.examples = examples,
	.answer =
		"server, assistants (assistant, title, scope, outcome, by, file, backup, snippet, "
		"message, restart, off, command), handshake (revisions, tools, ms)",
	.run = run,
};
