/* promptd publish: a collection kept in step as skills for assistants that read files. */
#include "agent/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connect.h"
#include "agent/lookup.h"
#include "store/prompts.h"

#define CLIENTS_MAX 16

/* What one call is about. */
struct publish {
	struct call *call;
	const struct publish_client *clients[CLIENTS_MAX];
	size_t n_clients;
	bool named;	  /* by --client */
	char *project;	  /* NULL: for all */
	json_t *targets;  /* all that is remembered */
	json_t *selected; /* those that are meant */
	json_t *answers;
	size_t refused;
};

static const char *text_of(const json_t *target, const char *name)
{
	const char *text = json_string_value(json_object_get(target, name));

	return text != NULL ? text : "";
}

/* --- which folders --- */

static int take_named(struct publish *publish, const char *names)
{
	struct str rest = str_of(names);

	publish->named = true;
	while (rest.n > 0) {
		struct str name = str_trim(str_cut(rest, ',', &rest));
		const struct publish_client *client = publish_client_find(name);

		if (client == NULL || publish->n_clients == CLIENTS_MAX) {
			call_hint(publish->call, "claude, codex, copilot, gemini, opencode");
			return call_fail(publish->call, COMMAND_USAGE,
				"no assistant named %.*s reads skills", (int)str_prefix(name, 60).n,
				name.p);
		}
		publish->clients[publish->n_clients++] = client;
	}
	return COMMAND_DONE;
}

/* Those that are on this machine. */
static int take_here(struct publish *publish)
{
	struct connect connect = {.dirs = publish->call->dirs};
	struct err err;
	size_t i;

	if (assistant_table_load(&connect.table, &err) != 0)
		return call_fail_err(publish->call, &err);
	for (i = 0; i < connect.table.n && publish->n_clients < CLIENTS_MAX; i++) {
		const struct publish_client *client =
			publish_client_find(str_of(connect.table.rows[i].name));

		if (client != NULL && connect_is_here(&connect, &connect.table.rows[i]))
			publish->clients[publish->n_clients++] = client;
	}
	assistant_table_fini(&connect.table);
	return COMMAND_DONE;
}

static int find_project(struct publish *publish)
{
	if (!call_flag(publish->call, "project"))
		return COMMAND_DONE;
	publish->project = connect_project(publish->call->dirs->home);
	if (publish->project != NULL)
		return COMMAND_DONE;
	call_hint(publish->call, "go into the project's folder first");
	return call_fail(publish->call, COMMAND_USAGE, "this is no project");
}

static const char *kind_name(enum publish_kind kind)
{
	return kind == PUBLISH_CLAUDE ? "claude" : "agents";
}

/* The folder of that kind; NULL: told why. Borrowed from targets, where it is new. */
static json_t *target_of(struct publish *publish, enum publish_kind kind, bool make)
{
	const char *base = publish->project != NULL ? publish->project : publish->call->dirs->home;
	char folder[PLATFORM_PATH_MAX];
	json_t *target;
	struct err err;

	if (publish_folder(base, kind, folder, &err) != 0) {
		(void)call_fail_err(publish->call, &err);
		return NULL;
	}
	target = publish_find(publish->targets, folder);
	if (target != NULL || !make)
		return target;
	target = json_pack("{s:s, s:s, s:[], s:s*, s:i}", "folder", folder, "kind", kind_name(kind),
		"clients", "project", publish->project, "max", PUBLISH_MAX);
	if (target == NULL)
		(void)call_fail(publish->call, COMMAND_FAILED, "%s is not UTF-8", folder);
	else
		(void)json_array_append_new(publish->targets, target);
	return target;
}

static void add_client(json_t *target, const struct publish_client *client)
{
	json_t *clients = json_object_get(target, "clients"), *name;
	size_t i;

	json_array_foreach (clients, i, name)
		if (strcmp(json_string_value(name), client->name) == 0)
			return;
	(void)json_array_append_new(clients, json_string(client->name));
}

static void select_once(struct publish *publish, json_t *target)
{
	json_t *known;
	size_t i;

	json_array_foreach (publish->selected, i, known)
		if (known == target)
			return;
	(void)json_array_append(publish->selected, target);
}

/* What is told to go into a target with this call. */
static int tell_target(struct publish *publish, json_t *target)
{
	struct call *call = publish->call;
	const char *collection = call_value(call, "collection");
	int64_t max;
	int result = lookup_number(call, "max", 1, PUBLISH_MAX_MAX, 0, &max);

	if (collection != NULL)
		(void)json_object_set_new(target, "collection", json_string(collection));
	if (max > 0)
		(void)json_object_set_new(target, "max", json_integer(max));
	if (call_flag(call, "visible"))
		(void)json_object_set_new(target, "visible", json_true());
	return result;
}

/* With a collection, or for named assistants: these folders; else all remembered. */
static int select_targets(struct publish *publish, bool make)
{
	int result = COMMAND_DONE;
	size_t i;

	if (!publish->named && publish->project == NULL && !make) {
		(void)json_array_extend(publish->selected, publish->targets);
		return COMMAND_DONE;
	}
	if (publish->n_clients == 0)
		result = take_here(publish);
	for (i = 0; i < publish->n_clients && result == COMMAND_DONE; i++) {
		json_t *target = target_of(publish, publish->clients[i]->kind, make);

		if (target == NULL && make)
			return COMMAND_FAILED;
		if (target == NULL)
			continue;
		if (make)
			add_client(target, publish->clients[i]);
		select_once(publish, target);
	}
	return result;
}

/* --- the answer --- */

static void titles_of(const json_t *target, bool hiding, struct buf *out)
{
	json_t *name;
	size_t i;

	json_array_foreach (json_object_get(target, "clients"), i, name) {
		const struct publish_client *client =
			publish_client_find(str_of(json_string_value(name)));

		if (client != NULL && (!hiding || !client->hides))
			(void)buf_add_format(out, "%s%s", out->len > 0 ? ", " : "", client->title);
	}
}

static void print_notes(struct call *call, const struct publish_result *result)
{
	const json_t *note;
	size_t i;

	json_array_foreach (result->notes, i, note) {
		output_text(call->notes, str_of(text_of(note, "file")));
		output_print(call->notes, ": ");
		output_text(call->notes, str_of(text_of(note, "message")));
		output_print(call->notes, "\n");
	}
}

static void print_result(struct call *call, const json_t *target,
	const struct publish_result *result, enum publish_mode mode)
{
	struct buf titles = BUF_INIT(1024);
	const char *would = mode == PUBLISH_LOOK ? " to be" : "";

	titles_of(target, false, &titles);
	output_styled(call->out, OUTPUT_NAME, str_of(text_of(target, "folder")));
	output_print(call->out, " (%s): ", buf_text(&titles));
	if (mode != PUBLISH_REMOVE) {
		output_print(call->out, "%zu skill%s of ", result->skills,
			result->skills == 1 ? "" : "s");
		output_text(call->out, str_of(text_of(target, "collection")));
		output_print(call->out, "; ");
	}
	output_print(call->out, "%zu file%s%s written, %zu unchanged, %zu%s removed",
		result->files.written, result->files.written == 1 ? "" : "s", would,
		result->files.unchanged, result->files.removed, would);
	if (result->files.refused > 0)
		output_print(call->out, ", %zu left alone", result->files.refused);
	if (result->unfit > 0)
		output_print(call->out, "; %zu prompt%s not for this assistant", result->unfit,
			result->unfit == 1 ? "" : "s");
	output_print(call->out, "\n");
	buf_fini(&titles);
	print_notes(call, result);
}

static void answer_result(
	struct publish *publish, const json_t *target, const struct publish_result *result)
{
	json_t *answer = json_deep_copy(target);

	(void)json_object_set_new(
		answer, "hidden", json_boolean(!json_is_true(json_object_get(target, "visible"))));
	(void)json_object_set_new(answer, "skills", json_integer((json_int_t)result->skills));
	(void)json_object_set_new(answer, "left_out", json_integer((json_int_t)result->left_out));
	(void)json_object_set_new(answer, "unfit", json_integer((json_int_t)result->unfit));
	(void)json_object_set_new(
		answer, "written", json_integer((json_int_t)result->files.written));
	(void)json_object_set_new(
		answer, "unchanged", json_integer((json_int_t)result->files.unchanged));
	(void)json_object_set_new(
		answer, "removed", json_integer((json_int_t)result->files.removed));
	(void)json_object_set_new(
		answer, "refused", json_integer((json_int_t)result->files.refused));
	(void)json_object_set(answer, "notes", result->notes);
	(void)json_object_del(answer, "visible");
	(void)json_array_append_new(publish->answers, answer);
}

/* What the person should know about how it is seen. */
static void warn(struct call *call, const json_t *target, const struct publish_result *result)
{
	struct buf titles = BUF_INIT(1024);

	titles_of(target, true, &titles);
	if (titles.len > 0 && result->skills > 0 &&
		!json_is_true(json_object_get(target, "visible")))
		call_warn(call,
			"%s cannot hide a skill: its name and description are read into the "
			"context at every start",
			buf_text(&titles));
	if (result->left_out > 0)
		call_warn(call,
			"%zu of %zu prompts are left out, the least used: every skill is one "
			"more in the list that an assistant shows or reads; --max %zu takes all",
			result->left_out, result->chosen, result->chosen);
	buf_fini(&titles);
}

/* --- the work --- */

/* A project that is gone takes its skills with it. */
static bool is_gone(const json_t *target)
{
	const char *project = text_of(target, "project");

	return project[0] != '\0' && access(project, F_OK) != 0;
}

static int run_one(struct publish *publish, json_t *target, enum publish_mode mode, bool quiet)
{
	struct publish_result result = {.notes = NULL};
	struct call *call = publish->call;
	int outcome = COMMAND_DONE;

	if (is_gone(target))
		return COMMAND_DONE;
	outcome = publish_run(call, target, mode, &result);
	if (outcome == COMMAND_DONE) {
		publish->refused += result.files.refused;
		answer_result(publish, target, &result);
		if (!quiet && mode == PUBLISH_DO)
			warn(call, target, &result);
		if (!call->json && !quiet)
			print_result(call, target, &result, mode);
	}
	publish_result_fini(&result);
	return outcome;
}

static void forget(struct publish *publish, const json_t *target)
{
	json_t *known;
	size_t i;

	json_array_foreach (publish->targets, i, known)
		if (known == target) {
			(void)json_array_remove(publish->targets, i);
			return;
		}
}

static int run_all(struct publish *publish, enum publish_mode mode, bool quiet)
{
	int result = COMMAND_DONE;
	json_t *target;
	size_t i;

	json_array_foreach (publish->selected, i, target) {
		result = tell_target(publish, target);
		if (result == COMMAND_DONE)
			result = run_one(publish, target, mode, quiet);
		if (result != COMMAND_DONE)
			return result;
		if (mode == PUBLISH_REMOVE)
			forget(publish, target);
	}
	return result;
}

static int verdict(struct publish *publish)
{
	struct call *call = publish->call;

	call_answer(call, "targets", json_incref(publish->answers));
	if (publish->refused == 0)
		return COMMAND_DONE;
	call_hint(call, "what was edited can be taken over with promptd import, or moved away");
	return call_fail(call, COMMAND_FAILED,
		publish->refused == 1 ? "%zu file was left alone" : "%zu files were left alone",
		publish->refused);
}

static int check_collection(struct call *call, const char *name)
{
	struct store_filter filter = {.collection = str_of(name)};
	struct store *store;
	struct err err;
	int64_t n;
	int result = call_store(call, false, &store);

	if (result != COMMAND_DONE)
		return result;
	if (!str_is_utf8(filter.collection) || store_prompt_count(store, &filter, &n, &err) != 0)
		return call_fail(call, COMMAND_USAGE, "not a collection's name");
	call_hint(call, "promptd collections lists them");
	if (n == 0)
		return call_fail(
			call, COMMAND_NOT_FOUND, "no prompt is in a collection %.100s", name);
	call->hint[0] = '\0';
	return COMMAND_DONE;
}

static int nothing(struct call *call)
{
	call_hint(call, "promptd publish --collection NAME; promptd collections lists them");
	return call_fail(call, COMMAND_NOT_FOUND, "nothing is published");
}

static int begin(struct publish *publish, bool make)
{
	const char *names = call_value(publish->call, "client");
	int result = COMMAND_DONE;

	if (make)
		result = check_collection(publish->call, call_value(publish->call, "collection"));
	if (result == COMMAND_DONE && names != NULL)
		result = take_named(publish, names);
	if (result == COMMAND_DONE)
		result = find_project(publish);
	if (result == COMMAND_DONE)
		result = select_targets(publish, make);
	if (result != COMMAND_DONE || json_array_size(publish->selected) > 0)
		return result;
	if (!make)
		return nothing(publish->call);
	call_hint(publish->call, "--client says for which: claude, codex, copilot, gemini, "
				 "opencode");
	return call_fail(publish->call, COMMAND_NOT_FOUND,
		"no assistant that reads skills was found on this machine");
}

static int work(struct publish *publish)
{
	struct call *call = publish->call;
	bool look = call_flag(call, "dry-run") || call_flag(call, "status");
	bool away = call_flag(call, "remove"), quiet = call_flag(call, "update");
	struct err err;
	int result = begin(publish, call_value(call, "collection") != NULL && !away);

	if (result == COMMAND_DONE)
		result = run_all(publish,
			look   ? PUBLISH_LOOK
			: away ? PUBLISH_REMOVE
			       : PUBLISH_DO,
			quiet);
	if (result != COMMAND_DONE)
		return result;
	call_answer(call, "dry_run", json_boolean(look));
	if (!look && !quiet && publish_write(call, publish->targets, &err) != 0)
		return call_fail_err(call, &err);
	return verdict(publish);
}

static int publish_start(struct call *call)
{
	struct publish publish = {.call = call, .selected = json_array(), .answers = json_array()};
	bool look = call_flag(call, "dry-run") || call_flag(call, "status");
	struct err err;
	int lock = -1, result = COMMAND_DONE;

	if (call_flag(call, "remove") && call_value(call, "collection") != NULL)
		result = call_fail(call, COMMAND_USAGE, "--remove takes no --collection");
	if (result == COMMAND_DONE && !look && (lock = publish_lock(call, &err)) < 0)
		result = call_fail_err(call, &err);
	publish.targets = publish_read(call);
	if (result == COMMAND_DONE)
		result = work(&publish);
	json_decref(publish.targets);
	json_decref(publish.selected);
	json_decref(publish.answers);
	free(publish.project);
	if (lock >= 0)
		(void)close(lock);
	return result;
}

static const struct command_option options[] = {
	{"collection", 'c', "NAME", "what is published; remembered", COMMAND_COLLECTION, NULL,
		false},
	{"client", 0, "NAME,...", "for these assistants, instead of all that are here",
		COMMAND_CHOICE, "claude codex copilot gemini opencode", false},
	{"project", 'p', NULL, "into the folders of the project one is in", COMMAND_TEXT, NULL,
		false},
	{"max", 0, "N", "as many skills at most, the most used (15)", COMMAND_TEXT, NULL, false},
	{"visible", 0, NULL, "let the model choose them, instead of the person alone", COMMAND_TEXT,
		NULL, false},
	{"status", 0, NULL, "what is published, and whether it is as it should be", COMMAND_TEXT,
		NULL, false},
	{"remove", 0, NULL, "take away what was published", COMMAND_TEXT, NULL, false},
	{"dry-run", 'n', NULL, "say what would happen, and change nothing", COMMAND_TEXT, NULL,
		false},
	{"update", 0, NULL, "of what is remembered, silently", COMMAND_TEXT, NULL, true},
	{0},
};

static const struct command_example examples[] = {
	{"promptd publish --collection daily", "for the assistants on this machine"},
	{"promptd publish --collection team --client claude --project", "for one project"},
	{"promptd publish --status", "is it in step?"},
	{"promptd publish --remove", "no more"},
	{0},
};

const struct command command_publish = {
	.name = "publish",
	.summary = "keep a collection in step as skills for assistants that read files",
	.words = "",
	.description =
		"Writes the approved prompts of a collection as skills into the folders that "
		"assistants read: ~/.claude/skills (Claude Code) and ~/.agents/skills (Codex, "
		"GitHub Copilot, Gemini CLI, opencode), or the same folders of a project. What "
		"is published is remembered: promptd publish alone does it again, and the agent "
		"does whenever the library changes and when it starts.\n\n"
		"Skills are hidden from the model where the assistant can (Claude Code, Codex, "
		"Copilot): the person calls them by name. Inputs become arguments in Claude "
		"Code ($name); the others are told about them in the text. A prompt that holds "
		"a command or a variable of Claude Code's is not published for it. "
		"Two prompts of one name get the parts of their paths before it.\n\n"
		"promptd writes only into folders of its own (the list is "
		".promptd-publish.json). A file that was edited by hand is left alone and "
		"named, and the exit status is then 1; promptd import takes the edit over as a "
		"version of the same prompt.",
	.options = options,
	.examples = examples,
	.answer = "dry_run, targets (folder, kind, clients, project, collection, max, hidden, "
		  "skills, unfit, left_out, written, unchanged, removed, refused, notes)",
	.run = publish_start,
};
