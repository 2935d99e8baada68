/* A prompt with values; see render.h. */
#include "core/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"

/* What is known of one input during a render. */
struct render_value {
	struct buf text;
	enum template_lookup found;
	bool truth;
};

struct render_context {
	const struct prompt *prompt;
	const struct render_options *options;
	struct render_value *values; /* as many as inputs */
	size_t message;		     /* that is being rendered */
};

static int wrong_type(const struct prompt_input *input, struct err *err)
{
	static const char *const wanted[] = {
		[PROMPT_STRING] = "text",
		[PROMPT_NUMBER] = "a number",
		[PROMPT_INTEGER] = "a whole number of 64 bits",
		[PROMPT_BOOLEAN] = "true or false",
	};

	return err_set(err, ERR_INVALID, "'%s' must be %s", input->name, wanted[input->type]);
}

/* The value as text, whatever its type; false for what is no scalar. */
static bool scalar_text(const json_t *value, char number[JSON_REAL_BYTES], struct str *text)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		*text = (struct str){json_string_value(value), json_string_length(value)};
		return true;
	case JSON_INTEGER:
		(void)snprintf(number, JSON_REAL_BYTES, "%" JSON_INTEGER_FORMAT,
			json_integer_value(value));
		break;
	case JSON_REAL:
		(void)json_real_text(json_real_value(value), number);
		break;
	case JSON_TRUE:
		*text = STR("true");
		return true;
	case JSON_FALSE:
		*text = STR("false");
		return true;
	default:
		return false;
	}
	*text = str_of(number);
	return true;
}

static bool boolean_text(struct str *text)
{
	static const char *const words[] = {
		"false", "true", "no", "yes", "0", "1", "off", "on", "n", "y"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i]) == text->n && strncasecmp(words[i], text->p, text->n) == 0) {
			*text = str_of(words[i % 2]);
			return true;
		}
	}
	return false;
}

static bool is_choice(const struct prompt_input *input, struct str text)
{
	size_t i;

	for (i = 0; i < input->n_choices; i++) {
		if (str_is(text, input->choices[i]))
			return true;
	}
	return input->n_choices == 0;
}

static int wrong_choice(const struct prompt_input *input, struct err *err)
{
	struct buf list = BUF_INIT(8192);
	size_t i;

	for (i = 0; i < input->n_choices; i++)
		(void)buf_add_format(&list, "%s%s", i > 0 ? ", " : "", input->choices[i]);
	(void)err_set(err, ERR_INVALID, "'%s' must be one of: %s", input->name, buf_text(&list));
	buf_fini(&list);
	return -1;
}

int render_check_value(
	const struct prompt_input *input, const json_t *value, struct buf *out, struct err *err)
{
	struct str text;
	char number[JSON_REAL_BYTES];

	if (!scalar_text(value, number, &text))
		return wrong_type(input, err);
	if (memchr(text.p, '\0', text.n) != NULL)
		return err_set(err, ERR_INVALID, "'%s' holds a NUL", input->name);
	if (input->type != PROMPT_STRING)
		text = str_trim(text);
	if (input->type == PROMPT_BOOLEAN ? !boolean_text(&text)
					  : !prompt_type_fits(input->type, text))
		return wrong_type(input, err);
	if (!is_choice(input, text))
		return wrong_choice(input, err);
	if (buf_add(out, text.p, text.n) != 0)
		return err_set(err, ERR_LIMIT, "'%s' is too long", input->name);
	return 0;
}

static int unknown_name(const struct prompt *prompt, struct str name, struct err *err)
{
	struct buf list = BUF_INIT(8192);
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++)
		(void)buf_add_format(&list, "%s%s", i > 0 ? ", " : "", prompt->inputs[i].name);
	/* Only what could be a name is worth repeating. */
	if (!prompt_is_input_name(name))
		name = STR("?");
	(void)err_set(err, ERR_INVALID, "'%.*s' is no argument of this prompt; %s%s", (int)name.n,
		name.p, prompt->n_inputs > 0 ? "it takes: " : "it takes none", buf_text(&list));
	buf_fini(&list);
	return -1;
}

static int check_object(const json_t *args, struct err *err)
{
	if (args != NULL && !json_is_object(args))
		return err_set(err, ERR_INVALID, "the arguments must be an object");
	return 0;
}

static int check_names(const struct prompt *prompt, const json_t *args, struct err *err)
{
	void *at;

	/* json_object_iter() wants no const, but changes nothing. */
	for (at = json_object_iter((json_t *)(uintptr_t)args); at != NULL;
		at = json_object_iter_next((json_t *)(uintptr_t)args, at)) {
		struct str name = {json_object_iter_key(at), json_object_iter_key_len(at)};

		if (prompt_input_find(prompt, name) == NULL)
			return unknown_name(prompt, name, err);
	}
	return 0;
}

static int take_value(const struct prompt_input *input, const json_t *args,
	struct render_value *value, struct err *err)
{
	const json_t *given = json_object_get(args, input->name);

	value->found = TEMPLATE_VALUE;
	if (given != NULL && !json_is_null(given)) {
		if (render_check_value(input, given, &value->text, err) != 0)
			return -1;
	} else if (input->initial != NULL) {
		if (buf_add_str(&value->text, input->initial) != 0)
			return err_set(err, ERR_LIMIT, "'%s' is too long", input->name);
	} else {
		value->found = input->required ? TEMPLATE_MISSING : TEMPLATE_EMPTY;
	}
	value->truth = input->type == PROMPT_BOOLEAN ? strcmp(buf_text(&value->text), "true") == 0
						     : value->text.len > 0;
	return 0;
}

/* What is wrong is told all at once, so that it can be mended at once. */
static void wrong_too(struct err *wrong, const struct err *next)
{
	char before[sizeof wrong->text];

	if (wrong->code == ERR_NONE) {
		*wrong = *next;
		return;
	}
	memcpy(before, wrong->text, sizeof before);
	(void)err_set(wrong, ERR_INVALID, "%s; %s", before, next->text);
}

static int take_values(
	struct render_context *context, const json_t *args, struct render *out, struct err *err)
{
	const struct prompt *prompt = context->prompt;
	struct err wrong = {.code = ERR_NONE}, next;
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		if (take_value(&prompt->inputs[i], args, &context->values[i], &next) != 0)
			wrong_too(&wrong, &next);
		else if (context->values[i].found == TEMPLATE_MISSING)
			out->missing[out->n_missing++] = xstrdup(prompt->inputs[i].name);
	}
	if (check_names(prompt, args, &next) != 0)
		wrong_too(&wrong, &next);
	if (wrong.code == ERR_NONE)
		return 0;
	while (out->n_missing > 0) /* of a failure nothing is set */
		free(out->missing[--out->n_missing]);
	return err_set(err, wrong.code, "%s", wrong.text);
}

static enum template_lookup render_lookup(void *data, struct str name, struct template_value *value)
{
	const struct render_context *context = data;
	const struct prompt_input *input = prompt_input_find(context->prompt, name);
	const struct render_value *known;

	if (input == NULL)
		return TEMPLATE_UNDECLARED;
	known = &context->values[input - context->prompt->inputs];
	value->text = (struct str){buf_text(&known->text), known->text.len};
	value->truth = known->truth;
	return known->found;
}

static int render_partial(void *data, struct str name, struct str *text, struct err *err)
{
	const struct render_context *context = data;

	return context->options->partial(context->options->partial_data, name, text, err);
}

static void render_written(
	void *data, struct str name, enum template_lookup found, size_t from, size_t to)
{
	const struct render_context *context = data;
	const struct prompt_input *input = prompt_input_find(context->prompt, name);

	context->options->place(context->options->place_data, context->message,
		(size_t)(input - context->prompt->inputs), found == TEMPLATE_MISSING, from, to);
}

static int render_messages(struct render_context *context, struct render *out, struct err *err)
{
	const struct prompt *prompt = context->prompt;
	struct template_source source = {
		.data = context,
		.lookup = render_lookup,
		.written = context->options != NULL && context->options->place != NULL
				   ? render_written
				   : NULL,
		.partial = context->options != NULL && context->options->partial != NULL
				   ? render_partial
				   : NULL,
	};
	size_t left = TEMPLATE_OUTPUT_MAX, i;

	for (i = 0; i < prompt->n_messages; i++) {
		struct buf text = BUF_INIT(left);
		struct prompt_message *message = &out->messages[i];

		context->message = i;
		if (template_render(str_of(prompt->messages[i].text), &source, &text, err) != 0) {
			buf_fini(&text);
			return -1;
		}
		left -= text.len;
		message->role = prompt->messages[i].role;
		message->text = buf_take(&text);
		if (message->text == NULL)
			return err_set(err, ERR_MEMORY, "out of memory");
		out->n_messages++;
	}
	return 0;
}

int render_prompt(const struct prompt *prompt, const json_t *args,
	const struct render_options *options, struct render *out, struct err *err)
{
	struct render_context context = {.prompt = prompt, .options = options};
	int result = -1;
	size_t i;

	*out = (struct render){.messages = xcalloc(prompt->n_messages, sizeof *out->messages),
		.missing = xcalloc(prompt->n_inputs, sizeof *out->missing)};
	context.values = xcalloc(prompt->n_inputs, sizeof *context.values);
	for (i = 0; i < prompt->n_inputs; i++)
		buf_init(&context.values[i].text, TEMPLATE_OUTPUT_MAX);
	if (check_object(args, err) != 0 || take_values(&context, args, out, err) != 0)
		goto out;
	if (out->n_missing > 0 && (options == NULL || !options->holes)) {
		result = RENDER_MISSING;
		goto out;
	}
	result = render_messages(&context, out, err);
out:
	for (i = 0; i < prompt->n_inputs; i++)
		buf_fini(&context.values[i].text);
	free(context.values);
	return result;
}

void render_fini(struct render *render)
{
	size_t i;

	for (i = 0; i < render->n_messages; i++)
		free(render->messages[i].text);
	free(render->messages);
	for (i = 0; i < render->n_missing; i++)
		free(render->missing[i]);
	free(render->missing);
	*render = (struct render){.messages = NULL};
}
