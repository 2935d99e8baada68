/* Tests of core/log: lines that hostile values cannot forge. */
#include <errno.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "tests/test.h"

static int pipe_ends[2];

/* What was logged since the last look, from " event=" on. */
static const char *logged(void)
{
	static char line[2 * LOG_LINE_MAX];
	char head[100];
	ssize_t len = read(pipe_ends[0], line, sizeof line - 1);
	int head_len;

	CHECK(len > 0 && len <= LOG_LINE_MAX);
	line[len] = '\0';
	CHECK(strchr(line, '\n') == line + len - 1);
	head_len = snprintf(head, sizeof head,
		"time=2026-11-21T08:15:30Z level=warn program=test pid=%ld", (long)getpid());
	CHECK(strncmp(line, head, (size_t)head_len) == 0);
	return line + head_len;
}

static void log_writes_one_event_a_line(void)
{
	errno = ENOENT;
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "sync.failed"), LOG_NUMBER("status", -503),
		LOG_TEXT("url", "https://hub.example:8443/a?b=%20"), LOG_TEXT("why", NULL));
	CHECK(errno == ENOENT);
	CHECK_STR(logged(), " event=sync.failed status=-503 "
			    "url=\"https://hub.example:8443/a?b=%20\" why=\n");
}

static void log_values_cannot_forge_fields_or_lines(void)
{
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "x"),
		LOG_TEXT("name", "a\nlevel=error \"b\\\" \x1b[31m\xff\xE2\x80\xAE"));
	CHECK_STR(logged(),
		" event=x name=\"a\\nlevel=error \\\"b\\\\\\\" \\x1b[31m\\xff\\u202e\"\n");
	log_event(LOG_LEVEL_WARN, LOG_STR("event", STR("nul\0nul")));
	CHECK_STR(logged(), " event=\"nul\\x00nul\"\n");
}

static void log_cuts_what_is_too_long(void)
{
	char value[LOG_VALUE_MAX + 2], expected[LOG_VALUE_MAX + 100];
	const char *line;

	memset(value, 'a', LOG_VALUE_MAX + 1);
	value[LOG_VALUE_MAX + 1] = '\0';
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", value));
	(void)snprintf(expected, sizeof expected, " event=\"%.*s\"...\n", LOG_VALUE_MAX - 3, value);
	CHECK_STR(logged(), expected);
	memset(value, '\x01', LOG_VALUE_MAX);
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "x"), LOG_TEXT("a", value),
		LOG_TEXT("b", value), LOG_NUMBER("c", 1));
	line = logged();
	CHECK(strncmp(line, " event=x", 8) == 0);
	CHECK(strcmp(line + strlen(line) - 11, " c=1 cut=1\n") == 0);
	/* Fields of a few hundred bytes each: the last ones give way. */
	memset(value, 'a', 1000);
	value[1000] = '\0';
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "x"), LOG_TEXT("a", value),
		LOG_TEXT("b", value), LOG_TEXT("c", value), LOG_TEXT("d", value),
		LOG_TEXT("e", value));
	line = logged();
	CHECK(strstr(line, " c=aaa") != NULL && strstr(line, " e=") == NULL);
	CHECK(strcmp(line + strlen(line) - 7, " cut=1\n") == 0);
}

static void log_keeps_to_its_level(void)
{
	enum log_level level = LOG_LEVEL_ERROR;

	CHECK(log_level_parse(STR("info"), &level) && level == LOG_LEVEL_INFO);
	CHECK(!log_level_parse(STR("loud"), &level) && level == LOG_LEVEL_INFO);
	CHECK(log_wants(LOG_LEVEL_ERROR) && log_wants(LOG_LEVEL_WARN));
	CHECK(!log_wants(LOG_LEVEL_INFO));
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "not written"));
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "written"));
	CHECK_STR(logged(), " event=written\n");
}

int main(void)
{
	CHECK(pipe(pipe_ends) == 0);
	clock_freeze(1795248930000);
	CHECK(!log_wants(LOG_LEVEL_ERROR));
	log_open("test", LOG_LEVEL_WARN, pipe_ends[1]);
	RUN(log_writes_one_event_a_line);
	RUN(log_values_cannot_forge_fields_or_lines);
	RUN(log_cuts_what_is_too_long);
	RUN(log_keeps_to_its_level);
	return 0;
}
