/* The Secret Service, asked from a distance; see secret.h. The other side is
 * cmd_secret.c. */
#include "agent/secret.h"

#include <stdlib.h>

#include "agent/connect_run.h"
#include "platform/platform.h"

static enum secret_outcome outcome_of(const struct run_result *result)
{
	if (result->timed_out || result->exit < SECRET_DONE || result->exit > SECRET_AWAY)
		return SECRET_AWAY;
	return (enum secret_outcome)result->exit;
}

static enum secret_outcome ask(
	const char *what, const char *url, struct str text, int wait_ms, struct buf *out)
{
	const char *argv[] = {"promptd", "secret", what, url, NULL};
	char program[PLATFORM_PATH_MAX];
	struct run run = {.program = program,
		.argv = argv,
		.input = text,
		.timeout_ms = wait_ms,
		.mask = 077};
	struct run_result result;
	enum secret_outcome outcome = SECRET_AWAY;
	struct err err;

	if (platform_program("promptd", program, &err) != 0)
		return SECRET_AWAY;
	if (run_program(&run, &result, &err) == 0)
		outcome = outcome_of(&result);
	if (outcome == SECRET_DONE && out != NULL &&
		buf_add(out, result.out.data, result.out.len) != 0)
		outcome = SECRET_NONE; /* none of ours is that long */
	run_result_fini(&result);
	return outcome;
}

enum secret_outcome secret_get(const char *url, struct buf *out)
{
	return ask("get", url, (struct str){NULL, 0}, SECRET_WAIT_MS, out);
}

enum secret_outcome secret_put(const char *url, struct str text)
{
	return ask("put", url, text, SECRET_ASK_MS, NULL);
}

enum secret_outcome secret_clear(const char *url)
{
	return ask("clear", url, (struct str){NULL, 0}, SECRET_WAIT_MS, NULL);
}
