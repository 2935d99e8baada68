/* Prompts: listed, made, shown, changed, deleted. */
#include <stdio.h>
#include <string.h>

#include "core/text_filter.h"
#include "hub/credential.h"
#include "hub/draft.h"
#include "hub/feed.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"

static struct db_value or_null(struct str text)
{
	return text.n > 0 ? db_text(text) : (struct db_value){.kind = DB_NULL};
}

static struct db_value query_value(const struct request *request, const char *name)
{
	struct str text;

	(void)http_query_value(request->http->query, name, &text);
	return or_null(text);
}

int route_prompt_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "slug",
		"id slug title description owner_id team_id collection_id is_template:b locked:b "
		"latest active state updated_at:t",
		"SELECT p.id, p.slug, p.title, p.description, p.owner_id, p.team_id, "
		"p.collection_id, p.is_template, p.locked, p.latest, c.number, v.state, "
		"p.updated_ms FROM prompt p LEFT JOIN channel c ON c.tenant = p.tenant AND "
		"c.prompt_id = p.id AND c.name = coalesce(CAST($10 AS TEXT), 'production') LEFT "
		"JOIN version v ON "
		"v.tenant = p.tenant AND v.prompt_id = p.id AND v.number = p.latest WHERE p.tenant "
		"= $1 AND p.slug > $2 AND p.deleted IS NULL AND ($4 = 3 OR p.team_id IS NULL OR "
		"p.owner_id = $5 OR EXISTS (SELECT 1 FROM member m WHERE m.tenant = p.tenant AND "
		"m.team_id = p.team_id AND m.user_id = $5)) AND ($4 > 0 OR EXISTS (SELECT 1 FROM "
		"channel a WHERE a.tenant = p.tenant AND a.prompt_id = p.id AND a.name = "
		"'production')) "
		"AND (CAST($10 AS TEXT) IS NULL OR c.number IS NOT NULL) AND (CAST($6 AS TEXT) IS "
		"NULL OR EXISTS (SELECT 1 FROM "
		"prompt_tag pt JOIN tag t ON t.tenant = pt.tenant AND t.id = pt.tag_id WHERE "
		"pt.tenant = p.tenant AND pt.prompt_id = p.id AND t.name = $6)) AND (CAST($7 AS "
		"TEXT) IS NULL OR "
		"p.collection_id = $7) AND (CAST($8 AS TEXT) IS NULL OR p.owner_id = $8) AND "
		"(CAST($9 AS TEXT) IS NULL OR "
		"v.state = $9) ORDER BY p.slug LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1),
			db_number(request->who.role), USER(request), query_value(request, "tag"),
			query_value(request, "collection"), query_value(request, "owner"),
			query_value(request, "status"), query_value(request, "channel")),
		err);
}

/* ── tags of a prompt ──────────────────────────────────────────────────── */

static int set_one_tag(
	struct request *request, const char *prompt_id, struct str name, struct err *err)
{
	char id[ID_BYTES];
	int rc;

	id_new(id);
	rc = request_do(request,
		"INSERT INTO tag (tenant, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		DB_ARGS(TENANT(request), db_string(id), db_text(name)), err);
	if (rc != 0)
		return rc;
	return request_do(request,
		"INSERT INTO prompt_tag (tenant, prompt_id, tag_id) SELECT $1, $2, id FROM tag "
		"WHERE tenant = $1 AND name = $3 ON CONFLICT DO NOTHING",
		DB_ARGS(TENANT(request), db_string(prompt_id), db_text(name)), err);
}

/* The member "tags", when it is there, is all of them. */
static int set_tags(struct request *request, const char *prompt_id, struct err *err)
{
	const json_t *tags = json_object_get(request->body, "tags"), *tag;
	struct str name;
	size_t i;
	int rc;

	if (tags == NULL)
		return 0;
	if (!json_is_array(tags) || json_array_size(tags) > PROMPT_TAGS_MAX)
		return request_refuse_field(
			request, "tags", "tags is a list of at most %d", PROMPT_TAGS_MAX);
	rc = request_do(request, "DELETE FROM prompt_tag WHERE tenant = $1 AND prompt_id = $2",
		DB_ARGS(TENANT(request), db_string(prompt_id)), err);
	json_array_foreach (tags, i, tag) {
		name = (struct str){json_string_value(tag), json_string_length(tag)};
		if (name.n == 0 || name.n > PROMPT_TAG_MAX || text_filter_find(name) < name.n ||
			memchr(name.p, '\n', name.n) != NULL)
			return request_refuse_field(request, "tags",
				"a tag is one line of 1 to %d bytes that show", PROMPT_TAG_MAX);
		if (rc == 0)
			rc = set_one_tag(request, prompt_id, name, err);
	}
	return rc;
}

/* ── making one ────────────────────────────────────────────────────────── */

static int insert_prompt(struct request *request, const struct prompt_facts *facts,
	const struct draft *draft, struct str description, struct str collection, struct err *err)
{
	struct draft copy = *draft;
	int64_t number;
	int rc = request_do(request,
		"INSERT INTO prompt (tenant, id, slug, title, description, owner_id, team_id, "
		"collection_id, created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
		"$9, "
		"$9)",
		DB_ARGS(TENANT(request), db_string(facts->id), db_string(facts->slug),
			db_string(draft->prompt->title),
			description.p != NULL ? db_text(description) : db_string(""), USER(request),
			or_null(str_of(facts->team_id)), or_null(collection),
			db_number(request->now_ms)),
		err);

	if (rc == 0)
		rc = draft_insert(request, &copy, facts->id, 0, &number, err);
	if (rc == 0)
		rc = set_tags(request, facts->id, err);
	if (rc == 0)
		rc = request_audit(request, "prompt.create", str_of(facts->id),
			json_pack("{s:s}", "slug", facts->slug), err);
	return rc;
}

int route_prompt_create(struct request *request, struct err *err)
{
	struct prompt_facts facts = {.latest = 1};
	struct str slug, title, description, team, collection;
	char title_text[PROMPT_TITLE_MAX + 1];
	struct draft draft;
	int rc;

	if ((rc = request_required(request, "slug", PROMPT_PATH_MAX, &slug)) != 0 ||
		(rc = request_required(request, "title", PROMPT_TITLE_MAX, &title)) != 0 ||
		(rc = request_text(request, "description", PROMPT_DESCRIPTION_MAX, &description)) !=
			0 ||
		(rc = request_text(request, "team_id", ID_BYTES - 1, &team)) != 0 ||
		(rc = request_text(request, "collection_id", ID_BYTES - 1, &collection)) != 0)
		return rc;
	/* For everybody, or for a team of theirs. */
	if ((request->route->may[request->who.role] &
		    credential_relation(&request->who, STR(""), team)) == 0)
		return request_refuse(request, 403, "role", "that is a team of others");
	(void)snprintf(facts.slug, sizeof facts.slug, "%.*s", (int)slug.n, slug.p);
	(void)snprintf(facts.team_id, sizeof facts.team_id, "%.*s", (int)team.n, team.p);
	(void)snprintf(title_text, sizeof title_text, "%.*s", (int)title.n, title.p);
	id_new(facts.id);
	rc = draft_read(request, facts.slug, title_text, &draft, err);
	if (rc == 0)
		rc = insert_prompt(request, &facts, &draft, description, collection, err);
	draft_fini(&draft);
	return rc != 0 ? rc : prompt_answer(request, 201, &facts, err);
}

/* ── one ───────────────────────────────────────────────────────────────── */

int route_prompt_get(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	return rc != 0 ? rc : prompt_answer(request, 200, &facts, err);
}

/* If-Match: the ETag that was shown, so that two who change it at once both know. */
static int check_match(struct request *request, const struct prompt_facts *facts)
{
	struct str match = request->http->headers[HTTP_IF_MATCH];
	char etag[32];

	(void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)facts->revision);
	if (match.n == 0)
		return request_refuse(request, 428, "if_match",
			"send If-Match with the ETag that "
			"was shown");
	if (!str_is(match, "*") && !str_is(match, etag))
		return request_refuse(request, 412, "changed", "somebody changed it meanwhile");
	return 0;
}

static int take_patch(struct request *request, const struct prompt_facts *facts, struct err *err)
{
	const json_t *locked = json_object_get(request->body, "locked");
	struct str title, description, collection;
	int rc;

	if ((rc = request_text(request, "title", PROMPT_TITLE_MAX, &title)) != 0 ||
		(rc = request_text(request, "description", PROMPT_DESCRIPTION_MAX, &description)) !=
			0 ||
		(rc = request_text(request, "collection_id", ID_BYTES - 1, &collection)) != 0)
		return rc;
	if (locked != NULL && request->who.role != ROLE_ADMIN)
		return request_refuse(request, 403, "role", "only an admin locks a name");
	return request_do(request,
		"UPDATE prompt SET title = coalesce($3, title), description = coalesce($4, "
		"description), collection_id = CASE WHEN $5 = 1 THEN $6 ELSE collection_id END, "
		"locked = coalesce($7, locked), revision = revision + 1, updated_ms = $8 WHERE "
		"tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_string(facts->id), or_null(title), db_text(description),
			db_number(json_object_get(request->body, "collection_id") != NULL ? 1 : 0),
			or_null(collection),
			json_is_boolean(locked) ? db_number(json_is_true(locked) ? 1 : 0)
						: (struct db_value){.kind = DB_NULL},
			db_number(request->now_ms)),
		err);
}

int route_prompt_patch(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0 || (rc = check_match(request, &facts)) != 0 ||
		(rc = take_patch(request, &facts, err)) != 0 ||
		(rc = set_tags(request, facts.id, err)) != 0 ||
		(rc = feed_touch(request, str_of(facts.id), NULL, err)) != 0)
		return rc;
	rc = request_audit(request, "prompt.change", str_of(facts.id),
		request_changed(request, "title description collection_id tags locked"), err);
	return rc != 0 ? rc : prompt_answer(request, 200, &facts, err);
}

int route_prompt_delete(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc == 0)
		rc = request_do(request,
			"UPDATE prompt SET deleted = 'deleted', revision = revision + 1, "
			"updated_ms "
			"= $3 WHERE tenant = $1 AND id = $2",
			DB_ARGS(TENANT(request), db_string(facts.id), db_number(request->now_ms)),
			err);
	if (rc == 0)
		rc = feed_touch(request, str_of(facts.id), "deleted", err);
	if (rc == 0)
		rc = request_audit(request, "prompt.delete", str_of(facts.id), json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* What was answered under an Idempotency-Key holds the text as well. */
static int forget_answers(struct request *request, const char *id, struct err *err)
{
	char like[ID_BYTES + 2];

	(void)snprintf(like, sizeof like, "%%%s%%", id);
	return request_do(request, "DELETE FROM idempotency WHERE tenant = $1 AND answer LIKE $2",
		DB_ARGS(TENANT(request), db_string(like)), err);
}

/* Text and history go too; the tombstone stays for the agents. */
int route_prompt_purge(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc == 0)
		rc = feed_touch(request, str_of(facts.id), "purged", err);
	if (rc == 0)
		rc = request_do(request, "DELETE FROM prompt WHERE tenant = $1 AND id = $2",
			DB_ARGS(TENANT(request), db_string(facts.id)), err);
	if (rc == 0)
		rc = forget_answers(request, facts.id, err);
	if (rc == 0)
		rc = request_audit(request, "prompt.purge", str_of(facts.id),
			json_pack("{s:s}", "slug", facts.slug), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}
