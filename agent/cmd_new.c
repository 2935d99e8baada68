/* promptd new: a personal prompt out of a template. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lookup.h"
#include "agent/personal.h"
#include "agent/values.h"
#include "core/json.h"
#include "core/render.h"
#include "library/library.h"
#include "store/partials.h"

/* A boolean decides which text there is, so it cannot stay open. */
static bool stays_open(const struct prompt_input *input, const json_t *args)
{
	return input->type != PROMPT_BOOLEAN && json_object_get(args, input->name) == NULL;
}

/* What stays open is left as it is written. */
static struct prompt *make_holes(const struct prompt *template, const json_t *args)
{
	struct prompt *prompt = prompt_copy(template);
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		if (!stays_open(&prompt->inputs[i], args))
			continue;
		prompt_set(&prompt->inputs[i].initial, (struct str){NULL, 0});
		prompt->inputs[i].required = true;
	}
	return prompt;
}

/* A value would be filled in a second time, if it looked like an open input. */
static int check_values(struct call *call, const struct prompt *template, json_t *args)
{
	const char *name;
	json_t *value;
	bool open = false;
	size_t i;

	for (i = 0; i < template->n_inputs; i++)
		open = open || stays_open(&template->inputs[i], args);
	json_object_foreach (args, name, value)
		if (open && strstr(json_string_value(value), "{{") != NULL)
			return call_fail(call, COMMAND_USAGE,
				"the value of %s holds {{: give values to all inputs then", name);
	return COMMAND_DONE;
}

/* The template with these values, and the rest of its inputs. */
static struct prompt *instantiate(
	const struct prompt *template, const struct render *render, const json_t *args)
{
	struct prompt *prompt = prompt_copy(template), *open = prompt_new();
	size_t i, j;

	for (i = 0; i < prompt->n_messages; i++)
		prompt_set(&prompt->messages[i].text, str_of(render->messages[i].text));
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *from = &prompt->inputs[i];
		struct prompt_input *to;

		if (!stays_open(from, args))
			continue;
		to = prompt_add_input(open, str_of(from->name));
		to->type = from->type;
		to->required = from->required;
		to->from = from->from;
		to->secret = from->secret;
		to->multiline = from->multiline;
		prompt_set(&to->description,
			(struct str){from->description, str_of(from->description).n});
		prompt_set(&to->initial, (struct str){from->initial, str_of(from->initial).n});
		for (j = 0; j < from->n_choices; j++)
			prompt_input_add_choice(to, str_of(from->choices[j]));
	}
	/* Swapped, so that both are freed with all that is theirs. */
	{
		struct prompt_input *inputs = prompt->inputs;
		size_t n = prompt->n_inputs;

		prompt->inputs = open->inputs;
		prompt->n_inputs = open->n_inputs;
		open->inputs = inputs;
		open->n_inputs = n;
	}
	prompt_free(open);
	return prompt;
}

static int write_text(struct call *call, struct prompt *prompt, struct buf *text)
{
	const struct library_format *format = library_format_find(STR("prompt-md"));
	struct err err;

	prompt_set(&prompt->path, str_of(call->words[0]));
	while (prompt->n_aliases > 0)
		free(prompt->aliases[--prompt->n_aliases]);
	if (call_value(call, "title") != NULL)
		prompt_set(&prompt->title, str_of(call_value(call, "title")));
	if (format->write(prompt, text, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

static int fill(struct call *call, const struct prompt *template, json_t *args, struct buf *text)
{
	struct store_partials partials = {.store = call->store};
	struct render_options how = {
		.holes = true, .partial = store_partial, .partial_data = &partials};
	struct prompt *holes = make_holes(template, args), *prompt;
	struct render render = {0};
	struct err err;
	int result;

	if (render_prompt(holes, args, &how, &render, &err) < 0) {
		call_hint(call, "promptd show %s lists its inputs", template->path);
		result = call_fail_err(call, &err);
	} else {
		prompt = instantiate(template, &render, args);
		result = write_text(call, prompt, text);
		prompt_free(prompt);
	}
	render_fini(&render);
	prompt_free(holes);
	store_partials_fini(&partials);
	return result;
}

static int new_run(struct call *call)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct personal personal = {.folder = -1, .lock = -1};
	const char *from = call_value(call, "from");
	struct prompt *template = NULL;
	json_t *args = json_object();
	int result = COMMAND_DONE;
	size_t i;

	if (from == NULL) {
		call_hint(call, "promptd add %s takes a new text", call->words[0]);
		result = call_fail(call, COMMAND_USAGE, "new needs --from TEMPLATE");
	}
	if (result == COMMAND_DONE)
		result = personal_open(call, &personal);
	if (result == COMMAND_DONE)
		result = lookup_prompt(call, from, false, &template);
	for (i = 1; result == COMMAND_DONE && i < call->n_words; i++)
		result = values_read(call, call->words[i], args);
	if (result == COMMAND_DONE)
		result = check_values(call, template, args);
	if (result == COMMAND_DONE)
		result = fill(call, template, args, &text);
	if (result == COMMAND_DONE)
		result = personal_add(
			&personal, call->words[0], (struct str){buf_text(&text), text.len});
	prompt_free(template);
	personal_close(&personal);
	json_decref(args);
	buf_fini(&text);
	return result;
}

static const struct command_option options[] = {
	{"from", 'f', "TEMPLATE", "the prompt to begin with", COMMAND_PROMPT, NULL, false},
	{"title", 't', "TITLE", "its title; otherwise the template's", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd new review/c --from review/code language=C",
		"one value is fixed, the others stay open"},
	{0},
};

const struct command command_new = {
	.name = "new",
	.summary = "make a personal prompt out of a template",
	.words = "NAME [KEY=VALUE...]",
	.description =
		"Takes any prompt of the library as a template: inputs that are given are filled "
		"in "
		"for good, the others stay inputs of the new prompt, which goes into the personal "
		"library as `promptd add` would put it. A boolean that is not given has its "
		"default, or is no. Values as for `promptd render`.",
	.words_min = 1,
	.words_max = COMMAND_ANY_WORDS,
	.options = options,
	.examples = examples,
	.answer = "name, version",
	.run = new_run,
};
