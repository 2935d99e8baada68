/* Tests of core/json: the door, the finder of members, the writers. */
#include <dirent.h>

#include "core/json.h"
#include "tests/test.h"

#define SUITE SOURCE_DIR "/../shared/data/jsontestsuite/test_parsing"

struct pinned {
	const char *name;
	int fault;
};

/* y_ files that our policy refuses by name. */
static const struct pinned refused_by_policy[] = {
	{"y_object_duplicated_key.json", JSON_FAULT_DUPLICATE},
	{"y_object_duplicated_key_and_value.json", JSON_FAULT_DUPLICATE},
	{"y_object_escaped_null_in_key.json", JSON_FAULT_DUPLICATE},
};

/* i_ files: what the standard leaves open, as it is here. */
static const struct pinned left_open[] = {
	{"i_number_double_huge_neg_exp.json", 0},
	{"i_number_huge_exp.json", JSON_FAULT_NUMBER},
	{"i_number_neg_int_huge_exp.json", JSON_FAULT_NUMBER},
	{"i_number_pos_double_huge_exp.json", JSON_FAULT_NUMBER},
	{"i_number_real_neg_overflow.json", JSON_FAULT_NUMBER},
	{"i_number_real_pos_overflow.json", JSON_FAULT_NUMBER},
	{"i_number_real_underflow.json", 0},
	{"i_number_too_big_neg_int.json", JSON_FAULT_NUMBER},
	{"i_number_too_big_pos_int.json", JSON_FAULT_NUMBER},
	{"i_number_very_big_negative_int.json", JSON_FAULT_NUMBER},
	{"i_object_key_lone_2nd_surrogate.json", JSON_FAULT_SYNTAX},
	{"i_string_1st_surrogate_but_2nd_missing.json", JSON_FAULT_SYNTAX},
	{"i_string_1st_valid_surrogate_2nd_invalid.json", JSON_FAULT_SYNTAX},
	{"i_string_UTF-16LE_with_BOM.json", JSON_FAULT_SYNTAX},
	{"i_string_UTF-8_invalid_sequence.json", JSON_FAULT_SYNTAX},
	{"i_string_UTF8_surrogate_U+D800.json", JSON_FAULT_SYNTAX},
	{"i_string_incomplete_surrogate_and_escape_valid.json", JSON_FAULT_SYNTAX},
	{"i_string_incomplete_surrogate_pair.json", JSON_FAULT_SYNTAX},
	{"i_string_incomplete_surrogates_escape_valid.json", JSON_FAULT_SYNTAX},
	{"i_string_invalid_lonely_surrogate.json", JSON_FAULT_SYNTAX},
	{"i_string_invalid_surrogate.json", JSON_FAULT_SYNTAX},
	{"i_string_invalid_utf-8.json", JSON_FAULT_SYNTAX},
	{"i_string_inverted_surrogates_U+1D11E.json", JSON_FAULT_SYNTAX},
	{"i_string_iso_latin_1.json", JSON_FAULT_SYNTAX},
	{"i_string_lone_second_surrogate.json", JSON_FAULT_SYNTAX},
	{"i_string_lone_utf8_continuation_byte.json", JSON_FAULT_SYNTAX},
	{"i_string_not_in_unicode_range.json", JSON_FAULT_SYNTAX},
	{"i_string_overlong_sequence_2_bytes.json", JSON_FAULT_SYNTAX},
	{"i_string_overlong_sequence_6_bytes.json", JSON_FAULT_SYNTAX},
	{"i_string_overlong_sequence_6_bytes_null.json", JSON_FAULT_SYNTAX},
	{"i_string_truncated-utf-8.json", JSON_FAULT_SYNTAX},
	{"i_string_utf16BE_no_BOM.json", JSON_FAULT_SYNTAX},
	{"i_string_utf16LE_no_BOM.json", JSON_FAULT_SYNTAX},
	{"i_structure_500_nested_arrays.json", JSON_FAULT_DEPTH},
	{"i_structure_UTF-8_BOM_empty_object.json", JSON_FAULT_SYNTAX},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct pinned *pinned_find(const struct pinned *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	return NULL;
}

static int parse(struct str text)
{
	/* A copy as long as the text is, so that a read past its end is seen. */
	char *copy = xmalloc(text.n);
	struct err err = {.code = ERR_NONE};
	json_t *json = NULL;
	int fault;

	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	fault = json_door_parse((struct str){copy, text.n}, &json, &err);
	CHECK((fault == 0) == (json != NULL));
	CHECK((fault == 0) == (err.code == ERR_NONE));
	CHECK(fault >= 0);
	json_decref(json);
	free(copy);
	return fault;
}

static int parse_file(const char *name)
{
	char path[1024], *bytes = xmalloc(1 << 20);
	FILE *file;
	size_t len;
	int fault;

	CHECK((size_t)snprintf(path, sizeof path, "%s/%s", SUITE, name) < sizeof path);
	file = fopen(path, "rb");
	CHECK(file != NULL);
	len = fread(bytes, 1, 1 << 20, file);
	CHECK(len < 1 << 20 && ferror(file) == 0);
	(void)fclose(file);
	fault = parse((struct str){bytes, len});
	free(bytes);
	return fault;
}

static int expected_fault(const char *name, int got)
{
	const struct pinned *pinned = NULL;

	if (name[0] == 'y')
		pinned = pinned_find(refused_by_policy, COUNT(refused_by_policy), name);
	else if (name[0] == 'i')
		pinned = pinned_find(left_open, COUNT(left_open), name);
	else
		return got != 0 ? got : -1;
	CHECK(name[0] == 'y' || pinned != NULL);
	return pinned != NULL ? pinned->fault : 0;
}

static void door_agrees_with_jsontestsuite(void)
{
	size_t yes = 0, no = 0, open = 0;
	struct dirent *entry;
	DIR *dir = opendir(SUITE);

	if (dir == NULL) {
		(void)printf("skipped: no %s\n", SUITE);
		exit(TEST_SKIP);
	}
	while ((entry = readdir(dir)) != NULL) {
		int got;

		if (strchr("yni", entry->d_name[0]) == NULL)
			continue;
		got = parse_file(entry->d_name);
		if (got != expected_fault(entry->d_name, got)) {
			(void)fprintf(stderr, "%s: fault %d\n", entry->d_name, got);
			exit(1);
		}
		yes += entry->d_name[0] == 'y';
		no += entry->d_name[0] == 'n';
		open += entry->d_name[0] == 'i';
	}
	(void)closedir(dir);
	CHECK(yes == 95 && no == 188 && open == COUNT(left_open));
}

static void door_counts_levels_outside_strings_only(void)
{
	struct buf text = BUF_INIT(10000);
	int i;

	for (i = 0; i < JSON_DEPTH_MAX; i++)
		(void)buf_add_char(&text, '[');
	(void)buf_add_str(&text, "\"[[[[\\\"[[[[\\\\\"");
	for (i = 0; i < JSON_DEPTH_MAX; i++)
		(void)buf_add_char(&text, ']');
	CHECK(parse(str_of(buf_text(&text))) == 0);
	text.data[0] = ' ';
	CHECK(parse(str_of(buf_text(&text))) == JSON_FAULT_SYNTAX);
	text.data[0] = '[';
	(void)buf_add_char(&text, ']');
	CHECK(parse(str_of(buf_text(&text))) == JSON_FAULT_SYNTAX);
	buf_clear(&text);
	for (i = 0; i < JSON_DEPTH_MAX + 1; i++)
		(void)buf_add_str(&text, "{\"a\":");
	CHECK(parse(str_of(buf_text(&text))) == JSON_FAULT_DEPTH);
	buf_fini(&text);
}

static void door_says_which_fault_and_where(void)
{
	struct err err = {0};
	json_t *json = NULL;

	CHECK(json_door_parse(STR("{\"a\":1,\n \"secret\":2,\"a\":3}"), &json, &err) ==
		JSON_FAULT_DUPLICATE);
	CHECK_STR(err.text, "line 2 column 15: a member name twice in one object");
	CHECK(json_door_parse(STR("{\"a\":[\n  secret]}"), &json, &err) == JSON_FAULT_SYNTAX);
	CHECK(strstr(err.text, "secret") == NULL);
	CHECK(strncmp(err.text, "line 2 ", 7) == 0);
	CHECK(json_door_parse(STR("1 \0"), &json, &err) == JSON_FAULT_SYNTAX);
	CHECK_STR(err.text, "line 1 column 3: a NUL byte");
	CHECK(json == NULL);
	CHECK(parse((struct str){NULL, 0}) == JSON_FAULT_SYNTAX);
	CHECK(parse(STR("{\"a\":{\"b\":1},\"c\":{\"b\":2}}")) == 0);
	CHECK(parse(STR("{\"a\":1,\"\\u0061\":2}")) == JSON_FAULT_DUPLICATE);
}

static void find(const char *text, const char *name, const char *expected)
{
	size_t len = strlen(text);
	char *copy = xmalloc(len), *got = NULL;
	struct str value;

	memcpy(copy, text, len);
	if (json_find_member((struct str){copy, len}, name, &value))
		got = str_dup(value);
	if (expected == NULL)
		CHECK(got == NULL);
	else
		CHECK_STR(got, expected);
	free(got);
	free(copy);
}

static void finder_finds_the_outermost_member_only(void)
{
	find("{\"id\":1}", "id", "1");
	find(" { \"id\" : 12345678901234567890123 , \"a\":1}", "id", "12345678901234567890123");
	find("{\"a\":{\"id\":1},\"b\":[{\"id\":2}],\"id\":\"3\"}", "id", "\"3\"");
	find("{\"a\":\"\\\"id\\\":1,}\",\"id\":[1,{\"x\":\"]\"}],\"c\":0}", "id",
		"[1,{\"x\":\"]\"}]");
	find("{\"a\":\"\\\\\",\"id\":2}", "id", "2");
	find("{\"id\":1,\"id\":2}", "id", "1");
	find("{\"a\":{\"id\":1}}", "id", NULL);
	find("{\"params\":{},\"id\":true}", "id", "true");
	find("{}", "id", NULL);
	find("[{\"id\":1}]", "id", NULL);
	find("", "id", NULL);
}

static void finder_reads_escapes_in_names(void)
{
	find("{\"i\\u0064\":1}", "id", "1");
	find("{\"\\u0069\\u0064\":1}", "id", "1");
	find("{\"i\\u0064x\":1,\"id\":2}", "id", "2");
	find("{\"i\\\"d\":1}", "i\"d", "1");
	find("{\"\\ud83d\\ude00\":1}", "\xf0\x9f\x98\x80", "1");
	find("{\"\\u00E9\":1}", "\xc3\xa9", "1");
	find("{\"\\n\\/\":1}", "\n/", "1");
	find("{\"id\\u0000\":1}", "id", NULL);
	find("{\"\\ud83d\":1,\"b\":2}", "b", "2");
}

/* Every character there is, written as one escape or as two surrogates. */
static void finder_reads_every_escape_as_the_parser_does(void)
{
	uint32_t code;

	for (code = 1; code <= 0x10FFFF; code++) {
		char name[5] = {'\0'}, text[40];
		struct str value;

		if (str_encode(code, name) == 0)
			continue;
		if (code < 0x10000)
			(void)snprintf(text, sizeof text, "{\"\\u%04x\":1}", (unsigned)code);
		else
			(void)snprintf(text, sizeof text, "{\"\\u%04X\\u%04X\":1}",
				(unsigned)(0xD800 + ((code - 0x10000) >> 10)),
				(unsigned)(0xDC00 + (code & 0x3FF)));
		CHECK(json_find_member(str_of(text), name, &value));
		CHECK(str_is(value, "1"));
	}
	find("{\"\\ud83d\\ud83d\":1}", "\xf0\x9f\x98\x80", NULL);
	find("{\"\\ude00\":1}", "\xf0\x9f\x98\x80", NULL);
	find("{\"\\ud83d\\u00g0\":1}", "\xf0\x9f\x98\x80", NULL);
	find("{\"\\x69d\":1}", "id", NULL);
}

static void finder_stops_where_the_object_does(void)
{
	find("{\"id\"", "id", NULL);
	find("{\"id\":", "id", NULL);
	find("{\"id\":1", "id", NULL);
	find("{\"id\":\"abc", "id", NULL);
	find("{\"id\":[1,2", "id", NULL);
	find("{\"a\":1 \"id\":2}", "id", NULL);
	find("{\"a\":,\"id\":2}", "id", NULL);
	find("{a:1,\"id\":2}", "id", NULL);
	find("{\"a\":1}{\"id\":2}", "id", NULL);
}

static void writers_keep_or_sort_the_members(void)
{
	char few[5];
	struct buf out = BUF_INIT(100);
	json_t *json = NULL;

	CHECK(json_door_parse(
		      STR("{\"b\" : [1, true], \"a\" : \"\\u00e9\\u0000\"}"), &json, NULL) == 0);
	CHECK(json_write(json, &out) == 0);
	CHECK_STR(buf_text(&out), "{\"b\":[1,true],\"a\":\"\xc3\xa9\\u0000\"}");
	buf_clear(&out);
	CHECK(json_write_sorted(json, &out) == 0);
	CHECK_STR(buf_text(&out), "{\"a\":\"\xc3\xa9\\u0000\",\"b\":[1,true]}");
	buf_fini(&out);
	buf_init(&out, 10);
	CHECK(json_write(json, &out) == -1);
	CHECK(buf_failed(&out));
	buf_fini(&out);
	/* Cut at its NUL the text would be another. */
	CHECK(json_text(json, "a") == NULL);
	CHECK(json_str(json, "a").n == 3);
	json_copy_text(json, "a", few, sizeof few);
	CHECK_STR(few, "");
	json_copy_text(json, "c", few, sizeof few);
	CHECK_STR(few, "");
	(void)json_object_set_new(json, "c", json_string("a\xc3\xa9\xc3\xa9"));
	json_copy_text(json, "c", few, sizeof few); /* whole characters */
	CHECK_STR(few, "a\xc3\xa9");
	(void)json_object_del(json, "c");
	CHECK(json_flag(json, "a", true) && !json_flag(json, "c", false));
	json_decref(json);
}

static void check_real(double real, const char *expected)
{
	struct buf out = BUF_INIT(100);
	json_t *json = json_real(real), *again = NULL;

	CHECK(json_write(json, &out) == 0);
	CHECK_STR(buf_text(&out), expected);
	CHECK(json_door_parse(str_of(buf_text(&out)), &again, NULL) == 0);
	CHECK(json_equal(json, again));
	json_decref(json);
	json_decref(again);
	buf_fini(&out);
}

static void writers_give_reals_as_few_digits_as_they_need(void)
{
	check_real(0.1, "0.1");
	check_real(0.7, "0.7");
	check_real(1.0 / 3, "0.3333333333333333");
	check_real(5, "5.0");
	check_real(-0.0, "-0.0");
	check_real(1e300, "1e+300");
	check_real(5e-324, "4.94065645841247e-324");
	check_real(9007199254740992, "9007199254740992.0");
}

static void writers_refuse_a_tree_too_deep(void)
{
	json_t *json = json_array();
	struct buf out = BUF_INIT(1000);
	int i;

	for (i = 1; i < 2 * JSON_DEPTH_MAX; i++)
		json = json_pack("[o]", json);
	CHECK(json_write(json, &out) == 0);
	buf_clear(&out);
	json = json_pack("[o]", json);
	CHECK(json_write(json, &out) == -1);
	CHECK(buf_failed(&out));
	buf_fini(&out);
	json_decref(json);
}

int main(void)
{
	json_door_init();
	RUN(door_counts_levels_outside_strings_only);
	RUN(door_says_which_fault_and_where);
	RUN(finder_finds_the_outermost_member_only);
	RUN(finder_reads_escapes_in_names);
	RUN(finder_reads_every_escape_as_the_parser_does);
	RUN(finder_stops_where_the_object_does);
	RUN(writers_keep_or_sort_the_members);
	RUN(writers_give_reals_as_few_digits_as_they_need);
	RUN(writers_refuse_a_tree_too_deep);
	RUN(door_agrees_with_jsontestsuite);
	return 0;
}
