/* What all assistants share, and what is decided about one; see connect.h. */
#include "agent/connect.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connect_run.h"
#include "agent/connect_work.h"

const char *connect_word(enum connect_outcome outcome)
{
	static const char *const words[] = {"connected", "already", "replaced", "asked", "would",
		"absent", "differs", "removed", "gone", "not_connected", "failed", "cancelled"};

	return words[outcome];
}

void connect_result_fini(struct connect_result *result)
{
	free(result->file);
	free(result->kept);
	free(result->snippet);
	assistant_arguments_free(result->command);
}

void work_say(struct connect_result *result, enum connect_outcome outcome, const char *format, ...)
{
	struct buf text = BUF_INIT(sizeof(result->message) * 4);
	struct str cut;
	va_list args;

	va_start(args, format);
	(void)buf_add_vformat(&text, format, args);
	va_end(args);
	cut = str_prefix((struct str){buf_text(&text), text.len}, sizeof(result->message) - 1);
	memcpy(result->message, cut.p, cut.n);
	result->message[cut.n] = '\0';
	result->outcome = outcome;
	buf_fini(&text);
}

static bool same_file(const char *a, const char *b)
{
	struct stat in_a, in_b;

	return stat(a, &in_a) == 0 && stat(b, &in_b) == 0 && in_a.st_dev == in_b.st_dev &&
	       in_a.st_ino == in_b.st_ino;
}

/*
 * The server beside this program. If the same file can be reached through $PATH, or where
 * programs are commonly linked, that name is taken: it stays when a package manager moves
 * the versioned folder behind it.
 */
static int find_server(struct connect *c, struct err *err)
{
	static const char *const places[] = {
		"~/.local/bin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", NULL};
	char beside[PLATFORM_PATH_MAX];
	char *found;

	if (platform_program("promptd-mcp", beside, err) < 0)
		return -1;
	found = run_find("promptd-mcp", c->dirs->home, NULL);
	for (size_t i = 0; places[i] && !(found && same_file(found, beside)); i++) {
		char *dir = target_expand(places[i], c->dirs->home);
		struct buf path = BUF_INIT(PATH_MAX);

		(void)buf_add_format(&path, "%s/promptd-mcp", dir);
		free(dir);
		free(found);
		found = buf_take(&path);
	}
	if (found && same_file(found, beside)) {
		c->server = found;
		return 0;
	}
	free(found);
	c->server = xstrdup(beside);
	return 0;
}

/*
 * Assistants start the server with hardly any variables: where the library is has to
 * stand in the entry when it is not where it always is.
 */
static void find_env(struct connect *c)
{
	static const struct {
		const char *name, *usual; /* below home; NULL: there is no usual one */
	} variables[] = {{"PROMPTD_HOME", NULL}, {"XDG_DATA_HOME", "/.local/share"},
		{"XDG_CONFIG_HOME", "/.config"}, {"XDG_STATE_HOME", "/.local/state"}};

	c->env = json_object();
	c->env_names = json_array();
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = getenv(variables[i].name);
		size_t home = strlen(c->dirs->home);

		(void)json_array_append_new(c->env_names, json_string(variables[i].name));
		if (!value || value[0] != '/' || json_object_get(c->env, "PROMPTD_HOME"))
			continue;
		if (variables[i].usual && !strncmp(value, c->dirs->home, home) &&
			!strcmp(value + home, variables[i].usual))
			continue;
		(void)json_object_set_new(c->env, variables[i].name, json_string(value));
	}
}

/* Their files are JSON and TOML: a path that is not UTF-8 cannot stand in them. */
static int check_paths(const struct connect *c, struct err *err)
{
	const char *const paths[] = {c->server, c->project, c->dirs->home, getenv("PROMPTD_HOME")};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (!str_is_utf8(str_of(paths[i])))
			return err_set(err, ERR_INVALID,
				"%s is not UTF-8, and settings of assistants must be", paths[i]);
	}
	return 0;
}

int connect_open(struct connect *c, bool write, struct err *err)
{
	if (find_server(c, err) < 0)
		return -1;
	if (check_paths(c, err) < 0)
		goto server;
	if (assistant_table_load(&c->table, err) < 0)
		goto server;
	if ((write ? connect_state_open : connect_state_look)(&c->state, c->dirs->state, err) < 0)
		goto table;
	find_env(c);
	return 0;
table:
	assistant_table_fini(&c->table);
server:
	free(c->server);
	return -1;
}

void connect_close(struct connect *c)
{
	connect_state_close(&c->state);
	assistant_table_fini(&c->table);
	free(c->server);
	json_decref(c->env);
	json_decref(c->env_names);
}

char *connect_project(const char *home)
{
	char here[PATH_MAX];
	struct str dir;
	char *project = NULL;

	if (!getcwd(here, sizeof(here)))
		return NULL;
	for (dir = str_of(here); !project && dir.n > 1;) {
		struct buf git = BUF_INIT(PATH_MAX);
		struct stat st;

		(void)buf_add_format(&git, "%.*s/.git", (int)dir.n, dir.p);
		if (stat(buf_text(&git), &st) == 0)
			project = str_dup(dir);
		buf_fini(&git);
		do {
			dir.n--;
		} while (dir.n > 0 && dir.p[dir.n] != '/');
	}
	if (!project)
		project = xstrdup(here);
	if (!same_file(project, home))
		return project;
	free(project);
	return NULL;
}

static const char *project_name(const struct connect *c)
{
	return c->project ? c->project : "";
}

const char *work_project(const struct work *w)
{
	return project_name(w->c);
}

bool connect_is_ours(const struct connect *c, const struct assistant *a)
{
	return connect_state_find(&c->state, a->name, project_name(c)) != NULL;
}

static char *find_program(const struct connect *c, const struct assistant *a)
{
	char *found = NULL;
	size_t i;
	json_t *name;

	json_array_foreach (a->programs, i, name) {
		if (!found)
			found = run_find(json_string_value(name), c->dirs->home, a->places);
	}
	return found;
}

static bool has_sign(const struct connect *c, const struct assistant *a)
{
	bool is = false;
	size_t i;
	json_t *sign;

	json_array_foreach (a->signs, i, sign) {
		char *path = target_expand(json_string_value(sign), c->dirs->home);
		struct stat st;

		is = is || (path && stat(path, &st) == 0);
		free(path);
	}
	return is;
}

bool connect_is_here(const struct connect *c, const struct assistant *a)
{
	char *program = find_program(c, a);
	bool is = program != NULL || has_sign(c, a);

	free(program);
	return is;
}

void work_begin(
	struct work *w, struct connect *c, const struct assistant *a, struct connect_result *result)
{
	*result = (struct connect_result){
		.assistant = a, .which = c->project ? ASSISTANT_PROJECT : ASSISTANT_USER};
	*w = (struct work){.c = c, .a = a, .result = result};
	w->entry = assistant_entry(a, c->server, c->env);
	w->known = connect_state_find(&c->state, a->name, project_name(c));
}

void work_end(struct work *w)
{
	if (w->opened)
		target_fini(&w->target);
	free(w->program);
	json_decref(w->entry);
}

void work_snippet(struct work *w)
{
	free(w->result->snippet);
	w->result->snippet = target_snippet(w->a, w->result->which, w->entry);
}

/* Find the assistant and its file, without touching anything. False: that is all. */
bool work_look(struct work *w, const char *path)
{
	struct err err = {.text = ""};
	int r;

	if (!w->a->scope[w->result->which].known) {
		work_say(w->result, CONNECT_ABSENT, "%s has no settings for one project",
			w->a->title);
		return false;
	}
	w->program = find_program(w->c, w->a);
	w->result->file = path ? xstrdup(path) : target_path(w->a, w->c->dirs->home, w->c->project);
	if (!w->program && !has_sign(w->c, w->a) && !path) {
		work_say(w->result, CONNECT_ABSENT, "%s is not on this machine", w->a->title);
		return false;
	}
	if (!w->result->file) {
		work_say(w->result, CONNECT_FAILED, "the path of its settings is too long");
		return false;
	}
	r = target_open(&w->target, w->a, w->result->which, w->result->file, &err);
	w->opened = true;
	if (r == 0)
		return true;
	work_say(w->result, CONNECT_FAILED, "%s; nothing was changed", err.text);
	return false;
}

bool work_there(const struct work *w)
{
	return w->target.entry && assistant_entry_same(w->a, w->target.entry, w->c->server,
					  w->c->env, w->c->env_names);
}

/* The entry is still what we wrote once: the same program, whatever else changed. */
bool work_still_ours(const struct work *w)
{
	const char *is = w->target.entry ? assistant_entry_command(w->a, w->target.entry) : NULL;

	return is && w->known &&
	       !strcmp(is, json_string_value(json_object_get(w->known, "command")));
}

/* There is none of ours there: put it there. */
static void add(struct work *w)
{
	const struct assistant_scope *scope = w->target.scope;
	bool own = scope->add && w->program && way_is_harmless(w);

	if (!own && way_link(w))
		return;
	if (w->c->dry_run) {
		w->result->by = own ? "command" : "file";
		if (own)
			w->result->command = assistant_arguments(
				w->a, scope->add, w->program, w->c->server, w->c->env);
		work_say(w->result, CONNECT_WOULD, "%s", "");
	} else if (own) {
		way_command(w);
	} else {
		way_file(w, CONNECT_CONNECTED, "");
	}
}

static void differs(struct work *w)
{
	const char *is = assistant_entry_command(w->a, w->target.entry);

	work_say(w->result, CONNECT_DIFFERS,
		"another entry named " ASSISTANT_OUR_NAME " stands in %s and starts %s; left alone",
		w->result->file, is ? is : "no program");
	work_snippet(w);
}

void connect_assistant(struct connect *c, const struct assistant *a, struct connect_result *result)
{
	struct work w;

	work_begin(&w, c, a, result);
	if (!work_look(&w, NULL)) {
		if (result->outcome == CONNECT_FAILED)
			work_snippet(&w);
	} else if (work_there(&w)) {
		result->off = assistant_entry_off(w.target.entry);
		result->ours = w.known != NULL;
		work_say(result, CONNECT_ALREADY, "%s",
			result->off ? "it is switched off there" : "");
	} else if (!w.target.entry) {
		add(&w);
	} else if (!work_still_ours(&w)) {
		differs(&w);
	} else if (c->dry_run) {
		result->by = "file";
		work_say(result, CONNECT_WOULD, "%s", "");
	} else {
		way_file(&w, CONNECT_REPLACED, "");
	}
	work_end(&w);
}

static void not_ours(struct work *w)
{
	if (work_look(w, NULL) && work_there(w))
		work_say(w->result, CONNECT_NOT_CONNECTED,
			"its entry in %s was not put there by promptd and stays", w->result->file);
	else
		work_say(w->result, CONNECT_NOT_CONNECTED, "promptd did not connect it");
}

void disconnect_assistant(
	struct connect *c, const struct assistant *a, struct connect_result *result)
{
	struct work w;
	bool own;

	work_begin(&w, c, a, result);
	if (!w.known) {
		not_ours(&w);
		goto out;
	}
	if (!work_look(&w, json_string_value(json_object_get(w.known, "file"))))
		goto out;
	own = w.target.scope->remove && w.program && way_is_harmless(&w) &&
	      !strcmp(json_string_value(json_object_get(w.known, "by")), "command");
	if (!w.target.entry) {
		way_forget(&w, CONNECT_GONE, "its entry was gone already");
	} else if (!work_still_ours(&w)) {
		differs(&w);
	} else if (c->dry_run) {
		result->by = own ? "command" : "file";
		if (own)
			result->command = assistant_arguments(
				a, w.target.scope->remove, w.program, c->server, c->env);
		work_say(result, CONNECT_WOULD, "%s", "");
	} else if (own) {
		way_out_command(&w);
	} else {
		way_out_file(&w, "");
	}
out:
	work_end(&w);
}

void connect_status(struct connect *c, const struct assistant *a, struct connect_result *result)
{
	struct work w;

	work_begin(&w, c, a, result);
	result->ours = w.known != NULL;
	if (work_look(&w, NULL)) {
		if (work_there(&w)) {
			result->off = assistant_entry_off(w.target.entry);
			work_say(result, CONNECT_CONNECTED, "%s",
				result->off ? "it is switched off there" : "");
		} else if (w.target.entry) {
			const char *is = assistant_entry_command(a, w.target.entry);

			work_say(result, CONNECT_DIFFERS, "its entry starts %s",
				is ? is : "no program");
		} else {
			work_say(result, CONNECT_NOT_CONNECTED, "%s", "");
		}
	}
	work_end(&w);
}

void connect_print(struct connect *c, const struct assistant *a, struct connect_result *result)
{
	struct work w;

	work_begin(&w, c, a, result);
	if (!a->scope[result->which].known) {
		work_say(result, CONNECT_ABSENT, "%s has no settings for one project", a->title);
	} else {
		result->file = target_path(a, c->dirs->home, c->project);
		work_snippet(&w);
		work_say(result, CONNECT_WOULD, "%s", "");
	}
	work_end(&w);
}
