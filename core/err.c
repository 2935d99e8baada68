/* Errors as values; see err.h. */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cut at a UTF-8 boundary and mark the cut. */
static void err_ellipsis(struct err *err)
{
	size_t end = sizeof err->text - 4;

	while (end > 0 && ((unsigned char)err->text[end] & 0xC0) == 0x80)
		end--;
	memcpy(err->text + end, "...", 4);
}

static size_t __attribute__((format(printf, 3, 0)))
err_format(struct err *err, enum err_code code, const char *format, va_list args)
{
	int len;

	err->code = code;
	len = vsnprintf(err->text, sizeof err->text, format, args);
	if (len < 0) {
		err->text[0] = '\0';
		return 0;
	}
	if ((size_t)len >= sizeof err->text) {
		err_ellipsis(err);
		return sizeof err->text;
	}
	return (size_t)len;
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	if (err != NULL) {
		va_start(args, format);
		(void)err_format(err, code, format, args);
		va_end(args);
	}
	return -1;
}

int err_errno(struct err *err, int number, const char *format, ...)
{
	char reason[128];
	va_list args;
	size_t len;

	if (err == NULL)
		return -1;
	va_start(args, format);
	len = err_format(err, ERR_FAILED, format, args);
	va_end(args);
	if (len >= sizeof err->text)
		return -1;
	if (strerror_r(number, reason, sizeof reason) != 0)
		(void)snprintf(reason, sizeof reason, "error %d", number);
	if ((size_t)snprintf(err->text + len, sizeof err->text - len, ": %s", reason) >=
		sizeof err->text - len)
		err_ellipsis(err);
	return -1;
}
