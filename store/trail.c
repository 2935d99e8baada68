/* See trail.h. */
#include "store/trail.h"

#include "store/handle.h"

static const char trail_failed[] = "cannot keep the personal library's history";

static int trail_run(struct store *store, const char *sql, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	return store_write_end(store, db_exec(&store->prompts, sql, trail_failed, err), err);
}

/* A statement that was bound, run alone or within the caller's transaction. */
static int trail_write(struct store *store, sqlite3_stmt *statement, struct err *err)
{
	return db_run(&store->prompts, statement, trail_failed, err);
}

int store_trail_mark(struct store *store, struct buf *folder, struct buf *history, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_TRAIL_MARK, "SELECT folder, history FROM trail_mark", &get, err) !=
		0)
		return -1;
	result = db_step(db, get, trail_failed, err);
	if (result == 1) {
		struct str text = db_column_str(get, 0);

		(void)buf_add(folder, text.p, text.n);
		text = db_column_str(get, 1);
		(void)buf_add(history, text.p, text.n);
	}
	db_done(get);
	return result < 0 ? -1 : 0;
}

int store_trail_set_mark(
	struct store *store, const char *folder, const char *history, struct err *err)
{
	sqlite3_stmt *put;

	if (db_statement(&store->prompts, DB_TRAIL_SET_MARK,
		    "INSERT OR REPLACE INTO trail_mark (one, folder, history) VALUES (1, ?, ?)",
		    &put, err) != 0)
		return -1;
	db_bind_text(put, 1, folder);
	db_bind_text(put, 2, history);
	return trail_write(store, put, err);
}

int store_trail_clear(struct store *store, struct err *err)
{
	return trail_run(store, "DELETE FROM trail", err);
}

int store_file_clear(struct store *store, struct err *err)
{
	return trail_run(store, "DELETE FROM file", err);
}

static int trail_find(struct store *store, enum db_slot slot, const char *sql, const char *file,
	int64_t *line, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, slot, sql, &get, err) != 0)
		return -1;
	if (file != NULL)
		db_bind_text(get, 1, file);
	result = db_step(db, get, trail_failed, err);
	if (result == 1)
		*line = sqlite3_column_int64(get, 0);
	db_done(get);
	return result;
}

/* The line may have another name since: then there is none of this one. */
int store_trail_line(struct store *store, const char *file, int64_t *line, struct err *err)
{
	return trail_find(store, DB_TRAIL_LINE,
		"SELECT line FROM (SELECT line FROM trail WHERE file = ?1 ORDER BY seq DESC "
		"LIMIT 1) AS at WHERE ?1 = (SELECT file FROM trail WHERE line = at.line "
		"ORDER BY seq DESC LIMIT 1)",
		file, line, err);
}

int store_trail_line_once(struct store *store, const char *file, int64_t *line, struct err *err)
{
	return trail_find(store, DB_TRAIL_LINE_ONCE,
		"SELECT line FROM trail WHERE file = ? ORDER BY seq DESC LIMIT 1", file, line, err);
}

int store_trail_new_line(struct store *store, int64_t *line, struct err *err)
{
	int found = trail_find(store, DB_TRAIL_NEW_LINE,
		"SELECT ifnull(max(line), 0) + 1 FROM trail", NULL, line, err);

	return found == 1 ? 0 : -1;
}

int store_trail_add(struct store *store, const struct store_step *step, struct err *err)
{
	sqlite3_stmt *insert;

	if (db_statement(&store->prompts, DB_TRAIL_ADD,
		    "INSERT INTO trail (line, number, name, digest, file, blob, commit_id) "
		    "VALUES (?,?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, step->line);
	db_bind_int(insert, 2, step->number);
	db_bind_text(insert, 3, step->name);
	db_bind_text(insert, 4, step->digest);
	db_bind_text(insert, 5, step->file);
	db_bind_text(insert, 6, step->blob);
	db_bind_text(insert, 7, step->commit);
	return trail_write(store, insert, err);
}

static const char *trail_text(sqlite3_stmt *row, int column)
{
	struct str text = db_column_str(row, column);

	return text.p != NULL ? text.p : "";
}

/* A step each, in two statements: with a name the index finds the last one at once. */
int store_trail_list(struct store *store, int64_t line, const char *name, store_step_fn *fn,
	void *data, struct err *err)
{
	static const char *const sql[2] = {
		"SELECT line, number, name, digest, file, blob, commit_id FROM trail "
		"WHERE line = ?1 ORDER BY seq DESC",
		"SELECT line, number, name, digest, file, blob, commit_id FROM trail "
		"WHERE line = ?1 AND name = ?2 ORDER BY seq DESC"};
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, name == NULL ? DB_TRAIL_LIST : DB_TRAIL_LIST_NAME, sql[name != NULL],
		    &list, err) != 0)
		return -1;
	db_bind_int(list, 1, line);
	if (name != NULL)
		db_bind_text(list, 2, name);
	while ((result = db_step(db, list, trail_failed, err)) == 1) {
		struct store_step step = {
			.line = sqlite3_column_int64(list, 0),
			.number = sqlite3_column_int64(list, 1),
			.name = trail_text(list, 2),
			.digest = trail_text(list, 3),
			.file = trail_text(list, 4),
			.blob = trail_text(list, 5),
			.commit = trail_text(list, 6),
		};

		if (fn(data, &step) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_file_list(struct store *store, store_file_fn *fn, void *data, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_FILE_LIST,
		    "SELECT path, bytes, modified_ns, changed_ns, inode, read_ns, blob, note "
		    "FROM file ORDER BY path",
		    &list, err) != 0)
		return -1;
	while ((result = db_step(db, list, trail_failed, err)) == 1) {
		struct store_file file = {
			.path = trail_text(list, 0),
			.bytes = sqlite3_column_int64(list, 1),
			.modified_ns = sqlite3_column_int64(list, 2),
			.changed_ns = sqlite3_column_int64(list, 3),
			.inode = sqlite3_column_int64(list, 4),
			.read_ns = sqlite3_column_int64(list, 5),
			.blob = trail_text(list, 6),
			.note = trail_text(list, 7),
		};

		if (fn(data, &file) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_file_put(struct store *store, const struct store_file *file, struct err *err)
{
	sqlite3_stmt *put;

	if (db_statement(&store->prompts, DB_FILE_PUT,
		    "INSERT OR REPLACE INTO file (path, bytes, modified_ns, changed_ns, inode, "
		    "read_ns, blob, note) VALUES (?,?,?,?,?,?,?,?)",
		    &put, err) != 0)
		return -1;
	db_bind_text(put, 1, file->path);
	db_bind_int(put, 2, file->bytes);
	db_bind_int(put, 3, file->modified_ns);
	db_bind_int(put, 4, file->changed_ns);
	db_bind_int(put, 5, file->inode);
	db_bind_int(put, 6, file->read_ns);
	db_bind_text(put, 7, file->blob);
	db_bind_text(put, 8, file->note);
	return trail_write(store, put, err);
}

int store_file_blob(struct store *store, const char *path, struct buf *blob, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	buf_clear(blob);
	if (db_statement(db, DB_FILE_BLOB, "SELECT blob FROM file WHERE path = ? AND note = ''",
		    &get, err) != 0)
		return -1;
	db_bind_text(get, 1, path);
	result = db_step(db, get, trail_failed, err);
	if (result == 1)
		(void)buf_add(blob, db_column_str(get, 0).p, db_column_str(get, 0).n);
	db_done(get);
	return result < 0 ? -1 : 0;
}

int store_file_remove(struct store *store, const char *path, struct err *err)
{
	sqlite3_stmt *statement;

	if (db_statement(&store->prompts, DB_FILE_DELETE, "DELETE FROM file WHERE path = ?",
		    &statement, err) != 0)
		return -1;
	db_bind_text(statement, 1, path);
	return trail_write(store, statement, err);
}

int store_origin_list(
	struct store *store, const char *origin, store_origin_fn *fn, void *data, struct err *err)
{
	static const char *const sql[2] = {"SELECT path, id, origin, digest, number, format FROM "
					   "prompt WHERE source = 'personal'",
		"SELECT path, id, origin, digest, number, format FROM prompt WHERE source = "
		"'personal' "
		"AND origin = ?"};
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, origin == NULL ? DB_ORIGIN_LIST : DB_ORIGIN_LIST_FILE,
		    sql[origin != NULL], &list, err) != 0)
		return -1;
	if (origin != NULL)
		db_bind_text(list, 1, origin);
	while ((result = db_step(db, list, trail_failed, err)) == 1) {
		struct store_origin one = {
			.path = trail_text(list, 0),
			.id = trail_text(list, 1),
			.origin = trail_text(list, 2),
			.digest = trail_text(list, 3),
			.number = sqlite3_column_int64(list, 4),
			.format = trail_text(list, 5),
		};

		if (fn(data, &one) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_version_forget(struct store *store, struct err *err)
{
	return trail_run(store,
		"DELETE FROM version WHERE prompt IN (SELECT key FROM prompt WHERE source = "
		"'personal') AND key NOT IN (SELECT version FROM channel) AND key NOT IN "
		"(SELECT version FROM title WHERE version IS NOT NULL)",
		err);
}
