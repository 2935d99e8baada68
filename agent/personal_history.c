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
