/* promptd-hub config: what holds for the whole hub. */
#include "core/json.h"
#include "hub/commands.h"
#include "hub/local.h"

static const char *const names[] = {"name", "approval", "experimental-roles"};
static const char *const members[] = {"name", "approval", "experimental_roles"};
#define N_NAMES (sizeof names / sizeof *names)

static int config_run(struct call *call)
{
	struct local local = {.db = NULL};
	json_t *body, *config = NULL;
	struct err err;
	size_t i;
	int exit = call_tenant(call, &local.db, local.tenant), rc;

	if (exit != COMMAND_DONE)
		return exit;
	body = json_object();
	for (i = 0; i < N_NAMES; i++)
		if (call_value(call, names[i]) != NULL)
			(void)json_object_set_new(
				body, members[i], json_string(call_value(call, names[i])));
	rc = json_object_size(body) == 0
		     ? local_ask(&local, HTTP_GET, "/api/v1/config", NULL, &config, &err)
		     : local_ask(&local, HTTP_PATCH, "/api/v1/config", body, &config, &err);
	json_decref(body);
	if (rc != 0)
		return call_fail_err(call, &err);
	for (i = 0; i < N_NAMES; i++) {
		call_print(call, "%s: ", names[i]);
		call_print_text(call, json_str(config, members[i]));
		call_print(call, "\n");
	}
	(void)json_object_update(call->answer, config);
	json_decref(config);
	return COMMAND_DONE;
}

static const struct command_option options[] = {
	{"name", "NAME", "what the team is called"},
	{"approval", "HOW", "simple: one approver; strict: two for what is everybody's"},
	{"experimental-roles", "ROLES", "roles that get what is experimental, with blanks"},
	{NULL, NULL, NULL},
};

const struct command command_config = {
	.name = "config",
	.summary = "what holds for the whole hub, shown or set",
	.words = "",
	.description = "Without options it shows; with them it sets, and shows what holds then.",
	.answer = "name, approval, experimental_roles, created_at",
	.options = options,
	.example = "promptd-hub config --approval strict",
	.run = config_run,
};
