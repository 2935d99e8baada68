/* The picker without a screen; see palette.h. */
#include "desktop/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text_filter.h"

static const char *const key_names[PALETTE_KEYS] = {
	[PALETTE_ENTER] = "Enter",
	[PALETTE_CTRL_ENTER] = "Ctrl+Enter",
	[PALETTE_ALT_ENTER] = "Alt+Enter",
	[PALETTE_SHIFT_ENTER] = "Shift+Enter",
	[PALETTE_TAB] = "Tab",
	[PALETTE_SHIFT_TAB] = "Shift+Tab",
	[PALETTE_UP] = "Up",
	[PALETTE_DOWN] = "Down",
	[PALETTE_LEFT] = "Left",
	[PALETTE_RIGHT] = "Right",
	[PALETTE_PAGE_UP] = "PageUp",
	[PALETTE_PAGE_DOWN] = "PageDown",
	[PALETTE_HOME] = "Home",
	[PALETTE_END] = "End",
	[PALETTE_BACKSPACE] = "Backspace",
	[PALETTE_CTRL_U] = "Ctrl+U",
	[PALETTE_CTRL_E] = "Ctrl+E",
	[PALETTE_CTRL_I] = "Ctrl+I",
	[PALETTE_ESCAPE] = "Escape",
};

bool palette_key_parse(struct str name, enum palette_key *key)
{
	unsigned i;

	for (i = 0; i < PALETTE_KEYS; i++)
		if (str_is(name, key_names[i])) {
			*key = (enum palette_key)i;
			return true;
		}
	return false;
}

void palette_init(struct palette *palette, const struct palette_calls *calls)
{
	memset(palette, 0, sizeof *palette);
	palette->calls = calls;
	buf_init(&palette->query, PALETTE_QUERY_MAX);
}

static void rows_clear(struct palette *palette)
{
	size_t i;

	for (i = 0; i < palette->n_rows; i++) {
		free(palette->rows[i].path);
		free(palette->rows[i].title);
		free(palette->rows[i].tags);
	}
	palette->n_rows = palette->selected = 0;
}

static void drop_prompt(struct palette *palette)
{
	palette_form_close(palette);
	prompt_free(palette->prompt);
	palette->prompt = NULL;
	compose_fini(&palette->preview);
}

void palette_fini(struct palette *palette)
{
	drop_prompt(palette);
	rows_clear(palette);
	buf_fini(&palette->query);
}

static void say(struct palette *palette, const char *text)
{
	(void)snprintf(palette->message, sizeof palette->message, "%.*s",
		(int)sizeof palette->message - 1, text);
}

/* --- the list --------------------------------------------------------------------- */

static int add_row(void *data, const struct store_row *from)
{
	struct palette *palette = data;
	struct palette_row *row = &palette->rows[palette->n_rows];
	bool hub = str_starts(from->source, "hub:");
	int n;

	if (palette->n_rows == PALETTE_ROWS_MAX)
		return 1;
	row->path = str_dup(from->path);
	row->title = str_dup(from->title);
	row->tags = str_dup(from->tags);
	n = snprintf(row->badges, sizeof row->badges, "%s", hub ? "team" : "personal");
	if (from->status.n > 0 && !str_is(from->status, "approved"))
		n += snprintf(row->badges + n, sizeof row->badges - (size_t)n, " %.*s",
			(int)(from->status.n < 20 ? from->status.n : 20), from->status.p);
	if (from->channel.n > 0 && !str_is(from->channel, "production"))
		n += snprintf(row->badges + n, sizeof row->badges - (size_t)n, " %.*s",
			(int)(from->channel.n < 20 ? from->channel.n : 20), from->channel.p);
	if (from->version > 1)
		(void)snprintf(row->badges + n, sizeof row->badges - (size_t)n, " v%lld",
			(long long)from->version);
	palette->n_rows++;
	return 0;
}

static void search(struct palette *palette)
{
	struct str text = {buf_text(&palette->query), palette->query.len};
	struct err err;

	rows_clear(palette);
	palette->message[0] = '\0';
	if (palette->calls->search(
		    palette->calls->data, text, PALETTE_ROWS_MAX, add_row, palette, &err) != 0)
		say(palette, err.text);
	else if (palette->n_rows == 0)
		say(palette, text.n > 0 ? "Nothing is called so." : "There are no prompts yet.");
}

static void close_now(struct palette *palette)
{
	drop_prompt(palette);
	rows_clear(palette);
	buf_clear(&palette->query);
	palette->message[0] = '\0';
	palette->mode = PALETTE_CLOSED;
	palette->calls->close(palette->calls->data);
}

void palette_close(struct palette *palette)
{
	if (palette->mode != PALETTE_CLOSED)
		close_now(palette);
}

void palette_call(struct palette *palette, bool terminal)
{
	if (palette->mode != PALETTE_CLOSED) {
		close_now(palette);
		return;
	}
	palette->terminal = terminal;
	palette->mode = PALETTE_LIST;
	buf_clear(&palette->query);
	search(palette);
}

static void back_to_list(struct palette *palette)
{
	drop_prompt(palette);
	palette->mode = PALETTE_LIST;
	palette->message[0] = '\0';
}

static bool take_selected(struct palette *palette)
{
	struct err err;

	if (palette->n_rows == 0)
		return false;
	drop_prompt(palette);
	if (palette->calls->get(palette->calls->data, str_of(palette->rows[palette->selected].path),
		    &palette->prompt, &err) == 0)
		return true;
	/* Gone since it was listed. */
	say(palette, err.text);
	return false;
}

/* --- sending ---------------------------------------------------------------------- */

static void send(struct palette *palette, enum palette_send how, bool confirmed)
{
	unsigned flags = palette->terminal && how != PALETTE_COPY ? COMPOSE_TERMINAL : 0;
	json_t *args = palette_form_args(palette);
	struct compose compose;
	struct err err;

	if (args == NULL)
		return;
	if (palette->calls->compose(
		    palette->calls->data, palette->prompt, args, flags, &compose, &err) != 0) {
		say(palette, compose.missing != NULL ? "A value is missing." : err.text);
	} else if (flags != 0 && compose.lines > 1 && !confirmed) {
		palette->mode = PALETTE_CONFIRM;
		palette->how = how;
		(void)snprintf(palette->message, sizeof palette->message,
			"%zu lines, and each may run as a command. Enter pastes them.",
			compose.lines);
	} else {
		palette->calls->send(palette->calls->data, palette->prompt, args, &compose, how);
		compose_fini(&compose);
		json_decref(args);
		close_now(palette);
		return;
	}
	compose_fini(&compose);
	json_decref(args);
}

static void open_form(struct palette *palette)
{
	palette->mode = PALETTE_FORM;
	palette->message[0] = '\0';
	palette_form_open(palette);
}

static void choose(struct palette *palette, enum palette_send how)
{
	if (!take_selected(palette))
		return;
	if (palette->prompt->n_inputs > 0)
		open_form(palette);
	else
		send(palette, how, false);
}

/* --- keys ------------------------------------------------------------------------- */

static void move(struct palette *palette, long by)
{
	long to = (long)palette->selected + by, last = (long)palette->n_rows - 1;

	palette->selected = last < 0 || to < 0 ? 0 : (size_t)(to > last ? last : to);
}

/* By what a person sees as one character. */
static void backspace(struct buf *text)
{
	unsigned before = compose_graphemes((struct str){buf_text(text), text->len});
	size_t cut = text->len;

	while (cut > 0) {
		cut--;
		if (((unsigned char)text->data[cut] & 0xc0) != 0x80 &&
			compose_graphemes((struct str){text->data, cut}) < before)
			break;
	}
	buf_truncate(text, cut);
}

static void list_edit(struct palette *palette, enum palette_key key)
{
	if (key == PALETTE_BACKSPACE)
		backspace(&palette->query);
	else
		buf_clear(&palette->query);
	search(palette);
}

static void show_details(struct palette *palette)
{
	if (!take_selected(palette))
		return;
	palette->mode = PALETTE_DETAILS;
	palette_form_preview(palette);
}

static void list_key(struct palette *palette, enum palette_key key)
{
	switch (key) {
	case PALETTE_ENTER:
		choose(palette, PALETTE_PASTE);
		break;
	case PALETTE_CTRL_ENTER:
		choose(palette, PALETTE_COPY);
		break;
	case PALETTE_ALT_ENTER:
		choose(palette, PALETTE_KEEP);
		break;
	case PALETTE_TAB:
		if (take_selected(palette))
			open_form(palette);
		break;
	case PALETTE_UP:
		move(palette, -1);
		break;
	case PALETTE_DOWN:
		move(palette, 1);
		break;
	case PALETTE_PAGE_UP:
		move(palette, -PALETTE_PAGE);
		break;
	case PALETTE_PAGE_DOWN:
		move(palette, PALETTE_PAGE);
		break;
	case PALETTE_HOME:
		palette->selected = 0;
		break;
	case PALETTE_END:
		move(palette, PALETTE_ROWS_MAX);
		break;
	case PALETTE_BACKSPACE:
	case PALETTE_CTRL_U:
		list_edit(palette, key);
		break;
	case PALETTE_CTRL_E:
		if (palette->n_rows > 0)
			palette->calls->open_file(palette->calls->data,
				str_of(palette->rows[palette->selected].path));
		break;
	case PALETTE_CTRL_I:
		show_details(palette);
		break;
	case PALETTE_ESCAPE:
		close_now(palette);
		break;
	default:
		break;
	}
}

static void form_key(struct palette *palette, enum palette_key key)
{
	palette->message[0] = '\0';
	if (palette_form_key(palette, key))
		return;
	if (key == PALETTE_ESCAPE)
		back_to_list(palette);
	else if (key == PALETTE_BACKSPACE && palette->prompt->n_inputs > 0)
		backspace(&palette->fields[palette->field].value);
	else if (key == PALETTE_ENTER)
		send(palette, PALETTE_PASTE, false);
	else if (key == PALETTE_CTRL_ENTER)
		send(palette, PALETTE_COPY, false);
	else if (key == PALETTE_ALT_ENTER)
		send(palette, PALETTE_KEEP, false);
	if (palette->mode == PALETTE_FORM && key == PALETTE_BACKSPACE)
		palette_form_preview(palette);
}

void palette_key(struct palette *palette, enum palette_key key)
{
	if (palette->mode == PALETTE_LIST) {
		list_key(palette, key);
	} else if (palette->mode == PALETTE_FORM) {
		form_key(palette, key);
	} else if (palette->mode == PALETTE_CONFIRM) {
		if (key == PALETTE_ENTER)
			send(palette, palette->how, true);
		else if (key == PALETTE_ESCAPE)
			back_to_list(palette);
	} else if (palette->mode == PALETTE_DETAILS &&
		   (key == PALETTE_ESCAPE || key == PALETTE_CTRL_I)) {
		back_to_list(palette);
	}
}

void palette_text(struct palette *palette, struct str text)
{
	struct buf clean = BUF_INIT(PALETTE_VALUE_MAX);

	compose_clean(text, false, &clean);
	text = (struct str){buf_text(&clean), clean.len};
	if (palette->mode == PALETTE_LIST && memchr(text.p, '\n', text.n) == NULL) {
		if (palette->query.len + text.n <= PALETTE_QUERY_MAX)
			(void)buf_add(&palette->query, text.p, text.n);
		search(palette);
	} else if (palette->mode == PALETTE_FORM) {
		palette->message[0] = '\0';
		palette_form_text(palette, text);
	}
	buf_fini(&clean);
}

/* --- what is shown ------------------------------------------------------------------ */

static void describe_list(const struct palette *palette, struct buf *out)
{
	size_t i;

	(void)buf_add_format(out, "search: %s\n", buf_text(&palette->query));
	for (i = 0; i < palette->n_rows; i++) {
		const struct palette_row *row = &palette->rows[i];

		(void)buf_add_format(out, "%s %s | %s | %s%s%s\n",
			i == palette->selected ? "*" : " ", row->path, row->title, row->badges,
			row->tags[0] != '\0' ? " #" : "", row->tags);
	}
}

static void describe_form(const struct palette *palette, struct buf *out)
{
	size_t i;

	(void)buf_add_format(out, "form: %s\n", palette->prompt->path);
	for (i = 0; i < palette->prompt->n_inputs; i++) {
		const struct prompt_input *input = &palette->prompt->inputs[i];
		const struct palette_field *field = &palette->fields[i];

		(void)buf_add_format(out, "%s %s%s: %s%s%s\n", i == palette->field ? "*" : " ",
			input->name, input->required ? " (required)" : "", buf_text(&field->value),
			field->error[0] != '\0' ? "  ! " : "", field->error);
	}
}

void palette_describe(const struct palette *palette, struct buf *out)
{
	switch (palette->mode) {
	case PALETTE_CLOSED:
		(void)buf_add_str(out, "closed\n");
		return;
	case PALETTE_LIST:
		describe_list(palette, out);
		break;
	case PALETTE_FORM:
		describe_form(palette, out);
		break;
	case PALETTE_DETAILS:
		(void)buf_add_format(out, "details: %s\n", palette->prompt->path);
		break;
	case PALETTE_CONFIRM:
		(void)buf_add_format(out, "confirm: %s\n", palette->prompt->path);
		break;
	}
	if (palette->preview.text.len > 0)
		(void)buf_add_format(out, "preview: %s\n", buf_text(&palette->preview.text));
	if (palette->message[0] != '\0')
		(void)buf_add_format(out, "message: %s\n", palette->message);
}
