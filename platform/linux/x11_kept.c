/*
 * What is held of others while our text is on their selections, for who comes after us
 * should we be killed; see x11.h. It is written into the runtime directory, for this user
 * alone, only where that is in memory, and never what its owner marked as secret; it is
 * taken away as soon as the selections are what they were. The next resident process on
 * this display puts it back where nobody has copied since.
 */
#include "platform/linux/x11.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/log.h"

#define KEPT_FILE "clipboard.kept"
#define KEPT_MAGIC "promptd clipboard 1\n"
#define KEPT_BYTES_MAX (PLATFORM_SAVE_MAX * X11_SELECTIONS + (size_t)256 * 1024)
#define KEPT_AT_ONCE ((size_t)1024 * 1024) /* more is written when nobody waits */
#define TMPFS 0x01021994
#define RAMFS 0x858458f6

struct kept_head {
	uint64_t len;
	uint32_t bit, format, target, type; /* the last two: bytes of the names */
};

static bool in_memory(const char *dir)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 &&
	       ((unsigned long)fs.f_type == TMPFS || (unsigned long)fs.f_type == RAMFS);
}

static bool is_secret(const struct x11 *x11, const struct x11_held *held)
{
	size_t i;

	for (i = 0; i < held->n; i++)
		if (held->items[i].target == x11->atoms[X11_HINT])
			return true;
	return false;
}

/* Would it be lost if we ended now, though it is another's? */
static bool is_kept(const struct x11 *x11, const struct x11_selection *selection)
{
	return selection->ours && selection->text != NULL && selection->held.n > 0 &&
	       !is_secret(x11, &selection->held);
}

static void add_item(struct buf *out, unsigned bit, const struct x11_item *item, char *names[2])
{
	struct kept_head head = {.len = item->data->len,
		.bit = bit,
		.format = (uint32_t)item->format,
		.target = (uint32_t)strlen(names[0]),
		.type = (uint32_t)strlen(names[1])};

	(void)buf_add(out, &head, sizeof head);
	(void)buf_add(out, names[0], head.target);
	(void)buf_add(out, names[1], head.type);
	(void)buf_add(out, item->data->data, item->data->len);
}

static void add_selection(struct x11 *x11, const struct x11_selection *selection, struct buf *out)
{
	Atom atoms[2];
	char *names[2];
	size_t i;

	for (i = 0; i < selection->held.n; i++) {
		const struct x11_item *item = &selection->held.items[i];

		atoms[0] = item->target;
		atoms[1] = item->type;
		/* Numbers of this server mean nothing to another. */
		if (item->type == XA_ATOM || item->type == None ||
			XGetAtomNames(x11->display, atoms, 2, names) == 0)
			continue;
		add_item(out, selection->bit, item, names);
		XFree(names[0]);
		XFree(names[1]);
	}
}

static void kept_write(struct x11 *x11)
{
	struct buf out = BUF_INIT(KEPT_BYTES_MAX);
	struct platform_dirs dirs;
	struct err err = {0};
	size_t i;

	if (platform_dirs(&dirs, &err) != 0 || platform_make_dir(dirs.run, &err) != 0 ||
		!in_memory(dirs.run))
		return;
	(void)buf_add_str(&out, KEPT_MAGIC);
	(void)buf_add_format(&out, "%s\n", XDisplayString(x11->display));
	for (i = 0; i < X11_SELECTIONS; i++)
		if (is_kept(x11, &x11->selections[i]))
			add_selection(x11, &x11->selections[i], &out);
	x11->kept = !buf_failed(&out) && platform_put_private(dirs.run, KEPT_FILE,
						 (struct str){out.data, out.len}, &err) == 0;
	buf_fini(&out);
}

static void kept_remove(void)
{
	char path[PLATFORM_PATH_MAX + 32];
	struct platform_dirs dirs;
	struct err ignored;

	if (platform_dirs(&dirs, &ignored) != 0)
		return;
	(void)snprintf(path, sizeof path, "%s/" KEPT_FILE, dirs.run);
	(void)unlink(path);
}

static void kept_drop(struct x11 *x11)
{
	if (x11->kept_soon != 0)
		(void)g_source_remove(x11->kept_soon);
	x11->kept_soon = 0;
	if (x11->kept)
		kept_remove();
	x11->kept = false;
}

static gboolean on_idle(gpointer data)
{
	struct x11 *x11 = data;

	x11->kept_soon = 0;
	kept_write(x11);
	return G_SOURCE_REMOVE;
}

void x11_kept_update(struct x11 *x11)
{
	size_t i, bytes = 0;
	bool any = false;

	for (i = 0; i < X11_SELECTIONS; i++)
		if (is_kept(x11, &x11->selections[i])) {
			any = true;
			bytes += x11->selections[i].held.bytes;
		}
	kept_drop(x11);
	if (any && bytes <= KEPT_AT_ONCE)
		kept_write(x11);
	else if (any)
		x11->kept_soon = g_idle_add(on_idle, x11);
}

void x11_kept_fini(struct x11 *x11)
{
	kept_drop(x11);
}

/* --- afterwards ----------------------------------------------------------------------- */

/* All of it; ours, private, and no more than we write. */
static bool kept_read(const char *path, struct buf *text)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = -1;
	char *room;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid() &&
		(st.st_mode & 077) == 0)
		while ((room = buf_reserve(text, 65536)) != NULL && (n = read(fd, room, 65536)) > 0)
			buf_grow(text, (size_t)n);
	(void)close(fd); /* only read */
	return n == 0;
}

static Atom atom_of(struct x11 *x11, struct str name)
{
	char text[256];

	if (name.n == 0 || name.n >= sizeof text)
		return None;
	(void)snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
	return XInternAtom(x11->display, text, False);
}

/* The next item of the file; false: there is none, or it is broken. */
static bool take_item(struct x11 *x11, struct str *rest, unsigned open)
{
	struct kept_head head;
	struct x11_held *held;
	struct x11_item item;
	size_t i, names;

	if (rest->n < sizeof head)
		return false;
	memcpy(&head, rest->p, sizeof head);
	*rest = (struct str){rest->p + sizeof head, rest->n - sizeof head};
	names = (size_t)head.target + head.type;
	if (names > rest->n || head.len > rest->n - names ||
		(head.format != 8 && head.format != 16 && head.format != 32))
		return false;
	item = (struct x11_item){.target = atom_of(x11, (struct str){rest->p, head.target}),
		.type = atom_of(x11, (struct str){rest->p + head.target, head.type}),
		.format = (int)head.format};
	for (i = 0; i < X11_SELECTIONS; i++) {
		held = &x11->selections[i].held;
		if (x11->selections[i].bit != (head.bit & open) || held->n == X11_ITEMS_MAX ||
			item.target == None || item.type == None)
			continue;
		item.data = x11_blob_new(rest->p + names, head.len);
		held->items[held->n++] = item;
		held->bytes += head.len;
	}
	*rest = (struct str){rest->p + names + head.len, rest->n - names - head.len};
	return true;
}

static void own_held(struct x11 *x11)
{
	size_t i, n = 0;

	for (i = 0; i < X11_SELECTIONS; i++) {
		struct x11_selection *selection = &x11->selections[i];

		if (selection->held.n == 0)
			continue;
		selection->since = x11_time(x11);
		XSetSelectionOwner(x11->display, selection->atom, x11->own, selection->since);
		selection->ours = XGetSelectionOwner(x11->display, selection->atom) == x11->own;
		n += selection->held.n;
	}
	if (n > 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.clipboard_put_back"),
			LOG_NUMBER("forms", n));
}

void x11_kept_take(struct x11 *x11)
{
	struct buf text = BUF_INIT(KEPT_BYTES_MAX);
	char path[PLATFORM_PATH_MAX + 32];
	struct platform_dirs dirs;
	struct str rest, line;
	struct err ignored;
	unsigned open = 0;
	size_t i;

	if (platform_dirs(&dirs, &ignored) != 0)
		return;
	(void)snprintf(path, sizeof path, "%s/" KEPT_FILE, dirs.run);
	for (i = 0; i < X11_SELECTIONS; i++)
		if (XGetSelectionOwner(x11->display, x11->selections[i].atom) == None)
			open |= x11->selections[i].bit;
	if (kept_read(path, &text)) {
		rest = (struct str){buf_text(&text), text.len};
		line = str_cut(rest, '\n', &rest);
		if (str_is(line, "promptd clipboard 1") &&
			str_is(str_cut(rest, '\n', &rest), XDisplayString(x11->display)))
			while (take_item(x11, &rest, open))
				;
		own_held(x11);
	}
	(void)unlink(path);
	buf_fini(&text);
}
