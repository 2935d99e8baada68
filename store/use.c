/* Counts of use; see use.h, and store_usage_rank() in usage.h. */
#include "store/use.h"

#include <assert.h>
#include <string.h>

#include "store/index.h"
#include "store/rank.h"
#include "store/usage.h"

void use_read_begin(struct store *store)
{
	struct err ignored; /* counts are 0 then */
	struct db *db;

	(void)store_ledger(store, &db, &ignored);
	if (store->ledger.sqlite != NULL)
		db_read_begin(&store->ledger);
}

void use_read_end(struct store *store)
{
	if (store->ledger.sqlite != NULL)
		db_read_end(&store->ledger);
}

int64_t use_count(struct store *store, struct str prompt_id)
{
	struct err ignored;
	sqlite3_stmt *get;
	int64_t count = 0;
	struct db *db;

	if (store_ledger(store, &db, &ignored) != 0 ||
		db_statement(db, DB_USE_GET, "SELECT count FROM use WHERE prompt_id = ?", &get,
			&ignored) != 0)
		return 0;
	db_bind_str(get, 1, prompt_id);
	if (db_step(db, get, "", &ignored) == 1)
		count = sqlite3_column_int64(get, 0);
	db_done(get);
	return count;
}

static struct use_waiting *use_waiting(struct store *store, struct str prompt_id)
{
	unsigned i;

	for (i = 0; i < store->n_uses; i++) {
		struct use_waiting *use = &store->uses[i];

		if (str_equal((struct str){use->prompt_id, use->id_len}, prompt_id))
			return use;
	}
	return NULL;
}

int use_add(struct store *store, struct str prompt_id, int64_t now_ms, struct err *err)
{
	struct use_waiting *use = use_waiting(store, prompt_id);

	assert(prompt_id.n <= sizeof use->prompt_id);
	if (prompt_id.n == 0)
		return 0;
	if (use == NULL) {
		if (store->n_uses == USE_WAITING_MAX && use_write(store, err) != 0)
			return -1;
		use = &store->uses[store->n_uses++];
		*use = (struct use_waiting){.id_len = prompt_id.n, .last_ms = now_ms};
		memcpy(use->prompt_id, prompt_id.p, prompt_id.n);
	}
	use->n++;
	use->last_ms = now_ms > use->last_ms ? now_ms : use->last_ms;
	return 0;
}

static int use_write_one(struct store *store, const struct use_waiting *use, struct err *err)
{
	struct db *db = &store->ledger;
	sqlite3_stmt *add;
	int result;

	if (db_statement(db, DB_USE_ADD,
		    "INSERT INTO use (prompt_id, count, last_ms) VALUES (?1, ?3, ?2) "
		    "ON CONFLICT DO UPDATE SET count = count + ?3, last_ms = max(last_ms, ?2) "
		    "RETURNING count",
		    &add, err) != 0)
		return -1;
	db_bind_str(add, 1, (struct str){use->prompt_id, use->id_len});
	db_bind_int(add, 2, use->last_ms);
	db_bind_int(add, 3, use->n);
	result = db_step(db, add, "cannot count the use", err);
	if (result == 1) {
		int64_t count = sqlite3_column_int64(add, 0);

		if (rank_bucket(count) != rank_bucket(count - use->n))
			store->use_doubled = true;
	}
	db_done(add);
	return result < 0 ? -1 : 0;
}

int use_write(struct store *store, struct err *err)
{
	unsigned i;

	for (i = 0; i < store->n_uses; i++) {
		if (use_write_one(store, &store->uses[i], err) != 0)
			return -1;
	}
	use_drop(store);
	return 0;
}

void use_drop(struct store *store)
{
	store->n_uses = 0;
}

#define USE_MOVES_MAX 500 /* a call; the rest waits for the next */

struct use_move {
	int64_t key, uses;
};

/* Is the prompt of this id somewhere else than its uses say? 1 yes. */
static int use_moved(
	struct store *store, struct str id, int64_t uses, struct use_move *move, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_TITLE_BY_ID,
		    "SELECT t.prompt, t.rank FROM prompt p JOIN title t ON t.prompt = p.key "
		    "WHERE p.id = ?",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, id);
	result = db_step(db, get, "cannot read the order", err);
	if (result == 1) {
		*move = (struct use_move){sqlite3_column_int64(get, 0), uses};
		result = rank_bucket_of(sqlite3_column_int64(get, 1)) != rank_bucket(uses);
	}
	db_done(get);
	return result;
}

/* Which prompts are to move; returns how many, negative: failed. */
static int use_find_moves(
	struct store *store, struct db *ledger, struct use_move *moves, struct err *err)
{
	sqlite3_stmt *uses;
	int n = 0, result = 0;

	if (db_statement(ledger, DB_USE_RECENT,
		    "SELECT prompt_id, count FROM use ORDER BY count DESC", &uses, err) != 0)
		return -1;
	while (n < USE_MOVES_MAX &&
		(result = db_step(ledger, uses, "cannot read the ledger", err)) == 1) {
		result = use_moved(store, db_column_str(uses, 0), sqlite3_column_int64(uses, 1),
			&moves[n], err);
		if (result < 0)
			break;
		n += result;
	}
	db_done(uses);
	return result < 0 ? -1 : n;
}

int store_usage_rank(struct store *store, struct err *err)
{
	struct use_move moves[USE_MOVES_MAX];
	struct db *ledger;
	int i, n, result = 0;

	if (store->prompts.read_only || db_is_hurried())
		return 0; /* what cannot be moved stays; who ends leaves it to the next */
	store->use_doubled = false;
	if (store_ledger(store, &ledger, err) != 0)
		return -1;
	n = use_find_moves(store, ledger, moves, err);
	if (n <= 0)
		return n;
	if (store_write_begin(store, err) != 0)
		return -1;
	for (i = 0; i < n && result == 0; i++)
		result = index_move(store, moves[i].key, moves[i].uses, err);
	return store_write_end(store, result, err);
}
