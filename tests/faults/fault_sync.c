/*
 * Whoever takes pages of a feed over is killed at random instants, meets a full disk and a
 * disk that fails at any one operation: what is here is always the state after a whole
 * page, with its cursor, and the rest follows as soon as it can.
 *
 * fault_sync [kills]   (default 20)
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/json.h"
#include "store/remote.h"
#include "sync/pull.h"
#include "tests/faults/disk.h"
#include "tests/stand_in.h"
#include "tests/store_fixture.h"

#define PROMPTS 40
#define ROUND 4 /* pages of a pull */
#define RANGE_MAX_MS 2000
#define STEP 19 /* operations of the disk between two that fail */

/* ── the hub: page k gives each of the prompts its version k ───────────── */

static void add_put(struct buf *page, int prompt, long version)
{
	char body[256], digest[SHA256_HEX_BYTES];

	(void)snprintf(body, sizeof body,
		"{\"inputs\":[],\"messages\":[{\"role\":\"user\",\"text\":\"version %ld\"}]}",
		version);
	sha256_hex(body, strlen(body), digest);
	CHECK(buf_add_format(page,
		      "{\"t\":\"put\",\"seq\":%ld,\"id\":\"p-%d\",\"kind\":\"prompt\",\"slug\":"
		      "\"team/p%d\",\"channel\":\"production\",\"version\":%ld,\"digest\":"
		      "\"sha256:%s\",\"size\":%zu,\"meta\":{\"title\":\"P\"},\"body\":%s}\n",
		      version * PROMPTS + prompt, prompt, prompt, version, digest, strlen(body),
		      body) == 0);
}

static void answer(struct stand_in *of, const char *request, struct stand_in_answer *out)
{
	struct buf page = BUF_INIT((size_t)1024 * 1024);
	const char *cursor = strstr(request, "cursor=c");
	long version = cursor != NULL ? strtol(cursor + 8, NULL, 10) + 1 : 1;
	int i;

	(void)of;
	CHECK(buf_add_format(&page, "{\"t\":\"intent\",\"code\":\"%s\",\"reason\":\"\"}\n",
		      cursor == NULL ? "full" : "changes") == 0);
	for (i = 0; i < PROMPTS; i++)
		add_put(&page, i, version);
	CHECK(buf_add_format(&page,
		      "{\"t\":\"commit\",\"seq\":%ld,\"cursor\":\"c%ld\",\"n\":%d,\"more\":%s}\n",
		      version * PROMPTS + PROMPTS, version, PROMPTS,
		      version % ROUND != 0 ? "true" : "false") == 0);
	stand_in_body(out, "200 OK", "", (struct str){buf_text(&page), page.len});
	buf_fini(&page);
}

/* ── what is here ──────────────────────────────────────────────────────── */

static int pull(struct store *store, const char *url, struct err *err)
{
	const struct pull_options options = {.token = "t"};
	struct pull_report report;
	struct sync_http *http;
	int outcome;

	CHECK(sync_http_new(&http, url, NULL, err) == 0);
	outcome = sync_pull(store, http, &options, &report, err);
	sync_http_free(http);
	return outcome;
}

static long cursor_of(struct store *store)
{
	struct store_remote remote;
	struct err err;
	long at;

	store_remote_init(&remote);
	CHECK(store_remote_get(store, STR(STORE_HUB), &remote, &err) == 0);
	at = remote.cursor.len > 0 ? strtol(buf_text(&remote.cursor) + 1, NULL, 10) : 0;
	store_remote_fini(&remote);
	return at;
}

/* Each prompt is of the page that the cursor names: nothing is half. That page. */
static long check_whole(struct store *store)
{
	const struct store_want want = {.version = 0};
	long at = cursor_of(store);
	char name[32], text[64];
	struct prompt *prompt;
	struct err err;
	int i;

	if (store_check(store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	(void)snprintf(text, sizeof text, "version %ld", at);
	for (i = 0; i < PROMPTS; i++) {
		int found;

		(void)snprintf(name, sizeof name, "team/p%d", i);
		found = store_prompt_get(store, str_of(name), &want, &prompt, &err);
		CHECK((found == 0) == (at > 0));
		if (found != 0)
			continue;
		CHECK(prompt->version == at);
		CHECK_STR(prompt->messages[0].text, text);
		prompt_free(prompt);
	}
	return at;
}

/* ── kills ─────────────────────────────────────────────────────────────── */

static void pull_for_ever(const char *url)
{
	struct store *store = fixture_open();
	struct err err;

	for (;;)
		if (pull(store, url, &err) != PULL_DONE)
			_exit(1);
}

static void killed_at_any_instant_nothing_is_half(const char *url, int kills)
{
	long before = 0, at = 0, moved = 0;
	struct store *store;
	int i, status, range_ms = 60;
	pid_t child;

	srand(1);
	fixture_new_dir();
	store_close(fixture_open());
	for (i = 0; i < kills; i++) {
		child = fork();
		CHECK(child >= 0);
		if (child == 0)
			pull_for_ever(url);
		(void)poll(NULL, 0, 2 + rand() % range_ms);
		CHECK(kill(child, SIGKILL) == 0);
		CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
		store = fixture_open();
		at = check_whole(store);
		store_close(store);
		CHECK(at >= before);
		/* As long as a page takes, on a machine as busy as this one is now. */
		range_ms = at == before ? range_ms * 2 : range_ms * 3 / 4 + 1;
		range_ms = range_ms < RANGE_MAX_MS ? range_ms : RANGE_MAX_MS;
		moved += at - before;
		before = at;
	}
	(void)printf("%d kills, %ld pages\n", kills, moved);
	CHECK(moved > 0);
}

/* ── disks ─────────────────────────────────────────────────────────────── */

static void a_disk_that_fails_anywhere_leaves_whole_pages(const char *url)
{
	struct store *store;
	struct err err;
	int n, outcome;
	int64_t left;

	for (n = 1;; n++) {
		fixture_new_dir();
		store = fixture_open();
		disk.fail_at = n * STEP;
		disk.fail_code = SQLITE_FULL;
		disk.fail_always = n % 2 == 0;
		outcome = pull(store, url, &err);
		left = disk.fail_at;
		disk.fail_at = 0;
		CHECK(outcome < 0 || outcome == PULL_DONE);
		CHECK(check_whole(store) <= ROUND);
		CHECK(pull(store, url, &err) == PULL_DONE); /* there is room again */
		CHECK(check_whole(store) % ROUND == 0);
		store_close(store);
		if (outcome == PULL_DONE && left > 1)
			break;
	}
	(void)printf("%d places\n", n);
	CHECK(n > 5);
}

static void a_full_disk_leaves_whole_pages(const char *url)
{
	struct store *store;
	struct err err;
	int64_t room;
	int outcome, failures = 0;

	for (room = 0; room < 4 * 1024 * 1024; room += 150 * 1024) {
		fixture_new_dir();
		store = fixture_open();
		disk.room = room;
		outcome = pull(store, url, &err);
		CHECK(outcome < 0 || outcome == PULL_DONE);
		failures += outcome < 0;
		disk.room = -1; /* the check itself writes */
		CHECK(check_whole(store) <= ROUND);
		CHECK(pull(store, url, &err) == PULL_DONE);
		CHECK(check_whole(store) % ROUND == 0);
		store_close(store);
		if (outcome == PULL_DONE)
			break;
	}
	(void)printf("%d sizes were too small\n", failures);
	CHECK(failures > 0 && outcome == PULL_DONE);
}

/* The hub is a process of its own, because this one forks; it ends with us. */
static pid_t start_hub(struct stand_in *hub)
{
	pid_t parent = getpid(), child;
	struct pollfd listening;
	int fd;

	stand_in_listen(hub, answer, NULL);
	child = fork();
	CHECK(child >= 0);
	if (child > 0)
		return child;
	listening = (struct pollfd){.fd = hub->fd, .events = POLLIN};
	while (getppid() == parent) {
		if (poll(&listening, 1, 100) <= 0)
			continue;
		fd = accept(hub->fd, NULL, NULL);
		if (fd >= 0)
			stand_in_serve(hub, fd);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int kills = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20;
	struct stand_in hub;
	pid_t child;

	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	child = start_hub(&hub);
	killed_at_any_instant_nothing_is_half(hub.url, kills);
	(void)printf("ok killed_at_any_instant_nothing_is_half\n");
	disk_register();
	a_disk_that_fails_anywhere_leaves_whole_pages(hub.url);
	(void)printf("ok a_disk_that_fails_anywhere_leaves_whole_pages\n");
	a_full_disk_leaves_whole_pages(hub.url);
	(void)printf("ok a_full_disk_leaves_whole_pages\n");
	CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
	return 0;
}
