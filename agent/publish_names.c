/* See publish_names.h. */
#include "agent/publish_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/prompt.h"
#include "core/sha256.h"
#include "mcp/skill.h"

#define DIGITS 8

/* The last `parts` parts of a path as a name; false: it has no more than that. */
static bool name_of(const char *path, unsigned parts, char name[PUBLISH_NAME_BYTES])
{
	char text[PROMPT_PATH_MAX + 1];
	size_t from = strlen(path), i;

	for (; from > 0 && parts > 0; from--)
		if (path[from - 1] == '/' && --parts == 0)
			break;
	(void)snprintf(text, sizeof text, "%s", path + from);
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] == '/')
			text[i] = '-';
	skill_name(str_of(text), name);
	return from > 0;
}

static void name_by_digest(const char *path, char name[PUBLISH_NAME_BYTES])
{
	char digest[SHA256_HEX_BYTES];
	size_t n = strlen(name);

	sha256_hex(path, strlen(path), digest);
	if (n > PUBLISH_NAME_BYTES - 2 - DIGITS)
		n = PUBLISH_NAME_BYTES - 2 - DIGITS;
	while (n > 0 && name[n - 1] == '-')
		n--;
	(void)snprintf(name + n, PUBLISH_NAME_BYTES - n, "-%.*s", DIGITS, digest);
}

/* Which of them have a name that another has too? True: some have. */
static bool find_same(char (*names)[PUBLISH_NAME_BYTES], size_t n, bool *same)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		same[i] = false;
		for (size_t j = 0; j < n && !same[i]; j++)
			same[i] = i != j && strcmp(names[i], names[j]) == 0;
		any = any || same[i];
	}
	return any;
}

void publish_names(const char *const *paths, size_t n, char (*names)[PUBLISH_NAME_BYTES])
{
	bool *same = xcalloc(n + 1, sizeof *same), more = true;
	size_t i;

	for (i = 0; i < n; i++)
		(void)name_of(paths[i], 1, names[i]);
	for (unsigned parts = 2; more && find_same(names, n, same); parts++) {
		more = false;
		for (i = 0; i < n; i++)
			if (same[i])
				more = name_of(paths[i], parts, names[i]) || more;
	}
	if (find_same(names, n, same))
		for (i = 0; i < n; i++)
			if (same[i])
				name_by_digest(paths[i], names[i]);
	free(same);
}

bool publish_name_is_plain(const char *path, const char *name)
{
	char plain[PUBLISH_NAME_BYTES];

	(void)name_of(path, 1, plain);
	return strcmp(plain, name) == 0;
}
