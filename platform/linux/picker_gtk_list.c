/* The list of the picker, and the preview beside it; see picker_gtk.h. */
#include "platform/linux/picker_gtk.h"

#include <string.h>

#define PREVIEW_BYTES ((size_t)64 * 1024)

/* --- the list --------------------------------------------------------------------------- */

static void on_row(GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
	struct picker *picker = data;

	(void)list;
	if (!picker->updating)
		picker_send(picker, PLATFORM_EVENT_PICKER_ROW,
			(int)picker->first + gtk_list_box_row_get_index(row), STR(""));
}

/* The wheel goes through the rows, as the arrows do. */
static gboolean on_wheel(GtkWidget *widget, GdkEvent *event, gpointer data)
{
	GdkScrollDirection direction = GDK_SCROLL_SMOOTH;
	double x, y = 0;

	(void)widget;
	if (!gdk_event_get_scroll_direction(event, &direction) &&
		gdk_event_get_scroll_deltas(event, &x, &y) && y != 0)
		direction = y < 0 ? GDK_SCROLL_UP : GDK_SCROLL_DOWN;
	if (direction == GDK_SCROLL_UP)
		picker_send(data, PLATFORM_EVENT_PICKER_KEY, 0, STR("Up"));
	else if (direction == GDK_SCROLL_DOWN)
		picker_send(data, PLATFORM_EVENT_PICKER_KEY, 0, STR("Down"));
	return TRUE;
}

GtkWidget *picker_list_new(struct picker *picker)
{
	GtkWidget *box = gtk_event_box_new();

	picker->list = gtk_list_box_new();
	gtk_list_box_set_selection_mode(GTK_LIST_BOX(picker->list), GTK_SELECTION_BROWSE);
	gtk_widget_set_valign(picker->list, GTK_ALIGN_START);
	picker_style(picker->list, "rows", true);
	picker_name(picker->list, "Prompts");
	picker_rows_init(picker);
	g_signal_connect(picker->list, "row-activated", G_CALLBACK(on_row), picker);
	gtk_widget_add_events(box, GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);
	g_signal_connect(box, "scroll-event", G_CALLBACK(on_wheel), picker);
	gtk_container_add(GTK_CONTAINER(box), picker->list);
	return box;
}

/* A heading where a group begins: the first row that is seen too. */
static bool group_begins(const struct platform_picker *what, size_t i, size_t first)
{
	struct str group = what->rows[i].group, before;

	if (group.n == 0)
		return false;
	if (i == first)
		return true;
	before = what->rows[i - 1].group;
	return before.n != group.n || memcmp(before.p, group.p, group.n) != 0;
}

/* How many rows from `first` on fit; two headings take the room of one row. */
static size_t fitting(const struct picker *picker, const struct platform_picker *what, size_t first)
{
	size_t room = 2 * (size_t)picker->fitting_rows, n = 0, takes;

	for (;; n++, room -= takes) {
		if (first + n == what->n_rows)
			return n;
		takes = group_begins(what, first + n, first) ? 3 : 2;
		if (takes > room)
			return n;
	}
}

/* The selected row is among those that are seen. */
static void scroll(struct picker *picker, const struct platform_picker *what)
{
	if (picker->first > what->selected || picker->first >= what->n_rows)
		picker->first = what->selected;
	while (picker->first > 0 &&
		picker->first - 1 + fitting(picker, what, picker->first - 1) == what->n_rows)
		picker->first--; /* no gap at the end */
	while (picker->first + fitting(picker, what, picker->first) <= what->selected)
		picker->first++;
}

static void heading_show(struct picker_row *row, struct str group, bool begins)
{
	char *text = picker_dup(group, 64);

	if (begins)
		picker_label(row->heading, text);
	gtk_widget_set_visible(row->heading, begins);
	g_free(text);
}

void picker_list_show(struct picker *picker, const struct platform_picker *what)
{
	size_t i, n;

	if (what->n_rows == 0 || what->selected == 0)
		picker->first = 0;
	if (what->n_rows > 0)
		scroll(picker, what);
	n = what->n_rows > 0 ? fitting(picker, what, picker->first) : 0;
	picker_rows_begin(picker);
	for (i = 0; i < PLATFORM_PICKER_ROWS; i++) {
		if (i >= n) {
			picker_row_hide(&picker->rows[i]);
			continue;
		}
		gtk_widget_set_visible(picker->rows[i].row, TRUE);
		picker_row_show(picker, &picker->rows[i], &what->rows[picker->first + i]);
		heading_show(&picker->rows[i], what->rows[picker->first + i].group,
			group_begins(what, picker->first + i, picker->first));
	}
	picker->n_shown = n;
	if (n > 0)
		gtk_list_box_select_row(GTK_LIST_BOX(picker->list),
			GTK_LIST_BOX_ROW(picker->rows[what->selected - picker->first].row));
}

/* --- the preview -------------------------------------------------------------------------- */

static const char *const mark_names[] = {"match", "filled", "default", "missing"};

void picker_preview_colours(struct picker *picker)
{
	GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(picker->preview));
	GtkTextTagTable *table = gtk_text_buffer_get_tag_table(buffer);
	GdkRGBA accent = picker->colours.accent, soft = accent, softer = accent;
	size_t i;

	soft.alpha = picker->colours.dark ? 0.28 : 0.16;
	softer.alpha = soft.alpha / 2;
	for (i = 0; i < G_N_ELEMENTS(mark_names); i++) {
		GtkTextTag *tag = gtk_text_tag_table_lookup(table, mark_names[i]);

		g_object_set(tag, "foreground-rgba", &accent, NULL);
		if (i != PLATFORM_MARK_MATCH)
			g_object_set(tag, "background-rgba",
				i == PLATFORM_MARK_MISSING ? &soft : &softer, NULL);
	}
}

GtkWidget *picker_preview_new(struct picker *picker)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
	GtkTextBuffer *buffer;
	size_t i;

	picker_style(box, "preview", true);
	picker->preview = gtk_text_view_new();
	buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(picker->preview));
	for (i = 0; i < G_N_ELEMENTS(mark_names); i++)
		(void)gtk_text_buffer_create_tag(buffer, mark_names[i], NULL);
	gtk_text_view_set_editable(GTK_TEXT_VIEW(picker->preview), FALSE);
	gtk_text_view_set_cursor_visible(GTK_TEXT_VIEW(picker->preview), FALSE);
	gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(picker->preview), GTK_WRAP_WORD_CHAR);
	gtk_text_view_set_pixels_inside_wrap(GTK_TEXT_VIEW(picker->preview), 3);
	gtk_text_view_set_pixels_below_lines(GTK_TEXT_VIEW(picker->preview), 3);
	picker_name(picker->preview, "Preview");
	picker->preview_scroll = gtk_scrolled_window_new(NULL, NULL);
	gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(picker->preview_scroll),
		GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
	gtk_container_add(GTK_CONTAINER(picker->preview_scroll), picker->preview);
	picker->preview_note = picker_label_new("", "preview-note");
	gtk_widget_set_no_show_all(picker->preview_note, TRUE);
	gtk_box_pack_start(GTK_BOX(box), picker->preview_scroll, TRUE, TRUE, 0);
	gtk_box_pack_start(GTK_BOX(box), picker->preview_note, FALSE, FALSE, 0);
	return box;
}

static void preview_marks(GtkTextBuffer *buffer, const struct platform_text *preview, size_t len)
{
	GtkTextIter from, to;
	size_t i, at = 0;
	int chars = 0;

	for (i = 0; i < preview->n_marks; i++) {
		const struct platform_mark *mark = &preview->marks[i];

		if (mark->from + mark->n > len || mark->from < at)
			break;
		chars += picker_chars((struct str){preview->text.p + at, mark->from - at}, len);
		gtk_text_buffer_get_iter_at_offset(buffer, &from, chars);
		chars += picker_chars((struct str){preview->text.p + mark->from, mark->n}, len);
		gtk_text_buffer_get_iter_at_offset(buffer, &to, chars);
		gtk_text_buffer_apply_tag_by_name(buffer, mark_names[mark->kind], &from, &to);
		at = mark->from + mark->n;
	}
}

void picker_preview_show(struct picker *picker, const struct platform_picker *what)
{
	GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(picker->preview));
	char *text = picker_dup(what->preview.text, PREVIEW_BYTES);
	char *note = picker_dup(what->preview_note, 128);
	GString *key = g_string_new(text);
	size_t i;

	/* Marks are part of what is to be drawn. */
	for (i = 0; i < what->preview.n_marks; i++)
		g_string_append_printf(key, "\x01%d %zu %zu", (int)what->preview.marks[i].kind,
			what->preview.marks[i].from, what->preview.marks[i].n);
	if (picker->preview_key == NULL || strcmp(picker->preview_key, key->str) != 0) {
		gtk_text_buffer_set_text(buffer, text, -1);
		preview_marks(buffer, &what->preview, strlen(text));
		g_free(picker->preview_key);
		picker->preview_key = g_strdup(key->str);
		if (what->page != PLATFORM_PICKER_FORM)
			gtk_adjustment_set_value(
				gtk_scrolled_window_get_vadjustment(
					GTK_SCROLLED_WINDOW(picker->preview_scroll)),
				0);
	}
	picker_label(picker->preview_note, note);
	gtk_widget_set_visible(picker->preview_note, note[0] != '\0');
	g_string_free(key, TRUE);
	g_free(note);
	g_free(text);
}

void picker_preview_scroll(struct picker *picker, guint key)
{
	GtkAdjustment *at =
		gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(picker->preview_scroll));
	double page = gtk_adjustment_get_page_size(at), by = 40;

	if (key == GDK_KEY_Page_Up || key == GDK_KEY_Page_Down)
		by = page * 0.9;
	if (key == GDK_KEY_Up || key == GDK_KEY_Page_Up)
		by = -by;
	if (key == GDK_KEY_Home)
		gtk_adjustment_set_value(at, 0);
	else if (key == GDK_KEY_End)
		gtk_adjustment_set_value(at, gtk_adjustment_get_upper(at));
	else
		gtk_adjustment_set_value(at, gtk_adjustment_get_value(at) + by);
}
