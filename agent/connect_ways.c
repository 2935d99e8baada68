/*
 * The three ways of getting an entry into an assistant's file, and the two out of it;
 * see connect_work.h. Nothing is taken on trust: after its own command, whatever that
 * says, the file is read again (one of them exits 0 when it did nothing).
 */
#include "agent/connect_work.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connect_run.h"
#include "core/clock.h"
#include "core/text_filter.h"

#define COMMAND_MS 60000 /* some of them are slow to start on a cold disk */
#define HANDLER_MS 5000
#define LINK_MS 8000
#define TRIES 3
#define SAID_MAX 160

/* Keep in mind what was written, so that it can be taken out again. */
static void remember(struct work *w, unsigned made, bool new_file)
{
	struct connect *c = w->c;
	struct err err = {.text = ""};
	/* Brought up to date: what was made the first time is still what we made. */
	json_t *before = w->known ? json_object_get(w->known, "made") : NULL;
	json_t *entry;

	if (before && made == 0) {
		made = (unsigned)json_integer_value(before);
		new_file = json_is_true(json_object_get(w->known, "new_file"));
	}
	entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:i, s:b, s:I}", "assistant", w->a->name,
		"project", work_project(w), "file", w->result->file, "by", w->result->by, "command",
		c->server, "env", c->env, "made", (int)made, "new_file", new_file, "at",
		(json_int_t)clock_now_ms());

	w->result->changed = true;
	if (connect_state_keep(&c->state, entry, &err) < 0)
		work_say(w->result, CONNECT_FAILED,
			"it is connected, but that cannot be remembered for disconnect: %s",
			err.text);
	w->known = NULL; /* the list may have moved */
}

/* The first line of what a program said, without what acts on a terminal. */
static void said(const struct run_result *run, char out[SAID_MAX + 1])
{
	struct buf text = BUF_INIT(2 * RUN_OUTPUT_MAX);
	struct str rest, line, cut = {"", 0};

	/* Complaints go to stderr; if none came, what it printed must do. */
	text_filter_terminal((struct str){buf_text(&run->notes), run->notes.len}, true, &text);
	(void)buf_add_char(&text, '\n');
	text_filter_terminal((struct str){buf_text(&run->out), run->out.len}, true, &text);
	rest = (struct str){buf_text(&text), text.len};
	while (!cut.n && str_next_line(&rest, &line))
		cut = str_prefix(str_trim(line), SAID_MAX);
	memcpy(out, cut.p, cut.n);
	out[cut.n] = '\0';
	buf_fini(&text);
}

/* Run one of its own commands. 0 it says it is done, 1 it does not (why is filled),
 * -1 cancelled. */
static int run_own(struct work *w, json_t *arguments, char why[SAID_MAX + 64])
{
	struct connect *c = w->c;
	struct run_result out;
	struct err err = {.text = ""};
	char line[SAID_MAX + 1] = "";
	struct run run = {.program = w->program,
		.dir = c->project ? c->project : c->dirs->home,
		.timeout_ms = c->timeout_ms ? c->timeout_ms : COMMAND_MS,
		.mask = c->project ? 022 : 077,
		.cancelled = c->cancelled};
	bool started;
	int r = 0;

	assistant_arguments_free(w->result->command);
	w->result->command = assistant_arguments(w->a, arguments, w->program, c->server, c->env);
	run.argv = (const char *const *)w->result->command;
	started = run_program(&run, &out, &err) == 0;
	if (!started)
		(void)snprintf(why, SAID_MAX + 64, "%.200s", err.text);
	else if (out.cancelled)
		r = -1;
	else if (out.timed_out)
		(void)snprintf(why, SAID_MAX + 64, "no end after %d s", run.timeout_ms / 1000);
	else if (out.exit != 0)
		said(&out, line);
	if (line[0] || (started && !out.cancelled && !out.timed_out && out.exit != 0))
		(void)snprintf(why, SAID_MAX + 64, "exit %d: %s", out.exit, line);
	if (r == 0 && (!started || out.exit != 0))
		r = 1;
	run_result_fini(&out);
	return r;
}

/* Look again after somebody else worked on the file. */
static int again(struct work *w)
{
	struct err err = {.text = ""};

	if (target_again(&w->target, &err) == 0)
		return 0;
	work_say(w->result, CONNECT_FAILED, "%s", err.text);
	work_snippet(w);
	return -1;
}

void way_command(struct work *w)
{
	char why[SAID_MAX + 64] = "";
	unsigned missing = target_missing(&w->target);
	int r = run_own(w, w->target.scope->add, why);

	w->result->by = "command";
	if (r < 0) {
		work_say(w->result, CONNECT_CANCELLED, "cancelled");
		return;
	}
	if (again(w) < 0)
		return;
	if (work_there(w)) {
		work_say(w->result, CONNECT_CONNECTED, "%s", "");
		remember(w, missing, false);
	} else if (r == 0) {
		work_say(w->result, CONNECT_FAILED,
			"its own command said it was done, but %s does not show it",
			w->result->file);
		work_snippet(w);
	} else if (w->target.entry) {
		work_say(w->result, CONNECT_DIFFERS, "its own command failed (%s)", why);
	} else {
		way_file(w, CONNECT_CONNECTED, why);
	}
}

bool way_is_harmless(const struct work *w)
{
	const struct assistant_scope *scope = w->target.scope;

	return !(scope->loses_links && w->target.file.is_link) &&
	       !(scope->loses_comments && target_has_comments(&w->target));
}

/* Copy of the file as it is, beside our own state. */
static int keep(struct work *w, struct err *err)
{
	struct buf dir = BUF_INIT(PATH_MAX), name = BUF_INIT(PATH_MAX);
	int r = 0;

	if (w->target.file.exists && !w->result->kept) {
		(void)buf_add_format(&dir, "%s/backups", w->c->dirs->state);
		(void)buf_add_format(&name, "%s%s", w->a->name, w->c->project ? "-project" : "");
		r = connect_file_keep(
			&w->target.file, buf_text(&dir), buf_text(&name), &w->result->kept, err);
	}
	buf_fini(&dir);
	buf_fini(&name);
	return r;
}

/* Our own edit. why: what its own command said instead of doing it; "": none was run. */
void way_file(struct work *w, enum connect_outcome outcome, const char *why)
{
	struct err err = {.text = ""};
	unsigned made = 0;
	bool new_file = false;
	int r = 1;

	w->result->by = "file";
	for (int i = 0; r == 1 && i < TRIES; i++) {
		r = i == 0 ? 0 : target_again(&w->target, &err);
		new_file = !w->target.file.exists;
		if (r == 0)
			r = keep(w, &err);
		if (r == 0)
			r = target_set(
				&w->target, w->entry, w->c->project ? 0644 : 0600, &made, &err);
	}
	if (r) {
		work_say(w->result, CONNECT_FAILED, "%s; nothing was changed",
			r < 0 ? err.text : "its settings change all the time");
		work_snippet(w);
		return;
	}
	if (why[0])
		work_say(w->result, outcome, "its own command failed (%s), so its file was edited",
			why);
	else
		work_say(w->result, outcome, "%s", "");
	remember(w, made, new_file);
}

/* A program that can open the link here and now; yours. */
static char *find_opener(const struct work *w)
{
	char *found = NULL;
	size_t i, k;
	json_t *opener, *variable;

	json_array_foreach (w->target.scope->openers, i, opener) {
		bool display = false;

		json_array_foreach (json_object_get(opener, "display"), k, variable) {
			const char *value = getenv(json_string_value(variable));

			display = display || (value && value[0]);
		}
		if (!found && display)
			found = run_find(json_string_value(json_object_get(opener, "program")),
				w->c->dirs->home, NULL);
	}
	return found;
}

/* Does anything on this desktop open such links? */
static bool has_handler(const struct work *w)
{
	json_t *words = json_object_get(json_array_get(w->target.scope->openers, 0), "handler");
	const char *name = json_string_value(json_array_get(words, 0));
	char *program = name ? run_find(name, w->c->dirs->home, NULL) : NULL;
	const char *argv[8] = {NULL};
	struct run run = {.program = program, .argv = argv, .timeout_ms = HANDLER_MS, .mask = 077};
	struct run_result out;
	bool has = false;

	if (!program)
		return name == NULL;
	for (size_t i = 0; i < 7 && i < json_array_size(words); i++)
		argv[i] = json_string_value(json_array_get(words, i));
	if (run_program(&run, &out, NULL) == 0)
		has = out.exit == 0 &&
		      str_trim((struct str){buf_text(&out.out), out.out.len}).n > 0;
	run_result_fini(&out);
	free(program);
	return has;
}

bool way_link(struct work *w)
{
	char *opener = w->target.scope->link ? find_opener(w) : NULL;
	char *link =
		opener && has_handler(w) ? assistant_link(w->a, w->c->server, w->c->env) : NULL;
	const char *argv[] = {opener, link, NULL};
	struct run run = {.program = opener,
		.argv = argv,
		.timeout_ms = LINK_MS,
		.mask = 077,
		.detached = true};
	struct run_result out = {.exit = 1};
	bool done = link != NULL;

	if (done && !w->c->dry_run) {
		done = run_program(&run, &out, NULL) == 0 && (out.exit == 0 || out.timed_out);
		run_result_fini(&out);
	}
	if (done) {
		w->result->by = "link";
		work_say(w->result, w->c->dry_run ? CONNECT_WOULD : CONNECT_ASKED,
			"%s asks you to confirm it", w->a->title);
		if (!w->c->dry_run)
			remember(w, 1, false);
	}
	free(opener);
	free(link);
	return done;
}

void way_forget(struct work *w, enum connect_outcome outcome, const char *message)
{
	struct err err = {.text = ""};

	w->result->changed = outcome == CONNECT_REMOVED;
	work_say(w->result, outcome, "%s", message);
	if (!w->c->dry_run &&
		connect_state_forget(&w->c->state, w->a->name, work_project(w), &err) < 0)
		work_say(
			w->result, CONNECT_FAILED, "it is out, but still remembered: %s", err.text);
}

void way_out_file(struct work *w, const char *why)
{
	unsigned made = (unsigned)json_integer_value(json_object_get(w->known, "made"));
	bool whole = json_is_true(json_object_get(w->known, "new_file"));
	struct err err = {.text = ""};
	int r = 1;

	w->result->by = "file";
	for (int i = 0; r == 1 && i < TRIES; i++) {
		r = i == 0 ? 0 : target_again(&w->target, &err);
		if (r == 0)
			r = keep(w, &err);
		if (r == 0)
			r = target_unset(&w->target, made, whole, &err);
	}
	if (r) {
		work_say(w->result, CONNECT_FAILED, "%s; nothing was changed",
			r < 0 ? err.text : "its settings change all the time");
		return;
	}
	way_forget(w, CONNECT_REMOVED, "");
	if (why[0] && w->result->outcome == CONNECT_REMOVED)
		work_say(w->result, CONNECT_REMOVED,
			"its own command failed (%s), so its file was edited", why);
}

void way_out_command(struct work *w)
{
	char why[SAID_MAX + 64] = "it is still there";
	int r = run_own(w, w->target.scope->remove, why);

	w->result->by = "command";
	if (r < 0)
		work_say(w->result, CONNECT_CANCELLED, "cancelled");
	else if (again(w) < 0)
		return;
	else if (!w->target.entry)
		way_forget(w, CONNECT_REMOVED, "");
	else
		way_out_file(w, why);
}
