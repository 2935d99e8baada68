/* The picker's window; see picker.h and picker_gtk.h. */
#include "platform/linux/picker_gtk.h"

#include <gdk/gdkx.h>
#include <locale.h>
#include <string.h>

#include "core/log.h"
#include "platform/linux/loop.h"

#define WIDTH 900
#define ACCESS_MS 5000	/* for a bus that may have to be started, at login */
#define ROW_HEIGHT 43	/* of picker_gtk_style.c, for what fits on a monitor */
#define ROWS_PADDING 12 /* likewise */
#define AROUND_ROWS 130 /* search field and footer */

/* --- small things for all parts ---------------------------------------------------- */

void picker_send(struct picker *picker, enum platform_event_type type, int number, struct str text)
{
	struct platform_event event = {.type = type, .number = number, .text = text};

	picker->calls.event(picker->calls.data, &event);
}

char *picker_dup(struct str text, size_t most)
{
	size_t n = text.n;

	if (n > most)
		for (n = most; n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
			n--;
	return g_strndup(n > 0 ? text.p : "", n);
}

void picker_label(GtkWidget *label, const char *text)
{
	if (strcmp(gtk_label_get_text(GTK_LABEL(label)), text) != 0)
		gtk_label_set_text(GTK_LABEL(label), text);
}

int picker_chars(struct str text, size_t bytes)
{
	return (int)g_utf8_strlen(
		text.n > 0 ? text.p : "", (gssize)(bytes < text.n ? bytes : text.n));
}

void picker_name(GtkWidget *widget, const char *name)
{
	AtkObject *object = gtk_widget_get_accessible(widget);
	const char *now = atk_object_get_name(object);

	if (now == NULL || strcmp(now, name) != 0)
		atk_object_set_name(object, name);
}

void picker_style(GtkWidget *widget, const char *style, bool on)
{
	GtkStyleContext *context = gtk_widget_get_style_context(widget);

	if (on)
		gtk_style_context_add_class(context, style);
	else
		gtk_style_context_remove_class(context, style);
}

GtkWidget *picker_label_new(const char *text, const char *style)
{
	GtkWidget *label = gtk_label_new(text);

	gtk_label_set_xalign(GTK_LABEL(label), 0);
	gtk_label_set_single_line_mode(GTK_LABEL(label), TRUE);
	if (style != NULL)
		picker_style(label, style, true);
	return label;
}

/* It asks for no room of its own, takes what there is, and cuts what is too long: no text
 * makes the window wider. */
void picker_label_shorten(GtkWidget *label)
{
	gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
	gtk_label_set_max_width_chars(GTK_LABEL(label), 1);
}

/* --- header and footer --------------------------------------------------------------- */

/* A lens, drawn: there may be no icon theme. */
static gboolean draw_lens(GtkWidget *widget, cairo_t *cairo, gpointer data)
{
	double size = gtk_widget_get_allocated_width(widget), r = size * 0.34;
	double y = gtk_widget_get_allocated_height(widget) / 2.0 - size / 2;
	GdkRGBA colour = ((struct picker *)data)->colours.dim;

	gdk_cairo_set_source_rgba(cairo, &colour);
	cairo_set_line_width(cairo, size / 9);
	cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
	cairo_arc(cairo, size * 0.42, y + size * 0.42, r, 0, 2 * G_PI);
	cairo_stroke(cairo);
	cairo_move_to(cairo, size * 0.42 + r * 0.72, y + size * 0.42 + r * 0.72);
	cairo_line_to(cairo, size * 0.95, y + size * 0.95);
	cairo_stroke(cairo);
	return FALSE;
}

/* An entry's own placeholder is not drawn while it has the focus, which this one always
 * has. */
static GtkWidget *query_new(struct picker *picker)
{
	GtkWidget *over = gtk_overlay_new();

	picker->query = picker_line_new(picker);
	picker_style(picker->query, "query", true);
	picker_name(picker->query, "Search prompts");
	picker->placeholder = picker_label_new("Search prompts", "query");
	picker_style(picker->placeholder, "placeholder", true);
	gtk_widget_set_halign(picker->placeholder, GTK_ALIGN_START);
	atk_object_set_role(gtk_widget_get_accessible(picker->placeholder), ATK_ROLE_FILLER);
	gtk_container_add(GTK_CONTAINER(over), picker->query);
	gtk_overlay_add_overlay(GTK_OVERLAY(over), picker->placeholder);
	gtk_overlay_set_overlay_pass_through(GTK_OVERLAY(over), picker->placeholder, TRUE);
	return over;
}

static GtkWidget *header_new(struct picker *picker)
{
	GtkWidget *header = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
	GtkWidget *lens = gtk_drawing_area_new();

	picker_style(header, "header", true);
	picker->search = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
	gtk_widget_set_size_request(lens, 18, 18);
	atk_object_set_role(gtk_widget_get_accessible(lens), ATK_ROLE_FILLER);
	g_signal_connect(lens, "draw", G_CALLBACK(draw_lens), picker);
	gtk_box_pack_start(GTK_BOX(picker->search), lens, FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(picker->search), query_new(picker), TRUE, TRUE, 0);
	picker->heading = picker_label_new("", "heading");
	picker_label_shorten(picker->heading);
	picker->heading_path = picker_label_new("", "dim");
	gtk_label_set_ellipsize(GTK_LABEL(picker->heading_path), PANGO_ELLIPSIZE_MIDDLE);
	gtk_box_pack_start(GTK_BOX(header), picker->search, TRUE, TRUE, 0);
	gtk_box_pack_start(GTK_BOX(header), picker->heading, TRUE, TRUE, 0);
	gtk_box_pack_end(GTK_BOX(header), picker->heading_path, FALSE, TRUE, 0);
	return header;
}

struct hint {
	const char *key, *what;
};

static GtkWidget *hints_new(const struct hint *hints, size_t n)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
	size_t i;

	for (i = 0; i < n; i++) {
		GtkWidget *what = picker_label_new(hints[i].what, "hint");

		gtk_box_pack_start(
			GTK_BOX(box), picker_label_new(hints[i].key, "key"), FALSE, FALSE, 0);
		gtk_box_pack_start(GTK_BOX(box), what, FALSE, FALSE, 0);
		gtk_widget_set_margin_end(what, i + 1 < n ? 10 : 0);
	}
	return box;
}

static GtkWidget *footer_new(struct picker *picker)
{
	static const struct hint list[] = {{"Enter", "paste"}, {"Ctrl Enter", "copy"},
		{"Tab", "fill in"}, {"Ctrl S", "favourite"}, {"Ctrl I", "details"},
		{"Esc", "close"}};
	static const struct hint form[] = {{"Enter", "paste"}, {"Ctrl Enter", "copy"},
		{"Tab", "next"}, {"Shift Enter", "new line"}, {"Esc", "back"}};
	static const struct hint details[] = {{"Esc", "back"}};
	static const struct hint confirm[] = {{"Enter", "paste all lines"}, {"Esc", "back"}};
	static const struct hint nothing[] = {{"Esc", "close"}};
	static const struct hint file[] = {{"Ctrl E", "open the file"}, {"Esc", "back"}};
	GtkWidget *footer = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);

	picker_style(footer, "footer", true);
	picker->message = picker_label_new("", "message");
	picker_label_shorten(picker->message);
	picker->hints = gtk_stack_new();
	gtk_stack_set_hhomogeneous(GTK_STACK(picker->hints), FALSE);
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(list, G_N_ELEMENTS(list)));
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(form, G_N_ELEMENTS(form)));
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(details, G_N_ELEMENTS(details)));
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(confirm, G_N_ELEMENTS(confirm)));
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(nothing, G_N_ELEMENTS(nothing)));
	gtk_container_add(GTK_CONTAINER(picker->hints), hints_new(file, G_N_ELEMENTS(file)));
	gtk_box_pack_start(GTK_BOX(footer), picker->message, TRUE, TRUE, 0);
	gtk_box_pack_end(GTK_BOX(footer), picker->hints, FALSE, FALSE, 0);
	return footer;
}

/* --- the window ------------------------------------------------------------------------ */

static void stack_show(GtkWidget *stack, unsigned number)
{
	GList *children = gtk_container_get_children(GTK_CONTAINER(stack));
	GtkWidget *wanted = g_list_nth_data(children, number);

	g_list_free(children);
	if (gtk_stack_get_visible_child(GTK_STACK(stack)) != wanted)
		gtk_stack_set_visible_child(GTK_STACK(stack), wanted);
}

static GtkWidget *body_new(struct picker *picker)
{
	GtkWidget *body = picker->body = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);

	picker->pages = gtk_stack_new();
	gtk_stack_set_vhomogeneous(GTK_STACK(picker->pages), TRUE);
	gtk_widget_set_size_request(picker->pages, WIDTH * 45 / 100, -1);
	gtk_container_add(GTK_CONTAINER(picker->pages), picker_list_new(picker));
	gtk_container_add(GTK_CONTAINER(picker->pages), picker_form_new(picker));
	gtk_container_add(GTK_CONTAINER(picker->pages), picker_details_new(picker));
	gtk_box_pack_start(GTK_BOX(body), picker->pages, FALSE, TRUE, 0);
	gtk_box_pack_start(GTK_BOX(body), picker_preview_new(picker), TRUE, TRUE, 0);
	return body;
}

/* As high as its rows, or as the monitor allows; the same for every page. */
static void size(struct picker *picker, int rows)
{
	picker->fitting_rows = CLAMP(rows, 3, PLATFORM_PICKER_ROWS);
	gtk_widget_set_size_request(
		picker->body, -1, picker->fitting_rows * ROW_HEIGHT + ROWS_PADDING);
}

/* GTK's own menu of a text would take the keyboard, and act on what is not the widget's. */
static gboolean on_other_button(GtkWidget *widget, const GdkEventButton *event, gpointer data)
{
	(void)widget;
	(void)data;
	return event->button == GDK_BUTTON_SECONDARY;
}

/* Override-redirect also when it takes the focus: no window manager moves it, puts it
 * below a full-screen window, or has its own idea of who gets the focus after. */
static void window_make(struct picker *picker)
{
	GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

	picker->window = gtk_window_new(GTK_WINDOW_POPUP);
	gtk_window_set_title(GTK_WINDOW(picker->window), "promptd");
	gtk_window_set_resizable(GTK_WINDOW(picker->window), FALSE);
	gtk_widget_set_name(picker->window, "promptd");
	picker_name(picker->window, "promptd");
	gtk_widget_set_size_request(picker->window, WIDTH, -1);
	gtk_box_pack_start(GTK_BOX(all), header_new(picker), FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(all), body_new(picker), TRUE, TRUE, 0);
	gtk_box_pack_start(GTK_BOX(all), footer_new(picker), FALSE, FALSE, 0);
	gtk_container_add(GTK_CONTAINER(picker->window), all);
	g_signal_connect(picker->query, "button-press-event", G_CALLBACK(on_other_button), NULL);
	g_signal_connect(picker->preview, "button-press-event", G_CALLBACK(on_other_button), NULL);
	gtk_widget_show_all(all);
	size(picker, PLATFORM_PICKER_ROWS);
}

/* Only keys that do something are named. */
static unsigned hints_number(const struct platform_picker *what)
{
	if (what->page == PLATFORM_PICKER_LIST && what->n_rows == 0)
		return PLATFORM_PICKER_CONFIRM + 1;
	if (what->page == PLATFORM_PICKER_DETAILS && what->file)
		return PLATFORM_PICKER_CONFIRM + 2;
	return (unsigned)what->page;
}

static unsigned page_number(enum platform_picker_page page)
{
	return page == PLATFORM_PICKER_FORM ? 1 : page == PLATFORM_PICKER_DETAILS ? 2 : 0;
}

static void header_show(struct picker *picker, const struct platform_picker *what)
{
	bool list = what->page == PLATFORM_PICKER_LIST;
	char *title = picker_dup(what->title, 512), *path = picker_dup(what->path, 256);

	gtk_widget_set_visible(picker->search, list);
	gtk_widget_set_visible(picker->heading, !list);
	gtk_widget_set_visible(picker->heading_path, !list);
	if (list)
		picker_line_show(picker, picker->query, what->query, what->cursor);
	gtk_widget_set_visible(picker->placeholder, what->query.n == 0);
	picker_label(picker->heading, title);
	picker_label(picker->heading_path, path);
	g_free(title);
	g_free(path);
}

void picker_show(struct picker *picker, const struct platform_picker *what)
{
	char *message = picker_dup(what->message, 512);

	picker->updating = true;
	header_show(picker, what);
	if (what->page == PLATFORM_PICKER_LIST)
		picker_list_show(picker, what);
	else if (what->page == PLATFORM_PICKER_FORM)
		picker_form_show(picker, what);
	else if (what->page == PLATFORM_PICKER_DETAILS)
		picker_details_show(picker, what);
	picker_preview_show(picker, what);
	picker_label(picker->message, message);
	gtk_widget_set_visible(picker->message, message[0] != '\0');
	picker_style(picker->message, "warns", what->warns);
	/* A question stays beside what it is about. */
	if (what->page != PLATFORM_PICKER_CONFIRM)
		stack_show(picker->pages, page_number(what->page));
	stack_show(picker->hints, hints_number(what));
	picker->page = what->page;
	if (what->page == PLATFORM_PICKER_LIST)
		picker_focus(picker, picker->query);
	else if (what->page != PLATFORM_PICKER_FORM || what->n_fields == 0)
		picker_focus(picker, picker->preview);
	picker->updating = false;
	g_free(message);
}

/* --- on and off the screen ------------------------------------------------------------- */

static void place(struct picker *picker, int x, int y)
{
	GdkDisplay *display = gtk_widget_get_display(picker->window);
	int scale = gtk_widget_get_scale_factor(picker->window), width, height;
	GdkRectangle area;

	gdk_monitor_get_geometry(
		gdk_display_get_monitor_at_point(display, x / scale, y / scale), &area);
	size(picker, (area.height * 9 / 10 - AROUND_ROWS) / ROW_HEIGHT);
	gtk_widget_get_preferred_width(picker->window, NULL, &width);
	gtk_widget_get_preferred_height(picker->window, NULL, &height);
	gtk_window_move(GTK_WINDOW(picker->window), area.x + (area.width - width) / 2,
		area.y + (area.height - height) / 3);
}

/* GTK draws a cursor only in a window that has the focus, as it believes. */
static void pretend_focus(struct picker *picker, bool in)
{
	GdkEvent *event = gdk_event_new(GDK_FOCUS_CHANGE);

	event->focus_change.window = g_object_ref(gtk_widget_get_window(picker->window));
	event->focus_change.in = in;
	gdk_event_set_device(event, gdk_seat_get_keyboard(gdk_display_get_default_seat(
					    gtk_widget_get_display(picker->window))));
	gtk_main_do_event(event);
	gdk_event_free(event);
}

/* A monitor came or went, or the scale is another: what was in sight stays so. */
static void on_monitors(GObject *about, gpointer data)
{
	struct picker *picker = data;

	(void)about;
	if (picker->shown)
		place(picker, picker->x, picker->y);
}

void picker_map(struct picker *picker, int x, int y, bool held)
{
	picker->warming = false;
	picker->held = held;
	picker->shown = true;
	picker->x = x;
	picker->y = y;
	place(picker, x, y);
	gtk_widget_show(picker->window);
	gdk_window_raise(gtk_widget_get_window(picker->window));
	if (held)
		pretend_focus(picker, true);
	/* Another connection than this gives it the focus, which only a window that is seen
	 * may have. */
	if (held)
		gdk_display_flush(gtk_widget_get_display(picker->window));
	else
		gdk_display_sync(gtk_widget_get_display(picker->window));
}

void picker_unmap(struct picker *picker)
{
	if (!picker->shown)
		return;
	picker->shown = false;
	if (picker->held)
		pretend_focus(picker, false);
	gtk_widget_hide(picker->window);
	gdk_display_flush(gtk_widget_get_display(picker->window));
}

uint64_t picker_window(const struct picker *picker)
{
	return gdk_x11_window_get_xid(gtk_widget_get_window(picker->window));
}

bool picker_holds(const struct picker *picker, int x, int y)
{
	GdkWindow *window = gtk_widget_get_window(picker->window);
	int scale = gtk_widget_get_scale_factor(picker->window), left, top;

	gdk_window_get_origin(window, &left, &top);
	return x >= left * scale && x < (left + gdk_window_get_width(window)) * scale &&
	       y >= top * scale && y < (top + gdk_window_get_height(window)) * scale;
}

/* --- its life -------------------------------------------------------------------------- */

static gboolean on_warm(gpointer data)
{
	struct picker *picker = data;

	if (picker->warming)
		gtk_widget_hide(picker->window);
	picker->warming = false;
	return G_SOURCE_REMOVE;
}

static gboolean on_first_draw(GtkWidget *widget, cairo_t *cairo, gpointer data)
{
	(void)cairo;
	g_signal_handler_disconnect(widget, ((struct picker *)data)->first_draw);
	g_idle_add(on_warm, data);
	return FALSE;
}

/* Fonts are found and letters drawn where nobody sees it, so that the first call is as
 * fast as the next. */
static void warm_up(struct picker *picker)
{
	static const struct platform_badge badge = {PLATFORM_BADGE_CARE, {"experimental", 12}};
	struct platform_picker_row rows[PLATFORM_PICKER_ROWS];
	struct platform_picker what = {.rows = rows, .n_rows = PLATFORM_PICKER_ROWS};
	struct str text = STR("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ "
			      "0123456789 .,:;-_/()[]{}<>\"'#`*+=!?");
	size_t i;

	for (i = 0; i < PLATFORM_PICKER_ROWS; i++)
		rows[i] = (struct platform_picker_row){.title = {.text = text},
			.path = {.text = text},
			.badges = &badge,
			.n_badges = 1};
	what.preview.text = text;
	picker_show(picker, &what);
	picker->warming = true;
	gtk_window_move(GTK_WINDOW(picker->window), -30000, -30000);
	picker->first_draw =
		g_signal_connect_after(picker->window, "draw", G_CALLBACK(on_first_draw), picker);
	gtk_widget_show(picker->window);
}

/* GTK waits for the accessibility bus, for minutes where that hangs. Without a session bus
 * nobody reads the screen, and asking would start one. */
static void bridge_begin(void)
{
	char *address = NULL;
	bool has_bus = loop_has_bus();

	if (has_bus && loop_access_answers(ACCESS_MS, &address))
		(void)g_setenv("AT_SPI_BUS_ADDRESS", address, TRUE);
	else
		(void)g_setenv("NO_AT_BRIDGE", "1", TRUE);
	if (has_bus && address == NULL)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.not_accessible"),
			LOG_TEXT("why", "the accessibility bus does not answer"));
	g_free(address);
}

static bool gtk_begin(struct err *err)
{
	/* Numbers are written with a point in all our files: only letters and messages are
	 * of the person's language. */
	gtk_disable_setlocale();
	(void)setlocale(LC_CTYPE, "");
	(void)setlocale(LC_MESSAGES, "");
	gdk_set_allowed_backends("x11");
	/* Nothing here is drawn by GL, and looking for it loads a compiler of 44 MB. */
	(void)g_setenv("GDK_GL", "disable", TRUE);
	bridge_begin();
	if (gtk_init_check(NULL, NULL))
		return true;
	(void)err_set(err, ERR_FAILED, "GTK finds no display");
	return false;
}

int picker_new(struct picker **out, const struct platform_picker_options *options,
	const struct picker_calls *calls, struct err *err)
{
	struct picker *picker;

	if (!gtk_begin(err))
		return -1;
	err->text[0] = '\0';
	picker = g_new0(struct picker, 1);
	picker->calls = *calls;
	picker->focus_wanted = options->window;
	(void)picker_style_init(picker, options, err);
	window_make(picker);
	picker_keys_init(picker);
	picker_preview_colours(picker);
	g_signal_connect(
		gdk_screen_get_default(), "monitors-changed", G_CALLBACK(on_monitors), picker);
	gtk_widget_realize(picker->window);
	warm_up(picker);
	*out = picker;
	return 0;
}

void picker_free(struct picker *picker)
{
	size_t i;

	if (picker == NULL)
		return;
	picker->updating = true;
	(void)g_idle_remove_by_data(picker);
	(void)g_signal_handlers_disconnect_by_data(gdk_screen_get_default(), picker);
	picker_keys_fini(picker);
	gtk_widget_destroy(picker->window);
	picker_rows_fini(picker);
	picker_style_fini(picker);
	for (i = 0; i < PICKER_FIELDS; i++)
		g_free(picker->fields[i].name);
	g_free(picker->preview_key);
	g_free(picker);
}
