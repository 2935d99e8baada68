/* promptd-hub key: API keys, for agents and programs. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/commands.h"
#include "hub/local.h"

static int begin(struct call *call, struct local *local)
{
	const char *email = call_value(call, "user");
	int exit;

	*local = (struct local){.db = NULL};
	exit = call_tenant(call, &local->db, local->tenant);
	if (exit != COMMAND_DONE || email == NULL)
		return exit;
	return call_person(call, local, email, local->user_id);
}

static int create_run(struct call *call)
{
	const char *name = call_value(call, "name"), *scopes = call_value(call, "scopes");
	const char *days = call_value(call, "days");
	int64_t n_days = 365;
	struct local local;
	json_t *body, *answer;
	struct err err;
	int exit, rc;

	if (call_value(call, "user") == NULL)
		return call_fail(call, COMMAND_USAGE, "say whose key it is: --user EMAIL");
	if (days != NULL && !str_to_int(str_of(days), 1, 3650, &n_days))
		return call_fail(
			call, COMMAND_USAGE, "--days takes a number from 1 to 3650, not %s", days);
	exit = begin(call, &local);
	if (exit != COMMAND_DONE)
		return exit;
	body = json_pack("{s:s, s:s, s:I}", "name", name != NULL ? name : "made by promptd-hub",
		"scopes", scopes != NULL ? scopes : "read sync", "expires_in_days",
		(json_int_t)n_days);
	rc = local_ask(&local, HTTP_POST, "/api/v1/keys", body, &answer, &err);
	json_decref(body);
	if (rc != 0)
		return call_fail_err(call, &err);
	call_print(call, "The key, which is shown this once; its id is %s:\n\n  %s\n",
		json_text(answer, "id"), json_text(answer, "key"));
	(void)json_object_update(call->answer, answer);
	json_decref(answer);
	return COMMAND_DONE;
}

/* ── list and revoke ───────────────────────────────────────────────────── */

static int list_run(struct call *call)
{
	struct local local;
	json_t *rows, *row;
	struct err err;
	size_t i;
	int exit = begin(call, &local);

	if (exit != COMMAND_DONE)
		return exit;
	if (local_rows(&local, "id email kind name scopes expires_at:t",
		    "SELECT c.id, p.email, c.kind, c.name, c.scopes, c.expires_ms FROM credential "
		    "c JOIN person p ON p.tenant = c.tenant AND p.id = c.user_id WHERE c.tenant = "
		    "$1 AND c.kind IN ('key', 'device') AND c.expires_ms > $2 AND ($3 = '' OR "
		    "c.user_id = $3) ORDER BY p.email, c.id",
		    DB_ARGS(db_string(local.tenant), db_number(clock_now_ms()),
			    db_string(local.user_id)),
		    &rows, &err) != 0)
		return call_fail_err(call, &err);
	json_array_foreach (rows, i, row) {
		call_print(call, "%s\t%s\t", json_text(row, "id"), json_text(row, "kind"));
		call_print_text(call, json_str(row, "email"));
		call_print(
			call, "\t%s\t%s\t", json_text(row, "scopes"), json_text(row, "expires_at"));
		call_print_text(call, json_str(row, "name"));
		call_print(call, "\n");
	}
	call_answer(call, "keys", rows);
	return COMMAND_DONE;
}

struct revoking {
	const struct local *local;
	const char *id;
};

/* With what else came of the same sign-in: a device's token can be renewed by another. */
static int revoke(struct hub_db *db, void *data, struct err *err)
{
	const struct revoking *revoking = data;
	const struct db_value tenant = db_string(revoking->local->tenant),
			      id = db_string(revoking->id);
	int rc = hub_db_run(db,
		"DELETE FROM credential WHERE tenant = $1 AND kind = 'refresh' AND family = "
		"(SELECT "
		"family FROM credential WHERE tenant = $1 AND id = $2 AND kind = 'device')",
		DB_ARGS(tenant, id), NULL, NULL, err);

	if (rc == 0)
		rc = hub_db_run(db,
			"DELETE FROM credential WHERE tenant = $1 AND id = $2 AND kind IN ('key', "
			"'device')",
			DB_ARGS(tenant, id), NULL, NULL, err);
	if (rc == 0 && hub_db_changes(db) == 0)
		return err_set(
			err, ERR_NOT_FOUND, "no key or device has the id %.60s", revoking->id);
	return rc != 0 ? rc : local_audit(revoking->local, "key.delete", revoking->id, err);
}

static int revoke_run(struct call *call)
{
	struct local local;
	struct revoking revoking = {&local, call->words[0]};
	struct err err;
	int exit = begin(call, &local);

	if (exit != COMMAND_DONE)
		return exit;
	if (hub_transaction(local.db, DB_WRITE, local.tenant, revoke, &revoking, &err) != 0) {
		call_hint(call, "promptd-hub key list names them");
		return call_fail_err(call, &err);
	}
	call_print(call, "It is good for nothing any more.\n");
	return COMMAND_DONE;
}

static const struct command_option create_options[] = {
	{"user", "EMAIL", "whose it is; it can do no more than they may"},
	{"name", "NAME", "what it is for, as lists show it"},
	{"scopes", "SCOPES", "words of: read write sync admin (read sync)"},
	{"days", "N", "how long it is good (365)"},
	{NULL, NULL, NULL},
};
static const struct command_option list_options[] = {
	{"user", "EMAIL", "theirs only"},
	{NULL, NULL, NULL},
};

const struct command command_key_create = {
	.name = "key create",
	.summary = "make an API key for somebody",
	.words = "",
	.description =
		"Prints it once; what is kept is its hash. To propose prompts or to review them "
		"it needs the scope write too. An agent takes it, alone in a file, with: promptd "
		"login --key URL <key.txt",
	.answer = "id, name, key",
	.options = create_options,
	.example = "promptd-hub key create --user ann@example.org --name laptop",
	.run = create_run,
};

const struct command command_key_list = {
	.name = "key list",
	.summary = "API keys and devices that are good",
	.words = "",
	.description = "A line each: id, key or device, e-mail address, scopes, until when, name; "
		       "tabs between.",
	.answer = "keys (id, email, kind, name, scopes, expires_at)",
	.options = list_options,
	.run = list_run,
};

const struct command command_key_revoke = {
	.name = "key revoke",
	.summary = "take a key or a device back",
	.words = "ID",
	.description = "Within a second, also while the hub serves (three at most).",
	.words_min = 1,
	.words_max = 1,
	.example = "promptd-hub key revoke 01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e",
	.run = revoke_run,
};
