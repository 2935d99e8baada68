/* See uses_tell.h. */
#include "agent/uses_tell.h"

#include <inttypes.h>

#include "agent/account_file.h"
#include "agent/lookup.h"
#include "core/json.h"

static const unsigned sinks[OUTBOX_SINKS] = {OUTBOX_HUB, OUTBOX_OTLP, OUTBOX_LANGFUSE, OUTBOX_FILE};

static bool is_in_use(const struct call *call, unsigned sink, bool signed_in)
{
	const struct config *config = call->config;

	switch (sink) {
	case OUTBOX_HUB:
		return signed_in && config->usage_hub;
	case OUTBOX_OTLP:
		return config->usage_otlp[0] != '\0';
	case OUTBOX_LANGFUSE:
		return config->usage_langfuse[0] != '\0';
	default:
		return config->usage_file[0] != '\0';
	}
}

int uses_tell_read(struct call *call, struct store *store, struct uses_tell *tell, struct err *err)
{
	json_t *file = account_file_read(call);
	bool signed_in = json_text(file, "url") != NULL;
	size_t i;

	json_decref(file);
	*tell = (struct uses_tell){.n = 0};
	for (i = 0; i < OUTBOX_SINKS; i++) {
		struct uses_place *place = &tell->places[tell->n];

		if (store_outbox_state(store, sinks[i], &place->state, err) != 0)
			return -1;
		place->in_use = is_in_use(call, sinks[i], signed_in);
		/* What waits for one that was never in use waits for nobody. */
		if (place->in_use || place->state.batched > 0 || place->state.dead > 0)
			tell->n++;
	}
	return 0;
}

void uses_tell_line(const struct uses_place *place, struct buf *out)
{
	const struct outbox_state *state = &place->state;

	(void)buf_add_format(out, "%" PRId64 " wait, %" PRId64 " sent",
		(place->in_use ? state->waiting : 0) + state->batched, state->sent);
	if (state->dead > 0)
		(void)buf_add_format(out, ", %" PRId64 " refused", state->dead);
	if (!place->in_use)
		(void)buf_add_str(out, "; not in use any more");
	else if (state->why[0] != '\0')
		(void)buf_add_format(out, "; %s", state->why);
}

const char *uses_tell_mend(const struct uses_place *place)
{
	if (place->in_use && place->state.why[0] != '\0')
		return "promptd usage --send tries it now";
	return place->state.dead > 0 ? "promptd usage --dead shows what was refused" : NULL;
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *time_or_null(int64_t time_ms)
{
	return time_ms > 0 ? lookup_time_json(time_ms) : json_null();
}

json_t *uses_place_json(const struct uses_place *place)
{
	const struct outbox_state *state = &place->state;

	return json_pack("{s:s, s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "place",
		outbox_sink_name(state->sink), "in_use", place->in_use, "target",
		text_or_null(state->target), "waiting", (json_int_t)state->waiting, "batched",
		(json_int_t)state->batched, "dead", (json_int_t)state->dead, "sent",
		(json_int_t)state->sent, "refused", (json_int_t)state->rejected, "last",
		time_or_null(state->ok_ms), "tried", time_or_null(state->tried_ms), "why",
		text_or_null(state->why));
}

json_t *uses_tell_json(const struct uses_tell *tell)
{
	json_t *places = json_array();
	size_t i;

	for (i = 0; i < tell->n; i++)
		(void)json_array_append_new(places, uses_place_json(&tell->places[i]));
	return places;
}
