/* The versions of one file as the repository tells them; see personal.h. */
#include <stdlib.h>
#include <string.h>

#include "agent/personal.h"

static int on_version(void *data, const struct repo_version *version)
{
	struct personal_history *history = data;
	struct personal_version *ours;
	struct str rest = version->message, subject;

	if (history->n == history->size) {
		history->size = history->size > 0 ? 2 * history->size : 16;
		history->versions =
			xrealloc(history->versions, history->size * sizeof(*history->versions));
	}
	ours = &history->versions[history->n++];
	if (!str_next_line(&rest, &subject))
		subject = STR("");
	*ours = (struct personal_version){
		.time_ms = version->time_ms,
		.author = str_dup(version->author),
		.subject = str_dup(subject),
		.path = version->path != NULL ? xstrdup(version->path) : NULL,
		.text = str_dup(version->bytes),
		.removed = version->removed,
	};
	memcpy(ours->commit, version->commit, sizeof ours->commit);
	return 0;
}

/* The digest of the text as the library counts it; "" when it cannot be read. */
static void digest_of(const struct personal *personal, const struct personal_version *version,
	char digest[SHA256_HEX_BYTES])
{
	const struct library_format *format;
	struct prompt *prompt = NULL;
	struct err ignored;

	digest[0] = '\0';
	if (version->path == NULL || version->removed ||
		personal_parse(personal, version->path, str_of(version->text), &prompt, &format,
			&ignored) != 0)
		return;
	if (prompt_digest(prompt, digest, &ignored) != 0)
		digest[0] = '\0';
	prompt_free(prompt);
}

int personal_history(struct personal *personal, const char *file, struct personal_history *history,
	struct err *err)
{
	char last[SHA256_HEX_BYTES] = "", digest[SHA256_HEX_BYTES];
	int64_t number = 0;
	size_t i;

	*history = (struct personal_history){0};
	if (repo_history(personal->repo, file, on_version, history, err) != 0)
		return -1;
	for (i = history->n; file != NULL && i-- > 0;) {
		digest_of(personal, &history->versions[i], digest);
		if (digest[0] != '\0' && strcmp(digest, last) != 0) {
			number++;
			memcpy(last, digest, sizeof last);
		}
		history->versions[i].number = number;
	}
	return 0;
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

const struct personal_version *personal_history_find(
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
	char digest[SHA256_HEX_BYTES], last[SHA256_HEX_BYTES] = "";
	struct personal_history history;
	struct err ignored;
	int64_t number = 0;

	if (personal_history(personal, file, &history, &ignored) == 0 && history.n > 0) {
		const struct personal_version *newest = personal_history_find(&history, 0);

		number = history.versions[0].number;
		if (newest != NULL)
			digest_of(personal, newest, last);
	}
	personal_history_fini(&history);
	if (prompt_digest(prompt, digest, &ignored) == 0 && strcmp(digest, last) != 0)
		number++;
	return number;
}

/* What the file said then; what it is called and tagged now stays. */
static int take_version(struct personal *personal, const struct personal_version *version,
	struct prompt **prompt, struct err *err)
{
	const struct library_format *format;
	struct prompt *old = NULL;

	if (personal_parse(personal, version->path, str_of(version->text), &old, &format, err) != 0)
		return -1;
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

static int number_in(struct personal *personal, const struct personal_history *history,
	struct prompt **prompt, int64_t number)
{
	const struct personal_version *version = personal_history_find(history, number);
	char newest[SHA256_HEX_BYTES] = "";
	struct err err;

	if (number > 0 && version == NULL) {
		call_hint(personal->call, "promptd history %s lists them", (*prompt)->path);
		return call_fail(personal->call, COMMAND_NOT_FOUND, "%s has no version %lld",
			(*prompt)->path, (long long)number);
	}
	if (version == NULL)
		return COMMAND_DONE; /* not committed yet */
	digest_of(personal, version, newest);
	if (number > 0)
		return take_version(personal, version, prompt, &err) == 0
			       ? COMMAND_DONE
			       : call_fail_err(personal->call, &err);
	/* One text more, when the file was changed since. */
	(*prompt)->version = version->number + (strcmp(newest, (*prompt)->digest) != 0);
	return COMMAND_DONE;
}

int personal_number(struct call *call, struct prompt **prompt, int64_t number)
{
	struct personal_history history = {0};
	struct personal personal;
	const char *file;
	struct err err = {0};
	int result = COMMAND_DONE, outcome = personal_peek(call, &personal, &err);

	file = outcome == 0 ? personal_file_of(&personal, (*prompt)->origin) : NULL;
	if (outcome < 0 || (file != NULL && personal_history(&personal, file, &history, &err) != 0))
		result = call_fail_err(call, &err);
	else if (file != NULL)
		result = number_in(&personal, &history, prompt, number);
	personal_history_fini(&history);
	personal_close(&personal);
	return result;
}
