/* The text that is pasted; see compose.h. */
#include "desktop/compose.h"

#include <stdlib.h>
#include <string.h>

#include "core/render.h"
#include "core/text_filter.h"
#include "store/partials.h"

/* Stands for {{cursor}} while the prompt is rendered: a noncharacter, so that no
 * text that was let in holds one, and what a value says is not taken for it. */
#define MARK "\xef\xb7\x90" /* U+FDD0 */
#define CURSOR "{{cursor}}"

/* --- graphemes: enough of UAX #29 for what stands in prompts ----------------------- */

static bool extends(uint32_t code)
{
	static const uint32_t ranges[][2] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
		{0x610, 0x61a}, {0x64b, 0x65f}, {0x900, 0x903}, {0x93a, 0x93c}, {0x93e, 0x94f},
		{0x981, 0x983}, {0x9bc, 0x9cd}, {0xe31, 0xe31}, {0xe34, 0xe3a}, {0xe47, 0xe4e},
		{0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200c, 0x200d}, {0x20d0, 0x20ff},
		{0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0020, 0xe007f},
		{0xe0100, 0xe01ef}};
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

static bool is_flag_letter(uint32_t code)
{
	return code >= 0x1f1e6 && code <= 0x1f1ff;
}

unsigned compose_graphemes(struct str text)
{
	uint32_t code, before = 0;
	unsigned n = 0, flags = 0;
	size_t at = 0, step;

	while (at < text.n) {
		step = str_decode(text.p + at, text.n - at, &code);
		if (step == 0)
			code = 0xfffd;
		at += step > 0 ? step : 1;
		flags = is_flag_letter(code) ? flags + 1 : 0;
		if (!extends(code) && before != 0x200d && (flags == 0 || flags % 2 == 1))
			n++;
		before = code;
	}
	return n;
}

/* --- what may be pasted ------------------------------------------------------------- */

static void one_kind_of_newline(struct str text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '\r')
			(void)buf_add_char(out, text.p[i]);
		else if (i + 1 == text.n || text.p[i + 1] != '\n')
			(void)buf_add_char(out, '\n');
	}
}

static bool drop_refused(struct str text, struct buf *out)
{
	bool dropped = false;
	uint32_t code;

	while (text.n > 0) {
		size_t at = text_filter_find(text), step;

		(void)buf_add(out, text.p, at);
		if (at == text.n)
			break;
		dropped = true;
		step = str_decode(text.p + at, text.n - at, &code);
		step = step > 0 ? step : 1;
		text = (struct str){text.p + at + step, text.n - at - step};
	}
	return dropped;
}

void compose_clean(struct str text, bool terminal, struct buf *out)
{
	struct buf first = BUF_INIT(out->limit), second = BUF_INIT(out->limit);
	bool more = true;

	one_kind_of_newline(text, &first);
	/* What stood around a dropped character may have needed it. */
	while (more) {
		buf_clear(&second);
		more = drop_refused((struct str){buf_text(&first), first.len}, &second);
		buf_clear(&first);
		(void)buf_add(&first, buf_text(&second), second.len);
	}
	while (terminal && first.len > 0 && first.data[first.len - 1] == '\n')
		buf_truncate(&first, first.len - 1);
	(void)buf_add(out, buf_text(&first), first.len);
	buf_fini(&first);
	buf_fini(&second);
}

/* --- rendering ---------------------------------------------------------------------- */

static void mark_cursor(struct prompt *prompt)
{
	size_t i;

	if (prompt_input_find(prompt, STR("cursor")) != NULL)
		return;
	for (i = 0; i < prompt->n_messages; i++) {
		char *at = strstr(prompt->messages[i].text, CURSOR);

		if (at == NULL)
			continue;
		memcpy(at, MARK, sizeof MARK - 1);
		memmove(at + sizeof MARK - 1, at + sizeof CURSOR - 1,
			strlen(at + sizeof CURSOR - 1) + 1);
		return; /* the first one counts */
	}
}

static void join(const struct render *render, struct buf *out)
{
	size_t i;

	for (i = 0; i < render->n_messages; i++)
		(void)buf_add_format(out, "%s%s", i > 0 ? "\n\n" : "", render->messages[i].text);
}

static size_t count_lines(const struct buf *text)
{
	size_t n = 1, i;

	for (i = 0; i < text->len; i++)
		n += text->data[i] == '\n';
	return n;
}

static int finish(const struct render *render, bool terminal, struct compose *out, struct err *err)
{
	struct buf joined = BUF_INIT(out->text.limit);
	const char *mark;
	size_t before;

	join(render, &joined);
	mark = strstr(buf_text(&joined), MARK);
	before = mark != NULL ? (size_t)(mark - buf_text(&joined)) : joined.len;
	compose_clean((struct str){buf_text(&joined), before}, false, &out->text);
	if (mark != NULL) {
		struct buf rest = BUF_INIT(out->text.limit);

		compose_clean(str_of(mark + sizeof MARK - 1), false, &rest);
		out->caret = compose_graphemes((struct str){buf_text(&rest), rest.len});
		out->caret = terminal || out->caret > COMPOSE_CARET_MAX ? 0 : out->caret;
		(void)buf_add(&out->text, buf_text(&rest), rest.len);
		buf_fini(&rest);
	}
	while (terminal && out->text.len > 0 && out->text.data[out->text.len - 1] == '\n')
		buf_truncate(&out->text, out->text.len - 1);
	out->lines = count_lines(&out->text);
	if (buf_failed(&joined) || buf_failed(&out->text)) {
		buf_fini(&joined);
		return err_set(err, ERR_LIMIT, "the text is too long");
	}
	buf_fini(&joined);
	return COMPOSE_DONE;
}

int compose_text(struct store *store, const struct prompt *prompt, const json_t *args,
	unsigned flags, struct compose *out, struct err *err)
{
	struct store_partials partials = {.store = store};
	struct render_options how = {.holes = (flags & COMPOSE_HOLES) != 0,
		.partial = store_partial,
		.partial_data = &partials};
	struct prompt *copy = prompt_copy(prompt);
	struct render render = {0};
	int result;

	*out = (struct compose){.lines = 1};
	buf_init(&out->text, (size_t)TEMPLATE_OUTPUT_MAX + 4096);
	mark_cursor(copy);
	result = render_prompt(copy, args, &how, &render, err);
	if (result == RENDER_MISSING && !how.holes) {
		out->missing = xstrdup(render.n_missing > 0 ? render.missing[0] : "");
		result = COMPOSE_MISSING;
	} else if (result >= 0) {
		result = finish(&render, (flags & COMPOSE_TERMINAL) != 0, out, err);
	}
	render_fini(&render);
	store_partials_fini(&partials);
	prompt_free(copy);
	return result;
}

void compose_fini(struct compose *compose)
{
	buf_fini(&compose->text);
	free(compose->missing);
	compose->missing = NULL;
}
