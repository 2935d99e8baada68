/* The X11 backend: connection, events, windows; see x11.h. */
#include "platform/linux/x11.h"

#include <X11/XKBlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xfixes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "platform/linux/backends.h"

#define HANDOVER_MS 1000

static struct x11 *errors_of; /* Xlib's handlers have no data of ours */
static XErrorHandler errors_others;

static int on_error(Display *display, XErrorEvent *event)
{
	if (errors_of != NULL && errors_of->display != display && errors_others != NULL)
		return errors_others(display, event); /* the picker's connection */
	/* Windows of others go away at any time: what asks looks at this after. */
	if (errors_of != NULL)
		errors_of->error = event->error_code;
	return 0;
}

static int on_display_died(Display *display)
{
	(void)display;
	log_event(LOG_LEVEL_ERROR, LOG_TEXT("event", "desktop.display_gone"));
	_exit(1); /* Xlib cannot go on; who watches over us starts us again */
}

void x11_errors_take(struct x11 *x11)
{
	XErrorHandler before;

	errors_of = x11;
	before = XSetErrorHandler(on_error);
	errors_others = before != on_error ? before : errors_others;
	XSetIOErrorHandler(on_display_died);
}

void x11_trap(struct x11 *x11)
{
	XSync(x11->display, False);
	x11->error = 0;
}

int x11_untrap(struct x11 *x11)
{
	XSync(x11->display, False);
	return x11->error;
}

static Bool is_clock(Display *display, XEvent *event, XPointer data)
{
	const struct x11 *x11 = (const struct x11 *)(void *)data;

	(void)display;
	return event->type == PropertyNotify && event->xproperty.window == x11->own &&
	       event->xproperty.atom == x11->atoms[X11_CLOCK];
}

Time x11_time(struct x11 *x11)
{
	XEvent event;

	XChangeProperty(x11->display, x11->own, x11->atoms[X11_CLOCK], XA_INTEGER, 32,
		PropModeAppend, NULL, 0);
	XIfEvent(x11->display, &event, is_clock, (XPointer)x11);
	return event.xproperty.time;
}

/* --- windows ------------------------------------------------------------------ */

uint64_t x11_client(Window window)
{
	return (uint64_t)window >> X11_CLIENT_SHIFT;
}

static bool has_property(struct x11 *x11, Window window, Atom property)
{
	unsigned long n, rest;
	unsigned char *data = NULL;
	Atom type = None;
	int format;

	if (XGetWindowProperty(x11->display, window, property, 0, 0, False, AnyPropertyType, &type,
		    &format, &n, &rest, &data) != Success)
		return false;
	XFree(data);
	return type != None;
}

/* The window a window manager knows: the nearest above with WM_STATE; without a
 * window manager the one below the root. */
static Window top_window(struct x11 *x11, Window window)
{
	Window root, parent, *children;
	unsigned n;
	int depth;

	for (depth = 0; depth < 64; depth++) {
		if (has_property(x11, window, x11->atoms[X11_WM_STATE]))
			return window;
		if (XQueryTree(x11->display, window, &root, &parent, &children, &n) == 0)
			return None;
		XFree(children);
		if (parent == root || parent == None)
			return window;
		window = parent;
	}
	return window;
}

static long window_pid(struct x11 *x11, Window window)
{
	unsigned long n, rest;
	unsigned char *data = NULL;
	Atom type;
	int format;
	long pid = 0;

	if (XGetWindowProperty(x11->display, window, x11->atoms[X11_NET_WM_PID], 0, 1, False,
		    XA_CARDINAL, &type, &format, &n, &rest, &data) != Success)
		return 0;
	if (type == XA_CARDINAL && format == 32 && n == 1)
		memcpy(&pid, data, sizeof pid);
	XFree(data);
	return pid & 0xffffffff;
}

static void window_class(struct x11 *x11, Window top, struct platform_window *window)
{
	XClassHint hint = {NULL, NULL};

	if (XGetClassHint(x11->display, top, &hint) == 0)
		return;
	(void)g_strlcpy(window->class_name, hint.res_class != NULL ? hint.res_class : "",
		sizeof window->class_name);
	(void)g_strlcpy(window->instance, hint.res_name != NULL ? hint.res_name : "",
		sizeof window->instance);
	XFree(hint.res_class);
	XFree(hint.res_name);
}

void x11_window(struct platform_desktop *desktop, struct platform_window *window)
{
	struct x11 *x11 = x11_of(desktop);
	struct err err;
	Window focus, top;
	int revert;

	memset(window, 0, sizeof *window);
	XGetInputFocus(x11->display, &focus, &revert);
	if (focus == None || focus == PointerRoot || focus == x11->root)
		return;
	top = top_window(x11, focus);
	if (top == None)
		return;
	window->id = top;
	window->client = x11_client(focus);
	window->pid = window_pid(x11, top);
	window_class(x11, top, window);
	window->password = loop_access_password(&x11->loop, window->pid);
	if (window->pid > 0 && platform_process_start(window->pid, &window->start, &err) != 0)
		window->start = 0; /* a window from another machine */
}

/* --- being resident ------------------------------------------------------------ */

static int x11_reside(struct platform_desktop *desktop, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	Atom resident = x11->atoms[X11_RESIDENT];
	bool taken;

	XGrabServer(x11->display);
	taken = XGetSelectionOwner(x11->display, resident) != None;
	if (!taken)
		XSetSelectionOwner(x11->display, resident, x11->own, CurrentTime);
	XUngrabServer(x11->display);
	XFlush(x11->display);
	if (taken)
		return err_set(err, ERR_BUSY, "promptd-desktop runs on this display already");
	x11_spares_give_back(x11); /* of one that was killed */
	x11_kept_take(x11);
	return 0;
}

static int x11_poke(struct platform_desktop *desktop, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	Window owner = XGetSelectionOwner(x11->display, x11->atoms[X11_RESIDENT]);
	XEvent event = {.xclient = {.type = ClientMessage,
				.window = owner,
				.message_type = x11->atoms[X11_PICK],
				.format = 32}};

	if (owner == None || owner == x11->own)
		return err_set(err, ERR_NOT_FOUND, "promptd-desktop does not run on this display");
	x11_trap(x11);
	XSendEvent(x11->display, owner, False, NoEventMask, &event);
	return x11_untrap(x11) == 0 ? 0
				    : err_set(err, ERR_NOT_FOUND, "promptd-desktop has just ended");
}

/* By another program? Our window is never shown, so nothing is taken by asking. */
static bool input_is_taken(struct x11 *x11)
{
	return XGrabKeyboard(x11->display, x11->own, False, GrabModeAsync, GrabModeAsync,
		       CurrentTime) == AlreadyGrabbed &&
	       XGrabPointer(x11->display, x11->own, False, 0, GrabModeAsync, GrabModeAsync, None,
		       None, CurrentTime) == AlreadyGrabbed;
}

/* Lockers that tell nobody (i3lock, slock, xtrlock) have both keyboard and pointer; a
 * window manager has the keyboard alone while a key of its own is held down. */
static bool x11_locked(struct platform_desktop *desktop)
{
	struct x11 *x11 = x11_of(desktop);
	const char *why = NULL;

	if (loop_locked(&x11->loop))
		why = "the screen is locked";
	else if (input_is_taken(x11))
		why = "another program has keyboard and pointer";
	if (why != NULL)
		log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "desktop.not_shown"),
			LOG_TEXT("why", why));
	return why != NULL;
}

/* --- the loop ------------------------------------------------------------------- */

struct x11_source {
	GSource base;
	struct x11 *x11;
};

static gboolean source_prepare(GSource *source, gint *timeout)
{
	*timeout = -1;
	return XPending(((struct x11_source *)source)->x11->display) > 0;
}

static gboolean source_check(GSource *source)
{
	return XPending(((struct x11_source *)source)->x11->display) > 0;
}

static void dispatch(struct x11 *x11, XEvent *event)
{
	if (event->type == MappingNotify) {
		XRefreshKeyboardMapping(&event->xmapping);
		if (event->xmapping.request != MappingPointer)
			x11_keys_map(x11);
		return;
	}
	if (event->type == ClientMessage && event->xclient.message_type == x11->atoms[X11_PICK]) {
		loop_send(&x11->loop, &(struct platform_event){.type = PLATFORM_EVENT_POKE});
		return;
	}
	if (x11_keys_event(x11, event) || x11_clicks_event(x11, event) ||
		x11_save_event(x11, event))
		return;
	(void)x11_offer_event(x11, event);
}

static gboolean source_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
	struct x11 *x11 = ((struct x11_source *)source)->x11;
	XEvent event;

	(void)callback;
	(void)data;
	/* One at a time: what an event leads to may end the loop. */
	if (XPending(x11->display) > 0) {
		XNextEvent(x11->display, &event);
		dispatch(x11, &event);
	}
	XFlush(x11->display);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
	.prepare = source_prepare, .check = source_check, .dispatch = source_dispatch};

static void atoms_get(struct x11 *x11)
{
	static const char *const names[X11_ATOMS] = {
		[X11_TARGETS] = "TARGETS",
		[X11_MULTIPLE] = "MULTIPLE",
		[X11_TIMESTAMP] = "TIMESTAMP",
		[X11_SAVE_TARGETS] = "SAVE_TARGETS",
		[X11_DELETE] = "DELETE",
		[X11_INSERT_SELECTION] = "INSERT_SELECTION",
		[X11_INSERT_PROPERTY] = "INSERT_PROPERTY",
		[X11_INCR] = "INCR",
		[X11_ATOM_PAIR] = "ATOM_PAIR",
		[X11_NULL] = "NULL",
		[X11_UTF8_STRING] = "UTF8_STRING",
		[X11_TEXT] = "TEXT",
		[X11_TEXT_PLAIN] = "text/plain",
		[X11_TEXT_PLAIN_UTF8] = "text/plain;charset=utf-8",
		[X11_IMAGE_PNG] = "image/png",
		[X11_HINT] = "x-kde-passwordManagerHint",
		[X11_CLIPBOARD] = "CLIPBOARD",
		[X11_CLIPBOARD_MANAGER] = "CLIPBOARD_MANAGER",
		[X11_SAVE_1] = "_PROMPTD_SAVE_1",
		[X11_SAVE_2] = "_PROMPTD_SAVE_2",
		[X11_HANDOVER] = "_PROMPTD_HANDOVER",
		[X11_CLOCK] = "_PROMPTD_CLOCK",
		[X11_RESIDENT] = "_PROMPTD_DESKTOP",
		[X11_PICK] = "_PROMPTD_PICK",
		[X11_WM_STATE] = "WM_STATE",
		[X11_NET_WM_PID] = "_NET_WM_PID",
		[X11_PRESSED] = "_PROMPTD_PRESSED",
		[X11_SPARES] = "_PROMPTD_SPARES",
	};
	char *writable[X11_ATOMS];
	size_t i;

	for (i = 0; i < X11_ATOMS; i++)
		writable[i] = xstrdup(names[i]);
	XInternAtoms(x11->display, writable, X11_ATOMS, False, x11->atoms);
	for (i = 0; i < X11_ATOMS; i++)
		free(writable[i]);
}

static void selections_watch(struct x11 *x11)
{
	size_t i;

	x11->selections[0].bit = PLATFORM_CLIPBOARD;
	x11->selections[0].atom = x11->atoms[X11_CLIPBOARD];
	x11->selections[1].bit = PLATFORM_PRIMARY;
	x11->selections[1].atom = XA_PRIMARY;
	for (i = 0; i < X11_SELECTIONS; i++) {
		buf_init(&x11->selections[i].chunks, PLATFORM_SAVE_MAX);
		XFixesSelectSelectionInput(x11->display, x11->own, x11->selections[i].atom,
			XFixesSetSelectionOwnerNotifyMask);
	}
}

static int x11_open(
	struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err)
{
	Display *display = XOpenDisplay(NULL);
	int fixes_event, fixes_error;
	struct x11 *x11;

	if (display == NULL) {
		(void)err_set(err, ERR_NOT_FOUND, "no X display \"%.100s\"",
			XDisplayName(NULL) != NULL ? XDisplayName(NULL) : "");
		return PLATFORM_NONE;
	}
	if (!XFixesQueryExtension(display, &fixes_event, &fixes_error)) {
		XCloseDisplay(display);
		(void)err_set(err, ERR_FAILED, "the X server has no XFIXES extension");
		return PLATFORM_NONE;
	}
	x11 = xcalloc(1, sizeof *x11);
	x11->base.backend = &platform_x11;
	loop_init(&x11->loop, fn, data);
	x11->display = display;
	x11->root = DefaultRootWindow(display);
	x11->fixes_event = fixes_event;
	x11_errors_take(x11);
	atoms_get(x11);
	x11->own = XCreateSimpleWindow(display, x11->root, -10, -10, 1, 1, 0, 0, 0);
	XSelectInput(display, x11->own, PropertyChangeMask);
	selections_watch(x11);
	x11_offer_init(x11);
	x11_clicks_init(x11);
	(void)XkbSetDetectableAutoRepeat(display, True, NULL);
	x11_press_mend(x11);
	x11_keys_map(x11);
	x11->source = g_source_new(&source_funcs, sizeof(struct x11_source));
	((struct x11_source *)x11->source)->x11 = x11;
	(void)g_source_add_unix_fd(x11->source, ConnectionNumber(display), G_IO_IN);
	(void)g_source_attach(x11->source, NULL);
	loop_lock_watch(&x11->loop);
	loop_access_watch(&x11->loop);
	*out = &x11->base;
	return PLATFORM_OK;
}

/* --- the end -------------------------------------------------------------------- */

static gboolean on_handover_over(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

/* A clipboard manager takes what we hold, if there is one: it asks for what it wants
 * and then says so (the freedesktop.org clipboard manager specification). */
static void hand_over(struct x11 *x11)
{
	bool over = false;
	guint timer;

	if (!x11->selections[0].ours || x11->selections[0].text != NULL ||
		XGetSelectionOwner(x11->display, x11->atoms[X11_CLIPBOARD_MANAGER]) == None)
		return;
	XConvertSelection(x11->display, x11->atoms[X11_CLIPBOARD_MANAGER],
		x11->atoms[X11_SAVE_TARGETS], x11->atoms[X11_HANDOVER], x11->own, x11_time(x11));
	x11->handed_over = false;
	timer = g_timeout_add(HANDOVER_MS, on_handover_over, &over);
	while (!over && !x11->handed_over)
		(void)g_main_context_iteration(NULL, TRUE);
	if (!over)
		(void)g_source_remove(timer);
}

static void x11_close(struct platform_desktop *desktop)
{
	struct x11 *x11 = x11_of(desktop);

	if (x11 == NULL)
		return;
	x11_picker_fini(x11);
	x11_save_fini(x11);
	hand_over(x11);
	if (x11->n_spares > 0)
		x11_spares_give_back(x11);
	x11_keys_fini(x11);
	x11_offer_fini(x11);
	x11_kept_fini(x11);
	g_source_destroy(x11->source);
	g_source_unref(x11->source);
	loop_fini(&x11->loop);
	XCloseDisplay(x11->display);
	errors_of = NULL;
	free(x11);
}

static void x11_run(struct platform_desktop *desktop)
{
	loop_run(&x11_of(desktop)->loop);
}

static void x11_quit(struct platform_desktop *desktop)
{
	loop_quit(&x11_of(desktop)->loop);
}

static void x11_timer(struct platform_desktop *desktop, int64_t ms)
{
	loop_timer(&x11_of(desktop)->loop, ms);
}

static void x11_remind(struct platform_desktop *desktop, int64_t ms)
{
	loop_remind(&x11_of(desktop)->loop, ms);
}

static void x11_watch(struct platform_desktop *desktop, int fd)
{
	loop_watch(&x11_of(desktop)->loop, fd);
}

static void x11_notify(struct platform_desktop *desktop, const char *text)
{
	loop_notify(&x11_of(desktop)->loop, text);
}

static int x11_menu(struct platform_desktop *desktop, const char *const argv[], struct str text,
	struct err *err)
{
	return loop_menu(&x11_of(desktop)->loop, argv, text, err);
}

const struct platform_backend platform_x11 = {
	.name = "x11",
	.open = x11_open,
	.close = x11_close,
	.run = x11_run,
	.quit = x11_quit,
	.timer = x11_timer,
	.remind = x11_remind,
	.watch = x11_watch,
	.hotkey_set = x11_hotkey_set,
	.poke = x11_poke,
	.reside = x11_reside,
	.window = x11_window,
	.locked = x11_locked,
	.save = x11_save,
	.held_text = x11_held_text,
	.forget = x11_forget,
	.offer = x11_offer,
	.restore = x11_restore,
	.keep = x11_keep,
	.holds = x11_holds,
	.release = x11_release,
	.press = x11_press,
	.type = x11_type,
	.picker_open = x11_picker_open,
	.picker_show = x11_picker_show,
	.picker_hide = x11_picker_hide,
	.manager = x11_manager,
	.notify = x11_notify,
	.menu = x11_menu,
};
