/*
 * A library in a directory of its own for each test, and short ways to fill it.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/prompt.h"
#include "store/prompts.h"
#include "store/search.h"
#include "store/usage.h"
#include "tests/test.h"

static char fixture_dir[64];

static inline void fixture_clear(void)
{
	DIR *dir = opendir(fixture_dir);
	const struct dirent *entry;
	char path[400];

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", fixture_dir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(fixture_dir);
}

/* A new empty directory, gone at exit and at the next call. */
static inline void fixture_new_dir(void)
{
	static bool registered;
	const char *base = getenv("TMPDIR");

	if (fixture_dir[0] != '\0')
		fixture_clear();
	(void)snprintf(fixture_dir, sizeof fixture_dir, "%.40s/promptd-test-XXXXXX",
		base != NULL ? base : "/tmp");
	CHECK(mkdtemp(fixture_dir) != NULL);
	if (!registered)
		CHECK(atexit(fixture_clear) == 0);
	registered = true;
}

static inline int fixture_try_open(struct store **store, struct err *err)
{
	struct store_options options = {.dir = fixture_dir};

	return store_open(store, &options, err);
}

static inline struct store *fixture_open(void)
{
	struct store *store = NULL;
	struct err err;
	int result = fixture_try_open(&store, &err);

	if (result != STORE_OK)
		(void)fprintf(stderr, "store_open: %d %s\n", result, err.text);
	CHECK(result == STORE_OK);
	return store;
}

static inline struct store *fixture_new(void)
{
	fixture_new_dir();
	return fixture_open();
}

static inline struct prompt *fixture_prompt(const char *path, const char *title, const char *text)
{
	struct prompt *prompt = prompt_new();

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(title));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	return prompt;
}

static inline enum store_put fixture_put_prompt(struct store *store, const struct prompt *prompt)
{
	enum store_put what;
	struct err err;
	int result = store_prompt_put(store, prompt, &what, &err);

	if (result != 0)
		(void)fprintf(stderr, "store_prompt_put: %s\n", err.text);
	CHECK(result == 0);
	return what;
}

static inline enum store_put fixture_put(
	struct store *store, const char *path, const char *title, const char *text)
{
	struct prompt *prompt = fixture_prompt(path, title, text);
	enum store_put what = fixture_put_prompt(store, prompt);

	prompt_free(prompt);
	return what;
}

/* The prompt of a name, which must be there. */
static inline struct prompt *fixture_get(struct store *store, const char *name)
{
	struct store_want want = {.version = 0};
	struct prompt *prompt = NULL;
	struct err err;

	CHECK(store_prompt_get(store, str_of(name), &want, &prompt, &err) == 0);
	return prompt;
}

static inline int fixture_path(void *data, const struct store_row *row)
{
	struct buf *out = data;

	(void)buf_add_format(out, "%s%.*s", out->len > 0 ? " " : "", (int)row->path.n, row->path.p);
	return 0;
}

/* Paths of the hits, a blank between; good until the next call. */
static inline const char *fixture_search(struct store *store, const char *text)
{
	static struct buf out = BUF_INIT(100000);
	struct store_search search = {.text = str_of(text), .limit = 20};
	struct err err;
	int result;

	buf_clear(&out);
	result = store_search(store, &search, fixture_path, &out, NULL, &err);
	if (result != 0)
		(void)fprintf(stderr, "store_search: %s\n", err.text);
	CHECK(result == 0);
	return buf_text(&out);
}

static inline void fixture_use(struct store *store, const char *name, int times)
{
	struct prompt *prompt = fixture_get(store, name);
	struct usage_event event = {.prompt_id = str_of(prompt->id),
		.version = prompt->version,
		.client_type = STR("cli"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};
	struct err err;

	while (times-- > 0)
		CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
	prompt_free(prompt);
}

#endif
