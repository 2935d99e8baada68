/* Completion of inputs and their values; see suggest.h. */
#include "agent/suggest.h"

#include "store/usage.h"

#define VALUES_MAX 20

struct suggest {
	struct call *call;
	struct str key, beginning;
	bool pairs;
};

static int suggest_value(void *data, struct str value)
{
	struct suggest *suggest = data;
	struct output *out = suggest->call->out;

	if (value.n < suggest->beginning.n ||
		!str_equal((struct str){value.p, suggest->beginning.n}, suggest->beginning))
		return 0;
	if (suggest->pairs) {
		output_text(out, suggest->key);
		output_print(out, "=");
	}
	output_text(out, value);
	output_print(out, "\n");
	return 0;
}

static void suggest_values(struct suggest *suggest, const struct prompt *prompt)
{
	const struct prompt_input *input = prompt_input_find(prompt, suggest->key);
	struct err err;
	size_t i;

	if (input == NULL)
		return;
	for (i = 0; i < input->n_choices; i++)
		(void)suggest_value(suggest, str_of(input->choices[i]));
	if (input->type == PROMPT_BOOLEAN) {
		(void)suggest_value(suggest, STR("true"));
		(void)suggest_value(suggest, STR("false"));
	} else if (input->n_choices == 0) {
		/* Nothing to offer is no fault while one types. */
		(void)store_value_list(suggest->call->store, str_of(prompt->id), suggest->key,
			suggest->beginning, VALUES_MAX, suggest_value, suggest, &err);
	}
}

void suggest_inputs(struct call *call, const struct prompt *prompt, struct str word, bool pairs)
{
	struct suggest suggest = {.call = call, .pairs = pairs};
	size_t i;

	suggest.key = str_cut(word, '=', &suggest.beginning);
	if (suggest.key.n < word.n) {
		suggest_values(&suggest, prompt);
		return;
	}
	for (i = 0; i < prompt->n_inputs; i++) {
		struct str name = str_of(prompt->inputs[i].name);

		if (name.n < word.n || !str_equal((struct str){name.p, word.n}, word))
			continue;
		output_text(call->out, name);
		output_print(call->out, "=\n");
	}
}
