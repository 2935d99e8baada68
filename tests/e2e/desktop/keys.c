/*
 * What a person does at a display, for scripts:
 *
 *	desktop-keys press Control_L+Alt_L+space
 *	desktop-keys press Control_L+#54	a key by its code, for any layout
 *	desktop-keys press 'a b Return'   one after the other, all in one batch
 *	desktop-keys into 'CLASS a Return'	likewise, if a window of that class has the
 *				     keyboard, which it cannot lose meanwhile; ends with 1 if not
 *	desktop-keys free any        until nobody has the keyboard for themselves (60 s)
 *	desktop-keys taken any       until somebody has (60 s)
 *	desktop-keys down Control_L ; desktop-keys up Control_L
 *	desktop-keys hold 'KEY FILE' down, and 400 ms later, from a process of its own, up; that
 *				     prints how large FILE is just before
 *	desktop-keys click '60 700'   the pointer goes there, and its first button is pressed
 *	desktop-keys wheel '60 700'   likewise, a turn of its wheel
 *	desktop-keys focus WINDOW
 *	desktop-keys wait CLASS      until a window of that class has the keyboard (60 s);
 *	                             prints its id
 *	desktop-keys group 1         the second layout, by hand
 *	desktop-keys seen CLASS      a window of that class that is to be seen, wherever; prints
 *				     its id
 *	desktop-keys place CLASS     where that is: "X Y WIDTH HEIGHT"
 *	desktop-keys fill CLASS      asks the window manager that it fill its monitor
 *	desktop-keys top CLASS       until a window of that class lies over all others (60 s);
 *				     prints where: "X Y WIDTH HEIGHT"
 *	desktop-keys manager any     until there is a window manager (60 s)
 *	desktop-keys unmanaged any   until another could be started (60 s)
 */
#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/test.h"

static Display *display;

static int failed; /* some request was */

static int ignore(Display *which, XErrorEvent *event)
{
	(void)which;
	(void)event;
	failed = 1;
	return 0; /* windows come and go */
}

static void send(const char *name, Bool down)
{
	KeyCode code = name[0] == '#' ? (KeyCode)strtoul(name + 1, NULL, 10)
				      : XKeysymToKeycode(display, XStringToKeysym(name));

	CHECK(code != 0);
	XTestFakeKeyEvent(display, code, down, CurrentTime);
}

/* A+B+C: pressed in this order, let go in the other. */
static void strokes(char *combination, Bool press, Bool release)
{
	char *names[8], *at, *rest;
	int n = 0, i;

	for (at = strtok_r(combination, "+", &rest); at != NULL && n < 8;
		at = strtok_r(NULL, "+", &rest))
		names[n++] = at;
	for (i = 0; press && i < n; i++)
		send(names[i], True);
	for (i = n; release && i > 0; i--)
		send(names[i - 1], False);
}

static void batch(char *keys)
{
	char *rest, *at;

	for (at = strtok_r(keys, " ", &rest); at != NULL; at = strtok_r(NULL, " ", &rest))
		strokes(at, True, True);
}

/* One process and nothing to start on the way: who waits for the key to come up waits for
 * 2 s, and a slow machine takes as long for three programs. */
static void hold(char *key_and_file)
{
	struct timespec pause = {.tv_nsec = 400 * 1000 * 1000};
	char *file, *key = strtok_r(key_and_file, " ", &file);
	struct stat seen;

	send(key, True);
	XSync(display, False);
	if (fork() != 0)
		_exit(0);
	(void)nanosleep(&pause, NULL);
	CHECK(stat(file, &seen) == 0);
	(void)printf("%lld\n", (long long)seen.st_size);
	send(key, False);
}

static void click(const char *place, unsigned button)
{
	char *end;
	long x = strtol(place, &end, 10), y = strtol(end, NULL, 10);

	XTestFakeMotionEvent(display, -1, (int)x, (int)y, CurrentTime);
	XTestFakeButtonEvent(display, button, True, CurrentTime);
	XTestFakeButtonEvent(display, button, False, CurrentTime);
}

/* Looked at from a distance: whoever wants to have it gets it in between. */
static int wait_until(int outcome)
{
	struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	int i, now;

	for (i = 0; i < 12000; i++) {
		now = XGrabKeyboard(display, DefaultRootWindow(display), False, GrabModeAsync,
			GrabModeAsync, CurrentTime);
		XUngrabKeyboard(display, CurrentTime);
		XSync(display, False);
		if (now == outcome)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return 1;
}

static int has_class(Window window, const char *name)
{
	XClassHint hint = {NULL, NULL};
	int same;

	if (XGetClassHint(display, window, &hint) == 0)
		return 0;
	same = strcmp(hint.res_class, name) == 0 || strcmp(hint.res_name, name) == 0;
	XFree(hint.res_class);
	XFree(hint.res_name);
	return same;
}

static int is_taken(void)
{
	if (XGrabKeyboard(display, DefaultRootWindow(display), False, GrabModeAsync, GrabModeAsync,
		    CurrentTime) != GrabSuccess)
		return 1;
	XUngrabKeyboard(display, CurrentTime);
	return 0;
}

/* It has the focus or, as the picker does, it has taken the keyboard. Nobody else does
 * anything at a server that is grabbed. */
static int press_into(char *words)
{
	char *keys = strchr(words, ' ');
	Window focus;
	int revert, has;

	CHECK(keys != NULL);
	*keys++ = '\0';
	XGrabServer(display);
	XGetInputFocus(display, &focus, &revert);
	has = focus > PointerRoot && has_class(focus, words);
	if (!has && strcmp(words, "promptd-desktop") == 0)
		has = is_taken();
	if (has)
		batch(keys);
	XUngrabServer(display);
	return !has;
}

static int wait_for(const char *name)
{
	struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	Window focus;
	int revert, i;

	for (i = 0; i < 3000; i++) {
		XGetInputFocus(display, &focus, &revert);
		if (focus > PointerRoot && has_class(focus, name)) {
			(void)printf("0x%lx\n", focus);
			return 0;
		}
		(void)nanosleep(&pause, NULL);
	}
	(void)fprintf(stderr, "no window %s got the keyboard\n", name);
	return 1;
}

/* In the tree below a window; its own depth is no more than what managers make of it. */
static Window find_seen(Window window, const char *name, int depth)
{
	XWindowAttributes attributes;
	Window root, parent, *children = NULL, found = None;
	unsigned n = 0, i;

	if (has_class(window, name) && XGetWindowAttributes(display, window, &attributes) &&
		attributes.map_state == IsViewable)
		return window;
	if (depth == 8 || !XQueryTree(display, window, &root, &parent, &children, &n))
		return None;
	for (i = 0; i < n && found == None; i++)
		found = find_seen(children[i], name, depth + 1);
	XFree(children);
	return found;
}

/* Once, not waiting. */
static int print_seen(const char *name)
{
	Window found = find_seen(DefaultRootWindow(display), name, 0);

	if (found != None)
		(void)printf("0x%lx\n", found);
	return found == None;
}

static int print_place(const char *name)
{
	Window found = find_seen(DefaultRootWindow(display), name, 0), child;
	XWindowAttributes attributes;
	int x, y;

	if (found == None || !XGetWindowAttributes(display, found, &attributes) ||
		!XTranslateCoordinates(
			display, found, DefaultRootWindow(display), 0, 0, &x, &y, &child))
		return 1;
	(void)printf("%d %d %d %d\n", x, y, attributes.width, attributes.height);
	return 0;
}

/* What a taskbar would send: the window is managed by then, so it is not lost (EWMH 1.5,
 * _NET_WM_STATE). */
static int fill_monitor(const char *name)
{
	Window found = find_seen(DefaultRootWindow(display), name, 0);
	XEvent event = {.xclient = {.type = ClientMessage, .window = found, .format = 32}};

	event.xclient.message_type = XInternAtom(display, "_NET_WM_STATE", False);
	event.xclient.data.l[0] = 1; /* add */
	event.xclient.data.l[1] = (long)XInternAtom(display, "_NET_WM_STATE_FULLSCREEN", False);
	event.xclient.data.l[3] = 2; /* a pager asks, not the window itself */
	return found == None || !XSendEvent(display, DefaultRootWindow(display), False,
					SubstructureRedirectMask | SubstructureNotifyMask, &event);
}

/* The last of the root's children that is seen. */
static Window top_window(XWindowAttributes *attributes)
{
	Window root, parent, *children = NULL, top = None;
	unsigned n = 0;

	if (!XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &n))
		return None;
	while (n-- > 0 && top == None)
		if (XGetWindowAttributes(display, children[n], attributes) &&
			attributes->map_state == IsViewable && attributes->class == InputOutput &&
			attributes->width > 1 && attributes->x > -10000)
			top = children[n];
	XFree(children);
	return top;
}

static int wait_for_top(const char *name)
{
	struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	XWindowAttributes attributes;
	int i;

	for (i = 0; i < 3000; i++) {
		Window top = top_window(&attributes);

		if (top != None && has_class(top, name)) {
			(void)printf("%d %d %d %d\n", attributes.x, attributes.y, attributes.width,
				attributes.height);
			return 0;
		}
		(void)nanosleep(&pause, NULL);
	}
	return 1;
}

static int wait_for_manager(void)
{
	Atom check = XInternAtom(display, "_NET_SUPPORTING_WM_CHECK", False), type = None;
	struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	unsigned char *data;
	unsigned long n, rest;
	int format, i;

	for (i = 0; i < 3000; i++) {
		data = NULL;
		(void)XGetWindowProperty(display, DefaultRootWindow(display), check, 0, 1, False,
			XA_WINDOW, &type, &format, &n, &rest, &data);
		XFree(data);
		if (type == XA_WINDOW)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return 1;
}

/* One manager alone may have this of the root window. */
static int wait_until_unmanaged(void)
{
	struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	int i;

	for (i = 0; i < 3000; i++) {
		failed = 0;
		XSelectInput(display, DefaultRootWindow(display), SubstructureRedirectMask);
		XSync(display, False);
		if (!failed)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return 1;
}

int main(int argc, char **argv)
{
	int status = 0;

	CHECK(argc == 3);
	display = XOpenDisplay(NULL);
	if (display == NULL)
		return 1;
	XSetErrorHandler(ignore);
	if (strcmp(argv[1], "focus") == 0)
		XSetInputFocus(display, strtoul(argv[2], NULL, 0), RevertToParent, CurrentTime);
	else if (strcmp(argv[1], "group") == 0)
		status =
			!XkbLockGroup(display, XkbUseCoreKbd, (unsigned)strtoul(argv[2], NULL, 10));
	else if (strcmp(argv[1], "manager") == 0)
		status = wait_for_manager();
	else if (strcmp(argv[1], "unmanaged") == 0)
		status = wait_until_unmanaged();
	else if (strcmp(argv[1], "wait") == 0)
		status = wait_for(argv[2]);
	else if (strcmp(argv[1], "top") == 0)
		status = wait_for_top(argv[2]);
	else if (strcmp(argv[1], "seen") == 0)
		status = print_seen(argv[2]);
	else if (strcmp(argv[1], "place") == 0)
		status = print_place(argv[2]);
	else if (strcmp(argv[1], "fill") == 0)
		status = fill_monitor(argv[2]);
	else if (strcmp(argv[1], "free") == 0)
		status = wait_until(GrabSuccess);
	else if (strcmp(argv[1], "taken") == 0)
		status = wait_until(AlreadyGrabbed);
	else if (strcmp(argv[1], "into") == 0)
		status = press_into(argv[2]);
	else if (strcmp(argv[1], "press") == 0)
		batch(argv[2]);
	else if (strcmp(argv[1], "hold") == 0)
		hold(argv[2]);
	else if (strcmp(argv[1], "click") == 0)
		click(argv[2], 1);
	else if (strcmp(argv[1], "wheel") == 0)
		click(argv[2], 5);
	else
		strokes(argv[2], strcmp(argv[1], "up") != 0, strcmp(argv[1], "down") != 0);
	XSync(display, False);
	XCloseDisplay(display);
	return status;
}
