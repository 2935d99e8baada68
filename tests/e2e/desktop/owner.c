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
#define TRANSFERS_MAX 32

struct form {
	Atom target;
	unsigned char *data;
	size_t len;
};

/* In pieces; several may read at a time. */
struct transfer {
	const struct form *form;
	Window requestor; /* None: free */
	Atom property;
	size_t sent;
};

static Display *display;
static int stalls;
static struct form forms[FORMS_MAX];
static struct transfer transfers[TRANSFERS_MAX];
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

static Bool transfer_begin(const struct form *form, Window requestor, Atom property)
{
	long size = (long)form->len;
	size_t i;

	for (i = 0; i < TRANSFERS_MAX && transfers[i].requestor != None &&
		    (transfers[i].requestor != requestor || transfers[i].property != property);
		i++)
		;
	if (i == TRANSFERS_MAX)
		return False;
	transfers[i] = (struct transfer){form, requestor, property, 0};
	XSelectInput(display, requestor, PropertyChangeMask);
	put(requestor, property, XInternAtom(display, "INCR", False), &size, 1, 32);
	return True;
}

static Bool answer(const XSelectionRequestEvent *request)
{
	Atom list[FORMS_MAX + 1];
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
	return transfer_begin(&forms[i], request->requestor, request->property);
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

	for (i = 0; i < TRANSFERS_MAX; i++) {
		struct transfer *transfer = &transfers[i];
		const struct form *form = transfer->form;

		if (transfer->requestor != property->window ||
			transfer->property != property->atom || (stalls && transfer->sent > 0))
			continue;
		n = form->len - transfer->sent;
		n = n < PIECE ? n : PIECE;
		put(transfer->requestor, transfer->property, form->target,
			form->data + transfer->sent, n, 8);
		transfer->sent += n;
		if (n == 0)
			transfer->requestor = None;
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
