/* A file into an empty database; see dump.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/id.h"
#include "core/json.h"
#include "hub/dump.h"
#include "hub/local.h"
#include "hub/search.h"
#include "hub/tables.h"

struct undump {
	struct hub_db *db;
	FILE *file;
	char *line;
	size_t size; /* of line */
	int64_t number;
	struct tables tables;
	/* What stands above the rows that come. */
	size_t n_columns, tenant_at;
	bool of_tenant;
	char sql[4096];
	char tenant[ID_BYTES]; /* that the rows before were of */
	int64_t rows;
};

/* 1: there is none any more. */
static int next_line(struct undump *undump, struct str *text, struct err *err)
{
	ssize_t n = getline(&undump->line, &undump->size, undump->file);

	if (n < 0 && ferror(undump->file) != 0)
		return err_errno(err, errno, "cannot read the backup");
	if (n < 0)
		return 1;
	undump->number++;
	*text = (struct str){undump->line, (size_t)n};
	return 0;
}

static int strange(const struct undump *undump, const char *what, struct err *err)
{
	return err_set(
		err, ERR_INVALID, "line %lld of the backup %s", (long long)undump->number, what);
}

/* ── is it whole? ──────────────────────────────────────────────────────── */

static int check_head(struct undump *undump, struct dump_told *told, struct err *err)
{
	struct str text;
	json_t *head = NULL;
	int rc = next_line(undump, &text, err);

	if (rc < 0)
		return -1;
	if (rc != 0 || json_door_parse(text, &head, NULL) != 0 ||
		!str_is(json_str(head, "promptd_hub"), "backup")) {
		json_decref(head);
		return err_set(err, ERR_INVALID, "this is no backup of a promptd-hub");
	}
	told->schema = json_integer_value(json_object_get(head, "schema"));
	if (json_integer_value(json_object_get(head, "format")) != 1 || told->schema < 1)
		rc = err_set(err, ERR_NEWER, "this backup was made by a newer promptd-hub");
	json_decref(head);
	return rc;
}

static bool ends(struct str text, const struct dump_told *told)
{
	json_t *end = NULL;
	bool whole = json_door_parse(text, &end, NULL) == 0 &&
		     json_is_true(json_object_get(end, "end")) &&
		     json_integer_value(json_object_get(end, "rows")) == told->rows &&
		     str_is(json_str(end, "sha256"), told->sha256);

	json_decref(end);
	return whole;
}

static int check_all(struct undump *undump, struct dump_told *told, struct err *err)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha, so_far;
	struct str text;
	bool ended = false;
	int rc = check_head(undump, told, err);

	if (rc != 0)
		return -1;
	sha256_init(&sha);
	rewind(undump->file);
	while ((rc = next_line(undump, &text, err)) == 0) {
		if (ended)
			return err_set(
				err, ERR_INVALID, "something stands behind the backup's end");
		told->bytes += (int64_t)text.n;
		if (str_starts(text, "{\"end\":")) {
			so_far = sha;
			sha256_end(&so_far, digest);
			str_hex(digest, sizeof digest, told->sha256);
			ended = ends(text, told);
			if (!ended)
				break;
		}
		told->rows += str_starts(text, "[") ? 1 : 0;
		sha256_add(&sha, text.p, text.n);
	}
	if (rc < 0)
		return -1;
	return ended ? 0
		     : err_set(err, ERR_INVALID,
			       "the backup was cut off or changed: it is not what was written");
}

static int undump_open(struct undump *undump, const char *path, struct err *err)
{
	undump->file = fopen(path, "r");
	if (undump->file != NULL)
		return 0;
	return errno == ENOENT ? err_set(err, ERR_NOT_FOUND, "there is no %s", path)
			       : err_errno(err, errno, "cannot read %s", path);
}

static void undump_close(struct undump *undump)
{
	if (undump->file != NULL)
		(void)fclose(undump->file);
	free(undump->line);
	free(undump);
}

int dump_check(const char *path, struct dump_told *told, struct err *err)
{
	struct undump *undump = xcalloc(1, sizeof *undump);
	int rc;

	*told = (struct dump_told){.rows = 0};
	rc = undump_open(undump, path, err);
	if (rc == 0)
		rc = check_all(undump, told, err);
	undump_close(undump);
	return rc;
}

/* ── rows ──────────────────────────────────────────────────────────────── */

/* INSERT INTO … for the rows that follow. */
static int take_heading(struct undump *undump, const json_t *heading, struct err *err)
{
	const struct table *table = tables_find(&undump->tables, json_str(heading, "table"));
	const json_t *columns = json_object_get(heading, "columns"), *column;
	struct buf sql = BUF_INIT(sizeof undump->sql - 1);
	size_t i, k;

	if (table == NULL || json_array_size(columns) == 0 ||
		json_array_size(columns) > TABLE_COLUMNS_MAX)
		return strange(undump, "names a table that this hub does not have", err);
	(void)buf_add_format(&sql, "INSERT INTO %s (", table->name);
	undump->n_columns = json_array_size(columns);
	undump->of_tenant = table->of_tenant;
	json_array_foreach (columns, i, column) {
		for (k = 0; k < table->n_columns; k++)
			if (json_is_string(column) &&
				strcmp(json_string_value(column), table->columns[k]) == 0)
				break;
		if (k == table->n_columns)
			return buf_fini(&sql),
			       strange(undump, "names a column that this hub does not have", err);
		if (strcmp(table->columns[k], "tenant") == 0)
			undump->tenant_at = i;
		(void)buf_add_format(&sql, "%s%s", i > 0 ? ", " : "", table->columns[k]);
	}
	for (i = 0; i < undump->n_columns; i++)
		(void)buf_add_format(&sql, "%s$%zu", i == 0 ? ") VALUES (" : ", ", i + 1);
	(void)buf_add_char(&sql, ')');
	if (!buf_failed(&sql))
		(void)snprintf(undump->sql, sizeof undump->sql, "%s", buf_text(&sql));
	buf_fini(&sql);
	return 0;
}

/* Rows come by tenant: of the next one from here on. */
static int step_into(struct undump *undump, const json_t *row, struct err *err)
{
	const char *tenant = json_string_value(json_array_get(row, undump->tenant_at));

	if (!undump->of_tenant || tenant == NULL || strcmp(tenant, undump->tenant) == 0)
		return 0;
	(void)snprintf(undump->tenant, sizeof undump->tenant, "%s", tenant);
	return tables_enter(undump->db, tenant, err);
}

static int take_row(struct undump *undump, const json_t *row, struct err *err)
{
	struct db_value args[TABLE_COLUMNS_MAX];
	const json_t *value;
	size_t i;
	int rc;

	if (undump->sql[0] == '\0' || json_array_size(row) != undump->n_columns)
		return strange(undump, "is no row of its table", err);
	json_array_foreach (row, i, value) {
		if (!json_is_string(value) && !json_is_integer(value) && !json_is_null(value))
			return strange(undump, "holds what no table does", err);
		args[i] = json_is_integer(value)  ? db_number(json_integer_value(value))
			  : json_is_string(value) ? db_text((struct str){json_string_value(value),
							    json_string_length(value)})
						  : db_null();
	}
	rc = step_into(undump, row, err);
	if (rc == 0)
		rc = hub_db_run(undump->db, undump->sql, args, undump->n_columns, NULL, NULL, err);
	undump->rows++;
	return rc;
}

static int take_line(struct undump *undump, struct str text, struct err *err)
{
	json_t *json = NULL;
	int rc;

	if (json_door_parse(text, &json, NULL) != 0)
		rc = strange(undump, "is no JSON", err);
	else if (json_is_array(json))
		rc = take_row(undump, json, err);
	else if (json_object_get(json, "table") != NULL)
		rc = take_heading(undump, json, err);
	else
		rc = 0; /* the head and the end */
	json_decref(json);
	return rc;
}

/* ── the rules of the schema, which are about what is done, not about what was ── */

struct rules {
	struct buf drop, make;
};

static int on_rule(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct rules *rules = data;

	(void)n;
	(void)err;
	(void)buf_add_format(
		&rules->drop, "DROP TRIGGER %.*s;", (int)columns[0].text.n, columns[0].text.p);
	(void)buf_add(&rules->make, columns[1].text.p, columns[1].text.n);
	(void)buf_add_str(&rules->make, ";\n");
	return 0;
}

/* For this transaction: a version that was approved long ago comes as such. */
static int suspend_rules(struct hub_db *db, struct rules *rules, struct err *err)
{
	static const char *const tables[] = {"version", "approval", "channel"};
	size_t i;
	int rc;

	buf_clear(&rules->drop);
	buf_clear(&rules->make);
	if (strcmp(hub_db_driver(db), "sqlite") == 0) {
		rc = hub_db_run(db,
			"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name "
			"IN ('version', 'approval', 'channel') AND sql LIKE '%raise(ABORT%'",
			DB_NO_ARGS, on_rule, rules, err);
		return rc != 0 ? rc : db->driver->script(db, buf_text(&rules->drop), err);
	}
	for (i = 0; i < sizeof tables / sizeof *tables; i++) {
		(void)buf_add_format(
			&rules->drop, "ALTER TABLE %s DISABLE TRIGGER USER;", tables[i]);
		(void)buf_add_format(
			&rules->make, "ALTER TABLE %s ENABLE TRIGGER USER;", tables[i]);
	}
	return db->driver->script(db, buf_text(&rules->drop), err);
}

/* ── all of it ─────────────────────────────────────────────────────────── */

static int is_empty(struct hub_db *db, struct err *err)
{
	char tenant[ID_BYTES];
	int rc = local_tenant(db, tenant, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return err_set(err, ERR_REFUSED,
		"there is a hub in this database: a backup is restored into an empty one");
}

/* A new epoch for every tenant, and the restore in its audit log. */
static int renew(struct undump *undump, const char *tenant, struct err *err)
{
	struct local local = {.db = undump->db};
	char epoch[ID_BYTES];
	int rc;

	id_new(epoch);
	(void)snprintf(local.tenant, sizeof local.tenant, "%s", tenant);
	rc = hub_db_run(undump->db, "UPDATE tenant SET epoch = $2 WHERE id = $1",
		DB_ARGS(db_string(tenant), db_string(epoch)), NULL, NULL, err);
	if (rc == 0)
		rc = tables_enter(undump->db, tenant, err);
	return rc != 0 ? rc : local_audit(&local, "hub.restore", tenant, err);
}

static int on_tenant(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	(void)json_array_append_new(data, json_from_str(columns[0].text));
	return 0;
}

static int renew_all(struct undump *undump, struct err *err)
{
	json_t *tenants = json_array(), *tenant;
	size_t i;
	int rc = hub_db_run(
		undump->db, "SELECT id FROM tenant", DB_NO_ARGS, on_tenant, tenants, err);

	json_array_foreach (tenants, i, tenant)
		if (rc == 0)
			rc = renew(undump, json_string_value(tenant), err);
	json_decref(tenants);
	return rc;
}

static int take_lines(struct undump *undump, struct err *err)
{
	struct str text;
	int rc;

	while ((rc = next_line(undump, &text, err)) == 0) {
		rc = take_line(undump, text, err);
		if (rc != 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

static int take_all(struct hub_db *db, void *data, struct err *err)
{
	struct undump *undump = data;
	struct rules rules = {BUF_INIT(65536), BUF_INIT(65536)};
	int rc = is_empty(db, err);

	rewind(undump->file);
	undump->number = undump->rows = 0;
	undump->sql[0] = undump->tenant[0] = '\0';
	if (rc == 0)
		rc = suspend_rules(db, &rules, err);
	if (rc == 0)
		rc = take_lines(undump, err);
	if (rc == 0)
		rc = db->driver->script(db, buf_text(&rules.make), err);
	if (rc == 0)
		rc = renew_all(undump, err);
	buf_fini(&rules.drop);
	buf_fini(&rules.make);
	return rc;
}

/* What is restored is of the schema that it was of, and then brought up to date. */
static int prepare(struct undump *undump, const struct dump_told *told, struct err *err)
{
	int64_t now;

	if (hub_db_migrate_to(undump->db, told->schema, err) != 0 ||
		hub_db_schema(undump->db, &now, err) != 0 || is_empty(undump->db, err) != 0)
		return -1;
	if (now != told->schema)
		return err_set(err, ERR_REFUSED,
			"the backup is of format %lld and this database of %lld: restore into one "
			"that nothing has used yet",
			(long long)told->schema, (long long)now);
	return tables_read(undump->db, &undump->tables, err);
}

int dump_restore(struct hub_db *db, const char *path, struct dump_told *told, struct err *err)
{
	struct undump *undump;
	int rc = dump_check(path, told, err);

	if (rc != 0)
		return rc;
	undump = xcalloc(1, sizeof *undump);
	undump->db = db;
	rc = undump_open(undump, path, err);
	if (rc == 0)
		rc = prepare(undump, told, err);
	if (rc == 0)
		rc = hub_transaction(db, DB_WRITE, "", take_all, undump, err);
	undump_close(undump);
	if (rc > 0 && err->code != ERR_INVALID)
		err->code = ERR_FAILED;
	if (rc != 0)
		return -1;
	/* What is made of the rest of it. */
	return hub_db_migrate(db, err) != 0 || search_fill(db, err) != 0 ? -1 : 0;
}
