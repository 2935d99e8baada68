/* GET /api/v1/sync/stream, as sync.md has it: that something changed, and nothing of
 * what. Everything else about it is in streams.h. */
#include "hub/routes_all.h"
#include "hub/streams.h"

struct seen {
	int64_t seq, access;
};

static int on_seen(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(struct seen *)data = (struct seen){columns[0].number, columns[1].number};
	return 0;
}

int route_sync_stream(struct request *request, struct err *err)
{
	struct seen seen = {0, 0};
	int rc;

	if (request->http->method == HTTP_HEAD)
		return request_refuse(request, 405, "method_not_allowed", "a stream has no end");
	rc = hub_db_run(request->db,
		"SELECT t.seq, coalesce(a.number, 0) FROM tenant t LEFT JOIN access a ON a.id "
		"= t.id WHERE t.id = $1",
		DB_ARGS(TENANT(request)), on_seen, &seen, err);
	if (rc != 0)
		return rc;
	request->http->type = "text/event-stream";
	request_field(request, "Cache-Control", "no-store");
	request_field(request, "X-Accel-Buffering", "no"); /* nginx holds nothing back */
	streams_wait(request, true, 0, seen.seq, seen.access);
	return request_answer(request, 200, NULL);
}
