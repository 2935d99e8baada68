/* The store's numbers are the history's, also of prompts whose files did not change; and
 * the store holds a few of the earlier versions, for who asks it alone; see
 * personal_index.h. */
#include <stdlib.h>
#include <string.h>

#include "agent/personal_index.h"
#include "core/json.h"
#include "library/git_log.h"

#define FILLED_MAX 20 /* earlier versions of a prompt */

/* A prompt whose number, or whose earlier versions, have to be looked at. */
struct unsettled {
	char *id, *file;
	int64_t number; /* as it should be */
	bool renumber, alone;
};
struct settling {
	struct personal_indexing *indexing;
	struct unsettled *list;
	size_t n, size;
	struct err *err;
	int result;
};

static void settling_add(struct settling *settling, const struct unsettled *one)
{
	if (settling->n == settling->size) {
		settling->size = settling->size > 0 ? 2 * settling->size : 16;
		settling->list = xrealloc(settling->list, settling->size * sizeof(*settling->list));
	}
	settling->list[settling->n++] = *one;
}

static int on_origin(void *data, const struct store_origin *origin)
{
	struct settling *settling = data;
	struct personal *personal = settling->indexing->personal;
	const char *file = personal_file_of(personal, origin->origin);
	struct str name = personal_trail_name(origin->format, origin->path);
	int64_t number = 1;

	if (file == NULL)
		return 0;
	settling->result = personal_trail_number_of(
		personal, file, name, origin->digest, &number, settling->err);
	if (settling->result == 0 && (number != origin->number || (number > 1 && name.n == 0)))
		settling_add(settling, &(struct unsettled){.id = xstrdup(origin->id),
					       .file = xstrdup(file),
					       .number = number,
					       .renumber = number != origin->number,
					       .alone = name.n == 0});
	return settling->result;
}

static int find_unsettled(struct settling *settling, struct err *err)
{
	struct personal_indexing *indexing = settling->indexing;
	struct store *store = indexing->personal->store;
	const char *file;
	json_t *there;
	int result = 0;

	if (indexing->anew)
		result = store_origin_list(store, NULL, on_origin, settling, err);
	else
		json_object_foreach (indexing->touched, file, there) {
			struct buf origin = BUF_INIT(PLATFORM_PATH_MAX * 4);

			(void)buf_add_format(&origin, "%s/%s", indexing->personal->dir, file);
			if (result == 0)
				result = store_origin_list(
					store, buf_text(&origin), on_origin, settling, err);
			buf_fini(&origin);
		}
	return result != 0 ? result : settling->result;
}

/* --- earlier versions --- */

struct filling {
	struct personal *personal;
	const struct prompt *prompt;
	json_t *has;	 /* number: digest, of what the store holds */
	json_t *missing; /* steps */
	int64_t last;
	unsigned n;
};

static int on_version(void *data, const struct store_version *version)
{
	char number[32];

	(void)snprintf(number, sizeof number, "%lld", (long long)version->number);
	return json_object_set_new((json_t *)data, number, json_from_str(version->digest));
}

static bool is_missing(const struct filling *filling, const struct store_step *step)
{
	char number[32];
	const char *digest;

	(void)snprintf(number, sizeof number, "%lld", (long long)step->number);
	digest = json_string_value(json_object_get(filling->has, number));
	return digest == NULL || strcmp(digest, step->digest) != 0;
}

/* Of each number the newest step: its file said what the first one's did. */
static int on_step(void *data, const struct store_step *step)
{
	struct filling *filling = data;

	if (step->number >= filling->last || step->digest[0] == '\0')
		return 0;
	filling->last = step->number;
	if (is_missing(filling, step))
		(void)json_array_append_new(filling->missing,
			json_pack("{s:I, s:s, s:s, s:s}", "number", (json_int_t)step->number,
				"file", step->file, "commit", step->commit, "blob", step->blob));
	return ++filling->n >= FILLED_MAX;
}

static int on_text(void *data, const struct prompt *prompt, struct err *err)
{
	struct prompt **text = data;

	(void)err;
	if (*text == NULL)
		*text = prompt_copy(prompt);
	return 0;
}

static int fill_one(struct filling *filling, const json_t *missing, struct err *err)
{
	struct personal *personal = filling->personal;
	const struct store_step step = {
		.file = json_string_value(json_object_get(missing, "file")),
		.commit = json_string_value(json_object_get(missing, "commit")),
		.blob = json_string_value(json_object_get(missing, "blob")),
	};
	struct prompt *text = NULL;
	struct repo_about about;
	int result = personal_trail_read(personal, &step, on_text, &text, err);

	if (result == 0 && text != NULL) {
		prompt_set(&text->path, str_of(filling->prompt->path));
		text->version = json_integer_value(json_object_get(missing, "number"));
		if (repo_about(personal->repo, step.commit, &about) == 0) {
			text->updated_ms = about.time_ms;
			free(about.author);
			free(about.subject);
		}
		result = store_version_put(personal->store, text, err);
	}
	prompt_free(text);
	return result;
}

static int fill(struct personal *personal, const struct unsettled *one, const struct prompt *prompt,
	struct err *err)
{
	struct filling filling = {.personal = personal,
		.prompt = prompt,
		.has = json_object(),
		.missing = json_array(),
		.last = one->number};
	const json_t *missing;
	int64_t line = 0;
	size_t i;
	int result = store_trail_line(personal->store, one->file, &line, err);

	if (result == 1)
		result = store_version_list(
				 personal->store, str_of(one->id), on_version, filling.has, err) < 0
				 ? -1
				 : store_trail_list(
					   personal->store, line, "", on_step, &filling, err);
	json_array_foreach (filling.missing, i, missing)
		if (result == 0)
			result = fill_one(&filling, missing, err);
	json_decref(filling.has);
	json_decref(filling.missing);
	return result;
}

/* --- all of it --- */

static int settle_one(struct personal *personal, const struct unsettled *one, struct err *err)
{
	const struct store_want want = {.experimental = true};
	struct prompt *prompt = NULL;
	int result = store_prompt_get(personal->store, str_of(one->id), &want, &prompt, err);

	if (result == 0 && one->renumber)
		result = store_prompt_put_numbered(personal->store, prompt, one->number, NULL, err);
	if (result == 0 && one->alone)
		result = fill(personal, one, prompt, err);
	prompt_free(prompt);
	return result < 0 ? -1 : 0;
}

int personal_settle(struct personal_indexing *indexing, struct err *err)
{
	struct settling settling = {.indexing = indexing, .err = err};
	struct personal *personal = indexing->personal;
	size_t i;
	int result = 0;

	/* Their numbers may be another history's. */
	if (indexing->anew)
		result = store_version_forget(personal->store, err);
	if (result == 0)
		result = find_unsettled(&settling, err);
	for (i = 0; i < settling.n; i++) {
		if (result == 0)
			result = settle_one(personal, &settling.list[i], err);
		free(settling.list[i].id);
		free(settling.list[i].file);
	}
	free(settling.list);
	return result;
}
