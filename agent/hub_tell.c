/* See hub_tell.h. */
#include "agent/hub_tell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/endpoint.h"
#include "core/clock.h"
#include "core/json.h"

void hub_tell_read(struct call *call, struct hub_tell *tell)
{
	struct buf proxy = BUF_INIT(sizeof tell->proxy - 1);
	const struct err before = call->err;
	struct endpoint endpoint;
	struct account account;
	struct err err;

	*tell = (struct hub_tell){.signed_in = account_open(call, &account) == COMMAND_DONE};
	if (tell->signed_in) {
		json_copy_text(account.json, "url", tell->hub, sizeof tell->hub);
		json_copy_text(account.json, "name", tell->name, sizeof tell->name);
		json_copy_text(account.json, "role", tell->role, sizeof tell->role);
		sync_http_proxy(account.http, &proxy);
		(void)snprintf(tell->proxy, sizeof tell->proxy, "%s", buf_text(&proxy));
	}
	account_close(&account);
	call->err = before;
	call->hint[0] = '\0';
	buf_fini(&proxy);
	tell->followed = endpoint_read(call->dirs, &endpoint, &err) == ENDPOINT_OK;
	if (!hub_state_read(call->dirs, &tell->state) || strcmp(tell->state.hub, tell->hub) != 0)
		tell->state = (struct hub_state){.condition = HUB_WAITING};
}

/* "5 min", of a time that is to come or has passed. */
static void add_span(struct buf *out, int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 120)
		(void)buf_add_format(out, "%" PRId64 " s", s);
	else if (s < 7200)
		(void)buf_add_format(out, "%" PRId64 " min", s / 60);
	else if (s < 172800)
		(void)buf_add_format(out, "%" PRId64 " h", s / 3600);
	else
		(void)buf_add_format(out, "%" PRId64 " days", s / 86400);
}

static void add_heard(struct buf *out, const struct hub_state *state, int64_t now_ms)
{
	if (state->heard_ms == 0) {
		(void)buf_add_str(out, "never heard of yet");
		return;
	}
	(void)buf_add_str(out, "last heard of ");
	add_span(out, now_ms - state->heard_ms);
	(void)buf_add_str(out, " ago");
}

static void add_next(struct buf *out, const struct hub_tell *tell, int64_t now_ms)
{
	const struct hub_state *state = &tell->state;

	if (!tell->followed) {
		(void)buf_add_str(out, "; no agent runs that would ask it");
	} else if (state->stream) {
		(void)buf_add_str(out, "; it tells what changes");
	} else if (state->next_ms > 0) {
		(void)buf_add_str(out, "; asked again in ");
		add_span(out, state->next_ms - now_ms);
	}
}

void hub_tell_line(const struct hub_tell *tell, struct buf *out)
{
	const struct hub_state *state = &tell->state;
	int64_t now_ms = clock_now_ms();

	if (!tell->signed_in) {
		(void)buf_add_str(out, "not signed in to one");
		return;
	}
	if (state->why[0] != '\0' && state->condition != HUB_FINE)
		(void)buf_add_format(out, "%s; ", state->why);
	add_heard(out, state, now_ms);
	add_next(out, tell, now_ms);
	if (state->condition == HUB_SHUT && state->lease_ms > 0) {
		(void)buf_add_str(out, "; its prompts stay for ");
		add_span(out, state->lease_ms - now_ms);
	}
	if (state->refused > 0)
		(void)buf_add_format(out, "; %" PRId64 " prompts were not taken, the first: %s",
			state->refused, state->refused_why);
}

const char *hub_tell_mend(const struct hub_tell *tell, char mend[640])
{
	if (!tell->signed_in)
		return NULL;
	switch (tell->state.condition) {
	case HUB_SIGN_IN:
		(void)snprintf(mend, 640, "promptd login %s", tell->hub);
		return mend;
	case HUB_SHUT:
		return "ask those who run the hub to let you in; then promptd sync";
	case HUB_TOO_OLD:
		return "install the newest promptd";
	case HUB_UNSTORED:
		return "promptd doctor says what is wrong with the library or the disk";
	case HUB_AWAY:
		return "is there a network? then promptd sync --now";
	default:
		break;
	}
	if (!tell->followed)
		return "promptd agent";
	return tell->state.refused > 0 ? "tell those who run the hub: a new version mends it"
				       : NULL;
}

static void set_time(json_t *json, const char *name, int64_t ms)
{
	char time[CLOCK_TEXT_BYTES];

	clock_format(ms, time);
	(void)json_object_set_new(json, name, ms > 0 ? json_string(time) : json_null());
}

json_t *hub_tell_json(const struct hub_tell *tell)
{
	const struct hub_state *state = &tell->state;
	json_t *json;

	if (!tell->signed_in)
		return json_null();
	json = json_pack("{s:s, s:b, s:b, s:I}", "condition", hub_condition_word(state->condition),
		"followed", tell->followed, "stream", tell->followed && state->stream, "refused",
		(json_int_t)state->refused);
	(void)json_object_set_new(json, "url", call_text_json(str_of(tell->hub)));
	(void)json_object_set_new(json, "name", call_text_json(str_of(tell->name)));
	(void)json_object_set_new(json, "role", call_text_json(str_of(tell->role)));
	(void)json_object_set_new(json, "why", call_text_json(str_of(state->why)));
	(void)json_object_set_new(json, "refused_why", call_text_json(str_of(state->refused_why)));
	(void)json_object_set_new(json, "proxy", call_text_json(str_of(tell->proxy)));
	set_time(json, "heard", state->heard_ms);
	set_time(json, "next", tell->followed ? state->next_ms : 0);
	set_time(json, "lease", state->lease_ms);
	return json;
}
