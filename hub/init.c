/* The first of everything, and the audit chain held against itself; see init.h. */
#include "hub/init.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
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

/* ── the audit chain ───────────────────────────────────────────────────── */

struct chain {
	int64_t rows, number;
	char hash[SHA256_HEX_BYTES];
};

/* As request_audit() made it. */
static int on_link(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct chain *chain = data;
	struct buf text = BUF_INIT(65536);
	char hash[SHA256_HEX_BYTES];
	bool whole;
	size_t i;

	(void)n;
	(void)buf_add_format(&text, "%s\n%lld\n%lld", chain->hash, (long long)columns[0].number,
		(long long)columns[1].number);
	for (i = 2; i < 6; i++) {
		(void)buf_add_char(&text, '\n');
		(void)buf_add(&text, columns[i].text.p, columns[i].text.n);
	}
	sha256_hex(buf_text(&text), text.len, hash);
	whole = !buf_failed(&text) && columns[0].number == chain->number + 1 &&
		str_is(columns[6].text, chain->hash) && str_is(columns[7].text, hash);
	buf_fini(&text);
	if (!whole) {
		(void)err_set(err, ERR_FAILED, "the audit log is broken at row %lld",
			(long long)columns[0].number);
		return 1;
	}
	chain->rows++;
	chain->number = columns[0].number;
	(void)snprintf(chain->hash, sizeof chain->hash, "%s", hash);
	return 0;
}

#define TENANTS_MAX 10000
struct tenants {
	char ids[TENANTS_MAX][ID_BYTES];
	size_t n;
};

static int on_id(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct tenants *tenants = data;

	(void)n;
	if (tenants->n == TENANTS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d tenants", TENANTS_MAX);
	db_copy(&columns[0], tenants->ids[tenants->n++], ID_BYTES);
	return 0;
}

struct verifying {
	const char *tenant;
	struct chain chain;
};

static int verify_one(struct hub_db *db, void *data, struct err *err)
{
	struct verifying *verifying = data;

	verifying->chain = (struct chain){0, 0, ""};
	return hub_db_run(db,
		"SELECT number, at_ms, user_id, action, object_id, details, previous, hash FROM "
		"audit WHERE tenant = $1 ORDER BY number",
		DB_ARGS(db_string(verifying->tenant)), on_link, &verifying->chain, err);
}

int audit_verify(struct hub_db *db, int64_t *rows, struct err *err)
{
	struct tenants *tenants = xcalloc(1, sizeof *tenants);
	struct verifying verifying;
	size_t i;
	int rc = hub_db_run(
		db, "SELECT id FROM tenant ORDER BY id", DB_NO_ARGS, on_id, tenants, err);

	*rows = 0;
	for (i = 0; i < tenants->n && rc == 0; i++) {
		verifying.tenant = tenants->ids[i];
		rc = hub_transaction(db, DB_READ, verifying.tenant, verify_one, &verifying, err);
		*rows += verifying.chain.rows;
	}
	free(tenants);
	return rc;
}
