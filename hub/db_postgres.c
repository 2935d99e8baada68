/* The hub on PostgreSQL, over libpq; see db.h. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "hub/db.h"

#define KEPT 256
#define TYPE_INT8 20 /* of pg_type */
#define TYPE_INT4 23
#define TYPE_BOOL 16
#define TYPE_NUMERIC 1700

struct postgres {
	struct hub_db db;
	PGconn *conn;
	bool ending; /* a COMMIT is on its way */
	/* Statements that this connection has prepared, as "s0"…; by a hash of their
	 * text. */
	struct kept {
		char *sql;
	} kept[KEPT];
};

/* No connection any more, or a server that is going, coming or full. */
static bool is_away(const char *state)
{
	return state == NULL || strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0 ||
	       strcmp(state, "53300") == 0;
}

/* What a failed result means. A trigger's own word comes as its message. */
static int outcome_of(struct postgres *postgres, const PGresult *result, struct err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (is_away(state)) {
		(void)err_set(err, ERR_BUSY, "database: %s",
			text != NULL ? text : PQerrorMessage(postgres->conn));
		/* Nothing of the transaction is left there, unless it was being ended. */
		return postgres->db.in_transaction && !postgres->ending ? DB_AGAIN : -1;
	}
	if (text == NULL)
		text = state;
	if (strcmp(state, "23505") == 0) {
		(void)err_set(err, ERR_REFUSED, "%s", text);
		return DB_EXISTS;
	}
	/* Integrity constraints, P0001 (RAISE), and row security (42501). */
	if (strncmp(state, "23", 2) == 0 || strcmp(state, "P0001") == 0 ||
		strcmp(state, "42501") == 0) {
		(void)err_set(err, ERR_REFUSED, "%s", text);
		return DB_RULE;
	}
	/* 53200: no room left to note what transactions have read; the older ones end soon. */
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 ||
		strcmp(state, "53200") == 0) {
		(void)err_set(err, ERR_BUSY, "met another transaction");
		return DB_AGAIN;
	}
	return err_set(err, ERR_FAILED, "database: %s", text);
}

/* Ends the result. */
static int finish(struct postgres *postgres, PGresult *result, struct err *err)
{
	ExecStatusType status = PQresultStatus(result);
	int outcome = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
				      status == PGRES_EMPTY_QUERY
			      ? DB_OK
			      : outcome_of(postgres, result, err);

	PQclear(result);
	return outcome;
}

static void forget_statements(struct postgres *postgres)
{
	size_t i;

	for (i = 0; i < KEPT; i++) {
		free(postgres->kept[i].sql);
		postgres->kept[i].sql = NULL;
	}
}

static int postgres_script(struct hub_db *db, const char *sql, struct err *err)
{
	struct postgres *postgres = (struct postgres *)db;

	return finish(postgres, PQexec(postgres->conn, sql), err);
}

static void postgres_close(struct hub_db *db)
{
	struct postgres *postgres = (struct postgres *)db;

	forget_statements(postgres);
	PQfinish(postgres->conn);
	free(postgres);
}

static void keep_silent(void *data, const char *message)
{
	(void)data;
	(void)message;
}

static const char settings[] = "SET client_encoding = 'UTF8'; SET client_min_messages = warning;"
			       "SET default_transaction_isolation = 'read committed';"
			       "SET statement_timeout = '30s'; SET lock_timeout = '10s'";

/* What `where` does not say: a server that is silent is not waited for. */
static PGconn *connect_to(const char *where)
{
	static const char *const names[] = {"connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "application_name", "dbname", NULL};
	const char *const values[] = {"5", "15000", "30", "promptd-hub", where, NULL};

	return PQconnectdbParams(names, values, 1);
}

static int postgres_open(struct hub_db **out, const char *where, struct err *err)
{
	struct postgres *postgres = xcalloc(1, sizeof *postgres);

	postgres->db.driver = &db_driver_postgres;
	postgres->conn = connect_to(where);
	if (PQstatus(postgres->conn) != CONNECTION_OK) {
		(void)err_set(err, ERR_FAILED, "cannot reach PostgreSQL: %s",
			PQerrorMessage(postgres->conn));
		postgres_close(&postgres->db);
		return -1;
	}
	(void)PQsetNoticeProcessor(postgres->conn, keep_silent, NULL);
	if (postgres_script(&postgres->db, settings, err) != 0) {
		postgres_close(&postgres->db);
		return -1;
	}
	*out = &postgres->db;
	return 0;
}

/* The server was started again, or the network gone for a while. What was lost in a
 * transaction stays lost; the next one has a connection. */
static int connected(struct postgres *postgres, struct err *err)
{
	if (postgres->db.in_transaction || PQstatus(postgres->conn) == CONNECTION_OK)
		return 0;
	forget_statements(postgres);
	PQreset(postgres->conn);
	if (PQstatus(postgres->conn) != CONNECTION_OK)
		return err_set(err, ERR_BUSY, "cannot reach PostgreSQL: %s",
			PQerrorMessage(postgres->conn));
	return postgres_script(&postgres->db, settings, err);
}

/* Its name, "s" and where it is kept; prepared at its first use. The types of
 * arguments are the server's to find out. */
static int prepare(struct postgres *postgres, const char *sql, char name[16], struct err *err)
{
	uint32_t hash = 2166136261U; /* FNV-1a */
	struct kept *kept;
	const char *p;
	char drop[32];
	int outcome;

	for (p = sql; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	kept = &postgres->kept[hash % KEPT];
	(void)snprintf(name, 16, "s%u", hash % KEPT);
	if (kept->sql != NULL && strcmp(kept->sql, sql) == 0)
		return 0;
	if (kept->sql != NULL) {
		(void)snprintf(drop, sizeof drop, "DEALLOCATE %s", name);
		free(kept->sql);
		kept->sql = NULL;
		outcome = postgres_script(&postgres->db, drop, err);
		if (outcome != 0)
			return outcome;
	}
	outcome = finish(postgres, PQprepare(postgres->conn, name, sql, 0, NULL), err);
	if (outcome == 0)
		kept->sql = xstrdup(sql);
	return outcome;
}

/* Arguments as libpq takes them: texts with a NUL behind. */
struct arguments {
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX], formats[DB_ARGS_MAX];
	char numbers[DB_ARGS_MAX][24];
};

static void fill(struct arguments *arguments, const struct db_value *args, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		arguments->lengths[i] = 0;
		arguments->formats[i] = 0;
		switch (args[i].kind) {
		case DB_NULL:
			arguments->values[i] = NULL;
			break;
		case DB_NUMBER:
			(void)snprintf(arguments->numbers[i], sizeof arguments->numbers[i], "%lld",
				(long long)args[i].number);
			arguments->values[i] = arguments->numbers[i];
			break;
		case DB_TEXT:
			/* The binary form of a text is its bytes, and needs no NUL. */
			arguments->values[i] = args[i].text.p;
			arguments->lengths[i] = (int)args[i].text.n;
			arguments->formats[i] = 1;
			break;
		}
	}
}

static struct db_value value_of(const PGresult *result, int row, int column)
{
	struct str text = {
		PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)};
	struct db_value value = db_text(text);

	if (PQgetisnull(result, row, column) != 0)
		return db_null();
	switch (PQftype(result, column)) {
	case TYPE_BOOL:
		return db_number(str_is(text, "t") ? 1 : 0);
	case TYPE_INT8:
	case TYPE_INT4:
	case TYPE_NUMERIC: /* what sum() of BIGINT gives; ours are whole */
		value.kind = DB_NUMBER;
		(void)str_to_int(text, INT64_MIN, INT64_MAX, &value.number);
		return value;
	default:
		return value;
	}
}

static int give_rows(const PGresult *result, db_row_fn *fn, void *data, struct err *err)
{
	struct db_value columns[DB_COLUMNS_MAX];
	int row, column, n = PQnfields(result), rc = 0;

	if (n > DB_COLUMNS_MAX)
		return err_set(err, ERR_LIMIT, "too many columns");
	for (row = 0; row < PQntuples(result) && rc == 0; row++) {
		for (column = 0; column < n; column++)
			columns[column] = value_of(result, row, column);
		rc = fn(data, columns, (size_t)n, err);
	}
	return rc;
}

/* The result of a statement, as libpq has it; NULL, when *rc says why. */
static PGresult *execute(struct postgres *postgres, const char *sql,
	const struct arguments *arguments, size_t n_args, int *rc, struct err *err)
{
	char name[16];

	*rc = connected(postgres, err);
	if (*rc == 0)
		*rc = prepare(postgres, sql, name, err);
	if (*rc != 0)
		return NULL;
	return PQexecPrepared(postgres->conn, name, (int)n_args, arguments->values,
		arguments->lengths, arguments->formats, 0);
}

static int postgres_run(struct hub_db *db, const char *sql, const struct db_value *args,
	size_t n_args, db_row_fn *fn, void *data, struct err *err)
{
	struct postgres *postgres = (struct postgres *)db;
	struct arguments arguments;
	PGresult *result;
	int64_t changes = 0;
	int rc;

	if (n_args > DB_ARGS_MAX)
		return err_set(err, ERR_LIMIT, "too many arguments");
	fill(&arguments, args, n_args);
	result = execute(postgres, sql, &arguments, n_args, &rc, err);
	/* One that only reads is asked again of a server that was started anew. */
	if (PQstatus(postgres->conn) != CONNECTION_OK && !db->in_transaction &&
		strncmp(sql, "SELECT", 6) == 0) {
		PQclear(result);
		result = execute(postgres, sql, &arguments, n_args, &rc, err);
	}
	if (rc != 0)
		return rc;
	/* libpq gives NULL for what it could not send: finish() tells that as well. */
	(void)str_to_int(str_of(PQcmdTuples(result)), 0, INT64_MAX, &changes);
	db->changes = changes;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && fn != NULL)
		rc = give_rows(result, fn, data, err);
	return rc != 0 ? (PQclear(result), rc) : finish(postgres, result, err);
}

static int postgres_begin(struct hub_db *db, enum db_mode mode, const char *tenant, struct err *err)
{
	struct postgres *postgres = (struct postgres *)db;
	/* Who only reads needs one state, and nobody has to be told what was read: that is
	 * noted in memory that is small. */
	static const char *const begins[] = {
		[DB_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		[DB_WRITE] = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
		[DB_PEEK] = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"};
	struct buf sql = BUF_INIT(1024);
	char *quoted;
	int rc, try;

	/* The tenant for this transaction only: a connection serves one after another. */
	quoted = PQescapeLiteral(postgres->conn, tenant, strlen(tenant));
	if (quoted == NULL)
		return err_set(err, ERR_MEMORY, "no memory for a transaction");
	(void)buf_add_format(
		&sql, "%s; SELECT set_config('promptd.tenant', %s, true)", begins[mode], quoted);
	PQfreemem(quoted);
	for (try = 0; try < 2; try++) {
		rc = connected(postgres, err);
		if (rc == 0)
			rc = postgres_script(db, buf_text(&sql), err);
		if (rc == 0 || PQstatus(postgres->conn) == CONNECTION_OK)
			break; /* else the server was started anew: once more */
	}
	buf_fini(&sql);
	if (rc != 0 && PQtransactionStatus(postgres->conn) != PQTRANS_IDLE)
		(void)postgres_script(db, "ROLLBACK", NULL);
	return rc;
}

/* One that had failed before answers "ROLLBACK", and is no failure to the server. */
static int postgres_commit(struct hub_db *db, struct err *err)
{
	struct postgres *postgres = (struct postgres *)db;
	PGresult *result = PQexec(postgres->conn, "COMMIT");
	bool kept = PQresultStatus(result) != PGRES_COMMAND_OK ||
		    strcmp(PQcmdStatus(result), "COMMIT") == 0;
	int rc;

	postgres->ending = true;
	rc = finish(postgres, result, err);
	postgres->ending = false;
	return rc != 0 || kept ? rc : err_set(err, ERR_FAILED, "database: nothing was kept");
}

static void postgres_rollback(struct hub_db *db)
{
	struct postgres *postgres = (struct postgres *)db;

	if (PQtransactionStatus(postgres->conn) != PQTRANS_IDLE)
		(void)postgres_script(db, "ROLLBACK", NULL); /* without one it is over anyway */
}

static int postgres_lock_schema(struct hub_db *db, bool lock, struct err *err)
{
	return postgres_script(db,
		lock ? "SET lock_timeout = '60s'; SELECT pg_advisory_lock(7262353)"
		     : "SELECT pg_advisory_unlock(7262353); SET lock_timeout = '10s'",
		err);
}

static int postgres_upkeep(struct hub_db *db, struct err *err)
{
	(void)db;
	(void)err;
	return 0; /* it has its own */
}

const struct db_driver db_driver_postgres = {
	.name = "postgresql",
	.open = postgres_open,
	.close = postgres_close,
	.run = postgres_run,
	.script = postgres_script,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.upkeep = postgres_upkeep,
	.lock_schema = postgres_lock_schema,
};
