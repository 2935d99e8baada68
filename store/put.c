/* Putting prompts in; see prompts.h. Taking them out is in remove.c, reading
 * them in get.c and list.c. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/id.h"
#include "core/json.h"
#include "store/find.h"
#include "store/index.h"
#include "store/prompts.h"
#include "store/remote.h"
#include "store/row.h"
#include "store/trail.h"

static const char put_failed[] = "cannot store the prompt";

#define PUT_PRODUCTION "production"

/* One call's work: the prompt as it will stand, and what stands there now. */
struct put {
	struct store *store;
	struct prompt prompt; /* the caller's, with what was left out filled in */
	struct buf tags, aliases;
	char id[ID_BYTES];
	int64_t key, active, edge; /* 0: none */
	int64_t number;		   /* of the version, when it is known; else 0 */
	bool kept;		   /* versions stay whatever comes: they are a hub's */
	bool same;		   /* everything but the version */
	bool earlier;		   /* only a version's text, which is served by no channel */
};

static char put_empty[] = "";
static char put_local[] = "local";
static char put_approved[] = "approved";
static char put_production[] = PUT_PRODUCTION;

static void put_default(char **field, char *otherwise)
{
	if (*field == NULL || **field == '\0')
		*field = otherwise;
}

static int put_init(
	struct put *put, struct store *store, const struct prompt *prompt, struct err *err)
{
	size_t i;

	*put = (struct put){.store = store,
		.prompt = *prompt,
		.tags = BUF_INIT(PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 1)),
		.aliases = BUF_INIT((size_t)PROMPT_TAGS_MAX * (PROMPT_PATH_MAX + 1))};
	if (prompt->path == NULL || prompt->path[0] == '\0' || prompt->n_messages == 0)
		return err_set(err, ERR_INVALID, "a prompt needs a path and a text");
	for (i = 0; i < prompt->n_tags; i++) {
		if (strchr(prompt->tags[i], '\n') != NULL)
			return err_set(err, ERR_INVALID, "a tag of %s has two lines", prompt->path);
	}
	put_default(&put->prompt.source, put_local);
	put_default(&put->prompt.status, put_approved);
	put_default(&put->prompt.channel, put_production);
	put_default(&put->prompt.title, put_empty);
	row_join(prompt->tags, prompt->n_tags, &put->tags);
	row_join(prompt->aliases, prompt->n_aliases, &put->aliases);
	if (buf_failed(&put->tags) || buf_failed(&put->aliases))
		return err_set(err, ERR_LIMIT, "%s has too many tags or aliases", prompt->path);
	return prompt_digest(prompt, put->prompt.digest, err);
}

static void put_fini(struct put *put)
{
	buf_fini(&put->tags);
	buf_fini(&put->aliases);
}

static bool put_same(sqlite3_stmt *row, int column, const char *text)
{
	return str_equal(db_column_str(row, column), str_of(text));
}

/* Does the row say what is to be put? Its own id and times do not count. */
static bool put_compare(const struct put *put, sqlite3_stmt *row)
{
	const struct prompt *prompt = &put->prompt;

	return put_same(row, ROW_TITLE, prompt->title) &&
	       put_same(row, ROW_DESCRIPTION, prompt->description) &&
	       put_same(row, ROW_TAGS, buf_text(&put->tags)) &&
	       put_same(row, ROW_ALIASES, buf_text(&put->aliases)) &&
	       put_same(row, ROW_COLLECTION, prompt->collection) &&
	       put_same(row, ROW_MODEL, prompt->model) && put_same(row, ROW_EXTRA, prompt->extra) &&
	       put_same(row, ROW_ORIGIN, prompt->origin) &&
	       put_same(row, ROW_FORMAT, prompt->format) &&
	       put_same(row, ROW_STATUS, prompt->status) &&
	       sqlite3_column_int64(row, ROW_FLAGS) == (int64_t)prompt->flags;
}

/* Look for the prompt at (path, source); 1 found. */
static int put_find(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *find;
	int found;

	if (db_statement(db, DB_PROMPT_FIND,
		    "SELECT " ROW_COLUMNS " FROM prompt p WHERE path = ? AND source = ?", &find,
		    err) != 0)
		return -1;
	db_bind_text(find, 1, put->prompt.path);
	db_bind_text(find, 2, put->prompt.source);
	found = db_step(db, find, put_failed, err);
	if (found == 1) {
		struct str id = str_prefix(db_column_str(find, ROW_ID), ID_BYTES - 1);

		put->key = sqlite3_column_int64(find, ROW_KEY);
		put->active = sqlite3_column_int64(find, ROW_ACTIVE);
		put->edge = sqlite3_column_int64(find, ROW_EDGE);
		put->same = put_compare(put, find);
		put->prompt.created_ms = sqlite3_column_int64(find, ROW_CREATED);
		memcpy(put->id, id.p, id.n);
		put->id[id.n] = '\0';
	}
	db_done(find);
	return found;
}

/* An id that prompts of before have is not given again. */
static bool put_id_is_free(struct put *put)
{
	struct db *db = &put->store->prompts;
	struct err ignored; /* what cannot be asked is refused by the insertion */
	sqlite3_stmt *get;
	bool taken;

	if (db_statement(db, DB_ID_TAKEN, "SELECT 1 FROM prompt WHERE id = ?", &get, &ignored) != 0)
		return true;
	db_bind_text(get, 1, put->id);
	taken = db_step(db, get, put_failed, &ignored) == 1;
	db_done(get);
	return !taken;
}

/* The id that it had before its file was gone for a while; see store_prompt_drop(). */
static bool put_kept_id(struct put *put)
{
	struct db *db = &put->store->prompts;
	struct err ignored; /* then it gets another */
	sqlite3_stmt *get;
	bool found;

	if (db_statement(db, DB_KEPT_GET, "SELECT id FROM kept_id WHERE path = ? AND source = ?",
		    &get, &ignored) != 0)
		return false;
	db_bind_text(get, 1, put->prompt.path);
	db_bind_text(get, 2, put->prompt.source);
	found = db_step(db, get, put_failed, &ignored) == 1;
	if (found)
		(void)snprintf(
			put->id, sizeof put->id, "%.*s", ID_BYTES - 1, db_column_str(get, 0).p);
	db_done(get);
	return found && put_id_is_free(put);
}

/* Of where it is and this user's secret: UUIDv8 (RFC 9562, 5.8). */
static int put_derive_id(struct store *store, const char *source, const char *path,
	char id[ID_BYTES], struct err *err)
{
	unsigned char secret[32], mac[SHA256_BYTES];
	struct buf where = BUF_INIT(4096);
	char hex[33];
	int result = 0;

	(void)buf_add_format(&where, "prompt id %s\n%s", source, path);
	if (buf_failed(&where))
		result = err_set(err, ERR_LIMIT, "%s", put_failed);
	if (result == 0)
		result = store_secret(store, secret, err);
	if (result == 0) {
		hmac_sha256(secret, sizeof secret, where.data, where.len, mac);
		mac[6] = (unsigned char)(0x80 | (mac[6] & 0x0F));
		mac[8] = (unsigned char)(0x80 | (mac[8] & 0x3F));
		str_hex(mac, 16, hex);
		(void)snprintf(id, ID_BYTES, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
			hex + 16, hex + 20);
	}
	buf_fini(&where);
	return result;
}

int store_id_of(struct store *store, const char *path, char id[ID_BYTES], struct err *err)
{
	return put_derive_id(store, "personal", path, id, err);
}

/*
 * A new prompt's id: given, or the one it had, or derived, so that a library that has
 * to be imported again finds its ratings and counts in the ledger. Without a ledger
 * there is nothing to find again; and one that was renamed took its id along.
 */
static void put_make_id(struct put *put)
{
	struct err ignored;

	if (put_kept_id(put))
		return;
	if (put_derive_id(put->store, put->prompt.source, put->prompt.path, put->id, &ignored) !=
			0 ||
		!put_id_is_free(put))
		id_new(put->id);
}

/* The columns both statements write, from parameter 1 on. */
static void put_bind(struct put *put, sqlite3_stmt *statement)
{
	const struct prompt *prompt = &put->prompt;
	const char *const texts[] = {prompt->id, prompt->path, prompt->source, prompt->title,
		prompt->description, buf_text(&put->tags), buf_text(&put->aliases),
		prompt->collection, prompt->model, prompt->extra, prompt->origin, prompt->format,
		prompt->status};
	int i, n = sizeof texts / sizeof *texts;

	for (i = 0; i < n; i++)
		db_bind_text(statement, i + 1, texts[i]);
	db_bind_int(statement, n + 1, prompt->flags);
	db_bind_int(statement, n + 2, prompt->created_ms);
	db_bind_int(statement, n + 3, prompt->updated_ms);
	db_bind_int(statement, n + 4,
		row_checksum_of(prompt, buf_text(&put->tags), buf_text(&put->aliases)));
}

#define PUT_LAST 17 /* parameters of put_bind() */

static int put_insert(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *insert;

	if (put->prompt.id == NULL || put->prompt.id[0] == '\0') {
		put_make_id(put);
		put->prompt.id = put->id;
	}
	put->prompt.updated_ms = clock_now_ms();
	if (put->prompt.created_ms == 0)
		put->prompt.created_ms = put->prompt.updated_ms;
	if (db_statement(db, DB_PROMPT_INSERT,
		    "INSERT INTO prompt (id, path, source, title, description, tags, aliases, "
		    "collection, model, extra, origin, format, status, flags, created_ms, "
		    "updated_ms, checksum) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	put_bind(put, insert);
	if (db_run(db, insert, put_failed, err) != 0)
		return -1;
	put->key = sqlite3_last_insert_rowid(db->sqlite);
	return 0;
}

static int put_update(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *update;

	put->prompt.id = put->id;
	put->prompt.updated_ms = clock_now_ms();
	if (db_statement(db, DB_PROMPT_UPDATE,
		    "UPDATE prompt SET id = ?, path = ?, source = ?, title = ?, description = ?, "
		    "tags = ?, aliases = ?, collection = ?, model = ?, extra = ?, origin = ?, "
		    "format = ?, status = ?, flags = ?, created_ms = ?, updated_ms = ?, "
		    "checksum = ? WHERE key = ?",
		    &update, err) != 0)
		return -1;
	put_bind(put, update);
	db_bind_int(update, PUT_LAST + 1, put->key);
	return db_run(db, update, put_failed, err);
}

/* Roles and lengths of the messages, and the messages, as the file keeps them. */
static int put_texts(const struct prompt *prompt, struct buf *layout, struct buf *text)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		const struct prompt_message *message = &prompt->messages[i];
		size_t n = strlen(message->text);

		(void)buf_add_format(layout, "%c%zu", *prompt_role_name(message->role), n);
		if (i > 0)
			(void)buf_add_char(text, '\n');
		(void)buf_add(text, message->text, n);
	}
	return buf_failed(layout) || buf_failed(text) ? -1 : 0;
}

static int put_inputs(const struct prompt *prompt, struct buf *out)
{
	json_t *inputs;
	int result;

	if (prompt->n_inputs == 0)
		return buf_add_str(out, "[]");
	inputs = prompt_inputs_json(prompt);
	result = inputs != NULL ? json_write(inputs, out) : -1;
	json_decref(inputs);
	return result;
}

static int put_next_number(struct put *put, int64_t *number, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *next;
	int result;

	if (db_statement(db, DB_VERSION_NUMBER,
		    "SELECT ifnull(max(number), 0) + 1 FROM version WHERE prompt = ?", &next,
		    err) != 0)
		return -1;
	db_bind_int(next, 1, put->key);
	result = db_step(db, next, put_failed, err);
	if (result == 1)
		*number = sqlite3_column_int64(next, 0);
	db_done(next);
	return result == 1 ? 0 : -1;
}

static int put_body_row(
	struct put *put, int64_t version, struct str layout, struct str text, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *insert;

	if (db_statement(db, DB_BODY_INSERT,
		    "INSERT INTO body (version, layout, text) VALUES (?, ?, ?)", &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, version);
	db_bind_str(insert, 2, layout);
	db_bind_str(insert, 3, text);
	return db_run(db, insert, put_failed, err);
}

/* Write the row and let *version be its key. */
static int put_version_row(struct put *put, int64_t number, struct str inputs, struct str layout,
	struct str text, int64_t *version, struct err *err)
{
	struct db *db = &put->store->prompts;
	struct str digest = str_of(put->prompt.digest);
	sqlite3_stmt *insert;

	if (db_statement(db, DB_VERSION_INSERT,
		    "INSERT INTO version (prompt, number, channel, digest, created_ms, text_bytes, "
		    "checksum, inputs) VALUES (?,?,?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, put->key);
	db_bind_int(insert, 2, number);
	db_bind_text(insert, 3, put->prompt.channel);
	db_bind_str(insert, 4, digest);
	db_bind_int(insert, 5, put->prompt.updated_ms);
	db_bind_int(insert, 6, (int64_t)text.n);
	db_bind_int(insert, 7, row_version_checksum(digest, number, inputs, layout, text));
	db_bind_str(insert, 8, inputs);
	if (db_run(db, insert, put_failed, err) != 0)
		return -1;
	*version = sqlite3_last_insert_rowid(db->sqlite);
	return put_body_row(put, *version, layout, text, err);
}

/* What stands under this number, and under greater ones, is not in the history. */
static int put_make_room(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *statement;

	if (db_statement(db, DB_VERSION_DELETE,
		    "DELETE FROM version WHERE prompt = ? AND number >= ? AND number <= ?",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, put->key);
	db_bind_int(statement, 2, put->number);
	db_bind_int(statement, 3, put->earlier ? put->number : INT64_MAX);
	return db_run(db, statement, put_failed, err);
}

/* Write the next version and let *version be its key. */
static int put_version(struct put *put, int64_t *version, struct err *err)
{
	struct buf inputs = BUF_INIT(PROMPT_TEXT_MAX), layout = BUF_INIT(4096),
		   text = BUF_INIT(PROMPT_TEXT_MAX + PROMPT_MESSAGES_MAX);
	int64_t number = put->number;
	int result;

	if (put_texts(&put->prompt, &layout, &text) != 0 || put_inputs(&put->prompt, &inputs) != 0)
		result = err_set(err, ERR_LIMIT, "%s is too large", put->prompt.path);
	else if (number > 0)
		result = put->kept ? 0 : put_make_room(put, err);
	else
		result = put_next_number(put, &number, err);
	if (result == 0)
		result = put_version_row(put, number, (struct str){inputs.data, inputs.len},
			(struct str){layout.data, layout.len},
			(struct str){buf_text(&text), text.len}, version, err);
	buf_fini(&inputs);
	buf_fini(&layout);
	buf_fini(&text);
	return result;
}

/* Let the channel, and the prompt's row, point to a version. */
static int put_point(struct put *put, int64_t version, struct err *err)
{
	struct db *db = &put->store->prompts;
	bool production = strcmp(put->prompt.channel, PUT_PRODUCTION) == 0;
	sqlite3_stmt *statement;

	if (db_statement(db, DB_CHANNEL_PUT,
		    "INSERT INTO channel (prompt, name, version) VALUES (?, ?, ?) "
		    "ON CONFLICT DO UPDATE SET version = excluded.version",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, put->key);
	db_bind_text(statement, 2, put->prompt.channel);
	db_bind_int(statement, 3, version);
	if (db_run(db, statement, put_failed, err) != 0)
		return -1;
	put->active = production ? version : put->active;
	put->edge = version;
	if (db_statement(db, DB_PROMPT_POINT,
		    "UPDATE prompt SET active = nullif(?1, 0), edge = ?2, edge_channel = ?3, "
		    "(number, digest, text_bytes, inputs) = (SELECT number, digest, text_bytes, "
		    "inputs FROM version WHERE key = ifnull(nullif(?1, 0), ?2)) WHERE key = ?4",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, put->active);
	db_bind_int(statement, 2, put->edge);
	db_bind_text(statement, 3, put->prompt.channel);
	db_bind_int(statement, 4, put->key);
	return db_run(db, statement, put_failed, err);
}

/* 1 when that version has the digest, and the number, to be put. */
static int put_has_digest(struct put *put, int64_t version, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *get;
	int result;

	if (version == 0)
		return 0;
	if (db_statement(db, DB_VERSION_DIGEST, "SELECT digest, number FROM version WHERE key = ?",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, version);
	result = db_step(db, get, put_failed, err);
	if (result == 1)
		result = str_is(db_column_str(get, 0), put->prompt.digest) &&
			 (put->number == 0 || put->number == sqlite3_column_int64(get, 1));
	db_done(get);
	return result;
}

/* The version of that number and digest, 0 for none: a hub went back to it. */
static int put_version_of_number(struct put *put, int64_t *version, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *get;
	int found;

	*version = 0;
	if (db_statement(db, DB_VERSION_OF_NUMBER,
		    "SELECT key FROM version WHERE prompt = ? AND number = ? AND digest = ?", &get,
		    err) != 0)
		return -1;
	db_bind_int(get, 1, put->key);
	db_bind_int(get, 2, put->number);
	db_bind_text(get, 3, put->prompt.digest);
	found = db_step(db, get, put_failed, err);
	if (found == 1)
		*version = sqlite3_column_int64(get, 0);
	db_done(get);
	return found < 0 ? -1 : 0;
}

/* The version this channel points to, 0 for none. */
static int put_channel(struct put *put, int64_t *version, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *get;
	int result;

	*version = put->active;
	if (strcmp(put->prompt.channel, PUT_PRODUCTION) == 0)
		return 0;
	*version = 0;
	if (db_statement(db, DB_CHANNEL_GET,
		    "SELECT version FROM channel WHERE prompt = ? AND name = ?", &get, err) != 0)
		return -1;
	db_bind_int(get, 1, put->key);
	db_bind_text(get, 2, put->prompt.channel);
	result = db_step(db, get, put_failed, err);
	if (result == 1)
		*version = sqlite3_column_int64(get, 0);
	db_done(get);
	return result < 0 ? -1 : 0;
}

static int put_run(
	struct put *put, enum db_slot slot, const char *sql, const char *text, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *statement;

	if (db_statement(db, slot, sql, &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, put->key);
	if (text != NULL)
		db_bind_text(statement, 2, text);
	return db_run(db, statement, put_failed, err);
}

static int put_collection(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *insert;

	if (db_statement(db, DB_COLLECTION_INSERT,
		    "INSERT OR IGNORE INTO collection (name) VALUES (?)", &insert, err) != 0)
		return -1;
	db_bind_text(insert, 1, put->prompt.collection);
	return db_run(db, insert, put_failed, err);
}

static int put_groups(struct put *put, bool created, struct err *err)
{
	size_t i;

	if (!created &&
		put_run(put, DB_TAG_DELETE, "DELETE FROM tag WHERE prompt = ?", NULL, err) != 0)
		return -1;
	for (i = 0; i < put->prompt.n_tags; i++) {
		if (put_run(put, DB_TAG_INSERT,
			    "INSERT OR IGNORE INTO tag (prompt, name) VALUES (?, ?)",
			    put->prompt.tags[i], err) != 0)
			return -1;
	}
	if (put->prompt.collection == NULL || put->prompt.collection[0] == '\0')
		return 0;
	return put_collection(put, err);
}

static int put_tombstone_clear(struct put *put, struct err *err)
{
	struct db *db = &put->store->prompts;
	sqlite3_stmt *clear;

	if (db_statement(db, DB_TOMBSTONE_DELETE,
		    "DELETE FROM tombstone WHERE path = ? AND source = ?", &clear, err) != 0)
		return -1;
	db_bind_text(clear, 1, put->prompt.path);
	db_bind_text(clear, 2, put->prompt.source);
	return db_run(db, clear, put_failed, err);
}

/* Write what changed; the old row's words are out of the index already. */
static int put_write(
	struct put *put, bool created, bool version_too, int64_t version, struct err *err)
{
	bool hidden;

	if (created && (put_tombstone_clear(put, err) != 0 || put_insert(put, err) != 0))
		return -1;
	if (!created && put_update(put, err) != 0)
		return -1;
	if (version_too && version == 0 && put_version(put, &version, err) != 0)
		return -1;
	if (version_too && put_point(put, version, err) != 0)
		return -1;
	if ((created || !put->same) && put_groups(put, created, err) != 0)
		return -1;
	hidden = put->active == 0 || strcmp(put->prompt.status, put_approved) != 0;
	if (index_put(put->store, put->key, &put->prompt, hidden, err) != 0)
		return -1;
	return created ? find_settle_path(put->store, str_of(put->prompt.path), err) : 0;
}

static int put_decide(struct put *put, enum store_put *what, struct err *err)
{
	int64_t current = 0, version = 0;
	int found = put_find(put, err), same = 0;

	*what = STORE_PUT_CREATED;
	if (found <= 0)
		return found < 0 ? -1 : put_write(put, true, true, 0, err);
	if (put_channel(put, &current, err) != 0)
		return -1;
	same = put_has_digest(put, current, err);
	*what = put->same ? STORE_PUT_UNCHANGED : STORE_PUT_UPDATED;
	if (same < 0 || (same == 1 && put->same))
		return same < 0 ? -1 : 0;
	if (same == 0) {
		/* Publishing what another channel tries out moves the pointer only. */
		int tried = put_has_digest(put, put->edge, err);

		if (tried < 0)
			return -1;
		version = tried == 1 ? put->edge : 0;
		if (put->kept && version == 0 && put_version_of_number(put, &version, err) != 0)
			return -1;
		*what = version == 0 ? STORE_PUT_REVERSIONED : STORE_PUT_UPDATED;
	}
	if (index_forget(put->store, put->key, err) != 0)
		return -1;
	return put_write(put, false, same == 0, version, err);
}

static int put_run_all(struct store *store, const struct prompt *prompt, int64_t number, bool kept,
	enum store_put *what, struct err *err)
{
	enum store_put outcome = STORE_PUT_UNCHANGED;
	struct put put;
	int result = put_init(&put, store, prompt, err);

	put.number = number;
	put.kept = kept;
	if (result == 0)
		result = store_write_begin(store, err);
	if (result == 0)
		result = store_write_end(store, put_decide(&put, &outcome, err), err);
	put_fini(&put);
	if (result == 0 && what != NULL)
		*what = outcome;
	return result;
}

int store_prompt_put(
	struct store *store, const struct prompt *prompt, enum store_put *what, struct err *err)
{
	return put_run_all(store, prompt, 0, false, what, err);
}

int store_prompt_put_numbered(struct store *store, const struct prompt *prompt, int64_t number,
	enum store_put *what, struct err *err)
{
	return put_run_all(store, prompt, number, false, what, err);
}

int store_remote_put_version(struct store *store, const struct prompt *prompt, struct err *err)
{
	return put_run_all(store, prompt, prompt->version, true, NULL, err);
}

int store_version_put(struct store *store, const struct prompt *prompt, struct err *err)
{
	int64_t version = 0;
	struct put put;
	int result = put_init(&put, store, prompt, err);

	put.number = prompt->version;
	put.earlier = true;
	put.prompt.updated_ms = prompt->updated_ms;
	if (result == 0)
		result = store_write_begin(store, err);
	if (result == 0) {
		int found = put_find(&put, err);

		if (found == 1)
			found = put_version(&put, &version, err);
		result = store_write_end(store, found < 0 ? -1 : 0, err);
	}
	put_fini(&put);
	return result;
}
