/*
 * A picture of the picker's window, without what is around it:
 *
 *	desktop-shot FILE.png [X,Y…]
 *
 * Waits until there is one that is painted and looks the same twice in a row (60 s at most).
 * Prints the colours of these points, "#rrggbb" each; below 0 is from the right and the
 * bottom.
 */
#include <gdk/gdkx.h>
#include <gtk/gtk.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static Window find(Display *display)
{
	Window root, parent, *children = NULL, found = None;
	XWindowAttributes attributes;
	unsigned n = 0, i;

	if (!XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &n))
		return None;
	for (i = 0; i < n; i++) {
		XClassHint hint = {NULL, NULL};

		if (!XGetWindowAttributes(display, children[i], &attributes) ||
			attributes.map_state != IsViewable || attributes.x < 0 ||
			!XGetClassHint(display, children[i], &hint))
			continue;
		if (strcmp(hint.res_name, "promptd-desktop") == 0)
			found = children[i];
		XFree(hint.res_class);
		XFree(hint.res_name);
	}
	XFree(children);
	return found;
}

static GdkPixbuf *look(GdkDisplay *display)
{
	Window window;
	GdkWindow *foreign;
	GdkPixbuf *picture = NULL;

	gdk_x11_display_error_trap_push(display);
	window = find(gdk_x11_display_get_xdisplay(display));
	foreign = window != None ? gdk_x11_window_foreign_new_for_display(display, window) : NULL;
	if (foreign != NULL) {
		picture = gdk_pixbuf_get_from_window(foreign, 0, 0, gdk_window_get_width(foreign),
			gdk_window_get_height(foreign));
		g_object_unref(foreign);
	}
	gdk_x11_display_error_trap_pop_ignored(display);
	return picture;
}

static gboolean same(GdkPixbuf *a, GdkPixbuf *b)
{
	return a != NULL && b != NULL &&
	       gdk_pixbuf_get_byte_length(a) == gdk_pixbuf_get_byte_length(b) &&
	       memcmp(gdk_pixbuf_read_pixels(a), gdk_pixbuf_read_pixels(b),
		       gdk_pixbuf_get_byte_length(a)) == 0;
}

/* Until then it shows what is beneath it, and at its corners that is the black of a screen
 * without a picture; a picker has none of that colour, light or dark. */
static gboolean painted(GdkPixbuf *picture)
{
	int stride = gdk_pixbuf_get_rowstride(picture), height = gdk_pixbuf_get_height(picture);
	const guchar *first = gdk_pixbuf_read_pixels(picture);
	const guchar *last = first + (gsize)stride * (gsize)(height - 1);

	return first[0] + first[1] + first[2] > 0 && last[0] + last[1] + last[2] > 0;
}

static void print_colour(GdkPixbuf *picture, const char *point)
{
	const guchar *pixel = gdk_pixbuf_read_pixels(picture);
	char *rest;
	long x = strtol(point, &rest, 10), y = *rest == ',' ? strtol(rest + 1, &rest, 10) : -1;

	CHECK(*rest == '\0');
	x += x < 0 ? gdk_pixbuf_get_width(picture) : 0;
	y += y < 0 ? gdk_pixbuf_get_height(picture) : 0;
	CHECK(x >= 0 && x < gdk_pixbuf_get_width(picture));
	CHECK(y >= 0 && y < gdk_pixbuf_get_height(picture));
	pixel += y * gdk_pixbuf_get_rowstride(picture) + x * gdk_pixbuf_get_n_channels(picture);
	(void)printf("#%02x%02x%02x\n", pixel[0], pixel[1], pixel[2]);
}

int main(int argc, char **argv)
{
	GdkPixbuf *before = NULL, *now;
	int i, j;

	CHECK(argc >= 2);
	(void)g_setenv("GDK_SCALE", "1", TRUE); /* the server's pixels */
	if (!gtk_init_check(NULL, NULL))
		return 1;
	for (i = 0; i < 600; i++) {
		now = look(gdk_display_get_default());
		if (same(before, now) && painted(now)) {
			for (j = 2; j < argc; j++)
				print_colour(now, argv[j]);
			return !gdk_pixbuf_save(
				now, argv[1], "png", NULL, "compression", "9", NULL);
		}
		g_clear_object(&before);
		before = now;
		g_usleep(100 * 1000);
	}
	return 1;
}
