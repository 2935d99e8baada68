/* GET /api/v1/sync and /api/v1/blobs, as sync.md has them: what changed since a cursor,
 * to whoever may see it. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/cursor.h"
#include "hub/feed.h"
#include "hub/quick.h"
#include "hub/routes_all.h"
#include "hub/streams.h"

#define PAGE_MAX 500
#define INLINE_MAX 8192 /* bytes of a body that comes with its line */

/* ── how far the feed is, for whom ─────────────────────────────────────── */

struct head {
	char epoch[ID_BYTES];
	int64_t seq;
	int64_t of_tenant, access; /* what watch.h has of it */
};

static int on_head(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct head *head = data;

	(void)n;
	(void)err;
	db_copy(&columns[0], head->epoch, sizeof head->epoch);
	head->seq = columns[1].number;
	head->of_tenant = columns[2].number;
	head->access = columns[3].number;
	return 0;
}

/* The last change that somebody of these teams may have heard of. */
static int feed_head(struct request *request, struct head *head, struct err *err)
{
	*head = (struct head){.seq = 0};
	return hub_db_run(request->db,
		"SELECT t.epoch, coalesce((SELECT max(seq) FROM feed_audience a WHERE a.tenant = "
		"t.id AND (a.team_id = '' OR $3 = 3 OR EXISTS (SELECT 1 FROM member m WHERE "
		"m.tenant = t.id AND m.team_id = a.team_id AND m.user_id = $2))), 0), t.seq, "
		"coalesce((SELECT number FROM access WHERE id = t.id), 0) FROM tenant t WHERE "
		"t.id = $1",
		DB_ARGS(TENANT(request), USER(request), db_number(request->who.role)), on_head,
		head, err);
}

/* ── a page ────────────────────────────────────────────────────────────── */

struct page {
	struct request *request;
	struct buf *out;
	int64_t limit, rows, n, last_seq;
	bool more, experimental; /* experimental: what is in that channel, too */
};

enum column {
	C_SEQ,
	C_ID,
	C_GONE,
	C_SLUG,
	C_TITLE,
	C_DESCRIPTION,
	C_ALIASES,
	C_COLLECTION,
	C_OWNER,
	C_TEAM,
	C_LOCKED,
	C_VISIBLE,
	C_NUMBER,
	C_DIGEST,
	C_SIZE,
	C_INPUTS,
	C_MESSAGES,
	C_UPDATED,
	C_TAGS,
	C_TRIED_NUMBER, /* of the channel experimental: as C_NUMBER to C_MESSAGES */
	C_TRIED_DIGEST,
	C_TRIED_SIZE,
	C_TRIED_INPUTS,
	C_TRIED_MESSAGES,
	COLUMNS
};

static void add_del(struct page *page, const struct db_value *columns, struct str reason)
{
	(void)buf_add_format(
		page->out, "{\"t\":\"del\",\"seq\":%lld,\"id\":", (long long)columns[C_SEQ].number);
	(void)buf_add_json_string(page->out, columns[C_ID].text.p, columns[C_ID].text.n);
	(void)buf_add_format(page->out, ",\"reason\":\"%.*s\"}\n", (int)reason.n, reason.p);
	page->n++;
}

static json_t *text_or_null(const struct db_value *value)
{
	return value->kind == DB_TEXT ? json_from_str(value->text) : json_null();
}

/* A JSON text of the database, "[]" when it is none. */
static json_t *json_or_list(const struct db_value *value)
{
	json_t *json = value->kind == DB_TEXT
			       ? json_loadb(value->text.p, value->text.n, JSON_DECODE_ANY, NULL)
			       : NULL;

	return json != NULL ? json : json_array();
}

static json_t *tags_json(struct str joined)
{
	json_t *tags = json_array();

	while (joined.n > 0)
		(void)json_array_append_new(tags, json_from_str(str_cut(joined, '\n', &joined)));
	return tags;
}

static json_t *meta_json(const struct db_value *columns)
{
	char updated[CLOCK_TEXT_BYTES];

	clock_format(columns[C_UPDATED].number, updated);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "title",
		text_or_null(&columns[C_TITLE]), "description",
		text_or_null(&columns[C_DESCRIPTION]), "tags", tags_json(columns[C_TAGS].text),
		"aliases", json_or_list(&columns[C_ALIASES]), "collection",
		text_or_null(&columns[C_COLLECTION]), "owner", text_or_null(&columns[C_OWNER]),
		"team", text_or_null(&columns[C_TEAM]), "locked", columns[C_LOCKED].number != 0,
		"updated_at", updated);
}

static void add_body(struct buf *out, const struct db_value *columns)
{
	(void)buf_add_str(out, "{\"inputs\":");
	(void)buf_add(out, columns[C_INPUTS].text.p, columns[C_INPUTS].text.n);
	(void)buf_add_str(out, ",\"messages\":");
	(void)buf_add(out, columns[C_MESSAGES].text.p, columns[C_MESSAGES].text.n);
	(void)buf_add_char(out, '}');
}

static int add_put(
	struct page *page, const struct db_value *columns, const char *channel, struct err *err)
{
	json_t *line = json_pack("{s:s, s:I, s:o, s:s, s:o, s:s, s:I, s:o, s:I, s:o}", "t", "put",
		"seq", (json_int_t)columns[C_SEQ].number, "id", text_or_null(&columns[C_ID]),
		"kind", "prompt", "slug", text_or_null(&columns[C_SLUG]), "channel", channel,
		"version", (json_int_t)columns[C_NUMBER].number, "digest",
		json_sprintf(
			"sha256:%.*s", (int)columns[C_DIGEST].text.n, columns[C_DIGEST].text.p),
		"size", (json_int_t)columns[C_SIZE].number, "meta", meta_json(columns));
	int rc = line != NULL ? json_write(line, page->out) : -1;

	json_decref(line);
	if (rc != 0)
		return err_set(err, ERR_MEMORY, "no memory for the feed");
	if (columns[C_SIZE].number <= INLINE_MAX) {
		buf_truncate(page->out, page->out->len - 1); /* the last brace */
		(void)buf_add_str(page->out, ",\"body\":");
		add_body(page->out, columns);
		(void)buf_add_char(page->out, '}');
	}
	(void)buf_add_char(page->out, '\n');
	page->n++;
	return 0;
}

/* What is approved, and behind it what is tried out, if that is newer. */
static int add_puts(struct page *page, const struct db_value *columns, struct err *err)
{
	const struct db_value *tried = &columns[C_TRIED_NUMBER];
	struct db_value as[COLUMNS];
	bool approved = columns[C_NUMBER].kind == DB_NUMBER;

	if (approved && add_put(page, columns, "production", err) != 0)
		return -1;
	if (tried->kind != DB_NUMBER || (approved && tried->number <= columns[C_NUMBER].number))
		return 0;
	(void)memcpy(as, columns, sizeof as);
	(void)memcpy(&as[C_NUMBER], tried, 5 * sizeof *tried);
	return add_put(page, as, "experimental", err);
}

static int on_change(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct page *page = data;

	if (n != COLUMNS)
		return err_set(err, ERR_FAILED, "the feed has other columns");
	if (page->rows == page->limit) {
		page->more = true;
		return 0;
	}
	page->rows++;
	page->last_seq = columns[C_SEQ].number;
	if (columns[C_GONE].kind == DB_TEXT)
		add_del(page, columns, columns[C_GONE].text);
	else if (columns[C_VISIBLE].number == 0)
		add_del(page, columns, STR("access_revoked"));
	else if (columns[C_NUMBER].kind != DB_NUMBER && columns[C_TRIED_NUMBER].kind != DB_NUMBER)
		add_del(page, columns, STR("deprecated"));
	else
		return add_puts(page, columns, err);
	return 0;
}

/* Of $1 tenant, $2 user in role $3, what came after $4; $6: what is tried out too. */
const char feed_changes_sql[] =
	"SELECT f.seq, f.object_id, f.gone, p.slug, p.title, p.description, p.aliases, "
	"o.name, u.name, g.name, p.locked, CASE WHEN p.team_id IS NULL OR $3 = 3 OR EXISTS "
	"(SELECT 1 FROM member m WHERE m.tenant = f.tenant AND m.team_id = p.team_id AND "
	"m.user_id = $2) THEN 1 ELSE 0 END, v.number, v.digest, v.size_bytes, v.inputs, "
	"v.messages, f.at_ms, (SELECT group_concat(t.name, '\n') FROM prompt_tag pt "
	"JOIN "
	"tag t ON t.tenant = pt.tenant AND t.id = pt.tag_id WHERE pt.tenant = f.tenant AND "
	"pt.prompt_id = f.object_id), w.number, w.digest, w.size_bytes, w.inputs, "
	"w.messages FROM feed f LEFT JOIN prompt p ON p.tenant = f.tenant "
	"AND p.id = f.object_id LEFT JOIN collection o ON o.tenant = p.tenant AND o.id = "
	"p.collection_id LEFT JOIN person u ON u.tenant = p.tenant AND u.id = p.owner_id "
	"LEFT JOIN team g ON g.tenant = p.tenant AND g.id = p.team_id LEFT JOIN channel c "
	"ON c.tenant = f.tenant AND c.prompt_id = f.object_id AND c.name = 'production' "
	"LEFT JOIN version v ON v.tenant = f.tenant AND v.prompt_id = f.object_id AND "
	"v.number = c.number LEFT JOIN channel x ON $6 = 1 AND x.tenant = f.tenant AND "
	"x.prompt_id = f.object_id AND x.name = 'experimental' LEFT JOIN version w ON "
	"w.tenant = f.tenant AND w.prompt_id = f.object_id AND w.number = x.number WHERE "
	"f.tenant = $1 AND f.seq > $4 AND EXISTS (SELECT 1 FROM "
	"feed_audience a WHERE a.tenant = f.tenant AND a.object_id = f.object_id AND "
	"(a.team_id = '' OR $3 = 3 OR EXISTS (SELECT 1 FROM member m WHERE m.tenant = "
	"f.tenant AND m.team_id = a.team_id AND m.user_id = $2))) ORDER BY f.seq LIMIT $5";

static int add_changes(struct page *page, int64_t after, struct err *err)
{
	struct request *request = page->request;

	return hub_db_run(request->db, feed_changes_sql,
		DB_ARGS(TENANT(request), USER(request), db_number(request->who.role),
			db_number(after), db_number(page->limit + 1),
			db_number(page->experimental ? 1 : 0)),
		on_change, page, err);
}

/* ── the routes ────────────────────────────────────────────────────────── */

/* From where, and how: *reason is NULL when only changes are asked for. */
static int read_cursor(struct request *request, const struct head *head, const char *scope,
	struct cursor *cursor, const char **reason)
{
	struct str text;

	*reason = NULL;
	*cursor = (struct cursor){.seq = 0};
	if (!http_query_value(request->http->query, "cursor", &text) || text.n == 0) {
		*reason = "first";
		return 0;
	}
	if (!cursor_parse(text, cursor))
		return request_refuse(request, 400, "bad_cursor", "this cursor is none of ours");
	if (strcmp(cursor->epoch, head->epoch) != 0)
		*reason = "epoch";
	else if (strcmp(cursor->scope, scope) != 0)
		*reason = "scope";
	else if (cursor->full)
		*reason = "continued";
	/* From its beginning, also in the middle of a full one: what stands before the middle
	 * was of another database, or for somebody who saw less. */
	if (*reason != NULL && !str_is(STR("continued"), *reason))
		cursor->seq = 0;
	return 0;
}

static int read_limit(struct request *request, int64_t *limit)
{
	struct str text;

	*limit = PAGE_MAX;
	if (http_query_value(request->http->query, "limit", &text) &&
		!str_to_int(text, 1, PAGE_MAX, limit))
		return request_refuse(
			request, 400, "bad_limit", "limit is a number from 1 to %d", PAGE_MAX);
	return 0;
}

/* "wait=25", alone or among others; 0: it is not wished, or not understood. */
static int64_t wished_wait_s(struct str prefer)
{
	struct str word;
	int64_t wait_s = 0;

	while (prefer.n > 0) {
		word = str_trim(str_cut(prefer, ',', &prefer));
		if (str_starts(word, "wait="))
			(void)str_to_int(
				(struct str){word.p + 5, word.n - 5}, 1, INT32_MAX, &wait_s);
	}
	return wait_s;
}

/* Nothing new: who wishes to is kept waiting. */
static void wait_for_news(struct request *request, const struct head *head)
{
	int64_t wait_s = wished_wait_s(request->http->headers[HTTP_PREFER]);

	if (wait_s > 0)
		streams_wait(request, false, wait_s, head->of_tenant, head->access);
}

/* For the next time that they ask, which is mostly in vain. */
static void remember(const struct request *request, const char *scope, const struct head *head)
{
	const struct principal *who = &request->who;
	struct known known = {.expires_ms = who->expires_ms,
		.seq = head->of_tenant,
		.access = head->access,
		.head = head->seq};

	(void)memcpy(known.hash, who->hash, sizeof known.hash);
	(void)memcpy(known.tenant, who->tenant, sizeof known.tenant);
	(void)memcpy(known.user_id, who->user_id, sizeof known.user_id);
	(void)memcpy(known.scope, scope, sizeof known.scope);
	principals_keep(request->hub->principals, &known);
}

/* Who may have what is experimental, and asks for it (channel=experimental). It is part of
 * their scope: who asks in another way next time gets all of it anew. */
static bool read_channel(const struct request *request, char scope[CREDENTIAL_SCOPE_BYTES])
{
	struct principal who = request->who;
	struct str channel;

	(void)http_query_value(request->http->query, "channel", &channel);
	who.experimental = who.experimental && str_is(channel, "experimental");
	credential_scope_hash(&who, scope);
	return who.experimental;
}

int route_sync(struct request *request, struct err *err)
{
	struct http_exchange *http = request->http;
	struct page page = {.request = request, .out = &http->out};
	char scope[CREDENTIAL_SCOPE_BYTES], etag[CURSOR_ETAG_BYTES];
	struct cursor cursor;
	const char *reason;
	struct head head;
	int rc;

	page.experimental = read_channel(request, scope);
	if ((rc = read_limit(request, &page.limit)) != 0 ||
		(rc = feed_head(request, &head, err)) != 0 ||
		(rc = read_cursor(request, &head, scope, &cursor, &reason)) != 0)
		return rc;
	/* Two lines may come of a prompt: a page has no more of them than without. */
	if (page.experimental && page.limit > 1)
		page.limit /= 2;
	cursor_etag(head.epoch, scope, head.seq, etag);
	quick_fields(request->hub, http, etag);
	if (!page.experimental) /* the quick answer does not look what is asked for */
		remember(request, scope, &head);
	if (reason == NULL && cursor.seq >= head.seq) {
		wait_for_news(request, &head);
		if (str_is(http->headers[HTTP_IF_NONE_MATCH], etag))
			return request_answer(request, 304, NULL);
	}
	http->type = "application/x-ndjson";
	(void)buf_add_format(&http->out, "{\"t\":\"intent\",\"code\":\"%s\",\"reason\":\"%s\"}\n",
		reason != NULL ? "full" : "changes", reason != NULL ? reason : "");
	page.last_seq = cursor.seq;
	if ((rc = add_changes(&page, cursor.seq, err)) != 0)
		return rc;
	(void)buf_add_format(&http->out,
		"{\"t\":\"commit\",\"seq\":%lld,\"cursor\":\"%s.%s.%lld%s\",\"n\":%lld,\"more\":%s}"
		"\n",
		(long long)page.last_seq, head.epoch, scope,
		(long long)(page.more || page.last_seq > head.seq ? page.last_seq : head.seq),
		page.more && reason != NULL ? ".f" : "", (long long)page.n,
		page.more ? "true" : "false");
	return request_answer(request, 200, NULL);
}

static int on_blob(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct request *request = data;
	struct db_value body[COLUMNS] = {[C_INPUTS] = columns[0], [C_MESSAGES] = columns[1]};

	(void)n;
	(void)err;
	if (request->http->out.len == 0)
		add_body(&request->http->out, body);
	return 0;
}

/* /api/v1/blobs/sha256-HEX: the text of a version that somebody may see. It never
 * changes. */
int route_blob(struct request *request, struct err *err)
{
	struct str name = request->words[0];
	int rc;

	if (!str_starts(name, "sha256-"))
		return DB_NONE;
	rc = hub_db_run(request->db,
		"SELECT v.inputs, v.messages FROM version v JOIN prompt p ON p.tenant = v.tenant "
		"AND p.id = v.prompt_id WHERE v.tenant = $1 AND v.digest = $2 AND p.deleted IS "
		"NULL "
		"AND EXISTS (SELECT 1 FROM channel c WHERE c.tenant = v.tenant AND c.prompt_id = "
		"v.prompt_id AND (c.name = 'production' OR ($5 = 1 AND c.name = 'experimental')) "
		"AND c.number = v.number) AND (p.team_id IS NULL OR $4 = 3 OR EXISTS (SELECT 1 "
		"FROM member m WHERE m.tenant = p.tenant AND "
		"m.team_id = p.team_id AND m.user_id = $3)) LIMIT 1",
		DB_ARGS(TENANT(request), db_text((struct str){name.p + 7, name.n - 7}),
			USER(request), db_number(request->who.role),
			db_number(request->who.experimental ? 1 : 0)),
		on_blob, request, err);
	if (rc != 0)
		return rc;
	if (request->http->out.len == 0)
		return DB_NONE;
	request_field(request, "Cache-Control", "private, max-age=31536000, immutable");
	request_field(request, "ETag", "\"%.*s\"", (int)name.n, name.p);
	return request_answer(request, 200, NULL);
}
