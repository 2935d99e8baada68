/*
 * Does a field for a password have the keyboard? See loop.h. Programs tell the
 * accessibility bus (AT-SPI) which of their elements gets the focus, once somebody has
 * asked the registry for that; what kind it is they are asked then, 1 to 3 ms later. So it
 * is known before a hotkey is pressed, and nothing ever waits for it: a bus that hangs, and
 * a program that tells nothing, leave it unknown, and a field whose kind is not known
 * counts as one for text.
 */
#include "platform/linux/loop.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LAUNCHER "org.a11y.Bus"
#define REGISTRY "org.a11y.atspi.Registry"
#define BUS "org.freedesktop.DBus"
#define ROLE_PASSWORD_TEXT 40 /* of AtspiRole */
#define ANSWER_MS 5000	      /* nobody waits for it */
#define PROGRAMS 16	      /* that are remembered; the one unheard of longest makes room */

struct program {
	char name[64]; /* on the bus; empty: free */
	long pid;      /* 0: not known yet */
	bool password;
	guint64 heard; /* the number of its last event */
};

/* Lives as long as an answer may come: `loop` is NULL when nobody cares any more. */
struct loop_access {
	struct loop *loop;
	unsigned refs;
	GCancellable *ending;
	GDBusConnection *bus; /* the accessibility bus */
	guint watch, events;
	guint64 heard;
	struct program programs[PROGRAMS];
};

/* What an answer is about: a program, as of one event. */
struct question {
	struct loop_access *access;
	char name[64];
	guint64 heard;
};

static void access_unref(struct loop_access *access)
{
	if (--access->refs > 0)
		return;
	g_clear_object(&access->ending);
	g_clear_object(&access->bus);
	g_free(access);
}

static struct loop_access *access_ref(struct loop_access *access)
{
	access->refs++;
	return access;
}

/* --- programs ------------------------------------------------------------------------ */

static struct program *program_find(struct loop_access *access, const char *name)
{
	size_t i;

	for (i = 0; i < PROGRAMS; i++)
		if (strcmp(access->programs[i].name, name) == 0)
			return &access->programs[i];
	return NULL;
}

static struct program *program_add(struct loop_access *access, const char *name)
{
	struct program *program = &access->programs[0];
	size_t i;

	for (i = 1; i < PROGRAMS; i++)
		if (access->programs[i].heard < program->heard)
			program = &access->programs[i];
	*program = (struct program){.name = ""};
	(void)g_strlcpy(program->name, name, sizeof program->name);
	return program;
}

bool loop_access_password(const struct loop *loop, long pid)
{
	const struct loop_access *access = loop->access;
	const struct program *last = NULL;
	size_t i;

	for (i = 0; access != NULL && pid > 0 && i < PROGRAMS; i++)
		if (access->programs[i].pid == pid &&
			(last == NULL || access->programs[i].heard > last->heard))
			last = &access->programs[i];
	return last != NULL && last->password;
}

/* --- questions ------------------------------------------------------------------------ */

static void ask(struct loop_access *access, const struct program *program, const char *to,
	const char *path, const char *interface, const char *method, GVariant *words,
	const char *kind, GAsyncReadyCallback fn)
{
	struct question *question = g_new(struct question, 1);

	*question = (struct question){.access = access_ref(access), .heard = program->heard};
	(void)g_strlcpy(question->name, program->name, sizeof question->name);
	g_dbus_connection_call(access->bus, to, path, interface, method, words,
		G_VARIANT_TYPE(kind), G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, access->ending, fn,
		question);
}

/* The program that the answer is about, if it is of use; *number is what it says. */
static struct program *answer_take(
	struct question *question, GObject *bus, GAsyncResult *result, guint32 *number)
{
	GVariant *answer = g_dbus_connection_call_finish((GDBusConnection *)bus, result, NULL);
	struct program *program = NULL;

	if (answer != NULL && question->access->loop != NULL) {
		g_variant_get(answer, "(u)", number);
		program = program_find(question->access, question->name);
	}
	g_clear_pointer(&answer, g_variant_unref);
	return program;
}

static void question_end(struct question *question)
{
	access_unref(question->access);
	g_free(question);
}

static void on_pid(GObject *bus, GAsyncResult *result, gpointer data)
{
	struct program *program;
	guint32 pid = 0;

	program = answer_take(data, bus, result, &pid);
	if (program != NULL)
		program->pid = (long)pid;
	question_end(data);
}

static void on_role(GObject *bus, GAsyncResult *result, gpointer data)
{
	struct question *question = data;
	struct program *program;
	guint32 role = 0;

	program = answer_take(question, bus, result, &role);
	/* Not of one that has lost the focus to another meanwhile. */
	if (program != NULL && program->heard == question->heard)
		program->password = role == ROLE_PASSWORD_TEXT;
	question_end(question);
}

/* StateChanged(s what, i is, …). That it has the focus no more is no news: while a picker
 * has the keyboard its target says so too. */
static void on_focused(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *signal, GVariant *words, gpointer data)
{
	struct loop_access *access = data;
	struct program *program;
	gint32 is = 0;

	(void)bus;
	(void)interface;
	(void)signal;
	if (access->loop == NULL || sender == NULL || g_variant_n_children(words) < 2)
		return;
	g_variant_get_child(words, 1, "i", &is);
	if (is == 0)
		return;
	program = program_find(access, sender);
	if (program == NULL)
		program = program_add(access, sender);
	program->heard = ++access->heard;
	if (program->pid == 0)
		ask(access, program, BUS, "/org/freedesktop/DBus", BUS,
			"GetConnectionUnixProcessID", g_variant_new("(s)", sender), "(u)", on_pid);
	ask(access, program, sender, path, "org.a11y.atspi.Accessible", "GetRole", NULL, "(u)",
		on_role);
}

/* --- the bus --------------------------------------------------------------------------- */

static void bus_drop(struct loop_access *access)
{
	if (access->bus != NULL && access->events != 0)
		g_dbus_connection_signal_unsubscribe(access->bus, access->events);
	access->events = 0;
	g_clear_object(&access->bus);
	memset(access->programs, 0, sizeof access->programs);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
	GDBusConnection *bus = g_dbus_connection_new_for_address_finish(result, NULL);
	struct loop_access *access = data;

	(void)source;
	if (bus != NULL && access->loop != NULL) {
		bus_drop(access);
		access->bus = g_object_ref(bus);
		g_dbus_connection_set_exit_on_close(bus, FALSE);
		access->events = g_dbus_connection_signal_subscribe(bus, NULL,
			"org.a11y.atspi.Event.Object", "StateChanged", NULL, "focused",
			G_DBUS_SIGNAL_FLAGS_NONE, on_focused, access, NULL);
		/* Programs tell what somebody has asked the registry for. */
		g_dbus_connection_call(bus, REGISTRY, "/org/a11y/atspi/registry", REGISTRY,
			"RegisterEvent", g_variant_new("(s)", "object:state-changed:focused"), NULL,
			G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, access->ending, NULL, NULL);
	}
	g_clear_object(&bus);
	access_unref(access);
}

static void on_address(GObject *session, GAsyncResult *result, gpointer data)
{
	GVariant *answer = g_dbus_connection_call_finish((GDBusConnection *)session, result, NULL);
	struct loop_access *access = data;
	const char *address;

	if (answer != NULL && access->loop != NULL) {
		g_variant_get(answer, "(&s)", &address);
		g_dbus_connection_new_for_address(address,
			G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
				G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
			NULL, access->ending, on_bus, access_ref(access));
	}
	g_clear_pointer(&answer, g_variant_unref);
	access_unref(access);
}

static void on_launcher(
	GDBusConnection *session, const char *name, const char *owner, gpointer data)
{
	struct loop_access *access = data;

	(void)name;
	g_dbus_connection_call(session, owner, "/org/a11y/bus", LAUNCHER, "GetAddress", NULL,
		G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, access->ending,
		on_address, access_ref(access));
}

static void on_launcher_gone(GDBusConnection *session, const char *name, gpointer data)
{
	(void)session;
	(void)name;
	bus_drop(data);
}

void loop_access_watch(struct loop *loop)
{
	struct loop_access *access;

	if (!loop_has_bus())
		return;
	access = loop->access = g_new0(struct loop_access, 1);
	*access = (struct loop_access){.loop = loop, .refs = 1, .ending = g_cancellable_new()};
	/* Started by the first program that wants one; none is, on our account. */
	access->watch = g_bus_watch_name(G_BUS_TYPE_SESSION, LAUNCHER,
		G_BUS_NAME_WATCHER_FLAGS_NONE, on_launcher, on_launcher_gone, access, NULL);
}

void loop_access_end(struct loop *loop)
{
	struct loop_access *access = loop->access;

	if (access == NULL)
		return;
	loop->access = NULL;
	access->loop = NULL;
	g_bus_unwatch_name(access->watch);
	g_cancellable_cancel(access->ending);
	bus_drop(access);
	access_unref(access);
}

/* --- before GTK asks it ------------------------------------------------------------------ */

struct probe {
	GMainLoop *main;
	GCancellable *ending;
	char *address;
	unsigned refs; /* the caller's and that of each answer that is to come */
	bool answers;
};

static void probe_unref(struct probe *probe)
{
	if (--probe->refs > 0)
		return;
	g_main_loop_unref(probe->main);
	g_object_unref(probe->ending);
	g_free(probe->address);
	g_free(probe);
}

static void probe_end(struct probe *probe, bool answers)
{
	probe->answers = answers && !g_cancellable_is_cancelled(probe->ending);
	g_main_loop_quit(probe->main);
	probe_unref(probe);
}

static void on_probe_bus(GObject *source, GAsyncResult *result, gpointer data)
{
	GDBusConnection *bus = g_dbus_connection_new_for_address_finish(result, NULL);
	bool answers = bus != NULL;

	(void)source;
	g_clear_object(&bus);
	probe_end(data, answers);
}

static void on_probe_address(GObject *session, GAsyncResult *result, gpointer data)
{
	GVariant *answer = g_dbus_connection_call_finish((GDBusConnection *)session, result, NULL);
	struct probe *probe = data;

	if (answer == NULL) {
		probe_end(probe, false);
		return;
	}
	g_variant_get(answer, "(s)", &probe->address);
	g_variant_unref(answer);
	g_dbus_connection_new_for_address(probe->address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, probe->ending, on_probe_bus, probe);
}

static void on_probe_session(GObject *source, GAsyncResult *result, gpointer data)
{
	GDBusConnection *session = g_bus_get_finish(result, NULL);
	struct probe *probe = data;

	(void)source;
	if (session == NULL) {
		probe_end(probe, false);
		return;
	}
	g_dbus_connection_call(session, LAUNCHER, "/org/a11y/bus", LAUNCHER, "GetAddress", NULL,
		G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, probe->ending, on_probe_address,
		probe);
	g_object_unref(session);
}

static gboolean on_probe_late(gpointer data)
{
	g_main_loop_quit(((struct probe *)data)->main);
	return G_SOURCE_CONTINUE;
}

bool loop_access_answers(unsigned ms, char **address)
{
	struct probe *probe = g_new(struct probe, 1);
	bool answers;
	guint timer;

	*probe = (struct probe){
		.main = g_main_loop_new(NULL, FALSE), .ending = g_cancellable_new(), .refs = 2};
	g_bus_get(G_BUS_TYPE_SESSION, probe->ending, on_probe_session, probe);
	timer = g_timeout_add(ms, on_probe_late, probe);
	g_main_loop_run(probe->main);
	(void)g_source_remove(timer);
	g_cancellable_cancel(probe->ending);
	answers = probe->answers;
	*address = answers ? g_strdup(probe->address) : NULL;
	probe_unref(probe);
	return answers;
}
