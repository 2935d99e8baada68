/*
 * The store on a disk that is full, that fails at any one operation, or that can
 * only be read. What was committed is there, what failed said so, and the file
 * is whole.
 */
#include <sys/wait.h>

#include "store/ballast.h"
#include "tests/faults/disk.h"
#include "tests/store_fixture.h"

static int64_t uses_of(struct store *store)
{
	struct store_facts facts;
	struct err err;

	if (store_facts(store, &facts, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return facts.n_usage_pending;
}

static void check_whole(struct store *store)
{
	struct err err;

	if (store_check(store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
}

static int use_once(struct store *store, struct err *err)
{
	const struct usage_event event = {.prompt_id = STR("p"), .success = -1};

	if (store_usage_add(store, &event, err) != 0)
		return -1;
	return store_usage_commit(store, err);
}

/* --- Full --------------------------------------------------------------------- */

static int take_id(void *data, struct str event_id, struct str json)
{
	(void)json;
	return buf_add_format(data, "%.*s\n", (int)event_id.n, event_id.p);
}

static int acknowledge_all(struct store *store, struct err *err)
{
	struct buf ids = BUF_INIT(10 * 1024 * 1024);
	struct str *list = calloc(20000, sizeof *list), rest;
	size_t n = 0;
	int result = store_usage_list(store, 20000, take_id, &ids, err);

	CHECK(list != NULL);
	rest = (struct str){buf_text(&ids), ids.len};
	while (rest.n > 0)
		list[n++] = str_cut(rest, '\n', &rest);
	if (result == 0)
		result = store_usage_acknowledge(store, list, n, err);
	free(list);
	buf_fini(&ids);
	return result;
}

static void a_full_disk_is_told_and_can_be_drained(void)
{
	struct store *store = fixture_new();
	char path[128];
	struct err err;
	int64_t recorded = 0;

	(void)fixture_put(store, "a", "A", "text");
	(void)snprintf(path, sizeof path, "%s/" BALLAST_NAME, fixture_dir);
	while (use_once(store, &err) == 0) {
		recorded++;
		if (recorded == 100)
			disk.room = 200 * 1024;
	}
	CHECK(recorded > 100);
	CHECK(strstr(err.text, "disk is full") != NULL);
	CHECK(uses_of(store) == recorded);
	CHECK(access(path, F_OK) == 0);
	disk.room = 0; /* not a byte left */
	CHECK(use_once(store, &err) == -1);
	CHECK(uses_of(store) == recorded);
	/* What the ballast gives back when it is dropped; the disk below does not
	 * count it. */
	CHECK(acknowledge_all(store, &err) == -1);
	CHECK(access(path, F_OK) != 0);
	disk.room = BALLAST_BYTES;
	CHECK(acknowledge_all(store, &err) == 0);
	CHECK(uses_of(store) == 0);
	CHECK(use_once(store, &err) == 0);
	disk.room = -1;
	check_whole(store);
	store_close(store);
	store = fixture_open();
	CHECK(uses_of(store) == 1);
	CHECK(access(path, F_OK) == 0); /* kept again */
	store_close(store);
}

static void a_disk_full_from_the_start_is_told(void)
{
	int64_t room;

	/* Wherever it runs out: an error or a library, and never a broken one. */
	for (room = 0; room < 200 * 1024; room += 4096) {
		struct store *store;
		struct err err;

		fixture_new_dir();
		disk.room = room;
		if (fixture_try_open(&store, &err) == 0) {
			struct prompt *prompt = fixture_prompt("a", "A", "text");

			if (store_prompt_put(store, prompt, NULL, &err) == 0)
				(void)use_once(store, &err);
			prompt_free(prompt);
			disk.room = -1;
			check_whole(store);
			store_close(store);
		} else {
			CHECK(err.text[0] != '\0');
		}
		disk.room = -1;
		store = fixture_open();
		(void)fixture_put(store, "b", "B", "text");
		CHECK(use_once(store, &err) == 0);
		check_whole(store);
		store_close(store);
	}
}

/* --- Failing ------------------------------------------------------------------ */

/* Open, put, use, read. Returns how many uses were acknowledged. */
static int64_t a_life(void)
{
	struct prompt *prompt = fixture_prompt("team/walrus", "Walrus", "text of it");
	struct store *store;
	struct err err;
	int64_t acknowledged = 0;
	int i;

	if (fixture_try_open(&store, &err) < 0) {
		CHECK(err.text[0] != '\0');
		prompt_free(prompt);
		return 0;
	}
	for (i = 0; i < 6; i++) {
		char title[32];

		(void)snprintf(title, sizeof title, "Walrus %d", i);
		prompt_set(&prompt->title, str_of(title));
		(void)store_prompt_put(store, prompt, NULL, &err);
		acknowledged += use_once(store, &err) == 0;
	}
	store_close(store);
	prompt_free(prompt);
	return acknowledged;
}

static int64_t stride = 3;

/* Every one of them by one of the ways, unless the stride is 1: then by each. */
static void any_one_operation_may_fail(int code, bool always)
{
	static int64_t ways;
	int64_t at, acknowledged;

	for (at = 1 + ways++ % stride;; at += stride) {
		struct store *store;
		struct err err;
		int result;

		fixture_new_dir();
		disk.fail_at = at;
		disk.fail_code = code;
		disk.fail_always = always;
		acknowledged = a_life();
		if (disk.fail_at > 1 || (disk.fail_at == 1 && !always))
			break; /* it ended before its n-th operation */
		disk.fail_at = 0;
		result = fixture_try_open(&store, &err);
		if (result < 0)
			(void)fprintf(stderr, "operation %lld: %s\n", (long long)at, err.text);
		CHECK(result == 0);
		if (uses_of(store) < acknowledged)
			(void)fprintf(stderr, "operation %lld: %lld of %lld\n", (long long)at,
				(long long)uses_of(store), (long long)acknowledged);
		CHECK(uses_of(store) >= acknowledged);
		check_whole(store);
		(void)fixture_put(store, "after", "After", "text");
		CHECK_STR(fixture_search(store, "after"), "after");
		store_close(store);
	}
	disk.fail_at = 0;
	CHECK(at > 50);
	CHECK(acknowledged == 6);
}

static void any_write_or_sync_may_fail_once(void)
{
	any_one_operation_may_fail(SQLITE_IOERR_WRITE, false);
	any_one_operation_may_fail(SQLITE_IOERR_FSYNC, false);
}

static void a_disk_may_die_at_any_time(void)
{
	any_one_operation_may_fail(SQLITE_IOERR_FSYNC, true);
	any_one_operation_may_fail(SQLITE_FULL, true);
}

/* --- Only readable, or somebody else's ---------------------------------------- */

/* In a process that is not root: for root everything is writable. */
static int as_nobody(int (*fn)(void))
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(77);
		_exit(fn());
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int look_at_read_only(void)
{
	const struct store_want want = {.version = 0};
	struct prompt *prompt = fixture_prompt("b", "B", "text"), *got;
	struct store *store;
	struct err err;

	if (fixture_try_open(&store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	CHECK(store_is_read_only(store));
	CHECK(store_prompt_get(store, STR("a"), &want, &got, &err) == 0);
	prompt_free(got);
	CHECK_STR(fixture_search(store, "alpha"), "a");
	CHECK(uses_of(store) == 2);
	CHECK(store_prompt_put(store, prompt, NULL, &err) == -1 && err.code == ERR_REFUSED);
	CHECK(use_once(store, &err) == -1 && err.code == ERR_REFUSED);
	check_whole(store);
	store_close(store);
	prompt_free(prompt);
	return 0;
}

static void own_files(uid_t uid, mode_t dir_mode, mode_t file_mode)
{
	DIR *dir = opendir(fixture_dir);
	const struct dirent *entry;
	char path[400];

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", fixture_dir, entry->d_name);
		CHECK(chown(path, uid, (gid_t)-1) == 0 && chmod(path, file_mode) == 0);
	}
	(void)closedir(dir);
	CHECK(chown(fixture_dir, uid, (gid_t)-1) == 0 && chmod(fixture_dir, dir_mode) == 0);
}

static void a_read_only_disk_is_read(void)
{
	struct store *store = fixture_new();
	uid_t uid = geteuid() == 0 ? 65534 : geteuid();

	(void)fixture_put(store, "a", "Alpha", "text");
	fixture_use(store, "a", 2);
	store_close(store);
	own_files(uid, 0500, 0400);
	CHECK(as_nobody(look_at_read_only) == 0);
	own_files(geteuid(), 0700, 0600);
}

static int try_foreign(void)
{
	struct store *store;
	struct err err;

	CHECK(fixture_try_open(&store, &err) == -1);
	CHECK(err.code == ERR_REFUSED);
	return 0;
}

static void files_of_another_user_are_refused(void)
{
	char path[128];

	if (geteuid() != 0) {
		(void)printf("# not root: nobody else's files to be had\n");
		return;
	}
	store_close(fixture_new());
	/* The directory is theirs, a file in it is not. */
	own_files(65534, 0700, 0666);
	(void)snprintf(path, sizeof path, "%s/prompts.db", fixture_dir);
	CHECK(chown(path, 0, 0) == 0);
	CHECK(as_nobody(try_foreign) == 0);
	own_files(0, 0777, 0666);
	CHECK(as_nobody(try_foreign) == 0);
}

/* fault_store_disk [stride]: 1 fails every operation in every way. */
int main(int argc, char **argv)
{
	int64_t value;

	if (argc > 1 && str_to_int(str_of(argv[1]), 1, 100, &value))
		stride = value;
	disk_register();
	RUN(a_full_disk_is_told_and_can_be_drained);
	RUN(a_disk_full_from_the_start_is_told);
	RUN(any_write_or_sync_may_fail_once);
	RUN(a_disk_may_die_at_any_time);
	RUN(a_read_only_disk_is_read);
	RUN(files_of_another_user_are_refused);
	return 0;
}
