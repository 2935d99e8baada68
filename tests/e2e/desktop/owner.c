/*
 * Another program that has copied something, for scripts:
 *
 *	desktop-owner TARGET=FILE…        serves these, large ones in pieces (ICCCM 2.7.2)
 *	desktop-owner hang                owns the clipboard and answers nothing
 *	desktop-owner die TARGET=FILE…    ends at the third request
 *	desktop-owner stall TARGET=FILE…  gives one piece of a large one, and no more
 *	desktop-owner again TARGET=FILE…  takes the clipboard back at once, once
 *
 * Prints a line when it owns the clipboard; ends when somebody else does.
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>

#include "tests/test.h"

#define FORMS_MAX 24
#define PIECE 100000

struct form {
	Atom target;
	unsigned char *data;
	size_t len, sent;
	Window requestor; /* of a transfer in pieces */
	Atom property;
};

static Display *display;
static int stalls;
static struct form forms[FORMS_MAX];
static size_t n_forms;

static int ignore(Display *which, XErrorEvent *event)
{
	(void)which;
	(void)event;
	return 0;
}

static void form_read(char *word)
{
	char *path = strchr(word, '=');
	struct form *form = &forms[n_forms++];
	FILE *file;

	CHECK(path != NULL && n_forms <= FORMS_MAX);
	*path++ = '\0';
	form->target = XInternAtom(display, word, False);
	form->data = malloc(64UL * 1024 * 1024);
	file = fopen(path, "rb");
	CHECK(file != NULL && form->data != NULL);
	form->len = fread(form->data, 1, 64UL * 1024 * 1024, file);
	(void)fclose(file);
}

static void put(Window requestor, Atom property, Atom type, const void *data, size_t n, int format)
{
	XChangeProperty(display, requestor, property, type, format, PropModeReplace, data, (int)n);
}

static Bool answer(const XSelectionRequestEvent *request)
{
	Atom list[FORMS_MAX + 1];
	long size;
	size_t i;

	list[0] = XInternAtom(display, "TARGETS", False);
	for (i = 0; i < n_forms; i++)
		list[i + 1] = forms[i].target;
	if (request->target == list[0]) {
		put(request->requestor, request->property, XA_ATOM, list, n_forms + 1, 32);
		return True;
	}
	for (i = 0; i < n_forms && forms[i].target != request->target; i++)
		;
	if (i == n_forms)
		return False;
	if (forms[i].len <= PIECE) {
		put(request->requestor, request->property, forms[i].target, forms[i].data,
			forms[i].len, 8);
		return True;
	}
	forms[i].requestor = request->requestor;
	forms[i].property = request->property;
	forms[i].sent = 0;
	size = (long)forms[i].len;
	XSelectInput(display, request->requestor, PropertyChangeMask);
	put(request->requestor, request->property, XInternAtom(display, "INCR", False), &size, 1,
		32);
	return True;
}

static void on_request(const XSelectionRequestEvent *request)
{
	XEvent event = {.xselection = {.type = SelectionNotify,
				.requestor = request->requestor,
				.selection = request->selection,
				.target = request->target,
				.time = request->time}};

	if (answer(request))
		event.xselection.property = request->property;
	XSendEvent(display, request->requestor, False, NoEventMask, &event);
	XFlush(display);
}

static void on_deleted(const XPropertyEvent *property)
{
	size_t i, n;

	for (i = 0; i < n_forms; i++) {
		struct form *form = &forms[i];

		if (form->requestor != property->window || form->property != property->atom)
			continue;
		if (stalls && form->sent > 0)
			continue;
		n = form->len - form->sent < PIECE ? form->len - form->sent : PIECE;
		put(form->requestor, form->property, form->target, form->data + form->sent, n, 8);
		form->sent += n;
		if (n == 0)
			form->requestor = None;
	}
	XFlush(display);
}

int main(int argc, char **argv)
{
	int hang = argc == 2 && strcmp(argv[1], "hang") == 0;
	int die = argc > 1 && strcmp(argv[1], "die") == 0, left = 3, i;
	int again = argc > 1 && strcmp(argv[1], "again") == 0;
	Window own;
	XEvent event;
	Atom clipboard;

	display = XOpenDisplay(NULL);
	CHECK(display != NULL);
	XSetErrorHandler(ignore);
	clipboard = XInternAtom(display, "CLIPBOARD", False);
	stalls = argc > 1 && strcmp(argv[1], "stall") == 0;
	for (i = die || again || stalls ? 2 : 1; !hang && i < argc; i++)
		form_read(argv[i]);
	own = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
	XSetSelectionOwner(display, clipboard, own, CurrentTime);
	CHECK(XGetSelectionOwner(display, clipboard) == own);
	(void)printf("owned\n");
	(void)fflush(stdout);
	for (;;) {
		XNextEvent(display, &event);
		if (event.type == SelectionClear && again) {
			again = 0;
			XSetSelectionOwner(display, clipboard, own, CurrentTime);
			XFlush(display);
		} else if (event.type == SelectionClear) {
			return 0;
		}
		if (event.type == SelectionRequest && die && --left == 0)
			return 0;
		if (event.type == SelectionRequest && !hang)
			on_request(&event.xselectionrequest);
		if (event.type == PropertyNotify && event.xproperty.state == PropertyDelete)
			on_deleted(&event.xproperty);
	}
}
