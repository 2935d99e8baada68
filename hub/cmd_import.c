/*
 * promptd-hub import: prompts from files, by the same readers that `promptd import` has.
 *
 * Prompts are put in transactions of BATCH. One that the hub refuses undoes its batch,
 * which is then done again one by one, so that it alone is left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "hub/commands.h"
#include "hub/intake.h"
#include "library/library.h"
#include "schema/schema.h"

#define BATCH 100
#define NOTES_SHOWN 20
#define IMPORTER "import@localhost"

struct import {
	struct call *call;
	struct intake intake;
	struct prompt *batch[BATCH];
	struct intake_done done[BATCH];
	size_t n, first, last; /* of the batch: what is being put */
	bool dry, importer;    /* nobody is named as the author */
	size_t counts[INTAKE_WHATS], approved, waiting, failed, notes_shown;
	json_t *notes;
	struct err err; /* of the one that was refused */
};

/* ── what is to be told ────────────────────────────────────────────────── */

static void tell(struct import *import, struct str file, const char *kind, const char *text)
{
	struct buf line = BUF_INIT(65536);

	(void)json_array_append_new(
		import->notes, json_pack("{s:o, s:s, s:s}", "file", json_from_str(file), "kind",
				       kind, "message", text));
	if (import->call->json || ++import->notes_shown > NOTES_SHOWN)
		return;
	text_filter_terminal(file, false, &line);
	(void)buf_add_str(&line, strcmp(kind, "error") == 0 ? ": " : ": warning: ");
	text_filter_terminal(str_of(text), false, &line);
	(void)fprintf(stderr, "%s\n", buf_text(&line));
	buf_fini(&line);
}

static void on_note(void *data, const struct library_note *note)
{
	struct import *import = data;

	if (note->info)
		return;
	import->failed += note->error ? 1 : 0;
	tell(import, note->file, note->error ? "error" : "warning", note->text);
}

static void on_progress(void *data, size_t done, size_t total)
{
	const struct import *import = data;

	if (!import->call->json && isatty(STDERR_FILENO) == 1)
		(void)fprintf(
			stderr, "\rimporting %zu of %zu%s", done, total, done == total ? "\n" : "");
}

/* ── into the database ─────────────────────────────────────────────────── */

static int on_id(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	db_copy(&columns[0], data, ID_BYTES);
	return 0;
}

/* Whom what comes by an import belongs to, if nobody is named: an account that nobody
 * can sign in to. It cannot be an approver's own, for nobody approves their own. */
static int make_importer(struct hub_db *db, void *data, struct err *err)
{
	struct intake *intake = data;
	const struct db_value tenant = db_string(intake->author.tenant);
	char id[ID_BYTES];
	int rc;

	id_new(id);
	rc = hub_db_run(db,
		"INSERT INTO person (tenant, id, email, name, role, created_ms, updated_ms) SELECT "
		"$1, $2, $3, 'Import', 'prompt_owner', created_ms, created_ms FROM tenant WHERE id "
		"= $1 ON CONFLICT DO NOTHING",
		DB_ARGS(tenant, db_string(id), db_string(IMPORTER)), NULL, NULL, err);
	if (rc == 0 && intake->team_id[0] != '\0')
		rc = hub_db_run(db,
			"INSERT INTO member (tenant, team_id, user_id) SELECT $1, $2, id FROM "
			"person WHERE tenant = $1 AND email = $3 ON CONFLICT DO NOTHING",
			DB_ARGS(tenant, db_string(intake->team_id), db_string(IMPORTER)), NULL,
			NULL, err);
	return rc != 0 ? rc
		       : hub_db_run(db, "SELECT id FROM person WHERE tenant = $1 AND email = $2",
				 DB_ARGS(tenant, db_string(IMPORTER)), on_id,
				 intake->author.user_id, err);
}

static int put_batch(struct hub_db *db, void *data, struct err *err)
{
	struct import *import = data;
	size_t i;
	int rc = 0;

	*err = (struct err){.code = ERR_NONE}; /* of a try that met another transaction */
	if (import->intake.author.user_id[0] == '\0')
		rc = make_importer(db, &import->intake, err);
	for (i = import->first; i < import->last && rc == 0; i++)
		rc = intake_put(&import->intake, import->batch[i], &import->done[i], err);
	/* A dry run is one that is undone. */
	return rc == 0 && import->dry ? LOCAL_REFUSED : rc;
}

static bool put(struct import *import, size_t first, size_t last, int *rc)
{
	struct local *author = &import->intake.author;
	size_t i;

	import->first = first;
	import->last = last;
	import->err = (struct err){.code = ERR_NONE};
	*rc = hub_transaction(
		author->db, DB_WRITE, author->tenant, put_batch, import, &import->err);
	if (import->importer)
		author->user_id[0] = '\0'; /* it is looked for anew */
	if (*rc != 0 && !(import->dry && import->err.code == ERR_NONE))
		return false;
	*rc = 0;
	for (i = first; i < last; i++) {
		import->counts[import->done[i].what]++;
		import->approved += import->done[i].approved ? 1 : 0;
		import->waiting += import->done[i].waits ? 1 : 0;
	}
	return true;
}

static int flush(struct import *import, struct err *err)
{
	size_t i;
	int rc = 0;

	if (import->n > 0 && !put(import, 0, import->n, &rc))
		for (i = 0; i < import->n && rc != -1; i++)
			if (!put(import, i, i + 1, &rc) && rc > 0) {
				import->failed++;
				tell(import, str_of(import->batch[i]->path), "error",
					import->err.text);
			}
	for (i = 0; i < import->n; i++)
		prompt_free(import->batch[i]);
	import->n = 0;
	if (rc < 0)
		*err = import->err;
	return rc < 0 ? -1 : 0;
}

static int on_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct import *import = data;
	struct err why;

	if (prompt_check(prompt, &why) != 0) {
		import->failed++;
		tell(import, str_of(prompt->origin != NULL ? prompt->origin : prompt->path),
			"error", why.text);
		return 0;
	}
	import->batch[import->n++] = prompt_copy(prompt);
	return import->n < BATCH ? 0 : flush(import, err);
}

static int import_starter(struct import *import, struct err *err)
{
	const struct library_format *format = library_format_find(STR("prompt-md"));
	struct library_sink sink = {.data = import, .prompt = on_prompt, .note = on_note};
	const struct schema_file *file;

	for (file = schema_starter; file->name != NULL; file++)
		if (format->parse(str_of(file->name), (struct str){file->text, file->len}, &sink,
			    err) < 0)
			return -1;
	return flush(import, err);
}

static int import_paths(struct import *import, const struct library_format *format, struct err *err)
{
	const struct call *call = import->call;
	struct library_import how = {.format = format,
		.collection = str_of(call_value(call, "collection")),
		.met = json_object()};
	struct library_sink sink = {
		.data = import, .prompt = on_prompt, .note = on_note, .progress = on_progress};
	size_t i, seen;
	int rc = 0;

	for (i = 0; i < call->n_words && rc == 0; i++) {
		rc = library_import(call->words[i], &how, &sink, &seen, err);
		if (rc == LIBRARY_NO_PATH) {
			import->failed++;
			tell(import, str_of(call->words[i]), "error", err->text);
			rc = 0;
		}
	}
	json_decref(how.met);
	return rc != 0 ? -1 : flush(import, err);
}

/* ── who does it ───────────────────────────────────────────────────────── */

static int find_author(struct import *import, struct err *err)
{
	struct local *author = &import->intake.author;
	const char *email = call_value(import->call, "as");

	import->importer = email == NULL;
	return email == NULL || local_person(author, email, author->user_id, err) == 0 ? 0 : -1;
}

static int find_approvers(struct import *import, struct err *err)
{
	struct str one, rest = str_of(call_value(import->call, "approve"));
	struct intake *intake = &import->intake;
	char email[256];

	while (rest.n > 0) {
		one = str_cut(rest, ',', &rest);
		if (intake->n_approvers == INTAKE_APPROVERS_MAX || one.n >= sizeof email)
			return err_set(err, ERR_INVALID, "--approve takes %d addresses at most",
				INTAKE_APPROVERS_MAX);
		(void)snprintf(email, sizeof email, "%.*s", (int)one.n, one.p);
		intake->approvers[intake->n_approvers] = intake->author;
		if (local_person(&intake->author, email,
			    intake->approvers[intake->n_approvers].user_id, err) != 0)
			return -1;
		if (strcmp(intake->approvers[intake->n_approvers++].user_id,
			    intake->author.user_id) == 0)
			return err_set(err, ERR_REFUSED,
				"%s is the author: nobody approves a version of their own", email);
	}
	return 0;
}

static int team_in(struct hub_db *db, void *data, struct err *err)
{
	struct import *import = data;

	return hub_db_run(db, "SELECT id FROM team WHERE tenant = $1 AND name = $2",
		DB_ARGS(db_string(import->intake.author.tenant),
			db_string(call_value(import->call, "team"))),
		on_id, import->intake.team_id, err);
}

static int find_team(struct import *import, struct err *err)
{
	const struct local *author = &import->intake.author;
	const char *name = call_value(import->call, "team");

	if (name == NULL)
		return 0;
	if (hub_transaction(author->db, DB_READ, author->tenant, team_in, import, err) != 0)
		return -1;
	return import->intake.team_id[0] != '\0'
		       ? 0
		       : err_set(err, ERR_NOT_FOUND, "there is no team called %s", name);
}

/* ── the command ───────────────────────────────────────────────────────── */

static void answer(struct import *import)
{
	static const char *const names[] = {"created", "updated", "unchanged"};
	struct call *call = import->call;
	size_t i;

	for (i = 0; i < INTAKE_WHATS; i++)
		call_answer(call, names[i], json_integer((json_int_t)import->counts[i]));
	call_answer(call, "approved", json_integer((json_int_t)import->approved));
	call_answer(call, "waiting", json_integer((json_int_t)import->waiting));
	call_answer(call, "failed", json_integer((json_int_t)import->failed));
	call_answer(call, "notes", json_incref(import->notes));
	call_print(call, "%s%zu created, %zu updated, %zu unchanged; %zu approved",
		import->dry ? "Would be: " : "", import->counts[INTAKE_CREATED],
		import->counts[INTAKE_UPDATED], import->counts[INTAKE_UNCHANGED], import->approved);
	if (import->waiting > 0)
		call_print(call, ", %zu wait for an approval", import->waiting);
	if (import->failed > 0)
		call_print(call, "; %zu left out", import->failed);
	call_print(call, "\n");
	if (import->notes_shown > NOTES_SHOWN)
		call_print(call, "%zu more remarks are shown by --json.\n",
			import->notes_shown - NOTES_SHOWN);
}

static int run_import(struct import *import, const struct library_format *format)
{
	struct err err;
	int rc;

	rc = find_team(import, &err) != 0 || find_author(import, &err) != 0 ||
			     find_approvers(import, &err) != 0
		     ? -1
	     : call_flag(import->call, "starter") ? import_starter(import, &err)
						  : import_paths(import, format, &err);
	if (rc != 0 && err.code == ERR_NOT_FOUND && call_value(import->call, "approve") != NULL)
		call_hint(import->call, "promptd-hub user list names who is in");
	if (rc != 0)
		return call_fail_err(import->call, &err);
	answer(import);
	return import->failed == 0
		       ? COMMAND_DONE
		       : call_fail(import->call, COMMAND_FAILED,
				 "%zu could not be taken; the rest is in", import->failed);
}

static int import_run(struct call *call)
{
	struct import import = {.call = call, .dry = call_flag(call, "dry-run")};
	const char *name = call_value(call, "format");
	const struct library_format *format =
		name != NULL ? library_format_find(str_of(name)) : NULL;
	struct local *author = &import.intake.author;
	size_t i;
	int exit;

	if (name != NULL && format == NULL)
		return call_fail(call, COMMAND_USAGE, "there is no format called %s", name);
	if (call->n_words == 0 && !call_flag(call, "starter"))
		return call_fail(call, COMMAND_USAGE, "say what to import: PATH..., or --starter");
	exit = call_tenant(call, &author->db, author->tenant);
	if (exit != COMMAND_DONE)
		return exit;
	import.notes = json_array();
	exit = run_import(&import, format);
	for (i = 0; i < import.n; i++)
		prompt_free(import.batch[i]);
	json_decref(import.notes);
	return exit;
}

static const struct command_option options[] = {
	{"as", "EMAIL", "who has written them (an account of the hub's own)"},
	{"approve", "EMAIL,...", "approved by them, where the hub's rules allow it"},
	{"team", "NAME", "new ones are this team's, not everybody's"},
	{"collection", "NAME", "put this name in front of theirs"},
	{"format", "NAME", "what the files are; else each is recognised"},
	{"starter", NULL, "the prompts that come with the program"},
	{"dry-run", NULL, "say what would be done"},
	{NULL, NULL, NULL},
};

const struct command command_import = {
	.name = "import",
	.summary = "prompts from files",
	.words = "PATH...",
	.description =
		"Folders and files in every format that promptd import knows, promptd export's "
		"folders and prompts-chat's CSV among them. By their names: a new one is made, one "
		"with another text gets its next version, and what is the same stays as it is, so "
		"that it can be done again and again.\n\n"
		"Without --approve they are drafts. With it they are submitted and approved by "
		"whom you name; they cannot be the author, and strict rules ask for two. What "
		"holds characters that do not show waits for a look in any case.",
	.answer = "created, updated, unchanged, approved, waiting, failed, notes (file, kind, "
		  "message)",
	.words_max = COMMAND_ANY_WORDS,
	.options = options,
	.example = "promptd-hub import prompts/ --approve ann@example.org",
	.run = import_run,
};
