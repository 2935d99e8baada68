/* The hub and its tokens; see account.h. */
#include "agent/account.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "core/json.h"
#include "sync/propose.h"

#define ANSWER_MAX ((size_t)1024 * 1024)

const char *account_url(const struct account *account)
{
	return json_text(account->json, "url");
}

const char *account_token(const struct account *account)
{
	return json_text(account->json, "access_token");
}

int account_open(struct call *call, struct account *account)
{
	json_t *list = datafile_read(call, ACCOUNT_FILE);
	struct err err;

	*account = (struct account){.json = json_incref(json_array_get(list, 0))};
	json_decref(list);
	if (account->json == NULL || account_url(account) == NULL ||
		account_token(account) == NULL) {
		call_hint(call, "promptd login https://hub.example.org");
		return call_fail(call, COMMAND_LOGIN_NEEDED, "you have not signed in to a hub");
	}
	if (sync_http_new(&account->http, account_url(account), &account->stop, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

void account_close(struct account *account)
{
	sync_http_free(account->http);
	json_decref(account->json);
	*account = (struct account){.json = NULL};
}

static int write_account(struct call *call, json_t *account)
{
	json_t *list = json_pack("[O]", account);
	struct err err;
	int rc = datafile_write(call, ACCOUNT_FILE, list, &err);

	json_decref(list);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

int account_save(struct call *call, const char *url, const json_t *tokens)
{
	json_t *account = json_pack("{s:s, s:O?, s:O?}", "url", url, "access_token",
		json_object_get(tokens, "access_token"), "refresh_token",
		json_object_get(tokens, "refresh_token"));
	int exit = write_account(call, account);

	json_decref(account);
	return exit;
}

int account_forget(struct call *call)
{
	json_t *none = json_array();
	struct err err;
	int rc = datafile_write(call, ACCOUNT_FILE, none, &err);

	json_decref(none);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

/* ── asking ────────────────────────────────────────────────────────────── */

/* The hub's own word for what went wrong, or its number. */
static int fail_answer(struct call *call, long status, const json_t *json)
{
	const char *text = json_text(json_object_get(json, "error"), "message");
	enum command_exit exit = status == 401	 ? COMMAND_LOGIN_NEEDED
				 : status == 403 ? COMMAND_REFUSED
				 : status == 404 ? COMMAND_NOT_FOUND
						 : COMMAND_FAILED;

	if (exit == COMMAND_LOGIN_NEEDED)
		call_hint(call, "promptd login");
	return text != NULL ? call_fail(call, exit, "the hub says: %s", text)
			    : call_fail(call, exit, "the hub says %ld", status);
}

static int ask_once(struct call *call, struct account *account, const char *method,
	const char *path, struct str body, long *status, json_t **json)
{
	struct sync_question question = {.method = method,
		.path = path,
		.token = account_token(account),
		.type = body.n > 0 ? "application/json" : NULL,
		.body = body};
	struct sync_answer answer;
	struct err err;
	int rc;

	*json = NULL;
	sync_answer_init(&answer, ANSWER_MAX);
	rc = sync_http_ask(account->http, &question, &answer, &err);
	*status = answer.status;
	if (rc == 0 && answer.body.len > 0)
		(void)json_door_parse(
			(struct str){buf_text(&answer.body), answer.body.len}, json, NULL);
	sync_answer_fini(&answer);
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

int account_ask(struct call *call, struct account *account, const char *method, const char *path,
	const json_t *body, json_t **json)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	long status = 0;
	int tries, exit = COMMAND_DONE;

	if (body != NULL)
		(void)json_write(body, &text);
	for (tries = 0; tries < 2; tries++) {
		exit = ask_once(call, account, method, path,
			(struct str){buf_text(&text), text.len}, &status, json);
		if (exit != COMMAND_DONE || status != 401 || tries > 0 ||
			json_text(account->json, "refresh_token") == NULL)
			break;
		json_decref(*json);
		exit = account_renew(call, account);
		if (exit != COMMAND_DONE)
			break;
	}
	buf_fini(&text);
	if (exit == COMMAND_DONE && (status < 200 || status > 299)) {
		exit = fail_answer(call, status, *json);
		json_decref(*json);
		*json = NULL;
	}
	return exit;
}

int account_renew(struct call *call, struct account *account)
{
	struct buf text = BUF_INIT(1024);
	json_t *answer = NULL, *body;
	long status = 0;
	int exit;

	if (json_text(account->json, "refresh_token") == NULL)
		return call_fail(call, COMMAND_LOGIN_NEEDED, "the hub wants you to sign in again");
	body = json_pack("{s:O}", "refresh_token", json_object_get(account->json, "refresh_token"));
	(void)json_write(body, &text);
	json_decref(body);
	exit = ask_once(call, account, "POST", "/api/v1/auth/refresh",
		(struct str){buf_text(&text), text.len}, &status, &answer);
	buf_fini(&text);
	if (exit == COMMAND_DONE && status != 200)
		exit = fail_answer(call, status, answer);
	if (exit == COMMAND_DONE) {
		(void)json_object_update_existing(account->json, answer);
		exit = write_account(call, account->json);
	}
	json_decref(answer);
	return exit;
}

int account_propose(struct call *call, struct account *account, struct store *store,
	struct propose_report *report, struct err *err)
{
	int outcome = sync_propose(store, account->http, account_token(account), report, err);

	if (outcome == PULL_SIGN_IN && account_renew(call, account) == COMMAND_DONE)
		outcome = sync_propose(store, account->http, account_token(account), report, err);
	return outcome;
}

int account_lock(struct call *call)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PLATFORM_PATH_MAX + 16];
	int fd;

	(void)snprintf(path, sizeof path, "%s/sync.lock", call->dirs->data);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}
