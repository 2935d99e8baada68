/* A prompt in memory: making, copying, freeing; see prompt.h. What it must be
 * is in prompt_check.c, its JSON in prompt_json.c. */
#include "core/prompt.h"

#include <stdlib.h>
#include <string.h>

struct prompt *prompt_new(void)
{
	return xcalloc(1, sizeof(struct prompt));
}

static void prompt_texts_free(char **texts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

void prompt_free(struct prompt *prompt)
{
	size_t i;

	if (prompt == NULL)
		return;
	for (i = 0; i < prompt->n_messages; i++)
		free(prompt->messages[i].text);
	free(prompt->messages);
	for (i = 0; i < prompt->n_inputs; i++) {
		struct prompt_input *input = &prompt->inputs[i];

		free(input->name);
		free(input->description);
		free(input->initial);
		prompt_texts_free(input->choices, input->n_choices);
	}
	free(prompt->inputs);
	prompt_texts_free(prompt->tags, prompt->n_tags);
	prompt_texts_free(prompt->aliases, prompt->n_aliases);
	free(prompt->id);
	free(prompt->path);
	free(prompt->title);
	free(prompt->description);
	free(prompt->collection);
	free(prompt->model);
	free(prompt->extra);
	free(prompt->source);
	free(prompt->origin);
	free(prompt->format);
	free(prompt->status);
	free(prompt->channel);
	free(prompt);
}

void prompt_set(char **field, struct str text)
{
	/* The copy first: text may lie in the old string. */
	char *copy = text.p != NULL ? str_dup(text) : NULL;

	free(*field);
	*field = copy;
}

/* Room for one more at the end of an array of n; doubles at powers of two. */
static void *prompt_grow(void *array, size_t n, size_t size)
{
	if (n == 0)
		return xmalloc(size);
	if ((n & (n - 1)) == 0)
		return xrealloc(array, 2 * n * size);
	return array;
}

static void prompt_texts_add(char ***texts, size_t *n, struct str text)
{
	*texts = prompt_grow(*texts, *n, sizeof **texts);
	(*texts)[*n] = str_dup(text);
	++*n;
}

struct prompt_message *prompt_add_message(
	struct prompt *prompt, enum prompt_role role, struct str text)
{
	struct prompt_message *message;

	prompt->messages = prompt_grow(prompt->messages, prompt->n_messages, sizeof *message);
	message = &prompt->messages[prompt->n_messages++];
	*message = (struct prompt_message){.text = str_dup(text), .role = role};
	return message;
}

struct prompt_input *prompt_add_input(struct prompt *prompt, struct str name)
{
	struct prompt_input *input;

	prompt->inputs = prompt_grow(prompt->inputs, prompt->n_inputs, sizeof *input);
	input = &prompt->inputs[prompt->n_inputs++];
	*input = (struct prompt_input){.name = str_dup(name)};
	return input;
}

void prompt_input_add_choice(struct prompt_input *input, struct str choice)
{
	prompt_texts_add(&input->choices, &input->n_choices, choice);
}

/* Once each; one past the ceiling is enough for prompt_check() to refuse, and
 * keeps a file of ten thousand tags from costing their square. */
static void prompt_texts_add_once(char ***texts, size_t *n, struct str text)
{
	size_t i;

	if (*n > PROMPT_TAGS_MAX)
		return;
	for (i = 0; i < *n; i++) {
		if (str_is(text, (*texts)[i]))
			return;
	}
	prompt_texts_add(texts, n, text);
}

void prompt_add_tag(struct prompt *prompt, struct str tag)
{
	prompt_texts_add_once(&prompt->tags, &prompt->n_tags, tag);
}

void prompt_add_alias(struct prompt *prompt, struct str alias)
{
	prompt_texts_add_once(&prompt->aliases, &prompt->n_aliases, alias);
}

static void prompt_copy_inputs(struct prompt *copy, const struct prompt *prompt)
{
	size_t i, j;

	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *from = &prompt->inputs[i];
		struct prompt_input *to = prompt_add_input(copy, str_of(from->name));

		prompt_set(&to->description, str_of(from->description));
		prompt_set(&to->initial, str_of(from->initial));
		for (j = 0; j < from->n_choices; j++)
			prompt_input_add_choice(to, str_of(from->choices[j]));
		to->type = from->type;
		to->from = from->from;
		to->required = from->required;
		to->secret = from->secret;
		to->multiline = from->multiline;
	}
}

struct prompt *prompt_copy(const struct prompt *prompt)
{
	struct prompt *copy = prompt_new();
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		(void)prompt_add_message(
			copy, prompt->messages[i].role, str_of(prompt->messages[i].text));
	prompt_copy_inputs(copy, prompt);
	for (i = 0; i < prompt->n_tags; i++)
		prompt_texts_add(&copy->tags, &copy->n_tags, str_of(prompt->tags[i]));
	for (i = 0; i < prompt->n_aliases; i++)
		prompt_texts_add(&copy->aliases, &copy->n_aliases, str_of(prompt->aliases[i]));
	prompt_set(&copy->id, str_of(prompt->id));
	prompt_set(&copy->path, str_of(prompt->path));
	prompt_set(&copy->title, str_of(prompt->title));
	prompt_set(&copy->description, str_of(prompt->description));
	prompt_set(&copy->collection, str_of(prompt->collection));
	prompt_set(&copy->model, str_of(prompt->model));
	prompt_set(&copy->extra, str_of(prompt->extra));
	prompt_set(&copy->source, str_of(prompt->source));
	prompt_set(&copy->origin, str_of(prompt->origin));
	prompt_set(&copy->format, str_of(prompt->format));
	prompt_set(&copy->status, str_of(prompt->status));
	prompt_set(&copy->channel, str_of(prompt->channel));
	copy->flags = prompt->flags;
	copy->version = prompt->version;
	copy->created_ms = prompt->created_ms;
	copy->updated_ms = prompt->updated_ms;
	memcpy(copy->digest, prompt->digest, sizeof copy->digest);
	return copy;
}

const struct prompt_input *prompt_input_find(const struct prompt *prompt, struct str name)
{
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		if (str_is(name, prompt->inputs[i].name))
			return &prompt->inputs[i];
	}
	return NULL;
}

struct str prompt_name(const struct prompt *prompt)
{
	const char *slash = prompt->path != NULL ? strrchr(prompt->path, '/') : NULL;

	return str_of(slash != NULL ? slash + 1 : prompt->path);
}
