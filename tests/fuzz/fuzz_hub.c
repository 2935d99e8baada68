/*
 * A request to the hub's routes, on a database in memory:
 *
 *	a POST /api/v1/prompts/$p/versions?x=y    who: a admin, o owner, t contributor,
 *	If-Match: *                               c consumer, any other nobody
 *
 *	{"text":"t"}
 *
 * $p is a prompt, $u a person, $t a team and $d the digest of a text that is published.
 * Whatever comes in: an answer, one that is whole and of the form of the API; nothing
 * fails inside, and no header field is more than one line.
 */
#include "tests/hub_scene.h"

#define RUNS_PER_WORLD 500

static const char *const names[HTTP_HEADERS] = {
	[HTTP_HOST] = "Host",
	[HTTP_COOKIE] = "Cookie",
	[HTTP_ORIGIN] = "Origin",
	[HTTP_CONTENT_TYPE] = "Content-Type",
	[HTTP_CONTENT_ENCODING] = "Content-Encoding",
	[HTTP_ACCEPT_ENCODING] = "Accept-Encoding",
	[HTTP_AUTHORIZATION] = "Authorization",
	[HTTP_IF_MATCH] = "If-Match",
	[HTTP_IF_NONE_MATCH] = "If-None-Match",
	[HTTP_PREFER] = "Prefer",
	[HTTP_IDEMPOTENCY_KEY] = "Idempotency-Key",
	[HTTP_TRACEPARENT] = "Traceparent",
	[HTTP_REQUEST_ID] = "X-Request-Id",
	[HTTP_FORWARDED_FOR] = "X-Forwarded-For",
	[HTTP_SEC_FETCH_SITE] = "Sec-Fetch-Site",
};

static struct scene scene;
static char prompt[ID_BYTES], digest[SHA256_HEX_BYTES];

static void world_renew(void)
{
	static unsigned runs;
	struct err err;

	if (runs++ % RUNS_PER_WORLD != 0)
		return;
	if (runs > 1) {
		world_end(&scene.world);
		hub_db_close(scene.db);
	}
	if (hub_db_open(&scene.db, "sqlite::memory:", &err) != 0 ||
		hub_db_migrate(scene.db, &err) != 0)
		abort();
	scene_begin(&scene, scene.db, "sqlite::memory:");
	prompt_make(&scene, GLOBAL, ROLE_ADMIN, prompt, digest);
}

/* `text` with what its $… stand for. */
static void add_text(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '$' || i + 1 == text.n)
			(void)buf_add_char(out, text.p[i]);
		else if (text.p[i + 1] == 'p')
			(void)buf_add_str(out, prompt);
		else if (text.p[i + 1] == 'u')
			(void)buf_add_str(out, scene.here.people[ROLE_CONSUMER].id);
		else if (text.p[i + 1] == 't')
			(void)buf_add_str(out, scene.here.team);
		else if (text.p[i + 1] == 'd')
			(void)buf_add_str(out, digest);
		else
			(void)buf_add_char(out, '$');
		if (text.p[i] == '$' && i + 1 < text.n)
			i++;
	}
}

/* The whole request, taken apart; texts of it stay in `kept`. */
struct taking {
	struct http_exchange http;
	struct buf path, query, body, bearer;
};

static enum http_method take_method(struct str word)
{
	unsigned i;

	for (i = HTTP_GET; i < HTTP_OTHER; i++)
		if (str_is(word, http_method_name((enum http_method)i)))
			break;
	return (enum http_method)i;
}

static void take_first(struct taking *taking, struct str line)
{
	struct str who = str_cut(line, ' ', &line), method = str_cut(line, ' ', &line), query, pair;
	struct str path = str_cut(line, '?', &query);
	const char *role = strchr("ctoa", who.n > 0 && who.p[0] != '\0' ? who.p[0] : '-');

	taking->http.method = take_method(method);
	add_text(&taking->path, path);
	while (query.n > 0) {
		pair = str_cut(query, '&', &query);
		add_text(&taking->query, pair);
		(void)buf_add_char(&taking->query, '\0');
	}
	if (role == NULL)
		return;
	(void)buf_add_format(&taking->bearer, "Bearer %s", scene.here.people[role - "ctoa"].token);
}

static void take_header(struct taking *taking, struct str line)
{
	struct str value, name = str_cut(line, ':', &value);
	size_t i;

	for (i = 0; i < HTTP_HEADERS; i++)
		if (str_is(name, names[i]))
			taking->http.headers[i] = str_trim(value);
}

static struct str text_of(struct buf *buf)
{
	return (struct str){buf_text(buf), buf->len};
}

static void take(struct taking *taking, struct str rest)
{
	struct str line;

	if (str_next_line(&rest, &line))
		take_first(taking, line);
	while (str_next_line(&rest, &line) && line.n > 0)
		take_header(taking, line);
	add_text(&taking->body, rest);
	taking->http.path = text_of(&taking->path);
	taking->http.query = text_of(&taking->query);
	taking->http.body = text_of(&taking->body);
	if (taking->bearer.len > 0)
		taking->http.headers[HTTP_AUTHORIZATION] = text_of(&taking->bearer);
	if (taking->http.headers[HTTP_CONTENT_TYPE].n == 0)
		taking->http.headers[HTTP_CONTENT_TYPE] = STR("application/json");
}

/* ── what every answer is like ─────────────────────────────────────────── */

static void check_fields(struct str fields)
{
	struct str line, value;
	bool id = false;

	while (fields.n > 0) {
		line = str_cut(fields, '\n', &fields);
		if (line.n < 4 || line.p[line.n - 1] != '\r')
			abort();
		line.n--;
		if (memchr(line.p, '\r', line.n) != NULL || memchr(line.p, '\0', line.n) != NULL)
			abort();
		id = id || str_starts(line, "X-Request-Id: ");
		(void)str_cut(line, ':', &value);
		if (value.n < 2 || value.p[0] != ' ')
			abort();
	}
	if (!id)
		abort();
}

static void check_answer(struct http_exchange *http)
{
	json_t *json = NULL;
	struct err err;

	if (http->status < 200 || http->status > 599 || http->status == 500)
		abort();
	check_fields((struct str){buf_text(&http->fields), http->fields.len});
	if (http->status == 204 || http->status / 100 == 3) {
		if (http->out.len > 0)
			abort();
	} else if (http->type == NULL && !http->hold) {
		if (json_door_parse(text_of(&http->out), &json, &err) != 0)
			abort();
		if (http->status >= 400 &&
			json_text(json_object_get(json, "error"), "code") == NULL)
			abort();
		json_decref(json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct taking taking = {.path = BUF_INIT(8192),
		.query = BUF_INIT(8192),
		.body = BUF_INIT(HTTP_BODY_MAX),
		.bearer = BUF_INIT(256)};

	world_renew();
	buf_init(&taking.http.fields, 8192);
	buf_init(&taking.http.out, HTTP_ANSWER_MAX);
	take(&taking, (struct str){(const char *)data, len});
	request_run(&scene.world.hub, scene.db, &taking.http);
	check_answer(&taking.http);
	free(taking.http.data);
	buf_fini(&taking.http.fields);
	buf_fini(&taking.http.out);
	buf_fini(&taking.path);
	buf_fini(&taking.query);
	buf_fini(&taking.body);
	buf_fini(&taking.bearer);
	return 0;
}
