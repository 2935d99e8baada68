/* promptd.conf, as in agent/config.h. */
#include "agent/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

static int parse(struct config *config, const char *text, struct err *err)
{
	config_init(config);
	return config_parse(config, "promptd.conf", str_of(text), err);
}

static void nothing_written_is_the_defaults(void)
{
	struct config config;

	CHECK(parse(&config, "", NULL) == 0);
	CHECK(config.remember_values);
	CHECK(!config.experimental);
	CHECK(config.search_limit == 20);
}

static void settings_comments_and_blanks_are_read(void)
{
	struct config config;

	CHECK(parse(&config,
		      "# mine\r\n\n  search_limit = 50   # more\nremember_values=no\n"
		      "experimental = on",
		      NULL) == 0);
	CHECK(config.search_limit == 50);
	CHECK(!config.remember_values);
	CHECK(config.experimental);
}

static void the_last_one_of_two_counts(void)
{
	struct config config;

	CHECK(parse(&config, "search_limit = 5\nsearch_limit = 7\n", NULL) == 0);
	CHECK(config.search_limit == 7);
}

static void faults_name_file_and_line(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"\ncolour = no\n", "promptd.conf:2: there is no setting named colour"},
		{"search_limit = 0", "promptd.conf:1: search_limit must be a number from 1 to 100"},
		{"search_limit = 101",
			"promptd.conf:1: search_limit must be a number from 1 to 100"},
		{"search_limit = 5x",
			"promptd.conf:1: search_limit must be a number from 1 to 100"},
		{"search_limit =", "promptd.conf:1: search_limit must be a number from 1 to 100"},
		{"remember_values = maybe", "promptd.conf:1: remember_values must be yes or no"},
		{"experimental\n", "promptd.conf:1: expected: name = value"},
		{"= yes\n", "promptd.conf:1: expected: name = value"},
		{"a = \xff\n", "promptd.conf: is not UTF-8 text"},
	};
	struct config config;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(parse(&config, cases[i].text, &err) < 0);
		CHECK(err.code == ERR_INVALID);
		CHECK_STR(err.text, cases[i].message);
	}
}

static void every_setting_of_the_table_takes_its_default(void)
{
	const struct config_setting *setting;
	struct config config;
	char line[128];

	for (setting = config_settings; setting->name != NULL; setting++) {
		(void)snprintf(line, sizeof line, "%s = %s", setting->name, setting->initial);
		CHECK(parse(&config, line, NULL) == 0);
		CHECK(setting->help[0] != '\0');
		CHECK(setting[1].name == NULL || strcmp(setting->name, setting[1].name) < 0);
	}
}

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL);
	CHECK(fwrite(text, 1, len, file) == len);
	CHECK(fclose(file) == 0);
}

static void a_file_is_found_or_absent_or_too_large(void)
{
	char dir[] = "/tmp/promptd-test-XXXXXX", path[64], *large = calloc(1, 100000);
	struct config config;
	struct err err;

	CHECK(mkdtemp(dir) != NULL && large != NULL);
	(void)snprintf(path, sizeof path, "%s/promptd.conf", dir);
	CHECK(config_load(&config, dir, &err) == 0);
	CHECK(config.search_limit == 20);

	write_file(path, "search_limit = 3\n", 17);
	CHECK(config_load(&config, dir, &err) == 0);
	CHECK(config.search_limit == 3);

	memset(large, '\n', 100000);
	write_file(path, large, 100000);
	CHECK(config_load(&config, dir, &err) < 0);
	CHECK(err.code == ERR_LIMIT);

	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK(config_load(&config, dir, &err) < 0);
	CHECK(strstr(err.text, "promptd.conf") != NULL);
	CHECK(rmdir(path) == 0 && rmdir(dir) == 0);
	free(large);
}

int main(void)
{
	RUN(nothing_written_is_the_defaults);
	RUN(settings_comments_and_blanks_are_read);
	RUN(the_last_one_of_two_counts);
	RUN(faults_name_file_and_line);
	RUN(every_setting_of_the_table_takes_its_default);
	RUN(a_file_is_found_or_absent_or_too_large);
	return 0;
}
