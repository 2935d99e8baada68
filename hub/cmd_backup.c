/* promptd-hub backup, restore. */
#include "core/id.h"
#include "hub/commands.h"
#include "hub/dump.h"

/* A file that is not what it should be is no wrong usage. */
static int fail(struct call *call, const struct err *err)
{
	return err->code == ERR_INVALID ? call_fail(call, COMMAND_FAILED, "%s", err->text)
					: call_fail_err(call, err);
}

static void answer(struct call *call, const struct dump_told *told)
{
	call_answer(call, "file", json_string(call->words[0]));
	call_answer(call, "rows", json_integer(told->rows));
	call_answer(call, "bytes", json_integer(told->bytes));
	call_answer(call, "schema", json_integer(told->schema));
	call_answer(call, "sha256", json_string(told->sha256));
}

static int backup_run(struct call *call)
{
	char tenant[ID_BYTES];
	struct dump_told told;
	struct hub_db *db;
	struct err err;
	int exit;

	if (call_flag(call, "check")) {
		if (dump_check(call->words[0], &told, &err) != 0)
			return fail(call, &err);
	} else {
		exit = call_tenant(call, &db, tenant);
		if (exit != COMMAND_DONE)
			return exit;
		if (dump_write(db, call->words[0], &told, &err) != 0)
			return fail(call, &err);
	}
	answer(call, &told);
	call_print(call, "%s is whole: %lld rows, %lld bytes, sha256 %s\n", call->words[0],
		(long long)told.rows, (long long)told.bytes, told.sha256);
	return COMMAND_DONE;
}

static int restore_run(struct call *call)
{
	struct dump_told told;
	struct err err;
	int exit = call_open(call);

	if (exit != COMMAND_DONE)
		return exit;
	if (dump_restore(call->db, call->words[0], &told, &err) != 0) {
		if (err.code == ERR_REFUSED)
			call_hint(call, "name a database that is not there yet: --database "
					"sqlite:FILE, or an empty one of PostgreSQL");
		return fail(call, &err);
	}
	answer(call, &told);
	call_print(call,
		"Restored: %lld rows. Every agent asks for everything again. What people had "
		"taken\nback since the backup (keys, accounts) is good again: look through "
		"promptd-hub key list\nand user list.\n",
		(long long)told.rows);
	return COMMAND_DONE;
}

static const struct command_option backup_options[] = {
	{"check", NULL, "write nothing: is this file whole?"},
	{NULL, NULL, NULL},
};

const struct command command_backup = {
	.name = "backup",
	.summary = "the whole hub into one file",
	.words = "FILE",
	.description =
		"Of one moment, also while the hub serves; from SQLite and PostgreSQL in the same "
		"form, and either can be restored into the other. The last line is the number of "
		"rows and a SHA-256 of all that stands before it. A file that is there already is "
		"left alone.\n\n"
		"It holds everything but what nobody has: passwords and tokens are hashes. Only "
		"its owner can read it; keep it so.",
	.answer = "file, rows, bytes, schema, sha256",
	.words_min = 1,
	.words_max = 1,
	.options = backup_options,
	.example = "promptd-hub backup /var/backups/hub-$(date +%F).jsonl",
	.run = backup_run,
};

const struct command command_restore = {
	.name = "restore",
	.summary = "a backup into an empty database",
	.words = "FILE",
	.description =
		"The file is checked before anything is written, and then all of it is taken or "
		"nothing. A backup of an older promptd-hub is brought up to date. Agents may have "
		"seen more than the backup knows of: they are told to ask for everything again.",
	.answer = "file, rows, bytes, schema, sha256",
	.words_min = 1,
	.words_max = 1,
	.example = "promptd-hub restore hub.jsonl --database postgresql:///hub",
	.run = restore_run,
};
