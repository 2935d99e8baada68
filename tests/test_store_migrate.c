/* Tests of store/migrate: from every earlier state, killed anywhere, twice at
 * once, and from a newer program. */
#include <sqlite3.h>
#include <sys/wait.h>

#include "schema/schema.h"
#include "store/migrate.h"
#include "tests/store_fixture.h"

static int count_files(const struct schema_file *files)
{
	int n = 0;

	while (files[n].name != NULL)
		n++;
	return n;
}

static sqlite3 *open_bare(const char *name)
{
	char file[128];
	sqlite3 *db;

	(void)snprintf(file, sizeof file, "%s/%s", fixture_dir, name);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	return db;
}

static void run_bare(const char *name, const char *sql)
{
	sqlite3 *db = open_bare(name);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		exit(1);
	}
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* A file as the first `n` migrations leave it. */
static void make_old(const char *name, const struct schema_file *files, int n)
{
	char set[64];
	int i;

	run_bare(name, "PRAGMA journal_mode = WAL");
	for (i = 0; i < n; i++)
		run_bare(name, files[i].text);
	(void)snprintf(set, sizeof set, "PRAGMA user_version = %d", n);
	run_bare(name, set);
}

static void check_usable(void)
{
	struct store *store = fixture_open();
	struct store_facts facts;
	struct err err;

	(void)fixture_put(store, "a/b", "Walrus", "text");
	fixture_use(store, "a/b", 2);
	CHECK_STR(fixture_search(store, "walr"), "a/b");
	CHECK(store_facts(store, &facts, &err) == 0);
	CHECK(facts.schema_prompts == count_files(schema_store_prompts));
	CHECK(facts.schema_ledger == count_files(schema_store_ledger));
	CHECK(facts.n_usage_pending == 2);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

static void every_earlier_file_is_brought_up_to_date(void)
{
	int n;

	for (n = 0; n <= count_files(schema_store_prompts); n++) {
		fixture_new_dir();
		make_old("prompts.db", schema_store_prompts, n);
		check_usable();
	}
	for (n = 0; n <= count_files(schema_store_ledger); n++) {
		fixture_new_dir();
		make_old("ledger.db", schema_store_ledger, n);
		check_usable();
	}
}

static int kill_at_number, kill_at_step;

static void kill_hook(int number, int step)
{
	if (number == kill_at_number && step == kill_at_step)
		_exit(9);
}

static void a_kill_anywhere_leaves_a_file_that_can_go_on(void)
{
	for (kill_at_number = 1; kill_at_number <= 2; kill_at_number++) {
		for (kill_at_step = 0; kill_at_step <= 2; kill_at_step++) {
			int status;
			pid_t child;

			fixture_new_dir();
			child = fork();
			CHECK(child >= 0);
			if (child == 0) {
				struct store *store;
				struct err err;

				migrate_hook = kill_hook;
				(void)fixture_try_open(&store, &err);
				_exit(0);
			}
			CHECK(waitpid(child, &status, 0) == child);
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 9);
			check_usable();
		}
	}
}

static void many_processes_may_begin_at_once(void)
{
	enum { CHILDREN = 6, ROUNDS = 5 };
	int round, i, status;

	for (round = 0; round < ROUNDS; round++) {
		pid_t children[CHILDREN];

		fixture_new_dir();
		for (i = 0; i < CHILDREN; i++) {
			children[i] = fork();
			CHECK(children[i] >= 0);
			if (children[i] == 0) {
				char path[16];
				struct store *store;
				struct err err;

				if (fixture_try_open(&store, &err) != 0) {
					(void)fprintf(stderr, "%s\n", err.text);
					_exit(1);
				}
				(void)snprintf(path, sizeof path, "p/%d", i);
				(void)fixture_put(store, path, "One of many", "text");
				fixture_use(store, path, 1);
				store_close(store);
				_exit(0);
			}
		}
		for (i = 0; i < CHILDREN; i++) {
			CHECK(waitpid(children[i], &status, 0) == children[i]);
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		}
		{
			struct store *store = fixture_open();
			struct store_facts facts;
			struct err err;

			CHECK(store_facts(store, &facts, &err) == 0);
			CHECK(facts.n_prompts == CHILDREN && facts.n_usage_pending == CHILDREN);
			store_close(store);
		}
	}
}

static void a_newer_file_is_only_read(void)
{
	struct store *store = fixture_new();
	struct store_want want = {.version = 0};
	struct prompt *prompt = fixture_prompt("c", "C", "text"), *got;
	struct err err;

	(void)fixture_put(store, "a/b", "Walrus", "text");
	store_close(store);
	run_bare("prompts.db", "PRAGMA user_version = 999; CREATE TABLE later (x)");
	CHECK(fixture_try_open(&store, &err) == STORE_NEWER);
	CHECK(err.code == ERR_NEWER && strstr(err.text, "999") != NULL);
	CHECK(store_is_read_only(store));
	CHECK(store_prompt_get(store, STR("a/b"), &want, &got, &err) == 0);
	prompt_free(got);
	CHECK(store_prompt_put(store, prompt, NULL, &err) == -1);
	CHECK(err.code == ERR_REFUSED);
	prompt_free(prompt);
	store_close(store);
}

static void a_newer_ledger_is_told_of_and_not_written(void)
{
	struct store *store = fixture_new();
	struct usage_event event = {.prompt_id = STR("p")};
	struct err err;

	(void)fixture_put(store, "a", "A", "text");
	fixture_use(store, "a", 1);
	store_close(store);
	run_bare("ledger.db", "PRAGMA user_version = 999");
	store = fixture_open();
	CHECK(store_notice(store) == NULL);
	CHECK(store_usage_add(store, &event, &err) == -1);
	CHECK(store_notice(store) != NULL && strstr(store_notice(store), "999") != NULL);
	store_close(store);
}

static void versions_cannot_be_changed_by_any_hand(void)
{
	static const char *const attempts[] = {"UPDATE version SET digest = digest",
		"DELETE FROM version", "UPDATE body SET text = 'x'", "DELETE FROM body"};
	struct store *store = fixture_new();
	sqlite3 *db;
	size_t i;

	(void)fixture_put(store, "a", "A", "text");
	store_close(store);
	db = open_bare("prompts.db");
	for (i = 0; i < sizeof attempts / sizeof *attempts; i++)
		CHECK(sqlite3_exec(db, attempts[i], NULL, NULL, NULL) == SQLITE_CONSTRAINT);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

int main(void)
{
	RUN(every_earlier_file_is_brought_up_to_date);
	RUN(a_kill_anywhere_leaves_a_file_that_can_go_on);
	RUN(many_processes_may_begin_at_once);
	RUN(a_newer_file_is_only_read);
	RUN(a_newer_ledger_is_told_of_and_not_written);
	RUN(versions_cannot_be_changed_by_any_hand);
	return 0;
}
