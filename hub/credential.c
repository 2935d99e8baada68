/* Who asks; see credential.h. */
#include "hub/credential.h"

#include <stdio.h>
#include <string.h>

#define PROTOCOL "1" /* of the feed */

static const struct {
	const char *name;
	unsigned scope;
} scopes[] = {
	{"read", SCOPE_READ},
	{"write", SCOPE_WRITE},
	{"sync", SCOPE_SYNC},
	{"admin", SCOPE_ADMIN},
};
#define N_SCOPES (sizeof scopes / sizeof *scopes)

bool credential_scopes_parse(struct str text, unsigned *found)
{
	struct str word;
	size_t i;

	*found = 0;
	while (text.n > 0) {
		word = str_cut(text, ' ', &text);
		for (i = 0; i < N_SCOPES && !str_is(word, scopes[i].name); i++)
			;
		if (i == N_SCOPES)
			return false;
		*found |= scopes[i].scope;
	}
	return *found != 0;
}

void credential_scopes_text(unsigned set, struct buf *out)
{
	size_t i, before = out->len;

	for (i = 0; i < N_SCOPES; i++)
		if ((set & scopes[i].scope) != 0)
			(void)buf_add_format(
				out, "%s%s", out->len > before ? " " : "", scopes[i].name);
}

unsigned credential_scopes_of(enum role role)
{
	return SCOPE_READ | SCOPE_WRITE | SCOPE_SYNC | (role == ROLE_ADMIN ? SCOPE_ADMIN : 0U);
}

unsigned credential_relation(const struct principal *who, struct str owner_id, struct str team_id)
{
	size_t i;

	if (str_is(owner_id, who->user_id))
		return RELATION_OWN;
	if (team_id.n == 0)
		return RELATION_GLOBAL;
	for (i = 0; i < who->n_teams; i++)
		if (str_is(team_id, who->teams[i]))
			return RELATION_TEAM;
	return RELATION_OTHER;
}

/* ── who it is ─────────────────────────────────────────────────────────── */

const char *credential_cookie(const struct request *request)
{
	return request->hub->options.secure_cookies ? CREDENTIAL_COOKIE_SECURE : CREDENTIAL_COOKIE;
}

struct str credential_token(const struct request *request, bool *cookie)
{
	const struct http_exchange *http = request->http;
	struct str header = http->headers[HTTP_AUTHORIZATION], pair, value;

	*cookie = false;
	if (str_starts(header, "Bearer ") || str_starts(header, "bearer "))
		return str_trim((struct str){header.p + 7, header.n - 7});
	for (header = http->headers[HTTP_COOKIE]; header.n > 0;) {
		pair = str_trim(str_cut(header, ';', &header));
		if (str_is(str_cut(pair, '=', &value), credential_cookie(request))) {
			*cookie = true;
			return value;
		}
	}
	return (struct str){NULL, 0};
}

static int on_credential(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct principal *who = data;

	(void)n;
	(void)err;
	db_copy(&columns[0], who->tenant, sizeof who->tenant);
	db_copy(&columns[1], who->user_id, sizeof who->user_id);
	db_copy(&columns[2], who->credential_id, sizeof who->credential_id);
	db_copy(&columns[3], who->kind, sizeof who->kind);
	who->known = credential_scopes_parse(columns[4].text, &who->scopes);
	who->expires_ms = columns[5].number;
	return 0;
}

#define OF_HASH                                                                                 \
	"SELECT tenant, user_id, id, kind, scopes, expires_ms FROM credential WHERE hash = $1 " \
	"AND expires_ms > $2 AND kind <> 'refresh'"

bool credential_hash(const struct request *request, char hash[SHA256_HEX_BYTES], bool *cookie)
{
	struct str token = credential_token(request, cookie);

	if (token.n == 0 || token.n >= SECRET_TOKEN_BYTES)
		return false;
	secret_token_hash(token, hash);
	return true;
}

int credential_find(struct request *request, struct err *err)
{
	struct principal *who = &request->who;

	if (!credential_hash(request, who->hash, &who->cookie))
		return 0;
	return hub_db_run(request->db, OF_HASH,
		DB_ARGS(db_string(who->hash), db_number(request->now_ms)), on_credential, who, err);
}

static bool has_word(struct str words, struct str word)
{
	while (words.n > 0)
		if (str_equal(str_cut(words, ' ', &words), word))
			return true;
	return false;
}

static int on_person(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct principal *who = data;

	(void)n;
	(void)err;
	who->known = columns[2].number != 0 && role_parse(columns[0].text, &who->role);
	who->experimental = columns[1].number != 0 || has_word(columns[3].text, columns[0].text);
	return 0;
}

static int on_team(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct principal *who = data;

	(void)n;
	if (who->n_teams == PRINCIPAL_TEAMS_MAX)
		return err_set(
			err, ERR_LIMIT, "somebody is in more than %d teams", PRINCIPAL_TEAMS_MAX);
	db_copy(&columns[0], who->teams[who->n_teams++], ID_BYTES);
	return 0;
}

/* The rest of somebody whose tenant and id are known. */
static int load(struct hub_db *db, struct principal *who, struct err *err)
{
	int rc;

	who->known = false;
	who->n_teams = 0;
	rc = hub_db_run(db,
		"SELECT p.role, p.experimental, p.active, t.experimental_roles FROM person p JOIN "
		"tenant t ON t.id = p.tenant WHERE p.tenant = $1 AND p.id = $2",
		DB_ARGS(db_string(who->tenant), db_string(who->user_id)), on_person, who, err);
	if (rc != 0 || !who->known)
		return rc;
	/* A role taken away is gone from old tokens too. */
	who->scopes &= credential_scopes_of(who->role);
	return hub_db_run(db,
		"SELECT team_id FROM member WHERE tenant = $1 AND user_id = $2 ORDER BY team_id",
		DB_ARGS(db_string(who->tenant), db_string(who->user_id)), on_team, who, err);
}

int credential_load(struct request *request, struct err *err)
{
	return load(request->db, &request->who, err);
}

void credential_scope_hash(const struct principal *who, char out[CREDENTIAL_SCOPE_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	struct sha256 sha;
	size_t i;

	sha256_init(&sha);
	sha256_add(&sha, PROTOCOL, sizeof PROTOCOL);
	sha256_add(&sha, role_name(who->role), strlen(role_name(who->role)) + 1);
	sha256_add(&sha, who->experimental ? "x" : "-", 1);
	for (i = 0; i < who->n_teams; i++)
		sha256_add(&sha, who->teams[i], strlen(who->teams[i]) + 1);
	sha256_end(&sha, digest);
	str_hex(digest, sizeof digest, hex);
	(void)snprintf(out, CREDENTIAL_SCOPE_BYTES, "%.*s", CREDENTIAL_SCOPE_BYTES - 1, hex);
}

struct holds {
	const char *hash;
	int64_t now_ms;
	struct principal who;
};

static int look_again(struct hub_db *db, void *data, struct err *err)
{
	struct holds *holds = data;
	int rc;

	holds->who = (struct principal){.known = false};
	rc = hub_db_run(db, OF_HASH, DB_ARGS(db_string(holds->hash), db_number(holds->now_ms)),
		on_credential, &holds->who, err);
	return rc != 0 || !holds->who.known ? rc : load(db, &holds->who, err);
}

int credential_holds(struct hub_db *db, const char *tenant, const char *hash, int64_t now_ms,
	char scope[CREDENTIAL_SCOPE_BYTES], struct err *err)
{
	struct holds holds = {.hash = hash, .now_ms = now_ms};

	if (hub_transaction(db, DB_PEEK, tenant, look_again, &holds, err) != 0)
		return -1;
	if (!holds.who.known || (holds.who.scopes & SCOPE_SYNC) == 0)
		return 1;
	credential_scope_hash(&holds.who, scope);
	return 0;
}

/* ── new ones ──────────────────────────────────────────────────────────── */

int credential_make(struct request *request, const struct credential *credential,
	char token[SECRET_TOKEN_BYTES], char id[ID_BYTES], struct err *err)
{
	static const struct {
		const char *kind, *prefix;
	} prefixes[] = {{"session", "ps_"}, {"key", "pk_"}, {"device", "pd_"}, {"refresh", "pr_"}};
	struct buf text = BUF_INIT(64);
	char hash[SHA256_HEX_BYTES];
	size_t i = 0;
	int rc;

	while (strcmp(prefixes[i].kind, credential->kind) != 0)
		i++;
	secret_token(prefixes[i].prefix, token, hash);
	id_new(id);
	rc = request_do(request,
		"DELETE FROM credential WHERE tenant = $1 AND user_id = $2 AND expires_ms <= $3",
		DB_ARGS(db_string(credential->tenant), db_string(credential->user_id),
			db_number(request->now_ms)),
		err);
	if (rc != 0)
		return rc;
	credential_scopes_text(credential->scopes, &text);
	rc = request_do(request,
		"INSERT INTO credential (hash, id, tenant, user_id, kind, name, scopes, family, "
		"created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		DB_ARGS(db_string(hash), db_string(id), db_string(credential->tenant),
			db_string(credential->user_id), db_string(credential->kind),
			db_string(credential->name), db_string(buf_text(&text)),
			credential->family != NULL ? db_string(credential->family) : db_null(),
			db_number(request->now_ms),
			db_number(request->now_ms + credential->lives_ms)),
		err);
	buf_fini(&text);
	return rc;
}

int credential_revoke(struct request *request, struct str user_id, struct str id, struct err *err)
{
	const struct db_value args[] = {TENANT(request), db_text(user_id), db_text(id)};
	int rc = request_do(request,
		"DELETE FROM credential WHERE tenant = $1 AND user_id = $2 AND id <> $3 AND family "
		"= (SELECT family FROM credential WHERE tenant = $1 AND user_id = $2 AND id = $3 "
		"AND kind <> 'refresh')",
		args, 3, err);

	if (rc == 0)
		rc = request_do(request,
			"DELETE FROM credential WHERE tenant = $1 AND user_id = $2 AND id = $3 AND "
			"kind <> 'refresh'",
			args, 3, err);
	return rc == 0 && hub_db_changes(request->db) == 0 ? DB_NONE : rc;
}
