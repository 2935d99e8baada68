/* Prompts of files as somebody's; see intake.h. */
#include "hub/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"

#define PATH_BYTES 256
#define MESSAGE_MAX 400

struct putting {
	const struct intake *intake;
	const struct prompt *prompt;
	struct intake_done *done;
	char id[ID_BYTES];
	bool found;
};

static int on_id(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct putting *putting = data;

	(void)n;
	(void)err;
	putting->found = true;
	db_copy(&columns[0], putting->id, sizeof putting->id);
	return 0;
}

/* ── what is sent, and is it there already? ────────────────────────────── */

static json_t *list_of(char *const *texts, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(texts[i]));
	return list;
}

/* Where it came from, for whoever reviews it; no more of the path than its end. */
static json_t *message_of(const struct prompt *prompt)
{
	const char *origin = prompt->origin != NULL ? prompt->origin : "";
	const char *file = strrchr(origin, '/');
	struct str name = str_prefix(str_of(file != NULL ? file + 1 : origin), MESSAGE_MAX);

	return json_sprintf("imported%s%.*s", name.n > 0 ? " from " : "", (int)name.n, name.p);
}

static json_t *body_of(const struct intake *intake, const struct prompt *prompt)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "slug", prompt->path,
		"title", prompt->title, "description",
		prompt->description != NULL ? prompt->description : "", "tags",
		list_of(prompt->tags, prompt->n_tags), "aliases",
		list_of(prompt->aliases, prompt->n_aliases), "messages",
		prompt_messages_json(prompt), "inputs", prompt_inputs_json(prompt), "message",
		message_of(prompt));

	if (body != NULL && intake->team_id[0] != '\0')
		(void)json_object_set_new(body, "team_id", json_string(intake->team_id));
	return body;
}

/* In whatever order. */
static bool same_list(const json_t *there, char *const *texts, size_t n)
{
	size_t i, k;

	if (json_array_size(there) != n)
		return false;
	for (i = 0; i < n; i++) {
		for (k = 0; k < n; k++)
			if (strcmp(json_string_value(json_array_get(there, k)), texts[i]) == 0)
				break;
		if (k == n)
			return false;
	}
	return true;
}

/* 1: it is another text. */
static int same_text(const json_t *there, const struct prompt *prompt, struct err *err)
{
	const json_t *latest = json_object_get(there, "latest_version");
	char digest[SHA256_HEX_BYTES];

	if (prompt_digest(prompt, digest, err) != 0)
		return -1;
	return str_is(json_str(latest, "digest"), digest) ? 0 : 1;
}

static bool same_rest(const json_t *there, const struct prompt *prompt)
{
	return str_is(json_str(there, "title"), prompt->title) &&
	       str_equal(json_str(there, "description"), str_of(prompt->description)) &&
	       same_list(json_object_get(there, "tags"), prompt->tags, prompt->n_tags) &&
	       same_list(json_object_get(there, "aliases"), prompt->aliases, prompt->n_aliases);
}

/* ── one step of its life after another ────────────────────────────────── */

static int create(struct putting *putting, json_t **there, struct err *err)
{
	json_t *body = body_of(putting->intake, putting->prompt);
	int rc = local_ask_within(
		&putting->intake->author, HTTP_POST, "/api/v1/prompts", body, there, err);

	json_decref(body);
	putting->done->what = INTAKE_CREATED;
	if (rc == 0)
		(void)snprintf(putting->id, sizeof putting->id, "%s", json_text(*there, "id"));
	return rc;
}

static int update(struct putting *putting, json_t **there, struct err *err)
{
	char path[PATH_BYTES];
	json_t *body;
	int rc, text;

	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", putting->id);
	rc = local_ask_within(&putting->intake->author, HTTP_GET, path, NULL, there, err);
	if (rc != 0)
		return rc;
	text = same_text(*there, putting->prompt, err);
	if (text < 0)
		return -1;
	if (text == 0 && same_rest(*there, putting->prompt)) {
		putting->done->what = INTAKE_UNCHANGED;
		return 0;
	}
	json_decref(*there);
	*there = NULL;
	putting->done->what = INTAKE_UPDATED;
	body = body_of(putting->intake, putting->prompt);
	rc = local_ask_within(&putting->intake->author, HTTP_PUT, path, body, there, err);
	json_decref(body);
	return rc;
}

/* POST …/versions/N/STEP; *state is what it came to. */
static int step(const struct local *who, const struct putting *putting, int64_t number,
	const char *name, char state[16], struct err *err)
{
	char path[PATH_BYTES];
	json_t *body = json_object(), *answer = NULL;
	const char *text;
	int rc;

	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions/%lld/%s", putting->id,
		(long long)number, name);
	rc = local_ask_within(who, HTTP_POST, path, body, &answer, err);
	text = json_text(answer, "state");
	if (rc == 0)
		(void)snprintf(state, 16, "%s", text != NULL ? text : "");
	json_decref(body);
	json_decref(answer);
	return rc;
}

static int on_count(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(int64_t *)data = columns[0].number;
	return 0;
}

/* Did they say so in an earlier import? */
static int has_approved(const struct putting *putting, const struct local *who, int64_t number,
	int64_t *has, struct err *err)
{
	*has = 0;
	return hub_db_run(who->db,
		"SELECT count(*) FROM approval WHERE tenant = $1 AND prompt_id = $2 AND number = "
		"$3 AND user_id = $4",
		DB_ARGS(db_string(who->tenant), db_string(putting->id), db_number(number),
			db_string(who->user_id)),
		on_count, has, err);
}

/* Who made it cannot approve it: asked before the database says so, for that would undo
 * all the rest. */
static int approve(struct putting *putting, const json_t *version, struct err *err)
{
	int64_t number = json_integer_value(json_object_get(version, "number"));
	struct str maker = json_str(version, "created_by");
	const struct local *who;
	char state[16];
	int64_t has;
	size_t i;
	int rc = 0;

	(void)snprintf(state, sizeof state, "%s", json_text(version, "state"));
	if (strcmp(state, "draft") == 0)
		rc = step(&putting->intake->author, putting, number, "submit", state, err);
	for (i = 0; i < putting->intake->n_approvers && rc == 0; i++) {
		who = &putting->intake->approvers[i];
		if (strcmp(state, "in_review") != 0 || putting->prompt->flags != 0 ||
			str_is(maker, who->user_id))
			continue;
		rc = has_approved(putting, who, number, &has, err);
		if (rc != 0 || has > 0)
			continue;
		rc = step(who, putting, number, "approve", state, err);
		putting->done->approved = rc == 0 && strcmp(state, "approved") == 0;
	}
	putting->done->waits = strcmp(state, "approved") != 0;
	return rc;
}

int intake_put(const struct intake *intake, const struct prompt *prompt, struct intake_done *done,
	struct err *err)
{
	struct putting putting = {.intake = intake, .prompt = prompt, .done = done};
	json_t *there = NULL;
	const json_t *latest;
	int rc;

	*done = (struct intake_done){.what = INTAKE_CREATED};
	rc = hub_db_run(intake->author.db,
		"SELECT id FROM prompt WHERE tenant = $1 AND slug = $2 AND deleted IS NULL",
		DB_ARGS(db_string(intake->author.tenant), db_string(prompt->path)), on_id, &putting,
		err);
	if (rc == 0)
		rc = putting.found ? update(&putting, &there, err) : create(&putting, &there, err);
	latest = json_object_get(there, "latest_version");
	if (rc == 0 && intake->n_approvers > 0 && json_is_object(latest))
		rc = approve(&putting, latest, err);
	json_decref(there);
	return rc;
}
