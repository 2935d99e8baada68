/*
 * A request on its way through the hub: who asks, for which route, the database
 * transaction it runs in, and the answer it makes. A worker's thread.
 */
#ifndef HUB_REQUEST_H
#define HUB_REQUEST_H

#include <jansson.h>

#include "core/id.h"
#include "core/sha256.h"
#include "hub/http.h"
#include "hub/hub.h"

enum role { ROLE_CONSUMER, ROLE_CONTRIBUTOR, ROLE_OWNER, ROLE_ADMIN, ROLES };
const char *role_name(enum role role); /* "consumer", "contributor", "prompt_owner", "admin" */
bool role_parse(struct str name, enum role *role);

/* What a prompt (or another thing with an owner and a team) is to somebody. */
enum relation {
	RELATION_OWN = 1,    /* theirs */
	RELATION_TEAM = 2,   /* of one of their teams */
	RELATION_GLOBAL = 4, /* of no team: everybody's */
	RELATION_OTHER = 8,  /* of a team they are not in */
};
#define RELATION_ANY 15U

/* What a credential may be used for. */
enum scope { SCOPE_NONE = 0, SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_SYNC = 4, SCOPE_ADMIN = 8 };

#define PRINCIPAL_TEAMS_MAX 64
struct principal {
	bool known; /* somebody is signed in */
	char tenant[ID_BYTES], user_id[ID_BYTES], credential_id[ID_BYTES], kind[16];
	char hash[SHA256_HEX_BYTES]; /* of what was carried */
	int64_t expires_ms;
	enum role role;
	unsigned scopes;
	bool experimental;
	bool cookie; /* by a browser's cookie: state changes must prove where they come from */
	bool local;  /* whoever runs the hub, by a command (local.h) */
	char teams[PRINCIPAL_TEAMS_MAX][ID_BYTES];
	size_t n_teams;
};

struct route;
struct request {
	struct hub *hub;
	struct hub_db *db;
	struct http_exchange *http;
	const struct route *route;
	struct str words[2]; /* what stands in the path for {…} */
	json_t *body;	     /* an object, when the route takes one */
	struct principal who;
	int64_t now_ms;
	/* The answer. */
	unsigned status;
	json_t *answer; /* sent as the body; NULL: what stands in http->out */
};

/* What a route's function returns: 0 commits what it did, REQUEST_UNDO undoes it (the
 * answer is set), a db_outcome or negative is answered by request.c. */
#define REQUEST_UNDO 64

/* The route's function, within the transaction of the principal's tenant. */
typedef int route_fn(struct request *request, struct err *err);

/* Give a request its id, its client's or a new one, in http->id and as a field of the
 * answer. */
void request_name(struct http_exchange *http);
/* Do what is asked, and set http's answer. Takes nothing but the exchange's word. */
void request_run(struct hub *hub, struct hub_db *db, struct http_exchange *http);

/* --- For routes ------------------------------------------------------------ */

/* The answer; takes the reference. Returns 0. */
int request_answer(struct request *request, unsigned status, json_t *answer);
/* `{"error":{"code","message","details":{}}}`; returns REQUEST_UNDO. */
int request_refuse(struct request *request, unsigned status, const char *code, const char *format,
	...) __attribute__((format(printf, 4, 5)));
/* 429: too much was asked; again in so long. */
int request_refuse_for_now(struct request *request, int64_t wait_ms);
int request_refuse_field(struct request *request, const char *field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What a route or the database returned that is no answer yet, as one. */
void request_refuse_outcome(struct request *request, int outcome, const struct err *err);
void request_field(struct request *request, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4))); /* a header field of the answer */

/* Did a page of this very hub send it? By what browsers say of it and scripts cannot:
 * Sec-Fetch-Site, else Origin. False when there is neither. */
bool request_is_same_origin(const struct request *request);

/* Members of the body; NULL p where it is not there. `max` in bytes; a text that is of
 * another type, too long or holds what text_filter.h refuses is answered with 422:
 * then REQUEST_UNDO, and 0 otherwise. */
int request_text(struct request *request, const char *name, size_t max, struct str *text);
int request_required(struct request *request, const char *name, size_t max, struct str *text);
int request_number(
	struct request *request, const char *name, int64_t min, int64_t max, int64_t *number);

/* `limit` of the query (1-200, 50) and the `cursor`, which is the text that the last
 * page gave; 400 when it is none of ours. */
int request_page(struct request *request, int64_t *limit, struct str *cursor);

/*
 * Rows as objects, added to `list`: `shape` names the columns, "id title created_at:t
 * locked:b teams:j": t a time, b a flag, j JSON text, l a list of its lines, nothing as it
 * is. A member "-" is left out. How many there are the statement limits.
 */
int request_rows(struct request *request, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t *list, struct err *err);
/* One object, or DB_NONE. */
#define DB_NONE 65
int request_row(struct request *request, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t **object, struct err *err);
/* A page as the answer: {"items":[…],"next":cursor or null}. The statement asks for one
 * row more than `limit`; the cursor is the member `by` of the last item that stays. */
int request_list(struct request *request, int64_t limit, const char *by, const char *shape,
	const char *sql, const struct db_value *args, size_t n_args, struct err *err);

/* A statement without rows; what hub_db_run() returns. */
int request_do(struct request *request, const char *sql, const struct db_value *args, size_t n_args,
	struct err *err);
/* One number; 0 when there is no row. */
int request_count(struct request *request, const char *sql, const struct db_value *args,
	size_t n_args, int64_t *number, struct err *err);

/* Write down who did what: the next link of the audit chain. `details` is taken. */
int request_audit(struct request *request, const char *action, struct str object, json_t *details,
	struct err *err);

/* Details for it: which of these members (joined by blanks) the body has; of flags and
 * numbers their values too. A text never goes into the log, which outlives it. */
json_t *request_changed(const struct request *request, const char *names);

#define TENANT(request) db_string((request)->who.tenant)
#define USER(request) db_string((request)->who.user_id)

#endif
