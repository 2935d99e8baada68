/* Tests of core/template: what is a tag, what is text, and every refusal. The
 * cases of mustache's and dotprompt's specs are in test_template_spec.c. */
#include "core/template.h"
#include "tests/test.h"

/* A source of a few fixed names and partials. */
static enum template_lookup lookup(void *data, struct str name, struct template_value *value)
{
	(void)data;
	value->truth = str_is(name, "yes");
	if (str_is(name, "name") || str_is(name, "yes") || str_is(name, "no")) {
		value->text = STR("{{other}} & <b>");
		return TEMPLATE_VALUE;
	}
	if (str_is(name, "lines")) {
		value->text = STR("1\n2");
		return TEMPLATE_VALUE;
	}
	if (str_is(name, "hole"))
		return TEMPLATE_MISSING;
	return str_is(name, "empty") ? TEMPLATE_EMPTY : TEMPLATE_UNDECLARED;
}

static int partial(void *data, struct str name, struct str *text, struct err *err)
{
	static const struct {
		const char *name, *text;
	} partials[] = {
		{"a/plain", "plain"},
		{"lines", "first {{name}}\n\nsecond {{lines}}\n"},
		{"loop", "x {{> loop}}"},
		{"ping", "{{> pong}}"},
		{"pong", "{{> ping}}"},
		{"1", "{{> 2}}"},
		{"2", "{{> 3}}"},
		{"3", "{{> 4}}"},
		{"4", "{{> 5}}"},
		{"5", "deep"},
		{"0", "{{> 1}}"},
		{"outer", "outer\n  {{> lines}}\nend"},
		{"broken", "a\n{{#yes}}"},
		{"closes", "{{/yes}}"},
		{"nothing", ""},
		{"10", "{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}{{>9}}"},
		{"9", "{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}{{>8}}"},
		{"8", "{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}{{>7}}"},
		{"7", "{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}{{>6}}"},
		{"6", ""},
	};
	size_t i;

	(void)data;
	if (str_is(name, "fails"))
		return err_set(err, ERR_FAILED, "the store is gone");
	for (i = 0; i < sizeof partials / sizeof *partials; i++) {
		if (str_is(name, partials[i].name)) {
			*text = str_of(partials[i].text);
			return 0;
		}
	}
	return 1;
}

static void check_render(const char *template, const char *expected)
{
	const struct template_source source = {.lookup = lookup, .partial = partial};
	struct buf out = BUF_INIT(4 * TEMPLATE_OUTPUT_MAX);
	struct err err = {.code = ERR_NONE};
	size_t len = strlen(template);
	char *copy = xmalloc(len);

	memcpy(copy, template, len);
	(void)buf_add_str(&out, "before|");
	if (template_render((struct str){copy, len}, &source, &out, &err) == 0)
		CHECK_STR(buf_text(&out) + 7, expected);
	else
		CHECK_STR(err.text, expected);
	buf_fini(&out);
	free(copy);
}

#define VALUE "{{other}} & <b>"

static void template_inserts_values_and_never_looks_at_them_again(void)
{
	check_render("", "");
	check_render("{{name}}", VALUE);
	check_render("a{{ name\t}}b", "a" VALUE "b");
	check_render("{{{name}}}|{{& name}}|{{&name}}", VALUE "|" VALUE "|" VALUE);
	check_render("{{empty}}|{{name}}{{name}}", "|" VALUE VALUE);
}

static void template_leaves_what_is_no_tag(void)
{
	static const char *const texts[] = {"{{other}}", "{{ other }}", "{{{other}}}", "{{&other}}",
		"{{#other}}x{{/other}}", "{{^other}}x{{/other}}", "{{#each name}}x{{/each}}",
		"{{name", "{{name}", "{name}", "{{}}", "{{ }}", "{{na me}}", "{{name\n}}",
		"{{! name }}", "{{=<% %>=}}", "{{{name}}", "{{> none/such}}", "{{>}}", "{{# }}",
		"}}{{", "{", "{{{{{{", "{{\xc3\xa9}}", "{{.}}", "${name}", "{%name%}", "{{name|x}}",
		"{{hole}}", "{{ hole }}", "{{{hole}}}", "{{ #yes}}", "{{~name~}}",
		"\\documentclass{article} {{\\bf x}}", "{\"a\":{\"b\":{}}}"};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(texts[i], "{{{name}}") == 0)
			check_render(texts[i], "{" VALUE);
		else
			check_render(texts[i], texts[i]);
	}
	check_render("{{{{name}}}}", "{" VALUE "}");
	check_render("{{name}}}", VALUE "}");
}

static void template_shows_sections_by_their_flag(void)
{
	check_render("{{#yes}}a{{/yes}}{{^yes}}b{{/yes}}", "a");
	check_render("{{#no}}a{{/no}}{{^no}}b{{/no}}", "b");
	check_render("{{#hole}}a{{/hole}}{{^hole}}b{{/hole}}", "b");
	check_render("{{#empty}}a{{/empty}}{{^empty}}b{{/empty}}", "b");
	check_render("{{#yes}}1{{#no}}2{{#yes}}3{{/yes}}4{{/no}}5{{/yes}}6", "156");
	check_render("{{#no}}{{#other}}{{name}}{{> fails}}{{/other}}{{/no}}x", "x");
	check_render("{{#yes}}{{#other}}x{{/yes}}{{/other}}", "{{#other}}x{{/other}}");
}

static void template_takes_the_line_of_a_lonely_tag(void)
{
	check_render("a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n");
	check_render("a\r\n  {{#yes}}\t\r\nb\r\n{{/yes}}\r\nc", "a\r\nb\r\nc");
	check_render("{{#no}}\nb\n{{/no}}", "");
	check_render("a\n  {{#yes}} b\n{{/yes}}", "a\n   b\n");
	check_render("a {{#yes}}\nb {{/yes}}\n", "a \nb \n");
	check_render("  {{#other}}\n", "  {{#other}}\n");
	check_render("  {{name}}  \n", "  " VALUE "  \n");
}

static void template_expands_partials(void)
{
	check_render("[{{> a/plain}}]", "[plain]");
	check_render("[{{>a/plain }}]", "[plain]");
	check_render("  {{> lines}}\nafter", "  first " VALUE "\n\n  second 1\n2\nafter");
	check_render(" {{> outer}}\nx", " outer\n   first " VALUE "\n\n   second 1\n2\n endx");
	check_render("a {{> outer}} b", "a outer\n  first " VALUE "\n\n  second 1\n2\nend b");
	check_render("{{> nothing}}", "");
	check_render("{{> 1}}", "deep");
}

static void template_refuses_what_it_cannot_render(void)
{
	check_render("{{#yes}}\na", "line 1: not closed: section 'yes'");
	check_render("a\nb{{/yes}}", "line 2: no section is open to close: 'yes'");
	check_render(
		"{{#yes}}{{#no}}{{/yes}}{{/no}}", "line 1: closed out of order: section 'yes'");
	check_render("\n\n{{#yes}}{{/no}}", "line 3: closed out of order: section 'no'");
	check_render("{{> loop}}", "partial 'loop' line 1: a cycle of partials: 'loop'");
	check_render("{{> ping}}", "partial 'pong' line 1: a cycle of partials: 'ping'");
	check_render("{{> 0}}", "partial '4' line 1: too many partials inside each other at '5'");
	check_render("\n{{> broken}}", "partial 'broken' line 2: not closed: section 'yes'");
	check_render("{{#yes}}{{> closes}}{{/yes}}",
		"partial 'closes' line 1: no section is open to close: 'yes'");
	check_render("{{> fails}}", "the store is gone");
	/* Ten thousand partials that write nothing. */
	check_render("{{> 10}}", "partial '7' line 1: too many partials; the last was '6'");
}

static void template_stops_at_its_ceiling(void)
{
	struct buf text = BUF_INIT(4 * TEMPLATE_OUTPUT_MAX);
	int i;

	for (i = 0; i < 40; i++)
		(void)buf_add_str(&text, "{{#yes}}");
	check_render(buf_text(&text), "line 1: too many sections inside each other at 'yes'");
	buf_clear(&text);
	for (i = 0; i < TEMPLATE_OUTPUT_MAX / 14; i++)
		(void)buf_add_str(&text, "{{name}}\n");
	check_render(buf_text(&text), "line 65537: the text grows beyond 1048576 bytes");
	buf_fini(&text);
}

static void count_missing(void *data, struct str name)
{
	CHECK(str_is(name, "hole"));
	++*(int *)data;
}

static void template_tells_every_hole_on_its_way(void)
{
	int holes = 0;
	const struct template_source source = {
		.data = &holes, .lookup = lookup, .missing = count_missing};
	struct buf out = BUF_INIT(1000);

	CHECK(template_render(STR("{{hole}}{{#no}}{{hole}}{{/no}}{{^hole}}{{/hole}}{{> x}}"),
		      &source, &out, NULL) == 0);
	CHECK_STR(buf_text(&out), "{{hole}}{{> x}}");
	CHECK(holes == 2);
	buf_fini(&out);
}

static void write_tag(void *data, enum template_tag tag, struct str name, size_t line)
{
	(void)buf_add_format(data, "%zu%c%.*s ", line, "n#^/>"[tag], (int)name.n, name.p);
}

static void template_scan_walks_over_all_tags(void)
{
	struct buf out = BUF_INIT(1000);

	template_scan(STR("{{a}}\n{{{b-c}}} {{#d}}\n\n{{^e.f}}{{/d}}{{> g/h}}{{! no}}{{not closed"),
		write_tag, &out);
	CHECK_STR(buf_text(&out), "1na 2nb-c 2#d 4^e.f 4/d 4>g/h ");
	buf_fini(&out);
}

int main(void)
{
	RUN(template_inserts_values_and_never_looks_at_them_again);
	RUN(template_leaves_what_is_no_tag);
	RUN(template_shows_sections_by_their_flag);
	RUN(template_takes_the_line_of_a_lonely_tag);
	RUN(template_expands_partials);
	RUN(template_refuses_what_it_cannot_render);
	RUN(template_stops_at_its_ceiling);
	RUN(template_tells_every_hole_on_its_way);
	RUN(template_scan_walks_over_all_tags);
	return 0;
}
