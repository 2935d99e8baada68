/* One prompt with its text, and the list of its versions; see prompts.h. */
#include <string.h>

#include "core/json.h"
#include "store/find.h"
#include "store/prompts.h"
#include "store/row.h"

static const char get_failed[] = "cannot read the prompt";

static bool get_role(char letter, enum prompt_role *role)
{
	static const enum prompt_role roles[] = {PROMPT_USER, PROMPT_SYSTEM, PROMPT_ASSISTANT};
	size_t i;

	for (i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (*prompt_role_name(roles[i]) == letter) {
			*role = roles[i];
			return true;
		}
	}
	return false;
}

/* "s120u45": a message of each role's letter and length. */
static bool get_messages(struct prompt *prompt, struct str layout, struct str text)
{
	while (layout.n > 0) {
		enum prompt_role role;
		size_t n = 1;
		int64_t len;

		while (n < layout.n && layout.p[n] >= '0' && layout.p[n] <= '9')
			n++;
		if (!get_role(layout.p[0], &role) ||
			!str_to_int((struct str){layout.p + 1, n - 1}, 0, (int64_t)text.n, &len))
			return false;
		(void)prompt_add_message(prompt, role, (struct str){text.p, (size_t)len});
		layout = (struct str){layout.p + n, layout.n - n};
		text = (struct str){text.p + len, text.n - (size_t)len};
		if (layout.n == 0 || text.n == 0)
			break;
		text = (struct str){text.p + 1, text.n - 1}; /* the newline between */
	}
	return layout.n == 0 && text.n == 0 && prompt->n_messages > 0;
}

static int get_inputs(struct prompt *prompt, struct str inputs, struct err *err)
{
	json_t *json;
	int result;

	if (str_is(inputs, "[]"))
		return 0;
	if (json_door_parse(inputs, &json, err) != 0)
		return -1;
	result = prompt_inputs_parse(prompt, json, err);
	json_decref(json);
	return result;
}

static int get_version(struct prompt *prompt, sqlite3_stmt *row, struct err *err)
{
	struct str digest = db_column_str(row, ROW_V_DIGEST);

	prompt->version = sqlite3_column_int64(row, ROW_V_NUMBER);
	if (digest.n != SHA256_HEX_BYTES - 1)
		return err_set(err, ERR_FAILED, "digest has the wrong length");
	memcpy(prompt->digest, digest.p, digest.n);
	prompt->digest[digest.n] = '\0';
	prompt_set(&prompt->channel, db_column_str(row, ROW_V_CHANNEL));
	if (!get_messages(prompt, db_column_str(row, ROW_V_LAYOUT), db_column_str(row, ROW_V_TEXT)))
		return err_set(err, ERR_FAILED, "text and layout do not agree");
	return get_inputs(prompt, db_column_str(row, ROW_V_INPUTS), err);
}

/* Text changed by a bad disk is not served. */
static int get_check(struct store *store, sqlite3_stmt *row, struct err *err)
{
	int64_t sum = row_version_checksum(db_column_str(row, ROW_V_DIGEST),
		sqlite3_column_int64(row, ROW_V_NUMBER), db_column_str(row, ROW_V_INPUTS),
		db_column_str(row, ROW_V_LAYOUT), db_column_str(row, ROW_V_TEXT));

	if (row_check(store, row, err) != 0)
		return -1;
	if (sum == sqlite3_column_int64(row, ROW_V_CHECKSUM))
		return 0;
	store->prompts.damaged = true;
	return err_set(err, ERR_FAILED,
		"the text of this prompt is damaged; the library is repaired at the next start");
}

static int get_build(struct store *store, sqlite3_stmt *row, struct prompt **out, struct err *err)
{
	struct prompt *prompt;

	if (get_check(store, row, err) != 0)
		return -1;
	prompt = prompt_new();
	row_prompt(row, prompt);
	if (get_version(prompt, row, err) != 0) {
		prompt_free(prompt);
		return -1;
	}
	*out = prompt;
	return 0;
}

/* A prompt `p` with one of its versions: ?2 its number, 0 for the one that is
 * meant; one that never was production's is for those who want it (?3). */
#define GET_WHOLE                                                                       \
	"SELECT " ROW_COLUMNS ", " ROW_VERSION_COLUMNS ", " ROW_TEXT_COLUMNS            \
	" FROM prompt p JOIN version v ON v.prompt = p.key AND CASE WHEN ?2 = 0 "       \
	"THEN " ROW_VERSION_OF("?3") " ELSE v.number = ?2 AND (?3 OR v.key = p.active " \
				     "OR v.channel = 'production') END JOIN body b ON " \
				     "b.version = v.key WHERE "

/* 1 it is there. */
static int get_one(struct store *store, sqlite3_stmt *get, const struct store_want *want,
	struct prompt **out, struct err *err)
{
	int result;

	db_bind_int(get, 2, want->version);
	db_bind_int(get, 3, want->experimental);
	result = db_step(&store->prompts, get, get_failed, err);
	if (result == 1 && get_build(store, get, out, err) != 0)
		result = -1;
	db_done(get);
	return result;
}

/* Most are asked for by their path: one question, if it is one. */
static int get_by_path(struct store *store, struct str path, const struct store_want *want,
	struct prompt **out, struct err *err)
{
	sqlite3_stmt *get;

	if (db_statement(&store->prompts, DB_PROMPT_WHOLE_PATH,
		    GET_WHOLE "p.path = ?1 AND p.shadowed = 0 AND (?3 OR " ROW_APPROVED ")", &get,
		    err) != 0)
		return -1;
	db_bind_str(get, 1, path);
	return get_one(store, get, want, out, err);
}

static int get_named(struct store *store, struct str name, const struct store_want *want,
	struct prompt **out, struct err *err)
{
	struct found found;
	sqlite3_stmt *get;
	int result = get_by_path(store, name, want, out, err);

	if (result != 0)
		return result < 0 ? -1 : 0;
	result = find_prompt(store, name, want->experimental, &found, err);
	if (result != 0)
		return result;
	if (db_statement(&store->prompts, DB_PROMPT_WHOLE, GET_WHOLE "p.key = ?1", &get, err) != 0)
		return -1;
	db_bind_int(get, 1, found.key);
	result = get_one(store, get, want, out, err);
	if (result == 0) {
		(void)err_set(err, ERR_NOT_FOUND, "%s has no version %lld", found.path,
			(long long)want->version);
		return STORE_NOT_FOUND;
	}
	return result < 0 ? -1 : 0;
}

int store_prompt_get(struct store *store, struct str name, const struct store_want *want,
	struct prompt **out, struct err *err)
{
	int result;

	db_read_begin(&store->prompts);
	result = get_named(store, name, want, out, err);
	db_read_end(&store->prompts);
	return result;
}

int store_prompt_holder(struct store *store, struct str source, struct str path, struct buf *origin,
	char digest[SHA256_HEX_BYTES], struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_PROMPT_HOLDER,
		    "SELECT origin, digest FROM prompt WHERE path = ? AND source = ?", &get,
		    err) != 0)
		return -1;
	db_bind_str(get, 1, path);
	db_bind_str(get, 2, source.n > 0 ? source : STR("local"));
	result = db_step(db, get, get_failed, err);
	if (result == 1) {
		struct str hex = str_prefix(db_column_str(get, 1), SHA256_HEX_BYTES - 1);
		struct str file = db_column_str(get, 0);

		buf_clear(origin);
		(void)buf_add(origin, file.p, file.n);
		memcpy(digest, hex.p, hex.n);
		digest[hex.n] = '\0';
	}
	db_done(get);
	return result == 0 ? STORE_NOT_FOUND : result < 0 ? -1 : 0;
}

static int versions_list(
	struct store *store, int64_t key, store_version_fn *fn, void *data, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_VERSION_LIST,
		    "SELECT number, created_ms, digest, message, (SELECT group_concat(name) "
		    "FROM channel c WHERE c.prompt = v.prompt AND c.version = v.key) "
		    "FROM version v WHERE prompt = ? ORDER BY number DESC",
		    &list, err) != 0)
		return -1;
	db_bind_int(list, 1, key);
	while ((result = db_step(db, list, get_failed, err)) == 1) {
		struct store_version version = {
			.number = sqlite3_column_int64(list, 0),
			.created_ms = sqlite3_column_int64(list, 1),
			.digest = db_column_str(list, 2),
			.message = db_column_str(list, 3),
			.channel = db_column_str(list, 4),
		};

		if (fn(data, &version) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_version_list(
	struct store *store, struct str name, store_version_fn *fn, void *data, struct err *err)
{
	struct found found;
	int result = find_prompt(store, name, true, &found, err);

	return result != 0 ? result : versions_list(store, found.key, fn, data, err);
}
