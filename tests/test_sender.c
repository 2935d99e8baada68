/* Tests of agent/sender: the thread that sends, before a hub that is not as it should be. */
#include "agent/sender.h"

#include <poll.h>
#include <signal.h>

#include "agent/account.h"
#include "core/clock.h"
#include "core/json.h"
#include "store/usage.h"
#include "sync/upload.h"
#include "tests/store_fixture.h"
#include "tests/upstream.h"

#define MANY_MS 1000  /* in which a loop without end goes round many times */
#define WAIT_MS 60000 /* for what comes in any case */

static struct upstream hub;
static struct platform_dirs dirs;
static unsigned renewed, refused; /* by the hub's thread; see upstream.h */

static void answer(struct buf *out, const char *status, const char *json)
{
	(void)buf_add_format(out,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%s",
		status, strlen(json), json);
}

/* Gives tokens, and takes none of them. */
static void takes_no_token(struct upstream *upstream, struct buf *out)
{
	char json[128];

	if (strstr(buf_text(&upstream->head), "/auth/refresh") == NULL) {
		refused++;
		answer(out, "401 Unauthorized", "{}");
		return;
	}
	(void)snprintf(json, sizeof json, "{\"access_token\":\"a%u\",\"refresh_token\":\"r%u\"}",
		renewed, renewed);
	renewed++;
	answer(out, "200 OK", json);
}

static unsigned count_of(const unsigned *number)
{
	unsigned n;

	(void)pthread_mutex_lock(&hub.lock);
	n = *number;
	(void)pthread_mutex_unlock(&hub.lock);
	return n;
}

static void record(int n)
{
	struct usage_event event = {.prompt_id = STR("p"),
		.source = STR(STORE_HUB),
		.version = 1,
		.client_type = STR("mcp"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};
	struct store *store = fixture_new();
	struct err err;

	while (n-- > 0)
		CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
	store_close(store);
}

static void sign_in(void)
{
	struct call call = {.dirs = &dirs};
	json_t *tokens = json_pack("{s:s, s:s}", "access_token", "a", "refresh_token", "r");

	CHECK(account_save(&call, hub.url, tokens) == COMMAND_DONE);
	json_decref(tokens);
}

static void a_hub_that_takes_none_of_its_tokens_is_not_asked_for_ever(void)
{
	struct sender *sender;
	struct err err;
	int64_t until_us;

	upstream_start(&hub, takes_no_token, NULL);
	record(UPLOAD_FLUSH_EVENTS);
	(void)snprintf(dirs.data, sizeof dirs.data, "%s", fixture_dir);
	(void)snprintf(dirs.config, sizeof dirs.config, "%s", fixture_dir);
	sign_in();
	CHECK(sender_start(&sender, &dirs, &err) == 0);
	until_us = clock_monotonic_us() + WAIT_MS * 1000;
	while (count_of(&refused) < 2 && clock_monotonic_us() < until_us)
		(void)poll(NULL, 0, 10);
	CHECK(count_of(&refused) >= 2); /* with the first token, and with the next */
	(void)poll(NULL, 0, MANY_MS);
	sender_stop(sender);
	CHECK(renewed == 1 && refused < 6);
	upstream_stop(&hub);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	(void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
	(void)unsetenv("XDG_RUNTIME_DIR");
	RUN(a_hub_that_takes_none_of_its_tokens_is_not_asked_for_ever);
	return 0;
}
