/* promptd show: one prompt as it is stored, in any of its versions. */
#include "agent/lookup.h"
#include "agent/personal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "store/project.h"

static void head_line(struct call *call, const char *label, struct str text)
{
	if (text.n == 0)
		return;
	output_print(call->out, "  %-12s", label);
	output_text(call->out, text);
	output_print(call->out, "\n");
}

static void head_list(struct call *call, const char *label, char *const *texts, size_t n)
{
	struct buf line = BUF_INIT(64 * 1024);
	size_t i;

	for (i = 0; i < n; i++)
		(void)buf_add_format(&line, "%s%s", i > 0 ? ", " : "", texts[i]);
	head_line(call, label, (struct str){buf_text(&line), line.len});
	buf_fini(&line);
}

static void head_time(struct call *call, const char *label, int64_t time_ms)
{
	char text[CLOCK_TEXT_BYTES];

	if (time_ms == 0)
		return;
	clock_format(time_ms, text);
	head_line(call, label, str_of(text));
}

static void print_input(struct call *call, const struct prompt_input *input)
{
	struct output *out = call->out;
	size_t i;

	output_print(out, "    ");
	output_styled(out, OUTPUT_NAME, str_of(input->name));
	output_print(out, "  %s", prompt_type_name(input->type));
	if (input->required)
		output_print(out, ", required");
	if (input->secret)
		output_print(out, ", secret");
	if (input->from != PROMPT_FROM_PERSON)
		output_print(out, ", from the %s", prompt_from_name(input->from));
	if (input->initial != NULL) {
		output_print(out, ", otherwise \"");
		output_text(out, str_of(input->initial));
		output_print(out, "\"");
	}
	for (i = 0; i < input->n_choices; i++) {
		output_print(out, i == 0 ? ", one of " : " | ");
		output_text(out, str_of(input->choices[i]));
	}
	if (input->description != NULL) {
		output_print(out, "\n      ");
		output_text(out, str_of(input->description));
	}
	output_print(out, "\n");
}

static void print_flags(struct call *call, const struct prompt *prompt)
{
	if (prompt->flags & PROMPT_FLAG_EXECUTABLE)
		head_line(
			call, "careful", STR("holds a snippet that some assistants would execute"));
	if (prompt->flags & PROMPT_FLAG_HIDDEN)
		head_line(call, "careful", STR("held characters that do not show"));
}

/* A personal prompt's newest text that is in no commit yet. */
static bool is_edited(struct call *call, const struct prompt *prompt)
{
	return strcmp(prompt->source, PERSONAL_SOURCE) == 0 &&
	       strchr(call->words[0], '@') == NULL && !personal_is_committed(call, prompt);
}

struct others {
	struct call *call;
	const struct prompt *prompt;
	json_t *names; /* SOURCE:PATH */
};

static void on_source(void *data, struct str source, bool seen)
{
	struct others *others = data;
	struct buf name = BUF_INIT(64 * 1024);

	(void)seen;
	if (str_is(source, others->prompt->source))
		return;
	(void)buf_add_format(&name, "%.*s:%s", (int)source.n, source.p, others->prompt->path);
	(void)json_array_append_new(
		others->names, call_text_json((struct str){buf_text(&name), name.len}));
	buf_fini(&name);
}

/* Prompts of other sources at its path, by the names that mean them. New. */
static json_t *others_json(struct call *call, const struct prompt *prompt)
{
	struct others others = {.call = call, .prompt = prompt, .names = json_array()};
	struct err ignored; /* they are an aside */

	(void)store_prompt_sources(call->store, str_of(prompt->path), on_source, &others, &ignored);
	return others.names;
}

static void print_others(struct call *call, const struct prompt *prompt)
{
	json_t *names = others_json(call, prompt), *name;
	size_t i;

	json_array_foreach (names, i, name)
		head_line(call, i == 0 ? "others" : "", str_of(json_string_value(name)));
	json_decref(names);
}

static void print_head(struct call *call, const struct prompt *prompt)
{
	struct output *out = call->out;
	size_t i;

	output_styled(out, OUTPUT_BOLD, str_of(prompt->title));
	output_print(out, "\n");
	head_line(call, "name", str_of(prompt->path));
	output_print(out, "  %-12s%" PRId64, "version", prompt->version);
	output_print(out, "  (");
	output_text(out, str_of(prompt->status));
	output_print(out, ", ");
	output_text(out, str_of(prompt->channel));
	output_print(out, ")%s\n", is_edited(call, prompt) ? ", not committed yet" : "");
	head_line(call, "about", str_of(prompt->description));
	head_list(call, "tags", prompt->tags, prompt->n_tags);
	head_list(call, "aliases", prompt->aliases, prompt->n_aliases);
	head_line(call, "collection", str_of(prompt->collection));
	head_line(call, "model", str_of(prompt->model));
	head_line(call, "source", str_of(prompt->source));
	head_line(call, "from", str_of(prompt->origin));
	print_others(call, prompt);
	head_time(call, "updated", prompt->updated_ms);
	head_line(call, "sha256", str_of(prompt->digest));
	print_flags(call, prompt);
	if (prompt->n_inputs > 0)
		output_print(out, "  inputs\n");
	for (i = 0; i < prompt->n_inputs; i++)
		print_input(call, &prompt->inputs[i]);
}

static void print_messages(struct call *call, const struct prompt *prompt)
{
	struct output *out = call->out;
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		struct str text = str_of(prompt->messages[i].text);

		output_print(out, "\n");
		if (prompt->n_messages > 1) {
			output_style(out, OUTPUT_DIM);
			output_print(
				out, "--- %s ---\n", prompt_role_name(prompt->messages[i].role));
			output_style(out, OUTPUT_PLAIN);
		}
		output_body(out, text);
		if (!out->terminal && (text.n == 0 || text.p[text.n - 1] != '\n'))
			output_print(out, "\n");
	}
}

static int show_text(struct call *call, const struct prompt *prompt)
{
	struct buf text = BUF_INIT(PROMPT_TEXT_MAX * (size_t)PROMPT_MESSAGES_MAX);
	const enum prompt_role *role;
	enum prompt_role chosen;
	int result = lookup_role(call, &chosen, &role);

	if (result != COMMAND_DONE)
		return result;
	if (lookup_join(prompt->messages, prompt->n_messages, role, &text) == 0)
		result = call_fail(call, COMMAND_NOT_FOUND, "%s has no %s message", prompt->path,
			prompt_role_name(chosen));
	else
		output_body(call->out, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
	return result;
}

struct versions {
	struct call *call;
	struct output_table *table;
	json_t *rows;
};

static int on_version(void *data, const struct store_version *version)
{
	struct versions *versions = data;
	char when[CLOCK_TEXT_BYTES];
	json_t *row;

	clock_format(version->created_ms, when);
	if (versions->rows == NULL) {
		output_table_add_int(versions->table, version->number);
		output_table_add(versions->table, str_of(when));
		output_table_add(versions->table, version->channel);
		output_table_add(versions->table, str_prefix(version->digest, 16));
		output_table_add(versions->table, version->message);
		return 0;
	}
	row = json_object();
	(void)json_object_set_new(row, "version", json_integer(version->number));
	(void)json_object_set_new(row, "created", json_string(when));
	(void)json_object_set_new(row, "channel", json_from_str(version->channel));
	(void)json_object_set_new(row, "sha256", json_from_str(version->digest));
	(void)json_object_set_new(row, "message", json_from_str(version->message));
	(void)json_array_append_new(versions->rows, row);
	return 0;
}

static int show_versions(struct call *call, const struct prompt *prompt)
{
	static const struct output_column columns[] = {
		{.title = "VERSION", .right = true},
		{.title = "CREATED"},
		{.title = "CHANNEL"},
		{.title = "SHA256", .style = OUTPUT_DIM},
		{.title = "MESSAGE", .shrink_to = 8},
	};
	struct versions versions = {.call = call};
	struct err err;
	int result = COMMAND_DONE;

	if (call->json) {
		versions.rows = json_array();
		call_answer(call, "versions", versions.rows);
	}
	versions.table = output_table_new(call->out, columns, 5);
	if (store_version_list(call->store, str_of(prompt->path), on_version, &versions, &err) < 0)
		result = call_fail_err(call, &err);
	else if (!call->json)
		output_table_print(versions.table);
	output_table_free(versions.table);
	return result;
}

static int show_prompt(struct call *call, const struct prompt *prompt, int64_t started_us)
{
	if (call->json) {
		call_answer(call, "prompt", lookup_prompt_json(prompt));
		if (is_edited(call, prompt))
			call_answer(call, "edited", json_true());
		if (call_flag(call, "versions"))
			return show_versions(call, prompt);
		(void)json_object_set_new(json_object_get(call->answer, "prompt"), "messages",
			prompt_messages_json(prompt));
		call_answer(call, "others", others_json(call, prompt));
		lookup_record(call, prompt, "show", "get", started_us);
		return COMMAND_DONE;
	}
	if (call_flag(call, "versions"))
		return show_versions(call, prompt);
	lookup_record(call, prompt, "show", "get", started_us);
	if (call_flag(call, "text") || call_flag(call, "role"))
		return show_text(call, prompt);
	print_head(call, prompt);
	print_messages(call, prompt);
	return COMMAND_DONE;
}

/* The store holds a few of a personal prompt's versions, its repository all of them. */
static int find_prompt(struct call *call, struct prompt **prompt)
{
	struct str number, name = str_cut(str_of(call->words[0]), '@', &number);
	bool experimental = call_flag(call, "experimental");
	char *plain = str_dup(name);
	int64_t wanted = 0;
	int result = lookup_prompt(call, plain, experimental, prompt);
	bool personal = result == COMMAND_DONE && strcmp((*prompt)->source, PERSONAL_SOURCE) == 0;

	free(plain);
	if (result != COMMAND_DONE || number.n == 0)
		return result;
	if (personal && str_to_int(number, 1, INT64_MAX, &wanted))
		return wanted == (*prompt)->version ? COMMAND_DONE
						    : personal_number(call, prompt, wanted);
	prompt_free(*prompt);
	*prompt = NULL;
	return lookup_prompt(call, call->words[0], experimental, prompt);
}

static int show_run(struct call *call)
{
	int64_t started_us = clock_monotonic_us();
	struct prompt *prompt = NULL;
	int result = find_prompt(call, &prompt);

	if (result == COMMAND_DONE)
		result = show_prompt(call, prompt, started_us);
	prompt_free(prompt);
	return result;
}

static const struct command_option options[] = {
	{"text", 0, NULL, "the text alone; on a pipe its exact bytes", COMMAND_TEXT, NULL, false},
	{"role", 0, "ROLE", "the text of these messages alone", COMMAND_CHOICE,
		"user system assistant", false},
	{"versions", 0, NULL, "list its versions instead", COMMAND_TEXT, NULL, false},
	{"experimental", 0, NULL, "also a draft, experimental or deprecated one", COMMAND_TEXT,
		NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd show code-review", "by the last part of its name, when that is unique"},
	{"promptd show team/code-review@2", "an earlier version"},
	{"promptd show code-review --text > review.md", "its text as it is stored"},
	{0},
};

const struct command command_show = {
	.name = "show",
	.summary = "show a prompt as it is stored",
	.words = "NAME[@VERSION]",
	.description =
		"Shows what the library knows about a prompt, its inputs, and its text with the "
		"places of the inputs still open. NAME is its whole name, the last part of it, an "
		"alias or its id.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "prompt (name, title, description, version, tags, aliases, collection, inputs, "
		  "model, source, origin, format, status, channel, id, sha256, created, updated, "
		  "messages (role, text)), others, edited, versions (version, created, channel, "
		  "sha256, message)",
	.here = true,
	.run = show_run,
};
