/*
 * Made-up prompts, from a seed, full of what notations trip over, out in every
 * format and in again: the same version and all the rest, or the difference is
 * one that the format cannot help.
 */
#include "library/compare.h"
#include "tests/collect.h"

static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static const char *const fragments[] = {"a", "word", " ", "  ", "\n", "\n\n", "\t", "{{a}}",
	"{{ a }}", "{{b}}", "{{flag}}", "{{#flag}}yes{{/flag}}", "{{^flag}}no{{/flag}}",
	"{{other}}", "{{", "{", "}", "${x}", "${x:1}", "$x", "$$", "$1", "$ARGUMENTS", "---",
	"\n---\n", "\n--- \n", "\"", "'", "\"\"\"", "'''", "\\", "\\n", "#", " # ", ":", ": ", "|",
	">", "- ", "\n- x", "\n  indented", "%", "@", "`", "!`ls`", " !{ls}", "[[x]]", "[", "]",
	"&x", "*x", "!x", "<b>", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xc2\xa0", "yes", "no", "null",
	"~", "1.0", "0x10", "{{! c }}", "{{> p}}", "{{#each x}}", "{{/each}}", ",", "?", "...",
	"//", "{{{a}}}"};
#define N_FRAGMENTS (sizeof(fragments) / sizeof(*fragments))

static void make_text(struct buf *out, unsigned length, bool lines)
{
	buf_clear(out);
	for (unsigned i = pick(length) + 1; i > 0; i--) {
		const char *piece = fragments[pick(N_FRAGMENTS)];

		if (lines || (strpbrk(piece, "\n\t") == NULL))
			(void)buf_add_str(out, piece);
	}
}

/* As every importer leaves it: no blank lines around. */
static struct str trimmed(const struct buf *buf, bool lines)
{
	struct str text = {buf_text(buf), buf->len};
	size_t from = 0;

	if (!lines)
		return str_trim(text);
	while (text.n > 0 && strchr(" \t\n", text.p[text.n - 1]) != NULL)
		text.n--;
	for (size_t i = 0; i < text.n && strchr(" \t\n", text.p[i]) != NULL; i++)
		if (text.p[i] == '\n')
			from = i + 1;
	return (struct str){text.p + from, text.n - from};
}

static void make_input(struct prompt *prompt, const char *name, struct buf *text)
{
	struct prompt_input *input = prompt_add_input(prompt, str_of(name));
	static const char *const numbers[] = {"0", "-1", "1.50", "1e3"};

	input->required = pick(2) == 0;
	input->type = (enum prompt_type)pick(4);
	if (strcmp(name, "flag") == 0)
		input->type = PROMPT_BOOLEAN;
	if (pick(2) == 0) {
		make_text(text, 6, true);
		if (trimmed(text, true).n > 0)
			prompt_set(&input->description, trimmed(text, true));
	}
	if (input->type == PROMPT_STRING && pick(3) == 0) {
		prompt_input_add_choice(input, STR("one, two"));
		prompt_input_add_choice(input, STR("no"));
		prompt_input_add_choice(input, STR("- [x]: \"y\""));
	}
	if (input->required || pick(2) == 0)
		return;
	if (input->n_choices > 0)
		prompt_set(&input->initial, str_of(input->choices[pick(3)]));
	else if (input->type == PROMPT_BOOLEAN)
		prompt_set(&input->initial, pick(2) == 0 ? STR("true") : STR("false"));
	else if (input->type == PROMPT_INTEGER)
		prompt_set(&input->initial, str_of(numbers[pick(2)]));
	else if (input->type == PROMPT_NUMBER)
		prompt_set(&input->initial, str_of(numbers[pick(4)]));
	else if (make_text(text, 5, true), text->len > 0)
		prompt_set(&input->initial, (struct str){buf_text(text), text->len});
}

static void make_message(struct prompt *prompt, enum prompt_role role, struct buf *text)
{
	do
		make_text(text, 30, true);
	while (trimmed(text, true).n == 0);
	(void)prompt_add_message(prompt, role, trimmed(text, true));
}

static struct prompt *make_prompt(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct prompt *prompt = prompt_new();

	do
		make_text(&text, 8, false);
	while (trimmed(&text, false).n == 0);
	prompt_set(&prompt->title, trimmed(&text, false));
	prompt_set(&prompt->path, STR("some/where/here"));
	if (pick(2) == 0) {
		make_text(&text, 12, true);
		if (str_trim((struct str){buf_text(&text), text.len}).n > 0)
			prompt_set(&prompt->description,
				str_trim((struct str){buf_text(&text), text.len}));
	}
	for (unsigned i = pick(4); i > 0; i--) {
		make_text(&text, 3, false);
		if (text.len > 0)
			prompt_add_tag(prompt, (struct str){buf_text(&text), text.len});
	}
	if (pick(3) == 0)
		prompt_set(
			&prompt->extra, STR("# why\nodd:   [1,  'x']\nmore: |\n  a: b\n\n   c\n"));
	if (pick(3) > 0)
		make_input(prompt, "a", &text);
	if (pick(3) == 0)
		make_input(prompt, "b", &text);
	if (pick(3) == 0)
		make_input(prompt, "flag", &text);
	if (pick(4) == 0)
		make_message(prompt, PROMPT_SYSTEM, &text);
	make_message(prompt, PROMPT_USER, &text);
	if (pick(5) == 0)
		make_message(prompt, PROMPT_ASSISTANT, &text);
	buf_fini(&text);
	return prompt;
}

/* 0 the same in everything, 1 the same version, 2 another one, 3 unreadable. */
static int outcome(const struct library_format *format, const struct prompt *prompt, bool loud)
{
	struct buf text = BUF_INIT(16 << 20), path = BUF_INIT(4096), lost = BUF_INIT(1000);
	struct err err = {0};
	struct collect got;
	int result = 3;

	collect_init(&got);
	if (format->write != NULL) {
		CHECK(format->place(prompt, &path, &err) == 0);
		CHECK(format->write(prompt, &text, &err) == 0);
	} else {
		(void)buf_add_str(&path, format->whole_file);
		CHECK(format->write_all(&prompt, 1, &text, &err) == 0);
	}
	CHECK(str_is_utf8((struct str){buf_text(&text), text.len}));
	CHECK(format->parse((struct str){buf_text(&path), path.len},
		      (struct str){buf_text(&text), text.len}, &got.sink, &err) == 0);
	CHECK(got.n_prompts <= 1);
	CHECK(got.n_prompts == 1 || got.n_errors > 0);
	if (got.n_prompts == 1)
		result = prompt_compare(prompt, got.prompts[0], &lost) ? 2 : lost.len > 0;
	if (loud && result > 0)
		(void)fprintf(stderr, "%s: %s%s\n----\n%s\n----\n", format->name, buf_text(&lost),
			buf_text(&got.errors), buf_text(&text));
	collect_fini(&got);
	buf_fini(&text);
	buf_fini(&path);
	buf_fini(&lost);
	return result;
}

static void our_own_format_brings_back_all_of_any_prompt(void)
{
	const struct library_format *format = library_format_find(STR("prompt-md"));

	for (int i = 0; i < 3000; i++) {
		struct prompt *prompt = make_prompt();
		struct err err;

		CHECK(prompt_check(prompt, &err) == 0);
		CHECK(outcome(format, prompt, true) == 0);
		prompt_free(prompt);
	}
}

/* At least so many of 2,000 as the same version; what falls out is told by export. */
static const struct {
	const char *format;
	int same;
} floors[] = {
	{"dotprompt", 1700}, {"langfuse", 2000}, {"github", 60}, {"llm", 200}, {"espanso", 190},
	{"csv", 120}, {"claude", 110}, {"gemini", 170}, {"skill", 140},
	{"fabric", 0}, /* its text is a system message, and has no types */
};

static void other_formats_bring_back_what_they_can(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(floors) / sizeof(*floors); i++) {
		const struct library_format *format = library_format_find(str_of(floors[i].format));
		int count[4] = {0};

		for (int j = 0; j < 2000; j++) {
			struct prompt *prompt = make_prompt();

			count[outcome(format, prompt, false)]++;
			prompt_free(prompt);
		}
		(void)printf("# %s: %d all, %d the version, %d another, %d unreadable\n",
			format->name, count[0], count[1], count[2], count[3]);
		good &= count[0] + count[1] >= floors[i].same;
	}
	CHECK(good);
}

/* Lenient front matter keeps lines that are no YAML; a strict format that took them
 * along would write files that nobody can read. */
static void keys_that_no_strict_reader_takes_stay_out(void)
{
	static const char *const extras[] = {"argument-hint: [issue] [prio]\n", "messages: mine\n",
		"prompt: mine\nsystem: mine\n"};
	struct prompt *prompt = prompt_new();

	prompt_set(&prompt->path, STR("fix"));
	prompt_set(&prompt->title, STR("Fix"));
	(void)prompt_add_message(prompt, PROMPT_USER, STR("Fix it."));
	for (size_t i = 0; i < sizeof(extras) / sizeof(*extras); i++) {
		prompt_set(&prompt->extra, str_of(extras[i]));
		for (size_t j = 0; library_formats[j] != NULL; j++)
			CHECK(library_formats[j]->name == NULL ||
				outcome(library_formats[j], prompt, false) < 3);
	}
	prompt_free(prompt);
}

int main(void)
{
	RUN(our_own_format_brings_back_all_of_any_prompt);
	RUN(other_formats_bring_back_what_they_can);
	RUN(keys_that_no_strict_reader_takes_stay_out);
	return 0;
}
