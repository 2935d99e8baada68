/* The form of a prompt with inputs: typed fields with defaults; see palette.h. */
#include "desktop/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/render.h"

static const struct prompt_input *input_at(const struct palette *palette, size_t i)
{
	return &palette->prompt->inputs[i];
}

void palette_form_close(struct palette *palette)
{
	size_t i;

	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++)
		buf_fini(&palette->fields[i].value);
	free(palette->fields);
	palette->fields = NULL;
	palette->field = 0;
}

void palette_form_open(struct palette *palette)
{
	size_t i, n = palette->prompt->n_inputs;

	palette->fields = n > 0 ? xcalloc(n, sizeof *palette->fields) : NULL;
	for (i = 0; i < n; i++) {
		buf_init(&palette->fields[i].value, PALETTE_VALUE_MAX);
		if (input_at(palette, i)->initial != NULL)
			(void)buf_add_str(&palette->fields[i].value, input_at(palette, i)->initial);
		else if (input_at(palette, i)->type == PROMPT_BOOLEAN)
			(void)buf_add_str(&palette->fields[i].value, "false");
	}
	palette_form_preview(palette);
}

/* An optional field that is left empty is not given. */
static json_t *args_of(const struct palette *palette)
{
	json_t *args = json_object();
	size_t i;

	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++) {
		const struct buf *value = &palette->fields[i].value;

		if (value->len > 0)
			(void)json_object_set_new(args, input_at(palette, i)->name,
				json_from_str((struct str){value->data, value->len}));
	}
	return args;
}

static bool field_check(struct palette *palette, size_t i, bool required)
{
	const struct prompt_input *input = input_at(palette, i);
	struct palette_field *field = &palette->fields[i];
	struct buf out = BUF_INIT(PALETTE_VALUE_MAX);
	json_t *value;
	struct err err;

	field->error[0] = '\0';
	if (field->value.len == 0) {
		if (required && input->required)
			(void)snprintf(field->error, sizeof field->error, "must be given");
		return field->error[0] == '\0';
	}
	value = json_from_str((struct str){field->value.data, field->value.len});
	if (render_check_value(input, value, &out, &err) != 0)
		(void)snprintf(field->error, sizeof field->error, "%.120s", err.text);
	json_decref(value);
	buf_fini(&out);
	return field->error[0] == '\0';
}

json_t *palette_form_args(struct palette *palette)
{
	size_t i;

	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++)
		if (!field_check(palette, i, true)) {
			palette->field = i;
			return NULL;
		}
	return args_of(palette);
}

void palette_form_preview(struct palette *palette)
{
	json_t *args = args_of(palette);
	struct err err;

	compose_fini(&palette->preview);
	if (palette->calls->compose(palette->calls->data, palette->prompt, args, COMPOSE_HOLES,
		    &palette->preview, &err) < 0)
		compose_fini(&palette->preview); /* the field says why */
	json_decref(args);
}

static void changed(struct palette *palette)
{
	palette->fields[palette->field].given = true;
	(void)field_check(palette, palette->field, false);
	palette_form_preview(palette);
}

/* The next or the last of what may be chosen. */
static void cycle(struct palette *palette, bool forward)
{
	static const char *const truth[] = {"false", "true"};
	const struct prompt_input *input = input_at(palette, palette->field);
	struct buf *value = &palette->fields[palette->field].value;
	const char *const *choices =
		input->n_choices > 0 ? (const char *const *)input->choices : truth;
	size_t n = input->n_choices > 0 ? input->n_choices : 2, at = 0;

	while (at < n && strcmp(choices[at], buf_text(value)) != 0)
		at++;
	if (at == n)
		at = forward ? n - 1 : 0;
	at = (forward ? at + 1 : at + n - 1) % n;
	buf_clear(value);
	(void)buf_add_str(value, choices[at]);
	changed(palette);
}

static bool is_choice(const struct palette *palette)
{
	const struct prompt_input *input = input_at(palette, palette->field);

	return input->n_choices > 0 || input->type == PROMPT_BOOLEAN;
}

void palette_form_text(struct palette *palette, struct str text)
{
	struct buf *value;

	if (palette->prompt->n_inputs == 0)
		return;
	value = &palette->fields[palette->field].value;
	if (is_choice(palette)) {
		if (str_is(text, " "))
			cycle(palette, true);
		return;
	}
	if (value->len + text.n <= PALETTE_VALUE_MAX)
		(void)buf_add(value, text.p, text.n);
	changed(palette);
}

bool palette_form_key(struct palette *palette, enum palette_key key)
{
	size_t n = palette->prompt->n_inputs;

	if (n == 0)
		return false;
	switch (key) {
	case PALETTE_TAB:
	case PALETTE_DOWN:
		(void)field_check(palette, palette->field, true);
		palette->field = (palette->field + 1) % n;
		return true;
	case PALETTE_SHIFT_TAB:
	case PALETTE_UP:
		(void)field_check(palette, palette->field, true);
		palette->field = (palette->field + n - 1) % n;
		return true;
	case PALETTE_LEFT:
	case PALETTE_RIGHT:
		if (is_choice(palette))
			cycle(palette, key == PALETTE_RIGHT);
		return true;
	case PALETTE_CTRL_U:
		buf_clear(&palette->fields[palette->field].value);
		changed(palette);
		return true;
	case PALETTE_SHIFT_ENTER:
		palette_form_text(palette, STR("\n"));
		return true;
	default:
		/* A choice has nothing to take a letter from. */
		return key == PALETTE_BACKSPACE && is_choice(palette);
	}
}
