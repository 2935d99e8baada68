/*
 * The tables that both databases have: what a backup holds. They are those that the
 * common migrations make; what a migration of one driver makes (search, counters of
 * changes) is made again from them. In the order of their making, so that nothing
 * refers to what comes later.
 */
#ifndef HUB_TABLES_H
#define HUB_TABLES_H

#include "hub/db.h"

#define TABLES_MAX 64
#define TABLE_NAME_MAX 64
#define TABLE_COLUMNS_MAX DB_COLUMNS_MAX
#define TABLE_KEYS_MAX 8

struct table {
	char name[TABLE_NAME_MAX];
	char columns[TABLE_COLUMNS_MAX][TABLE_NAME_MAX];
	size_t n_columns;
	size_t keys[TABLE_KEYS_MAX]; /* of its primary key: places in columns */
	size_t n_keys;
	bool of_tenant; /* its key begins with the tenant: PostgreSQL shows no other's rows */
};

struct tables {
	struct table list[TABLES_MAX];
	size_t n;
};

/* As this database has them; columns that it computes itself are left out. */
int tables_read(struct hub_db *db, struct tables *tables, struct err *err);
/* In a transaction: from here on it is about this tenant's rows. PostgreSQL's second wall
 * lets one tenant through at a time. */
int tables_enter(struct hub_db *db, const char *tenant, struct err *err);
const struct table *tables_find(const struct tables *tables, struct str name);

#endif
