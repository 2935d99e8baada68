/*
 * Pages for people: sign in, accept an invitation, approve a device (what `promptd
 * login` sends them to). Plain forms that work without a script; what they do is what
 * the API's routes do, called from here.
 *
 * A form changes something only if the browser says that a page of this hub sent it
 * (Sec-Fetch-Site, Origin), and, once somebody is signed in, if it also carries a word
 * that only the session's pages know. That stands for what the API asks for with
 * cookies, a JSON type, which no form can send.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/sha256.h"
#include "hub/credential.h"
#include "hub/form.h"
#include "hub/page.h"
#include "hub/routes_all.h"

#define PIECE_MAX ((size_t)64 * 1024)
#define CODE_BYTES 10 /* "ABCD-EFGH" and its NUL */
#define NAME_MAX_BYTES 200

/* ── what was sent ─────────────────────────────────────────────────────── */

static const char *field(const struct request *request, const char *name)
{
	const char *text = json_text(request->body, name);

	return text != NULL ? text : "";
}

static int refuse_form(struct request *request)
{
	return page_answer(request, 403, "Not from here",
		"This did not come from a page of this hub. Go back, reload the page, and try "
		"again.",
		"", "");
}

/* 0: request->body has its fields. */
static int take_form(struct request *request)
{
	if (!request_is_same_origin(request)) {
		(void)refuse_form(request);
		return REQUEST_UNDO;
	}
	request->body = form_parse(request->http->body);
	if (request->body != NULL)
		return 0;
	(void)page_answer(request, 400, "Not understood",
		"The form could not be read. Go back and try again.", "", "");
	return REQUEST_UNDO;
}

/* "abcd efgh" is ABCD-EFGH. Empty: it is no code, and none that ever was. */
static void read_code(struct str text, char code[CODE_BYTES])
{
	size_t n = 0;
	char c;

	for (; text.n > 0; text = (struct str){text.p + 1, text.n - 1}) {
		c = (char)(*text.p >= 'a' && *text.p <= 'z' ? *text.p - 32 : *text.p);
		if (c == ' ' || c == '-')
			continue;
		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) || n == CODE_BYTES - 1)
			break;
		code[n++] = c;
		if (n == 4)
			code[n++] = '-';
	}
	code[text.n == 0 && n == CODE_BYTES - 1 ? n : 0] = '\0';
}

/* ── who is signed in ──────────────────────────────────────────────────── */

struct session {
	struct request *request;
	char name[NAME_MAX_BYTES + 1], token[SHA256_HEX_BYTES]; /* of its forms */
};

static int on_name(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct session *session = data;

	(void)n;
	(void)err;
	db_copy(&columns[0], session->name, sizeof session->name);
	return 0;
}

static int load(struct hub_db *db, void *data, struct err *err)
{
	struct session *session = data;
	struct request *request = session->request;
	int rc = credential_load(request, err);

	if (rc != 0 || !request->who.known)
		return rc;
	return hub_db_run(db, "SELECT name FROM person WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), USER(request)), on_name, session, err);
}

/* By the cookie and nothing else. request->who.known says whether there is somebody. */
static int session_find(struct request *request, struct session *session, struct err *err)
{
	static const char what[] = "promptd-hub form";
	unsigned char mac[SHA256_BYTES];
	struct str token;
	bool cookie;
	int rc;

	*session = (struct session){.request = request};
	token = credential_token(request, &cookie);
	if (!cookie)
		return 0;
	rc = credential_find(request, err);
	if (rc == 0 && request->who.known)
		rc = hub_transaction(request->db, DB_READ, request->who.tenant, load, session, err);
	hmac_sha256(token.p, token.n, what, sizeof what - 1, mac);
	str_hex(mac, sizeof mac, session->token);
	return rc;
}

static bool has_token(const struct session *session)
{
	struct str token = json_str(session->request->body, "token");

	return session->token[0] != '\0' && token.n == SHA256_HEX_BYTES - 1 &&
	       sodium_memcmp(token.p, session->token, token.n) == 0;
}

static void who_piece(const struct session *session, struct buf *out)
{
	page_piece("who.html",
		PAGE_VALUES({"name", session->name, false}, {"token", session->token, false}), out);
}

static void set_cookie(struct request *request, const char *token)
{
	bool secure = request->hub->options.secure_cookies;

	request_field(request, "Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
		credential_cookie(request), token, secure ? "; Secure" : "",
		token[0] == '\0' ? "; Max-Age=0" : "");
}

/* ── sign in and out ───────────────────────────────────────────────────── */

static int show_sign_in(struct request *request, unsigned status, const char *email,
	const char *code, const char *problem)
{
	struct buf main = BUF_INIT(PIECE_MAX);
	bool first = email[0] == '\0';
	int rc;

	page_piece("sign_in.html",
		PAGE_VALUES({"email", email, false}, {"user_code", code, false},
			{"focus", first ? "autofocus" : "", true},
			{"other_focus", first ? "" : "autofocus", true}),
		&main);
	rc = page_answer(request, status, "Sign in", problem, "", buf_text(&main));
	buf_fini(&main);
	return rc;
}

/* What the API's route said went wrong; borrowed from the answer. */
static const char *problem_of(const struct request *request)
{
	const char *text = json_text(json_object_get(request->answer, "error"), "message");

	return text != NULL ? text : "that did not work";
}

/* By the e-mail address and the password of the body. The token that could renew the
 * session goes: a browser's ends. */
static int begin_session(struct request *request, struct err *err)
{
	char hash[SHA256_HEX_BYTES];
	int rc = route_login(request, err);

	if ((rc != 0 && rc != REQUEST_UNDO) || request->status != 200)
		return rc != 0 ? rc : REQUEST_UNDO;
	secret_token_hash(json_str(request->answer, "refresh_token"), hash);
	rc = request_do(request, "DELETE FROM credential WHERE hash = $1 AND kind = 'refresh'",
		DB_ARGS(db_string(hash)), err);
	if (rc == 0)
		set_cookie(request, json_text(request->answer, "access_token"));
	return rc;
}

static int page_home(struct request *request, struct err *err)
{
	(void)err;
	return page_go(request, "/device");
}

static int page_sign_in(struct request *request, struct err *err)
{
	char code[CODE_BYTES];
	struct str text;

	(void)err;
	(void)http_query_value(request->http->query, "user_code", &text);
	read_code(text, code);
	return show_sign_in(request, 200, "", code, "");
}

static int page_sign_in_post(struct request *request, struct err *err)
{
	char code[CODE_BYTES], problem[512];
	int rc = take_form(request);

	if (rc != 0)
		return 0;
	read_code(json_str(request->body, "user_code"), code);
	rc = begin_session(request, err);
	if (rc == 0)
		return page_go(request, code[0] != '\0' ? "/device?user_code=%s" : "/device", code);
	if (rc != REQUEST_UNDO)
		return rc;
	(void)snprintf(problem, sizeof problem, "%s", problem_of(request));
	return show_sign_in(request, request->status, field(request, "email"), code, problem);
}

static int end_session(struct hub_db *db, void *data, struct err *err)
{
	(void)db;
	return route_logout(data, err);
}

static int page_sign_out(struct request *request, struct err *err)
{
	struct session session;
	int rc = take_form(request);

	if (rc != 0)
		return 0;
	rc = session_find(request, &session, err);
	if (rc != 0)
		return rc;
	if (request->who.known && !has_token(&session))
		return refuse_form(request);
	if (request->who.known)
		rc = hub_transaction(
			request->db, DB_WRITE, request->who.tenant, end_session, request, err);
	if (rc != 0)
		return rc;
	set_cookie(request, "");
	return page_go(request, "/signin");
}

/* ── an invitation ─────────────────────────────────────────────────────── */

static int show_join(struct request *request, unsigned status, const char *problem)
{
	struct buf main = BUF_INIT(PIECE_MAX);
	int rc;

	page_piece("join.html",
		PAGE_VALUES({"invite", field(request, "invite"), false},
			{"name", field(request, "name"), false},
			{"email", field(request, "email"), false}),
		&main);
	rc = page_answer(request, status, "Accept an invitation", problem, "", buf_text(&main));
	buf_fini(&main);
	return rc;
}

static int show_told(struct request *request, const char *title, const char *text,
	const char *command, const char *who)
{
	struct buf main = BUF_INIT(PIECE_MAX), line = BUF_INIT(PIECE_MAX);
	int rc;

	if (command[0] != '\0')
		page_piece("command.html", PAGE_VALUES({"command", command, false}), &line);
	page_piece("told.html",
		PAGE_VALUES({"text", text, false}, {"command", buf_text(&line), true},
			{"link", "/device", false}, {"link_text", "Sign in a device", false}),
		&main);
	rc = page_answer(request, 200, title, "", who, buf_text(&main));
	buf_fini(&main);
	buf_fini(&line);
	return rc;
}

static int page_join(struct request *request, struct err *err)
{
	(void)err;
	return show_join(request, 200, "");
}

/* How people reach this hub, as far as it knows. */
static void hub_url(const struct request *request, char *url, size_t size)
{
	struct str host = request->http->headers[HTTP_HOST];

	if (request->hub->options.public_url[0] != '\0')
		(void)snprintf(url, size, "%s", request->hub->options.public_url);
	else
		(void)snprintf(url, size, "http://%.*s", (int)host.n, host.p);
}

static int page_join_post(struct request *request, struct err *err)
{
	char problem[512], url[512], command[600];
	int rc = take_form(request);

	if (rc != 0)
		return 0;
	rc = route_register(request, err);
	if (rc == DB_EXISTS) {
		(void)request_refuse(request, 409, "exists",
			"this e-mail address is in already; sign in instead");
		rc = REQUEST_UNDO;
	}
	if (rc == 0 && request->status == 201)
		rc = begin_session(request, err);
	if (rc != 0 && rc != REQUEST_UNDO)
		return rc;
	if (rc == 0) {
		hub_url(request, url, sizeof url);
		(void)snprintf(command, sizeof command, "promptd login %s", url);
		return show_told(request, "You are in",
			"Now let your own machine in. Type this there:", command, "");
	}
	(void)snprintf(problem, sizeof problem, "%s", problem_of(request));
	return show_join(request, request->status, problem);
}

/* ── a device ──────────────────────────────────────────────────────────── */

struct waiting {
	char name[NAME_MAX_BYTES + 1];
	int64_t asked_ms;
	bool found;
};

static int on_waiting(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct waiting *waiting = data;

	(void)n;
	(void)err;
	waiting->found = true;
	db_copy(&columns[0], waiting->name, sizeof waiting->name);
	waiting->asked_ms = columns[1].number;
	return 0;
}

static int show_code(struct request *request, const struct session *session, const char *code,
	const char *problem)
{
	struct buf main = BUF_INIT(PIECE_MAX), who = BUF_INIT(PIECE_MAX);
	int rc;

	who_piece(session, &who);
	page_piece("code.html", PAGE_VALUES({"user_code", code, false}), &main);
	rc = page_answer(request, problem[0] != '\0' ? 404 : 200, "Sign in a device", problem,
		buf_text(&who), buf_text(&main));
	buf_fini(&main);
	buf_fini(&who);
	return rc;
}

static int show_approve(struct request *request, const struct session *session, const char *code,
	const struct waiting *waiting)
{
	struct buf main = BUF_INIT(PIECE_MAX), who = BUF_INIT(PIECE_MAX);
	long long minutes = (long long)((request->now_ms - waiting->asked_ms) / 60000);
	char asked[64] = "just now";
	int rc;

	if (minutes > 0)
		(void)snprintf(
			asked, sizeof asked, "%lld minute%s ago", minutes, minutes == 1 ? "" : "s");
	who_piece(session, &who);
	page_piece("approve.html",
		PAGE_VALUES({"device", waiting->name, false}, {"user_code", code, false},
			{"asked", asked, false}, {"role", role_name(request->who.role), false},
			{"token", session->token, false}),
		&main);
	rc = page_answer(request, 200, "Let this device in?", "", buf_text(&who), buf_text(&main));
	buf_fini(&main);
	buf_fini(&who);
	return rc;
}

static int page_device(struct request *request, struct err *err)
{
	struct waiting waiting = {.found = false};
	struct session session;
	char code[CODE_BYTES];
	struct str text;
	int rc = session_find(request, &session, err);

	if (rc != 0)
		return rc;
	(void)http_query_value(request->http->query, "user_code", &text);
	read_code(text, code);
	if (!request->who.known)
		return page_go(request, code[0] != '\0' ? "/signin?user_code=%s" : "/signin", code);
	if (text.n == 0)
		return show_code(request, &session, "", "");
	rc = hub_db_run(request->db,
		"SELECT device_name, asked_ms FROM device_login WHERE user_code = $1 AND "
		"expires_ms > $2 AND user_id IS NULL AND denied = 0",
		DB_ARGS(db_string(code), db_number(request->now_ms)), on_waiting, &waiting, err);
	if (rc != 0)
		return rc;
	if (!waiting.found)
		return show_code(request, &session, code,
			"No device shows this code, or not any more. Codes are good for ten "
			"minutes.");
	return show_approve(request, &session, code, &waiting);
}

static int decide(struct hub_db *db, void *data, struct err *err)
{
	struct request *request = data;
	int rc;

	(void)db;
	rc = credential_load(request, err);
	if (rc != 0)
		return rc;
	if (!request->who.known)
		return request_refuse(request, 403, "inactive", "this account is switched off");
	return route_device_approve(request, err);
}

static int page_approve(struct request *request, struct err *err)
{
	bool deny;
	struct session session;
	char code[CODE_BYTES];
	int rc = take_form(request);

	if (rc != 0)
		return 0;
	rc = session_find(request, &session, err);
	if (rc != 0)
		return rc;
	read_code(json_str(request->body, "user_code"), code);
	if (!request->who.known)
		return page_go(request, "/signin?user_code=%s", code);
	if (!has_token(&session))
		return refuse_form(request);
	deny = strcmp(field(request, "decision"), "approve") != 0;
	(void)json_object_set_new(request->body, "user_code", json_string(code));
	(void)json_object_set_new(request->body, "deny", json_boolean(deny));
	rc = hub_transaction(request->db, DB_WRITE, request->who.tenant, decide, request, err);
	if (rc != 0 && rc != REQUEST_UNDO)
		return rc;
	if (rc == REQUEST_UNDO)
		return show_code(request, &session, code,
			"No device shows this code, or not any more. Codes are good for ten "
			"minutes.");
	return deny ? show_told(request, "Refused", "The device was not let in.", "", "")
		    : show_told(request, "Done",
			      "The device is in: go back to it, it goes on by itself. You can "
			      "close this page.",
			      "", "");
}

static int send_static(struct request *request, struct err *err)
{
	(void)err;
	return page_static(request, request->words[0]);
}

/* ── their table ───────────────────────────────────────────────────────── */

#define EVERYBODY                                                      \
	{                                                              \
		RELATION_ANY, RELATION_ANY, RELATION_ANY, RELATION_ANY \
	}
#define SHOW (ROUTE_OPEN | ROUTE_SLOW), SCOPE_NONE, EVERYBODY
#define SEND (ROUTE_OPEN | ROUTE_SLOW | ROUTE_RAW), SCOPE_NONE, EVERYBODY

const struct route page_table[] = {
	{HTTP_GET, "/", "pageHome", SHOW, page_home},
	{HTTP_GET, "/device", "pageDevice", SHOW, page_device},
	{HTTP_POST, "/device/approve", "pageApprove", SEND, page_approve},
	{HTTP_GET, "/signin", "pageSignIn", SHOW, page_sign_in},
	{HTTP_POST, "/signin", "pageSignInPost", SEND, page_sign_in_post},
	{HTTP_POST, "/signout", "pageSignOut", SEND, page_sign_out},
	{HTTP_GET, "/join", "pageJoin", SHOW, page_join},
	{HTTP_POST, "/join", "pageJoinPost", SEND, page_join_post},
	{HTTP_GET, "/static/{name}", "static", (ROUTE_OPEN | ROUTE_AT_ONCE), SCOPE_NONE, EVERYBODY,
		send_static},
};
const size_t page_count = sizeof page_table / sizeof *page_table;
