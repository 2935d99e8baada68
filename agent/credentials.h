/*
 * The person's own credential helpers, asked through `git credential`: nothing is kept
 * here, and where git is not installed there are none. Main thread.
 */
#ifndef AGENT_CREDENTIALS_H
#define AGENT_CREDENTIALS_H

#include "library/git_remote.h"

/* One exchange with one server. */
struct credentials {
	char dir[512]; /* the repository, whose settings count as well */
	char url[1024], name[REPO_SECRET_MAX], password[REPO_SECRET_MAX];
};
void credentials_init(struct credentials *credentials, const char *dir);
/* Forgets the password. */
void credentials_fini(struct credentials *credentials);

/* For struct repo_remote_options, with a struct credentials as data. */
int credentials_secret(void *data, const char *url, const char *user, char name[REPO_SECRET_MAX],
	char password[REPO_SECRET_MAX]);
void credentials_verdict(void *data, bool taken);

#endif
