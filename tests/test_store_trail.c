/* Tests of store/trail and of what personal prompts have besides: versions whose
 * numbers are another's, names that change, files that are gone for a while. */
#include <sqlite3.h>

#include "store/trail.h"
#include "tests/store_fixture.h"

static struct prompt *personal(const char *path, const char *text)
{
	struct prompt *prompt = fixture_prompt(path, "Title", text);

	prompt_set(&prompt->source, STR("personal"));
	prompt_set(&prompt->origin, STR("/home/x/prompts/a.prompt.md"));
	return prompt;
}

static void put(struct store *store, const char *path, const char *text, int64_t number)
{
	struct prompt *prompt = personal(path, text);
	struct err err;

	CHECK(store_prompt_put_numbered(store, prompt, number, NULL, &err) == 0);
	prompt_free(prompt);
}

static int on_version(void *data, const struct store_version *version)
{
	struct buf *out = data;

	return buf_add_format(out, " %lld", (long long)version->number);
}

/* "3: 3 2 1": the number that is served, and all there are. */
static const char *numbers(struct store *store, const char *name)
{
	static struct buf out = BUF_INIT(1000);
	struct prompt *prompt = fixture_get(store, name);
	struct err err;

	buf_clear(&out);
	(void)buf_add_format(&out, "%lld:", (long long)prompt->version);
	CHECK(store_version_list(store, str_of(name), on_version, &out, &err) == 0);
	prompt_free(prompt);
	return buf_text(&out);
}

/* How many texts hold a word, by the index alone. */
static int indexed(const char *word)
{
	char file[128];
	sqlite3_stmt *ask;
	sqlite3 *db;
	int n;

	(void)snprintf(file, sizeof file, "%s/prompts.db", fixture_dir);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, "SELECT count(*) FROM bodies WHERE bodies MATCH ?", -1, &ask,
		      NULL) == SQLITE_OK);
	CHECK(sqlite3_bind_text(ask, 1, word, -1, SQLITE_STATIC) == SQLITE_OK);
	CHECK(sqlite3_step(ask) == SQLITE_ROW);
	n = sqlite3_column_int(ask, 0);
	CHECK(sqlite3_finalize(ask) == SQLITE_OK && sqlite3_close(db) == SQLITE_OK);
	return n;
}

static void a_known_number_is_the_version_s(void)
{
	struct store *store = fixture_new();
	struct err err;

	put(store, "a", "five", 5);
	CHECK_STR(numbers(store, "a"), "5: 5");
	put(store, "a", "six", 6);
	CHECK_STR(numbers(store, "a"), "6: 6 5");
	put(store, "a", "other six", 6);
	CHECK_STR(numbers(store, "a"), "6: 6 5");
	put(store, "a", "five", 5); /* six is not there any more */
	CHECK_STR(numbers(store, "a"), "5: 5");
	put(store, "a", "five", 3); /* the history was written anew */
	CHECK_STR(numbers(store, "a"), "3: 3");
	CHECK_STR(fixture_search(store, "five"), "a");
	CHECK(indexed("five") == 1 && indexed("six") == 0);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

static void earlier_versions_can_be_filled_in(void)
{
	struct store_want want = {.version = 2};
	struct store *store = fixture_new();
	struct prompt *prompt = personal("a", "two");
	struct err err;

	put(store, "a", "three", 3);
	prompt->version = 2;
	CHECK(store_version_put(store, prompt, &err) == 0);
	CHECK(store_version_put(store, prompt, &err) == 0);
	prompt_free(prompt);
	CHECK_STR(numbers(store, "a"), "3: 3 2");
	CHECK(store_prompt_get(store, STR("a"), &want, &prompt, &err) == 0);
	CHECK_STR(prompt->messages[0].text, "two");
	prompt_free(prompt);
	CHECK(store_version_forget(store, &err) == 0);
	CHECK_STR(numbers(store, "a"), "3: 3");
	CHECK_STR(fixture_search(store, "three"), "a");
	store_close(store);
}

static void versions_of_others_stay(void)
{
	struct store *store = fixture_new();
	struct err err;

	(void)fixture_put(store, "b", "B", "one");
	(void)fixture_put(store, "b", "B", "two");
	CHECK(store_version_forget(store, &err) == 0);
	CHECK_STR(numbers(store, "b"), "2: 2 1");
	store_close(store);
}

static void the_name_of_a_renamed_prompt_can_be_given_again(void)
{
	struct store *store = fixture_new();
	struct prompt *old, *moved, *new;
	struct err err;

	put(store, "old-name", "walrus", 1);
	old = fixture_get(store, "old-name");
	CHECK(store_prompt_move(store, STR("personal"), STR("old-name"), STR("new-name"), &err) ==
		0);
	put(store, "new-name", "walrus", 1);
	put(store, "old-name", "otter", 1);
	moved = fixture_get(store, "new-name");
	new = fixture_get(store, "old-name");
	CHECK_STR(moved->id, old->id);
	CHECK(strcmp(new->id, old->id) != 0);
	prompt_free(old);
	prompt_free(moved);
	prompt_free(new);
	store_close(store);
}

/* What moved and is otherwise the same is a whole row again: one that came from no
 * file has nothing else to be written anew for. */
static void a_renamed_prompt_without_a_file_is_whole(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt = fixture_prompt("before", "Title", "heron");
	struct err err;

	(void)fixture_put_prompt(store, prompt);
	CHECK(store_prompt_move(store, STR("local"), STR("before"), STR("after"), &err) == 0);
	prompt_set(&prompt->path, STR("after"));
	(void)fixture_put_prompt(store, prompt);
	CHECK(store_check(store, &err) == 0);
	prompt_free(prompt);
	prompt = fixture_get(store, "after");
	CHECK_STR(prompt->messages[0].text, "heron");
	prompt_free(prompt);
	store_close(store);
}

static void a_renamed_prompt_is_not_found_by_its_old_name(void)
{
	struct store *store = fixture_new();
	struct err err;

	put(store, "zebra/x", "text", 1);
	CHECK_STR(fixture_search(store, "text zebra"), "zebra/x");
	CHECK(store_prompt_move(store, STR("personal"), STR("zebra/x"), STR("lion/x"), &err) == 0);
	put(store, "lion/x", "text", 1);
	CHECK_STR(fixture_search(store, "text lion"), "lion/x");
	CHECK_STR(fixture_search(store, "text zebra"), "");
	CHECK(indexed("lion") == 1 && indexed("zebra") == 0);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

static void a_name_that_is_taken_is_left_alone(void)
{
	struct store *store = fixture_new();
	struct err err;

	put(store, "a", "one", 1);
	put(store, "b", "two", 2);
	CHECK(store_prompt_move(store, STR("personal"), STR("a"), STR("b"), &err) == 0);
	CHECK_STR(numbers(store, "a"), "1: 1");
	CHECK_STR(numbers(store, "b"), "2: 2");
	store_close(store);
}

static void what_comes_back_is_the_same_prompt(void)
{
	struct store *store = fixture_new();
	struct prompt *before, *after;
	struct err err;

	put(store, "x", "text", 1);
	CHECK(store_prompt_move(store, STR("personal"), STR("x"), STR("y"), &err) == 0);
	put(store, "y", "text", 1);
	before = fixture_get(store, "y");
	CHECK(store_prompt_drop(store, STR("y"), &err) == 0);
	CHECK(store_prompt_drop(store, STR("y"), &err) == 0);
	CHECK(indexed("text") == 0);
	CHECK(!store_prompt_was_removed(store, STR("personal"), STR("y")));
	put(store, "y", "text", 1);
	after = fixture_get(store, "y");
	CHECK_STR(after->id, before->id);
	prompt_free(before);
	prompt_free(after);
	store_close(store);
}

static int on_step(void *data, const struct store_step *step)
{
	struct buf *out = data;

	return buf_add_format(
		out, "%lld=%s@%s ", (long long)step->number, step->digest, step->file);
}

static void add(struct store *store, int64_t line, int64_t number, const char *name,
	const char *digest, const char *file)
{
	struct store_step step = {.line = line,
		.number = number,
		.name = name,
		.digest = digest,
		.file = file,
		.blob = "b",
		.commit = "c"};
	struct err err;

	CHECK(store_trail_add(store, &step, &err) == 0);
}

static void a_line_is_found_by_the_name_it_has_now(void)
{
	struct store *store = fixture_new();
	struct buf out = BUF_INIT(1000);
	int64_t line = 0;
	struct err err;

	CHECK(store_trail_line(store, "a", &line, &err) == 0);
	CHECK(store_trail_new_line(store, &line, &err) == 0 && line == 1);
	add(store, 1, 1, "", "d1", "a");
	add(store, 1, 2, "", "d2", "b");
	CHECK(store_trail_line(store, "a", &line, &err) == 0);
	CHECK(store_trail_line(store, "b", &line, &err) == 1 && line == 1);
	CHECK(store_trail_new_line(store, &line, &err) == 0 && line == 2);
	add(store, 2, 1, "", "d3", "a");
	CHECK(store_trail_line(store, "a", &line, &err) == 1 && line == 2);
	CHECK(store_trail_list(store, 1, "", on_step, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "2=d2@b 1=d1@a ");
	CHECK(store_trail_clear(store, &err) == 0);
	CHECK(store_trail_line(store, "b", &line, &err) == 0);
	buf_fini(&out);
	store_close(store);
}

static int on_file(void *data, const struct store_file *file)
{
	struct buf *out = data;

	return buf_add_format(out, "%s %lld %lld %s;", file->path, (long long)file->bytes,
		(long long)file->modified_ns, file->note);
}

static void files_and_their_mark_are_remembered(void)
{
	struct store_file file = {
		.path = "b", .bytes = 7, .modified_ns = 9, .blob = "", .note = "n"};
	struct buf out = BUF_INIT(1000), folder = BUF_INIT(100), history = BUF_INIT(100);
	struct store *store = fixture_new();
	struct err err;

	CHECK(store_trail_mark(store, &folder, &history, &err) == 0 && folder.len == 0);
	CHECK(store_file_put(store, &file, &err) == 0);
	file.path = "a";
	file.note = "";
	CHECK(store_file_put(store, &file, &err) == 0 && store_file_put(store, &file, &err) == 0);
	CHECK(store_trail_set_mark(store, "/x", "head", &err) == 0);
	CHECK(store_trail_mark(store, &folder, &history, &err) == 0);
	CHECK_STR(buf_text(&folder), "/x");
	CHECK_STR(buf_text(&history), "head");
	CHECK(store_file_list(store, on_file, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "a 7 9 ;b 7 9 n;");
	CHECK(store_file_remove(store, "a", &err) == 0);
	buf_clear(&out);
	CHECK(store_file_list(store, on_file, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "b 7 9 n;");
	buf_fini(&out);
	buf_fini(&folder);
	buf_fini(&history);
	store_close(store);
}

int main(void)
{
	RUN(a_known_number_is_the_version_s);
	RUN(earlier_versions_can_be_filled_in);
	RUN(versions_of_others_stay);
	RUN(the_name_of_a_renamed_prompt_can_be_given_again);
	RUN(a_renamed_prompt_without_a_file_is_whole);
	RUN(a_renamed_prompt_is_not_found_by_its_old_name);
	RUN(a_name_that_is_taken_is_left_alone);
	RUN(what_comes_back_is_the_same_prompt);
	RUN(a_line_is_found_by_the_name_it_has_now);
	RUN(files_and_their_mark_are_remembered);
	return 0;
}
