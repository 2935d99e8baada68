/* The words of prompts, kept with them; see search.h. */
#include "hub/search.h"

#include <string.h>

#include "core/id.h"
#include "core/json.h"
#include "core/prompt.h"
#include "hub/words.h"

/* Of a prompt's own words at most so many bytes; a text's first quarter of a megabyte is
 * found, and what lies behind it is not. */
#define HEAD_MAX ((size_t)16 * 1024)
#define TEXT_MAX ((size_t)256 * 1024)
#define FILL_STEP 1000 /* prompts in a transaction */

struct words {
	struct buf name, leaf, title, head, text;
	bool found;
};

static void words_init(struct words *words)
{
	*words = (struct words){.found = false};
	buf_init(&words->name, HEAD_MAX);
	buf_init(&words->leaf, HEAD_MAX);
	buf_init(&words->title, HEAD_MAX);
	buf_init(&words->head, HEAD_MAX);
	buf_init(&words->text, TEXT_MAX);
}

static void words_fini(struct words *words)
{
	buf_fini(&words->name);
	buf_fini(&words->leaf);
	buf_fini(&words->title);
	buf_fini(&words->head);
	buf_fini(&words->text);
}

/* Texts in a JSON list: of strings, or of objects with the member "text". */
static void fold_list(struct str json, size_t max_bytes, struct buf *out)
{
	json_t *list = json_loadb(json.p, json.n, 0, NULL), *item;
	struct str text;
	size_t i;

	json_array_foreach (list, i, item) {
		text = json_is_object(item)
			       ? json_str(item, "text")
			       : (struct str){json_string_value(item), json_string_length(item)};
		words_fold(text, max_bytes, out);
	}
	json_decref(list);
}

/* title, slug, aliases, description, tags, messages */
static int on_prompt(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct words *words = data;
	struct str rest = columns[1].text, leaf = rest;

	(void)n;
	(void)err;
	words->found = true;
	words_fold(columns[0].text, HEAD_MAX, &words->name);
	while (rest.n > 0)
		leaf = str_cut(rest, '/', &rest);
	words_fold(leaf, HEAD_MAX, &words->leaf);
	words_fold(columns[0].text, HEAD_MAX, &words->title);
	words_fold(columns[1].text, HEAD_MAX, &words->title);
	fold_list(columns[2].text, HEAD_MAX, &words->title);
	words_fold(columns[3].text, HEAD_MAX, &words->head);
	if (columns[4].kind == DB_TEXT)
		words_fold(columns[4].text, HEAD_MAX, &words->head);
	if (columns[5].kind == DB_TEXT)
		fold_list(columns[5].text, TEXT_MAX, &words->text);
	return 0;
}

static int read_words(
	struct hub_db *db, const struct db_value *key, struct words *words, struct err *err)
{
	return hub_db_run(db,
		"SELECT p.title, p.slug, p.aliases, p.description, (SELECT group_concat(t.name, "
		"'\n') FROM prompt_tag pt JOIN tag t ON t.tenant = pt.tenant AND t.id = pt.tag_id "
		"WHERE pt.tenant = p.tenant AND pt.prompt_id = p.id), v.messages FROM prompt p "
		"LEFT JOIN channel c ON c.tenant = p.tenant AND c.prompt_id = p.id AND c.name = "
		"'production' LEFT JOIN version v ON v.tenant = p.tenant AND v.prompt_id = p.id "
		"AND v.number = c.number WHERE p.tenant = $1 AND p.id = $2 AND p.deleted IS NULL",
		key, 2, on_prompt, words, err);
}

/* ── the tables ────────────────────────────────────────────────────────── */

/* One after the other, each with the same arguments; of those that it names. */
static int run_each(struct hub_db *db, const char *const *statements, const struct db_value *args,
	size_t n_args, struct err *err)
{
	int rc = 0;

	for (; rc == 0 && *statements != NULL; statements++)
		rc = hub_db_run(db, *statements, args, n_args, NULL, NULL, err);
	return rc;
}

/* FTS5 keeps no texts of its own here: it wants to be told what it is to forget. */
static const char *const sqlite_forget[] = {
	"INSERT INTO search_head (search_head, rowid, title, head) SELECT 'delete', n, title, head "
	"FROM search WHERE tenant = $1 AND prompt_id = $2",
	"INSERT INTO search_text (search_text, rowid, title, head, text) SELECT 'delete', n, "
	"title, head, text FROM search WHERE tenant = $1 AND prompt_id = $2",
	NULL};
static const char *const sqlite_keep[] = {
	"INSERT INTO search (tenant, prompt_id, name, leaf, title, head, text) VALUES ($1, $2, $3, "
	"$4, $5, $6, $7) ON CONFLICT (tenant, prompt_id) DO UPDATE SET name = excluded.name, leaf "
	"= excluded.leaf, title = excluded.title, head = excluded.head, text = excluded.text",
	"INSERT INTO search_head (rowid, title, head) SELECT n, title, head FROM search WHERE "
	"tenant = $1 AND prompt_id = $2",
	"INSERT INTO search_text (rowid, title, head, text) SELECT n, title, head, text FROM "
	"search WHERE tenant = $1 AND prompt_id = $2",
	NULL};

#define VECTOR(words) "array_to_tsvector(array_remove(string_to_array(" words ", ' '), ''))"
#define TITLE "CAST($5 AS TEXT)"
#define HEAD TITLE " || ' ' || CAST($6 AS TEXT)"
#define TEXT HEAD " || ' ' || CAST($7 AS TEXT)"
static const char *const postgres_keep[] = {
	"INSERT INTO search (tenant, prompt_id, name, leaf, title, head, text) VALUES ($1, $2, $3, "
	"$4, " VECTOR(TITLE) ", " VECTOR(HEAD) ", " VECTOR(
		TEXT) ") ON CONFLICT (tenant, prompt_id) DO UPDATE SET name = excluded.name, leaf "
		      "= excluded.leaf, title = excluded.title, head = excluded.head, text = "
		      "excluded.text",
	NULL};

static bool on_sqlite(const struct hub_db *db)
{
	return strcmp(hub_db_driver(db), "sqlite") == 0;
}

static struct db_value text_of(const struct buf *buf)
{
	return db_text((struct str){buf_text(buf), buf->len});
}

static int forget(struct hub_db *db, const struct db_value *key, struct err *err)
{
	return on_sqlite(db) ? run_each(db, sqlite_forget, key, 2, err) : 0;
}

static int drop(struct hub_db *db, const struct db_value *key, struct err *err)
{
	int rc = forget(db, key, err);

	return rc != 0 ? rc
		       : hub_db_run(db, "DELETE FROM search WHERE tenant = $1 AND prompt_id = $2",
				 key, 2, NULL, NULL, err);
}

int search_put(struct hub_db *db, const char *tenant, const char *prompt_id, struct err *err)
{
	struct db_value args[7] = {db_string(tenant), db_string(prompt_id)};
	struct words words;
	int rc;

	words_init(&words);
	rc = read_words(db, args, &words, err);
	if (rc == 0 && !words.found)
		rc = drop(db, args, err);
	else if (rc == 0)
		rc = forget(db, args, err);
	if (rc == 0 && words.found) {
		args[2] = text_of(&words.name);
		args[3] = text_of(&words.leaf);
		args[4] = text_of(&words.title);
		args[5] = text_of(&words.head);
		args[6] = text_of(&words.text);
		rc = run_each(db, on_sqlite(db) ? sqlite_keep : postgres_keep, args, 7, err);
	}
	words_fini(&words);
	return rc;
}

/* Put together anew. Each 'optimize' leaves FTS5 (3.40) with one level more, of two bytes
 * in its record; past 2,000 it takes its own table for damaged, and no prompt can be
 * written any more. Long before that all of it is built again, which begins at none. */
#define LEVELS_BYTES 1000

static int take_length(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(int64_t *)data = columns[0].number;
	return 0;
}

static int tidy(struct hub_db *db, const char *length, const char *const each[2], struct err *err)
{
	int64_t bytes = 0;
	int rc = hub_db_run(db, length, DB_NO_ARGS, take_length, &bytes, err);

	return rc != 0 ? rc
		       : hub_db_run(db, each[bytes > LEVELS_BYTES], DB_NO_ARGS, NULL, NULL, err);
}

int search_purge(struct hub_db *db, const char *tenant, const char *prompt_id, struct err *err)
{
	static const char *const head[] = {
		"INSERT INTO search_head (search_head) VALUES ('optimize')",
		"INSERT INTO search_head (search_head) VALUES ('rebuild')"};
	static const char *const text[] = {
		"INSERT INTO search_text (search_text) VALUES ('optimize')",
		"INSERT INTO search_text (search_text) VALUES ('rebuild')"};
	const struct db_value key[] = {db_string(tenant), db_string(prompt_id)};
	int rc = drop(db, key, err);

	/* Until its parts are put together FTS5 only notes what is gone. */
	if (rc == 0 && on_sqlite(db))
		rc = tidy(
			db, "SELECT length(block) FROM search_head_data WHERE id = 10", head, err);
	if (rc == 0 && on_sqlite(db))
		rc = tidy(
			db, "SELECT length(block) FROM search_text_data WHERE id = 10", text, err);
	return rc;
}

/* ── many at once ──────────────────────────────────────────────────────── */

#define IDS_MAX ((size_t)8 * 1024 * 1024) /* some 200,000 prompts */

static int on_id(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct buf *ids = data;

	(void)n;
	(void)buf_add(ids, columns[0].text.p, columns[0].text.n);
	(void)buf_add_char(ids, '\n');
	return buf_failed(ids) ? err_set(err, ERR_LIMIT, "too many prompts at once") : 0;
}

int search_tagged(struct request *request, const char *tag_id, struct buf *ids, struct err *err)
{
	buf_init(ids, IDS_MAX);
	return hub_db_run(request->db,
		"SELECT prompt_id FROM prompt_tag WHERE tenant = $1 AND tag_id = $2",
		DB_ARGS(TENANT(request), db_string(tag_id)), on_id, ids, err);
}

static int put_one(struct hub_db *db, const char *tenant, struct str id, struct err *err)
{
	char text[ID_BYTES];

	if (id.n >= sizeof text)
		return err_set(err, ERR_FAILED, "a prompt's id is too long");
	memcpy(text, id.p, id.n);
	text[id.n] = '\0';
	return search_put(db, tenant, text, err);
}

int search_put_all(struct request *request, struct str ids, struct err *err)
{
	struct str id;
	int rc = 0;

	while (rc == 0 && str_next_line(&ids, &id))
		rc = put_one(request->db, request->who.tenant, id, err);
	return rc;
}

struct fill {
	char tenant[ID_BYTES];
	struct buf ids;
};

static int find_some(struct hub_db *db, void *data, struct err *err)
{
	struct fill *fill = data;

	buf_clear(&fill->ids);
	return hub_db_run(db,
		"SELECT p.id FROM prompt p WHERE p.tenant = $1 AND p.deleted IS NULL AND NOT "
		"EXISTS (SELECT 1 FROM search s WHERE s.tenant = p.tenant AND s.prompt_id = p.id) "
		"ORDER BY p.id LIMIT $2",
		DB_ARGS(db_string(fill->tenant), db_number(FILL_STEP)), on_id, &fill->ids, err);
}

static int fill_some(struct hub_db *db, void *data, struct err *err)
{
	struct fill *fill = data;
	struct str rest, id;
	int rc = find_some(db, data, err);

	rest = (struct str){buf_text(&fill->ids), fill->ids.len};
	while (rc == 0 && str_next_line(&rest, &id))
		rc = put_one(db, fill->tenant, id, err);
	return rc;
}

/* Looks before it writes: mostly there is nothing to do, and others are writing. */
static int fill_tenant(struct hub_db *db, struct fill *fill, struct err *err)
{
	int rc;

	while ((rc = hub_transaction(db, DB_READ, fill->tenant, find_some, fill, err)) == 0 &&
		fill->ids.len > 0)
		if ((rc = hub_transaction(db, DB_WRITE, fill->tenant, fill_some, fill, err)) != 0)
			break;
	return rc;
}

int search_fill(struct hub_db *db, struct err *err)
{
	struct buf tenants = BUF_INIT(IDS_MAX);
	struct fill fill = {.ids = BUF_INIT(IDS_MAX)};
	struct str rest, tenant;
	int rc = hub_db_run(db, "SELECT id FROM tenant", DB_NO_ARGS, on_id, &tenants, err);

	rest = (struct str){buf_text(&tenants), tenants.len};
	while (rc == 0 && str_next_line(&rest, &tenant) && tenant.n < sizeof fill.tenant) {
		memcpy(fill.tenant, tenant.p, tenant.n);
		fill.tenant[tenant.n] = '\0';
		rc = fill_tenant(db, &fill, err);
	}
	buf_fini(&tenants);
	buf_fini(&fill.ids);
	return rc;
}

/* ── asking ────────────────────────────────────────────────────────────── */

/* FTS5's column stands before the words; PostgreSQL has a column of its own for each. */
static void add_expressions(
	struct search *search, bool sqlite, enum words_last last, enum words_last last_in_text)
{
	struct str words = {buf_text(&search->exact), search->exact.len};
	enum words_dialect dialect = sqlite ? WORDS_FTS5 : WORDS_TSQUERY;

	if (sqlite)
		(void)buf_add_str(&search->title, "title : (");
	words_query(words, dialect, last, &search->title);
	if (sqlite)
		(void)buf_add_str(&search->title, ")");
	words_query(words, dialect, last, &search->head);
	words_query(words, dialect, last_in_text, &search->text);
	if (!sqlite)
		return;
	(void)buf_add_format(&search->head_only, "(%s) NOT (%s)", buf_text(&search->head),
		buf_text(&search->title));
}

void search_init(struct search *search, const struct hub_db *db, struct str query)
{
	enum words_last last = words_is_growing(query) ? WORDS_GROWING : WORDS_WHOLE;
	struct str words;

	buf_init(&search->exact, SEARCH_QUERY_MAX * 2);
	buf_init(&search->title, SEARCH_QUERY_MAX * 4);
	buf_init(&search->head, SEARCH_QUERY_MAX * 4);
	buf_init(&search->head_only, SEARCH_QUERY_MAX * 10);
	buf_init(&search->text, SEARCH_QUERY_MAX * 4);
	words_fold(query, SEARCH_QUERY_MAX * 2, &search->exact);
	words = (struct str){buf_text(&search->exact), search->exact.len};
	search->empty = words.n == 0;
	if (!search->empty)
		add_expressions(search, on_sqlite(db), last,
			words_last_letters(words) >= WORDS_GROW_MIN ? last : WORDS_WHOLE);
}

void search_fini(struct search *search)
{
	buf_fini(&search->exact);
	buf_fini(&search->title);
	buf_fini(&search->head);
	buf_fini(&search->head_only);
	buf_fini(&search->text);
}

int search_begin(struct hub_db *db, struct err *err)
{
	if (on_sqlite(db))
		return 0;
	return hub_db_run(db, "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)",
		DB_NO_ARGS, NULL, NULL, err);
}
