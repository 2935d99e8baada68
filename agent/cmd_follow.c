/* promptd follow: the personal library's index follows its files, once. The agent's. */
#include "agent/personal.h"

static int follow_run(struct call *call)
{
	struct personal personal;
	int result = personal_open(call, &personal);

	personal_close(&personal);
	return result;
}

const struct command command_follow = {
	.name = "follow",
	.summary = "read the personal library's folder again",
	.words = "",
	.description = "What the agent does when something changed there.",
	.answer = "",
	.hidden = true,
	.run = follow_run,
};
