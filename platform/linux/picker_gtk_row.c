/*
 * One row of the picker's list, drawn; see picker_gtk.h. A label for each text of it asks
 * for its size, has a style of its own to be worked out, and is laid out three times for
 * every key. Here a text is laid out once, and again only when it was not seen for a
 * while: while one types, most rows only change their places. How it looks is CSS's
 * affair all the same, as if there were labels: of .title, .place, .star and .badge
 * within the row's .card.
 */
#include "platform/linux/picker_gtk.h"

#include <string.h>

#define TEXT_BYTES 512
#define SPACING 6  /* between the parts of the first line */
#define LINE_GAP 1 /* between the lines */
#define LEAST 34   /* pixels of both lines */
#define CACHED 256 /* layouts: some screens full */

/* --- how its parts look ------------------------------------------------------------------- */

enum part { PART_TITLE, PART_PLACE, PART_STAR, PART_PLAIN, PART_GOOD, PART_CARE, PART_BAD, PARTS };
enum row_state { ROW_USUAL, ROW_SELECTED, ROW_FADED, ROW_STATES };

struct picker_ink {
	GtkStyleContext *styles[PARTS][ROW_STATES];
	GtkBorder padding[PARTS]; /* of the usual row, in all */
	int line, second;	  /* heights */
	GtkBorder card;
};

struct cached {
	PangoLayout *layout;
	unsigned seen;
};

static GtkStyleContext *style_new(GtkWidget *card, enum part part, enum row_state state)
{
	/* GTK keeps styles by their own node's classes, and knows nothing of a path then: in
	 * which row it is must be one of them. */
	static const char *const states[ROW_STATES] = {"of-usual", "of-selected", "of-faded"};
	static const char *const classes[PARTS][2] = {{"title"}, {"place"}, {"star"},
		{"badge", "plain"}, {"badge", "good"}, {"badge", "care"}, {"badge", "bad"}};
	GtkWidgetPath *path = gtk_widget_path_copy(gtk_widget_get_path(card));
	GtkStyleContext *style = gtk_style_context_new();
	int row = 0, i, n = gtk_widget_path_length(path);

	for (i = 0; i < n; i++)
		if (gtk_widget_path_iter_get_object_type(path, i) == GTK_TYPE_LIST_BOX_ROW)
			row = i;
	/* The card's own row may be any of these now. */
	gtk_widget_path_iter_set_state(
		path, row, state == ROW_SELECTED ? GTK_STATE_FLAG_SELECTED : GTK_STATE_FLAG_NORMAL);
	if (state == ROW_FADED)
		gtk_widget_path_iter_add_class(path, row, "faded");
	else
		gtk_widget_path_iter_remove_class(path, row, "faded");
	n = gtk_widget_path_append_type(path, GTK_TYPE_LABEL);
	gtk_widget_path_iter_set_object_name(path, n, "label");
	for (i = 0; i < 2 && classes[part][i] != NULL; i++) {
		gtk_widget_path_iter_add_class(path, n, classes[part][i]);
		gtk_style_context_add_class(style, classes[part][i]);
	}
	gtk_style_context_add_class(style, states[state]);
	gtk_style_context_set_path(style, path);
	gtk_style_context_set_parent(style, gtk_widget_get_style_context(card));
	gtk_style_context_set_scale(style, gtk_widget_get_scale_factor(card));
	gtk_widget_path_unref(path);
	return style;
}

/* Asked for another state than its own, a style that has a path forgets the path. */
static void style_padding(GtkStyleContext *style, GtkBorder *padding)
{
	gtk_style_context_get_padding(style, gtk_style_context_get_state(style), padding);
}

static PangoLayout *layout_new(
	const struct picker *picker, enum part part, const char *text, PangoAttrList *list)
{
	GtkWidget *card = picker->rows[0].card;
	PangoLayout *layout = gtk_widget_create_pango_layout(card, text);
	GtkStyleContext *style = picker->ink->styles[part][ROW_USUAL];
	PangoFontDescription *font = NULL;

	gtk_style_context_get(style, gtk_style_context_get_state(style), "font", &font, NULL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	if (part == PART_TITLE || part == PART_PLACE)
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	if (list != NULL)
		pango_layout_set_attributes(layout, list);
	return layout;
}

static int height_of(const struct picker *picker, enum part part)
{
	PangoLayout *layout = layout_new(picker, part, "Xg", NULL);
	int height;

	pango_layout_get_pixel_size(layout, NULL, &height);
	g_object_unref(layout);
	return height + picker->ink->padding[part].top + picker->ink->padding[part].bottom;
}

static void ink_free(struct picker *picker)
{
	int part, state;

	for (part = 0; picker->ink != NULL && part < PARTS; part++)
		for (state = 0; state < ROW_STATES; state++)
			g_object_unref(picker->ink->styles[part][state]);
	g_free(picker->ink);
	picker->ink = NULL;
}

static void ink_make(struct picker *picker)
{
	GtkWidget *card = picker->rows[0].card;
	struct picker_ink *ink = picker->ink = g_new0(struct picker_ink, 1);
	int part, state, height, i;

	for (part = 0; part < PARTS; part++) {
		for (state = 0; state < ROW_STATES; state++)
			ink->styles[part][state] =
				style_new(card, (enum part)part, (enum row_state)state);
		style_padding(ink->styles[part][ROW_USUAL], &ink->padding[part]);
	}
	style_padding(gtk_widget_get_style_context(card), &ink->card);
	ink->line = MAX(height_of(picker, PART_TITLE), height_of(picker, PART_PLAIN));
	ink->second = height_of(picker, PART_PLACE);
	height = MAX(LEAST, ink->line + LINE_GAP + ink->second) + ink->card.top + ink->card.bottom;
	for (i = 0; i < PLATFORM_PICKER_ROWS; i++)
		gtk_widget_set_size_request(picker->rows[i].card, -1, height);
}

/* --- texts that are laid out ---------------------------------------------------------------- */

static void cached_free(gpointer data)
{
	struct cached *cached = data;

	g_object_unref(cached->layout);
	g_free(cached);
}

static gboolean is_old(gpointer key, gpointer value, gpointer data)
{
	const struct picker *picker = data;

	(void)key;
	return ((struct cached *)value)->seen + 1 < picker->n_shows;
}

/* Takes the key. Owned by the cache until the next time rows are shown, at least. */
static PangoLayout *layout_find(struct picker *picker, enum part part, GString *key,
	const char *text, PangoAttrList *(*paint)(const struct picker *picker, const void *data),
	const void *data)
{
	struct cached *cached = g_hash_table_lookup(picker->layouts, key->str);
	PangoAttrList *list;

	if (cached == NULL) {
		list = paint != NULL ? paint(picker, data) : NULL;
		cached = g_new0(struct cached, 1);
		cached->layout = layout_new(picker, part, text, list);
		if (list != NULL)
			pango_attr_list_unref(list);
		(void)g_hash_table_insert(picker->layouts, g_string_free(key, FALSE), cached);
	} else {
		(void)g_string_free(key, TRUE);
	}
	cached->seen = picker->n_shows;
	return cached->layout;
}

void picker_rows_begin(struct picker *picker)
{
	size_t i;

	picker->n_shows++;
	if (picker->inks_old || picker->ink == NULL) {
		for (i = 0; i < PLATFORM_PICKER_ROWS; i++)
			picker_row_hide(&picker->rows[i]);
		g_hash_table_remove_all(picker->layouts);
		ink_free(picker);
		ink_make(picker);
		picker->inks_old = false;
	}
	if (g_hash_table_size(picker->layouts) > CACHED)
		(void)g_hash_table_foreach_remove(picker->layouts, is_old, picker);
}

static void paint(PangoAttrList *list, PangoAttribute *attribute, size_t from, size_t n)
{
	attribute->start_index = (guint)from;
	attribute->end_index = (guint)(from + n);
	pango_attr_list_insert(list, attribute);
}

static void paint_colour(PangoAttrList *list, const GdkRGBA *colour, size_t from, size_t n)
{
	paint(list,
		pango_attr_foreground_new((guint16)(colour->red * 65535),
			(guint16)(colour->green * 65535), (guint16)(colour->blue * 65535)),
		from, n);
}

struct marked {
	const struct platform_text *text;
	size_t n, more; /* bytes of it that are shown, and that follow in the tags' colour */
};

static PangoAttrList *marks_paint(const struct picker *picker, const void *data)
{
	const struct marked *marked = data;
	PangoAttrList *list = pango_attr_list_new();
	size_t i;

	for (i = 0; i < marked->text->n_marks; i++) {
		const struct platform_mark *mark = &marked->text->marks[i];

		if (mark->from + mark->n > marked->n)
			break;
		paint_colour(list, &picker->colours.accent, mark->from, mark->n);
		paint(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD), mark->from, mark->n);
	}
	if (marked->more > 0)
		paint_colour(list, &picker->colours.tag, marked->n, marked->more);
	return list;
}

/* A text with its matched letters, followed by plain `more`. `all` is added to, for those
 * who hear it. */
static PangoLayout *text_find(struct picker *picker, enum part part,
	const struct platform_text *text, const char *more, GString *all)
{
	char *first = picker_dup(text->text, TEXT_BYTES), *shown = g_strconcat(first, more, NULL);
	struct marked marked = {text, strlen(first), strlen(more)};
	GString *key = g_string_new(shown);
	PangoLayout *layout;
	size_t i;

	g_string_append_printf(key, "\x01%d %zu", (int)part, marked.n);
	for (i = 0; i < text->n_marks; i++)
		g_string_append_printf(key, "\x01%zu %zu", text->marks[i].from, text->marks[i].n);
	layout = layout_find(picker, part, key, shown, marks_paint, &marked);
	g_string_append(all, shown);
	g_free(shown);
	g_free(first);
	return layout;
}

static PangoLayout *word_find(struct picker *picker, enum part part, struct str text)
{
	char *word = picker_dup(text, 64);
	GString *key = g_string_new(word);
	PangoLayout *layout;

	g_string_append_printf(key, "\x01%d", (int)part);
	layout = layout_find(picker, part, key, word, NULL, NULL);
	g_free(word);
	return layout;
}

/* --- what is in it -------------------------------------------------------------------------- */

/* "   #one #two" of "one,two". */
static char *tags_text(struct str tags)
{
	GString *out = g_string_new("");
	struct str tag;

	while (tags.n > 0 && out->len < TEXT_BYTES) {
		tag = str_cut(tags, ',', &tags);
		g_string_append_printf(
			out, "%s#%.*s", out->len == 0 ? "   " : " ", (int)tag.n, tag.p);
	}
	return g_string_free(out, FALSE);
}

static enum part badge_part(enum platform_badge_kind kind)
{
	static const enum part parts[] = {[PLATFORM_BADGE_PLAIN] = PART_PLAIN,
		[PLATFORM_BADGE_GOOD] = PART_GOOD,
		[PLATFORM_BADGE_CARE] = PART_CARE,
		[PLATFORM_BADGE_BAD] = PART_BAD};

	return parts[kind];
}

void picker_row_show(
	struct picker *picker, struct picker_row *row, const struct platform_picker_row *from)
{
	char *tags = tags_text(from->tags);
	GString *name = g_string_new("");
	struct picker_look look = {.faded = from->faded};
	size_t i;

	look.title = text_find(picker, PART_TITLE, &from->title, "", name);
	g_string_append(name, ", ");
	look.place = text_find(picker, PART_PLACE, &from->path, tags, name);
	if (from->favourite)
		look.star = word_find(picker, PART_STAR, STR("\xe2\x98\x85"));
	for (i = 0; i < PICKER_BADGES && i < from->n_badges; i++) {
		look.badges[i] =
			word_find(picker, badge_part(from->badges[i].kind), from->badges[i].text);
		look.parts[i] = badge_part(from->badges[i].kind);
		g_string_append_printf(
			name, ", %.*s", (int)from->badges[i].text.n, from->badges[i].text.p);
	}
	look.n_badges = i;
	if (from->favourite)
		g_string_append(name, ", favourite");
	if (memcmp(&look, &row->look, sizeof look) != 0) {
		row->look = look;
		gtk_widget_queue_draw(row->card);
		picker_style(row->row, "faded", from->faded);
	}
	picker_name(row->row, name->str);
	g_string_free(name, TRUE);
	g_free(tags);
}

/* Nothing of it is drawn any more, and layouts are not kept for it. */
void picker_row_hide(struct picker_row *row)
{
	row->look = (struct picker_look){0};
	gtk_widget_set_visible(row->row, FALSE);
}

/* --- drawing -------------------------------------------------------------------------------- */

struct pen {
	struct picker *picker;
	cairo_t *cairo;
	enum row_state state;
	bool mirrored;
	int width, top; /* of the card; of the line that is drawn */
};

/* From the side where reading begins. */
static void draw_text(const struct pen *pen, enum part part, PangoLayout *layout, int x, int width,
	int line_height)
{
	PangoRectangle extents;
	int y;

	pango_layout_get_pixel_extents(layout, NULL, &extents);
	x = pen->mirrored ? pen->width - x - (width >= 0 ? width : extents.width) : x;
	if (pen->mirrored && width >= 0)
		x += width - extents.width;
	y = pen->top + (line_height - extents.height) / 2;
	gtk_render_layout(
		pen->picker->ink->styles[part][pen->state], pen->cairo, x - extents.x, y, layout);
}

/* Ends before `end`; returns where it begins. */
static int draw_badge(const struct pen *pen, enum part part, PangoLayout *layout, int end)
{
	const struct picker_ink *ink = pen->picker->ink;
	const GtkBorder *padding = &ink->padding[part];
	int width, height, x, y;

	pango_layout_get_pixel_size(layout, &width, &height);
	width += padding->left + padding->right;
	height += padding->top + padding->bottom;
	x = end - width;
	y = pen->top + (ink->line - height) / 2;
	gtk_render_background(ink->styles[part][pen->state], pen->cairo,
		pen->mirrored ? pen->width - end : x, y, width, height);
	draw_text(pen, part, layout, x + padding->left, width - padding->left - padding->right,
		ink->line);
	return x;
}

static void draw_first_line(const struct pen *pen, const struct picker_look *look)
{
	const struct picker_ink *ink = pen->picker->ink;
	int x = ink->card.left, end = pen->width - ink->card.right, width;
	size_t i;

	for (i = look->n_badges; i-- > 0;)
		end = draw_badge(pen, (enum part)look->parts[i], look->badges[i], end) - SPACING;
	if (look->star != NULL) {
		pango_layout_get_pixel_size(look->star, &width, NULL);
		draw_text(pen, PART_STAR, look->star, x, -1, ink->line);
		x += width + SPACING;
	}
	pango_layout_set_width(look->title, MAX(end - x, 1) * PANGO_SCALE);
	draw_text(pen, PART_TITLE, look->title, x, end - x, ink->line);
}

static gboolean on_draw(GtkWidget *card, cairo_t *cairo, gpointer data)
{
	struct picker *picker = data;
	const struct picker_row *row = g_object_get_data(G_OBJECT(card), "row");
	struct pen pen = {.picker = picker,
		.cairo = cairo,
		.mirrored = gtk_widget_get_direction(card) == GTK_TEXT_DIR_RTL,
		.width = gtk_widget_get_allocated_width(card)};
	int width;

	gtk_render_background(gtk_widget_get_style_context(card), cairo, 0, 0, pen.width,
		gtk_widget_get_allocated_height(card));
	if (picker->ink == NULL || row->look.title == NULL)
		return TRUE;
	if (gtk_list_box_row_is_selected(GTK_LIST_BOX_ROW(row->row)))
		pen.state = ROW_SELECTED;
	else if (row->look.faded)
		pen.state = ROW_FADED;
	pen.top = picker->ink->card.top;
	draw_first_line(&pen, &row->look);
	pen.top += picker->ink->line + LINE_GAP;
	width = pen.width - picker->ink->card.left - picker->ink->card.right;
	pango_layout_set_width(row->look.place, MAX(width, 1) * PANGO_SCALE);
	draw_text(&pen, PART_PLACE, row->look.place, picker->ink->card.left, width,
		picker->ink->second);
	return TRUE;
}

/* --- its life ------------------------------------------------------------------------------- */

/* Another theme, font, or scale: all is laid out anew when it is shown the next time. */
static void on_style(GtkWidget *list, gpointer data)
{
	(void)list;
	((struct picker *)data)->inks_old = true;
}

static void on_scale(GObject *list, GParamSpec *property, gpointer data)
{
	(void)property;
	on_style(GTK_WIDGET(list), data);
}

void picker_rows_init(struct picker *picker)
{
	int i;

	picker->layouts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, cached_free);
	for (i = 0; i < PLATFORM_PICKER_ROWS; i++) {
		struct picker_row *row = &picker->rows[i];
		GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

		row->row = gtk_list_box_row_new();
		gtk_widget_set_can_focus(row->row, FALSE); /* the search field keeps it */
		row->heading = picker_label_new("", "group");
		gtk_widget_set_no_show_all(row->heading, TRUE);
		row->card = gtk_drawing_area_new();
		picker_style(row->card, "card", true);
		atk_object_set_role(gtk_widget_get_accessible(row->card), ATK_ROLE_FILLER);
		g_object_set_data(G_OBJECT(row->card), "row", row);
		g_signal_connect(row->card, "draw", G_CALLBACK(on_draw), picker);
		gtk_box_pack_start(GTK_BOX(all), row->heading, FALSE, FALSE, 0);
		gtk_box_pack_start(GTK_BOX(all), row->card, FALSE, FALSE, 0);
		gtk_container_add(GTK_CONTAINER(row->row), all);
		gtk_container_add(GTK_CONTAINER(picker->list), row->row);
	}
	g_signal_connect(picker->list, "style-updated", G_CALLBACK(on_style), picker);
	g_signal_connect(picker->list, "notify::scale-factor", G_CALLBACK(on_scale), picker);
}

void picker_rows_fini(struct picker *picker)
{
	ink_free(picker);
	g_hash_table_destroy(picker->layouts);
	picker->layouts = NULL;
}
