/*
 * The parts of the GTK picker; see picker.h. Of picker_gtk*.c only:
 *
 *   picker_gtk.c          window, pages, footer
 *   picker_gtk_keys.c     keys, input methods, the focus
 *   picker_gtk_list.c     list and preview
 *   picker_gtk_row.c      a row of the list
 *   picker_gtk_form.c     fields of a form, what may be chosen under one
 *   picker_gtk_style.c    colours, shapes, a person's own theme
 *
 * Real widgets, so that screen readers, input methods and right-to-left come with them;
 * but the texts in them are what they were last given: what is typed into one goes out
 * as an event, and comes back with the next picker_show().
 */
#ifndef PLATFORM_LINUX_PICKER_GTK_H
#define PLATFORM_LINUX_PICKER_GTK_H

#include <gtk/gtk.h>

#include "platform/linux/picker.h"

#define PICKER_BADGES 5
#define PICKER_FIELDS 64

/* What is drawn in a row; the layouts are picker->layouts'. */
struct picker_look {
	PangoLayout *title, *place, *star, *badges[PICKER_BADGES];
	size_t parts[PICKER_BADGES], n_badges, faded; /* compared as bytes: without gaps */
};
struct picker_row {
	GtkWidget *row, *heading, *card;
	struct picker_look look;
};

struct picker_field {
	GtkWidget *box, *label, *help, *input, *holder, *error, *note;
	enum platform_field_kind kind;
	char *name;
};

struct picker_colours {
	GdkRGBA accent, tag, dim;
	bool dark;
};

struct picker {
	struct picker_calls calls;
	GtkWidget *window, *search, *query, *placeholder, *body, *heading, *heading_path, *pages,
		*hints, *message;
	enum platform_picker_page page;
	bool focus_wanted, held, updating, composing, shown, warming;
	gulong first_draw; /* a handler */
	int fitting_rows;  /* on the monitor */
	int x, y;	   /* where it was called */
	/* picker_gtk_list.c */
	GtkWidget *list;
	/* picker_gtk_row.c */
	struct picker_row rows[PLATFORM_PICKER_ROWS];
	struct picker_ink *ink;
	bool inks_old;
	GHashTable *layouts;
	unsigned n_shows;
	/* picker_gtk_list.c */
	size_t first, n_shown; /* rows of the list that are seen */
	GtkWidget *preview, *preview_scroll, *preview_note;
	char *preview_key; /* what it shows */
	/* picker_gtk_form.c */
	GtkWidget *form, *form_scroll, *items, *details;
	struct picker_field fields[PICKER_FIELDS];
	size_t n_fields, field, n_items;
	/* picker_gtk_style.c */
	GtkCssProvider *shape, *theme;
	struct picker_colours colours;
	/* picker_gtk_keys.c */
	GCancellable *ending;
	GDBusProxy *assistive; /* says whether a screen reader is at work */
};

void picker_send(struct picker *picker, enum platform_event_type type, int number, struct str text);
/* A copy ended by NUL, of what may be cut to `most` bytes; g_free. */
char *picker_dup(struct str text, size_t most);
/* Only what differs is drawn anew. */
void picker_label(GtkWidget *label, const char *text);
/* Characters in so many bytes. */
int picker_chars(struct str text, size_t bytes);
/* A widget's name for screen readers. */
void picker_name(GtkWidget *widget, const char *name);
GtkWidget *picker_label_new(const char *text, const char *style);
void picker_label_shorten(GtkWidget *label);
void picker_style(GtkWidget *widget, const char *style, bool on);

/* picker_gtk_list.c */
GtkWidget *picker_list_new(struct picker *picker);
GtkWidget *picker_preview_new(struct picker *picker);
void picker_list_show(struct picker *picker, const struct platform_picker *what);
void picker_preview_show(struct picker *picker, const struct platform_picker *what);
void picker_preview_scroll(struct picker *picker, guint key);
void picker_preview_colours(struct picker *picker);

/* picker_gtk_row.c: the rows of picker->list; rows are shown after begin(). */
void picker_rows_init(struct picker *picker);
void picker_rows_fini(struct picker *picker);
void picker_rows_begin(struct picker *picker);
void picker_row_show(
	struct picker *picker, struct picker_row *row, const struct platform_picker_row *from);
void picker_row_hide(struct picker_row *row);

/* picker_gtk_form.c */
GtkWidget *picker_form_new(struct picker *picker);
GtkWidget *picker_details_new(struct picker *picker);
void picker_form_show(struct picker *picker, const struct platform_picker *what);
void picker_details_show(struct picker *picker, const struct platform_picker *what);
/* A line that shows a text and its cursor, and sends what is typed. */
GtkWidget *picker_line_new(struct picker *picker);
void picker_line_show(struct picker *picker, GtkWidget *line, struct str text, size_t cursor);

/* picker_gtk_keys.c */
void picker_keys_init(struct picker *picker);
void picker_keys_fini(struct picker *picker);
void picker_focus(struct picker *picker, GtkWidget *widget);
/* Follow what an input method composes in it. */
void picker_compose(struct picker *picker, GtkWidget *widget);

/* picker_gtk_style.c: 0, or -1 with a theme that cannot be read; ours is there. */
int picker_style_init(
	struct picker *picker, const struct platform_picker_options *options, struct err *err);
void picker_style_fini(struct picker *picker);

#endif
