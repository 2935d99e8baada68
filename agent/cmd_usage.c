/* promptd usage: where recorded uses go, and what exactly leaves. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/uses.h"
#include "agent/uses_tell.h"
#include "core/clock.h"
#include "core/json.h"

/* ── where they go ─────────────────────────────────────────────────────── */

static void place_row(struct output_table *table, const struct uses_place *place)
{
	const struct outbox_state *state = &place->state;
	char last[CLOCK_TEXT_BYTES] = "";

	if (state->ok_ms > 0)
		clock_format(state->ok_ms, last);
	output_table_add(table, str_of(outbox_sink_name(state->sink)));
	output_table_add_int(table, (place->in_use ? state->waiting : 0) + state->batched);
	output_table_add_int(table, state->sent);
	output_table_add_int(table, state->dead);
	output_table_add(table, str_of(last));
	output_table_add(table, state->why[0] != '\0' ? str_of(state->why) : str_of(state->target));
}

static int show_places(struct call *call, struct store *store)
{
	static const struct output_column columns[] = {
		{.title = "PLACE", .style = OUTPUT_NAME},
		{.title = "WAITING", .right = true},
		{.title = "SENT", .right = true},
		{.title = "REFUSED", .right = true},
		{.title = "LAST"},
		{.title = "", .shrink_to = 24},
	};
	struct output_table *table;
	struct uses_tell tell;
	struct err err;
	size_t i;

	if (uses_tell_read(call, store, &tell, &err) != 0)
		return call_fail_err(call, &err);
	call_answer(call, "places", uses_tell_json(&tell));
	if (call->json)
		return COMMAND_DONE;
	table = output_table_new(call->out, columns, 6);
	for (i = 0; i < tell.n; i++)
		place_row(table, &tell.places[i]);
	if (tell.n > 0)
		output_table_print(table);
	else
		output_print(call->out, "uses are recorded here and sent nowhere\n");
	output_table_free(table);
	return COMMAND_DONE;
}

/* ── what leaves ───────────────────────────────────────────────────────── */

struct pending {
	struct call *call;
	json_t *bodies;
};

static int show_body(void *data, unsigned sink, const char *key, struct str body)
{
	struct pending *pending = data;
	struct str whole = body, line;

	if (!pending->call->json) {
		output_style(pending->call->out, OUTPUT_BOLD);
		output_print(pending->call->out, "%s%s%s\n", outbox_sink_name(sink),
			key != NULL ? ", on its way as " : "", key != NULL ? key : "");
		output_style(pending->call->out, OUTPUT_PLAIN);
		while (str_next_line(&body, &line)) {
			output_text(pending->call->out, line);
			output_print(pending->call->out, "\n");
		}
	}
	(void)json_array_append_new(
		pending->bodies, json_pack("{s:s, s:o, s:o}", "place", outbox_sink_name(sink),
					 "key", key != NULL ? json_string(key) : json_null(),
					 "body", json_from_str(whole)));
	return 0;
}

static int show_pending(struct call *call, struct store *store)
{
	struct pending pending = {call, json_array()};
	struct uses uses;
	struct err err;
	int rc = uses_open(&uses, call->dirs, call->config, store, NULL, &err);

	if (rc == 0)
		rc = sync_upload_pending(uses.upload, show_body, &pending, &err);
	uses_close(&uses);
	if (rc == 0 && !call->json && json_array_size(pending.bodies) == 0)
		output_print(call->out, "nothing waits to be sent\n");
	call_answer(call, "pending", pending.bodies);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

static int show_dead_row(void *data, const struct outbox_dead *dead)
{
	struct pending *pending = data;
	char since[CLOCK_TEXT_BYTES];

	clock_format(dead->since_ms, since);
	if (!pending->call->json) {
		output_print(pending->call->out, "%s %s ", since, outbox_sink_name(dead->sink));
		output_styled(pending->call->out, OUTPUT_BAD, dead->code);
		output_print(pending->call->out, " ");
		output_text(pending->call->out, dead->item);
		output_print(pending->call->out, "\n");
	}
	(void)json_array_append_new(pending->bodies,
		json_pack("{s:o, s:s, s:o, s:s, s:o}", "event_id", json_from_str(dead->event_id),
			"place", outbox_sink_name(dead->sink), "code", json_from_str(dead->code),
			"since", since, "item", json_from_str(dead->item)));
	return 0;
}

static int show_dead(struct call *call, struct store *store)
{
	struct pending pending = {call, json_array()};
	struct err err;
	int rc = store_outbox_dead(store, show_dead_row, &pending, &err);

	if (rc == 0 && !call->json && json_array_size(pending.bodies) == 0)
		output_print(call->out, "nothing was refused\n");
	call_answer(call, "dead", pending.bodies);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

static int requeue(struct call *call, struct store *store)
{
	struct uses uses;
	struct err err;
	int64_t n = 0;
	int rc = uses_open(&uses, call->dirs, call->config, store, NULL, &err);

	if (rc == 0)
		rc = sync_upload_requeue(uses.upload, &n, &err);
	uses_close(&uses);
	if (rc != 0)
		return call_fail_err(call, &err);
	call_answer_int(call, "requeued", n);
	if (!call->json)
		output_print(call->out, "%" PRId64 " to be sent again\n", n);
	return COMMAND_DONE;
}

static int send_now(struct call *call, struct store *store)
{
	struct upload_report report;
	int exit = uses_send(call, store, &report);

	if (exit != COMMAND_DONE)
		return exit;
	call_answer_int(call, "sent", report.sent);
	call_answer_int(call, "refused", report.refused);
	if (!call->json)
		output_print(call->out, "%" PRId64 " sent, %" PRId64 " refused\n", report.sent,
			report.refused);
	if (report.sign_in)
		call_hint(call, "promptd login");
	if (report.why[0] != '\0')
		return call_fail(call, report.sign_in ? COMMAND_LOGIN_NEEDED : COMMAND_FAILED, "%s",
			report.why);
	return COMMAND_DONE;
}

static int usage_run(struct call *call)
{
	struct store *store;
	int exit = call_store(call, true, &store);

	if (exit != COMMAND_DONE)
		return exit;
	if (call_flag(call, "pending"))
		return show_pending(call, store);
	if (call_flag(call, "dead"))
		return show_dead(call, store);
	if (call_flag(call, "requeue"))
		return requeue(call, store);
	if (call_flag(call, "send"))
		return send_now(call, store);
	return show_places(call, store);
}

static const struct command_option usage_options[] = {
	{.name = "pending", .help = "the very bytes that will be sent to each place"},
	{.name = "dead", .help = "what a place refused, for 30 days"},
	{.name = "requeue", .help = "send what was refused again"},
	{.name = "send", .help = "send now"},
	{0},
};

static const struct command_example usage_examples[] = {
	{"promptd usage", "where uses go, and how far that is"},
	{"promptd usage --pending", "what leaves this machine next, as it leaves"},
	{0},
};

const struct command command_usage = {
	.name = "usage",
	.summary = "where recorded uses go, and what exactly leaves",
	.words = "",
	.description =
		"Each use of a prompt is recorded on this machine: which prompt and version, when, "
		"by which program, how it went. Never its text, the values given to it, or what "
		"was searched for.\n\n"
		"The hub that one signed in to is told how its own prompts are used, and of no "
		"others (usage_hub = no: of none). Besides, promptd.conf can name an OpenTelemetry "
		"collector (usage_otlp), a Langfuse server (usage_langfuse) and a file of this "
		"machine (usage_file); see promptd config. Without any of these nothing leaves.\n\n"
		"The agent sends by itself: at 50 uses, after 30 seconds, and when it ends. What a "
		"place refuses is kept for 30 days on which promptd runs.",
	.answer = "places (place, in_use, target, waiting, batched, dead, sent, refused, last, "
		  "tried, "
		  "why), pending (place, key, body), dead (event_id, place, code, since, item), "
		  "requeued, sent, refused",
	.options = usage_options,
	.examples = usage_examples,
	.run = usage_run,
};
