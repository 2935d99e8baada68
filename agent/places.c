/* See places.h. The environment's names and their meaning: OpenTelemetry's "OTLP exporter
 * configuration" and "SDK environment variables". */
#include "agent/places.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/text_filter.h"

#define FIELDS_MAX 16
#define SECRET_MAX 4096
#define OTLP_DEFAULT "http://localhost:4318"
#define OTLP_TRACES "/v1/traces"

struct places {
	const struct platform_dirs *dirs;
	const struct config *config;
	struct upload_options options;
	char otlp[1024], file[PLATFORM_PATH_MAX], broken[OUTBOX_SINKS][160];
	char *fields[OUTBOX_SINKS][FIELDS_MAX + 1];
	struct buf resource;
};

static void break_place(struct places *places, enum upload_place which, const char *why)
{
	(void)snprintf(places->broken[which], sizeof places->broken[which], "%s", why);
	places->options.broken[which] = places->broken[which];
}

static const char *env(const char *name, const char *other)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] == '\0')
		value = getenv(other);
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ── secrets ───────────────────────────────────────────────────────────── */

static void place_file(const struct places *places, const char *path, char out[PLATFORM_PATH_MAX])
{
	if (strncmp(path, "~/", 2) == 0)
		(void)snprintf(out, PLATFORM_PATH_MAX, "%s%s", places->dirs->home, path + 1);
	else
		(void)snprintf(out, PLATFORM_PATH_MAX, "%s", path);
}

/* A small file of this user alone. */
static bool read_secret(
	struct places *places, enum upload_place which, const char *path, struct buf *text)
{
	char where[PLATFORM_PATH_MAX], block[SECRET_MAX];
	struct stat st;
	ssize_t n = -1;
	int fd;

	place_file(places, path, where);
	fd = open(where, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid() &&
		(st.st_mode & 077) == 0)
		n = read(fd, block, sizeof block);
	if (fd >= 0)
		(void)close(fd);
	if (n > 0 && buf_add(text, block, (size_t)n) == 0)
		return true;
	break_place(places, which,
		fd < 0 ? "the file with its keys cannot be opened"
		       : "the file with its keys must be yours alone (0600), and not empty");
	return false;
}

/* ── header fields ─────────────────────────────────────────────────────── */

static int hex_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* "%20" and the like, of what came through the environment. */
static void add_decoded(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '%' && i + 2 < text.n && hex_of(text.p[i + 1]) >= 0 &&
			hex_of(text.p[i + 2]) >= 0) {
			(void)buf_add_char(
				out, (char)(hex_of(text.p[i + 1]) * 16 + hex_of(text.p[i + 2])));
			i += 2;
		} else {
			(void)buf_add_char(out, text.p[i]);
		}
	}
}

/* One "name=value"; false: it is none that may stand in a request. */
static bool add_field(struct places *places, enum upload_place which, struct str pair)
{
	struct str value, name = str_trim(str_cut(pair, '=', &value));
	struct buf text = BUF_INIT(1024);
	size_t n = 0, i;
	bool good;

	while (n < FIELDS_MAX && places->fields[which][n] != NULL)
		n++;
	(void)buf_add(&text, name.p, name.n);
	(void)buf_add_str(&text, ": ");
	add_decoded(&text, str_trim(value));
	good = name.n > 0 && value.n > 0 && n < FIELDS_MAX && !buf_failed(&text);
	for (i = 0; i < text.len; i++)
		good = good && (unsigned char)text.data[i] >= ' ' && text.data[i] != 0x7F;
	places->fields[which][good ? n : FIELDS_MAX] = good ? buf_take(&text) : NULL;
	buf_fini(&text);
	return good;
}

static void add_fields(
	struct places *places, enum upload_place which, struct str list, char separator)
{
	struct str rest = list, pair;

	while (rest.n > 0) {
		pair = str_trim(str_cut(rest, separator, &rest));
		if (pair.n > 0 && !add_field(places, which, pair))
			break_place(places, which, "its header fields are not name=value");
	}
}

/* ── the places ────────────────────────────────────────────────────────── */

static void add_otlp_env(struct places *places)
{
	const char *url = getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
	const char *base = getenv("OTEL_EXPORTER_OTLP_ENDPOINT");
	const char *fields = env("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");
	const char *pack =
		env("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION");
	const char *speaks =
		env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
	const char *disabled = getenv("OTEL_SDK_DISABLED");

	if (disabled != NULL && strcmp(disabled, "true") == 0)
		return;
	if (base == NULL || base[0] == '\0')
		base = OTLP_DEFAULT;
	if (url != NULL && url[0] != '\0')
		(void)snprintf(places->otlp, sizeof places->otlp, "%s", url);
	else
		(void)snprintf(places->otlp, sizeof places->otlp, "%s%s", base,
			str_ends(str_of(base), "/") ? &OTLP_TRACES[1] : OTLP_TRACES);
	places->options.otlp_gzip = pack != NULL && strcmp(pack, "gzip") == 0;
	if (fields != NULL)
		add_fields(places, UPLOAD_OTLP, str_of(fields), ',');
	if (speaks != NULL && strcmp(speaks, "grpc") == 0)
		break_place(places, UPLOAD_OTLP,
			"OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and only http/json is spoken here");
}

/* A line; what is none, or no text, is left out. */
static void add_attribute(struct places *places, struct str name, struct str value)
{
	struct buf line = BUF_INIT(1024);
	struct str text;

	(void)buf_add_format(&line, "%.*s=", (int)name.n, name.p);
	add_decoded(&line, value);
	text = (struct str){buf_text(&line), line.len};
	if (!buf_failed(&line) && str_is_utf8(text) && text_filter_find(text) == text.n &&
		memchr(text.p, '\n', text.n) == NULL)
		(void)buf_add_format(&places->resource, "%s\n", text.p);
	buf_fini(&line);
}

/* Who we are, to a collector: the first one of a name counts. */
static void add_resource(struct places *places)
{
	const char *name = getenv("OTEL_SERVICE_NAME");
	struct str rest = str_of(getenv("OTEL_RESOURCE_ATTRIBUTES")), pair, key, value;

	if (name != NULL && name[0] != '\0')
		(void)buf_add_format(&places->resource, "service.name=%s\n", name);
	while (rest.n > 0) {
		pair = str_cut(rest, ',', &rest);
		key = str_trim(str_cut(pair, '=', &value));
		add_attribute(places, key, str_trim(value));
	}
	(void)buf_add_str(&places->resource, "service.name=promptd\n");
}

static void add_otlp(struct places *places)
{
	const struct config *config = places->config;
	struct str base = str_of(config->usage_otlp);
	struct buf text = BUF_INIT(SECRET_MAX);

	if (strcmp(config->usage_otlp, "env") == 0)
		add_otlp_env(places);
	else if (base.n > 0)
		(void)snprintf(places->otlp, sizeof places->otlp, "%s%s", config->usage_otlp,
			str_ends(base, OTLP_TRACES) ? ""
			: str_ends(base, "/")	    ? &OTLP_TRACES[1]
						    : OTLP_TRACES);
	if (places->otlp[0] == '\0')
		return;
	places->options.url[UPLOAD_OTLP] = places->otlp;
	if (config->usage_otlp_headers[0] != '\0' &&
		read_secret(places, UPLOAD_OTLP, config->usage_otlp_headers, &text))
		add_fields(places, UPLOAD_OTLP, (struct str){buf_text(&text), text.len}, '\n');
	add_resource(places);
	buf_fini(&text);
}

static void add_base64(struct buf *out, struct str text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k;

	for (i = 0; i < text.n; i += 3) {
		uint32_t bits = 0;

		for (k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < text.n ? (unsigned char)text.p[i + k] : 0U);
		for (k = 0; k < 4; k++)
			(void)buf_add_char(
				out, i + k > text.n ? '=' : digits[bits >> (18 - 6 * k) & 63]);
	}
}

static void add_langfuse(struct places *places)
{
	const struct config *config = places->config;
	struct buf text = BUF_INIT(SECRET_MAX), field = BUF_INIT(SECRET_MAX * 2);

	if (config->usage_langfuse[0] == '\0')
		return;
	places->options.url[UPLOAD_LANGFUSE] = config->usage_langfuse;
	if (config->usage_langfuse_keys[0] == '\0') {
		break_place(places, UPLOAD_LANGFUSE, "usage_langfuse_keys is not set");
	} else if (read_secret(places, UPLOAD_LANGFUSE, config->usage_langfuse_keys, &text)) {
		(void)buf_add_str(&field, "Authorization: Basic ");
		add_base64(&field, str_trim((struct str){buf_text(&text), text.len}));
		places->fields[UPLOAD_LANGFUSE][0] = buf_take(&field);
	}
	buf_fini(&text);
	buf_fini(&field);
}

static void add_file(struct places *places)
{
	const char *path = places->config->usage_file;

	if (path[0] == '\0')
		return;
	place_file(places, path, places->file);
	places->options.url[UPLOAD_FILE] = places->file;
	places->options.file_bytes = places->config->usage_file_mib * 1024 * 1024;
	if (places->file[0] != '/')
		break_place(places, UPLOAD_FILE, "usage_file must begin with / or ~/");
}

static void places_free(struct places *places)
{
	size_t i, k;

	for (i = 0; i < OUTBOX_SINKS; i++)
		for (k = 0; k < FIELDS_MAX; k++)
			free(places->fields[i][k]);
	buf_fini(&places->resource);
	free(places);
}

int places_open(struct upload **out, const struct platform_dirs *dirs, const struct config *config,
	const char *hub_url, const char *token, struct store *store, const atomic_bool *stop,
	struct err *err)
{
	struct places *places = xcalloc(1, sizeof *places);
	size_t i;
	int rc;

	places->dirs = dirs;
	places->config = config;
	places->resource = (struct buf)BUF_INIT(4096);
	places->options = (struct upload_options){
		.store = store, .stop = stop, .personal = config->usage_personal, .token = token};
	if (config->usage_hub)
		places->options.url[UPLOAD_HUB] = hub_url;
	add_otlp(places);
	add_langfuse(places);
	add_file(places);
	for (i = 0; i < OUTBOX_SINKS; i++)
		places->options.fields[i] = (const char *const *)places->fields[i];
	if (places->resource.len > 0)
		places->options.resource = buf_text(&places->resource);
	rc = sync_upload_new(out, &places->options, err);
	places_free(places);
	return rc;
}
