/*
 * Keys that we press; see x11.h. A key that stays down kills every hotkey of the session,
 * so which ones we press is written on the root window before the first goes down and
 * taken away after the last came up, in the same stream of requests: what a killed
 * process left down, the next one finds there and lets go.
 */
#include "platform/linux/x11.h"

#include <X11/XKBlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

#define SPARES_US (INT64_C(10) * 1000000) /* for which a text's own keys stay as they are */

struct stroke {
	KeySym modifiers[2], key; /* NoSymbol: none */
};

static const struct stroke strokes[] = {
	[PLATFORM_KEY_SHIFT_INSERT] = {{XK_Shift_L, NoSymbol}, XK_Insert},
	[PLATFORM_KEY_CTRL_V] = {{XK_Control_L, NoSymbol}, XK_v},
	[PLATFORM_KEY_CTRL_SHIFT_V] = {{XK_Control_L, XK_Shift_L}, XK_v},
	[PLATFORM_KEY_LEFT] = {{NoSymbol, NoSymbol}, XK_Left},
};

/* --- codes on the root window ------------------------------------------------------- */

static void codes_write(struct x11 *x11, enum x11_atom name, const unsigned char *codes, int n)
{
	XChangeProperty(x11->display, x11->root, x11->atoms[name], XA_CARDINAL, 8, PropModeReplace,
		codes, n);
}

static size_t codes_read(struct x11 *x11, enum x11_atom name, unsigned char codes[256])
{
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	Atom type;
	int format = 0;

	if (XGetWindowProperty(x11->display, x11->root, x11->atoms[name], 0, 64, False, XA_CARDINAL,
		    &type, &format, &n, &rest, &data) != Success)
		return 0;
	n = format == 8 ? n : 0;
	if (n > 0)
		memcpy(codes, data, n);
	XFree(data);
	return n;
}

void x11_press_mend(struct x11 *x11)
{
	unsigned char codes[256];
	size_t n, i;
	int event, error, major, minor;

	/* One that presses keys right now has the server to itself: this waits for it. */
	n = codes_read(x11, X11_PRESSED, codes);
	if (n == 0 || !XTestQueryExtension(x11->display, &event, &error, &major, &minor))
		return;
	for (i = 0; i < n; i++)
		if (codes[i] != 0)
			XTestFakeKeyEvent(x11->display, codes[i], False, CurrentTime);
	XDeleteProperty(x11->display, x11->root, x11->atoms[X11_PRESSED]);
	XSync(x11->display, False);
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.keys_let_go"), LOG_NUMBER("keys", n));
}

/* --- strokes ------------------------------------------------------------------------ */

static void key_send(struct x11 *x11, KeyCode code, bool down)
{
	if (code != 0)
		XTestFakeKeyEvent(x11->display, code, down, CurrentTime);
}

static void stroke_send(struct x11 *x11, const struct stroke *stroke, unsigned count)
{
	const KeySym symbols[3] = {stroke->modifiers[0], stroke->modifiers[1], stroke->key};
	KeyCode codes[3];
	unsigned i;

	for (i = 0; i < 3; i++)
		codes[i] = symbols[i] != NoSymbol ? x11_code(x11, symbols[i]) : 0;
	codes_write(x11, X11_PRESSED, codes, 3);
	key_send(x11, codes[0], true);
	key_send(x11, codes[1], true);
	for (i = 0; i < count; i++) {
		key_send(x11, codes[2], true);
		key_send(x11, codes[2], false);
	}
	key_send(x11, codes[1], false);
	key_send(x11, codes[0], false);
	XDeleteProperty(x11->display, x11->root, x11->atoms[X11_PRESSED]);
}

/* Does this window have the keyboard? Asked with the server for ourselves, so that
 * nobody can move the focus before the keys are pressed. Not while we have it: it is not
 * back yet from a picker, or another one was called meanwhile, which would get the keys. */
static bool has_keyboard(struct x11 *x11, const struct platform_window *window)
{
	struct platform_window now;

	if (x11->picker.grabbed)
		return false;
	x11_window(&x11->base, &now);
	return window->id != 0 && now.id == window->id && now.client == window->client &&
	       now.pid == window->pid && now.start == window->start;
}

static int has_xtest(struct x11 *x11, struct err *err)
{
	int event, error, major, minor;

	return XTestQueryExtension(x11->display, &event, &error, &major, &minor)
		       ? 0
		       : err_set(err, ERR_FAILED, "the X server has no XTEST extension");
}

int x11_press(struct platform_desktop *desktop, const struct platform_window *window,
	enum platform_key key, unsigned count, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	int result = PLATFORM_OTHER;

	if (has_xtest(x11, err) != 0)
		return -1;
	if (x11_code(x11, strokes[key].key) == 0)
		return err_set(err, ERR_FAILED, "the keyboard has no such key");
	XGrabServer(x11->display);
	if (has_keyboard(x11, window)) {
		stroke_send(x11, &strokes[key], count);
		result = PLATFORM_OK;
	}
	XUngrabServer(x11->display);
	XSync(x11->display, False);
	return result;
}

/* --- typing -------------------------------------------------------------------------- */

#define LEVELS 4 /* bit 0: with Shift; bit 1: with what other layouts call AltGr */

/* What a keyboard gives now, locks and group as they are. */
struct board {
	int first, last;
	KeySym symbols[256][LEVELS];
	bool spare[256]; /* no symbol in any group: no key of the person's */
};

/* The modifier of that key; 0: the keyboard has none. */
static unsigned third_level(struct x11 *x11)
{
	KeyCode code = XKeysymToKeycode(x11->display, XK_ISO_Level3_Shift);
	XModifierKeymap *map = XGetModifierMapping(x11->display);
	unsigned mask = 0;
	int i;

	for (i = 0; code != 0 && i < 8 * map->max_keypermod; i++)
		if (map->modifiermap[i] == code)
			mask = 1U << (i / map->max_keypermod);
	XFreeModifiermap(map);
	return mask;
}

static bool board_read(struct x11 *x11, struct board *board)
{
	XkbDescPtr map = XkbGetMap(x11->display, XkbAllClientInfoMask, XkbUseCoreKbd);
	unsigned used, third = third_level(x11), modifiers;
	XkbStateRec state;
	int code, level;

	memset(board, 0, sizeof *board);
	if (map == NULL)
		return false;
	(void)XkbGetState(x11->display, XkbUseCoreKbd, &state);
	board->first = map->min_key_code;
	board->last = map->max_key_code;
	for (code = board->first; code <= board->last; code++) {
		board->spare[code] = XkbKeyNumSyms(map, code) == 0;
		for (level = 0; level < (third != 0 ? LEVELS : 2); level++) {
			modifiers = state.locked_mods |
				    ((level & 1) != 0 ? (unsigned)ShiftMask : 0U) |
				    ((level & 2) != 0 ? third : 0U);
			if (!XkbTranslateKeyCode(map, (KeyCode)code,
				    XkbBuildCoreState(modifiers, (unsigned)state.group), &used,
				    &board->symbols[code][level]))
				board->symbols[code][level] = NoSymbol;
		}
	}
	XkbFreeKeyboard(map, 0, True);
	return true;
}

/* Latin-1 symbols are their own numbers; others are numbered from here. */
static KeySym symbol_of(uint32_t character)
{
	return character < 0x100 ? character : (KeySym)(0x01000000U | character);
}

static bool board_find(const struct board *board, KeySym symbol, int *code, int *level)
{
	for (*level = 0; *level < LEVELS; (*level)++)
		for (*code = board->first; *code <= board->last; (*code)++)
			if (board->symbols[*code][*level] == symbol)
				return true;
	return false;
}

struct typing {
	KeySym symbols[PLATFORM_TYPE_MAX];
	size_t n;
	KeySym missing[512]; /* that no key gives */
	size_t n_missing;
};

static int typing_read(struct typing *typing, struct str text, struct err *err)
{
	size_t at = 0, step;
	uint32_t character;

	for (typing->n = 0; at < text.n; at += step) {
		step = str_decode(text.p + at, text.n - at, &character);
		if (step == 0 || character < 0x20 || (character >= 0x7f && character < 0xa0))
			return err_set(err, ERR_INVALID,
				"several lines, tabs and the like are not typed: each may act");
		if (typing->n == PLATFORM_TYPE_MAX)
			return err_set(err, ERR_LIMIT, "more than %d characters are not typed",
				PLATFORM_TYPE_MAX);
		typing->symbols[typing->n++] = symbol_of(character);
	}
	return 0;
}

static int missing_find(struct typing *typing, const struct board *board, struct err *err)
{
	size_t i, k;
	int code, level;

	for (i = typing->n_missing = 0; i < typing->n; i++) {
		KeySym symbol = typing->symbols[i];

		for (k = 0; k < typing->n_missing && typing->missing[k] != symbol; k++)
			;
		if (k < typing->n_missing || board_find(board, symbol, &code, &level))
			continue;
		if (typing->n_missing == sizeof typing->missing / sizeof *typing->missing)
			return err_set(err, ERR_LIMIT, "too many characters that no key has");
		typing->missing[typing->n_missing++] = symbol;
	}
	return 0;
}

/* Two symbols on a key that nobody has: the core protocol knows no more for one layout. */
static void spare_set(struct x11 *x11, int code, const KeySym *levels, size_t n)
{
	KeySym symbols[2];

	symbols[0] = n > 0 ? levels[0] : NoSymbol;
	symbols[1] = n > 1 ? levels[1] : symbols[0];
	XChangeKeyboardMapping(x11->display, code, 2, symbols, 1);
}

/* Keys for the missing characters, or a failure. */
static size_t spares_find(struct x11 *x11, const struct board *board, size_t wanted, int codes[256])
{
	size_t n = 0, i;
	int code;

	/* Fresh ones first: those of the last text may not be looked up yet. */
	for (code = board->first; code <= board->last && n < wanted; code++)
		if (board->spare[code])
			codes[n++] = code;
	if (n < wanted && clock_monotonic_us() < x11->spares_until_us)
		return n;
	for (i = 0; i < x11->n_spares && n < wanted; i++)
		if (!board->spare[x11->spares[i]])
			codes[n++] = x11->spares[i];
	return n;
}

static void spares_note(struct x11 *x11, const int *codes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (memchr(x11->spares, codes[i], x11->n_spares) == NULL)
			x11->spares[x11->n_spares++] = (unsigned char)codes[i];
	codes_write(x11, X11_SPARES, x11->spares, (int)x11->n_spares);
}

/*
 * Missing characters get keys of their own, two a key. They stay until a later
 * text needs others: who is busy looks them up when it gets to it, which nobody tells us.
 */
static int spares_map(struct x11 *x11, struct typing *typing, struct board *board, struct err *err)
{
	size_t n, i, wanted = (typing->n_missing + 1) / 2;
	int codes[256];

	if (wanted == 0)
		return 0;
	n = wanted < 256 ? spares_find(x11, board, wanted, codes) : 0;
	if (n < wanted)
		return err_set(
			err, ERR_LIMIT, "%zu characters of it are on no key", typing->n_missing);
	spares_note(x11, codes, n);
	for (i = 0; i < n; i++)
		spare_set(x11, codes[i], typing->missing + 2 * i,
			i + 1 < n ? 2 : typing->n_missing - 2 * i);
	XSync(x11->display, False);
	return board_read(x11, board) && missing_find(typing, board, err) == 0 &&
			       typing->n_missing == 0
		       ? 0
		       : err_set(err, ERR_FAILED, "the keyboard takes no other characters");
}

void x11_spares_give_back(struct x11 *x11)
{
	unsigned char codes[256];
	size_t n = codes_read(x11, X11_SPARES, codes), i;

	for (i = 0; i < n; i++)
		spare_set(x11, codes[i], NULL, 0);
	if (n > 0)
		XDeleteProperty(x11->display, x11->root, x11->atoms[X11_SPARES]);
	XSync(x11->display, False);
	x11->n_spares = 0;
}

/* Bring Shift and AltGr where this level needs them. */
static void level_send(struct x11 *x11, const KeyCode modifiers[2], int *now, int level)
{
	int bit;

	for (bit = 0; bit < 2; bit++)
		if (((*now ^ level) & 1 << bit) != 0)
			key_send(x11, modifiers[bit], (level & 1 << bit) != 0);
	*now = level;
}

static void typing_send(struct x11 *x11, const struct typing *typing, const struct board *board)
{
	const KeyCode modifiers[2] = {
		x11_code(x11, XK_Shift_L), x11_code(x11, XK_ISO_Level3_Shift)};
	unsigned char codes[256] = {modifiers[0], modifiers[1]};
	int n = 2, code, level, now = 0;
	size_t i;

	for (i = 0; i < typing->n; i++)
		if (board_find(board, typing->symbols[i], &code, &level) && n < 256 &&
			memchr(codes, code, (size_t)n) == NULL)
			codes[n++] = (unsigned char)code;
	codes_write(x11, X11_PRESSED, codes, n);
	for (i = 0; i < typing->n; i++) {
		(void)board_find(board, typing->symbols[i], &code, &level);
		level_send(x11, modifiers, &now, level);
		key_send(x11, (KeyCode)code, true);
		key_send(x11, (KeyCode)code, false);
	}
	level_send(x11, modifiers, &now, 0);
	XDeleteProperty(x11->display, x11->root, x11->atoms[X11_PRESSED]);
}

static int type(struct x11 *x11, const struct platform_window *window, struct typing *typing,
	struct board *board, struct err *err)
{
	int result = PLATFORM_OTHER;

	if (!board_read(x11, board))
		return err_set(err, ERR_FAILED, "the X server has no XKB extension");
	if (missing_find(typing, board, err) != 0 || spares_map(x11, typing, board, err) != 0)
		return -1;
	XGrabServer(x11->display);
	if (has_keyboard(x11, window)) {
		typing_send(x11, typing, board);
		result = PLATFORM_OK;
	}
	XUngrabServer(x11->display);
	XSync(x11->display, False);
	x11->spares_until_us = clock_monotonic_us() + SPARES_US;
	return result;
}

int x11_type(struct platform_desktop *desktop, const struct platform_window *window,
	struct str text, struct err *err)
{
	struct typing *typing = xmalloc(sizeof *typing);
	struct board *board = xmalloc(sizeof *board);
	struct x11 *x11 = x11_of(desktop);
	int result = -1;

	if (has_xtest(x11, err) == 0 && typing_read(typing, text, err) == 0)
		result = type(x11, window, typing, board, err);
	free(typing);
	free(board);
	return result;
}
