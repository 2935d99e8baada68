/* A hub into a file; see dump.h. */
#include "hub/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/id.h"
#include "hub/tables.h"

#define PAGE 100 /* rows asked for at once; a version may be large */
#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define TENANTS_MAX 10000

struct dump {
	struct hub_db *db;
	struct tables tables;
	FILE *file;
	struct sha256 sha;
	struct buf line;
	struct dump_told *told;
	/* Of the page that is being read. */
	const struct table *table;
	char *last[TABLE_KEYS_MAX]; /* the key of its last row */
	int64_t last_numbers[TABLE_KEYS_MAX];
	char *from[TABLE_KEYS_MAX]; /* that of the page before: bound while rows come */
	size_t n_rows;
};

static int write_line(struct dump *dump, bool counted, struct err *err)
{
	struct buf *line = &dump->line;

	(void)buf_add_char(line, '\n');
	if (buf_failed(line))
		return err_set(err, ERR_LIMIT, "a row is larger than %zu bytes", LINE_MAX_BYTES);
	if (fwrite(line->data, 1, line->len, dump->file) != line->len)
		return err_errno(err, errno, "cannot write the backup");
	if (counted)
		sha256_add(&dump->sha, line->data, line->len);
	dump->told->bytes += (int64_t)line->len;
	buf_drain(line, 1024UL * 1024);
	return 0;
}

static void add_json(struct buf *line, const struct db_value *value)
{
	if (value->kind == DB_NULL)
		(void)buf_add_str(line, "null");
	else if (value->kind == DB_NUMBER)
		(void)buf_add_format(line, "%lld", (long long)value->number);
	else
		(void)buf_add_json_string(line, value->text.p, value->text.n);
}

static int on_row(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct dump *dump = data;
	const struct table *table = dump->table;
	size_t i;

	if (n != table->n_columns)
		return err_set(err, ERR_FAILED, "%s has other columns", table->name);
	for (i = 0; i < n; i++) {
		(void)buf_add_char(&dump->line, i == 0 ? '[' : ',');
		add_json(&dump->line, &columns[i]);
	}
	(void)buf_add_char(&dump->line, ']');
	for (i = 0; i < table->n_keys; i++) {
		const struct db_value *key = &columns[table->keys[i]];

		free(dump->last[i]);
		dump->last[i] = key->kind == DB_TEXT ? str_dup(key->text) : NULL;
		dump->last_numbers[i] = key->number;
	}
	dump->n_rows++;
	dump->told->rows++;
	return write_line(dump, true, err);
}

static void add_columns(struct buf *sql, const struct table *table)
{
	size_t i;

	for (i = 0; i < table->n_columns; i++)
		(void)buf_add_format(sql, "%s%s", i > 0 ? ", " : "", table->columns[i]);
}

/* SELECT … WHERE (key) > ($1, …) AND tenant = $n ORDER BY key LIMIT n. */
static void page_sql(const struct table *table, bool first, bool of_tenant, struct buf *sql)
{
	size_t i;

	(void)buf_add_str(sql, "SELECT ");
	add_columns(sql, table);
	(void)buf_add_format(sql, " FROM %s", table->name);
	if (!first) {
		for (i = 0; i < table->n_keys; i++)
			(void)buf_add_format(sql, "%s%s", i == 0 ? " WHERE (" : ", ",
				table->columns[table->keys[i]]);
		for (i = 0; i < table->n_keys; i++)
			(void)buf_add_format(sql, "%s$%zu", i == 0 ? ") > (" : ", ", i + 1);
		(void)buf_add_char(sql, ')');
	}
	if (of_tenant)
		(void)buf_add_format(sql, "%s tenant = $%zu", first ? " WHERE" : " AND",
			first ? 1 : table->n_keys + 1);
	for (i = 0; i < table->n_keys; i++)
		(void)buf_add_format(
			sql, "%s%s", i == 0 ? " ORDER BY " : ", ", table->columns[table->keys[i]]);
	(void)buf_add_format(sql, " LIMIT %d", PAGE);
}

static int read_page(struct dump *dump, const char *tenant, bool first, struct err *err)
{
	struct db_value args[TABLE_KEYS_MAX + 1];
	struct buf sql = BUF_INIT(8192);
	size_t i, n = 0;
	int rc;

	page_sql(dump->table, first, tenant != NULL, &sql);
	for (i = 0; i < dump->table->n_keys && !first; i++) {
		free(dump->from[i]);
		dump->from[i] = dump->last[i];
		dump->last[i] = NULL;
		args[n++] = dump->from[i] != NULL ? db_string(dump->from[i])
						  : db_number(dump->last_numbers[i]);
	}
	if (tenant != NULL)
		args[n++] = db_string(tenant);
	dump->n_rows = 0;
	rc = buf_failed(&sql) ? err_set(err, ERR_LIMIT, "%s is too wide", dump->table->name)
			      : hub_db_run(dump->db, buf_text(&sql), args, n, on_row, dump, err);
	buf_fini(&sql);
	return rc;
}

static int write_rows(struct dump *dump, const char *tenant, struct err *err)
{
	int rc = read_page(dump, tenant, true, err);

	while (rc == 0 && dump->n_rows == PAGE)
		rc = read_page(dump, tenant, false, err);
	return rc;
}

static int write_heading(struct dump *dump, struct err *err)
{
	size_t i;

	(void)buf_add_format(&dump->line, "{\"table\":\"%s\",\"columns\":", dump->table->name);
	for (i = 0; i < dump->table->n_columns; i++)
		(void)buf_add_format(
			&dump->line, "%s\"%s\"", i == 0 ? "[" : ",", dump->table->columns[i]);
	(void)buf_add_str(&dump->line, "]}");
	return write_line(dump, true, err);
}

/* ── all of it ─────────────────────────────────────────────────────────── */

struct ids {
	char (*list)[ID_BYTES];
	size_t n;
};

static int on_tenant(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct ids *ids = data;

	(void)n;
	if (ids->n == TENANTS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d tenants", TENANTS_MAX);
	db_copy(&columns[0], ids->list[ids->n++], ID_BYTES);
	return 0;
}

static int write_table(struct dump *dump, const struct ids *ids, struct err *err)
{
	size_t i;
	int rc = write_heading(dump, err);

	if (rc == 0 && !dump->table->of_tenant)
		return write_rows(dump, NULL, err);
	for (i = 0; i < ids->n && rc == 0; i++) {
		rc = tables_enter(dump->db, ids->list[i], err);
		if (rc == 0)
			rc = write_rows(dump, ids->list[i], err);
	}
	return rc;
}

static int write_head(struct dump *dump, struct err *err)
{
	char now[CLOCK_TEXT_BYTES];

	clock_format(clock_now_ms(), now);
	(void)buf_add_format(&dump->line,
		"{\"promptd_hub\":\"backup\",\"format\":1,\"schema\":%lld,\"driver\":\"%s\","
		"\"created_at\":\"%s\"}",
		(long long)dump->told->schema, hub_db_driver(dump->db), now);
	return write_line(dump, true, err);
}

static int write_end(struct dump *dump, struct err *err)
{
	unsigned char digest[SHA256_BYTES];

	sha256_end(&dump->sha, digest);
	str_hex(digest, sizeof digest, dump->told->sha256);
	(void)buf_add_format(&dump->line, "{\"end\":true,\"rows\":%lld,\"sha256\":\"%s\"}",
		(long long)dump->told->rows, dump->told->sha256);
	return write_line(dump, false, err);
}

/* May be begun again: PostgreSQL may have met another transaction. */
static int write_all(struct hub_db *db, void *data, struct err *err)
{
	struct dump *dump = data;
	struct ids ids = {xcalloc(TENANTS_MAX, ID_BYTES), 0};
	size_t i;
	int rc = 0;

	rewind(dump->file);
	if (ftruncate(fileno(dump->file), 0) != 0)
		rc = err_errno(err, errno, "cannot write the backup");
	sha256_init(&dump->sha);
	buf_clear(&dump->line);
	dump->told->rows = dump->told->bytes = 0;
	if (rc == 0)
		rc = write_head(dump, err);
	if (rc == 0)
		rc = hub_db_run(
			db, "SELECT id FROM tenant ORDER BY id", DB_NO_ARGS, on_tenant, &ids, err);
	for (i = 0; i < dump->tables.n && rc == 0; i++) {
		dump->table = &dump->tables.list[i];
		rc = write_table(dump, &ids, err);
	}
	free(ids.list);
	return rc;
}

static int write_file(struct dump *dump, struct err *err)
{
	if (tables_read(dump->db, &dump->tables, err) != 0 ||
		hub_db_schema(dump->db, &dump->told->schema, err) != 0 ||
		hub_transaction(dump->db, DB_READ, "", write_all, dump, err) != 0 ||
		write_end(dump, err) != 0)
		return -1;
	if (fflush(dump->file) != 0 || fsync(fileno(dump->file)) != 0)
		return err_errno(err, errno, "cannot write the backup");
	return 0;
}

/* Under its own name once it is whole; link() never replaces what is there. */
static int give_name(const char *part, const char *path, struct err *err)
{
	char *copy = xstrdup(path);
	int fd, rc = 0;

	if (link(part, path) != 0)
		rc = errno == EEXIST ? err_set(err, ERR_REFUSED, "%s is there already", path)
				     : err_errno(err, errno, "cannot make %s", path);
	(void)unlink(part);
	fd = open(dirname(copy), O_RDONLY);
	if (fd >= 0) {
		(void)fsync(fd); /* some file systems cannot, and need it not */
		(void)close(fd);
	}
	free(copy);
	return rc;
}

int dump_write(struct hub_db *db, const char *path, struct dump_told *told, struct err *err)
{
	struct dump *dump;
	char part[4096];
	size_t i;
	int fd, rc;

	*told = (struct dump_told){.rows = 0};
	if (access(path, F_OK) == 0)
		return err_set(err, ERR_REFUSED, "%s is there already", path);
	if ((size_t)snprintf(part, sizeof part, "%s.XXXXXX", path) >= sizeof part)
		return err_set(err, ERR_INVALID, "the file's name is too long");
	fd = mkstemp(part);
	if (fd < 0)
		return err_errno(err, errno, "cannot make %s", path);
	dump = xcalloc(1, sizeof *dump);
	dump->db = db;
	dump->told = told;
	dump->file = fdopen(fd, "w");
	buf_init(&dump->line, LINE_MAX_BYTES);
	rc = write_file(dump, err);
	(void)fclose(dump->file);
	if (rc == 0)
		rc = give_name(part, path, err);
	else
		(void)unlink(part);
	for (i = 0; i < TABLE_KEYS_MAX; i++) {
		free(dump->last[i]);
		free(dump->from[i]);
	}
	buf_fini(&dump->line);
	free(dump);
	return rc;
}
