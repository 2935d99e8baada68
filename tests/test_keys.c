/*
 * Stories of the palette: tests/keys/NAME.t, each over a fresh library of
 * tests/keys/library.json.
 *
 *   # a comment
 *   > call                    the hotkey; "> call terminal": a terminal had the keyboard
 *   > "text"                  typed, a character at a time
 *   > pasted "text"           came as one
 *   > Enter                   a key; several with blanks between
 *   > call prompt team/plain  the hotkey of a prompt; "> call terminal prompt …"
 *   > close                   the screen is locked
 *   > select 2, focus 1       a click on a row, on a field; from 0
 *   > selection "text"        is the answer to "< source selection"; so "clipboard";
 *   > clipboard none, secret  there is no text, a password manager put it there
 *   > fails "why"             the library cannot be read from now on; "> works"
 *   > restart                 another process, with the same library
 *   > forgetful               remember_values is off
 *   > remove, rename, withdraw, change PATH [TO]       somebody else does that
 *   > with forms              the prompts of tests/keys/forms.json too
 *   > rate PATH 4             said by whoever used it
 *   > source NAME 3           was looked at so many days ago
 *   < paste team/plain {}: …  what the palette calls, exactly, in this order
 *   = search: rev             what is shown then, all lines of it
 *
 * \n and \r in a text stand for what they do in C, \\ for a backslash. After the keys of a block
 * all calls and, where there are = lines, all that is shown must be as written. With KEYS_PRINT=1
 * in the environment it is printed instead (to write new stories from, after reading them).
 */
#define _DEFAULT_SOURCE /* mkdtemp, scandir */
#include "core/clock.h"
#include "core/json.h"
#include "desktop/palette_library.h"
#include "tests/messages.h"
#include "tests/store_fixture.h"

#define FOLDER SOURCE_DIR "/tests/keys"
#define TEXT_MAX (1024 * 1024)

static struct store *store;
static struct palette_library library;
static struct palette palette;
static struct buf calls = BUF_INIT(TEXT_MAX);
static const char *file;
static unsigned line_number;

/* Between the palette and the library: it can be made to fail. */
static const char *failing;
static struct palette_calls real;

static int on_search(void *data, struct str text, unsigned limit, palette_row_fn *fn, void *rows,
	struct err *err)
{
	if (failing != NULL)
		return err_set(err, ERR_BUSY, "%s", failing);
	return real.search(data, text, limit, fn, rows, err);
}

static int on_get(void *data, struct str path, struct prompt **out, struct err *err)
{
	if (failing != NULL)
		return err_set(err, ERR_BUSY, "%s", failing);
	return real.get(data, path, out, err);
}

static int on_favourite(void *data, struct str id, bool on, struct err *err)
{
	if (failing != NULL)
		return err_set(err, ERR_BUSY, "%s", failing);
	return real.favourite(data, id, on, err);
}

static void on_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	static const char *const names[] = {"paste", "copy", "keep"};
	char *json = json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS);
	size_t i;

	(void)data;
	(void)buf_add_format(&calls, "%s %s %s: ", names[how], prompt->path, json);
	for (i = 0; i < compose->text.len; i++)
		if (compose->text.data[i] == '\n')
			(void)buf_add_str(&calls, "\\n");
		else
			(void)buf_add_char(&calls, compose->text.data[i]);
	(void)buf_add_char(&calls, '\n');
	free(json);
}

static void on_open_file(void *data, struct str path)
{
	(void)data;
	(void)buf_add_format(&calls, "open %.*s\n", (int)path.n, path.p);
}

static void on_close(void *data)
{
	(void)data;
	(void)buf_add_str(&calls, "close\n");
}

static void on_source(void *data, enum prompt_from from)
{
	(void)data;
	(void)buf_add_format(&calls, "source %s\n", prompt_from_name(from));
}

static struct palette_calls functions = {
	.data = &library,
	.send = on_send,
	.open_file = on_open_file,
	.close = on_close,
	.source = on_source,
};

static void functions_make(void)
{
	palette_library_calls(&functions);
	real = functions;
	functions.search = on_search;
	functions.get = on_get;
	functions.favourite = on_favourite;
}

/* --- the library --------------------------------------------------------------------- */

static char *read_file(const char *path)
{
	FILE *from = fopen(path, "rb");
	char *text = xcalloc(1, TEXT_MAX);

	CHECK(from != NULL);
	CHECK(fread(text, 1, TEXT_MAX - 1, from) > 0);
	(void)fclose(from);
	return text;
}

static void put(const json_t *json)
{
	struct prompt *prompt = prompt_new();
	const json_t *tags = json_object_get(json, "tags"), *tag;
	const json_t *inputs = json_object_get(json, "inputs");
	struct err err;
	size_t i;

	prompt_set(&prompt->path, json_str(json, "path"));
	prompt_set(&prompt->title, json_str(json, "title"));
	prompt_set(&prompt->source, json_str(json, "source"));
	prompt_set(&prompt->status, json_str(json, "status"));
	prompt_set(&prompt->channel, json_str(json, "channel"));
	json_array_foreach (tags, i, tag)
		prompt_add_tag(prompt, str_of(json_string_value(tag)));
	add_messages(prompt, json_object_get(json, "messages"));
	CHECK(inputs == NULL || prompt_inputs_parse(prompt, inputs, &err) == 0);
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	if (json_str(json, "second").n > 0) {
		prompt_set(&prompt->messages[0].text, json_str(json, "second"));
		CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	}
	prompt_free(prompt);
}

/* What was used more stands first; without that the order would be anybody's. */
static void use(const char *path, unsigned times)
{
	static int64_t now_ms = 1700000000000;
	struct usage_event event = {.occurred_ms = now_ms += 1000,
		.client_type = STR("hotkey"),
		.surface = STR("hotkey"),
		.action = STR("paste"),
		.outcome = STR("ok"),
		.success = -1};
	struct store_want want = {0};
	struct prompt *prompt;
	struct err err;

	CHECK(store_prompt_get(store, str_of(path), &want, &prompt, &err) == STORE_OK);
	event.prompt_id = str_of(prompt->id);
	event.digest = str_of(prompt->digest);
	event.version = prompt->version;
	while (times-- > 0)
		CHECK(store_usage_add(store, &event, &err) == 0);
	prompt_free(prompt);
}

static void library_add(struct str name)
{
	char path[256], *text;
	json_t *list, *entry;
	struct err err;
	size_t i;

	(void)snprintf(path, sizeof path, FOLDER "/%.*s.json", (int)name.n, name.p);
	text = read_file(path);
	CHECK(json_door_parse(str_of(text), &list, &err) == 0);
	json_array_foreach (list, i, entry)
		put(entry);
	json_decref(list);
	free(text);
}

static void library_make(void)
{
	struct err err;

	library_add(STR("library"));
	use("team/review", 40);
	use("team/plain", 4);
	CHECK(store_usage_commit(store, &err) == 0);
	CHECK(store_usage_rank(store, &err) == 0);
}

/* --- a story ------------------------------------------------------------------------- */

static void fail(const char *what, const char *got, const char *expected)
{
	(void)fprintf(stderr, "%s:%u: %s\n--- is:\n%s--- should be:\n%s", file, line_number, what,
		got, expected);
	exit(1);
}

static void unescape(struct str from, struct buf *out)
{
	size_t i;

	for (i = 0; i < from.n; i++) {
		bool escape = from.p[i] == '\\' && i + 1 < from.n;

		i += escape;
		(void)buf_add_char(out, escape && from.p[i] == 'n'   ? '\n'
					: escape && from.p[i] == 'r' ? '\r'
								     : from.p[i]);
	}
}

static void type(struct str quoted, bool whole)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t at = 0, step;
	uint32_t code;

	CHECK(quoted.n >= 2 && quoted.p[0] == '"' && quoted.p[quoted.n - 1] == '"');
	unescape((struct str){quoted.p + 1, quoted.n - 2}, &text);
	while (at < text.len) {
		step = whole ? text.len : str_decode(text.data + at, text.len - at, &code);
		CHECK(step > 0);
		palette_text(&palette, (struct str){text.data + at, step});
		at += step;
	}
	buf_fini(&text);
}

static void press(struct str words)
{
	enum palette_key key;
	struct str word;

	while (words.n > 0) {
		word = str_cut(words, ' ', &words);
		if (!palette_key_parse(word, &key))
			fail("no such key", "", word.p);
		palette_key(&palette, key);
	}
}

static void call(struct str how)
{
	bool terminal = str_starts(how, "terminal");
	struct str rest;

	if (terminal)
		(void)str_cut(how, ' ', &rest);
	else
		rest = how;
	if (str_starts(rest, "prompt "))
		palette_call_prompt(&palette, (struct str){rest.p + 7, rest.n - 7}, terminal);
	else
		palette_call(&palette, terminal);
}

static void answer(enum prompt_from from, struct str what)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	if (what.p[0] == '"')
		unescape((struct str){what.p + 1, what.n - 2}, &text);
	palette_source(&palette, from,
		what.p[0] == '"'	 ? PALETTE_SOURCE_TEXT
		: str_is(what, "secret") ? PALETTE_SOURCE_SECRET
					 : PALETTE_SOURCE_NONE,
		(struct str){buf_text(&text), text.len});
	buf_fini(&text);
}

static void rate(struct str path, struct str rating)
{
	struct execution execution = {.rating = rating.p[0] - '0', .success = -1};
	struct store_want want = {0};
	struct prompt *prompt = NULL;
	struct err err;

	CHECK(store_prompt_get(store, path, &want, &prompt, &err) == 0);
	execution.prompt_id = str_of(prompt->id);
	CHECK(store_execution_add(store, &execution, &err) == 0);
	prompt_free(prompt);
}

static void source(struct str name, struct str days)
{
	char path[128], when[CLOCK_TEXT_BYTES];
	int64_t n;
	FILE *to;

	CHECK(str_to_int(days, 0, 1000, &n));
	clock_format(clock_now_ms() - n * 24 * 3600 * 1000, when);
	(void)snprintf(path, sizeof path, "%s/sources.json", fixture_dir);
	to = fopen(path, "w");
	CHECK(to != NULL);
	CHECK(fprintf(to, "[{\"name\":\"%.*s\",\"updated\":\"%s\"}]\n", (int)name.n, name.p, when) >
		0);
	CHECK(fclose(to) == 0);
}

/* Somebody else, while the palette is open. */
static void change(struct str what, struct str path, struct str to)
{
	struct store_want want = {.experimental = true};
	struct prompt *prompt = NULL;
	struct err err;

	CHECK(store_prompt_get(store, path, &want, &prompt, &err) == 0);
	if (str_is(what, "remove"))
		CHECK(store_prompt_remove(store, path, &err) == 0);
	if (str_is(what, "rename")) {
		CHECK(store_prompt_move(store, str_of(prompt->source), path, to, &err) == 0);
		prompt_set(&prompt->path, to);
		prompt_set(&prompt->origin, to); /* its file */
	}
	if (str_is(what, "withdraw"))
		prompt_set(&prompt->status, STR("deprecated"));
	if (str_is(what, "change"))
		prompt_set(&prompt->messages[0].text, to);
	if (!str_is(what, "remove"))
		CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

static void restart(void)
{
	palette_fini(&palette);
	store_close(store);
	store = fixture_open();
	palette_library_init_store(&library, fixture_dir, store);
	palette_init(&palette, &functions);
}

static size_t number(struct str text)
{
	int64_t value;

	CHECK(str_to_int(text, 0, 1000, &value));
	return (size_t)value;
}

static void act(struct str what)
{
	struct str rest, to, word = str_cut(what, ' ', &rest), first = str_cut(rest, ' ', &to);
	static char why[200];

	/* Nothing happens at the same time as something else. */
	clock_freeze(clock_now_ms() + 1000);
	if (what.p[0] == '"')
		type(what, false);
	else if (str_is(word, "pasted"))
		type(rest, true);
	else if (str_is(word, "call"))
		call(rest);
	else if (str_is(word, "close"))
		palette_close(&palette);
	else if (str_is(word, "select"))
		palette_select(&palette, number(rest));
	else if (str_is(word, "focus"))
		palette_focus(&palette, number(rest));
	else if (str_is(word, "selection"))
		answer(PROMPT_FROM_SELECTION, rest);
	else if (str_is(word, "clipboard"))
		answer(PROMPT_FROM_CLIPBOARD, rest);
	else if (str_is(word, "fails"))
		(void)snprintf(
			why, sizeof why, "%.*s", (int)rest.n - 2, (failing = why, rest.p + 1));
	else if (str_is(word, "works"))
		failing = NULL;
	else if (str_is(word, "restart"))
		restart();
	else if (str_is(word, "forgetful"))
		library.forgetful = true;
	else if (str_is(word, "with"))
		library_add(rest);
	else if (str_is(word, "rate"))
		rate(first, to);
	else if (str_is(word, "source"))
		source(first, to);
	else if (str_is(word, "remove") || str_is(word, "rename") || str_is(word, "withdraw") ||
		 str_is(word, "change"))
		change(word, first, to);
	else
		press(what);
}

/* The end of a block: what was called and what is shown, against what was written. */
static void block_check(struct buf *expected_calls, struct buf *expected_shown)
{
	struct buf shown = BUF_INIT(TEXT_MAX);

	palette_describe(&palette, &shown);
	if (getenv("KEYS_PRINT") != NULL)
		(void)printf(
			"%s:%u\n%s---\n%s", file, line_number, buf_text(&calls), buf_text(&shown));
	else if (strcmp(buf_text(&calls), buf_text(expected_calls)) != 0)
		fail("other calls", buf_text(&calls), buf_text(expected_calls));
	else if (expected_shown->len > 0 && strcmp(buf_text(&shown), buf_text(expected_shown)) != 0)
		fail("something else is shown", buf_text(&shown), buf_text(expected_shown));
	buf_clear(&calls);
	buf_clear(expected_calls);
	buf_clear(expected_shown);
	buf_fini(&shown);
}

static void expect(struct buf *expected, struct str line)
{
	(void)buf_add(expected, line.p + 2, line.n - 2);
	(void)buf_add_char(expected, '\n');
}

static void story_run(const char *path)
{
	struct buf expected_calls = BUF_INIT(TEXT_MAX), expected_shown = BUF_INIT(TEXT_MAX);
	char *text = read_file(path);
	struct str rest = str_of(text), line;
	bool acted = false, expecting = false;

	file = path;
	line_number = 0;
	clock_freeze(1700001000000);
	fixture_new_dir();
	store = fixture_open();
	library_make();
	failing = NULL;
	palette_library_init_store(&library, fixture_dir, store);
	palette_init(&palette, &functions);
	while (str_next_line(&rest, &line)) {
		line_number++;
		if (str_starts(line, "> ")) {
			if (acted && expecting)
				block_check(&expected_calls, &expected_shown);
			expecting = false;
			acted = true;
			act((struct str){line.p + 2, line.n - 2});
		} else if (str_starts(line, "< ") || str_starts(line, "= ")) {
			expecting = true;
			expect(line.p[0] == '<' ? &expected_calls : &expected_shown, line);
		} else {
			CHECK(line.n == 0 || line.p[0] == '#');
		}
	}
	CHECK(acted);
	block_check(&expected_calls, &expected_shown);
	palette_fini(&palette);
	store_close(store);
	clock_freeze(-1);
	buf_fini(&expected_calls);
	buf_fini(&expected_shown);
	free(text);
}

static int is_story(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), ".t");
}

int main(void)
{
	struct dirent **names;
	char path[512];
	int n = scandir(FOLDER, &names, is_story, alphasort), i;

	CHECK(n > 0);
	functions_make();
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", FOLDER, names[i]->d_name);
		story_run(path);
		(void)printf("ok %s\n", names[i]->d_name);
		free(names[i]);
	}
	free(names);
	buf_fini(&calls);
	return 0;
}
