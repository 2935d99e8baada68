/* The one writer of the search tables; see index.h. */
#include "store/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "store/match.h"
#include "store/rank.h"
#include "store/words.h"

#define INDEX_QUEUE_MAX 500
/* Texts read in one transaction: behind one prompt, and after a whole batch. FTS5
 * writes a segment for each, and every search looks into all segments, so the
 * second is as large as others can wait for (0.1 s). */
#define INDEX_STEP 500
#define INDEX_STEP_BATCH 5000
#define INDEX_HASH_BYTES "16777216"
#define INDEX_TEXT_MAX (64 * 1024) /* every name, tag and alias there may be */

static const char index_failed[] = "cannot write the search tables";

/* One thing to do to `titles`: put text into row rank, or take it out. */
struct index_op {
	int64_t rank;
	bool out;
	char *text;
};

struct index_queue {
	struct index_op ops[INDEX_QUEUE_MAX];
	size_t n;
};

static int index_op_order(const void *one, const void *other)
{
	const struct index_op *a = one, *b = other;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return b->out - a->out; /* out before in */
}

/* VALUES, not SELECT: a statement that could write several rows opens a
 * savepoint, and each savepoint makes FTS5 write all it has gathered. */
static int index_op_run(struct db *db, const struct index_op *op, struct err *err)
{
	sqlite3_stmt *statement;
	int result;

	if (op->out)
		result = db_statement(db, DB_TITLES_DELETE,
			"INSERT INTO titles (titles, rowid, text) VALUES ('delete', ?, ?)",
			&statement, err);
	else
		result = db_statement(db, DB_TITLES_INSERT,
			"INSERT INTO titles (rowid, text) VALUES (?, ?)", &statement, err);
	if (result != 0)
		return -1;
	db_bind_int(statement, 1, op->rank);
	db_bind_text(statement, 2, op->text);
	return db_run(db, statement, index_failed, err);
}

static int index_flush_titles(struct store *store, struct err *err)
{
	struct index_queue *queue = store->queue;
	size_t i;
	int result = 0;

	if (queue == NULL)
		return 0;
	qsort(queue->ops, queue->n, sizeof *queue->ops, index_op_order);
	for (i = 0; i < queue->n && result == 0; i++)
		result = index_op_run(&store->prompts, &queue->ops[i], err);
	index_queue_clear(store);
	return result;
}

void index_queue_clear(struct store *store)
{
	struct index_queue *queue = store->queue;

	while (queue != NULL && queue->n > 0)
		free(queue->ops[--queue->n].text);
}

void index_queue_free(struct store *store)
{
	index_queue_clear(store);
	free(store->queue);
	store->queue = NULL;
}

static int index_queue_add(
	struct store *store, int64_t rank, bool out, struct str text, struct err *err)
{
	struct index_queue *queue = store->queue;

	if (queue == NULL)
		queue = store->queue = calloc(1, sizeof *queue);
	if (queue == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	if (queue->n == INDEX_QUEUE_MAX && index_flush_titles(store, err) != 0)
		return -1;
	queue->ops[queue->n++] = (struct index_op){.rank = rank, .out = out, .text = str_dup(text)};
	return 0;
}

/* Take row `rank` out of `titles`; if it is only waiting to get in, out of the
 * queue. */
static int index_queue_out(struct store *store, int64_t rank, const char *text, struct err *err)
{
	struct index_queue *queue = store->queue;
	size_t i;

	for (i = 0; queue != NULL && i < queue->n; i++) {
		if (queue->ops[i].rank == rank && !queue->ops[i].out) {
			free(queue->ops[i].text);
			queue->ops[i] = queue->ops[--queue->n];
			return 0;
		}
	}
	return index_queue_add(store, rank, true, str_of(text), err);
}

/* A row of table title. */
struct index_title {
	int64_t rank;
	bool unread;
	char *text; /* NULL: there is none */
};

static int index_title_get(
	struct store *store, int64_t key, struct index_title *title, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	*title = (struct index_title){.text = NULL};
	if (db_statement(db, DB_TITLE_GET,
		    "SELECT rank, version IS NULL, text FROM title WHERE prompt = ?", &get,
		    err) != 0)
		return -1;
	db_bind_int(get, 1, key);
	result = db_step(db, get, index_failed, err);
	if (result == 1) {
		title->rank = sqlite3_column_int64(get, 0);
		title->unread = sqlite3_column_int(get, 1) != 0;
		title->text = str_dup(db_column_str(get, 2));
	}
	db_done(get);
	return result < 0 ? -1 : 0;
}

static int index_run_one(struct store *store, enum db_slot slot, const char *sql, int64_t a,
	int64_t b, struct err *err)
{
	sqlite3_stmt *statement;

	if (db_statement(&store->prompts, slot, sql, &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, a);
	if (sqlite3_bind_parameter_count(statement) > 1)
		db_bind_int(statement, 2, b);
	return db_run(&store->prompts, statement, index_failed, err);
}

int index_forget(struct store *store, int64_t key, struct err *err)
{
	if (index_run_one(store, DB_BODIES_DELETE,
		    "INSERT INTO bodies (bodies, rowid, head, text) SELECT 'delete', "
		    "t.rank, " INDEX_HEAD ", b.text FROM title t JOIN prompt p ON p.key = t.prompt "
		    "JOIN body b ON b.version = t.version WHERE t.prompt = ?",
		    key, 0, err) != 0)
		return -1;
	if (index_run_one(store, DB_UNREAD_ADD,
		    "INSERT OR IGNORE INTO unread (rank) SELECT rank FROM title WHERE prompt = ?",
		    key, 0, err) != 0)
		return -1;
	return index_run_one(store, DB_TITLE_BODY,
		"UPDATE title SET version = NULL WHERE prompt = ?", key, 0, err);
}

/* The words of a title line being gathered, each once. */
struct index_gather {
	struct store *store;
	struct buf text;  /* " word word word " */
	unsigned n_words; /* of this part so far */
	bool first;	  /* only the first word, marked as one */
};

static int index_gather_word(void *data, struct str word)
{
	struct index_gather *gather = data;
	size_t before = gather->text.len;
	const char *mark = gather->first ? MATCH_FIRST : "";
	struct str rest;

	gather->n_words++;
	if (word.n > PROMPT_PATH_MAX ||
		buf_add_format(&gather->text, "%s%.*s ", mark, (int)word.n, word.p) != 0)
		return 0; /* found by the words before it */
	/* " word " seen before? Then cut it off again. */
	rest = (struct str){gather->text.data, before};
	while (rest.n > 0) {
		struct str seen = str_cut(rest, ' ', &rest);

		if (str_equal(seen, (struct str){gather->text.data + before,
					    gather->text.len - before - 1})) {
			buf_truncate(&gather->text, before);
			break;
		}
	}
	return gather->first ? 1 : 0;
}

static int index_gather_add(
	struct index_gather *gather, bool first, struct str text, struct err *err)
{
	gather->first = first;
	if (words_each(gather->store, text, index_gather_word, gather, err) < 0)
		return -1;
	gather->text.failed = false; /* full: found by the words that fit */
	return 0;
}

/* The words by which a prompt is found while one types: those of its title
 * first and in order, for `fuzzy` shows and compares them so. */
static int index_gather_all(
	struct index_gather *gather, const struct prompt *prompt, struct err *err)
{
	size_t i;

	if (index_gather_add(gather, true, str_of(prompt->title), err) != 0 ||
		index_gather_add(gather, true, prompt_name(prompt), err) != 0 ||
		index_gather_add(gather, false, str_of(prompt->title), err) != 0 ||
		index_gather_add(gather, false, str_of(prompt->path), err) != 0 ||
		index_gather_add(gather, false, str_of(prompt->collection), err) != 0)
		return -1;
	for (i = 0; i < prompt->n_aliases; i++) {
		if (index_gather_add(gather, false, str_of(prompt->aliases[i]), err) != 0)
			return -1;
	}
	for (i = 0; i < prompt->n_tags; i++) {
		if (index_gather_add(gather, false, str_of(prompt->tags[i]), err) != 0)
			return -1;
	}
	return 0;
}

static int index_name_add(struct store *store, int64_t key, struct str name, struct err *err)
{
	struct buf word = BUF_INIT(PROMPT_TITLE_MAX * 4);
	sqlite3_stmt *insert;
	int result;

	result = words_fold(store, name, &word, err);
	if (result == 0)
		result = db_statement(&store->prompts, DB_NAME_INSERT,
			"INSERT OR IGNORE INTO name (word, prompt) VALUES (?, ?)", &insert, err);
	if (result == 0) {
		db_bind_str(insert, 1, (struct str){buf_text(&word), word.len});
		db_bind_int(insert, 2, key);
		result = db_run(&store->prompts, insert, index_failed, err);
	}
	buf_fini(&word);
	return result;
}

static int index_names(
	struct store *store, int64_t key, const struct prompt *prompt, struct err *err)
{
	size_t i;

	if (index_run_one(
		    store, DB_NAME_DELETE, "DELETE FROM name WHERE prompt = ?", key, 0, err) != 0 ||
		index_name_add(store, key, str_of(prompt->title), err) != 0 ||
		index_name_add(store, key, prompt_name(prompt), err) != 0)
		return -1;
	for (i = 0; i < prompt->n_aliases; i++) {
		if (index_name_add(store, key, str_of(prompt->aliases[i]), err) != 0)
			return -1;
	}
	return 0;
}

/* The next free rank of today's with this bucket. */
static int index_rank_new(
	struct store *store, bool hidden, int bucket, int64_t *rank, struct err *err)
{
	int64_t first = rank_first(hidden, bucket, clock_now_ms());
	struct db *db = &store->prompts;
	sqlite3_stmt *last;
	int result;

	if (db_statement(db, DB_TITLE_LAST,
		    "SELECT max(rank) FROM title WHERE rank BETWEEN ? AND ?", &last, err) != 0)
		return -1;
	db_bind_int(last, 1, first);
	db_bind_int(last, 2, first + RANK_SEQ_MAX);
	result = db_step(db, last, index_failed, err);
	if (result == 1)
		*rank = sqlite3_column_type(last, 0) == SQLITE_NULL
				? first
				: sqlite3_column_int64(last, 0) + 1;
	db_done(last);
	if (result < 0)
		return -1;
	if (*rank > first + RANK_SEQ_MAX)
		return err_set(err, ERR_LIMIT, "too many prompts in one day");
	return 0;
}

/* Put a new row in table title, which is in no index yet. */
static int index_title_insert(
	struct store *store, int64_t key, int64_t rank, struct str text, struct err *err)
{
	sqlite3_stmt *insert;

	if (db_statement(&store->prompts, DB_TITLE_INSERT,
		    "INSERT INTO title (rank, prompt, text) VALUES (?, ?, ?)", &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, rank);
	db_bind_int(insert, 2, key);
	db_bind_str(insert, 3, text);
	if (db_run(&store->prompts, insert, index_failed, err) != 0)
		return -1;
	if (index_run_one(store, DB_UNREAD_ADD,
		    "INSERT OR IGNORE INTO unread (rank) SELECT rank FROM title WHERE prompt = ?",
		    key, 0, err) != 0)
		return -1;
	return index_queue_add(store, rank, false, text, err);
}

/* Take a row whose body was forgotten out of table title and its index. */
static int index_title_remove(struct store *store, const struct index_title *title, struct err *err)
{
	if (index_queue_out(store, title->rank, title->text, err) != 0 ||
		index_run_one(store, DB_UNREAD_DELETE, "DELETE FROM unread WHERE rank = ?",
			title->rank, 0, err) != 0)
		return -1;
	return index_run_one(
		store, DB_TITLE_DELETE, "DELETE FROM title WHERE rank = ?", title->rank, 0, err);
}

static int index_title_put(struct store *store, int64_t key, const struct index_title *old,
	struct str text, bool hidden, struct err *err)
{
	int64_t rank = old->rank;

	if (old->text != NULL && str_is(text, old->text) && (rank >= RANK_HIDDEN) == hidden)
		return 0;
	if (old->text == NULL || (rank >= RANK_HIDDEN) != hidden) {
		int bucket = old->text != NULL ? rank_bucket_of(rank) : 0;

		if (index_rank_new(store, hidden, bucket, &rank, err) != 0)
			return -1;
	}
	if (old->text != NULL && index_title_remove(store, old, err) != 0)
		return -1;
	return index_title_insert(store, key, rank, text, err);
}

int index_put(
	struct store *store, int64_t key, const struct prompt *prompt, bool hidden, struct err *err)
{
	struct index_gather gather = {.store = store, .text = BUF_INIT(INDEX_TEXT_MAX)};
	struct index_title old;
	int result;

	if (index_title_get(store, key, &old, err) != 0)
		return -1;
	result = index_gather_all(&gather, prompt, err);
	if (result == 0) {
		struct str text = {buf_text(&gather.text), gather.text.len};

		result = index_title_put(store, key, &old, text, hidden, err);
	}
	if (result == 0)
		result = index_names(store, key, prompt, err);
	buf_fini(&gather.text);
	free(old.text);
	return result;
}

int index_remove(struct store *store, int64_t key, struct err *err)
{
	struct index_title old;
	int result;

	if (index_forget(store, key, err) != 0 || index_title_get(store, key, &old, err) != 0)
		return -1;
	if (old.text == NULL)
		return 0;
	result = index_title_remove(store, &old, err);
	free(old.text);
	return result;
}

int index_move(struct store *store, int64_t key, int64_t uses, struct err *err)
{
	struct index_title old;
	int64_t rank = 0;
	int result = 0, bucket = rank_bucket(uses);
	bool hidden;

	if (index_title_get(store, key, &old, err) != 0)
		return -1;
	hidden = old.rank >= RANK_HIDDEN;
	if (old.text != NULL && rank_bucket_of(old.rank) != bucket) {
		if (index_forget(store, key, err) != 0 ||
			index_rank_new(store, hidden, bucket, &rank, err) != 0 ||
			index_title_remove(store, &old, err) != 0 ||
			index_title_insert(store, key, rank, str_of(old.text), err) != 0)
			result = -1;
	}
	free(old.text);
	return result;
}

/* Texts of the next rows that wait, in order. *left is set when that was not
 * all of them. */
static int index_read_texts(struct store *store, unsigned step, bool *left, struct err *err)
{
	static const char *const statements[] = {
		("INSERT INTO bodies (rowid, head, text) SELECT t.rank, " INDEX_HEAD
		 ", b.text FROM temp.step s CROSS JOIN title t ON t.rank = s.rank "
		 "JOIN prompt p ON p.key = t.prompt "
		 "JOIN body b ON b.version = ifnull(p.active, p.edge) ORDER BY s.rank"),
		("UPDATE title SET version = (SELECT ifnull(p.active, p.edge) FROM prompt p "
		 "WHERE p.key = title.prompt) WHERE rank IN (SELECT rank FROM temp.step)"),
		"DELETE FROM unread WHERE rank IN (SELECT rank FROM temp.step)",
	};
	char choose[256];
	int64_t n;
	size_t i;

	(void)snprintf(choose, sizeof choose,
		"CREATE TEMP TABLE IF NOT EXISTS step (rank INTEGER PRIMARY KEY);"
		"DELETE FROM temp.step;"
		"INSERT INTO temp.step SELECT rank FROM unread ORDER BY rank LIMIT %u",
		step);
	if (db_exec(&store->prompts, choose, index_failed, err) != 0)
		return -1;
	for (i = 0; i < sizeof statements / sizeof *statements; i++) {
		if (db_exec(&store->prompts, statements[i], index_failed, err) != 0)
			return -1;
	}
	if (db_number(&store->prompts, "SELECT count(*) FROM temp.step", &n, err) != 0)
		return -1;
	*left = n == step;
	return 0;
}

int index_flush(struct store *store, bool texts, struct err *err)
{
	bool left;

	if (index_flush_titles(store, err) != 0)
		return -1;
	return texts ? index_read_texts(store, INDEX_STEP, &left, err) : 0;
}

/* FTS5 gathers so much before it writes a segment. It keeps that in the file. */
static int index_gather_more(struct store *store, struct err *err)
{
	int64_t bytes;

	if (db_number(&store->prompts,
		    "SELECT ifnull((SELECT v FROM bodies_config WHERE k = 'hashsize'), 0)", &bytes,
		    err) != 0)
		return -1;
	if (bytes != 0)
		return 0;
	return db_exec(&store->prompts,
		"INSERT INTO bodies (bodies, rank) VALUES ('hashsize', " INDEX_HASH_BYTES ")",
		index_failed, err);
}

static int index_catch_up_some(struct store *store, bool *left, struct err *err)
{
	if (db_begin(&store->prompts, err) != 0)
		return -1;
	if (index_gather_more(store, err) != 0 ||
		index_read_texts(store, INDEX_STEP_BATCH, left, err) != 0) {
		db_rollback(&store->prompts);
		return -1;
	}
	return db_end(&store->prompts, err);
}

int index_catch_up(struct store *store, struct err *err)
{
	bool left = true;

	while (left) {
		if (index_catch_up_some(store, &left, err) != 0)
			return -1;
		store->commits++;
	}
	return 0;
}
