/* See published.h. */
#include "agent/published.h"

#include <string.h>

#include "agent/personal.h"
#include "library/files.h"
#include "library/publish.h"
#include "store/prompts.h"

static struct prompt *find(struct store *store, const char *id)
{
	struct store_want want = {.experimental = true};
	struct prompt *prompt = NULL;
	struct err ignored;

	if (store == NULL || strlen(id) != 36 ||
		store_prompt_get(store, str_of(id), &want, &prompt, &ignored) != STORE_OK)
		return NULL;
	if (strcmp(prompt->id, id) == 0)
		return prompt;
	prompt_free(prompt); /* somebody is called so */
	return NULL;
}

/* The prompt of the library with the text that the person gave it in the file. */
static struct prompt *edited(const struct prompt *known, const struct prompt *back)
{
	struct prompt *prompt = prompt_copy(known);
	size_t i;

	for (i = 1; i < prompt->n_messages; i++)
		prompt_set(&prompt->messages[i].text, (struct str){NULL, 0});
	prompt->n_messages = 1;
	prompt->messages[0].role = PROMPT_USER;
	prompt_set(&prompt->messages[0].text, str_of(back->messages[0].text));
	prompt->flags = back->flags;
	return prompt;
}

static bool is_local(const struct prompt *prompt)
{
	return strcmp(prompt->source, "local") == 0;
}

/* Of another library: under the path that it had, unless something else has that here. */
static enum published_fate take_new(
	struct store *store, struct published *published, struct prompt **out)
{
	struct buf origin = BUF_INIT(64 * 1024);
	char digest[SHA256_HEX_BYTES], here[SHA256_HEX_BYTES];
	struct prompt *prompt = published->prompt;
	enum published_fate fate = PUBLISHED_NEW;
	struct err ignored;

	if (store != NULL && store_prompt_holder(store, str_of(prompt->source),
				     str_of(prompt->path), &origin, here, &ignored) == STORE_OK)
		fate = prompt_digest(prompt, digest, &ignored) == 0 && strcmp(digest, here) == 0
			       ? PUBLISHED_SAME
			       : PUBLISHED_NOT;
	buf_fini(&origin);
	if (fate == PUBLISHED_NEW) {
		*out = prompt;
		published->prompt = NULL;
	}
	return fate;
}

enum published_fate published_look(
	struct store *store, const struct prompt *skill, struct prompt **out)
{
	enum published_fate fate = PUBLISHED_SAME;
	struct published published;
	struct prompt *known;

	if (!published_read(skill, &published))
		return PUBLISHED_NOT;
	known = find(store, published.id);
	if (known == NULL) {
		fate = take_new(store, &published, out);
	} else if (published.edited) {
		fate = strcmp(known->source, PERSONAL_SOURCE) == 0 ? PUBLISHED_PERSONAL
								   : PUBLISHED_EDITED;
		*out = edited(known, published.prompt);
		if (fate == PUBLISHED_EDITED && !is_local(known)) {
			prompt_set(&(*out)->source, STR("local"));
			prompt_set(&(*out)->id, (struct str){NULL, 0});
		}
	}
	prompt_free(known);
	published_fini(&published);
	return fate;
}

/* Its file with that text, in the format that the file is in. */
static int rewrite(struct personal *personal, const char *file, const struct prompt *edited)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	const struct library_format *format;
	struct prompt *prompt = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (files_read(personal->folder, file, &text, &err) != 0 ||
		personal_parse(personal, file, (struct str){buf_text(&text), text.len}, &prompt,
			&format, &err) != 0)
		result = call_fail(personal->call, COMMAND_FAILED, "%s cannot be read", file);
	else if (format->write == NULL)
		result = call_fail(personal->call, COMMAND_REFUSED,
			"%s is in the format %s, which holds many prompts", file, format->name);
	if (result == COMMAND_DONE)
		result = personal_rewrite(personal, "edit", NULL, file, edited, format);
	prompt_free(prompt);
	buf_fini(&text);
	return result;
}

int published_commit(struct call *call, const struct prompt *edited)
{
	struct personal personal = {.folder = -1, .lock = -1};
	char file[REPO_PATH_MAX + 1];
	struct prompt *prompt = NULL;
	int result = personal_open(call, &personal);

	if (result == COMMAND_DONE)
		result = personal_find(&personal, edited->path, &prompt, file);
	if (result == COMMAND_DONE)
		result = rewrite(&personal, file, edited);
	prompt_free(prompt);
	personal_close(&personal);
	return result;
}
