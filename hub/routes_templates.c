/* POST /templates/{id}/instantiate: a prompt with values, as every agent renders it
 * (core/render.h). Nothing is kept of what is filled in. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/render.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"

struct found {
	struct prompt *prompt;
	int64_t number;
	char digest[SHA256_HEX_BYTES];
};

static int take_version(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct found *found = data;
	json_t *messages = json_loadb(columns[0].text.p, columns[0].text.n, 0, NULL);
	json_t *inputs = json_loadb(columns[1].text.p, columns[1].text.n, 0, NULL);
	int rc = 0;

	(void)n;
	prompt_free(found->prompt);
	found->prompt = prompt_new();
	if (messages == NULL || inputs == NULL ||
		prompt_messages_parse(found->prompt, messages, err) != 0 ||
		prompt_inputs_parse(found->prompt, inputs, err) != 0)
		rc = err_set(err, ERR_FAILED, "a version is kept that cannot be read");
	json_decref(messages);
	json_decref(inputs);
	found->number = columns[2].number;
	if (columns[3].text.n < sizeof found->digest)
		memcpy(found->digest, columns[3].text.p, columns[3].text.n);
	return rc;
}

/* The version that is asked for, or the one in production; a consumer has the latter. */
static int find_version(struct request *request, const struct prompt_facts *facts,
	struct found *found, struct err *err)
{
	int64_t number = 0;
	int rc = request_number(request, "version", 1, INT64_MAX, &number);

	if (rc != 0)
		return rc;
	rc = hub_db_run(request->db,
		"SELECT v.messages, v.inputs, v.number, v.digest FROM version v LEFT JOIN channel "
		"c ON c.tenant = v.tenant AND c.prompt_id = v.prompt_id AND c.name = 'production' "
		"AND c.number = v.number WHERE v.tenant = $1 AND v.prompt_id = $2 AND ($3 = 0 OR "
		"v.number = $3) AND (c.number IS NOT NULL OR ($4 > 0 AND $3 > 0))",
		DB_ARGS(TENANT(request), db_string(facts->id), db_number(number),
			db_number(request->who.role)),
		take_version, found, err);
	if (rc == 0 && found->prompt == NULL)
		return request_refuse(request, 404, "not_found",
			number > 0 ? "there is no such version" : "no version is in production");
	return rc;
}

/* ── other prompts' texts ──────────────────────────────────────────────── */

#define PARTIALS_MAX 64

struct partials {
	struct request *request;
	struct {
		char *name;
		struct prompt *prompt;
	} kept[PARTIALS_MAX];
	size_t n;
};

static struct str user_text(const struct prompt *prompt)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		if (prompt->messages[i].role == PROMPT_USER)
			return str_of(prompt->messages[i].text);
	return str_of(prompt->messages[0].text);
}

/* As render_options.partial wants it: what is in production, of what they may see. */
static int partial(void *data, struct str name, struct str *text, struct err *err)
{
	struct partials *partials = data;
	struct request *request = partials->request;
	struct found found = {.prompt = NULL};
	size_t i;

	for (i = 0; i < partials->n; i++)
		if (str_is(name, partials->kept[i].name)) {
			*text = user_text(partials->kept[i].prompt);
			return 0;
		}
	if (partials->n == PARTIALS_MAX)
		return err_set(err, ERR_INVALID, "more than %d other prompts", PARTIALS_MAX);
	if (hub_db_run(request->db,
		    "SELECT v.messages, v.inputs, v.number, v.digest FROM prompt p JOIN channel c "
		    "ON c.tenant = p.tenant AND c.prompt_id = p.id AND c.name = 'production' JOIN "
		    "version v ON v.tenant = p.tenant AND v.prompt_id = p.id AND v.number = "
		    "c.number WHERE p.tenant = $1 AND p.slug = $2 AND p.deleted IS NULL AND ($3 = "
		    "3 OR p.team_id IS NULL OR EXISTS (SELECT 1 FROM member m WHERE m.tenant = "
		    "p.tenant AND m.team_id = p.team_id AND m.user_id = $4))",
		    DB_ARGS(TENANT(request), db_text(name), db_number(request->who.role),
			    USER(request)),
		    take_version, &found, err) != 0) {
		prompt_free(found.prompt);
		return -1;
	}
	if (found.prompt == NULL)
		return 1;
	partials->kept[partials->n].name = str_dup(name);
	partials->kept[partials->n++].prompt = found.prompt;
	*text = user_text(found.prompt);
	return 0;
}

static void partials_fini(struct partials *partials)
{
	size_t i;

	for (i = 0; i < partials->n; i++) {
		free(partials->kept[i].name);
		prompt_free(partials->kept[i].prompt);
	}
}

/* ── the route ─────────────────────────────────────────────────────────── */

static int refuse_missing(struct request *request, const struct render *render)
{
	json_t *names = json_array(), *details;
	size_t i;

	for (i = 0; i < render->n_missing; i++)
		(void)json_array_append_new(names, json_string(render->missing[i]));
	(void)request_refuse(
		request, 422, "values_missing", "%zu values are missing", render->n_missing);
	details = json_object_get(json_object_get(request->answer, "error"), "details");
	(void)json_object_set_new(details, "missing", names);
	return REQUEST_UNDO;
}

static int answer_render(struct request *request, const struct prompt_facts *facts,
	const struct found *found, const struct render *render)
{
	json_t *messages = json_array();
	size_t i;

	for (i = 0; i < render->n_messages; i++)
		(void)json_array_append_new(messages,
			json_pack("{s:s, s:s}", "role", prompt_role_name(render->messages[i].role),
				"text", render->messages[i].text));
	return request_answer(request, 200,
		json_pack("{s:s, s:s, s:I, s:s, s:o}", "id", facts->id, "slug", facts->slug,
			"version", (json_int_t)found->number, "digest", found->digest, "messages",
			messages));
}

int route_template_instantiate(struct request *request, struct err *err)
{
	const json_t *values = json_object_get(request->body, "values");
	struct partials partials = {.request = request};
	struct render_options options = {.partial = partial, .partial_data = &partials};
	struct found found = {.prompt = NULL};
	struct render render = {.messages = NULL};
	struct prompt_facts facts;
	int rc = prompt_find(request, &facts, err);

	if (rc == 0 && values != NULL && !json_is_object(values))
		rc = request_refuse_field(request, "values", "values is an object");
	if (rc == 0)
		rc = find_version(request, &facts, &found, err);
	if (rc == 0) {
		rc = render_prompt(found.prompt, values, &options, &render, err);
		if (rc == RENDER_MISSING)
			rc = refuse_missing(request, &render);
		else if (rc < 0 && err->code == ERR_INVALID)
			rc = request_refuse_field(request, "values", "%s", err->text);
		else if (rc == 0)
			rc = answer_render(request, &facts, &found, &render);
	}
	render_fini(&render);
	partials_fini(&partials);
	prompt_free(found.prompt);
	return rc;
}
