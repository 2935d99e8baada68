/* The table of assistants as structs, and our entry in each one's notation. */
#include "agent/connect_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/json.h"
#include "schema/schema.h"

#define TEXT_MAX 16384

static const char *const syntaxes[] = {"json", "json+comments", "jsonc", "toml"};

static bool strings(json_t *array)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		if (!json_is_string(item))
			return false;
	}
	return json_is_array(array) && json_array_size(array) > 0;
}

static bool has(json_t *array, const char *word)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		if (!strcmp(json_string_value(item), word))
			return true;
	}
	return false;
}

/* NULL when all is well, else what is wrong. */
static const char *read_scope(struct assistant_scope *scope, json_t *json)
{
	const char *syntax = NULL;
	json_t *loses = NULL;
	size_t i = 0;

	if (!json)
		return NULL;
	if (json_unpack_ex(json, NULL, JSON_STRICT,
		    "{s?o, s:o, s:s, s:o, s?o, s?o, s?o, s?s, s?o, s?s}", "folders",
		    &scope->folders, "files", &scope->files, "syntax", &syntax, "path",
		    &scope->path, "add", &scope->add, "remove", &scope->remove, "loses", &loses,
		    "link", &scope->link, "openers", &scope->openers, "note", &scope->note) < 0)
		return "a scope has a member that is missing, unknown or of a wrong type";
	while (i < 4 && strcmp(syntaxes[i], syntax) != 0)
		i++;
	if (i == 4)
		return "no such syntax";
	if (!strings(scope->files) || !strings(scope->path) ||
		json_array_size(scope->path) > ASSISTANT_PATH_MAX ||
		(scope->folders && !strings(scope->folders)) ||
		(scope->add && !strings(scope->add)) ||
		(scope->remove && !strings(scope->remove)) || (loses && !strings(loses)))
		return "a list of a scope holds no texts";
	if ((scope->link == NULL) != (scope->openers == NULL))
		return "a link and its openers go together";
	scope->syntax = (enum assistant_syntax)i;
	scope->loses_comments = loses && has(loses, "comments");
	scope->loses_links = loses && has(loses, "links");
	scope->known = true;
	return NULL;
}

static const char *read_assistant(struct assistant *a)
{
	json_t *places = NULL, *user = NULL, *project = NULL;
	const char *wrong;

	if (json_unpack_ex(a->json, NULL, JSON_STRICT,
		    "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s?o, s:s}", "name", &a->name, "title",
		    &a->title, "programs", &a->programs, "places", &places, "signs", &a->signs,
		    "shape", &a->shape, "user", &user, "project", &project, "restart",
		    &a->restart) < 0)
		return "a member is missing, unknown or of a wrong type";
	if (!strings(a->programs) || !strings(places) || !strings(a->signs) ||
		!json_is_object(a->shape))
		return "a list holds no texts";
	a->places = xcalloc(json_array_size(places) + 1, sizeof(*a->places));
	for (size_t i = 0; i < json_array_size(places); i++)
		a->places[i] = json_string_value(json_array_get(places, i));
	wrong = read_scope(&a->scope[ASSISTANT_USER], user);
	if (!wrong)
		wrong = read_scope(&a->scope[ASSISTANT_PROJECT], project);
	return wrong;
}

int assistant_table_load(struct assistant_table *table, struct err *err)
{
	size_t n = 0;

	while (schema_assistants[n].name)
		n++;
	*table = (struct assistant_table){.rows = xcalloc(n + 1, sizeof(*table->rows))};
	for (; table->n < n; table->n++) {
		const struct schema_file *file = &schema_assistants[table->n];
		struct assistant *row = &table->rows[table->n];
		const char *wrong = "not JSON";

		if (json_door_parse((struct str){file->text, file->len}, &row->json, NULL) == 0)
			wrong = read_assistant(row);
		if (wrong) {
			table->n++;
			assistant_table_fini(table);
			return err_set(err, ERR_INVALID, "%s: %s", file->name, wrong);
		}
	}
	return 0;
}

void assistant_table_fini(struct assistant_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		free(table->rows[i].places);
		json_decref(table->rows[i].json);
	}
	free(table->rows);
	*table = (struct assistant_table){.n = 0};
}

const struct assistant *assistant_find(const struct assistant_table *table, const char *name)
{
	for (size_t i = 0; i < table->n; i++) {
		if (!strcmp(table->rows[i].name, name))
			return &table->rows[i];
	}
	return NULL;
}

static bool is_text(const json_t *json, const char *text)
{
	return json_is_string(json) && !strcmp(json_string_value(json), text);
}

/* "{command}" itself, or the list that begins with it. */
static bool is_command(json_t *shape)
{
	return is_text(shape, "{command}") || is_text(json_array_get(shape, 0), "{command}");
}

json_t *assistant_entry(const struct assistant *a, const char *command, json_t *env)
{
	json_t *entry = json_object(), *shape;
	const char *name;

	json_object_foreach (a->shape, name, shape) {
		if (is_text(shape, "{command}"))
			(void)json_object_set_new(entry, name, json_string(command));
		else if (is_command(shape))
			(void)json_object_set_new(entry, name, json_pack("[s]", command));
		else if (!is_text(shape, "{env}"))
			(void)json_object_set(entry, name, shape);
		else if (json_object_size(env))
			(void)json_object_set(entry, name, env);
	}
	return entry;
}

/* The member of our shape that holds what `is` says, by name. */
static const char *member_of(const struct assistant *a, bool (*is)(json_t *shape))
{
	const char *name;
	json_t *shape;

	json_object_foreach (a->shape, name, shape) {
		if (is(shape))
			return name;
	}
	return "";
}

static bool is_env(json_t *shape)
{
	return is_text(shape, "{env}");
}

const char *assistant_entry_command(const struct assistant *a, json_t *entry)
{
	json_t *there = json_object_get(entry, member_of(a, is_command));

	if (json_is_array(there))
		there = json_array_get(there, 0);
	return json_string_value(there);
}

/* The same path, or two paths to the same file. */
static bool same_program(const char *a, const char *b)
{
	struct stat in_a, in_b;

	if (!strcmp(a, b))
		return true;
	return a[0] == '/' && stat(a, &in_a) == 0 && stat(b, &in_b) == 0 &&
	       in_a.st_dev == in_b.st_dev && in_a.st_ino == in_b.st_ino;
}

static bool same_env(json_t *there, json_t *env, json_t *names)
{
	size_t i;
	json_t *name;

	json_array_foreach (names, i, name) {
		const char *key = json_string_value(name);
		json_t *is = json_object_get(there, key), *should = json_object_get(env, key);

		if (is != should && !(is && should && json_equal(is, should)))
			return false;
	}
	return true;
}

bool assistant_entry_same(
	const struct assistant *a, json_t *entry, const char *command, json_t *env, json_t *names)
{
	json_t *there = json_object_get(entry, member_of(a, is_command));
	const char *is = assistant_entry_command(a, entry);

	if (!is || !same_program(is, command))
		return false;
	if (json_array_size(there) > 1 || json_array_size(json_object_get(entry, "args")) > 0)
		return false;
	return same_env(json_object_get(entry, member_of(a, is_env)), env, names);
}

bool assistant_entry_off(json_t *entry)
{
	return json_is_false(json_object_get(entry, "enabled")) ||
	       json_is_true(json_object_get(entry, "disabled"));
}

struct words {
	char **word;
	size_t n;
};

static void add_word(struct words *words, char *word)
{
	words->word = xrealloc(words->word, (words->n + 2) * sizeof(*words->word));
	words->word[words->n++] = word;
	words->word[words->n] = NULL;
}

static void add_env(struct words *words, const char *flag, size_t flag_len, json_t *env)
{
	const char *name;
	json_t *value;

	json_object_foreach (env, name, value) {
		struct buf pair = BUF_INIT(TEXT_MAX);

		(void)buf_add_format(&pair, "%s=%s", name, json_string_value(value));
		if (buf_failed(&pair))
			continue; /* no directory has a path that long */
		add_word(words, str_dup((struct str){flag, flag_len}));
		add_word(words, buf_take(&pair));
	}
}

static char *entry_text(const struct assistant *a, bool named, const char *command, json_t *env)
{
	json_t *json = named ? json_pack("{s:s}", "name", ASSISTANT_OUR_NAME) : json_object();
	json_t *entry = assistant_entry(a, command, env);
	char *text;

	(void)json_object_update(json, entry);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(entry);
	json_decref(json);
	return text;
}

char **assistant_arguments(const struct assistant *a, json_t *arguments, const char *program,
	const char *command, json_t *env)
{
	struct words words = {NULL, 0};
	size_t i;
	json_t *item;

	add_word(&words, xstrdup(program));
	json_array_foreach (arguments, i, item) {
		const char *word = json_string_value(item);
		struct str flag = str_of(word);

		if (!strcmp(word, "{name}"))
			add_word(&words, xstrdup(ASSISTANT_OUR_NAME));
		else if (!strcmp(word, "{command}"))
			add_word(&words, xstrdup(command));
		else if (!strcmp(word, "{json}"))
			add_word(&words, entry_text(a, true, command, env));
		else if (str_starts(flag, "{env ") && str_ends(flag, "}"))
			add_env(&words, word + 5, flag.n - 6, env);
		else
			add_word(&words, xstrdup(word));
	}
	return words.word;
}

void assistant_arguments_free(char **arguments)
{
	for (size_t i = 0; arguments && arguments[i]; i++)
		free(arguments[i]);
	free(arguments);
}

/* RFC 4648, and + / = written so that they survive in a link. */
static void put_base64(struct buf *out, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < n ? (unsigned char)text[i + k] : 0U);
		for (size_t k = 0; k < 4; k++) {
			char c = digits[bits >> (18 - 6 * k) & 63];

			if (i + k > n)
				c = '=';
			if (c == '+' || c == '/' || c == '=')
				(void)buf_add_format(out, "%%%02X", (unsigned)c);
			else
				(void)buf_add_char(out, c);
		}
	}
}

char *assistant_link(const struct assistant *a, const char *command, json_t *env)
{
	struct str rest = str_of(a->scope[ASSISTANT_USER].link);
	struct buf out = BUF_INIT(TEXT_MAX);

	while (rest.n) {
		if (str_starts(rest, "{name}")) {
			(void)buf_add_str(&out, ASSISTANT_OUR_NAME);
			rest = (struct str){rest.p + 6, rest.n - 6};
		} else if (str_starts(rest, "{base64}")) {
			char *text = entry_text(a, false, command, env);

			put_base64(&out, text);
			free(text);
			rest = (struct str){rest.p + 8, rest.n - 8};
		} else {
			(void)buf_add_char(&out, rest.p[0]);
			rest = (struct str){rest.p + 1, rest.n - 1};
		}
	}
	return buf_take(&out);
}
