/* An assistant's file and our place in it; see connect_target.h. */
#include "agent/connect_target.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connect_jsonc.h"
#include "agent/connect_jsonc_scan.h"
#include "agent/connect_toml.h"

#define SNIPPET_MAX 65536

static char *joined(struct str head, const char *tail)
{
	struct buf path = BUF_INIT(PATH_MAX);

	(void)buf_add(&path, head.p, head.n);
	(void)buf_add_str(&path, tail);
	return buf_take(&path);
}

char *target_expand(const char *pattern, const char *home)
{
	struct str name, tail;
	const char *slash = strchr(pattern, '/');
	char *variable, *base;

	tail = str_of(slash);
	if (pattern[0] == '~')
		return joined(str_of(home), tail.n ? tail.p : "");
	if (pattern[0] != '$')
		return xstrdup(pattern);
	name = str_of(pattern + 1);
	name.n -= tail.n;
	variable = str_dup(name);
	base = getenv(variable);
	free(variable);
	return base && base[0] == '/' ? joined(str_of(base), tail.n ? tail.p : "") : NULL;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *choose_folder(json_t *folders, const char *home)
{
	char *chosen = NULL;
	size_t i;
	json_t *folder;

	json_array_foreach (folders, i, folder) {
		char *path = target_expand(json_string_value(folder), home);

		if (!path)
			continue;
		free(chosen);
		chosen = path;
		if (json_string_value(folder)[0] == '$' || is_dir(path))
			break;
	}
	return chosen;
}

char *target_path(const struct assistant *a, const char *home, const char *project)
{
	const struct assistant_scope *scope =
		&a->scope[project ? ASSISTANT_PROJECT : ASSISTANT_USER];
	char *folder = project ? xstrdup(project) : choose_folder(scope->folders, home);
	char *path = NULL;
	struct stat st;
	size_t i;
	json_t *name;

	json_array_foreach (scope->files, i, name) {
		struct buf next = BUF_INIT(PATH_MAX);

		(void)buf_add_format(
			&next, "%s/%s", folder ? folder : home, json_string_value(name));
		free(path);
		path = buf_take(&next);
		if (path && lstat(path, &st) == 0)
			break;
	}
	free(folder);
	return path;
}

static unsigned liberties(const struct target *target)
{
	switch (target->scope->syntax) {
	case ASSISTANT_JSON_COMMENTS:
		return JSONC_COMMENTS;
	case ASSISTANT_JSONC:
		return JSONC_COMMENTS | JSONC_TRAILING;
	case ASSISTANT_JSON:
	case ASSISTANT_TOML:
		break;
	}
	return JSONC_STRICT;
}

static struct str text_of(const struct target *target)
{
	return (struct str){buf_text(&target->file.text), target->file.text.len};
}

static int find(struct target *target, struct err *err)
{
	struct str raw;
	int r;

	if (target->scope->syntax == ASSISTANT_TOML)
		return toml_find(text_of(target), target->path, &target->entry, err);
	r = jsonc_find(text_of(target), liberties(target), target->path, &raw, err);
	return r == 0 ? jsonc_parse(raw, &target->entry, err) : r;
}

static int load(struct target *target, const char *path, struct err *err)
{
	struct err why = {.text = ""};

	if (connect_file_read(&target->file, path, err) < 0)
		return -1;
	if (find(target, &why) < 0)
		return err_set(err, why.code, "%s is not understood, %s", path, why.text);
	return 0;
}

int target_open(struct target *target, const struct assistant *a, enum assistant_which which,
	const char *path, struct err *err)
{
	size_t i, n = json_array_size(a->scope[which].path);

	*target = (struct target){.assistant = a, .scope = &a->scope[which]};
	for (i = 0; i < n; i++)
		target->path[i] = json_string_value(json_array_get(a->scope[which].path, i));
	target->path[n] = ASSISTANT_OUR_NAME;
	return load(target, path, err);
}

void target_fini(struct target *target)
{
	connect_file_fini(&target->file);
	json_decref(target->entry);
}

int target_again(struct target *target, struct err *err)
{
	char *path = xstrdup(target->file.path);
	int r;

	target_fini(target);
	target->entry = NULL;
	r = load(target, path, err);
	free(path);
	return r;
}

unsigned target_missing(const struct target *target)
{
	const char *path[ASSISTANT_PATH_MAX + 2];
	unsigned names = 0, missing = 0;
	struct str value;

	if (target->scope->syntax == ASSISTANT_TOML)
		return target->entry ? 0 : 1;
	for (; target->path[names]; names++)
		path[names] = target->path[names];
	for (; names > 0; names--, missing++) {
		path[names] = NULL;
		if (jsonc_find(text_of(target), liberties(target), path, &value, NULL) == 0)
			break;
	}
	return missing;
}

bool target_has_comments(const struct target *target)
{
	struct str text = text_of(target);
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		if (!quoted && jsonc_comment_end(text, i) > i)
			return true;
		if (quoted && text.p[i] == '\\')
			i++;
		else if (text.p[i] == '"')
			quoted = !quoted;
	}
	return false;
}

int target_set(struct target *target, json_t *entry, mode_t mode, unsigned *made, struct err *err)
{
	struct buf out = BUF_INIT(CONNECT_FILE_BYTES_MAX);
	struct err why = {.text = ""};
	int r;

	if (target->scope->syntax == ASSISTANT_TOML) {
		*made = target->entry ? 0 : 1;
		r = toml_set(text_of(target), target->path, entry, &out, &why);
	} else {
		r = jsonc_set(
			text_of(target), liberties(target), target->path, entry, &out, made, &why);
	}
	if (r < 0)
		r = err_set(err, why.code, "%s: %s", target->file.path, why.text);
	else
		r = connect_file_write(
			&target->file, (struct str){buf_text(&out), out.len}, mode, err);
	buf_fini(&out);
	return r;
}

int target_unset(struct target *target, unsigned made, bool whole, struct err *err)
{
	struct buf out = BUF_INIT(CONNECT_FILE_BYTES_MAX);
	struct err why = {.text = ""};
	bool empty = false;
	int r;

	if (target->scope->syntax == ASSISTANT_TOML)
		r = toml_unset(text_of(target), target->path, &out, &empty, &why);
	else
		r = jsonc_unset(
			text_of(target), liberties(target), target->path, made, &out, &empty, &why);
	if (r < 0)
		r = err_set(err, why.code, "%s: %s", target->file.path, why.text);
	else if (r == 0 && empty && whole)
		r = connect_file_remove(&target->file, err);
	else if (r == 0)
		r = connect_file_write(
			&target->file, (struct str){buf_text(&out), out.len}, 0600, err);
	else
		r = 0; /* it is not there: that is what was wanted */
	buf_fini(&out);
	return r;
}

char *target_snippet(const struct assistant *a, enum assistant_which which, json_t *entry)
{
	struct buf out = BUF_INIT(SNIPPET_MAX);
	struct target target = {.scope = &a->scope[which]};
	size_t i, n = json_array_size(a->scope[which].path);
	int r;

	for (i = 0; i < n; i++)
		target.path[i] = json_string_value(json_array_get(a->scope[which].path, i));
	target.path[n] = ASSISTANT_OUR_NAME;
	if (target.scope->syntax == ASSISTANT_TOML)
		r = toml_set(STR(""), target.path, entry, &out, NULL);
	else
		r = jsonc_set(STR(""), JSONC_STRICT, target.path, entry, &out, NULL, NULL);
	if (r < 0)
		buf_clear(&out);
	(void)buf_add_str(&out, "");
	return buf_take(&out);
}
