/*
 * Files of every import format. The first byte names the format ('a' the first of
 * the table), the second a path; the rest is the file and, behind 0xFF, what lies
 * beside it. What a parser hands over must be a prompt; notes name lines that
 * exist; writing and reading it in our own format settles after one round.
 */
#include <stdint.h>

#include "core/text_filter.h"
#include "library/compare.h"
#include "library/context.h"
#include "tests/collect.h"

static const char *const paths[] = {"x.prompt.md", ".claude/commands/a/b.md", "p/system.md",
	"SKILL.md", "a.csv", "d/e.prompt", "prompts/x.json", "\xc3\xa9/ .toml"};
#define N_PATHS (sizeof(paths) / sizeof(*paths))

struct beside {
	struct str text;
};

static int beside_read(void *data, const char *path, struct buf *out)
{
	const struct beside *beside = data;

	CHECK(path[0] != '\0');
	return buf_add(out, beside->text.p, beside->text.n);
}

/* As the walk's door leaves it; false: it would not be let in. */
static bool door(struct str text, struct buf *out)
{
	if (!str_is_utf8(text))
		return false;
	(void)text_filter_show(text, out);
	return true;
}

struct lines {
	struct collect *collect;
	unsigned n;
};

/* Notes name lines that are there, and are text. */
static void check_note(void *data, const struct library_note *note)
{
	const struct lines *lines = data;

	CHECK(note->line <= lines->n);
	CHECK(str_is_utf8(str_of(note->text)) && note->text[0] != '\0');
}

static int keep_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	const struct lines *lines = data;

	return collect_prompt(lines->collect, prompt, err);
}

/* Out in our own format and in again. */
static struct prompt *again(const struct prompt *prompt)
{
	const struct library_format *format = library_formats[0];
	struct buf text = BUF_INIT(64 << 20);
	struct prompt *back = NULL;
	struct collect got;
	struct err err;

	collect_init(&got);
	if (format->write(prompt, &text, &err) == 0) {
		CHECK(format->parse(STR("x.prompt.md"), (struct str){buf_text(&text), text.len},
			      &got.sink, &err) == 0);
		if (got.n_prompts == 1)
			back = prompt_copy(got.prompts[0]);
	}
	collect_fini(&got);
	buf_fini(&text);
	return back;
}

static void check_prompt(const struct prompt *prompt)
{
	struct buf lost = BUF_INIT(1000), text = BUF_INIT(64 << 20);
	struct prompt *once = again(prompt), *twice;
	struct err err = {0};

	CHECK(prompt_check(prompt, &err) == 0);
	if (once != NULL) {
		twice = again(once);
		CHECK(twice != NULL);
		(void)prompt_compare(once, twice, &lost);
		CHECK_STR(buf_text(&lost), "");
		prompt_free(twice);
	}
	for (size_t i = 0; library_formats[i] != NULL; i++) {
		const struct library_format *format = library_formats[i];

		buf_clear(&text);
		if (format->write != NULL)
			(void)format->write(prompt, &text, &err);
		if (format->write_all != NULL)
			(void)format->write_all(&prompt, 1, &text, &err);
		CHECK(str_is_utf8((struct str){buf_text(&text), text.len}));
	}
	prompt_free(once);
	buf_fini(&lost);
	buf_fini(&text);
}

static void check_file(const struct library_format *format, const char *path, struct str text,
	struct library_context *context)
{
	struct collect got;
	struct lines lines = {&got, 2};
	struct library_sink sink = {
		.data = &lines, .prompt = keep_prompt, .note = check_note, .context = context};
	struct err err = {0};

	for (size_t i = 0; i < text.n; i++)
		lines.n += text.p[i] == '\n';
	CHECK(format->recognise(str_of(path), text) >= 0);
	collect_init(&got);
	CHECK(format->parse(str_of(path), text, &sink, &err) == 0);
	for (size_t i = 0; i < got.n_prompts && i < 4; i++)
		check_prompt(got.prompts[i]);
	collect_fini(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t formats = 0;
	struct str rest, text;
	struct beside beside;
	struct library_context context = {&beside, beside_read, STR("/a/b"), json_object()};
	struct buf in = BUF_INIT(16 << 20);

	while (library_formats[formats] != NULL)
		formats++;
	if (size >= 2) {
		rest = (struct str){(const char *)data + 2, size - 2};
		text = str_cut(rest, '\xff', &beside.text);
		if (door(text, &in))
			check_file(library_formats[(size_t)(data[0] - 'a') % formats],
				paths[(size_t)(data[1] - 'a') % N_PATHS],
				(struct str){buf_text(&in), in.len}, &context);
	}
	buf_fini(&in);
	json_decref(context.kept);
	return 0;
}
