/* promptd render and copy: a prompt with its inputs filled in, ready to be used. */
#include "agent/clipboard.h"
#include "agent/lookup.h"
#include "agent/suggest.h"
#include "agent/values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/commands.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/render.h"
#include "store/partials.h"
#include "store/usage.h"

static int fail_missing(struct call *call, const struct prompt *prompt, const struct render *render)
{
	struct buf names = BUF_INIT(16 * 1024), words = BUF_INIT(16 * 1024);
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < render->n_missing; i++) {
		(void)buf_add_format(&names, "%s%s", i > 0 ? ", " : "", render->missing[i]);
		(void)buf_add_format(&words, " %s=...", render->missing[i]);
		(void)json_array_append_new(list, json_from_str(str_of(render->missing[i])));
	}
	call_answer(call, "missing", list);
	(void)call_fail(call, COMMAND_FAILED, "%s needs %s", prompt->path, buf_text(&names));
	call_hint(call, "promptd %s %s%s", call->command->name, call->words[0], buf_text(&words));
	buf_fini(&names);
	buf_fini(&words);
	return COMMAND_FAILED;
}

/* What was typed is offered again, when it is short and the person lets us. */
static void remember(struct call *call, const struct prompt *prompt, json_t *args)
{
	const char *name;
	json_t *value;
	struct err err;

	if (!call->config->remember_values)
		return;
	json_object_foreach (args, name, value) {
		const struct prompt_input *input = prompt_input_find(prompt, str_of(name));
		struct str text = {json_string_value(value), json_string_length(value)};

		if (input != NULL && input->secret)
			continue;
		/* Losing one is no harm to anybody. */
		(void)store_value_add(call->store, str_of(prompt->id), str_of(name), text, &err);
	}
}

static json_t *messages_json(const struct render *render)
{
	json_t *list = json_array(), *message;
	size_t i;

	for (i = 0; i < render->n_messages; i++) {
		message = json_object();
		(void)json_object_set_new(
			message, "role", json_string(prompt_role_name(render->messages[i].role)));
		(void)json_object_set_new(
			message, "text", json_from_str(str_of(render->messages[i].text)));
		(void)json_array_append_new(list, message);
	}
	return list;
}

/* The text that is handed out: all messages, or those of --role. */
static int render_text(struct call *call, const struct prompt *prompt, const struct render *render,
	struct buf *text)
{
	const enum prompt_role *role;
	enum prompt_role chosen;
	int result = lookup_role(call, &chosen, &role);

	if (result != COMMAND_DONE)
		return result;
	if (lookup_join(render->messages, render->n_messages, role, text) == 0)
		return call_fail(call, COMMAND_NOT_FOUND, "%s has no %s message", prompt->path,
			prompt_role_name(chosen));
	if (buf_failed(text))
		return call_fail(call, COMMAND_FAILED, "the text is too long");
	return COMMAND_DONE;
}

static int copy_text(struct call *call, const struct prompt *prompt, struct str text)
{
	struct err err;
	int outcome = clipboard_put(text, &err);

	if (outcome < 0)
		return call_fail_err(call, &err);
	if (outcome != 0)
		call_hint(call, "promptd render %s prints it", call->words[0]);
	if (outcome == CLIPBOARD_NO_DISPLAY)
		return call_fail(call, COMMAND_REFUSED,
			"there is no clipboard: neither WAYLAND_DISPLAY nor DISPLAY is set");
	if (outcome == CLIPBOARD_NO_PROGRAM)
		return call_fail(call, COMMAND_NOT_FOUND,
			"no program for the clipboard is installed: wl-clipboard, xclip or xsel");
	if (!call->json) {
		output_print(call->notes, "copied ");
		output_styled(call->notes, OUTPUT_NAME, str_of(prompt->path));
		output_print(call->notes, ", %zu bytes\n", text.n);
	}
	return COMMAND_DONE;
}

static int hand_out(struct call *call, const struct prompt *prompt, const struct render *render,
	json_t *args, int64_t started_us)
{
	struct buf text = BUF_INIT(TEMPLATE_OUTPUT_MAX * (size_t)PROMPT_MESSAGES_MAX);
	int result = render_text(call, prompt, render, &text);

	bool copy = call->command == &command_copy;

	if (result == COMMAND_DONE && copy)
		result = copy_text(call, prompt, (struct str){buf_text(&text), text.len});
	if (result == COMMAND_DONE) {
		remember(call, prompt, args);
		lookup_record(
			call, prompt, call->command->name, copy ? "copy" : "render", started_us);
	}
	if (result == COMMAND_DONE && call->json) {
		call_answer_text(call, "name", str_of(prompt->path));
		call_answer_int(call, "version", prompt->version);
		call_answer_text(call, "sha256", str_of(prompt->digest));
		call_answer(call, "messages", messages_json(render));
		call_answer_text(call, "text", (struct str){buf_text(&text), text.len});
	} else if (result == COMMAND_DONE && !copy) {
		output_body(call->out, (struct str){buf_text(&text), text.len});
	}
	buf_fini(&text);
	return result;
}

static int render_args(
	struct call *call, const struct prompt *prompt, json_t *args, int64_t started_us)
{
	struct store_partials partials = {.store = call->store};
	struct render_options how = {.holes = call_flag(call, "holes"),
		.partial = store_partial,
		.partial_data = &partials};
	struct render render = {0};
	struct err err;
	int outcome, result;

	partials.want.experimental = call_flag(call, "experimental") || call->config->experimental;
	outcome = render_prompt(prompt, args, &how, &render, &err);
	if (outcome < 0) {
		call_hint(call, "promptd show %s lists its inputs", prompt->path);
		result = call_fail_err(call, &err);
	} else if (outcome == RENDER_MISSING) {
		result = fail_missing(call, prompt, &render);
	} else {
		result = hand_out(call, prompt, &render, args, started_us);
	}
	render_fini(&render);
	store_partials_fini(&partials);
	return result;
}

static int render_run(struct call *call)
{
	json_t *args = json_object();
	struct prompt *prompt = NULL;
	int64_t started_us = clock_monotonic_us();
	int result = lookup_prompt(call, call->words[0], call_flag(call, "experimental"), &prompt);
	size_t i;

	if (result == COMMAND_DONE && call_flag(call, "complete")) {
		suggest_inputs(call, prompt, str_of(call_value(call, "complete")),
			call_flag(call, "pairs"));
		goto out;
	}
	for (i = 1; result == COMMAND_DONE && i < call->n_words; i++)
		result = values_read(call, call->words[i], args);
	if (result == COMMAND_DONE)
		result = render_args(call, prompt, args, started_us);
out:
	prompt_free(prompt);
	json_decref(args);
	return result;
}

static const struct command_option options[] = {
	{"role", 0, "ROLE", "the text of these messages alone", COMMAND_CHOICE,
		"user system assistant", false},
	{"holes", 0, NULL, "leave inputs without a value as visible {{name}}", COMMAND_TEXT, NULL,
		false},
	{"experimental", 0, NULL, "also a draft, experimental or deprecated one", COMMAND_TEXT,
		NULL, false},
	{"complete", 0, "WORD", "what may stand there, for the shell's completion", COMMAND_TEXT,
		NULL, true},
	{"pairs", 0, NULL, "with --complete: KEY=VALUE, not the value alone", COMMAND_TEXT, NULL,
		true},
	{0},
};

static const struct command_example examples[] = {
	{"promptd render commit-message diff=@changes.diff", "one value from a file"},
	{"git diff | promptd render code-review language=C diff=@- | llm",
		"another from a pipe, the text into one"},
	{0},
};

const struct command command_render = {
	.name = "render",
	.summary = "fill in a prompt and print it",
	.words = "NAME[@VERSION] [KEY=VALUE...]",
	.description =
		"Prints the prompt with its inputs filled in. Inputs that are not given have their "
		"defaults; when a required one is missing nothing is printed and all that are "
		"missing are named. Several messages (system, user) are printed one after the "
		"other with an empty line between; --role and --json keep them apart.\n\n"
		"  KEY=VALUE    the value as it stands\n"
		"  KEY=@FILE    what the file holds, byte for byte\n"
		"  KEY=@-       what comes on stdin\n"
		"  KEY=@@TEXT   a value that begins with @\n\n"
		"Short values are remembered and offered again, here only; remember_values = no in "
		"promptd.conf ends that.",
	.words_min = 1,
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "name, version, sha256, messages (role, text), text, missing (names)",
	.here = true,
	.run = render_run,
};

static const struct command_example copy_examples[] = {
	{"promptd copy commit-message diff=@changes.diff", "then paste it anywhere"},
	{0},
};

const struct command command_copy = {
	.name = "copy",
	.summary = "fill in a prompt and put it on the clipboard",
	.words = "NAME[@VERSION] [KEY=VALUE...]",
	.description =
		"As `promptd render`, with the text on the desktop's clipboard and not on stdout: "
		"through wl-copy, xclip or xsel, of which one must be installed.",
	.words_min = 1,
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = copy_examples,
	.answer = "name, version, sha256, messages (role, text), text, missing (names)",
	.run = render_run,
};
