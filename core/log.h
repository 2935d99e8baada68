/*
 * The log: one event, one line, key=value, on stderr. Only programs log; rooms
 * return. Never prompt text, arguments or secrets.
 *
 *   time=2026-11-21T08:15:30Z level=warn program=promptd pid=4711 event=sync.failed why="no route"
 *
 * What a value holds cannot end the line or begin another field: values that are
 * more than [A-Za-z0-9_./:@%+,-] stand in quotes, where `"` and `\` are escaped
 * and what text_filter.h refuses is written as an escape. A line is one write of
 * at most LOG_LINE_MAX bytes, so lines of several processes do not mix in a pipe;
 * a value longer than LOG_VALUE_MAX bytes is cut and ends in "...", and fields
 * that no longer fit are left out, which a last field cut=1 says.
 *
 * log_open() once, before threads; then any thread.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/str.h"

#define LOG_LINE_MAX 4096 /* Linux's PIPE_BUF */
#define LOG_VALUE_MAX 1024

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_kind { LOG_KIND_END, LOG_KIND_TEXT, LOG_KIND_NUMBER };

struct log_field {
	const char *key; /* [a-z_.]+, ours, never from outside */
	struct str text;
	int64_t number;
	enum log_kind kind;
};

/* Fields, for log_event(). A text may be NULL: then nothing stands behind "=". */
#define LOG_TEXT(name, value)                                               \
	{                                                                   \
		.key = (name), .text = str_of(value), .kind = LOG_KIND_TEXT \
	}
#define LOG_STR(name, value)                                          \
	{                                                             \
		.key = (name), .text = (value), .kind = LOG_KIND_TEXT \
	}
#define LOG_NUMBER(name, value)                                                    \
	{                                                                          \
		.key = (name), .number = (int64_t)(value), .kind = LOG_KIND_NUMBER \
	}

/* Who speaks (borrowed for good), up to which level, and where to: STDERR_FILENO
 * but in tests. Before it, nothing is written. */
void log_open(const char *program, enum log_level level, int fd);
/* Another level from now on. */
void log_set_level(enum log_level level);
bool log_level_parse(struct str name, enum log_level *level); /* error warn info debug */
const char *log_level_name(enum log_level level);
/* Would an event of this level be written? */
bool log_wants(enum log_level level);

/* log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "agent.started"), LOG_NUMBER("port", port)); */
#define log_event(level, ...) \
	log_write((level), (const struct log_field[]){__VA_ARGS__, {.key = NULL}})

/* fields end with one of LOG_KIND_END. A write that fails is lost: there is
 * nowhere to say so. errno is kept. */
void log_write(enum log_level level, const struct log_field *fields);

#endif
