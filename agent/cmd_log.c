/* promptd log: what the agent wrote down. */
#include "agent/command.h"
#include "agent/logfile.h"
#include "agent/personal.h"
#include "core/buf.h"
#include "core/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TAIL_BYTES ((size_t)LOGFILE_BYTES_MAX)
#define LINES_DEFAULT 50
#define LINES_MAX 10000

struct reading {
	struct call *call;
	enum log_level level;
	FILE *file;	 /* the one that is followed */
	struct buf line; /* its last line, as far as it is written */
};

/* What is no line of ours has no level and is always shown. */
static bool is_wanted(const struct reading *reading, struct str line)
{
	enum log_level level;
	struct str field;

	while (line.n > 0) {
		field = str_cut(line, ' ', &line);
		if (str_starts(field, "level=") &&
			log_level_parse((struct str){field.p + 6, field.n - 6}, &level))
			return level <= reading->level;
	}
	return true;
}

/* The last TAIL_BYTES of the file, appended from the beginning of a line. *end: where
 * reading ended. */
static int read_tail(
	struct call *call, const char *name, struct buf *text, long *end, struct err *err)
{
	char path[ENDPOINT_PATH_MAX];
	FILE *file;
	size_t n;
	int c;

	(void)snprintf(path, sizeof path, "%s/%s", call->dirs->state, name);
	file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? ENDPOINT_NONE : err_errno(err, errno, "%s", path);
	if (fseek(file, -(long)TAIL_BYTES, SEEK_END) != 0)
		rewind(file); /* it is shorter */
	else
		while ((c = fgetc(file)) != '\n' && c != EOF)
			;
	n = fread(buf_reserve(text, TAIL_BYTES), 1, TAIL_BYTES, file);
	buf_grow(text, n);
	*end = ftell(file);
	(void)fclose(file); /* only read */
	return ENDPOINT_OK;
}

/* Where the last n lines that are wanted begin. */
static struct str last_lines(const struct reading *reading, struct str text, int64_t n)
{
	size_t begin, end = text.n;

	while (end > 0 && n > 0) {
		begin = end - 1;
		while (begin > 0 && text.p[begin - 1] != '\n')
			begin--;
		n -= is_wanted(reading, (struct str){text.p + begin, end - begin});
		end = begin;
	}
	return (struct str){text.p + end, text.n - end};
}

static void show(struct reading *reading, struct str line, json_t *lines)
{
	struct call *call = reading->call;

	if (!is_wanted(reading, line))
		return;
	if (lines != NULL)
		(void)json_array_append_new(lines, call_text_json(line));
	if (call->json)
		return;
	output_text(call->out, line);
	output_print(call->out, "\n");
}

/* ── as it is written ──────────────────────────────────────────────────── */

static bool follow_open(struct reading *reading)
{
	char path[ENDPOINT_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/" LOGFILE_NAME, reading->call->dirs->state);
	reading->file = fopen(path, "re");
	return reading->file != NULL;
}

static void follow_read(struct reading *reading)
{
	int c;

	clearerr(reading->file);
	while ((c = fgetc(reading->file)) != EOF) {
		if (c != '\n') {
			(void)buf_add_char(&reading->line, (char)c);
			continue;
		}
		show(reading, (struct str){buf_text(&reading->line), reading->line.len}, NULL);
		buf_clear(&reading->line);
	}
}

/* The log was turned: its rest was read, and another one begins. */
static bool is_turned(struct reading *reading)
{
	char path[ENDPOINT_PATH_MAX];
	struct stat ours, there;

	(void)snprintf(path, sizeof path, "%s/" LOGFILE_NAME, reading->call->dirs->state);
	return stat(path, &there) == 0 && fstat(fileno(reading->file), &ours) == 0 &&
	       (there.st_ino != ours.st_ino || there.st_dev != ours.st_dev);
}

static void follow_once(struct reading *reading)
{
	if (reading->file == NULL && !follow_open(reading))
		return;
	follow_read(reading);
	if (!is_turned(reading))
		return;
	follow_read(reading); /* what came in between */
	(void)fclose(reading->file);
	reading->file = NULL;
	if (follow_open(reading))
		follow_read(reading);
}

/* Until Ctrl-C, which is how it ends well. */
static int follow(struct reading *reading, long seen)
{
	struct call *call = reading->call;
	struct platform_watch *watch;
	struct pollfd fd = {.events = POLLIN};
	struct err err;

	if (platform_watch_open(&watch, call->dirs->state, LOGFILE_NAME, &err) != 0)
		return call_fail_err(call, &err);
	fd.fd = platform_watch_fd(watch);
	if (follow_open(reading))
		(void)fseek(reading->file, seen, SEEK_SET);
	do {
		follow_once(reading);
		if (output_flush(call->out) != 0)
			break; /* nobody reads any more */
		(void)poll(&fd, 1, -1);
		(void)platform_watch_take(watch);
	} while (!call_cancelled());
	platform_watch_close(watch);
	if (reading->file != NULL)
		(void)fclose(reading->file); /* only read */
	return COMMAND_DONE;
}

/* ── the command ───────────────────────────────────────────────────────── */

static int fail_absent(struct call *call, int outcome, const struct err *err)
{
	if (outcome < 0)
		return call_fail_err(call, err);
	call_hint(call, "promptd agent starts it");
	return call_fail(call, COMMAND_NOT_FOUND, "the agent has written no log");
}

static int print_log(struct reading *reading, int64_t n)
{
	struct buf text = BUF_INIT(2 * TAIL_BYTES);
	struct call *call = reading->call;
	json_t *lines = json_array();
	struct str rest, line;
	struct err err;
	int old, outcome;
	long seen = 0;

	call_answer(call, "lines", lines);
	old = read_tail(call, LOGFILE_OLD, &text, &seen, &err);
	seen = 0;
	outcome = read_tail(call, LOGFILE_NAME, &text, &seen, &err);
	rest = last_lines(reading, (struct str){buf_text(&text), text.len}, n);
	while (str_next_line(&rest, &line))
		show(reading, line, lines);
	buf_fini(&text);
	if (call_flag(call, "follow"))
		return follow(reading, seen);
	return outcome == ENDPOINT_OK || old == ENDPOINT_OK ? COMMAND_DONE
							    : fail_absent(call, outcome, &err);
}

static int log_run(struct call *call)
{
	const char *lines = call_value(call, "lines"), *level = call_value(call, "level");
	struct reading reading = {.call = call, .level = LOG_LEVEL_DEBUG};
	char path[ENDPOINT_PATH_MAX];
	int64_t n = LINES_DEFAULT;
	int result;

	if (call_flag(call, "library"))
		return lines != NULL || level != NULL || call_flag(call, "follow")
			       ? call_fail(call, COMMAND_USAGE,
					 "--library stands alone: promptd history NAME tells less")
			       : history_tell(call, NULL);
	if (lines != NULL && !str_to_int(str_of(lines), 1, LINES_MAX, &n))
		return call_fail(
			call, COMMAND_USAGE, "--lines takes a number from 1 to %d", LINES_MAX);
	if (level != NULL && !log_level_parse(str_of(level), &reading.level))
		return call_fail(call, COMMAND_USAGE, "--level is error, warn, info or debug");
	if (call->json && call_flag(call, "follow"))
		return call_fail(
			call, COMMAND_USAGE, "--follow has no end, and --json answers at the end");
	(void)snprintf(path, sizeof path, "%s/" LOGFILE_NAME, call->dirs->state);
	call_answer_text(call, "file", str_of(path));
	buf_init(&reading.line, LOG_LINE_MAX);
	result = print_log(&reading, n);
	buf_fini(&reading.line);
	return result;
}

static const struct command_option options[] = {
	{.name = "follow", .letter = 'f', .help = "go on with what is written, until Ctrl-C"},
	{.name = "library", .help = "the commits of the personal library instead"},
	{.name = "level",
		.value = "LEVEL",
		.help = "error, warn, info or debug: this and what is worse",
		.kind = COMMAND_CHOICE,
		.choices = "error warn info debug"},
	{.name = "lines", .letter = 'n', .value = "N", .help = "the last N lines (50)"},
	{0},
};

const struct command command_log = {
	.name = "log",
	.summary = "what the agent wrote down, or the personal library's commits",
	.words = "",
	.description =
		"Prints the end of the agent's log: one event a line, key=value, never prompt "
		"text. How much is written down says log_level in promptd.conf, which a running "
		"agent takes up at once. The file is kept below 1 MiB, with one older one beside "
		"it. With --library it lists the commits of the personal library, newest first, as "
		"`promptd history` does.",
	.always = true,
	.answer = "file, lines, commits (commit, time, author, message)",
	.options = options,
	.run = log_run,
};
