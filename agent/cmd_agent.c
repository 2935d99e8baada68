/* promptd agent: the background process of this user. */
#include "agent/command.h"
#include "agent/control.h"
#include "agent/daemon.h"
#include "agent/logfile.h"
#include "core/log.h"

#define START_MS 15000
#define STOP_MS 15000

static int answer_endpoint(struct call *call, const char *what, const struct endpoint *endpoint)
{
	call_answer(call, "running", json_true());
	call_answer_int(call, "pid", endpoint->pid);
	call_answer_text(call, "agent_version", str_of(endpoint->version));
	call_answer_text(call, "socket", str_of(endpoint->socket));
	call_answer_int(call, "port", endpoint->port);
	if (!call->json)
		output_print(call->out, "agent %s: process %ld, %s, ws://127.0.0.1:%u\n", what,
			endpoint->pid, endpoint->socket, endpoint->port);
	return COMMAND_DONE;
}

static int agent_status(struct call *call)
{
	struct endpoint endpoint;
	struct err err;

	if (endpoint_read(call->dirs, &endpoint, &err) == ENDPOINT_OK)
		return answer_endpoint(call, "runs", &endpoint);
	call_answer(call, "running", json_false());
	call_hint(call, "promptd agent starts it");
	return call_fail(call, COMMAND_AGENT_UNREACHABLE, "no agent runs");
}

static int agent_stop(struct call *call)
{
	struct err err;
	int outcome = control_stop(call->dirs, STOP_MS, &err);

	if (outcome < 0)
		return call_fail_err(call, &err);
	if (!call->json)
		output_print(
			call->out, outcome == ENDPOINT_NONE ? "no agent ran\n" : "agent ended\n");
	call_answer(call, "ended", json_boolean(outcome != ENDPOINT_NONE));
	return COMMAND_DONE;
}

static int agent_foreground(struct call *call)
{
	struct daemon_options options = {
		.dirs = call->dirs,
		.config = call->config,
		.replace = call_flag(call, "replace"),
	};
	struct err err;
	int outcome;

	log_open("promptd", (enum log_level)call->config->log_level, logfile_open(call->dirs));
	outcome = daemon_run(&options, &err);
	if (outcome == ENDPOINT_TAKEN)
		call_hint(call, "promptd agent --replace takes over");
	if (outcome != ENDPOINT_OK)
		return call_fail(call, COMMAND_FAILED, "%s", err.text);
	return COMMAND_DONE;
}

static int agent_start(struct call *call)
{
	struct endpoint endpoint;
	struct err err;

	if (call_flag(call, "replace") && control_stop(call->dirs, STOP_MS, &err) < 0)
		return call_fail_err(call, &err);
	if (endpoint_read(call->dirs, &endpoint, &err) == ENDPOINT_OK)
		return answer_endpoint(call, "runs already", &endpoint);
	if (control_start(call->dirs, START_MS, &err) != 0 ||
		endpoint_read(call->dirs, &endpoint, &err) != ENDPOINT_OK)
		return call_fail_err(call, &err);
	return answer_endpoint(call, "started", &endpoint);
}

static int agent_run(struct call *call)
{
	if (call_flag(call, "status"))
		return agent_status(call);
	if (call_flag(call, "stop"))
		return agent_stop(call);
	if (call->config_err.code != ERR_NONE)
		return call_fail_err(call, &call->config_err);
	return call_flag(call, "foreground") ? agent_foreground(call) : agent_start(call);
}

static const struct command_option options[] = {
	{.name = "foreground", .help = "run here, not in the background; log to stderr"},
	{.name = "replace", .help = "end the one that runs first"},
	{.name = "status", .help = "say where it is"},
	{.name = "stop", .help = "end it"},
	{0},
};

static const struct command_example examples[] = {
	{"promptd agent", "start it, unless it runs"},
	{"promptd agent --stop", "end it"},
	{0},
};

const struct command command_agent = {
	.name = "agent",
	.summary = "the background process for editors",
	.words = "",
	.description =
		"Starts one background process for this user, which serves the prompts to "
		"local programs: MCP on a unix socket, one message a line, and on a websocket "
		"on loopback, one message a frame. Where both are stands in agent.json in "
		"the runtime directory. There is never more than one.",
	.options = options,
	.examples = examples,
	.always = true,
	.answer = "running, pid, agent_version, socket, port, ended",
	.run = agent_run,
};
