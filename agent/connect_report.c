/* How connecting went, in words; see connect_report.h. */
#include "agent/connect_report.h"

#include <string.h>

void connect_tally_add(struct connect_tally *tally, const struct connect_result *result)
{
	switch (result->outcome) {
	case CONNECT_CONNECTED:
	case CONNECT_ALREADY:
	case CONNECT_REPLACED:
	case CONNECT_ASKED:
		tally->live++;
		tally->done++;
		break;
	case CONNECT_WOULD:
	case CONNECT_REMOVED:
	case CONNECT_GONE:
		tally->done++;
		break;
	case CONNECT_ABSENT:
	case CONNECT_NOT_CONNECTED:
		tally->absent++;
		break;
	case CONNECT_CANCELLED:
		tally->cancelled++;
		break;
	case CONNECT_DIFFERS:
	case CONNECT_FAILED:
		if (!tally->failed++)
			tally->first_failed = result->assistant->title;
	}
}

static void put(struct call *call, const char *text)
{
	output_text(call->out, str_of(text));
}

/* A word as a shell would want it typed. */
static void put_word(struct call *call, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:@+,";

	if (*word && !word[strspn(word, plain)]) {
		put(call, word);
		return;
	}
	output_print(call->out, "'");
	for (; *word; word++) {
		if (*word == '\'')
			output_print(call->out, "'\\''");
		else
			output_text(call->out, (struct str){word, 1});
	}
	output_print(call->out, "'");
}

/* The command without the path of the program: as a person would type it. */
static void put_command(struct call *call, char *const *command)
{
	const char *slash = strrchr(command[0], '/');

	put_word(call, slash ? slash + 1 : command[0]);
	for (size_t i = 1; command[i]; i++) {
		output_print(call->out, " ");
		put_word(call, command[i]);
	}
}

/* A path as people write it: with ~ for their home. */
static void put_path(struct call *call, const char *path)
{
	size_t home = strlen(call->dirs->home);

	if (home > 1 && !strncmp(path, call->dirs->home, home) && path[home] == '/') {
		output_print(call->out, "~");
		path += home;
	}
	put(call, path);
}

/* ", by its command" or ", in its file". */
static void put_way(struct call *call, const struct connect_result *r)
{
	if (r->by && !strcmp(r->by, "command") && r->command) {
		output_print(call->out, " by ");
		put_command(call, r->command);
	} else if (r->file) {
		output_print(call->out, " in ");
		put_path(call, r->file);
	}
	if (r->kept) {
		output_print(call->out, ", a copy of what it was is ");
		put_path(call, r->kept);
	}
}

static void put_after(struct call *call, const struct connect_result *r)
{
	const char *note = r->assistant->scope[r->which].note;

	output_print(call->out, "; %s", r->assistant->restart);
	if (note && r->outcome != CONNECT_REMOVED)
		output_print(call->out, " (%s)", note);
}

static void put_message(struct call *call, const struct connect_result *r)
{
	if (!r->message[0])
		return;
	output_print(call->out, "; ");
	put(call, r->message);
}

static const char *did(enum connect_outcome outcome)
{
	switch (outcome) {
	case CONNECT_REPLACED:
		return "brought up to date";
	case CONNECT_REMOVED:
		return "disconnected";
	case CONNECT_WOULD:
		return "would be changed";
	case CONNECT_ALREADY:
		return "was connected already";
	default:
		return "connected";
	}
}

static void put_done(struct call *call, const struct connect_result *r)
{
	output_print(call->out, "%s", did(r->outcome));
	put_way(call, r);
	put_message(call, r);
	if (r->changed)
		put_after(call, r);
}

static void put_snippet(struct call *call, const struct connect_result *r)
{
	struct str rest = str_of(r->snippet), line;

	if (!r->snippet)
		return;
	output_print(call->out, "  by hand, into ");
	put_path(call, r->file);
	output_print(call->out, ":\n");
	while (str_next_line(&rest, &line)) {
		output_print(call->out, "    ");
		output_text(call->out, line);
		output_print(call->out, "\n");
	}
}

static enum output_style style_of(enum connect_outcome outcome)
{
	switch (outcome) {
	case CONNECT_ABSENT:
	case CONNECT_NOT_CONNECTED:
	case CONNECT_GONE:
		return OUTPUT_DIM;
	case CONNECT_DIFFERS:
	case CONNECT_FAILED:
	case CONNECT_CANCELLED:
		return OUTPUT_BAD;
	case CONNECT_ASKED:
		return OUTPUT_WARN;
	default:
		return OUTPUT_GOOD;
	}
}

static void set_text(json_t *json, const char *name, const char *text)
{
	if (text && text[0])
		(void)json_object_set_new(json, name, call_text_json(str_of(text)));
}

static json_t *json_of(const struct connect_result *r)
{
	json_t *json = json_object(), *command;

	set_text(json, "assistant", r->assistant->name);
	set_text(json, "title", r->assistant->title);
	set_text(json, "scope", r->which == ASSISTANT_PROJECT ? "project" : "user");
	set_text(json, "outcome", connect_word(r->outcome));
	set_text(json, "by", r->by);
	set_text(json, "file", r->file);
	set_text(json, "backup", r->kept);
	set_text(json, "snippet", r->snippet);
	set_text(json, "message", r->message);
	set_text(json, "restart", r->assistant->restart);
	(void)json_object_set_new(json, "off", json_boolean(r->off));
	if (!r->command)
		return json;
	command = json_array();
	for (size_t i = 0; r->command[i]; i++)
		(void)json_array_append_new(command, call_text_json(str_of(r->command[i])));
	(void)json_object_set_new(json, "command", command);
	return json;
}

void connect_report(struct call *call, const struct connect_result *r)
{
	if (call->json) {
		if (!json_object_get(call->answer, "assistants"))
			call_answer(call, "assistants", json_array());
		(void)json_array_append_new(
			json_object_get(call->answer, "assistants"), json_of(r));
		return;
	}
	output_styled(call->out, style_of(r->outcome), str_of(r->assistant->title));
	output_print(call->out, ": ");
	switch (r->outcome) {
	case CONNECT_CONNECTED:
	case CONNECT_ALREADY:
	case CONNECT_REPLACED:
	case CONNECT_REMOVED:
	case CONNECT_WOULD:
		put_done(call, r);
		break;
	case CONNECT_ASKED:
		put(call, r->message);
		put_after(call, r);
		break;
	case CONNECT_NOT_CONNECTED:
		put(call, r->message[0] ? r->message : "not connected");
		break;
	default:
		put(call, r->message);
	}
	output_print(call->out, "\n");
	put_snippet(call, r);
}

void connect_report_probe(struct call *call, const struct probe *probe, const char *server)
{
	if (call->json) {
		call_answer(call, "handshake",
			json_pack("{s:[s, s], s:I, s:i}", "revisions", probe->legacy, probe->modern,
				"tools", (json_int_t)probe->tools, "ms", probe->took_ms));
		return;
	}
	put(call, server);
	output_print(call->out, " answers: %zu tools, MCP ", probe->tools);
	put(call, probe->legacy);
	output_print(call->out, " and ");
	put(call, probe->modern);
	output_print(call->out, "\n");
}

int connect_wanted(struct call *call, const struct assistant_table *table,
	const struct assistant **wanted, size_t *n)
{
	bool all = call_flag(call, "all");

	*n = 0;
	if (all && call->n_words)
		return call_fail(call, COMMAND_USAGE, "either names or --all");
	for (size_t i = 0; all && i < table->n; i++)
		wanted[(*n)++] = &table->rows[i];
	for (size_t i = 0; i < call->n_words; i++) {
		const struct assistant *found = assistant_find(table, call->words[i]);

		if (!found) {
			call_hint(call, "the assistants are " CONNECT_CHOICES);
			return call_fail(
				call, COMMAND_USAGE, "no assistant is called %s", call->words[i]);
		}
		for (size_t k = 0; found && k < *n; k++)
			found = wanted[k] == found ? NULL : found;
		if (found)
			wanted[(*n)++] = found;
	}
	return COMMAND_DONE;
}
