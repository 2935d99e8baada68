/*
 * A path for every prompt of an import; see claim.h.
 *
 * A file keeps the path that it has, whatever is imported beside it and in which
 * order: who else has the path is asked before another number is tried. Only a
 * file that is gone makes room, for then it was moved or thrown away.
 */
#include "library/claim.h"

#include <stdlib.h>
#include <string.h>

#include "library/files.h"

/* A path to be had, and who has it now. */
struct claim_path {
	enum claimed {
		CLAIM_FREE,
		CLAIM_OURS,
		CLAIM_LEFT,
		CLAIM_REPLACED,
		CLAIM_SAME,
		CLAIM_TAKEN
	} is;
	json_int_t number; /* 1: as wanted */
	struct library_holder holder;
};

static void claim_path_fini(struct claim_path *path)
{
	buf_fini(&path->holder.origin);
	*path = (struct claim_path){.is = CLAIM_FREE, .holder.origin = BUF_INIT(64 * 1024)};
}

/* Who has the prompt's path in the library, in relation to this prompt? */
static enum claimed claim_ask(
	const struct claim *claim, const struct prompt *prompt, struct library_holder *holder)
{
	char digest[SHA256_HEX_BYTES];
	struct err ignored;

	if (claim->sink->holder == NULL || !claim->sink->holder(claim->sink->data, prompt, holder))
		return CLAIM_FREE;
	if (holder->origin.len == 0 || strcmp(buf_text(&holder->origin), prompt->origin) == 0)
		return CLAIM_OURS;
	if (!files_is_there(buf_text(&holder->origin)))
		return CLAIM_LEFT;
	/* A digest cannot be made of what will be refused anyway. */
	if (prompt_digest(prompt, digest, &ignored) == 0 && strcmp(digest, holder->digest) == 0)
		return CLAIM_SAME;
	return claim->replace ? CLAIM_REPLACED : CLAIM_TAKEN;
}

static void claim_number(struct prompt *prompt, const char *wanted, json_int_t number)
{
	struct buf path = BUF_INIT(64 * 1024);

	(void)buf_add_str(&path, wanted);
	if (number > 1)
		(void)buf_add_format(&path, "-%" JSON_INTEGER_FORMAT, number);
	prompt_set(&prompt->path, (struct str){buf_text(&path), path.len});
	buf_fini(&path);
}

static void claim_try(const struct claim *claim, struct prompt *prompt, const char *wanted,
	json_int_t number, struct claim_path *path)
{
	claim_path_fini(path);
	path->number = number;
	claim_number(prompt, wanted, number);
	path->is = claim_ask(claim, prompt, &path->holder);
	/* Ours by an earlier prompt of the same file is taken too. */
	if (path->is != CLAIM_SAME && json_object_get(claim->met, prompt->path) != NULL)
		path->is = CLAIM_TAKEN;
}

/* May what has this path be asked for another? What is free or the file's own ends it. */
static bool claim_goes_on(enum claimed is)
{
	return is == CLAIM_TAKEN || is == CLAIM_SAME || is == CLAIM_LEFT;
}

/*
 * What the file has already, else the first that makes room, else the first free
 * one. *wanted_by is the path as wanted, and who has it.
 */
static void claim_choose(const struct claim *claim, struct prompt *prompt, const char *wanted,
	struct claim_path *wanted_by, struct claim_path *chosen)
{
	const json_t *next = json_object_get(claim->met, wanted);
	json_int_t number = 1, room = 0;

	claim_try(claim, prompt, wanted, number, wanted_by);
	chosen->is = wanted_by->is;
	/* Numbers that this import gave out are not tried again: a thousand prompts of
	 * one path stay cheap. */
	if (next != NULL && chosen->is == CLAIM_TAKEN)
		number = json_integer_value(next) - 1;
	while (claim_goes_on(chosen->is)) {
		if (chosen->is != CLAIM_TAKEN && room == 0)
			room = number;
		claim_try(claim, prompt, wanted, ++number, chosen);
	}
	claim_try(claim, prompt, wanted, chosen->is == CLAIM_FREE && room > 0 ? room : number,
		chosen);
}

static void claim_tell(const struct claim *claim, const struct prompt *prompt, const char *wanted,
	const struct claim_path *wanted_by, const struct claim_path *chosen)
{
	const char *from = buf_text(&chosen->holder.origin);
	const char *other = buf_text(&wanted_by->holder.origin);

	if (chosen->is == CLAIM_SAME)
		reader_note(claim->reader, 0, NOTE_INFO,
			"\"%s\" is in the library already, the same from %s", prompt->path, from);
	else if (chosen->is == CLAIM_LEFT)
		reader_note(claim->reader, 0, NOTE_INFO,
			"\"%s\" came from %s, which is gone; now it comes from here", prompt->path,
			from);
	else if (chosen->is == CLAIM_REPLACED)
		reader_note(claim->reader, 0, NOTE_WARNING,
			"\"%s\" takes the place of the one from %s", prompt->path, from);
	else if (chosen->number == 1)
		return;
	else if (other[0] == '\0' || strcmp(other, prompt->origin) == 0)
		reader_note(claim->reader, 0, NOTE_INFO,
			"\"%s\" is there already; this one became \"%s\"", wanted, prompt->path);
	else if (chosen->is == CLAIM_FREE)
		reader_note(claim->reader, 0, NOTE_WARNING,
			"\"%s\" is there already, from %s; this one became \"%s\"", wanted, other,
			prompt->path);
	else /* once is enough: from then on it has that name */
		reader_note(claim->reader, 0, NOTE_INFO, "\"%s\" is from %s; this one is \"%s\"",
			wanted, other, prompt->path);
}

/* Remember the path, and where to look for the next of the wanted one. */
static void claim_remember(const struct claim *claim, const struct prompt *prompt,
	const char *wanted, json_int_t number)
{
	json_t *next = json_object_get(claim->met, wanted);

	if (next != NULL && json_integer_value(next) == number)
		(void)json_integer_set(next, number + 1);
	(void)json_object_set_new(claim->met, prompt->path, json_integer(2));
}

bool claim_path(const struct claim *claim, struct prompt *prompt)
{
	struct claim_path wanted_by = {.holder.origin = BUF_INIT(64 * 1024)};
	struct claim_path chosen = {.is = CLAIM_TAKEN, .holder.origin = BUF_INIT(64 * 1024)};
	char *wanted = xstrdup(prompt->path);
	bool same;

	claim_choose(claim, prompt, wanted, &wanted_by, &chosen);
	claim_tell(claim, prompt, wanted, &wanted_by, &chosen);
	same = chosen.is == CLAIM_SAME;
	if (!same)
		claim_remember(claim, prompt, wanted, chosen.number);
	claim_path_fini(&wanted_by);
	claim_path_fini(&chosen);
	free(wanted);
	return same;
}
