/* Owning selections and answering who reads them; see x11.h. ICCCM 2.2, 2.6, 2.7. */
#include "platform/linux/x11.h"

#include <X11/extensions/XRes.h>
#include <X11/extensions/Xfixes.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX 64 /* targets of one MULTIPLE */

struct x11_blob *x11_blob_new(const void *data, size_t len)
{
	struct x11_blob *blob = xmalloc(sizeof *blob + len + 1);

	blob->refs = 1;
	blob->len = len;
	if (len > 0)
		memcpy(blob->data, data, len);
	return blob;
}

struct x11_blob *x11_blob_ref(struct x11_blob *blob)
{
	blob->refs++;
	return blob;
}

void x11_blob_unref(struct x11_blob *blob)
{
	if (blob != NULL && --blob->refs == 0)
		free(blob);
}

void x11_held_fini(struct x11_held *held)
{
	size_t i;

	for (i = 0; i < held->n; i++)
		x11_blob_unref(held->items[i].data);
	held->n = held->bytes = 0;
	held->own = false;
}

size_t x11_unit(int format)
{
	return format == 32 ? sizeof(long) : format == 16 ? sizeof(short) : 1;
}

struct x11_selection *x11_selection(struct x11 *x11, Atom atom)
{
	size_t i;

	for (i = 0; i < X11_SELECTIONS; i++)
		if (x11->selections[i].atom == atom)
			return &x11->selections[i];
	return NULL;
}

/* --- who reads ------------------------------------------------------------------- */

void x11_offer_init(struct x11 *x11)
{
	int event, error, major, minor;

	x11->knows_processes = XResQueryExtension(x11->display, &event, &error) &&
			       XResQueryVersion(x11->display, &major, &minor) &&
			       (major > 1 || (major == 1 && minor >= 2));
}

/* The process of a client, as the server knows it; 0: of another machine, or the
 * server does not say. */
static long client_pid(struct x11 *x11, uint64_t client)
{
	XResClientIdSpec spec = {
		.client = client << X11_CLIENT_SHIFT, .mask = XRES_CLIENT_ID_PID_MASK};
	XResClientIdValue *ids = NULL;
	long n = 0, i, pid = 0;

	if (!x11->knows_processes ||
		XResQueryClientIds(x11->display, 1, &spec, &n, &ids) != Success)
		return 0;
	for (i = 0; i < n; i++)
		if (XResGetClientIdType(&ids[i]) == XRES_CLIENT_ID_PID)
			pid = XResGetClientPid(&ids[i]);
	XResClientIdsDestroy(n, ids);
	return pid > 0 ? pid : 0;
}

enum reader { READER_OTHER, READER_UNKNOWN, READER_TARGET };

/* Some programs have one connection for their windows and another one for what is
 * pasted: it is the process that counts. */
static enum reader reader_of(struct x11 *x11, Window requestor)
{
	uint64_t client = x11_client(requestor);
	long pid;

	if (x11->reader == 0)
		return READER_UNKNOWN;
	if (client == x11->reader)
		return READER_TARGET;
	pid = x11->reader_pid > 0 ? client_pid(x11, client) : 0;
	if (pid == 0)
		return READER_UNKNOWN;
	return pid == x11->reader_pid ? READER_TARGET : READER_OTHER;
}

/* --- what a reader gets --------------------------------------------------------- */

/* Bytes of one request; what is larger goes in pieces. */
static size_t request_max(struct x11 *x11)
{
	return (size_t)XMaxRequestSize(x11->display) * 4 - 1024;
}

static void transfer_end(struct x11 *x11, struct x11_transfer *transfer)
{
	Window requestor = transfer->requestor;
	size_t i;

	x11_blob_unref(transfer->data);
	transfer->data = NULL;
	transfer->requestor = None;
	for (i = 0; i < X11_TRANSFERS_MAX; i++)
		if (x11->transfers[i].requestor == requestor)
			return;
	/* Else whatever it does from now on would wake us. */
	XSelectInput(x11->display, requestor, NoEventMask);
}

/* A reader that asks again has given up what it was reading; where all places are
 * taken by some that stopped in between, the first of them has waited longest. */
static struct x11_transfer *transfer_place(struct x11 *x11, Window requestor, Atom property)
{
	struct x11_transfer *place = &x11->transfers[0];
	size_t i;

	for (i = 0; i < X11_TRANSFERS_MAX; i++) {
		struct x11_transfer *other = &x11->transfers[i];

		if (other->requestor == requestor && other->property == property) {
			place = other;
			break;
		}
		if (place->requestor != None &&
			(other->requestor == None || other->number < place->number))
			place = other;
	}
	if (place->requestor != None)
		transfer_end(x11, place);
	return place;
}

static void transfer_begin(struct x11 *x11, const struct x11_transfer *transfer)
{
	struct x11_transfer *place = transfer_place(x11, transfer->requestor, transfer->property);
	long size = (long)transfer->data->len;

	*place = *transfer;
	place->number = x11->n_transfers++;
	x11_blob_ref(transfer->data);
	XSelectInput(x11->display, transfer->requestor, PropertyChangeMask | StructureNotifyMask);
	XChangeProperty(x11->display, transfer->requestor, transfer->property, x11->atoms[X11_INCR],
		32, PropModeReplace, (unsigned char *)&size, 1);
}

static void put(struct x11 *x11, const struct x11_transfer *transfer, size_t from, size_t len)
{
	XChangeProperty(x11->display, transfer->requestor, transfer->property, transfer->type,
		transfer->format, PropModeReplace, transfer->data->data + from,
		(int)(len / x11_unit(transfer->format)));
}

static void report_read(struct x11 *x11, const struct x11_transfer *transfer)
{
	struct platform_event event = {.type = PLATFORM_EVENT_READ,
		.selections = transfer->read,
		.client = x11_client(transfer->requestor)};

	if (transfer->read == 0)
		return;
	if (reader_of(x11, transfer->requestor) == READER_TARGET)
		event.client = x11->reader;
	loop_send(&x11->loop, &event);
}

/* The reader took a piece: the next one, and an empty one behind the last. */
static void transfer_next(struct x11 *x11, struct x11_transfer *transfer)
{
	size_t unit = x11_unit(transfer->format);
	size_t max = request_max(x11) / sizeof(long) * unit;
	size_t left = transfer->data->len - transfer->sent, len = left < max ? left : max;

	put(x11, transfer, transfer->sent, len);
	transfer->sent += len;
	report_read(x11, transfer);
	if (len == 0)
		transfer_end(x11, transfer);
}

/* Latin-1, for those who ask for STRING: what it has not becomes '?'. */
static struct x11_blob *latin1(const struct x11_blob *text)
{
	struct x11_blob *out = x11_blob_new(text->data, text->len);
	size_t at = 0, n = 0, step;
	uint32_t code;

	while (at < text->len) {
		step = str_decode((const char *)text->data + at, text->len - at, &code);
		out->data[n++] = step > 0 && code < 256 ? (unsigned char)code : '?';
		at += step > 0 ? step : 1;
	}
	out->len = n;
	return out;
}

static bool is_text(const struct x11 *x11, Atom target)
{
	return target == x11->atoms[X11_UTF8_STRING] || target == x11->atoms[X11_TEXT] ||
	       target == x11->atoms[X11_TEXT_PLAIN] || target == x11->atoms[X11_TEXT_PLAIN_UTF8] ||
	       target == XA_STRING;
}

/* Our text in the form that is asked for. False: not in this one. */
static bool text_item(
	struct x11 *x11, const struct x11_selection *selection, Atom target, struct x11_item *item)
{
	*item = (struct x11_item){.target = target, .type = target, .format = 8};
	if (target == x11->atoms[X11_HINT]) {
		item->data = x11_blob_new("secret", 6);
		return true;
	}
	if (!is_text(x11, target))
		return false;
	if (target == x11->atoms[X11_TEXT])
		item->type = x11->atoms[X11_UTF8_STRING];
	item->data = target == XA_STRING ? latin1(selection->text) : x11_blob_ref(selection->text);
	return true;
}

static bool held_item(const struct x11_selection *selection, Atom target, struct x11_item *item)
{
	size_t i;

	for (i = 0; i < selection->held.n; i++) {
		if (selection->held.items[i].target != target)
			continue;
		*item = selection->held.items[i];
		x11_blob_ref(item->data);
		return true;
	}
	return false;
}

static void targets_item(
	struct x11 *x11, const struct x11_selection *selection, struct x11_item *item)
{
	static const enum x11_atom of_text[] = {
		X11_UTF8_STRING, X11_TEXT_PLAIN_UTF8, X11_TEXT, X11_TEXT_PLAIN, X11_HINT};
	Atom list[X11_ITEMS_MAX + 12];
	size_t n = 0, i;

	list[n++] = x11->atoms[X11_TARGETS];
	list[n++] = x11->atoms[X11_MULTIPLE];
	list[n++] = x11->atoms[X11_TIMESTAMP];
	list[n++] = x11->atoms[X11_SAVE_TARGETS];
	if (selection->text != NULL) {
		for (i = 0; i < sizeof of_text / sizeof *of_text; i++)
			list[n++] = x11->atoms[of_text[i]];
		list[n++] = XA_STRING;
	}
	for (i = 0; selection->text == NULL && i < selection->held.n; i++)
		list[n++] = selection->held.items[i].target;
	*item = (struct x11_item){.type = XA_ATOM, .format = 32};
	item->data = x11_blob_new(list, n * sizeof *list);
}

/* What stands for `target`; false: it cannot be had. item->data is the caller's. */
static bool item_get(
	struct x11 *x11, const struct x11_selection *selection, Atom target, struct x11_item *item)
{
	long since = (long)selection->since;

	if (target == x11->atoms[X11_TARGETS]) {
		targets_item(x11, selection, item);
		return true;
	}
	if (target == x11->atoms[X11_TIMESTAMP]) {
		*item = (struct x11_item){.type = XA_INTEGER, .format = 32};
		item->data = x11_blob_new(&since, sizeof since);
		return true;
	}
	if (target == x11->atoms[X11_SAVE_TARGETS]) {
		*item = (struct x11_item){.type = x11->atoms[X11_NULL], .format = 32};
		item->data = x11_blob_new(NULL, 0);
		return true;
	}
	return selection->text != NULL ? text_item(x11, selection, target, item)
				       : held_item(selection, target, item);
}

static bool answer_one(struct x11 *x11, const struct x11_selection *selection, Window requestor,
	Atom target, Atom property, unsigned *read)
{
	struct x11_transfer transfer = {.requestor = requestor, .property = property};
	struct x11_item item;

	if (selection->text != NULL && is_text(x11, target) &&
		reader_of(x11, requestor) == READER_OTHER)
		return false;
	if (!item_get(x11, selection, target, &item))
		return false;
	transfer.type = item.type;
	transfer.format = item.format;
	transfer.data = item.data;
	if (selection->text != NULL && is_text(x11, target))
		transfer.read = selection->bit;
	if (item.data->len > request_max(x11))
		transfer_begin(x11, &transfer);
	else
		put(x11, &transfer, 0, item.data->len);
	*read |= transfer.read;
	x11_blob_unref(item.data);
	return true;
}

/* Pairs of target and property, in a property; those that cannot be had are told by
 * None in their place. */
static bool answer_multiple(struct x11 *x11, const struct x11_selection *selection,
	const XSelectionRequestEvent *request, unsigned *read)
{
	unsigned char *data = NULL;
	unsigned long n, rest, i;
	Atom type, *pairs;
	int format;

	if (request->property == None ||
		XGetWindowProperty(x11->display, request->requestor, request->property, 0,
			PAIRS_MAX * 2, False, AnyPropertyType, &type, &format, &n, &rest,
			&data) != Success ||
		format != 32) {
		XFree(data);
		return false;
	}
	pairs = (Atom *)(void *)data;
	for (i = 0; i + 1 < n; i += 2)
		if (pairs[i] == x11->atoms[X11_MULTIPLE] ||
			!answer_one(
				x11, selection, request->requestor, pairs[i], pairs[i + 1], read))
			pairs[i + 1] = None;
	XChangeProperty(x11->display, request->requestor, request->property,
		x11->atoms[X11_ATOM_PAIR], 32, PropModeReplace, data, (int)n);
	XFree(data);
	return true;
}

static void on_request(struct x11 *x11, const XSelectionRequestEvent *request)
{
	const struct x11_selection *selection = x11_selection(x11, request->selection);
	Atom property = request->property != None ? request->property : request->target;
	XEvent answer = {.xselection = {.type = SelectionNotify,
				 .requestor = request->requestor,
				 .selection = request->selection,
				 .target = request->target,
				 .time = request->time}};
	struct x11_transfer seen = {.requestor = request->requestor};
	bool done = false;

	if (selection != NULL && selection->ours) {
		if (request->target == x11->atoms[X11_MULTIPLE])
			done = answer_multiple(x11, selection, request, &seen.read);
		else
			done = answer_one(x11, selection, request->requestor, request->target,
				property, &seen.read);
	}
	answer.xselection.property = done ? property : None;
	XSendEvent(x11->display, request->requestor, False, NoEventMask, &answer);
	XFlush(x11->display);
	report_read(x11, &seen);
}

/* --- coming and going ------------------------------------------------------------ */

static void text_drop(struct x11_selection *selection)
{
	x11_blob_unref(selection->text);
	selection->text = NULL;
}

/* Another program owns it now; reported once, whichever event comes first. */
static void on_lost(struct x11 *x11, struct x11_selection *selection)
{
	struct platform_event event = {.type = PLATFORM_EVENT_LOST, .selections = selection->bit};

	if (!selection->ours)
		return;
	selection->ours = false;
	text_drop(selection);
	x11_held_fini(&selection->held);
	x11_kept_update(x11);
	loop_send(&x11->loop, &event);
}

static void on_owner(struct x11 *x11, const XFixesSelectionNotifyEvent *notify)
{
	struct x11_selection *selection = x11_selection(x11, notify->selection);
	struct platform_event event = {.type = PLATFORM_EVENT_COPIED};

	/* Of before our own taking: overtaken. */
	if (selection == NULL || notify->owner == x11->own ||
		(selection->ours && (int32_t)(notify->selection_timestamp - selection->since) < 0))
		return;
	selection->copied = true;
	on_lost(x11, selection);
	event.selections = selection->bit;
	loop_send(&x11->loop, &event);
}

static bool on_property(struct x11 *x11, const XPropertyEvent *property)
{
	size_t i;

	if (property->state != PropertyDelete)
		return false;
	for (i = 0; i < X11_TRANSFERS_MAX; i++) {
		struct x11_transfer *transfer = &x11->transfers[i];

		if (transfer->requestor != property->window || transfer->property != property->atom)
			continue;
		transfer_next(x11, transfer);
		return true;
	}
	return false;
}

/* A reader is gone in the middle of it. */
static bool on_destroyed(struct x11 *x11, Window window)
{
	size_t i;

	for (i = 0; i < X11_TRANSFERS_MAX; i++)
		if (x11->transfers[i].requestor == window && window != None)
			transfer_end(x11, &x11->transfers[i]);
	return true;
}

bool x11_offer_event(struct x11 *x11, XEvent *event)
{
	if (event->type == SelectionRequest) {
		on_request(x11, &event->xselectionrequest);
		return true;
	}
	if (event->type == SelectionNotify &&
		event->xselection.selection == x11->atoms[X11_CLIPBOARD_MANAGER]) {
		x11->handed_over = true;
		return true;
	}
	if (event->type == x11->fixes_event + XFixesSelectionNotify) {
		on_owner(x11, (const XFixesSelectionNotifyEvent *)(const void *)event);
		return true;
	}
	if (event->type == DestroyNotify)
		return on_destroyed(x11, event->xdestroywindow.window);
	return event->type == PropertyNotify && on_property(x11, &event->xproperty);
}

/* Is there word in the queue that another program copied? Takes nothing out. */
struct peek {
	const struct x11 *x11;
	unsigned selections;
};

static Bool peek_at(Display *display, XEvent *event, XPointer data)
{
	struct peek *peek = (struct peek *)(void *)data;
	const XFixesSelectionNotifyEvent *notify =
		(const XFixesSelectionNotifyEvent *)(void *)event;
	size_t i;

	(void)display;
	if (event->type != peek->x11->fixes_event + XFixesSelectionNotify ||
		notify->owner == peek->x11->own)
		return False;
	for (i = 0; i < X11_SELECTIONS; i++)
		if (peek->x11->selections[i].atom == notify->selection)
			peek->selections |= peek->x11->selections[i].bit;
	return False;
}

static unsigned copied_just_now(struct x11 *x11)
{
	struct peek peek = {.x11 = x11};
	XEvent event;

	XSync(x11->display, False);
	(void)XCheckIfEvent(x11->display, &event, peek_at, (XPointer)&peek);
	return peek.selections;
}

static bool own(struct x11 *x11, struct x11_selection *selection, struct x11_blob *text)
{
	XSetSelectionOwner(x11->display, selection->atom, x11->own, selection->since);
	if (XGetSelectionOwner(x11->display, selection->atom) != x11->own)
		return false;
	text_drop(selection);
	selection->text = x11_blob_ref(text);
	selection->ours = true;
	return true;
}

int x11_offer(struct platform_desktop *desktop, unsigned selections, struct str text,
	const struct platform_window *reader, struct err *err)
{
	struct x11 *x11 = x11_of(desktop);
	Time now = x11_time(x11);
	struct x11_blob *blob;
	int result = PLATFORM_OK;
	unsigned copied;
	size_t i;

	x11->reader = reader != NULL ? reader->client : 0;
	x11->reader_pid = reader != NULL ? client_pid(x11, reader->client) : 0;
	/* Nothing comes between the look and the taking. */
	XGrabServer(x11->display);
	copied = copied_just_now(x11);
	for (i = 0; i < X11_SELECTIONS; i++)
		if (x11->selections[i].copied && !x11->selections[i].ours)
			copied |= x11->selections[i].bit;
	blob = x11_blob_new(text.p, text.n);
	for (i = 0; i < X11_SELECTIONS && result == PLATFORM_OK; i++) {
		struct x11_selection *selection = &x11->selections[i];

		if ((selection->bit & selections) == 0)
			continue;
		if ((copied & selection->bit) != 0) {
			result = PLATFORM_OTHER;
			break;
		}
		selection->since = now;
	}
	for (i = 0; i < X11_SELECTIONS && result == PLATFORM_OK; i++)
		if ((x11->selections[i].bit & selections) != 0 &&
			!own(x11, &x11->selections[i], blob))
			result = err_set(err, ERR_FAILED, "the selections cannot be had");
	XUngrabServer(x11->display);
	XFlush(x11->display);
	if (result == PLATFORM_OK)
		x11_kept_update(x11);
	if (result < 0)
		x11_restore(desktop, selections);
	x11_blob_unref(blob);
	return result;
}

void x11_restore(struct platform_desktop *desktop, unsigned selections)
{
	struct x11 *x11 = x11_of(desktop);
	size_t i;

	for (i = 0; i < X11_SELECTIONS; i++) {
		struct x11_selection *selection = &x11->selections[i];

		if ((selection->bit & selections) == 0 || !selection->ours)
			continue;
		text_drop(selection);
		if (selection->held.n > 0)
			continue;
		XSetSelectionOwner(x11->display, selection->atom, None, selection->since);
		selection->ours = false;
	}
	x11_kept_update(x11);
	XFlush(x11->display);
}

void x11_keep(struct platform_desktop *desktop, unsigned selections)
{
	static const enum x11_atom forms[] = {X11_UTF8_STRING, X11_TEXT_PLAIN_UTF8, X11_TEXT_PLAIN};
	struct x11 *x11 = x11_of(desktop);
	size_t i, form;

	for (i = 0; i < X11_SELECTIONS; i++) {
		struct x11_selection *selection = &x11->selections[i];
		struct x11_held *held = &selection->held;

		if ((selection->bit & selections) == 0 || !selection->ours ||
			selection->text == NULL)
			continue;
		x11_held_fini(held);
		for (form = 0; form < sizeof forms / sizeof *forms; form++) {
			Atom target = x11->atoms[forms[form]];

			(void)text_item(x11, selection, target, &held->items[held->n++]);
		}
		(void)text_item(x11, selection, XA_STRING, &held->items[held->n++]);
		(void)text_item(x11, selection, x11->atoms[X11_HINT], &held->items[held->n++]);
		held->own = true;
		text_drop(selection);
	}
	x11_kept_update(x11);
}

bool x11_holds(struct platform_desktop *desktop)
{
	const struct x11 *x11 = x11_of(desktop);

	return x11->selections[0].ours || x11->selections[1].ours;
}

void x11_offer_fini(struct x11 *x11)
{
	size_t i;

	for (i = 0; i < X11_TRANSFERS_MAX; i++)
		if (x11->transfers[i].requestor != None)
			transfer_end(x11, &x11->transfers[i]);
	for (i = 0; i < X11_SELECTIONS; i++) {
		text_drop(&x11->selections[i]);
		x11_held_fini(&x11->selections[i].held);
	}
}
