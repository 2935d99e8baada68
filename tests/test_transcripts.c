/*
 * Conversations as data: tests/transcripts/<name>.txt, each run in-process, over
 * stdio with the real promptd-mcp, and with the real agent over its unix socket
 * and its websocket; every time on a fresh copy of the library in
 * tests/transcripts/library.json.
 *
 *   # a comment
 *   > a message to the server, as it is
 *   < a line the server must answer, exactly; all of them, in order
 *   ! put {"path":…}        another process changes the library (as library.json)
 *   ! remove team/review
 *   ! close                 end of input; what the server says last follows (a
 *                           websocket has no such half: there the rest is left out)
 *
 * <<name>> in an expected line stands for any run of characters but quotes; used
 * again it must be the same, and in a later message it is put in. <<*>> is never
 * the same. <<text>> stands for all that is left of a string. What was said is also written to
 * BINARY_DIR/transcripts/, for schema_check.py to hold against the official schemas.
 *
 * test_transcripts [name…]: only these. With TRANSCRIPTS_PRINT=1 in the
 * environment the server's answers are printed instead of compared (to write new
 * transcripts from, after reading them).
 */
#define _DEFAULT_SOURCE /* mkdtemp, scandir */
#include <errno.h>

#include "core/json.h"
#include "core/prompt.h"
#include "mcp/mcp.h"
#include "store/prompts.h"
#include "tests/messages.h"
#include "tests/websocket_client.h"

#define NAMES_MAX 32
#define HEAR_MS 60000
#define FOLDER SOURCE_DIR "/tests/transcripts"

struct capture {
	char *name, *value;
};

enum way { IN_PROCESS, STDIO, UNIX, WEBSOCKET, WAYS };
static const char *const way_names[WAYS] = {"process", "stdio", "unix", "websocket"};

/* One run of one transcript. */
struct run {
	enum way way;
	const char *file; /* for messages */
	unsigned line;
	char home[64]; /* PROMPTD_HOME; the library is in data/ below */
	char data[80];
	struct store *store; /* of the "other process" */
	/* in-process */
	struct mcp_server *server;
	struct mcp_session *session;
	struct store *own;
	/* over stdio, or a line at a time to the agent */
	struct server child;
	struct agent agent;
	int websocket;
	bool over; /* nothing more can be said this way */

	struct capture captures[NAMES_MAX];
	size_t n_captures;
	FILE *records;
	json_t *sent; /* id as text → request */
	char revision[16];
};

static void die(const struct run *run, const char *what, const char *detail)
{
	(void)fprintf(stderr, "%s:%u (%s): %s%s%s\n", run->file, run->line, way_names[run->way],
		what, detail[0] != '\0' ? ": " : "", detail);
	exit(1);
}

static char *read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct buf text = BUF_INIT(16UL * 1024 * 1024);
	char *room;
	size_t n;

	CHECK(file != NULL);
	while ((room = buf_reserve(&text, 65536)) != NULL && (n = fread(room, 1, 65536, file)) > 0)
		buf_grow(&text, n);
	CHECK(!buf_failed(&text));
	(void)fclose(file);
	*len = text.len;
	return buf_take(&text);
}

/* ── the library ───────────────────────────────────────────────────────── */

static struct prompt *prompt_of(const json_t *json)
{
	struct prompt *prompt = prompt_new();
	const json_t *tags = json_object_get(json, "tags"), *tag;
	const json_t *inputs = json_object_get(json, "inputs");
	struct err err;
	size_t i;

	prompt_set(&prompt->path, json_str(json, "path"));
	prompt_set(&prompt->title, json_str(json, "title"));
	if (json_text(json, "description") != NULL)
		prompt_set(&prompt->description, json_str(json, "description"));
	if (json_text(json, "collection") != NULL)
		prompt_set(&prompt->collection, json_str(json, "collection"));
	if (json_text(json, "channel") != NULL)
		prompt_set(&prompt->channel, json_str(json, "channel"));
	json_array_foreach (tags, i, tag)
		prompt_add_tag(prompt, str_of(json_string_value(tag)));
	add_messages(prompt, json_object_get(json, "messages"));
	if ((inputs != NULL && prompt_inputs_parse(prompt, inputs, &err) != 0) ||
		prompt_check(prompt, &err) != 0) {
		(void)fprintf(stderr, "library.json: %s\n", err.text);
		exit(1);
	}
	return prompt;
}

static void put(struct store *store, const json_t *json)
{
	struct prompt *prompt = prompt_of(json);
	struct err err;

	if (store_prompt_put(store, prompt, NULL, &err) != 0) {
		(void)fprintf(stderr, "put: %s\n", err.text);
		exit(1);
	}
	prompt_free(prompt);
}

static void library_make(struct run *run)
{
	struct store_options options = {.dir = run->data};
	json_t *list, *entry;
	struct err err;
	size_t len, i;
	char *text = read_file(FOLDER "/library.json", &len);

	CHECK(json_door_parse((struct str){text, len}, &list, &err) == 0);
	CHECK(store_open(&run->store, &options, &err) == 0);
	json_array_foreach (list, i, entry)
		put(run->store, entry);
	json_decref(list);
	free(text);
}

/* ── two ways to a server ──────────────────────────────────────────────── */

static void start_in_process(struct run *run)
{
	struct mcp_server_options options = {.remember_values = true};
	struct store_options where = {.dir = run->data};
	struct err err;

	CHECK(store_open(&run->own, &where, &err) == 0);
	options.store = run->own;
	CHECK(mcp_server_new(&run->server, &options, &err) == 0);
	run->session = mcp_session_new(run->server, "test");
}

static void say(struct run *run, struct str message)
{
	struct err err;

	if (run->way == WEBSOCKET) {
		frame_say(run->websocket, message.p, message.n);
	} else if (run->way == IN_PROCESS) {
		mcp_session_receive(run->session, message);
		CHECK(mcp_session_settle(run->session, &err) == 0);
	} else if (!server_say_n(&run->child, message.p, message.n)) {
		die(run, "the server is gone", "");
	}
}

/* End of input. In-process, the session says its last. */
static void hang_up(struct run *run)
{
	if (run->way == IN_PROCESS)
		mcp_session_close(run->session);
	else if (run->way == WEBSOCKET)
		run->over = true;
	else
		server_hang_up(&run->child);
}

static char *hear_frame(struct run *run)
{
	struct pollfd fd = {.fd = run->websocket, .events = POLLIN};
	struct buf payload = BUF_INIT(4UL * 1024 * 1024);
	char *text;

	/* At the end: long enough for an answer too many to come. */
	if (poll(&fd, 1, run->over ? 30 : HEAR_MS) <= 0)
		return NULL;
	CHECK(frame_hear(run->websocket, &payload) == 1);
	text = buf_take(&payload);
	return text;
}

/* The next line the server wrote, yours; NULL when there is none. */
static char *hear(struct run *run)
{
	struct buf *out;
	const char *end;
	char *line;

	if (run->way == WEBSOCKET)
		return hear_frame(run);
	if (run->way != IN_PROCESS)
		return server_hear(&run->child, HEAR_MS);
	out = mcp_session_out(run->session);
	end = out->len > 0 ? memchr(out->data, '\n', out->len) : NULL;
	if (end == NULL)
		return NULL;
	line = str_dup((struct str){out->data, (size_t)(end - out->data)});
	buf_consume(out, (size_t)(end - out->data) + 1);
	return line;
}

static void start_agent(struct run *run)
{
	(void)snprintf(run->agent.home, sizeof run->agent.home, "%s", run->home);
	agent_start_in(&run->agent);
	if (run->way == WEBSOCKET) {
		run->websocket = connect_good(&run->agent);
		return;
	}
	run->child.to = connect_unix(&run->agent);
	CHECK(run->child.to >= 0);
	run->child.from = dup(run->child.to);
	buf_init(&run->child.in, 64UL * 1024 * 1024);
}

static void start(struct run *run)
{
	test_dir(run->home);
	(void)snprintf(run->data, sizeof run->data, "%s/data", run->home);
	CHECK(mkdir(run->data, 0700) == 0);
	library_make(run);
	run->sent = json_object();
	(void)snprintf(run->revision, sizeof run->revision, "2025-11-25");
	CHECK(setenv("PROMPTD_HOME", run->home, 1) == 0);
	if (run->way == IN_PROCESS)
		start_in_process(run);
	else if (run->way == STDIO)
		server_start(&run->child, BINARY_DIR "/bin/promptd-mcp", false);
	else
		start_agent(run);
}

static void stop_agent(struct run *run)
{
	int status = agent_end(&run->agent, SIGTERM);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (run->way == WEBSOCKET) {
		(void)close(run->websocket);
		return;
	}
	hang_up(run);
	(void)close(run->child.from);
	buf_fini(&run->child.in);
}

static void stop_server(struct run *run)
{
	int status;

	if (run->way == IN_PROCESS) {
		mcp_session_free(run->session);
		mcp_server_free(run->server);
		store_close(run->own);
	} else if (run->way == STDIO) {
		status = server_wait(&run->child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	} else {
		stop_agent(run);
	}
}

static void stop(struct run *run)
{
	size_t i;

	stop_server(run);
	store_close(run->store);
	for (i = 0; i < run->n_captures; i++) {
		free(run->captures[i].name);
		free(run->captures[i].value);
	}
	json_decref(run->sent);
	if (run->records != NULL)
		CHECK(fclose(run->records) == 0);
	test_dir_remove(run->home);
}

/* ── <<names>> ─────────────────────────────────────────────────────────── */

static const char *captured(const struct run *run, struct str name)
{
	size_t i;

	for (i = 0; i < run->n_captures; i++)
		if (str_is(name, run->captures[i].name))
			return run->captures[i].value;
	return NULL;
}

static void capture(struct run *run, struct str name, struct str value)
{
	if (str_is(name, "*"))
		return;
	CHECK(run->n_captures < NAMES_MAX);
	run->captures[run->n_captures].name = str_dup(name);
	run->captures[run->n_captures++].value = str_dup(value);
}

/* Next <<name>> in text: what stands before it, its name, what follows. */
static bool next_name(struct str *rest, struct str *before, struct str *name)
{
	size_t i, j;

	for (i = 0; i + 3 < rest->n; i++) {
		if (rest->p[i] != '<' || rest->p[i + 1] != '<')
			continue;
		for (j = i + 2; j + 1 < rest->n && j - i < 40; j++) {
			if (rest->p[j] != '>' || rest->p[j + 1] != '>')
				continue;
			*before = (struct str){rest->p, i};
			*name = (struct str){rest->p + i + 2, j - i - 2};
			*rest = (struct str){rest->p + j + 2, rest->n - j - 2};
			return true;
		}
	}
	return false;
}

/* How much a name stands for: a word, or all that is left of a string. */
static size_t run_len(struct str got, bool string)
{
	size_t n = 0;

	while (n < got.n && got.p[n] != '"') {
		if (!string && strchr(",}\\", got.p[n]) != NULL)
			break;
		n += string && got.p[n] == '\\' ? 2 : 1;
	}
	return n < got.n ? n : got.n;
}

/* Does the answer fit the expected line? Captures as it goes. */
static bool fits(struct run *run, struct str expected, struct str got)
{
	struct str before, name;

	while (next_name(&expected, &before, &name)) {
		const char *known = captured(run, name);
		size_t n = 0;

		if (got.n < before.n || memcmp(got.p, before.p, before.n) != 0)
			return false;
		got = (struct str){got.p + before.n, got.n - before.n};
		if (known != NULL)
			n = strlen(known);
		else
			n = run_len(got, str_is(name, "text"));
		if (n > got.n || (known != NULL && memcmp(got.p, known, n) != 0))
			return false;
		if (known == NULL)
			capture(run, name, (struct str){got.p, n});
		got = (struct str){got.p + n, got.n - n};
	}
	return str_equal(expected, got);
}

static void put_in(struct run *run, struct str text, struct buf *out)
{
	struct str before, name;

	while (next_name(&text, &before, &name)) {
		const char *value = captured(run, name);

		(void)buf_add(out, before.p, before.n);
		if (value == NULL)
			die(run, "nothing captured under that name", "");
		else
			(void)buf_add_str(out, value);
	}
	(void)buf_add(out, text.p, text.n);
	CHECK(!buf_failed(out));
}

/* ── records for the schema check ──────────────────────────────────────── */

static void remember_sent(struct run *run, struct str message)
{
	json_t *json;
	struct err err;
	char *id;

	if (json_door_parse(message, &json, &err) != 0)
		return;
	if (json_is_object(json) && json_object_get(json, "id") != NULL) {
		id = json_dumps(json_object_get(json, "id"), JSON_ENCODE_ANY | JSON_COMPACT);
		json_object_set(run->sent, id, json);
		free(id);
	}
	json_decref(json);
}

static const char *revision_of(struct run *run, const json_t *request, const json_t *message)
{
	const json_t *meta = json_object_get(json_object_get(request, "params"), "_meta");
	const json_t *params = json_object_get(message, "params");
	const char *told;

	if (json_object_get(meta, "io.modelcontextprotocol/protocolVersion") != NULL ||
		json_object_get(json_object_get(params, "_meta"),
			"io.modelcontextprotocol/subscriptionId") != NULL)
		return "2026-07-28";
	told = json_text(json_object_get(message, "result"), "protocolVersion");
	if (told != NULL)
		(void)snprintf(run->revision, sizeof run->revision, "%s", told);
	return run->revision;
}

static const json_t *request_of(const struct run *run, const json_t *message)
{
	const json_t *id = json_object_get(message, "id"), *request;
	char *text;

	if (id == NULL)
		return NULL;
	text = json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT);
	request = json_object_get(run->sent, text);
	free(text);
	return request;
}

static void record_one(struct run *run, json_t *message)
{
	bool call = json_object_get(message, "method") != NULL;
	const json_t *request = call ? NULL : request_of(run, message);
	json_t *entry =
		json_pack("{s:s, s:O, s:O*}", "revision", revision_of(run, request, message),
			call ? "notification" : "response", message, "request", request);

	CHECK(json_dumpf(entry, run->records, JSON_COMPACT) == 0);
	CHECK(fputc('\n', run->records) != EOF);
	json_decref(entry);
}

static void record(struct run *run, const char *line)
{
	json_t *message, *element;
	struct err err;
	size_t i;

	switch (json_door_parse(str_of(line), &message, &err)) {
	case 0:
		break;
	case JSON_FAULT_NUMBER: /* an id no number type keeps, echoed */
		return;
	default:
		die(run, "the server wrote what is not JSON", line);
	}
	if (json_is_object(message))
		record_one(run, message);
	json_array_foreach (message, i, element)
		record_one(run, element);
	json_decref(message);
}

/* ── one transcript ────────────────────────────────────────────────────── */

static void expect(struct run *run, struct str line)
{
	char *got = hear(run);

	if (got == NULL) {
		die(run, "no answer, expected", line.p);
		return;
	}
	record(run, got);
	if (!fits(run, line, str_of(got)))
		die(run, "answered", got);
	free(got);
}

static void command(struct run *run, struct str line)
{
	struct str rest, word = str_cut(line, ' ', &rest);
	struct err err;
	json_t *json;

	if (str_is(word, "put")) {
		if (json_door_parse(rest, &json, &err) != 0)
			die(run, "put", err.text);
		put(run->store, json);
		json_decref(json);
	} else if (str_is(word, "remove")) {
		if (store_prompt_remove(run->store, rest, &err) != 0)
			die(run, "remove", err.text);
	} else if (str_is(word, "close")) {
		hang_up(run);
		return;
	} else {
		die(run, "no such command", "");
	}
	if (run->way == IN_PROCESS)
		mcp_session_library_changed(run->session);
}

static void print_answers(struct run *run)
{
	char *got;

	while ((got = hear(run)) != NULL) {
		(void)printf("< %s\n", got);
		free(got);
	}
}

static void play(struct run *run, struct str text, bool print)
{
	struct buf message = BUF_INIT(4UL * 1024 * 1024);
	struct str line;
	char *got;

	while (!run->over && str_next_line(&text, &line)) {
		run->line++;
		if (print && (line.n == 0 || line.p[0] != '<'))
			(void)printf("%.*s\n", (int)line.n, line.p);
		if (line.n < 2 || line.p[0] == '#')
			continue;
		buf_clear(&message);
		if (line.p[0] == '>') {
			put_in(run, (struct str){line.p + 2, line.n - 2}, &message);
			remember_sent(run, (struct str){message.data, message.len});
			say(run, (struct str){message.data, message.len});
		} else if (line.p[0] == '<' && !print) {
			expect(run, (struct str){line.p + 2, line.n - 2});
		} else if (line.p[0] == '!') {
			command(run, (struct str){line.p + 2, line.n - 2});
		} else if (line.p[0] != '<') {
			die(run, "a line begins with #, >, < or !", "");
		}
		if (print && line.p[0] != '<')
			print_answers(run);
	}
	buf_fini(&message);
	if (run->way != IN_PROCESS)
		hang_up(run);
	got = print ? NULL : hear(run);
	if (got != NULL)
		die(run, "answered more than expected", got);
}

static void transcript(const char *name, enum way way)
{
	const char *printing = getenv("TRANSCRIPTS_PRINT");
	bool print = printing != NULL && printing[0] == '1';
	char path[512], out[512];
	struct run run = {.file = path, .way = way};
	size_t len;
	char *text;

	(void)snprintf(path, sizeof path, FOLDER "/%s.txt", name);
	text = read_file(path, &len);
	start(&run);
	if (!print) {
		(void)snprintf(out, sizeof out, BINARY_DIR "/transcripts/%s-%s.jsonl", name,
			way_names[way]);
		run.records = fopen(out, "w");
		CHECK(run.records != NULL);
	}
	play(&run, (struct str){text, len}, print);
	stop(&run);
	free(text);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_transcript(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), ".txt");
}

static void all_ways(const char *name)
{
	enum way way;

	if (getenv("TRANSCRIPTS_PRINT") != NULL) {
		transcript(name, IN_PROCESS);
		return;
	}
	for (way = IN_PROCESS; way < WAYS; way++)
		transcript(name, way);
	(void)printf("ok %s\n", name);
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	int i, n;

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	CHECK(mkdir(BINARY_DIR "/transcripts", 0755) == 0 || errno == EEXIST);
	for (i = 1; i < argc; i++)
		all_ways(argv[i]);
	if (argc > 1)
		return 0;
	n = scandir(FOLDER, &entries, is_transcript, by_name);
	CHECK(n > 0);
	for (i = 0; i < n; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 4] = '\0';
		all_ways(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}
