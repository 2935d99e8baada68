/* `promptd` alone; see overview.h. */
#include "agent/overview.h"

#include <inttypes.h>

#include "agent/connected.h"
#include "agent/help.h"
#include "core/buf.h"
#include "core/json.h"

static int count_prompts(struct call *call, int64_t *n)
{
	struct store_facts facts = {.n_prompts = 0};
	struct store *store;
	struct err err;
	int result = COMMAND_DONE;

	if (call_has_library(call)) {
		result = call_store(call, false, &store);
		if (result == COMMAND_DONE && store_facts(store, &facts, &err) != 0)
			result = call_fail_err(call, &err);
	}
	*n = facts.n_prompts;
	return result;
}

static void print_next(struct output *out, const char *line, const char *what)
{
	output_print(out, "  ");
	output_styled(out, OUTPUT_NAME, str_of(line));
	output_print(out, "%*s%s\n", (int)(28 - output_width(str_of(line))), "", what);
}

static void print_all(struct call *call, int64_t n, struct str connected)
{
	struct output *out = call->out;

	output_print(out, "promptd " PROMPTD_VERSION ": " HELP_SUMMARY "\n");
	output_print(out, "Library: ");
	output_text(out, str_of(call->dirs->data));
	if (n == 0)
		output_print(out, " (empty)\n");
	else
		output_print(out, " (%" PRId64 " prompt%s)\n", n, n == 1 ? "" : "s");
	output_print(out, "Connected: ");
	output_text(out, connected.n > 0 ? connected : STR("no assistant yet"));
	output_print(out, "\n");
	if (n == 0)
		print_next(out, "promptd import --starter", "prompts to begin with");
	else
		print_next(out, "promptd search WORDS", "find a prompt");
	if (connected.n == 0)
		print_next(out, "promptd connect", "give them to your assistant");
	else
		print_next(out, "promptd render NAME", "fill one in and print it");
	if (n == 0)
		print_next(out, "promptd import FOLDER", "your own prompts, from files");
	else
		print_next(out, "promptd help", "all commands");
}

int overview_run(struct call *call)
{
	struct buf connected = BUF_INIT(4096);
	json_t *names;
	int64_t n;
	int result = count_prompts(call, &n);

	if (result == COMMAND_DONE) {
		names = connected_list(call->dirs);
		connected_text(names, &connected);
		call_answer_text(call, "version", STR(PROMPTD_VERSION));
		call_answer_text(call, "library", str_of(call->dirs->data));
		call_answer_int(call, "prompts", n);
		call_answer(call, "connected", names);
		if (!call->json)
			print_all(call, n, (struct str){buf_text(&connected), connected.len});
	}
	buf_fini(&connected);
	return result;
}
