/* Opening and closing the two files, and what concerns both; see store.h. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/files.h"
#include "store/handle.h"
#include "store/index.h"
#include "store/salvage.h"
#include "store/shelf.h"
#include "store/usage.h"
#include "store/words.h"

#define STORE_CLOSE_BUSY_MS 50

/* ledger.db waits until it is needed, unless it is known to want repair: that is
 * to be told at the start. */
static int store_open_both(struct store *store, struct err *err)
{
	int result = store_open_file(store, &store->prompts, DB_REBUILDABLE, err), other;
	struct err later;

	if (result < 0 || store->prompts.read_only)
		return result;
	if (store_file_path(store, &store->ledger, err) != 0)
		return -1;
	if (!salvage_is_suspect(&store->ledger))
		return result;
	other = store_open_file(store, &store->ledger, DB_LEDGER, &later);
	if (other == 0 || result > 0)
		return result;
	*err = later;
	return other < 0 ? -1 : other;
}

int store_open(struct store **out, const struct store_options *options, struct err *err)
{
	struct store *store = calloc(1, sizeof *store);
	int result;

	if (store == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	store->wait_ms = DB_BUSY_MS;
	store->prompts.name = "prompts.db";
	store->ledger.name = "ledger.db";
	store->prompts.read_only = store->ledger.read_only = options->read_only;
	result = files_dir(options->dir, !options->read_only, store->dir, sizeof store->dir, err);
	if (result == 1)
		result = err_set(err, ERR_NOT_FOUND, "there is no library in %s yet", options->dir);
	if (result == 0)
		result = store_open_both(store, err);
	if (result < 0) {
		store_close(store);
		return -1;
	}
	*out = store;
	return result;
}

/* Close one of them, and see to it that damage is looked at. */
static void store_close_file(struct db *db)
{
	if (db->damaged && db->sqlite != NULL)
		salvage_suspect(db);
	db_close(db);
}

/* What was made from a connection goes with it. */
static void store_close_prompts(struct store *store)
{
	index_queue_free(store);
	shelf_free(store->shelf);
	words_free(store->words);
	store->shelf = NULL;
	store->words = NULL;
	store_close_file(&store->prompts);
}

void store_wait(struct store *store, int ms)
{
	store->wait_ms = ms;
	if (store->prompts.sqlite != NULL)
		db_wait(&store->prompts, ms);
	if (store->ledger.sqlite != NULL)
		db_wait(&store->ledger, ms);
}

void store_hurry(void)
{
	db_hurry();
}

void store_close(struct store *store)
{
	struct err ignored; /* nobody is left to tell */

	if (store == NULL)
		return;
	if (store->ledger.writing)
		(void)store_usage_commit(store, &ignored);
	if (store->batch)
		store_rollback(store);
	if (store->use_doubled && store->prompts.sqlite != NULL) {
		/* Not worth waiting for: the next one does it. */
		db_wait(&store->prompts, STORE_CLOSE_BUSY_MS);
		(void)store_usage_rank(store, &ignored);
	}
	store_close_file(&store->ledger);
	store_close_prompts(store);
	sqlite3_free(store->prompts.setup);
	free(store);
}

/* Another process repaired the file and put it in place of the one that is open
 * here: go on with that. */
static void store_follow(struct store *store)
{
	struct err ignored; /* then the next question says it */

	if (store->prompts.writing || store->prompts.reading > 0 || !db_was_moved(&store->prompts))
		return;
	store->prompts.damaged = false;
	store_close_prompts(store);
	store->commits++;
	(void)store_open_file(store, &store->prompts, DB_REBUILDABLE, &ignored);
}

uint64_t store_data_version(struct store *store)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;
	struct err ignored;
	uint64_t others = 0;

	store_follow(store);

	/* Fails only with the disk under it; "nothing changed" is then the
	 * answer that does no harm. */
	if (db_statement(db, DB_DATA_VERSION, "PRAGMA data_version", &statement, &ignored) == 0) {
		if (db_step(db, statement, "", &ignored) == 1)
			others = (uint64_t)sqlite3_column_int64(statement, 0);
		db_done(statement);
	}
	return others << 32 | (store->commits & UINT32_MAX);
}

bool store_is_read_only(const struct store *store)
{
	return store->prompts.read_only;
}

int store_write_begin(struct store *store, struct err *err)
{
	if (store->prompts.read_only)
		return err_set(err, ERR_REFUSED, "the library can only be read");
	return store->batch ? 0 : db_begin(&store->prompts, err);
}

static int store_write_commit(struct store *store, int result, struct err *err)
{
	if (result >= 0 && db_end(&store->prompts, err) == 0) {
		store->commits++;
		return result;
	}
	index_queue_clear(store);
	db_rollback(&store->prompts);
	return -1;
}

int store_write_end(struct store *store, int result, struct err *err)
{
	if (store->batch)
		return result;
	if (result >= 0 && index_flush(store, true, err) != 0)
		result = -1;
	return store_write_commit(store, result, err);
}

int store_begin(struct store *store, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	store->batch = true;
	return 0;
}

int store_commit(struct store *store, struct err *err)
{
	int result;

	store->batch = false;
	result = index_flush(store, false, err);
	if (store_write_commit(store, result, err) != 0)
		return -1;
	return index_catch_up(store, err); /* found by title from here on */
}

void store_rollback(struct store *store)
{
	store->batch = false;
	index_queue_clear(store);
	db_rollback(&store->prompts);
}

int store_check(struct store *store, struct err *err)
{
	struct db *ledger;

	if (salvage_check(&store->prompts, DB_REBUILDABLE, false, err) != 0 ||
		store_ledger(store, &ledger, err) != 0)
		return -1;
	return salvage_check(ledger, DB_LEDGER, false, err);
}

const char *store_notice(const struct store *store)
{
	return store->notice[0] != '\0' ? store->notice : NULL;
}

int store_facts(struct store *store, struct store_facts *facts, struct err *err)
{
	static const char visible[] =
		"SELECT count(*) FROM prompt WHERE shadowed = 0 AND active IS NOT NULL "
		"AND status = 'approved'";
	struct db *prompts = &store->prompts, *ledger;

	memset(facts, 0, sizeof *facts);
	if (store_ledger(store, &ledger, err) != 0)
		return -1;
	memcpy(facts->prompts_file, prompts->file, sizeof facts->prompts_file);
	memcpy(facts->ledger_file, ledger->file, sizeof facts->ledger_file);
	facts->prompts_bytes = files_bytes(prompts->file);
	facts->ledger_bytes = files_bytes(ledger->file);
	facts->schema_prompts = prompts->schema;
	facts->schema_ledger = ledger->schema;
	if (db_number(prompts, visible, &facts->n_prompts, err) != 0 ||
		db_number(prompts, "SELECT count(*) FROM version", &facts->n_versions, err) != 0 ||
		db_number(prompts, "SELECT count(DISTINCT name) FROM tag", &facts->n_tags, err) !=
			0 ||
		db_number(prompts, "SELECT count(*) FROM collection", &facts->n_collections, err) !=
			0)
		return -1;
	return db_number(ledger, "SELECT count(*) FROM usage", &facts->n_usage_pending, err);
}
