/*
 * promptd-hub over loopback, on each of its databases: questions with nothing new, a page
 * of the feed, batches of usage, one prompt read. Each beside what the same takes without
 * the hub in the same run: an answer that only says "ok" (HTTP alone), the same statement
 * asked of the database directly.
 *
 *	bench_hub [FIGURE]
 */
#include <netinet/tcp.h>
#include <poll.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/feed.h"
#include "tests/bench/bench.h"
#include "tests/hub_run.h"

#define PROMPTS 500
#define CONNECTIONS 16
#define EVENTS 500 /* of a batch */

static const char *const words[] = {"--rates", "off", "--workers", "4", NULL};

struct world {
	struct hub_run run;
	struct hub_db *db; /* asked directly */
	char prompt[ID_BYTES], cursor[128], etag[160];
};

/* ── many questions at once ────────────────────────────────────────────── */

/* Writes the number-th question. */
typedef void question_fn(struct world *world, size_t number, struct buf *out);

struct connection {
	int fd;
	int64_t asked_ns;
	struct buf in;
};

struct load {
	double rate, cpu_us, p50_us, p99_us, bytes;
};

static void ask(
	struct world *world, struct connection *connection, question_fn *question, size_t number)
{
	struct buf text = BUF_INIT(8UL * 1024 * 1024);

	question(world, number, &text);
	buf_clear(&connection->in);
	connection->asked_ns = bench_now_ns();
	if (send(connection->fd, text.data, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
		bench_fail("the hub takes no question");
	buf_fini(&text);
}

/* True: the answer is whole, and what was expected. */
static bool take(struct connection *connection, unsigned expected)
{
	char *room = buf_reserve(&connection->in, 262144);
	const char *text, *end, *length;
	ssize_t n = recv(connection->fd, room, 262144, 0);

	if (n <= 0)
		bench_fail("the hub has gone");
	buf_grow(&connection->in, (size_t)n);
	text = buf_text(&connection->in);
	end = strstr(text, "\r\n\r\n");
	if (end == NULL)
		return false;
	if (strtoul(text + 9, NULL, 10) != expected)
		bench_fail(text);
	length = strstr(text, "ontent-length: ");
	return length == NULL || length > end ||
	       connection->in.len - (size_t)(end + 4 - text) >= strtoul(length + 15, NULL, 10);
}

static void connect_all(struct world *world, struct connection *connections, size_t n)
{
	struct sockaddr_in at = hub_run_address(&world->run);
	const int one = 1;
	size_t i;

	for (i = 0; i < n; i++) {
		connections[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		buf_init(&connections[i].in, 64UL * 1024 * 1024);
		if (connections[i].fd < 0 ||
			connect(connections[i].fd, (struct sockaddr *)&at, sizeof at) != 0)
			bench_fail("cannot connect to the hub");
		(void)setsockopt(connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
}

/* So many questions over so many connections, one on each at a time. */
static struct load load(
	struct world *world, size_t n_connections, size_t n, question_fn *question, unsigned status)
{
	struct connection connections[CONNECTIONS];
	struct pollfd polls[CONNECTIONS];
	int64_t *took = xcalloc(n, sizeof *took), begun, cpu;
	size_t i, asked = 0, answered = 0;
	struct load result = {.bytes = 0};

	connect_all(world, connections, n_connections);
	begun = bench_now_ns();
	cpu = bench_cpu_ns(world->run.pid);
	for (i = 0; i < n_connections; i++) {
		polls[i] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
		ask(world, &connections[i], question, asked++);
	}
	while (answered < n) {
		(void)poll(polls, (nfds_t)n_connections, -1);
		for (i = 0; i < n_connections; i++) {
			if (polls[i].revents == 0 || !take(&connections[i], status))
				continue;
			if (answered < n)
				took[answered++] = bench_now_ns() - connections[i].asked_ns;
			result.bytes = (double)connections[i].in.len;
			if (asked < n + n_connections)
				ask(world, &connections[i], question, asked++);
		}
	}
	result.rate = (double)n * 1e9 / (double)(bench_now_ns() - begun);
	result.cpu_us = (double)(bench_cpu_ns(world->run.pid) - cpu) / 1e3 / (double)n;
	bench_sort(took, n);
	result.p50_us = (double)bench_percentile(took, n, 50) / 1e3;
	result.p99_us = (double)bench_percentile(took, n, 99) / 1e3;
	for (i = 0; i < n_connections; i++) {
		(void)close(connections[i].fd);
		buf_fini(&connections[i].in);
	}
	free(took);
	return result;
}

/* ── questions ─────────────────────────────────────────────────────────── */

static void livez(struct world *world, size_t number, struct buf *out)
{
	(void)world;
	(void)number;
	(void)buf_add_str(out, "GET /livez HTTP/1.1\r\nHost: hub\r\n\r\n");
}

static void get(struct buf *out, const char *token, const char *path, const char *more)
{
	(void)buf_add_format(out,
		"GET %s HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\n%s\r\n", path, token,
		more);
}

static void nothing_new(struct world *world, size_t number, struct buf *out)
{
	char token[HUB_RUN_TOKEN_BYTES], path[256], etag[256];

	hub_run_token(number % world->run.n_people, token);
	(void)snprintf(path, sizeof path, "/api/v1/sync?cursor=%s", world->cursor);
	(void)snprintf(etag, sizeof etag, "If-None-Match: %s\r\n", world->etag);
	get(out, token, path, etag);
}

static void feed_page(struct world *world, size_t number, struct buf *out)
{
	char token[HUB_RUN_TOKEN_BYTES];

	hub_run_token(number % world->run.n_people, token);
	get(out, token, "/api/v1/sync?limit=500", "");
}

static void one_prompt(struct world *world, size_t number, struct buf *out)
{
	char token[HUB_RUN_TOKEN_BYTES], path[256];

	hub_run_token(number % world->run.n_people, token);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", world->prompt);
	get(out, token, path, "");
}

static void batch(struct world *world, size_t number, struct buf *out)
{
	struct buf body = BUF_INIT(1024UL * 1024);
	char token[HUB_RUN_TOKEN_BYTES], id[ID_BYTES];
	size_t i;

	for (i = 0; i < EVENTS; i++) {
		id_new(id);
		(void)buf_add_format(&body,
			"{\"event_id\":\"%s\",\"occurred_at\":\"2026-11-20T10:00:00Z\","
			"\"prompt_id\":\"%s\",\"version\":1,\"client_type\":\"mcp\","
			"\"client_name\":\"bench\",\"action\":\"%s\",\"outcome\":\"ok\","
			"\"latency_ms\":12}\n",
			id, world->prompt, i % 2 == 0 ? "get" : "render");
	}
	hub_run_token(number % world->run.n_people, token);
	(void)buf_add_format(out,
		"POST /api/v1/usage:batch HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/x-ndjson\r\nContent-Length: %zu\r\n\r\n",
		token, body.len);
	(void)buf_add(out, body.data, body.len);
	buf_fini(&body);
}

/* ── the database by itself ────────────────────────────────────────────── */

static int ignore(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)columns;
	(void)n;
	(void)err;
	(*(size_t *)data)++;
	return 0;
}

static int page_directly(struct hub_db *db, void *data, struct err *err)
{
	return hub_db_run(db, feed_changes_sql,
		DB_ARGS(db_string(HUB_RUN_TENANT), db_string("pd_of_person_0"), db_number(0),
			db_number(0), db_number(501), db_number(0)),
		ignore, data, err);
}

static int prompt_directly(struct hub_db *db, void *data, struct err *err)
{
	(void)data;
	return hub_db_run(db,
		"SELECT id, slug, title, description, owner_id, team_id, revision FROM prompt "
		"WHERE tenant = $1 ORDER BY id LIMIT 1",
		DB_ARGS(db_string(HUB_RUN_TENANT)), ignore, data, err);
}

/* A batch's rows, one statement each, in one transaction. */
static int rows_directly(struct hub_db *db, void *data, struct err *err)
{
	char id[ID_BYTES];
	size_t i;
	int rc = 0;

	(void)data;
	for (i = 0; rc == 0 && i < EVENTS; i++) {
		id_new(id);
		rc = hub_db_run(db,
			"INSERT INTO usage_event (tenant, event_id, occurred_ms, received_ms, "
			"user_id, device_id, prompt_id, number, client_type, client_name, action, "
			"outcome, error_code, latency_ms, trace_id, uses) VALUES ($1, $2, $3, $3, "
			"$4, $4, $4, 1, 'mcp', 'bench', 'get', 'ok', '', 12, '', 1) ON CONFLICT DO "
			"NOTHING",
			DB_ARGS(db_string(HUB_RUN_TENANT), db_string(id), db_number(clock_now_ms()),
				db_string("someone")),
			NULL, NULL, err);
	}
	return rc;
}

/* Median of so many transactions, in microseconds. */
static double directly(struct world *world, enum db_mode mode, db_work_fn *work, size_t n)
{
	int64_t *took = xcalloc(n, sizeof *took), begun;
	struct err err = {.text = ""};
	size_t i, rows = 0;
	double median;

	for (i = 0; i < n; i++) {
		begun = bench_now_ns();
		if (hub_transaction(world->db, mode, HUB_RUN_TENANT, work, &rows, &err) != 0)
			bench_fail(err.text);
		took[i] = bench_now_ns() - begun;
	}
	bench_sort(took, n);
	median = (double)bench_percentile(took, n, 50) / 1e3;
	free(took);
	return median;
}

/* ── the figures ───────────────────────────────────────────────────────── */

static void world_begin(struct world *world, bool postgres)
{
	struct buf page = BUF_INIT(64UL * 1024 * 1024);
	char slug[32], log[300], id[ID_BYTES];
	struct err err = {.text = ""};
	struct str head, value;
	const char *at;
	size_t i;

	hub_run_make(&world->run, postgres, CONNECTIONS);
	(void)snprintf(log, sizeof log, "/dev/null");
	hub_run_start(&world->run, words, log);
	for (i = 0; i < PROMPTS; i++) {
		(void)snprintf(slug, sizeof slug, "bench/p%zu", i);
		id[0] = '\0';
		hub_run_publish(&world->run, slug, id);
	}
	(void)snprintf(world->prompt, sizeof world->prompt, "%s", id);
	CHECK(hub_run_ask(&world->run, "GET", "/api/v1/sync", "pd_of_person_0", "", &page) == 200);
	at = strstr(buf_text(&page), "\"cursor\":\"");
	CHECK(at != NULL);
	head = str_cut(str_of(at + 10), '"', &value);
	(void)snprintf(world->cursor, sizeof world->cursor, "%.*s", (int)head.n, head.p);
	(void)snprintf(world->etag, sizeof world->etag, "\"%s\"", world->cursor);
	buf_fini(&page);
	CHECK(hub_db_open(&world->db, world->run.place.url, &err) == 0);
}

static void world_end(struct world *world)
{
	hub_db_close(world->db);
	CHECK(hub_run_stop(&world->run, SIGTERM) == 0);
	hub_place_remove(&world->run.place);
}

static void tell_load(const char *prefix, const struct load *load, bool latencies)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%srate", prefix);
	bench_value(name, load->rate);
	(void)snprintf(name, sizeof name, "%scpu_us", prefix);
	bench_value(name, load->cpu_us);
	if (!latencies)
		return;
	(void)snprintf(name, sizeof name, "%sp50_us", prefix);
	bench_value(name, load->p50_us);
	(void)snprintf(name, sizeof name, "%sp99_us", prefix);
	bench_value(name, load->p99_us);
}

static void conditional_gets(struct world *world)
{
	struct load quick, bare;

	(void)load(world, CONNECTIONS, 200, nothing_new, 304); /* they are known from here on */
	bare = load(world, CONNECTIONS, 30000, livez, 200);
	quick = load(world, CONNECTIONS, 30000, nothing_new, 304);
	tell_load("", &quick, false);
	tell_load("livez_", &bare, false);
}

static void feed_pages(struct world *world)
{
	struct load page = load(world, 1, 200, feed_page, 200);

	tell_load("", &page, true);
	bench_value("bytes", page.bytes);
	bench_value("database_us", directly(world, DB_READ, page_directly, 200));
}

static void usage(struct world *world)
{
	struct load taken = load(world, 4, 200, batch, 200);

	bench_value("events", taken.rate * EVENTS);
	bench_value("cpu_us_each", taken.cpu_us / EVENTS);
	bench_value("database_events", EVENTS * 1e6 / directly(world, DB_WRITE, rows_directly, 60));
}

static void reads(struct world *world)
{
	struct load read = load(world, 1, 3000, one_prompt, 200);

	tell_load("", &read, true);
	bench_value("database_us", directly(world, DB_READ, prompt_directly, 3000));
}

static const struct {
	const char *name, *unit;
	void (*measure)(struct world *world);
} figures[] = {
	{"hub_conditional_gets", "1/s", conditional_gets},
	{"hub_feed_page", "1/s", feed_pages},
	{"hub_usage", "events/s", usage},
	{"hub_read", "1/s", reads},
};

int main(int argc, char **argv)
{
	static struct world worlds[2];
	static const char *const names[] = {"sqlite", "postgresql"};
	char socket[256];
	size_t i, j, n = hub_postgres(socket, sizeof socket) ? 2 : 1;

	json_door_init();
	for (j = 0; j < n; j++)
		world_begin(&worlds[j], j == 1);
	for (i = 0; i < sizeof figures / sizeof *figures; i++) {
		if (argc > 1 && strcmp(argv[1], figures[i].name) != 0)
			continue;
		bench_begin(figures[i].name, figures[i].unit);
		for (j = 0; j < n; j++) {
			bench_subject_begin(names[j]);
			figures[i].measure(&worlds[j]);
			bench_subject_end();
		}
		bench_end();
	}
	for (j = 0; j < n; j++)
		world_end(&worlds[j]);
	return 0;
}
