/* The list of the palette: rows, what they are badged with, which one is selected;
 * see palette.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desktop/palette_parts.h"

void palette_row_free(struct palette_row *row)
{
	free(row->id);
	free(row->path);
	free(row->title);
	free(row->tags);
}

void palette_rows_clear(struct palette *palette)
{
	size_t i;

	for (i = 0; i < palette->n_rows; i++)
		palette_row_free(&palette->rows[i]);
	palette->n_rows = palette->selected = 0;
}

/* --- badges -------------------------------------------------------------------------- */

static void badge(struct palette_row *row, enum palette_badge_kind kind, struct str text)
{
	struct palette_badge *badge = &row->badges[row->n_badges];

	if (row->n_badges == PALETTE_BADGES_MAX)
		return;
	text = str_prefix(text, sizeof badge->text - 1);
	badge->kind = kind;
	(void)snprintf(badge->text, sizeof badge->text, "%.*s", (int)text.n, text.p);
	row->n_badges++;
}

/* Whose it is; true when somebody approves what stands there. */
static bool badge_source(struct palette_row *row, struct str source)
{
	if (str_is(source, "hub") || str_starts(source, "hub:")) {
		badge(row, PALETTE_TEAM, STR("team"));
	} else if (str_is(source, "project")) {
		badge(row, PALETTE_PROJECT, STR("project"));
	} else if (str_starts(source, "git:")) {
		badge(row, PALETTE_SOURCE, (struct str){source.p + 4, source.n - 4});
	} else if (str_is(source, "starter")) {
		badge(row, PALETTE_SOURCE, source);
		return false;
	} else {
		badge(row, PALETTE_PERSONAL, STR("personal"));
		return false;
	}
	return true;
}

static void badge_status(struct palette_row *row, const struct store_row *from, bool approvable)
{
	bool channel = from->channel.n > 0 && !str_is(from->channel, "production");
	bool status = from->status.n > 0 && !str_is(from->status, "approved");

	row->withdrawn = str_is(from->status, "deprecated");
	if (row->withdrawn)
		badge(row, PALETTE_WITHDRAWN, STR("withdrawn"));
	else if (status)
		badge(row, PALETTE_EXPERIMENTAL, from->status);
	if (!row->withdrawn && channel)
		badge(row, PALETTE_EXPERIMENTAL, from->channel);
	if (!status && !channel && approvable)
		badge(row, PALETTE_APPROVED, STR("approved"));
}

static void badge_age(struct palette_row *row, int64_t age_s)
{
	char text[40];

	if (age_s < PALETTE_AGE_S)
		return;
	(void)snprintf(text, sizeof text, "%lld day%s old", (long long)(age_s / PALETTE_AGE_S),
		age_s / PALETTE_AGE_S == 1 ? "" : "s");
	badge(row, PALETTE_AGE, str_of(text));
}

/* --- searching ----------------------------------------------------------------------- */

static int add(void *data, const struct store_row *from, const struct palette_found *found)
{
	struct palette_rows *rows = data;
	struct palette_row *row = &rows->rows[rows->n];
	char version[32];

	if (rows->n == PALETTE_ROWS_MAX)
		return 1;
	*row = (struct palette_row){.id = str_dup(from->id),
		.path = str_dup(from->path),
		.title = str_dup(from->title),
		.tags = str_dup(from->tags),
		.title_marks = found->title_marks,
		.path_marks = found->path_marks,
		.group = found->group,
		.favourite = found->favourite};
	badge_status(row, from, badge_source(row, from->source));
	if (from->version > 1) {
		(void)snprintf(version, sizeof version, "v%lld", (long long)from->version);
		badge(row, PALETTE_VERSION, str_of(version));
	}
	badge_age(row, found->age_s);
	rows->n++;
	return 0;
}

int palette_rows_read(const struct palette_calls *calls, struct str text, struct palette_rows *rows,
	struct err *err)
{
	return calls->search(calls->data, text, PALETTE_ROWS_MAX, add, rows, err);
}

void palette_rows_search(struct palette *palette, const char *keep_path)
{
	struct palette_question *question = palette_question_new(palette, PALETTE_ASK_ROWS);

	palette->message[0] = '\0';
	question->text = str_dup(palette_edit_text(&palette->query));
	question->path = keep_path != NULL ? xstrdup(keep_path) : NULL;
	palette_ask(palette, question);
}

/* The prompt of the selected row; none: it could not be had. */
static void show(struct palette *palette, struct palette_answer *answer)
{
	palette_drop_prompt(palette);
	palette->prompt = answer->prompt;
	answer->prompt = NULL;
	palette_preview_take(palette, answer->preview);
}

void palette_rows_answer(struct palette *palette, struct palette_answer *answer)
{
	palette->failed = answer->result != 0;
	if (palette->failed) {
		palette_wait_drop(palette); /* was pressed for what was not found */
		palette_say(palette, answer->err.text);
		return;
	}
	palette_rows_clear(palette);
	memcpy(palette->rows, answer->rows->rows, sizeof palette->rows);
	palette->n_rows = answer->rows->n;
	palette->selected = answer->at;
	answer->rows->n = 0; /* they are the palette's */
	show(palette, answer);
	if (palette->n_rows == 0 && palette->message[0] == '\0')
		palette_say(palette, palette->query.text.len > 0 ? "Nothing is called so."
								 : "There are no prompts yet.");
}

/* --- the selected one ---------------------------------------------------------------- */

/* What is shown of the one before stays until the answer is there: within a frame nobody
 * sees it. */
void palette_rows_select(struct palette *palette, size_t row)
{
	struct palette_question *question;

	palette->selected = row < palette->n_rows ? row : 0;
	if (palette->n_rows == 0) {
		palette_drop_prompt(palette);
		return;
	}
	question = palette_question_new(palette, PALETTE_ASK_LOOK);
	question->path = xstrdup(palette->rows[palette->selected].path);
	palette_ask(palette, question);
}

void palette_look_answer(struct palette *palette, struct palette_answer *answer)
{
	show(palette, answer); /* why there is none is told when it is chosen */
}

/* --- favourites ---------------------------------------------------------------------- */

static struct palette_row *row_of(struct palette *palette, const char *id)
{
	size_t i;

	for (i = 0; i < palette->n_rows; i++)
		if (strcmp(palette->rows[i].id, id) == 0)
			return &palette->rows[i];
	return NULL;
}

void palette_rows_favourite(struct palette *palette)
{
	struct palette_question *question;
	const struct palette_row *row;

	if (palette->prompt == NULL || palette->calls->favourite == NULL)
		return;
	row = row_of(palette, str_of(palette->prompt->id).p);
	if (row == NULL)
		return;
	question = palette_question_new(palette, PALETTE_ASK_FAVOURITE);
	question->text = xstrdup(row->id);
	question->on = !row->favourite;
	palette_ask(palette, question);
}

void palette_favourite_answer(struct palette *palette, struct palette_answer *answer)
{
	struct palette_row *row = row_of(palette, answer->question->text);

	if (answer->result != 0) {
		palette_say(palette, answer->err.text);
		return;
	}
	if (row != NULL)
		row->favourite = answer->question->on;
	if (palette->mode == PALETTE_LIST && palette->query.text.len == 0 && palette->n_rows > 0) {
		char *path = xstrdup(palette->rows[palette->selected].path);

		palette_rows_search(palette, path);
		free(path);
	}
	palette_say(
		palette, answer->question->on ? "A favourite now." : "Not a favourite any more.");
}
