/* Prompts in lists: all, by filters, by words, and those that are templates. One
 * statement a page: latest version, active version and tags come with each prompt. */
#include <stdio.h>
#include <string.h>

#include "hub/prompts.h"
#include "hub/routes_all.h"
#include "hub/search.h"

/* Arguments: $1 tenant, $2 where the last page ended, $3 how many, $4 role, $5 who,
 * $6-$10 the filters, $11 and $12 of a search. A consumer is told of the version in
 * production and of no other. */
#define SHAPE                                                                                    \
	"id slug title description owner_id team_id collection_id is_template:b locked:b flags " \
	"latest state active digest tags:l updated_at:t"
#define COLUMNS                                                                                 \
	"p.id, p.slug, p.title, p.description, p.owner_id, p.team_id, p.collection_id, "        \
	"p.is_template, p.locked, p.flags, CASE WHEN $4 > 0 THEN p.latest ELSE c.number END, "  \
	"CASE WHEN $4 > 0 THEN v.state ELSE a.state END, c.number, a.digest, (SELECT "          \
	"group_concat(name, '\n') FROM (SELECT t.name FROM prompt_tag pt JOIN tag t ON "        \
	"t.tenant = pt.tenant AND t.id = pt.tag_id WHERE pt.tenant = p.tenant AND pt.prompt_id" \
	" = p.id ORDER BY t.name) names), p.updated_ms"
#define JOINS                                                                                   \
	" LEFT JOIN channel c ON c.tenant = p.tenant AND c.prompt_id = p.id AND c.name = "      \
	"coalesce(CAST($10 AS TEXT), 'production') LEFT JOIN version v ON v.tenant = p.tenant " \
	"AND v.prompt_id = p.id AND v.number = p.latest LEFT JOIN version a ON a.tenant = "     \
	"p.tenant AND a.prompt_id = p.id AND a.number = c.number "
#define FILTERS                                                                                 \
	" p.deleted IS NULL AND ($4 = 3 OR p.team_id IS NULL OR p.owner_id = $5 OR EXISTS "     \
	"(SELECT 1 FROM member m WHERE m.tenant = p.tenant AND m.team_id = p.team_id AND "      \
	"m.user_id = $5)) AND ($4 > 0 OR c.number IS NOT NULL) AND (CAST($10 AS TEXT) IS "      \
	"NULL OR c.number IS NOT NULL) AND (CAST($6 AS TEXT) IS NULL OR EXISTS (SELECT 1 "      \
	"FROM prompt_tag pt JOIN tag t ON t.tenant = pt.tenant AND t.id = pt.tag_id WHERE "     \
	"pt.tenant = p.tenant AND pt.prompt_id = p.id AND (t.name = $6 OR t.id = $6))) AND "    \
	"(CAST($7 AS TEXT) IS NULL OR p.collection_id = $7) AND (CAST($8 AS TEXT) IS NULL OR "  \
	"p.owner_id = $8) AND (CAST($9 AS TEXT) IS NULL OR CASE WHEN $4 > 0 THEN v.state ELSE " \
	"a.state END = $9) "

struct filters {
	struct db_value tag, collection, owner, status, channel;
};

static struct db_value value_of(const struct request *request, const char *name)
{
	struct str text;

	(void)http_query_value(request->http->query, name, &text);
	return text.n > 0 ? db_text(text) : db_null();
}

static bool is_one_of(const struct db_value *value, const char *const *words)
{
	if (value->kind == DB_NULL)
		return true;
	for (; *words != NULL; words++)
		if (str_is(value->text, *words))
			return true;
	return false;
}

/* What is not approved is not for consumers: in another channel there is nothing that
 * they may see. */
static bool is_hidden(const struct request *request, const struct filters *filters)
{
	return request->who.role == ROLE_CONSUMER && filters->channel.kind == DB_TEXT &&
	       !str_is(filters->channel.text, "production");
}

static int answer_nothing(struct request *request)
{
	return request_answer(request, 200, json_pack("{s:[], s:n}", "items", "next"));
}

static int read_filters(struct request *request, struct filters *filters)
{
	static const char *const states[] = {
		"draft", "in_review", "approved", "rejected", "deprecated", NULL};
	static const char *const channels[] = {"production", "staging", "experimental", NULL};

	*filters = (struct filters){value_of(request, "tag"), value_of(request, "collection"),
		value_of(request, "owner"), value_of(request, "status"),
		value_of(request, "channel")};
	if (filters->owner.kind == DB_TEXT && str_is(filters->owner.text, "me"))
		filters->owner = USER(request);
	if (!is_one_of(&filters->status, states))
		return request_refuse(request, 400, "bad_filter",
			"status is draft, in_review, approved, rejected or deprecated");
	if (!is_one_of(&filters->channel, channels))
		return request_refuse(request, 400, "bad_filter",
			"channel is production, staging or experimental");
	return 0;
}

/* ── by words ──────────────────────────────────────────────────────────── */

#define SEARCH_SHAPE SHAPE " n"
#define NAMED "(s.name = $12 OR s.leaf = $12)"
#define PROMPT_OF_S " JOIN prompt p ON p.tenant = s.tenant AND p.id = s.prompt_id"
#define FTS5(table)                                                              \
	"SELECT " COLUMNS ", s.n FROM " table " x CROSS JOIN search s ON s.n = " \
	"x.rowid CROSS" PROMPT_OF_S JOINS "WHERE s.tenant = $1 AND x." table     \
	" MATCH $11 AND x.rowid < $2 AND"
#define FTS5_END " ORDER BY x.rowid DESC LIMIT $3"
#define WORDS_END " ORDER BY s.n DESC LIMIT $3"
/* A text's own bytes are the query: the cast reads them. */
#define QUERY(number) "CAST(CAST($" number " AS TEXT) AS TSQUERY)"
#define NAME_CLASS                                                                        \
	"SELECT " COLUMNS ", s.n FROM search s" PROMPT_OF_S JOINS                         \
	"WHERE s.tenant = $1 AND (s.name = $11 OR s.leaf = $11) AND s.n < $2 AND" FILTERS \
		WORDS_END

/* By itself (OFFSET 0): beside a table with row security its index would not be used, for
 * what the planner concludes from that table's wall would have to be looked at first. */
#define HITS(found, some)                                                                  \
	"SELECT " COLUMNS ", s.n FROM (SELECT n, prompt_id FROM search WHERE tenant = $1 " \
	"AND n < $2 AND " found " ORDER BY n DESC " some ") s JOIN prompt p ON p.tenant "  \
	"= $1 AND p.id = s.prompt_id" JOINS "WHERE" FILTERS WORDS_END
#define CLASSES(some)                                                                          \
	NAME_CLASS, HITS("title @@ " QUERY("11") " AND NOT (name = $12 OR leaf = $12)", some), \
		HITS("head @@ " QUERY("11") " AND NOT title @@ " QUERY("11"), some),           \
		HITS("text @@ " QUERY("11") " AND NOT head @@ " QUERY("12"), some)

/* In the order of enum search_class; search.h says what each finds. What a better class
 * has found the next leaves out. */
static const char *const sqlite_classes[SEARCH_CLASSES] = {
	NAME_CLASS,
	FTS5("search_head") FILTERS "AND NOT " NAMED FTS5_END,
	FTS5("search_head") FILTERS FTS5_END,
	FTS5("search_text") FILTERS "AND s.n NOT IN (SELECT rowid FROM search_head WHERE "
				    "search_head MATCH $12)" FTS5_END,
};
static const char *const postgres_classes[SEARCH_CLASSES] = {CLASSES("OFFSET 0")};
/* Of a common word the first few hundred are enough, mostly, and are found without the
 * others. */
static const char *const postgres_first[SEARCH_CLASSES] = {CLASSES("LIMIT 400")};

/* How far a search has come: a class, and the number of the prompt in it. "2.1234". */
struct place {
	int64_t class, n;
};

static bool place_parse(struct str text, struct place *place)
{
	struct str class = str_cut(text, '.', &text);

	*place = (struct place){SEARCH_NAME, INT64_MAX};
	return class.n == 0 || (str_to_int(class, 0, SEARCH_CLASSES - 1, &place->class) &&
				       str_to_int(text, 1, INT64_MAX, &place->n));
}

static struct db_value expression(const struct search *search, bool sqlite, int64_t class)
{
	const struct buf *buf[SEARCH_CLASSES] = {&search->exact, &search->title,
		sqlite ? &search->head_only : &search->head, &search->text};

	return db_text((struct str){buf_text(buf[class]), buf[class]->len});
}

/* What the class before has found, where this one has to be told. */
static struct db_value narrower(const struct search *search, int64_t class)
{
	const struct buf *buf = class == SEARCH_TEXT ? &search->head : &search->exact;

	return db_text((struct str){buf_text(buf), buf->len});
}

/* Of one class, `want` at most, behind the others in the list. */
static int find_class(struct request *request, const struct filters *filters,
	const struct search *search, const struct place *place, int64_t want, json_t *list,
	struct err *err)
{
	bool sqlite = strcmp(hub_db_driver(request->db), "sqlite") == 0;
	int64_t class = place->class;
	const struct db_value args[] = {TENANT(request), db_number(place->n), db_number(want),
		db_number(request->who.role), USER(request), filters->tag, filters->collection,
		filters->owner, filters->status, filters->channel,
		expression(search, sqlite, class), narrower(search, class)};
	size_t n_args = sizeof args / sizeof *args, before = json_array_size(list);
	int rc;

	/* PostgreSQL wants to be given what is used, and no more. */
	if (class == SEARCH_NAME || class == SEARCH_HEAD)
		n_args--;
	if (sqlite)
		return request_rows(
			request, SEARCH_SHAPE, sqlite_classes[class], args, n_args, list, err);
	rc = request_rows(request, SEARCH_SHAPE, postgres_first[class], args, n_args, list, err);
	if (rc != 0 || class == SEARCH_NAME || json_array_size(list) - before >= (size_t)want)
		return rc;
	while (json_array_size(list) > before)
		(void)json_array_remove(list, json_array_size(list) - 1);
	return request_rows(
		request, SEARCH_SHAPE, postgres_classes[class], args, n_args, list, err);
}

/* The cursor behind the last item that stays, which is of this class or of one before:
 * `ends` says where each class has ended. */
static json_t *next_cursor(json_t *list, size_t limit, const size_t ends[SEARCH_CLASSES])
{
	json_int_t n = json_integer_value(json_object_get(json_array_get(list, limit - 1), "n"));
	unsigned class = 0;

	while (class < SEARCH_CLASSES - 1 && ends[class] < limit)
		class ++;
	return json_sprintf("%u.%lld", class, (long long)n);
}

static int answer_found(
	struct request *request, json_t *list, int64_t limit, const size_t ends[SEARCH_CLASSES])
{
	json_t *next = json_null(), *item;
	size_t i;

	if (json_array_size(list) > (size_t)limit) {
		next = next_cursor(list, (size_t)limit, ends);
		(void)json_array_remove(list, (size_t)limit);
	}
	json_array_foreach (list, i, item)
		(void)json_object_del(item, "n");
	return request_answer(request, 200, json_pack("{s:o, s:o}", "items", list, "next", next));
}

static int find_words(struct request *request, const struct filters *filters,
	const struct search *search, struct str cursor, int64_t limit, struct err *err)
{
	json_t *list = json_array();
	size_t ends[SEARCH_CLASSES] = {0};
	struct place place;
	int64_t want;
	int rc;

	if (!place_parse(cursor, &place)) {
		json_decref(list);
		return request_refuse(request, 400, "bad_cursor", "this cursor is none of ours");
	}
	rc = search_begin(request->db, err);
	for (; rc == 0 && !search->empty && place.class < SEARCH_CLASSES; place.class ++) {
		want = limit + 1 - (int64_t)json_array_size(list);
		if (want > 0)
			rc = find_class(request, filters, search, &place, want, list, err);
		ends[place.class] = json_array_size(list);
		place.n = INT64_MAX;
	}
	if (rc != 0) {
		json_decref(list);
		return rc;
	}
	return answer_found(request, list, limit, ends);
}

/* ── the routes ────────────────────────────────────────────────────────── */

static int list_all(struct request *request, const struct filters *filters, struct str cursor,
	int64_t limit, struct err *err)
{
	return request_list(request, limit, "slug", SHAPE,
		"SELECT " COLUMNS " FROM prompt p" JOINS
		"WHERE p.tenant = $1 AND p.slug > $2 AND" FILTERS "ORDER BY p.slug LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1),
			db_number(request->who.role), USER(request), filters->tag,
			filters->collection, filters->owner, filters->status, filters->channel),
		err);
}

int route_prompt_list(struct request *request, struct err *err)
{
	struct filters filters;
	struct search search;
	struct str cursor, query;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = read_filters(request, &filters)) != 0)
		return rc;
	if (is_hidden(request, &filters))
		return answer_nothing(request);
	if (!http_query_value(request->http->query, "q", &query) || str_trim(query).n == 0)
		return list_all(request, &filters, cursor, limit, err);
	if (query.n > SEARCH_QUERY_MAX)
		return request_refuse(request, 400, "bad_query", "q is a text of at most %d bytes",
			SEARCH_QUERY_MAX);
	search_init(&search, request->db, query);
	rc = find_words(request, &filters, &search, cursor, limit, err);
	search_fini(&search);
	return rc;
}

/* Those that ask for values: of the version in production, with its inputs. */
int route_template_list(struct request *request, struct err *err)
{
	struct filters filters;
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = read_filters(request, &filters)) != 0)
		return rc;
	if (is_hidden(request, &filters))
		return answer_nothing(request);
	return request_list(request, limit, "slug", SHAPE " inputs:j",
		"SELECT " COLUMNS ", a.inputs FROM prompt p" JOINS
		"WHERE p.tenant = $1 AND p.slug > $2 AND a.inputs <> '[]' AND" FILTERS
		"ORDER BY p.slug LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1),
			db_number(request->who.role), USER(request), filters.tag,
			filters.collection, filters.owner, filters.status, filters.channel),
		err);
}
