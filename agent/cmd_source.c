/* promptd source: other people's repositories of prompts. */
/* realpath() is X/Open's, not POSIX's. */
#define _XOPEN_SOURCE 700
#include <stdlib.h>
#include <string.h>

#include "agent/sources.h"
#include "core/json.h"
#include "core/prompt.h"
#include "library/git_remote.h"

static const char *text_of(const json_t *source, const char *name)
{
	return json_string_value(json_object_get(source, name));
}

static void tell_update(
	struct call *call, const json_t *source, const struct sources_update *update)
{
	const struct repo_tree_report *passed = &update->passed_by;
	size_t odd = passed->links + passed->modules + passed->names + passed->big + passed->deep +
		     passed->unread;

	if (passed->cut)
		call_warn(call, "%s is larger than what is read of a source",
			text_of(source, "name"));
	if (odd > 0)
		call_warn(call,
			"%s: passed by %zu links, %zu submodules, %zu names that lead elsewhere, "
			"%zu files over 4 MiB, %zu folders too deep, %zu that cannot be read",
			text_of(source, "name"), passed->links, passed->modules, passed->names,
			passed->big, passed->deep, passed->unread);
	if (!call->json)
		output_print(call->out, "%s: %zu prompt%s%s\n", text_of(source, "name"),
			update->prompts, update->prompts == 1 ? "" : "s",
			update->same ? ", nothing new" : "");
}

static void answer_sources(struct call *call, const json_t *sources)
{
	if (call->json)
		call_answer(call, "sources", json_deep_copy(sources));
}

static int save(struct call *call, const json_t *sources)
{
	struct err err;

	if (sources_write(call, sources, &err) != 0)
		return call_fail_err(call, &err);
	answer_sources(call, sources);
	return COMMAND_DONE;
}

/* A folder here by its whole path, whatever directory one is in later. */
static int check_url(struct call *call, const char *word, char **url)
{
	char *real = strstr(word, "://") == NULL ? realpath(word, NULL) : NULL;
	const char *at = strstr(word, "://");
	struct err err;

	if (at != NULL && strchr(at + 3, '@') != NULL && strchr(at + 3, ':') != NULL &&
		strchr(at + 3, ':') < strchr(at + 3, '@'))
		return call_fail(call, COMMAND_USAGE,
			"no password in the address: git's credential helpers keep it");
	if (repo_check_url(word, &err) != 0) {
		free(real);
		return call_fail_err(call, &err);
	}
	*url = real != NULL ? real : xstrdup(word);
	return COMMAND_DONE;
}

static int check_name(struct call *call, const char *name)
{
	struct err err;

	if (strchr(name, '/') != NULL || prompt_check_path(str_of(name), &err) != 0 ||
		strlen(name) > 100)
		return call_fail(call, COMMAND_USAGE,
			"a source's name is of small letters, digits and -: %.100s", name);
	return COMMAND_DONE;
}

static int add(struct call *call, json_t *sources, const char *name, const char *word)
{
	const char *path = call_value(call, "path");
	struct sources_update update;
	char *url = NULL;
	struct err err;
	json_t *source;
	int result = check_name(call, name);

	if (result == COMMAND_DONE && sources_find(sources, name) != NULL)
		return call_fail(call, COMMAND_REFUSED, "%s is a source already", name);
	if (result == COMMAND_DONE && json_array_size(sources) >= SOURCES_MAX)
		return call_fail(
			call, COMMAND_REFUSED, "there are %d sources already", SOURCES_MAX);
	if (result == COMMAND_DONE && path != NULL && repo_check_path(path, &err) != 0)
		return call_fail_err(call, &err);
	if (result == COMMAND_DONE)
		result = check_url(call, word, &url);
	if (result != COMMAND_DONE)
		return result;
	source = json_pack(
		"{s:s, s:s, s:s}", "name", name, "url", url, "path", path != NULL ? path : "");
	free(url);
	(void)json_array_append_new(sources, source);
	result = sources_update(call, source, &update);
	if (result == COMMAND_DONE)
		result = save(call, sources);
	if (result == COMMAND_DONE)
		tell_update(call, source, &update);
	return result;
}

/* One that cannot be fetched now is no reason to leave the others old. */
static int update(struct call *call, json_t *sources, const char *name)
{
	int result = COMMAND_DONE, saved;
	json_t *source;
	size_t i;

	if (name != NULL && sources_find(sources, name) == NULL)
		return call_fail(call, COMMAND_NOT_FOUND, "no source is called %.100s", name);
	json_array_foreach (sources, i, source) {
		struct sources_update done;
		int one;

		if (name != NULL && strcmp(text_of(source, "name"), name) != 0)
			continue;
		one = sources_update(call, source, &done);
		if (one == COMMAND_DONE)
			tell_update(call, source, &done);
		else if (!call->json)
			output_print(call->notes, "%s was not updated\n", text_of(source, "name"));
		result = one != COMMAND_DONE ? one : result;
	}
	saved = save(call, sources);
	return result != COMMAND_DONE ? result : saved;
}

static int drop(struct call *call, json_t *sources, const char *name)
{
	json_t *source;
	size_t i, at = 0;
	int result;

	if (sources_find(sources, name) == NULL)
		return call_fail(call, COMMAND_NOT_FOUND, "no source is called %.100s", name);
	result = sources_forget(call, name);
	json_array_foreach (sources, i, source)
		if (strcmp(text_of(source, "name"), name) == 0)
			at = i;
	(void)json_array_remove(sources, at);
	return result == COMMAND_DONE ? save(call, sources) : result;
}

static int list(struct call *call, const json_t *sources)
{
	static const struct output_column columns[] = {
		{.title = "SOURCE", .style = OUTPUT_NAME},
		{.title = "UPDATED"},
		{.title = "PATH"},
		{.title = "FROM", .shrink_to = 20},
	};
	struct output_table *table = output_table_new(call->out, columns, 4);
	const json_t *source;
	size_t i;

	json_array_foreach (sources, i, source) {
		output_table_add(table, str_of(text_of(source, "name")));
		output_table_add(table, str_of(text_of(source, "updated")));
		output_table_add(table, str_of(text_of(source, "path")));
		output_table_add(table, str_of(text_of(source, "url")));
	}
	answer_sources(call, sources);
	if (!call->json)
		output_table_print(table);
	output_table_free(table);
	return COMMAND_DONE;
}

static int source_run(struct call *call)
{
	const char *what = call->words[0];
	const char *name = call->n_words > 1 ? call->words[1] : NULL;
	json_t *sources = sources_read(call);
	int result;

	if (strcmp(what, "add") == 0 && call->n_words == 3)
		result = add(call, sources, name, call->words[2]);
	else if (strcmp(what, "update") == 0 && call->n_words <= 2)
		result = update(call, sources, name);
	else if (strcmp(what, "remove") == 0 && call->n_words == 2)
		result = check_name(call, name) == COMMAND_DONE ? drop(call, sources, name)
								: COMMAND_USAGE;
	else if (strcmp(what, "list") == 0 && call->n_words == 1)
		result = list(call, sources);
	else
		result = call_fail(call, COMMAND_USAGE,
			"source takes add NAME URL or DIR, update [NAME], remove NAME or list");
	json_decref(sources);
	return result;
}

static const struct command_option options[] = {
	{"path", 0, "FOLDER", "with add: only what is below this folder of it", COMMAND_TEXT, NULL,
		false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd source add team https://example.org/prompts.git --path prompts",
		"a repository that others keep"},
	{"promptd source update", "fetch what is new in all of them"},
	{0},
};

const struct command command_source = {
	.name = "source",
	.summary = "prompts out of other people's git repositories, read-only",
	.words = "add NAME URL|DIR | update [NAME] | remove NAME | list",
	.description =
		"A source is a git repository that is fetched and never checked out: its prompts "
		"are read from its objects, whatever formats they are in, and nothing of it is "
		"written anywhere else. A DIR that is no repository is read as it stands. Links, "
		"submodules, names that lead elsewhere, files over "
		"4 MiB and folders more than 16 deep are passed by. Its prompts show their source "
		"as git:NAME and stand behind your own of the same name. The agent updates sources "
		"every six hours.",
	.words_min = 1,
	.words_max = 3,
	.options = options,
	.examples = examples,
	.answer = "sources (name, url, path, commit, updated)",
	.run = source_run,
};
