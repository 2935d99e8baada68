/* See values.h. */
#include "agent/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/prompt.h"
#include "core/template.h"

/* One value is never larger than what may come out. */
#define VALUE_BYTES_MAX TEMPLATE_OUTPUT_MAX

static int read_stream(struct call *call, FILE *file, const char *shown, struct buf *text)
{
	char block[16384];
	size_t n;

	while ((n = fread(block, 1, sizeof block, file)) > 0)
		if (buf_add(text, block, n) != 0)
			return call_fail(call, COMMAND_FAILED, "%s is larger than %d bytes", shown,
				VALUE_BYTES_MAX);
	if (call_cancelled())
		return call_cancel(call);
	if (ferror(file)) {
		(void)err_errno(&call->err, errno, "cannot read %s", shown);
		return COMMAND_FAILED;
	}
	return COMMAND_DONE;
}

static int read_file(struct call *call, const char *key, const char *path, struct buf *text)
{
	FILE *file;
	int result;

	if (strcmp(path, "-") == 0)
		return read_stream(call, stdin, "stdin", text);
	file = fopen(path, "re");
	if (file == NULL && call_cancelled())
		return call_cancel(call);
	if (file == NULL) {
		(void)err_errno(&call->err, errno, "cannot read %s", path);
		call_hint(
			call, "a value that begins with @ is written with two: %s=@@%s", key, path);
		return COMMAND_FAILED;
	}
	result = read_stream(call, file, path, text);
	(void)fclose(file); /* only read */
	return result;
}

int values_read(struct call *call, const char *word, json_t *args)
{
	struct buf text = BUF_INIT(VALUE_BYTES_MAX);
	struct str value, key = str_cut(str_of(word), '=', &value);
	char name[PROMPT_NAME_MAX + 1];
	int result = COMMAND_DONE;
	json_t *json;

	if (key.n == strlen(word) || key.n == 0 || key.n > PROMPT_NAME_MAX)
		return call_fail(call, COMMAND_USAGE, "not KEY=VALUE: %.200s", word);
	(void)snprintf(name, sizeof name, "%.*s", (int)key.n, key.p);
	if (json_object_get(args, name) != NULL)
		return call_fail(call, COMMAND_USAGE, "%s is given twice", name);
	if (str_starts(value, "@@")) {
		value = (struct str){value.p + 1, value.n - 1};
	} else if (str_starts(value, "@")) {
		result = read_file(call, name, value.p + 1, &text);
		value = (struct str){buf_text(&text), text.len};
	}
	if (result == COMMAND_DONE) {
		json = json_from_str(value);
		if (json == NULL || json_object_set_new(args, name, json) != 0)
			result = call_fail(
				call, COMMAND_FAILED, "the value of %s is not UTF-8 text", name);
	}
	buf_fini(&text);
	return result;
}
