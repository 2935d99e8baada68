/*
 * One request at a time: round trip and the server's CPU time for it, client and
 * server on one CPU (waking another costs 18 us a hop and is not the server's).
 * The floor answers with the very bytes that the first subject answered with; it
 * is the subject whose command ends in the name of the file to keep them in.
 *
 * prompts_get_before_commit is the same request to the same protocol core in this
 * process, over the library in PROMPTD_HOME: from the message to the answer, which
 * is then complete and may not be sent yet, and apart from that the commit of the
 * usage row, for which it waits. The way through two pipes is in neither; it is
 * what the floor of prompts_get takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mcp/mcp.h"
#include "store/prompts.h"
#include "tests/bench/request.h"

#define REQUESTS 4000
#define WARM 200
#define MOST_NS 3000000000 /* stop early with a slow subject */

static void measure(struct bench_server *server, const struct request *request, const char *name)
{
	static int64_t taken[REQUESTS];
	char text[REQUEST_BYTES];
	int64_t cpu = 0, begin = 0, start;
	size_t i, n = 0;

	for (i = 0; i < WARM + REQUESTS; i++) {
		size_t len = request_write(text, request, 10 + i, name);
		if (i == WARM) {
			begin = bench_now_ns();
			cpu = bench_cpu_ns(server->pid);
		}
		start = bench_now_ns();
		bench_send(server, text, len);
		(void)bench_receive(server);
		if (i < WARM)
			continue;
		taken[n++] = bench_now_ns() - start;
		if (bench_now_ns() - begin > MOST_NS)
			break;
	}
	cpu = bench_cpu_ns(server->pid) - cpu;
	bench_sort(taken, n);
	bench_value("n", (double)n);
	bench_value("p50", (double)bench_percentile(taken, n, 50) / 1e3);
	bench_value("p99", (double)bench_percentile(taken, n, 99) / 1e3);
	bench_value("cpu", (double)cpu / (double)n / 1e3);
}

/* Ask once, see that it is answered, and keep the answer for the floor. */
static bool prepare(const struct bench_subject *subject, const struct request *request)
{
	static struct bench_server server;
	char text[REQUEST_BYTES], name[256] = "";
	const char *answer;

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	if (request->named && !request_prompt_name(&server, name)) {
		bench_stop(&server);
		return false;
	}
	(void)request_write(text, request, 2, name);
	answer = bench_ask(&server, text);
	bench_value("answer_bytes", (double)strlen(answer));
	if (getenv("BENCH_FLOOR_FILE") != NULL)
		request_save_result(answer, getenv("BENCH_FLOOR_FILE"));
	bench_stop(&server);
	return true;
}

static void measure_subject(const struct bench_subject *subject, const struct request *request)
{
	static struct bench_server server;
	char name[256] = "any";

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	if (request->named && strcmp(subject->name, "floor") != 0)
		(void)request_prompt_name(&server, name);
	measure(&server, request, name);
	bench_stop(&server);
}

/* --- Before the commit --------------------------------------------------------- */

#define NAMES_MAX 1000

struct names {
	char *names[NAMES_MAX];
	size_t n;
};

static int take_name(void *data, const struct store_row *row)
{
	struct names *names = data;

	if (names->n < NAMES_MAX && str_is(row->inputs, "[]"))
		names->names[names->n++] = str_dup(row->path);
	return names->n == NAMES_MAX;
}

static int64_t cpu_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void report(const char *name, int64_t *values, size_t n)
{
	char text[32];
	int p;

	bench_sort(values, n);
	for (p = 50; p < 100; p += 49) {
		(void)snprintf(text, sizeof text, "%s_p%d", name, p);
		bench_value(text, (double)bench_percentile(values, n, p) / 1e3);
	}
}

/* The first `n` names in turn. */
static void get_in_process(
	struct mcp_session *session, const struct request *request, char *const *names, size_t n)
{
	static int64_t answer[REQUESTS], cpu[REQUESTS], commit[REQUESTS];
	char text[REQUEST_BYTES];
	struct err err;
	size_t i;

	for (i = 0; i < REQUESTS; i++) {
		size_t len = request_write(text, request, 10 + i, names[i % n]);
		int64_t start = bench_now_ns(), start_cpu = cpu_now_ns(), answered;

		mcp_session_receive(session, (struct str){text, len - 1});
		cpu[i] = cpu_now_ns() - start_cpu;
		answered = bench_now_ns();
		answer[i] = answered - start;
		if (mcp_session_settle(session, &err) != 0 ||
			strstr(buf_text(mcp_session_out(session)), "\"messages\"") == NULL)
			bench_fail("no prompt");
		commit[i] = bench_now_ns() - answered;
		buf_clear(mcp_session_out(session));
	}
	report("answer", answer, REQUESTS);
	report("answer_cpu", cpu, REQUESTS);
	report("commit", commit, REQUESTS);
}

static void measure_in_process(const char *home, const struct request *request)
{
	static const char hello[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
		"{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
		"\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
	char dir[512];
	struct store_options options = {.dir = dir};
	struct mcp_server_options server_options = {.remember_values = true};
	struct mcp_session *session;
	struct mcp_server *server;
	struct names names = {.n = 0};
	struct err err;

	(void)snprintf(dir, sizeof dir, "%s/data", home);
	if (store_open(&server_options.store, &options, &err) < 0 ||
		mcp_server_new(&server, &server_options, &err) != 0 ||
		store_prompt_list(server_options.store, NULL, STR(""), 5 * NAMES_MAX, take_name,
			&names, &err) != 0 ||
		names.n == 0)
		bench_fail("no library in PROMPTD_HOME");
	session = mcp_session_new(server, "stdio");
	mcp_session_receive(session, str_of(hello));
	bench_begin("prompts_get_before_commit", "us");
	bench_subject_begin("one_prompt");
	get_in_process(session, request, names.names, 1);
	bench_subject_end();
	bench_subject_begin("each_time_another");
	get_in_process(session, request, names.names, names.n);
	bench_subject_end();
	bench_end();
	mcp_session_free(session);
	mcp_server_free(server);
	store_close(server_options.store);
	while (names.n > 0)
		free(names.names[--names.n]);
}

int main(int argc, char **argv)
{
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), i;
	const struct request *request;

	bench_pin();
	for (request = request_table; request->figure != NULL; request++) {
		bench_begin(request->figure, "us");
		for (i = 0; i < n; i++) {
			if (i > 0 && request->ours && strcmp(subjects[i].name, "floor") != 0)
				continue;
			bench_subject_begin(subjects[i].name);
			if (i > 0 || prepare(&subjects[0], request))
				measure_subject(&subjects[i], request);
			bench_subject_end();
		}
		bench_end();
		if (strcmp(request->figure, "prompts_get") == 0 && getenv("PROMPTD_HOME") != NULL)
			measure_in_process(getenv("PROMPTD_HOME"), request);
	}
	return 0;
}
