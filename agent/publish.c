/* See publish.h. */
#include "agent/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "agent/publish_names.h"
#include "core/template.h"
#include "store/partials.h"
#include "store/prompts.h"

#define LIST_FILE "publish.json"
#define LOCK_FILE "publish.lock"
#define MARKER ".promptd-publish.json"

const struct publish_client publish_clients[] = {
	{"claude", "Claude Code", PUBLISH_CLAUDE, true},
	{"codex", "Codex", PUBLISH_AGENTS, true},
	{"copilot", "GitHub Copilot", PUBLISH_AGENTS, true},
	{"gemini", "Gemini CLI", PUBLISH_AGENTS, false},
	{"opencode", "opencode", PUBLISH_AGENTS, false},
	{NULL, NULL, PUBLISH_AGENTS, false},
};

const struct publish_client *publish_client_find(struct str name)
{
	const struct publish_client *client;

	for (client = publish_clients; client->name != NULL; client++)
		if (str_is(name, client->name))
			return client;
	return NULL;
}

int publish_folder(
	const char *base, enum publish_kind kind, char folder[PLATFORM_PATH_MAX], struct err *err)
{
	int n = snprintf(folder, PLATFORM_PATH_MAX, "%s/%s/skills", base,
		kind == PUBLISH_CLAUDE ? ".claude" : ".agents");

	return n > 0 && n < PLATFORM_PATH_MAX ? 0 : err_set(err, ERR_LIMIT, "path too long");
}

/* --- what is remembered --- */

json_t *publish_read(struct call *call)
{
	return datafile_read(call, LIST_FILE);
}

int publish_write(struct call *call, const json_t *targets, struct err *err)
{
	return datafile_write(call, LIST_FILE, targets, err);
}

json_t *publish_find(const json_t *targets, const char *folder)
{
	json_t *target;
	size_t i;

	json_array_foreach (targets, i, target) {
		const char *known = json_string_value(json_object_get(target, "folder"));

		if (known != NULL && strcmp(known, folder) == 0)
			return target;
	}
	return NULL;
}

int publish_lock(struct call *call, struct err *err)
{
	char path[PLATFORM_PATH_MAX + 16];
	int fd, result;

	if (platform_make_dir(call->dirs->data, err) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/" LOCK_FILE, call->dirs->data);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	do {
		result = fd < 0 ? -1 : flock(fd, LOCK_EX);
	} while (result != 0 && fd >= 0 && errno == EINTR && !call_cancelled());
	if (result == 0)
		return fd;
	(void)err_errno(err, errno, "%s", path);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* --- which prompts --- */

struct choice {
	char *id, *path;
	int64_t uses;
};

struct publishing {
	struct call *call;
	struct store *store;
	struct publish_result *result;
	enum publish_kind kind;
	bool hidden;
	struct choice *choices;
	size_t n, size;
	struct prompt **skills;
	size_t n_skills;
};

static int on_row(void *data, const struct store_row *row)
{
	struct publishing *publishing = data;

	if (publishing->n == publishing->size) {
		publishing->size = publishing->size > 0 ? 2 * publishing->size : 64;
		publishing->choices = xrealloc(
			publishing->choices, publishing->size * sizeof(*publishing->choices));
	}
	publishing->choices[publishing->n++] =
		(struct choice){str_dup(row->id), str_dup(row->path), row->uses};
	return 0;
}

/* The most used first. */
static int compare_choices(const void *a, const void *b)
{
	const struct choice *left = a, *right = b;

	if (left->uses != right->uses)
		return left->uses > right->uses ? -1 : 1;
	return strcmp(left->path, right->path);
}

static int choose(struct publishing *publishing, const json_t *target)
{
	const char *collection = json_string_value(json_object_get(target, "collection"));
	size_t i, max = (size_t)json_integer_value(json_object_get(target, "max"));
	struct store_filter filter = {.collection = str_of(collection), .count_uses = true};
	struct err err;

	if (collection == NULL)
		return call_fail(
			publishing->call, COMMAND_FAILED, LIST_FILE " is not one of promptd's");
	if (store_prompt_list(publishing->store, &filter, STR(""), PROMPT_TEXT_MAX, on_row,
		    publishing, &err) != 0)
		return call_fail_err(publishing->call, &err);
	publishing->result->chosen = publishing->n;
	if (publishing->n > 0)
		qsort(publishing->choices, publishing->n, sizeof(*publishing->choices),
			compare_choices);
	for (i = max; i < publishing->n; i++) {
		free(publishing->choices[i].id);
		free(publishing->choices[i].path);
		publishing->result->left_out++;
	}
	publishing->n -= publishing->result->left_out;
	return COMMAND_DONE;
}

/* --- as skills --- */

static void add_note(struct publishing *publishing, struct str file, const char *message)
{
	json_t *note = json_object();

	(void)json_object_set_new(note, "file", call_text_json(file));
	(void)json_object_set_new(note, "message", call_text_json(str_of(message)));
	(void)json_array_append_new(publishing->result->notes, note);
}

static void on_note(void *data, const struct library_note *note)
{
	if (!note->info)
		add_note(data, note->file, note->text);
}

static enum template_lookup no_value(void *data, struct str name, struct template_value *value)
{
	(void)data;
	(void)name;
	(void)value;
	return TEMPLATE_UNDECLARED;
}

/* The texts of other prompts, put where they are named; all else as it stands. */
static int expand(struct publishing *publishing, struct prompt *prompt, struct err *err)
{
	struct store_partials partials = {.store = publishing->store};
	struct template_source source = {
		.data = &partials, .lookup = no_value, .partial = store_partial};
	int result = 0;
	size_t i;

	for (i = 0; i < prompt->n_messages && result == 0; i++) {
		struct buf text = BUF_INIT(TEMPLATE_OUTPUT_MAX);

		result = template_render(str_of(prompt->messages[i].text), &source, &text, err);
		if (result == 0)
			prompt_set(
				&prompt->messages[i].text, (struct str){buf_text(&text), text.len});
		buf_fini(&text);
	}
	store_partials_fini(&partials);
	return result;
}

/* One that cannot be is told; the others are published. */
static int add_skill(struct publishing *publishing, const struct choice *choice, const char *name)
{
	struct store_want want = {.version = 0};
	struct prompt *prompt, *skill = NULL;
	struct err err = {0};
	int outcome = store_prompt_get(publishing->store, str_of(choice->id), &want, &prompt, &err);

	if (outcome < 0)
		return call_fail_err(publishing->call, &err);
	if (outcome != STORE_OK)
		return COMMAND_DONE; /* removed by somebody since we looked */
	if (expand(publishing, prompt, &err) == 0)
		skill = publish_skill(prompt, publishing->kind, name, publishing->hidden, &err);
	if (skill != NULL && !publish_name_is_plain(choice->path, name)) {
		char message[PUBLISH_NAME_BYTES + 64];

		(void)snprintf(message, sizeof message,
			"published as %s, for another prompt has its name", name);
		add_note(publishing, str_of(prompt->path), message);
	}
	if (skill != NULL) {
		publishing->skills[publishing->n_skills++] = skill;
	} else {
		publishing->result->unfit++;
		add_note(publishing, str_of(prompt->path), err.text);
	}
	prompt_free(prompt);
	return COMMAND_DONE;
}

static int make_skills(struct publishing *publishing)
{
	char(*names)[PUBLISH_NAME_BYTES] = xcalloc(publishing->n + 1, sizeof *names);
	const char **paths = xcalloc(publishing->n + 1, sizeof *paths);
	int result = COMMAND_DONE;
	size_t i;

	for (i = 0; i < publishing->n; i++)
		paths[i] = publishing->choices[i].path;
	publish_names(paths, publishing->n, names);
	publishing->skills = xcalloc(publishing->n + 1, sizeof(*publishing->skills));
	for (i = 0; i < publishing->n && result == COMMAND_DONE; i++)
		result = add_skill(publishing, &publishing->choices[i], names[i]);
	free(names);
	free(paths);
	return result;
}

static int write_skills(struct publishing *publishing, const char *folder, bool dry_run)
{
	struct library_export_how how = {
		.marker = MARKER, .dry_run = dry_run, .own_folders = true, .prune = true};
	struct library_sink notes = {.data = publishing, .note = on_note};
	const struct prompt **list = xcalloc(publishing->n_skills + 1, sizeof *list);
	struct err err;
	size_t i;
	int outcome;

	for (i = 0; i < publishing->n_skills; i++)
		list[i] = publishing->skills[i];
	outcome = library_export_as(folder, &publish_formats[publishing->kind], &how, list,
		publishing->n_skills, &notes, &publishing->result->files, &err);
	publishing->result->skills = publishing->n_skills;
	free(list);
	return outcome == 0 ? COMMAND_DONE : call_fail_err(publishing->call, &err);
}

int publish_run(struct call *call, const json_t *target, enum publish_mode mode,
	struct publish_result *result)
{
	const char *folder = json_string_value(json_object_get(target, "folder"));
	const char *kind = json_string_value(json_object_get(target, "kind"));
	struct publishing publishing = {.call = call,
		.result = result,
		.kind = kind != NULL && strcmp(kind, "claude") == 0 ? PUBLISH_CLAUDE
								    : PUBLISH_AGENTS,
		.hidden = !json_is_true(json_object_get(target, "visible"))};
	int outcome = COMMAND_DONE;
	size_t i;

	*result = (struct publish_result){.notes = json_array()};
	if (folder == NULL || folder[0] != '/')
		return call_fail(call, COMMAND_FAILED, LIST_FILE " is not one of promptd's");
	if (mode != PUBLISH_REMOVE)
		outcome = call_store(call, false, &publishing.store);
	if (outcome == COMMAND_DONE && mode != PUBLISH_REMOVE)
		outcome = choose(&publishing, target);
	if (outcome == COMMAND_DONE)
		outcome = make_skills(&publishing);
	if (outcome == COMMAND_DONE)
		outcome = write_skills(&publishing, folder, mode == PUBLISH_LOOK);
	for (i = 0; i < publishing.n; i++) {
		free(publishing.choices[i].id);
		free(publishing.choices[i].path);
	}
	for (i = 0; i < publishing.n_skills; i++)
		prompt_free(publishing.skills[i]);
	free(publishing.choices);
	free(publishing.skills);
	return outcome;
}

void publish_result_fini(struct publish_result *result)
{
	json_decref(result->notes);
}
