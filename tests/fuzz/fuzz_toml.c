/*
 * Any text as an assistant's TOML settings: what is understood can be given our
 * table, then holds it, begins as it did, and without it is what it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connect_toml.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

static const char *const path[] = {"mcp_servers", "promptd", NULL};

static void check_added(struct str text, struct str set)
{
	struct buf out = BUF_INIT(set.n + 64);
	struct str left;

	MUST(set.n > text.n && !memcmp(set.p, text.p, text.n));
	MUST(toml_unset(set, path, &out, NULL, NULL) == 0);
	left = (struct str){buf_text(&out), out.len};
	MUST(left.n >= text.n && left.n <= text.n + 2 && !memcmp(left.p, text.p, text.n));
	buf_fini(&out);
}

static void check_text(struct str text)
{
	struct buf out = BUF_INIT(16 * text.n + 4096);
	json_t *table = NULL, *entry;
	int found = toml_find(text, path, &table, NULL);

	entry = json_pack("{s:s, s:[s, s], s:b, s:{s:s}}", "command", "/bin/x", "args", "-v", "",
		"enabled", 1, "env", "A B", "\"\\\n\t\x01");
	if (found >= 0 && toml_set(text, path, entry, &out, NULL) == 0 && found == 1)
		check_added(text, (struct str){buf_text(&out), out.len});
	json_decref(table);
	json_decref(entry);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + (size == 0));

	MUST(copy);
	if (size)
		memcpy(copy, data, size);
	check_text((struct str){copy, size});
	free(copy);
	return 0;
}
