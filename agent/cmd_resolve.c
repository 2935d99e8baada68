/* promptd resolve: prompts that were changed here and elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal_sync.h"
#include "agent/resolve_walk.h"
#include "library/files.h"
#include "library/library.h"

static const char *member(const json_t *conflict, const char *name)
{
	return json_string_value(json_object_get(conflict, name));
}

/* "ours", "theirs", "both", "text" or NULL: nothing was said. */
static const char *wanted(struct call *call)
{
	if (call_flag(call, "ours"))
		return "ours";
	if (call_flag(call, "theirs"))
		return "theirs";
	if (call_flag(call, "both"))
		return "both";
	return call_value(call, "from") != NULL ? "text" : NULL;
}

static int check_words(struct call *call)
{
	int n = call_flag(call, "ours") + call_flag(call, "theirs") + call_flag(call, "both") +
		(call_value(call, "from") != NULL);

	if (n > 1)
		return call_fail(call, COMMAND_USAGE,
			"--ours, --theirs, --both and --from are four different decisions");
	if (n == 1 && call->n_words == 0 && call_value(call, "from") != NULL)
		return call_fail(call, COMMAND_USAGE, "--from needs the NAME of one prompt");
	if (n == 0 && call->n_words == 1)
		return call_fail(call, COMMAND_USAGE,
			"what shall it be: --ours, --theirs, --both or --from FILE?");
	return COMMAND_DONE;
}

/* What --from holds must read as a prompt, as what is edited must. */
static int read_text(struct personal *personal, const char *file, struct buf *text)
{
	const struct library_format *format;
	struct call *call = personal->call;
	const char *from = call_value(call, "from");
	struct prompt *prompt = NULL;
	struct files_root root;
	struct err err;
	int result;

	if (files_open(from, &root, &err) != 0)
		return call_fail_err(call, &err);
	result = root.single == NULL ? FILES_OTHER
				     : files_read(root.folder, root.single, text, &err);
	files_close(&root);
	if (result != 0)
		return call_fail(call, COMMAND_FAILED, "%s cannot be read", from);
	if (personal_parse(personal, file, (struct str){buf_text(text), text->len}, &prompt,
		    &format, &err) != 0)
		return call_fail(
			call, COMMAND_FAILED, "it does not read as a prompt: %.300s", err.text);
	prompt_free(prompt);
	return COMMAND_DONE;
}

static int decide_one(struct personal *personal, const json_t *conflict, const char *how)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct err err;
	int result = COMMAND_DONE;

	if (strcmp(how, "text") == 0)
		result = read_text(personal, member(conflict, "file"), &text);
	if (result == COMMAND_DONE && sync_decide(personal, conflict, how,
					      (struct str){buf_text(&text), text.len}, &err) != 0)
		result = call_fail_err(personal->call, &err);
	buf_fini(&text);
	return result;
}

static bool is_named(const json_t *conflict, const char *name)
{
	const char *whole = member(conflict, "name"), *base = strrchr(whole, '/');

	return strcmp(whole, name) == 0 || strcmp(member(conflict, "file"), name) == 0 ||
	       (base != NULL && strcmp(base + 1, name) == 0);
}

/* By what the command line says: one prompt, or all of them. */
static int decide_said(struct personal *personal, const json_t *conflicts, const char *how)
{
	struct call *call = personal->call;
	const char *name = call->n_words > 0 ? call->words[0] : NULL;
	const json_t *conflict;
	int result = COMMAND_DONE;
	size_t i, n = 0;

	json_array_foreach (conflicts, i, conflict) {
		if (result != COMMAND_DONE || (name != NULL && !is_named(conflict, name)))
			continue;
		n++;
		result = decide_one(personal, conflict, how);
	}
	if (n == 0 && name != NULL)
		return call_fail(call, COMMAND_NOT_FOUND, "%s is in no conflict", name);
	return result;
}

/* Nobody waits for the library while the person thinks. */
static int talk(struct personal *personal, const json_t *conflicts)
{
	struct call *call = personal->call;
	int result;

	personal_close(personal);
	*personal = (struct personal){.folder = -1, .lock = -1};
	result = resolve_walk(call, conflicts);
	return result == COMMAND_DONE ? personal_open(call, personal) : result;
}

static int resolve(struct personal *personal, struct sync_merge *merge)
{
	struct call *call = personal->call;
	const char *how = wanted(call);
	int result = sync_merge(personal, merge);

	if (result != COMMAND_DONE || merge->outcome != REPO_CONFLICTS)
		return result;
	if (how != NULL)
		result = decide_said(personal, merge->conflicts, how);
	else if (!call->json && platform_is_terminal(0) && call->out->terminal)
		result = talk(personal, merge->conflicts);
	else
		return COMMAND_DONE;
	sync_merge_fini(merge);
	return result == COMMAND_DONE ? sync_merge(personal, merge) : result;
}

static int resolve_run(struct call *call)
{
	struct personal personal = {.folder = -1, .lock = -1};
	struct sync_merge merge = {.outcome = REPO_UP_TO_DATE};
	int result = check_words(call);

	if (result == COMMAND_DONE)
		result = personal_open(call, &personal);
	if (result == COMMAND_DONE)
		result = resolve(&personal, &merge);
	if (result == COMMAND_DONE)
		result = sync_tell(call, &merge);
	sync_merge_fini(&merge);
	personal_close(&personal);
	return result;
}

static const struct command_option options[] = {
	{"ours", 0, NULL, "keep what is here", COMMAND_TEXT, NULL, false},
	{"theirs", 0, NULL, "keep what is there", COMMAND_TEXT, NULL, false},
	{"both", 0, NULL, "keep both: theirs becomes NAME-theirs", COMMAND_TEXT, NULL, false},
	{"from", 'f', "FILE", "keep this file's text instead", COMMAND_FILES, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd resolve", "one conflict after the other, on a terminal"},
	{"promptd resolve explain --theirs", "that prompt as it is elsewhere"},
	{"promptd resolve --both", "of every prompt both"},
	{0},
};

const struct command command_resolve = {
	.name = "resolve",
	.summary = "decide about prompts that were changed here and elsewhere",
	.words = "[NAME]",
	.description =
		"Goes through the conflicts that `promptd pull` found: what is here, what is "
		"there, and which to keep. With NAME and a decision only that one, with a decision "
		"alone all of them; without a terminal they are listed. To edit opens both texts, "
		"between git's conflict marks, in $VISUAL or $EDITOR. When nothing is left "
		"undecided both histories become one, in one commit. What is not kept stays in "
		"the history.",
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "outcome, ahead, behind, conflicts (name, file, ours, theirs, ours_id, "
		  "theirs_id)",
	.run = resolve_run,
};
