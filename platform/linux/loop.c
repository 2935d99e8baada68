/* GLib's loop for the backends; see loop.h. */
#include "platform/linux/loop.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"

#define MENU_TEXT_MAX ((size_t)64 * 1024 * 1024)
#define MENU_ANSWER_MAX ((size_t)64 * 1024)

void loop_send(struct loop *loop, const struct platform_event *event)
{
	loop->fn(loop->data, event);
}

static gboolean on_signal(gpointer data)
{
	loop_send(data, &(struct platform_event){.type = PLATFORM_EVENT_QUIT});
	return G_SOURCE_CONTINUE;
}

void loop_init(struct loop *loop, platform_event_fn *fn, void *data)
{
	memset(loop, 0, sizeof *loop);
	loop->fn = fn;
	loop->data = data;
	loop->main = g_main_loop_new(NULL, FALSE);
	loop->ending = g_cancellable_new();
	loop->terminate = g_unix_signal_add(SIGTERM, on_signal, loop);
	loop->interrupt = g_unix_signal_add(SIGINT, on_signal, loop);
	loop->menu.to = loop->menu.from = -1;
	buf_init(&loop->menu.text, MENU_TEXT_MAX);
	buf_init(&loop->menu.answer, MENU_ANSWER_MAX);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void source_drop(guint *source)
{
	if (*source != 0)
		(void)g_source_remove(*source);
	*source = 0;
}

static void pipe_close(int *fd, guint *source)
{
	source_drop(source);
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void notices_leave(struct loop *loop);

void loop_fini(struct loop *loop)
{
	notices_leave(loop);
	loop_lock_end(loop);
	loop_access_end(loop);
	loop_menu_stop(loop);
	source_drop(&loop->menu.child);
	pipe_close(&loop->menu.to, &loop->menu.input);
	pipe_close(&loop->menu.from, &loop->menu.output);
	buf_fini(&loop->menu.text);
	buf_fini(&loop->menu.answer);
	source_drop(&loop->timer);
	source_drop(&loop->reminder);
	source_drop(&loop->watched);
	source_drop(&loop->terminate);
	source_drop(&loop->interrupt);
	g_main_loop_unref(loop->main);
}

void loop_run(struct loop *loop)
{
	g_main_loop_run(loop->main);
}

void loop_quit(struct loop *loop)
{
	g_main_loop_quit(loop->main);
}

static gboolean on_timer(gpointer data)
{
	struct loop *loop = data;

	loop->timer = 0;
	loop_send(loop, &(struct platform_event){.type = PLATFORM_EVENT_TIMER});
	return G_SOURCE_REMOVE;
}

void loop_timer(struct loop *loop, int64_t ms)
{
	source_drop(&loop->timer);
	if (ms >= 0)
		loop->timer = g_timeout_add((guint)ms, on_timer, loop);
}

static gboolean on_reminder(gpointer data)
{
	struct loop *loop = data;

	loop->reminder = 0;
	loop_send(loop, &(struct platform_event){.type = PLATFORM_EVENT_REMINDED});
	return G_SOURCE_REMOVE;
}

void loop_remind(struct loop *loop, int64_t ms)
{
	source_drop(&loop->reminder);
	if (ms >= 0)
		loop->reminder = g_timeout_add((guint)ms, on_reminder, loop);
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd;
	(void)condition;
	loop_send(data, &(struct platform_event){.type = PLATFORM_EVENT_READABLE});
	return G_SOURCE_CONTINUE;
}

void loop_watch(struct loop *loop, int fd)
{
	source_drop(&loop->watched);
	if (fd >= 0)
		loop->watched = g_unix_fd_add(fd, G_IO_IN, on_readable, loop);
}

/* --- notices -------------------------------------------------------------------- */

#define NOTICE_MS 2000	    /* for the service to answer */
#define NOTICE_LEAVE_MS 500 /* at the end of the program */

struct notice {
	struct loop *loop;
	char *text;
};

static void notice_end(struct notice *notice, GError *error)
{
	notice->loop->n_notices--;
	g_clear_error(&error); /* it is in the log already */
	g_free(notice->text);
	g_free(notice);
}

static void on_notified(GObject *source, GAsyncResult *result, gpointer data)
{
	GError *error = NULL;
	GVariant *answer = g_dbus_connection_call_finish((GDBusConnection *)source, result, &error);

	if (answer != NULL)
		g_variant_unref(answer);
	notice_end(data, error);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
	struct notice *notice = data;
	GError *error = NULL;
	GDBusConnection *bus = g_bus_get_finish(result, &error);

	(void)source;
	if (bus == NULL) {
		notice_end(notice, error);
		return;
	}
	g_dbus_connection_call(bus, "org.freedesktop.Notifications",
		"/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify",
		g_variant_new("(susss@as@a{sv}i)", "promptd", 0U, "", "promptd", notice->text,
			g_variant_new("as", NULL), g_variant_new("a{sv}", NULL), -1),
		NULL, G_DBUS_CALL_FLAGS_NONE, NOTICE_MS, notice->loop->ending, on_notified, notice);
	g_object_unref(bus);
}

bool loop_has_bus(void)
{
	const char *run = g_getenv("XDG_RUNTIME_DIR");
	char *path;
	bool has;

	if (g_getenv("DBUS_SESSION_BUS_ADDRESS") != NULL)
		return true;
	if (run == NULL)
		return false;
	path = g_build_filename(run, "bus", NULL);
	has = g_file_test(path, G_FILE_TEST_EXISTS);
	g_free(path);
	return has;
}

void loop_notify(struct loop *loop, const char *text)
{
	struct notice *notice;

	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.notice"), LOG_TEXT("text", text));
	if (!loop_has_bus())
		return;
	notice = g_new(struct notice, 1);
	*notice = (struct notice){.loop = loop, .text = g_markup_escape_text(text, -1)};
	loop->n_notices++;
	g_bus_get(G_BUS_TYPE_SESSION, loop->ending, on_bus, notice);
}

static gboolean on_leave(gpointer data)
{
	g_cancellable_cancel(((struct loop *)data)->ending);
	return G_SOURCE_CONTINUE;
}

/* What was said last is often why the program ends. */
static void notices_leave(struct loop *loop)
{
	guint timer = loop->n_notices > 0 ? g_timeout_add(NOTICE_LEAVE_MS, on_leave, loop) : 0;

	while (loop->n_notices > 0)
		(void)g_main_context_iteration(NULL, TRUE);
	source_drop(&timer);
	g_object_unref(loop->ending);
}

/* --- a menu: lines to its stdin, its answer from its stdout ------------------ */

static void menu_end(struct loop *loop)
{
	struct loop_menu *menu = &loop->menu;
	struct platform_event event = {.type = PLATFORM_EVENT_MENU};

	if (!menu->exited || !menu->ended)
		return;
	pipe_close(&menu->to, &menu->input);
	event.number = WIFEXITED(menu->status) ? WEXITSTATUS(menu->status) : 128;
	event.text = (struct str){buf_text(&menu->answer), menu->answer.len};
	menu->child = 0;
	loop_send(loop, &event);
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
	struct loop *loop = data;
	struct loop_menu *menu = &loop->menu;
	ssize_t n;

	(void)condition;
	n = write(fd, menu->text.data + menu->written, menu->text.len - menu->written);
	if (n > 0)
		menu->written += (size_t)n;
	if ((n < 0 && (errno == EAGAIN || errno == EINTR)) ||
		(n >= 0 && menu->written < menu->text.len))
		return G_SOURCE_CONTINUE;
	menu->input = 0; /* all of it, or it does not read */
	pipe_close(&menu->to, &menu->input);
	return G_SOURCE_REMOVE;
}

static gboolean on_output(gint fd, GIOCondition condition, gpointer data)
{
	struct loop *loop = data;
	struct loop_menu *menu = &loop->menu;
	char block[4096];
	ssize_t n = read(fd, block, sizeof block);

	(void)condition;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n > 0) {
		(void)buf_add(&menu->answer, block, (size_t)n); /* what is too long is cut */
		return G_SOURCE_CONTINUE;
	}
	menu->output = 0;
	pipe_close(&menu->from, &menu->output);
	menu->ended = true;
	menu_end(loop);
	return G_SOURCE_REMOVE;
}

static void on_exit(GPid pid, gint status, gpointer data)
{
	struct loop *loop = data;

	g_spawn_close_pid(pid);
	loop->menu.status = status;
	loop->menu.exited = true;
	menu_end(loop);
}

/* A group of its own, so that a shell and the menu it runs end together. */
static void on_child(gpointer data)
{
	(void)data;
	(void)setpgid(0, 0);
}

void loop_menu_stop(struct loop *loop)
{
	if (loop->menu.child != 0 && !loop->menu.exited)
		(void)kill(-loop->menu.pid, SIGTERM);
}

int loop_menu(struct loop *loop, const char *const argv[], struct str text, struct err *err)
{
	struct loop_menu *menu = &loop->menu;
	GError *error = NULL;
	char **copy;
	gboolean done;

	if (menu->child != 0)
		return err_set(err, ERR_BUSY, "a menu is open already");
	buf_clear(&menu->text);
	buf_clear(&menu->answer);
	if (buf_add(&menu->text, text.p, text.n) != 0)
		return err_set(err, ERR_LIMIT, "too much for a menu");
	copy = g_strdupv((char **)(uintptr_t)argv);
	done = g_spawn_async_with_pipes(NULL, copy, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, on_child, NULL, &menu->pid,
		&menu->to, &menu->from, NULL, &error);
	g_strfreev(copy);
	if (!done) {
		(void)err_set(err, ERR_FAILED, "cannot start %s: %s", argv[0], error->message);
		g_error_free(error);
		menu->to = menu->from = -1;
		return -1;
	}
	menu->exited = menu->ended = false;
	menu->written = 0;
	(void)g_unix_set_fd_nonblocking(menu->to, TRUE, NULL);
	(void)g_unix_set_fd_nonblocking(menu->from, TRUE, NULL);
	menu->input = g_unix_fd_add(menu->to, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_input, loop);
	menu->output = g_unix_fd_add(menu->from, G_IO_IN | G_IO_ERR | G_IO_HUP, on_output, loop);
	menu->child = g_child_watch_add(menu->pid, on_exit, loop);
	return 0;
}
