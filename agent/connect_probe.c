/* The handshake with which `connect` ends; see connect_probe.h. */
#include "agent/connect_probe.h"

#include <stdlib.h>
#include <string.h>

#include "agent/connect_run.h"
#include "core/json.h"

#define CLIENT "\"promptd-connect\",\"version\":\"" PROMPTD_VERSION "\""

/* Sent at once: the server answers in order and leaves at the end of its input. */
static const char legacy[] =
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
	"\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":" CLIENT "}}}\n"
	"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}\n";

static const char modern[] =
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\":{"
	"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
	"\"io.modelcontextprotocol/clientInfo\":{\"name\":" CLIENT "},"
	"\"io.modelcontextprotocol/clientCapabilities\":{}}}}\n";

/* The few variables that the barest of assistants passes on, and `more`. A
 * handshake is no use of the library: it starts no agent. */
static char **bare_env(json_t *more)
{
	static const char *const names[] = {"HOME", "LANG", "PATH", "SHELL", "TERM"};
	char **env = xcalloc(6 + json_object_size(more) + 1, sizeof(*env));
	const char *name;
	json_t *value;
	size_t n = 0;

	for (size_t i = 0; i < 5; i++) {
		struct buf pair = BUF_INIT((size_t)1 << 20);

		if (getenv(names[i]) &&
			buf_add_format(&pair, "%s=%s", names[i], getenv(names[i])) == 0)
			env[n++] = buf_take(&pair);
	}
	json_object_foreach (more, name, value) {
		struct buf pair = BUF_INIT((size_t)1 << 20);

		if (buf_add_format(&pair, "%s=%s", name, json_string_value(value)) == 0)
			env[n++] = buf_take(&pair);
	}
	env[n++] = xstrdup("PROMPTD_AUTOSTART=no");
	return env;
}

static void free_env(char **env)
{
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	free(env);
}

/* The result with that id among the lines it wrote; NULL: none. Yours. */
static json_t *result_of(struct str lines, int id)
{
	struct str line;

	while (str_next_line(&lines, &line)) {
		json_t *json = NULL, *result = NULL;

		if (json_door_parse(line, &json, NULL) != 0)
			continue;
		if (json_integer_value(json_object_get(json, "id")) == id)
			result = json_incref(json_object_get(json, "result"));
		json_decref(json);
		if (result)
			return result;
	}
	return NULL;
}

static int talk(const char *command, char **env, const char *input, int timeout_ms,
	bool (*cancelled)(void), struct run_result *result, struct err *err)
{
	const char *const argv[] = {command, NULL};
	struct run run = {.program = command,
		.argv = argv,
		.env = (const char *const *)env,
		.input = str_of(input),
		.timeout_ms = timeout_ms,
		.mask = 077,
		.cancelled = cancelled};

	if (run_program(&run, result, err) < 0)
		return -1;
	if (result->cancelled)
		return err_set(err, ERR_BUSY, "cancelled");
	if (result->timed_out)
		return err_set(err, ERR_FAILED, "%s does not answer within %d s", command,
			timeout_ms / 1000);
	return 0;
}

static int no_answer(
	const char *command, const char *method, const struct run_result *result, struct err *err)
{
	struct str notes = {buf_text(&result->notes), result->notes.len}, line = {NULL, 0};

	(void)str_next_line(&notes, &line);
	if (line.n)
		return err_set(err, ERR_FAILED, "%s gave no answer to %s: %.*s", command, method,
			line.n > 200 ? 200 : (int)line.n, line.p);
	return err_set(err, ERR_FAILED, "%s gave no answer to %s", command, method);
}

static void put_revision(char out[16], json_t *text)
{
	struct str revision = str_prefix(str_of(json_string_value(text)), 15);

	memcpy(out, revision.p ? revision.p : "", revision.n);
	out[revision.n] = '\0';
}

static int legacy_said(
	struct probe *probe, const char *command, const struct run_result *result, struct err *err)
{
	struct str out = {buf_text(&result->out), result->out.len};
	json_t *hello = result_of(out, 1), *list = result_of(out, 2);
	json_t *tools = json_object_get(list, "tools");
	int r = 0;

	put_revision(probe->legacy, json_object_get(hello, "protocolVersion"));
	probe->tools = json_array_size(tools);
	probe->took_ms = result->took_ms;
	if (!probe->legacy[0])
		r = no_answer(command, "initialize", result, err);
	else if (!json_is_array(tools))
		r = no_answer(command, "tools/list", result, err);
	json_decref(hello);
	json_decref(list);
	return r;
}

static int modern_said(
	struct probe *probe, const char *command, const struct run_result *result, struct err *err)
{
	json_t *found = result_of((struct str){buf_text(&result->out), result->out.len}, 1);
	json_t *versions = json_object_get(found, "supportedVersions"), *version;
	size_t i;

	json_array_foreach (versions, i, version) {
		if (json_is_string(version) &&
			strcmp(json_string_value(version), probe->modern) > 0)
			put_revision(probe->modern, version);
	}
	json_decref(found);
	return probe->modern[0] ? 0 : no_answer(command, "server/discover", result, err);
}

int probe_server(struct probe *probe, const char *command, json_t *env, int timeout_ms,
	bool (*cancelled)(void), struct err *err)
{
	char **bare = bare_env(env);
	struct run_result result;
	int r;

	*probe = (struct probe){.tools = 0};
	r = talk(command, bare, legacy, timeout_ms, cancelled, &result, err);
	if (r == 0)
		r = legacy_said(probe, command, &result, err);
	run_result_fini(&result);
	if (r == 0) {
		r = talk(command, bare, modern, timeout_ms, cancelled, &result, err);
		if (r == 0)
			r = modern_said(probe, command, &result, err);
		run_result_fini(&result);
	}
	free_env(bare);
	return r;
}
