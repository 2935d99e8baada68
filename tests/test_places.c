/* Tests of agent/places: what the environment says of an OTLP collector. */
#include "agent/places.h"

#include <fcntl.h>
#include <signal.h>

#include "core/json.h"
#include "store/usage.h"
#include "tests/store_fixture.h"
#include "tests/upstream.h"

static struct upstream collector;
static struct platform_dirs dirs;

static void takes(struct upstream *upstream, struct buf *out)
{
	(void)upstream;
	(void)buf_add_str(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
}

static void record(struct store *store)
{
	const struct usage_event event = {.prompt_id = STR("p"),
		.version = 1,
		.client_type = STR("mcp"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};
	struct err err;

	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
}

static void write_keys(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	CHECK(fd >= 0 && write(fd, "pk:sk\n", 6) == 6);
	(void)close(fd);
}

/* One use, sent to where the environment and promptd.conf say. */
static void send_one(const char *otlp, const char *langfuse)
{
	struct store *store = fixture_new();
	struct upload *upload = NULL;
	struct upload_report report;
	struct config config;
	struct err err;

	config_init(&config);
	config.usage_personal = true;
	(void)snprintf(config.usage_otlp, sizeof config.usage_otlp, "%s", otlp);
	(void)snprintf(config.usage_langfuse, sizeof config.usage_langfuse, "%s", langfuse);
	(void)snprintf(config.usage_langfuse_keys, sizeof config.usage_langfuse_keys, "%s/keys",
		fixture_dir);
	write_keys(config.usage_langfuse_keys);
	record(store);
	CHECK(places_open(&upload, &dirs, &config, NULL, NULL, store, NULL, &err) == 0);
	CHECK(sync_upload_flush(upload, 60000, &report, &err) == 0);
	sync_upload_free(upload);
	store_close(store);
}

static json_t *attributes_sent(json_t **body)
{
	CHECK(json_door_parse((struct str){buf_text(&collector.body), collector.body.len}, body,
		      NULL) == 0);
	return json_object_get(
		json_object_get(
			json_array_get(json_object_get(*body, "resourceSpans"), 0), "resource"),
		"attributes");
}

/* "" when it was not sent, and "twice" when it was. */
static const char *attribute(json_t *attributes, const char *key)
{
	const char *found = "";
	const json_t *one;
	size_t i;

	json_array_foreach (attributes, i, one)
		if (str_is(json_str(one, "key"), key))
			found = found[0] != '\0'
					? "twice"
					: json_text(json_object_get(one, "value"), "stringValue");
	return found;
}

static void begin(void)
{
	upstream_start(&collector, takes, NULL);
	CHECK(setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url, 1) == 0);
	CHECK(setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b,x=y", 1) == 0);
}

static void what_is_encoded_stays_one_attribute(void)
{
	json_t *body = NULL, *sent;

	begin();
	CHECK(setenv("OTEL_RESOURCE_ATTRIBUTES",
		      "team=a%2Cb%3Dc, deployment.environment = x ,bad=%ff,two=%0Alines,none",
		      1) == 0);
	CHECK(setenv("OTEL_SERVICE_NAME", "mine, and 100%25", 1) == 0);
	send_one("env", "");
	sent = attributes_sent(&body);
	CHECK_STR(attribute(sent, "team"), "a,b=c");
	CHECK_STR(attribute(sent, "deployment.environment"), "x");
	CHECK_STR(attribute(sent, "bad"), "");
	CHECK_STR(attribute(sent, "two"), "");
	CHECK_STR(attribute(sent, "service.name"), "mine, and 100%25");
	CHECK(strstr(buf_text(&collector.head), "POST /v1/traces ") != NULL);
	CHECK(strstr(buf_text(&collector.head), "api-key: a b\r\n") != NULL);
	json_decref(body);
	upstream_stop(&collector);
}

static void who_says_no_name_is_promptd(void)
{
	json_t *body = NULL;

	begin();
	CHECK(unsetenv("OTEL_SERVICE_NAME") == 0);
	CHECK(setenv("OTEL_RESOURCE_ATTRIBUTES", "my.service.name=other", 1) == 0);
	send_one("env", "");
	CHECK_STR(attribute(attributes_sent(&body), "service.name"), "promptd");
	json_decref(body);
	upstream_stop(&collector);
}

/* They are for collectors, and tell of the machine. */
static void langfuse_is_told_nothing_of_the_environment(void)
{
	json_t *body = NULL, *sent;

	begin();
	CHECK(setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=canary", 1) == 0);
	send_one("env", collector.url);
	CHECK(strstr(buf_text(&collector.head), "POST /api/public/otel/v1/traces ") != NULL);
	sent = attributes_sent(&body);
	CHECK_STR(attribute(sent, "service.name"), "promptd");
	CHECK_STR(attribute(sent, "host.name"), "");
	CHECK(strstr(buf_text(&collector.all), "canary") != NULL);
	json_decref(body);
	upstream_stop(&collector);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	RUN(what_is_encoded_stays_one_attribute);
	RUN(who_says_no_name_is_promptd);
	RUN(langfuse_is_told_nothing_of_the_environment);
	return 0;
}
