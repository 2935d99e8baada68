/*
 * The rule of fixed waits, as another program of this kind has it, to be seen failing
 * beside ours: own the selections with a text, wait 100 ms, press Shift+Insert, wait
 * 300 ms, serve the old text again.
 *
 *	desktop-fixed TEXT-FILE OLD-FILE
 *
 * Prints a line when the old text is back; ends when somebody else copies.
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <poll.h>
#include <time.h>

#include "tests/test.h"

#define BEFORE_MS 100
#define AFTER_MS 300
#define TEXT_MAX ((size_t)1024 * 1024)

static Display *display;
static Window own;
static struct text {
	unsigned char data[TEXT_MAX];
	size_t len;
} text, old;
static const struct text *served;

static void text_read(struct text *into, const char *path)
{
	FILE *file = fopen(path, "rb");

	CHECK(file != NULL);
	into->len = fread(into->data, 1, TEXT_MAX, file);
	(void)fclose(file);
}

static void answer(const XSelectionRequestEvent *request)
{
	XEvent event = {.xselection = {.type = SelectionNotify,
				.requestor = request->requestor,
				.selection = request->selection,
				.target = request->target,
				.property = request->property,
				.time = request->time}};
	Atom forms[2];

	forms[0] = XInternAtom(display, "TARGETS", False);
	forms[1] = XInternAtom(display, "UTF8_STRING", False);
	if (request->target == forms[0])
		XChangeProperty(display, request->requestor, request->property, XA_ATOM, 32,
			PropModeReplace, (unsigned char *)forms, 2);
	else if (request->target == forms[1])
		XChangeProperty(display, request->requestor, request->property, forms[1], 8,
			PropModeReplace, served->data, (int)served->len);
	else
		event.xselection.property = None;
	XSendEvent(display, request->requestor, False, NoEventMask, &event);
	XFlush(display);
}

static int64_t now_ms(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Answer whoever asks for so long; -1: until somebody else owns both. */
static void serve(int ms)
{
	struct pollfd from = {.fd = ConnectionNumber(display), .events = POLLIN};
	int64_t end = now_ms() + ms, left = ms;
	static int lost;
	XEvent event;

	while (ms < 0 ? lost < 2 : left > 0) {
		if (XPending(display) == 0)
			(void)poll(&from, 1, ms < 0 ? -1 : (int)left);
		while (XPending(display) > 0) {
			XNextEvent(display, &event);
			lost += event.type == SelectionClear;
			if (event.type == SelectionRequest)
				answer(&event.xselectionrequest);
		}
		left = end - now_ms();
	}
}

static void key(KeySym keysym, Bool down)
{
	XTestFakeKeyEvent(display, XKeysymToKeycode(display, keysym), down, CurrentTime);
}

int main(int argc, char **argv)
{
	CHECK(argc == 3);
	text_read(&text, argv[1]);
	text_read(&old, argv[2]);
	display = XOpenDisplay(NULL);
	CHECK(display != NULL);
	own = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
	XSetSelectionOwner(display, XA_PRIMARY, own, CurrentTime);
	XSetSelectionOwner(display, XInternAtom(display, "CLIPBOARD", False), own, CurrentTime);
	served = &text;
	serve(BEFORE_MS);
	key(XK_Shift_L, True);
	key(XK_Insert, True);
	key(XK_Insert, False);
	key(XK_Shift_L, False);
	XFlush(display);
	serve(AFTER_MS);
	served = &old;
	(void)printf("restored\n");
	(void)fflush(stdout);
	serve(-1);
	return 0;
}
