/* Prompts as skills of assistants that read files, and the way back. */
#include "agent/publish_names.h"
#include "library/publish.h"

#include "core/json.h"
#include "tests/test.h"

static struct prompt *prompt_of(const char *text)
{
	struct prompt *prompt = prompt_new();
	struct prompt_input *input;

	prompt_set(&prompt->id, STR("82a3f949-44c5-8067-b46e-2236f59670dd"));
	prompt_set(&prompt->path, STR("team/review"));
	prompt_set(&prompt->title, STR("Review"));
	prompt_set(&prompt->source, STR("local"));
	prompt->version = 3;
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	input = prompt_add_input(prompt, STR("file"));
	input->required = true;
	(void)prompt_add_input(prompt, STR("file-x"));
	(void)prompt_add_input(prompt, STR("file.x"));
	(void)prompt_add_input(prompt, STR("ARGUMENTS"));
	return prompt;
}

static int keep(void *data, const struct prompt *prompt, struct err *err)
{
	struct prompt **kept = data;

	(void)err;
	prompt_free(*kept);
	*kept = prompt_copy(prompt);
	return 0;
}

static void no_note(void *data, const struct library_note *note)
{
	(void)data;
	(void)note;
}

/* What an import makes of the skill's file; NULL: it cannot be published. */
static struct prompt *through_file(
	const struct prompt *prompt, enum publish_kind kind, struct buf *file)
{
	const struct library_format *format = library_format_find(STR("skill"));
	struct prompt *read = NULL, *skill;
	struct library_sink sink = {.data = &read, .prompt = keep, .note = no_note};
	struct err err;

	buf_clear(file);
	skill = publish_skill(prompt, kind, "review", true, &err);
	if (skill == NULL)
		return NULL;
	CHECK(publish_formats[kind].write(skill, file, &err) == 0);
	CHECK(format->parse(STR("review/SKILL.md"), (struct str){buf_text(file), file->len}, &sink,
		      &err) == 0);
	prompt_free(skill);
	return read;
}

static bool holds(const struct buf *file, const char *text)
{
	return strstr(buf_text(file), text) != NULL;
}

/* Out as `there` (NULL: as it is), and back as it was. */
static void both_ways(const char *text, enum publish_kind kind, const char *there)
{
	struct buf file = BUF_INIT(4 * PROMPT_TEXT_MAX);
	struct prompt *prompt = prompt_of(text), *read = through_file(prompt, kind, &file);
	struct published published;

	CHECK(read != NULL);
	CHECK(holds(&file, there != NULL ? there : text));
	CHECK(published_read(read, &published));
	CHECK(!published.edited);
	CHECK(strcmp(published.prompt->messages[0].text, text) == 0);
	CHECK(strcmp(published.prompt->path, "team/review") == 0);
	CHECK(strcmp(published.id, prompt->id) == 0);
	CHECK(published.prompt->n_inputs == 4);
	CHECK(published.prompt->inputs[0].required);
	published_fini(&published);
	prompt_free(read);
	prompt_free(prompt);
	buf_fini(&file);
}

static void variables_become_arguments_of_claude_code_and_come_back(void)
{
	both_ways("Read {{file}}.", PUBLISH_CLAUDE, "Read $file.");
	both_ways("{{file}}{{file-x}}{{file.x}}", PUBLISH_CLAUDE, "$file$file_x$file_x__2");
	both_ways("{{file}}s and {{file}}_x", PUBLISH_CLAUDE, "$ARGUMENTS[0]s and $ARGUMENTS[0]_x");
	both_ways("{{ARGUMENTS}}", PUBLISH_CLAUDE, "$arguments");
	both_ways("{{other}} {{#file}}x{{/file}}", PUBLISH_CLAUDE, NULL);
	both_ways("Read {{file}}.", PUBLISH_AGENTS, NULL);
}

static void literal_dollars_stay_literal(void)
{
	both_ways("$5 $10 $ARGUMENTS $ARGUMENTS[0]", PUBLISH_CLAUDE,
		"\\$5 \\$10 \\$ARGUMENTS \\$ARGUMENTS[0]");
	both_ways("$file, $file_x and $files", PUBLISH_CLAUDE, "\\$file, \\$file_x and $files");
	both_ways("$HOME ${file} $5x $ \\$HOME $", PUBLISH_CLAUDE, NULL);
	both_ways("$$file", PUBLISH_CLAUDE, "$\\$file");
	/* A backslash before a variable cannot be said there: the braces stay. */
	both_ways("\\{{file}} {{file}}", PUBLISH_CLAUDE, "\\{{file}} $file");
	both_ways("$5 $ARGUMENTS \\$1 ${CLAUDE_SKILL_DIR} !`ls`", PUBLISH_AGENTS, NULL);
}

static void what_claude_code_would_run_or_replace_is_not_published_for_it(void)
{
	static const char *const texts[] = {"See !`ls` now.", "!`ls`", "```!\nls\n```",
		"In ${CLAUDE_SKILL_DIR}", "\\$1", "\\$file", "a\\$ARGUMENTS"};
	struct buf file = BUF_INIT(4 * PROMPT_TEXT_MAX);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct prompt *prompt = prompt_of(texts[i]), *read;

		CHECK(through_file(prompt, PUBLISH_CLAUDE, &file) == NULL);
		read = through_file(prompt, PUBLISH_AGENTS, &file);
		CHECK(read != NULL);
		prompt_free(read);
		prompt_free(prompt);
	}
	buf_fini(&file);
}

static void an_edited_text_is_told_from_the_published_one(void)
{
	struct buf file = BUF_INIT(4 * PROMPT_TEXT_MAX);
	struct prompt *prompt = prompt_of("Read {{file}}.");
	struct prompt *read = through_file(prompt, PUBLISH_CLAUDE, &file);
	struct published published;

	prompt_set(&read->messages[0].text, STR("Read $file twice, $file_x."));
	CHECK(published_read(read, &published));
	CHECK(published.edited);
	CHECK(strcmp(published.prompt->messages[0].text, "Read {{file}} twice, {{file-x}}.") == 0);
	published_fini(&published);
	prompt_free(read);
	prompt_free(prompt);
	buf_fini(&file);
}

static void other_skills_are_none_of_ours(void)
{
	struct prompt *prompt = prompt_of("x");
	struct published published;

	CHECK(!published_read(prompt, &published));
	prompt_set(&prompt->format, STR("skill"));
	prompt_set(&prompt->extra, STR("metadata:\n  promptd-id: x\n"));
	CHECK(!published_read(prompt, &published));
	prompt_set(&prompt->extra,
		STR("metadata:\n  promptd-id: x\n  promptd-path: ../x\n  promptd-text: y\n"));
	CHECK(!published_read(prompt, &published));
	prompt_set(&prompt->extra, STR("metadata: [\n"));
	CHECK(!published_read(prompt, &published));
	prompt_free(prompt);
}

static void names_are_legal_and_no_two_the_same(void)
{
	static const char *const paths[] = {"a/review", "b/review", "x/b/review", "c_style",
		"Übung", "\xC3\xBC", "team/a.b", "one", "d/one/two", "e/one/two",
		"long/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"long/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"};
	enum { N = sizeof paths / sizeof *paths };
	char names[N][PUBLISH_NAME_BYTES];

	publish_names(paths, N, names);
	for (size_t i = 0; i < N; i++) {
		size_t n = strlen(names[i]);

		CHECK(n > 0 && n <= 64 && names[i][0] != '-' && names[i][n - 1] != '-');
		CHECK(strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789-") == n);
		CHECK(strstr(names[i], "--") == NULL);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(names[i], names[j]) != 0);
	}
	CHECK(strcmp(names[0], "a-review") == 0);
	CHECK(strcmp(names[2], "x-b-review") == 0);
	CHECK(strcmp(names[3], "c-style") == 0);
	CHECK(publish_name_is_plain("c_style", "c-style"));
	CHECK(!publish_name_is_plain("a/review", "a-review"));
}

/* --- real prompts --- */

struct real {
	size_t n, unfit;
	struct buf file;
};

static int on_real(void *data, const struct prompt *prompt, struct err *err)
{
	struct real *real = data;
	struct prompt *numbered = prompt_copy(prompt);

	(void)err;
	prompt_set(&numbered->id, STR("82a3f949-44c5-8067-b46e-2236f59670dd"));
	for (int kind = 0; kind < 2 && numbered->n_messages == 1; kind++) {
		struct prompt *read = through_file(numbered, (enum publish_kind)kind, &real->file);
		struct published published;

		real->n++;
		if (read == NULL) {
			real->unfit++;
			CHECK(kind == PUBLISH_CLAUDE);
			continue;
		}
		CHECK(published_read(read, &published));
		CHECK(!published.edited);
		/* {{ name }} and {{{name}}} come back as {{name}}. */
		if (strstr(prompt->messages[0].text, "{{{") == NULL &&
			strstr(prompt->messages[0].text, "{{ ") == NULL)
			CHECK_STR(published.prompt->messages[0].text, prompt->messages[0].text);
		CHECK(published.prompt->n_inputs == prompt->n_inputs);
		published_fini(&published);
		prompt_free(read);
	}
	prompt_free(numbered);
	return 0;
}

static void thousands_of_real_prompts_go_both_ways(void)
{
	static const char *const corpora[] = {SOURCE_DIR
		"/../shared/data/corpora/prompts-chat/prompts.csv",
		SOURCE_DIR "/../shared/data/corpora/fabric"};
	struct real real = {.file = BUF_INIT(4 * PROMPT_TEXT_MAX)};
	struct library_sink sink = {.data = &real, .prompt = on_real, .note = no_note};
	struct library_import how = {.format = NULL};
	struct err err;
	size_t seen;

	for (size_t i = 0; i < 2; i++)
		CHECK(library_import(corpora[i], &how, &sink, &seen, &err) >= 0);
	(void)printf("# %zu skills, %zu not for Claude Code%s\n", real.n, real.unfit,
		real.n == 0 ? ": no corpora in ../shared/data" : "");
	CHECK(real.n == 0 || (real.n > 2500 && real.unfit < real.n / 100));
	buf_fini(&real.file);
}

int main(void)
{
	json_door_init();
	RUN(variables_become_arguments_of_claude_code_and_come_back);
	RUN(literal_dollars_stay_literal);
	RUN(what_claude_code_would_run_or_replace_is_not_published_for_it);
	RUN(an_edited_text_is_told_from_the_published_one);
	RUN(other_skills_are_none_of_ours);
	RUN(names_are_legal_and_no_two_the_same);
	RUN(thousands_of_real_prompts_go_both_ways);
	return 0;
}
