/* Tests of store/salvage: files that a bad disk or somebody changed. What is
 * served is what was stored, or nothing. */
#include <fcntl.h>
#include <sqlite3.h>

#include "store/pages.h"
#include "tests/store_fixture.h"

#define PROMPTS 60
#define USES 40

static char file[128];

static void path_of(const char *name)
{
	(void)snprintf(file, sizeof file, "%s/%s", fixture_dir, name);
}

static off_t size_of(void)
{
	struct stat st;

	CHECK(stat(file, &st) == 0);
	return st.st_size;
}

static void text_of(char *out, size_t size, int i)
{
	(void)snprintf(out, size,
		"Prompt number %d says: look at what is before you, word by word, and then tell "
		"what you see. The answer to it is %d.",
		i, i * 7919);
}

/* A library whose prompts can be told to be right. */
static void make_library(void)
{
	struct store *store = fixture_new();
	char path[32], text[400], title[64];
	struct err err;
	int i;

	CHECK(store_begin(store, &err) == 0);
	for (i = 0; i < PROMPTS; i++) {
		(void)snprintf(path, sizeof path, "team/prompt-%d", i);
		(void)snprintf(title, sizeof title, "Prompt %d", i);
		text_of(text, sizeof text, i);
		(void)fixture_put(store, path, title, text);
	}
	CHECK(store_commit(store, &err) == 0);
	fixture_use(store, "team/prompt-7", USES);
	store_close(store);
}

/* Ask for everything: how many are there and right? Wrong ones end the test. */
static int count_right(struct store *store)
{
	const struct store_want want = {.version = 0};
	char path[32], text[400];
	int i, right = 0;

	for (i = 0; i < PROMPTS; i++) {
		struct prompt *prompt = NULL;
		struct err err;

		(void)snprintf(path, sizeof path, "team/prompt-%d", i);
		if (store_prompt_get(store, str_of(path), &want, &prompt, &err) != 0)
			continue;
		text_of(text, sizeof text, i);
		CHECK_STR(prompt->messages[0].text, text);
		CHECK(prompt->version == 1);
		prompt_free(prompt);
		right++;
	}
	return right;
}

static int count_uses(struct store *store)
{
	struct store_facts facts;
	struct err err;

	return store_facts(store, &facts, &err) == 0 ? (int)facts.n_usage_pending : -1;
}

static bool was_set_aside(const char *name)
{
	DIR *dir = opendir(fixture_dir);
	const struct dirent *entry;
	bool found = false;
	char prefix[64];

	(void)snprintf(prefix, sizeof prefix, "%s.damaged-", name);
	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		found = found || strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	(void)closedir(dir);
	return found;
}

static void flip_bit(off_t at, int bit)
{
	int fd = open(file, O_RDWR);
	unsigned char byte;

	CHECK(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= (unsigned char)(1 << bit);
	CHECK(pwrite(fd, &byte, 1, at) == 1);
	CHECK(close(fd) == 0);
}

static void zero_page(off_t page)
{
	static const char nothing[4096];
	int fd = open(file, O_RDWR);

	CHECK(fd >= 0 && pwrite(fd, nothing, sizeof nothing, page * 4096) == sizeof nothing);
	CHECK(close(fd) == 0);
}

static bool find_in_file(const char *text, off_t *at)
{
	size_t size = (size_t)size_of(), n = strlen(text), i;
	int fd = open(file, O_RDONLY);
	char *bytes = malloc(size);
	bool found = false;

	CHECK(fd >= 0 && bytes != NULL && pread(fd, bytes, size, 0) == (ssize_t)size);
	for (i = 0; i + n <= size && !found; i++) {
		found = memcmp(bytes + i, text, n) == 0;
		*at = (off_t)i;
	}
	free(bytes);
	(void)close(fd);
	return found;
}

/* Open, use, close, and open again: by then it is repaired if it had to be. */
static struct store *open_twice(int *outcome)
{
	struct store *store;
	struct err err;

	*outcome = fixture_try_open(&store, &err);
	if (*outcome < 0)
		(void)fprintf(stderr, "open: %s\n", err.text);
	CHECK(*outcome >= 0);
	(void)count_right(store);
	(void)count_uses(store);
	(void)store_check(store, &err);
	store_close(store);
	if (*outcome == 0)
		*outcome = fixture_try_open(&store, &err);
	else
		CHECK(fixture_try_open(&store, &err) == 0);
	CHECK(*outcome >= 0);
	return store;
}

static void a_flipped_bit_in_a_text_is_never_served(void)
{
	const struct store_want want = {.version = 0};
	struct store *store;
	struct prompt *prompt;
	struct err err;
	off_t at;

	make_library();
	path_of("prompts.db");
	CHECK(find_in_file("Prompt number 12 says", &at));
	flip_bit(at + 3, 0);
	store = fixture_open();
	CHECK(store_prompt_get(store, STR("team/prompt-12"), &want, &prompt, &err) == -1);
	CHECK(count_right(store) == PROMPTS - 1);
	store_close(store);
	CHECK(fixture_try_open(&store, &err) == STORE_SALVAGED);
	CHECK(strstr(err.text, "prompts.db was damaged") != NULL);
	CHECK(was_set_aside("prompts.db"));
	CHECK(count_right(store) == PROMPTS - 1);
	CHECK(store_check(store, &err) == 0);
	CHECK_STR(fixture_search(store, "\"number 11 says\""), "team/prompt-11");
	CHECK_STR(fixture_search(store, "prompt-11"), "team/prompt-11");
	CHECK(count_uses(store) == USES);
	/* It can be put again and goes on being itself. */
	(void)fixture_put(store, "team/prompt-12", "Prompt 12", "new");
	store_close(store);
	store_close(fixture_open());
}

static void a_file_that_is_no_database_is_set_aside(void)
{
	struct store *store;
	struct err err;
	FILE *out;

	make_library();
	path_of("prompts.db");
	out = fopen(file, "w");
	CHECK(out != NULL && fputs("This is not a database, whatever its name.\n", out) >= 0);
	CHECK(fclose(out) == 0);
	CHECK(fixture_try_open(&store, &err) == STORE_SALVAGED);
	CHECK(count_right(store) == 0);
	CHECK(count_uses(store) == USES);
	(void)fixture_put(store, "a", "A", "text");
	store_close(store);
	store_close(fixture_open());
	CHECK(was_set_aside("prompts.db"));
}

static void a_ledger_without_its_first_page_gives_its_rows(void)
{
	struct store *store;
	struct err err;
	int64_t kept;

	make_library();
	path_of("ledger.db");
	zero_page(0);
	store = fixture_open(); /* the ledger is opened when it is asked */
	kept = count_uses(store);
	CHECK(kept == USES);
	CHECK(store_notice(store) != NULL && strstr(store_notice(store), "ledger.db was damaged"));
	CHECK(was_set_aside("ledger.db"));
	CHECK(store_check(store, &err) == 0);
	store_close(store);
	store = fixture_open();
	CHECK(count_uses(store) == USES);
	store_close(store);
}

/* Without the page that describes the table of prompts nobody can tell which pages
 * are whose: what can be done is said. */
static void a_library_without_its_schema_says_how_to_bring_it_back(void)
{
	struct store *store;
	struct err err;
	off_t at;

	make_library();
	path_of("prompts.db");
	CHECK(find_in_file("CREATE TABLE prompt (", &at) && at >= 4096);
	zero_page(at / 4096);
	CHECK(fixture_try_open(&store, &err) == STORE_SALVAGED);
	CHECK(strstr(err.text, "'promptd import'") != NULL);
	CHECK(strstr(err.text, "'promptd pull'") != NULL);
	CHECK(was_set_aside("prompts.db"));
	(void)fixture_put(store, "team/again", "Again", "From its file.");
	CHECK_STR(fixture_search(store, "again"), "team/again");
	store_close(store);
}

static void a_flipped_bit_in_the_outbox_costs_one_row(void)
{
	struct store *store;
	int outcome;
	off_t at;

	make_library();
	path_of("ledger.db");
	CHECK(find_in_file("-7", &at)); /* within some event's id */
	CHECK(find_in_file("cligetok", &at));
	flip_bit(at + 4, 1);
	store = open_twice(&outcome);
	CHECK(outcome == STORE_SALVAGED);
	CHECK(count_uses(store) == USES - 1);
	store_close(store);
}

static void a_file_cut_short_gives_what_is_left(void)
{
	static const char *const names[] = {"prompts.db", "ledger.db"};
	size_t i;
	int outcome, part;

	for (i = 0; i < 2; i++) {
		for (part = 1; part < 4; part++) {
			struct store *store;

			make_library();
			path_of(names[i]);
			CHECK(truncate(file, size_of() * part / 4) == 0);
			store = open_twice(&outcome);
			CHECK(outcome == STORE_SALVAGED || store_notice(store) != NULL ||
				was_set_aside(names[i]));
			CHECK(count_right(store) <= PROMPTS);
			CHECK(i == 0 ? count_uses(store) == USES : count_right(store) == PROMPTS);
			(void)fixture_put(store, "new", "New", "text");
			fixture_use(store, "new", 1);
			store_close(store);
		}
	}
}

/* Whatever page is lost: nothing wrong is served, the file is usable after, and
 * what lies on other pages is still there. */
static void any_page_may_be_lost(void)
{
	off_t page, pages;
	int outcome;

	make_library();
	path_of("prompts.db");
	pages = size_of() / 4096;
	for (page = 0; page < pages; page++) {
		struct store *store;
		struct err err;

		make_library();
		path_of("prompts.db");
		zero_page(page);
		store = open_twice(&outcome);
		(void)count_right(store);
		(void)fixture_search(store, "number word");
		(void)fixture_put(store, "new", "New walrus", "text");
		CHECK_STR(fixture_search(store, "walrus"), "new");
		CHECK(store_check(store, &err) == 0);
		CHECK(count_uses(store) == USES);
		store_close(store);
	}
}

static uint64_t state = 88172645463325252U;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void random_bits_are_found_out_or_harmless(void)
{
	int round, outcome;

	for (round = 0; round < 60; round++) {
		const char *name = round % 2 == 0 ? "prompts.db" : "ledger.db";
		struct store *store;
		struct err err;
		int i;

		make_library();
		path_of(name);
		for (i = 0; i < 8; i++)
			flip_bit((off_t)(next_random() % (uint64_t)size_of()),
				(int)(next_random() % 8));
		store = open_twice(&outcome);
		(void)count_right(store);
		CHECK(count_uses(store) <= USES);
		(void)fixture_put(store, "new", "New walrus", "text");
		fixture_use(store, "new", 1);
		CHECK(store_check(store, &err) == 0);
		store_close(store);
	}
}

static void a_repair_cut_off_is_finished_by_the_next(void)
{
	char ready[128];
	struct store *store;
	struct err err;

	make_library();
	/* As a kill between the last two steps leaves it: the new file complete,
	 * the old one's log gone. */
	path_of("prompts.db");
	(void)snprintf(ready, sizeof ready, "%s/prompts.db.salvaged", fixture_dir);
	CHECK(rename(file, ready) == 0);
	{
		FILE *out = fopen(file, "w");

		CHECK(out != NULL && fputs("the damaged one", out) >= 0 && fclose(out) == 0);
	}
	store = fixture_open();
	CHECK(count_right(store) == PROMPTS);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
	CHECK(access(ready, F_OK) != 0);
}

static void other_processes_go_on_with_the_repaired_file(void)
{
	const struct store_want want = {.version = 0};
	struct store *old, *store;
	struct prompt *prompt;
	uint64_t version;
	struct err err;
	off_t at;

	make_library();
	old = fixture_open();
	CHECK(count_right(old) == PROMPTS && count_uses(old) == USES);
	version = store_data_version(old);
	path_of("prompts.db");
	CHECK(find_in_file("Prompt number 12 says", &at));
	flip_bit(at + 3, 0);
	path_of("ledger.db");
	CHECK(find_in_file("cligetok", &at));
	flip_bit(at + 4, 1);
	store = fixture_open();
	CHECK(store_prompt_get(store, STR("team/prompt-12"), &want, &prompt, &err) == -1);
	CHECK(store_check(store, &err) == -1);
	CHECK(count_uses(store) == USES);
	{
		struct buf ignored = BUF_INIT(100000);

		/* Reading the rows is what finds the bad one. */
		CHECK(store_check(store, &err) == -1);
		buf_fini(&ignored);
	}
	store_close(store);
	CHECK(fixture_try_open(&store, &err) == STORE_SALVAGED);
	(void)fixture_put(store, "new", "New", "text");
	CHECK(store_data_version(old) != version);
	prompt_free(fixture_get(old, "new"));
	fixture_use(old, "new", 3);
	CHECK(count_uses(store) >= 3);
	store_close(store);
	store_close(old);
}

static int no_record(void *data, const struct pages_value *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		*(size_t *)data += values[i].text.n;
	return 0;
}

static void pages_of_any_bytes_are_looked_through(void)
{
	unsigned char *page = malloc(4096);
	size_t seen = 0;
	int round, i;

	CHECK(page != NULL);
	for (round = 0; round < 20000; round++) {
		size_t size = next_random() % 4097;

		for (i = 0; i < 4096; i += 8) {
			uint64_t r = next_random();

			memcpy(page + i, &r, 8);
		}
		page[0] = round % 2 == 0 ? 0x0A : 0x02;
		page[3] = 0;
		if (round % 3 == 0)
			memset(page + 8, (int)(round % 256), 2000);
		CHECK(pages_scan_page(page, size, round % 5 == 0 ? 100 : 0, no_record, &seen) == 0);
	}
	free(page);
}

/* --- Many pages at once -------------------------------------------------------- */

#define MANY 1500
#define MANY_PAGES 8

static void many_text(char *out, size_t size, int i)
{
	size_t n = 0;
	int word;

	/* Of several lengths, so that pages do not fall into step. */
	for (word = 0; word < 40 + i % 50 && n < size; word++)
		n += (size_t)snprintf(
			out + n, size - n, "%d-%d ", i, (i * 31 + word * 7919) % 1009);
}

static void make_many(void)
{
	struct store *store = fixture_new();
	char path[32], text[1200];
	struct err err;
	int i;

	CHECK(store_begin(store, &err) == 0);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(path, sizeof path, "many/prompt-%d", i);
		many_text(text, sizeof text, i);
		(void)fixture_put(store, path, path + 5, text);
	}
	CHECK(store_commit(store, &err) == 0);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(path, sizeof path, "many/prompt-%d", i);
		fixture_use(store, path, 1);
	}
	store_close(store);
}

/* Whole ones; what is not as it was ends the test. */
static int count_many(struct store *store)
{
	const struct store_want want = {.version = 0};
	char path[32], text[1200];
	int i, right = 0;

	for (i = 0; i < MANY; i++) {
		struct prompt *prompt = NULL;
		struct err err;

		(void)snprintf(path, sizeof path, "many/prompt-%d", i);
		if (store_prompt_get(store, str_of(path), &want, &prompt, &err) != 0)
			continue;
		many_text(text, sizeof text, i);
		CHECK_STR(prompt->messages[0].text, text);
		prompt_free(prompt);
		right++;
	}
	return right;
}

static int64_t ask_file(const char *sql)
{
	sqlite3_stmt *ask;
	sqlite3 *sqlite;
	int64_t number;

	CHECK(sqlite3_open_v2(file, &sqlite, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(sqlite, sql, -1, &ask, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(ask) == SQLITE_ROW);
	number = sqlite3_column_int64(ask, 0);
	(void)sqlite3_finalize(ask);
	(void)sqlite3_close(sqlite);
	return number;
}

/* Zero the leaf of the given kind in the middle of each eighth of the file. How many
 * cells they held: no more rows than that can be lost, for a row is in one cell. */
static int zero_leaves(unsigned char kind)
{
	off_t pages = size_of() / 4096, page;
	int fd = open(file, O_RDWR), cells = 0, i;
	unsigned char header[8];

	CHECK(fd >= 0);
	for (i = 0; i < MANY_PAGES; i++) {
		for (page = pages * (2 * i + 1) / (2 * MANY_PAGES); page < pages; page++) {
			CHECK(pread(fd, header, sizeof header, page * 4096) == sizeof header);
			if (header[0] == kind && header[3] * 256 + header[4] > 0)
				break;
		}
		CHECK(page < pages);
		cells += header[3] * 256 + header[4];
		zero_page(page);
	}
	(void)close(fd);
	return cells;
}

static void eight_pages_of_a_library_cost_what_was_on_them(void)
{
	struct store *store;
	struct err err;
	int outcome, cells, right;

	make_many();
	path_of("prompts.db");
	cells = zero_leaves(0x0D); /* leaves of tables */
	store = open_twice(&outcome);
	CHECK(outcome == STORE_SALVAGED);
	right = count_many(store);
	(void)printf("# %d cells were lost, %d of %d prompts are left\n", cells, right, MANY);
	CHECK(right < MANY && right >= MANY - cells && right >= 1300);
	CHECK(store_check(store, &err) == 0);
	CHECK(count_uses(store) == MANY);
	CHECK_STR(fixture_search(store, "\"1499-\" prompt-1499"), "many/prompt-1499");
	store_close(store);
	CHECK(ask_file("SELECT count(*) FROM pragma_foreign_key_check") == 0);
	CHECK(ask_file("SELECT count(*) FROM prompt") == right);
	CHECK(ask_file("SELECT count(*) FROM version") == right);
	CHECK(ask_file("SELECT count(*) FROM body") == right);
	CHECK(ask_file("SELECT count(*) FROM title") == right);
	store_close(fixture_open());
}

static void eight_pages_of_a_ledger_cost_what_was_on_them(void)
{
	struct store *store;
	struct err err;
	int outcome, cells;
	int64_t counted;

	make_many();
	path_of("ledger.db");
	CHECK(ask_file("SELECT count(*) FROM use") == MANY);
	cells = zero_leaves(0x0A); /* leaves of tables without rowids */
	store = open_twice(&outcome);
	CHECK(count_uses(store) >= MANY - cells && count_uses(store) < MANY);
	CHECK(store_check(store, &err) == 0);
	CHECK(count_many(store) == MANY);
	store_close(store);
	CHECK(was_set_aside("ledger.db"));
	counted = ask_file("SELECT count(*) FROM use");
	(void)printf("# %d cells were lost, %lld of %d counts are left\n", cells,
		(long long)counted, MANY);
	CHECK(counted >= MANY - cells);
}

int main(void)
{
	RUN(a_flipped_bit_in_a_text_is_never_served);
	RUN(a_file_that_is_no_database_is_set_aside);
	RUN(a_ledger_without_its_first_page_gives_its_rows);
	RUN(a_library_without_its_schema_says_how_to_bring_it_back);
	RUN(a_flipped_bit_in_the_outbox_costs_one_row);
	RUN(a_file_cut_short_gives_what_is_left);
	RUN(any_page_may_be_lost);
	RUN(random_bits_are_found_out_or_harmless);
	RUN(a_repair_cut_off_is_finished_by_the_next);
	RUN(other_processes_go_on_with_the_repaired_file);
	RUN(eight_pages_of_a_library_cost_what_was_on_them);
	RUN(eight_pages_of_a_ledger_cost_what_was_on_them);
	RUN(pages_of_any_bytes_are_looked_through);
	return 0;
}
