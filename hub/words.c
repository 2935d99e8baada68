/* Words, folded; see words.h. Unicode 15's simple case folding for the scripts that have
 * case and whose letters people type, and their base letters. */
#include "hub/words.h"

#include <stdint.h>

/* Letters that fold to one. */
static const struct {
	uint16_t from, to, letter;
} letters[] = {
	{0xC0, 0xC5, 'a'},
	{0xC7, 0xC7, 'c'},
	{0xC8, 0xCB, 'e'},
	{0xCC, 0xCF, 'i'},
	{0xD1, 0xD1, 'n'},
	{0xD2, 0xD6, 'o'},
	{0xD8, 0xD8, 'o'},
	{0xD9, 0xDC, 'u'},
	{0xDD, 0xDD, 'y'},
	{0xE0, 0xE5, 'a'},
	{0xE7, 0xE7, 'c'},
	{0xE8, 0xEB, 'e'},
	{0xEC, 0xEF, 'i'},
	{0xF1, 0xF1, 'n'},
	{0xF2, 0xF6, 'o'},
	{0xF8, 0xF8, 'o'},
	{0xF9, 0xFC, 'u'},
	{0xFD, 0xFD, 'y'},
	{0xFF, 0xFF, 'y'},
	{0x100, 0x105, 'a'},
	{0x106, 0x10D, 'c'},
	{0x10E, 0x111, 'd'},
	{0x112, 0x11B, 'e'},
	{0x11C, 0x123, 'g'},
	{0x124, 0x127, 'h'},
	{0x128, 0x131, 'i'},
	{0x134, 0x135, 'j'},
	{0x136, 0x137, 'k'},
	{0x139, 0x142, 'l'},
	{0x143, 0x149, 'n'},
	{0x14C, 0x151, 'o'},
	{0x154, 0x159, 'r'},
	{0x15A, 0x161, 's'},
	{0x162, 0x167, 't'},
	{0x168, 0x173, 'u'},
	{0x174, 0x175, 'w'},
	{0x176, 0x178, 'y'},
	{0x179, 0x17E, 'z'},
	{0x17F, 0x17F, 's'},
	{0x386, 0x386, 0x3B1},
	{0x388, 0x388, 0x3B5},
	{0x389, 0x389, 0x3B7},
	{0x38A, 0x38A, 0x3B9},
	{0x38C, 0x38C, 0x3BF},
	{0x38E, 0x38E, 0x3C5},
	{0x38F, 0x38F, 0x3C9},
	{0x3AC, 0x3AC, 0x3B1},
	{0x3AD, 0x3AD, 0x3B5},
	{0x3AE, 0x3AE, 0x3B7},
	{0x3AF, 0x3AF, 0x3B9},
	{0x3C2, 0x3C2, 0x3C3},
	{0x3CC, 0x3CC, 0x3BF},
	{0x3CD, 0x3CD, 0x3C5},
	{0x3CE, 0x3CE, 0x3C9},
	{0x401, 0x401, 0x435},
	{0x451, 0x451, 0x435},
	{0x1EA0, 0x1EB7, 'a'},
	{0x1EB8, 0x1EC7, 'e'},
	{0x1EC8, 0x1ECB, 'i'},
	{0x1ECC, 0x1EE3, 'o'},
	{0x1EE4, 0x1EF1, 'u'},
	{0x1EF2, 0x1EF9, 'y'},
};

/* Capitals whose small letters stand `by` further on; 1: every other one is a capital. */
static const struct {
	uint16_t from, to, by;
} capitals[] = {
	{'A', 'Z', 32},
	{0xC6, 0xDE, 32},
	{0x132, 0x177, 1},
	{0x391, 0x3AB, 32},
	{0x400, 0x40F, 80},
	{0x410, 0x42F, 32},
	{0x460, 0x481, 1},
	{0x48A, 0x4BF, 1},
	{0x4D0, 0x52F, 1},
	{0x531, 0x556, 48},
	{0x1E00, 0x1EFF, 1},
};

/* Neither letter nor digit, beyond ASCII. */
static const struct {
	uint32_t from, to;
} signs[] = {
	{0x80, 0xA9},
	{0xAB, 0xB1},
	{0xB4, 0xB4},
	{0xB6, 0xB8},
	{0xBB, 0xBF},
	{0xD7, 0xD7},
	{0xF7, 0xF7},
	{0x2000, 0x206F},
	{0x20A0, 0x20CF},
	{0x2190, 0x2BFF},
	{0x2E00, 0x2E7F},
	{0x3000, 0x3004},
	{0x3008, 0x3020},
	{0x3030, 0x303F},
	{0x30FB, 0x30FB},
	{0xD800, 0xF8FF},
	{0xFE00, 0xFE6F},
	{0xFF00, 0xFF0F},
	{0xFF5B, 0xFF65},
	{0xFFE0, 0xFFFF},
	{0x1F000, 0x1FAFF},
	{0xE0000, 0x10FFFF},
};

/* Written without blanks between words. */
static const struct {
	uint32_t from, to;
} joined[] = {
	{0x0E00, 0x0EFF},
	{0x1000, 0x109F},
	{0x1780, 0x17FF},
	{0x3005, 0x3007},
	{0x3040, 0x30FF},
	{0x3400, 0x9FFF},
	{0xF900, 0xFAFF},
	{0x20000, 0x3FFFF},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static uint32_t fold(uint32_t code)
{
	size_t i;

	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFEE0; /* full width */
	for (i = 0; code >= 0xC0 && i < COUNT(letters); i++)
		if (code >= letters[i].from && code <= letters[i].to)
			return letters[i].letter;
	for (i = 0; i < COUNT(capitals); i++)
		if (code >= capitals[i].from && code <= capitals[i].to) {
			if (capitals[i].by > 1)
				return code + capitals[i].by;
			return ((code ^ capitals[i].from) & 1) == 0 ? code + 1 : code;
		}
	return code;
}

static bool is_word(uint32_t code)
{
	size_t i;

	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
	for (i = 0; i < COUNT(signs); i++)
		if (code >= signs[i].from && code <= signs[i].to)
			return false;
	return true;
}

static bool is_joined(uint32_t code)
{
	size_t i;

	for (i = 0; code >= joined[0].from && i < COUNT(joined); i++)
		if (code >= joined[i].from && code <= joined[i].to)
			return true;
	return false;
}

void words_fold(struct str text, size_t max_bytes, struct buf *out)
{
	size_t at, n, word = 0; /* bytes of the word that is being written */
	uint32_t code;
	char bytes[4];
	bool alone;

	for (at = 0; at < text.n && out->len + 5 <= max_bytes; at += n) {
		n = str_decode(text.p + at, text.n - at, &code);
		if (n == 0) {
			n = 1;
			code = ' ';
		}
		if (code >= 0x300 && code <= 0x36F)
			continue; /* an accent of its own */
		code = fold(code);
		if (!is_word(code)) {
			word = 0;
			continue;
		}
		alone = is_joined(code);
		if ((word == 0 || alone) && out->len > 0)
			(void)buf_add_char(out, ' ');
		if (word < WORDS_WORD_MAX)
			(void)buf_add(out, bytes, str_encode(code, bytes));
		word = alone ? 0 : word + str_encode(code, bytes);
	}
}

void words_query(
	struct str words, enum words_dialect dialect, enum words_last last, struct buf *out)
{
	struct str word;
	unsigned n;

	for (n = 0; words.n > 0 && n < WORDS_QUERY_MAX; n++) {
		word = str_cut(words, ' ', &words);
		if (n > 0)
			(void)buf_add_str(out, dialect == WORDS_FTS5 ? " AND " : " & ");
		/* Letters and digits: nothing in it means something to either. */
		(void)buf_add_char(out, dialect == WORDS_FTS5 ? '"' : '\'');
		(void)buf_add(out, word.p, word.n);
		(void)buf_add_char(out, dialect == WORDS_FTS5 ? '"' : '\'');
		if (words.n == 0 && last == WORDS_GROWING)
			(void)buf_add_str(out, dialect == WORDS_FTS5 ? "*" : ":*");
	}
}

bool words_is_growing(struct str query)
{
	size_t n = query.n;
	uint32_t code;

	while (n > 0 && ((unsigned char)query.p[n - 1] & 0xC0) == 0x80)
		n--;
	return n > 0 && str_decode(query.p + n - 1, query.n - n + 1, &code) > 0 &&
	       (is_word(fold(code)) || (code >= 0x300 && code <= 0x36F));
}

size_t words_last_letters(struct str words)
{
	size_t i, letters_n = 0;

	for (i = words.n; i > 0 && words.p[i - 1] != ' '; i--)
		if (((unsigned char)words.p[i - 1] & 0xC0) != 0x80)
			letters_n++;
	return letters_n;
}
