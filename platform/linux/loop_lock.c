/*
 * Is the screen locked? See loop.h. Two know: logind, whose LockedHint every locker
 * that works with it sets, and the desktops' own screen savers on the session bus. All
 * of it is asked without waiting, in GLib's own thread: a bus that hangs delays nothing,
 * and where nobody answers the screen counts as open.
 */
#include "platform/linux/loop.h"

#include <string.h>

#include "core/log.h"
#include "core/str.h"

#define LOGIND "org.freedesktop.login1"
#define SESSION LOGIND ".Session"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ANSWER_MS 30000 /* nobody waits for it */

static const struct {
	const char *name, *path;
} savers[] = {
	{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"},
	{"org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"},
	{"org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"},
	{"org.mate.ScreenSaver", "/org/mate/ScreenSaver"},
	{"org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"},
};
#define SAVERS (sizeof savers / sizeof *savers)

/* Lives as long as an answer may come: `loop` is NULL when nobody cares any more. */
struct loop_lock {
	struct loop *loop;
	unsigned refs;
	GCancellable *ending;
	GDBusConnection *system, *session;
	guint watches[SAVERS], changes[SAVERS]; /* of the session bus */
	guint properties, asked;		/* of the system bus */
	char *path;				/* our session, as logind calls it */
	bool hint, said;
	unsigned active; /* a bit a screen saver */
};

/* What an answer is about. */
struct question {
	struct loop_lock *lock;
	size_t saver;
};

static void lock_unref(struct loop_lock *lock)
{
	if (--lock->refs > 0)
		return;
	g_clear_object(&lock->ending);
	g_clear_object(&lock->system);
	g_clear_object(&lock->session);
	g_free(lock->path);
	g_free(lock);
}

/* A menu has the keyboard, which a locker needs. */
static void send(struct loop_lock *lock, bool locked)
{
	if (locked)
		loop_menu_stop(lock->loop);
	loop_send(lock->loop,
		&(struct platform_event){.type = PLATFORM_EVENT_LOCKED, .number = locked});
}

static void say(struct loop_lock *lock)
{
	bool locked = lock->hint || lock->active != 0;

	if (locked == lock->said)
		return;
	lock->said = locked;
	log_event(
		LOG_LEVEL_INFO, LOG_TEXT("event", "desktop.locked"), LOG_NUMBER("locked", locked));
	send(lock, locked);
}

static struct question *question_new(struct loop_lock *lock, size_t saver)
{
	struct question *question = g_new(struct question, 1);

	lock->refs++;
	*question = (struct question){lock, saver};
	return question;
}

/* The answer, or NULL: there is none, or nobody cares. Unref what comes. */
static GVariant *answer_take(GObject *bus, GAsyncResult *result, const struct question *question)
{
	GVariant *answer = g_dbus_connection_call_finish((GDBusConnection *)bus, result, NULL);

	if (answer != NULL && question->lock->loop == NULL)
		g_clear_pointer(&answer, g_variant_unref);
	return answer;
}

static void question_end(struct question *question, GVariant *answer)
{
	g_clear_pointer(&answer, g_variant_unref);
	lock_unref(question->lock);
	g_free(question);
}

/* --- screen savers ------------------------------------------------------------------ */

static void saver_is(struct loop_lock *lock, size_t saver, bool active)
{
	lock->active &= ~(1U << saver);
	lock->active |= (unsigned)active << saver;
	say(lock);
}

static void on_active(GObject *bus, GAsyncResult *result, gpointer data)
{
	struct question *question = data;
	GVariant *answer = answer_take(bus, result, question);
	gboolean active = FALSE;

	if (answer != NULL) {
		g_variant_get(answer, "(b)", &active);
		saver_is(question->lock, question->saver, active);
	}
	question_end(question, answer);
}

static size_t saver_named(const char *name)
{
	size_t i;

	for (i = 0; i < SAVERS && strcmp(savers[i].name, name) != 0; i++)
		;
	return i;
}

static void on_saver(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
	size_t i = saver_named(name);

	(void)owner;
	g_dbus_connection_call(bus, name, savers[i].path, name, "GetActive", NULL,
		G_VARIANT_TYPE("(b)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS,
		((struct loop_lock *)data)->ending, on_active, question_new(data, i));
}

/* One that ends, or crashes, locks nothing any more. */
static void on_saver_gone(GDBusConnection *bus, const char *name, gpointer data)
{
	(void)bus;
	saver_is(data, saver_named(name), false);
}

static void on_active_changed(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *signal, GVariant *values, gpointer data)
{
	gboolean active;

	(void)bus, (void)sender, (void)path, (void)signal;
	if (!g_variant_is_of_type(values, G_VARIANT_TYPE("(b)")))
		return;
	g_variant_get(values, "(b)", &active);
	saver_is(data, saver_named(interface), active);
}

static void on_session_bus(GObject *source, GAsyncResult *result, gpointer data)
{
	GDBusConnection *bus = g_bus_get_finish(result, NULL);
	struct question *question = data;
	struct loop_lock *lock = question->lock;
	size_t i;

	(void)source;
	if (bus != NULL && lock->loop != NULL) {
		lock->session = g_object_ref(bus);
		g_dbus_connection_set_exit_on_close(bus, FALSE);
		for (i = 0; i < SAVERS; i++) {
			lock->changes[i] = g_dbus_connection_signal_subscribe(bus, savers[i].name,
				savers[i].name, "ActiveChanged", NULL, NULL,
				G_DBUS_SIGNAL_FLAGS_NONE, on_active_changed, lock, NULL);
			lock->watches[i] = g_bus_watch_name_on_connection(bus, savers[i].name,
				G_BUS_NAME_WATCHER_FLAGS_NONE, on_saver, on_saver_gone, lock, NULL);
		}
	}
	g_clear_object(&bus);
	question_end(question, NULL);
}

/* --- logind --------------------------------------------------------------------------- */

static void on_hint(GObject *bus, GAsyncResult *result, gpointer data)
{
	struct question *question = data;
	GVariant *answer = answer_take(bus, result, question), *value;

	if (answer != NULL) {
		g_variant_get(answer, "(v)", &value);
		question->lock->hint = g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
				       g_variant_get_boolean(value);
		g_variant_unref(value);
		say(question->lock);
	}
	question_end(question, answer);
}

static void ask_hint(struct loop_lock *lock)
{
	g_dbus_connection_call(lock->system, LOGIND, lock->path, PROPERTIES, "Get",
		g_variant_new("(ss)", SESSION, "LockedHint"), G_VARIANT_TYPE("(v)"),
		G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, lock->ending, on_hint,
		question_new(lock, 0));
}

/* Whatever changed of it: it is asked, and what is asked last is true. */
static void on_properties(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *signal, GVariant *values, gpointer data)
{
	(void)bus, (void)sender, (void)path, (void)interface, (void)signal, (void)values;
	ask_hint(data);
}

/* A locker is asked to lock: what is open makes room, for it needs the keyboard. Whether
 * one does is the hint's to say. */
static void on_lock_asked(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *signal, GVariant *values, gpointer data)
{
	struct loop_lock *lock = data;

	(void)bus, (void)sender, (void)path, (void)interface, (void)signal, (void)values;
	if (!lock->said)
		send(lock, true);
}

static void on_our_session(GObject *source, GAsyncResult *result, gpointer data)
{
	struct question *question = data;
	struct loop_lock *lock = question->lock;
	GVariant *answer = answer_take(source, result, question);
	GDBusConnection *bus = (GDBusConnection *)source;

	if (answer != NULL) {
		g_variant_get(answer, "(o)", &lock->path);
		lock->properties = g_dbus_connection_signal_subscribe(bus, LOGIND, PROPERTIES,
			"PropertiesChanged", lock->path, SESSION, G_DBUS_SIGNAL_FLAGS_NONE,
			on_properties, lock, NULL);
		lock->asked = g_dbus_connection_signal_subscribe(bus, LOGIND, SESSION, "Lock",
			lock->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_lock_asked, lock, NULL);
		ask_hint(lock);
	}
	question_end(question, answer);
}

/* "auto": the one we run in, or else the one this user sees. */
static void on_system_bus(GObject *source, GAsyncResult *result, gpointer data)
{
	GDBusConnection *bus = g_bus_get_finish(result, NULL);
	struct question *question = data;
	struct loop_lock *lock = question->lock;

	(void)source;
	if (bus != NULL && lock->loop != NULL) {
		lock->system = g_object_ref(bus);
		g_dbus_connection_set_exit_on_close(bus, FALSE);
		g_dbus_connection_call(bus, LOGIND, "/org/freedesktop/login1", LOGIND ".Manager",
			"GetSession", g_variant_new("(s)", "auto"), G_VARIANT_TYPE("(o)"),
			G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, lock->ending, on_our_session,
			question_new(lock, 0));
	}
	g_clear_object(&bus);
	question_end(question, NULL);
}

/* --- beginning and end ------------------------------------------------------------------ */

void loop_lock_watch(struct loop *loop)
{
	struct loop_lock *lock = g_new0(struct loop_lock, 1);

	lock->loop = loop;
	lock->refs = 1;
	lock->ending = g_cancellable_new();
	loop->lock = lock;
	g_bus_get(G_BUS_TYPE_SYSTEM, lock->ending, on_system_bus, question_new(lock, 0));
	if (loop_has_bus())
		g_bus_get(G_BUS_TYPE_SESSION, lock->ending, on_session_bus, question_new(lock, 0));
}

bool loop_locked(const struct loop *loop)
{
	return loop->lock != NULL && loop->lock->said;
}

void loop_lock_end(struct loop *loop)
{
	struct loop_lock *lock = loop->lock;
	size_t i;

	if (lock == NULL)
		return;
	g_cancellable_cancel(lock->ending);
	for (i = 0; lock->session != NULL && i < SAVERS; i++) {
		g_dbus_connection_signal_unsubscribe(lock->session, lock->changes[i]);
		g_bus_unwatch_name(lock->watches[i]);
	}
	if (lock->path != NULL) {
		g_dbus_connection_signal_unsubscribe(lock->system, lock->properties);
		g_dbus_connection_signal_unsubscribe(lock->system, lock->asked);
	}
	lock->loop = NULL;
	loop->lock = NULL;
	lock_unref(lock);
}
