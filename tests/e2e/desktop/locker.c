/*
 * What locks a screen, for scripts: logind on the system bus and a screen saver on the
 * session bus. Prints "ready"; then a line of stdin is a thing that happens:
 *
 *	hint 1|0        logind's LockedHint
 *	lock            logind asks lockers to lock
 *	active 1|0      the screen saver
 */
#include <gio/gio.h>

#include "tests/test.h"

#define SESSION "/org/freedesktop/login1/session/_31"

static const char logind[] =
	"<node><interface name='org.freedesktop.login1.Manager'><method name='GetSession'>"
	"<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface>"
	"<interface name='org.freedesktop.login1.Session'>"
	"<property name='LockedHint' type='b' access='read'/></interface></node>";
static const char saver[] =
	"<node><interface name='org.freedesktop.ScreenSaver'><method name='GetActive'>"
	"<arg type='b' direction='out'/></method></interface></node>";

static GDBusConnection *buses[2];
static gboolean hint, active;

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *method, GVariant *values, GDBusMethodInvocation *call,
	void *data)
{
	const char *name;

	(void)bus, (void)sender, (void)path, (void)interface, (void)data;
	if (strcmp(method, "GetActive") == 0) {
		g_dbus_method_invocation_return_value(call, g_variant_new("(b)", active));
		return;
	}
	g_variant_get(values, "(&s)", &name);
	CHECK(strcmp(name, "auto") == 0);
	g_dbus_method_invocation_return_value(call, g_variant_new("(o)", SESSION));
}

static GVariant *on_get(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *name, GError **error, void *data)
{
	(void)bus, (void)sender, (void)path, (void)interface, (void)name, (void)error, (void)data;
	return g_variant_new_boolean(hint);
}

static const GDBusInterfaceVTable table = {.method_call = on_call, .get_property = on_get};

static void emit(int bus, const char *path, const char *interface, const char *name, GVariant *v)
{
	CHECK(g_dbus_connection_emit_signal(buses[bus], NULL, path, interface, name, v, NULL));
	CHECK(g_dbus_connection_flush_sync(buses[bus], NULL, NULL));
}

static void happens(const char *line)
{
	GVariantBuilder changed;

	if (strncmp(line, "hint ", 5) == 0) {
		hint = line[5] == '1';
		g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
		g_variant_builder_add(&changed, "{sv}", "LockedHint", g_variant_new_boolean(hint));
		emit(0, SESSION, "org.freedesktop.DBus.Properties", "PropertiesChanged",
			g_variant_new(
				"(sa{sv}as)", "org.freedesktop.login1.Session", &changed, NULL));
	} else if (strncmp(line, "active ", 7) == 0) {
		active = line[7] == '1';
		emit(1, "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver",
			"ActiveChanged", g_variant_new("(b)", active));
	} else {
		emit(0, SESSION, "org.freedesktop.login1.Session", "Lock", NULL);
	}
}

static gboolean on_input(GIOChannel *channel, GIOCondition condition, void *data)
{
	char *line = NULL;

	(void)condition, (void)data;
	if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
		exit(0);
	happens(line);
	g_free(line);
	return G_SOURCE_CONTINUE;
}

static void serve(int bus, const char *xml, const char *path, int interface)
{
	GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(xml, NULL);

	CHECK(node != NULL);
	CHECK(g_dbus_connection_register_object(
		      buses[bus], path, node->interfaces[interface], &table, NULL, NULL, NULL) > 0);
}

static void own(int bus, const char *name)
{
	GVariant *answer = g_dbus_connection_call_sync(buses[bus], "org.freedesktop.DBus",
		"/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
		g_variant_new("(su)", name, 0U), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

	CHECK(answer != NULL);
}

int main(void)
{
	buses[0] = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
	buses[1] = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
	CHECK(buses[0] != NULL && buses[1] != NULL);
	serve(0, logind, "/org/freedesktop/login1", 0);
	serve(0, logind, SESSION, 1);
	serve(1, saver, "/org/freedesktop/ScreenSaver", 0);
	own(0, "org.freedesktop.login1");
	own(1, "org.freedesktop.ScreenSaver");
	(void)g_io_add_watch(g_io_channel_unix_new(0), G_IO_IN | G_IO_HUP, on_input, NULL);
	(void)printf("ready\n");
	(void)fflush(stdout);
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	return 0;
}
