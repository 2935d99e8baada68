/* Which tables there are; see tables.h. */
#include "hub/tables.h"

#include <stdio.h>
#include <string.h>

#include "schema/schema.h"

static bool is_common(const char *file)
{
	return strchr(file, '.') == strrchr(file, '.'); /* "0001_hub.sql" */
}

static void add_table(struct tables *tables, struct str name)
{
	if (tables_find(tables, name) != NULL || tables->n == TABLES_MAX ||
		name.n >= TABLE_NAME_MAX)
		return;
	(void)snprintf(tables->list[tables->n++].name, TABLE_NAME_MAX, "%.*s", (int)name.n, name.p);
}

static void find_names(struct tables *tables, const char *sql)
{
	struct str line, rest = str_of(sql), after;

	while (str_next_line(&rest, &line)) {
		if (!str_starts(line, "CREATE TABLE "))
			continue;
		line = (struct str){line.p + 13, line.n - 13};
		add_table(tables, str_cut(line, ' ', &after));
	}
}

const struct table *tables_find(const struct tables *tables, struct str name)
{
	size_t i;

	for (i = 0; i < tables->n; i++)
		if (str_is(name, tables->list[i].name))
			return &tables->list[i];
	return NULL;
}

/* Name and, of what is in the primary key, the place in it from 1. */
static int on_column(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct table *table = data;
	size_t place = (size_t)columns[1].number;

	(void)n;
	if (table->n_columns == TABLE_COLUMNS_MAX || place > TABLE_KEYS_MAX ||
		columns[0].text.n >= TABLE_NAME_MAX)
		return err_set(err, ERR_LIMIT, "the table %s is too wide", table->name);
	if (place > 0) {
		table->keys[place - 1] = table->n_columns;
		table->n_keys = place > table->n_keys ? place : table->n_keys;
	}
	db_copy(&columns[0], table->columns[table->n_columns++], TABLE_NAME_MAX);
	return 0;
}

/* hidden: 2 and 3 are computed ones. */
static const char of_sqlite[] =
	"SELECT name, pk FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY cid";
static const char of_postgres[] =
	"SELECT c.column_name::text, coalesce((SELECT k.ordinal_position FROM "
	"information_schema.table_constraints t JOIN information_schema.key_column_usage k ON "
	"k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name WHERE "
	"t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = "
	"'PRIMARY KEY' AND k.column_name = c.column_name), 0)::bigint FROM "
	"information_schema.columns c WHERE c.table_schema = current_schema() AND c.table_name = "
	"$1::text AND c.is_generated = 'NEVER' AND c.data_type IN ('text', 'bigint') ORDER BY "
	"c.ordinal_position";

int tables_read(struct hub_db *db, struct tables *tables, struct err *err)
{
	const char *sql = strcmp(hub_db_driver(db), "sqlite") == 0 ? of_sqlite : of_postgres;
	struct table *table;
	size_t i, n = 0;
	int rc;

	tables->n = 0;
	for (i = 0; schema_hub[i].name != NULL; i++)
		if (is_common(schema_hub[i].name))
			find_names(tables, schema_hub[i].text);
	for (i = 0; i < tables->n; i++) {
		table = &tables->list[i];
		rc = hub_db_run(db, sql, DB_ARGS(db_string(table->name)), on_column, table, err);
		if (rc != 0)
			return -1;
		if (table->n_columns == 0)
			continue; /* not made yet, or gone */
		if (table->n_keys == 0)
			return err_set(err, ERR_FAILED, "the table %s has no key", table->name);
		table->of_tenant = strcmp(table->columns[table->keys[0]], "tenant") == 0;
		if (n != i)
			tables->list[n] = *table;
		n++;
	}
	tables->n = n;
	return 0;
}

int tables_enter(struct hub_db *db, const char *tenant, struct err *err)
{
	if (strcmp(hub_db_driver(db), "sqlite") == 0)
		return 0;
	return hub_db_run(db, "SELECT set_config('promptd.tenant', $1, true)",
		DB_ARGS(db_string(tenant)), NULL, NULL, err);
}
