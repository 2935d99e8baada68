/* See uses.h. */
#include "agent/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/clock.h"

#define LOCK_LOOK_MS 50
#define LOCK_WAIT_MS 10000

int uses_open(struct uses *uses, const struct platform_dirs *dirs, const struct config *config,
	struct store *store, const atomic_bool *stop, struct err *err)
{
	*uses = (struct uses){.quiet = {.dirs = dirs, .config = config}};
	uses->signed_in = account_open(&uses->quiet, &uses->account) == COMMAND_DONE;
	return places_open(&uses->upload, dirs, config,
		uses->signed_in ? account_url(&uses->account) : NULL,
		uses->signed_in ? account_token(&uses->account) : NULL, store, stop, err);
}

void uses_close(struct uses *uses)
{
	sync_upload_free(uses->upload);
	account_close(&uses->account);
	*uses = (struct uses){.upload = NULL};
}

/* 401: renewed once, and if that helps the next step goes on. */
static void renew(struct uses *uses, struct upload_report *report)
{
	if (!report->sign_in || !uses->signed_in ||
		account_renew(&uses->quiet, &uses->account) != COMMAND_DONE)
		return;
	sync_upload_token(uses->upload, account_token(&uses->account));
	report->sign_in = false;
	report->why[0] = '\0';
	report->wait_ms = 0;
}

int uses_step(struct uses *uses, bool flush, struct upload_report *report, struct err *err)
{
	int rc = sync_upload_step(uses->upload, flush, report, err);

	renew(uses, report);
	return rc;
}

int uses_flush(struct uses *uses, int64_t ms, struct upload_report *report, struct err *err)
{
	struct upload_report first;
	int rc = sync_upload_flush(uses->upload, ms, &first, err);

	renew(uses, &first);
	*report = first;
	if (rc != 0 || first.wait_ms != 0)
		return rc;
	rc = sync_upload_flush(uses->upload, ms, report, err);
	report->sent += first.sent;
	report->refused += first.refused;
	return rc;
}

int uses_lock(const struct platform_dirs *dirs, int64_t wait_ms)
{
	int64_t until_us = clock_monotonic_us() + wait_ms * 1000;
	char path[PLATFORM_PATH_MAX + 16];
	int fd;

	(void)snprintf(path, sizeof path, "%s/usage.lock", dirs->data);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		if (clock_monotonic_us() >= until_us) {
			(void)close(fd);
			return -1;
		}
		(void)poll(NULL, 0, LOCK_LOOK_MS);
	}
	return fd;
}

int uses_sign_in(struct call *call)
{
	struct store *store;
	struct uses uses;
	struct err err;
	int rc, exit = call_store(call, true, &store);

	if (exit != COMMAND_DONE)
		return exit;
	rc = uses_open(&uses, call->dirs, call->config, store, NULL, &err);
	uses_close(&uses);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

int uses_send(struct call *call, struct store *store, struct upload_report *report)
{
	int lock = uses_lock(call->dirs, LOCK_WAIT_MS), rc;
	struct uses uses;
	struct err err;

	*report = (struct upload_report){.wait_ms = -1};
	if (lock < 0)
		return call_fail(call, COMMAND_FAILED, "another process sends uses just now");
	rc = uses_open(&uses, call->dirs, call->config, store, NULL, &err);
	if (rc == 0)
		rc = uses_flush(&uses, USES_SEND_MS, report, &err);
	uses_close(&uses);
	(void)close(lock);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}
