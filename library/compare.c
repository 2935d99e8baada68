/* What two prompts differ in; see compare.h. */
#include "library/compare.h"

#include <string.h>

static bool text_same(const char *a, const char *b)
{
	return str_equal(str_of(a), str_of(b));
}

static void say(struct buf *out, bool differs, const char *what)
{
	if (differs)
		(void)buf_add_format(out, "%s%s", out->len > 0 ? ", " : "", what);
}

static bool words_same(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

/* Sets are the same in any order; tags are sets. */
static bool sets_same(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++) {
		size_t j = 0;

		while (j < n_b && strcmp(a[i], b[j]) != 0)
			j++;
		if (j == n_b)
			return false;
	}
	return true;
}

static bool compare_messages(const struct prompt *a, const struct prompt *b, struct buf *out)
{
	bool roles = a->n_messages != b->n_messages, texts = false;

	for (size_t i = 0; !roles && i < a->n_messages; i++) {
		roles |= a->messages[i].role != b->messages[i].role;
		texts |= !text_same(a->messages[i].text, b->messages[i].text);
	}
	say(out, roles, "roles of messages");
	say(out, texts && !roles, "text");
	return roles || texts;
}

/* What differs in the inputs, gathered over all of them. */
struct input_differences {
	bool names, types, descriptions, defaults, choices, required, asked;
};

static void compare_input(
	const struct prompt_input *a, const struct prompt_input *b, struct input_differences *found)
{
	found->names |= strcmp(a->name, b->name) != 0;
	found->types |= a->type != b->type;
	found->descriptions |= !text_same(a->description, b->description) ||
			       (a->description == NULL) != (b->description == NULL);
	found->defaults |=
		!text_same(a->initial, b->initial) || (a->initial == NULL) != (b->initial == NULL);
	found->choices |= !words_same(a->choices, a->n_choices, b->choices, b->n_choices);
	found->required |= a->required != b->required;
	found->asked |=
		a->from != b->from || a->secret != b->secret || a->multiline != b->multiline;
}

static bool compare_inputs(const struct prompt *a, const struct prompt *b, struct buf *out)
{
	struct input_differences found = {0};
	bool number = a->n_inputs != b->n_inputs;

	for (size_t i = 0; !number && i < a->n_inputs; i++)
		compare_input(&a->inputs[i], &b->inputs[i], &found);
	say(out, number, "inputs");
	say(out, found.names, "names of inputs");
	say(out, found.types, "types of inputs");
	say(out, found.descriptions, "descriptions of inputs");
	say(out, found.defaults, "defaults");
	say(out, found.choices, "choices");
	say(out, found.required, "which inputs are required");
	say(out, found.asked, "how inputs are asked for");
	return number || found.names || found.types || found.descriptions || found.defaults ||
	       found.choices || found.required || found.asked;
}

bool prompt_compare(const struct prompt *a, const struct prompt *b, struct buf *out)
{
	bool version = compare_messages(a, b, out);

	version |= compare_inputs(a, b, out);
	say(out, !text_same(a->title, b->title), "title");
	say(out, !text_same(a->description, b->description), "description");
	say(out, !sets_same(a->tags, a->n_tags, b->tags, b->n_tags), "tags");
	say(out, !sets_same(a->aliases, a->n_aliases, b->aliases, b->n_aliases), "aliases");
	say(out, !text_same(a->collection, b->collection), "collection");
	say(out, !text_same(a->model, b->model), "model");
	say(out, !text_same(a->extra, b->extra), "other keys");
	return version;
}
