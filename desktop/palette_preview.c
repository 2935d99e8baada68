/* What would be pasted, as far as it is shown, and what in it comes from the inputs;
 * see palette.h. */
#include <stdlib.h>
#include <string.h>

#include "desktop/palette_parts.h"

void palette_preview_clear(struct palette *palette)
{
	struct palette_preview *preview = &palette->preview;

	buf_fini(&preview->text);
	preview->n_spans = preview->more = preview->lines = 0;
}

/* Bytes of the first PALETTE_PREVIEW_MAX characters; *more is how many follow. */
static size_t shown(struct str text, size_t *more)
{
	size_t i, n = 0, bytes = text.n;

	for (i = 0; i < text.n; i++) {
		if (((unsigned char)text.p[i] & 0xc0) == 0x80)
			continue;
		if (n++ == PALETTE_PREVIEW_MAX)
			bytes = i;
	}
	*more = n > PALETTE_PREVIEW_MAX ? n - PALETTE_PREVIEW_MAX : 0;
	return bytes;
}

static enum palette_span_kind span_kind(
	const struct palette *palette, const struct compose_span *span)
{
	if (span->missing)
		return PALETTE_SPAN_MISSING;
	if (palette->fields == NULL || palette->fields[span->input].error[0] != '\0' ||
		palette->fields[span->input].filled == PALETTE_DEFAULT)
		return PALETTE_SPAN_DEFAULT;
	return PALETTE_SPAN_FILLED;
}

void palette_preview_take(struct palette *palette, const struct palette_composed *composed)
{
	const struct compose *compose = composed != NULL ? &composed->compose : NULL;
	struct palette_preview *preview = &palette->preview;
	struct str text;
	size_t bytes, i;

	palette_preview_clear(palette);
	if (compose == NULL || composed->outcome < 0)
		return; /* one that cannot be rendered says so when it is sent */
	text = (struct str){buf_text(&compose->text), compose->text.len};
	bytes = shown(text, &preview->more);
	buf_init(&preview->text, (size_t)4 * PALETTE_PREVIEW_MAX);
	(void)buf_add(&preview->text, text.p, bytes);
	preview->lines = compose->lines;
	for (i = 0; i < compose->n_spans && preview->n_spans < PALETTE_SPANS_MAX; i++) {
		const struct compose_span *span = &compose->spans[i];

		if (span->from < bytes)
			preview->spans[preview->n_spans++] =
				(struct palette_span){span_kind(palette, span), span->from,
					span->from + span->n > bytes ? bytes - span->from : span->n,
					span->input};
	}
}

/* As it is shown; of a secret one only that there is something. */
static struct str value_of(const struct palette_field *field)
{
	struct str value = palette_edit_text(&field->edit);

	return field->kind == PALETTE_SECRET && value.n > 0
		       ? STR("\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2")
		       : value;
}

/* The values that do; of the others their place is shown. */
static json_t *args_of(const struct palette *palette)
{
	json_t *args = json_object();
	size_t i;

	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++) {
		const struct palette_field *field = &palette->fields[i];
		struct str value = value_of(field);

		if (value.n > 0 && field->error[0] == '\0')
			(void)json_object_set_new(args, palette->prompt->inputs[i].name,
				json_stringn(value.p, value.n));
	}
	return args;
}

unsigned palette_preview_flags(const struct palette *palette)
{
	return COMPOSE_HOLES | COMPOSE_SPANS | (palette->terminal ? COMPOSE_TERMINAL : 0);
}

void palette_preview_make(struct palette *palette)
{
	struct palette_question *question;

	if (palette->prompt == NULL) {
		palette_preview_clear(palette);
		return;
	}
	question = palette_question_new(palette, PALETTE_ASK_PREVIEW);
	question->prompt = prompt_copy(palette->prompt);
	question->args = args_of(palette);
	palette_ask(palette, question);
}
