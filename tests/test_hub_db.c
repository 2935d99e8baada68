/* hub/db: the same rules on both databases. */
#include <pthread.h>

#include "tests/hub.h"

#define TENANT "t1"

static void must(struct hub_db *db, const char *sql, const struct db_value *args, size_t n)
{
	struct err err;
	int rc = hub_db_run(db, sql, args, n, NULL, NULL, &err);

	if (rc != 0)
		(void)fprintf(stderr, "%s\n%s\n", sql, err.text);
	CHECK(rc == 0);
}

struct one {
	int64_t number;
	char text[64];
	unsigned rows;
};

static int take(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct one *one = data;

	(void)err;
	CHECK(n == 2);
	one->rows++;
	one->number = columns[0].number;
	(void)snprintf(one->text, sizeof one->text, "%s%.*s",
		columns[1].kind == DB_NULL ? "NULL" : "", (int)columns[1].text.n,
		columns[1].kind == DB_NULL ? "" : columns[1].text.p);
	return 0;
}

static int insert_people(struct hub_db *db, void *data, struct err *err)
{
	static const char *const names[] = {"anna", "ben", "cleo"};
	size_t i;

	(void)data;
	(void)err;
	for (i = 0; i < 3; i++)
		must(db,
			"INSERT INTO person (tenant, id, email, name, role, created_ms, updated_ms)"
			" VALUES ($1, $2, $2, $2, 'prompt_owner', 1, 1)",
			DB_ARGS(db_string(TENANT), db_string(names[i])));
	must(db,
		"INSERT INTO prompt (tenant, id, slug, title, owner_id, created_ms, updated_ms) "
		"VALUES ($1, 'p', 'a/b', 'B', 'anna', 1, 1)",
		DB_ARGS(db_string(TENANT)));
	must(db,
		"INSERT INTO version (tenant, prompt_id, number, messages, inputs, digest, "
		"size_bytes, created_by, created_ms) VALUES ($1, 'p', 1, '[]', '[]', 'd', 2, "
		"'anna', 1)",
		DB_ARGS(db_string(TENANT)));
	return 0;
}

static void begin_world(struct hub_db *db)
{
	struct err err;

	must(db, "INSERT INTO tenant (id, name, epoch, created_ms) VALUES ($1, 'T', 'e', 1)",
		DB_ARGS(db_string(TENANT)));
	CHECK(hub_transaction(db, DB_WRITE, TENANT, insert_people, NULL, &err) == 0);
}

static void values_come_back_as_they_went(struct hub_db *db, const char *url)
{
	struct one one = {.rows = 0};
	struct err err;

	(void)url;
	must(db, "INSERT INTO login (email, tenant, user_id) SELECT $2, $1, $2 WHERE 1 = 0",
		DB_ARGS(db_string("x"), db_string("y")));
	CHECK(hub_db_changes(db) == 0);
	begin_world(db);
	must(db, "INSERT INTO login (email, tenant, user_id, password) VALUES ($3, $1, $2, $4)",
		DB_ARGS(db_string(TENANT), db_text((struct str){"\xc3\xa4nnaXX", 5}),
			db_string("a@b"), db_text((struct str){NULL, 0})));
	CHECK(hub_db_changes(db) == 1);
	CHECK(hub_db_run(db, "SELECT 9007199254740993 AS n, user_id FROM login WHERE email = $1",
		      DB_ARGS(db_string("a@b")), take, &one, &err) == 0);
	CHECK(one.rows == 1 && one.number == 9007199254740993);
	CHECK_STR(one.text, "\xc3\xa4nna");
	CHECK(hub_db_run(db, "SELECT count(*), min(password) FROM login", DB_NO_ARGS, take, &one,
		      &err) == 0);
	CHECK(one.number == 1);
	CHECK_STR(one.text, "NULL");
	CHECK(hub_db_run(db, "INSERT INTO login (email, tenant, user_id) VALUES ($1, $2, 'z')",
		      DB_ARGS(db_string("a@b"), db_string(TENANT)), NULL, NULL, &err) == DB_EXISTS);
	CHECK(hub_db_run(db, "INSERT INTO login (email, tenant, user_id) VALUES ($1, $2, 'z')",
		      DB_ARGS(db_string("c@b"), db_string("none")), NULL, NULL, &err) == DB_RULE);
	CHECK(hub_db_run(db, "SELECT nothing FROM nowhere", DB_NO_ARGS, NULL, NULL, &err) == -1);
}

/* One statement in a transaction; what it came to. */
struct attempt {
	const char *sql;
	char word[64];
};

static int try_it(struct hub_db *db, void *data, struct err *err)
{
	struct attempt *attempt = data;

	return hub_db_run(db, attempt->sql, DB_ARGS(db_string(TENANT)), NULL, NULL, err);
}

static void refused(struct hub_db *db, const char *sql, const char *word)
{
	struct attempt attempt = {.sql = sql};
	struct err err = {.text = ""};
	int rc = hub_transaction(db, DB_WRITE, TENANT, try_it, &attempt, &err);

	if (rc != DB_RULE || strcmp(err.text, word) != 0)
		(void)fprintf(stderr, "%s\nrc %d, %s\n", sql, rc, err.text);
	CHECK(rc == DB_RULE);
	CHECK_STR(err.text, word);
}

static void done(struct hub_db *db, const char *sql)
{
	struct attempt attempt = {.sql = sql};
	struct err err = {.text = ""};

	if (hub_transaction(db, DB_WRITE, TENANT, try_it, &attempt, &err) != 0) {
		(void)fprintf(stderr, "%s\n%s\n", sql, err.text);
		exit(1);
	}
}

#define SET(what) "UPDATE version SET " what " WHERE tenant = $1 AND prompt_id = 'p'"
#define APPROVE(who, digest)                                                                    \
	"INSERT INTO approval (tenant, prompt_id, number, user_id, digest, at_ms) VALUES ($1, " \
	"'p', 1, '" who "', '" digest "', 1)"
#define POINT(name)                                                                           \
	"INSERT INTO channel (tenant, prompt_id, name, number, updated_ms) VALUES ($1, 'p', " \
	"'" name "', 1, 1)"

static void nobody_passes_the_lifecycle_by(struct hub_db *db, const char *url)
{
	(void)url;
	begin_world(db);
	refused(db, SET("messages = '[1]'"), "version_immutable");
	refused(db, SET("digest = 'e'"), "version_immutable");
	refused(db, SET("state = 'approved'"), "invalid_transition");
	refused(db, APPROVE("ben", "d"), "not_in_review");
	refused(db, POINT("production"), "not_approved");
	done(db, POINT("experimental"));
	done(db, SET("state = 'in_review'"));
	refused(db, SET("state = 'approved'"), "approvals_missing");
	refused(db, APPROVE("anna", "d"), "own_version");
	refused(db, APPROVE("ben", "other"), "not_in_review");
	done(db, APPROVE("ben", "d"));
	done(db, "UPDATE tenant SET approval = 'strict' WHERE id = $1");
	refused(db, SET("state = 'approved'"), "approvals_missing");
	done(db, APPROVE("cleo", "d"));
	done(db, SET("state = 'approved'"));
	done(db, POINT("production"));
	refused(db, SET("state = 'in_review'"), "invalid_transition");
	refused(db,
		"INSERT INTO version (tenant, prompt_id, number, messages, inputs, digest, "
		"size_bytes, created_by, created_ms) VALUES ($1, 'p', 3, '[]', '[]', 'd', 2, "
		"'anna', 1)",
		"version_number");
	refused(db,
		"INSERT INTO version (tenant, prompt_id, number, messages, inputs, digest, "
		"size_bytes, created_by, created_ms, state) VALUES ($1, 'p', 2, '[]', '[]', 'd', "
		"2, 'anna', 1, 'approved')",
		"version_number");
	done(db, "INSERT INTO audit (tenant, number, at_ms, user_id, action, object_id, details, "
		 "previous, hash) VALUES ($1, 1, 1, '', 'a', '', '{}', '', 'h')");
	refused(db, "UPDATE audit SET action = 'b' WHERE tenant = $1", "audit_immutable");
}

static void two_approvers_are_for_what_is_everybodys(struct hub_db *db, const char *url)
{
	(void)url;
	begin_world(db);
	done(db, "INSERT INTO team (tenant, id, name, created_ms) VALUES ($1, 'x', 'x', 1)");
	done(db, "UPDATE tenant SET approval = 'strict' WHERE id = $1");
	done(db, SET("state = 'in_review'"));
	done(db, APPROVE("ben", "d"));
	refused(db, SET("state = 'approved'"), "approvals_missing");
	done(db, "UPDATE prompt SET team_id = 'x' WHERE tenant = $1");
	done(db, SET("state = 'approved'"));
}

static int fail_late(struct hub_db *db, void *data, struct err *err)
{
	(void)data;
	must(db, "UPDATE person SET name = 'changed' WHERE tenant = $1",
		DB_ARGS(db_string(TENANT)));
	return err_set(err, ERR_FAILED, "on purpose");
}

static int count_changed(struct hub_db *db, void *data, struct err *err)
{
	return hub_db_run(db,
		"SELECT count(*), min(name) FROM person WHERE tenant = $1 AND name = 'changed'",
		DB_ARGS(db_string(TENANT)), take, data, err);
}

static void half_a_transaction_is_none(struct hub_db *db, const char *url)
{
	struct one one = {.rows = 0};
	struct err err;

	(void)url;
	begin_world(db);
	CHECK(hub_transaction(db, DB_WRITE, TENANT, fail_late, NULL, &err) == -1);
	CHECK_STR(err.text, "on purpose");
	CHECK(hub_transaction(db, DB_READ, TENANT, count_changed, &one, &err) == 0);
	CHECK(one.number == 0);
}

/* PostgreSQL shows the rows of the tenant that the transaction named, and no others. */
static int count_people(struct hub_db *db, void *data, struct err *err)
{
	return hub_db_run(
		db, "SELECT count(*), min(name) FROM person", DB_NO_ARGS, take, data, err);
}

static int insert_one(struct hub_db *db, void *data, struct err *err)
{
	(void)data;
	return hub_db_run(db,
		"INSERT INTO team (tenant, id, name, created_ms) VALUES ($1, 'x', 'x', 1)",
		DB_ARGS(db_string(TENANT)), NULL, NULL, err);
}

static void another_tenant_sees_no_rows(struct hub_db *db, const char *url)
{
	struct one one = {.rows = 0};
	struct err err;

	(void)url;
	begin_world(db);
	if (strcmp(hub_db_driver(db), "sqlite") == 0)
		return; /* has no second wall */
	CHECK(hub_transaction(db, DB_READ, "t2", count_people, &one, &err) == 0);
	CHECK(one.rows == 1 && one.number == 0);
	one.rows = 0;
	CHECK(hub_transaction(db, DB_WRITE, "t2", insert_one, NULL, &err) == DB_RULE);
	/* Nor does one that named none, nor one after that on the same connection. */
	CHECK(count_people(db, &one, &err) == 0 && one.number == 0);
	CHECK(hub_transaction(db, DB_READ, TENANT, count_people, &one, &err) == 0);
	CHECK(one.number == 3);
	CHECK(count_people(db, &one, &err) == 0 && one.number == 0);
}

/* Each of several writers adds to one counter: none may be lost. */
#define WRITERS 4
#define ROUNDS 25
static int bump(struct hub_db *db, void *data, struct err *err)
{
	struct one one = {.rows = 0};
	int rc = hub_db_run(db, "SELECT seq, name FROM tenant WHERE id = $1",
		DB_ARGS(db_string(TENANT)), take, &one, err);

	(void)data;
	if (rc != 0)
		return rc;
	return hub_db_run(db, "UPDATE tenant SET seq = $2 WHERE id = $1",
		DB_ARGS(db_string(TENANT), db_number(one.number + 1)), NULL, NULL, err);
}

static void *write_often(void *data)
{
	struct hub_db *db;
	struct err err;
	int i, tries;

	CHECK(hub_db_open(&db, data, &err) == 0);
	for (i = 0; i < ROUNDS; i++) {
		for (tries = 0; tries < 20; tries++)
			if (hub_transaction(db, DB_WRITE, TENANT, bump, NULL, &err) == 0)
				break;
		CHECK(tries < 20);
	}
	hub_db_close(db);
	return NULL;
}

static void writers_at_once_lose_nothing(struct hub_db *db, const char *url)
{
	pthread_t threads[WRITERS];
	struct one one = {.rows = 0};
	struct err err;
	int i;

	begin_world(db);
	for (i = 0; i < WRITERS; i++)
		CHECK(pthread_create(&threads[i], NULL, write_often, (void *)(uintptr_t)url) == 0);
	for (i = 0; i < WRITERS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	CHECK(hub_db_run(db, "SELECT seq, name FROM tenant", DB_NO_ARGS, take, &one, &err) == 0);
	CHECK(one.number == WRITERS * ROUNDS);
}

static void *migrate_again(void *data)
{
	struct hub_db *db;
	struct err err;

	CHECK(hub_db_open(&db, data, &err) == 0);
	if (hub_db_migrate(db, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	hub_db_close(db);
	return NULL;
}

struct opening {
	pthread_barrier_t *together;
	const char *url;
};

static void *open_together(void *data)
{
	const struct opening *opening = data;
	struct hub_db *db;
	struct err err;

	(void)pthread_barrier_wait(opening->together);
	CHECK(hub_db_open(&db, opening->url, &err) == 0);
	hub_db_close(db);
	return NULL;
}

static void a_new_file_is_opened_by_several_at_once(void)
{
	struct hub_place place;
	pthread_barrier_t together;
	struct opening opening = {&together, place.url};
	pthread_t threads[4];
	size_t i, round;

	CHECK(pthread_barrier_init(&together, NULL, 4) == 0);
	for (round = 0; round < 100; round++) {
		hub_place_make(&place, false);
		for (i = 0; i < 4; i++)
			CHECK(pthread_create(&threads[i], NULL, open_together, &opening) == 0);
		for (i = 0; i < 4; i++)
			CHECK(pthread_join(threads[i], NULL) == 0);
		hub_place_remove(&place);
	}
	(void)pthread_barrier_destroy(&together);
}

static void migrations_are_done_once(void)
{
	char socket[256];
	struct hub_place place;
	struct hub_db *db;
	pthread_t threads[3];
	struct err err;
	int64_t number;
	int i, k, n = hub_postgres(socket, sizeof socket) ? 2 : 1;

	for (k = 0; k < n; k++) {
		hub_place_make(&place, k == 1);
		for (i = 0; i < 3; i++)
			CHECK(pthread_create(&threads[i], NULL, migrate_again, place.url) == 0);
		for (i = 0; i < 3; i++)
			CHECK(pthread_join(threads[i], NULL) == 0);
		CHECK(hub_db_open(&db, place.url, &err) == 0);
		CHECK(hub_db_schema(db, &number, &err) == 0 && number >= 3);
		must(db, "INSERT INTO hub_schema (number, name) VALUES (9999, 'later')",
			DB_NO_ARGS);
		CHECK(hub_db_migrate(db, &err) == -1 && err.code == ERR_NEWER);
		hub_db_close(db);
		hub_place_remove(&place);
	}
}

static void a_wrong_address_is_told(void)
{
	struct hub_db *db;
	struct err err;

	CHECK(hub_db_open(&db, "mysql:x", &err) == -1 && err.code == ERR_INVALID);
	CHECK(hub_db_open(&db, "sqlite:/nowhere/at/all.db", &err) == -1);
	CHECK(hub_db_open(&db, "postgresql:///x?host=/nowhere", &err) == -1);
}

int main(void)
{
	char socket[256];

	if (!hub_postgres(socket, sizeof socket))
		(void)printf("skipped: PostgreSQL's half (it is not running)\n");
	HUB_RUN(values_come_back_as_they_went);
	HUB_RUN(nobody_passes_the_lifecycle_by);
	HUB_RUN(two_approvers_are_for_what_is_everybodys);
	HUB_RUN(half_a_transaction_is_none);
	HUB_RUN(another_tenant_sees_no_rows);
	HUB_RUN(writers_at_once_lose_nothing);
	RUN(a_new_file_is_opened_by_several_at_once);
	RUN(migrations_are_done_once);
	RUN(a_wrong_address_is_told);
	return 0;
}
