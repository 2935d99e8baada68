/* promptd-hub user: who is in, and as what. */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "hub/commands.h"
#include "hub/local.h"
#include "hub/secret.h"

/* ── whom it is about ──────────────────────────────────────────────────── */

static int begin(struct call *call, struct local *local)
{
	*local = (struct local){.db = NULL};
	return call_tenant(call, &local->db, local->tenant);
}

static int begin_with(struct call *call, struct local *local, char id[ID_BYTES])
{
	struct err err;
	int exit = begin(call, local), rc;

	if (exit != COMMAND_DONE)
		return exit;
	rc = local_person(local, call->words[0], id, &err);
	if (rc > 0)
		call_hint(call, "promptd-hub user list names them; who was invited is in once "
				"they have joined");
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

/* PATCH of one person; their row is the answer. */
static int change(struct call *call, json_t *body)
{
	char id[ID_BYTES], path[128];
	struct local local;
	json_t *person = NULL;
	struct err err;
	int exit = begin_with(call, &local, id);

	if (exit == COMMAND_DONE) {
		(void)snprintf(path, sizeof path, "/api/v1/users/%s", id);
		if (local_ask(&local, HTTP_PATCH, path, body, &person, &err) != 0)
			exit = call_fail_err(call, &err);
	}
	json_decref(body);
	if (exit == COMMAND_DONE) {
		call_print_text(call, json_str(person, "email"));
		call_print(call, ": %s%s\n", json_text(person, "role"),
			json_flag(person, "active", true) ? "" : ", switched off");
		call_answer(call, "user", person);
	}
	return exit;
}

/* ── list ──────────────────────────────────────────────────────────────── */

static int list_run(struct call *call)
{
	struct local local;
	json_t *rows, *row;
	struct err err;
	size_t i;
	int exit = begin(call, &local);

	if (exit != COMMAND_DONE)
		return exit;
	if (local_rows(&local, "id email name role active:b created_at:t",
		    "SELECT id, email, name, role, active, created_ms FROM person WHERE tenant = "
		    "$1 ORDER BY email",
		    DB_ARGS(db_string(local.tenant)), &rows, &err) != 0)
		return call_fail_err(call, &err);
	json_array_foreach (rows, i, row) {
		call_print_text(call, json_str(row, "email"));
		call_print(call, "\t%s\t%s\t", json_text(row, "role"),
			json_flag(row, "active", true) ? "active" : "off");
		call_print_text(call, json_str(row, "name"));
		call_print(call, "\n");
	}
	call_answer(call, "users", rows);
	return COMMAND_DONE;
}

/* ── those who come ────────────────────────────────────────────────────── */

static int invite(struct call *call, const struct local *local, const char *email, json_t **answer)
{
	const char *role = call_value(call, "role");
	json_t *body = json_pack("{s:s}", "role", role != NULL ? role : "consumer");
	struct err err;
	int rc;

	if (email != NULL)
		(void)json_object_set_new(body, "email", json_string(email));
	rc = local_ask(local, HTTP_POST, "/api/v1/invites", body, answer, &err);
	json_decref(body);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

static int invite_run(struct call *call)
{
	const char *email = call->n_words > 0 ? call->words[0] : NULL;
	struct local local;
	json_t *answer;
	int exit = begin(call, &local);

	if (exit == COMMAND_DONE)
		exit = invite(call, &local, email, &answer);
	if (exit != COMMAND_DONE)
		return exit;
	call_print(call,
		"An invitation, good for seven days and once, to be pasted into the page /join "
		"of the hub:\n\n  %s\n",
		json_text(answer, "invite"));
	(void)json_object_update(call->answer, answer);
	json_decref(answer);
	return COMMAND_DONE;
}

/* Invited and joined at once: for whoever sets a hub up without a browser. */
static int add_run(struct call *call)
{
	const char *email = call->words[0], *name = call_value(call, "name");
	char password[SECRET_PASSWORD_MAX + 2];
	json_t *answer = NULL, *body;
	struct local local;
	struct err err;
	int exit = begin(call, &local), rc;

	if (exit == COMMAND_DONE)
		exit = call_read_line(call, "password", password, sizeof password);
	if (exit == COMMAND_DONE)
		exit = invite(call, &local, email, &answer);
	if (exit != COMMAND_DONE)
		return exit;
	body = json_pack("{s:s, s:s, s:s, s:s}", "invite", json_text(answer, "invite"), "email",
		email, "name", name != NULL ? name : email, "password", password);
	json_decref(answer);
	rc = local_ask(&local, HTTP_POST, "/api/v1/auth/register", body, &answer, &err);
	json_decref(body);
	if (rc != 0 && err.code == ERR_REFUSED)
		call_hint(call, "promptd-hub user list shows who is in; user role and user "
				"set-password change that");
	if (rc != 0)
		return call_fail_err(call, &err);
	call_print_text(call, json_str(answer, "email"));
	call_print(call, ": %s\n", json_text(answer, "role"));
	call_answer(call, "user", answer);
	return COMMAND_DONE;
}

static int role_run(struct call *call)
{
	return change(call, json_pack("{s:s}", "role", call->words[1]));
}

static int deactivate_run(struct call *call)
{
	return change(call, json_pack("{s:b}", "active", 0));
}

static int activate_run(struct call *call)
{
	return change(call, json_pack("{s:b}", "active", 1));
}

/* ── a password ────────────────────────────────────────────────────────── */

struct setting {
	struct local *local;
	const char *id, *hash;
};

/* Whoever was signed in by the old one is not any more; keys and devices stay. */
static int set_password(struct hub_db *db, void *data, struct err *err)
{
	struct setting *setting = data;
	const struct db_value tenant = db_string(setting->local->tenant);
	const struct db_value id = db_string(setting->id);
	int rc = hub_db_run(db,
		"INSERT INTO login (email, tenant, user_id, password) SELECT email, tenant, id, $3 "
		"FROM person WHERE tenant = $1 AND id = $2 ON CONFLICT (email) DO UPDATE SET "
		"password = excluded.password",
		DB_ARGS(tenant, id, db_string(setting->hash)), NULL, NULL, err);

	if (rc == 0)
		rc = hub_db_run(db,
			"DELETE FROM credential WHERE tenant = $1 AND user_id = $2 AND (kind = "
			"'session' OR (kind = 'refresh' AND name = 'session'))",
			DB_ARGS(tenant, id), NULL, NULL, err);
	return rc != 0 ? rc : local_audit(setting->local, "user.password", setting->id, err);
}

static int set_password_run(struct call *call)
{
	char id[ID_BYTES], password[SECRET_PASSWORD_MAX + 2], hash[SECRET_HASH_BYTES];
	struct local local;
	struct setting setting = {&local, id, hash};
	struct err err;
	int exit = begin_with(call, &local, id);

	if (exit == COMMAND_DONE)
		exit = call_read_line(call, "password", password, sizeof password);
	if (exit != COMMAND_DONE)
		return exit;
	if (secret_password_hash(str_of(password), hash, &err) != 0 ||
		hub_transaction(local.db, DB_WRITE, local.tenant, set_password, &setting, &err) !=
			0)
		return call_fail_err(call, &err);
	call_print(call, "The password is set; who was signed in by the old one has to sign in "
			 "again.\n");
	return COMMAND_DONE;
}

/* ── the table's entries ───────────────────────────────────────────────── */

#define ROLE                                                                              \
	{                                                                                 \
		"role", "ROLE", "admin, prompt_owner, contributor or consumer (consumer)" \
	}

static const struct command_option invite_options[] = {ROLE, {NULL, NULL, NULL}};
static const struct command_option add_options[] = {
	ROLE,
	{"name", "NAME", "what they are called (the address)"},
	{NULL, NULL, NULL},
};

const struct command command_user_list = {
	.name = "user list",
	.summary = "who is in",
	.words = "",
	.description = "A line each: e-mail address, role, active or off, name; tabs between.",
	.answer = "users (id, email, name, role, active, created_at)",
	.run = list_run,
};

const struct command command_user_add = {
	.name = "user add",
	.summary = "let somebody in, with a password from stdin",
	.words = "EMAIL",
	.description = "The same as an invitation and its acceptance at once, for a hub that is "
		       "set up without a browser.",
	.answer = "user (id, email, role)",
	.words_min = 1,
	.words_max = 1,
	.options = add_options,
	.example = "promptd-hub user add ann@example.org --role admin <password.txt",
	.run = add_run,
};

const struct command command_user_invite = {
	.name = "user invite",
	.summary = "an invitation for somebody",
	.words = "[EMAIL]",
	.description = "Prints an invitation that is good once and for seven days. With an e-mail "
		       "address it is good for that address alone. Nothing is sent: hand it over "
		       "as you would a password.",
	.answer = "invite, expires_in",
	.words_max = 1,
	.options = invite_options,
	.example = "promptd-hub user invite ben@example.org --role prompt_owner",
	.run = invite_run,
};

const struct command command_user_role = {
	.name = "user role",
	.summary = "give somebody another role",
	.words = "EMAIL ROLE",
	.description = "Good for what they carry already too. One admin has to stay.",
	.answer = "user (id, email, name, role, experimental, active, created_at)",
	.words_min = 2,
	.words_max = 2,
	.example = "promptd-hub user role ben@example.org admin",
	.run = role_run,
};

const struct command command_user_deactivate = {
	.name = "user deactivate",
	.summary = "switch somebody's account off",
	.words = "EMAIL",
	.description = "They cannot sign in, and all they carry (sessions, keys, devices) is "
		       "taken away. What they wrote stays. One admin has to stay.",
	.answer = "user (id, email, name, role, experimental, active, created_at)",
	.words_min = 1,
	.words_max = 1,
	.run = deactivate_run,
};

const struct command command_user_activate = {
	.name = "user activate",
	.summary = "switch an account on again",
	.words = "EMAIL",
	.description = "Their password is what it was; keys and devices have to be made anew.",
	.answer = "user (id, email, name, role, experimental, active, created_at)",
	.words_min = 1,
	.words_max = 1,
	.run = activate_run,
};

const struct command command_user_set_password = {
	.name = "user set-password",
	.summary = "set somebody's password, from stdin",
	.words = "EMAIL",
	.description = "One line of standard input, at least 12 characters. Who was signed in by "
		       "the old one has to sign in again; keys and devices stay.",
	.words_min = 1,
	.words_max = 1,
	.example = "promptd-hub user set-password ann@example.org <password.txt",
	.run = set_password_run,
};
