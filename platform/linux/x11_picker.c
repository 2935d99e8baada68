/*
 * The picker on X11: who has the keyboard, and when; see x11.h and picker.h.
 *
 * By default the focus never moves. A hotkey is grabbed so that the keyboard stands
 * still at its press (GrabModeSync); the first thing that is done then is to take the
 * whole keyboard, which sets it going again with every later key ours. What was typed
 * in between waits at the server. The window is override-redirect, and what is pressed
 * is handed to it. So a target keeps its focus, its open menu, its rename box, and
 * nothing has to be given back.
 *
 * A screen reader and an input method of another process follow the focus: for them
 * the window gets it, and the grab ends then. After, the focus goes back to the very
 * window that had it.
 *
 *   hidden ─take─→ taken ─show─→ shown ─────hide─→ leaving ─keys let go─→ hidden
 *                                  └─focus─→ focused ──↗  (grabbed again)
 */
#include "platform/linux/x11.h"

#include "platform/linux/picker.h"

#define LEAVE_US (2 * G_USEC_PER_SEC)
#define CLICK_US (300 * 1000) /* for a window manager to see a click */

/* --- the keyboard ------------------------------------------------------------------------- */

static bool keyboard_grab(struct x11 *x11, Time time)
{
	/* The root window is always there to be grabbed on; events come to this client. */
	x11->picker.grabbed = XGrabKeyboard(x11->display, x11->root, False, GrabModeAsync,
				      GrabModeAsync, time) == GrabSuccess;
	return x11->picker.grabbed;
}

static void keyboard_ungrab(struct x11 *x11)
{
	if (x11->picker.grabbed)
		XUngrabKeyboard(x11->display, CurrentTime);
	x11->picker.grabbed = false;
	XFlush(x11->display);
}

void x11_picker_take(struct x11 *x11, Time time)
{
	if (x11->picker.window == NULL || !keyboard_grab(x11, time))
		XAllowEvents(x11->display, AsyncKeyboard, CurrentTime);
}

void x11_picker_took(struct x11 *x11)
{
	if (x11->picker.shown ? x11->picker.focused : !x11->picker.leaving)
		keyboard_ungrab(x11);
}

bool x11_picker_key(struct x11 *x11, const XKeyEvent *event)
{
	struct picker_stroke stroke = {.code = event->keycode,
		.state = event->state,
		.time = (uint32_t)event->time,
		.down = event->type == KeyPress};

	if (!x11->picker.shown || x11->picker.focused)
		return false;
	picker_key(x11->picker.window, &stroke);
	return true;
}

/* --- the focus ------------------------------------------------------------------------------ */

static Window focus_now(struct x11 *x11, int *revert)
{
	Window focus;

	XGetInputFocus(x11->display, &focus, revert);
	return focus;
}

/* It is the picker's still, or nobody's, as its window is not seen any more. */
static bool focus_is_ours(struct x11 *x11)
{
	int revert;
	Window focus = focus_now(x11, &revert);

	return focus == None || focus == PointerRoot || focus == x11->root ||
	       focus == (Window)picker_window(x11->picker.window);
}

/* Unless somebody else has it by now, who keeps it: looked at and given as one. */
static void focus_give_back(struct x11 *x11)
{
	x11_trap(x11);
	XGrabServer(x11->display);
	x11->picker.wants_focus = focus_is_ours(x11);
	if (x11->picker.wants_focus)
		XSetInputFocus(x11->display, x11->picker.before, x11->picker.before_revert,
			x11->picker.left);
	XUngrabServer(x11->display);
	(void)x11_untrap(x11); /* gone meanwhile: press() will find another window */
}

static bool focus_is_back(struct x11 *x11)
{
	int revert;

	return focus_now(x11, &revert) == x11->picker.before;
}

/*
 * After a click the window manager decides, and nobody tells us when it has: what it does
 * is waited for, and comes first in any case, as ours has the click's time and not a later
 * one. A manager that is told of two windows at a time may choose either.
 */
static bool focus_is_settled(struct x11 *x11)
{
	if (!x11->picker.wants_focus)
		return true;
	if (x11->picker.left == CurrentTime)
		return focus_is_back(x11);
	if (focus_is_ours(x11) &&
		g_get_monotonic_time() < x11->picker.deadline_us - LEAVE_US + CLICK_US)
		return false;
	focus_give_back(x11);
	x11->picker.wants_focus = false;
	return true;
}

static Bool is_key(Display *display, XEvent *event, XPointer data)
{
	(void)display;
	(void)data;
	return event->type == KeyPress || event->type == KeyRelease;
}

/* From here on keys go to the window by themselves. GTK is told of the focus only when
 * no grab stands in between; the keys that were grabbed until then come first. */
static void focus_take(struct x11 *x11)
{
	XEvent event;

	x11->picker.before = focus_now(x11, &x11->picker.before_revert);
	XSetInputFocus(x11->display, (Window)picker_window(x11->picker.window), RevertToParent,
		CurrentTime);
	keyboard_ungrab(x11);
	XSync(x11->display, False);
	while (x11->picker.shown && XCheckIfEvent(x11->display, &event, is_key, NULL))
		(void)x11_picker_key(x11, &event.xkey);
	x11->picker.focused = x11->picker.shown;
}

/* GTK also says so when somebody only grabs the keyboard: a hotkey of ours, too. */
static void on_focus(void *data, bool ours)
{
	struct x11 *x11 = data;
	int revert;

	if (!ours && x11->picker.focused && x11->picker.shown &&
		focus_now(x11, &revert) != (Window)picker_window(x11->picker.window))
		loop_send(&x11->loop, &(struct platform_event){.type = PLATFORM_EVENT_PICKER_LEFT});
}

static void on_released(void *data, unsigned code)
{
	x11_keys_released(data, code);
}

/* --- showing and hiding ------------------------------------------------------------------------
 */

static void on_event(void *data, const struct platform_event *event)
{
	struct x11 *x11 = data;

	if (x11->picker.shown)
		loop_send(&x11->loop, event);
}

int x11_picker_open(struct platform_desktop *desktop, const struct platform_picker_options *options,
	struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	struct picker_calls calls = {
		.data = x11, .event = on_event, .focus = on_focus, .released = on_released};

	if (picker_new(&x11->picker.window, options, &calls, err) != 0)
		return -1;
	x11_errors_take(x11); /* GTK has set its own */
	if (err->text[0] != '\0')
		loop_notify(&x11->loop, err->text);
	return 0;
}

/* The middle of the window with the focus; without one, where the pointer is. */
static void focus_point(struct x11 *x11, int *x, int *y)
{
	Window focus, root, child;
	int revert, left, top;
	unsigned width, height, border, depth, mask;

	XGetInputFocus(x11->display, &focus, &revert);
	x11_trap(x11);
	if (focus > PointerRoot && focus != x11->root &&
		XGetGeometry(x11->display, focus, &root, &left, &top, &width, &height, &border,
			&depth) != 0 &&
		width > 1 && height > 1 &&
		XTranslateCoordinates(x11->display, focus, x11->root, (int)width / 2,
			(int)height / 2, x, y, &child) &&
		x11_untrap(x11) == 0)
		return;
	if (!XQueryPointer(x11->display, x11->root, &root, &child, x, y, &left, &top, &mask))
		*x = *y = 0;
}

int x11_picker_show(
	struct platform_desktop *desktop, const struct platform_picker *what, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	int x = 0, y = 0;

	if (x11->picker.shown) {
		picker_show(x11->picker.window, what);
		return 0;
	}
	if (!x11->picker.grabbed && !keyboard_grab(x11, CurrentTime))
		return err_set(err, ERR_BUSY, "another program has the keyboard for itself");
	x11->picker.leaving = false;
	x11->picker.shown = true;
	x11->picker.focused = false;
	x11->picker.left = CurrentTime;
	x11->picker.wants_focus = picker_wants_focus(x11->picker.window);
	x11_clicks_watch(x11, true); /* before anybody can click beside it */
	focus_point(x11, &x, &y);
	picker_show(x11->picker.window, what);
	picker_map(x11->picker.window, x, y, !x11->picker.wants_focus);
	if (x11->picker.wants_focus)
		focus_take(x11);
	return 0;
}

/* Where it was is not told with it: the pointer may have gone a little further. */
void x11_picker_click(struct x11 *x11, Time time)
{
	Window root, child;
	int x, y, left, top;
	unsigned mask;

	if (!x11->picker.shown ||
		!XQueryPointer(
			x11->display, x11->root, &root, &child, &x, &y, &left, &top, &mask) ||
		picker_holds(x11->picker.window, x, y))
		return;
	x11->picker.left = time;
	loop_send(&x11->loop, &(struct platform_event){.type = PLATFORM_EVENT_PICKER_LEFT});
}

void x11_picker_hide(struct platform_desktop *desktop)
{
	struct x11 *x11 = x11_of(desktop);

	if (!x11->picker.shown)
		return;
	x11->picker.shown = false;
	x11_clicks_watch(x11, false);
	/* Return is down still: it must not come to whoever is next. */
	if (!x11->picker.grabbed)
		(void)keyboard_grab(x11, CurrentTime);
	if (x11->picker.wants_focus && x11->picker.left == CurrentTime)
		focus_give_back(x11);
	picker_unmap(x11->picker.window);
	x11->picker.leaving = true;
	x11->picker.deadline_us = g_get_monotonic_time() + LEAVE_US;
	x11_keys_await(x11);
}

bool x11_picker_left(struct x11 *x11, bool keys_held)
{
	bool late = g_get_monotonic_time() > x11->picker.deadline_us;

	if (!x11->picker.leaving)
		return true;
	if ((!focus_is_settled(x11) || keys_held) && !late)
		return false;
	x11->picker.leaving = x11->picker.focused = false;
	keyboard_ungrab(x11);
	return true;
}

void x11_picker_fini(struct x11 *x11)
{
	if (x11->picker.shown)
		x11_picker_hide(&x11->base);
	keyboard_ungrab(x11);
	picker_free(x11->picker.window);
	x11->picker.window = NULL;
}
