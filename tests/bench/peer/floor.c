/*
 * The floor: a server that reads lines and answers each with bytes prepared at
 * start, the request's id spliced in. It knows no JSON beyond `"id":` and stores
 * nothing. What promptd-mcp costs above this is what it does.
 *
 *	floor [FILE]	FILE holds the "result" to answer with; without it: {}
 *
 * As floor-ledger FILE DB (built with FLOOR_LEDGER) it also records each request before it is
 *answered, as a server must that loses no use: a row of the bytes a use has, in a table of the same
 *kind, and one durable commit for all that came in one read. It makes no ids but counts, and sums,
 * checks and counts nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTES ((size_t)1 << 20)

static char in[BYTES], out[4 * BYTES], result[BYTES] = "{}";
static size_t in_len, out_len, result_len = 2;

#ifdef FLOOR_LEDGER
#include <sqlite3.h>

static sqlite3 *db;
static sqlite3_stmt *begin, *insert, *commit;

static const char tables[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16;"
	"CREATE TABLE IF NOT EXISTS t (a TEXT PRIMARY KEY, b, c, d, e, f, g, h, i, j, k, l, m, n, "
	"o, p, q, r, s, t) WITHOUT ROWID; DELETE FROM t";
static const char row[] =
	"INSERT INTO t VALUES (?, '01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e', "
	"'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'mcp', "
	"'some-client', '1.2.3', '2025-06-18', 'prompt', 'get', 'ok', NULL, NULL, NULL, NULL, "
	"1732170000000, 3, 12, 0, -1, 8072316546087654321)";

static void must(int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		exit(1);
}

static void open_db(const char *path)
{
	must(sqlite3_open(path, &db));
	must(sqlite3_exec(db, tables, NULL, NULL, NULL));
	must(sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, NULL));
	must(sqlite3_prepare_v2(db, row, -1, &insert, NULL));
	must(sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL));
}

static void run(sqlite3_stmt *statement)
{
	must(sqlite3_step(statement));
	must(sqlite3_reset(statement));
}

static void record(void)
{
	static unsigned long long next;
	static char key[40];

	if (sqlite3_get_autocommit(db) != 0)
		run(begin);
	(void)snprintf(key, sizeof key, "01938a3e-%04llx-7d2a-9e37-%012llx", next >> 32 & 0xFFFF,
		next & 0xFFFFFFFF);
	next++;
	must(sqlite3_bind_text(insert, 1, key, 36, SQLITE_STATIC));
	run(insert);
}

static void settle(void)
{
	if (sqlite3_get_autocommit(db) == 0)
		run(commit);
}
#else
static void record(void)
{
}
static void settle(void)
{
}
#endif

static void flush(void)
{
	size_t done = 0;

	settle();
	while (done < out_len) {
		ssize_t n = write(STDOUT_FILENO, out + done, out_len - done);
		if (n <= 0)
			exit(1);
		done += (size_t)n;
	}
	out_len = 0;
}

static void add(const char *bytes, size_t len)
{
	if (out_len + len > sizeof out)
		flush();
	memcpy(out + out_len, bytes, len);
	out_len += len;
}

static void answer(const char *line)
{
	const char *id = strstr(line, "\"id\":");

	if (id == NULL)
		return;
	record();
	add("{\"jsonrpc\":\"2.0\",", 17);
	add(id, strcspn(id, ",}"));
	add(",\"result\":", 10);
	add(result, result_len);
	add("}\n", 2);
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	ssize_t n;

	if (file != NULL) {
		result_len = fread(result, 1, sizeof result, file);
		(void)fclose(file);
	}
#ifdef FLOOR_LEDGER
	if (argc < 3)
		return 1;
	open_db(argv[2]);
#endif
	while ((n = read(STDIN_FILENO, in + in_len, sizeof in - in_len)) > 0) {
		char *line = in, *end;
		in_len += (size_t)n;
		while ((end = memchr(line, '\n', (size_t)(in + in_len - line))) != NULL) {
			*end = '\0';
			answer(line);
			line = end + 1;
		}
		in_len -= (size_t)(line - in);
		memmove(in, line, in_len);
		flush();
	}
	return 0;
}
