/* Tests of library/import: the walk, the door, and the formats seen through it. */
#include "tests/collect.h"

static void a_markdown_prompt_says_what_it_is(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "prompt-md", "team/review.prompt.md",
		"---\n"
		"title: Code review\n"
		"description: \"Looks: closely\"\n"
		"tags: [review, c]\n"
		"aliases: cr, rev\n"
		"# who to ask\n"
		"owner: jane   # not Bob\n"
		"collection: engineering\n"
		"x-nested:\n"
		"  - a: 1\n"
		"\n"
		"    b: [2,3]\n"
		"inputs:\n"
		"  - name: language\n"
		"    enum: [c, rust]\n"
		"    default: c\n"
		"  - name: strict\n"
		"    type: boolean\n"
		"    required: false\n"
		"  - name: code\n"
		"    description: what to read\n"
		"---\n"
		"\n"
		"Review this {{language}}: {{code}} {{other}}\n"
		"\n");

	CHECK(p != NULL);
	CHECK(got.n_errors + got.n_warnings == 0);
	CHECK_STR(p->path, "team/review");
	CHECK_STR(p->title, "Code review");
	CHECK_STR(p->description, "Looks: closely");
	CHECK(p->n_tags == 2 && strcmp(p->tags[1], "c") == 0);
	CHECK(p->n_aliases == 2 && strcmp(p->aliases[0], "cr") == 0);
	CHECK_STR(p->collection, "engineering");
	CHECK_STR(p->extra, "# who to ask\nowner: jane   # not Bob\n"
			    "x-nested:\n  - a: 1\n\n    b: [2,3]\n");
	CHECK(p->n_inputs == 3);
	CHECK(p->inputs[0].n_choices == 2 && !p->inputs[0].required);
	CHECK_STR(p->inputs[0].initial, "c");
	CHECK(p->inputs[1].type == PROMPT_BOOLEAN && !p->inputs[1].required);
	CHECK(p->inputs[2].required);
	CHECK(p->n_messages == 1 && p->messages[0].role == PROMPT_USER);
	CHECK_STR(p->messages[0].text, "Review this {{language}}: {{code}} {{other}}");
	collect_fini(&got);
}

static void markdown_without_front_matter_is_all_text(void)
{
	struct collect got;
	const struct prompt *p =
		collect_parse(&got, "prompt-md", "Fix It.md", "---\nno end of this\n\nDo it.\n");

	CHECK(p != NULL);
	CHECK_STR(p->path, "fix-it");
	CHECK_STR(p->title, "Fix It");
	CHECK_STR(p->messages[0].text, "---\nno end of this\n\nDo it.");
	collect_fini(&got);
}

static void vs_code_variables_become_inputs(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "prompt-md", "x.prompt.md",
		"---\nmode: agent\ntools: ['search', 'edit']\n---\n"
		"Write ${input:what} as ${input:how to:briefly?} and ${input:what} in ${file}:\n"
		"${selection} {{what}}\n");

	CHECK(p != NULL);
	CHECK_STR(p->extra, "mode: agent\ntools: ['search', 'edit']\n");
	CHECK(p->n_inputs == 3);
	/* {{what}} stood there as text, so the variable goes by another name. */
	CHECK_STR(p->inputs[0].name, "what_2");
	CHECK_STR(p->inputs[0].description, "what");
	CHECK_STR(p->inputs[1].name, "how_to");
	CHECK_STR(p->inputs[1].description, "briefly?");
	CHECK_STR(p->messages[0].text, "Write {{what_2}} as {{how_to}} and {{what_2}} in ${file}:\n"
				       "{{selection}} {{what}}");
	collect_fini(&got);
}

static void sections_of_roles_become_messages(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "prompt-md", "x.md",
		"---\nsystem: |\n  Be terse.\n  Always.\n---\nHi {{role \"x\"}}\n"
		"{{role \"model\"}}\nYes?\n{{role \"user\"}}\nGo on.\n");

	CHECK(p != NULL);
	CHECK(p->n_messages == 4);
	CHECK(p->messages[0].role == PROMPT_SYSTEM);
	CHECK_STR(p->messages[0].text, "Be terse.\nAlways.");
	CHECK_STR(p->messages[1].text, "Hi {{role \"x\"}}");
	CHECK(p->messages[2].role == PROMPT_ASSISTANT);
	CHECK_STR(p->messages[2].text, "Yes?");
	CHECK_STR(p->messages[3].text, "Go on.");
	collect_fini(&got);
}

static void faults_of_front_matter_have_their_line(void)
{
	static const struct {
		const char *text, *errors;
	} cases[] = {
		{"---\na: 1\nb: &x 2\n---\nt", "x.md:3: anchors (&name) are not taken\n"},
		{"---\na: 1\nb: *x\n---\nt", "x.md:3: aliases (*name) are not taken\n"},
		{"---\n\nb: !!int 2\n---\nt", "x.md:3: tags (!name) are not taken\n"},
		{"---\na: 1\nb: 2\na: 3\n---\nt", "x.md:4: \"a\" stands here twice\n"},
		{"---\n- a\n---\nt", "x.md:2: front matter must be lines of \"key: value\"\n"},
		{"---\ninputs:\n  - name: a b\n---\nt",
			"x.md:3: not a legal name of an input: \"a b\"\n"},
		{"---\ninputs:\n  - name: a\n    type: integer\n    default: x\n---\nt",
			"x.md:7: input 'a': default 'x' is no integer\n"},
		{"---\ntitle: x\n---\n \n", "x.md:4: no text\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct collect got;

		CHECK(collect_parse(&got, "prompt-md", "x.md", cases[i].text) == NULL);
		CHECK_STR(buf_text(&got.errors), cases[i].errors);
		collect_fini(&got);
	}
}

static void title_is_cut(const char *title)
{
	struct buf text = BUF_INIT(1 << 20);
	struct collect got;
	const struct prompt *p;

	(void)buf_add_format(&text, "---\ntitle: %s\n---\nx", title);
	p = collect_parse(&got, "prompt-md", "x.md", buf_text(&text));
	CHECK(p != NULL && strlen(p->title) == 510); /* between characters */
	CHECK_STR(buf_text(&got.warnings), "x.md:4: the title is cut to 512 bytes\n");
	collect_fini(&got);
	buf_fini(&text);
}

/* Sizes and depths that no prompt needs. */
static void front_matter_has_its_ceilings(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct collect got;

	(void)buf_add_str(&text, "---\na: ");
	for (int i = 0; i < 30; i++)
		(void)buf_add_str(&text, "[");
	for (int i = 0; i < 30; i++)
		(void)buf_add_str(&text, "]");
	(void)buf_add_str(&text, "\n---\nx");
	CHECK(collect_parse(&got, "prompt-md", "x.md", buf_text(&text)) == NULL);
	CHECK_STR(buf_text(&got.errors), "x.md:2: nested too deep\n");
	collect_fini(&got);
	buf_clear(&text);
	(void)buf_add_str(&text, "---\na: ");
	for (int i = 0; i < 70000; i++)
		(void)buf_add_char(&text, 'x');
	(void)buf_add_str(&text, "\n---\nx");
	CHECK(collect_parse(&got, "prompt-md", "x.md", buf_text(&text)) == NULL);
	CHECK_STR(buf_text(&got.errors), "x.md:0: more than 64 KiB of YAML\n");
	collect_fini(&got);
	buf_clear(&text);
	for (int i = 0; i < 400; i++)
		(void)buf_add_str(&text, "\xe2\x82\xac");
	title_is_cut(buf_text(&text));
	buf_fini(&text);
}

static void values_that_are_no_yaml_are_taken_with_a_warning(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "prompt-md", "x.md",
		"---\ndescription: Fix: the thing\nhint: [a] [b]\ntags: [x]\n---\nt");

	CHECK(p != NULL);
	CHECK_STR(p->description, "Fix: the thing");
	CHECK_STR(p->extra, "hint: [a] [b]\n");
	CHECK(got.n_warnings == 2 && got.n_errors == 0);
	CHECK(strncmp(buf_text(&got.warnings), "x.md:2: ", 8) == 0);
	collect_fini(&got);
}

static void csv_rows_become_prompts_with_their_variables(void)
{
	struct collect got;
	const struct prompt *p;

	(void)collect_parse(&got, "csv", "p.csv",
		"act,prompt,for_devs,type,contributor\n"
		"Interviewer,\"For ${Job Title:Clerk} \"\"now\"\"\n${Job Title} {{Job_Title}} "
		"${x.y()}\n"
		"${{ secrets.A }} ${a}\",TRUE,STRUCTURED,\"f,g\"\n"
		"\n"
		"Interviewer,again,FALSE,TEXT,f\n");
	CHECK(got.n_errors + got.n_warnings == 0);
	CHECK(got.n_prompts == 2);
	p = got.prompts[0];
	CHECK_STR(p->title, "Interviewer");
	CHECK_STR(p->messages[0].text,
		"For {{Job_Title_2}} \"now\"\n{{Job_Title_2}} {{Job_Title}} ${x.y()}\n"
		"${{ secrets.A }} {{a}}");
	CHECK(p->n_inputs == 2);
	CHECK_STR(p->inputs[0].description, "Job Title");
	CHECK_STR(p->inputs[0].initial, "Clerk");
	CHECK(!p->inputs[0].required && p->inputs[1].required);
	CHECK(p->n_tags == 2);
	CHECK_STR(p->tags[0], "for-devs");
	CHECK_STR(p->tags[1], "structured");
	CHECK_STR(p->extra, "contributor: f,g\n");
	collect_fini(&got);
}

static void bad_rows_of_csv_do_not_stop_the_others(void)
{
	struct collect got;

	(void)collect_parse(&got, "csv", "p.csv",
		"act,prompt\n"
		"a,\"one\ntwo\"\n"
		"b,\"x\"y\n"
		"c,d,e\n"
		",no name\n"
		"f,\n"
		"g,good\n"
		"h,\"open\n");
	CHECK(got.n_prompts == 2);
	CHECK_STR(got.prompts[1]->title, "g");
	CHECK_STR(buf_text(&got.errors), "p.csv:4: text behind a closing quote\n"
					 "p.csv:5: 3 fields where the first row has 2\n"
					 "p.csv:6: a prompt without a name\n"
					 "p.csv:7: no text\n"
					 "p.csv:9: a quote is not closed\n");
	collect_fini(&got);
}

static void a_pattern_is_a_folder(void)
{
	char *dir = folder_make();
	struct collect got;
	const struct prompt *p;

	folder_text(dir, "data/patterns/sum_up/system.md", "# IDENTITY\n\nSum up {{lang_code}}.\n");
	folder_text(dir, "data/patterns/sum_up/user.md", "CONTENT: {{input}}\n");
	folder_text(dir, "data/patterns/sum_up/README.md", "about");
	folder_text(
		dir, "data/patterns/talk/system.md", "Use {{Host}} and {{a b}} {{input}} {{x}}\n");
	folder_text(dir, "scripts/pattern_descriptions/pattern_descriptions.json",
		"{\"patterns\":[{\"patternName\":\"sum_up\",\"description\":\"Short.\","
		"\"tags\":[\"CR THINKING\",\"AI\"]}]}");
	collect_import(&got, dir, NULL, "fab");
	CHECK(got.n_prompts == 2 && got.n_errors == 0 && got.n_warnings == 0);
	p = collect_find(&got, "fab/sum_up");
	CHECK(p != NULL && p->n_messages == 2);
	CHECK(p->messages[0].role == PROMPT_SYSTEM && p->messages[1].role == PROMPT_USER);
	CHECK_STR(p->messages[1].text, "CONTENT: {{input}}");
	CHECK_STR(p->description, "Short.");
	CHECK_STR(p->tags[0], "cr-thinking");
	CHECK_STR(p->collection, "fab");
	CHECK(p->n_inputs == 2);
	p = collect_find(&got, "fab/talk");
	CHECK(p != NULL && p->n_inputs == 1);
	CHECK_STR(p->inputs[0].name, "input");
	collect_fini(&got);
	folder_remove(dir);
}

/* user.md beside system.md is read for the pattern, but not through a link. */
static void what_lies_beside_is_not_read_through_a_link(void)
{
	char *dir = folder_make();
	struct buf path = BUF_INIT(4096);
	struct collect got;

	folder_text(dir, "secret", "secret\n");
	folder_text(dir, "p/one/system.md", "Do.\n");
	(void)buf_add_format(&path, "%s/p/one/user.md", dir);
	CHECK(symlink("../../secret", buf_text(&path)) == 0);
	collect_import(&got, dir, NULL, NULL);
	CHECK(got.n_prompts == 1 && got.prompts[0]->n_messages == 1);
	collect_fini(&got);
	buf_fini(&path);
	folder_remove(dir);
}

static void the_walk_takes_what_it_knows_in_order(void)
{
	char *dir = folder_make();
	struct collect got;
	struct buf big = BUF_INIT(LIBRARY_FILE_BYTES_MAX + 10);

	folder_text(dir, "b/two.prompt.md", "two\n");
	folder_text(dir, "a/One Thing.prompt.md", "\xef\xbb\xbfone\r\nmore\r\n");
	folder_text(dir, "a/one-thing.prompt.md", "other\n");
	folder_text(dir, "README.md", "---\ntitle: no prompt\n---\nx\n");
	folder_text(dir, "package.json", "{\"name\":\"x\",\"prompt\":1}");
	folder_text(dir, "notes.md", "no front matter");
	folder_text(dir, "bad.prompt.md", "\xff\xfe\x00x");
	folder_text(dir, "node_modules/x/y.prompt.md", "no");
	folder_text(dir, ".git/y.prompt.md", "no");
	folder_text(dir, "pic.png", "\x89PNG");
	memset(buf_reserve(&big, LIBRARY_FILE_BYTES_MAX + 1), 'x', LIBRARY_FILE_BYTES_MAX + 1);
	folder_write(dir, "big.prompt.md", big.data, LIBRARY_FILE_BYTES_MAX + 1);
	buf_fini(&big);
	CHECK(symlink("b", "/dev/null/x") != 0);
	{
		struct buf link = BUF_INIT(4096);

		(void)buf_add_format(&link, "%s/zz.prompt.md", dir);
		CHECK(symlink("b/two.prompt.md", buf_text(&link)) == 0);
		buf_clear(&link);
		(void)buf_add_format(&link, "%s/loop", dir);
		CHECK(symlink(".", buf_text(&link)) == 0);
		buf_clear(&link);
		(void)buf_add_format(&link, "%s/pipe.prompt.md", dir);
		CHECK(mkfifo(buf_text(&link), 0600) == 0);
		buf_fini(&link);
	}
	collect_import(&got, dir, NULL, NULL);
	CHECK(got.n_prompts == 3);
	CHECK_STR(got.prompts[0]->path, "a/one-thing");
	CHECK_STR(got.prompts[0]->messages[0].text, "one\nmore");
	CHECK_STR(got.prompts[1]->path, "a/one-thing-2");
	CHECK_STR(got.prompts[2]->path, "b/two");
	CHECK_STR(got.prompts[2]->source, "local");
	CHECK(strstr(got.prompts[2]->origin, "/b/two.prompt.md") != NULL);
	CHECK(got.n_errors == 2 && got.n_warnings == 0);
	CHECK(strstr(buf_text(&got.errors), "bad.prompt.md:1: not UTF-8 text\n") != NULL);
	CHECK(strstr(buf_text(&got.errors), "big.prompt.md:0: larger than 4 MiB\n") != NULL);
	CHECK(got.n_infos == 5);
	collect_fini(&got);
	folder_remove(dir);
}

static void characters_that_do_not_show_are_shown(void)
{
	char *dir = folder_make();
	struct collect got;
	const struct prompt *p;

	folder_text(dir, "a.prompt.md", "---\ntitle: T\n---\nclean\nnot\xe2\x80\xae clean\n");
	folder_text(dir, "b.prompt.md", "---\ntitle: \"T\\u202e\"\n---\nclean\n");
	folder_text(dir, "c.csv",
		"act,prompt\nx,clean\ny,un\xe2\x80\x8e"
		"clean\n");
	folder_text(dir, "d.prompt.md", "---\nti\x01tle: T\n---\nclean\n");
	collect_import(&got, dir, NULL, NULL);
	CHECK(got.n_errors == 0 && got.n_prompts == 5);
	p = collect_find(&got, "a");
	CHECK(p != NULL && p->flags == PROMPT_FLAG_HIDDEN);
	CHECK_STR(p->messages[0].text, "clean\nnot<U+202E> clean");
	CHECK(strstr(buf_text(&got.warnings), "a.prompt.md:5: 1 character") != NULL);
	p = collect_find(&got, "b");
	CHECK(p != NULL && p->flags == PROMPT_FLAG_HIDDEN);
	CHECK_STR(p->title, "T<U+202E>");
	p = collect_find(&got, "x");
	CHECK(p != NULL && p->flags == 0);
	p = collect_find(&got, "y");
	CHECK(p != NULL && p->flags == PROMPT_FLAG_HIDDEN);
	collect_fini(&got);
	folder_remove(dir);
}

static void one_file_can_be_pointed_at(void)
{
	char *dir = folder_make();
	struct buf path = BUF_INIT(4096);
	struct collect got;
	struct library_import options = {0};
	struct err err = {0};
	size_t seen;

	folder_text(dir, "x/notes.md", "Plain text.\n");
	(void)buf_add_format(&path, "%s/x/notes.md", dir);
	collect_import(&got, buf_text(&path), NULL, NULL);
	CHECK(got.n_prompts == 1 && got.n_errors + got.n_warnings + got.n_infos == 0);
	CHECK_STR(got.prompts[0]->path, "notes");
	CHECK_STR(got.prompts[0]->origin, buf_text(&path));
	collect_fini(&got);
	/* Then it should be one. */
	folder_text(dir, "x/notes.txt", "Plain text.\n");
	buf_clear(&path);
	(void)buf_add_format(&path, "%s/x/notes.txt", dir);
	collect_import(&got, buf_text(&path), NULL, NULL);
	CHECK(got.n_prompts == 0 && got.n_errors == 1);
	collect_fini(&got);
	collect_init(&got);
	CHECK(library_import("/nowhere/at/all", &options, &got.sink, &seen, &err) ==
		LIBRARY_NO_PATH);
	CHECK_STR(err.text, "No such file or directory");
	collect_fini(&got);
	buf_fini(&path);
	folder_remove(dir);
}

/* Prompts of several folders in one import, as many as say the same path. */
static size_t import_folder(struct collect *got, const char *dir, const char *name, json_t *met)
{
	struct library_import options = {.met = met};
	struct buf path = BUF_INIT(4096);
	size_t before = got->n_prompts, seen;
	struct err err = {0};

	(void)buf_add_format(&path, "%s/%s", dir, name);
	CHECK(library_import(buf_text(&path), &options, &got->sink, &seen, &err) == 0);
	buf_fini(&path);
	return got->n_prompts - before;
}

static void folders_of_one_import_keep_their_prompts_apart(void)
{
	char *dir = folder_make();
	json_t *met = json_object();
	struct collect got;

	folder_text(dir, "a/x.prompt.md", "---\ntitle: X\n---\nof a\n");
	folder_text(dir, "b/x.prompt.md", "---\ntitle: X\n---\nof b\n");
	collect_init(&got);
	CHECK(import_folder(&got, dir, "a", met) == 1);
	CHECK(import_folder(&got, dir, "b", met) == 1);
	CHECK_STR(got.prompts[0]->path, "x");
	CHECK_STR(got.prompts[1]->path, "x-2");
	/* What was read is not read again, whichever way it is reached. */
	CHECK(import_folder(&got, dir, "a", met) == 0);
	CHECK(import_folder(&got, dir, "b/x.prompt.md", met) == 0);
	CHECK(got.n_errors + got.n_warnings == 0);
	json_decref(met);
	collect_fini(&got);
	folder_remove(dir);
}

/* A library: what was imported, the newest last. */
static bool collect_holder(void *data, const struct prompt *prompt, struct library_holder *holder)
{
	const struct collect *collect = data;
	struct err err;
	size_t i;

	for (i = collect->n_prompts; i-- > 0;) {
		const struct prompt *there = collect->prompts[i];

		if (strcmp(there->path, prompt->path) != 0)
			continue;
		(void)buf_add_str(&holder->origin, there->origin);
		return prompt_digest(there, holder->digest, &err) == 0;
	}
	return false;
}

/* The file keeps its path, in whatever order folders are imported. */
static void a_file_keeps_its_path(void)
{
	static const char *const rounds[] = {"a", "b", "c", "cba", "bca", "b", "a", NULL};
	char *dir = folder_make();
	struct collect got;
	size_t i, j, n;

	folder_text(dir, "a/x.prompt.md", "---\ntitle: X\n---\nof a\n");
	folder_text(dir, "b/x.prompt.md", "---\ntitle: X\n---\nof b\n");
	folder_text(dir, "c/x.prompt.md", "---\ntitle: X\n---\nof c\n");
	collect_init(&got);
	got.sink.holder = collect_holder;
	for (i = 0; rounds[i] != NULL; i++) {
		json_t *met = json_object();

		for (j = 0; rounds[i][j] != '\0'; j++) {
			const char name[] = {rounds[i][j], '\0'};

			CHECK(import_folder(&got, dir, name, met) == 1);
		}
		json_decref(met);
	}
	CHECK(got.n_errors == 0 && got.n_warnings == 2);
	CHECK(strstr(buf_text(&got.warnings), "this one became \"x-3\"") != NULL);
	for (n = 0; n < got.n_prompts; n++) {
		static const char *const paths[] = {"x", "x-2", "x-3"};

		CHECK_STR(got.prompts[n]->path, paths[got.prompts[n]->messages[0].text[3] - 'a']);
	}
	collect_fini(&got);
	folder_remove(dir);
}

int main(void)
{
	RUN(a_markdown_prompt_says_what_it_is);
	RUN(markdown_without_front_matter_is_all_text);
	RUN(vs_code_variables_become_inputs);
	RUN(sections_of_roles_become_messages);
	RUN(faults_of_front_matter_have_their_line);
	RUN(front_matter_has_its_ceilings);
	RUN(values_that_are_no_yaml_are_taken_with_a_warning);
	RUN(csv_rows_become_prompts_with_their_variables);
	RUN(bad_rows_of_csv_do_not_stop_the_others);
	RUN(a_pattern_is_a_folder);
	RUN(what_lies_beside_is_not_read_through_a_link);
	RUN(the_walk_takes_what_it_knows_in_order);
	RUN(characters_that_do_not_show_are_shown);
	RUN(one_file_can_be_pointed_at);
	RUN(folders_of_one_import_keep_their_prompts_apart);
	RUN(a_file_keeps_its_path);
	return 0;
}
