/*
 * Any text as an assistant's settings: what is understood can be given our entry,
 * then says so and nothing else new, with every comment kept, and can lose it
 * again. First byte: which liberties, and what the path is.
 */
#include <stdint.h>
#include <stdlib.h>

#include "agent/connect_jsonc.h"
#include "agent/connect_jsonc_scan.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

static const char *const paths[][3] = {
	{"mcpServers", "promptd", NULL},
	{"a", NULL, NULL},
	{"a", "b", NULL},
	{"", "promptd", NULL},
};

/* All comments of a text that is understood, one after the other. */
static void comments(struct str text, struct buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		size_t end = quoted ? i : jsonc_comment_end(text, i);

		if (end > i) {
			(void)buf_add(out, text.p + i, end - i);
			i = end - 1;
		} else if (text.p[i] == '"') {
			quoted = !quoted;
		} else if (text.p[i] == '\\') {
			i++;
		}
	}
}

static bool same_comments(struct str a, struct str b)
{
	struct buf in_a = BUF_INIT(a.n + 1), in_b = BUF_INIT(b.n + 1);
	bool same;

	comments(a, &in_a);
	comments(b, &in_b);
	same = str_equal((struct str){in_a.data, in_a.len}, (struct str){in_b.data, in_b.len});
	buf_fini(&in_a);
	buf_fini(&in_b);
	return same;
}

/* The whole as a value; NULL when the JSON door refuses it (a name twice, say). */
static json_t *all(struct str text)
{
	json_t *json = NULL;

	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){text.p + 3, text.n - 3};
	return jsonc_parse(text, &json, NULL) == 0 ? json : NULL;
}

/* Take the names off the end of the path, and objects that are empty then. */
static void erase(json_t *json, const char *const path[], unsigned made)
{
	json_t *inner = json_object_get(json, path[0]);

	if (path[1] && json_object_get(inner, path[1])) {
		erase(inner, path + 1, made);
		if (made > 1 && json_object_size(inner) == 0)
			(void)json_object_del(json, path[0]);
	} else if (!path[1]) {
		(void)json_object_del(json, path[0]);
	}
}

static void check_rest(struct str before, struct str after, const char *const path[], unsigned made)
{
	json_t *was = all(before), *is = all(after);

	if (!was && !str_trim(before).n)
		was = json_object();
	if (was && is && made) {
		erase(is, path, made);
		MUST(json_equal(was, is));
	} else if (was && is) {
		erase(was, path, 1);
		erase(is, path, 1);
		MUST(json_equal(was, is));
	}
	json_decref(was);
	json_decref(is);
}

static void check_unset(struct str set, unsigned liberties, const char *const path[], unsigned made,
	struct str original)
{
	struct buf out = BUF_INIT(set.n + 64);
	struct str value, left;

	MUST(jsonc_unset(set, liberties, path, made, &out, NULL, NULL) == 0);
	left = (struct str){buf_text(&out), out.len};
	MUST(jsonc_find(left, liberties, path, &value, NULL) == 1);
	if (made) {
		json_t *was = all(original), *is = all(left);

		MUST(same_comments(original, left));
		MUST(!was || json_equal(was, is));
		json_decref(was);
		json_decref(is);
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(16 * size + 4096);
	const char *const *path;
	json_t *entry;
	char *copy; /* exactly as long as the text: a read past it is seen */
	struct str text, value;
	unsigned liberties, made;

	if (size < 1)
		return 0;
	liberties = data[0] & 3U;
	path = paths[data[0] >> 2 & 3];
	copy = malloc(size - 1 + (size == 1));
	MUST(copy);
	for (size_t i = 1; i < size; i++)
		copy[i - 1] = (char)data[i];
	text = (struct str){copy, size - 1};
	entry = json_pack(
		"{s:s, s:[s], s:{s:s}}", "command", "/bin/x", "args", "-v", "env", "A", "\"\\\n");
	if (jsonc_find(text, liberties, path, &value, NULL) >= 0) {
		MUST(jsonc_set(text, liberties, path, entry, &out, &made, NULL) == 0);
		check_rest(text, (struct str){buf_text(&out), out.len}, path, made);
		if (made)
			MUST(same_comments(text, (struct str){buf_text(&out), out.len}));
		check_unset((struct str){buf_text(&out), out.len}, liberties, path, made, text);
	}
	json_decref(entry);
	buf_fini(&out);
	free(copy);
	return 0;
}
