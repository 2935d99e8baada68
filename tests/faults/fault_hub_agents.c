/*
 * Many agents and one hub that goes away for a while: no storm when it is back, and all
 * of them end up with what the hub has.
 *
 *	fault_hub_agents [AGENTS [SECONDS-OF-OUTAGE [SPEED-OF-TIME]]]
 *
 * The agents are simulated, their schedule is not: it is sync/schedule.h, told another
 * speed of time, and they ask a real promptd-hub over loopback. First without streams, as
 * behind a proxy that lets none through: how many questions a second that is, is what a
 * hub for so many is made for, and what comes after an outage must stay below twice that.
 * Then with streams, which all break in the same moment.
 *
 * Times are simulated ones; what is counted is what the hub took.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <strings.h>

#include "core/clock.h"
#include "core/json.h"
#include "sync/schedule.h"
#include "tests/hub_run.h"

#define SECOND_US INT64_C(1000000)
#define PROMPTS 24
#define NAMES_MAX 64
#define ETAG_BYTES 128
#define WINDOW_S 10	 /* over which a rate is taken */
#define PATIENCE_S 15000 /* a minute of the machine's in the short form */
#define COUNTED_S 50000

struct talk {
	int fd; /* -1: none */
	struct buf in;
	bool sent;
};

struct agent {
	struct schedule schedule;
	struct talk question, stream;
	char token[HUB_RUN_TOKEN_BYTES], cursor[ETAG_BYTES], etag[ETAG_BYTES];
	struct held {
		char id[ID_BYTES];
		int64_t version;
	} held[NAMES_MAX];
	size_t n_held;
};

struct crowd {
	struct hub_run run;
	struct agent *agents;
	struct pollfd *polls;
	size_t n;
	bool streams; /* may be used */
	bool out;     /* the hub is away */
	int speed;    /* of time */
	int64_t began_us;
	unsigned asked[COUNTED_S]; /* questions and streams taken, in each second */
	unsigned long refused;
};

/* ── simulated time ────────────────────────────────────────────────────── */

static int64_t now_us(const struct crowd *crowd)
{
	return (clock_monotonic_us() - crowd->began_us) * crowd->speed;
}

static size_t now_s(const struct crowd *crowd)
{
	size_t now = (size_t)(now_us(crowd) / SECOND_US);

	CHECK(now < COUNTED_S);
	return now;
}

/* Questions a second between two times, and at most over WINDOW_S in between. */
static double rate(const struct crowd *crowd, size_t from_s, size_t to_s, double *peak)
{
	unsigned long all = 0, window = 0, most = 0;
	size_t s;

	for (s = from_s; s < to_s; s++) {
		all += crowd->asked[s];
		window += crowd->asked[s];
		if (s >= from_s + WINDOW_S)
			window -= crowd->asked[s - WINDOW_S];
		most = window > most ? window : most;
	}
	*peak = (double)most / WINDOW_S;
	return (double)all / (double)(to_s - from_s);
}

/* ── one agent ─────────────────────────────────────────────────────────── */

static void talk_end(struct talk *talk)
{
	if (talk->fd >= 0)
		(void)close(talk->fd);
	talk->fd = -1;
	talk->sent = false;
	buf_clear(&talk->in);
}

static void talk_begin(const struct crowd *crowd, struct talk *talk)
{
	struct sockaddr_in at = hub_run_address(&crowd->run);

	talk_end(talk);
	talk->fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(talk->fd >= 0);
	(void)fcntl(talk->fd, F_SETFL, O_NONBLOCK);
	if (connect(talk->fd, (struct sockaddr *)&at, sizeof at) != 0 && errno != EINPROGRESS)
		talk_end(talk);
}

/* False: it does not go. */
static bool talk_send(struct crowd *crowd, const struct agent *agent, struct talk *talk)
{
	bool stream = talk == &agent->stream;
	struct buf text = BUF_INIT(4096);
	bool went;

	(void)buf_add_format(&text,
		"GET /api/v1/sync%s%s HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\n",
		stream			   ? "/stream"
		: agent->cursor[0] != '\0' ? "?cursor="
					   : "",
		stream ? "" : agent->cursor, agent->token);
	if (!stream && agent->etag[0] != '\0')
		(void)buf_add_format(&text, "If-None-Match: %s\r\n", agent->etag);
	(void)buf_add_str(&text, "\r\n");
	went = send(talk->fd, text.data, text.len, MSG_NOSIGNAL) == (ssize_t)text.len;
	buf_fini(&text);
	talk->sent = went;
	if (went)
		crowd->asked[now_s(crowd)]++;
	return went;
}

/* The value of a header field of what came; empty: it is not there. */
static struct str field(const struct talk *talk, const char *name)
{
	struct str rest = {buf_text(&talk->in), talk->in.len}, line, value;

	while (str_next_line(&rest, &line) && line.n > 0) {
		struct str key = str_cut(line, ':', &value);

		if (key.n == strlen(name) && strncasecmp(key.p, name, key.n) == 0)
			return str_trim(value);
	}
	return STR("");
}

static int64_t number_field(const struct talk *talk, const char *name)
{
	int64_t number = -1;

	(void)str_to_int(field(talk, name), 0, INT32_MAX, &number);
	return number;
}

static void hold(struct agent *agent, const char *id, int64_t version)
{
	size_t i;

	for (i = 0; i < agent->n_held && strcmp(agent->held[i].id, id) != 0; i++)
		;
	CHECK(i < NAMES_MAX);
	if (i == agent->n_held)
		agent->n_held++;
	(void)snprintf(agent->held[i].id, ID_BYTES, "%s", id);
	agent->held[i].version = version;
}

/* A page: what it puts, and its cursor. */
static void take_page(struct agent *agent, struct str body)
{
	struct str line, kind;
	json_t *json;

	while (str_next_line(&body, &line)) {
		json = json_loadb(line.p, line.n, 0, NULL);
		CHECK(json != NULL);
		kind = json_str(json, "t");
		if (str_is(kind, "put"))
			hold(agent, json_string_value(json_object_get(json, "id")),
				json_integer_value(json_object_get(json, "version")));
		if (str_is(kind, "commit")) {
			CHECK(json_is_false(json_object_get(json, "more")));
			(void)snprintf(agent->cursor, ETAG_BYTES, "%s",
				json_string_value(json_object_get(json, "cursor")));
		}
		json_decref(json);
	}
}

static void question_over(struct crowd *crowd, struct agent *agent, bool answered)
{
	struct schedule_answer answer = {SCHEDULE_FAILED, -1, -1};
	struct talk *talk = &agent->question;
	const char *text = buf_text(&talk->in), *body = strstr(text, "\r\n\r\n");
	unsigned long status = answered ? strtoul(text + 9, NULL, 10) : 0;
	struct str etag = answered ? field(talk, "etag") : STR("");

	if (answered) {
		answer.retry_after_s = number_field(talk, "retry-after");
		answer.poll_after_s = number_field(talk, "promptd-poll-after");
	}
	if (status == 200)
		take_page(agent, (struct str){body + 4, strlen(body + 4)});
	if (status == 200 || status == 304) {
		answer.outcome = SCHEDULE_FINE;
		(void)snprintf(agent->etag, ETAG_BYTES, "%.*s", (int)etag.n, etag.p);
	} else {
		crowd->refused++;
		CHECK(crowd->out || status == 503 || status == 429 || status == 0);
	}
	talk_end(talk);
	schedule_answered(&agent->schedule, now_us(crowd), &answer);
}

/* What came of a question up to now; true: all of it. */
static bool is_whole(const struct talk *talk)
{
	const char *text = buf_text(&talk->in), *end = strstr(text, "\r\n\r\n");
	int64_t length = end != NULL ? number_field(talk, "content-length") : 0;

	return end != NULL &&
	       talk->in.len - (size_t)(end + 4 - text) >= (size_t)(length > 0 ? length : 0);
}

/* Events of a stream; what is taken of them is thrown away. */
static void take_events(struct crowd *crowd, struct agent *agent)
{
	struct talk *talk = &agent->stream;
	const char *text = buf_text(&talk->in), *head = strstr(text, "\r\n\r\n"), *end, *spread;

	if (!agent->schedule.streaming) {
		if (head == NULL)
			return;
		if (strtoul(text + 9, NULL, 10) != 200) {
			schedule_stream_closed(
				&agent->schedule, now_us(crowd), number_field(talk, "retry-after"));
			talk_end(talk);
			return;
		}
		buf_consume(&talk->in, (size_t)(head + 4 - text));
		schedule_stream_opened(&agent->schedule, now_us(crowd));
	}
	while ((end = strstr(text = buf_text(&talk->in), "\n\n")) != NULL) {
		spread = strstr(text, "\"spread_ms\":");
		if (spread != NULL && spread < end)
			schedule_changed(&agent->schedule, now_us(crowd),
				(int64_t)strtoul(spread + 12, NULL, 10));
		buf_consume(&talk->in, (size_t)(end + 2 - text));
	}
}

static void talk_over(struct crowd *crowd, struct agent *agent, struct talk *talk)
{
	if (talk == &agent->question) {
		question_over(crowd, agent, false);
		return;
	}
	talk_end(talk);
	crowd->refused++;
	schedule_stream_closed(&agent->schedule, now_us(crowd), -1);
}

/* Its socket has something to tell. */
static void talk_ready(struct crowd *crowd, struct agent *agent, struct talk *talk)
{
	char *room = buf_reserve(&talk->in, 65536);
	ssize_t n;

	CHECK(room != NULL);
	if (!talk->sent) {
		if (!talk_send(crowd, agent, talk))
			talk_over(crowd, agent, talk);
		return;
	}
	n = recv(talk->fd, room, 65536, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		talk_over(crowd, agent, talk);
		return;
	}
	buf_grow(&talk->in, (size_t)n);
	if (talk == &agent->stream)
		take_events(crowd, agent);
	else if (is_whole(talk))
		question_over(crowd, agent, true);
}

static void agent_step(struct crowd *crowd, struct agent *agent)
{
	if (agent->question.fd < 0 && schedule_wait_us(&agent->schedule, now_us(crowd)) == 0) {
		talk_begin(crowd, &agent->question);
		if (agent->question.fd < 0)
			question_over(crowd, agent, false);
	}
	if (crowd->streams && agent->stream.fd < 0 &&
		schedule_stream_wait_us(&agent->schedule, now_us(crowd)) == 0) {
		talk_begin(crowd, &agent->stream);
		if (agent->stream.fd < 0)
			talk_over(crowd, agent, &agent->stream);
	}
}

/* ── all of them ───────────────────────────────────────────────────────── */

static void crowd_step(struct crowd *crowd)
{
	struct talk *talk;
	size_t i;

	for (i = 0; i < crowd->n; i++)
		agent_step(crowd, &crowd->agents[i]);
	for (i = 0; i < 2 * crowd->n; i++) {
		talk = i % 2 == 0 ? &crowd->agents[i / 2].question : &crowd->agents[i / 2].stream;
		crowd->polls[i] =
			(struct pollfd){.fd = talk->fd, .events = talk->sent ? POLLIN : POLLOUT};
	}
	(void)poll(crowd->polls, (nfds_t)(2 * crowd->n), 5);
	for (i = 0; i < 2 * crowd->n; i++) {
		talk = i % 2 == 0 ? &crowd->agents[i / 2].question : &crowd->agents[i / 2].stream;
		if (crowd->polls[i].revents != 0 && talk->fd == crowd->polls[i].fd)
			talk_ready(crowd, &crowd->agents[i / 2], talk);
	}
}

static size_t run_until(struct crowd *crowd, size_t end_s)
{
	while (now_s(crowd) < end_s)
		crowd_step(crowd);
	return now_s(crowd);
}

static size_t n_streaming(const struct crowd *crowd)
{
	size_t i, n = 0;

	for (i = 0; i < crowd->n; i++)
		n += crowd->agents[i].schedule.streaming;
	return n;
}

static size_t n_converged(const struct crowd *crowd, const struct agent *with)
{
	size_t i, j, k, n = 0, same;

	for (i = 0; i < crowd->n; i++) {
		const struct agent *agent = &crowd->agents[i];

		for (same = 0, j = 0; j < agent->n_held; j++)
			for (k = 0; k < with->n_held; k++)
				same += strcmp(agent->held[j].id, with->held[k].id) == 0 &&
					agent->held[j].version == with->held[k].version;
		n += same == with->n_held && agent->n_held == with->n_held;
	}
	return n;
}

static void crowd_begin(struct crowd *crowd, bool streams)
{
	struct agent *agent;
	size_t i;

	crowd->streams = streams;
	crowd->out = false;
	crowd->refused = 0;
	crowd->began_us = clock_monotonic_us();
	(void)memset(crowd->asked, 0, sizeof crowd->asked);
	for (i = 0; i < crowd->n; i++) {
		agent = &crowd->agents[i];
		*agent = (struct agent){.question.fd = -1, .stream.fd = -1};
		buf_init(&agent->question.in, 4UL * 1024 * 1024);
		buf_init(&agent->stream.in, 1024UL * 1024);
		hub_run_token(i, agent->token);
		schedule_init(&agent->schedule, i * 7919 + 1, 0);
	}
}

static void crowd_end(struct crowd *crowd)
{
	size_t i;

	for (i = 0; i < crowd->n; i++) {
		talk_end(&crowd->agents[i].question);
		talk_end(&crowd->agents[i].stream);
		buf_fini(&crowd->agents[i].question.in);
		buf_fini(&crowd->agents[i].stream.in);
	}
}

/* ── the story ─────────────────────────────────────────────────────────── */

/* What the hub has, as somebody new is told. */
static void expected(const struct crowd *crowd, struct agent *out)
{
	struct buf body = BUF_INIT(4UL * 1024 * 1024);

	*out = (struct agent){.n_held = 0};
	CHECK(hub_run_ask(&crowd->run, "GET", "/api/v1/sync", HUB_RUN_ADMIN, "", &body) == 200);
	take_page(out, (struct str){buf_text(&body), body.len});
	buf_fini(&body);
}

static void until_all_have(struct crowd *crowd)
{
	static struct agent with;
	size_t end_s = now_s(crowd) + PATIENCE_S;

	expected(crowd, &with);
	while (n_converged(crowd, &with) < crowd->n) {
		CHECK(now_s(crowd) < end_s);
		crowd_step(crowd);
	}
}

static void until_all_stream(struct crowd *crowd)
{
	size_t end_s = now_s(crowd) + PATIENCE_S;

	while (n_streaming(crowd) < crowd->n) {
		CHECK(now_s(crowd) < end_s);
		crowd_step(crowd);
	}
}

struct plan {
	size_t agents;
	int speed;
	size_t quiet_s, steady_s, outage_s, after_s;
};

static const char *const limits[] = {"--rates", "off", NULL};

static void publish(struct crowd *crowd, char ids[PROMPTS][ID_BYTES], size_t n)
{
	char slug[32];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(slug, sizeof slug, "crowd/p%zu", i);
		hub_run_publish(&crowd->run, slug, ids[i]);
	}
}

/* Returns the steady rate, and the peak after the outage. */
static double story(struct crowd *crowd, const struct plan *plan, char ids[PROMPTS][ID_BYTES],
	const char *log, double *after)
{
	double steady, ignored;
	size_t at, back;

	at = run_until(crowd, plan->quiet_s);
	(void)run_until(crowd, at + plan->steady_s);
	steady = rate(crowd, at, at + plan->steady_s, &ignored);
	until_all_have(crowd);
	if (crowd->streams)
		until_all_stream(crowd);

	crowd->out = true;
	CHECK(hub_run_stop(&crowd->run, SIGTERM) == 0);
	(void)run_until(crowd, now_s(crowd) + plan->outage_s);
	hub_run_start(&crowd->run, limits, log);
	back = now_s(crowd);
	(void)run_until(crowd, back + plan->after_s);
	(void)rate(crowd, back, back + plan->after_s, after);
	crowd->out = false;
	CHECK(plan->outage_s < 100 || crowd->refused >= crowd->n); /* all have noticed */

	publish(crowd, ids, 3);
	until_all_have(crowd);
	return steady;
}

static void report(const struct crowd *crowd, const char *how, double steady, double peak)
{
	(void)printf("%zu agents %s: %.1f a second when all is well, at most %.1f a second (over "
		     "%d s) after the outage; %lu in vain; all have what the hub has\n",
		crowd->n, how, steady, peak, WINDOW_S, crowd->refused);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	static char ids[PROMPTS][ID_BYTES];
	struct plan plan = {50, 250, 150, 150, 300, 400};
	struct crowd crowd = {.n = 0};
	double steady, peak, peak_streams;
	char log[512];

	if (argc > 1)
		plan = (struct plan){strtoul(argv[1], NULL, 10), 8, 150, 240, 600, 600};
	if (argc > 2)
		plan.outage_s = strtoul(argv[2], NULL, 10);
	if (argc > 3)
		plan.speed = (int)strtoul(argv[3], NULL, 10);
	CHECK(plan.agents > 0 && plan.agents < 20000 && plan.speed > 0);
	json_door_init();
	hub_run_files();
	crowd.n = plan.agents;
	crowd.speed = plan.speed;
	crowd.agents = xcalloc(crowd.n, sizeof *crowd.agents);
	crowd.polls = xcalloc(2 * crowd.n, sizeof *crowd.polls);
	hub_run_make(&crowd.run, false, crowd.n);
	(void)snprintf(log, sizeof log, "%s/log", crowd.run.place.dir);
	hub_run_start(&crowd.run, limits, log);
	publish(&crowd, ids, PROMPTS);

	crowd_begin(&crowd, false);
	steady = story(&crowd, &plan, ids, log, &peak);
	report(&crowd, "without streams", steady, peak);
	crowd_end(&crowd);
	crowd_begin(&crowd, true);
	(void)story(&crowd, &plan, ids, log, &peak_streams);
	report(&crowd, "with streams", steady, peak_streams);
	crowd_end(&crowd);

	CHECK(hub_run_stop(&crowd.run, SIGTERM) == 0);
	(void)unlink(log);
	hub_place_remove(&crowd.run.place);
	free(crowd.agents);
	free(crowd.polls);
	/* As many as sync.md has it, else something held them back. */
	CHECK(crowd.n < 500 || steady > 0.8 * (double)crowd.n / SCHEDULE_POLL_S);
	/* Fewer are too few for a rate: half of what they ask is chance. */
	if (crowd.n >= 500 && (peak > 2 * steady || peak_streams > 2 * steady)) {
		(void)printf("a storm: more than twice as many\n");
		return 1;
	}
	return 0;
}
