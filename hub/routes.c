/* The table of routes; see routes.h. */
#include "hub/routes.h"

#include "hub/routes_all.h"

#define ANY RELATION_ANY
#define SEEN (RELATION_OWN | RELATION_TEAM | RELATION_GLOBAL)
#define FAMILY (RELATION_OWN | RELATION_TEAM)
#define OWN RELATION_OWN

/* In the order of enum role: consumer, contributor, prompt_owner, admin. */
#define EVERYBODY                  \
	{                          \
		ANY, ANY, ANY, ANY \
	}
#define READERS                       \
	{                             \
		SEEN, SEEN, SEEN, ANY \
	}
#define AUTHORS                    \
	{                          \
		0, SEEN, SEEN, ANY \
	}
#define EDITORS                     \
	{                           \
		0, OWN, FAMILY, ANY \
	}
#define APPROVERS                 \
	{                         \
		0, 0, FAMILY, ANY \
	}
/* Of a vocabulary that everybody shares: who adds to it, who changes it. */
#define MAKERS                   \
	{                        \
		0, ANY, ANY, ANY \
	}
#define KEEPERS                \
	{                      \
		0, 0, ANY, ANY \
	}
#define MEMBERS                             \
	{                                   \
		FAMILY, FAMILY, FAMILY, ANY \
	}
#define ADMINS               \
	{                    \
		0, 0, 0, ANY \
	}

#define V1 "/api/v1"
#define READ 0, SCOPE_READ
#define WRITE (ROUTE_WRITE | ROUTE_BODY), SCOPE_WRITE
#define MANAGE (ROUTE_WRITE | ROUTE_BODY), SCOPE_ADMIN
#define ENTER (ROUTE_OPEN | ROUTE_SLOW | ROUTE_BODY), SCOPE_NONE

const struct route route_table[] = {
	{HTTP_GET, "/livez", "livez", ROUTE_OPEN | ROUTE_AT_ONCE, SCOPE_NONE, EVERYBODY,
		route_livez},
	{HTTP_GET, "/readyz", "readyz", ROUTE_OPEN | ROUTE_SLOW, SCOPE_NONE, EVERYBODY,
		route_readyz},
	{HTTP_GET, "/metrics", "metrics", ROUTE_OPEN | ROUTE_SLOW, SCOPE_NONE, EVERYBODY,
		route_metrics},

	{HTTP_GET, V1 "/openapi.json", "openapi", ROUTE_OPEN | ROUTE_SLOW, SCOPE_NONE, EVERYBODY,
		route_openapi},

	{HTTP_POST, V1 "/auth/login", "login", ENTER, EVERYBODY, route_login},
	{HTTP_POST, V1 "/auth/register", "register", ENTER, EVERYBODY, route_register},
	{HTTP_POST, V1 "/auth/refresh", "refresh", ENTER, EVERYBODY, route_refresh},
	{HTTP_POST, V1 "/auth/logout", "logout", ROUTE_WRITE | ROUTE_BODY, SCOPE_NONE, EVERYBODY,
		route_logout},
	{HTTP_POST, V1 "/auth/device", "deviceCode", ENTER, EVERYBODY, route_device_code},
	{HTTP_POST, V1 "/auth/device/token", "deviceToken", ENTER, EVERYBODY, route_device_token},
	{HTTP_POST, V1 "/auth/device/approve", "deviceApprove", WRITE, EVERYBODY,
		route_device_approve},
	{HTTP_GET, V1 "/me", "me", READ, EVERYBODY, route_me},
	{HTTP_PATCH, V1 "/me", "changeMe", WRITE, EVERYBODY, route_me_patch},
	{HTTP_POST, V1 "/me/password", "changePassword", ROUTE_SLOW | ROUTE_BODY, SCOPE_WRITE,
		EVERYBODY, route_me_password},
	{HTTP_GET, V1 "/sessions", "listSessions", READ, EVERYBODY, route_session_list},
	{HTTP_DELETE, V1 "/sessions", "deleteOtherSessions", ROUTE_WRITE, SCOPE_WRITE, EVERYBODY,
		route_session_delete_all},
	{HTTP_DELETE, V1 "/sessions/{id}", "deleteSession", ROUTE_WRITE, SCOPE_WRITE, EVERYBODY,
		route_session_delete},
	{HTTP_GET, V1 "/keys", "listKeys", READ, EVERYBODY, route_key_list},
	{HTTP_POST, V1 "/keys", "createKey", ROUTE_SECRET | WRITE, EVERYBODY, route_key_create},
	{HTTP_DELETE, V1 "/keys/{id}", "deleteKey", ROUTE_WRITE, SCOPE_WRITE, EVERYBODY,
		route_key_delete},

	{HTTP_GET, V1 "/config", "getConfig", 0, SCOPE_ADMIN, ADMINS, route_config_get},
	{HTTP_PATCH, V1 "/config", "changeConfig", MANAGE, ADMINS, route_config_patch},
	{HTTP_GET, V1 "/invites", "listInvites", 0, SCOPE_ADMIN, ADMINS, route_invite_list},
	{HTTP_POST, V1 "/invites", "createInvite", ROUTE_SECRET | MANAGE, ADMINS,
		route_invite_create},
	{HTTP_DELETE, V1 "/invites/{id}", "deleteInvite", ROUTE_WRITE, SCOPE_ADMIN, ADMINS,
		route_invite_delete},
	{HTTP_GET, V1 "/users", "listUsers", 0, SCOPE_ADMIN, ADMINS, route_user_list},
	{HTTP_GET, V1 "/users/{id}", "getUser", 0, SCOPE_ADMIN, ADMINS, route_user_get},
	{HTTP_PATCH, V1 "/users/{id}", "changeUser", MANAGE, ADMINS, route_user_patch},
	{HTTP_DELETE, V1 "/users/{id}", "deactivateUser", MANAGE, ADMINS, route_user_delete},
	{HTTP_DELETE, V1 "/users/{id}/sessions", "signOutUser", ROUTE_WRITE, SCOPE_ADMIN, ADMINS,
		route_user_sessions_delete},
	{HTTP_GET, V1 "/teams", "listTeams", READ, EVERYBODY, route_team_list},
	{HTTP_POST, V1 "/teams", "createTeam", MANAGE, ADMINS, route_team_create},
	{HTTP_GET, V1 "/teams/{id}", "getTeam", READ, EVERYBODY, route_team_get},
	{HTTP_PATCH, V1 "/teams/{id}", "changeTeam", MANAGE, ADMINS, route_team_patch},
	{HTTP_DELETE, V1 "/teams/{id}", "deleteTeam", ROUTE_WRITE, SCOPE_ADMIN, ADMINS,
		route_team_delete},
	{HTTP_GET, V1 "/teams/{id}/members", "listMembers", READ, MEMBERS, route_member_list},
	{HTTP_PUT, V1 "/teams/{id}/members/{user}", "addMember", MANAGE, ADMINS, route_member_put},
	{HTTP_DELETE, V1 "/teams/{id}/members/{user}", "removeMember", ROUTE_WRITE, SCOPE_ADMIN,
		ADMINS, route_member_delete},

	{HTTP_GET, V1 "/tags", "listTags", READ, EVERYBODY, route_tag_list},
	{HTTP_POST, V1 "/tags", "createTag", WRITE, MAKERS, route_tag_create},
	{HTTP_GET, V1 "/tags/{id}", "getTag", READ, EVERYBODY, route_tag_get},
	{HTTP_PATCH, V1 "/tags/{id}", "changeTag", WRITE, KEEPERS, route_tag_patch},
	{HTTP_DELETE, V1 "/tags/{id}", "deleteTag", ROUTE_WRITE, SCOPE_WRITE, KEEPERS,
		route_tag_delete},
	{HTTP_GET, V1 "/collections", "listCollections", READ, EVERYBODY, route_collection_list},
	{HTTP_POST, V1 "/collections", "createCollection", WRITE, KEEPERS, route_collection_create},
	{HTTP_GET, V1 "/collections/{id}", "getCollection", READ, EVERYBODY, route_collection_get},
	{HTTP_PATCH, V1 "/collections/{id}", "changeCollection", WRITE, KEEPERS,
		route_collection_patch},
	{HTTP_DELETE, V1 "/collections/{id}", "deleteCollection", ROUTE_WRITE, SCOPE_WRITE, KEEPERS,
		route_collection_delete},

	{HTTP_GET, V1 "/prompts", "listPrompts", READ, READERS, route_prompt_list},
	{HTTP_POST, V1 "/prompts", "createPrompt", WRITE, AUTHORS, route_prompt_create},
	{HTTP_GET, V1 "/prompts/{id}", "getPrompt", READ, READERS, route_prompt_get},
	{HTTP_PUT, V1 "/prompts/{id}", "replacePrompt", WRITE, EDITORS, route_prompt_put},
	{HTTP_PATCH, V1 "/prompts/{id}", "changePrompt", WRITE, EDITORS, route_prompt_patch},
	{HTTP_DELETE, V1 "/prompts/{id}", "deletePrompt", ROUTE_WRITE, SCOPE_WRITE, EDITORS,
		route_prompt_delete},
	{HTTP_POST, V1 "/prompts/{id}/purge", "purgePrompt", MANAGE, ADMINS, route_prompt_purge},
	{HTTP_POST, V1 "/prompts/{id}/activate", "activatePrompt", WRITE, APPROVERS,
		route_prompt_activate},
	{HTTP_POST, V1 "/prompts/{id}/deprecate", "deprecatePrompt", WRITE, APPROVERS,
		route_prompt_deprecate},
	{HTTP_GET, V1 "/prompts/{id}/transitions", "listTransitions", READ, AUTHORS,
		route_transition_list},
	{HTTP_PUT, V1 "/prompts/{id}/tags/{tag}", "tagPrompt", WRITE, EDITORS,
		route_prompt_tag_put},
	{HTTP_DELETE, V1 "/prompts/{id}/tags/{tag}", "untagPrompt", ROUTE_WRITE, SCOPE_WRITE,
		EDITORS, route_prompt_tag_delete},
	{HTTP_GET, V1 "/prompts/{id}/executions", "listExecutions", READ, READERS,
		route_execution_list},
	{HTTP_POST, V1 "/prompts/{id}/executions", "createExecution", WRITE, READERS,
		route_execution_create},
	{HTTP_GET, V1 "/prompts/{id}/versions", "listVersions", READ, READERS, route_version_list},
	{HTTP_POST, V1 "/prompts/{id}/versions", "createVersion", WRITE, AUTHORS,
		route_version_create},
	{HTTP_GET, V1 "/prompts/{id}/versions/{number}", "getVersion", READ, READERS,
		route_version_get},
	{HTTP_POST, V1 "/prompts/{id}/versions/{number}/submit", "submitVersion", WRITE, AUTHORS,
		route_version_submit},
	{HTTP_POST, V1 "/prompts/{id}/versions/{number}/approve", "approveVersion", WRITE,
		APPROVERS, route_version_approve},
	{HTTP_POST, V1 "/prompts/{id}/versions/{number}/reject", "rejectVersion", WRITE, APPROVERS,
		route_version_reject},

	{HTTP_GET, V1 "/templates", "listTemplates", READ, READERS, route_template_list},
	{HTTP_POST, V1 "/templates/{id}/instantiate", "instantiateTemplate", ROUTE_BODY, SCOPE_READ,
		READERS, route_template_instantiate},
	{HTTP_GET, V1 "/stats", "getStats", READ, KEEPERS, route_stats},

	{HTTP_GET, V1 "/sync", "sync", 0, SCOPE_SYNC, EVERYBODY, route_sync},
	{HTTP_GET, V1 "/sync/stream", "syncStream", 0, SCOPE_SYNC, EVERYBODY, route_sync_stream},
	{HTTP_GET, V1 "/blobs/{digest}", "getBlob", 0, SCOPE_SYNC, EVERYBODY, route_blob},
	{HTTP_POST, V1 "/usage:batch", "usageBatch", ROUTE_WRITE | ROUTE_RAW, SCOPE_SYNC, EVERYBODY,
		route_usage},
	{HTTP_GET, V1 "/audit", "listAudit", 0, SCOPE_ADMIN, ADMINS, route_audit_list},
};
const size_t route_count = sizeof route_table / sizeof *route_table;

static bool fits(const char *pattern, struct str path, struct str words[2])
{
	struct str rest = str_of(pattern), part, given;
	size_t n = 0;

	words[0] = words[1] = (struct str){NULL, 0};
	while (rest.n > 0 && path.n > 0) {
		part = str_cut(rest, '/', &rest);
		given = str_cut(path, '/', &path);
		if (str_starts(part, "{") && given.n > 0 && n < 2)
			words[n++] = given;
		else if (!str_equal(part, given))
			return false;
	}
	return rest.n == 0 && path.n == 0;
}

static const struct route *find_in(const struct route *table, size_t n, enum http_method method,
	struct str path, struct str words[2], unsigned *allowed)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!fits(table[i].path, path, words))
			continue;
		if (table[i].method == method ||
			(method == HTTP_HEAD && table[i].method == HTTP_GET))
			return &table[i];
		*allowed |= 1U << table[i].method;
	}
	return NULL;
}

const struct route *route_find(
	enum http_method method, struct str path, struct str words[2], unsigned *allowed)
{
	const struct route *route;

	*allowed = 0;
	route = find_in(route_table, route_count, method, path, words, allowed);
	return route != NULL ? route
			     : find_in(page_table, page_count, method, path, words, allowed);
}
