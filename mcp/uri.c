/* Paths of prompts in URIs; see uri.h. */
#include "mcp/uri.h"

#include <string.h>

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~/", c) != NULL;
}

void uri_add_path(struct buf *out, struct str path)
{
	size_t i;

	for (i = 0; i < path.n; i++) {
		if (path.p[i] != '\0' && is_plain(path.p[i]))
			(void)buf_add_char(out, path.p[i]);
		else
			(void)buf_add_format(out, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool uri_read(struct str uri, const char *scheme, struct buf *path)
{
	size_t i;

	if (uri.n > URI_BYTES_MAX || !str_starts(uri, scheme))
		return false;
	for (i = strlen(scheme); i < uri.n; i++) {
		int high, low;

		if (uri.p[i] != '%') {
			(void)buf_add_char(path, uri.p[i]);
			continue;
		}
		high = i + 2 < uri.n ? hex_value(uri.p[i + 1]) : -1;
		low = i + 2 < uri.n ? hex_value(uri.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		(void)buf_add_char(path, (char)(high << 4 | low));
		i += 2;
	}
	return !buf_failed(path) && str_is_utf8((struct str){buf_text(path), path->len});
}
