/* A growing byte buffer with a ceiling; see buf.h. */
#include "core/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST_BYTES 64

void buf_init(struct buf *buf, size_t limit_bytes)
{
	*buf = (struct buf)BUF_INIT(limit_bytes);
}

void buf_fini(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->limit);
}

/* Make room for len more bytes and the NUL. */
static int buf_ensure(struct buf *buf, size_t len)
{
	size_t need, size;
	char *data;

	if (buf->failed || len > buf->limit - buf->len) {
		buf->failed = true;
		return -1;
	}
	need = buf->len + len + 1;
	if (need <= buf->size)
		return 0;
	size = buf->size < BUF_FIRST_BYTES ? BUF_FIRST_BYTES : buf->size;
	while (size < need)
		size += size;
	if (size > buf->limit + 1)
		size = buf->limit + 1;
	data = realloc(buf->data, size);
	if (data == NULL) {
		buf->failed = true;
		return -1;
	}
	buf->data = data;
	buf->size = size;
	return 0;
}

char *buf_reserve(struct buf *buf, size_t len)
{
	if (buf_ensure(buf, len) != 0)
		return NULL;
	return buf->data + buf->len;
}

void buf_grow(struct buf *buf, size_t len)
{
	assert(buf->len + len < buf->size);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

int buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (buf_ensure(buf, len) != 0)
		return -1;
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf_grow(buf, len);
	return 0;
}

int buf_add_str(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int buf_add_vformat(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	char *at;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0) {
		buf->failed = true;
		return -1;
	}
	at = buf_reserve(buf, (size_t)len);
	if (at == NULL)
		return -1;
	(void)vsnprintf(at, (size_t)len + 1, format, args);
	buf_grow(buf, (size_t)len);
	return 0;
}

int buf_add_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = buf_add_vformat(buf, format, args);
	va_end(args);
	return result;
}

static int buf_add_json_escape(struct buf *buf, unsigned char c)
{
	switch (c) {
	case '"':
		return buf_add(buf, "\\\"", 2);
	case '\\':
		return buf_add(buf, "\\\\", 2);
	case '\n':
		return buf_add(buf, "\\n", 2);
	case '\r':
		return buf_add(buf, "\\r", 2);
	case '\t':
		return buf_add(buf, "\\t", 2);
	default:
		return buf_add_format(buf, "\\u%04x", (unsigned)c);
	}
}

int buf_add_json_string(struct buf *buf, const char *text, size_t len)
{
	size_t from = 0, i;

	(void)buf_add_char(buf, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		(void)buf_add(buf, text + from, i - from);
		(void)buf_add_json_escape(buf, c);
		from = i + 1;
	}
	(void)buf_add(buf, text + from, len - from);
	return buf_add_char(buf, '"');
}

void buf_consume(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	if (len == 0)
		return;
	buf->len -= len;
	memmove(buf->data, buf->data + len, buf->len + 1);
}

void buf_clear(struct buf *buf)
{
	buf->failed = false;
	buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->data != NULL)
		buf->data[len] = '\0';
}

bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *text;

	if (buf->failed || buf_reserve(buf, 0) == NULL)
		return NULL;
	text = buf->data;
	text[buf->len] = '\0';
	buf_init(buf, buf->limit);
	return text;
}
