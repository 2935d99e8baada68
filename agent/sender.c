/* See sender.h. */
#include "agent/sender.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lock.h"
#include "agent/thread.h"
#include "agent/uses.h"
#include "core/clock.h"
#include "core/log.h"
#include "store/store.h"

#define LOCKED_MS 1000	/* another process sends: when to look again */
#define FAILED_MS 30000 /* likewise, for a file that cannot be written */
#define RENEW_S 60	/* between two renewals of a token, at least */

struct sender {
	const struct platform_dirs *dirs;
	struct thread thread;
	atomic_bool stopping; /* ends a question on its way */
	struct platform_watch *account, *settings, *ledger;
	/* Of the thread. */
	struct config config;
	struct store *store;
	struct uses uses;
	bool open;
	int64_t renew_us; /* until then no token is renewed */
	int wait_ms;	  /* -1: until something changes */
};

static void say_failed(const char *why)
{
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "usage.not_sent"), LOG_TEXT("why", why));
}

static void close_uses(struct sender *sender)
{
	if (sender->open)
		uses_close(&sender->uses);
	sender->open = false;
}

static bool open_store(struct sender *sender, struct err *err)
{
	const struct store_options options = {.dir = sender->dirs->data};
	int outcome;

	if (sender->store != NULL)
		return true;
	outcome = store_open(&sender->store, &options, err);
	if (outcome < 0)
		sender->store = NULL;
	return sender->store != NULL;
}

/* What the settings and the account say now. */
static bool open_uses(struct sender *sender, struct err *err)
{
	struct err ignored; /* said by who watches over the settings; else as it was */

	if (sender->open)
		return true;
	(void)config_load(&sender->config, sender->dirs->config, &ignored);
	sender->open = open_store(sender, err);
	if (sender->open && uses_open(&sender->uses, sender->dirs, &sender->config, sender->store,
				    &sender->stopping, err) != 0) {
		close_uses(sender);
		return false;
	}
	return sender->open;
}

static void log_report(const struct upload_report *report)
{
	if (report->sent + report->refused > 0)
		log_event(report->refused > 0 ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
			LOG_TEXT("event", "usage.sent"), LOG_NUMBER("n", report->sent),
			LOG_NUMBER("refused", report->refused));
	if (report->why[0] != '\0')
		say_failed(report->why);
}

/* A hub that takes none of the tokens it gives is not asked for them again and again. Each
 * is in hub.json, for which all is opened anew. */
static int step(struct sender *sender, struct upload_report *report, struct err *err)
{
	int rc = sync_upload_step(sender->uses.upload, false, report, err);
	int64_t now_us = clock_monotonic_us();

	if (report->sign_in && now_us >= sender->renew_us) {
		sender->renew_us = now_us + RENEW_S * INT64_C(1000000);
		uses_renew(&sender->uses, report);
	}
	return rc;
}

/* Send what is due; flush_ms > 0: for that long, what waits too, and no token is renewed. */
static void send_due(struct sender *sender, int64_t flush_ms)
{
	struct upload_report report = {.wait_ms = -1};
	struct err err = {.code = ERR_NONE};
	int lock = -1, rc = -1;

	sender->wait_ms = FAILED_MS;
	if (!open_uses(sender, &err)) {
		say_failed(err.text);
		return;
	}
	sender->wait_ms = -1;
	if (sync_upload_is_idle(sender->uses.upload))
		return;
	lock = lock_take(sender->dirs, USES_LOCK, 0, NULL);
	sender->wait_ms = LOCKED_MS;
	if (lock < 0)
		return;
	rc = flush_ms > 0 ? sync_upload_flush(sender->uses.upload, flush_ms, &report, &err)
			  : step(sender, &report, &err);
	(void)close(lock);
	log_report(&report);
	sender->wait_ms = report.wait_ms > INT32_MAX ? INT32_MAX : (int)report.wait_ms;
	if (rc == 0)
		return;
	/* What failed may be the file: it is opened anew, and looked through if need be. */
	say_failed(err.text);
	close_uses(sender);
	store_close(sender->store);
	sender->store = NULL;
	sender->wait_ms = FAILED_MS;
}

static bool is_idle(const struct sender *sender)
{
	return sender->open && sync_upload_is_idle(sender->uses.upload);
}

static void *run(void *data)
{
	struct sender *sender = data;
	struct pollfd fds[4] = {{.fd = sender->thread.stop[0], .events = POLLIN},
		{.fd = platform_watch_fd(sender->account), .events = POLLIN},
		{.fd = platform_watch_fd(sender->settings), .events = POLLIN}, {.events = POLLIN}};
	bool changed;

	while (!atomic_load(&sender->stopping)) {
		send_due(sender, 0);
		/* Who sends nothing is not woken by every use. */
		fds[3].fd = is_idle(sender) ? -1 : platform_watch_fd(sender->ledger);
		fds[3].revents = 0;
		if (poll(fds, 4, sender->wait_ms) < 0 && errno != EINTR)
			break;
		if (fds[3].revents != 0)
			(void)platform_watch_take(sender->ledger);
		changed = fds[1].revents != 0 && platform_watch_take(sender->account);
		changed = (fds[2].revents != 0 && platform_watch_take(sender->settings)) || changed;
		if (changed)
			close_uses(sender);
	}
	atomic_store(&sender->stopping, false);
	if (sender->open && !is_idle(sender))
		send_due(sender, UPLOAD_SHUTDOWN_MS);
	close_uses(sender);
	store_close(sender->store);
	return NULL;
}

static void sender_free(struct sender *sender)
{
	platform_watch_close(sender->account);
	platform_watch_close(sender->settings);
	platform_watch_close(sender->ledger);
	free(sender);
}

static int open_all(struct sender *sender, struct err *err)
{
	const struct platform_dirs *dirs = sender->dirs;

	if (platform_watch_open(&sender->account, dirs->data, ACCOUNT_FILE, err) != 0 ||
		platform_watch_open(&sender->settings, dirs->config, CONFIG_FILE, err) != 0)
		return -1;
	return platform_watch_open(&sender->ledger, dirs->data, "ledger.db", err);
}

int sender_start(struct sender **out, const struct platform_dirs *dirs, struct err *err)
{
	struct sender *sender = xcalloc(1, sizeof *sender);

	*sender = (struct sender){.dirs = dirs};
	atomic_init(&sender->stopping, false);
	config_init(&sender->config);
	if (open_all(sender, err) != 0 || thread_begin(&sender->thread, run, sender, err) != 0) {
		sender_free(sender);
		return -1;
	}
	*out = sender;
	return 0;
}

void sender_stop(struct sender *sender)
{
	if (sender == NULL)
		return;
	atomic_store(&sender->stopping, true);
	thread_end(&sender->thread);
	sender_free(sender);
}
