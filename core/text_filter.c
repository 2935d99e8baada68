/*
 * The one filter for characters that do not show or that act; see text_filter.h.
 *
 * What is refused is Default_Ignorable_Code_Point of Unicode 15.0
 * (DerivedCoreProperties.txt), with the controls, the separators of lines and
 * paragraphs, the bidirectional controls, the marks of interlinear notes, the
 * noncharacters and the surrogates. Some of these are letters' or emoji's own:
 * they pass beside what needs them, and only one at a time, so that a run of
 * them cannot carry a text of its own.
 */
#include "core/text_filter.h"

#include <stdio.h>
#include <string.h>

/* Beside what a refused character is let through. */
enum need {
	NEVER,
	JOINED,	   /* between emoji, or after a letter of a script that joins */
	UNSPACED,  /* after a letter of a script written without blanks */
	MONGOLIAN, /* after a Mongolian letter */
	VARIED,	   /* after a sign that has standardised variants */
	PICTURED,  /* after an emoji, or between a key's sign and its cap */
	HAN,	   /* after an ideograph */
};

struct range {
	uint32_t first, last;
};

static const struct {
	uint32_t first, last;
	enum need need;
} refused[] = {
	{0x0000, 0x0008, NEVER}, /* C0 but \t and \n */
	{0x000B, 0x001F, NEVER},
	{0x007F, 0x009F, NEVER}, /* DEL, C1 */
	{0x00AD, 0x00AD, NEVER}, /* soft hyphen */
	{0x034F, 0x034F, NEVER}, /* combining grapheme joiner */
	{0x061C, 0x061C, NEVER}, /* Arabic letter mark (bidi) */
	{0x115F, 0x1160, NEVER}, /* Hangul fillers */
	{0x17B4, 0x17B5, NEVER}, /* Khmer inherent vowels */
	{0x180B, 0x180F, MONGOLIAN},
	{0x200B, 0x200B, UNSPACED}, /* zero width space */
	{0x200C, 0x200D, JOINED},   /* zero width non-joiner, joiner */
	{0x200E, 0x200F, NEVER},    /* left-to-right, right-to-left mark */
	{0x2028, 0x202E, NEVER},    /* line, paragraph separator; embeddings */
	{0x2060, 0x206F, NEVER},    /* word joiner, invisible signs, isolates */
	{0x3164, 0x3164, NEVER},    /* Hangul filler */
	{0xD800, 0xDFFF, NEVER},    /* surrogates */
	{0xFDD0, 0xFDEF, NEVER},    /* noncharacters; those ending a plane: below */
	{0xFE00, 0xFE0D, VARIED},   /* variation selectors */
	{0xFE0E, 0xFE0F, PICTURED}, /* text, emoji style */
	{0xFEFF, 0xFEFF, NEVER},    /* byte order mark */
	{0xFFA0, 0xFFA0, NEVER},    /* Hangul filler */
	{0xFFF0, 0xFFFB, NEVER},    /* reserved; interlinear notes */
	{0x1BCA0, 0x1BCA3, NEVER},  /* shorthand controls */
	{0x1D173, 0x1D17A, NEVER},  /* musical controls */
	{0xE0000, 0xE00FF, NEVER},  /* tags; flags are in flag_len() */
	{0xE0100, 0xE01EF, HAN},    /* variation selectors for ideographs */
	{0xE01F0, 0xE0FFF, NEVER},
};

/* Blocks of the scripts whose letters change their form beside each other. */
static const struct range joining[] = {
	{0x0600, 0x074F},		      /* Arabic, Syriac */
	{0x0750, 0x077F},		      /* Arabic */
	{0x07C0, 0x07FF},		      /* N'Ko */
	{0x0840, 0x08FF},		      /* Mandaic, Syriac, Arabic */
	{0x0900, 0x0DFF},		      /* Devanagari to Sinhala */
	{0x1000, 0x109F},		      /* Myanmar */
	{0x1780, 0x17DD},		      /* Khmer */
	{0x1820, 0x18AA},		      /* Mongolian */
	{0x1B00, 0x1BFF},		      /* Balinese, Sundanese, Batak */
	{0xA840, 0xA8FF},		      /* Phags-pa, Saurashtra, Devanagari */
	{0xA980, 0xA9FF},		      /* Javanese, Myanmar */
	{0xAA60, 0xAA7F},		      /* Myanmar */
	{0xAAE0, 0xAAFF},		      /* Meetei Mayek */
	{0xABC0, 0xABFF}, {0x10AC0, 0x10AFF}, /* Manichaean */
	{0x10B80, 0x10BAF},		      /* Psalter Pahlavi */
	{0x10D00, 0x10D3F},		      /* Hanifi Rohingya */
	{0x10EC0, 0x10EFF},		      /* Arabic */
	{0x10F30, 0x10FDF},		      /* Sogdian to Chorasmian */
	{0x11000, 0x11FFF},		      /* Brahmi to Kawi, and Tamil */
	{0x1E900, 0x1E95F},		      /* Adlam */
};

static const struct range unspaced[] = {
	{0x0E00, 0x0EFF}, /* Thai, Lao */
	{0x1000, 0x109F}, /* Myanmar */
	{0x1780, 0x17FF}, /* Khmer */
	{0x1950, 0x19FF}, /* Tai Le, New Tai Lue, Khmer */
	{0x1A20, 0x1AAF}, /* Tai Tham */
	{0x1B00, 0x1B7F}, /* Balinese */
	{0xA980, 0xA9FF}, /* Javanese, Myanmar */
	{0xAA60, 0xAADF}, /* Myanmar, Tai Viet */
};

static const struct range mongolian[] = {{0x1820, 0x18AA}};

static const struct range han[] = {
	{0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x323AF}};

/* What StandardizedVariants.txt gives other forms to, in whole blocks. */
static const struct range varied[] = {
	{0x1000, 0x109F},		    /* Myanmar */
	{0x2200, 0x22FF},		    /* mathematical operators */
	{0x2A00, 0x2AFF},		    /* the same, supplement */
	{0x3001, 0x3002},		    /* ideographic comma and stop */
	{0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, /* ideographs */
	{0xA840, 0xA87F},		    /* Phags-pa */
	{0xAA60, 0xAA7F},		    /* Myanmar */
	{0xF900, 0xFAFF},		    /* ideographs */
	{0xFF01, 0xFF1F},		    /* full-width punctuation */
	{0x13000, 0x1342F},		    /* Egyptian hieroglyphs */
	{0x20000, 0x323AF},		    /* ideographs */
};

/* Extended_Pictographic of emoji-data.txt (UTS #51). */
static const struct range pictures[] = {
	{0x00A9, 0x00A9},
	{0x00AE, 0x00AE},
	{0x203C, 0x203C},
	{0x2049, 0x2049},
	{0x2122, 0x2122},
	{0x2139, 0x2139},
	{0x2194, 0x2199},
	{0x21A9, 0x21AA},
	{0x231A, 0x231B},
	{0x2328, 0x2328},
	{0x2388, 0x2388},
	{0x23CF, 0x23CF},
	{0x23E9, 0x23F3},
	{0x23F8, 0x23FA},
	{0x24C2, 0x24C2},
	{0x25AA, 0x25AB},
	{0x25B6, 0x25B6},
	{0x25C0, 0x25C0},
	{0x25FB, 0x25FE},
	{0x2600, 0x2605},
	{0x2607, 0x2612},
	{0x2614, 0x2685},
	{0x2690, 0x2705},
	{0x2708, 0x2712},
	{0x2714, 0x2714},
	{0x2716, 0x2716},
	{0x271D, 0x271D},
	{0x2721, 0x2721},
	{0x2728, 0x2728},
	{0x2733, 0x2734},
	{0x2744, 0x2744},
	{0x2747, 0x2747},
	{0x274C, 0x274C},
	{0x274E, 0x274E},
	{0x2753, 0x2755},
	{0x2757, 0x2757},
	{0x2763, 0x2767},
	{0x2795, 0x2797},
	{0x27A1, 0x27A1},
	{0x27B0, 0x27B0},
	{0x27BF, 0x27BF},
	{0x2934, 0x2935},
	{0x2B05, 0x2B07},
	{0x2B1B, 0x2B1C},
	{0x2B50, 0x2B50},
	{0x2B55, 0x2B55},
	{0x3030, 0x3030},
	{0x303D, 0x303D},
	{0x3297, 0x3297},
	{0x3299, 0x3299},
	{0x1F000, 0x1F0FF},
	{0x1F10D, 0x1F10F},
	{0x1F12F, 0x1F12F},
	{0x1F16C, 0x1F171},
	{0x1F17E, 0x1F17F},
	{0x1F18E, 0x1F18E},
	{0x1F191, 0x1F19A},
	{0x1F1AD, 0x1F1E5},
	{0x1F201, 0x1F20F},
	{0x1F21A, 0x1F21A},
	{0x1F22F, 0x1F22F},
	{0x1F232, 0x1F23A},
	{0x1F23C, 0x1F23F},
	{0x1F249, 0x1F3FA},
	{0x1F400, 0x1F53D},
	{0x1F546, 0x1F64F},
	{0x1F680, 0x1F6FF},
	{0x1F774, 0x1F77F},
	{0x1F7D5, 0x1F7FF},
	{0x1F80C, 0x1F80F},
	{0x1F848, 0x1F84F},
	{0x1F85A, 0x1F85F},
	{0x1F888, 0x1F88F},
	{0x1F8AE, 0x1F8FF},
	{0x1F90C, 0x1F93A},
	{0x1F93C, 0x1F945},
	{0x1F947, 0x1FAFF},
	{0x1FC00, 0x1FFFD},
};

#define NONE UINT32_MAX /* no character: the text begins or ends here */
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define IN(code, ranges) in_ranges(code, ranges, COUNT(ranges))

static bool in_ranges(uint32_t code, const struct range *ranges, size_t n)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else if (code < ranges[middle].first)
			n = middle;
		else
			return true;
	}
	return false;
}

/* Is it refused, and beside what would it pass? */
static bool is_refused(uint32_t code, enum need *need)
{
	size_t low = 0, high = COUNT(refused);

	*need = NEVER;
	if (code >= 0x20 && code < 0x7F)
		return false;
	if ((code & 0xFFFE) == 0xFFFE || code > 0x10FFFF)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code > refused[middle].last) {
			low = middle + 1;
		} else if (code < refused[middle].first) {
			high = middle;
		} else {
			*need = refused[middle].need;
			return true;
		}
	}
	return false;
}

/* The character that ends before offset i, which moves to where it begins. */
static uint32_t before(struct str text, size_t *i)
{
	size_t at = *i;
	uint32_t code;

	if (at == 0)
		return NONE;
	do
		at--;
	while (at > 0 && *i - at < 4 && ((unsigned char)text.p[at] & 0xC0) == 0x80);
	if (str_decode(text.p + at, *i - at, &code) != *i - at)
		return NONE;
	*i = at;
	return code;
}

static uint32_t at(struct str text, size_t i)
{
	uint32_t code;

	if (i >= text.n || str_decode(text.p + i, text.n - i, &code) == 0)
		return NONE;
	return code;
}

/* Before i stands an emoji, perhaps in a colour of skin or in emoji style. */
static bool after_picture(struct str text, size_t i)
{
	uint32_t code = before(text, &i);

	if (code == 0xFE0F || (code >= 0x1F3FB && code <= 0x1F3FF))
		code = before(text, &i);
	return IN(code, pictures);
}

/* So many characters that need something before them may follow each other. */
#define NEEDED_DEPTH 4

/* Does what the character at i..end needs stand around it? What is refused itself
 * is nothing to stand behind; more than `depth` such characters in a row are. */
static bool is_needed(struct str text, size_t i, size_t end, enum need need, unsigned depth)
{
	size_t back = i;
	uint32_t last = before(text, &back);
	enum need of_last;

	if (last != NONE && is_refused(last, &of_last) &&
		(depth == 0 || !is_needed(text, back, i, of_last, depth - 1)))
		return false;
	switch (need) {
	case NEVER:
		return false;
	case JOINED:
		/* The non-joiner does nothing to emoji. U+200D is E2 80 8D. */
		return IN(last, joining) ||
		       ((unsigned char)text.p[end - 1] == 0x8D && after_picture(text, i) &&
			       IN(at(text, end), pictures));
	case UNSPACED:
		return IN(last, unspaced);
	case MONGOLIAN:
		return IN(last, mongolian);
	case VARIED:
		return IN(last, varied);
	case PICTURED:
		if (last == '#' || last == '*' || (last >= '0' && last <= '9'))
			return at(text, end) == 0x20E3;
		return IN(last, pictures);
	case HAN:
		return IN(last, han);
	}
	return false;
}

/*
 * Length of a flag written in tags (UTS #51, ED-14a) at p, 0 if there is none. A
 * black flag, the region, the end: only the three that are in use, for anything
 * else in tags could be any text.
 */
static size_t flag_len(const char *p, size_t n)
{
#define TAG(c) "\xF3\xA0\x81" c
#define FLAG(a, b, c) "\xF0\x9F\x8F\xB4" TAG("\xA7") TAG("\xA2") TAG(a) TAG(b) TAG(c) TAG("\xBF")
	static const char *const flags[] = {
		FLAG("\xA5", "\xAE", "\xA7"), /* gbeng */
		FLAG("\xB3", "\xA3", "\xB4"), /* gbsct */
		FLAG("\xB7", "\xAC", "\xB3"), /* gbwls */
	};
#undef FLAG
#undef TAG
	size_t i, len = strlen(flags[0]);

	if (n < len || (unsigned char)p[0] != 0xF0)
		return 0;
	for (i = 0; i < COUNT(flags); i++) {
		if (memcmp(p, flags[i], len) == 0)
			return len;
	}
	return 0;
}

/*
 * The piece of text at i: one character, a whole flag, or one byte that is not
 * UTF-8. Returns its length; *ok says whether it passes, *code is the character
 * (NONE for a foreign byte).
 */
static size_t next_piece(struct str text, size_t i, uint32_t *code, bool *ok)
{
	size_t flag = flag_len(text.p + i, text.n - i);
	size_t len = flag > 0 ? 4 : str_decode(text.p + i, text.n - i, code);
	enum need need;

	*ok = true;
	if (flag > 0)
		return flag;
	if (len == 0) {
		*ok = false;
		*code = NONE;
		return 1;
	}
	if (is_refused(*code, &need))
		*ok = is_needed(text, i, i + len, need, NEEDED_DEPTH);
	return len;
}

/* The end of the run of printable ASCII at i: most text is nothing else. */
static size_t plain_end(struct str text, size_t i)
{
	while (i < text.n && text.p[i] >= 0x20 && text.p[i] < 0x7F)
		i++;
	return i;
}

size_t text_filter_find(struct str text)
{
	size_t i = 0;

	while ((i = plain_end(text, i)) < text.n) {
		uint32_t code;
		bool ok;
		size_t len = next_piece(text, i, &code, &ok);

		if (!ok)
			return i;
		i += len;
	}
	return text.n;
}

size_t text_filter_show(struct str text, struct buf *out)
{
	size_t from = 0, i = 0, n = 0;

	while ((i = plain_end(text, i)) < text.n) {
		uint32_t code = NONE;
		bool ok;
		size_t len = next_piece(text, i, &code, &ok);

		if (!ok) {
			(void)buf_add(out, text.p + from, i - from);
			from = i + len;
			if (code == '\r' && from < text.n && text.p[from] == '\n') {
				i = from;
				continue;
			}
			if (code == NONE)
				(void)buf_add_format(
					out, "<0x%02X>", (unsigned)(unsigned char)text.p[i]);
			else
				(void)buf_add_format(out, "<U+%04X>", (unsigned)code);
			n++;
		}
		i += len;
	}
	if (from < text.n)
		(void)buf_add(out, text.p + from, text.n - from);
	return n;
}

static void escape(uint32_t code, unsigned char byte, struct buf *out)
{
	if (code == NONE || code < 0x80)
		(void)buf_add_format(out, "\\x%02x", (unsigned)byte);
	else if (code <= 0xFFFF)
		(void)buf_add_format(out, "\\u%04x", (unsigned)code);
	else
		(void)buf_add_format(out, "\\U%08x", (unsigned)code);
}

void text_filter_terminal(struct str text, bool lines, struct buf *out)
{
	size_t from = 0, i = 0;

	while ((i = plain_end(text, i)) < text.n) {
		uint32_t code = NONE;
		bool ok;
		size_t len = next_piece(text, i, &code, &ok);

		if (!ok || (!lines && (code == '\n' || code == '\t'))) {
			(void)buf_add(out, text.p + from, i - from);
			from = i + len;
			if (code == '\n' || code == '\t')
				(void)buf_add_str(out, code == '\n' ? "\\n" : "\\t");
			else
				escape(code, (unsigned char)text.p[i], out);
		}
		i += len;
	}
	if (from < text.n)
		(void)buf_add(out, text.p + from, text.n - from);
}
