/* What several commands do with a prompt; see lookup.h. */
#include "agent/lookup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/near.h"
#include "store/usage.h"

#define NEAR_ROWS_MAX 20000
#define PAGE_ROWS 500

/* "name@3" is version 3 of name. Names have no '@'. */
static bool cut_version(struct str *name, int64_t *version)
{
	struct str number, head = str_cut(*name, '@', &number);

	if (head.n == name->n)
		return true;
	*name = head;
	return str_to_int(number, 1, INT64_MAX, version);
}

struct near_walk {
	struct near near;
	char after[PROMPT_PATH_MAX + 1];
	unsigned rows;
};

static int near_row(void *data, const struct store_row *row)
{
	struct near_walk *walk = data;
	struct str last = row->path;
	size_t i;

	for (i = 0; i < row->path.n; i++)
		if (row->path.p[i] == '/')
			last = (struct str){row->path.p + i + 1, row->path.n - i - 1};
	near_offer(&walk->near, row->path, row->path);
	near_offer(&walk->near, last, row->path);
	(void)snprintf(walk->after, sizeof walk->after, "%.*s", (int)row->path.n, row->path.p);
	walk->rows++;
	return 0;
}

static int fail_not_found(struct call *call, struct store *store, struct str name)
{
	struct store_filter filter = {.experimental = true};
	struct near_walk walk = {0};
	unsigned before;
	struct err err;

	near_init(&walk.near, name);
	do {
		before = walk.rows;
		if (store_prompt_list(store, &filter, str_of(walk.after), PAGE_ROWS, near_row,
			    &walk, &err) != 0)
			break;
	} while (walk.rows == before + PAGE_ROWS && walk.rows < NEAR_ROWS_MAX);
	if (walk.near.best[0] != '\0' && strcmp(walk.near.best, name.p) == 0)
		call_hint(call, "it is not approved; --experimental takes it all the same");
	else if (walk.near.best[0] != '\0')
		call_hint(call, "did you mean %s?", walk.near.best);
	else if (walk.rows == 0)
		call_hint(call, "the library is empty: promptd import FOLDER fills it");
	else
		call_hint(call, "promptd search finds prompts by what they are about");
	return call_fail(call, COMMAND_NOT_FOUND, "no prompt named %.*s",
		(int)(name.n < 200 ? name.n : 200), name.p);
}

/* The prompt is there, the version is not; or the prompt is not. */
static int fail_version(
	struct call *call, struct store *store, struct str name, const struct store_want *want)
{
	struct store_want newest = {.experimental = true};
	struct prompt *prompt = NULL;
	struct err err;

	if (store_prompt_get(store, name, &newest, &prompt, &err) != STORE_OK)
		return fail_not_found(call, store, name);
	call_hint(call, "promptd show %s --versions lists them", prompt->path);
	(void)call_fail(
		call, COMMAND_NOT_FOUND, "%s has no version %" PRId64, prompt->path, want->version);
	prompt_free(prompt);
	return COMMAND_NOT_FOUND;
}

int lookup_prompt(struct call *call, const char *word, bool experimental, struct prompt **out)
{
	struct store_want want = {.experimental = experimental || call->config->experimental};
	struct str name = str_of(word);
	char known[PROMPT_PATH_MAX + 1];
	struct store *store;
	struct err err;
	int outcome;

	if (!str_is_utf8(name) || name.n > PROMPT_PATH_MAX || !cut_version(&name, &want.version))
		return call_fail(call, COMMAND_USAGE, "not a prompt's name: %.200s", word);
	/* With a NUL behind the name alone. */
	(void)snprintf(known, sizeof known, "%.*s", (int)name.n, name.p);
	name.p = known;
	outcome = call_store(call, false, &store);
	if (outcome != COMMAND_DONE)
		return outcome;
	outcome = store_prompt_get(store, name, &want, out, &err);
	if (outcome == STORE_OK)
		return COMMAND_DONE;
	if (outcome == STORE_NOT_FOUND)
		return want.version > 0 ? fail_version(call, store, name, &want)
					: fail_not_found(call, store, name);
	if (outcome == STORE_AMBIGUOUS)
		call_hint(call, "name it in full");
	return call_fail_err(call, &err);
}

json_t *lookup_time_json(int64_t time_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(time_ms, text);
	return json_string(text);
}

static void set_text(json_t *object, const char *name, struct str text)
{
	(void)json_object_set_new(object, name, text.n > 0 ? json_from_str(text) : json_null());
}

static json_t *tags_json(struct str joined)
{
	json_t *tags = json_array();

	while (joined.n > 0)
		(void)json_array_append_new(tags, json_from_str(str_cut(joined, ',', &joined)));
	return tags;
}

json_t *lookup_row_json(const struct store_row *row)
{
	json_t *object = json_object(), *inputs = NULL;

	set_text(object, "name", row->path);
	set_text(object, "title", row->title);
	set_text(object, "description", row->description);
	(void)json_object_set_new(object, "version", json_integer(row->version));
	(void)json_object_set_new(object, "tags", tags_json(row->tags));
	set_text(object, "collection", row->collection);
	if (row->inputs.n > 0 && json_door_parse(row->inputs, &inputs, NULL) == 0)
		(void)json_object_set_new(object, "inputs", inputs);
	set_text(object, "source", row->source);
	set_text(object, "status", row->status);
	set_text(object, "channel", row->channel);
	set_text(object, "id", row->id);
	set_text(object, "sha256", row->digest);
	(void)json_object_set_new(object, "uses", json_integer(row->uses));
	(void)json_object_set_new(object, "bytes", json_integer(row->text_bytes));
	(void)json_object_set_new(object, "updated", lookup_time_json(row->updated_ms));
	if (row->match.n > 0)
		set_text(object, "match", row->match);
	return object;
}

static json_t *list_json(char *const *texts, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, json_from_str(str_of(texts[i])));
	return list;
}

json_t *lookup_prompt_json(const struct prompt *prompt)
{
	json_t *object = json_object();

	set_text(object, "name", str_of(prompt->path));
	set_text(object, "title", str_of(prompt->title));
	set_text(object, "description", str_of(prompt->description));
	(void)json_object_set_new(object, "version", json_integer(prompt->version));
	(void)json_object_set_new(object, "tags", list_json(prompt->tags, prompt->n_tags));
	(void)json_object_set_new(object, "aliases", list_json(prompt->aliases, prompt->n_aliases));
	set_text(object, "collection", str_of(prompt->collection));
	(void)json_object_set_new(object, "inputs", prompt_inputs_json(prompt));
	set_text(object, "model", str_of(prompt->model));
	set_text(object, "source", str_of(prompt->source));
	set_text(object, "origin", str_of(prompt->origin));
	set_text(object, "format", str_of(prompt->format));
	set_text(object, "status", str_of(prompt->status));
	set_text(object, "channel", str_of(prompt->channel));
	set_text(object, "id", str_of(prompt->id));
	set_text(object, "sha256", str_of(prompt->digest));
	(void)json_object_set_new(object, "created", lookup_time_json(prompt->created_ms));
	(void)json_object_set_new(object, "updated", lookup_time_json(prompt->updated_ms));
	return object;
}

void lookup_record(struct call *call, const struct prompt *prompt, const char *surface,
	const char *action, int64_t started_us)
{
	struct usage_event event = {
		.prompt_id = str_of(prompt->id),
		.digest = str_of(prompt->digest),
		.source = str_of(prompt->source),
		.version = prompt->version,
		.client_type = STR("cli"),
		.client_name = STR("promptd"),
		.client_version = STR(PROMPTD_VERSION),
		.surface = str_of(surface),
		.action = str_of(action),
		.outcome = STR("ok"),
		.latency_us = clock_monotonic_us() - started_us,
		.success = -1,
	};
	struct err err;

	if (store_usage_add(call->store, &event, &err) != 0 ||
		store_usage_commit(call->store, &err) != 0)
		call_warn(call, "this use was not recorded: %s", err.text);
	else
		(void)store_usage_rank(call->store, &err); /* if not now, with the next */
}

size_t lookup_join(const struct prompt_message *messages, size_t n, const enum prompt_role *role,
	struct buf *out)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++) {
		if (role != NULL && messages[i].role != *role)
			continue;
		if (found++ > 0)
			(void)buf_add_str(out, "\n\n");
		(void)buf_add_str(out, messages[i].text);
	}
	return found;
}

int lookup_role(struct call *call, enum prompt_role *role, const enum prompt_role **chosen)
{
	const char *name = call_value(call, "role");

	*chosen = NULL;
	if (name == NULL)
		return COMMAND_DONE;
	if (!prompt_role_parse(str_of(name), role))
		return call_fail(call, COMMAND_USAGE,
			"--role is user, system or assistant, not %.60s", name);
	*chosen = role;
	return COMMAND_DONE;
}

int lookup_number(struct call *call, const char *option, int64_t min, int64_t max,
	int64_t otherwise, int64_t *number)
{
	const char *text = call_value(call, option);

	*number = otherwise;
	if (text == NULL || str_to_int(str_of(text), min, max, number))
		return COMMAND_DONE;
	return call_fail(call, COMMAND_USAGE,
		"--%s takes a number from %" PRId64 " to %" PRId64 ", not %.60s", option, min, max,
		text);
}
