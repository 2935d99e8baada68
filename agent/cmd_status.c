/* promptd status: where the library is and what is in it. */
#include "agent/lookup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "agent/connected.h"
#include "agent/endpoint.h"
#include "agent/fault.h"
#include "agent/hub_tell.h"
#include "agent/uses_tell.h"
#include "core/buf.h"
#include "core/json.h"

static void row(struct call *call, const char *label, struct str text)
{
	output_styled(call->out, OUTPUT_BOLD, str_of(label));
	output_print(call->out, "%*s", (int)(12 - output_width(str_of(label))), "");
	output_text(call->out, text);
	output_print(call->out, "\n");
}

static void row_format(struct call *call, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row_format(struct call *call, const char *label, const char *format, ...)
{
	struct buf text = BUF_INIT(4096);
	va_list args;

	va_start(args, format);
	(void)buf_add_vformat(&text, format, args); /* a path and some numbers: it fits */
	va_end(args);
	row(call, label, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_file(
	struct call *call, const char *label, const char *path, int64_t bytes, int schema)
{
	double kib = (double)bytes / 1024;

	row_format(call, label, "%s (%.1f %s, format %d)", path, kib < 1024 ? kib : kib / 1024,
		kib < 1024 ? "KiB" : "MiB", schema);
}

static void print_uses(struct call *call, const struct store_facts *facts)
{
	struct buf line = BUF_INIT(1024);
	struct uses_tell tell = {.n = 0};
	struct err ignored; /* the library's own rows say it */
	size_t i;

	if (uses_tell_read(call, call->store, &tell, &ignored) != 0 || tell.n == 0)
		row_format(call, "usage", "%" PRId64 " row%s recorded, kept here",
			facts->n_usage_pending, plural(facts->n_usage_pending));
	for (i = 0; i < tell.n; i++) {
		buf_clear(&line);
		uses_tell_line(&tell.places[i], &line);
		row_format(call, i == 0 ? "usage" : "", "%s: %s",
			outbox_sink_name(tell.places[i].state.sink), buf_text(&line));
	}
	buf_fini(&line);
}

/* Of --json. New. */
static json_t *uses_json(struct call *call)
{
	struct uses_tell tell = {.n = 0};
	struct err ignored;

	if (call->store != NULL)
		(void)uses_tell_read(call, call->store, &tell, &ignored);
	return uses_tell_json(&tell);
}

static void print_library(struct call *call, const struct store_facts *facts)
{
	row_format(call, "holds",
		"%" PRId64 " prompt%s, %" PRId64 " version%s, %" PRId64 " tag%s, %" PRId64
		" collection%s%s",
		facts->n_prompts, plural(facts->n_prompts), facts->n_versions,
		plural(facts->n_versions), facts->n_tags, plural(facts->n_tags),
		facts->n_collections, plural(facts->n_collections),
		store_is_read_only(call->store) ? " (can only be read)" : "");
	print_file(
		call, "prompts", facts->prompts_file, facts->prompts_bytes, facts->schema_prompts);
	print_file(call, "ledger", facts->ledger_file, facts->ledger_bytes, facts->schema_ledger);
	print_uses(call, facts);
}

/* Who is connected, as the agent wrote it down last. New; an array, maybe empty. */
static json_t *agent_clients(const struct endpoint *endpoint)
{
	char dir[ENDPOINT_PATH_MAX], *slash;
	json_t *clients;

	/* Beside its socket: its variables may be others than ours. */
	(void)snprintf(dir, sizeof dir, "%s", endpoint->socket);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		*slash = '\0';
	if (endpoint_read_json(dir, "clients.json", &clients) != ENDPOINT_OK)
		return json_array();
	if (json_is_array(clients))
		return clients;
	json_decref(clients);
	return json_array();
}

static void print_clients(struct call *call, const struct endpoint *endpoint)
{
	json_t *clients = agent_clients(endpoint), *client;
	size_t i;

	json_array_foreach (clients, i, client) {
		const char *name = json_text(client, "name"), *era = json_text(client, "era");

		row_format(call, i == 0 ? "clients" : "", "%s (%s%s%s) since %s",
			name != NULL && name[0] != '\0' ? name : "one that did not say",
			json_text(client, "transport"), era != NULL ? ", MCP " : "",
			era != NULL ? era : "", json_text(client, "since"));
	}
	json_decref(clients);
}

static void print_agent(struct call *call)
{
	struct endpoint endpoint;
	struct err err;

	if (endpoint_read(call->dirs, &endpoint, &err) != ENDPOINT_OK) {
		row(call, "agent", STR("not running; promptd agent starts it"));
		return;
	}
	row_format(call, "agent", "process %ld, version %s", endpoint.pid, endpoint.version);
	row_format(call, "", "%s", endpoint.socket);
	row_format(call, "", "ws://127.0.0.1:%u/mcp", endpoint.port);
	print_clients(call, &endpoint);
}

static void print_hub(struct call *call, const struct hub_tell *tell)
{
	struct buf line = BUF_INIT(4096);
	char space[640];
	const char *mend = hub_tell_mend(tell, space);

	hub_tell_line(tell, &line);
	if (tell->signed_in)
		row_format(call, "hub", "%s%s%s%s%s", tell->name,
			tell->name[0] != '\0' ? " at " : "", tell->hub,
			tell->proxy[0] != '\0' ? " through the proxy " : "", tell->proxy);
	row(call, tell->signed_in ? "" : "hub", (struct str){buf_text(&line), line.len});
	if (mend != NULL)
		row_format(call, "", "-> %s", mend);
	buf_fini(&line);
}

static void print_fault(struct call *call)
{
	struct fault fault;

	if (fault_read(call->dirs, &fault) == ENDPOINT_OK)
		row_format(call, "last error", "%s %s: %s", fault.time, fault.event, fault.why);
	else
		row(call, "last error", STR("none"));
}

static json_t *fault_json(struct call *call)
{
	struct fault fault;
	json_t *json;

	if (fault_read(call->dirs, &fault) != ENDPOINT_OK)
		return json_null();
	json = json_object();
	(void)json_object_set_new(json, "time", call_text_json(str_of(fault.time)));
	(void)json_object_set_new(json, "event", call_text_json(str_of(fault.event)));
	(void)json_object_set_new(json, "why", call_text_json(str_of(fault.why)));
	return json;
}

static json_t *agent_json(struct call *call)
{
	struct endpoint endpoint;
	json_t *agent = json_object();
	struct err err;
	bool running = endpoint_read(call->dirs, &endpoint, &err) == ENDPOINT_OK;

	(void)json_object_set_new(agent, "running", json_boolean(running));
	if (running) {
		(void)json_object_set_new(agent, "pid", json_integer(endpoint.pid));
		(void)json_object_set_new(agent, "version", json_string(endpoint.version));
		(void)json_object_set_new(agent, "socket", call_text_json(str_of(endpoint.socket)));
		(void)json_object_set_new(agent, "port", json_integer(endpoint.port));
		(void)json_object_set_new(agent, "clients", agent_clients(&endpoint));
	}
	return agent;
}

static void print_status(struct call *call, const struct store_facts *facts, struct str connected,
	const struct hub_tell *hub)
{
	row_format(call, "promptd", "%s", PROMPTD_VERSION);
	row(call, "library", str_of(call->dirs->data));
	if (call->store != NULL)
		print_library(call, facts);
	else
		row(call, "holds", STR("nothing yet: promptd import --starter, or FOLDER"));
	row_format(call, "settings", "%s/%s", call->dirs->config, CONFIG_FILE);
	row(call, "connected", connected.n > 0 ? connected : STR("no assistant yet"));
	print_agent(call);
	print_hub(call, hub);
	print_fault(call);
}

static void answer(struct call *call, const struct store_facts *facts, json_t *connected,
	const struct hub_tell *hub)
{
	call_answer_text(call, "version", STR(PROMPTD_VERSION));
	call_answer_text(call, "library", str_of(call->dirs->data));
	call_answer(call, "read_only",
		json_boolean(call->store != NULL && store_is_read_only(call->store)));
	call_answer_int(call, "prompts", facts->n_prompts);
	call_answer_int(call, "versions", facts->n_versions);
	call_answer_int(call, "tags", facts->n_tags);
	call_answer_int(call, "collections", facts->n_collections);
	call_answer_text(call, "prompts_file", str_of(facts->prompts_file));
	call_answer_int(call, "prompts_bytes", facts->prompts_bytes);
	call_answer_int(call, "prompts_format", facts->schema_prompts);
	call_answer_text(call, "ledger_file", str_of(facts->ledger_file));
	call_answer_int(call, "ledger_bytes", facts->ledger_bytes);
	call_answer_int(call, "ledger_format", facts->schema_ledger);
	call_answer_int(call, "usage_pending", facts->n_usage_pending);
	call_answer(call, "usage", uses_json(call));
	call_answer_text(call, "config", str_of(call->dirs->config));
	call_answer(call, "connected", json_incref(connected));
	call_answer(call, "agent", agent_json(call));
	call_answer(call, "hub", hub_tell_json(hub));
	call_answer(call, "last_error", fault_json(call));
}

static int status_run(struct call *call)
{
	struct buf connected = BUF_INIT(4096);
	struct store_facts facts = {.n_prompts = 0};
	struct hub_tell hub;
	struct store *store;
	struct err err;
	json_t *names;
	int result;

	if (call->config_err.code != ERR_NONE)
		call_warn(call, "%s", call->config_err.text);
	if (call_has_library(call)) {
		result = call_store(call, false, &store);
		if (result != COMMAND_DONE)
			return result;
		if (store_facts(store, &facts, &err) != 0)
			return call_fail_err(call, &err);
	}
	hub_tell_read(call, &hub);
	names = connected_list(call->dirs);
	connected_text(names, &connected);
	if (call->json)
		answer(call, &facts, names, &hub);
	else
		print_status(call, &facts, (struct str){buf_text(&connected), connected.len}, &hub);
	buf_fini(&connected);
	json_decref(names);
	return COMMAND_DONE;
}

const struct command command_status = {
	.name = "status",
	.summary = "say where the library is and what is in it",
	.words = "",
	.description =
		"Says where the library is, how many prompts, versions, tags and collections "
		"are in it, how large its files are, how many uses are recorded, which "
		"assistants are connected, where the agent answers, who is connected to it since "
		"when, how it fares with the hub, and what went wrong there last.",
	.looks = true,
	.always = true,
	.answer =
		"version, library, read_only, prompts, versions, tags, collections, prompts_file, "
		"prompts_bytes, prompts_format, ledger_file, ledger_bytes, ledger_format, "
		"usage_pending, usage (place, in_use, target, waiting, batched, dead, sent, "
		"refused, "
		"last, tried, why), config, connected (names), agent (running, pid, "
		"version, socket, port, clients), hub (url, name, role, condition, why, followed, "
		"stream, heard, next, lease, refused, refused_why, proxy; null: not signed in), "
		"last_error (time, event, why)",
	.run = status_run,
};
