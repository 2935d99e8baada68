/*
 * Who asks: by a session's cookie or a bearer token, and what somebody may carry.
 */
#ifndef HUB_CREDENTIAL_H
#define HUB_CREDENTIAL_H

#include "hub/request.h"
#include "hub/secret.h"

#define CREDENTIAL_SESSION_MS (12LL * 3600 * 1000)
#define CREDENTIAL_DEVICE_MS (90LL * 24 * 3600 * 1000)
#define CREDENTIAL_REFRESH_MS (365LL * 24 * 3600 * 1000)
#define CREDENTIAL_KEY_MS (365LL * 24 * 3600 * 1000)

/* The hash of the token that a request carries, by which it is known. False: it carries
 * none. */
bool credential_hash(const struct request *request, char hash[SHA256_HEX_BYTES], bool *cookie);
/* Fill request->who from what the request carries, before its transaction. 0 also when
 * there is nothing, or nothing valid: then nobody is known. */
int credential_find(struct request *request, struct err *err);
/* The token that a request carries; *cookie: in a cookie. Empty: none. */
struct str credential_token(const struct request *request, bool *cookie);
/* The cookie's name. With TLS in front it is one that no other host and no http can
 * set, which is also why it cannot be that without. */
#define CREDENTIAL_COOKIE "promptd"
#define CREDENTIAL_COOKIE_SECURE "__Host-promptd"
const char *credential_cookie(const struct request *request);
/* In the transaction: the person's role, teams and whether they are still welcome. */
int credential_load(struct request *request, struct err *err);
/* Stands for all that decides what somebody sees of the feed. */
#define CREDENTIAL_SCOPE_BYTES 17
void credential_scope_hash(const struct principal *who, char out[CREDENTIAL_SCOPE_BYTES]);

/* Is a credential still good for the feed? 0 yes, and *scope is what it sees; 1 no;
 * negative: cannot be told. */
int credential_holds(struct hub_db *db, const char *tenant, const char *hash, int64_t now_ms,
	char scope[CREDENTIAL_SCOPE_BYTES], struct err *err);

/* A new one for somebody; its text goes to them once. `family` may be NULL. What they had
 * that has expired goes: they have as many rows as they have that is good. */
struct credential {
	const char *kind; /* session, key, device, refresh */
	const char *tenant, *user_id, *name, *family;
	unsigned scopes;
	int64_t lives_ms;
};
int credential_make(struct request *request, const struct credential *credential,
	char token[SECRET_TOKEN_BYTES], char id[ID_BYTES], struct err *err);

/* One of somebody's, by its id, and with it what it is renewed by. DB_NONE: no such. */
int credential_revoke(struct request *request, struct str user_id, struct str id, struct err *err);

/* "read write sync admin"; false: a word that is none. */
bool credential_scopes_parse(struct str text, unsigned *scopes);
void credential_scopes_text(unsigned scopes, struct buf *out);
/* What a role may carry at most. */
unsigned credential_scopes_of(enum role role);

/* Scope, role and team relation of a thing to who asks. */
unsigned credential_relation(const struct principal *who, struct str owner_id, struct str team_id);

#endif
