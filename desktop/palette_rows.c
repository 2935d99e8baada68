/* The list of the palette: rows, what they are badged with, which one is selected;
 * see palette.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desktop/palette_parts.h"

struct rows {
	struct palette_row rows[PALETTE_ROWS_MAX];
	size_t n;
};

static void row_free(struct palette_row *row)
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
		row_free(&palette->rows[i]);
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
	if (str_starts(source, "hub:")) {
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
	struct rows *rows = data;
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

void palette_rows_search(struct palette *palette, const char *keep_path)
{
	struct str text = palette_edit_text(&palette->query);
	struct rows *rows = xcalloc(1, sizeof *rows);
	struct err err;
	size_t i, at = 0;

	palette->message[0] = '\0';
	palette->failed = palette->calls->search(palette->calls->data, text, PALETTE_ROWS_MAX, add,
				  rows, &err) != 0;
	if (palette->failed) {
		for (i = 0; i < rows->n; i++)
			row_free(&rows->rows[i]);
		palette_say(palette, err.text);
		free(rows);
		return;
	}
	for (i = 0; keep_path != NULL && i < rows->n; i++)
		if (strcmp(rows->rows[i].path, keep_path) == 0)
			at = i;
	palette_rows_clear(palette);
	memcpy(palette->rows, rows->rows, sizeof palette->rows);
	palette->n_rows = rows->n;
	free(rows);
	palette_rows_select(palette, at);
	if (palette->n_rows == 0)
		palette_say(palette,
			text.n > 0 ? "Nothing is called so." : "There are no prompts yet.");
}

/* --- the selected one ---------------------------------------------------------------- */

void palette_rows_select(struct palette *palette, size_t row)
{
	struct err err; /* told when the row is chosen */

	palette_drop_prompt(palette);
	palette->selected = row < palette->n_rows ? row : 0;
	if (palette->n_rows == 0)
		return;
	if (palette->calls->get(palette->calls->data, str_of(palette->rows[row].path),
		    &palette->prompt, &err) != 0)
		palette->prompt = NULL;
	palette_preview_make(palette);
}

bool palette_rows_take(struct palette *palette)
{
	struct prompt *prompt = NULL;
	struct err err;

	if (palette->n_rows == 0)
		return false;
	if (palette->calls->get(palette->calls->data, str_of(palette->rows[palette->selected].path),
		    &prompt, &err) != 0) {
		palette_say(palette, err.text); /* gone since it was listed */
		return false;
	}
	palette_drop_prompt(palette);
	palette->prompt = prompt;
	return true;
}

/* --- favourites ---------------------------------------------------------------------- */

void palette_rows_favourite(struct palette *palette)
{
	const struct palette_calls *calls = palette->calls;
	struct palette_row *row = NULL;
	struct err err;
	bool on;
	size_t i;

	for (i = 0; palette->prompt != NULL && i < palette->n_rows; i++)
		if (strcmp(palette->rows[i].id, str_of(palette->prompt->id).p) == 0)
			row = &palette->rows[i];
	if (row == NULL || calls->favourite == NULL)
		return;
	on = !row->favourite;
	if (calls->favourite(calls->data, str_of(row->id), on, &err) != 0) {
		palette_say(palette, err.text);
		return;
	}
	row->favourite = on;
	if (palette->mode == PALETTE_LIST && palette->query.text.len == 0) {
		char *path = xstrdup(row->path);

		palette_rows_search(palette, path);
		free(path);
	}
	palette_say(palette, on ? "A favourite now." : "Not a favourite any more.");
}
