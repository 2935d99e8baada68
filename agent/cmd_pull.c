/* promptd pull, push and sync-git: the personal library and the place it is kept in. */
#include <string.h>

#include "agent/personal_sync.h"

#define TRIES_MAX 3

/* Fetch, and merge what came. */
static int pull(struct call *call, struct sync_merge *merge)
{
	struct personal personal = {.folder = -1, .lock = -1};
	int result = sync_fetch(call);

	*merge = (struct sync_merge){.outcome = REPO_UP_TO_DATE};
	if (result == COMMAND_DONE)
		result = personal_open(call, &personal);
	if (result == COMMAND_DONE)
		result = sync_merge(&personal, merge);
	personal_close(&personal);
	return result;
}

static int pull_run(struct call *call)
{
	struct sync_merge merge;
	int result = pull(call, &merge);

	if (result == COMMAND_DONE)
		result = sync_tell(call, &merge);
	sync_merge_fini(&merge);
	return result;
}

static int fail_behind(struct call *call)
{
	call_hint(call, "promptd pull takes them over");
	return call_fail(call, COMMAND_REFUSED, "the other place has commits that are not here");
}

static void tell_pushed(struct call *call)
{
	if (call->json)
		call_answer(call, "pushed", json_true());
	else
		output_print(call->out, "everything of here is there\n");
}

static int push_run(struct call *call)
{
	bool behind;
	int result = sync_push(call, &behind);

	if (result == COMMAND_DONE && behind)
		result = fail_behind(call);
	if (result == COMMAND_DONE)
		tell_pushed(call);
	return result;
}

/* Somebody may push between our fetch and our push: then once more. */
static int sync_run(struct call *call)
{
	struct sync_merge merge = {0};
	bool behind = true;
	int tries, result = COMMAND_DONE;

	if (call->n_words > 0)
		result = sync_set_remote(call, call->words[0]);
	for (tries = 0; tries < TRIES_MAX && behind && result == COMMAND_DONE; tries++) {
		sync_merge_fini(&merge);
		result = pull(call, &merge);
		if (result == COMMAND_DONE &&
			(merge.outcome == REPO_CONFLICTS || merge.outcome == REPO_STRANGERS))
			break;
		if (result == COMMAND_DONE)
			result = sync_push(call, &behind);
	}
	if (result == COMMAND_DONE)
		result = sync_tell(call, &merge);
	if (result == COMMAND_DONE && behind)
		result = fail_behind(call);
	if (result == COMMAND_DONE)
		tell_pushed(call);
	sync_merge_fini(&merge);
	return result;
}

static const struct command_example pull_examples[] = {
	{"promptd pull", "what was changed elsewhere comes here"},
	{0},
};

const struct command command_pull = {
	.name = "pull",
	.summary = "take over what was changed elsewhere in the personal library",
	.words = "",
	.description =
		"Fetches from the remote of the library's branch, or `origin`, and goes on to "
		"what came, or merges. Files with changes that are not committed are not "
		"touched. A prompt that was changed here and there is shown; both sides are "
		"kept, the library goes on with its own, and `promptd resolve` decides.\n\n"
		"https and ssh, with git's credential helpers and ssh-agent; no redirects to "
		"another host are followed. A host's key must be among those that ssh knows, a "
		"certificate be one that this machine or git's http.sslCAInfo trusts. A server "
		"from which nothing comes for git_timeout seconds (60) is given up, and any "
		"transfer after an hour; Ctrl-C ends it at once.",
	.examples = pull_examples,
	.answer = "outcome, ahead, behind, conflicts (name, file, ours, theirs, ours_id, "
		  "theirs_id)",
	.run = pull_run,
};

static const struct command_example push_examples[] = {
	{"promptd push", "what was changed here goes there"},
	{0},
};

const struct command command_push = {
	.name = "push",
	.summary = "send the personal library's commits to the place it is kept in",
	.words = "",
	.description =
		"Pushes the library's branch to its remote, or `origin`, never by force: when "
		"there is something new over there, `promptd pull` comes first.",
	.examples = push_examples,
	.answer = "pushed",
	.run = push_run,
};

static const struct command_example sync_examples[] = {
	{"promptd sync-git", "pull, then push"},
	{"promptd sync-git git@example.org:me/prompts.git", "the first time: where to"},
	{0},
};

const struct command command_sync_git = {
	.name = "sync-git",
	.summary = "pull and push the personal library",
	.words = "[URL]",
	.description = "As `promptd pull` and then `promptd push`. With URL that becomes the "
		       "library's remote `origin` first, if it has none.",
	.words_max = 1,
	.examples = sync_examples,
	.answer = "outcome, ahead, behind, conflicts (name, file, ours, theirs, ours_id, "
		  "theirs_id), pushed",
	.run = sync_run,
};
