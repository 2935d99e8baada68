/*
 * Search in libraries of 1,000, 10,000 and 100,000 prompts: every prefix that
 * somebody types on the way to a title, whole queries, words with a slip of the
 * finger. Beside each: the floor (20 rows fetched by key through the same
 * SQLite) and what FTS5's own ranking takes for the same words. Beside words in
 * texts also what FTS5 takes to find them and nothing else: the first 20 texts in
 * order of use, and as many as are ranked (200), as numbers of rows.
 *
 * At 10,000 also: after 1,500 changes, each a transaction, before and after the
 * agent's upkeep put the segments of the search tables together.
 *
 * BENCH_DIR keeps the libraries between runs; BENCH_SIZES="1000 10000" and
 * BENCH_ONLY=typing choose; BENCH_SLOWEST=1 names the slowest queries.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/buf.h"
#include "store/search.h"
#include "store/usage.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"

#define TITLES 300
#define QUERIES_MAX 20000
#define ROUNDS 3

struct library {
	struct corpus *corpus;
	struct store *store;
	sqlite3 *bare;
	sqlite3_stmt *floor, *bm25_titles, *bm25_bodies, *find_20, *find_200;
	size_t n;
	char dir[512];
};

static void must(int result, const struct err *err)
{
	if (result < 0)
		bench_fail(err->text);
}

/* --- Making and opening ------------------------------------------------------ */

static void fill(struct library *library, int64_t took_ns[2])
{
	int64_t start = bench_now_ns();
	struct err err;
	size_t i;

	must(store_begin(library->store, &err), &err);
	took_ns[0] = 0;
	for (i = 0; i < library->n; i++) {
		struct prompt *prompt = corpus_prompt(library->corpus, i);

		must(store_prompt_put(library->store, prompt, NULL, &err), &err);
		prompt_free(prompt);
	}
	must(store_commit(library->store, &err), &err);
	took_ns[1] = bench_now_ns() - start;
}

/* Some are used: every library has favourites. */
static void use(struct library *library)
{
	struct err err;
	size_t i;

	for (i = 0; i < 200; i++) {
		struct prompt *made = corpus_prompt(library->corpus, i * library->n / 200), *prompt;
		struct usage_event event = {.success = -1};
		const struct store_want want = {.version = 0};
		size_t times;

		must(store_prompt_get(library->store, str_of(made->path), &want, &prompt, &err),
			&err);
		event.prompt_id = str_of(prompt->id);
		for (times = 0; times < 1 + i % 17; times++)
			must(store_usage_add(library->store, &event, &err), &err);
		prompt_free(prompt);
		prompt_free(made);
	}
	must(store_usage_commit(library->store, &err), &err);
	must(store_usage_rank(library->store, &err), &err);
}

static void prepare(struct library *library, sqlite3_stmt **out, const char *sql)
{
	if (sqlite3_prepare_v2(library->bare, sql, -1, out, NULL) != SQLITE_OK)
		bench_fail(sqlite3_errmsg(library->bare));
}

static void open_bare(struct library *library)
{
	char file[600];

	(void)snprintf(file, sizeof file, "%s/prompts.db", library->dir);
	if (sqlite3_open(file, &library->bare) != SQLITE_OK)
		bench_fail(file);
	(void)sqlite3_exec(library->bare, "PRAGMA cache_size=-8192; PRAGMA mmap_size=268435456",
		NULL, NULL, NULL);
	prepare(library, &library->floor,
		"SELECT p.id, p.path, p.title, p.description FROM prompt p WHERE p.key BETWEEN ? "
		"AND ? + 19");
	prepare(library, &library->bm25_titles,
		"SELECT t.prompt FROM titles f JOIN title t ON t.rank = f.rowid "
		"WHERE f.titles MATCH ? ORDER BY bm25(titles) LIMIT 20");
	prepare(library, &library->bm25_bodies,
		"SELECT rowid FROM bodies WHERE bodies MATCH ? ORDER BY bm25(bodies) LIMIT 20");
	prepare(library, &library->find_20,
		"SELECT rowid FROM bodies WHERE bodies MATCH ? ORDER BY rowid LIMIT 20");
	prepare(library, &library->find_200,
		"SELECT rowid FROM bodies WHERE bodies MATCH ? ORDER BY rowid LIMIT 200");
}

static void open_library(struct library *library, const char *base, size_t n)
{
	struct store_options options = {.dir = library->dir};
	int64_t took[2];
	struct err err;
	int64_t count;

	library->n = n;
	(void)snprintf(library->dir, sizeof library->dir, "%s/%s-%zu", base,
		corpus_name(library->corpus), n);
	must(store_open(&library->store, &options, &err), &err);
	must(store_prompt_count(library->store, NULL, &count, &err), &err);
	if (count == 0) {
		fill(library, took);
		bench_begin("fill", "prompts per second");
		bench_subject_begin("store");
		bench_value("rows", (double)n);
		bench_value("all", (double)n / ((double)took[1] / 1e9));
		bench_subject_end();
		bench_end();
		use(library);
	}
	open_bare(library);
}

static void close_library(struct library *library)
{
	(void)sqlite3_finalize(library->floor);
	(void)sqlite3_finalize(library->bm25_titles);
	(void)sqlite3_finalize(library->bm25_bodies);
	(void)sqlite3_finalize(library->find_20);
	(void)sqlite3_finalize(library->find_200);
	(void)sqlite3_close(library->bare);
	store_close(library->store);
}

/* --- Queries ----------------------------------------------------------------- */

struct queries {
	char *texts[QUERIES_MAX];
	size_t n;
};

static void add(struct queries *queries, struct str text)
{
	if (queries->n < QUERIES_MAX)
		queries->texts[queries->n++] = str_dup(text);
}

static void forget(struct queries *queries)
{
	while (queries->n > 0)
		free(queries->texts[--queries->n]);
}

static struct prompt *some_prompt(const struct library *library, uint64_t *state)
{
	return corpus_prompt(library->corpus, corpus_random(state) % library->n);
}

/* Everything somebody sees on the way to a title, letter by letter. */
static void typing(const struct library *library, struct queries *queries)
{
	uint64_t state = 7;
	size_t i, n;

	for (i = 0; i < TITLES; i++) {
		struct prompt *prompt = some_prompt(library, &state);
		struct str title = str_of(prompt->title);

		for (n = 1; n <= 20 && n <= title.n; n++)
			add(queries, str_prefix(title, n));
		prompt_free(prompt);
	}
}

/* What stands between two blanks of a text, somewhere in its middle. */
static struct str piece_at(struct str text, uint64_t random)
{
	struct str word = {NULL, 0};
	size_t i;

	text.n -= text.n / 4;
	text = (struct str){text.p + random % (text.n / 2), text.n / 2};
	(void)str_cut(text, ' ', &text);
	for (i = 0; i < 20 && word.n < 3; i++)
		word = str_cut(text, ' ', &text);
	while (word.n > 0 && (word.p[word.n - 1] < 'A' || word.p[word.n - 1] > 'z'))
		word.n--;
	return word;
}

/* Is it one word to a search, and no sign of its language? */
static bool is_word(struct str piece)
{
	size_t i;

	for (i = 0; i < piece.n; i++) {
		unsigned char c = (unsigned char)piece.p[i];

		if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			!(c >= '0' && c <= '9'))
			return false;
	}
	return piece.n > 2;
}

/* Two pieces of one text: words, or whatever else stands between blanks: quotes that
 * are not closed and so make a phrase of all, addresses of ten words, new lines. */
static void two_pieces(const struct library *library, bool words, struct queries *queries)
{
	uint64_t state = 11;
	size_t i;

	for (i = 0; i < (words ? 3000 : 2000); i++) {
		struct prompt *prompt = some_prompt(library, &state);
		struct str text = str_of(prompt->messages[0].text);
		struct str one = piece_at(text, corpus_random(&state)),
			   other = piece_at(text, corpus_random(&state));
		char query[256];

		(void)snprintf(query, sizeof query, "%.*s %.*s", (int)one.n % 100, one.p,
			(int)other.n % 100, other.p);
		if (words ? is_word(one) && is_word(other) : one.n > 2 && other.n > 2)
			add(queries, str_of(query));
		prompt_free(prompt);
	}
}

/* One letter left out, doubled, or two in the wrong order. */
static void slip(char *word, size_t n, uint64_t random)
{
	size_t at = 1 + random % (n - 2);
	char c = word[at];

	switch (random / 64 % 3) {
	case 0:
		memmove(word + at, word + at + 1, n - at);
		break;
	case 1:
		word[at] = word[at + 1];
		word[at + 1] = c;
		break;
	default:
		word[at] = word[at] == 'e' ? 'a' : 'e';
		break;
	}
}

static void slips(const struct library *library, struct queries *queries)
{
	uint64_t state = 13;
	size_t i;

	for (i = 0; i < 1000; i++) {
		struct prompt *prompt = some_prompt(library, &state);
		struct str title = str_of(prompt->title), word = str_cut(title, ' ', &title);
		char text[64];

		if (word.n > 4 && word.n < 30) {
			memcpy(text, word.p, word.n);
			text[word.n] = '\0';
			slip(text, word.n, corpus_random(&state));
			add(queries, str_of(text));
		}
		prompt_free(prompt);
	}
}

/* --- Measuring --------------------------------------------------------------- */

static int count_row(void *data, const struct store_row *row)
{
	(void)row;
	++*(size_t *)data;
	return 0;
}

/* Time this process had a processor: what others run meanwhile does not count,
 * and for searches, which never wait, it is the whole of it. */
static int64_t cpu_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void report(const char *name, int64_t *values, size_t n)
{
	if (n == 0)
		return;
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("p50_us", (double)bench_percentile(values, n, 50) / 1e3);
	bench_value("p99_us", (double)bench_percentile(values, n, 99) / 1e3);
	bench_value("max_us", (double)values[n - 1] / 1e3);
	bench_subject_end();
}

/* The least of some rounds of the same: of a process that goes on searching, and
 * not of those it shares the machine with. */
static void least(int64_t *value, int64_t took)
{
	*value = *value == 0 || took < *value ? took : *value;
}

static void ask_store(struct library *library, const struct queries *queries, bool titles_only,
	int64_t *values, double *rows)
{
	size_t i, found = 0;
	struct err err;

	for (i = 0; i < queries->n; i++) {
		struct store_search search = {
			.text = str_of(queries->texts[i]), .limit = 20, .titles_only = titles_only};
		int64_t start = cpu_now_ns();

		must(store_search(library->store, &search, count_row, &found, NULL, &err), &err);
		least(&values[i], cpu_now_ns() - start);
	}
	*rows = (double)found / (double)queries->n;
}

static void ask_floor(struct library *library, size_t n, int64_t *values)
{
	uint64_t state = 17;
	size_t i;

	for (i = 0; i < n; i++) {
		int64_t start = cpu_now_ns();
		int64_t key = (int64_t)(corpus_random(&state) % library->n);

		(void)sqlite3_bind_int64(library->floor, 1, key);
		(void)sqlite3_bind_int64(library->floor, 2, key);
		while (sqlite3_step(library->floor) == SQLITE_ROW)
			(void)sqlite3_column_text(library->floor, 3);
		(void)sqlite3_reset(library->floor);
		values[i] = cpu_now_ns() - start;
	}
}

/* The same words as FTS5's users ask them; every so many. */
static size_t ask_bare(
	sqlite3_stmt *ask, const struct queries *queries, bool prefix, size_t each, int64_t *values)
{
	size_t i, n = 0;

	for (i = 0; i < queries->n; i += each) {
		struct buf match = BUF_INIT(4096);
		struct str rest = str_of(queries->texts[i]);
		int64_t start = cpu_now_ns();

		while (rest.n > 0) {
			struct str word = str_cut(rest, ' ', &rest);

			if (word.n > 0 && memchr(word.p, '"', word.n) == NULL)
				(void)buf_add_format(&match, "\"%.*s\"%s ", (int)word.n, word.p,
					prefix && rest.n == 0 ? "*" : "");
		}
		(void)sqlite3_bind_text(ask, 1, buf_text(&match), (int)match.len, SQLITE_STATIC);
		while (sqlite3_step(ask) == SQLITE_ROW)
			(void)sqlite3_column_int64(ask, 0);
		(void)sqlite3_reset(ask);
		least(&values[n++], cpu_now_ns() - start);
		buf_fini(&match);
	}
	return n;
}

/* For whoever makes it faster. */
static void slowest(const struct queries *queries, const int64_t *values)
{
	int64_t below = INT64_MAX;
	size_t i, rank, at = 0;

	for (rank = 0; rank < 10; rank++) {
		int64_t worst = 0;

		for (i = 0; i < queries->n; i++) {
			if (values[i] < below && values[i] > worst) {
				worst = values[i];
				at = i;
			}
		}
		below = worst;
		(void)fprintf(stderr, "%8.1f us  %s\n", (double)worst / 1e3, queries->texts[at]);
	}
}

static void report_bare(const char *name, sqlite3_stmt *ask, const struct queries *queries,
	bool prefix, size_t each)
{
	static int64_t values[QUERIES_MAX];
	size_t n = 0;
	int round;

	memset(values, 0, sizeof values);
	for (round = 0; round < ROUNDS; round++)
		n = ask_bare(ask, queries, prefix, each, values);
	report(name, values, n);
}

static void measure(struct library *library, const char *figure, const struct queries *queries,
	bool titles_only, sqlite3_stmt *bm25)
{
	static int64_t values[QUERIES_MAX];
	const char *only = getenv("BENCH_ONLY");
	char name[128];
	double rows;
	int round;

	if (only != NULL && strcmp(only, figure) != 0)
		return;

	memset(values, 0, sizeof values);
	for (round = 0; round < ROUNDS; round++)
		ask_store(library, queries, titles_only, values, &rows);
	if (getenv("BENCH_SLOWEST") != NULL)
		slowest(queries, values);
	(void)snprintf(name, sizeof name, "%s_%zu", figure, library->n);
	bench_begin(name, "microseconds of processor time");
	report("store", values, queries->n);
	bench_subject_begin("queries");
	bench_value("n", (double)queries->n);
	bench_value("rows_each", rows);
	bench_subject_end();
	ask_floor(library, 1000, values);
	report("floor", values, 1000);
	if (bm25 == library->bm25_bodies) {
		report_bare("find_20", library->find_20, queries, false, 1);
		report_bare("find_200", library->find_200, queries, false, 1);
	}
	if (bm25 != NULL) /* every tenth, for it is slow */
		report_bare("bm25", bm25, queries, bm25 == library->bm25_titles, 10);
	bench_end();
}

static void run(struct corpus *corpus, const char *base, size_t n)
{
	static struct queries queries;
	struct library library = {.corpus = corpus};

	open_library(&library, base, n);
	typing(&library, &queries);
	measure(&library, "typing", &queries, true, library.bm25_titles);
	measure(&library, "search", &queries, false, NULL);
	forget(&queries);
	two_pieces(&library, true, &queries);
	measure(&library, "two_words", &queries, false, library.bm25_bodies);
	forget(&queries);
	two_pieces(&library, false, &queries);
	measure(&library, "two_pieces", &queries, false, library.bm25_bodies);
	forget(&queries);
	slips(&library, &queries);
	measure(&library, "slips", &queries, true, NULL);
	forget(&queries);
	close_library(&library);
}

/* --- Changes one by one ---------------------------------------------------------- */

#define CHANGES 1500
#define UPKEEPS 40

/* Texts changed by hand and used in between, as a year of a team leaves them. */
static void change_some(struct library *library)
{
	struct err err;
	size_t i;

	for (i = 0; i < CHANGES; i++) {
		struct prompt *prompt = corpus_prompt(library->corpus, i * 7 % library->n);
		char title[256];

		(void)snprintf(title, sizeof title, "%.200s %lld", prompt->title,
			(long long)bench_now_ns());
		prompt_set(&prompt->title, str_of(title));
		must(store_prompt_put(library->store, prompt, NULL, &err), &err);
		prompt_free(prompt);
	}
}

/* What the agent does while nobody asks, until there is nothing left to do; the
 * longest time of one call, which sleeps ten minutes before the next. */
static void upkeep(struct library *library)
{
	int64_t values[UPKEEPS];
	size_t i;

	for (i = 0; i < UPKEEPS; i++) {
		int64_t start = cpu_now_ns();

		store_upkeep(library->store);
		values[i] = cpu_now_ns() - start;
	}
	bench_begin("upkeep", "microseconds of processor time");
	report("store", values, UPKEEPS);
	bench_end();
}

static void changes(struct corpus *corpus, const char *base, size_t n)
{
	static struct queries queries;
	struct library library = {.corpus = corpus};
	char own[400];

	(void)snprintf(own, sizeof own, "%s/changed", base);
	open_library(&library, own, n);
	two_pieces(&library, true, &queries);
	change_some(&library);
	measure(&library, "two_words_changed", &queries, false, library.bm25_bodies);
	upkeep(&library);
	measure(&library, "two_words_kept_up", &queries, false, library.bm25_bodies);
	forget(&queries);
	close_library(&library);
}

int main(void)
{
	const char *base = getenv("BENCH_DIR"), *sizes = getenv("BENCH_SIZES");
	struct str rest = str_of(sizes != NULL ? sizes : "1000 10000 100000");
	struct corpus *corpus = corpus_open(SOURCE_DIR "/../shared/data/corpora/prompts-chat");

	if (base == NULL)
		bench_fail("BENCH_DIR is not set");
	bench_pin();
	while (rest.n > 0) {
		int64_t n = 0;

		if (str_to_int(str_cut(rest, ' ', &rest), 100, 10000000, &n))
			run(corpus, base, (size_t)n);
		if (n == 10000)
			changes(corpus, base, (size_t)n);
	}
	corpus_close(corpus);
	return 0;
}
