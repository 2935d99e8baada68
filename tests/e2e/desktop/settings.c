/*
 * A desktop's settings service (XSETTINGS), as far as the scale goes:
 *
 *	desktop-settings        each line of its input is a scale, from then on; each that
 *	                        is told is printed
 *
 * The property: byte order, 3 unused, serial, how many; then each: type 0 (a number),
 * unused, length of the name, name, padding to 4, serial, value.
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void put(unsigned char *at, uint32_t number)
{
	memcpy(at, &number, sizeof number); /* in this machine's order, and said so */
}

static void tell(Display *display, Window window, uint32_t serial, uint32_t scale)
{
	static const char name[] = "Gdk/WindowScalingFactor"; /* 23 letters and the padding */
	Atom settings = XInternAtom(display, "_XSETTINGS_SETTINGS", False);
	unsigned char text[12 + 4 + sizeof name + 8] = {0};
	uint16_t len = sizeof name - 1;
	const uint16_t order = 1;

	text[0] = *(const unsigned char *)&order == 1 ? LSBFirst : MSBFirst;
	put(text + 4, serial);
	put(text + 8, 1);
	memcpy(text + 14, &len, sizeof len);
	memcpy(text + 16, name, sizeof name);
	put(text + 16 + sizeof name, serial);
	put(text + 16 + sizeof name + 4, scale);
	XChangeProperty(display, window, settings, settings, 8, PropModeReplace, text, sizeof text);
	XSync(display, False);
}

int main(void)
{
	Display *display = XOpenDisplay(NULL);
	XEvent event = {.xclient = {.type = ClientMessage, .format = 32}};
	uint32_t serial = 0;
	char line[32];
	Window window;
	Atom owner;

	if (display == NULL)
		return 1;
	owner = XInternAtom(display, "_XSETTINGS_S0", False);
	window = XCreateSimpleWindow(display, DefaultRootWindow(display), -10, -10, 1, 1, 0, 0, 0);
	tell(display, window, serial++, 1);
	XSetSelectionOwner(display, owner, window, CurrentTime);
	CHECK(XGetSelectionOwner(display, owner) == window);
	event.xclient.window = DefaultRootWindow(display);
	event.xclient.message_type = XInternAtom(display, "MANAGER", False);
	event.xclient.data.l[1] = (long)owner;
	event.xclient.data.l[2] = (long)window;
	XSendEvent(display, DefaultRootWindow(display), False, StructureNotifyMask, &event);
	XSync(display, False);
	(void)printf("ready\n");
	(void)fflush(stdout);
	while (fgets(line, sizeof line, stdin) != NULL) {
		tell(display, window, serial++, (uint32_t)strtoul(line, NULL, 10));
		(void)printf("told %s", line);
		(void)fflush(stdout);
	}
	XCloseDisplay(display);
	return 0;
}
