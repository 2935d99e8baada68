/* Executions: somebody used a version with a model, and says how it went. */
#include "hub/door.h"
#include "hub/prompts.h"
#include "hub/routes_all.h"

#define MODEL_MAX 200
#define NOTES_MAX 4096

#define SHAPE "id prompt_id version user_id model rating success:b notes executed_at:t"
#define COLUMNS                                                                             \
	"SELECT id, prompt_id, number, user_id, model, rating, success, notes, executed_ms" \
	" FROM execution WHERE tenant = $1 "

/* The newest first. A consumer sees their own; who writes the prompt sees everybody's. */
int route_execution_list(struct request *request, struct err *err)
{
	struct prompt_facts facts;
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = prompt_find(request, &facts, err)) != 0)
		return rc;
	return request_list(request, limit, "id", SHAPE,
		COLUMNS "AND prompt_id = $2 AND ($3 = '' OR id < $3) AND ($5 > 0 OR user_id = $6) "
			"ORDER BY id DESC LIMIT $4",
		DB_ARGS(TENANT(request), db_string(facts.id), db_text(cursor), db_number(limit + 1),
			db_number(request->who.role), USER(request)),
		err);
}

struct execution {
	struct str model, notes;
	int64_t version, rating; /* 0: not said */
	bool success;
};

static int read_execution(struct request *request, struct execution *execution)
{
	const json_t *success = json_object_get(request->body, "success");
	int rc;

	*execution = (struct execution){.success = !json_is_false(success)};
	if (success != NULL && !json_is_boolean(success))
		return request_refuse_field(request, "success", "success is true or false");
	if ((rc = request_text(request, "model", MODEL_MAX, &execution->model)) != 0 ||
		(rc = door_text(request, "notes", NOTES_MAX, &execution->notes)) != 0 ||
		(rc = request_number(request, "rating", 1, 5, &execution->rating)) != 0)
		return rc;
	return request_number(request, "version", 1, INT64_MAX, &execution->version);
}

/* What was used: the version in production when nothing is said, and for consumers one
 * that was approved. */
static int find_version(struct request *request, const struct prompt_facts *facts, int64_t *version,
	struct err *err)
{
	int64_t found = 0;
	int rc = *version == 0
			 ? request_count(request,
				   "SELECT number FROM channel WHERE tenant = $1 AND prompt_id = "
				   "$2 AND name = 'production'",
				   DB_ARGS(TENANT(request), db_string(facts->id)), &found, err)
			 : request_count(request,
				   "SELECT number FROM version WHERE tenant = $1 AND prompt_id = "
				   "$2 AND number = $3 AND ($4 > 0 OR state IN ('approved', "
				   "'deprecated'))",
				   DB_ARGS(TENANT(request), db_string(facts->id),
					   db_number(*version), db_number(request->who.role)),
				   &found, err);

	if (rc == 0 && found == 0)
		return request_refuse_field(request, "version", "there is no such version");
	*version = found;
	return rc;
}

int route_execution_create(struct request *request, struct err *err)
{
	struct execution execution;
	struct prompt_facts facts;
	char id[ID_BYTES];
	json_t *object;
	int rc = prompt_find(request, &facts, err);

	if (rc != 0 || (rc = read_execution(request, &execution)) != 0 ||
		(rc = find_version(request, &facts, &execution.version, err)) != 0)
		return rc;
	id_new(id);
	rc = request_do(request,
		"INSERT INTO execution (tenant, id, prompt_id, number, user_id, model, rating, "
		"success, notes, executed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		DB_ARGS(TENANT(request), db_string(id), db_string(facts.id),
			db_number(execution.version), USER(request),
			db_text_or_empty(execution.model),
			execution.rating > 0 ? db_number(execution.rating) : db_null(),
			db_number(execution.success ? 1 : 0), db_text_or_empty(execution.notes),
			db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = request_row(request, SHAPE, COLUMNS "AND id = $2",
			DB_ARGS(TENANT(request), db_string(id)), &object, err);
	return rc != 0 ? rc : request_answer(request, 201, object);
}
