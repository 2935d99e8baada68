/* Tags and collections: what prompts are put together by. Both are names for all of a
 * tenant, so the same functions do for both; a prompt has many tags and one collection. */
#include <stdio.h>
#include <string.h>

#include "hub/door.h"
#include "hub/etag.h"
#include "hub/feed.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"
#include "hub/search.h"

#define COLOUR_MAX 32

struct group {
	const char *noun, *shape;
	enum feed_group feed;
	bool coloured;
	const char *list, *get, *insert, *update, *unlink, *remove;
};

#define TAG_COLUMNS "SELECT id, name, description, colour FROM tag WHERE tenant = $1 AND "
static const struct group tags = {
	.noun = "tag",
	.shape = "id name description colour",
	.feed = FEED_TAG,
	.coloured = true,
	.list = TAG_COLUMNS "name > $2 ORDER BY name LIMIT $3",
	.get = TAG_COLUMNS "(id = $2 OR name = $2)",
	.insert = "INSERT INTO tag (tenant, id, name, description, colour) VALUES ($1, $2, $3, $4, "
		  "$5)",
	.update = "UPDATE tag SET name = coalesce($3, name), description = coalesce($4, "
		  "description), colour = coalesce($5, colour) WHERE tenant = $1 AND id = $2",
	.unlink = "DELETE FROM prompt_tag WHERE tenant = $1 AND tag_id = $2",
	.remove = "DELETE FROM tag WHERE tenant = $1 AND id = $2",
};

#define COLLECTION_COLUMNS \
	"SELECT id, name, description, created_ms FROM collection WHERE tenant = $1 AND "
static const struct group collections = {
	.noun = "collection",
	.shape = "id name description created_at:t",
	.feed = FEED_COLLECTION,
	.list = COLLECTION_COLUMNS "name > $2 ORDER BY name LIMIT $3",
	.get = COLLECTION_COLUMNS "(id = $2 OR name = $2)",
	.insert = "INSERT INTO collection (tenant, id, name, description, created_ms) VALUES ($1, "
		  "$2, $3, $4, $5)",
	.update = "UPDATE collection SET name = coalesce($3, name), description = coalesce($4, "
		  "description) WHERE tenant = $1 AND id = $2",
	.unlink = "UPDATE prompt SET collection_id = NULL WHERE tenant = $1 AND collection_id = $2",
	.remove = "DELETE FROM collection WHERE tenant = $1 AND id = $2",
};

static int group_list(struct request *request, const struct group *group, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "name", group->shape, group->list,
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1)), err);
}

/* The one that the path names by id or name. */
static int group_find(
	struct request *request, const struct group *group, json_t **object, struct err *err)
{
	return request_row(request, group->shape, group->get,
		DB_ARGS(TENANT(request), db_text(request->words[0])), object, err);
}

static int group_get(struct request *request, const struct group *group, struct err *err)
{
	json_t *object;
	int rc = group_find(request, group, &object, err);

	return rc != 0 ? rc : etag_answer(request, 200, object);
}

/* By the id, after a change. */
static int group_answer(struct request *request, const struct group *group, unsigned status,
	const char *id, struct err *err)
{
	json_t *object;
	int rc = request_row(request, group->shape, group->get,
		DB_ARGS(TENANT(request), db_string(id)), &object, err);

	return rc != 0 ? rc : etag_answer(request, status, object);
}

struct group_text {
	struct str name, description, colour;
};

static int take_text(
	struct request *request, const struct group *group, bool create, struct group_text *text)
{
	int rc;

	text->colour = (struct str){NULL, 0};
	rc = create ? door_required(request, "name", PROMPT_TAG_MAX, &text->name)
		    : door_text(request, "name", PROMPT_TAG_MAX, &text->name);
	if (rc == 0 && text->name.p != NULL && text->name.n == 0)
		return request_refuse_field(request, "name", "a name is not empty");
	/* Tags come to the agents a line each. */
	if (rc == 0 && text->name.n > 0 && memchr(text->name.p, '\n', text->name.n) != NULL)
		return request_refuse_field(request, "name", "a name is one line");
	if (rc == 0)
		rc = request_text(
			request, "description", PROMPT_DESCRIPTION_MAX, &text->description);
	if (rc == 0 && group->coloured)
		rc = request_text(request, "colour", COLOUR_MAX, &text->colour);
	return rc;
}

static int group_audit(struct request *request, const struct group *group, const char *verb,
	const char *id, json_t *details, struct err *err)
{
	char action[32];

	(void)snprintf(action, sizeof action, "%s.%s", group->noun, verb);
	return request_audit(request, action, str_of(id), details, err);
}

static int group_create(struct request *request, const struct group *group, struct err *err)
{
	struct group_text text;
	char id[ID_BYTES];
	int rc = take_text(request, group, true, &text);

	if (rc != 0)
		return rc;
	id_new(id);
	rc = request_do(request, group->insert,
		DB_ARGS(TENANT(request), db_string(id), db_text(text.name),
			db_text_or_empty(text.description),
			group->coloured ? db_text_or_empty(text.colour)
					: db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = group_audit(request, group, "create", id,
			json_pack("{s:s%}", "name", text.name.p, text.name.n), err);
	return rc != 0 ? rc : group_answer(request, group, 201, id, err);
}

/* Found, and still as who asks has seen it; its id. */
static int group_take(struct request *request, const struct group *group, enum etag_wish wish,
	char id[ID_BYTES], struct err *err)
{
	json_t *object;
	int rc = group_find(request, group, &object, err);

	if (rc != 0)
		return rc;
	(void)snprintf(id, ID_BYTES, "%s", json_string_value(json_object_get(object, "id")));
	rc = etag_match(request, object, wish);
	json_decref(object);
	return rc;
}

/* It changed or, with `remove`, goes: what agents are told of its prompts has changed, and
 * by a tag's name they are found. */
static int group_touch(struct request *request, const struct group *group, const char *id,
	bool remove, struct err *err)
{
	const struct db_value key[] = {TENANT(request), db_string(id)};
	struct buf ids = BUF_INIT(0);
	int rc = feed_touch_group(request, group->feed, str_of(id), err);

	if (rc == 0 && group->feed == FEED_TAG)
		rc = search_tagged(request, id, &ids, err);
	/* The prompts stay, without it. */
	if (rc == 0 && remove && (rc = request_do(request, group->unlink, key, 2, err)) == 0)
		rc = request_do(request, group->remove, key, 2, err);
	if (rc == 0)
		rc = search_put_all(request, (struct str){buf_text(&ids), ids.len}, err);
	buf_fini(&ids);
	return rc;
}

static int group_patch(struct request *request, const struct group *group, struct err *err)
{
	struct group_text text;
	char id[ID_BYTES];
	int rc = group_take(request, group, ETAG_MUST, id, err);

	if (rc != 0 || (rc = take_text(request, group, false, &text)) != 0)
		return rc;
	rc = hub_db_run(request->db, group->update,
		(const struct db_value[]){TENANT(request), db_string(id), db_text(text.name),
			db_text(text.description), db_text(text.colour)},
		group->coloured ? 5 : 4, NULL, NULL, err);
	if (rc == 0 && text.name.n > 0)
		rc = group_touch(request, group, id, false, err);
	if (rc == 0)
		rc = group_audit(request, group, "change", id,
			request_changed(request, "name description colour"), err);
	return rc != 0 ? rc : group_answer(request, group, 200, id, err);
}

static int group_delete(struct request *request, const struct group *group, struct err *err)
{
	char id[ID_BYTES];
	int rc = group_take(request, group, ETAG_MAY, id, err);

	if (rc == 0)
		rc = group_touch(request, group, id, true, err);
	if (rc == 0)
		rc = group_audit(request, group, "delete", id, json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* ── the tags of one prompt ────────────────────────────────────────────── */

/* Put on or taken off, by who may change the prompt. */
static int tag_prompt(struct request *request, const char *sql, struct err *err)
{
	struct prompt_facts facts;
	int64_t n;
	int rc = prompt_find(request, &facts, err);

	if (rc == 0)
		rc = request_count(request,
			"SELECT count(*) FROM tag WHERE tenant = $1 AND (id = $2 OR name = $2)",
			DB_ARGS(TENANT(request), db_text(request->words[1])), &n, err);
	if (rc == 0 && n == 0)
		return request_refuse(request, 404, "not_found", "there is no such tag");
	if (rc == 0)
		rc = request_do(request, sql,
			DB_ARGS(TENANT(request), db_string(facts.id), db_text(request->words[1])),
			err);
	if (rc == 0 && hub_db_changes(request->db) > 0)
		rc = prompt_touch(request, facts.id, err);
	return rc != 0 ? rc : prompt_answer(request, 200, &facts, err);
}

int route_prompt_tag_put(struct request *request, struct err *err)
{
	return tag_prompt(request,
		"INSERT INTO prompt_tag (tenant, prompt_id, tag_id) SELECT tenant, $2, id FROM tag "
		"WHERE tenant = $1 AND (id = $3 OR name = $3) ON CONFLICT DO NOTHING",
		err);
}

int route_prompt_tag_delete(struct request *request, struct err *err)
{
	return tag_prompt(request,
		"DELETE FROM prompt_tag WHERE tenant = $1 AND prompt_id = $2 AND tag_id IN (SELECT "
		"id FROM tag WHERE tenant = $1 AND (id = $3 OR name = $3))",
		err);
}

/* ── the routes ────────────────────────────────────────────────────────── */

int route_tag_list(struct request *request, struct err *err)
{
	return group_list(request, &tags, err);
}

int route_tag_create(struct request *request, struct err *err)
{
	return group_create(request, &tags, err);
}

int route_tag_get(struct request *request, struct err *err)
{
	return group_get(request, &tags, err);
}

int route_tag_patch(struct request *request, struct err *err)
{
	return group_patch(request, &tags, err);
}

int route_tag_delete(struct request *request, struct err *err)
{
	return group_delete(request, &tags, err);
}

int route_collection_list(struct request *request, struct err *err)
{
	return group_list(request, &collections, err);
}

int route_collection_create(struct request *request, struct err *err)
{
	return group_create(request, &collections, err);
}

int route_collection_get(struct request *request, struct err *err)
{
	return group_get(request, &collections, err);
}

int route_collection_patch(struct request *request, struct err *err)
{
	return group_patch(request, &collections, err);
}

int route_collection_delete(struct request *request, struct err *err)
{
	return group_delete(request, &collections, err);
}
