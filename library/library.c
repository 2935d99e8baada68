/* The table of formats; see library.h. */
#include "library/library.h"

#include "library/formats.h"

const struct library_format *const library_formats[] = {
	&format_prompt_md,
	&format_skill,
	&format_claude,
	&format_fabric,
	&format_dotprompt,
	&format_csv,
	&format_gemini,
	&format_github,
	&format_llm,
	&format_espanso,
	&format_langfuse,
	NULL,
};

const struct library_format *library_format_find(struct str name)
{
	size_t i;

	for (i = 0; library_formats[i] != NULL; i++)
		if (str_is(name, library_formats[i]->name))
			return library_formats[i];
	return NULL;
}

int place_with_ending(const struct prompt *prompt, const char *ending, struct buf *path)
{
	(void)buf_add_str(path, prompt->path);
	return buf_add_str(path, ending);
}
