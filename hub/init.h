/*
 * The first of everything: a tenant and its first admin's invitation. Thread: the
 * program's one.
 */
#ifndef HUB_INIT_H
#define HUB_INIT_H

#include "hub/db.h"
#include "hub/secret.h"

/* A new tenant and an invitation for an admin; its text is for who runs the hub.
 * DB_EXISTS: there is a tenant already, and `again` does not say that another
 * invitation is wanted. */
int hub_init(struct hub_db *db, const char *name, bool again, char invite[SECRET_TOKEN_BYTES],
	struct err *err);

#endif
