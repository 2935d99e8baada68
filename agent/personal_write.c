/* A prompt's file written anew; see personal.h. */
#include "agent/personal.h"

int personal_rewrite(struct personal *personal, const char *verb, const char *told,
	const char *file, const struct prompt *prompt, const struct library_format *format)
{
	struct personal_change change = {.verb = verb, .to = file, .title = prompt->title};
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	const struct library_format *now;
	struct prompt *again = NULL;
	struct err err = {0};
	int result = COMMAND_DONE;

	if (format->write(prompt, &text, &err) != 0) {
		result = call_fail_err(personal->call, &err);
	} else {
		change.bytes = (struct str){buf_text(&text), text.len};
		if (personal_parse(personal, file, change.bytes, &again, &now, &err) != 0)
			result = call_fail(personal->call, COMMAND_USAGE, "%s", err.text);
	}
	if (result == COMMAND_DONE) {
		change.version = personal_next_number(personal, file, again);
		if (personal_commit(personal, &change, &err) != 0)
			result = call_fail_err(personal->call, &err);
		else if (told != NULL)
			personal_tell(personal->call, told, prompt->path, change.version);
	}
	prompt_free(again);
	buf_fini(&text);
	return result;
}
