/*
 * Another program that wants what we want, for scripts; prints "has it" and keeps it
 * until it is ended:
 *
 *	desktop-rival locker             keyboard and pointer, as i3lock and slock do
 *	desktop-rival keyboard           the keyboard alone, as a menu does
 *	desktop-rival manager            who keeps what is copied, by the name "keeper"
 *	desktop-rival KEYSYM MODIFIERS   a hotkey; modifiers as X numbers them
 */
#include <X11/Xlib.h>
#include <unistd.h>

#include "tests/test.h"

int main(int argc, char **argv)
{
	Display *display = XOpenDisplay(NULL);
	Window root;

	CHECK(display != NULL && argc > 1);
	root = DefaultRootWindow(display);
	if (strcmp(argv[1], "manager") == 0) {
		Window own = XCreateSimpleWindow(display, root, -10, -10, 1, 1, 0, 0, 0);

		(void)XStoreName(display, own, "keeper");
		XSetSelectionOwner(display, XInternAtom(display, "CLIPBOARD_MANAGER", False), own,
			CurrentTime);
	} else if (argc == 2)
		CHECK(XGrabKeyboard(display, root, False, GrabModeAsync, GrabModeAsync,
			      CurrentTime) == GrabSuccess);
	else
		XGrabKey(display, XKeysymToKeycode(display, XStringToKeysym(argv[1])),
			(unsigned)strtoul(argv[2], NULL, 0), root, False, GrabModeAsync,
			GrabModeAsync);
	if (strcmp(argv[1], "locker") == 0)
		CHECK(XGrabPointer(display, root, False, 0, GrabModeAsync, GrabModeAsync, None,
			      None, CurrentTime) == GrabSuccess);
	XSync(display, False); /* an error of XGrabKey ends the program */
	(void)printf("has it\n");
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
