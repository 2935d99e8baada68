/* `promptd` alone; see overview.h. */
#include "agent/overview.h"

#include <inttypes.h>

#include "agent/connected.h"
#include "agent/help.h"
#include "core/buf.h"
#include "core/json.h"

/* -1: there is no library yet, and looking makes none. */
static int count_prompts(struct call *call, int64_t *n)
{
	struct buf file = BUF_INIT(2 * PLATFORM_PATH_MAX);
	struct store_facts facts;
	struct store *store;
	struct err err;
	int access;

	(void)buf_add_format(&file, "%s/prompts.db", call->dirs->data);
	access = platform_access(buf_text(&file), &err);
	buf_fini(&file);
	*n = 0;
	if (access == PLATFORM_ABSENT)
		return COMMAND_DONE;
	if (call_store(call, false, &store) != COMMAND_DONE)
		return COMMAND_FAILED;
	if (store_facts(store, &facts, &err) != 0)
		return call_fail_err(call, &err);
	*n = facts.n_prompts;
	return COMMAND_DONE;
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
	int64_t n;
	int result = count_prompts(call, &n);

	if (result == COMMAND_DONE) {
		connected_names(call->dirs, &connected);
		call_answer_text(call, "version", STR(PROMPTD_VERSION));
		call_answer_text(call, "library", str_of(call->dirs->data));
		call_answer_int(call, "prompts", n);
		call_answer_text(
			call, "connected", (struct str){buf_text(&connected), connected.len});
		if (!call->json)
			print_all(call, n, (struct str){buf_text(&connected), connected.len});
	}
	buf_fini(&connected);
	return result;
}
