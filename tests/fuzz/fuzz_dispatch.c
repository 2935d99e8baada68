/*
 * Dispatch in both eras: lines to a session over a small library. The first byte
 * says which handshake was made before ('0' to '3'; any other: none). Every line
 * out must be JSON, every request has one answer or is waiting for one, and
 * nothing else is answered.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdint.h>

#include "tests/mcp_fixture.h"

#define RUNS_PER_LIBRARY 5000 /* then a new one: what is recorded adds up */
#define RUNS_PER_COMMIT 50

static const char asking[] = "{\"elicitation\":{},\"sampling\":{},\"roots\":{}}";

struct seen {
	unsigned answers, errors, requests, notifications, arrays;
	json_t *answer; /* the last */
};

static void look_at(struct seen *seen, struct str line)
{
	json_t *json = NULL;
	struct err err;
	int fault = json_door_parse(line, &json, &err);

	/* An id no number type keeps is echoed as it came. */
	if (fault == JSON_FAULT_NUMBER) {
		seen->answers++;
		return;
	}
	if (fault != 0)
		abort();
	if (json_is_array(json))
		seen->arrays++;
	else if (json_object_get(json, "method") == NULL)
		seen->answers++;
	else if (json_object_get(json, "id") != NULL)
		seen->requests++;
	else
		seen->notifications++;
	seen->errors += json_object_get(json, "error") != NULL;
	json_decref(seen->answer);
	seen->answer = json;
}

static void look(struct buf *out, struct seen *seen)
{
	struct str rest = {buf_text(out), out->len}, line;

	if (out->len > 0 && out->data[out->len - 1] != '\n')
		abort();
	while (str_next_line(&rest, &line))
		look_at(seen, line);
	buf_clear(out);
}

static bool is_id(const json_t *id)
{
	return json_is_integer(id) || json_is_string(id);
}

/* One answer, with its id; or it asks something first; or it is a subscription,
 * which has its answer when it ends. */
static void check_request(const json_t *request, const struct seen *seen)
{
	const json_t *id = json_object_get(request, "id");
	const char *method = json_text(request, "method");

	if (seen->arrays > 0 || seen->answers > 1)
		abort();
	if (seen->answers == 1) {
		if (seen->requests > 0)
			abort();
		if (seen->answer != NULL && is_id(id) &&
			!json_equal(json_object_get(seen->answer, "id"), id))
			abort();
		return;
	}
	if (seen->requests == 0 && (seen->notifications != 1 || method == NULL ||
					   strcmp(method, "subscriptions/listen") != 0))
		abort();
}

static void check_line(struct str line, const struct seen *seen)
{
	json_t *json = NULL;
	struct err err;
	bool call, request;

	if (json_door_parse(line, &json, &err) != 0 || !json_is_object(json)) {
		json_decref(json);
		/* Not a message, or a batch: one line at most, but for questions. */
		if (seen->answers + seen->arrays > 1)
			abort();
		return;
	}
	call = json_object_get(json, "method") != NULL;
	request = call && json_object_get(json, "id") != NULL;
	if (request)
		check_request(json, seen);
	else if (call && seen->answers > seen->errors)
		abort(); /* a notification was executed */
	json_decref(json);
}

static void say(struct mcp_session *session, struct str line)
{
	struct seen seen = {0};
	char *copy = malloc(line.n > 0 ? line.n : 1);

	if (copy == NULL)
		abort();
	if (line.n > 0)
		memcpy(copy, line.p, line.n);
	mcp_session_receive(session, (struct str){copy, line.n});
	look(mcp_session_out(session), &seen);
	if (str_trim(line).n == 0 && seen.answers > 0)
		abort();
	check_line(line, &seen);
	json_decref(seen.answer);
	free(copy);
}

static struct mcp_fixture library;

static void library_renew(void)
{
	static unsigned runs;
	struct err err;

	if (runs++ % RUNS_PER_LIBRARY == 0) {
		if (runs > 1)
			mcp_fixture_free(&library);
		else
			json_door_init();
		mcp_fixture_new(&library, MCP_2025_11_25, asking);
	}
	if (runs % RUNS_PER_COMMIT == 0)
		(void)mcp_session_settle(library.session, &err);
}

static void begin(struct mcp_session *session, int revision)
{
	struct buf text = BUF_INIT(4096);

	(void)buf_add_format(&text,
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
		"{\"protocolVersion\":\"%s\",\"capabilities\":%s,"
		"\"clientInfo\":{\"name\":\"f\",\"version\":\"1\"}}}",
		mcp_revision_name((enum mcp_revision)revision), asking);
	mcp_session_receive(session, (struct str){text.data, text.len});
	buf_clear(mcp_session_out(session));
	buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str rest = {(const char *)data, len}, line;
	struct mcp_session *session;
	struct seen seen = {0};

	library_renew();
	session = mcp_session_new(library.server, "fuzz");
	if (len > 0 && data[0] >= '0' && data[0] <= '3')
		begin(session, data[0] - '0');
	if (len > 0)
		rest = (struct str){rest.p + 1, rest.n - 1};
	while (str_next_line(&rest, &line))
		say(session, line);
	mcp_session_library_changed(session);
	mcp_session_close(session);
	look(mcp_session_out(session), &seen);
	json_decref(seen.answer);
	mcp_session_free(session);
	return 0;
}
