/*
 * Templates; see template.h. One pass over the text, without recursion: the
 * partials being expanded are a stack of frames, the sections open a stack of
 * their own. Nothing here knows what an input or a prompt is.
 */
#include "core/template.h"

#include <string.h>

#include "core/prompt.h"

#define TEMPLATE_SECTIONS_MAX 32

/* What all partials of one render may cost: their text, and a price for each,
 * because six prompts full of empty partials would expand for days without
 * writing a byte. */
#define TEMPLATE_PARTIALS_COST_MAX (4 * TEMPLATE_OUTPUT_MAX)
#define TEMPLATE_PARTIAL_COST 1024

struct tag {
	enum template_tag kind;
	struct str name;
	size_t start, end; /* from the first brace to behind the last */
};

/* A text being rendered: the template itself, or a partial. */
struct frame {
	struct str text;
	struct str name;    /* of the partial; empty for the template itself */
	struct str indent;  /* blanks before a partial that stood alone on its line */
	size_t indent_from; /* the frame whose indent begins every line of this one */
	size_t at;	    /* the next byte to look at */
	size_t sections;    /* how many were open when it began */
	bool line_start;    /* nothing of this line was written yet */
};

struct section {
	struct str name;
	size_t at;
	bool shown; /* and everything around it too */
};

struct rendering {
	const struct template_source *source;
	struct buf *out;
	struct err *err;
	size_t out_start;
	size_t cost;
	struct frame frames[TEMPLATE_PARTIAL_DEPTH + 1];
	size_t n_frames;
	struct section sections[TEMPLATE_SECTIONS_MAX];
	size_t n_sections;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool tag_name_ok(enum template_tag kind, struct str name)
{
	size_t i;

	if (kind != TEMPLATE_TAG_PARTIAL)
		return prompt_is_input_name(name);
	for (i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7F)
			return false;
	}
	return name.n > 0 && name.n <= PROMPT_PATH_MAX;
}

/* Read the tag whose first brace is at i; what is not quite one is text. */
static bool tag_at(struct str text, size_t i, struct tag *tag)
{
	static const char sigils[] = "#^/>&{";
	static const enum template_tag kinds[] = {TEMPLATE_TAG_SECTION, TEMPLATE_TAG_INVERTED,
		TEMPLATE_TAG_END, TEMPLATE_TAG_PARTIAL, TEMPLATE_TAG_NAME, TEMPLATE_TAG_NAME};
	const char *sigil;
	size_t j = i + 2, braces;

	if (text.n - i < 5 || text.p[i + 1] != '{')
		return false;
	sigil = text.p[j] != '\0' ? strchr(sigils, text.p[j]) : NULL;
	tag->kind = sigil != NULL ? kinds[sigil - sigils] : TEMPLATE_TAG_NAME;
	tag->start = i;
	braces = text.p[j] == '{' ? 3 : 2;
	j += sigil != NULL;
	while (j < text.n && is_blank(text.p[j]))
		j++;
	tag->name = (struct str){text.p + j, 0};
	while (j < text.n && strchr(" \t\n\r{}", text.p[j]) == NULL)
		j++;
	tag->name.n = (size_t)(text.p + j - tag->name.p);
	while (j < text.n && is_blank(text.p[j]))
		j++;
	tag->end = j + braces;
	return tag->end <= text.n && memcmp(text.p + j, "}}}", braces) == 0 &&
	       tag_name_ok(tag->kind, tag->name);
}

/* The first tag at or after `from`. Each byte is looked at no more than three
 * times: reading a tag stops at the next brace. */
static bool tag_next(struct str text, size_t from, struct tag *tag)
{
	while (from < text.n) {
		const char *brace = memchr(text.p + from, '{', text.n - from);

		if (brace == NULL)
			return false;
		from = (size_t)(brace - text.p);
		if (tag_at(text, from, tag))
			return true;
		from++;
	}
	return false;
}

/* Does the tag stand alone on its line? Then the line is start..end with its
 * line break. */
static bool tag_stands_alone(struct str text, const struct tag *tag, size_t *start, size_t *end)
{
	size_t i = tag->start, j = tag->end;

	while (i > 0 && is_blank(text.p[i - 1]))
		i--;
	if (i > 0 && text.p[i - 1] != '\n')
		return false;
	while (j < text.n && is_blank(text.p[j]))
		j++;
	if (j < text.n && text.p[j] == '\r' && j + 1 < text.n && text.p[j + 1] == '\n')
		j++;
	if (j < text.n && text.p[j++] != '\n')
		return false;
	*start = i;
	*end = j;
	return true;
}

static size_t line_of(struct str text, size_t at)
{
	size_t line = 1, i;

	for (i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

static struct frame *top(struct rendering *r)
{
	return &r->frames[r->n_frames - 1];
}

/* Fail with the place of offset `at` in the text being rendered. */
static int fail_at(
	struct rendering *r, size_t at, enum err_code code, const char *what, struct str name)
{
	const struct frame *frame = top(r);
	size_t line = line_of(frame->text, at);

	if (frame->name.n == 0)
		return err_set(
			r->err, code, "line %zu: %s '%.*s'", line, what, (int)name.n, name.p);
	return err_set(r->err, code, "partial '%.*s' line %zu: %s '%.*s'", (int)frame->name.n,
		frame->name.p, line, what, (int)name.n, name.p);
}

static int write_bytes(struct rendering *r, struct str bytes)
{
	if (bytes.n > TEMPLATE_OUTPUT_MAX - (r->out->len - r->out_start))
		return err_set(r->err, ERR_LIMIT, "line %zu: the text grows beyond %d bytes",
			line_of(r->frames[0].text, r->frames[0].at), TEMPLATE_OUTPUT_MAX);
	if (buf_add(r->out, bytes.p, bytes.n) != 0)
		return err_set(r->err, ERR_LIMIT, "the text grows too long");
	return 0;
}

/* The indents of the partials that stood alone, outermost first. */
static int write_indent(struct rendering *r)
{
	struct frame *frame = top(r);
	size_t i;

	if (!frame->line_start)
		return 0;
	frame->line_start = false;
	for (i = frame->indent_from; i < r->n_frames; i++) {
		if (write_bytes(r, r->frames[i].indent) != 0)
			return -1;
	}
	return 0;
}

/* Text of the template itself. Empty lines are not indented. */
static int write_literal(struct rendering *r, struct str text)
{
	struct frame *frame = top(r);

	if (frame->indent_from == r->n_frames)
		return write_bytes(r, text);
	while (text.n > 0) {
		const char *lf = memchr(text.p, '\n', text.n);
		struct str line = {text.p, lf != NULL ? (size_t)(lf - text.p) + 1 : text.n};

		if (line.p[0] != '\n' && !str_is(line, "\r\n") && write_indent(r) != 0)
			return -1;
		if (write_bytes(r, line) != 0)
			return -1;
		frame->line_start = lf != NULL;
		text = (struct str){text.p + line.n, text.n - line.n};
	}
	return 0;
}

static bool shown(const struct rendering *r)
{
	return r->n_sections == 0 || r->sections[r->n_sections - 1].shown;
}

/* Text between the tags, up to `end`. */
static int pass_literal(struct rendering *r, size_t end)
{
	struct frame *frame = top(r);
	struct str text = {frame->text.p + frame->at, end - frame->at};

	frame->at = end;
	return shown(r) ? write_literal(r, text) : 0;
}

/* Step over a tag that is not text: with its whole line if it stands alone
 * there. *indent is what stood before it then. */
static int pass_tag(struct rendering *r, const struct tag *tag, struct str *indent)
{
	struct frame *frame = top(r);
	size_t start, end;

	*indent = (struct str){NULL, 0};
	if (!tag_stands_alone(frame->text, tag, &start, &end)) {
		start = tag->start;
		end = tag->end;
	} else {
		*indent = (struct str){frame->text.p + start, tag->start - start};
	}
	if (pass_literal(r, start) != 0)
		return -1;
	frame->at = end;
	return 0;
}

static enum template_lookup look_up(
	struct rendering *r, const struct tag *tag, struct template_value *value)
{
	enum template_lookup found = r->source->lookup(r->source->data, tag->name, value);

	if (found == TEMPLATE_MISSING && shown(r) && tag->kind != TEMPLATE_TAG_END &&
		r->source->missing != NULL)
		r->source->missing(r->source->data, tag->name);
	return found;
}

static int do_name(struct rendering *r, const struct tag *tag)
{
	struct template_value value = {.truth = false};
	enum template_lookup found;
	size_t from;

	if (pass_literal(r, tag->start) != 0)
		return -1;
	found = shown(r) ? look_up(r, tag, &value) : TEMPLATE_EMPTY;
	if (found == TEMPLATE_UNDECLARED)
		return pass_literal(r, tag->end);
	if (found == TEMPLATE_EMPTY) {
		top(r)->at = tag->end;
		return 0;
	}
	if (write_indent(r) != 0)
		return -1;
	from = r->out->len - r->out_start;
	if (found == TEMPLATE_MISSING) {
		if (pass_literal(r, tag->end) != 0)
			return -1;
	} else {
		top(r)->at = tag->end;
		if (write_bytes(r, value.text) != 0)
			return -1;
	}
	if (r->source->written != NULL)
		r->source->written(
			r->source->data, tag->name, found, from, r->out->len - r->out_start);
	return 0;
}

static int do_section(struct rendering *r, const struct tag *tag)
{
	struct template_value value = {.truth = false};
	enum template_lookup found = look_up(r, tag, &value);
	bool truth = found == TEMPLATE_VALUE && value.truth;
	struct str indent;

	if (found == TEMPLATE_UNDECLARED)
		return pass_literal(r, tag->end);
	if (r->n_sections == TEMPLATE_SECTIONS_MAX)
		return fail_at(r, tag->start, ERR_LIMIT, "too many sections inside each other at",
			tag->name);
	if (pass_tag(r, tag, &indent) != 0)
		return -1;
	truth = truth != (tag->kind == TEMPLATE_TAG_INVERTED);
	r->sections[r->n_sections] =
		(struct section){.name = tag->name, .at = tag->start, .shown = shown(r) && truth};
	r->n_sections++;
	return 0;
}

static int do_end(struct rendering *r, const struct tag *tag)
{
	struct template_value value = {.truth = false};
	struct str indent;

	if (look_up(r, tag, &value) == TEMPLATE_UNDECLARED)
		return pass_literal(r, tag->end);
	if (r->n_sections == top(r)->sections)
		return fail_at(
			r, tag->start, ERR_INVALID, "no section is open to close:", tag->name);
	if (!str_equal(r->sections[r->n_sections - 1].name, tag->name))
		return fail_at(
			r, tag->start, ERR_INVALID, "closed out of order: section", tag->name);
	if (pass_tag(r, tag, &indent) != 0)
		return -1;
	r->n_sections--;
	return 0;
}

static bool in_use(const struct rendering *r, struct str name, struct str text)
{
	size_t i;

	/* The same text under another name is the same prompt, too. */
	for (i = 0; i < r->n_frames; i++) {
		if (str_equal(r->frames[i].name, name) ||
			(text.n > 0 && r->frames[i].text.p == text.p))
			return true;
	}
	return false;
}

static int push_partial(struct rendering *r, const struct tag *tag, struct str text)
{
	struct frame *frame;
	struct str indent;
	size_t at = tag->start, from;

	if (in_use(r, tag->name, text))
		return fail_at(r, at, ERR_INVALID, "a cycle of partials:", tag->name);
	if (r->n_frames > TEMPLATE_PARTIAL_DEPTH)
		return fail_at(
			r, at, ERR_LIMIT, "too many partials inside each other at", tag->name);
	r->cost += text.n + TEMPLATE_PARTIAL_COST;
	if (r->cost > TEMPLATE_PARTIALS_COST_MAX)
		return fail_at(r, at, ERR_LIMIT, "too many partials; the last was", tag->name);
	if (pass_tag(r, tag, &indent) != 0)
		return -1;
	/* In the middle of a line: the line's own indent first, and none inside. */
	if (indent.p == NULL && write_indent(r) != 0)
		return -1;
	from = indent.p != NULL ? top(r)->indent_from : r->n_frames + 1;
	frame = &r->frames[r->n_frames++];
	*frame = (struct frame){.text = text,
		.name = tag->name,
		.indent = indent,
		.indent_from = from,
		.sections = r->n_sections,
		.line_start = true};
	return 0;
}

static int do_partial(struct rendering *r, const struct tag *tag)
{
	struct str text = {NULL, 0}, indent;
	int found = 1;

	if (!shown(r))
		return pass_tag(r, tag, &indent);
	if (r->source->partial != NULL)
		found = r->source->partial(r->source->data, tag->name, &text, r->err);
	if (found < 0)
		return -1;
	if (found > 0)
		return pass_literal(r, tag->end);
	return push_partial(r, tag, text);
}

static int do_tag(struct rendering *r, const struct tag *tag)
{
	switch (tag->kind) {
	case TEMPLATE_TAG_NAME:
		return do_name(r, tag);
	case TEMPLATE_TAG_SECTION:
	case TEMPLATE_TAG_INVERTED:
		return do_section(r, tag);
	case TEMPLATE_TAG_END:
		return do_end(r, tag);
	case TEMPLATE_TAG_PARTIAL:
		return do_partial(r, tag);
	}
	return 0;
}

/* The end of the text on top of the stack. */
static int pop_frame(struct rendering *r)
{
	if (pass_literal(r, top(r)->text.n) != 0)
		return -1;
	if (r->n_sections > top(r)->sections) {
		const struct section *open = &r->sections[r->n_sections - 1];

		return fail_at(r, open->at, ERR_INVALID, "not closed: section", open->name);
	}
	r->n_frames--;
	return 0;
}

int template_render(
	struct str text, const struct template_source *source, struct buf *out, struct err *err)
{
	/* The frames are filled as they are pushed. */
	struct rendering r = {.source = source, .out = out, .err = err, .out_start = out->len};
	struct tag tag;

	r.frames[0] = (struct frame){.text = text, .indent_from = 1, .line_start = true};
	r.n_frames = 1;
	while (r.n_frames > 0) {
		int result = tag_next(top(&r)->text, top(&r)->at, &tag) ? do_tag(&r, &tag)
									: pop_frame(&r);

		if (result != 0)
			return -1;
	}
	return 0;
}

void template_scan(struct str text, template_visit *visit, void *data)
{
	size_t line = 1, at = 0;
	struct tag tag;

	while (tag_next(text, at, &tag)) {
		for (; at < tag.start; at++)
			line += text.p[at] == '\n';
		visit(data, tag.kind, tag.name, line);
		at = tag.end;
	}
}
