/*
 * The store without a server around it: opening, a bulk of prompts put, one got,
 * a page listed, a use recorded. Beside each what bare SQLite takes for the least
 * that could be called the same work: the same texts in one table, a row by key,
 * an insert and its commit. BENCH_DIR holds the files, made anew each run.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/buf.h"
#include "store/prompts.h"
#include "store/usage.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"

#define ROWS 10000
#define SAMPLES 2000

static char dir[512];
static struct corpus *corpus;
static struct prompt *prompts[ROWS];

static void must(int result, const struct err *err)
{
	if (result < 0)
		bench_fail(err->text);
}

static void must_sql(int rc, sqlite3 *db)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		bench_fail(sqlite3_errmsg(db));
}

static struct store *open_store(void)
{
	struct store_options options = {.dir = dir};
	struct store *store;
	struct err err;

	must(store_open(&store, &options, &err), &err);
	return store;
}

static sqlite3 *open_bare(const char *name, const char *pragmas)
{
	char file[600];
	sqlite3 *db;

	(void)snprintf(file, sizeof file, "%s/%s", dir, name);
	must_sql(sqlite3_open(file, &db), db);
	must_sql(sqlite3_exec(db, pragmas, NULL, NULL, NULL), db);
	return db;
}

static void report(const char *name, int64_t *values, size_t n)
{
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("p50_us", (double)bench_percentile(values, n, 50) / 1e3);
	bench_value("p99_us", (double)bench_percentile(values, n, 99) / 1e3);
	bench_subject_end();
}

/* --- A bulk ------------------------------------------------------------------ */

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Each half of store_commit() cannot be seen from outside: what is usable early
 * is measured by another handle, which asks between the two. */
static void bulk(void)
{
	struct store *store = open_store();
	int64_t start, put, all;
	double cpu = cpu_seconds();
	struct err err;
	size_t i;

	start = bench_now_ns();
	must(store_begin(store, &err), &err);
	for (i = 0; i < ROWS; i++)
		must(store_prompt_put(store, prompts[i], NULL, &err), &err);
	put = bench_now_ns() - start;
	must(store_commit(store, &err), &err);
	all = bench_now_ns() - start;
	bench_begin("bulk_put_10000", "seconds");
	bench_subject_begin("store");
	bench_value("put", (double)put / 1e9);
	bench_value("all", (double)all / 1e9);
	bench_value("cpu", cpu_seconds() - cpu);
	bench_subject_end();
	cpu = cpu_seconds();
	start = bench_now_ns();
	must(store_begin(store, &err), &err);
	for (i = 0; i < ROWS; i++)
		must(store_prompt_put(store, prompts[i], NULL, &err), &err);
	must(store_commit(store, &err), &err);
	all = bench_now_ns() - start;
	bench_subject_begin("again");
	bench_value("all", (double)all / 1e9);
	bench_value("cpu", cpu_seconds() - cpu);
	bench_subject_end();
	store_close(store);
}

static void bulk_floor(void)
{
	sqlite3 *db = open_bare("bare.db", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
					   "CREATE TABLE t (title TEXT, text TEXT); BEGIN");
	int64_t start = bench_now_ns();
	sqlite3_stmt *insert;
	size_t i;

	must_sql(sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?)", -1, &insert, NULL), db);
	for (i = 0; i < ROWS; i++) {
		const char *text = prompts[i]->messages[0].text;

		must_sql(sqlite3_bind_text(insert, 1, prompts[i]->title, -1, SQLITE_STATIC), db);
		must_sql(sqlite3_bind_text(insert, 2, text, -1, SQLITE_STATIC), db);
		must_sql(sqlite3_step(insert), db);
		must_sql(sqlite3_reset(insert), db);
	}
	must_sql(sqlite3_finalize(insert), db);
	must_sql(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
	bench_subject_begin("floor");
	bench_value("all", (double)(bench_now_ns() - start) / 1e9);
	bench_subject_end();
	bench_end();
	must_sql(sqlite3_close(db), db);
}

/* --- Opening, getting, listing ----------------------------------------------- */

static int nothing(void *data, const struct store_row *row)
{
	(void)data;
	(void)row;
	return 0;
}

static void opening(void)
{
	static int64_t values[SAMPLES];
	size_t i;

	bench_begin("open", "microseconds");
	for (i = 0; i < 500; i++) {
		int64_t start = bench_now_ns();

		store_close(open_store());
		values[i] = bench_now_ns() - start;
	}
	report("store", values, 500);
	for (i = 0; i < 500; i++) {
		int64_t start = bench_now_ns();
		sqlite3 *db = open_bare("prompts.db", "PRAGMA user_version");

		must_sql(sqlite3_close(db), db);
		values[i] = bench_now_ns() - start;
	}
	report("floor", values, 500);
	bench_end();
}

static void getting(void)
{
	static int64_t values[SAMPLES];
	struct store *store = open_store();
	const struct store_want want = {.version = 0};
	struct prompt *prompt;
	sqlite3 *db = open_bare("bare.db", "PRAGMA cache_size=-8192");
	uint64_t state = 5;
	sqlite3_stmt *get;
	struct err err;
	size_t i;

	for (i = 0; i < 2 * SAMPLES; i++) {
		const char *path = prompts[corpus_random(&state) % ROWS]->path;
		int64_t start = bench_now_ns();

		must(store_prompt_get(store, str_of(path), &want, &prompt, &err), &err);
		values[i % SAMPLES] = bench_now_ns() - start;
		prompt_free(prompt);
	}
	bench_begin("get", "microseconds");
	report("store", values, SAMPLES);
	must_sql(
		sqlite3_prepare_v2(db, "SELECT title, text FROM t WHERE rowid = ?", -1, &get, NULL),
		db);
	for (i = 0; i < 2 * SAMPLES; i++) {
		int64_t start = bench_now_ns();

		must_sql(sqlite3_bind_int64(get, 1, (int64_t)(corpus_random(&state) % ROWS)), db);
		must_sql(sqlite3_step(get), db);
		free(xstrdup((const char *)sqlite3_column_text(get, 1)));
		must_sql(sqlite3_reset(get), db);
		values[i % SAMPLES] = bench_now_ns() - start;
	}
	report("floor", values, SAMPLES);
	bench_end();
	must_sql(sqlite3_finalize(get), db);
	must_sql(sqlite3_close(db), db);
	store_close(store);
}

static void listing(void)
{
	static int64_t values[SAMPLES];
	struct store *store = open_store();
	uint64_t state = 9;
	struct err err;
	size_t i;

	for (i = 0; i < SAMPLES; i++) {
		const char *path = prompts[corpus_random(&state) % ROWS]->path;
		int64_t start = bench_now_ns();

		must(store_prompt_list(store, NULL, str_of(path), 100, nothing, NULL, &err), &err);
		values[i] = bench_now_ns() - start;
	}
	bench_begin("list_page_of_100", "microseconds");
	report("store", values, SAMPLES);
	bench_end();
	store_close(store);
}

/* --- Use --------------------------------------------------------------------- */

static int64_t use_once(struct store *store, size_t rows)
{
	const struct usage_event event = {.prompt_id = STR("01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e"),
		.version = 3,
		.digest = STR("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
		.client_type = STR("mcp"),
		.client_name = STR("some-client"),
		.client_version = STR("1.2.3"),
		.era = STR("2025-06-18"),
		.surface = STR("tool"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.latency_us = 12,
		.success = -1};
	int64_t start = bench_now_ns();
	struct err err;

	while (rows-- > 0)
		must(store_usage_add(store, &event, &err), &err);
	must(store_usage_commit(store, &err), &err);
	return bench_now_ns() - start;
}

/* A key that rises, for a table whose rows stand in the order of a text. */
static void bind_key(sqlite3_stmt *insert)
{
	static unsigned long long next;
	static char key[40];

	(void)snprintf(key, sizeof key, "01938a3e-%04llx-7d2a-9e37-%012llx", next >> 32 & 0xFFFF,
		next & 0xFFFFFFFF);
	next++;
	(void)sqlite3_bind_text(insert, 1, key, 36, SQLITE_STATIC);
}

static int64_t insert_once(sqlite3 *db, sqlite3_stmt *insert, bool keyed, size_t rows)
{
	int64_t start = bench_now_ns();

	must_sql(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), db);
	while (rows-- > 0) {
		if (keyed)
			bind_key(insert);
		must_sql(sqlite3_step(insert), db);
		must_sql(sqlite3_reset(insert), db);
	}
	must_sql(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
	return bench_now_ns() - start;
}

#define LEDGER_PRAGMAS \
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16;"

/* The least there is: one text in one row, found by its place. */
static const char floor_table[] =
	LEDGER_PRAGMAS "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)";
static const char floor_insert[] =
	"INSERT INTO t (text) VALUES ('01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e 01938a3e-7c1f-7d2a-"
	"9e37-5a1f2b3c4d5e 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 mcp "
	"some-client 1.2.3 2025-06-18 tool get ok')";

/* The same bytes as a use has, in a table of the same kind and no more: found by the
 * id of the event, as columns. Nothing is checked, summed, counted or bound but the
 * key. */
static const char same_table[] = LEDGER_PRAGMAS
	"CREATE TABLE IF NOT EXISTS t (a TEXT PRIMARY KEY, b, c, d, e, f, g, h, i, j, k, l, m, n, "
	"o, p, q, r, s, t) WITHOUT ROWID";
static const char same_insert[] =
	"INSERT INTO t VALUES (?, '01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e', "
	"'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'mcp', "
	"'some-client', '1.2.3', '2025-06-18', 'tool', 'get', 'ok', NULL, NULL, NULL, NULL, "
	"1732170000000, 3, 12, 0, -1, 8072316546087654321)";

struct bare_ledger {
	sqlite3 *db;
	sqlite3_stmt *insert;
};

static void bare_open(
	struct bare_ledger *ledger, const char *name, const char *table, const char *insert)
{
	ledger->db = open_bare(name, table);
	must_sql(sqlite3_prepare_v2(ledger->db, insert, -1, &ledger->insert, NULL), ledger->db);
}

static void bare_close(struct bare_ledger *ledger)
{
	must_sql(sqlite3_finalize(ledger->insert), ledger->db);
	must_sql(sqlite3_close(ledger->db), ledger->db);
}

/* Beside the time: that of the processor, which knows nothing of other programs'
 * disk. */
static void report_cpu(const char *name, int64_t *values, double cpu)
{
	bench_sort(values, SAMPLES);
	bench_subject_begin(name);
	bench_value("p50_us", (double)bench_percentile(values, SAMPLES, 50) / 1e3);
	bench_value("p99_us", (double)bench_percentile(values, SAMPLES, 99) / 1e3);
	bench_value("cpu_us", cpu * 1e6 / SAMPLES);
	bench_subject_end();
}

/* Turn about, so that all see the same disk. */
static void usage(size_t rows, const char *figure)
{
	static int64_t ours[SAMPLES], least[SAMPLES], same[SAMPLES];
	struct store *store = open_store();
	struct bare_ledger floor, bytes;
	double cpu[4], used[3] = {0};
	size_t i;

	bare_open(&floor, "bare-ledger.db", floor_table, floor_insert);
	bare_open(&bytes, "same-ledger.db", same_table, same_insert);
	for (i = 0; i < SAMPLES; i++) {
		cpu[0] = cpu_seconds();
		ours[i] = use_once(store, rows);
		cpu[1] = cpu_seconds();
		same[i] = insert_once(bytes.db, bytes.insert, true, rows);
		cpu[2] = cpu_seconds();
		least[i] = insert_once(floor.db, floor.insert, false, rows);
		cpu[3] = cpu_seconds();
		used[0] += cpu[1] - cpu[0];
		used[1] += cpu[2] - cpu[1];
		used[2] += cpu[3] - cpu[2];
	}
	bench_begin(figure, "microseconds");
	report_cpu("store", ours, used[0]);
	report_cpu("same_bytes", same, used[1]);
	report_cpu("floor", least, used[2]);
	bench_end();
	bare_close(&floor);
	bare_close(&bytes);
	store_close(store);
}

static void remove_old(void)
{
	static const char *const names[] = {"prompts.db", "prompts.db-wal", "prompts.db-shm",
		"ledger.db", "ledger.db-wal", "ledger.db-shm", "bare.db", "bare.db-wal",
		"bare.db-shm", "bare-ledger.db", "bare-ledger.db-wal", "bare-ledger.db-shm",
		"same-ledger.db", "same-ledger.db-wal", "same-ledger.db-shm"};
	char path[600];
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		(void)remove(path); /* most often not there */
	}
}

int main(void)
{
	const char *base = getenv("BENCH_DIR");
	size_t i;

	if (base == NULL)
		bench_fail("BENCH_DIR is not set");
	(void)snprintf(dir, sizeof dir, "%s/store", base);
	remove_old();
	corpus = corpus_open(SOURCE_DIR "/../shared/data/corpora/prompts-chat");
	for (i = 0; i < ROWS; i++)
		prompts[i] = corpus_prompt(corpus, i);
	bench_pin();
	bulk();
	bulk_floor();
	opening();
	getting();
	listing();
	usage(1, "usage_commit");
	usage(100, "usage_commit_of_100");
	for (i = 0; i < ROWS; i++)
		prompt_free(prompts[i]);
	corpus_close(corpus);
	return 0;
}
