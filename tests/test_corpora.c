/*
 * Real prompts by other people, read from ../shared/data/corpora: every one must
 * come in. Skipped where the data is not there.
 */
#include "core/clock.h"
#include "library/compare.h"
#include "tests/collect.h"

#define FILES_TRIED 150
#define CORPORA SOURCE_DIR "/../shared/data/corpora/"

static void import_timed(struct collect *got, const char *path)
{
	int64_t from = clock_monotonic_us(), us;

	collect_import(got, path, NULL, NULL);
	us = clock_monotonic_us() - from;
	(void)printf("# %s: %zu prompts, %zu errors, %zu warnings, %.0f prompts/s\n",
		path + sizeof(CORPORA) - 1, got->n_prompts, got->n_errors, got->n_warnings,
		(double)got->n_prompts * 1e6 / (double)(us > 0 ? us : 1));
}

static void every_row_of_prompts_chat_comes_in(void)
{
	struct collect got;
	size_t inputs = 0, devs = 0, hidden = 0, kept = 0;

	import_timed(&got, CORPORA "prompts-chat/prompts.csv");
	(void)fputs(buf_text(&got.errors), stderr);
	CHECK(got.n_prompts == 1282 && got.n_errors == 0);
	for (size_t i = 0; i < got.n_prompts; i++) {
		const struct prompt *p = got.prompts[i];

		inputs += p->n_inputs;
		for (size_t j = 0; j < p->n_tags; j++)
			devs += strcmp(p->tags[j], "for-devs") == 0;
		hidden += (p->flags & PROMPT_FLAG_HIDDEN) != 0;
		kept += p->extra != NULL && strncmp(p->extra, "contributor: ", 13) == 0;
	}
	(void)printf("# %zu variables, %zu for developers, %zu with hidden characters\n", inputs,
		devs, hidden);
	CHECK(devs == 86 && kept == 1282);
	CHECK(inputs > 1000);
	collect_fini(&got);
}

static void every_pattern_of_fabric_comes_in(void)
{
	struct collect got;
	size_t described = 0, users = 0;

	import_timed(&got, CORPORA "fabric");
	(void)fputs(buf_text(&got.errors), stderr);
	CHECK(got.n_prompts == 255 && got.n_errors == 0);
	for (size_t i = 0; i < got.n_prompts; i++) {
		const struct prompt *p = got.prompts[i];

		CHECK(p->messages[0].role == PROMPT_SYSTEM);
		CHECK(strchr(p->path, '/') == NULL);
		described += p->description != NULL && p->n_tags > 0;
		users += p->n_messages > 1;
	}
	(void)printf("# %zu described and tagged, %zu with user.md\n", described, users);
	CHECK(described == 255);
	CHECK(users == 8);
	collect_fini(&got);
}

static void single_patterns_find_their_description(void)
{
	struct collect got;

	collect_import(&got, CORPORA "fabric/data/patterns/write_essay", NULL, NULL);
	CHECK(got.n_prompts == 1);
	CHECK_STR(got.prompts[0]->path, "write_essay");
	CHECK(got.prompts[0]->description != NULL);
	CHECK(got.prompts[0]->n_inputs == 1);
	CHECK_STR(got.prompts[0]->inputs[0].name, "author_name");
	collect_fini(&got);
}

/* What the linter these examples were written for would say, and where. */
static const struct {
	const char *file;
	const char *errors[4];
	const char *warnings[4]; /* where the file is about warnings; else not looked at */
	size_t prompts;
} dotprompt_examples[] = {
	{"error-invalid-yaml", {"8: not YAML"}, {0}, 0},
	{"error-multiple-issues", {"26: a tag '{{' is not closed"},
		{"21: '{{#each}}'", "22: '{{this}}'"}, 0},
	{"error-unbalanced-brace", {"24: a closing '}}'"}, {0}, 0},
	{"error-unclosed-block", {"11: block '{{#if}}' is not closed"}, {0}, 0},
	{"error-unmatched-closing-block", {"24: '{{/if}}' closes nothing"}, {0}, 0},
	{"warning-undefined-variable", {0},
		{"11: variable \"email\" is used but not declared",
			"12: variable \"age\" is used but not declared"},
		1},
	{"warning-unused-variable", {0},
		{"8: variable \"email\" is declared but not used",
			"9: variable \"age\" is declared but not used"},
		1},
	{"valid-blog-generator", {0}, {0}, 1},
	{"valid-customer-support", {0}, {0}, 1},
	{"valid-greeting", {0}, {"17: '{{#if}}'", "23: '{{#each}}'", "24: '{{this}}'"}, 1},
	{"valid-comments-and-partials", {0},
		{"8: input \"items\" is of type", "22: '{{#each}}'", "23: '{{this}}'"}, 1},
	{"partials/circular-partial-a", {"6: partial \"circular-partial-b\" leads back"}, {0}, 0},
	{"partials/circular-partial-b", {"6: partial \"circular-partial-a\" leads back"}, {0}, 0},
};

/* Every expected line is there, in this order, and no other. */
static void check_notes(const char *path, const char *const *expected, const struct buf *got)
{
	struct str rest = {buf_text(got), got->len}, line;
	struct buf start = BUF_INIT(4096);

	for (size_t i = 0; i < 4 && expected[i] != NULL; i++) {
		buf_clear(&start);
		(void)buf_add_format(&start, "%s:%s", path, expected[i]);
		CHECK(str_next_line(&rest, &line));
		line = str_prefix(line, start.len);
		if (!str_is(line, buf_text(&start)))
			(void)fprintf(stderr, "%s\n%s\n", buf_text(&start), buf_text(got));
		CHECK(str_is(line, buf_text(&start)));
	}
	CHECK(rest.n == 0);
	buf_fini(&start);
}

static void the_deliberate_errors_of_dotprompt_are_found_where_they_are(void)
{
	for (size_t i = 0; i < sizeof(dotprompt_examples) / sizeof(*dotprompt_examples); i++) {
		struct buf path = BUF_INIT(4096);
		struct collect got;

		(void)buf_add_format(
			&path, CORPORA "dotprompt/examples/%s.prompt", dotprompt_examples[i].file);
		collect_import(&got, buf_text(&path), NULL, NULL);
		CHECK(got.n_prompts == dotprompt_examples[i].prompts);
		check_notes(buf_text(&path), dotprompt_examples[i].errors, &got.errors);
		check_notes(buf_text(&path), dotprompt_examples[i].warnings, &got.warnings);
		collect_fini(&got);
		buf_fini(&path);
	}
}

static void the_folder_of_examples_gives_those_that_are_whole(void)
{
	struct collect got;

	import_timed(&got, CORPORA "dotprompt/examples");
	/* 5 deliberate ones, 3 tags of autocomplete.prompt, 2 partials in a circle. */
	CHECK(got.n_errors == 10);
	/* 4 valid, 2 with warnings, features and partials. */
	CHECK(got.n_prompts == 8);
	CHECK(got.n_infos == 2); /* README.md, promptly.toml */
	collect_fini(&got);
}

/* Write one prompt in a format and read it again; NULL when it does not read. */
static const struct prompt *through(
	const struct library_format *format, const struct prompt *prompt, struct collect *got)
{
	struct buf text = BUF_INIT(16 * 1024 * 1024), path = BUF_INIT(4096);
	struct err err = {0};

	collect_init(got);
	if (format->write != NULL) {
		CHECK(format->place(prompt, &path, &err) == 0);
		CHECK(format->write(prompt, &text, &err) == 0);
	} else {
		(void)buf_add_str(&path, format->whole_file);
		CHECK(format->write_all(&prompt, 1, &text, &err) == 0);
	}
	CHECK(format->parse((struct str){buf_text(&path), path.len},
		      (struct str){buf_text(&text), text.len}, &got->sink, &err) == 0);
	buf_fini(&text);
	buf_fini(&path);
	return got->n_prompts == 1 ? got->prompts[0] : NULL;
}

/* How many of a corpus come back as the same version, and with all the rest. A
 * number that falls is a loss; one that rises is to be written down here. */
static const struct {
	const char *corpus, *format;
	size_t same, all;
} round_trips[] = {
	{"prompts-chat/prompts.csv", "prompt-md", 1282, 1282},
	{"prompts-chat/prompts.csv", "csv", 1282, 1282},
	{"prompts-chat/prompts.csv", "dotprompt", 1282, 1282},
	{"prompts-chat/prompts.csv", "langfuse", 1282, 0},
	{"prompts-chat/prompts.csv", "github", 1076, 0},
	{"prompts-chat/prompts.csv", "llm", 1264, 0},
	{"prompts-chat/prompts.csv", "espanso", 1282, 0},
	{"prompts-chat/prompts.csv", "claude", 1081, 896},
	{"prompts-chat/prompts.csv", "gemini", 897, 0},
	{"prompts-chat/prompts.csv", "skill", 897, 0},
	{"fabric", "prompt-md", 255, 255},
	{"fabric", "fabric", 247, 0},
	{"fabric", "csv", 254, 254},
	{"fabric", "dotprompt", 255, 255},
	{"fabric", "langfuse", 255, 0},
	{"fabric", "github", 253, 0},
	{"fabric", "llm", 255, 0},
	{"dotprompt/examples", "prompt-md", 8, 8},
	{"dotprompt/examples", "dotprompt", 8, 8},
	{"dotprompt/examples", "langfuse", 8, 1},
};

static void round_trip(const struct collect *from, const char *name, size_t *same, size_t *all)
{
	const struct library_format *format = library_format_find(str_of(name));

	*same = *all = 0;
	for (size_t i = 0; i < from->n_prompts; i++) {
		struct buf lost = BUF_INIT(1000);
		struct collect got;
		const struct prompt *back = through(format, from->prompts[i], &got);

		if (back != NULL && !prompt_compare(from->prompts[i], back, &lost)) {
			++*same;
			*all += lost.len == 0;
		}
		buf_fini(&lost);
		collect_fini(&got);
	}
}

static void what_goes_out_comes_back(void)
{
	const char *corpus = "";
	struct collect got;
	bool good = true;

	for (size_t i = 0; i < sizeof(round_trips) / sizeof(*round_trips); i++) {
		size_t same, all;

		if (strcmp(corpus, round_trips[i].corpus) != 0) {
			struct buf path = BUF_INIT(4096);

			if (i > 0)
				collect_fini(&got);
			corpus = round_trips[i].corpus;
			(void)buf_add_format(&path, CORPORA "%s", corpus);
			collect_import(&got, buf_text(&path), NULL, NULL);
			buf_fini(&path);
		}
		round_trip(&got, round_trips[i].format, &same, &all);
		(void)printf("#   %s through %s: %zu of %zu the same, %zu with all the rest\n",
			corpus, round_trips[i].format, same, got.n_prompts, all);
		good &= same == round_trips[i].same && all == round_trips[i].all;
	}
	collect_fini(&got);
	CHECK(good);
}

/* Over files, with everything that export and import do. */
static void round_trip_files(const char *corpus, const char *format)
{
	char *dir = folder_make();
	struct library_export_result result;
	struct collect got, notes, back;
	struct buf path = BUF_INIT(4096);
	struct err err = {0};
	int64_t us;

	(void)buf_add_format(&path, CORPORA "%s", corpus);
	collect_import(&got, buf_text(&path), NULL, NULL);
	/* Every file is synced to the disk; some say as much as all. */
	for (; got.n_prompts > FILES_TRIED; got.n_prompts--)
		prompt_free(got.prompts[got.n_prompts - 1]);
	collect_init(&notes);
	us = clock_monotonic_us();
	CHECK(library_export(dir, library_format_find(str_of(format)),
		      (const struct prompt *const *)got.prompts, got.n_prompts, &notes.sink,
		      &result, &err) == 0);
	us = clock_monotonic_us() - us;
	CHECK_STR(buf_text(&notes.warnings), "");
	CHECK_STR(buf_text(&notes.errors), "");
	collect_import(&back, dir, NULL, NULL);
	(void)printf("#   %s as %s: %zu files, %.0f prompts/s\n", corpus, format, result.written,
		(double)got.n_prompts * 1e6 / (double)us);
	CHECK(back.n_prompts == got.n_prompts && back.n_errors == 0);
	for (size_t i = 0; i < got.n_prompts; i++) {
		const struct prompt *found = collect_find(&back, got.prompts[i]->path);
		struct buf lost = BUF_INIT(1000);

		CHECK(found != NULL);
		CHECK(!prompt_compare(got.prompts[i], found, &lost));
		CHECK_STR(buf_text(&lost), "");
		buf_fini(&lost);
	}
	collect_fini(&got);
	collect_fini(&notes);
	collect_fini(&back);
	buf_fini(&path);
	folder_remove(dir);
}

static void files_go_out_and_come_back_whole(void)
{
	round_trip_files("prompts-chat/prompts.csv", "prompt-md");
	round_trip_files("fabric", "prompt-md");
	round_trip_files("fabric", "fabric");
	round_trip_files("dotprompt/examples", "dotprompt");
}

int main(void)
{
	if (access(CORPORA "prompts-chat/prompts.csv", R_OK) != 0) {
		(void)printf("skipped: no corpora in %s\n", CORPORA);
		return TEST_SKIP;
	}
	RUN(every_row_of_prompts_chat_comes_in);
	RUN(every_pattern_of_fabric_comes_in);
	RUN(single_patterns_find_their_description);
	RUN(the_deliberate_errors_of_dotprompt_are_found_where_they_are);
	RUN(the_folder_of_examples_gives_those_that_are_whole);
	RUN(what_goes_out_comes_back);
	RUN(files_go_out_and_come_back_whole);
	return 0;
}
