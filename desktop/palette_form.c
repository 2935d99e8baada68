/* The form of a prompt with inputs: typed fields, what they may be, what was in them
 * before, and what the selection or the clipboard gives them; see palette.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grapheme.h"
#include "core/json.h"
#include "core/render.h"
#include "desktop/palette_parts.h"

static const char *const truth[] = {"false", "true"};

static const struct prompt_input *input_at(const struct palette *palette, size_t i)
{
	return &palette->prompt->inputs[i];
}

static bool has_fields(const struct palette *palette)
{
	return palette->fields != NULL && palette->prompt->n_inputs > 0;
}

static struct palette_field *current(struct palette *palette)
{
	return &palette->fields[palette->field];
}

static bool is_choice(const struct palette_field *field)
{
	return field->kind == PALETTE_CHOICE || field->kind == PALETTE_CHECK;
}

/* --- opening and closing --------------------------------------------------------------- */

static enum palette_field_kind kind_of(const struct prompt_input *input)
{
	if (input->n_choices > 0)
		return PALETTE_CHOICE;
	if (input->type == PROMPT_BOOLEAN)
		return PALETTE_CHECK;
	if (input->type != PROMPT_STRING)
		return PALETTE_NUMBER;
	if (input->secret)
		return PALETTE_SECRET;
	if (input->multiline || strchr(str_of(input->initial).n > 0 ? input->initial : "", '\n'))
		return PALETTE_AREA;
	return PALETTE_LINE;
}

static void field_open(struct palette *palette, size_t i, struct palette_offers *offers)
{
	const struct prompt_input *input = input_at(palette, i);
	const struct palette_calls *calls = palette->calls;
	struct palette_field *field = &palette->fields[i];

	field->kind = kind_of(input);
	palette_edit_init(&field->edit, PALETTE_VALUE_MAX);
	if (input->initial != NULL)
		(void)palette_edit_set(&field->edit, str_of(input->initial));
	else if (input->type == PROMPT_BOOLEAN)
		(void)palette_edit_set(&field->edit, STR("false"));
	field->filled = field->edit.text.len > 0 ? PALETTE_DEFAULT : PALETTE_EMPTY;
	field->waiting = input->from != PROMPT_FROM_PERSON && calls->source != NULL;
	if (offers != NULL) {
		memcpy(field->offers, offers->texts, sizeof field->offers);
		field->n_offers = offers->n;
		offers->n = 0; /* they are the field's */
	}
}

/* Each of the two is asked for once; the answer may come at once. */
static void ask_sources(struct palette *palette)
{
	static const enum prompt_from froms[] = {PROMPT_FROM_SELECTION, PROMPT_FROM_CLIPBOARD};
	size_t i, j;

	for (i = 0; palette->calls->source != NULL && i < 2; i++)
		for (j = 0; j < palette->prompt->n_inputs; j++)
			if (input_at(palette, j)->from == froms[i]) {
				palette->calls->source(palette->calls->data, froms[i]);
				break;
			}
}

void palette_form_open(struct palette *palette, struct palette_offers *offers, size_t n_offers)
{
	size_t i, n = palette->prompt->n_inputs;

	palette_form_close(palette);
	palette->fields = n > 0 ? xcalloc(n, sizeof *palette->fields) : NULL;
	for (i = 0; i < n; i++)
		field_open(palette, i, i < n_offers ? &offers[i] : NULL);
	ask_sources(palette);
	palette_preview_make(palette);
}

void palette_form_close(struct palette *palette)
{
	size_t i, j;

	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++) {
		palette_edit_fini(&palette->fields[i].edit);
		for (j = 0; j < palette->fields[i].n_offers; j++)
			free(palette->fields[i].offers[j]);
	}
	free(palette->fields);
	palette->fields = NULL;
	palette->field = 0;
	palette->drop = (struct palette_drop){0};
}

/* --- values ------------------------------------------------------------------------------ */

static bool field_check(struct palette *palette, size_t i, bool required)
{
	const struct prompt_input *input = input_at(palette, i);
	struct palette_field *field = &palette->fields[i];
	struct buf out = BUF_INIT(PALETTE_VALUE_MAX);
	json_t *value;
	struct err err;

	field->error[0] = '\0';
	if (field->edit.text.len == 0) {
		if (required && input->required)
			(void)snprintf(field->error, sizeof field->error, "must be given");
		return field->error[0] == '\0';
	}
	value = json_from_str(palette_edit_text(&field->edit));
	if (render_check_value(input, value, &out, &err) != 0)
		(void)snprintf(field->error, sizeof field->error, "%.120s", err.text);
	json_decref(value);
	buf_fini(&out);
	return field->error[0] == '\0';
}

/* An optional field that is left empty is not given. */
json_t *palette_form_args(struct palette *palette)
{
	json_t *args;
	size_t i, n = has_fields(palette) ? palette->prompt->n_inputs : 0;

	for (i = 0; i < n; i++) {
		if (palette->fields[i].waiting) {
			palette_say(palette, "The selection is still being read.");
			return NULL;
		}
		if (!field_check(palette, i, true)) {
			palette->field = i;
			return NULL;
		}
	}
	args = json_object();
	for (i = 0; i < n; i++)
		if (palette->fields[i].edit.text.len > 0)
			(void)json_object_set_new(args, input_at(palette, i)->name,
				json_from_str(palette_edit_text(&palette->fields[i].edit)));
	return args;
}

/* Only what was typed: not what lay on the clipboard, and no defaults. */
void palette_form_remember(struct palette *palette)
{
	struct palette_question *question;
	json_t *args = json_object();
	size_t i;

	for (i = 0; has_fields(palette) && i < palette->prompt->n_inputs; i++) {
		const struct palette_field *field = &palette->fields[i];

		if (field->filled == PALETTE_TYPED && !is_choice(field) &&
			!input_at(palette, i)->secret && field->edit.text.len > 0)
			(void)json_object_set_new(args, input_at(palette, i)->name,
				json_from_str(palette_edit_text(&field->edit)));
	}
	if (json_object_size(args) == 0 || palette->calls->remember == NULL) {
		json_decref(args);
		return;
	}
	question = palette_question_new(palette, PALETTE_ASK_REMEMBER);
	question->prompt = prompt_copy(palette->prompt);
	question->args = args;
	palette_ask(palette, question);
}

static void changed(struct palette *palette)
{
	struct palette_field *field = current(palette);

	field->filled = field->edit.text.len > 0 ? PALETTE_TYPED : PALETTE_EMPTY;
	field->note[0] = '\0';
	field->waiting = false; /* the person was faster: theirs stays */
	if (field->kind == PALETTE_LINE &&
		memchr(buf_text(&field->edit.text), '\n', field->edit.text.len) != NULL)
		field->kind = PALETTE_AREA;
	(void)field_check(palette, palette->field, false);
	palette_preview_make(palette);
}

/* --- the selection and the clipboard ------------------------------------------------------ */

static const char *from_name(enum prompt_from from)
{
	return from == PROMPT_FROM_SELECTION ? "selection" : "clipboard";
}

static void field_fill(struct palette *palette, size_t i, struct str text)
{
	struct palette_field *field = &palette->fields[i];
	enum prompt_from from = input_at(palette, i)->from;

	if (field->kind != PALETTE_LINE && field->kind != PALETTE_AREA)
		text = str_trim(text);
	if (!palette_edit_set(&field->edit, text)) {
		(void)snprintf(
			field->note, sizeof field->note, "the %s is too long", from_name(from));
		return;
	}
	field->filled = from == PROMPT_FROM_SELECTION ? PALETTE_SELECTION : PALETTE_CLIPBOARD;
	if (field->kind == PALETTE_LINE && memchr(text.p, '\n', text.n) != NULL)
		field->kind = PALETTE_AREA;
	(void)snprintf(field->note, sizeof field->note, "from the %s, %zu character%s",
		from_name(from), grapheme_count(text), grapheme_count(text) == 1 ? "" : "s");
	(void)field_check(palette, i, false);
	if (is_choice(field) && field->error[0] != '\0') {
		const char *initial = input_at(palette, i)->initial;

		(void)palette_edit_set(&field->edit, str_of(initial));
		field->filled = initial != NULL ? PALETTE_DEFAULT : PALETTE_EMPTY;
		field->error[0] = '\0';
		(void)snprintf(field->note, sizeof field->note, "the %s is none of these",
			from_name(from));
	}
}

static void field_note(
	struct palette_field *field, enum prompt_from from, enum palette_source_outcome outcome)
{
	if (outcome == PALETTE_SOURCE_SECRET)
		(void)snprintf(field->note, sizeof field->note, "the %s holds a password",
			from_name(from));
	else
		(void)snprintf(field->note, sizeof field->note, "%s",
			from == PROMPT_FROM_SELECTION ? "no text is selected"
						      : "the clipboard holds no text");
}

void palette_form_source(struct palette *palette, enum prompt_from from,
	enum palette_source_outcome outcome, struct str text)
{
	bool any = false;
	size_t i;

	for (i = 0; has_fields(palette) && i < palette->prompt->n_inputs; i++) {
		struct palette_field *field = &palette->fields[i];

		if (!field->waiting || input_at(palette, i)->from != from)
			continue;
		any = true;
		field->waiting = false;
		if (outcome == PALETTE_SOURCE_TEXT && text.n > 0)
			field_fill(palette, i, text);
		else
			field_note(field, from, outcome);
	}
	if (!any)
		return;
	palette->message[0] = '\0'; /* that it was waited for, perhaps */
	palette_preview_make(palette);
}

/* --- the list under a field ----------------------------------------------------------------- */

const char *palette_drop_item(const struct palette *palette, size_t i)
{
	const struct palette_field *field = &palette->fields[palette->field];

	if (field->kind == PALETTE_CHOICE)
		return input_at(palette, palette->field)->choices[i];
	return field->kind == PALETTE_CHECK ? truth[i] : field->offers[i];
}

static void drop_open(struct palette *palette)
{
	const struct palette_field *field = current(palette);
	struct palette_drop *drop = &palette->drop;
	size_t i;

	drop->n = field->kind == PALETTE_CHOICE	 ? input_at(palette, palette->field)->n_choices
		  : field->kind == PALETTE_CHECK ? 2
						 : field->n_offers;
	drop->at = 0;
	drop->open = drop->n > 0;
	for (i = 0; i < drop->n; i++)
		if (is_choice(field) &&
			strcmp(palette_drop_item(palette, i), buf_text(&field->edit.text)) == 0)
			drop->at = i;
	if (!drop->open)
		palette_say(palette, "No value was used before.");
}

static bool drop_key(struct palette *palette, enum palette_key key)
{
	struct palette_drop *drop = &palette->drop;

	if (key == PALETTE_DOWN || key == PALETTE_CTRL_DOWN) {
		drop->at = (drop->at + 1) % drop->n;
	} else if (key == PALETTE_UP) {
		drop->at = (drop->at + drop->n - 1) % drop->n;
	} else if (key == PALETTE_ENTER) {
		drop->open = false;
		(void)palette_edit_set(
			&current(palette)->edit, str_of(palette_drop_item(palette, drop->at)));
		changed(palette);
	} else {
		drop->open = false;
		return key == PALETTE_ESCAPE;
	}
	return true;
}

/* The next or the last of what may be chosen. */
static void cycle(struct palette *palette, bool forward)
{
	struct palette_edit *edit = &current(palette)->edit;
	const struct prompt_input *input = input_at(palette, palette->field);
	size_t n = input->n_choices > 0 ? input->n_choices : 2, at = 0;

	while (at < n && strcmp(palette_drop_item(palette, at), buf_text(&edit->text)) != 0)
		at++;
	if (at == n)
		at = forward ? n - 1 : 0;
	at = (forward ? at + 1 : at + n - 1) % n;
	(void)palette_edit_set(edit, str_of(palette_drop_item(palette, at)));
	changed(palette);
}

/* --- keys --------------------------------------------------------------------------------------
 */

bool palette_form_text(struct palette *palette, struct str text)
{
	struct palette_field *field;

	if (!has_fields(palette))
		return false;
	palette->drop.open = false;
	field = current(palette);
	if (is_choice(field)) {
		if (str_is(text, " "))
			cycle(palette, true);
		return true;
	}
	if (!palette_edit_insert(&field->edit, text))
		palette_say(palette, "That is too long for a value.");
	else
		changed(palette);
	return true;
}

static void go_to(struct palette *palette, size_t field)
{
	(void)field_check(palette, palette->field, true);
	palette->field = field;
}

/* Keys of the text or the choice in the field. */
static void field_key(struct palette *palette, enum palette_key key)
{
	struct palette_field *field = current(palette);

	switch (key) {
	case PALETTE_BACKSPACE:
	case PALETTE_DELETE:
	case PALETTE_CTRL_BACKSPACE:
	case PALETTE_CTRL_W:
	case PALETTE_CTRL_U:
		/* A choice has nothing to take a letter from. */
		if (!is_choice(field) && palette_erase(&field->edit, key))
			changed(palette);
		break;
	case PALETTE_SHIFT_ENTER:
		if (field->kind == PALETTE_LINE || field->kind == PALETTE_AREA)
			(void)palette_form_text(palette, STR("\n"));
		break;
	default:
		if (!is_choice(field))
			(void)palette_move(&field->edit, key);
		else if (key == PALETTE_LEFT || key == PALETTE_RIGHT)
			cycle(palette, key == PALETTE_RIGHT);
	}
}

static void up_or_down(struct palette *palette, bool down)
{
	struct palette_field *field = current(palette);
	size_t n = palette->prompt->n_inputs;

	if (is_choice(field) || !palette_move(&field->edit, down ? PALETTE_DOWN : PALETTE_UP))
		go_to(palette, (palette->field + (down ? 1 : n - 1)) % n);
}

bool palette_form_key(struct palette *palette, enum palette_key key)
{
	size_t n = palette->prompt->n_inputs;

	if (!has_fields(palette))
		return false;
	if (palette->drop.open && drop_key(palette, key))
		return true;
	switch (key) {
	case PALETTE_TAB:
		go_to(palette, (palette->field + 1) % n);
		return true;
	case PALETTE_SHIFT_TAB:
		go_to(palette, (palette->field + n - 1) % n);
		return true;
	case PALETTE_UP:
	case PALETTE_DOWN:
		up_or_down(palette, key == PALETTE_DOWN);
		return true;
	case PALETTE_CTRL_DOWN:
		drop_open(palette);
		return true;
	case PALETTE_ENTER:
	case PALETTE_CTRL_ENTER:
	case PALETTE_ALT_ENTER:
	case PALETTE_SPACE:
	case PALETTE_PAGE_UP:
	case PALETTE_PAGE_DOWN:
	case PALETTE_CTRL_V:
	case PALETTE_CTRL_S:
	case PALETTE_CTRL_E:
	case PALETTE_CTRL_I:
	case PALETTE_ESCAPE:
	case PALETTE_KEYS:
		return false;
	default:
		field_key(palette, key);
		return true;
	}
}
