/* The text that is pasted; see compose.h. */
#include "desktop/compose.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/grapheme.h"
#include "core/render.h"
#include "core/text_filter.h"
#include "store/partials.h"

/* Stands for {{cursor}} while the prompt is rendered: a noncharacter, so that no
 * text that was let in holds one, and what a value says is not taken for it. */
#define MARK "\xef\xb7\x90" /* U+FDD0 */
#define CURSOR "{{cursor}}"

unsigned compose_graphemes(struct str text)
{
	size_t n = grapheme_count(text);

	return n > UINT_MAX ? UINT_MAX : (unsigned)n;
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

/* --- what comes from where ----------------------------------------------------------- */

/* Places of inputs as they are rendered, message by message. */
struct places {
	struct compose_span spans[COMPOSE_SPANS_MAX];
	size_t message[COMPOSE_SPANS_MAX];
	size_t n;
};

static void on_place(void *data, size_t message, size_t input, bool hole, size_t from, size_t to)
{
	struct places *places = data;

	if (places->n == COMPOSE_SPANS_MAX)
		return;
	places->message[places->n] = message;
	places->spans[places->n++] = (struct compose_span){from, to - from, input, hole};
}

/* From bytes of a message to bytes of all of them, joined. */
static void places_join(struct places *places, const struct render *render)
{
	size_t i, message = 0, before = 0;

	for (i = 0; i < places->n; i++) {
		for (; message < places->message[i]; message++)
			before += strlen(render->messages[message].text) + 2;
		places->spans[i].from += before;
	}
}

/*
 * From bytes of the joined text to bytes of what was left of it when it had been
 * cleaned. Only characters were left out, and \r became \n: walking along both, what is
 * not the next one of the clean text is what was left out.
 */
static void places_clean(struct places *places, const struct buf *joined, const struct buf *clean)
{
	size_t *map = xmalloc((joined->len + 1) * sizeof *map), at = 0, i, j, n;
	uint32_t code;

	for (i = 0; i < joined->len; i += n) {
		const char *c = joined->data + i;

		n = str_decode(c, joined->len - i, &code);
		n = n > 0 ? n : 1;
		for (j = 0; j < n; j++)
			map[i + j] = at;
		if (n <= clean->len - at && memcmp(clean->data + at, c, n) == 0)
			at += n;
		else if (c[0] == '\r' && c[1] != '\n' && at < clean->len && clean->data[at] == '\n')
			at++;
	}
	map[joined->len] = at;
	for (i = 0; i < places->n; i++) {
		struct compose_span *span = &places->spans[i];
		size_t to = map[span->from + span->n];

		span->from = map[span->from];
		span->n = to - span->from;
	}
	free(map);
}

/* Those of which something is left. */
static void places_take(const struct places *places, struct compose *out)
{
	size_t i;

	out->spans = xcalloc(places->n + 1, sizeof *out->spans);
	for (i = 0; i < places->n; i++)
		if (places->spans[i].n > 0)
			out->spans[out->n_spans++] = places->spans[i];
}

/* --- all of it ----------------------------------------------------------------------- */

static int clean_all(const struct buf *joined, bool terminal, struct compose *out, struct err *err)
{
	const char *mark = strstr(buf_text(joined), MARK);
	size_t before = mark != NULL ? (size_t)(mark - buf_text(joined)) : joined->len;

	compose_clean((struct str){buf_text(joined), before}, false, &out->text);
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
	if (buf_failed(joined) || buf_failed(&out->text))
		return err_set(err, ERR_LIMIT, "the text is too long");
	return COMPOSE_DONE;
}

static int finish(const struct render *render, bool terminal, struct places *places,
	struct compose *out, struct err *err)
{
	struct buf joined = BUF_INIT(out->text.limit);
	int result;

	join(render, &joined);
	result = clean_all(&joined, terminal, out, err);
	if (result == COMPOSE_DONE && places != NULL && places->n > 0) {
		places_join(places, render);
		places_clean(places, &joined, &out->text);
		places_take(places, out);
	}
	buf_fini(&joined);
	return result;
}

int compose_text(struct store *store, const struct prompt *prompt, const json_t *args,
	unsigned flags, struct compose *out, struct err *err)
{
	struct places *places = (flags & COMPOSE_SPANS) != 0 ? xcalloc(1, sizeof *places) : NULL;
	struct store_partials partials = {.store = store};
	struct render_options how = {.holes = (flags & COMPOSE_HOLES) != 0,
		.partial = store != NULL ? store_partial : NULL,
		.partial_data = &partials,
		.place = places != NULL ? on_place : NULL,
		.place_data = places};
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
		result = finish(&render, (flags & COMPOSE_TERMINAL) != 0, places, out, err);
	}
	render_fini(&render);
	store_partials_fini(&partials);
	prompt_free(copy);
	free(places);
	return result;
}

void compose_fini(struct compose *compose)
{
	buf_fini(&compose->text);
	free(compose->missing);
	free(compose->spans);
	compose->missing = NULL;
	compose->spans = NULL;
	compose->n_spans = 0;
}
