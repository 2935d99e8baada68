/*
 * Uses are sent from a disk that is full, or fails at any one operation: what was
 * recorded reaches the hub, then or with the next start.
 *
 * fault_upload_disk [stride]   (default 12: every twelfth operation; the proof asks for 1)
 */
#include "core/json.h"
#include "store/ballast.h"
#include "sync/upload.h"
#include "tests/faults/disk.h"
#include "tests/store_fixture.h"
#include "tests/upstream.h"

#define USES 400

static struct upstream hub;
static char ids[USES][ID_BYTES];

static bool record(struct store *store, int i, struct err *err)
{
	struct usage_event event = {.prompt_id = STR("p"),
		.source = STR("hub"),
		.client_type = STR("mcp"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};

	id_new(ids[i]);
	memcpy(event.event_id, ids[i], sizeof event.event_id);
	return store_usage_add(store, &event, err) == 0 && store_usage_commit(store, err) == 0;
}

/* 0: all that can be sent is; -1: the store's failure. */
static int send_all(struct store *store, struct err *err)
{
	struct upload_options options = {.store = store, .url = {hub.url}, .token = "t"};
	struct upload_report report = {.wait_ms = 0};
	struct upload *upload;

	if (sync_upload_new(&upload, &options, err) != 0)
		return -1;
	while (report.wait_ms == 0) {
		if (sync_upload_step(upload, true, &report, err) != 0) {
			sync_upload_free(upload);
			return -1;
		}
	}
	sync_upload_free(upload);
	return 0;
}

static void check_all_arrived(int n)
{
	int i;

	upstream_look(&hub);
	for (i = 0; i < n; i++) {
		if (strstr(buf_text(&hub.all), ids[i]) == NULL)
			(void)fprintf(stderr, "use %d of %d is lost\n", i, n);
		CHECK(strstr(buf_text(&hub.all), ids[i]) != NULL);
	}
}

static void a_full_disk_is_drained(void)
{
	struct store *store = fixture_new();
	char path[128];
	struct outbox_state state;
	struct err err;
	int n = 0;

	upstream_start(&hub, upstream_takes_all, NULL);
	CHECK(send_all(store, &err) == 0); /* the file is there, with its ballast */
	(void)snprintf(path, sizeof path, "%s/" BALLAST_NAME, fixture_dir);
	CHECK(access(path, F_OK) == 0);
	disk.room = 64 * 1024;
	while (n < USES && record(store, n, &err))
		n++;
	disk.room = 0;
	CHECK(n > 50 && send_all(store, &err) != 0);
	CHECK(strstr(err.text, "disk is full") != NULL);
	CHECK(access(path, F_OK) != 0);
	disk.room = BALLAST_BYTES; /* what it gave back */
	if (send_all(store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	check_all_arrived(n);
	CHECK(store_outbox_state(store, OUTBOX_HUB, &state, &err) == 0);
	CHECK(state.waiting == 0 && state.batched == 0 && state.sent == n);
	disk.room = -1;
	CHECK(store_check(store, &err) == 0);
	store_close(store);
	upstream_stop(&hub);
}

static int64_t stride = 12;

/* Recording and sending with one operation that fails. Returns how many were recorded. */
static int a_life(void)
{
	struct store *store;
	struct err err;
	int i, n = 0;

	if (fixture_try_open(&store, &err) < 0)
		return 0;
	for (i = 0; i < 8; i++) {
		n += record(store, n, &err);
		if (i % 4 == 3)
			(void)send_all(store, &err);
	}
	store_close(store);
	return n;
}

static void any_one_operation_may_fail(int code, bool always)
{
	static int64_t ways;
	int64_t at;
	int n = 0;

	for (at = 1 + ways++ % stride;; at += stride) {
		struct store *store;
		struct err err;
		bool ended;

		fixture_new_dir();
		upstream_start(&hub, upstream_takes_all, NULL);
		disk.fail_at = at;
		disk.fail_code = code;
		disk.fail_always = always;
		n = a_life();
		ended = disk.fail_at > 1 || (disk.fail_at == 1 && !always);
		disk.fail_at = 0;
		CHECK(fixture_try_open(&store, &err) == 0);
		if (send_all(store, &err) != 0) {
			(void)fprintf(stderr, "operation %lld: %s\n", (long long)at, err.text);
			exit(1);
		}
		check_all_arrived(n);
		CHECK(store_check(store, &err) == 0);
		store_close(store);
		upstream_stop(&hub);
		if (ended)
			break; /* it ended before its n-th operation */
	}
	CHECK(at > 50 && n == 8);
}

static void any_operation_may_fail_once(void)
{
	any_one_operation_may_fail(SQLITE_IOERR_WRITE, false);
	any_one_operation_may_fail(SQLITE_IOERR_FSYNC, false);
	any_one_operation_may_fail(SQLITE_FULL, false);
}

static void a_disk_may_die_at_any_time(void)
{
	any_one_operation_may_fail(SQLITE_IOERR_WRITE, true);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		(void)str_to_int(str_of(argv[1]), 1, 1000, &stride);
	json_door_init();
	disk_register();
	RUN(a_full_disk_is_drained);
	RUN(any_operation_may_fail_once);
	RUN(a_disk_may_die_at_any_time);
	return 0;
}
