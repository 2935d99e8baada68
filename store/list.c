/* Prompts without their texts, in order of path; tags and collections. See
 * prompts.h. */
#include "store/project.h"
#include "store/prompts.h"
#include "store/row.h"
#include "store/use.h"

static const char list_failed[] = "cannot list the prompts";

#define LIST_WHERE                                                                      \
	" WHERE p.shadowed = 0 AND (?1 OR " ROW_APPROVED ") AND (?2 IS NULL OR EXISTS " \
	"(SELECT 1 FROM tag WHERE name = ?2 AND prompt = p.key)) AND (?3 IS NULL OR "   \
	"p.collection = ?3) AND (?4 IS NULL OR p.source = ?4)"

/* An empty text means any: NULL to the statement. */
static struct str list_any(struct str text)
{
	return text.n > 0 ? text : (struct str){NULL, 0};
}

static void list_bind(
	const struct store *store, sqlite3_stmt *statement, const struct store_filter *filter)
{
	static const struct store_filter all;

	if (filter == NULL)
		filter = &all;
	db_bind_int(statement, 1, filter->experimental);
	db_bind_str(statement, 2, list_any(filter->tag));
	db_bind_str(statement, 3, list_any(filter->collection));
	/* Whose project is meant, the handle knows. */
	db_bind_str(statement, 4,
		str_is(filter->source, STORE_PROJECT) ? str_of(store->project)
						      : list_any(filter->source));
}

int store_prompt_list(struct store *store, const struct store_filter *filter, struct str after,
	unsigned limit, store_row_fn *fn, void *data, struct err *err)
{
	struct db *db = &store->prompts;
	struct buf tags = BUF_INIT(PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 1));
	bool experimental = filter != NULL && filter->experimental;
	bool tell = filter != NULL && (filter->count_uses || filter->favourites);
	sqlite3_stmt *list;
	int result = 1;

	if (db_statement(db, DB_PROMPT_LIST,
		    "SELECT " ROW_COLUMNS ", " ROW_SHOWN_COLUMNS " FROM prompt p" ROW_JOIN_EDGE(
			    "?1") LIST_WHERE " AND p.path > ?5 ORDER BY p.path",
		    &list, err) != 0)
		return -1;
	list_bind(store, list, filter);
	db_bind_str(list, 5, after.p != NULL ? after : STR(""));
	if (tell)
		use_read_begin(store);
	while (limit-- > 0 && (result = db_step(db, list, list_failed, err)) == 1) {
		struct store_row row;

		result = row_show(store, list, experimental, &tags, &row, err);
		if (result == 0 && tell)
			row_tell(store, filter, &row);
		if (result != 0 || fn(data, &row) != 0)
			break;
	}
	db_done(list);
	if (tell)
		use_read_end(store);
	buf_fini(&tags);
	return result < 0 ? -1 : 0;
}

int store_prompt_count(
	struct store *store, const struct store_filter *filter, int64_t *count, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *ask;
	int result;

	if (db_statement(db, DB_PROMPT_COUNT, "SELECT count(*) FROM prompt p" LIST_WHERE, &ask,
		    err) != 0)
		return -1;
	list_bind(store, ask, filter);
	result = db_step(db, ask, list_failed, err);
	if (result == 1)
		*count = sqlite3_column_int64(ask, 0);
	db_done(ask);
	return result < 0 ? -1 : 0;
}

static int list_groups(struct store *store, enum db_slot slot, const char *sql, store_group_fn *fn,
	void *data, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, slot, sql, &list, err) != 0)
		return -1;
	while ((result = db_step(db, list, "cannot list the groups", err)) == 1) {
		if (fn(data, db_column_str(list, 0), db_column_str(list, 1),
			    sqlite3_column_int64(list, 2)) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_tag_list(struct store *store, store_group_fn *fn, void *data, struct err *err)
{
	return list_groups(store, DB_TAG_LIST,
		"SELECT t.name, '', count(*) FROM tag t JOIN prompt p ON p.key = t.prompt "
		"WHERE p.shadowed = 0 AND " ROW_APPROVED " GROUP BY t.name ORDER BY t.name",
		fn, data, err);
}

int store_collection_list(struct store *store, store_group_fn *fn, void *data, struct err *err)
{
	return list_groups(store, DB_COLLECTION_LIST,
		"SELECT c.name, c.description, (SELECT count(*) FROM prompt p WHERE "
		"p.collection = c.name AND p.shadowed = 0 AND " ROW_APPROVED ") AS prompts "
		"FROM collection c WHERE prompts > 0 OR c.description <> '' ORDER BY c.name",
		fn, data, err);
}

int store_collection_put(
	struct store *store, struct str name, struct str description, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *put;
	int result;

	if (name.n == 0 || name.n > PROMPT_TAG_MAX)
		return err_set(
			err, ERR_INVALID, "a collection's name has 1 to %d bytes", PROMPT_TAG_MAX);
	if (store_write_begin(store, err) != 0)
		return -1;
	result = db_statement(db, DB_COLLECTION_PUT,
		"INSERT INTO collection (name, description) VALUES (?, ?) "
		"ON CONFLICT DO UPDATE SET description = excluded.description",
		&put, err);
	if (result == 0) {
		db_bind_str(put, 1, name);
		db_bind_str(put, 2, description.p != NULL ? description : STR(""));
		result = db_run(db, put, "cannot store the collection", err);
	}
	return store_write_end(store, result, err);
}
