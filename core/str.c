/* Text as pointer and length; see str.h. */
#include "core/str.h"

#include <stdlib.h>
#include <string.h>

struct str str_of(const char *text)
{
	return (struct str){text, text != NULL ? strlen(text) : 0};
}

bool str_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *text)
{
	return str_equal(a, str_of(text));
}

bool str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

bool str_ends(struct str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && (n == 0 || memcmp(a.p + a.n - n, suffix, n) == 0);
}

int str_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order;
	return a.n < b.n ? -1 : a.n > b.n;
}

static bool str_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str str_trim(struct str a)
{
	while (a.n > 0 && str_is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n > 0 && str_is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

struct str str_cut(struct str a, char c, struct str *rest)
{
	const char *at = a.n > 0 ? memchr(a.p, c, a.n) : NULL;
	struct str head = a;

	if (at == NULL) {
		*rest = (struct str){a.p != NULL ? a.p + a.n : NULL, 0};
		return head;
	}
	head.n = (size_t)(at - a.p);
	*rest = (struct str){at + 1, a.n - head.n - 1};
	return head;
}

bool str_next_line(struct str *rest, struct str *line)
{
	if (rest->n == 0)
		return false;
	*line = str_cut(*rest, '\n', rest);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool str_to_int(struct str a, int64_t min, int64_t max, int64_t *value)
{
	bool negative = a.n > 0 && a.p[0] == '-';
	size_t i = negative ? 1 : 0;
	int64_t result = 0;

	if (i == a.n)
		return false;
	for (; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(result, 10, &result))
			return false;
		/* Built downwards for negatives, so that INT64_MIN fits. */
		if (negative ? __builtin_sub_overflow(result, a.p[i] - '0', &result)
			     : __builtin_add_overflow(result, a.p[i] - '0', &result))
			return false;
	}
	if (result < min || result > max)
		return false;
	*value = result;
	return true;
}

size_t str_decode(const char *p, size_t n, uint32_t *code)
{
	const unsigned char *u = (const unsigned char *)p;
	static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len, i;
	uint32_t c;

	if (u[0] < 0x80) {
		*code = u[0];
		return 1;
	}
	len = u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
	if (u[0] < 0xC2 || u[0] > 0xF4 || len > n)
		return 0;
	c = u[0] & (0x7FU >> len);
	for (i = 1; i < len; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3FU);
	}
	if (c < smallest[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*code = c;
	return len;
}

size_t str_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code >= 0xD800 && code <= 0xDFFF)
		return 0;
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	if (code > 0x10FFFF)
		return 0;
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

bool str_is_utf8(struct str a)
{
	uint32_t code;
	size_t i = 0;

	while (i < a.n) {
		uint64_t eight;
		size_t len;

		/* Eight ASCII bytes at a time: most text is. */
		if (a.n - i >= 8) {
			memcpy(&eight, a.p + i, 8);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += 8;
				continue;
			}
		}
		len = str_decode(a.p + i, a.n - i, &code);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

struct str str_prefix(struct str a, size_t max)
{
	if (a.n <= max)
		return a;
	a.n = max;
	while (a.n > 0 && ((unsigned char)a.p[a.n] & 0xC0) == 0x80)
		a.n--;
	return a;
}

void *xmalloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

char *str_dup(struct str a)
{
	char *copy = xmalloc(a.n + 1);

	if (a.n > 0)
		memcpy(copy, a.p, a.n);
	copy[a.n] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return str_dup(str_of(text));
}

void str_hex(const void *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *u = bytes;
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[u[i] >> 4];
		out[2 * i + 1] = digits[u[i] & 15];
	}
	out[2 * n] = '\0';
}
