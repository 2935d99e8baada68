/* The hub and its tokens; see account.h. */
#include "agent/account.h"

#include <string.h>
#include <unistd.h>

#include "agent/lock.h"
#include "core/json.h"
#include "sync/propose.h"

#define ANSWER_MAX ((size_t)1024 * 1024)
#define NO_CONTENT 204
/* Who renews waits no longer, for the hub and then for the keyring. */
#define RENEW_WAIT_MS (HTTP_TOTAL_S * 1000 + SECRET_WAIT_MS + SECRET_ASK_MS)

const char *account_url(const struct account *account)
{
	return json_text(account->json, "url");
}

const char *account_token(const struct account *account)
{
	return json_text(account->json, "access_token");
}

/* Why the tokens are not to be had. */
static int fail_tokens(struct call *call, const char *url, enum secret_outcome outcome)
{
	call_hint(call,
		outcome == SECRET_LOCKED ? "unlock it, or promptd login %s" : "promptd login %s",
		url);
	switch (outcome) {
	case SECRET_LOCKED:
		return call_fail(
			call, COMMAND_FAILED, "the keyring that keeps the sign-in is locked");
	case SECRET_AWAY:
		return call_fail(call, COMMAND_FAILED,
			"the Secret Service, which keeps the sign-in, does not answer");
	default:
		return call_fail(
			call, COMMAND_LOGIN_NEEDED, "the Secret Service has no sign-in at %s", url);
	}
}

int account_open_until(struct call *call, struct account *account, const atomic_bool *stop)
{
	enum secret_outcome outcome = SECRET_DONE;
	struct err err;

	*account = (struct account){.written = account_file_read(call), .stop = stop};
	if (account->written != NULL)
		outcome = account_file_tokens(account->written, &account->json);
	account->kept = json_deep_copy(account->json);
	if (account->json != NULL && account_url(account) != NULL && outcome != SECRET_DONE)
		return fail_tokens(call, account_url(account), outcome);
	if (account->json == NULL || account_url(account) == NULL ||
		account_token(account) == NULL) {
		call_hint(call, "promptd login https://hub.example.org");
		return call_fail(call, COMMAND_LOGIN_NEEDED, "you have not signed in to a hub");
	}
	if (sync_http_new(&account->http, account_url(account), stop, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

int account_open(struct call *call, struct account *account)
{
	return account_open_until(call, account, NULL);
}

bool account_is_current(struct call *call, const struct account *account)
{
	json_t *json = account_file_read(call);
	bool same = json != NULL && json_equal(json, account->written) != 0;

	json_decref(json);
	return same;
}

void account_close(struct account *account)
{
	sync_http_free(account->http);
	json_decref(account->json);
	json_decref(account->kept);
	json_decref(account->written);
	*account = (struct account){.json = NULL};
}

static void learn(json_t *account, const json_t *answer)
{
	static const char *const members[] = {
		"name", "email", "role", "access_token", "refresh_token"};
	json_t *value;
	size_t i;

	for (i = 0; i < sizeof members / sizeof *members; i++)
		if (json_is_string(value = json_object_get(answer, members[i])))
			(void)json_object_set(account, members[i], value);
}

void account_learn(struct account *account, const json_t *answer)
{
	learn(account->json, answer);
}

int account_save(struct call *call, const char *url, const json_t *tokens)
{
	json_t *account = json_pack("{s:s}", "url", url), *file;
	int exit;

	learn(account, tokens);
	exit = account_file_write(call, account, ACCOUNT_BEST, &file);
	json_decref(file);
	json_decref(account);
	return exit;
}

int account_forget(struct call *call)
{
	return account_file_remove(call);
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
		*json = NULL;
		exit = account_renew(call, account);
		if (exit != COMMAND_DONE)
			break;
	}
	buf_fini(&text);
	if (exit != COMMAND_DONE)
		return exit;
	if (status < 200 || status > 299) {
		exit = fail_answer(call, status, *json);
		json_decref(*json);
		*json = NULL;
	} else if (*json == NULL && status != NO_CONTENT) {
		exit = call_fail(
			call, COMMAND_FAILED, "what answers at %s is no hub", account_url(account));
	}
	return exit;
}

int account_keep(struct call *call, struct account *account)
{
	json_t *file;
	int exit;

	if (account->kept == NULL || json_equal(account->json, account->kept))
		return COMMAND_DONE;
	exit = account_file_write(call, account->json, ACCOUNT_AS_IS, &file);
	if (exit == COMMAND_DONE) {
		json_decref(account->kept);
		json_decref(account->written);
		account->kept = json_deep_copy(account->json);
		account->written = file;
	}
	return exit;
}

/* Another process has renewed it: the hub knows that token now, and ours no more. */
static bool adopt(struct call *call, struct account *account)
{
	json_t *file = account->written != NULL ? account_file_read(call) : NULL, *whole = NULL;
	const char *url = json_text(file, "url"), *token;
	bool other = url != NULL && strcmp(url, account_url(account)) == 0 &&
		     json_equal(file, account->written) == 0 &&
		     account_file_tokens(file, &whole) == SECRET_DONE;

	token = json_text(whole, "access_token");
	other = other && token != NULL && strcmp(token, account_token(account)) != 0;
	if (other) {
		(void)json_object_update(account->json, whole);
		json_decref(account->kept);
		json_decref(account->written);
		account->kept = json_deep_copy(account->json);
		account->written = json_incref(file);
	}
	json_decref(whole);
	json_decref(file);
	return other;
}

static int renew_locked(struct call *call, struct account *account)
{
	struct buf text = BUF_INIT(1024);
	json_t *answer = NULL, *body;
	long status = 0;
	int exit;

	body = json_pack("{s:O}", "refresh_token", json_object_get(account->json, "refresh_token"));
	(void)json_write(body, &text);
	json_decref(body);
	exit = ask_once(call, account, "POST", "/api/v1/auth/refresh",
		(struct str){buf_text(&text), text.len}, &status, &answer);
	buf_fini(&text);
	if (exit == COMMAND_DONE && status != 200)
		exit = fail_answer(call, status, answer);
	if (exit == COMMAND_DONE) {
		account_learn(account, answer);
		exit = account_keep(call, account);
	}
	json_decref(answer);
	return exit;
}

int account_renew(struct call *call, struct account *account)
{
	int exit = COMMAND_DONE, lock;

	if (json_text(account->json, "refresh_token") == NULL)
		return call_fail(call, COMMAND_LOGIN_NEEDED, "the hub wants you to sign in again");
	lock = lock_take(call->dirs, "hub.lock", RENEW_WAIT_MS, account->stop);
	if (lock == LOCK_BUSY)
		return call_fail(
			call, COMMAND_FAILED, "another process renews the sign-in just now");
	if (!adopt(call, account))
		exit = renew_locked(call, account);
	if (lock >= 0)
		(void)close(lock);
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
	return lock_take(call->dirs, "sync.lock", 0, NULL);
}
