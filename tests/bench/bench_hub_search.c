/*
 * GET /prompts?q= of a hub with 100,000 prompts (BENCH_HUB_ROWS), on each database: what
 * a worker takes from the request to its answer, for what people type letter by letter,
 * for two words of a title, for two words of a text, and for the commonest words there
 * are. Beside each, in the same run: what the database takes for the same words in whole
 * texts and nothing else, the first 50 that it finds (`bare`) and the 50 best by its own
 * ranking (`ranked`: FTS5's bm25, PostgreSQL's ts_rank).
 *
 * PostgreSQL is the one of tests/e2e/postgres.sh start build/…/postgres.
 * BENCH_HUB_ONLY=sqlite or postgresql chooses.
 */
#include "core/buf.h"
#include "hub/search.h"
#include "hub/words.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"
#include "tests/hub_world.h"

#define ROWS 100000
#define STEP 500 /* prompts a transaction */
#define QUERIES 150
#define TENANT_NAME "bench"

struct library {
	struct corpus *corpus;
	struct hub_db *db;
	struct world world;
	struct world_person author, reader;
	char tenant[ID_BYTES];
	size_t n, made;
	bool sqlite;
};

/* ── made ──────────────────────────────────────────────────────────────── */

static char *json_of(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

static int make_one(struct library *library, char id[ID_BYTES], struct err *err)
{
	struct prompt *prompt = corpus_prompt(library->corpus, library->made);
	char *messages = json_of(prompt_messages_json(prompt)), slug[512];
	int rc;

	id_new(id);
	(void)snprintf(slug, sizeof slug, "%s-%zu", prompt->path, library->made);
	rc = hub_db_run(library->db,
		"INSERT INTO prompt (tenant, id, slug, title, description, owner_id, latest, "
		"created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, 1, 1, 1)",
		DB_ARGS(db_string(library->tenant), db_string(id), db_string(slug),
			db_string(prompt->title),
			db_string(prompt->description != NULL ? prompt->description : ""),
			db_string(library->author.id)),
		NULL, NULL, err);
	if (rc == 0)
		rc = hub_db_run(library->db,
			"INSERT INTO version (tenant, prompt_id, number, messages, inputs, digest, "
			"size_bytes, created_by, created_ms) VALUES ($1, $2, 1, $3, '[]', $2, 1, "
			"$4, 1)",
			DB_ARGS(db_string(library->tenant), db_string(id), db_string(messages),
				db_string(library->author.id)),
			NULL, NULL, err);
	free(messages);
	prompt_free(prompt);
	library->made++;
	return rc;
}

/* Through the whole lifecycle: those from this id on, which rise. */
static int approve(struct library *library, const char *from, struct err *err)
{
	static const char *const steps[] = {
		"UPDATE version SET state = 'in_review' WHERE tenant = $1 AND prompt_id >= $2",
		"INSERT INTO approval (tenant, prompt_id, number, user_id, digest, at_ms) SELECT "
		"tenant, prompt_id, 1, 'somebody', digest, 1 FROM version WHERE tenant = $1 AND "
		"prompt_id >= $2",
		"UPDATE version SET state = 'approved' WHERE tenant = $1 AND prompt_id >= $2",
		"INSERT INTO channel (tenant, prompt_id, name, number, updated_ms) SELECT tenant, "
		"prompt_id, 'production', 1, 1 FROM version WHERE tenant = $1 AND prompt_id >= $2"};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
		rc = hub_db_run(library->db, steps[i],
			DB_ARGS(db_string(library->tenant), db_string(from)), NULL, NULL, err);
	return rc;
}

static int make_some(struct hub_db *db, void *data, struct err *err)
{
	struct library *library = data;
	char first[ID_BYTES] = "", id[ID_BYTES];
	size_t i;
	int rc = 0;

	(void)db;
	for (i = 0; rc == 0 && i < STEP && library->made < library->n; i++) {
		rc = make_one(library, id, err);
		if (i == 0)
			(void)memcpy(first, id, sizeof first);
	}
	return rc != 0 ? rc : approve(library, first, err);
}

static void figure(const struct library *library, const char *name, int64_t ns, double rows)
{
	bench_begin(name, "s");
	bench_subject_begin(library->sqlite ? "sqlite" : "postgresql");
	bench_value("rows", rows);
	bench_value("s", (double)ns / 1e9);
	bench_subject_end();
	bench_end();
}

static void make(struct library *library)
{
	int64_t start = bench_now_ns();
	struct err err;

	world_tenant(library->db, library->tenant, TENANT_NAME);
	world_person(library->db, library->tenant, ROLE_CONTRIBUTOR, "author", &library->author);
	world_person(library->db, library->tenant, ROLE_CONSUMER, "reader", &library->reader);
	while (library->made < library->n)
		if (hub_transaction(
			    library->db, DB_WRITE, library->tenant, make_some, library, &err) != 0)
			bench_fail(err.text);
	figure(library, "hub_search_load", bench_now_ns() - start, (double)library->n);
	start = bench_now_ns();
	if (search_fill(library->db, &err) != 0)
		bench_fail(err.text);
	figure(library, "hub_search_index", bench_now_ns() - start, (double)library->n);
	if (!library->sqlite && library->db->driver->script(library->db, "ANALYZE", &err) != 0)
		bench_fail(err.text);
}

/* ── asked ─────────────────────────────────────────────────────────────── */

/* The k-th word of a text, or nothing. */
static struct str word_of(struct str text, size_t k)
{
	struct str word = {NULL, 0};
	size_t i;

	for (i = 0; i <= k && text.n > 0; i++)
		word = str_cut(text, ' ', &text);
	return i > k ? word : (struct str){NULL, 0};
}

static void add_word(struct buf *out, struct str words, size_t k)
{
	struct str word = word_of(words, k);

	if (out->len > 0)
		(void)buf_add_char(out, ' ');
	(void)buf_add(out, word.p, word.n);
}

enum kind { TYPED, TITLE, TEXT, COMMON, KINDS };
static const char *const kinds[KINDS] = {"typed", "title", "text", "common"};

/* The i-th query of a kind. */
static void query_of(const struct library *library, enum kind kind, size_t i, struct buf *out)
{
	static const char *const common[] = {"a", "the", "you", "i", "s", "to", "an", "prompt",
		"as a", "act as", "the you", "and the", "p", "as", "write", "you are", "c", "pro",
		"will", "my"};
	struct prompt *prompt = corpus_prompt(library->corpus, i * 7919 % library->n);
	struct buf words = BUF_INIT(65536);
	struct str all;

	buf_clear(out);
	words_fold(str_of(kind == TEXT ? prompt->messages[0].text : prompt->title), 60000, &words);
	all = (struct str){buf_text(&words), words.len};
	switch (kind) {
	case TYPED:
		add_word(out, all, i % 2);
		buf_truncate(out, str_prefix((struct str){buf_text(out), out->len}, 1 + i % 6).n);
		break;
	case TITLE:
		add_word(out, all, 0);
		add_word(out, all, 1);
		break;
	case TEXT:
		add_word(out, all, 3 + i % 20);
		add_word(out, all, 9 + i % 40);
		break;
	default:
		(void)buf_add_str(out, common[i % (sizeof common / sizeof *common)]);
		break;
	}
	buf_fini(&words);
	prompt_free(prompt);
}

static int64_t ask(struct library *library, const char *query, int64_t *found)
{
	struct buf path = BUF_INIT(4096);
	struct world_request request = {.method = HTTP_GET, .token = library->reader.token};
	struct world_answer answer;
	int64_t start, took;

	(void)buf_add_format(&path, "/api/v1/prompts?q=%s", query);
	request.path = buf_text(&path);
	start = bench_now_ns();
	world_ask(&library->world, library->db, &request, &answer);
	took = bench_now_ns() - start;
	if (answer.status != 200)
		bench_fail(answer.text);
	*found += (int64_t)json_array_size(json_object_get(answer.json, "items"));
	world_answer_fini(&answer);
	buf_fini(&path);
	return took;
}

static int count_row(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)columns;
	(void)n;
	(void)err;
	(*(int64_t *)data)++;
	return 0;
}

static int64_t ask_bare(struct library *library, const char *query, bool ranked)
{
	static const char *const statements[2][2] = {
		{"SELECT n, name FROM search WHERE text @@ CAST(CAST($1 AS TEXT) AS TSQUERY) "
		 "LIMIT 50",
			"SELECT n, name FROM search WHERE text @@ CAST(CAST($1 AS TEXT) AS "
			"TSQUERY) ORDER BY ts_rank(text, CAST(CAST($1 AS TEXT) AS TSQUERY)) DESC "
			"LIMIT 50"},
		{"SELECT rowid FROM search_text WHERE search_text MATCH $1 LIMIT 50",
			"SELECT rowid FROM search_text WHERE search_text MATCH $1 ORDER BY rank "
			"LIMIT 50"}};
	struct search search;
	int64_t start, rows = 0;
	struct err err;

	search_init(&search, library->db, str_of(query));
	if (search.empty) {
		search_fini(&search);
		return 0;
	}
	start = bench_now_ns();
	if (hub_db_run(library->db, statements[library->sqlite][ranked],
		    DB_ARGS(db_string(buf_text(&search.text))), count_row, &rows, &err) != 0)
		bench_fail(err.text);
	search_fini(&search);
	return bench_now_ns() - start;
}

static void tell(const char *subject, int64_t *took, size_t n, double found)
{
	bench_sort(took, n);
	bench_subject_begin(subject);
	bench_value("p50", (double)bench_percentile(took, n, 50) / 1e3);
	bench_value("p95", (double)bench_percentile(took, n, 95) / 1e3);
	bench_value("p99", (double)bench_percentile(took, n, 99) / 1e3);
	bench_value("max", (double)took[n - 1] / 1e3);
	if (found >= 0)
		bench_value("rows", found);
	bench_subject_end();
}

static void measure(struct library *library, enum kind kind)
{
	int64_t ours[QUERIES], bare[QUERIES], ranked[QUERIES], found = 0;
	struct buf query = BUF_INIT(4096);
	char name[64];
	size_t i;

	for (i = 0; i < QUERIES; i++) {
		query_of(library, kind, i, &query);
		ours[i] = ask(library, buf_text(&query), &found);
		bare[i] = ask_bare(library, buf_text(&query), false);
		ranked[i] = ask_bare(library, buf_text(&query), true);
		if (getenv("BENCH_SLOWEST") != NULL && ours[i] > 20000000)
			(void)fprintf(stderr, "%lld us: %s\n", (long long)ours[i] / 1000,
				buf_text(&query));
	}
	(void)snprintf(name, sizeof name, "hub_search_%s_%s", kinds[kind],
		library->sqlite ? "sqlite" : "postgresql");
	bench_begin(name, "us");
	tell("hub", ours, QUERIES, (double)found / QUERIES);
	tell("bare", bare, QUERIES, -1);
	tell("ranked", ranked, QUERIES, -1);
	bench_end();
	buf_fini(&query);
}

static void run(struct corpus *corpus, size_t n, bool postgres)
{
	struct library library = {.corpus = corpus, .n = n, .sqlite = !postgres};
	struct hub_place place;
	struct err err;
	int kind;

	hub_place_make(&place, postgres);
	if (hub_db_open(&library.db, place.url, &err) != 0 || hub_db_migrate(library.db, &err) != 0)
		bench_fail(err.text);
	world_begin(&library.world, place.url);
	make(&library);
	for (kind = 0; kind < KINDS; kind++)
		measure(&library, (enum kind)kind);
	world_end(&library.world);
	hub_db_close(library.db);
	hub_place_remove(&place);
}

int main(void)
{
	const char *rows = getenv("BENCH_HUB_ROWS"), *only = getenv("BENCH_HUB_ONLY");
	struct corpus *corpus = corpus_open(SOURCE_DIR "/../shared/data/corpora/prompts-chat");
	char socket[256];
	int64_t n = ROWS;

	if (rows != NULL && !str_to_int(str_of(rows), 1, 10000000, &n))
		bench_fail("BENCH_HUB_ROWS is a number of prompts");
	if (only == NULL || strcmp(only, "sqlite") == 0)
		run(corpus, (size_t)n, false);
	if (only != NULL && strcmp(only, "sqlite") == 0)
		return corpus_close(corpus), 0;
	if (hub_postgres(socket, sizeof socket))
		run(corpus, (size_t)n, true);
	else
		(void)fprintf(stderr, "bench: PostgreSQL is not running\n");
	corpus_close(corpus);
	return 0;
}
