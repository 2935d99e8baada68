/* One event, one line; see log.h. */
#include "core/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/text_filter.h"

/* Kept free for " cut=1\n". */
#define LOG_LINE_END 8

static const char *const log_levels[] = {"error", "warn", "info", "debug"};

static struct {
	const char *program;
	_Atomic(enum log_level) level; /* changed while others write */
	int fd;
} log_state = {.fd = -1};

void log_open(const char *program, enum log_level level, int fd)
{
	log_state.program = program;
	log_state.level = level;
	log_state.fd = fd;
}

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

bool log_level_parse(struct str name, enum log_level *level)
{
	unsigned i;

	for (i = 0; i < sizeof log_levels / sizeof *log_levels; i++) {
		if (str_is(name, log_levels[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

const char *log_level_name(enum log_level level)
{
	return log_levels[level];
}

bool log_wants(enum log_level level)
{
	return log_state.fd >= 0 && level <= log_state.level;
}

static bool log_is_plain(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
			(c == '\0' || strchr("_./:@%+,-", c) == NULL))
			return false;
	}
	return true;
}

static void log_add_quoted(struct buf *line, struct str text)
{
	struct buf escaped = BUF_INIT(2 * LOG_VALUE_MAX);
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			(void)buf_add_char(&escaped, '\\');
		(void)buf_add_char(&escaped, text.p[i]);
	}
	(void)buf_add_char(line, '"');
	text_filter_terminal((struct str){buf_text(&escaped), escaped.len}, false, line);
	(void)buf_add_char(line, '"');
	buf_fini(&escaped);
}

/* " key=value", or nothing at all when it does not fit any more. */
static void log_add(struct buf *line, const struct log_field *field, bool *cut)
{
	struct str text = str_prefix(field->text, LOG_VALUE_MAX - 3);
	struct buf part = BUF_INIT(LOG_LINE_MAX);

	(void)buf_add_format(&part, " %s=", field->key);
	if (field->kind == LOG_KIND_NUMBER)
		(void)buf_add_format(&part, "%lld", (long long)field->number);
	else if (text.n == field->text.n && log_is_plain(text))
		(void)buf_add(&part, text.p, text.n);
	else
		log_add_quoted(&part, text);
	if (text.n < field->text.n)
		(void)buf_add_str(&part, "...");
	if (buf_failed(&part) || part.len > LOG_LINE_MAX - LOG_LINE_END - line->len)
		*cut = true;
	else
		(void)buf_add(line, part.data, part.len);
	buf_fini(&part);
}

static void log_send(struct str line)
{
	ssize_t sent;

	do
		sent = write(log_state.fd, line.p, line.n);
	while (sent < 0 && errno == EINTR);
}

void log_write(enum log_level level, const struct log_field *fields)
{
	struct buf line = BUF_INIT(LOG_LINE_MAX);
	int number = errno;
	char now[CLOCK_TEXT_BYTES];
	const struct log_field head[] = {
		LOG_TEXT("level", log_levels[level]),
		LOG_TEXT("program", log_state.program),
		LOG_NUMBER("pid", getpid()),
	};
	bool cut = false;
	size_t i;

	if (!log_wants(level))
		return;
	clock_format(clock_now_ms(), now);
	(void)buf_add_format(&line, "time=%s", now);
	for (i = 0; i < sizeof head / sizeof *head; i++)
		log_add(&line, &head[i], &cut);
	for (; fields->kind != LOG_KIND_END; fields++)
		log_add(&line, fields, &cut);
	(void)buf_add_str(&line, cut ? " cut=1\n" : "\n");
	log_send((struct str){buf_text(&line), line.len});
	buf_fini(&line);
	errno = number;
}
