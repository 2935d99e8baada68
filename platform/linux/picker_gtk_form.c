/* The form of a prompt, and its details; see picker_gtk.h. */
#include "platform/linux/picker_gtk.h"

#include <string.h>

#define VALUE_BYTES ((size_t)256 * 1024)
#define AREA_HEIGHT 132 /* at most; a longer text scrolls */
#define TALL_HEIGHT 80	/* of one for several lines, without any in it yet */
#define ITEMS 8		/* of a list under a field that are seen at once */
#define DETAILS 16

/* --- texts with a cursor ----------------------------------------------------------------- */

/* What is typed goes out; what comes back stands there with its cursor. */
static void on_line_insert(
	GtkEditable *line, const char *text, int len, int *position, gpointer data)
{
	struct picker *picker = data;

	if (picker->updating)
		return;
	g_signal_stop_emission_by_name(line, "insert-text");
	picker_send(picker, PLATFORM_EVENT_PICKER_TEXT, 0,
		(struct str){text, len < 0 ? strlen(text) : (size_t)len});
	*position = gtk_editable_get_position(line);
}

/* All of it: an assistive program that sets another text. */
static void on_line_delete(GtkEditable *line, int from, int to, gpointer data)
{
	struct picker *picker = data;
	const char *text = gtk_entry_get_text(GTK_ENTRY(line));

	if (picker->updating)
		return;
	g_signal_stop_emission_by_name(line, "delete-text");
	if (from == 0 && (to < 0 || to >= g_utf8_strlen(text, -1)))
		picker_send(picker, PLATFORM_EVENT_PICKER_KEY, 0, STR("Ctrl+U"));
}

GtkWidget *picker_line_new(struct picker *picker)
{
	GtkWidget *line = gtk_entry_new();

	gtk_entry_set_has_frame(GTK_ENTRY(line), FALSE);
	g_signal_connect(line, "insert-text", G_CALLBACK(on_line_insert), picker);
	g_signal_connect(line, "delete-text", G_CALLBACK(on_line_delete), picker);
	picker_compose(picker, line);
	return line;
}

void picker_line_show(struct picker *picker, GtkWidget *line, struct str text, size_t cursor)
{
	bool updating = picker->updating;
	char *copy = picker_dup(text, VALUE_BYTES);

	picker->updating = true;
	if (strcmp(gtk_entry_get_text(GTK_ENTRY(line)), copy) != 0)
		gtk_entry_set_text(GTK_ENTRY(line), copy);
	gtk_editable_set_position(GTK_EDITABLE(line), picker_chars(text, cursor));
	picker->updating = updating;
	g_free(copy);
}

static void on_area_insert(
	GtkTextBuffer *buffer, GtkTextIter *at, const char *text, int len, gpointer data)
{
	struct picker *picker = data;

	if (picker->updating)
		return;
	g_signal_stop_emission_by_name(buffer, "insert-text");
	picker_send(picker, PLATFORM_EVENT_PICKER_TEXT, 0, (struct str){text, (size_t)len});
	gtk_text_buffer_get_iter_at_mark(buffer, at, gtk_text_buffer_get_insert(buffer));
}

static void on_area_delete(GtkTextBuffer *buffer, GtkTextIter *from, GtkTextIter *to, gpointer data)
{
	if (((struct picker *)data)->updating)
		return;
	g_signal_stop_emission_by_name(buffer, "delete-range");
	gtk_text_buffer_get_iter_at_mark(buffer, from, gtk_text_buffer_get_insert(buffer));
	*to = *from;
}

static GtkWidget *area_new(struct picker *picker, bool tall, GtkWidget **holder)
{
	GtkWidget *area = gtk_text_view_new();
	GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(area));

	gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(area), GTK_WRAP_WORD_CHAR);
	gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(area), FALSE);
	g_signal_connect(buffer, "insert-text", G_CALLBACK(on_area_insert), picker);
	g_signal_connect(buffer, "delete-range", G_CALLBACK(on_area_delete), picker);
	picker_compose(picker, area);
	*holder = gtk_scrolled_window_new(NULL, NULL);
	gtk_scrolled_window_set_policy(
		GTK_SCROLLED_WINDOW(*holder), GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
	gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(*holder), TRUE);
	gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(*holder), AREA_HEIGHT);
	if (tall)
		gtk_scrolled_window_set_min_content_height(
			GTK_SCROLLED_WINDOW(*holder), TALL_HEIGHT);
	gtk_container_add(GTK_CONTAINER(*holder), area);
	return area;
}

static void area_show(GtkWidget *area, struct str value, size_t cursor)
{
	GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(area));
	char *copy = picker_dup(value, VALUE_BYTES), *now;
	GtkTextIter from, to;

	gtk_text_buffer_get_bounds(buffer, &from, &to);
	now = gtk_text_buffer_get_text(buffer, &from, &to, TRUE);
	if (strcmp(now, copy) != 0)
		gtk_text_buffer_set_text(buffer, copy, -1);
	gtk_text_buffer_get_iter_at_offset(buffer, &from, picker_chars(value, cursor));
	gtk_text_buffer_place_cursor(buffer, &from);
	gtk_text_view_scroll_mark_onscreen(GTK_TEXT_VIEW(area), gtk_text_buffer_get_insert(buffer));
	g_free(now);
	g_free(copy);
}

/* --- one field ------------------------------------------------------------------------------ */

static size_t field_of(const struct picker *picker, GtkWidget *widget)
{
	size_t i;

	for (i = 0; i < picker->n_fields; i++)
		if (picker->fields[i].input == widget)
			break;
	return i;
}

/* A press on a field goes to it, and does not act on it: its value is not the widget's. */
static gboolean on_field_press(GtkWidget *widget, GdkEventButton *event, gpointer data)
{
	struct picker *picker = data;
	size_t i = field_of(picker, widget);
	bool again = i == picker->field;

	if (event->type == GDK_BUTTON_PRESS && i < picker->n_fields) {
		picker_send(picker, PLATFORM_EVENT_PICKER_FIELD, (int)i, STR(""));
		if (picker->fields[i].kind == PLATFORM_FIELD_CHECK)
			picker_send(picker, PLATFORM_EVENT_PICKER_TEXT, 0, STR(" "));
		else if (picker->fields[i].kind == PLATFORM_FIELD_CHOICE && again)
			picker_send(picker, PLATFORM_EVENT_PICKER_KEY, 0, STR("Ctrl+Down"));
	}
	return TRUE;
}

static GtkWidget *choice_new(void)
{
	GtkWidget *choice = gtk_button_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
	GtkWidget *value = picker_label_new("", NULL);

	picker_label_shorten(value);
	gtk_box_pack_start(GTK_BOX(box), value, TRUE, TRUE, 0);
	gtk_box_pack_end(GTK_BOX(box), picker_label_new("\xe2\x96\xbe", "dim"), FALSE, FALSE, 0);
	gtk_container_add(GTK_CONTAINER(choice), box);
	atk_object_set_role(gtk_widget_get_accessible(choice), ATK_ROLE_COMBO_BOX);
	g_object_set_data(G_OBJECT(choice), "value", value);
	return choice;
}

static void field_input(struct picker *picker, struct picker_field *field, bool tall)
{
	field->holder = NULL;
	switch (field->kind) {
	case PLATFORM_FIELD_AREA:
		field->input = area_new(picker, tall, &field->holder);
		break;
	case PLATFORM_FIELD_CHOICE:
		field->input = choice_new();
		break;
	case PLATFORM_FIELD_CHECK:
		field->input = gtk_check_button_new_with_label("");
		break;
	case PLATFORM_FIELD_SECRET:
	case PLATFORM_FIELD_LINE:
		field->input = picker_line_new(picker);
		gtk_entry_set_visibility(
			GTK_ENTRY(field->input), field->kind == PLATFORM_FIELD_LINE);
		break;
	}
	if (field->holder == NULL)
		field->holder = field->input;
	if (field->kind != PLATFORM_FIELD_CHECK)
		picker_style(field->holder, "input", true);
	g_signal_connect(field->input, "button-press-event", G_CALLBACK(on_field_press), picker);
	atk_object_add_relationship(gtk_widget_get_accessible(field->input),
		ATK_RELATION_LABELLED_BY, gtk_widget_get_accessible(field->label));
	atk_object_add_relationship(gtk_widget_get_accessible(field->input),
		ATK_RELATION_DESCRIBED_BY, gtk_widget_get_accessible(field->error));
}

static void field_make(
	struct picker *picker, struct picker_field *field, const struct platform_picker_field *from)
{
	GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);

	field->kind = from->kind;
	field->name = picker_dup(from->label, 128);
	field->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
	picker_style(field->box, "field", true);
	field->label = picker_label_new(field->name, "label");
	field->help = picker_label_new("", "dim");
	picker_label_shorten(field->help);
	field->error = picker_label_new("", "error");
	field->note = picker_label_new("", "dim");
	gtk_label_set_line_wrap(GTK_LABEL(field->error), TRUE);
	gtk_label_set_max_width_chars(GTK_LABEL(field->error), 40);
	gtk_label_set_single_line_mode(GTK_LABEL(field->error), FALSE);
	field_input(picker, field, from->tall);
	gtk_box_pack_start(GTK_BOX(top), field->label, FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(top), field->help, TRUE, TRUE, 0);
	gtk_box_pack_start(GTK_BOX(field->box), top, FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(field->box), field->holder, FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(field->box), field->note, FALSE, FALSE, 0);
	gtk_box_pack_start(GTK_BOX(field->box), field->error, FALSE, FALSE, 0);
	gtk_widget_show_all(field->box);
	gtk_box_pack_start(GTK_BOX(picker->form), field->box, FALSE, FALSE, 0);
}

static void line_of_text(GtkWidget *label, struct str text)
{
	char *copy = picker_dup(text, 512);

	picker_label(label, copy);
	gtk_widget_set_visible(label, copy[0] != '\0');
	g_free(copy);
}

static void field_value(
	struct picker *picker, struct picker_field *field, const struct platform_picker_field *from)
{
	char *text;

	switch (field->kind) {
	case PLATFORM_FIELD_AREA:
		area_show(field->input, from->value, from->cursor);
		break;
	case PLATFORM_FIELD_CHOICE:
		text = picker_dup(from->value, 512);
		picker_label(g_object_get_data(G_OBJECT(field->input), "value"),
			text[0] != '\0' ? text : "choose");
		g_free(text);
		break;
	case PLATFORM_FIELD_CHECK:
		gtk_toggle_button_set_active(
			GTK_TOGGLE_BUTTON(field->input), str_is(from->value, "true"));
		gtk_button_set_label(
			GTK_BUTTON(field->input), str_is(from->value, "true") ? "yes" : "no");
		break;
	case PLATFORM_FIELD_LINE:
	case PLATFORM_FIELD_SECRET:
		picker_line_show(picker, field->input, from->value, from->cursor);
		break;
	}
}

static void field_show(struct picker *picker, struct picker_field *field,
	const struct platform_picker_field *from, bool current)
{
	char *help = picker_dup(from->help, 256), *name, *value;

	line_of_text(field->help, from->help);
	line_of_text(field->note, from->note);
	line_of_text(field->error, from->error);
	field_value(picker, field, from);
	picker_style(field->holder, "current", current);
	picker_style(field->holder, "wrong", from->error.n > 0);
	picker_style(field->label, "required", from->required);
	/* What it holds belongs to the name of what is no text. */
	value = picker_dup(from->value, 128);
	name = g_strconcat(field->name, from->required ? ", required" : "",
		field->kind == PLATFORM_FIELD_CHOICE ? ": " : "",
		field->kind == PLATFORM_FIELD_CHOICE ? value : "", NULL);
	picker_name(field->input, name);
	atk_object_set_description(gtk_widget_get_accessible(field->input), help);
	g_free(name);
	g_free(value);
	g_free(help);
}

/* --- what may be chosen under a field --------------------------------------------------------- */

static void on_item(GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
	struct picker *picker = data;

	(void)list;
	if (!picker->updating)
		picker_send(picker, PLATFORM_EVENT_PICKER_ITEM,
			(int)picker->n_items + gtk_list_box_row_get_index(row), STR(""));
}

static void items_under(struct picker *picker, GtkWidget *box)
{
	GtkWidget *parent = gtk_widget_get_parent(picker->items);

	if (parent == box)
		return;
	if (parent != NULL)
		gtk_container_remove(GTK_CONTAINER(parent), picker->items);
	if (box != NULL)
		gtk_box_pack_start(GTK_BOX(box), picker->items, FALSE, FALSE, 0);
}

static void items_show(struct picker *picker, const struct platform_picker *what)
{
	size_t first = what->item >= ITEMS ? what->item - ITEMS + 1 : 0, i;

	gtk_widget_set_visible(picker->items, what->n_items > 0);
	if (what->n_items == 0)
		return;
	items_under(picker, picker->fields[what->field].box);
	picker->n_items = first;
	for (i = 0; i < ITEMS; i++) {
		GtkListBoxRow *row =
			gtk_list_box_get_row_at_index(GTK_LIST_BOX(picker->items), (int)i);
		bool is = first + i < what->n_items;
		char *text = picker_dup(is ? what->items[first + i] : STR(""), 256);

		g_strdelimit(text, "\n\t", ' ');
		gtk_widget_set_visible(GTK_WIDGET(row), is);
		picker_label(gtk_bin_get_child(GTK_BIN(row)), text);
		picker_name(GTK_WIDGET(row), text);
		if (first + i == what->item)
			gtk_list_box_select_row(GTK_LIST_BOX(picker->items), row);
		g_free(text);
	}
}

static GtkWidget *items_new(struct picker *picker)
{
	GtkWidget *items = gtk_list_box_new();
	int i;

	picker_style(items, "items", true);
	picker_name(items, "Values");
	for (i = 0; i < ITEMS; i++) {
		GtkWidget *row = gtk_list_box_row_new(), *label = picker_label_new("", NULL);

		picker_label_shorten(label);
		gtk_widget_set_can_focus(row, FALSE);
		gtk_container_add(GTK_CONTAINER(row), label);
		gtk_container_add(GTK_CONTAINER(items), row);
	}
	gtk_widget_show_all(items);
	gtk_widget_set_no_show_all(items, TRUE);
	g_signal_connect(items, "row-activated", G_CALLBACK(on_item), picker);
	return items;
}

/* --- the form ----------------------------------------------------------------------------------
 */

GtkWidget *picker_form_new(struct picker *picker)
{
	picker->form = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
	picker_style(picker->form, "form", true);
	picker->items = g_object_ref_sink(items_new(picker));
	picker->form_scroll = gtk_scrolled_window_new(NULL, NULL);
	gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(picker->form_scroll),
		GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
	gtk_container_add(GTK_CONTAINER(picker->form_scroll), picker->form);
	return picker->form_scroll;
}

static bool same_form(const struct picker *picker, const struct platform_picker *what)
{
	size_t i;

	if (picker->n_fields != MIN(what->n_fields, PICKER_FIELDS))
		return false;
	for (i = 0; i < picker->n_fields; i++)
		if (picker->fields[i].kind != what->fields[i].kind ||
			!str_is(what->fields[i].label, picker->fields[i].name))
			return false;
	return true;
}

static void form_make(struct picker *picker, const struct platform_picker *what)
{
	size_t i;

	items_under(picker, NULL);
	for (i = 0; i < picker->n_fields; i++) {
		gtk_widget_destroy(picker->fields[i].box);
		g_free(picker->fields[i].name);
		picker->fields[i] = (struct picker_field){0};
	}
	picker->n_fields = MIN(what->n_fields, PICKER_FIELDS);
	for (i = 0; i < picker->n_fields; i++)
		field_make(picker, &picker->fields[i], &what->fields[i]);
}

/* The whole field, with what stands under it, is in sight. */
static void form_scroll(struct picker *picker, size_t field)
{
	GtkAdjustment *at =
		gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(picker->form_scroll));
	GtkAllocation area;

	gtk_widget_get_allocation(picker->fields[field].box, &area);
	gtk_adjustment_clamp_page(at, area.y, area.y + area.height);
}

void picker_form_show(struct picker *picker, const struct platform_picker *what)
{
	size_t i;

	if (!same_form(picker, what))
		form_make(picker, what);
	for (i = 0; i < picker->n_fields; i++)
		field_show(picker, &picker->fields[i], &what->fields[i], i == what->field);
	if (what->field >= picker->n_fields)
		return;
	items_show(picker, what);
	picker->field = what->field;
	picker_focus(picker, picker->fields[what->field].input);
	form_scroll(picker, what->field);
}

/* --- details ------------------------------------------------------------------------------------
 */

GtkWidget *picker_details_new(struct picker *picker)
{
	GtkWidget *scroll = gtk_scrolled_window_new(NULL, NULL);
	int i;

	picker->details = gtk_grid_new();
	picker_style(picker->details, "details", true);
	gtk_grid_set_row_spacing(GTK_GRID(picker->details), 10);
	gtk_grid_set_column_spacing(GTK_GRID(picker->details), 16);
	/* A grid's newest comes first for those who hear it. */
	for (i = DETAILS - 1; i >= 0; i--) {
		GtkWidget *label = picker_label_new("", "dim"), *text = picker_label_new("", NULL);

		gtk_widget_set_valign(label, GTK_ALIGN_START);
		gtk_label_set_line_wrap(GTK_LABEL(text), TRUE);
		gtk_label_set_line_wrap_mode(GTK_LABEL(text), PANGO_WRAP_WORD_CHAR);
		gtk_label_set_single_line_mode(GTK_LABEL(text), FALSE);
		gtk_label_set_max_width_chars(GTK_LABEL(text), 36);
		atk_object_add_relationship(gtk_widget_get_accessible(text),
			ATK_RELATION_LABELLED_BY, gtk_widget_get_accessible(label));
		gtk_grid_attach(GTK_GRID(picker->details), text, 1, i, 1, 1);
		gtk_grid_attach(GTK_GRID(picker->details), label, 0, i, 1, 1);
	}
	gtk_scrolled_window_set_policy(
		GTK_SCROLLED_WINDOW(scroll), GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
	gtk_container_add(GTK_CONTAINER(scroll), picker->details);
	return scroll;
}

void picker_details_show(struct picker *picker, const struct platform_picker *what)
{
	size_t i;

	for (i = 0; i < DETAILS; i++) {
		struct platform_detail detail = {STR(""), STR("")};

		if (i < what->n_details)
			detail = what->details[i];
		line_of_text(
			gtk_grid_get_child_at(GTK_GRID(picker->details), 0, (int)i), detail.label);
		line_of_text(
			gtk_grid_get_child_at(GTK_GRID(picker->details), 1, (int)i), detail.text);
	}
}
