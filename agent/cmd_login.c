/* promptd login, logout, whoami: the hub that one's prompts come from. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "agent/hub_pull.h"
#include "agent/hub_sync.h"
#include "agent/uses.h"
#include "core/json.h"
#include "store/prompts.h"
#include "store/proposal.h"

#define TOKEN_MAX 256
#define WAIT_MAX_S 900

/* An account that is not written down yet. */
static int begin(struct call *call, struct account *account, const char *url)
{
	struct err err;

	*account = (struct account){.json = json_pack("{s:s}", "url", url)};
	if (sync_http_new(&account->http, url, NULL, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

/* A key that somebody made at the hub, on stdin: in arguments others would see it. */
static int read_key(struct call *call, char key[TOKEN_MAX])
{
	if (fgets(key, TOKEN_MAX, stdin) == NULL || strcspn(key, "\r\n") == 0) {
		call_hint(call, "promptd login --key URL <key.txt, with the line that promptd-hub "
				"key create printed");
		return call_fail(call, COMMAND_USAGE, "no key came on the standard input");
	}
	key[strcspn(key, "\r\n")] = '\0';
	return COMMAND_DONE;
}

/* ── by another device ─────────────────────────────────────────────────── */

/* A hub that was not told what people reach it by says only the path. */
static void show_code(struct call *call, const struct account *account, const json_t *code)
{
	struct str link = json_str(code, "verification_uri");

	output_print(call->notes, "Open ");
	if (link.n > 0 && link.p[0] == '/')
		output_styled(call->notes, OUTPUT_NAME, str_of(account_url(account)));
	output_styled(call->notes, OUTPUT_NAME, link);
	output_print(call->notes, " and type ");
	output_styled(call->notes, OUTPUT_BOLD, json_str(code, "user_code"));
	output_print(call->notes, "\n");
	(void)output_flush(call->notes);
}

static void wait_s(int64_t seconds)
{
	const struct timespec pause = {.tv_sec = (time_t)seconds};

	(void)nanosleep(&pause, NULL); /* Ctrl-C ends it early */
}

/* 1: not yet. */
static int poll_once(
	struct call *call, struct account *account, const json_t *code, json_t **tokens)
{
	struct sync_question question = {
		.method = "POST", .path = "/api/v1/auth/device/token", .type = "application/json"};
	struct buf text = BUF_INIT(1024);
	json_t *body = json_pack("{s:O}", "device_code", json_object_get(code, "device_code"));
	struct sync_answer answer;
	struct err err;
	struct str why;
	int rc;

	(void)json_write(body, &text);
	json_decref(body);
	question.body = (struct str){buf_text(&text), text.len};
	sync_answer_init(&answer, 65536);
	rc = sync_http_ask(account->http, &question, &answer, &err);
	buf_fini(&text);
	*tokens = NULL;
	if (rc == 0)
		(void)json_door_parse(
			(struct str){buf_text(&answer.body), answer.body.len}, tokens, NULL);
	why = json_str(json_object_get(*tokens, "error"), "code");
	if (rc != 0 || str_is(why, "authorization_pending") || answer.status == 429 ||
		answer.status >= 500)
		rc = 1; /* a network that is away for a while ends nothing */
	else if (answer.status != 200)
		rc = call_fail(call, COMMAND_REFUSED,
			str_is(why, "access_denied") ? "it was refused there"
						     : "nobody approved it in time");
	sync_answer_fini(&answer);
	if (rc != 0)
		json_decref(*tokens);
	return rc;
}

static int by_device(struct call *call, struct account *account, json_t **tokens)
{
	char name[128] = "a device";
	json_t *code, *body;
	int64_t waited, interval;
	int exit;

	(void)gethostname(name, sizeof name - 1);
	body = json_pack("{s:s}", "device_name", name);
	exit = account_ask(call, account, "POST", "/api/v1/auth/device", body, &code);
	json_decref(body);
	if (exit != COMMAND_DONE)
		return exit;
	show_code(call, account, code);
	interval = json_integer_value(json_object_get(code, "interval"));
	if (interval < 1 || interval > 60)
		interval = 5;
	exit = 1;
	for (waited = 0; exit == 1 && waited < WAIT_MAX_S; waited += interval) {
		wait_s(interval);
		exit = call_cancelled() ? call_cancel(call)
					: poll_once(call, account, code, tokens);
	}
	json_decref(code);
	return exit == 1 ? call_fail(call, COMMAND_FAILED, "nobody approved it in time") : exit;
}

static int by_key(struct call *call, json_t **tokens)
{
	char key[TOKEN_MAX];
	int exit = read_key(call, key);

	if (exit == COMMAND_DONE)
		*tokens = json_pack("{s:s}", "access_token", key);
	return exit;
}

/* What one may do there decides what assistants are offered. */
static void keep_role(struct call *call, const json_t *me)
{
	struct store *store;
	struct err err;

	if (call_store(call, true, &store) == COMMAND_DONE &&
		store_member_set(store, STR(STORE_HUB), json_str(me, "role"), &err) != 0)
		call_warn(call, "%s", err.text);
}

/* Who one is there now, said; and with that the token is seen to be good. */
static int tell_who(struct call *call, struct account *account)
{
	json_t *me;
	int exit = account_ask(call, account, "GET", "/api/v1/me", NULL, &me);

	if (exit != COMMAND_DONE)
		return exit;
	keep_role(call, me);
	if (call->json) {
		call_answer_text(call, "hub", str_of(account_url(account)));
		call_answer(call, "name", json_incref(json_object_get(me, "name")));
		call_answer(call, "email", json_incref(json_object_get(me, "email")));
		call_answer(call, "role", json_incref(json_object_get(me, "role")));
	} else {
		output_styled(call->out, OUTPUT_BOLD, json_str(me, "name"));
		output_print(call->out, " (");
		output_styled(call->out, OUTPUT_PLAIN, json_str(me, "role"));
		output_print(call->out, ") at ");
		output_styled(call->out, OUTPUT_PLAIN, str_of(account_url(account)));
		output_print(call->out, "\n");
	}
	account_learn(account, me);
	json_decref(me);
	return COMMAND_DONE;
}

/* The hub's prompts go with it: they are the team's, and nobody would keep them up to
 * date. */
static int forget_prompts(struct call *call, int64_t *n)
{
	struct store *store;
	struct err err;
	int exit;

	*n = 0;
	if (!call_has_library(call))
		return COMMAND_DONE;
	exit = call_store(call, true, &store);
	if (exit != COMMAND_DONE)
		return exit;
	return store_member_set(store, STR(STORE_HUB), STR(""), &err) == 0 &&
			       hub_forget(store, n, &err) == 0
		       ? COMMAND_DONE
		       : call_fail_err(call, &err);
}

/* Prompts of another hub go: nobody would keep them up to date. */
static int leave_other(struct call *call, const char *url)
{
	json_t *list = datafile_read(call, ACCOUNT_FILE);
	const char *before = json_text(json_array_get(list, 0), "url");
	bool other = before != NULL && strcmp(before, url) != 0;
	int64_t n;

	json_decref(list);
	return other ? forget_prompts(call, &n) : COMMAND_DONE;
}

/* Now, so that prompts are there when it says that it is done; whoever cannot is signed
 * in all the same. */
static void follow_at_once(struct call *call)
{
	struct hub_state state;
	struct err before = call->err;

	if (hub_sync(call, false, &state) != COMMAND_DONE)
		call_warn(call, "its prompts are not here yet: %s", call->err.text);
	else if (!call->json)
		hub_sync_tell(call, &state);
	call->err = before;
	call->hint[0] = '\0';
}

static int login_run(struct call *call)
{
	struct account account;
	json_t *tokens = NULL;
	int exit = begin(call, &account, call->words[0]);

	if (exit == COMMAND_DONE)
		exit = call_flag(call, "key") ? by_key(call, &tokens)
					      : by_device(call, &account, &tokens);
	if (exit == COMMAND_DONE) {
		account_learn(&account, tokens);
		exit = tell_who(call, &account);
	}
	if (exit == COMMAND_FAILED && call->err.code == ERR_BUSY)
		call_hint(call, "is the address right, and does the hub run there?");
	if (exit == COMMAND_LOGIN_NEEDED && call_flag(call, "key"))
		call_hint(call, "it takes one line, the key itself; promptd-hub key list says "
				"there which are good");
	if (exit == COMMAND_DONE)
		exit = leave_other(call, account_url(&account));
	if (exit == COMMAND_DONE)
		exit = account_save(call, account_url(&account), account.json);
	if (exit == COMMAND_DONE)
		exit = uses_sign_in(call);
	json_decref(tokens);
	account_close(&account);
	if (exit == COMMAND_DONE)
		follow_at_once(call);
	return exit;
}

static int logout_run(struct call *call)
{
	struct account account;
	json_t *nothing = NULL, *empty;
	int64_t n = 0;
	int exit = account_open(call, &account);

	if (exit != COMMAND_DONE && (exit != COMMAND_FAILED || account.json == NULL)) {
		account_close(&account);
		return exit;
	}
	/* The hub is told so that the tokens are good for nobody; if it cannot be, they
	 * are forgotten here all the same. */
	empty = json_object();
	if (exit != COMMAND_DONE || account_ask(call, &account, "POST", "/api/v1/auth/logout",
					    empty, &nothing) != COMMAND_DONE)
		call_warn(call, "the hub could not be told; the token stays good there until it "
				"runs out");
	json_decref(empty);
	json_decref(nothing);
	account_close(&account);
	call->err = (struct err){.code = ERR_NONE};
	exit = account_forget(call);
	if (exit == COMMAND_DONE)
		exit = forget_prompts(call, &n);
	hub_state_remove(call->dirs);
	if (exit == COMMAND_DONE && call->json)
		call_answer_int(call, "removed", n);
	else if (exit == COMMAND_DONE)
		output_print(call->out, "signed out; %lld prompts of the hub are gone from here\n",
			(long long)n);
	return exit;
}

static int whoami_run(struct call *call)
{
	struct account account;
	int exit = account_open(call, &account);

	if (exit == COMMAND_DONE)
		exit = tell_who(call, &account);
	account_close(&account);
	return exit;
}

static const struct command_option login_options[] = {
	{.name = "key", .help = "take an API key from the standard input"},
	{0},
};

static const struct command_example login_examples[] = {
	{"promptd login https://hub.example.org", "shows a code to be typed at the hub"},
	{"promptd login --key https://hub.example.org <key.txt", "where there is no browser"},
	{0},
};

const struct command command_login = {
	.name = "login",
	.summary = "sign in to the team's hub",
	.words = "URL",
	.description =
		"Shows a code that is typed at the hub by somebody who is signed in there, and "
		"waits for that (RFC 8628). What the hub gives is kept by the desktop's "
		"Secret Service; where there is none, in hub.json in the data directory, which "
		"only this user can read. Its "
		"prompts come at once, and the agent follows it from then on.\n\n"
		"https only, and http to this machine; no redirects are followed.",
	.answer = "hub, name, email, role",
	.words_min = 1,
	.words_max = 1,
	.options = login_options,
	.examples = login_examples,
	.looks = true,
	.run = login_run,
};

const struct command command_logout = {
	.name = "logout",
	.summary = "sign out of the hub",
	.words = "",
	.description = "The agent follows the hub no more, and the hub's prompts go from here with "
		       "it; personal ones stay. What the sign-in was made with is taken back at "
		       "the hub, an API key too.",
	.answer = "removed",
	.looks = true,
	.run = logout_run,
};

const struct command command_whoami = {
	.name = "whoami",
	.summary = "show who one is at the hub",
	.words = "",
	.description = "Asks the hub.",
	.answer = "hub, name, email, role",
	.looks = true,
	.run = whoami_run,
};
