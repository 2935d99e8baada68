/* Tests of library/format_*: each notation in, and out again. */
#include "core/render.h"
#include "library/compare.h"
#include "tests/collect.h"

static void a_command_of_claude_has_arguments(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "claude", ".claude/commands/git/fix.md",
		"---\n"
		"description: Fix an issue\n"
		"argument-hint: [issue] [how far]\n"
		"allowed-tools: Bash(git status:*), Read\n"
		"---\n"
		"State: !`git status`\n"
		"Fix $1 as far as $2 in @src/main.c, not $12 or $3.50.\n");

	CHECK(p != NULL);
	CHECK_STR(p->path, "git/fix");
	CHECK_STR(p->title, "fix");
	CHECK_STR(p->description, "Fix an issue");
	CHECK_STR(p->extra, "argument-hint: [issue] [how far]\n"
			    "allowed-tools: Bash(git status:*), Read\n");
	CHECK(p->n_inputs == 2);
	CHECK_STR(p->inputs[0].name, "issue");
	CHECK(p->inputs[0].description == NULL && !p->inputs[0].required);
	CHECK_STR(p->inputs[1].name, "how_far");
	CHECK_STR(p->inputs[1].description, "how far");
	CHECK_STR(p->messages[0].text,
		"State: !`git status`\n"
		"Fix {{issue}} as far as {{how_far}} in @src/main.c, not $12 or $3.50.");
	CHECK(p->flags == PROMPT_FLAG_EXECUTABLE);
	CHECK(strstr(buf_text(&got.warnings), "holds a command") != NULL);
	collect_fini(&got);

	p = collect_parse(
		&got, "claude", "review.md", "Review $ARGUMENTS for {{arguments}}, $5.\n");
	CHECK(p != NULL && p->n_inputs == 1);
	CHECK_STR(p->inputs[0].name, "arguments_2");
	CHECK(p->inputs[0].required);
	CHECK_STR(p->messages[0].text, "Review {{arguments_2}} for {{arguments}}, $5.");
	collect_fini(&got);
}

/* What the picker is to offer first, and what it is not to show. */
static void inputs_say_how_they_are_asked_for(void)
{
	const struct library_format *format = library_format_find(STR("prompt-md"));
	struct buf text = BUF_INIT(10000), differs = BUF_INIT(1000);
	struct collect got, again;
	const struct prompt *p, *q;
	struct err err;

	p = collect_parse(&got, "prompt-md", "a.prompt.md",
		"---\ntitle: A\ninputs:\n"
		"  - name: text\n    source: selection\n    type: text\n"
		"  - name: old\n    source: clipboard\n"
		"  - name: key\n    type: password\n"
		"  - name: word\n    secret: true\n    source: nowhere\n"
		"---\n{{text}} {{old}} {{key}} {{word}}\n");
	CHECK(p != NULL && p->n_inputs == 4);
	CHECK(p->inputs[0].from == PROMPT_FROM_SELECTION && p->inputs[0].multiline);
	CHECK(p->inputs[1].from == PROMPT_FROM_CLIPBOARD && !p->inputs[1].multiline);
	CHECK(p->inputs[2].secret && p->inputs[2].type == PROMPT_STRING);
	CHECK(p->inputs[3].secret && p->inputs[3].from == PROMPT_FROM_PERSON);
	CHECK(strstr(buf_text(&got.warnings), "\"source\" is not known here") != NULL);
	CHECK(format->write(p, &text, &err) == 0);
	q = collect_parse(&again, "prompt-md", "a.prompt.md", buf_text(&text));
	CHECK(q != NULL && !prompt_compare(p, q, &differs));
	CHECK(differs.len == 0);
	collect_fini(&got);
	collect_fini(&again);
	buf_fini(&text);
	buf_fini(&differs);
}

static void the_clipboard_of_espanso_is_a_source_both_ways(void)
{
	const struct library_format *format = library_format_find(STR("espanso"));
	struct buf text = BUF_INIT(10000), differs = BUF_INIT(1000);
	struct collect got, again;
	const struct prompt *p, *q;
	struct err err;

	p = collect_parse(&got, "espanso", "x.yml",
		"matches:\n  - trigger: \":q\"\n    form: \"{{clip}} for [[who]]\"\n"
		"    vars:\n      - name: clip\n        type: clipboard\n");
	CHECK(p != NULL && p->n_inputs == 2);
	CHECK(prompt_input_find(p, STR("clip"))->from == PROMPT_FROM_CLIPBOARD);
	CHECK(prompt_input_find(p, STR("who"))->from == PROMPT_FROM_PERSON);
	CHECK(format->write_all(&p, 1, &text, &err) == 0);
	q = collect_parse(&again, "espanso", "x.yml", buf_text(&text));
	CHECK(q != NULL);
	(void)prompt_compare(p, q, &differs);
	CHECK_STR(buf_text(&differs), "");
	collect_fini(&got);
	collect_fini(&again);
	buf_fini(&text);
	buf_fini(&differs);
}

/* Whatever braces the text has around a variable, the variable is filled in. */
static void variables_between_braces_are_still_variables(void)
{
	static const char *const texts[][2] = {{"{{${x}}}", "{{V}}"}, {"{{#${x}}}", "{{#V}}"},
		{"{${x} ", "{V"}, {"${x}}", "V}"}, {"{${x}}", "{V}"}, {"{{ ${x} }}", "{{ V }}"},
		{"{{{${x}}}}", "{{{V}}}"}, {"{{> ${x}}}", "{{> V}}"}, {"{{a${x}", "{{aV"},
		{"{{/${x}}}", "{{/V}}"}, {"x}}${x}{{", "x}}V{{"}, {"{{x${x}${x}x}}", "{{xVVx}}"},
		{"{{x}}${x}", "{{x}}V"}};
	json_t *args = json_object();

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf file = BUF_INIT(1000);
		struct render render = {0};
		struct err err = {0};
		struct collect got;
		const struct prompt *p;

		(void)buf_add_format(&file, "act,prompt\na,%s\n", texts[i][0]);
		p = collect_parse(&got, "csv", "x.csv", buf_text(&file));
		CHECK(p != NULL && p->n_inputs == 1);
		(void)json_object_clear(args);
		(void)json_object_set_new(args, p->inputs[0].name, json_string("V"));
		CHECK(render_prompt(p, args, NULL, &render, &err) == RENDER_DONE);
		CHECK_STR(render.messages[0].text, texts[i][1]);
		render_fini(&render);
		buf_fini(&file);
		collect_fini(&got);
	}
	json_decref(args);
}

static void a_skill_is_named_by_its_front_matter(void)
{
	char *dir = folder_make();
	struct collect got;
	const struct prompt *p;

	folder_text(dir, ".claude/skills/pdf/SKILL.md",
		"---\nname: pdf-forms\ndescription: Fill in forms: fast\nlicense: MIT\n---\n\n"
		"# PDF\n\nRun scripts/fill.py.\n");
	folder_text(
		dir, ".claude/skills/pdf/reference/api.md", "---\ntitle: Not a prompt\n---\nx\n");
	folder_text(dir, ".claude/skills/pdf/scripts/fill.py", "pass\n");
	folder_text(dir, "bare/SKILL.md", "no front matter\n");
	collect_import(&got, dir, NULL, NULL);
	CHECK(got.n_prompts == 1 && got.n_errors == 1 && got.n_infos == 2);
	p = got.prompts[0];
	CHECK_STR(p->path, "pdf-forms");
	CHECK_STR(p->format, "skill");
	CHECK_STR(p->description, "Fill in forms: fast");
	CHECK_STR(p->extra, "license: MIT\n");
	CHECK_STR(p->messages[0].text, "# PDF\n\nRun scripts/fill.py.");
	collect_fini(&got);
	folder_remove(dir);
}

static void a_dotprompt_has_schema_and_roles(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "dotprompt", "greet.prompt",
		"# licence\n\n"
		"---\n"
		"model: vendor/model\n"
		"config:\n  temperature: 0.7 # warm\n"
		"input:\n"
		"  schema:\n"
		"    name: string, who, by name\n"
		"    vip?: boolean\n"
		"    tone?(enum, how): [kind, \"no\"]\n"
		"    age: integer\n"
		"  default:\n"
		"    age: 7\n"
		"---\n"
		"{{role \"system\"}}\n"
		"Be {{tone}}.\n"
		"{{! gone }}\n"
		"{{role 'user'}}\n"
		"{{#if vip}}Dear {{{name}}}{{else}}Hi {{ name }}{{/if}} {{age}} {\"a\":{}} "
		"\\{{x}}\n"
		"{{#unless vip}}Bye{{/unless}}\n");

	CHECK(p != NULL);
	CHECK(got.n_errors + got.n_warnings == 0);
	CHECK_STR(p->model, "vendor/model");
	CHECK_STR(p->extra, "config:\n  temperature: 0.7 # warm\n");
	CHECK(p->n_inputs == 4);
	CHECK_STR(p->inputs[0].description, "who, by name");
	CHECK(p->inputs[0].required && !p->inputs[1].required && !p->inputs[3].required);
	CHECK(p->inputs[2].n_choices == 2 && p->inputs[3].type == PROMPT_INTEGER);
	CHECK_STR(p->inputs[2].choices[1], "no");
	CHECK_STR(p->inputs[3].initial, "7");
	CHECK(p->n_messages == 2 && p->messages[0].role == PROMPT_SYSTEM);
	CHECK_STR(p->messages[0].text, "Be {{tone}}.");
	CHECK_STR(p->messages[1].text,
		"{{#vip}}Dear {{{name}}}{{/vip}}{{^vip}}Hi {{ name }}{{/vip}} "
		"{{age}} {\"a\":{}} {{x}}\n"
		"{{^vip}}Bye{{/vip}}");
	collect_fini(&got);
}

static void faults_of_handlebars_have_their_line(void)
{
	static const struct {
		const char *text, *errors, *warnings;
	} cases[] = {
		{"a\n{{#if x}}\nb", "x.prompt:2: block '{{#if}}' is not closed\n", ""},
		{"a\n{{/each}}", "x.prompt:2: '{{/each}}' closes nothing that is open here\n", ""},
		{"a\n\nb }} c", "x.prompt:3: a closing '}}' without an opening '{{'\n", ""},
		{"a {{b\n{{c}}", "x.prompt:1: a tag '{{' is not closed\n", ""},
		{"{{else}}", "x.prompt:1: '{{else}}' stands in no block\n", ""},
		{"{{#role \"user\"}}x", "x.prompt:1: block '{{#role}}' is not closed\n", ""},
		{"{{! never\n", "x.prompt:1: a tag '{{' is not closed\n", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct collect got;

		CHECK(collect_parse(&got, "dotprompt", "x.prompt", cases[i].text) == NULL);
		CHECK_STR(buf_text(&got.errors), cases[i].errors);
		CHECK_STR(buf_text(&got.warnings), cases[i].warnings);
		collect_fini(&got);
	}
}

static void without_a_schema_every_plain_name_is_an_input(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "dotprompt", "x.prompt",
		"---\ninput:\n  default: {b: two}\n---\n{{a}} {{b}} {{history}} {{@state.x}} "
		"{{a.b}}");

	CHECK(p != NULL && p->n_inputs == 3);
	CHECK_STR(p->inputs[0].name, "b");
	CHECK_STR(p->inputs[0].initial, "two");
	CHECK_STR(p->inputs[1].name, "a");
	CHECK_STR(p->inputs[2].name, "a.b");
	CHECK(got.n_warnings == 2);
	collect_fini(&got);
}

static void flags_without_a_schema_are_booleans(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "dotprompt", "x.prompt",
		"a {{~#if show~}} b {{~ name ~}} c {{~/if~}} d{{#if name}}e{{/if}}{{{name}}}");

	CHECK(p != NULL && p->n_inputs == 2);
	CHECK_STR(p->inputs[0].name, "name");
	CHECK_STR(p->inputs[1].name, "show");
	CHECK(p->inputs[1].type == PROMPT_BOOLEAN && !p->inputs[1].required);
	CHECK_STR(p->messages[0].text,
		"a{{#show}}b{{name}}c{{/show}}d{{#if name}}e{{/if}}{{{name}}}");
	CHECK(got.n_warnings == 1);
	collect_fini(&got);
}

static void a_command_of_gemini_is_toml(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "gemini", ".gemini/commands/git/commit.toml",
		"# a comment\n"
		"description = \"Write a \\\"commit\\\" \\u00e9\"\n"
		"other = [1, \"two\"] # kept\n"
		"prompt = \"\"\"\n"
		"Write {{args}} \\\n"
		"     for: !{git diff} \"\" @{file}\n"
		"and {{x}}\"\"\"\n");

	CHECK(p != NULL);
	CHECK_STR(p->path, "git/commit");
	CHECK_STR(p->description, "Write a \"commit\" \xc3\xa9");
	CHECK_STR(p->messages[0].text, "Write {{args}} for: !{git diff} \"\" @{file}\nand {{x}}");
	CHECK(p->n_inputs == 1 && p->inputs[0].required);
	CHECK(p->flags == PROMPT_FLAG_EXECUTABLE);
	CHECK_STR(p->extra, "other: [1, \"two\"]\n");
	collect_fini(&got);
}

static void faults_of_toml_have_their_line(void)
{
	static const struct {
		const char *text, *errors;
	} cases[] = {
		{"a = 1\n\na = 2\n", "x.toml:3: not TOML: \"a\" stands here twice\n"},
		{"a = b\n", "x.toml:1: not TOML: text without quotes\n"},
		{"\na = \"b\n", "x.toml:2: not TOML: a string is not closed on its line\n"},
		{"a = '''b\n\n", "x.toml:3: not TOML: a string is not closed\n"},
		{"a = \"\\q\"\n", "x.toml:1: not TOML: an unknown escape\n"},
		{"a = \"\\ud800\"\n", "x.toml:1: not TOML: a \\u that is no character\n"},
		{"a 1\n", "x.toml:1: not TOML: no '=' behind the key\n"},
		{"a = 1 b\n", "x.toml:1: not TOML: more behind the value\n"},
		{"a = [1, 2\nb = 1\n", "x.toml:2: not TOML: an array is not closed\n"},
		{"a = {b = 1}\n", "x.toml:1: inline tables are not taken\n"},
		{"[a\n", "x.toml:1: not TOML: a [table] is not closed\n"},
		{"a.b = 1\na.b.c = 2\n", "x.toml:2: not TOML: a value where a table must be\n"},
		{"description = \"x\"\n", "x.toml:1: no \"prompt\" in it\n"},
		{"[t]\nprompt = 'x'\n", "x.toml:1: no \"prompt\" in it\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct collect got;

		CHECK(collect_parse(&got, "gemini", "x.toml", cases[i].text) == NULL);
		CHECK_STR(buf_text(&got.errors), cases[i].errors);
		collect_fini(&got);
	}
}

static void a_prompt_of_github_is_a_list_of_messages(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "github", ".github/prompts/sum.prompt.yml",
		"name: Text Summarizer\n"
		"description: Sums up\n"
		"model: openai/gpt-4o\n"
		"modelParameters:\n"
		"  temperature: 0.5   # cool\n"
		"messages:\n"
		"  - role: system\n"
		"    content: Be brief.\n"
		"  - role: user\n"
		"    content: |\n"
		"      Sum up:\n"
		"      {{input}} {{a b}}\n"
		"  - role: assistant\n"
		"    content: \"\"\n"
		"# the end\n"
		"testData:\n"
		"  - input: x\n");

	CHECK(p != NULL && got.n_errors == 0);
	CHECK_STR(p->path, "text-summarizer");
	CHECK_STR(p->title, "Text Summarizer");
	CHECK_STR(p->model, "openai/gpt-4o");
	CHECK_STR(p->extra, "modelParameters:\n  temperature: 0.5   # cool\n"
			    "# the end\ntestData:\n  - input: x\n");
	CHECK(p->n_messages == 2);
	CHECK_STR(p->messages[1].text, "Sum up:\n{{input}} {{a b}}");
	CHECK(p->n_inputs == 1 && p->inputs[0].required);
	collect_fini(&got);
	CHECK(collect_parse(&got, "github", "x.prompt.yml", "name: x\nmessages:\n  - role: x\n") ==
		NULL);
	CHECK(strncmp(buf_text(&got.errors), "x.prompt.yml:3: ", 16) == 0);
	collect_fini(&got);
}

static void a_template_of_llm_has_dollars(void)
{
	struct collect got;
	const struct prompt *p = collect_parse(&got, "llm", "templates/sum.yaml",
		"model: gpt-4\n"
		"options: {temperature: 1}\n"
		"system: You speak $lang.\n"
		"prompt: |\n"
		"  Sum up ${input}s for $$5 and $lang: $ {{lang}}\n"
		"defaults:\n"
		"  lang: French\n"
		"  unused: x\n");

	CHECK(p != NULL);
	CHECK_STR(p->path, "sum");
	CHECK_STR(p->extra, "options: {temperature: 1}\n");
	CHECK(p->n_messages == 2);
	CHECK_STR(p->messages[0].text, "You speak {{lang_2}}.");
	CHECK_STR(p->messages[1].text, "Sum up {{input}}s for $5 and {{lang_2}}: $ {{lang}}");
	CHECK_STR(p->inputs[0].initial, "French");
	CHECK_STR(buf_text(&got.warnings),
		"templates/sum.yaml:8: the default of \"unused\" is not used\n");
	collect_fini(&got);
}

static void a_match_file_of_espanso_holds_prompts(void)
{
	struct collect got;
	const struct prompt *p;

	(void)collect_parse(&got, "espanso", "base.yml",
		"matches:\n"
		"  - trigger: \":sig\"\n"
		"    replace: \"Yours, {{me}} on {{day}}\"\n"
		"    vars:\n"
		"      - name: me\n"
		"        type: choice\n"
		"        params: {values: [Ann, {label: Bob, id: b}]}\n"
		"      - name: day\n"
		"        type: date\n"
		"        params: {format: x}\n"
		"  - triggers: [\":rev\", \":review\"]\n"
		"    label: Code review\n"
		"    form: |\n"
		"      Review [[language]]:\n"
		"      [[code]] [[not this\n"
		"    form_fields:\n"
		"      language: {type: list, values: [c, rust], default: c}\n"
		"      code: {multiline: true}\n"
		"  - trigger: \":pic\"\n"
		"    image_path: x.png\n"
		"  - trigger: \":f\"\n"
		"    replace: \"Dear {{form1.name}}\"\n"
		"    vars:\n"
		"      - {name: form1, type: form, params: {layout: \"N [[name]]\"}}\n"
		"      - {name: out, type: shell, params: {cmd: ls}}\n");
	CHECK(got.n_prompts == 3 && got.n_errors == 0);
	p = collect_find(&got, "sig");
	CHECK(p != NULL && p->n_inputs == 1);
	CHECK(p->inputs[0].n_choices == 2 && strcmp(p->inputs[0].choices[1], "Bob") == 0);
	CHECK_STR(p->aliases[0], ":sig");
	CHECK_STR(p->title, "sig");
	p = collect_find(&got, "code-review");
	CHECK(p != NULL && p->n_inputs == 2 && p->n_aliases == 2);
	CHECK_STR(p->messages[0].text, "Review {{language}}:\n{{code}} [[not this");
	CHECK_STR(p->inputs[0].initial, "c");
	CHECK(p->inputs[1].required);
	p = collect_find(&got, "f");
	CHECK(p != NULL && p->n_inputs == 1 && p->flags == PROMPT_FLAG_EXECUTABLE);
	CHECK_STR(p->inputs[0].name, "form1.name");
	CHECK(strstr(buf_text(&got.warnings), "base.yml:8: variable \"day\"") != NULL);
	collect_fini(&got);
}

static void an_export_of_langfuse_has_versions(void)
{
	struct collect got;
	const struct prompt *p;

	(void)collect_parse(&got, "langfuse", "x.json",
		"{\"data\":[\n"
		"{\"name\":\"team/Code Review\",\"version\":1,\"type\":\"text\",\"prompt\":\"old\","
		"\"labels\":[]},\n"
		"{\"name\":\"team/Code Review\",\"version\":2,\"type\":\"text\","
		"\"prompt\":\"Review {{code}} {{ a b }}\",\"labels\":[\"production\"],"
		"\"tags\":[\"dev\"],\"config\":{\"model\":\"m\",\"temperature\":0.5}},\n"
		"{\"name\":\"team/Code Review\",\"version\":3,\"type\":\"text\",\"prompt\":\"new\","
		"\"labels\":[\"latest\"]},\n"
		"{\"name\":\"chat\",\"version\":1,\"type\":\"chat\",\"prompt\":["
		"{\"role\":\"system\",\"content\":\"Be {{tone}}\"},"
		"{\"type\":\"placeholder\",\"name\":\"history\"},"
		"{\"role\":\"user\",\"content\":\"Hi\"}]},\n"
		"{\"name\":\"broken\"}]}");
	CHECK(got.n_prompts == 2 && got.n_errors == 1 && got.n_warnings == 1);
	p = collect_find(&got, "team/code-review");
	CHECK(p != NULL);
	CHECK_STR(p->title, "Code Review");
	CHECK_STR(p->messages[0].text, "Review {{code}} {{ a b }}");
	CHECK_STR(p->model, "m");
	CHECK_STR(p->tags[0], "dev");
	CHECK_STR(p->extra, "config: {\"model\":\"m\",\"temperature\":0.5}\n"
			    "labels: [\"production\"]\n");
	CHECK(p->n_inputs == 1);
	p = collect_find(&got, "chat");
	CHECK(p != NULL && p->n_messages == 2 && p->n_inputs == 1);
	collect_fini(&got);
	CHECK(collect_parse(&got, "langfuse", "x.json", "[\n{]") == NULL);
	CHECK(strncmp(buf_text(&got.errors), "x.json:2: not JSON", 18) == 0);
	collect_fini(&got);
}

/* A sample, and whose it is ("": nobody's). */
static const struct {
	const char *path, *text, *format;
} samples[] = {
	{"a/b/review.prompt.md", "Review.", "prompt-md"},
	{"a/b/review.md", "---\ntitle: x\n---\nReview.", "prompt-md"},
	{"a/prompts/review.md", "Review.", "prompt-md"},
	{"a/b/notes.md", "Notes.", ""},
	{"a/b/README.md", "---\ntitle: x\n---\nAbout.", ""},
	{"a/b/AGENTS.md", "---\ndescription: x\n---\nAbout.", ""},
	{"skills/pdf/SKILL.md", "---\nname: x\ndescription: y\nallowed-tools: z\n---\nDo.",
		"skill"},
	{"x/.claude/commands/fix.md", "Fix it.", "claude"},
	{"x/y/fix.md", "---\nargument-hint: x\n---\nFix it.", "claude"},
	{"x/y/fix.md", "Fix $ARGUMENTS.", "claude"},
	{"patterns/sum/system.md", "# IDENTITY", "fabric"},
	{"patterns/sum/user.md", "CONTENT:", "fabric"},
	{"x/y/greet.prompt", "Hi {{name}}", "dotprompt"},
	{"x/y/p.csv", "act,prompt\na,b\n", "csv"},
	{"x/y/p.csv", "\"title\" , \"text\"\na,b\n", ""},
	{"x/y/p.csv", "a,b\n1,2\n", ""},
	{"x/y/commit.toml", "description='x'\nprompt = 'y'\n", "gemini"},
	{"x/y/Cargo.toml", "[package]\nname = 'x'\nprompt = 'y'\n", ""},
	{"x/y/sum.prompt.yml", "messages: []", "github"},
	{"x/y/sum.yml", "name: x\nmessages:\n- role: user\n", "github"},
	{"x/y/sum.yaml", "system: x\nprompt: y\n", "llm"},
	{"x/y/ci.yml", "on: push\njobs:\n  a: {}\n", ""},
	{"x/y/base.yml", "matches:\n  - trigger: x\n", "espanso"},
	{"x/y/prompts.json", "[{\"name\":\"x\",\"prompt\":\"y\",\"labels\":[]}]", "langfuse"},
	{"x/y/package.json", "{\"name\":\"x\",\"prompt\":\"y\",\"type\":\"module\"}", ""},
	{"x/y/tsconfig.json", "{\"compilerOptions\":{}}", ""},
	{"x/y/pattern_descriptions.json", "{\"name\":1,\"prompt\":1,\"type\":1}", ""},
	{"x/y/strategies/cot.json", "{\"description\":\"x\",\"prompt\":\"y\"}", ""},
};

static void every_sample_is_recognised_as_what_it_is(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const char *best = "";
		int score = 49;

		for (size_t j = 0; library_formats[j] != NULL; j++) {
			int found = library_formats[j]->recognise(
				str_of(samples[i].path), str_of(samples[i].text));

			CHECK(found >= 0 && found <= 100);
			CHECK(found <= 49 || found != score); /* no two claim it alike */
			if (found > score) {
				score = found;
				best = library_formats[j]->name;
			}
		}
		if (strcmp(best, samples[i].format) != 0)
			(void)fprintf(stderr, "%s: %s\n", samples[i].path, samples[i].text);
		CHECK_STR(best, samples[i].format);
	}
}

static void every_format_says_what_it_is(void)
{
	size_t n = 0;

	for (; library_formats[n] != NULL; n++) {
		const struct library_format *format = library_formats[n];

		CHECK(library_format_find(str_of(format->name)) == format);
		CHECK(strlen(format->description) > 5 && strlen(format->description) < 70);
		CHECK(format->recognise != NULL && format->parse != NULL);
		CHECK((format->write != NULL) == (format->place != NULL));
		CHECK((format->write_all != NULL) == (format->whole_file != NULL));
		CHECK(format->write != NULL || format->write_all != NULL);
	}
	CHECK(n == 11);
	CHECK(library_format_find(STR("prompt")) == NULL);
}

int main(void)
{
	RUN(a_command_of_claude_has_arguments);
	RUN(variables_between_braces_are_still_variables);
	RUN(inputs_say_how_they_are_asked_for);
	RUN(the_clipboard_of_espanso_is_a_source_both_ways);
	RUN(a_skill_is_named_by_its_front_matter);
	RUN(a_dotprompt_has_schema_and_roles);
	RUN(faults_of_handlebars_have_their_line);
	RUN(without_a_schema_every_plain_name_is_an_input);
	RUN(flags_without_a_schema_are_booleans);
	RUN(a_command_of_gemini_is_toml);
	RUN(faults_of_toml_have_their_line);
	RUN(a_prompt_of_github_is_a_list_of_messages);
	RUN(a_template_of_llm_has_dollars);
	RUN(a_match_file_of_espanso_holds_prompts);
	RUN(an_export_of_langfuse_has_versions);
	RUN(every_sample_is_recognised_as_what_it_is);
	RUN(every_format_says_what_it_is);
	return 0;
}
