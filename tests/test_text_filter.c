/* Tests of core/text_filter: every character there is, what stands around some
 * of them, and real prompts. */
#include "core/text_filter.h"
#include "tests/test.h"

#define CORPUS SOURCE_DIR "/../shared/data/corpora/prompts-chat/prompts.csv"

/* In words of its own: what trust.md says, "Content" 2, character by character. */
static bool must_be_refused(uint32_t c)
{
	bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F);
	bool separator = c == 0x2028 || c == 0x2029;
	bool bidi = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
		    (c >= 0x2066 && c <= 0x2069);
	bool tag = c >= 0xE0000 && c <= 0xE007F;
	bool zero_width = (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
	bool selector = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) ||
			(c >= 0x180B && c <= 0x180D) || c == 0x180F;
	bool unseen_letter = c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 ||
			     c == 0x17B4 || c == 0x17B5;
	bool unseen_sign = c == 0x00AD || c == 0x034F || c == 0x180E ||
			   (c >= 0x2061 && c <= 0x2064) || (c >= 0x206A && c <= 0x206F);
	bool notation = (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0x1BCA0 && c <= 0x1BCA3) ||
			(c >= 0x1D173 && c <= 0x1D17A);
	/* Kept by Unicode for more of the same kind. */
	bool reserved = c == 0x2065 || (c >= 0xFFF0 && c <= 0xFFF8) ||
			(c >= 0xE0080 && c <= 0xE00FF) || (c >= 0xE01F0 && c <= 0xE0FFF);
	bool none = (c >= 0xFDD0 && c <= 0xFDEF) || c % 0x10000 >= 0xFFFE ||
		    (c >= 0xD800 && c <= 0xDFFF);

	return control || separator || bidi || tag || zero_width || selector || unseen_letter ||
	       unseen_sign || notation || reserved || none;
}

static void filter_says_of_every_character_what_is_written(void)
{
	size_t n_refused = 0;
	uint32_t code;

	for (code = 0; code <= 0x10FFFF; code++) {
		bool refused = must_be_refused(code);
		struct buf shown = BUF_INIT(100);
		char bytes[4], expected[16];
		size_t len = str_encode(code, bytes);
		struct str text = {bytes, len};

		n_refused += refused;
		CHECK((len == 0) == (code >= 0xD800 && code <= 0xDFFF));
		if (len == 0)
			continue;
		/* Alone there is nothing around it that could need it. */
		if (text_filter_find(text) != (refused ? 0 : len)) {
			(void)fprintf(stderr, "U+%04X\n", (unsigned)code);
			CHECK(false);
		}
		CHECK(text_filter_show(text, &shown) == refused);
		(void)snprintf(expected, sizeof expected, "<U+%04X>", (unsigned)code);
		CHECK(str_equal((struct str){buf_text(&shown), shown.len},
			refused ? str_of(expected) : text));
		buf_fini(&shown);
	}
	CHECK(n_refused == 6356);
}

#define ZWSP "\xE2\x80\x8B"
#define ZWNJ "\xE2\x80\x8C"
#define ZWJ "\xE2\x80\x8D"
#define VS1 "\xEF\xB8\x80"
#define VS16 "\xEF\xB8\x8F"
#define VS17 "\xF3\xA0\x84\x80"
#define WOMAN "\xF0\x9F\x91\xA9"
#define LAPTOP "\xF0\x9F\x92\xBB"
#define DARK "\xF0\x9F\x8F\xBF"
#define HEART "\xE2\x9D\xA4"
#define BLACK_FLAG "\xF0\x9F\x8F\xB4"
#define TAG_END "\xF3\xA0\x81\xBF"
#define TAGS_GB "\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2"
#define TAGS_SCT "\xF3\xA0\x81\xB3\xF3\xA0\x81\xA3\xF3\xA0\x81\xB4"
#define TAGS_ENG "\xF3\xA0\x81\xA5\xF3\xA0\x81\xAE\xF3\xA0\x81\xA7"
#define TAGS_WLS "\xF3\xA0\x81\xB7\xF3\xA0\x81\xAC\xF3\xA0\x81\xB3"
#define TAGS_USTX "\xF3\xA0\x81\xB5\xF3\xA0\x81\xB3\xF3\xA0\x81\xB4\xF3\xA0\x81\xB8"

static size_t find(const char *text)
{
	size_t len = strlen(text), at;
	char *copy = xmalloc(len);

	/* As long as it is, so that a look past its end is seen. */
	memcpy(copy, text, len);
	at = text_filter_find((struct str){copy, len});
	free(copy);
	return at;
}

static void filter_lets_through_what_scripts_and_emoji_need(void)
{
	static const char *const texts[] = {
		"plain\ttext\n", WOMAN ZWJ LAPTOP, WOMAN DARK ZWJ LAPTOP,
		"a " HEART VS16 ZWJ "\xF0\x9F\x94\xA5 b", /* heart on fire */
		/* A family of four. */
		"\xF0\x9F\x91\xA8" ZWJ WOMAN ZWJ "\xF0\x9F\x91\xA7" ZWJ "\xF0\x9F\x91\xA6",
		/* The rainbow flag, the transgender flag, the pirates'. */
		"\xF0\x9F\x8F\xB3" VS16 ZWJ "\xF0\x9F\x8C\x88",
		"\xF0\x9F\x8F\xB3" VS16 ZWJ "\xE2\x9A\xA7" VS16, BLACK_FLAG ZWJ "\xE2\x98\xA0" VS16,
		"1" VS16 "\xE2\x83\xA3 #" VS16 "\xE2\x83\xA3", "\xC2\xA9" VS16,
		BLACK_FLAG TAGS_GB TAGS_ENG TAG_END,
		BLACK_FLAG TAGS_GB TAGS_SCT TAG_END BLACK_FLAG TAGS_GB TAGS_WLS TAG_END,
		/* Persian "I want", with its non-joiner. */
		"\xD9\x85\xDB\x8C" ZWNJ "\xD8\xAE\xD9\x88\xD8\xA7\xD9\x87\xD9\x85",
		/* Sinhala "Sri", Hindi ksha in half form, Malayalam old chillu n. */
		"\xE0\xB7\x81\xE0\xB7\x8A" ZWJ "\xE0\xB6\xBB\xE0\xB7\x93",
		"\xE0\xA4\x95\xE0\xA5\x8D" ZWJ "\xE0\xA4\xB7", "\xE0\xB4\xA8\xE0\xB5\x8D" ZWJ " ",
		/* Khmer and Thai, words parted without a blank. */
		"\xE1\x9E\x80\xE1\x9E\x9A" ZWSP "\xE1\x9E\x80", "\xE0\xB8\x81" ZWSP "\xE0\xB8\x82",
		/* Mongolian with a variant and the vowel separator. */
		"\xE1\xA0\xA0\xE1\xA0\x8B\xE1\xA0\xA8\xE1\xA0\x8E\xE1\xA0\xA0",
		"\xE8\x91\x9B" VS17, /* an ideograph's variant */
		"\xE2\x88\xA9" VS1,  /* an intersection with serifs */
	};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (find(texts[i]) != strlen(texts[i])) {
			(void)fprintf(stderr, "text %zu, byte %zu\n", i, find(texts[i]));
			CHECK(false);
		}
	}
}

static void filter_refuses_the_same_where_nothing_needs_it(void)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{"a" ZWJ "b", 1},
		{"a" ZWNJ "b", 1},
		{"a" ZWSP "b", 1},
		{ZWJ WOMAN, 0},
		{WOMAN ZWJ, 4},
		{WOMAN ZWJ "a", 4},
		{"a" ZWJ WOMAN, 1},
		{WOMAN ZWJ ZWJ LAPTOP, 4},
		{WOMAN ZWNJ LAPTOP, 4},
		{DARK ZWJ, 4},
		{"a" VS16, 1},
		{"1" VS16, 1},
		{"1" VS16 "2", 1},
		{HEART VS16 VS16, 6},
		{HEART VS16 VS1, 6},
		{"a" VS17, 1},
		{"\xE8\x91\x9B" VS17 VS17, 7},
		{"\xD9\x85" ZWNJ ZWNJ "\xD9\x85", 5},
		{"\xD9\x85" ZWSP "\xD9\x85", 2},
		{BLACK_FLAG TAGS_GB TAGS_ENG, 4},
		{BLACK_FLAG TAGS_USTX TAG_END, 4},
		{BLACK_FLAG TAGS_GB TAGS_ENG "\xF3\xA0\x81\xA1" TAG_END, 4},
		{BLACK_FLAG TAGS_GB TAGS_ENG TAG_END TAGS_GB, 28},
		{WOMAN TAGS_GB TAGS_ENG TAG_END, 4},
		{"\xE2\x80\xAE"
		 "abc",
			0},
		{"abc\r\n", 3},
		{"abc\xff", 3},
		{"abc\xE2\x80", 3},
		{"abc\xED\xA0\x80", 3},
		{"abc\xC0\x80", 3},
		{"\xE1\xA0\x8B", 0},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (find(cases[i].text) != cases[i].at) {
			(void)fprintf(stderr, "case %zu, byte %zu\n", i, find(cases[i].text));
			CHECK(false);
		}
	}
}

static void check_show(const char *text, size_t count, const char *expected)
{
	struct buf out = BUF_INIT(1000);

	CHECK(text_filter_show(str_of(text), &out) == count);
	CHECK_STR(buf_text(&out), expected);
	CHECK(find(buf_text(&out)) == out.len);
	buf_fini(&out);
}

static void filter_shows_what_it_refuses(void)
{
	check_show("a\r\nb\rc\n", 1, "a\nb<U+000D>c\n");
	check_show(
		"x\xE2\x80\xAEy\xF3\xA0\x81\x81z\x1b[31m", 3, "x<U+202E>y<U+E0041>z<U+001B>[31m");
	check_show("\xff\xC0\x80", 3, "<0xFF><0xC0><0x80>");
	check_show(WOMAN ZWJ LAPTOP ZWJ "!", 1, WOMAN ZWJ LAPTOP "<U+200D>!");
	check_show("", 0, "");
}

static void check_terminal(const char *text, bool lines, const char *expected)
{
	struct buf out = BUF_INIT(1000);

	text_filter_terminal(str_of(text), lines, &out);
	CHECK_STR(buf_text(&out), expected);
	buf_fini(&out);
}

static void filter_gives_terminals_nothing_to_act_on(void)
{
	check_terminal("a\n\tb\r\x1b[31m\x7f", true, "a\n\tb\\x0d\\x1b[31m\\x7f");
	check_terminal("a\n\tb", false, "a\\n\\tb");
	check_terminal("\xC2\x9B"
		       "31m\xE2\x80\xAE\xF3\xA0\x81\x81",
		true, "\\u009b31m\\u202e\\U000e0041");
	check_terminal("\xff\xC3(\xE2\x82", true, "\\xff\\xc3(\\xe2\\x82");
	check_terminal("gr\xC3\xBC\xC3\x9F " WOMAN ZWJ LAPTOP, false,
		"gr\xC3\xBC\xC3\x9F " WOMAN ZWJ LAPTOP);
}

/* The next record of the CSV file, quotes and all: commas do not matter here. */
static struct str next_record(struct str *rest)
{
	struct str record = {rest->p, 0};
	bool quoted = false;

	while (record.n < rest->n) {
		char c = rest->p[record.n];

		quoted ^= c == '"';
		if (!quoted && c == '\r')
			break;
		record.n++;
	}
	*rest = (struct str){rest->p + record.n, rest->n - record.n};
	while (rest->n > 0 && (rest->p[0] == '\r' || rest->p[0] == '\n'))
		*rest = (struct str){rest->p + 1, rest->n - 1};
	return record;
}

/*
 * By eye: one prompt has a zero width space before its first word, the others
 * keep several files in one text, named between U+001F and U+001E. Of 84
 * variation selectors, all after emoji, none is flagged.
 */
static void filter_flags_few_real_prompts(void)
{
	size_t records = 0, flagged = 0, size = 32 * 1024 * 1024;
	char *bytes = xmalloc(size);
	FILE *file = fopen(CORPUS, "rb");
	struct str rest = {bytes, 0};

	if (file == NULL) {
		(void)printf("skipped: no %s\n", CORPUS);
		free(bytes);
		exit(TEST_SKIP);
	}
	rest.n = fread(bytes, 1, size, file);
	CHECK(rest.n < size);
	(void)fclose(file);
	(void)next_record(&rest); /* names of the columns */
	while (rest.n > 0) {
		struct str record = next_record(&rest);

		records++;
		flagged += text_filter_find(record) < record.n;
	}
	free(bytes);
	(void)printf("%zu prompts, %zu flagged\n", records, flagged);
	CHECK(records == 1282);
	CHECK(flagged == 12);
}

int main(void)
{
	RUN(filter_says_of_every_character_what_is_written);
	RUN(filter_lets_through_what_scripts_and_emoji_need);
	RUN(filter_refuses_the_same_where_nothing_needs_it);
	RUN(filter_shows_what_it_refuses);
	RUN(filter_gives_terminals_nothing_to_act_on);
	RUN(filter_flags_few_real_prompts);
	return 0;
}
