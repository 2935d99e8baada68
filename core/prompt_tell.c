/* An input in a line of Markdown; see prompt.h. */
#include "core/buf.h"
#include "core/prompt.h"

void prompt_input_tell(const struct prompt_input *input, struct buf *out)
{
	size_t i;

	(void)buf_add_format(out, "- `%s` (%s", input->name, prompt_type_name(input->type));
	for (i = 0; i < input->n_choices; i++)
		(void)buf_add_format(out, "%s%s", i > 0 ? ", " : "; one of: ", input->choices[i]);
	if (input->initial != NULL)
		(void)buf_add_format(out, "; default: %s", input->initial);
	else if (input->required)
		(void)buf_add_str(out, "; required");
	(void)buf_add_char(out, ')');
	if (input->description != NULL)
		(void)buf_add_format(out, ": %s", input->description);
	(void)buf_add_char(out, '\n');
}
