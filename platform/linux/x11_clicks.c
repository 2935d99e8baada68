/*
 * A click beside the picker, which ends it; see x11.h. A grab of the pointer would have
 * to hand every press on, and lose those that belong to an open menu of the target: the
 * raw events of the X Input Extension (2.1 and later) only tell, and take nothing from
 * anybody. They are asked for while the picker is shown, and at no other time. A server
 * without them has a picker that only keys close.
 */
#include "platform/linux/x11.h"

#include <X11/extensions/XInput2.h>

static void select_presses(struct x11 *x11, bool on)
{
	unsigned char bits[XIMaskLen(XI_RawButtonPress)] = {0};
	XIEventMask mask = {
		.deviceid = XIAllMasterDevices, .mask_len = (int)sizeof bits, .mask = bits};

	if (on)
		XISetMask(bits, XI_RawButtonPress);
	(void)XISelectEvents(x11->display, x11->root, &mask, 1);
}

void x11_clicks_init(struct x11 *x11)
{
	int event, error, major = 2, minor = 2;

	if (!XQueryExtension(x11->display, "XInputExtension", &x11->input, &event, &error) ||
		XIQueryVersion(x11->display, &major, &minor) != Success ||
		(major == 2 && minor < 1))
		x11->input = 0;
}

void x11_clicks_watch(struct x11 *x11, bool on)
{
	if (x11->input != 0)
		select_presses(x11, on);
}

/* Wheels are buttons 4 to 7 here, and turning one is no click. */
static bool is_click(int button)
{
	return button < 4 || button > 7;
}

bool x11_clicks_event(struct x11 *x11, XEvent *event)
{
	XGenericEventCookie *cookie = &event->xcookie;
	const XIRawEvent *raw;

	if (event->type != GenericEvent || cookie->extension != x11->input || x11->input == 0)
		return false;
	if (!XGetEventData(x11->display, cookie))
		return true;
	raw = cookie->data;
	if (cookie->evtype == XI_RawButtonPress && is_click(raw->detail))
		x11_picker_click(x11, raw->time);
	XFreeEventData(x11->display, cookie);
	return true;
}
