/*
 * How many prompts a second an import takes in: `promptd import` of BENCH_ROWS prompts
 * (10,000) in CSV files of 2,000 rows into an empty library, then of the same again.
 * The floor puts the same rows into one SQLite table in one transaction: no search
 * tables, no versions, no digests. The library stays in BENCH_DIR/home for the
 * benchmarks that need a full one.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "tests/bench/bench.h"

#define FILE_ROWS ((size_t)2000)

extern char **environ;

static const char *const words[] = {"the", "of", "and", "to", "a", "in", "that", "is", "for", "it",
	"you", "with", "as", "are", "write", "code", "review", "text", "user", "data", "file",
	"answer", "question", "explain", "report", "list", "each", "example", "result", "test",
	"error", "message", "format", "query", "table", "summary", "change", "design", "service",
	"system", "model", "value", "line", "step", "plan", "draft", "release", "customer", "team",
	"issue", "request", "response", "function", "module", "deploy", "security", "performance",
	"memory", "network", "database", "index", "schema", "translate", "language", "tone",
	"audience", "meeting", "notes", "decision", "risk", "budget", "roadmap", "metric",
	"incident", "alert", "dashboard", "pipeline", "container", "kernel", "compiler", "parser",
	"regression", "hypothesis", "experiment", "protocol", "latency", "throughput", "contract",
	"invoice", "interview", "curriculum", "story", "character", "recipe", "travel", "garden",
	"music", "history", "physics", "biology", "chemistry", "algebra", "geometry", "poetry"};
#define N_WORDS (sizeof words / sizeof *words)

/* A small generator of our own, so that every run and machine has the same rows. */
static uint64_t state = 88172645463325252U;

static size_t random_below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

/* Common words are common: the smaller of two draws. */
static const char *random_word(void)
{
	size_t a = random_below(N_WORDS), b = random_below(N_WORDS);

	return words[a < b ? a : b];
}

static size_t make_row(char *title, size_t title_size, char *text, size_t text_size, size_t row)
{
	size_t len = 0, wanted = 300 + random_below(1500);

	(void)snprintf(title, title_size, "%s %s %s %zu", random_word(), random_word(),
		random_word(), row);
	while (len < wanted && len + 32 < text_size)
		len += (size_t)snprintf(text + len, text_size - len, "%s ", random_word());
	return len;
}

static void make_file(const char *dir, size_t first, size_t end)
{
	char title[128], text[2048], path[512];
	FILE *out;
	size_t i;

	(void)snprintf(path, sizeof path, "%.480s/%zu.csv", dir, first);
	out = fopen(path, "w");
	if (out == NULL)
		bench_fail(path);
	(void)fprintf(out, "act,prompt\n");
	for (i = first; i < end; i++) {
		(void)make_row(title, sizeof title, text, sizeof text, i);
		(void)fprintf(out, "\"%s\",\"%s\"\n", title, text);
	}
	if (fclose(out) != 0)
		bench_fail(path);
}

static void make_files(const char *dir, size_t rows)
{
	size_t first;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		bench_fail(dir);
	for (first = 0; first < rows; first += FILE_ROWS)
		make_file(dir, first, first + FILE_ROWS < rows ? first + FILE_ROWS : rows);
}

static double import_seconds(const char *program, const char *file)
{
	char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "import",
		(char *)(uintptr_t)file, (char *)(uintptr_t) "--json", NULL};
	posix_spawn_file_actions_t actions;
	int64_t start = bench_now_ns();
	int status;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
	if (posix_spawn(&pid, program, &actions, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) < 0 || status != 0)
		bench_fail("the import failed");
	(void)posix_spawn_file_actions_destroy(&actions);
	return (double)(bench_now_ns() - start) / 1e9;
}

static void must(int rc, sqlite3 *db)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		bench_fail(sqlite3_errmsg(db));
}

static double floor_seconds(const char *path, size_t rows)
{
	char title[128], text[2048];
	sqlite3_stmt *insert;
	sqlite3 *db;
	int64_t start = bench_now_ns();
	size_t i, len;

	must(sqlite3_open(path, &db), db);
	must(sqlite3_exec(db,
		     "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		     "CREATE TABLE t(title TEXT, body TEXT); BEGIN",
		     NULL, NULL, NULL),
		db);
	must(sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?,?)", -1, &insert, NULL), db);
	for (i = 0; i < rows; i++) {
		len = make_row(title, sizeof title, text, sizeof text, i);
		must(sqlite3_bind_text(insert, 1, title, -1, SQLITE_TRANSIENT), db);
		must(sqlite3_bind_text(insert, 2, text, (int)len, SQLITE_TRANSIENT), db);
		must(sqlite3_step(insert), db);
		must(sqlite3_reset(insert), db);
	}
	must(sqlite3_finalize(insert), db);
	must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
	must(sqlite3_close(db), db);
	return (double)(bench_now_ns() - start) / 1e9;
}

int main(int argc, char **argv)
{
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	const char *dir = getenv("BENCH_DIR"), *rows_text = getenv("BENCH_ROWS");
	size_t rows = rows_text != NULL ? strtoul(rows_text, NULL, 10) : 10000;
	char files[512], home[512], db[512];
	double first, again, bare;

	(void)bench_subjects(argc, argv, subjects);
	if (dir == NULL || rows == 0)
		bench_fail("BENCH_DIR is not set");
	(void)snprintf(files, sizeof files, "%s/prompts", dir);
	(void)snprintf(home, sizeof home, "%s/home", dir);
	(void)snprintf(db, sizeof db, "%s/floor.db", dir);
	(void)setenv("PROMPTD_HOME", home, 1);
	make_files(files, rows);
	bare = floor_seconds(db, rows);
	first = import_seconds(subjects[0].argv[0], files);
	again = import_seconds(subjects[0].argv[0], files);
	bench_begin("import", "prompts per second");
	bench_subject_begin(subjects[0].name);
	bench_value("rows", (double)rows);
	bench_value("first", (double)rows / first);
	bench_value("again", (double)rows / again);
	bench_subject_end();
	bench_subject_begin("floor");
	bench_value("bare_insert", (double)rows / bare);
	bench_subject_end();
	bench_end();
	return 0;
}
