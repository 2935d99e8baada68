/*
 * Reading what other programs own, one form after the other, while the person
 * types; see x11.h. Both selections at the same time. A form that its owner does not
 * give is left out; an owner that says nothing in time gives what came until then.
 */
#include "platform/linux/x11.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_PARTS 6

static Atom property_of(const struct x11 *x11, const struct x11_selection *selection)
{
	return x11->atoms[selection->bit == PLATFORM_CLIPBOARD ? X11_SAVE_1 : X11_SAVE_2];
}

static void source_drop(guint *source)
{
	if (*source != 0)
		(void)g_source_remove(*source);
	*source = 0;
}

static void item_drop(struct x11_selection *selection)
{
	x11_blob_unref(selection->incoming.data);
	selection->incoming.data = NULL;
	buf_fini(&selection->chunks);
	selection->incremental = false;
}

static gboolean on_saved(gpointer data)
{
	struct x11 *x11 = data;
	struct platform_event event = {.type = PLATFORM_EVENT_SAVED};
	size_t i;

	x11->saved_soon = 0;
	for (i = 0; i < X11_SELECTIONS; i++) {
		struct x11_selection *selection = &x11->selections[i];

		/* Somebody owns it, and nothing of it is held. */
		if (!selection->ours && selection->held.n == 0 &&
			XGetSelectionOwner(x11->display, selection->atom) != None)
			event.selections |= selection->bit;
	}
	loop_send(&x11->loop, &event);
	return G_SOURCE_REMOVE;
}

static void end_when_all_are(struct x11 *x11)
{
	size_t i;

	for (i = 0; i < X11_SELECTIONS; i++)
		if (x11->selections[i].saving)
			return;
	source_drop(&x11->save_timer);
	if (x11->saved_soon == 0)
		x11->saved_soon = g_idle_add(on_saved, x11);
}

static void selection_end(struct x11 *x11, struct x11_selection *selection)
{
	item_drop(selection);
	selection->saving = false;
	end_when_all_are(x11);
}

static gboolean on_late(gpointer data)
{
	struct x11 *x11 = data;
	size_t i;

	if (--x11->save_parts > 0)
		return G_SOURCE_CONTINUE;
	x11->save_timer = 0;
	for (i = 0; i < X11_SELECTIONS; i++)
		if (x11->selections[i].saving) {
			item_drop(&x11->selections[i]);
			x11->selections[i].saving = false;
		}
	end_when_all_are(x11);
	return G_SOURCE_REMOVE;
}

static void ask(struct x11 *x11, struct x11_selection *selection, Atom target)
{
	item_drop(selection);
	selection->incoming.target = target;
	XDeleteProperty(x11->display, x11->own, property_of(x11, selection));
	XConvertSelection(x11->display, selection->atom, target, property_of(x11, selection),
		x11->own, x11->save_time);
	XFlush(x11->display);
}

static void ask_next(struct x11 *x11, struct x11_selection *selection)
{
	if (selection->at == selection->n_wanted)
		selection_end(x11, selection);
	else
		ask(x11, selection, selection->wanted[selection->at++]);
}

/* What was read whole is held, unless all together would be too much. */
static void item_hold(struct x11_selection *selection, const void *data, size_t len)
{
	struct x11_held *held = &selection->held;
	struct x11_item *item = &held->items[held->n];

	if (held->n == X11_ITEMS_MAX || held->bytes + len > PLATFORM_SAVE_MAX)
		return;
	*item = selection->incoming;
	item->data = x11_blob_new(data, len);
	held->bytes += len;
	held->n++;
}

static bool is_about(const struct x11 *x11, Atom target)
{
	static const enum x11_atom about[] = {X11_TARGETS, X11_MULTIPLE, X11_TIMESTAMP,
		X11_SAVE_TARGETS, X11_DELETE, X11_INSERT_SELECTION, X11_INSERT_PROPERTY};
	size_t i;

	for (i = 0; i < sizeof about / sizeof *about; i++)
		if (target == x11->atoms[about[i]])
			return true;
	return false;
}

static void want(struct x11_selection *selection, Atom target)
{
	size_t i;

	for (i = 0; i < selection->n_wanted; i++)
		if (selection->wanted[i] == target)
			return;
	if (selection->n_wanted < X11_ITEMS_MAX)
		selection->wanted[selection->n_wanted++] = target;
}

/* Pictures that their owner makes from the original only when asked: 17 of them took
 * a screenshot's owner 258 ms. */
static bool is_derived(struct x11 *x11, Atom target, bool png)
{
	char *name;
	bool derived;

	if (!png || target == x11->atoms[X11_IMAGE_PNG])
		return false;
	name = XGetAtomName(x11->display, target);
	derived = name != NULL && strncmp(name, "image/", 6) == 0;
	XFree(name);
	return derived;
}

/* The forms it can be had in: text first, it is asked for most. */
static void on_targets(
	struct x11 *x11, struct x11_selection *selection, const Atom *targets, size_t n)
{
	bool png = false;
	size_t i;

	for (i = 0; i < n; i++) {
		png = png || targets[i] == x11->atoms[X11_IMAGE_PNG];
		if (targets[i] == x11->atoms[X11_UTF8_STRING])
			want(selection, targets[i]);
	}
	for (i = 0; i < n; i++)
		if (!is_about(x11, targets[i]) && !is_derived(x11, targets[i], png))
			want(selection, targets[i]);
}

static bool property_read(struct x11 *x11, struct x11_selection *selection, unsigned char **data,
	size_t *len, Atom *type)
{
	unsigned long n = 0, rest = 0;
	int format = 0;

	*data = NULL;
	if (XGetWindowProperty(x11->display, x11->own, property_of(x11, selection), 0,
		    (long)(PLATFORM_SAVE_MAX / 4), True, AnyPropertyType, type, &format, &n, &rest,
		    data) != Success ||
		rest > 0) {
		XFree(*data);
		*data = NULL;
		return false;
	}
	*len = n * x11_unit(format);
	if (*type != x11->atoms[X11_INCR]) {
		selection->incoming.type = *type;
		selection->incoming.format = format;
	}
	return true;
}

static void on_converted(struct x11 *x11, struct x11_selection *selection, Atom property)
{
	bool about = selection->incoming.target == x11->atoms[X11_TARGETS];
	unsigned char *data = NULL;
	size_t len = 0;
	Atom type = None;

	if (property == None || !property_read(x11, selection, &data, &len, &type)) {
		/* Not even a list: an owner of the old days. */
		if (about) {
			want(selection, x11->atoms[X11_UTF8_STRING]);
			want(selection, XA_STRING);
		}
		ask_next(x11, selection);
		return;
	}
	if (type == x11->atoms[X11_INCR]) { /* the deletion above lets it begin */
		selection->incremental = true;
		XFree(data);
		return;
	}
	if (about && selection->incoming.format == 32)
		on_targets(x11, selection, (const Atom *)(const void *)data, len / sizeof(Atom));
	else if (!about && type != None)
		item_hold(selection, data, len);
	XFree(data);
	ask_next(x11, selection);
}

static void on_piece(struct x11 *x11, struct x11_selection *selection)
{
	unsigned char *data = NULL;
	size_t len = 0;
	Atom type = None;

	if (!property_read(x11, selection, &data, &len, &type) || type == None) {
		XFree(data);
		return;
	}
	if (len > 0) {
		(void)buf_add(&selection->chunks, data, len);
		XFree(data);
		return;
	}
	XFree(data);
	if (!buf_failed(&selection->chunks))
		item_hold(selection, buf_text(&selection->chunks), selection->chunks.len);
	ask_next(x11, selection);
}

/* Its owner is alive: the time begins anew. In parts, for while a machine stands still
 * nobody can answer: that is one part then, however long, and what came is read next. */
static void timer_begin(struct x11 *x11)
{
	source_drop(&x11->save_timer);
	x11->save_parts = SAVE_PARTS;
	x11->save_timer = g_timeout_add(PLATFORM_SAVE_MS / SAVE_PARTS, on_late, x11);
}

bool x11_save_event(struct x11 *x11, XEvent *event)
{
	struct x11_selection *selection;
	size_t i;

	if (event->type == SelectionNotify) {
		selection = x11_selection(x11, event->xselection.selection);
		if (selection == NULL || event->xselection.requestor != x11->own)
			return false;
		/* Of a save that was given up: not what is waited for now. */
		if (selection->saving && event->xselection.time == x11->save_time &&
			event->xselection.target == selection->incoming.target &&
			!selection->incremental) {
			timer_begin(x11);
			on_converted(x11, selection, event->xselection.property);
		}
		return true;
	}
	if (event->type != PropertyNotify || event->xproperty.window != x11->own)
		return false;
	for (i = 0; i < X11_SELECTIONS; i++) {
		selection = &x11->selections[i];
		if (selection->saving && selection->incremental &&
			event->xproperty.state == PropertyNewValue &&
			event->xproperty.atom == property_of(x11, selection)) {
			timer_begin(x11);
			on_piece(x11, selection);
		}
	}
	return true;
}

void x11_save(struct platform_desktop *desktop, unsigned selections)
{
	struct x11 *x11 = x11_of(desktop);
	size_t i;

	source_drop(&x11->saved_soon);
	x11->save_time = x11_time(x11);
	timer_begin(x11);
	for (i = 0; i < X11_SELECTIONS; i++) {
		struct x11_selection *selection = &x11->selections[i];

		selection->copied = false;
		selection->saving = false;
		if (selection->ours || (selection->bit & selections) == 0)
			continue;
		x11_held_fini(&selection->held);
		selection->n_wanted = selection->at = 0;
		selection->saving = XGetSelectionOwner(x11->display, selection->atom) != None;
		if (selection->saving)
			ask(x11, selection, x11->atoms[X11_TARGETS]);
	}
	end_when_all_are(x11);
}

void x11_forget(struct platform_desktop *desktop)
{
	struct x11 *x11 = x11_of(desktop);
	size_t i;

	source_drop(&x11->saved_soon);
	source_drop(&x11->save_timer);
	for (i = 0; i < X11_SELECTIONS; i++) {
		item_drop(&x11->selections[i]);
		x11->selections[i].saving = false;
		if (!x11->selections[i].ours)
			x11_held_fini(&x11->selections[i].held);
	}
}

/* --- what is held, as text ------------------------------------------------------------ */

static const struct x11_item *item_find(const struct x11_held *held, Atom target)
{
	size_t i;

	for (i = 0; i < held->n; i++)
		if (held->items[i].target == target && held->items[i].format == 8)
			return &held->items[i];
	return NULL;
}

/* Latin-1, of programs of the old days (ICCCM 2.7.1). */
static struct str latin(struct x11 *x11, const struct x11_item *item)
{
	char bytes[4];
	size_t i;

	buf_fini(&x11->held_text);
	buf_init(&x11->held_text, 2 * PLATFORM_SAVE_MAX);
	for (i = 0; i < item->data->len; i++)
		(void)buf_add(&x11->held_text, bytes, str_encode(item->data->data[i], bytes));
	return (struct str){buf_text(&x11->held_text), x11->held_text.len};
}

int x11_held_text(
	struct platform_desktop *desktop, enum platform_selection selection, struct str *text)
{
	struct x11 *x11 = x11_of(desktop);
	const struct x11_held *held = &x11->selections[selection == PLATFORM_PRIMARY].held;
	const struct x11_item *hint = item_find(held, x11->atoms[X11_HINT]);
	const struct x11_item *item = item_find(held, x11->atoms[X11_UTF8_STRING]);

	/* Ours says so for the managers' sake alone. */
	if (!held->own && hint != NULL && hint->data->len >= 6 &&
		memcmp(hint->data->data, "secret", 6) == 0)
		return PLATFORM_OTHER;
	if (item == NULL)
		item = item_find(held, x11->atoms[X11_TEXT_PLAIN_UTF8]);
	if (item != NULL) {
		*text = (struct str){(const char *)item->data->data, item->data->len};
		return str_is_utf8(*text) ? PLATFORM_OK : PLATFORM_NONE;
	}
	item = item_find(held, XA_STRING);
	if (item == NULL)
		return PLATFORM_NONE;
	*text = latin(x11, item);
	return PLATFORM_OK;
}

void x11_save_fini(struct x11 *x11)
{
	buf_fini(&x11->held_text);
	x11_forget(&x11->base);
}
