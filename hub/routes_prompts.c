/* Prompts: made, shown, changed, deleted. Lists stand in routes_list.c. */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "hub/credential.h"
#include "hub/door.h"
#include "hub/draft.h"
#include "hub/etag.h"
#include "hub/feed.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"
#include "hub/search.h"

#define ALIASES_MAX 32

static struct db_value or_null(struct str text)
{
	return text.n > 0 ? db_text(text) : db_null();
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

/* A line to agents and in lists; no signs that do not show. */
static bool is_tag(struct str name)
{
	return name.n > 0 && name.n <= PROMPT_TAG_MAX && memchr(name.p, '\n', name.n) == NULL &&
	       text_filter_find(name) == name.n;
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
		if (!is_tag(name))
			return request_refuse_field(request, "tags",
				"a tag is a line of 1 to %d bytes, all of which show",
				PROMPT_TAG_MAX);
		if (rc == 0)
			rc = door_check(request, NULL, "tags", name);
		if (rc == 0)
			rc = set_one_tag(request, prompt_id, name, err);
	}
	return rc;
}

/* The member "aliases", when it is there, is all of them: other names, as slugs are. */
static int set_aliases(struct request *request, const char *prompt_id, struct err *err)
{
	const json_t *aliases = json_object_get(request->body, "aliases"), *alias;
	struct buf text = BUF_INIT((ALIASES_MAX + 1) * (PROMPT_PATH_MAX + 4));
	size_t i;
	int rc;

	if (aliases == NULL)
		return 0;
	if (!json_is_array(aliases) || json_array_size(aliases) > ALIASES_MAX)
		return request_refuse_field(
			request, "aliases", "aliases is a list of at most %d", ALIASES_MAX);
	json_array_foreach (aliases, i, alias) {
		struct str name = {json_string_value(alias), json_string_length(alias)};

		if (prompt_check_path(name, err) != 0)
			return request_refuse_field(request, "aliases", "%s", err->text);
		if ((rc = door_check(request, NULL, "aliases", name)) != 0)
			return rc;
	}
	(void)json_write(aliases, &text); /* of what was checked: it fits */
	rc = request_do(request, "UPDATE prompt SET aliases = $3 WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_string(prompt_id),
			db_text((struct str){buf_text(&text), text.len})),
		err);
	buf_fini(&text);
	return rc;
}

/* What a prompt is told with besides its text. */
static int set_names(struct request *request, const char *prompt_id, struct err *err)
{
	int rc = set_tags(request, prompt_id, err);

	return rc != 0 ? rc : set_aliases(request, prompt_id, err);
}

/* ── making one ────────────────────────────────────────────────────────── */

static int insert_prompt(struct request *request, const struct prompt_facts *facts,
	const struct draft *draft, struct str description, struct str collection, struct err *err)
{
	int64_t number;
	int rc = request_do(request,
		"INSERT INTO prompt (tenant, id, slug, title, description, owner_id, team_id, "
		"collection_id, created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
		"$9, "
		"$9)",
		DB_ARGS(TENANT(request), db_string(facts->id), db_string(facts->slug),
			db_string(draft->prompt->title), db_text_or_empty(description),
			USER(request), or_null(str_of(facts->team_id)), or_null(collection),
			db_number(request->now_ms)),
		err);

	if (rc == 0)
		rc = draft_insert(request, draft, facts->id, 0, &number, err);
	if (rc == 0)
		rc = set_names(request, facts->id, err);
	if (rc == 0)
		rc = search_put(request->db, request->who.tenant, facts->id, err);
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

	if ((rc = door_required(request, "slug", PROMPT_PATH_MAX, &slug)) != 0 ||
		(rc = door_required(request, "title", PROMPT_TITLE_MAX, &title)) != 0 ||
		(rc = door_text(request, "description", PROMPT_DESCRIPTION_MAX, &description)) !=
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

/* What people have found in it, joined by blanks, so that it is looked at: those who
 * answer for it say so, and take it back. */
static int take_flags(struct request *request, struct str *flags)
{
	static const char *const known[] = {"unsafe", "secret", "hidden", NULL};
	const char *const *name;
	struct str rest, flag;
	int rc = request_text(request, "flags", 64, flags);

	if (rc != 0 || flags->p == NULL)
		return rc;
	if (request->who.role < ROLE_OWNER)
		return request_refuse(
			request, 403, "role", "prompt owners and admins set and clear flags");
	for (rest = *flags; rest.n > 0;) {
		flag = str_cut(rest, ' ', &rest);
		for (name = known; *name != NULL && !str_is(flag, *name); name++)
			;
		if (*name == NULL)
			return request_refuse_field(
				request, "flags", "flags are words of: unsafe secret hidden");
	}
	return 0;
}

static int take_patch(struct request *request, const struct prompt_facts *facts, struct err *err)
{
	const json_t *locked = json_object_get(request->body, "locked");
	struct str title, description, collection, flags;
	int rc;

	if ((rc = door_text(request, "title", PROMPT_TITLE_MAX, &title)) != 0 ||
		(rc = door_text(request, "description", PROMPT_DESCRIPTION_MAX, &description)) !=
			0 ||
		(rc = request_text(request, "collection_id", ID_BYTES - 1, &collection)) != 0 ||
		(rc = take_flags(request, &flags)) != 0)
		return rc;
	if (locked != NULL && request->who.role != ROLE_ADMIN)
		return request_refuse(request, 403, "role", "only an admin locks a name");
	return request_do(request,
		"UPDATE prompt SET title = coalesce($3, title), description = coalesce($4, "
		"description), collection_id = CASE WHEN $5 = 1 THEN $6 ELSE collection_id END, "
		"locked = coalesce($7, locked), flags = coalesce($8, flags) WHERE tenant = $1 AND "
		"id = $2",
		DB_ARGS(TENANT(request), db_string(facts->id), or_null(title), db_text(description),
			db_number(json_object_get(request->body, "collection_id") != NULL ? 1 : 0),
			or_null(collection),
			json_is_boolean(locked) ? db_number(json_is_true(locked) ? 1 : 0)
						: db_null(),
			db_text(flags)),
		err);
}

int route_prompt_patch(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0 || (rc = prompt_match(request, &facts, ETAG_MUST)) != 0 ||
		(rc = take_patch(request, &facts, err)) != 0 ||
		(rc = set_names(request, facts.id, err)) != 0 ||
		(rc = prompt_touch(request, facts.id, err)) != 0)
		return rc;
	rc = request_audit(request, "prompt.change", str_of(facts.id),
		request_changed(
			request, "title description collection_id tags aliases locked flags"),
		err);
	return rc != 0 ? rc : prompt_answer(request, 200, &facts, err);
}

/* ── all of one anew ───────────────────────────────────────────────────── */

/* The text is the next version, unless it is that of the last one. */
static int put_text(struct request *request, struct prompt_facts *facts, struct err *err)
{
	struct draft draft;
	int64_t same;
	int rc = draft_read(request, facts->slug, "title", &draft, err);

	if (rc == 0)
		rc = request_count(request,
			"SELECT count(*) FROM version WHERE tenant = $1 AND prompt_id = $2 AND "
			"number = $3 AND digest = $4",
			DB_ARGS(TENANT(request), db_string(facts->id), db_number(facts->latest),
				db_string(draft.prompt->digest)),
			&same, err);
	if (rc == 0 && same == 0)
		rc = draft_insert(request, &draft, facts->id, facts->latest, &facts->latest, err);
	draft_fini(&draft);
	return rc;
}

/* What is not there is taken as empty; but the slug, the owner and the team stay. */
int route_prompt_put(struct request *request, struct err *err)
{
	struct str title, description, collection;
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0 || (rc = prompt_match(request, &facts, ETAG_MUST)) != 0 ||
		(rc = door_required(request, "title", PROMPT_TITLE_MAX, &title)) != 0 ||
		(rc = door_text(request, "description", PROMPT_DESCRIPTION_MAX, &description)) !=
			0 ||
		(rc = request_text(request, "collection_id", ID_BYTES - 1, &collection)) != 0)
		return rc;
	if (json_object_get(request->body, "tags") == NULL)
		(void)json_object_set_new(request->body, "tags", json_array());
	if (json_object_get(request->body, "aliases") == NULL)
		(void)json_object_set_new(request->body, "aliases", json_array());
	rc = request_do(request,
		"UPDATE prompt SET title = $3, description = $4, collection_id = $5 WHERE tenant = "
		"$1 AND id = $2",
		DB_ARGS(TENANT(request), db_string(facts.id), db_text(title),
			db_text_or_empty(description), or_null(collection)),
		err);
	if (rc == 0)
		rc = put_text(request, &facts, err);
	if (rc == 0)
		rc = set_names(request, facts.id, err);
	if (rc == 0)
		rc = prompt_touch(request, facts.id, err);
	if (rc == 0)
		rc = request_audit(request, "prompt.replace", str_of(facts.id), json_object(), err);
	return rc != 0 ? rc : prompt_answer(request, 200, &facts, err);
}

/* ── gone ──────────────────────────────────────────────────────────────── */

int route_prompt_delete(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc == 0)
		rc = prompt_match(request, &facts, ETAG_MAY);
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
		rc = search_purge(request->db, request->who.tenant, facts.id, err);
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
