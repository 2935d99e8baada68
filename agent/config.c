/* promptd.conf; see config.h. */
#include "agent/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/lines.h"

#define AT(member) offsetof(struct config, member)

/* The words of enum log_level, in its order. */
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

const struct config_setting config_settings[] = {
	{"autostart", CONFIG_FLAG, "yes", 0, 0,
		"assistants and commands start the background agent when none runs", AT(autostart),
		NULL},
	{"experimental", CONFIG_FLAG, "no", 0, 0,
		"find prompts that are drafts, experimental or deprecated too", AT(experimental),
		NULL},
	{"git_timeout", CONFIG_INTEGER, "60", 1, 3600,
		"seconds in which nothing comes until pull, push and source give up",
		AT(git_timeout), NULL},
	{"log_level", CONFIG_CHOICE, "info", 0, 0,
		"what the agent writes down: error, warn, info or debug", AT(log_level),
		log_levels},
	{"project_prompts", CONFIG_FLAG, "yes", 0, 0,
		"offer the prompts that the project one works in brings along", AT(project_prompts),
		NULL},
	{"remember_values", CONFIG_FLAG, "yes", 0, 0,
		"keep the values given to a prompt's inputs, to offer them again",
		AT(remember_values), NULL},
	{"search_limit", CONFIG_INTEGER, "20", 1, 100, "rows that search shows", AT(search_limit),
		NULL},
	{"usage_file", CONFIG_TEXT, "", 0, 0,
		"write uses of prompts as JSON lines to this file; ~/ is your home", AT(usage_file),
		NULL},
	{"usage_file_mib", CONFIG_INTEGER, "16", 1, 1024,
		"how large usage_file grows, in MiB; the one before it is kept beside it",
		AT(usage_file_mib), NULL},
	{"usage_hub", CONFIG_FLAG, "yes", 0, 0,
		"tell the hub you signed in to how its prompts are used", AT(usage_hub), NULL},
	{"usage_langfuse", CONFIG_TEXT, "", 0, 0,
		"send uses to this Langfuse server, like https://cloud.langfuse.com",
		AT(usage_langfuse), NULL},
	{"usage_langfuse_keys", CONFIG_TEXT, "", 0, 0,
		"a file (0600) with its keys in one line: pk-lf-...:sk-lf-...",
		AT(usage_langfuse_keys), NULL},
	{"usage_otlp", CONFIG_TEXT, "", 0, 0,
		"send uses as OTLP/HTTP JSON to this collector; env: as OTEL_EXPORTER_OTLP_* says",
		AT(usage_otlp), NULL},
	{"usage_otlp_headers", CONFIG_TEXT, "", 0, 0,
		"a file (0600) with header fields for it, one name=value a line",
		AT(usage_otlp_headers), NULL},
	{"usage_personal", CONFIG_FLAG, "no", 0, 0,
		"tell usage_otlp and usage_langfuse of prompts too that are not the hub's",
		AT(usage_personal), NULL},
	{0},
};

static bool flag_parse(struct str text, bool *flag)
{
	*flag = str_is(text, "yes") || str_is(text, "true") || str_is(text, "on");
	return *flag || str_is(text, "no") || str_is(text, "false") || str_is(text, "off");
}

static int choice_set(
	char *field, const struct config_setting *setting, struct str value, struct err *err)
{
	struct buf words = BUF_INIT(256);
	int64_t i;

	for (i = 0; setting->choices[i] != NULL; i++) {
		if (str_is(value, setting->choices[i])) {
			memcpy(field, &i, sizeof i);
			buf_fini(&words);
			return 0;
		}
		(void)buf_add_format(&words, "%s%s", i > 0 ? ", " : "", setting->choices[i]);
	}
	(void)err_set(err, ERR_INVALID, "%s must be one of %s", setting->name, buf_text(&words));
	buf_fini(&words);
	return -1;
}

static int text_set(
	char *field, const struct config_setting *setting, struct str value, struct err *err)
{
	size_t i;

	for (i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7F)
			return err_set(err, ERR_INVALID, "%s has a control character in it",
				setting->name);
	if (value.n > CONFIG_TEXT_MAX)
		return err_set(err, ERR_INVALID, "%s is longer than %d bytes", setting->name,
			CONFIG_TEXT_MAX);
	if (value.n > 0)
		memcpy(field, value.p, value.n);
	field[value.n] = '\0';
	return 0;
}

/* err says what is allowed; the caller puts the place in front. */
static int setting_set(struct config *config, const struct config_setting *setting,
	struct str value, struct err *err)
{
	char *field = (char *)config + setting->offset;
	int64_t number;
	bool flag;

	if (setting->type == CONFIG_FLAG) {
		if (!flag_parse(value, &flag))
			return err_set(err, ERR_INVALID, "%s must be yes or no", setting->name);
		memcpy(field, &flag, sizeof flag);
		return 0;
	}
	if (setting->type == CONFIG_CHOICE)
		return choice_set(field, setting, value, err);
	if (setting->type == CONFIG_TEXT)
		return text_set(field, setting, value, err);
	if (!str_to_int(value, setting->min, setting->max, &number))
		return err_set(err, ERR_INVALID, "%s must be a number from %lld to %lld",
			setting->name, (long long)setting->min, (long long)setting->max);
	memcpy(field, &number, sizeof number);
	return 0;
}

static const struct config_setting *setting_find(struct str name)
{
	const struct config_setting *setting;

	for (setting = config_settings; setting->name != NULL; setting++)
		if (str_is(name, setting->name))
			return setting;
	return NULL;
}

/* One line without its comment. */
static int line_parse(void *data, struct str line, unsigned number, struct err *err)
{
	struct config *config = data;
	struct str value, name = str_trim(str_cut(line, '=', &value));
	const struct config_setting *setting;

	if (name.n == line.n || name.n == 0)
		return err_set(err, ERR_INVALID, "expected: name = value");
	setting = setting_find(name);
	if (setting == NULL)
		return err_set(err, ERR_INVALID, "there is no setting named %.*s",
			(int)(name.n < 60 ? name.n : 60), name.p);
	if (setting_set(config, setting, str_trim(value), err) != 0)
		return -1;
	config->lines[setting - config_settings] = number;
	return 0;
}

void config_init(struct config *config)
{
	const struct config_setting *setting;

	memset(config, 0, sizeof *config);
	for (setting = config_settings; setting->name != NULL; setting++)
		(void)setting_set(config, setting, str_of(setting->initial), NULL);
}

int config_parse(struct config *config, const char *file, struct str text, struct err *err)
{
	return lines_parse(file, text, line_parse, config, err);
}

static int file_read(FILE *file, const char *path, struct buf *text, struct err *err)
{
	char block[4096];
	size_t n;

	while ((n = fread(block, 1, sizeof block, file)) > 0)
		if (buf_add(text, block, n) != 0)
			return err_set(err, ERR_LIMIT, "%s: is larger than %d bytes", path,
				CONFIG_FILE_BYTES_MAX);
	if (ferror(file))
		return err_errno(err, errno, "cannot read %s", path);
	return 0;
}

int config_load(struct config *config, const char *dir, struct err *err)
{
	struct buf text = BUF_INIT(CONFIG_FILE_BYTES_MAX), path = BUF_INIT(4096);
	int result = -1;
	FILE *file;

	config_init(config);
	if (buf_add_format(&path, "%s/%s", dir, CONFIG_FILE) != 0)
		return err_set(err, ERR_LIMIT, "path is too long: %.60s", dir);
	file = fopen(buf_text(&path), "re");
	if (file == NULL) {
		result = errno == ENOENT || errno == ENOTDIR
				 ? 0
				 : err_errno(err, errno, "cannot read %s", buf_text(&path));
		goto out;
	}
	if (file_read(file, buf_text(&path), &text, err) != 0)
		goto out;
	result =
		config_parse(config, buf_text(&path), (struct str){buf_text(&text), text.len}, err);
out:
	if (file != NULL)
		(void)fclose(file); /* only read */
	buf_fini(&text);
	buf_fini(&path);
	return result;
}

void config_show(const struct config *config, const struct config_setting *setting, struct buf *out)
{
	const char *field = (const char *)config + setting->offset;
	int64_t number;
	bool flag;

	if (setting->type == CONFIG_FLAG) {
		memcpy(&flag, field, sizeof flag);
		(void)buf_add_str(out, flag ? "yes" : "no");
		return;
	}
	if (setting->type == CONFIG_TEXT) {
		(void)buf_add_str(out, field);
		return;
	}
	memcpy(&number, field, sizeof number);
	if (setting->type == CONFIG_CHOICE)
		(void)buf_add_str(out, setting->choices[number]);
	else
		(void)buf_add_format(out, "%lld", (long long)number);
}

unsigned config_line(const struct config *config, const struct config_setting *setting)
{
	return config->lines[setting - config_settings];
}
