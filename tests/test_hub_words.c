/* hub/words: what a text is found by, and what is asked of the databases. */
#include "hub/words.h"
#include "tests/test.h"

static void folds(const char *text, const char *words)
{
	struct buf out = BUF_INIT(4096);

	words_fold(str_of(text), 4096, &out);
	CHECK_STR(buf_text(&out), words);
	buf_fini(&out);
}

static void letters_lose_case_and_accents(void)
{
	folds("Code-Review: v2.0", "code review v2 0");
	folds("team/area/code_review", "team area code review");
	folds("ÄÖÜ äöü ß Ł Ñandú ŠČŽ", "aou aou ß l nandu scz");
	folds("ΑΒΓ Άλφα Σίσυφος", "αβγ αλφα σισυφοσ");
	folds("ЁЖИК ёжик Й", "ежик ежик й");
	folds("ＦＵＬＬ　ｗｉｄｔｈ", "full width");
	folds("Tiếng Việt", "tieng viet");
	folds("e\xcc\x81t\xc3\xa9", "ete");
	folds("don\xe2\x80\x99t \xe2\x80\x94 \xf0\x9f\x9a\x80 go", "don t go");
	folds("", "");
	folds("\x01\xff\xfe--", "");
}

static void scripts_without_blanks_go_by_characters(void)
{
	folds("日本語 text", "日 本 語 text");
	folds("a日b", "a 日 b");
	folds("한국어", "한국어"); /* has blanks */
}

static void long_words_and_texts_are_cut(void)
{
	char text[512];
	struct buf out = BUF_INIT(4096);

	memset(text, 'x', sizeof text);
	words_fold((struct str){text, sizeof text}, 4096, &out);
	CHECK(out.len == WORDS_WORD_MAX);
	buf_clear(&out);
	memset(text, ' ', sizeof text);
	for (size_t i = 0; i < sizeof text; i += 2)
		text[i] = 'y';
	words_fold((struct str){text, sizeof text}, 40, &out);
	CHECK(out.len <= 40 && !buf_failed(&out));
	buf_fini(&out);
}

static void asks(
	const char *words, enum words_dialect dialect, enum words_last last, const char *expression)
{
	struct buf out = BUF_INIT(4096);

	words_query(str_of(words), dialect, last, &out);
	CHECK_STR(buf_text(&out), expression);
	buf_fini(&out);
}

static void both_databases_are_asked_the_same(void)
{
	asks("a bc", WORDS_FTS5, WORDS_GROWING, "\"a\" AND \"bc\"*");
	asks("a bc", WORDS_TSQUERY, WORDS_GROWING, "'a' & 'bc':*");
	asks("a bc", WORDS_TSQUERY, WORDS_WHOLE, "'a' & 'bc'");
	asks("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", WORDS_TSQUERY, WORDS_WHOLE,
		"'1' & '2' & '3' & '4' & '5' & '6' & '7' & '8' & '9' & '10' & '11' & '12' & '13' & "
		"'14' & '15' & '16'");
}

static void a_word_grows_until_something_follows_it(void)
{
	CHECK(words_is_growing(STR("code rev")) && words_is_growing(STR("é")));
	CHECK(!words_is_growing(STR("code ")) && !words_is_growing(STR("code!")));
	CHECK(!words_is_growing(STR("")) && !words_is_growing(STR("\xff")));
	CHECK(words_last_letters(STR("ab äöü")) == 3 && words_last_letters(STR("")) == 0);
}

int main(void)
{
	RUN(letters_lose_case_and_accents);
	RUN(scripts_without_blanks_go_by_characters);
	RUN(long_words_and_texts_are_cut);
	RUN(both_databases_are_asked_the_same);
	RUN(a_word_grows_until_something_follows_it);
	return 0;
}
