/*
 * A growing byte buffer with a ceiling given at birth. One thread at a time.
 *
 * What it holds is always followed by a NUL that does not count, so that a
 * buffer of text can be handed to a C interface. When an append would pass the
 * ceiling (or memory is out) nothing is appended, the buffer is marked failed,
 * and every later append does nothing: callers may build a whole text and look
 * once, at the end, at buf_failed().
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;   /* NULL until the first append */
	size_t len;   /* bytes held */
	size_t size;  /* bytes allocated */
	size_t limit; /* most bytes it may ever hold */
	bool failed;
};

#define BUF_INIT(limit_bytes)          \
	{                              \
		.limit = (limit_bytes) \
	}

void buf_init(struct buf *buf, size_t limit_bytes);
/* Frees what it holds; the buffer may be used again with the same limit. */
void buf_fini(struct buf *buf);

/* Each returns 0, or -1 when the ceiling was reached or memory is out. */
int buf_add(struct buf *buf, const void *bytes, size_t len);
int buf_add_str(struct buf *buf, const char *text);
int buf_add_char(struct buf *buf, char c);
int buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_add_vformat(struct buf *buf, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* Append text as a JSON string with its quotes. text must be UTF-8. */
int buf_add_json_string(struct buf *buf, const char *text, size_t len);

/* Room for `len` more bytes at the end, to be written by the caller and then
 * counted with buf_grow(). NULL when it cannot be had. */
char *buf_reserve(struct buf *buf, size_t len);
void buf_grow(struct buf *buf, size_t len);

/* Drop the first len bytes. */
void buf_consume(struct buf *buf, size_t len);
/* Forget all bytes and the failure; the memory is kept. */
void buf_clear(struct buf *buf);
/* The same, but memory of more than keep_bytes is given back: for buffers that
 * live long and are large once. */
void buf_drain(struct buf *buf, size_t keep_bytes);
/* Cut to len bytes (no longer than it is). */
void buf_truncate(struct buf *buf, size_t len);
bool buf_failed(const struct buf *buf);
/* The text, never NULL; borrowed until the next change. */
const char *buf_text(const struct buf *buf);
/* The text as malloc'd memory that is now yours; the buffer is empty after.
 * NULL when the buffer failed. */
char *buf_take(struct buf *buf);

#endif
