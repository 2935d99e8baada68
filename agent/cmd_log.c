/* promptd log: what the agent wrote down. */
#include "agent/command.h"
#include "agent/control.h"
#include "core/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TAIL_BYTES (256L * 1024)
#define LINES_DEFAULT 50
#define LINES_MAX 10000

/* The last TAIL_BYTES of the file, from the beginning of a line. */
static int read_tail(const char *path, struct buf *text, struct err *err)
{
	FILE *file = fopen(path, "re");
	size_t n;

	if (file == NULL)
		return errno == ENOENT ? ENDPOINT_NONE : err_errno(err, errno, "%s", path);
	if (fseek(file, -TAIL_BYTES, SEEK_END) != 0)
		rewind(file); /* it is shorter */
	n = fread(buf_reserve(text, TAIL_BYTES), 1, TAIL_BYTES, file);
	buf_grow(text, n);
	(void)fclose(file); /* only read */
	return 0;
}

/* Where the last n lines begin. */
static struct str last_lines(struct str text, int64_t n)
{
	size_t i = text.n;

	while (i > 0) {
		if (text.p[i - 1] == '\n' && i != text.n && n-- == 1)
			break;
		i--;
	}
	return (struct str){text.p + i, text.n - i};
}

static int log_run(struct call *call)
{
	const char *wanted = call_value(call, "lines");
	struct buf text = BUF_INIT(TAIL_BYTES);
	json_t *lines = json_array();
	char path[ENDPOINT_PATH_MAX];
	int64_t n = LINES_DEFAULT;
	struct str rest, line;
	struct err err;
	int outcome;

	if (wanted != NULL && !str_to_int(str_of(wanted), 1, LINES_MAX, &n)) {
		json_decref(lines);
		return call_fail(
			call, COMMAND_USAGE, "--lines takes a number from 1 to %d", LINES_MAX);
	}
	(void)snprintf(path, sizeof path, "%s/" CONTROL_LOG_FILE, call->dirs->state);
	outcome = read_tail(path, &text, &err);
	rest = last_lines((struct str){buf_text(&text), text.len}, n);
	while (str_next_line(&rest, &line)) {
		json_array_append_new(lines, call_text_json(line));
		if (!call->json) {
			output_text(call->out, line);
			output_print(call->out, "\n");
		}
	}
	call_answer_text(call, "file", str_of(path));
	call_answer(call, "lines", lines);
	buf_fini(&text);
	if (outcome == ENDPOINT_NONE) {
		call_hint(call,
			"one that systemd started writes to journalctl --user -u promptd-agent");
		return call_fail(call, COMMAND_NOT_FOUND, "the agent has written no log");
	}
	return outcome < 0 ? call_fail_err(call, &err) : COMMAND_DONE;
}

static const struct command_option options[] = {
	{.name = "lines", .letter = 'n', .value = "N", .help = "the last N lines (50)"},
	{0},
};

const struct command command_log = {
	.name = "log",
	.summary = "what the agent wrote down",
	.words = "",
	.description =
		"Prints the end of the agent's log: one event a line, key=value, never prompt "
		"text. The file is kept below 1 MiB.",
	.answer = "file, lines",
	.options = options,
	.run = log_run,
};
