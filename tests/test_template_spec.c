/*
 * The conformance cases of mustache's and dotprompt's specs against
 * core/template, through core/render: names of the data become inputs (objects
 * by dotted names), names that only the template knows become optional ones.
 *
 * A case may fail only if it stands in out_of_scope below with its reason, and
 * may stand there only if it fails.
 */
#include <yaml.h>

#include "core/json.h"
#include "core/render.h"
#include "tests/test.h"

#define MUSTACHE SOURCE_DIR "/../shared/data/corpora/mustache-spec/specs/"
#define DOTPROMPT SOURCE_DIR "/../shared/data/corpora/dotprompt/spec/"

#define NO_ESCAPING "values go to a model as they are: nothing is escaped for HTML"
#define NO_LISTS "values are texts, numbers and booleans: no lists, no iteration"
#define NO_OBJECTS "values have no members: a section never changes what names mean"
#define NO_DOT "{{.}} is no name of an input"
#define NO_COMMENTS "undeclared braces stay as they are, {{! comments }} too"
#define NO_HELPERS "{{helper …}} is no name of an input: it stays as it is"
#define NO_TILDE "{{~ ~}} is no tag: it stays as it is"

static struct {
	const char *name; /* or the beginning of several, ending in '*' */
	const char *why;
	size_t expected; /* cases */
	size_t n;	 /* seen */
} out_of_scope[] = {
	{"interpolation/HTML Escaping", NO_ESCAPING, 1, 0},
	{"interpolation/Dotted Names - Basic Interpolation", NO_OBJECTS, 1, 0},
	{"interpolation/Dotted Names - Triple Mustache Interpolation", NO_OBJECTS, 1, 0},
	{"interpolation/Dotted Names - Ampersand Interpolation", NO_OBJECTS, 1, 0},
	{"interpolation/Dotted Names - Initial Resolution", NO_OBJECTS, 1, 0},
	{"interpolation/Dotted Names are never single keys",
		"an input's name may hold dots: a.b is a name like any other", 1, 0},
	{"interpolation/Implicit Iterators - Basic Interpolation", NO_DOT, 1, 0},
	{"interpolation/Implicit Iterators - HTML Escaping", NO_DOT, 1, 0},
	{"interpolation/Implicit Iterators - Triple Mustache", NO_DOT, 1, 0},
	{"interpolation/Implicit Iterators - Ampersand", NO_DOT, 1, 0},
	{"interpolation/Implicit Iterators - Basic Integer Interpolation", NO_DOT, 1, 0},
	{"inverted/Context", NO_OBJECTS, 1, 0},
	{"inverted/Internal Whitespace", NO_COMMENTS, 1, 0},
	{"sections/Context", NO_OBJECTS, 1, 0},
	{"sections/Parent contexts", NO_OBJECTS, 1, 0},
	{"sections/Variable test", NO_DOT, 1, 0},
	{"sections/List Contexts", NO_LISTS, 1, 0},
	{"sections/Deeply Nested Contexts", NO_OBJECTS, 1, 0},
	{"sections/List", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - String", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Integer", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Decimal", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Array", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - HTML Escaping", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Triple mustache", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Ampersand", NO_LISTS, 1, 0},
	{"sections/Implicit Iterator - Root-level", NO_LISTS, 1, 0},
	{"sections/Internal Whitespace", NO_COMMENTS, 1, 0},
	{"partials/Failed Lookup",
		"a partial that is not there stays as it is, so that one sees it", 1, 0},
	{"partials/Recursion", "cycles of partials are refused", 1, 0},
	{"whitespace.yaml/whitespace_tilde_basic/strips whitespace on both sides of variable",
		NO_TILDE, 1, 0},
	{"whitespace.yaml/whitespace_tilde_left/strips whitespace before variable only", NO_TILDE,
		1, 0},
	{"whitespace.yaml/whitespace_tilde_right/strips whitespace after variable only", NO_TILDE,
		1, 0},
	{"whitespace.yaml/whitespace_tilde_multiline/strips whitespace in multiline context",
		NO_TILDE, 1, 0},
	{"whitespace.yaml/whitespace_tilde_block_each/strips whitespace in each block", NO_HELPERS,
		1, 0},
	{"whitespace.yaml/whitespace_tilde_block_if/strips whitespace around if block when true",
		NO_HELPERS, 1, 0},
	{"whitespace.yaml/whitespace_tilde_block_if/strips whitespace around if block when false",
		NO_HELPERS, 1, 0},
	{"partials.yaml/partial_with_context/renders a partial with context",
		"partials take the values there are, and no arguments", 1, 0},
	{"partials.yaml/partial_with_license_header/strips Handlebars comments (license header) "
	 "from partial output",
		NO_COMMENTS, 1, 0},
	{"unicode.yaml/unicode_iteration/handles Unicode in arrays", NO_HELPERS, 1, 0},
	{"metadata.yaml/metadata_state/accesses state object from metadata",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/metadata_state/handles missing state values",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/metadata_state/handles nested state objects",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/metadata_context_variables/accesses arbitrary context variables",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/metadata_context_variables/handles missing context variables gracefully",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/metadata_context_variables/handles deeply nested context variables",
		"{{@name}} is no name of an input", 1, 0},
	{"metadata.yaml/raw/raw frontmatter is provided on top of parsed frontmatter",
		"about front matter, which library/ reads; no text is expected", 1, 0},
	{"metadata.yaml/ext/extension fields are parsed and added to 'ext'",
		"about front matter, which library/ reads; no text is expected", 1, 0},
	{"picoschema.yaml/*", "about front matter, which library/ reads; no text is expected", 19,
		0},
	{"helpers/history.yaml/*", NO_HELPERS, 2, 0},
	{"helpers/ifEquals.yaml/*", NO_HELPERS, 8, 0},
	{"helpers/json.yaml/*", NO_HELPERS, 6, 0},
	{"helpers/media.yaml/*", NO_HELPERS, 4, 0},
	{"helpers/role.yaml/*", NO_HELPERS, 3, 0},
	{"helpers/section.yaml/*", NO_HELPERS, 2, 0},
	{"helpers/unlessEquals.yaml/*", NO_HELPERS, 8, 0},
};

static size_t n_run, n_out;

/* --- One case ---------------------------------------------------------------- */

struct spec_case {
	char name[256];
	const char *text;
	json_t *data;	  /* values */
	json_t *defaults; /* or NULL */
	json_t *partials; /* or NULL: name → text */
	struct str expected;
};

static const char *reason(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof out_of_scope / sizeof *out_of_scope; i++) {
		const char *listed = out_of_scope[i].name;
		size_t len = strlen(listed);

		if (listed[len - 1] == '*' ? strncmp(listed, name, len - 1) == 0
					   : strcmp(listed, name) == 0) {
			out_of_scope[i].n++;
			return out_of_scope[i].why;
		}
	}
	return NULL;
}

/* {"a":{"b":1}} as {"a.b":1}; lists are left out. */
static void flatten(const json_t *data, const char *before, json_t *flat)
{
	void *at;

	for (at = json_object_iter((json_t *)(uintptr_t)data); at != NULL;
		at = json_object_iter_next((json_t *)(uintptr_t)data, at)) {
		json_t *value = json_object_iter_value(at);
		char name[256];

		(void)snprintf(name, sizeof name, "%s%s", before, json_object_iter_key(at));
		if (json_is_object(value)) {
			(void)snprintf(
				name, sizeof name, "%s%s.", before, json_object_iter_key(at));
			flatten(value, name, flat);
		} else if (!json_is_array(value)) {
			CHECK(json_object_set(flat, name, value) == 0);
		}
	}
}

static enum prompt_type type_of(const json_t *value)
{
	if (json_is_integer(value))
		return PROMPT_INTEGER;
	if (json_is_real(value))
		return PROMPT_NUMBER;
	return json_is_boolean(value) ? PROMPT_BOOLEAN : PROMPT_STRING;
}

static void declare_data(struct prompt *prompt, json_t *data, bool defaults)
{
	const char *name;
	json_t *value;

	json_object_foreach (data, name, value) {
		struct prompt_input *input;

		if (prompt_input_find(prompt, str_of(name)) == NULL) {
			input = prompt_add_input(prompt, str_of(name));
			input->type = type_of(value);
		}
		input = &prompt->inputs[prompt_input_find(prompt, str_of(name)) - prompt->inputs];
		if (defaults)
			prompt_set(&input->initial, json_str(data, name));
	}
}

static void declare_tag(void *data, enum template_tag tag, struct str name, size_t line)
{
	(void)line;
	if (tag != TEMPLATE_TAG_PARTIAL && prompt_input_find(data, name) == NULL)
		(void)prompt_add_input(data, name);
}

static int find_partial(void *data, struct str name, struct str *text, struct err *err)
{
	char *copy = str_dup(name);

	(void)err;
	*text = json_str(data, copy);
	free(copy);
	return text->p == NULL;
}

/* Does it come out as expected? Else what came instead is in *got. */
static bool case_holds(const struct spec_case *c, char **got)
{
	struct prompt *prompt = prompt_new();
	const struct render_options options = {
		.partial = find_partial, .partial_data = c->partials};
	json_t *args = json_object(), *defaults = json_object(), *partial;
	struct render render;
	struct err err;
	const char *name;
	bool holds;

	flatten(c->data, "", args);
	flatten(c->defaults, "", defaults);
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(c->text));
	declare_data(prompt, args, false);
	declare_data(prompt, defaults, true);
	template_scan(str_of(c->text), declare_tag, prompt);
	json_object_foreach (c->partials, name, partial)
		template_scan(str_of(json_string_value(partial)), declare_tag, prompt);
	if (render_prompt(prompt, args, &options, &render, &err) == 0)
		*got = xstrdup(render.messages[0].text);
	else
		*got = xstrdup(err.text);
	holds = str_is(c->expected, *got) && render.n_messages == 1;
	render_fini(&render);
	json_decref(args);
	json_decref(defaults);
	prompt_free(prompt);
	return holds;
}

static void run_case(const struct spec_case *c)
{
	const char *why = reason(c->name);
	char *got;
	bool holds = case_holds(c, &got);

	if (holds == (why != NULL)) {
		(void)fprintf(stderr, "%s: %s\n\ttemplate: %s\n\texpected: %.*s\n\tgot:      %s\n",
			c->name, why != NULL ? "is listed as out of scope, but holds" : "fails",
			c->text, (int)c->expected.n, c->expected.p, got);
		exit(1);
	}
	if (why != NULL)
		n_out++;
	else
		n_run++;
	free(got);
}

/* --- mustache ------------------------------------------------------------------ */

static void run_mustache(const char *file, size_t expected_cases)
{
	char path[1024];
	json_t *spec, *test;
	size_t i;

	(void)snprintf(path, sizeof path, MUSTACHE "%s.json", file);
	spec = json_load_file(path, 0, NULL);
	CHECK(spec != NULL);
	CHECK(json_array_size(json_object_get(spec, "tests")) == expected_cases);
	json_array_foreach (json_object_get(spec, "tests"), i, test) {
		struct spec_case c = {
			.text = json_text(test, "template"),
			.data = json_object_get(test, "data"),
			.partials = json_object_get(test, "partials"),
			.expected = json_str(test, "expected"),
		};

		(void)snprintf(c.name, sizeof c.name, "%s/%s", file, json_text(test, "name"));
		run_case(&c);
	}
	json_decref(spec);
}

/* --- dotprompt ----------------------------------------------------------------- */

static json_t *json_of_scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	json_t *value = NULL;

	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		if (strcmp(text, "~") == 0 || *text == '\0')
			return json_null();
		/* What reads as a number or a word of JSON is one. */
		value = json_loads(text, JSON_DECODE_ANY, NULL);
		if (json_is_string(value) || json_is_array(value) || json_is_object(value)) {
			json_decref(value);
			value = NULL;
		}
	}
	return value != NULL ? value : json_stringn(text, node->data.scalar.length);
}

static json_t *json_of_yaml(yaml_document_t *document, int index)
{
	yaml_node_t *node = yaml_document_get_node(document, index);
	yaml_node_item_t *item;
	yaml_node_pair_t *pair;
	json_t *json;

	if (node->type == YAML_SCALAR_NODE)
		return json_of_scalar(node);
	if (node->type == YAML_SEQUENCE_NODE) {
		json = json_array();
		for (item = node->data.sequence.items.start; item < node->data.sequence.items.top;
			item++)
			CHECK(json_array_append_new(json, json_of_yaml(document, *item)) == 0);
		return json;
	}
	json = json_object();
	for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(document, pair->key);

		CHECK(key->type == YAML_SCALAR_NODE);
		CHECK(json_object_set_new(json, (const char *)key->data.scalar.value,
			      json_of_yaml(document, pair->value)) == 0);
	}
	return json;
}

static json_t *load_yaml(const char *path)
{
	FILE *file = fopen(path, "rb");
	yaml_document_t document;
	yaml_parser_t parser;
	json_t *json;

	CHECK(file != NULL);
	CHECK(yaml_parser_initialize(&parser));
	yaml_parser_set_input_file(&parser, file);
	CHECK(yaml_parser_load(&parser, &document));
	json = json_of_yaml(&document, 1);
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	(void)fclose(file);
	return json;
}

/* All the text of what the case expects, if it is one message of texts. */
static bool expected_text(const json_t *expect, struct buf *out)
{
	const json_t *messages = json_object_get(expect, "messages");
	const json_t *message = json_array_get(messages, 0);
	const json_t *part;
	size_t i;

	if (json_array_size(messages) != 1 || !str_is(json_str(message, "role"), "user"))
		return false;
	json_array_foreach (json_object_get(message, "content"), i, part) {
		struct str text = json_str(part, "text");

		if (text.p == NULL || json_object_size(part) != 1)
			return false;
		(void)buf_add(out, text.p, text.n);
	}
	return true;
}

static void run_dotprompt_spec(const char *file, const json_t *spec)
{
	json_t *partials = json_object_get(spec, "partials"), *test;
	size_t i;

	if (partials == NULL)
		partials = json_object_get(spec, "resolverPartials");
	json_array_foreach (json_object_get(spec, "tests"), i, test) {
		struct buf expected = BUF_INIT(100000);
		bool plain = expected_text(json_object_get(test, "expect"), &expected);
		struct spec_case c = {
			.text = json_text(spec, "template"),
			.data = json_object_get(json_object_get(test, "data"), "input"),
			.defaults = json_object_get(
				json_object_get(json_object_get(test, "options"), "input"),
				"default"),
			.partials = partials,
			.expected = plain ? str_of(buf_text(&expected)) : STR("(not a text)"),
		};

		(void)snprintf(c.name, sizeof c.name, "%s/%s/%s", file, json_text(spec, "name"),
			json_text(test, "desc"));
		run_case(&c);
		buf_fini(&expected);
	}
}

static void run_dotprompt(const char *file)
{
	char path[1024];
	json_t *specs, *spec;
	size_t i;

	(void)snprintf(path, sizeof path, DOTPROMPT "%s", file);
	specs = load_yaml(path);
	CHECK(json_array_size(specs) > 0);
	json_array_foreach (specs, i, spec)
		run_dotprompt_spec(file, spec);
	json_decref(specs);
}

/* --- All of them ----------------------------------------------------------------- */

static void template_follows_mustache_where_it_says_so(void)
{
	run_mustache("interpolation", 42);
	run_mustache("inverted", 22);
	run_mustache("sections", 34);
	run_mustache("partials", 12);
}

static void template_follows_dotprompt_where_it_says_so(void)
{
	static const char *const files[] = {"variables.yaml", "whitespace.yaml", "partials.yaml",
		"unicode.yaml", "metadata.yaml", "picoschema.yaml", "helpers/history.yaml",
		"helpers/ifEquals.yaml", "helpers/json.yaml", "helpers/media.yaml",
		"helpers/role.yaml", "helpers/section.yaml", "helpers/unlessEquals.yaml"};
	size_t i;

	for (i = 0; i < sizeof files / sizeof *files; i++)
		run_dotprompt(files[i]);
}

static void everything_listed_is_there(void)
{
	size_t i;

	for (i = 0; i < sizeof out_of_scope / sizeof *out_of_scope; i++) {
		(void)printf("out of scope: %s (%zu): %s\n", out_of_scope[i].name,
			out_of_scope[i].n, out_of_scope[i].why);
		CHECK(out_of_scope[i].n == out_of_scope[i].expected);
	}
}

int main(void)
{
	FILE *file = fopen(MUSTACHE "interpolation.json", "rb");

	if (file == NULL) {
		(void)printf("skipped: no %s\n", MUSTACHE);
		return TEST_SKIP;
	}
	(void)fclose(file);
	json_door_init();
	RUN(template_follows_mustache_where_it_says_so);
	RUN(template_follows_dotprompt_where_it_says_so);
	RUN(everything_listed_is_there);
	(void)printf("%zu cases run, %zu out of scope\n", n_run, n_out);
	return 0;
}
