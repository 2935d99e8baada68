/* The first of everything; see init.h. */
#include "hub/init.h"

#include "core/clock.h"
#include "core/id.h"

#define INVITE_MS (7LL * 24 * 3600 * 1000)

struct making {
	const char *name, *hash;
	bool again, there;
	char tenant[ID_BYTES];
};

static int on_tenant(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct making *making = data;

	(void)n;
	(void)err;
	making->there = true;
	db_copy(&columns[0], making->tenant, sizeof making->tenant);
	return 0;
}

static int make(struct hub_db *db, void *data, struct err *err)
{
	struct making *making = data;
	int64_t now = clock_now_ms();
	char epoch[ID_BYTES];
	int rc;

	making->there = false;
	rc = hub_db_run(db, "SELECT id FROM tenant ORDER BY created_ms LIMIT 1", DB_NO_ARGS,
		on_tenant, making, err);
	if (rc != 0)
		return rc;
	if (making->there && !making->again) {
		(void)err_set(
			err, ERR_REFUSED, "this hub has its first admin's invitation already");
		return DB_EXISTS;
	}
	if (!making->there) {
		id_new(making->tenant);
		id_new(epoch);
		rc = hub_db_run(db,
			"INSERT INTO tenant (id, name, epoch, created_ms) VALUES ($1, $2, $3, $4)",
			DB_ARGS(db_string(making->tenant), db_string(making->name),
				db_string(epoch), db_number(now)),
			NULL, NULL, err);
	}
	return rc != 0 ? rc
		       : hub_db_run(db,
				 "INSERT INTO invite (hash, tenant, role, created_ms, expires_ms) "
				 "VALUES ($1, $2, 'admin', $3, $4)",
				 DB_ARGS(db_string(making->hash), db_string(making->tenant),
					 db_number(now), db_number(now + INVITE_MS)),
				 NULL, NULL, err);
}

int hub_init(struct hub_db *db, const char *name, bool again, char invite[SECRET_TOKEN_BYTES],
	struct err *err)
{
	char hash[SHA256_HEX_BYTES];
	struct making making = {.name = name, .hash = hash, .again = again};

	secret_token("pi_", invite, hash);
	return hub_transaction(db, DB_WRITE, "", make, &making, err);
}
