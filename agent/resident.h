/*
 * promptd-desktop as it is known from outside: desktop.json, which the resident process
 * writes into the runtime directory, and the session in which it is to be started
 * (session.json there, from `promptd desktop start`). Any thread.
 */
#ifndef AGENT_RESIDENT_H
#define AGENT_RESIDENT_H

#include <jansson.h>

#include "agent/endpoint.h"

#define RESIDENT_PROGRAM "promptd-desktop"
#define RESIDENT_SESSION "session.json"
#define RESIDENT_ALREADY 3 /* its exit status: another one has this display */

/* What it wrote, if it still runs: ENDPOINT_OK, *json is yours; else ENDPOINT_NONE. */
int resident_read(const struct platform_dirs *dirs, json_t **json);

/* Its path, if it is installed; else err says that it is not. */
int resident_program(char path[PLATFORM_PATH_MAX], struct err *err);

/*
 * What of an environment belongs to the session: the display, who may open it, input
 * method, language. As an object of strings; new.
 */
json_t *resident_session(void);
/* Our environment with that session's instead of our own (NULL: with none), that platform,
 * and `by` as who watches over it. Yours: resident_env_free(). */
char **resident_env(const json_t *session, const char *platform, const char *by);
void resident_env_free(char **env);

#endif
