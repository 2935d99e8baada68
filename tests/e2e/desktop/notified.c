/*
 * A notification service for scripts: prints "ready", then a line for each notice: its
 * body. With the argument "hang" it answers nothing.
 */
#include <gio/gio.h>

#include "tests/test.h"

static const char description[] =
	"<node><interface name='org.freedesktop.Notifications'><method name='Notify'>"
	"<arg type='s' direction='in'/><arg type='u' direction='in'/>"
	"<arg type='s' direction='in'/><arg type='s' direction='in'/>"
	"<arg type='s' direction='in'/><arg type='as' direction='in'/>"
	"<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
	"<arg type='u' direction='out'/></method></interface></node>";

static int hang;

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
	const char *interface, const char *method, GVariant *values, GDBusMethodInvocation *call,
	void *data)
{
	const char *body;

	(void)bus, (void)sender, (void)path, (void)interface, (void)method, (void)data;
	g_variant_get_child(values, 4, "&s", &body);
	(void)printf("%s\n", body);
	(void)fflush(stdout);
	if (!hang)
		g_dbus_method_invocation_return_value(call, g_variant_new("(u)", 1U));
}

static const GDBusInterfaceVTable table = {.method_call = on_call};

static void on_name(GDBusConnection *bus, const char *name, void *data)
{
	(void)bus, (void)name, (void)data;
	(void)printf("ready\n");
	(void)fflush(stdout);
}

static void on_bus(GDBusConnection *bus, const char *name, void *data)
{
	GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(description, NULL);

	(void)name, (void)data;
	CHECK(node != NULL);
	CHECK(g_dbus_connection_register_object(bus, "/org/freedesktop/Notifications",
		      node->interfaces[0], &table, NULL, NULL, NULL) > 0);
}

int main(int argc, char **argv)
{
	hang = argc > 1 && strcmp(argv[1], "hang") == 0;
	(void)g_bus_own_name(G_BUS_TYPE_SESSION, "org.freedesktop.Notifications",
		G_BUS_NAME_OWNER_FLAGS_NONE, on_bus, on_name, NULL, NULL, NULL);
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	return 0;
}
