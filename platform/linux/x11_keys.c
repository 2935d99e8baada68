/*
 * Hotkeys and keys that are held down; see x11.h. Keys are grabbed
 * with every combination of Caps, Num and Scroll Lock, since the server takes locks
 * for modifiers. XGrabKey's refusal comes as an error later: it is waited for.
 */
#include "platform/linux/x11.h"

#include <X11/XKBlib.h>
#include <X11/keysym.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HELD_POLL_MS 5 /* only while a key is held down */
#define RETRY_MIN_S 1
#define RETRY_MAX_S 30

/* --- what the server calls the modifiers ------------------------------------------ */

static unsigned modifier_of(const XModifierKeymap *map, KeyCode code)
{
	int i;

	for (i = 0; code != 0 && i < 8 * map->max_keypermod; i++)
		if (map->modifiermap[i] == code)
			return 1U << (i / map->max_keypermod);
	return 0;
}

static void modifiers_ask(struct x11 *x11)
{
	XModifierKeymap *map = XGetModifierMapping(x11->display);
	Display *display = x11->display;

	x11->num_lock = modifier_of(map, XKeysymToKeycode(display, XK_Num_Lock));
	x11->scroll_lock = modifier_of(map, XKeysymToKeycode(display, XK_Scroll_Lock));
	x11->alt = modifier_of(map, XKeysymToKeycode(display, XK_Alt_L));
	x11->super = modifier_of(map, XKeysymToKeycode(display, XK_Super_L));
	if (x11->alt == 0)
		x11->alt = Mod1Mask;
	if (x11->super == 0)
		x11->super = Mod4Mask;
	XFreeModifiermap(map);
}

/* Where a letter stands on the keyboard, for layouts that have no such letter: the
 * codes that Linux gives the keys of a us keyboard. */
static KeyCode physical(KeySym keysym)
{
	static const char rows[] = "1234567890\0\0\0\0qwertyuiop\0\0\0\0asdfghjkl\0\0\0\0\0zxcvbnm";
	const char *at;

	if (keysym == XK_space)
		return 65;
	if (keysym == XK_Insert)
		return 118;
	if (keysym == XK_Shift_L)
		return 50;
	if (keysym == XK_Control_L)
		return 37;
	if (keysym == XK_Left)
		return 113;
	if (keysym > 0x7f || keysym == 0)
		return 0;
	at = memchr(rows, (int)keysym, sizeof rows - 1);
	return at != NULL ? (KeyCode)(10 + (at - rows)) : 0;
}

KeyCode x11_code(struct x11 *x11, KeySym keysym)
{
	KeyCode code = XKeysymToKeycode(x11->display, keysym);

	return code != 0 ? code : physical(keysym);
}

/* --- hotkeys ---------------------------------------------------------------------- */

static unsigned modifier_named(const struct x11 *x11, struct str name)
{
	static const struct {
		const char *name;
		unsigned mask;
	} names[] = {{"ctrl", ControlMask}, {"control", ControlMask}, {"shift", ShiftMask}};
	char text[16];
	size_t i;

	if (name.n >= sizeof text)
		return 0;
	(void)snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(text, names[i].name) == 0)
			return names[i].mask;
	if (strcasecmp(text, "alt") == 0)
		return x11->alt;
	return strcasecmp(text, "super") == 0 || strcasecmp(text, "win") == 0 ? x11->super : 0;
}

/* "Space", "space", "F9", "p", "P". */
static KeySym keysym_named(struct str name)
{
	char text[32];
	KeySym keysym;
	size_t i;

	if (name.n == 0 || name.n >= sizeof text)
		return NoSymbol;
	(void)snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
	for (i = 0; name.n == 1 && i < name.n; i++)
		text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
	keysym = XStringToKeysym(text);
	for (i = 0; keysym == NoSymbol && i < name.n; i++)
		text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
	return keysym != NoSymbol ? keysym : XStringToKeysym(text);
}

/* "Ctrl+Alt+Space" into code and modifiers as the server has them now. */
static int hotkey_parse(struct x11 *x11, struct x11_hotkey *hotkey, struct err *err)
{
	struct str rest = str_of(hotkey->keys), part;
	unsigned modifier;
	KeySym keysym;

	hotkey->modifiers = 0;
	for (;;) {
		struct str word = str_trim(part = str_cut(rest, '+', &rest));

		if (rest.n == 0) {
			keysym = keysym_named(word);
			break;
		}
		modifier = modifier_named(x11, word);
		if (modifier == 0)
			return err_set(err, ERR_INVALID,
				"%s: \"%.*s\" is no modifier; Ctrl, Alt, Shift and Super are",
				hotkey->keys, (int)word.n, word.p);
		hotkey->modifiers |= modifier;
	}
	(void)part;
	hotkey->code = keysym != NoSymbol ? x11_code(x11, keysym) : 0;
	if (hotkey->code == 0)
		return err_set(err, ERR_INVALID, "%s: there is no such key", hotkey->keys);
	return 0;
}

static unsigned locks(const struct x11 *x11, unsigned which)
{
	return ((which & 1) != 0 ? LockMask : 0) | ((which & 2) != 0 ? x11->num_lock : 0) |
	       ((which & 4) != 0 ? x11->scroll_lock : 0);
}

static void hotkey_ungrab(struct x11 *x11, struct x11_hotkey *hotkey)
{
	unsigned i;

	for (i = 0; hotkey->grabbed && i < 8; i++)
		XUngrabKey(
			x11->display, hotkey->code, hotkey->modifiers | locks(x11, i), x11->root);
	hotkey->grabbed = false;
}

/* All eight or none. */
static bool hotkey_grab(struct x11 *x11, struct x11_hotkey *hotkey)
{
	unsigned i;

	x11_trap(x11);
	for (i = 0; i < 8; i++)
		XGrabKey(x11->display, hotkey->code, hotkey->modifiers | locks(x11, i), x11->root,
			True, GrabModeAsync, GrabModeSync); /* see x11_picker_take() */
	hotkey->grabbed = true;
	if (x11_untrap(x11) == 0)
		return true;
	hotkey_ungrab(x11, hotkey);
	XSync(x11->display, False);
	return false;
}

/* Who has it, as far as known. */
static void say_taken(struct x11 *x11, const struct x11_hotkey *hotkey, struct err *err)
{
	char who[160];

	x11_key_holder(x11, hotkey->keys, who, sizeof who);
	(void)err_set(err, ERR_BUSY,
		"another program has %s%s%s; it is tried again until it is free", hotkey->keys,
		who[0] != '\0' ? ": " : "", who);
}

static void report_grabbed(struct x11 *x11, const struct x11_hotkey *hotkey, const char *why)
{
	struct platform_event event = {.type = PLATFORM_EVENT_GRABBED,
		.number = (int)(hotkey - x11->hotkeys),
		.text = str_of(why)};

	loop_send(&x11->loop, &event);
}

static void retry_later(struct x11 *x11, unsigned seconds);

/* The server tells nobody that a key became free. */
static gboolean on_retry(gpointer data)
{
	struct x11 *x11 = data;
	struct err err;
	bool all = true;
	size_t i;

	x11->retry = 0;
	for (i = 0; i < X11_HOTKEYS_MAX; i++) {
		struct x11_hotkey *hotkey = &x11->hotkeys[i];

		if (!hotkey->set || hotkey->grabbed)
			continue;
		if (hotkey_parse(x11, hotkey, &err) == 0 && hotkey_grab(x11, hotkey))
			report_grabbed(x11, hotkey, "");
		else
			all = false;
	}
	if (!all)
		retry_later(x11, x11->retry_s * 2 < RETRY_MAX_S ? x11->retry_s * 2 : RETRY_MAX_S);
	return G_SOURCE_REMOVE;
}

static void retry_later(struct x11 *x11, unsigned seconds)
{
	if (x11->retry != 0)
		(void)g_source_remove(x11->retry);
	x11->retry_s = seconds;
	x11->retry = g_timeout_add_seconds(seconds, on_retry, x11);
}

/* With the masks as they were when it was grabbed. */
static void hotkeys_let_go(struct x11 *x11)
{
	size_t i;

	for (i = 0; i < X11_HOTKEYS_MAX; i++)
		hotkey_ungrab(x11, &x11->hotkeys[i]);
}

/* Grabbed anew only where that changes something: in between, the key is nobody's. */
static void hotkey_map(struct x11 *x11, struct x11_hotkey *hotkey)
{
	struct x11_hotkey now = *hotkey;
	struct err err;
	bool valid = hotkey_parse(x11, &now, &err) == 0;

	if (!valid || now.code != hotkey->code || now.modifiers != hotkey->modifiers)
		hotkey_ungrab(x11, hotkey);
	if (hotkey->grabbed)
		return;
	hotkey->code = now.code;
	hotkey->modifiers = now.modifiers;
	if (valid && hotkey_grab(x11, hotkey)) {
		report_grabbed(x11, hotkey, "");
		return;
	}
	if (valid)
		say_taken(x11, hotkey, &err);
	report_grabbed(x11, hotkey, err.text);
	retry_later(x11, RETRY_MIN_S);
}

void x11_keys_map(struct x11 *x11)
{
	XModifierKeymap *map = XGetModifierMapping(x11->display);
	bool same_locks =
		x11->num_lock == modifier_of(map, XKeysymToKeycode(x11->display, XK_Num_Lock)) &&
		x11->scroll_lock ==
			modifier_of(map, XKeysymToKeycode(x11->display, XK_Scroll_Lock));
	size_t i;

	XFreeModifiermap(map);
	if (!same_locks)
		hotkeys_let_go(x11);
	modifiers_ask(x11);
	for (i = 0; i < X11_HOTKEYS_MAX; i++)
		if (x11->hotkeys[i].set)
			hotkey_map(x11, &x11->hotkeys[i]);
}

int x11_hotkey_set(struct platform_desktop *desktop, int number, struct str keys, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	struct x11_hotkey *hotkey = &x11->hotkeys[number];

	hotkey_ungrab(x11, hotkey);
	*hotkey = (struct x11_hotkey){0};
	if (keys.n == 0)
		return 0;
	if (keys.n >= sizeof hotkey->keys)
		return err_set(err, ERR_INVALID, "the name of a hotkey is too long");
	(void)snprintf(hotkey->keys, sizeof hotkey->keys, "%.*s", (int)keys.n, keys.p);
	if (hotkey_parse(x11, hotkey, err) != 0)
		return -1;
	hotkey->set = true;
	if (hotkey_grab(x11, hotkey))
		return PLATFORM_OK;
	retry_later(x11, RETRY_MIN_S);
	say_taken(x11, hotkey, err);
	return PLATFORM_TAKEN;
}

bool x11_keys_event(struct x11 *x11, XEvent *event)
{
	unsigned mask = ControlMask | ShiftMask | x11->alt | x11->super;
	struct platform_event pressed = {.type = PLATFORM_EVENT_HOTKEY};
	bool ours = false;
	int i;

	if (event->type != KeyPress && event->type != KeyRelease)
		return false;
	if (event->type == KeyPress && !x11->picker.grabbed)
		x11_picker_take(x11, event->xkey.time);
	for (i = 0; i < X11_HOTKEYS_MAX; i++) {
		struct x11_hotkey *hotkey = &x11->hotkeys[i];
		bool was_down = hotkey->down;

		if (!hotkey->grabbed || hotkey->code != event->xkey.keycode ||
			(event->type == KeyPress &&
				(event->xkey.state & mask) != hotkey->modifiers))
			continue;
		hotkey->down = event->type == KeyPress;
		pressed.number = i;
		ours = true;
		if (hotkey->down && !was_down)
			loop_send(&x11->loop, &pressed);
	}
	if (!ours)
		(void)x11_picker_key(x11, &event->xkey);
	x11_picker_took(x11);
	return true;
}

/* --- keys that are held down -------------------------------------------------------- */

static bool any_held(struct x11 *x11)
{
	static const KeySym watched[] = {XK_Shift_L, XK_Shift_R, XK_Control_L, XK_Control_R,
		XK_Alt_L, XK_Alt_R, XK_Meta_L, XK_Meta_R, XK_Super_L, XK_Super_R, XK_Hyper_L,
		XK_ISO_Level3_Shift, XK_Return, XK_KP_Enter, XK_Escape};
	char keys[32];
	size_t i;

	XQueryKeymap(x11->display, keys);
	for (i = 0; i < sizeof watched / sizeof *watched; i++) {
		KeyCode code = XKeysymToKeycode(x11->display, watched[i]);

		if (code != 0 && (keys[code / 8] & 1 << code % 8) != 0)
			return true;
	}
	for (i = 0; i < X11_HOTKEYS_MAX; i++) {
		KeyCode code = x11->hotkeys[i].code;

		if (x11->hotkeys[i].set && (keys[code / 8] & 1 << code % 8) != 0)
			return true;
	}
	return false;
}

void x11_keys_released(struct x11 *x11, unsigned code)
{
	size_t i;

	for (i = 0; i < X11_HOTKEYS_MAX; i++)
		if (code == 0 || x11->hotkeys[i].code == code)
			x11->hotkeys[i].down = false;
}

static gboolean on_held(gpointer data)
{
	struct x11 *x11 = data;
	bool held = any_held(x11), release = x11->release;

	x11->held = 0;
	if (!x11_picker_left(x11, held) || (release && held)) {
		x11->held = g_timeout_add(HELD_POLL_MS, on_held, x11);
		return G_SOURCE_REMOVE;
	}
	x11->release = false;
	if (!held)
		x11_keys_released(x11, 0);
	if (release)
		loop_send(&x11->loop, &(struct platform_event){.type = PLATFORM_EVENT_RELEASED});
	return G_SOURCE_REMOVE;
}

void x11_keys_await(struct x11 *x11)
{
	if (x11->held == 0)
		x11->held = g_idle_add_full(G_PRIORITY_HIGH, on_held, x11, NULL);
}

void x11_release(struct platform_desktop *desktop)
{
	struct x11 *x11 = x11_of(desktop);

	x11->release = true;
	x11_keys_await(x11);
}

void x11_keys_fini(struct x11 *x11)
{
	size_t i;

	for (i = 0; i < X11_HOTKEYS_MAX; i++)
		hotkey_ungrab(x11, &x11->hotkeys[i]);
	if (x11->retry != 0)
		(void)g_source_remove(x11->retry);
	if (x11->held != 0)
		(void)g_source_remove(x11->held);
	x11->retry = x11->held = 0;
}
