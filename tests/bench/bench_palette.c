/*
 * The picker without its window, in libraries of 1,000, 10,000 and 100,000 prompts: from
 * a key to all that is to be shown (50 rows with marks and favourites, the prompt that is
 * selected, its preview), every prefix on the way to a title. Beside it what the search
 * for 20 rows alone takes, and the hotkey with nothing typed.
 *
 * BENCH_DIR keeps the libraries between runs; BENCH_SIZES="1000 10000" chooses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "desktop/palette_library.h"
#include "store/search.h"
#include "store/usage.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"

#define TITLES 100
#define KEYS_MAX 4000

static struct palette palette;
static struct palette_library library;
static struct palette_calls calls = {.data = &library};

static void must(int result, const struct err *err)
{
	if (result < 0)
		bench_fail(err->text);
}

static void fill(struct corpus *corpus, struct store *store, size_t n)
{
	struct err err;
	int64_t count;
	size_t i;

	must(store_prompt_count(store, NULL, &count, &err), &err);
	if (count > 0)
		return;
	must(store_begin(store, &err), &err);
	for (i = 0; i < n; i++) {
		struct prompt *prompt = corpus_prompt(corpus, i);

		must(store_prompt_put(store, prompt, NULL, &err), &err);
		prompt_free(prompt);
	}
	must(store_commit(store, &err), &err);
}

static void on_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	(void)data;
	(void)prompt;
	(void)args;
	(void)compose;
	(void)how;
}

static void on_close(void *data)
{
	(void)data;
}

static int64_t cpu_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void report(const char *name, int64_t *values, size_t n)
{
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("p50_us", (double)bench_percentile(values, n, 50) / 1e3);
	bench_value("p95_us", (double)bench_percentile(values, n, 95) / 1e3);
	bench_value("p99_us", (double)bench_percentile(values, n, 99) / 1e3);
	bench_value("max_us", (double)values[n - 1] / 1e3);
	bench_subject_end();
}

static int count_row(void *data, const struct store_row *row)
{
	(void)row;
	++*(size_t *)data;
	return 0;
}

static size_t type(struct corpus *corpus, size_t n, int64_t *keys, int64_t *searches)
{
	uint64_t state = 7;
	size_t i, at, n_keys = 0, rows = 0;
	struct err err;

	for (i = 0; i < TITLES; i++) {
		struct prompt *prompt = corpus_prompt(corpus, corpus_random(&state) % n);
		struct str title = str_of(prompt->title);
		uint32_t code;
		size_t step;

		palette_call(&palette, false);
		for (at = 0; at < 20 && at < title.n; at += step) {
			struct store_search search = {.limit = 20};
			int64_t start = cpu_now_ns();

			step = str_decode(title.p + at, title.n - at, &code);
			palette_text(&palette, (struct str){title.p + at, step});
			keys[n_keys] = cpu_now_ns() - start;
			search.text = palette_edit_text(&palette.query);
			start = cpu_now_ns();
			must(store_search(library.store, &search, count_row, &rows, NULL, &err),
				&err);
			searches[n_keys++] = cpu_now_ns() - start;
		}
		palette_close(&palette);
		prompt_free(prompt);
	}
	return n_keys;
}

static void run(struct corpus *corpus, const char *base, size_t n)
{
	static int64_t keys[KEYS_MAX], searches[KEYS_MAX], called[TITLES];
	char dir[400], name[64];
	struct store_options options = {.dir = dir};
	struct store *store;
	struct err err;
	size_t i, n_keys;

	(void)snprintf(dir, sizeof dir, "%s/palette-%zu", base, n);
	must(store_open(&store, &options, &err), &err);
	fill(corpus, store, n);
	palette_library_init_store(&library, dir, store);
	palette_init(&palette, &calls);
	for (i = 0; i < TITLES; i++) {
		int64_t start = cpu_now_ns();

		palette_call(&palette, false);
		called[i] = cpu_now_ns() - start;
		palette_close(&palette);
	}
	n_keys = type(corpus, n, keys, searches);
	(void)snprintf(name, sizeof name, "palette_%zu", n);
	bench_begin(name, "microseconds of processor time");
	report("key", keys, n_keys);
	report("search_20", searches, n_keys);
	report("call", called, TITLES);
	bench_end();
	palette_fini(&palette);
	palette_library_fini(&library);
	store_close(store);
}

int main(void)
{
	const char *base = getenv("BENCH_DIR"), *sizes = getenv("BENCH_SIZES");
	struct str rest = str_of(sizes != NULL ? sizes : "1000 10000 100000");
	struct corpus *corpus = corpus_open(SOURCE_DIR "/../shared/data/corpora/prompts-chat");

	if (base == NULL)
		bench_fail("BENCH_DIR is not set");
	palette_library_calls(&calls);
	calls.send = on_send;
	calls.close = on_close;
	bench_pin();
	while (rest.n > 0) {
		int64_t n = 0;

		if (str_to_int(str_cut(rest, ' ', &rest), 100, 10000000, &n))
			run(corpus, base, (size_t)n);
	}
	corpus_close(corpus);
	return 0;
}
