/* Tests of library/export: whose file is it, and what survives. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "library/compare.h"
#include "tests/collect.h"

static struct prompt *make_empty(const char *path, const char *title)
{
	struct prompt *prompt = prompt_new();

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(title));
	return prompt;
}

static struct prompt *make(const char *path, const char *title, const char *text)
{
	struct prompt *prompt = make_empty(path, title);

	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	return prompt;
}

static struct library_export_result export_to(struct collect *notes, const char *dir,
	const char *format, struct prompt *const *prompts, size_t n)
{
	struct library_export_result result;
	struct err err = {0};

	collect_init(notes);
	if (library_export(dir, library_format_find(str_of(format)),
		    (const struct prompt *const *)prompts, n, &notes->sink, &result, &err) != 0) {
		(void)fprintf(stderr, "export: %s\n", err.text);
		exit(1);
	}
	return result;
}

static void check_file(const char *dir, const char *path, const char *expected)
{
	struct buf text = BUF_INIT(1 << 20);

	CHECK(folder_read(dir, path, &text));
	CHECK_STR(buf_text(&text), expected);
	buf_fini(&text);
}

static void export_writes_only_files_that_are_ours(void)
{
	char *dir = folder_make();
	struct prompt *prompts[3] = {make("team/one", "One", "first"), make("two", "Two", "second"),
		make("three", "Three", "third")};
	struct library_export_result result;
	struct collect notes;

	folder_text(dir, "two.prompt.md", "somebody's own\n");
	result = export_to(&notes, dir, "prompt-md", prompts, 3);
	CHECK(result.written == 2 && result.unchanged == 0 && result.refused == 1);
	CHECK_STR(
		buf_text(&notes.errors), "two.prompt.md:0: a file that is not ours; left alone\n");
	collect_fini(&notes);
	check_file(dir, "team/one.prompt.md", "---\ntitle: One\n---\nfirst\n");
	check_file(dir, "two.prompt.md", "somebody's own\n");

	result = export_to(&notes, dir, "prompt-md", prompts, 3);
	CHECK(result.written == 0 && result.unchanged == 2 && result.refused == 1);
	collect_fini(&notes);

	prompt_set(&prompts[0]->messages[0].text, STR("first, again"));
	prompt_set(&prompts[2]->messages[0].text, STR("third, again"));
	folder_text(dir, "three.prompt.md", "edited by hand\n");
	result = export_to(&notes, dir, "prompt-md", prompts, 3);
	CHECK(result.written == 1 && result.unchanged == 0 && result.refused == 2);
	CHECK(strstr(buf_text(&notes.errors),
		      "three.prompt.md:0: changed since it was exported; left alone\n") != NULL);
	collect_fini(&notes);
	check_file(dir, "team/one.prompt.md", "---\ntitle: One\n---\nfirst, again\n");
	check_file(dir, "three.prompt.md", "edited by hand\n");
	for (size_t i = 0; i < 3; i++)
		prompt_free(prompts[i]);
	folder_remove(dir);
}

static void what_would_not_read_back_is_not_written(void)
{
	struct prompt *prompts[] = {make("good", "Good", "Do it."),
		make("odd", "Odd", "{{>{{#flag}}yes{{/flag}}\n\n{{ a }}:\nno\\n\n---\n--")};
	char *dir = folder_make();
	struct collect notes;
	struct library_export_result result = export_to(&notes, dir, "dotprompt", prompts, 2);

	CHECK(result.written == 1 && result.refused == 1);
	CHECK_STR(buf_text(&notes.errors),
		"odd:0: this format cannot hold it: what it writes would not read back\n");
	collect_fini(&notes);
	/* A file of its own or none: what was there before stays as it was. */
	prompt_set(&prompts[1]->messages[0].text, STR("Fine."));
	result = export_to(&notes, dir, "dotprompt", prompts, 2);
	CHECK(result.written == 1 && result.unchanged == 1 && result.refused == 0);
	collect_fini(&notes);
	prompt_free(prompts[0]);
	prompt_free(prompts[1]);
	folder_remove(dir);
}

struct meddler {
	const char *dir;
	struct str next; /* what to put into the file that comes next */
};

/* Somebody else, while the first file is written. */
static void meddle(void *data, size_t done, size_t total)
{
	struct meddler *meddler = data;

	(void)total;
	if (done == 1)
		folder_write(meddler->dir, "b.prompt.md", meddler->next.p, meddler->next.n);
}

static void what_came_between_look_and_write_is_left_alone(void)
{
	struct prompt *prompts[] = {make("a", "A", "first"), make("b", "B", "second")};
	char *dir = folder_make();
	struct meddler meddler = {.dir = dir, .next = STR("a new one\n")};
	struct library_sink sink = {.data = &meddler, .progress = meddle};
	const struct library_format *format = library_format_find(STR("prompt-md"));
	struct library_export_result result;
	struct err err;

	CHECK(library_export(dir, format, (const struct prompt *const *)prompts, 2, &sink, &result,
		      &err) == 0);
	CHECK(result.written == 1 && result.refused == 1);
	check_file(dir, "b.prompt.md", "a new one\n");
	meddler.next = STR("---\ntitle: B\n---\nsecond\n"); /* what we would have written */
	CHECK(library_export(dir, format, (const struct prompt *const *)prompts, 2, &sink, &result,
		      &err) == 0);
	CHECK(result.written == 0 && result.refused == 1); /* a is unchanged: nobody meddles */
	folder_write(dir, "b.prompt.md", meddler.next.p, meddler.next.n);
	prompt_set(&prompts[0]->messages[0].text, STR("first, again"));
	prompt_set(&prompts[1]->messages[0].text, STR("second, again"));
	meddler.next = STR("edited\n");
	CHECK(library_export(dir, format, (const struct prompt *const *)prompts, 2, &sink, &result,
		      &err) == 0);
	CHECK(result.written == 1 && result.refused == 1);
	check_file(dir, "b.prompt.md", "edited\n");
	prompt_free(prompts[0]);
	prompt_free(prompts[1]);
	folder_remove(dir);
}

static void export_writes_through_no_link(void)
{
	char *dir = folder_make(), *other = folder_make();
	struct prompt *prompts[2] = {make("a", "A", "text"), make("sub/b", "B", "text")};
	struct library_export_result result;
	struct collect notes;
	struct buf from = BUF_INIT(4096), to = BUF_INIT(4096);

	folder_text(other, "victim.md", "keep me\n");
	(void)buf_add_format(&from, "%s/victim.md", other);
	(void)buf_add_format(&to, "%s/a.prompt.md", dir);
	CHECK(symlink(buf_text(&from), buf_text(&to)) == 0);
	buf_clear(&to);
	(void)buf_add_format(&to, "%s/sub", dir);
	CHECK(symlink(other, buf_text(&to)) == 0);
	result = export_to(&notes, dir, "prompt-md", prompts, 2);
	CHECK(result.written == 0 && result.refused == 2);
	collect_fini(&notes);
	check_file(other, "victim.md", "keep me\n");
	buf_clear(&from);
	CHECK(!folder_read(other, "b.prompt.md", &from));
	buf_fini(&from);
	buf_fini(&to);
	for (size_t i = 0; i < 2; i++)
		prompt_free(prompts[i]);
	folder_remove(dir);
	folder_remove(other);
}

/* A link to the very bytes that would be written is no file of ours either. */
static void a_link_is_not_taken_for_the_file(void)
{
	char *dir = folder_make();
	struct prompt *prompt = make("a", "A", "text");
	struct buf from = BUF_INIT(4096), to = BUF_INIT(4096);
	struct library_export_result result;
	struct collect notes;

	result = export_to(&notes, dir, "prompt-md", &prompt, 1);
	collect_fini(&notes);
	(void)buf_add_format(&from, "%s/a.prompt.md", dir);
	(void)buf_add_format(&to, "%s/moved", dir);
	CHECK(rename(buf_text(&from), buf_text(&to)) == 0);
	CHECK(symlink("moved", buf_text(&from)) == 0);
	result = export_to(&notes, dir, "prompt-md", &prompt, 1);
	CHECK(result.refused == 1 && result.unchanged == 0 && result.written == 0);
	CHECK_STR(buf_text(&notes.errors), "a.prompt.md:0: not a regular file; left alone\n");
	collect_fini(&notes);
	buf_fini(&from);
	buf_fini(&to);
	prompt_free(prompt);
	folder_remove(dir);
}

#define KILL_PROMPTS 24
#define KILL_ROUNDS 15

static void set_texts(struct prompt *const *prompts, char c)
{
	for (size_t i = 0; i < KILL_PROMPTS; i++)
		prompt_set(&prompts[i]->messages[0].text, (struct str){&c, 1});
}

/* Exports one text after the other until it is killed. */
static void export_until_killed(const char *dir, struct prompt *const *prompts)
{
	for (char c = 'a';; c = c == 'z' ? 'a' : (char)(c + 1)) {
		struct collect notes;

		set_texts(prompts, c);
		(void)export_to(&notes, dir, "prompt-md", prompts, KILL_PROMPTS);
		collect_fini(&notes);
	}
}

/* Whenever an export ends, the next one still knows its files. */
static void a_killed_export_leaves_files_that_are_ours(void)
{
	char *dir = folder_make();
	struct prompt *prompts[KILL_PROMPTS];

	for (size_t i = 0; i < KILL_PROMPTS; i++) {
		char path[] = "p-a";

		path[2] = (char)('a' + i);
		prompts[i] = make(path, "P", "first");
	}
	for (long round = 0; round < KILL_ROUNDS; round++) {
		struct timespec pause = {0, 3000000 + round * 2300000};
		struct library_export_result result;
		struct collect notes;
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0)
			export_until_killed(dir, prompts);
		(void)nanosleep(&pause, NULL);
		CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
		set_texts(prompts, 'Z');
		result = export_to(&notes, dir, "prompt-md", prompts, KILL_PROMPTS);
		CHECK(result.refused == 0 && result.written + result.unchanged == KILL_PROMPTS);
		collect_fini(&notes);
	}
	for (size_t i = 0; i < KILL_PROMPTS; i++)
		prompt_free(prompts[i]);
	folder_remove(dir);
}

static void export_makes_the_folders_it_needs(void)
{
	char *dir = folder_make();
	struct prompt *prompt = make("a", "A", "text");
	struct library_export_result result;
	struct buf path = BUF_INIT(4096);
	struct collect notes;

	(void)buf_add_format(&path, "%s/new/one", dir);
	result = export_to(&notes, buf_text(&path), "prompt-md", &prompt, 1);
	CHECK(result.written == 1);
	check_file(dir, "new/one/a.prompt.md", "---\ntitle: A\n---\ntext\n");
	collect_fini(&notes);
	buf_fini(&path);
	prompt_free(prompt);
	folder_remove(dir);
}

static void export_needs_a_marker_it_can_read(void)
{
	char *dir = folder_make();
	struct prompt *prompt = make("a", "A", "text");
	struct library_export_result result;
	struct err err = {0};

	folder_text(dir, ".promptd-export.json", "{\"files\":");
	CHECK(library_export(dir, library_format_find(STR("prompt-md")),
		      (const struct prompt *const *)&prompt, 1, NULL, &result, &err) < 0);
	CHECK(strstr(err.text, "broken") != NULL);
	prompt_free(prompt);
	folder_remove(dir);
}

static void two_prompts_for_one_file_are_told_apart(void)
{
	char *dir = folder_make();
	struct prompt *prompts[2] = {make("x/same", "Same", "one"), make("y/same", "Same", "two")};
	struct library_export_result result;
	struct collect notes;

	result = export_to(&notes, dir, "fabric", prompts, 2);
	CHECK(result.written == 2 && result.refused == 1); /* and the descriptions */
	check_file(dir, "same/system.md", "one\n");
	collect_fini(&notes);
	for (size_t i = 0; i < 2; i++)
		prompt_free(prompts[i]);
	folder_remove(dir);
}

static void a_prompt_with_everything(struct prompt *prompt)
{
	struct prompt_input *input;

	prompt_set(&prompt->description, STR("All: of it, \"quoted\" # no comment"));
	prompt_add_tag(prompt, STR("a b"));
	prompt_add_tag(prompt, STR("true"));
	prompt_add_alias(prompt, STR("every"));
	prompt_set(&prompt->collection, STR("The Lot"));
	prompt_set(&prompt->model, STR("some/model:1"));
	prompt_set(&prompt->extra, STR("# kept\nowner:   'jane'\nx: {a: [1,  2]}\n"));
	input = prompt_add_input(prompt, STR("code"));
	input->required = true;
	prompt_set(&input->description, STR("two\nlines"));
	input = prompt_add_input(prompt, STR("lang"));
	prompt_input_add_choice(input, STR("no"));
	prompt_input_add_choice(input, STR("c, c++"));
	prompt_set(&input->initial, STR("no"));
	input = prompt_add_input(prompt, STR("n"));
	input->type = PROMPT_NUMBER;
	prompt_set(&input->initial, STR("1.50"));
	input = prompt_add_input(prompt, STR("flag"));
	input->type = PROMPT_BOOLEAN;
}

static void our_own_format_holds_everything(void)
{
	char *dir = folder_make();
	struct prompt *prompt = make("the-lot/all", "All", "Use {{code}} {{x}}\n\n  - {{lang}}");
	struct collect notes, got;
	struct library_export_result result;
	struct buf lost = BUF_INIT(1000);

	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("  Be\n\n\tquick: \"now\"\n---\n# x"));
	a_prompt_with_everything(prompt);
	for (int round = 0; round < 2; round++) {
		result = export_to(&notes, dir, "prompt-md", &prompt, 1);
		CHECK(result.written == 1);
		CHECK_STR(buf_text(&notes.warnings), "");
		CHECK_STR(buf_text(&notes.infos), "");
		collect_fini(&notes);
		collect_import(&got, dir, NULL, NULL);
		CHECK(got.n_prompts == 1 && got.n_warnings == 0);
		CHECK_STR(got.prompts[0]->path, prompt->path);
		CHECK_STR(got.prompts[0]->extra, prompt->extra);
		CHECK(!prompt_compare(prompt, got.prompts[0], &lost));
		CHECK_STR(buf_text(&lost), "");
		collect_fini(&got);
		/* The other way round it is written with "system:". */
		prompt_free(prompt);
		prompt = make_empty("the-lot/all", "All");
		(void)prompt_add_message(
			prompt, PROMPT_SYSTEM, STR("  Be\n\n\tquick: \"now\"\n---\n# x"));
		(void)prompt_add_message(prompt, PROMPT_USER, STR("Go: {{code}}\n---\nEnd."));
		a_prompt_with_everything(prompt);
	}
	prompt_free(prompt);
	buf_fini(&lost);
	folder_remove(dir);
}

static void what_a_format_cannot_hold_is_said(void)
{
	char *dir = folder_make();
	struct prompt *prompt = make("all", "All", "Use {{code}} {{lang}}, literal ${x}");
	struct library_export_result result;
	struct collect notes;

	a_prompt_with_everything(prompt);
	result = export_to(&notes, dir, "csv", &prompt, 1);
	CHECK(result.written == 1);
	CHECK_STR(buf_text(&notes.warnings),
		"prompts.csv:0: this format does not hold all of \"all\": text, inputs, aliases, "
		"model, other keys\n");
	collect_fini(&notes);
	prompt_free(prompt);
	folder_remove(dir);
}

int main(void)
{
	RUN(export_writes_only_files_that_are_ours);
	RUN(what_would_not_read_back_is_not_written);
	RUN(what_came_between_look_and_write_is_left_alone);
	RUN(export_writes_through_no_link);
	RUN(export_makes_the_folders_it_needs);
	RUN(a_link_is_not_taken_for_the_file);
	RUN(a_killed_export_leaves_files_that_are_ours);
	RUN(export_needs_a_marker_it_can_read);
	RUN(two_prompts_for_one_file_are_told_apart);
	RUN(our_own_format_holds_everything);
	RUN(what_a_format_cannot_hold_is_said);
	return 0;
}
