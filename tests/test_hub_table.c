/*
 * The table of routes, said a second time: who may do what, and which tokens are for it.
 * test_hub_access.c holds the hub against the table, this holds the table against what was
 * meant (requirements.md, roles): a line there that says more than it should is seen here.
 */
#include <string.h>

#include "core/buf.h"
#include "core/str.h"
#include "hub/routes.h"
#include "tests/test.h"

/* A letter for each of consumer, contributor, prompt_owner and admin: "-" never, "O" what is
 * their own, "F" their teams' too, "S" all that they see, "A" anything. */
static const struct meant {
	const char *may, *scope, *names;
} meant[] = {
	{"AAAA", "open",
		"livez readyz metrics openapi login register refresh deviceCode "
		"deviceToken"},
	{"AAAA", "none", "logout"},
	{"AAAA", "read",
		"me listSessions listKeys listTeams getTeam listTags getTag "
		"listCollections getCollection"},
	{"FFFA", "read", "listMembers"},
	{"SSSA", "read",
		"listPrompts getPrompt listExecutions listVersions getVersion "
		"listTemplates instantiateTemplate"},
	{"-SSA", "read", "listTransitions"},
	{"--AA", "read", "getStats"},
	{"AAAA", "sync", "sync syncStream getBlob usageBatch"},
	{"AAAA", "write",
		"deviceApprove changeMe changePassword deleteOtherSessions "
		"deleteSession createKey deleteKey"},
	{"SSSA", "write", "createExecution"},
	{"-AAA", "write", "createTag"},
	{"-SSA", "write", "createPrompt createVersion submitVersion"},
	{"-OFA", "write", "replacePrompt changePrompt deletePrompt tagPrompt untagPrompt"},
	{"--AA", "write", "changeTag deleteTag createCollection changeCollection deleteCollection"},
	{"--FA", "write", "activatePrompt deprecatePrompt approveVersion rejectVersion"},
	{"---A", "admin",
		"getConfig changeConfig listInvites createInvite deleteInvite listUsers "
		"getUser changeUser deactivateUser signOutUser createTeam changeTeam "
		"deleteTeam addMember removeMember purgePrompt listAudit"},
};
#define MEANT (sizeof meant / sizeof *meant)

static char letter(unsigned relations)
{
	switch (relations) {
	case 0:
		return '-';
	case RELATION_OWN:
		return 'O';
	case RELATION_OWN | RELATION_TEAM:
		return 'F';
	case RELATION_OWN | RELATION_TEAM | RELATION_GLOBAL:
		return 'S';
	case RELATION_ANY:
		return 'A';
	default:
		return '?';
	}
}

static const char *scope_of(const struct route *route)
{
	if ((route->flags & ROUTE_OPEN) != 0)
		return "open";
	switch (route->scope) {
	case SCOPE_NONE:
		return "none";
	case SCOPE_READ:
		return "read";
	case SCOPE_SYNC:
		return "sync";
	case SCOPE_WRITE:
		return "write";
	case SCOPE_ADMIN:
		return "admin";
	default:
		return "?";
	}
}

/* The line that names this route; NULL: nobody meant it. */
static const struct meant *meant_of(const char *name)
{
	struct str rest;
	size_t i;

	for (i = 0; i < MEANT; i++)
		for (rest = str_of(meant[i].names); rest.n > 0;)
			if (str_is(str_cut(rest, ' ', &rest), name))
				return &meant[i];
	return NULL;
}

static void every_route_lets_in_who_was_meant(void)
{
	const struct route *route;
	const struct meant *line;
	char may[ROLES + 1] = "";
	size_t i, role;

	for (route = route_table; route < route_table + route_count; route++) {
		for (role = 0; role < ROLES; role++)
			may[role] = letter(route->may[role]);
		line = meant_of(route->name);
		if (line == NULL || strcmp(line->may, may) != 0 ||
			strcmp(line->scope, scope_of(route)) != 0)
			(void)fprintf(stderr, "%s: %s, %s\n", route->name, may, scope_of(route));
		CHECK(line != NULL);
		CHECK_STR(may, line->may);
		CHECK_STR(scope_of(route), line->scope);
	}
	for (i = 0; i < MEANT; i++)
		CHECK(strlen(meant[i].may) == ROLES);
}

static void what_shows_a_secret_once_is_kept_nowhere(void)
{
	static const char secrets[] = "createKey createInvite";
	const struct route *route;

	for (route = route_table; route < route_table + route_count; route++)
		CHECK(((route->flags & ROUTE_SECRET) != 0) ==
			(strstr(secrets, route->name) != NULL));
}

int main(void)
{
	RUN(every_route_lets_in_who_was_meant);
	RUN(what_shows_a_secret_once_is_kept_nowhere);
	return 0;
}
