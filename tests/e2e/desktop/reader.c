/*
 * A window that pastes as some programs do, for scripts:
 *
 *	desktop-reader FILE clipboard    what is on the clipboard
 *	desktop-reader FILE primary      what is marked
 *	desktop-reader FILE twice        the clipboard, and 700 ms later again
 *	desktop-reader FILE odd          asks for forms and times, then for many at once
 *	desktop-reader FILE connection   through a second connection of its own
 *	desktop-reader FILE abort        gives up 20 times in the middle of a large one
 *	desktop-reader FILE never        nothing
 *	desktop-reader FILE fullscreen   the clipboard, filling the screen
 *	desktop-reader FILE grab         without a window: takes the keyboard for itself
 *
 * It does so when Shift+Insert comes, and appends what it got to FILE, which is there
 * from when it has the keyboard. On SIGUSR1 it opens a dialog, as far as it has a window.
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "tests/test.h"

#define SECOND_MS 700
#define ABORTS 20
#define TAKE_MAX (4L * 1024 * 1024)

static Display *display, *second;
static Window own;
static FILE *out;
static const char *mode;
static volatile sig_atomic_t wants_dialog;

static int ignore(Display *which, XErrorEvent *event)
{
	(void)which;
	(void)event;
	return 0;
}

static void on_signal(int signal_number)
{
	(void)signal_number;
	wants_dialog = 1;
}

static Atom atom(Display *on, const char *name)
{
	return XInternAtom(on, name, False);
}

static Bool is_wanted(Display *on, XEvent *event, XPointer data)
{
	(void)on;
	return event->type == *(int *)(void *)data;
}

static void next(Display *on, int type, XEvent *event)
{
	XIfEvent(on, event, is_wanted, (XPointer)&type);
}

/* What came, to FILE if it is text. The type of it. */
static Atom take(Display *on, Window window, Atom property, FILE *to)
{
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	Atom type = None;
	int format;

	XGetWindowProperty(on, window, property, 0, TAKE_MAX, True, AnyPropertyType, &type, &format,
		&n, &rest, &data);
	if (to != NULL && format == 8)
		(void)fwrite(data, 1, n, to);
	XFree(data);
	return type;
}

static void take_pieces(Display *on, Window window, Atom property, int pieces)
{
	XEvent event;
	long before;

	while (pieces != 0) {
		next(on, PropertyNotify, &event);
		if (event.xproperty.window != window || event.xproperty.atom != property ||
			event.xproperty.state != PropertyNewValue)
			continue;
		before = ftell(out);
		/* Word of one that was taken already: there is none now. */
		if (take(on, window, property, out) == None)
			continue;
		if (ftell(out) == before)
			return;
		pieces--;
	}
}

static Bool ask(Display *on, Window window, const char *selection, const char *form, Time time)
{
	XEvent event;

	XConvertSelection(
		on, atom(on, selection), atom(on, form), atom(on, "READER"), window, time);
	next(on, SelectionNotify, &event);
	return event.xselection.property != None;
}

/* The whole text; with `pieces` only so many of a large one. */
static void read_text(Display *on, Window window, const char *selection, Time time, int pieces)
{
	Atom property = atom(on, "READER");

	if (!ask(on, window, selection, "UTF8_STRING", time))
		return;
	if (take(on, window, property, out) == atom(on, "INCR"))
		take_pieces(on, window, property, pieces);
}

static Window requestor(Display *on)
{
	Window window = XCreateSimpleWindow(on, DefaultRootWindow(on), 0, 0, 1, 1, 0, 0, 0);

	XSelectInput(on, window, PropertyChangeMask);
	return window;
}

static void read_odd(Time time)
{
	static const char *const forms[] = {
		"TARGETS", "TIMESTAMP", "SAVE_TARGETS", "STRING", "no/such", "TEXT"};
	Atom pairs[6], property = atom(display, "READER");
	size_t i;

	for (i = 0; i < 120; i++)
		if (ask(display, own, "CLIPBOARD", forms[i % 6], time))
			(void)take(display, own, property, NULL);
	pairs[0] = atom(display, "UTF8_STRING");
	pairs[1] = atom(display, "READER_TEXT");
	pairs[2] = atom(display, "no/such");
	pairs[3] = atom(display, "READER_NONE");
	pairs[4] = atom(display, "TARGETS");
	pairs[5] = atom(display, "READER_TARGETS");
	XChangeProperty(display, own, property, atom(display, "ATOM_PAIR"), 32, PropModeReplace,
		(unsigned char *)pairs, 6);
	if (ask(display, own, "CLIPBOARD", "MULTIPLE", time))
		(void)take(display, own, pairs[1], out);
}

static void read_aborting(Time time)
{
	int i;

	for (i = 0; i < ABORTS; i++) {
		Window window = requestor(display);

		read_text(display, window, "CLIPBOARD", time, 1);
		XDestroyWindow(display, window);
	}
	(void)fseek(out, 0, SEEK_SET);
	CHECK(freopen(NULL, "wb", out) != NULL);
	read_text(display, own, "CLIPBOARD", time, -1);
}

static void paste(Time time)
{
	struct timespec pause = {.tv_nsec = SECOND_MS * 1000 * 1000};

	if (strcmp(mode, "primary") == 0)
		read_text(display, own, "PRIMARY", time, -1);
	else if (strcmp(mode, "odd") == 0)
		read_odd(time);
	else if (strcmp(mode, "connection") == 0)
		read_text(second, requestor(second), "CLIPBOARD", time, -1);
	else if (strcmp(mode, "abort") == 0)
		read_aborting(time);
	else if (strcmp(mode, "never") != 0)
		read_text(display, own, "CLIPBOARD", time, -1);
	if (strcmp(mode, "twice") == 0) {
		(void)nanosleep(&pause, NULL);
		read_text(display, own, "CLIPBOARD", time, -1);
	}
	(void)fflush(out);
}

static Window open_window(Window above)
{
	Window window = XCreateSimpleWindow(
		display, DefaultRootWindow(display), 0, 0, 300, 200, 0, 0, 0xffffff);
	static char name[] = "reader", class_name[] = "Reader";
	XClassHint hint = {name, class_name};
	Atom full = atom(display, "_NET_WM_STATE_FULLSCREEN");
	XWMHints wants = {.flags = InputHint, .input = True};

	XSetClassHint(display, window, &hint);
	XSetWMHints(display, window, &wants);
	if (above != None)
		XSetTransientForHint(display, window, above);
	if (strcmp(mode, "fullscreen") == 0)
		XChangeProperty(display, window, atom(display, "_NET_WM_STATE"), XA_ATOM, 32,
			PropModeReplace, (unsigned char *)&full, 1);
	XSelectInput(display, window, KeyPressMask | PropertyChangeMask | FocusChangeMask);
	XMapWindow(display, window);
	return window;
}

/* Until something comes; a signal ends the wait. */
static void serve(const char *path)
{
	struct pollfd from = {.fd = ConnectionNumber(display), .events = POLLIN};
	XEvent event;

	for (;;) {
		if (wants_dialog) {
			wants_dialog = 0;
			(void)open_window(own);
			XFlush(display);
		}
		if (XPending(display) == 0)
			(void)poll(&from, 1, -1);
		while (XPending(display) > 0) {
			XNextEvent(display, &event);
			if (event.type == FocusIn && out == NULL) {
				out = fopen(path, "wb");
				CHECK(out != NULL);
			}
			if (event.type == KeyPress && out != NULL &&
				XLookupKeysym(&event.xkey, 0) == XK_Insert)
				paste(event.xkey.time);
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};

	CHECK(argc == 3);
	mode = argv[2];
	(void)sigaction(SIGUSR1, &action, NULL);
	display = XOpenDisplay(NULL);
	second = XOpenDisplay(NULL);
	CHECK(display != NULL && second != NULL);
	XSetErrorHandler(ignore);
	if (strcmp(mode, "grab") == 0) {
		own = requestor(display);
		out = fopen(argv[1], "wb");
		CHECK(XGrabKeyboard(display, DefaultRootWindow(display), False, GrabModeAsync,
			      GrabModeAsync, CurrentTime) == GrabSuccess);
	} else {
		own = open_window(None);
	}
	serve(argv[1]);
}
