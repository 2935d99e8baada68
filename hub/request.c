/* A request from its bytes to its answer; see request.h. */
#include "hub/request.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"
#include "hub/credential.h"
#include "hub/encoding.h"
#include "hub/limits.h"
#include "hub/routes.h"
#include "hub/watch.h"

static const char *const roles[ROLES] = {"consumer", "contributor", "prompt_owner", "admin"};

const char *role_name(enum role role)
{
	return roles[role];
}

bool role_parse(struct str name, enum role *role)
{
	size_t i;

	for (i = 0; i < ROLES; i++)
		if (str_is(name, roles[i])) {
			*role = (enum role)i;
			return true;
		}
	return false;
}

/* ── what may not go on ────────────────────────────────────────────────── */

/* The words that rules of the schema raise, for people. */
static const struct {
	const char *word, *text;
	unsigned status;
} rules[] = {
	{"own_version", "nobody approves a version of their own", 403},
	{"not_in_review", "this version is not in review, or it is not what was looked at", 409},
	{"approvals_missing", "another approval is needed", 409},
	{"not_approved", "only an approved version can be in production", 409},
	{"invalid_transition", "the version's state does not allow that", 409},
	{"version_immutable", "a version is never changed; make the next one", 409},
	{"version_number", "somebody else made this version; read it and try again", 409},
	{"audit_immutable", "the audit log is only written", 409},
};

static void refuse_rule(struct request *request, const struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].word, err->text) == 0) {
			(void)request_refuse(
				request, rules[i].status, rules[i].word, "%s", rules[i].text);
			return;
		}
	(void)request_refuse(request, 422, "invalid",
		"something that this refers to is not there, or a value is not allowed");
}

void request_refuse_outcome(struct request *request, int outcome, const struct err *err)
{
	if (outcome == DB_EXISTS) {
		(void)request_refuse(request, 409, "exists", "there is one of that name already");
	} else if (outcome == DB_RULE) {
		refuse_rule(request, err);
	} else if (outcome == DB_NONE) {
		(void)request_refuse(request, 404, "not_found", "there is no such thing");
	} else if (err->code == ERR_BUSY) {
		request_field(request, "Retry-After", "1");
		(void)request_refuse(request, 503, "busy", "try again in a moment");
	} else if (err->code == ERR_INVALID) {
		(void)request_refuse(request, 422, "invalid", "%s", err->text);
	} else {
		log_event(LOG_LEVEL_ERROR, LOG_TEXT("event", "request.failed"),
			LOG_TEXT("request", request->http->id),
			LOG_TEXT("route", request->route->name), LOG_TEXT("why", err->text));
		(void)request_refuse(request, 500, "internal",
			"the hub could not do that; its log says why (request %s)",
			request->http->id);
	}
}

/* ── the way in ────────────────────────────────────────────────────────── */

static bool is_id(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0' ||
			strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
				text.p[i]) == NULL)
			return false;
	return text.n >= 8 && text.n < sizeof((struct http_exchange *)NULL)->id;
}

void request_name(struct http_exchange *http)
{
	struct str given = http->headers[HTTP_REQUEST_ID];

	if (http->id[0] != '\0')
		; /* it has one: this is not the first time that it is asked */
	else if (is_id(given))
		(void)snprintf(http->id, sizeof http->id, "%.*s", (int)given.n, given.p);
	else
		id_new(http->id);
	(void)buf_add_format(&http->fields, "X-Request-Id: %s\r\n", http->id);
}

bool request_is_same_origin(const struct request *request)
{
	const struct str *headers = request->http->headers;
	struct str origin = headers[HTTP_ORIGIN], site = headers[HTTP_SEC_FETCH_SITE];

	if (site.n > 0)
		return str_is(site, "same-origin");
	if (str_starts(origin, "https://"))
		origin = (struct str){origin.p + 8, origin.n - 8};
	else if (str_starts(origin, "http://"))
		origin = (struct str){origin.p + 7, origin.n - 7};
	return origin.n > 0 && str_equal(origin, headers[HTTP_HOST]);
}

/* A page of another origin can make a browser send its cookie, but neither JSON's type
 * nor an Origin of ours. */
static bool comes_from_here(const struct request *request)
{
	if (request->http->method == HTTP_GET || request->http->method == HTTP_HEAD)
		return true;
	return str_starts(request->http->headers[HTTP_CONTENT_TYPE], "application/json") &&
	       request_is_same_origin(request);
}

/* Before the body is looked at: who is nobody has nothing parsed for them. */
static int may_enter_known(struct request *request)
{
	if ((request->route->flags & ROUTE_OPEN) != 0 || request->who.known)
		return 0;
	request_field(request, "WWW-Authenticate", "Bearer");
	return request_refuse(
		request, 401, "unauthenticated", "sign in, or send a token that is valid");
}

static int refuse_scope(struct request *request, unsigned missing)
{
	struct buf words = BUF_INIT(64);
	int rc;

	credential_scopes_text(missing, &words);
	rc = request_refuse(request, 403, "scope",
		"this token may not be used for that: it needs the scope %s", buf_text(&words));
	buf_fini(&words);
	return rc;
}

static int may_enter(struct request *request)
{
	const struct route *route = request->route;
	const struct principal *who = &request->who;

	if ((route->flags & ROUTE_OPEN) != 0)
		return 0;
	if (!who->known)
		return may_enter_known(request); /* they have left meanwhile */
	if (who->cookie && !comes_from_here(request))
		return request_refuse(
			request, 403, "cross_site", "this came from another site's page");
	if ((who->scopes & route->scope) != route->scope)
		return refuse_scope(request, route->scope & ~who->scopes);
	if (route->may[who->role] == 0)
		return request_refuse(
			request, 403, "role", "the role %s may not do that", role_name(who->role));
	return 0;
}

static bool within_limits(struct request *request)
{
	struct http_exchange *http = request->http;
	int64_t wait_ms;

	if (!request->who.known)
		return true;
	(void)snprintf(http->user, sizeof http->user, "%s", request->who.user_id);
	wait_ms = limits_take(request->hub->limits, LIMIT_USER, str_of(request->who.user_id),
		clock_monotonic_us());
	if (wait_ms > 0)
		(void)request_refuse_for_now(request, wait_ms);
	return wait_ms == 0;
}

static int take_body(struct request *request)
{
	struct http_exchange *http = request->http;
	struct err err;

	if ((request->route->flags & ROUTE_BODY) == 0)
		return 0;
	if (http->body.n > 0 && !str_starts(http->headers[HTTP_CONTENT_TYPE], "application/json") &&
		!str_starts(http->headers[HTTP_CONTENT_TYPE], "application/merge-patch+json"))
		return request_refuse(
			request, 415, "media_type", "the body must be application/json");
	if (http->body.n == 0)
		request->body = json_object();
	else if (json_door_parse(http->body, &request->body, &err) != 0)
		return request_refuse(request, 400, "bad_json", "%s", err.text);
	if (!json_is_object(request->body))
		return request_refuse(request, 400, "bad_json", "the body must be a JSON object");
	return 0;
}

/* ── an Idempotency-Key ────────────────────────────────────────────────── */

#define KEY_MAX 128
#define KEPT_MS (24LL * 3600 * 1000)

static void request_digest(const struct request *request, char hex[SHA256_HEX_BYTES])
{
	const struct http_exchange *http = request->http;
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, http_method_name(http->method), strlen(http_method_name(http->method)));
	sha256_add(&sha, http->path.p, http->path.n);
	sha256_add(&sha, "", 1);
	sha256_add(&sha, http->body.p, http->body.n);
	sha256_end(&sha, digest);
	str_hex(digest, sizeof digest, hex);
}

/* A key, for a request that it is good for. What is no key is refused: to do without
 * would be to do it twice. */
static int check_key(struct request *request, bool *has)
{
	struct str key = request->http->headers[HTTP_IDEMPOTENCY_KEY];
	size_t i;

	*has = key.n > 0 && request->who.known && request->http->method == HTTP_POST &&
	       (request->route->flags & (ROUTE_BODY | ROUTE_WRITE)) == (ROUTE_BODY | ROUTE_WRITE);
	for (i = 0; i < key.n && key.p[i] > ' ' && key.p[i] < 0x7F; i++)
		;
	if (*has && (i < key.n || key.n > KEY_MAX))
		return request_refuse(request, 400, "bad_idempotency_key",
			"an Idempotency-Key has at most %d characters, visible ones", KEY_MAX);
	return 0;
}

struct replay {
	struct request *request;
	const char *digest;
	bool found;
};

static int on_replay(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct replay *replay = data;
	struct request *request = replay->request;

	(void)n;
	(void)err;
	replay->found = true;
	if (!str_is(columns[0].text, replay->digest)) {
		(void)request_refuse(request, 422, "idempotency_key",
			"this Idempotency-Key was used for another request");
		return 0;
	}
	/* A secret is shown once, and not kept to be shown again. */
	if ((request->route->flags & ROUTE_SECRET) != 0) {
		(void)request_refuse(
			request, 409, "shown_once", "this was done, and its secret was shown then");
		return 0;
	}
	request->status = (unsigned)columns[1].number;
	request->answer = json_loadb(columns[2].text.p, columns[2].text.n, JSON_DECODE_ANY, NULL);
	request_field(request, "Idempotency-Replayed", "true");
	return 0;
}

/* What it was answered; a secret is not kept. */
static int keep_answer(
	struct request *request, struct db_value key, const char *digest, struct err *err)
{
	struct buf text = BUF_INIT(HTTP_ANSWER_MAX);
	int rc;

	if ((request->route->flags & ROUTE_SECRET) != 0)
		(void)buf_add_str(&text, "null");
	else if (request->answer != NULL)
		(void)json_write(request->answer, &text); /* too much: not kept */
	rc = buf_failed(&text) ? 0
			       : request_do(request,
					 "INSERT INTO idempotency (tenant, user_id, key, digest, "
					 "status, answer, at_ms) VALUES ($1, $2, $3, $4, $5, $6, "
					 "$7)",
					 DB_ARGS(TENANT(request), USER(request), key,
						 db_string(digest), db_number(request->status),
						 db_text((struct str){buf_text(&text), text.len}),
						 db_number(request->now_ms)),
					 err);
	buf_fini(&text);
	return rc;
}

/* The route, once for a key: its answer is kept in the same transaction, for a day. */
static int run_once(struct request *request, struct err *err)
{
	struct db_value key = db_text(request->http->headers[HTTP_IDEMPOTENCY_KEY]);
	char digest[SHA256_HEX_BYTES];
	struct replay replay = {request, digest, false};
	int rc;

	request_digest(request, digest);
	rc = request_do(request, "DELETE FROM idempotency WHERE tenant = $1 AND at_ms < $2",
		DB_ARGS(TENANT(request), db_number(request->now_ms - KEPT_MS)), err);
	if (rc == 0)
		rc = hub_db_run(request->db,
			"SELECT digest, status, answer FROM idempotency WHERE tenant = $1 AND "
			"user_id = $2 AND key = $3",
			DB_ARGS(TENANT(request), USER(request), key), on_replay, &replay, err);
	if (rc != 0 || replay.found)
		return rc;
	rc = request->route->run(request, err);
	return rc == 0 ? keep_answer(request, key, digest, err) : rc;
}

/* ── doing it ──────────────────────────────────────────────────────────── */

static int run_in_transaction(struct hub_db *db, void *data, struct err *err)
{
	struct request *request = data;
	bool has_key;

	(void)db;
	/* A second try begins with nothing answered. */
	json_decref(request->answer);
	request->answer = NULL;
	request->status = 0;
	request->http->hold = false;
	buf_clear(&request->http->out);
	if (request->who.known && credential_load(request, err) != 0)
		return -1;
	if (may_enter(request) != 0)
		return REQUEST_UNDO;
	if (check_key(request, &has_key) != 0)
		return REQUEST_UNDO;
	return has_key ? run_once(request, err) : request->route->run(request, err);
}

/* What was written may be a change of the feed, or of who may what. Its news are out
 * before its answer: whoever is told that a token is revoked can rely on it. Usage changes
 * neither. */
static void look_for_news(struct request *request)
{
	struct err err;

	if (request->db != NULL && request->hub->watch != NULL &&
		request->http->method != HTTP_GET && request->http->method != HTTP_HEAD &&
		(request->route->flags & (ROUTE_RAW | ROUTE_SLOW)) != ROUTE_RAW)
		(void)watch_look(request->hub->watch, request->db, &err); /* else it looks itself */
}

static int load_who(struct hub_db *db, void *data, struct err *err)
{
	(void)db;
	return credential_load(data, err);
}

/* Without a transaction around it; who asks is looked at before, in one of its own. */
static int run_slow(struct request *request, struct err *err)
{
	int rc = 0;

	if (request->who.known)
		rc = hub_transaction(
			request->db, DB_READ, request->who.tenant, load_who, request, err);
	if (rc != 0)
		return rc;
	return may_enter(request) != 0 ? REQUEST_UNDO : request->route->run(request, err);
}

static void run_route(struct request *request)
{
	enum db_mode mode = (request->route->flags & ROUTE_WRITE) != 0 ? DB_WRITE : DB_READ;
	struct err err = {.text = ""};
	int rc;

	if ((request->route->flags & (ROUTE_SLOW | ROUTE_AT_ONCE)) != 0)
		rc = run_slow(request, &err);
	else
		rc = hub_transaction(
			request->db, mode, request->who.tenant, run_in_transaction, request, &err);
	if (rc != 0 && rc != REQUEST_UNDO) {
		request->http->hold = false; /* that nothing was done is told at once */
		json_decref(request->answer);
		request->answer = NULL;
		request_refuse_outcome(request, rc, &err);
	}
	/* One with transactions of its own may have written, and refuse all the same. */
	if (rc == 0 || (request->route->flags & ROUTE_SLOW) != 0)
		look_for_news(request);
}

static void refuse_unknown(struct request *request, unsigned allowed)
{
	struct buf names = BUF_INIT(128);
	unsigned i;

	if (allowed == 0) {
		(void)request_refuse(request, 404, "not_found", "there is no such route");
		return;
	}
	for (i = HTTP_GET; i < HTTP_OTHER; i++)
		if ((allowed & (1U << i)) != 0)
			(void)buf_add_format(&names, "%s%s", names.len > 0 ? ", " : "",
				http_method_name((enum http_method)i));
	request_field(request, "Allow", "%s", buf_text(&names));
	buf_fini(&names);
	(void)request_refuse(request, 405, "method_not_allowed", "this route has another method");
}

/* Of a GET only: what is secret is made by other methods, and its length, packed beside
 * what somebody else chose, would tell of it. */
static void pack_answer(struct http_exchange *http)
{
	struct buf packed = BUF_INIT(HTTP_ANSWER_MAX);

	(void)buf_add_str(&http->fields, "Vary: Accept-Encoding\r\n");
	if (encoding_accepts(http->headers[HTTP_ACCEPT_ENCODING]) &&
		encoding_pack((struct str){http->out.data, http->out.len}, &packed) &&
		packed.len < http->out.len) {
		(void)buf_add_str(&http->fields, "Content-Encoding: gzip\r\n");
		buf_fini(&http->out);
		http->out = packed;
	} else {
		buf_fini(&packed);
	}
}

static void write_answer(struct request *request)
{
	struct http_exchange *http = request->http;

	http->status = request->status != 0 ? request->status : 500;
	if (request->answer != NULL && json_write(request->answer, &http->out) != 0) {
		buf_clear(&http->out);
		http->status = 500;
	}
	json_decref(request->answer);
	json_decref(request->body);
	request_field(request, "X-Content-Type-Options", "nosniff");
	if (http->out.len >= ENCODING_MIN && http->method == HTTP_GET)
		pack_answer(http);
	if (buf_failed(&http->fields))
		buf_clear(&http->fields);
}

static bool is_text(struct str text)
{
	return str_is_utf8(text) && (text.n == 0 || memchr(text.p, '\0', text.n) == NULL);
}

void request_run(struct hub *hub, struct hub_db *db, struct http_exchange *http)
{
	struct request request = {.hub = hub, .db = db, .http = http, .now_ms = clock_now_ms()};
	struct err err = {.text = ""};
	unsigned allowed = 0;
	int rc;

	request_name(http);
	request.route = route_find(http->method, http->path, request.words, &allowed);
	if (!is_text(http->path) || !str_is_utf8(http->query)) {
		(void)request_refuse(&request, 400, "bad_request", "this address is no UTF-8 text");
	} else if (request.route == NULL) {
		refuse_unknown(&request, allowed);
	} else if ((request.route->flags & ROUTE_OPEN) == 0 &&
		   (rc = credential_find(&request, &err)) != 0) {
		request_refuse_outcome(&request, rc, &err);
	} else if (within_limits(&request) && may_enter_known(&request) == 0 &&
		   take_body(&request) == 0) {
		run_route(&request);
	}
	write_answer(&request);
}
