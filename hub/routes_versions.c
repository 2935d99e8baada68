/* Versions and their lifecycle: draft → in review → approved → deprecated, and the
 * channels that point to them. What is allowed the schema knows (0002, 0003). */
#include <stdio.h>
#include <string.h>

#include "hub/door.h"
#include "hub/draft.h"
#include "hub/feed.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"

#define COMMENT_MAX 2000

int route_version_list(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	struct str cursor;
	int64_t limit, before = INT64_MAX;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = prompt_find(request, &facts, err)) != 0)
		return rc;
	if (cursor.n > 0 && !str_to_int(cursor, 1, INT64_MAX, &before))
		return request_refuse(request, 400, "bad_cursor", "this cursor is none of ours");
	return request_list(request, limit, "number",
		"number digest size message state created_by created_at:t",
		"SELECT v.number, v.digest, v.size_bytes, v.message, v.state, v.created_by, "
		"v.created_ms FROM version v WHERE v.tenant = $1 AND v.prompt_id = $2 AND v.number "
		"< $3 AND ($5 > 0 OR EXISTS (SELECT 1 FROM channel c WHERE c.tenant = v.tenant AND "
		"c.prompt_id = v.prompt_id AND c.name = 'production' AND c.number = v.number)) "
		"ORDER BY v.number DESC LIMIT $4",
		DB_ARGS(TENANT(request), db_string(facts.id), db_number(before),
			db_number(limit + 1), db_number(request->who.role)),
		err);
}

static int version_number(struct request *request, int64_t *number)
{
	if (!str_to_int(request->words[1], 1, INT64_MAX, number))
		return request_refuse(request, 404, "not_found", "there is no such version");
	return 0;
}

static int answer_version(
	struct request *request, unsigned status, const char *id, int64_t number, struct err *err)
{
	json_t *version;
	int rc = request_row(request,
		"number messages:j inputs:j parameters:j digest size message state created_by "
		"created_at:t approvals",
		"SELECT v.number, v.messages, v.inputs, v.parameters, v.digest, v.size_bytes, "
		"v.message, v.state, v.created_by, v.created_ms, (SELECT count(*) FROM approval a "
		"WHERE a.tenant = v.tenant AND a.prompt_id = v.prompt_id AND a.number = v.number) "
		"FROM version v WHERE v.tenant = $1 AND v.prompt_id = $2 AND v.number = $3 AND ($4 "
		"> 0 OR EXISTS (SELECT 1 FROM channel c WHERE c.tenant = v.tenant AND c.prompt_id "
		"= "
		"v.prompt_id AND c.name = 'production' AND c.number = v.number))",
		DB_ARGS(TENANT(request), db_string(id), db_number(number),
			db_number(request->who.role)),
		&version, err);

	return rc != 0 ? rc : etag_answer(request, status, version);
}

int route_version_get(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int64_t number;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0 || (rc = version_number(request, &number)) != 0)
		return rc;
	return answer_version(request, 200, facts.id, number, err);
}

int route_version_create(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	struct draft draft;
	int64_t number = 0;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0)
		return rc;
	rc = draft_read(request, facts.slug, "title", &draft, err);
	if (rc == 0)
		rc = draft_insert(request, &draft, facts.id, facts.latest, &number, err);
	draft_fini(&draft);
	if (rc == 0)
		rc = request_audit(request, "version.create", str_of(facts.id),
			json_pack("{s:I}", "number", (json_int_t)number), err);
	return rc != 0 ? rc : answer_version(request, 201, facts.id, number, err);
}

/* ── the lifecycle ─────────────────────────────────────────────────────── */

struct version_facts {
	char state[16], digest[SHA256_HEX_BYTES];
	bool found;
};

static int on_version(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct version_facts *facts = data;

	(void)n;
	(void)err;
	facts->found = true;
	db_copy(&columns[0], facts->state, sizeof facts->state);
	db_copy(&columns[1], facts->digest, sizeof facts->digest);
	return 0;
}

static int version_find(struct request *request, const char *id, int64_t number,
	struct version_facts *facts, struct err *err)
{
	int rc;

	*facts = (struct version_facts){.found = false};
	rc = hub_db_run(request->db,
		"SELECT state, digest FROM version WHERE tenant = $1 AND prompt_id = $2 AND number "
		"= $3",
		DB_ARGS(TENANT(request), db_string(id), db_number(number)), on_version, facts, err);
	if (rc == 0 && !facts->found)
		return request_refuse(request, 404, "not_found", "there is no such version");
	return rc;
}

/* One step on its way. */
struct step {
	struct prompt_facts prompt;
	struct version_facts version;
	int64_t number;
	struct str comment;
};

static int step_begin(struct request *request, struct step *step, struct err *err)
{
	int rc = prompt_find(request, &step->prompt, err);

	if (rc != 0 || (rc = version_number(request, &step->number)) != 0 ||
		(rc = door_text(request, "comment", COMMENT_MAX, &step->comment)) != 0)
		return rc;
	return version_find(request, step->prompt.id, step->number, &step->version, err);
}

static int set_state(
	struct request *request, const struct step *step, const char *state, struct err *err)
{
	return request_do(request,
		"UPDATE version SET state = $4 WHERE tenant = $1 AND prompt_id = $2 AND number = "
		"$3",
		DB_ARGS(TENANT(request), db_string(step->prompt.id), db_number(step->number),
			db_string(state)),
		err);
}

/* Written down: who took it from which state to which. And the prompt's ETag moves. */
static int log_step(struct request *request, const struct step *step, const char *action,
	const char *to, struct err *err)
{
	char id[ID_BYTES];
	int rc;

	id_new(id);
	rc = request_do(request,
		"INSERT INTO transition (tenant, id, prompt_id, number, action, from_state, "
		"to_state, user_id, comment, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		"$10)",
		DB_ARGS(TENANT(request), db_string(id), db_string(step->prompt.id),
			db_number(step->number), db_string(action), db_string(step->version.state),
			db_string(to), USER(request), db_text_or_empty(step->comment),
			db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = request_do(request,
			"UPDATE prompt SET revision = revision + 1, updated_ms = $3 WHERE tenant = "
			"$1 AND id = $2",
			DB_ARGS(TENANT(request), db_string(step->prompt.id),
				db_number(request->now_ms)),
			err);
	if (rc == 0)
		rc = request_audit(request, action, str_of(step->prompt.id),
			json_pack("{s:I, s:s, s:s}", "number", (json_int_t)step->number, "from",
				step->version.state, "to", to),
			err);
	return rc;
}

int route_version_submit(struct request *request, struct err *err)
{
	struct step step;
	int rc = step_begin(request, &step, err);

	/* What was approved of it would be forgotten. */
	if (rc == 0 && strcmp(step.version.state, "in_review") == 0)
		return request_refuse(
			request, 409, "invalid_transition", "this version is in review already");
	if (rc == 0)
		rc = set_state(request, &step, "in_review", err);
	/* Approvals of an earlier round count no more. */
	if (rc == 0)
		rc = request_do(request,
			"DELETE FROM approval WHERE tenant = $1 AND prompt_id = $2 AND number = $3",
			DB_ARGS(TENANT(request), db_string(step.prompt.id), db_number(step.number)),
			err);
	if (rc == 0)
		rc = log_step(request, &step, "version.submit", "in_review", err);
	return rc != 0 ? rc : answer_version(request, 200, step.prompt.id, step.number, err);
}

static int point_channel(
	struct request *request, const struct step *step, const char *channel, struct err *err)
{
	int rc = request_do(request,
		"INSERT INTO channel (tenant, prompt_id, name, number, updated_ms) VALUES ($1, $2, "
		"$3, $4, $5) ON CONFLICT (tenant, prompt_id, name) DO UPDATE SET number = "
		"excluded.number, updated_ms = excluded.updated_ms",
		DB_ARGS(TENANT(request), db_string(step->prompt.id), db_string(channel),
			db_number(step->number), db_number(request->now_ms)),
		err);

	return rc != 0 ? rc : feed_touch(request, str_of(step->prompt.id), NULL, err);
}

/* How many approvals this prompt still wants for the version. */
static int approvals_wanted(
	struct request *request, const struct step *step, int64_t *wanted, struct err *err)
{
	return request_count(request,
		"SELECT CASE WHEN t.approval = 'strict' AND p.team_id IS NULL THEN 2 ELSE 1 END - "
		"(SELECT count(*) FROM approval a WHERE a.tenant = p.tenant AND a.prompt_id = p.id "
		"AND a.number = $3) FROM prompt p JOIN tenant t ON t.id = p.tenant WHERE p.tenant "
		"= "
		"$1 AND p.id = $2",
		DB_ARGS(TENANT(request), db_string(step->prompt.id), db_number(step->number)),
		wanted, err);
}

/* The digest that was looked at may be named: then nobody approves another by mistake. */
int route_version_approve(struct request *request, struct err *err)
{
	struct step step;
	struct str digest;
	int64_t wanted;
	int rc = step_begin(request, &step, err);

	if (rc != 0 || (rc = request_text(request, "digest", SHA256_HEX_BYTES, &digest)) != 0)
		return rc;
	rc = request_do(request,
		"INSERT INTO approval (tenant, prompt_id, number, user_id, digest, comment, at_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7)",
		DB_ARGS(TENANT(request), db_string(step.prompt.id), db_number(step.number),
			USER(request),
			digest.n > 0 ? db_text(digest) : db_string(step.version.digest),
			db_text_or_empty(step.comment), db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = approvals_wanted(request, &step, &wanted, err);
	if (rc == 0 && wanted > 0)
		rc = log_step(request, &step, "version.approve", "in_review", err);
	else if (rc == 0 && (rc = set_state(request, &step, "approved", err)) == 0 &&
		 (rc = log_step(request, &step, "version.approve", "approved", err)) == 0)
		rc = point_channel(request, &step, "production", err);
	return rc != 0 ? rc : answer_version(request, 200, step.prompt.id, step.number, err);
}

int route_version_reject(struct request *request, struct err *err)
{
	struct step step;
	int rc = step_begin(request, &step, err);

	if (rc == 0)
		rc = set_state(request, &step, "rejected", err);
	if (rc == 0)
		rc = log_step(request, &step, "version.reject", "rejected", err);
	return rc != 0 ? rc : answer_version(request, 200, step.prompt.id, step.number, err);
}

/* Promote or roll back: the channel points to another version. */
int route_prompt_activate(struct request *request, struct err *err)
{
	struct step step = {.number = 0};
	struct str channel;
	char name[32];
	int rc = prompt_find(request, &step.prompt, err);

	if (rc != 0 ||
		(rc = request_required(request, "channel", sizeof name - 1, &channel)) != 0 ||
		(rc = request_number(request, "version", 1, INT64_MAX, &step.number)) != 0 ||
		(rc = door_text(request, "comment", COMMENT_MAX, &step.comment)) != 0)
		return rc;
	if (!str_is(channel, "production") && !str_is(channel, "staging") &&
		!str_is(channel, "experimental"))
		return request_refuse_field(
			request, "channel", "channel is production, staging or experimental");
	rc = version_find(request, step.prompt.id, step.number, &step.version, err);
	if (rc != 0)
		return rc;
	(void)snprintf(name, sizeof name, "%.*s", (int)channel.n, channel.p);
	rc = point_channel(request, &step, name, err);
	if (rc == 0)
		rc = log_step(request, &step, "prompt.activate", step.version.state, err);
	return rc != 0 ? rc : prompt_answer(request, 200, &step.prompt, err);
}

static int on_approved(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct buf *numbers = data; /* of int64_t */

	(void)n;
	if (buf_add(numbers, &columns[0].number, sizeof columns[0].number) != 0)
		return err_set(err, ERR_LIMIT, "too many versions");
	return 0;
}

/* Each approved version, a step of its own. */
static int deprecate_each(struct request *request, struct step *step, struct err *err)
{
	struct buf numbers = BUF_INIT(1024 * 1024);
	size_t at;
	int rc = hub_db_run(request->db,
		"SELECT number FROM version WHERE tenant = $1 AND prompt_id = $2 AND state = "
		"'approved' ORDER BY number",
		DB_ARGS(TENANT(request), db_string(step->prompt.id)), on_approved, &numbers, err);

	if (rc == 0 && numbers.len == 0)
		rc = request_refuse(request, 409, "invalid_transition",
			"no version of it is approved, so there is nothing to deprecate");
	(void)snprintf(step->version.state, sizeof step->version.state, "approved");
	for (at = 0; at < numbers.len && rc == 0; at += sizeof step->number) {
		(void)memcpy(&step->number, numbers.data + at, sizeof step->number);
		rc = set_state(request, step, "deprecated", err);
		if (rc == 0)
			rc = log_step(request, step, "prompt.deprecate", "deprecated", err);
	}
	buf_fini(&numbers);
	return rc;
}

/* Nobody is to use it any more: no channel points to it, and agents let go of it. */
int route_prompt_deprecate(struct request *request, struct err *err)
{
	struct step step = {.number = 0};
	int rc = prompt_find(request, &step.prompt, err);

	if (rc != 0 || (rc = door_text(request, "comment", COMMENT_MAX, &step.comment)) != 0)
		return rc;
	rc = request_do(request, "DELETE FROM channel WHERE tenant = $1 AND prompt_id = $2",
		DB_ARGS(TENANT(request), db_string(step.prompt.id)), err);
	if (rc == 0)
		rc = deprecate_each(request, &step, err);
	if (rc == 0)
		rc = feed_touch(request, str_of(step.prompt.id), "deprecated", err);
	return rc != 0 ? rc : prompt_answer(request, 200, &step.prompt, err);
}

int route_transition_list(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = prompt_find(request, &facts, err)) != 0)
		return rc;
	return request_list(request, limit, "id", "id number action from to user_id comment at:t",
		"SELECT id, number, action, from_state, to_state, user_id, comment, at_ms FROM "
		"transition WHERE tenant = $1 AND prompt_id = $2 AND id > $3 ORDER BY id LIMIT $4",
		DB_ARGS(TENANT(request), db_string(facts.id), db_text(cursor),
			db_number(limit + 1)),
		err);
}
