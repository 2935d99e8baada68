/* See uses.h. */
#include "agent/uses.h"

#include <unistd.h>

#include "agent/lock.h"

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

void uses_renew(struct uses *uses, struct upload_report *report)
{
	if (!report->sign_in || !uses->signed_in ||
		account_renew(&uses->quiet, &uses->account) != COMMAND_DONE)
		return;
	sync_upload_token(uses->upload, account_token(&uses->account));
	report->sign_in = false;
	report->why[0] = '\0';
	report->wait_ms = 0;
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

/* All of it, with one renewal. */
static int flush(struct uses *uses, struct upload_report *report, struct err *err)
{
	struct upload_report first;
	int rc = sync_upload_flush(uses->upload, USES_SEND_MS, &first, err);

	uses_renew(uses, &first);
	*report = first;
	if (rc != 0 || first.wait_ms != 0)
		return rc;
	rc = sync_upload_flush(uses->upload, USES_SEND_MS, report, err);
	report->sent += first.sent;
	report->refused += first.refused;
	return rc;
}

int uses_send(struct call *call, struct store *store, struct upload_report *report)
{
	int lock = lock_take(call->dirs, USES_LOCK, LOCK_WAIT_MS, NULL), rc;
	struct uses uses;
	struct err err;

	*report = (struct upload_report){.wait_ms = -1};
	if (lock < 0)
		return call_fail(call, COMMAND_FAILED, "another process sends uses just now");
	rc = uses_open(&uses, call->dirs, call->config, store, NULL, &err);
	if (rc == 0)
		rc = flush(&uses, report, &err);
	uses_close(&uses);
	(void)close(lock);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}
