/* Tests of core/err: texts that are cut, and errno. */
#include <errno.h>

#include "core/err.h"
#include "core/str.h"
#include "tests/test.h"

static void err_texts_are_cut_between_characters(void)
{
	char text[1000];
	struct err err;
	size_t before;

	/* The cut falls at each byte of a character of three bytes. */
	for (before = 0; before < 3; before++) {
		size_t i;

		memset(text, 'x', sizeof text);
		for (i = before; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[i] = '\0';
		CHECK(err_set(&err, ERR_LIMIT, "%s", text) == -1);
		CHECK(err.code == ERR_LIMIT);
		CHECK(strlen(err.text) >= sizeof err.text - 4);
		CHECK(str_is_utf8(str_of(err.text)));
		CHECK(str_ends(str_of(err.text), "..."));
	}
	memset(text, 'x', sizeof err.text - 1);
	text[sizeof err.text - 1] = '\0';
	CHECK(err_set(&err, ERR_LIMIT, "%s", text) == -1);
	CHECK_STR(err.text, text);
}

static void err_names_what_the_system_said(void)
{
	char text[600];
	struct err err;

	CHECK(err_errno(&err, ENOENT, "%s", "here") == -1);
	CHECK(err.code == ERR_FAILED);
	CHECK_STR(err.text, "here: No such file or directory");
	memset(text, 'x', sizeof text);
	text[505] = '\0';
	CHECK(err_errno(&err, ENOENT, "%s", text) == -1);
	CHECK(str_ends(str_of(err.text), "..."));
	text[505] = 'x';
	text[599] = '\0';
	CHECK(err_errno(&err, ENOENT, "%s", text) == -1);
	CHECK(str_ends(str_of(err.text), "..."));
	CHECK(err_errno(NULL, ENOENT, "nobody listens") == -1);
	CHECK(err_set(NULL, ERR_FAILED, "nobody listens") == -1);
}

int main(void)
{
	RUN(err_texts_are_cut_between_characters);
	RUN(err_names_what_the_system_said);
	return 0;
}
