/* Characters as people see them; see grapheme.h. Rules are named as in UAX #29. */
#include "core/grapheme.h"

#include "core/grapheme_table.h"

enum kind {
	OTHER,
	CONTROL,
	EXTEND, /* and spacing marks: nothing breaks before either */
	JOINER,
	PREPEND,
	FLAG, /* regional indicators */
	PICTURE,
	HANGUL_L,
	HANGUL_V,
	HANGUL_T,
	HANGUL_LV,
	HANGUL_LVT,
};

struct range {
	uint32_t from, to;
};

static bool in(const struct range *ranges, size_t n, uint32_t code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

static bool is_extend(uint32_t code)
{
	size_t low = 0, high = sizeof grapheme_extends / sizeof *grapheme_extends;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > grapheme_extends[middle][1])
			low = middle + 1;
		else if (code < grapheme_extends[middle][0])
			high = middle;
		else
			return true;
	}
	return false;
}

static bool is_prepend(uint32_t code)
{
	static const struct range ranges[] = {{0x600, 0x605}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
		{0x890, 0x891}, {0x8e2, 0x8e2}, {0xd4e, 0xd4e}, {0x110bd, 0x110bd},
		{0x110cd, 0x110cd}, {0x111c2, 0x111c3}, {0x1193f, 0x1193f}, {0x11941, 0x11941},
		{0x11a3a, 0x11a3a}, {0x11a84, 0x11a89}, {0x11d46, 0x11d46}};

	return in(ranges, sizeof ranges / sizeof *ranges, code);
}

/* Extended_Pictographic, of which the blocks of pictures are nothing else. */
static bool is_picture(uint32_t code)
{
	static const struct range ranges[] = {{0xa9, 0xa9}, {0xae, 0xae}, {0x203c, 0x203c},
		{0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2194, 0x2199},
		{0x21a9, 0x21aa}, {0x231a, 0x231b}, {0x2328, 0x2328}, {0x2388, 0x2388},
		{0x23cf, 0x23cf}, {0x23e9, 0x23f3}, {0x23f8, 0x23fa}, {0x24c2, 0x24c2},
		{0x25aa, 0x25ab}, {0x25b6, 0x25b6}, {0x25c0, 0x25c0}, {0x25fb, 0x25fe},
		{0x2600, 0x2605}, {0x2607, 0x2612}, {0x2614, 0x2685}, {0x2690, 0x2705},
		{0x2708, 0x2712}, {0x2714, 0x2714}, {0x2716, 0x2716}, {0x271d, 0x271d},
		{0x2721, 0x2721}, {0x2728, 0x2728}, {0x2733, 0x2734}, {0x2744, 0x2744},
		{0x2747, 0x2747}, {0x274c, 0x274c}, {0x274e, 0x274e}, {0x2753, 0x2755},
		{0x2757, 0x2757}, {0x2763, 0x2767}, {0x2795, 0x2797}, {0x27a1, 0x27a1},
		{0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2934, 0x2935}, {0x2b05, 0x2b07},
		{0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55}, {0x3030, 0x3030},
		{0x303d, 0x303d}, {0x3297, 0x3297}, {0x3299, 0x3299}, {0x1f000, 0x1f0ff},
		{0x1f10d, 0x1f10f}, {0x1f12f, 0x1f12f}, {0x1f16c, 0x1f171}, {0x1f17e, 0x1f17f},
		{0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f1ad, 0x1f1e5}, {0x1f201, 0x1f20f},
		{0x1f21a, 0x1f21a}, {0x1f22f, 0x1f22f}, {0x1f232, 0x1f23a}, {0x1f23c, 0x1f23f},
		{0x1f249, 0x1f3fa}, {0x1f400, 0x1f53d}, {0x1f546, 0x1f64f}, {0x1f680, 0x1f6ff},
		{0x1f774, 0x1f77f}, {0x1f7d5, 0x1f7ff}, {0x1f80c, 0x1f80f}, {0x1f848, 0x1f84f},
		{0x1f85a, 0x1f85f}, {0x1f888, 0x1f88f}, {0x1f8ae, 0x1f8ff}, {0x1f90c, 0x1f93a},
		{0x1f93c, 0x1f945}, {0x1f947, 0x1faff}, {0x1fc00, 0x1fffd}};

	return in(ranges, sizeof ranges / sizeof *ranges, code);
}

static bool is_control(uint32_t code)
{
	static const struct range ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
		{0x180e, 0x180e}, {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0x13430, 0x13438},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe001f}, {0xe0080, 0xe00ff},
		{0xe01f0, 0xe0fff}};

	return in(ranges, sizeof ranges / sizeof *ranges, code);
}

static enum kind hangul(uint32_t code)
{
	if ((code >= 0x1100 && code <= 0x115f) || (code >= 0xa960 && code <= 0xa97c))
		return HANGUL_L;
	if ((code >= 0x1160 && code <= 0x11a7) || (code >= 0xd7b0 && code <= 0xd7c6))
		return HANGUL_V;
	if ((code >= 0x11a8 && code <= 0x11ff) || (code >= 0xd7cb && code <= 0xd7fb))
		return HANGUL_T;
	if (code >= 0xac00 && code <= 0xd7a3)
		return (code - 0xac00) % 28 == 0 ? HANGUL_LV : HANGUL_LVT;
	return OTHER;
}

static enum kind kind_of(uint32_t code)
{
	if (code >= 0x20 && code < 0x7f)
		return OTHER;
	if (code == 0x200d)
		return JOINER;
	if (is_control(code))
		return CONTROL;
	if (is_extend(code))
		return EXTEND;
	if (code >= 0x1f1e6 && code <= 0x1f1ff)
		return FLAG;
	if (is_picture(code))
		return PICTURE;
	return is_prepend(code) ? PREPEND : hangul(code);
}

/* The code of what stands there; U+FFFD for a byte that is not UTF-8. */
static size_t decode(struct str text, size_t at, uint32_t *code)
{
	size_t n = str_decode(text.p + at, text.n - at, code);

	if (n > 0)
		return n;
	*code = 0xfffd;
	return 1;
}

static bool hangul_goes_on(enum kind before, enum kind next)
{
	if (before == HANGUL_L)
		return next == HANGUL_L || next == HANGUL_V || next == HANGUL_LV ||
		       next == HANGUL_LVT;
	if (before == HANGUL_LV || before == HANGUL_V)
		return next == HANGUL_V || next == HANGUL_T;
	return (before == HANGUL_LVT || before == HANGUL_T) && next == HANGUL_T;
}

/* What came before, as far as it says whether a character goes on. */
struct so_far {
	enum kind last;
	bool picture; /* a picture and nothing but what extends it (GB11) */
	bool odd;     /* an odd number of flag letters (GB12, GB13) */
};

static bool goes_on(const struct so_far *so_far, enum kind next)
{
	if (so_far->last == CONTROL || next == CONTROL)
		return false; /* GB4, GB5 */
	if (next == EXTEND || next == JOINER || so_far->last == PREPEND)
		return true; /* GB9, GB9a, GB9b */
	if (next == PICTURE)
		return so_far->last == JOINER && so_far->picture;
	if (next == FLAG)
		return so_far->last == FLAG && so_far->odd;
	return hangul_goes_on(so_far->last, next);
}

size_t grapheme_next(struct str text, size_t at)
{
	struct so_far so_far = {OTHER, false, false};
	uint32_t code, before;
	size_t n;

	if (at >= text.n)
		return text.n;
	at += decode(text, at, &code);
	so_far.last = kind_of(code);
	so_far.picture = so_far.last == PICTURE;
	so_far.odd = so_far.last == FLAG;
	for (; at < text.n; at += n) {
		enum kind next;

		before = code;
		n = decode(text, at, &code);
		next = kind_of(code);
		if (!goes_on(&so_far, next) && !(before == '\r' && code == '\n'))
			break;
		so_far.picture =
			next == PICTURE || (so_far.picture && (next == EXTEND || next == JOINER));
		so_far.odd = next == FLAG && !so_far.odd;
		so_far.last = next;
	}
	return at;
}

size_t grapheme_before(struct str text, size_t at)
{
	size_t from = at, next;

	if (at == 0)
		return 0;
	/* Back to where a character begins for certain. */
	for (from--; from > 0; from--)
		if (text.p[from - 1] == '\n' ||
			((unsigned char)text.p[from] < 0x80 && text.p[from] != '\n' &&
				(unsigned char)text.p[from - 1] < 0x80))
			break;
	for (;;) {
		next = grapheme_next(text, from);
		if (next >= at)
			return from;
		from = next;
	}
}

size_t grapheme_count(struct str text)
{
	size_t at = 0, n = 0;

	for (; at < text.n; n++)
		at = grapheme_next(text, at);
	return n;
}
