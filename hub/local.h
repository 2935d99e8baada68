/*
 * What the API does, asked by whoever runs the hub instead of over HTTP: the same
 * routes with the same checks, in the same transaction. The audit log says that it
 * was done so ("by":"promptd-hub"). One thread.
 */
#ifndef HUB_LOCAL_H
#define HUB_LOCAL_H

#include <jansson.h>

#include "core/id.h"
#include "hub/db.h"
#include "hub/http.h"

struct local {
	struct hub_db *db;
	char tenant[ID_BYTES];
	/* Whom it is done as, with their role and no more. Empty: nobody of the hub,
	 * with every right. */
	char user_id[ID_BYTES];
};

/* The tenant of a hub that has one. 1: `init` was not run. */
int local_tenant(struct hub_db *db, char tenant[ID_BYTES], struct err *err);
/* Somebody by their e-mail address. 1: there is no such person. */
int local_person(const struct local *local, const char *email, char id[ID_BYTES], struct err *err);

/*
 * Ask a route; body is borrowed and may be NULL. 0: *answer is what it answered (NULL:
 * nothing, as with 204), yours. Negative: err says why, ERR_NOT_FOUND, ERR_REFUSED and
 * ERR_INVALID for 404, 403 and 409, 4xx else.
 */
int local_ask(const struct local *local, enum http_method method, const char *path, json_t *body,
	json_t **answer, struct err *err);
/* The same within a transaction of the caller's; may have to be done again as hub_transaction()
 * says. DB_AGAIN and LOCAL_REFUSED (with err) undo it. */
#define LOCAL_REFUSED 66
int local_ask_within(const struct local *local, enum http_method method, const char *path,
	json_t *body, json_t **answer, struct err *err);

/* What no route lists: rows as request_rows() makes them, in a transaction of their own;
 * *rows is yours. */
int local_rows(const struct local *local, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t **rows, struct err *err);

/* A row of the audit log, within a transaction. */
int local_audit(const struct local *local, const char *action, const char *object, struct err *err);

#endif
