/*
 * A palette over prompts that are made up on the spot, for tests that press anything:
 * what must hold of it whatever was pressed is palette_check().
 */
#ifndef TESTS_PALETTE_WORLD_H
#define TESTS_PALETTE_WORLD_H

#include <stdio.h>
#include <stdlib.h>

#include "core/grapheme.h"
#include "core/text_filter.h"
#include "desktop/palette.h"
#include "tests/test.h"

#define WORLD_KINDS 6

enum world_answer { WORLD_ANSWERS_NOW, WORLD_ANSWERS_LATER };

struct world {
	struct palette palette;
	struct palette_calls calls;
	bool failing; /* search, get and favourite do */
	enum world_answer answers;
	enum palette_source_outcome outcome;
	const char *text; /* that is selected, and on the clipboard */
	bool asked[3];	  /* by enum prompt_from */
	unsigned opened, closed, sent, remembered;
};

static inline void world_row(unsigned i, palette_row_fn *fn, void *rows, int *enough)
{
	static const char *const sources[] = {
		"local", "hub:acme", "git:team", "project", "starter", ""};
	static const char *const statuses[] = {"approved", "draft", "deprecated"};
	char path[32], title[64];
	struct palette_found found = {
		.group = PALETTE_FOUND, .favourite = i % 5 == 0, .age_s = (int64_t)i * 40000 - 1};
	struct store_row row = {.key = i + 1,
		.tags = STR("a,b"),
		.channel = i % 7 == 0 ? STR("experimental") : STR("production"),
		.version = i};

	(void)snprintf(path, sizeof path, "team/p%u", i);
	(void)snprintf(title, sizeof title, "Title \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d %u", i);
	found.title_marks = (struct palette_marks){{{0, 5}, {6, 4}}, 2};
	row.id = row.path = str_of(path);
	row.title = str_of(title);
	row.source = str_of(sources[i % 6]);
	row.status = str_of(statuses[i % WORLD_KINDS == 3 ? 2 : i % 2]);
	*enough = fn(rows, &row, &found);
}

static inline int world_search(void *data, struct str text, unsigned limit, palette_row_fn *fn,
	void *rows, struct err *err)
{
	const struct world *world = data;
	unsigned i, n = text.n > 20 ? 0 : limit + 5 - 3 * (unsigned)text.n;
	int enough = 0;

	if (world->failing)
		return err_set(err, ERR_BUSY, "the library is being written by another program");
	for (i = 0; i < n && enough == 0; i++)
		world_row(i, fn, rows, &enough);
	return 0;
}

static inline struct prompt_input *world_input(
	struct prompt *prompt, const char *name, enum prompt_type type, bool required)
{
	struct prompt_input *input = prompt_add_input(prompt, str_of(name));

	input->type = type;
	input->required = required;
	return input;
}

/* One of each. */
static inline void world_inputs(struct prompt *prompt)
{
	struct prompt_input *input = world_input(prompt, "name", PROMPT_STRING, true);

	input = world_input(prompt, "way", PROMPT_STRING, false);
	prompt_input_add_choice(input, STR("long"));
	prompt_input_add_choice(input, STR("short"));
	prompt_set(&input->initial, STR("long"));
	(void)world_input(prompt, "strict", PROMPT_BOOLEAN, false);
	(void)world_input(prompt, "ratio", PROMPT_NUMBER, false);
	prompt_set(&world_input(prompt, "count", PROMPT_INTEGER, false)->initial, STR("3"));
	world_input(prompt, "body", PROMPT_STRING, false)->multiline = true;
	world_input(prompt, "key", PROMPT_STRING, false)->secret = true;
	world_input(prompt, "picked", PROMPT_STRING, false)->from = PROMPT_FROM_SELECTION;
	input = world_input(prompt, "copied", PROMPT_STRING, false);
	input->from = PROMPT_FROM_CLIPBOARD;
	input->multiline = true;
}

static inline void world_text(struct prompt *prompt, unsigned kind)
{
	static const char *const texts[WORLD_KINDS] = {"first\nsecond {{cursor}} third\n",
		"{{name}} {{way}}{{#strict}} strict{{/strict}} {{ratio}} {{count}}\n{{body}}{{key}}"
		"{{picked}}{{copied}}",
		"Say {{word}} to {{word}}", "withdrawn", "{{#flag}} not closed {{flag}}", NULL};
	struct buf large = BUF_INIT(100000);
	unsigned i;

	for (i = 0; texts[kind] == NULL && i < 3000; i++)
		(void)buf_add_format(&large, "\xc3\xa9%s", i % 20 == 0 ? "{{word}}\r\n" : "x");
	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("As {{name}}:"));
	(void)prompt_add_message(prompt, PROMPT_USER,
		texts[kind] != NULL ? str_of(texts[kind]) : str_of(buf_text(&large)));
	buf_fini(&large);
}

static inline int world_get(void *data, struct str path, struct prompt **out, struct err *err)
{
	const struct world *world = data;
	struct str number = {path.p + 6, path.n - 6};
	struct prompt *prompt;
	int64_t i;

	if (world->failing)
		return err_set(err, ERR_BUSY, "the library is being written by another program");
	if (path.n < 7 || !str_to_int(number, 0, 1000, &i))
		return err_set(err, ERR_NOT_FOUND, "no prompt is called so");
	prompt = prompt_new();
	prompt_set(&prompt->id, path);
	prompt_set(&prompt->path, path);
	prompt_set(&prompt->status, i % WORLD_KINDS == 3 ? STR("deprecated") : STR("approved"));
	if (i % WORLD_KINDS == 1)
		world_inputs(prompt);
	else if (i % WORLD_KINDS == 2 || i % WORLD_KINDS == 5)
		(void)world_input(prompt, "word", PROMPT_STRING, i % WORLD_KINDS == 2);
	else if (i % WORLD_KINDS == 4)
		(void)world_input(prompt, "flag", PROMPT_BOOLEAN, false);
	world_text(prompt, (unsigned)i % WORLD_KINDS);
	*out = prompt;
	return 0;
}

static inline int world_compose(void *data, const struct prompt *prompt, const json_t *args,
	unsigned flags, struct compose *out, struct err *err)
{
	(void)data;
	return compose_text(NULL, prompt, args, flags, out, err);
}

static inline void world_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	struct world *world = data;

	CHECK(strcmp(prompt->status, "deprecated") != 0);
	CHECK(json_is_object(args) && how <= PALETTE_KEEP && compose->missing == NULL);
	CHECK(text_filter_find((struct str){buf_text(&compose->text), compose->text.len}) ==
		compose->text.len);
	world->sent++;
}

static inline void world_open_file(void *data, struct str path)
{
	CHECK(path.n > 0);
	((struct world *)data)->opened++;
}

static inline void world_close(void *data)
{
	((struct world *)data)->closed++;
}

static inline int world_favourite(void *data, struct str id, bool on, struct err *err)
{
	const struct world *world = data;

	(void)on;
	CHECK(id.n > 0);
	return world->failing ? err_set(err, ERR_BUSY, "the disk is full") : 0;
}

static inline void world_values(void *data, const struct prompt *prompt,
	const struct prompt_input *input, unsigned limit, palette_value_fn *fn, void *values)
{
	char value[32];
	unsigned i;

	(void)data;
	(void)prompt;
	CHECK(!input->secret);
	for (i = 0; i < limit + 3; i++) {
		(void)snprintf(value, sizeof value, "value\n%u", i);
		if (fn(values, str_of(value)) != 0)
			return;
	}
}

static inline void world_remember(
	void *data, const struct prompt *prompt, const struct prompt_input *input, struct str value)
{
	(void)prompt;
	CHECK(!input->secret && value.n > 0);
	((struct world *)data)->remembered++;
}

static inline void world_source(void *data, enum prompt_from from)
{
	struct world *world = data;

	CHECK(from != PROMPT_FROM_PERSON);
	if (world->answers == WORLD_ANSWERS_NOW)
		palette_source(&world->palette, from, world->outcome, str_of(world->text));
	else
		world->asked[from] = true;
}

static inline size_t world_details(
	void *data, const struct prompt *prompt, struct palette_detail *details, size_t max)
{
	(void)data;
	CHECK(prompt != NULL && max == PALETTE_DETAILS_MAX);
	(void)snprintf(details[0].label, sizeof details[0].label, "status");
	(void)snprintf(details[0].text, sizeof details[0].text, "%s", prompt->status);
	return 1;
}

static inline void world_init(struct world *world)
{
	memset(world, 0, sizeof *world);
	world->text = "picked \xd8\xa8\xd8\xaa\r\nup";
	world->calls = (struct palette_calls){.data = world,
		.search = world_search,
		.get = world_get,
		.compose = world_compose,
		.send = world_send,
		.open_file = world_open_file,
		.close = world_close,
		.favourite = world_favourite,
		.values = world_values,
		.remember = world_remember,
		.source = world_source,
		.details = world_details};
	palette_init(&world->palette, &world->calls);
}

static inline void world_answer(struct world *world, enum prompt_from from)
{
	if (world->asked[from])
		palette_source(&world->palette, from, world->outcome, str_of(world->text));
	world->asked[from] = false;
}

/* --- what must hold -------------------------------------------------------------------- */

static inline bool at_character(struct str text, size_t at)
{
	return at <= text.n && (at == text.n || ((unsigned char)text.p[at] & 0xc0) != 0x80);
}

/* Nothing that acts; joiners may come before what they join. */
static inline void check_clean(struct str text)
{
	uint32_t code;
	size_t at;

	while ((at = text_filter_find(text)) < text.n) {
		size_t n = str_decode(text.p + at, text.n - at, &code);

		CHECK(code == 0x200c || code == 0x200d);
		text = (struct str){text.p + at + n, text.n - at - n};
	}
}

static inline void check_edit(const struct palette_edit *edit)
{
	struct str text = palette_edit_text(edit);
	size_t before = grapheme_before(text, edit->cursor);

	CHECK(text.n <= edit->text.limit && !edit->text.failed);
	CHECK(str_is_utf8(text));
	check_clean(text);
	CHECK(at_character(text, edit->cursor));
	/* Never inside of what a person sees as one character. */
	CHECK(edit->cursor == 0 || grapheme_next(text, before) == edit->cursor);
}

static inline void check_form(const struct palette *palette)
{
	size_t i;

	CHECK(palette->prompt != NULL);
	CHECK((palette->fields != NULL) == (palette->prompt->n_inputs > 0));
	CHECK(palette->fields == NULL || palette->field < palette->prompt->n_inputs);
	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++) {
		const struct palette_field *field = &palette->fields[i];

		check_edit(&field->edit);
		CHECK(field->n_offers <= PALETTE_OFFERS_MAX);
		CHECK((field->filled == PALETTE_EMPTY) == (field->edit.text.len == 0) ||
			field->kind == PALETTE_CHECK);
		CHECK(!palette->prompt->inputs[i].secret || field->n_offers == 0);
	}
	for (i = 0; palette->drop.open && i < palette->drop.n; i++)
		CHECK(palette_drop_item(palette, i) != NULL);
	CHECK(!palette->drop.open || palette->drop.at < palette->drop.n);
}

static inline void check_preview(const struct palette_preview *preview)
{
	struct str text = {buf_text(&preview->text), preview->text.len};
	size_t i, at = 0, characters = 0;

	for (i = 0; i < text.n; i++)
		characters += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	CHECK(characters <= PALETTE_PREVIEW_MAX && str_is_utf8(text));
	CHECK(preview->more == 0 || characters == PALETTE_PREVIEW_MAX);
	CHECK(preview->n_spans <= PALETTE_SPANS_MAX);
	for (i = 0; i < preview->n_spans; i++) {
		const struct palette_span *span = &preview->spans[i];

		CHECK(span->from >= at && span->n > 0 && span->from + span->n <= text.n);
		CHECK(at_character(text, span->from) && at_character(text, span->from + span->n));
		at = span->from + span->n;
	}
}

static inline void check_described(const struct palette *palette)
{
	struct buf shown = BUF_INIT(8 * 1024 * 1024);

	palette_describe(palette, &shown);
	CHECK(!buf_failed(&shown) && str_is_utf8((struct str){buf_text(&shown), shown.len}));
	buf_fini(&shown);
}

static inline void palette_check(const struct palette *palette)
{
	CHECK(palette->mode <= PALETTE_CONFIRM);
	CHECK(palette->n_rows <= PALETTE_ROWS_MAX);
	CHECK(palette->selected < palette->n_rows || palette->selected == 0);
	CHECK(str_is_utf8(str_of(palette->message)));
	check_edit(&palette->query);
	check_preview(&palette->preview);
	if (palette->mode == PALETTE_CLOSED) {
		CHECK(palette->n_rows == 0 && palette->prompt == NULL && palette->fields == NULL);
		CHECK(palette->query.text.len == 0 && palette->message[0] == '\0');
		CHECK(palette->preview.text.len == 0);
	} else if (palette->mode == PALETTE_FORM) {
		check_form(palette);
	} else {
		CHECK(palette->mode == PALETTE_LIST || palette->prompt != NULL);
		CHECK(palette->mode != PALETTE_LIST || palette->fields == NULL);
	}
}

#endif
