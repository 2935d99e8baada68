/*
 * A session without a display: the loop, and nothing of a desktop in it. What
 * cannot be had says so, so that the program above needs no special case.
 */
#include <string.h>

#include "core/str.h"
#include "platform/linux/backends.h"
#include "platform/linux/loop.h"

#include <stdlib.h>

struct none {
	struct platform_desktop base;
	struct loop loop;
	guint soon; /* a source that answers what was begun */
	bool saved, released;
};

static struct none *none_of(struct platform_desktop *desktop)
{
	return (struct none *)desktop;
}

static int none_open(
	struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err)
{
	struct none *none = xcalloc(1, sizeof *none);

	(void)err;
	none->base.backend = &platform_none;
	loop_init(&none->loop, fn, data);
	*out = &none->base;
	return PLATFORM_OK;
}

static void none_close(struct platform_desktop *desktop)
{
	struct none *none = none_of(desktop);

	if (none == NULL)
		return;
	if (none->soon != 0)
		(void)g_source_remove(none->soon);
	loop_fini(&none->loop);
	free(none);
}

static void none_run(struct platform_desktop *desktop)
{
	loop_run(&none_of(desktop)->loop);
}

static void none_quit(struct platform_desktop *desktop)
{
	loop_quit(&none_of(desktop)->loop);
}

static void none_timer(struct platform_desktop *desktop, int64_t ms)
{
	loop_timer(&none_of(desktop)->loop, ms);
}

static void none_remind(struct platform_desktop *desktop, int64_t ms)
{
	loop_remind(&none_of(desktop)->loop, ms);
}

static void none_watch(struct platform_desktop *desktop, int fd)
{
	loop_watch(&none_of(desktop)->loop, fd);
}

static int none_hotkey_set(
	struct platform_desktop *desktop, int number, struct str keys, struct err *err)
{
	(void)desktop;
	(void)number;
	return keys.n == 0 ? 0 : err_set(err, ERR_FAILED, "there is no display for a hotkey");
}

static int none_poke(struct platform_desktop *desktop, struct err *err)
{
	(void)desktop;
	return err_set(err, ERR_NOT_FOUND, "there is no display");
}

static int none_reside(struct platform_desktop *desktop, struct err *err)
{
	(void)desktop;
	return err_set(err, ERR_NOT_FOUND, "there is no display, so there is nothing to stay for");
}

static void none_window(struct platform_desktop *desktop, struct platform_window *window)
{
	(void)desktop;
	memset(window, 0, sizeof *window);
}

static bool none_locked(struct platform_desktop *desktop)
{
	(void)desktop;
	return false;
}

static gboolean on_soon(gpointer data)
{
	struct none *none = data;
	bool saved = none->saved, released = none->released;

	none->soon = 0;
	none->saved = none->released = false;
	if (saved)
		loop_send(&none->loop, &(struct platform_event){.type = PLATFORM_EVENT_SAVED});
	if (released)
		loop_send(&none->loop, &(struct platform_event){.type = PLATFORM_EVENT_RELEASED});
	return G_SOURCE_REMOVE;
}

static void none_save(struct platform_desktop *desktop, unsigned selections)
{
	struct none *none = none_of(desktop);

	(void)selections;
	none->saved = true;
	if (none->soon == 0)
		none->soon = g_idle_add(on_soon, none);
}

static void none_release(struct platform_desktop *desktop)
{
	struct none *none = none_of(desktop);

	none->released = true;
	if (none->soon == 0)
		none->soon = g_idle_add(on_soon, none);
}

static int none_held_text(
	struct platform_desktop *desktop, enum platform_selection selection, struct str *text)
{
	(void)desktop;
	(void)selection;
	(void)text;
	return PLATFORM_NONE;
}

static void none_forget(struct platform_desktop *desktop)
{
	(void)desktop;
}

static int none_offer(struct platform_desktop *desktop, unsigned selections, struct str text,
	const struct platform_window *reader, struct err *err)
{
	(void)reader;
	(void)desktop;
	(void)selections;
	(void)text;
	return err_set(err, ERR_FAILED, "there is no display, so there is no clipboard");
}

static void none_selections(struct platform_desktop *desktop, unsigned selections)
{
	(void)desktop;
	(void)selections;
}

static bool none_holds(struct platform_desktop *desktop)
{
	(void)desktop;
	return false;
}

static int none_press(struct platform_desktop *desktop, const struct platform_window *window,
	enum platform_key key, unsigned count, struct err *err)
{
	(void)desktop;
	(void)window;
	(void)key;
	(void)count;
	return err_set(err, ERR_FAILED, "there is no display");
}

static int none_type(struct platform_desktop *desktop, const struct platform_window *window,
	struct str text, struct err *err)
{
	(void)desktop;
	(void)window;
	(void)text;
	return err_set(err, ERR_FAILED, "there is no display");
}

static int none_picker_open(struct platform_desktop *desktop,
	const struct platform_picker_options *options, struct err *err)
{
	(void)desktop;
	(void)options;
	return err_set(err, ERR_FAILED, "there is no display for a picker");
}

static int none_picker_show(
	struct platform_desktop *desktop, const struct platform_picker *what, struct err *err)
{
	(void)desktop;
	(void)what;
	return err_set(err, ERR_FAILED, "there is no display for a picker");
}

static void none_picker_hide(struct platform_desktop *desktop)
{
	(void)desktop;
}

static void none_manager(struct platform_desktop *desktop, char *name, size_t size, long *pid)
{
	(void)desktop;
	(void)size;
	name[0] = '\0';
	*pid = 0;
}

static void none_notify(struct platform_desktop *desktop, const char *text)
{
	loop_notify(&none_of(desktop)->loop, text);
}

static int none_menu(struct platform_desktop *desktop, const char *const argv[], struct str text,
	struct err *err)
{
	return loop_menu(&none_of(desktop)->loop, argv, text, err);
}

const struct platform_backend platform_none = {
	.name = "none",
	.open = none_open,
	.close = none_close,
	.run = none_run,
	.quit = none_quit,
	.timer = none_timer,
	.remind = none_remind,
	.watch = none_watch,
	.hotkey_set = none_hotkey_set,
	.poke = none_poke,
	.reside = none_reside,
	.window = none_window,
	.locked = none_locked,
	.save = none_save,
	.held_text = none_held_text,
	.forget = none_forget,
	.offer = none_offer,
	.restore = none_selections,
	.keep = none_selections,
	.holds = none_holds,
	.release = none_release,
	.press = none_press,
	.type = none_type,
	.picker_open = none_picker_open,
	.picker_show = none_picker_show,
	.picker_hide = none_picker_hide,
	.manager = none_manager,
	.notify = none_notify,
	.menu = none_menu,
};
