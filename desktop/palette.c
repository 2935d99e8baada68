/* The picker without a screen: its modes, and what keys do in them; see palette.h. */
#include "desktop/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text_filter.h"
#include "desktop/palette_parts.h"

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
	[PALETTE_CTRL_LEFT] = "Ctrl+Left",
	[PALETTE_CTRL_RIGHT] = "Ctrl+Right",
	[PALETTE_PAGE_UP] = "PageUp",
	[PALETTE_PAGE_DOWN] = "PageDown",
	[PALETTE_HOME] = "Home",
	[PALETTE_END] = "End",
	[PALETTE_CTRL_HOME] = "Ctrl+Home",
	[PALETTE_CTRL_END] = "Ctrl+End",
	[PALETTE_SPACE] = "Space",
	[PALETTE_BACKSPACE] = "Backspace",
	[PALETTE_DELETE] = "Delete",
	[PALETTE_CTRL_BACKSPACE] = "Ctrl+Backspace",
	[PALETTE_CTRL_W] = "Ctrl+W",
	[PALETTE_CTRL_U] = "Ctrl+U",
	[PALETTE_CTRL_V] = "Ctrl+V",
	[PALETTE_CTRL_DOWN] = "Ctrl+Down",
	[PALETTE_CTRL_S] = "Ctrl+S",
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

const char *palette_key_name(enum palette_key key)
{
	return key_names[key];
}

void palette_init(struct palette *palette, const struct palette_calls *calls)
{
	memset(palette, 0, sizeof *palette);
	palette->calls = calls;
	palette_edit_init(&palette->query, PALETTE_QUERY_MAX);
}

void palette_drop_prompt(struct palette *palette)
{
	palette_form_close(palette);
	prompt_free(palette->prompt);
	palette->prompt = NULL;
	palette_preview_clear(palette);
}

void palette_fini(struct palette *palette)
{
	palette_wait_end(palette);
	palette_drop_prompt(palette);
	palette_rows_clear(palette);
	palette_edit_fini(&palette->query);
}

void palette_say(struct palette *palette, const char *text)
{
	struct str shown = str_prefix(str_of(text), sizeof palette->message - 1);

	(void)snprintf(palette->message, sizeof palette->message, "%.*s", (int)shown.n, shown.p);
}

/* --- modes ------------------------------------------------------------------------ */

static void close_now(struct palette *palette)
{
	palette_wait_end(palette);
	palette_drop_prompt(palette);
	palette_rows_clear(palette);
	palette_edit_clear(&palette->query);
	palette->message[0] = '\0';
	palette->n_details = 0;
	palette->direct = palette->pasting = palette->failed = false;
	palette->mode = PALETTE_CLOSED;
	palette->calls->close(palette->calls->data);
}

void palette_close(struct palette *palette)
{
	if (palette->mode != PALETTE_CLOSED)
		close_now(palette);
}

static void open_list(struct palette *palette)
{
	palette->mode = PALETTE_LIST;
	palette->direct = false;
	palette_rows_search(palette, NULL);
}

void palette_call(struct palette *palette, bool terminal)
{
	if (palette->mode != PALETTE_CLOSED) {
		close_now(palette);
		return;
	}
	palette->terminal = terminal;
	open_list(palette);
}

static void open_form(struct palette *palette, struct palette_answer *answer)
{
	palette->mode = PALETTE_FORM;
	palette->pasting = false; /* it was for the search */
	palette->message[0] = '\0';
	palette_form_open(palette, answer->offers, answer->n_offers);
}

/* From the form, or from what was asked of a prompt without one. */
static void leave_prompt(struct palette *palette)
{
	if (palette->direct) {
		close_now(palette);
		return;
	}
	palette->mode = PALETTE_LIST;
	palette->message[0] = '\0';
	palette_drop_prompt(palette);
	palette_rows_select(palette, palette->selected);
}

/* One step back from the details or the confirmation. */
static void step_back(struct palette *palette)
{
	palette->message[0] = '\0';
	palette->n_details = 0;
	if (palette->back == PALETTE_FORM)
		palette->mode = PALETTE_FORM;
	else
		leave_prompt(palette);
}

/* --- sending ---------------------------------------------------------------------- */

static void sent(struct palette *palette, const json_t *args, const struct compose *compose,
	enum palette_send how)
{
	palette_form_remember(palette);
	palette->calls->send(palette->calls->data, palette->prompt, args, compose, how);
	close_now(palette);
}

/* Nothing that was pressed before the person saw the question is an answer to it. */
static void confirm(struct palette *palette, enum palette_send how, size_t lines)
{
	palette_wait_drop(palette);
	palette->back = palette->mode;
	palette->mode = PALETTE_CONFIRM;
	palette->how = how;
	(void)snprintf(palette->message, sizeof palette->message,
		"%zu lines, and each may run as a command. Enter pastes them.", lines);
	palette_preview_make(palette);
}

bool palette_is_withdrawn(const struct prompt *prompt)
{
	return str_is(str_of(prompt->status), "deprecated");
}

static enum palette_send how_of(enum palette_key key)
{
	return key == PALETTE_CTRL_ENTER  ? PALETTE_COPY
	       : key == PALETTE_ALT_ENTER ? PALETTE_KEEP
					  : PALETTE_PASTE;
}

static unsigned send_flags(const struct palette *palette, enum palette_send how)
{
	return palette->terminal && how != PALETTE_COPY ? COMPOSE_TERMINAL : 0;
}

static void deliver(struct palette *palette, const struct palette_composed *composed,
	const json_t *args, enum palette_send how, bool confirmed)
{
	if (composed->outcome != 0)
		palette_say(palette,
			composed->outcome > 0 ? "A value is missing." : composed->err.text);
	else if (send_flags(palette, how) != 0 && composed->compose.lines > 1 && !confirmed)
		confirm(palette, how, composed->compose.lines);
	else
		sent(palette, args, &composed->compose, how);
}

/* What is on the form now, or what was asked about. */
static void send(struct palette *palette, enum palette_key key, bool confirmed)
{
	struct palette_question *question;
	json_t *args = palette_form_args(palette);

	if (args == NULL)
		return;
	question = palette_question_new(palette, PALETTE_ASK_SEND);
	question->prompt = prompt_copy(palette->prompt);
	question->args = args;
	question->key = key;
	question->confirmed = confirmed;
	question->send_flags = send_flags(palette, how_of(key));
	palette_ask(palette, question);
}

static void on_send(struct palette *palette, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;

	if (answer->result != 0)
		palette_say(palette, answer->err.text);
	else
		deliver(palette, answer->sent, question->args, how_of(question->key),
			question->confirmed);
}

/* --- choosing --------------------------------------------------------------------- */

static void take(struct palette *palette, struct str name, enum palette_key key)
{
	struct palette_question *question = palette_question_new(palette, PALETTE_ASK_TAKE);

	question->path = str_dup(name);
	question->key = key;
	question->send_flags = send_flags(palette, how_of(key));
	palette_ask(palette, question);
}

static void choose(struct palette *palette, enum palette_key key)
{
	if (palette->n_rows > 0)
		take(palette, str_of(palette->rows[palette->selected].path), key);
}

/* Tab opens the form of what cannot be sent too. */
static void use(struct palette *palette, struct palette_answer *answer)
{
	enum palette_key key = answer->question->key;
	json_t *none;

	if (key == PALETTE_TAB) {
		open_form(palette, answer);
	} else if (palette_is_withdrawn(palette->prompt)) {
		palette_say(palette, PALETTE_WITHDRAWN_TEXT);
	} else if (answer->sent == NULL) {
		open_form(palette, answer);
	} else {
		none = json_object();
		deliver(palette, answer->sent, none, how_of(key), false);
		json_decref(none);
	}
}

static void on_details(struct palette *palette, struct palette_answer *answer)
{
	palette->back = palette->mode;
	palette->mode = PALETTE_DETAILS;
	palette->message[0] = '\0';
	memcpy(palette->details, answer->details, sizeof palette->details);
	palette->n_details = answer->n_details;
	palette_preview_make(palette);
}

static void on_preview(struct palette *palette, struct palette_answer *answer)
{
	palette_preview_take(palette, answer->preview);
}

/* The hotkey of a prompt that cannot be had, or not be sent, leads to the list. */
static void go_to_list(struct palette *palette, const char *why)
{
	char *text = xstrdup(why); /* the message itself, perhaps */

	palette_drop_prompt(palette);
	open_list(palette);
	palette_say(palette, text);
	free(text);
}

static void on_take(struct palette *palette, struct palette_answer *answer)
{
	if (answer->result != 0) { /* gone since it was listed */
		palette_wait_drop(palette);
		if (palette->direct)
			go_to_list(palette, answer->err.text);
		else
			palette_say(palette, answer->err.text);
		return;
	}
	palette->looking = 0; /* at what was selected before */
	palette->rows_due = false;
	palette_drop_prompt(palette);
	palette->prompt = answer->prompt;
	answer->prompt = NULL;
	palette_preview_take(palette, answer->preview);
	if (answer->question->key == PALETTE_CTRL_I)
		on_details(palette, answer);
	else
		use(palette, answer);
	if (palette->direct && palette->mode == PALETTE_LIST)
		go_to_list(palette, palette->message);
}

void palette_call_prompt(struct palette *palette, struct str name, bool terminal)
{
	if (palette->mode != PALETTE_CLOSED) {
		close_now(palette);
		return;
	}
	palette->terminal = terminal;
	palette->mode = PALETTE_LIST;
	palette->direct = true;
	take(palette, name, PALETTE_ENTER);
}

void palette_answer(struct palette *palette, struct palette_answer *answer)
{
	static void (*const takers[])(struct palette * palette, struct palette_answer * answer) = {
		[PALETTE_ASK_ROWS] = palette_rows_answer,
		[PALETTE_ASK_LOOK] = palette_look_answer,
		[PALETTE_ASK_PREVIEW] = on_preview,
		[PALETTE_ASK_TAKE] = on_take,
		[PALETTE_ASK_DETAILS] = on_details,
		[PALETTE_ASK_SEND] = on_send,
		[PALETTE_ASK_FAVOURITE] = palette_favourite_answer,
	};

	if (palette_take_answer(palette, answer->question))
		takers[answer->question->what](palette, answer);
	palette_answer_free(answer);
	palette_wait_replay(palette);
}

/* --- keys ------------------------------------------------------------------------- */

static void move(struct palette *palette, long by)
{
	long to = (long)palette->selected + by, last = (long)palette->n_rows - 1;

	palette_select(palette, last < 0 || to < 0 ? 0 : (size_t)(to > last ? last : to));
}

static void show_details(struct palette *palette)
{
	struct palette_question *question;

	if (palette->mode == PALETTE_LIST) {
		choose(palette, PALETTE_CTRL_I);
		return;
	}
	question = palette_question_new(palette, PALETTE_ASK_DETAILS);
	question->prompt = prompt_copy(palette->prompt);
	palette_ask(palette, question);
}

static void open_file(struct palette *palette)
{
	if (palette->prompt != NULL)
		palette->calls->open_file(palette->calls->data, str_of(palette->prompt->path));
}

/* Keys that are the same with a list, a form and details. */
static bool any_key(struct palette *palette, enum palette_key key)
{
	switch (key) {
	case PALETTE_SPACE:
		palette_text_now(palette, STR(" "));
		return true;
	case PALETTE_CTRL_S:
		palette_rows_favourite(palette);
		return true;
	case PALETTE_CTRL_E:
		open_file(palette);
		return true;
	case PALETTE_CTRL_V:
		if (palette->calls->source != NULL && palette->mode != PALETTE_DETAILS) {
			palette->pasting = true;
			palette->calls->source(palette->calls->data, PROMPT_FROM_CLIPBOARD);
		}
		return true;
	case PALETTE_CTRL_I:
		if (palette->mode == PALETTE_DETAILS)
			step_back(palette);
		else
			show_details(palette);
		return true;
	default:
		return false;
	}
}

static bool sends(enum palette_key key)
{
	return key == PALETTE_ENTER || key == PALETTE_CTRL_ENTER || key == PALETTE_ALT_ENTER;
}

bool palette_move(struct palette_edit *edit, enum palette_key key)
{
	switch (key) {
	case PALETTE_LEFT:
		return palette_edit_left(edit);
	case PALETTE_RIGHT:
		return palette_edit_right(edit);
	case PALETTE_CTRL_LEFT:
		return palette_edit_left_word(edit);
	case PALETTE_CTRL_RIGHT:
		return palette_edit_right_word(edit);
	case PALETTE_UP:
		return palette_edit_up(edit);
	case PALETTE_DOWN:
		return palette_edit_down(edit);
	case PALETTE_HOME:
		return palette_edit_home(edit);
	case PALETTE_END:
		return palette_edit_end(edit);
	case PALETTE_CTRL_HOME:
		return palette_edit_first(edit);
	case PALETTE_CTRL_END:
		return palette_edit_last(edit);
	default:
		return false;
	}
}

bool palette_erase(struct palette_edit *edit, enum palette_key key)
{
	switch (key) {
	case PALETTE_BACKSPACE:
		return palette_edit_backspace(edit);
	case PALETTE_DELETE:
		return palette_edit_delete(edit);
	case PALETTE_CTRL_BACKSPACE:
	case PALETTE_CTRL_W:
		return palette_edit_backspace_word(edit);
	case PALETTE_CTRL_U:
		return palette_edit_clear_line(edit);
	default:
		return false;
	}
}

/* Keys that change what is searched for. */
static void query_key(struct palette *palette, enum palette_key key)
{
	struct palette_edit *query = &palette->query;

	if (key == PALETTE_LEFT || key == PALETTE_RIGHT || key == PALETTE_CTRL_LEFT ||
		key == PALETTE_CTRL_RIGHT)
		(void)palette_move(query, key);
	else if (palette_erase(query, key))
		palette_rows_search(palette, NULL);
}

static void list_key(struct palette *palette, enum palette_key key)
{
	switch (key) {
	case PALETTE_ENTER:
	case PALETTE_CTRL_ENTER:
	case PALETTE_ALT_ENTER:
	case PALETTE_TAB:
		choose(palette, key);
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
	case PALETTE_CTRL_HOME:
		palette_select(palette, 0);
		break;
	case PALETTE_END:
	case PALETTE_CTRL_END:
		move(palette, PALETTE_ROWS_MAX);
		break;
	case PALETTE_ESCAPE:
		close_now(palette);
		break;
	default:
		query_key(palette, key);
		break;
	}
}

static void form_key(struct palette *palette, enum palette_key key)
{
	if (palette_form_key(palette, key))
		return;
	if (sends(key))
		send(palette, key, false);
	else if (key == PALETTE_ESCAPE)
		leave_prompt(palette);
}

static void confirm_key(struct palette *palette, enum palette_key key)
{
	static const enum palette_key keys[] = {
		PALETTE_ENTER, PALETTE_CTRL_ENTER, PALETTE_ALT_ENTER};

	if (key == PALETTE_ENTER)
		send(palette, keys[palette->how], true);
	else if (key == PALETTE_ESCAPE)
		step_back(palette);
}

void palette_key_now(struct palette *palette, enum palette_key key)
{
	if (palette->mode == PALETTE_CLOSED)
		return;
	if (palette->mode == PALETTE_CONFIRM) {
		confirm_key(palette, key);
		return;
	}
	if (palette->mode != PALETTE_LIST ||
		((palette->n_rows > 0 || palette->rows_due) && !palette->failed))
		palette->message[0] = '\0'; /* else it says why there are none */
	if (any_key(palette, key))
		return;
	if (palette->mode == PALETTE_LIST)
		list_key(palette, key);
	else if (palette->mode == PALETTE_FORM)
		form_key(palette, key);
	else if (key == PALETTE_ESCAPE)
		step_back(palette);
}

/* --- text and the mouse ----------------------------------------------------------- */

/* What is searched for is one line. */
static void query_text(struct palette *palette, struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		if (text->data[i] == '\n')
			text->data[i] = ' ';
	if (palette_edit_insert(&palette->query, (struct str){buf_text(text), text->len}))
		palette_rows_search(palette, NULL);
	else
		palette_say(palette, "That is too long to search for.");
}

/* Half a character, of who types Persian or Hindi: whether it may stand there is seen
 * when the text around it is done, and compose.h looks at it then. */
static bool is_joiner(struct str text)
{
	return str_is(text, "\xe2\x80\x8c") || str_is(text, "\xe2\x80\x8d");
}

void palette_text_now(struct palette *palette, struct str text)
{
	struct buf clean = BUF_INIT(PALETTE_VALUE_MAX);

	if (palette->mode != PALETTE_LIST && palette->mode != PALETTE_FORM)
		return;
	palette->message[0] = '\0';
	if (is_joiner(text))
		(void)buf_add(&clean, text.p, text.n);
	else if (text.n <= PALETTE_VALUE_MAX)
		compose_clean(text, false, &clean);
	if (text.n > PALETTE_VALUE_MAX)
		palette_say(palette, "That is too long.");
	else if (clean.len > 0 && palette->mode == PALETTE_LIST)
		query_text(palette, &clean);
	else if (clean.len > 0)
		(void)palette_form_text(palette, (struct str){buf_text(&clean), clean.len});
	buf_fini(&clean);
}

static void pasted(struct palette *palette, enum palette_source_outcome outcome, struct str text)
{
	palette->pasting = false;
	if (outcome == PALETTE_SOURCE_TEXT)
		palette_text(palette, text);
	else
		palette_say(palette, outcome == PALETTE_SOURCE_SECRET
					     ? "The clipboard holds a password."
					     : "The clipboard holds no text.");
}

void palette_source(struct palette *palette, enum prompt_from from,
	enum palette_source_outcome outcome, struct str text)
{
	struct buf clean = BUF_INIT(2 * PALETTE_VALUE_MAX);

	if (palette->mode == PALETTE_CLOSED)
		return;
	/* What is far too long is not looked at: it is refused as it is. */
	if (text.n <= 2 * PALETTE_VALUE_MAX) {
		compose_clean(text, false, &clean);
		text = (struct str){buf_text(&clean), clean.len};
	}
	if (palette->pasting && from == PROMPT_FROM_CLIPBOARD)
		pasted(palette, outcome, text);
	palette_form_source(palette, from, outcome, text);
	buf_fini(&clean);
}

void palette_select(struct palette *palette, size_t row)
{
	if (palette->mode == PALETTE_LIST && row < palette->n_rows && row != palette->selected)
		palette_rows_select(palette, row);
}

/* The row that was seen there; not any more among those: nothing. */
void palette_click_now(struct palette *palette, const char *path)
{
	size_t i;

	for (i = 0; palette->mode == PALETTE_LIST && i < palette->n_rows; i++)
		if (strcmp(palette->rows[i].path, path) == 0) {
			palette_select(palette, i);
			palette_key_now(palette, PALETTE_ENTER);
			return;
		}
}

void palette_focus(struct palette *palette, size_t field)
{
	if (palette->mode != PALETTE_FORM || palette->fields == NULL ||
		field >= palette->prompt->n_inputs)
		return;
	palette->drop.open = false;
	palette->field = field;
}
