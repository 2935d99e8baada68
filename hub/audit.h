/*
 * The audit log, a hash chain of each tenant: a row's hash is the SHA-256 of the hash before
 * it, its number, its time, who, what, of which object, and the details as sorted JSON, with
 * line feeds between. request_audit() (request.h) writes rows.
 */
#ifndef HUB_AUDIT_H
#define HUB_AUDIT_H

#include "hub/db.h"

/* Every link of every tenant's audit chain computed again. 0 whole; 1 broken, and err
 * says where. *rows: how many were looked at. */
int audit_verify(struct hub_db *db, int64_t *rows, struct err *err);

#endif
