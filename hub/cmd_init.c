/* promptd-hub init, migrate, audit verify. */
#include "core/id.h"
#include "hub/audit.h"
#include "hub/commands.h"
#include "hub/init.h"

static int init_run(struct call *call)
{
	const char *name = call_value(call, "name");
	bool again = call_flag(call, "again");
	char invite[SECRET_TOKEN_BYTES];
	struct hub_db *db;
	struct err err;
	int exit = call_database(call, &db), rc;

	if (exit != COMMAND_DONE)
		return exit;
	rc = hub_init(db, name != NULL ? name : "Team", again, invite, &err);
	if (rc == DB_EXISTS)
		call_hint(call, "promptd-hub init --again makes another; promptd-hub user invite "
				"--role admin says for whom");
	if (rc != 0)
		return call_fail_err(call, &err);
	call_answer(call, "invite", json_string(invite));
	call_print(call,
		"%s, good for seven days and once:\n\n"
		"  %s\n\nStart the hub with promptd-hub serve, open its page /join in a browser, "
		"and paste\nthe invitation there.\n",
		again ? "Another invitation for an admin"
		      : "The hub is made. The first admin's invitation",
		invite);
	return COMMAND_DONE;
}

static int migrate_run(struct call *call)
{
	struct hub_db *db;
	struct err err;
	int64_t number;
	int exit = call_database(call, &db);

	if (exit != COMMAND_DONE)
		return exit;
	if (hub_db_schema(db, &number, &err) != 0)
		return call_fail_err(call, &err);
	call_answer(call, "schema", json_integer(number));
	call_print(call, "The database is at format %lld.\n", (long long)number);
	return COMMAND_DONE;
}

static int audit_verify_run(struct call *call)
{
	struct hub_db *db;
	struct err err;
	char tenant[ID_BYTES];
	int64_t rows;
	int exit = call_tenant(call, &db, tenant);

	if (exit != COMMAND_DONE)
		return exit;
	if (audit_verify(db, &rows, &err) != 0)
		return call_fail(call, COMMAND_FAILED, "%s", err.text);
	call_answer(call, "rows", json_integer(rows));
	call_print(call, "The audit log is whole: %lld rows.\n", (long long)rows);
	return COMMAND_DONE;
}

static const struct command_option init_options[] = {
	{"name", "NAME", "what the team is called (Team)"},
	{"again", NULL, "another invitation for an admin, when the first was lost"},
	{NULL, NULL, NULL},
};

const struct command command_init = {
	.name = "init",
	.summary = "make the database, and invite the first admin",
	.words = "",
	.description = "Makes the database where there is none, and prints an invitation for an "
		       "admin: whoever pastes it into the page /join of the hub chooses an e-mail "
		       "address and a password. It is good once and for seven days.",
	.answer = "invite",
	.options = init_options,
	.example = "promptd-hub init --name \"Platform team\"",
	.run = init_run,
};

const struct command command_migrate = {
	.name = "migrate",
	.summary = "bring the database up to date",
	.words = "",
	.description = "What serve does at its start as well. Each step is a transaction; a "
		       "database that a newer promptd-hub made is left alone.",
	.answer = "schema",
	.run = migrate_run,
};

const struct command command_audit_verify = {
	.name = "audit verify",
	.summary = "hold the audit log against itself",
	.words = "",
	.description = "Each row of the audit log covers the one before by a hash: this computes "
		       "all of them again, and names the first row that was changed, put in or "
		       "taken out.",
	.answer = "rows",
	.run = audit_verify_run,
};
