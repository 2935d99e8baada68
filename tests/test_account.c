/* The account: what is asked with it, and what becomes of its tokens. */
#include "agent/account.h"
#include "agent/datafile.h"
#include "agent/lock.h"
#include "core/json.h"
#include "tests/server.h"
#include "tests/stand_in.h"

#define REFUSED "{\"error\":{\"code\":\"unauthorized\",\"message\":\"sign in\"}}"

static struct stand_in hub;
static struct platform_dirs dirs;
/* As the agent's threads have one: nobody looks on. */
static struct call call;
static struct account account;

static void answer_json(struct stand_in_answer *answer, const char *status, const char *json)
{
	stand_in_body(answer, status, "Content-Type: application/json\r\n", str_of(json));
}

static void refuse(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	answer_json(answer, "401 Unauthorized", REFUSED);
}

static void renew(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	if (strstr(request, "/auth/refresh") != NULL)
		answer_json(answer, "200 OK",
			"{\"access_token\":\"second\",\"refresh_token\":\"r2\","
			"\"url\":\"https://elsewhere.example\"}");
	else if (strstr(request, "Bearer second") != NULL)
		answer_json(answer, "200 OK", "{\"name\":\"Ann\"}");
	else
		answer_json(answer, "401 Unauthorized", REFUSED);
}

static void begin(stand_in_fn *fn)
{
	struct err err;

	stand_in_settle(&hub);
	hub.fn = fn;
	call = (struct call){.dirs = &dirs};
	account = (struct account){.json = json_pack("{s:s, s:s, s:s}", "url", hub.url,
					   "access_token", "first", "refresh_token", "r1")};
	CHECK(sync_http_new(&account.http, hub.url, NULL, &err) == 0);
}

static void a_token_that_has_run_out_is_renewed_once(void)
{
	json_t *json;

	begin(renew);
	CHECK(account_ask(&call, &account, "GET", "/api/v1/me", NULL, &json) == COMMAND_DONE);
	CHECK_STR(json_text(json, "name"), "Ann");
	CHECK_STR(account_token(&account), "second");
	CHECK_STR(account_url(&account), hub.url); /* whatever it says */
	json_decref(json);
	account_close(&account);
}

static void who_is_refused_for_good_gets_no_answer(void)
{
	json_t *json, *something = json_object();

	begin(refuse);
	json = something;
	CHECK(account_ask(&call, &account, "GET", "/api/v1/me", NULL, &json) ==
		COMMAND_LOGIN_NEEDED);
	CHECK(json == NULL);
	CHECK_STR(call.err.text, "the hub says: sign in");
	json_decref(something);
	account_close(&account);
}

static void greet(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, "200 OK", "Content-Type: text/html\r\n", STR("<html>Welcome"));
}

static void what_only_says_that_all_is_well_is_no_hub(void)
{
	json_t *json;

	begin(greet);
	CHECK(account_ask(&call, &account, "GET", "/api/v1/me", NULL, &json) == COMMAND_FAILED);
	CHECK(json == NULL && strstr(call.err.text, "is no hub") != NULL);
	account_close(&account);
}

/* Tokens that a keyring kept are renewed in the agent, and nobody answers on the bus. */
static void without_its_keyring_the_sign_in_goes_into_the_file(void)
{
	json_t *whole, *file;

	begin(refuse);
	CHECK(account_save(&call, hub.url, account.json) == COMMAND_DONE);
	file = account_file_read(&call);
	(void)json_object_set_new(file, "kept", json_string("secret-service"));
	whole = json_pack("[O]", file);
	CHECK(datafile_write(&call, ACCOUNT_FILE, whole, &call.err) == 0);
	json_decref(whole);
	json_decref(file);
	CHECK(account_file_write(&call, account.json, ACCOUNT_AS_IS, &file) == COMMAND_DONE);
	CHECK_STR(json_text(file, "access_token"), "first");
	CHECK(json_object_get(file, "kept") == NULL);
	json_decref(file);
	account_close(&account);
}

/* A token that renews is good for one renewal: two at once would both be signed out. */
static void who_is_told_to_stop_waits_for_no_other_process(void)
{
	int other = lock_take(&dirs, "hub.lock", 0, NULL);
	atomic_bool stop;

	begin(renew);
	atomic_init(&stop, true);
	account.stop = &stop;
	CHECK(other >= 0 && lock_take(&dirs, "hub.lock", 0, NULL) == LOCK_BUSY);
	CHECK(account_renew(&call, &account) == COMMAND_FAILED);
	CHECK_STR(account_token(&account), "first");
	(void)close(other);
	CHECK(account_renew(&call, &account) == COMMAND_DONE);
	CHECK_STR(account_token(&account), "second");
	account_close(&account);
}

int main(void)
{
	char dir[64];

	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	test_dir(dir);
	(void)snprintf(dirs.data, sizeof dirs.data, "%s", dir);
	(void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
	(void)setenv("XDG_RUNTIME_DIR", dir, 1);
	stand_in_start(&hub, refuse, NULL);
	RUN(a_token_that_has_run_out_is_renewed_once);
	RUN(who_is_refused_for_good_gets_no_answer);
	RUN(what_only_says_that_all_is_well_is_no_hub);
	RUN(without_its_keyring_the_sign_in_goes_into_the_file);
	RUN(who_is_told_to_stop_waits_for_no_other_process);
	stand_in_stop(&hub);
	test_dir_remove(dir);
	return 0;
}
