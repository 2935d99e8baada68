/* What an admin sets for the whole tenant: its name, how approval goes, who gets what is
 * in the channel `experimental`. */
#include "hub/etag.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200
#define ROLES_MAX 64

static int config_find(struct request *request, json_t **config, struct err *err)
{
	return request_row(request, "name approval experimental_roles created_at:t",
		"SELECT name, approval, experimental_roles, created_ms FROM tenant WHERE id = $1",
		DB_ARGS(TENANT(request)), config, err);
}

int route_config_get(struct request *request, struct err *err)
{
	json_t *config;
	int rc = config_find(request, &config, err);

	return rc != 0 ? rc : etag_answer(request, 200, config);
}

static int read_roles(struct request *request, struct str *roles)
{
	struct str rest, word;
	enum role role;
	int rc = request_text(request, "experimental_roles", ROLES_MAX, roles);

	for (rest = *roles; rc == 0 && rest.n > 0;) {
		word = str_cut(rest, ' ', &rest);
		if (!role_parse(word, &role))
			return request_refuse_field(request, "experimental_roles",
				"roles are words of: admin prompt_owner contributor consumer");
	}
	return rc;
}

/* For the audit log: words of ours may stand there, texts do not. */
static json_t *told(const struct request *request)
{
	json_t *details = request_changed(request, "name");
	const char *const names[] = {"approval", "experimental_roles"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (json_object_get(request->body, names[i]) != NULL)
			(void)json_object_set(
				details, names[i], json_object_get(request->body, names[i]));
	return details;
}

/* Strict: two approvers for what is everybody's, which is a prompt of no team. */
int route_config_patch(struct request *request, struct err *err)
{
	struct str name, approval, roles;
	json_t *config;
	int rc = config_find(request, &config, err);

	if (rc != 0)
		return rc;
	rc = etag_match(request, config, ETAG_MUST);
	json_decref(config);
	if (rc != 0 || (rc = request_text(request, "name", NAME_MAX_BYTES, &name)) != 0 ||
		(rc = request_text(request, "approval", 16, &approval)) != 0 ||
		(rc = read_roles(request, &roles)) != 0)
		return rc;
	if (approval.p != NULL && !str_is(approval, "simple") && !str_is(approval, "strict"))
		return request_refuse_field(request, "approval", "approval is simple or strict");
	if (name.p != NULL && name.n == 0)
		return request_refuse_field(request, "name", "a name is not empty");
	rc = request_do(request,
		"UPDATE tenant SET name = coalesce($2, name), approval = coalesce($3, approval), "
		"experimental_roles = coalesce($4, experimental_roles) WHERE id = $1",
		DB_ARGS(TENANT(request), db_text(name), db_text(approval), db_text(roles)), err);
	/* As if each of them had been given or lost the flag: what processes remember of who
	 * may see what holds no more. */
	if (rc == 0 && roles.p != NULL)
		rc = request_do(request,
			"UPDATE person SET experimental = experimental WHERE tenant = $1 AND id = "
			"$2",
			DB_ARGS(TENANT(request), USER(request)), err);
	if (rc == 0)
		rc = request_audit(
			request, "config.change", str_of(request->who.tenant), told(request), err);
	return rc != 0 ? rc : route_config_get(request, err);
}
