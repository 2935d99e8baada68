/* The versions of one file as the repository tells them; see personal.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal_index.h"
#include "library/git_log.h"

static struct personal_version *history_add(struct personal_history *history)
{
	if (history->n == history->size) {
		history->size = history->size > 0 ? 2 * history->size : 16;
		history->versions =
			xrealloc(history->versions, history->size * sizeof(*history->versions));
	}
	return &history->versions[history->n++];
}

static int on_commit(void *data, const struct repo_version *version)
{
	struct personal_version *ours = history_add(data);
	struct str rest = version->message, subject;

	if (!str_next_line(&rest, &subject))
		subject = STR("");
	*ours = (struct personal_version){
		.time_ms = version->time_ms,
		.author = str_dup(version->author),
		.subject = str_dup(subject),
	};
	memcpy(ours->commit, version->commit, sizeof ours->commit);
	return 0;
}

static int on_step(void *data, const struct store_step *step)
{
	struct personal_version *ours = history_add(data);

	*ours = (struct personal_version){
		.number = step->number,
		.path = xstrdup(step->file),
		.removed = step->blob[0] == '\0',
	};
	(void)snprintf(ours->commit, sizeof ours->commit, "%s", step->commit);
	(void)snprintf(ours->blob, sizeof ours->blob, "%s", step->blob);
	return 0;
}

/* A commit that is not there any more says nothing of itself. */
static void say_about(struct personal *personal, struct personal_version *version)
{
	struct repo_about about = {0};

	if (repo_about(personal->repo, version->commit, &about) != 0)
		about = (struct repo_about){.author = xstrdup(""), .subject = xstrdup("")};
	version->time_ms = about.time_ms;
	version->author = about.author;
	version->subject = about.subject;
}

int personal_history(struct personal *personal, const char *file, struct personal_history *history,
	struct err *err)
{
	int64_t line;
	size_t i;
	int found;

	*history = (struct personal_history){0};
	if (file == NULL)
		return repo_commits(personal->repo, on_commit, history, err);
	found = store_trail_line(personal->store, file, &line, err);
	if (found <= 0)
		return found;
	if (store_trail_list(personal->store, line, "", on_step, history, err) != 0)
		return -1;
	for (i = 0; i < history->n; i++)
		say_about(personal, &history->versions[i]);
	return 0;
}

const char *personal_version_text(struct personal *personal, struct personal_version *version)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);

	if (version->text != NULL)
		return version->text;
	(void)repo_blob(personal->repo, version->blob, &text);
	version->text = str_dup((struct str){buf_text(&text), text.len});
	buf_fini(&text);
	return version->text;
}

void personal_history_fini(struct personal_history *history)
{
	size_t i;

	for (i = 0; i < history->n; i++) {
		free(history->versions[i].author);
		free(history->versions[i].subject);
		free(history->versions[i].path);
		free(history->versions[i].text);
	}
	free(history->versions);
	*history = (struct personal_history){0};
}

struct personal_version *personal_history_find(
	const struct personal_history *history, int64_t number)
{
	size_t i;

	for (i = 0; i < history->n; i++)
		if (!history->versions[i].removed &&
			(number == 0 || history->versions[i].number == number))
			return &history->versions[i];
	return NULL;
}

int personal_subject_open(struct call *call, const char *name, struct personal_subject *subject)
{
	struct err err;
	int result;

	subject->prompt = NULL;
	subject->history = (struct personal_history){0};
	result = personal_open(call, &subject->personal);
	if (result == COMMAND_DONE && name != NULL)
		result = personal_find(&subject->personal, name, &subject->prompt, subject->file);
	if (result == COMMAND_DONE &&
		personal_history(&subject->personal, name != NULL ? subject->file : NULL,
			&subject->history, &err) != 0)
		result = call_fail_err(call, &err);
	return result;
}

void personal_subject_close(struct personal_subject *subject)
{
	personal_history_fini(&subject->history);
	prompt_free(subject->prompt);
	personal_close(&subject->personal);
}

int64_t personal_next_number(
	struct personal *personal, const char *file, const struct prompt *prompt)
{
	struct err ignored; /* then the message says no number */
	int64_t number = 0;

	return personal_trail_number(personal, file, prompt, &number, &ignored) == 0 ? number : 0;
}

static int on_text(void *data, const struct prompt *prompt, struct err *err)
{
	struct prompt **text = data;

	(void)err;
	if (*text == NULL)
		*text = prompt_copy(prompt);
	return 0;
}

/* What the file said then; what it is called and tagged now stays. */
static int take_version(struct personal *personal, const struct personal_version *version,
	struct prompt **prompt, struct err *err)
{
	const struct store_step step = {
		.file = version->path, .commit = version->commit, .blob = version->blob};
	struct prompt *old = NULL;

	if (personal_trail_read(personal, &step, on_text, &old, err) != 0)
		return -1;
	if (old == NULL)
		return err_set(err, ERR_INVALID, "it cannot be read as a prompt");
	prompt_set(&old->path, str_of((*prompt)->path));
	prompt_set(&old->id, str_of((*prompt)->id));
	prompt_set(&old->source, str_of((*prompt)->source));
	prompt_set(&old->origin, str_of((*prompt)->origin));
	prompt_set(&old->format, str_of((*prompt)->format));
	prompt_set(&old->status, str_of((*prompt)->status));
	prompt_set(&old->channel, str_of((*prompt)->channel));
	old->version = version->number;
	old->created_ms = old->updated_ms = version->time_ms;
	if (prompt_digest(old, old->digest, err) != 0) {
		prompt_free(old);
		return -1;
	}
	prompt_free(*prompt);
	*prompt = old;
	return 0;
}

/* The library to be looked at, and the prompt's file in it; NULL: it is not there. */
static const char *peek(
	struct call *call, struct personal *personal, const struct prompt *prompt, struct err *err)
{
	if (personal_peek(call, personal, err) != 0)
		return NULL;
	personal->store = call->store;
	return personal_file_of(personal, prompt->origin);
}

int personal_number(struct call *call, struct prompt **prompt, int64_t number)
{
	struct personal_history history = {0};
	const struct personal_version *version = NULL;
	struct personal personal;
	struct err err = {0};
	const char *file = peek(call, &personal, *prompt, &err);
	int result = COMMAND_DONE;

	if (err.code != 0 ||
		(file != NULL && personal_history(&personal, file, &history, &err) != 0)) {
		result = call_fail_err(call, &err);
	} else {
		version = personal_history_find(&history, number);
		if (version == NULL) {
			call_hint(call, "promptd history %s lists them", (*prompt)->path);
			result = call_fail(call, COMMAND_NOT_FOUND, "%s has no version %lld",
				(*prompt)->path, (long long)number);
		} else if (take_version(&personal, version, prompt, &err) != 0) {
			result = call_fail_err(call, &err);
		}
	}
	personal_history_fini(&history);
	personal_close(&personal);
	return result;
}

bool personal_is_committed(struct call *call, const struct prompt *prompt)
{
	struct personal personal;
	struct err ignored = {0};
	const char *file = peek(call, &personal, prompt, &ignored);
	bool committed = file != NULL && personal_trail_has(&personal, file, prompt);

	personal_close(&personal);
	return committed;
}
