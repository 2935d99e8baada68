/*
 * Text as pointer and length, and the few things one does with it. Bytes from
 * outside are checked once, at the door, with str_is_utf8(). Any thread.
 */
#ifndef CORE_STR_H
#define CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed piece of text; not NUL-terminated. p may be NULL when n is 0. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

struct str str_of(const char *text); /* text may be NULL: then empty */
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *text);
bool str_starts(struct str a, const char *prefix);
bool str_ends(struct str a, const char *suffix);
int str_compare(struct str a, struct str b); /* by bytes, shorter first */
struct str str_trim(struct str a);	     /* ASCII blanks off both ends */
/* The part before the first `c`; *rest is what follows it (empty if none). */
struct str str_cut(struct str a, char c, struct str *rest);
/* Next line without its \n or \r\n; false at the end. */
bool str_next_line(struct str *rest, struct str *line);

/* Decimal integer, all of `a`, min ≤ value ≤ max. False leaves *value alone. */
bool str_to_int(struct str a, int64_t min, int64_t max, int64_t *value);

/* Well-formed UTF-8 of Unicode scalar values (RFC 3629); NUL is allowed. */
bool str_is_utf8(struct str a);
/* Decode one character at p (n ≥ 1 bytes left); returns its length in bytes,
 * or 0 when the bytes are not UTF-8. */
size_t str_decode(const char *p, size_t n, uint32_t *code);
size_t str_encode(uint32_t code, char out[4]); /* returns length, 0 if not a scalar */
/* The longest prefix of at most max bytes that ends between characters. */
struct str str_prefix(struct str a, size_t max);

/* malloc'd copies with a NUL; yours. Abort when memory is out, so only for
 * sizes that a peer does not control. */
char *str_dup(struct str a);
char *xstrdup(const char *text);
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);

/* Lower-case hexadecimal of n bytes into out (2 n + 1 bytes). */
void str_hex(const void *bytes, size_t n, char *out);

#endif
