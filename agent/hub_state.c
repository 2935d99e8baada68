/* See hub_state.h. */
#include "agent/hub_state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/endpoint.h"
#include "core/id.h"
#include "core/json.h"

static const char *const words[HUB_CONDITIONS] = {
	"none", "waiting", "asking", "fine", "away", "sign_in", "shut", "too_old", "unstored"};

const char *hub_condition_word(enum hub_condition condition)
{
	return words[condition];
}

static void put(const char *dir, const char *name, json_t *json)
{
	struct buf text = BUF_INIT(16384);
	struct err ignored; /* it is for show; what it is about goes on */

	if (json != NULL && json_write(json, &text) == 0)
		(void)platform_put_private(
			dir, name, (struct str){buf_text(&text), text.len}, &ignored);
	buf_fini(&text);
	json_decref(json);
}

void hub_state_write(const struct platform_dirs *dirs, const struct hub_state *state)
{
	json_t *json = json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:b}",
		"condition", words[state->condition], "heard", (json_int_t)state->heard_ms, "tried",
		(json_int_t)state->tried_ms, "next", (json_int_t)state->next_ms, "lease",
		(json_int_t)state->lease_ms, "stream", state->stream, "wish",
		(json_int_t)state->wish, "put", (json_int_t)state->put, "removed",
		(json_int_t)state->removed, "refused", (json_int_t)state->refused, "full",
		state->full);

	(void)json_object_set_new(json, "proposed", json_integer(state->proposed));
	(void)json_object_set_new(json, "unproposed", json_integer(state->unproposed));
	(void)json_object_set_new(
		json, "unproposed_why", json_from_str(str_of(state->unproposed_why)));
	(void)json_object_set_new(json, "hub", json_from_str(str_of(state->hub)));
	(void)json_object_set_new(json, "name", json_from_str(str_of(state->name)));
	(void)json_object_set_new(json, "why", json_from_str(str_of(state->why)));
	(void)json_object_set_new(json, "refused_why", json_from_str(str_of(state->refused_why)));
	put(dirs->state, HUB_STATE_FILE, json);
}

static int64_t number(const json_t *json, const char *name)
{
	return json_integer_value(json_object_get(json, name));
}

static void take(struct hub_state *state, const json_t *json)
{
	int i;

	*state = (struct hub_state){.heard_ms = number(json, "heard"),
		.tried_ms = number(json, "tried"),
		.next_ms = number(json, "next"),
		.lease_ms = number(json, "lease"),
		.stream = json_flag(json, "stream", false),
		.wish = number(json, "wish"),
		.put = number(json, "put"),
		.removed = number(json, "removed"),
		.refused = number(json, "refused"),
		.full = json_flag(json, "full", false),
		.proposed = number(json, "proposed"),
		.unproposed = number(json, "unproposed")};
	json_copy_text(json, "hub", state->hub, sizeof state->hub);
	json_copy_text(json, "name", state->name, sizeof state->name);
	json_copy_text(json, "why", state->why, sizeof state->why);
	json_copy_text(json, "unproposed_why", state->unproposed_why, sizeof state->unproposed_why);
	json_copy_text(json, "refused_why", state->refused_why, sizeof state->refused_why);
	for (i = 0; i < HUB_CONDITIONS; i++)
		if (str_is(json_str(json, "condition"), words[i]))
			state->condition = (enum hub_condition)i;
}

bool hub_state_read(const struct platform_dirs *dirs, struct hub_state *state)
{
	json_t *json;

	if (endpoint_read_json(dirs->state, HUB_STATE_FILE, &json) != ENDPOINT_OK)
		return false;
	take(state, json);
	json_decref(json);
	return true;
}

void hub_state_remove(const struct platform_dirs *dirs)
{
	char path[PLATFORM_PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/" HUB_STATE_FILE, dirs->state);
	(void)unlink(path); /* not there is as good */
}

int hub_wish_write(const struct platform_dirs *dirs, bool even_held, int64_t *wish, struct err *err)
{
	struct buf json = BUF_INIT(256);
	uint32_t chance;
	int rc;

	id_random(&chance, sizeof chance);
	*wish = (int64_t)chance + 1;
	(void)buf_add_format(&json, "{\"wish\":%lld,\"even_held\":%s}\n", (long long)*wish,
		even_held ? "true" : "false");
	rc = platform_make_dir(dirs->state, err);
	if (rc == 0)
		rc = platform_put_private(
			dirs->state, HUB_WISH_FILE, (struct str){buf_text(&json), json.len}, err);
	buf_fini(&json);
	return rc;
}

bool hub_wish_read(const struct platform_dirs *dirs, bool *even_held, int64_t *wish)
{
	json_t *json;

	if (endpoint_read_json(dirs->state, HUB_WISH_FILE, &json) != ENDPOINT_OK)
		return false;
	*even_held = json_flag(json, "even_held", false);
	*wish = number(json, "wish");
	json_decref(json);
	return true;
}
