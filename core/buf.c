/* A growing byte buffer with a ceiling; see buf.h. */
#include "core/buf.h"

#include <assert.h>
#include <stdint.h>
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
	size_t room = buf->size - buf->len;
	va_list again;
	char *at;
	int len;

	if (buf->failed)
		return -1;
	/* Most of the time there is room already, and once is enough. */
	va_copy(again, args);
	len = vsnprintf(room > 0 ? buf->data + buf->len : NULL, room, format, again);
	va_end(again);
	if (len < 0) {
		buf->failed = true;
		return -1;
	}
	if ((size_t)len < room) {
		buf->len += (size_t)len;
		return 0;
	}
	if (room > 0)
		buf->data[buf->len] = '\0';
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

/* The letter that stands for c behind a backslash, or 0. */
static char buf_json_letter(unsigned char c)
{
	switch (c) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '"':
	case '\\':
		return (char)c;
	default:
		return '\0';
	}
}

/* A run of plain bytes and the escape of the one behind it, in one step. */
static int buf_add_json_escape(struct buf *buf, const char *run, size_t len, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	const char letter = buf_json_letter(c);
	const size_t escape_len = letter != '\0' ? 2 : 6;
	char *at = buf_reserve(buf, len + escape_len);

	if (at == NULL)
		return -1;
	memcpy(at, run, len);
	at += len;
	at[0] = '\\';
	at[1] = letter;
	if (letter == '\0') {
		memcpy(at + 1, "u00", 3);
		at[4] = hex[c >> 4];
		at[5] = hex[c & 15];
	}
	buf_grow(buf, len + escape_len);
	return 0;
}

/* Is none of these eight bytes below 0x20, a quote, a backslash or DEL? Subtracting
 * borrows into a byte's high bit where the byte is smaller; a byte that had its
 * high bit already is no ASCII and does not count. */
static bool buf_json_plain(const char *eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t x, quote, backslash, del;

	memcpy(&x, eight, sizeof x);
	quote = x ^ ones * '"';
	backslash = x ^ ones * '\\';
	del = x ^ ones * 0x7F;
	x = (x - ones * 0x20) & ~x;
	x |= (quote - ones) & ~quote;
	x |= (backslash - ones) & ~backslash;
	x |= (del - ones) & ~del;
	return (x & high) == 0;
}

int buf_add_json_string(struct buf *buf, const char *text, size_t len)
{
	size_t from = 0, i;

	if (len == 0) /* text may be NULL: nothing is to be added to it */
		return buf_add_str(buf, "\"\"");
	(void)buf_add_char(buf, '"');
	for (i = 0; i < len; i++) {
		unsigned char c;

		while (len - i >= 8 && buf_json_plain(text + i))
			i += 8;
		if (i == len)
			break;
		c = (unsigned char)text[i];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		if (buf_add_json_escape(buf, text + from, i - from, c) != 0)
			return -1;
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

void buf_drain(struct buf *buf, size_t keep_bytes)
{
	if (buf->size > keep_bytes)
		buf_fini(buf);
	else
		buf_clear(buf);
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
