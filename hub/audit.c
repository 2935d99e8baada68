/* Who did what, written down and held against itself; see audit.h and request.h. */
#include "hub/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/sha256.h"
#include "hub/request.h"

json_t *request_changed(const struct request *request, const char *names)
{
	json_t *changed = json_object(), *value;
	struct str rest = str_of(names), word;
	char name[64];

	while (rest.n > 0) {
		word = str_cut(rest, ' ', &rest);
		(void)snprintf(name, sizeof name, "%.*s", (int)word.n, word.p);
		value = json_object_get(request->body, name);
		if (value == NULL)
			continue;
		if (json_is_boolean(value) || json_is_integer(value))
			(void)json_object_set(changed, name, value);
		else
			(void)json_object_set_new(changed, name, json_true());
	}
	return changed;
}

struct link {
	int64_t number;
	char hash[SHA256_HEX_BYTES];
};

static int on_link(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct link *link = data;

	(void)n;
	(void)err;
	link->number = columns[0].number;
	db_copy(&columns[1], link->hash, sizeof link->hash);
	return 0;
}

int request_audit(struct request *request, const char *action, struct str object, json_t *details,
	struct err *err)
{
	struct link link = {0, ""};
	struct buf text = BUF_INIT(16384);
	char hash[SHA256_HEX_BYTES];
	size_t details_at;
	struct str detail;
	int rc;

	if (request->who.local)
		(void)json_object_set_new(details, "by", json_string("promptd-hub"));
	rc = hub_db_run(request->db,
		"SELECT number, hash FROM audit WHERE tenant = $1 ORDER BY number DESC LIMIT 1",
		DB_ARGS(TENANT(request)), on_link, &link, err);
	if (rc != 0) {
		json_decref(details);
		return rc;
	}
	/* As audit.h has it, which audit_verify() computes again. */
	(void)buf_add_format(&text, "%s\n%lld\n%lld\n%s\n%s\n%.*s\n", link.hash,
		(long long)link.number + 1, (long long)request->now_ms, request->who.user_id,
		action, (int)object.n, object.p != NULL ? object.p : "");
	details_at = text.len;
	(void)json_write_sorted(details, &text);
	json_decref(details);
	if (buf_failed(&text)) {
		buf_fini(&text);
		return err_set(err, ERR_LIMIT, "too much for the audit log");
	}
	sha256_hex(text.data, text.len, hash);
	detail = (struct str){text.data + details_at, text.len - details_at};
	rc = request_do(request,
		"INSERT INTO audit (tenant, number, at_ms, user_id, action, object_id, details, "
		"previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		DB_ARGS(TENANT(request), db_number(link.number + 1), db_number(request->now_ms),
			USER(request), db_string(action),
			db_text((struct str){object.p != NULL ? object.p : "", object.n}),
			db_text(detail), db_string(link.hash), db_string(hash)),
		err);
	buf_fini(&text);
	return rc;
}

/* ── held against itself ───────────────────────────────────────────────── */

struct chain {
	int64_t rows, number;
	char hash[SHA256_HEX_BYTES];
};

/* As audit.h has it, which request_audit() made. */
static int check_link(void *data, const struct db_value *columns, size_t n, struct err *err)
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
		DB_ARGS(db_string(verifying->tenant)), check_link, &verifying->chain, err);
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
