/*
 * Keys of the picker, by name; input methods; the focus. See picker_gtk.h.
 *
 * A key is either a command, which goes out by its name, or it is given to the input
 * method of the widget with the cursor, and what that makes of it comes as text. While
 * one composes, every key is its own first.
 */
#include "platform/linux/picker_gtk.h"

#include <string.h>

#include "platform/linux/loop.h"

/* --- names -------------------------------------------------------------------------------- */

static const struct {
	guint keyval;
	const char *name;
} named[] = {
	{GDK_KEY_Return, "Enter"},
	{GDK_KEY_KP_Enter, "Enter"},
	{GDK_KEY_ISO_Enter, "Enter"},
	{GDK_KEY_Tab, "Tab"},
	{GDK_KEY_KP_Tab, "Tab"},
	{GDK_KEY_ISO_Left_Tab, "Tab"}, /* with Shift */
	{GDK_KEY_Escape, "Escape"},
	{GDK_KEY_BackSpace, "Backspace"},
	{GDK_KEY_Delete, "Delete"},
	{GDK_KEY_KP_Delete, "Delete"},
	{GDK_KEY_Up, "Up"},
	{GDK_KEY_KP_Up, "Up"},
	{GDK_KEY_Down, "Down"},
	{GDK_KEY_KP_Down, "Down"},
	{GDK_KEY_Left, "Left"},
	{GDK_KEY_KP_Left, "Left"},
	{GDK_KEY_Right, "Right"},
	{GDK_KEY_KP_Right, "Right"},
	{GDK_KEY_Home, "Home"},
	{GDK_KEY_KP_Home, "Home"},
	{GDK_KEY_End, "End"},
	{GDK_KEY_KP_End, "End"},
	{GDK_KEY_Page_Up, "PageUp"},
	{GDK_KEY_KP_Page_Up, "PageUp"},
	{GDK_KEY_Page_Down, "PageDown"},
	{GDK_KEY_KP_Page_Down, "PageDown"},
};

/* The Latin letter of a key, on a layout that has none there: of the next that has. */
static guint latin(const GdkEventKey *event)
{
	GdkKeymap *keymap = gdk_keymap_get_for_display(gdk_display_get_default());
	guint keyval = event->keyval, *keyvals = NULL;
	int n = 0, i;

	if (keyval < 0x80)
		return keyval;
	if (!gdk_keymap_get_entries_for_keycode(
		    keymap, event->hardware_keycode, NULL, &keyvals, &n))
		return keyval;
	for (i = 0; i < n && keyval >= 0x80; i++)
		if (keyvals[i] > ' ' && keyvals[i] < 0x80)
			keyval = keyvals[i];
	g_free(keyvals);
	return keyval;
}

/* "Ctrl+Enter", "Shift+Tab", "Ctrl+S"; false: the key is for a text. */
static bool key_name(const GdkEventKey *event, char *out, size_t size)
{
	bool ctrl = (event->state & GDK_CONTROL_MASK) != 0;
	bool alt = (event->state & GDK_MOD1_MASK) != 0;
	bool shift = (event->state & GDK_SHIFT_MASK) != 0;
	char letter[2] = {0};
	const char *name = NULL;
	guint keyval;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(named); i++)
		if (named[i].keyval == event->keyval)
			name = named[i].name;
	if (name == NULL && (ctrl || alt)) {
		keyval = latin(event);
		letter[0] = keyval > ' ' && keyval < 0x7f ? g_ascii_toupper((char)keyval) : '\0';
		name = letter[0] != '\0' ? letter : NULL;
	}
	if (name == NULL)
		return false;
	(void)g_snprintf(out, (gulong)size, "%s%s%s%s", ctrl ? "Ctrl+" : "", alt ? "Alt+" : "",
		shift ? "Shift+" : "", name);
	return true;
}

/* --- keys ----------------------------------------------------------------------------------- */

static bool takes_text(GtkWidget *widget)
{
	return GTK_IS_ENTRY(widget) ||
	       (GTK_IS_TEXT_VIEW(widget) && gtk_text_view_get_editable(GTK_TEXT_VIEW(widget)));
}

static bool filter(GtkWidget *focus, GdkEventKey *event)
{
	if (focus == NULL || !takes_text(focus))
		return false;
	return GTK_IS_ENTRY(focus)
		       ? gtk_entry_im_context_filter_keypress(GTK_ENTRY(focus), event)
		       : gtk_text_view_im_context_filter_keypress(GTK_TEXT_VIEW(focus), event);
}

static void send_letter(struct picker *picker, const GdkEventKey *event)
{
	guint32 letter = gdk_keyval_to_unicode(event->keyval);
	char text[8];

	if (letter >= ' ' && letter != 0x7f &&
		(event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK | GDK_SUPER_MASK)) == 0)
		picker_send(picker, PLATFORM_EVENT_PICKER_TEXT, 0,
			(struct str){text, (size_t)g_unichar_to_utf8(letter, text)});
}

/* Where no list is, the arrows move the preview. */
static bool scrolls(struct picker *picker, const GdkEventKey *event)
{
	bool page =
		picker->page == PLATFORM_PICKER_DETAILS || picker->page == PLATFORM_PICKER_CONFIRM;

	if (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
		return false;
	switch (event->keyval) {
	case GDK_KEY_Up:
	case GDK_KEY_Down:
	case GDK_KEY_Home:
	case GDK_KEY_End:
		if (!page)
			return false;
		break;
	case GDK_KEY_Page_Up:
	case GDK_KEY_Page_Down:
		if (!page && !(event->state & GDK_SHIFT_MASK))
			return false;
		break;
	default:
		return false;
	}
	picker_preview_scroll(picker, event->keyval);
	return true;
}

static gboolean on_key(GtkWidget *window, GdkEventKey *event, gpointer data)
{
	struct picker *picker = data;
	GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(window));
	char name[32];

	if (event->type == GDK_KEY_RELEASE) {
		if (!picker->held)
			picker->calls.released(picker->calls.data, event->hardware_keycode);
		(void)filter(focus, event);
		return TRUE;
	}
	if (picker->composing && filter(focus, event))
		return TRUE;
	if (scrolls(picker, event))
		return TRUE;
	if (key_name(event, name, sizeof name))
		picker_send(picker, PLATFORM_EVENT_PICKER_KEY, 0, str_of(name));
	else if (picker->composing || !filter(focus, event))
		send_letter(picker, event);
	return TRUE;
}

void picker_key(struct picker *picker, const struct picker_stroke *stroke)
{
	GdkDisplay *display = gtk_widget_get_display(picker->window);
	GdkDevice *keyboard = gdk_seat_get_keyboard(gdk_display_get_default_seat(display));
	GdkKeymap *keymap = gdk_keymap_get_for_display(display);
	GdkEvent *event = gdk_event_new(stroke->down ? GDK_KEY_PRESS : GDK_KEY_RELEASE);
	GdkEventKey *key = &event->key;

	key->window = g_object_ref(gtk_widget_get_window(picker->window));
	key->time = stroke->time;
	key->state = stroke->state & GDK_MODIFIER_MASK & 0x1fff;
	key->hardware_keycode = (guint16)stroke->code;
	key->group = (guint8)(stroke->state >> 13 & 3);
	(void)gdk_keymap_translate_keyboard_state(keymap, stroke->code, (GdkModifierType)key->state,
		key->group, &key->keyval, NULL, NULL, NULL);
	key->is_modifier = key->keyval >= GDK_KEY_Shift_L && key->keyval <= GDK_KEY_Hyper_R;
	gdk_event_set_device(event, keyboard);
	gtk_main_do_event(event);
	gdk_event_free(event);
}

/* --- composing -------------------------------------------------------------------------------- */

static void on_preedit(GtkWidget *widget, const char *preedit, gpointer data)
{
	(void)widget;
	((struct picker *)data)->composing = preedit[0] != '\0';
}

/* With the keyboard held, an input method of another process hears nothing: the one
 * within us makes accents of dead keys. */
void picker_compose(struct picker *picker, GtkWidget *widget)
{
	g_signal_connect(widget, "preedit-changed", G_CALLBACK(on_preedit), picker);
}

void picker_focus(struct picker *picker, GtkWidget *widget)
{
	if (gtk_window_get_focus(GTK_WINDOW(picker->window)) == widget)
		return;
	picker->composing = false;
	if (GTK_IS_ENTRY(widget))
		gtk_entry_grab_focus_without_selecting(GTK_ENTRY(widget));
	else
		gtk_widget_grab_focus(widget);
}

/* Input methods that work within our process, from a table. */
static bool is_table(const char *name)
{
	static const char *const tables[] = {"gtk-im-context-simple", "gtk-im-context-none",
		"am_et", "cedilla", "cyrillic_translit", "inuktitut", "ipa", "thai", "ti_er",
		"ti_et", "viqr", ""};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(tables); i++)
		if (strcmp(name, tables[i]) == 0)
			return true;
	return false;
}

static bool has_input_method(void)
{
	const char *names = g_getenv("GTK_IM_MODULE"), *xim = g_getenv("XMODIFIERS");
	char *setting = NULL, **list;
	bool has = false;
	size_t i;

	if (names == NULL) {
		g_object_get(gtk_settings_get_default(), "gtk-im-module", &setting, NULL);
		names = setting;
	}
	list = g_strsplit(names != NULL ? names : "", ":", -1);
	for (i = 0; list[i] != NULL && !has; i++) {
		if (strcmp(list[i], "xim") == 0)
			has = xim != NULL && strstr(xim, "@im=") != NULL &&
			      strstr(xim, "@im=none") == NULL;
		else
			has = !is_table(list[i]);
	}
	g_strfreev(list);
	g_free(setting);
	return has;
}

/* --- who needs the focus -----------------------------------------------------------------------
 */

static void on_assistive(GObject *source, GAsyncResult *result, gpointer data)
{
	GError *error = NULL;
	GDBusProxy *proxy = g_dbus_proxy_new_for_bus_finish(result, &error);

	(void)source;
	if (proxy == NULL) {
		g_error_free(error); /* cancelled, or there is no such service */
		return;
	}
	((struct picker *)data)->assistive = proxy;
}

static bool reader_at_work(const struct picker *picker)
{
	GVariant *value;
	bool is = false;

	if (picker->assistive == NULL)
		return false;
	value = g_dbus_proxy_get_cached_property(picker->assistive, "ScreenReaderEnabled");
	if (value != NULL) {
		is = g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
		     g_variant_get_boolean(value);
		g_variant_unref(value);
	}
	return is;
}

bool picker_wants_focus(const struct picker *picker)
{
	return picker->focus_wanted || has_input_method() || reader_at_work(picker);
}

static gboolean on_focus(GtkWidget *widget, GdkEventFocus *event, gpointer data)
{
	struct picker *picker = data;

	(void)widget;
	if (picker->shown && !picker->held)
		picker->calls.focus(picker->calls.data, event->in != 0);
	return FALSE;
}

void picker_keys_init(struct picker *picker)
{
	gtk_widget_add_events(
		picker->window, GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK | GDK_FOCUS_CHANGE_MASK);
	g_signal_connect(picker->window, "key-press-event", G_CALLBACK(on_key), picker);
	g_signal_connect(picker->window, "key-release-event", G_CALLBACK(on_key), picker);
	g_signal_connect(picker->window, "focus-in-event", G_CALLBACK(on_focus), picker);
	g_signal_connect(picker->window, "focus-out-event", G_CALLBACK(on_focus), picker);
	picker->ending = g_cancellable_new();
	if (loop_has_bus())
		g_dbus_proxy_new_for_bus(G_BUS_TYPE_SESSION, G_DBUS_PROXY_FLAGS_NONE, NULL,
			"org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status", picker->ending,
			on_assistive, picker);
}

void picker_keys_fini(struct picker *picker)
{
	g_cancellable_cancel(picker->ending);
	g_object_unref(picker->ending);
	g_clear_object(&picker->assistive);
}
