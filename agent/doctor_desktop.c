/*
 * Doctor's rows of the desktop: is there a display, is there a place for secrets? A
 * machine without either is in order; what is named but does not answer is not.
 */
#include "agent/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/connect_run.h"

#define BUS_WAIT_MS 5000

/* ── display ───────────────────────────────────────────────────────────── */

static const char *set_or_null(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static void check_wayland(struct doctor *doctor, const char *name)
{
	const char *run = set_or_null("XDG_RUNTIME_DIR");
	char path[PLATFORM_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s%s%s", name[0] == '/' || run == NULL ? "" : run,
		name[0] == '/' || run == NULL ? "" : "/", name);
	if (doctor_socket_answers(path))
		doctor_say(doctor, LEVEL_OK, NULL, "Wayland: %s answers", path);
	else
		doctor_say(doctor, LEVEL_WARN, "unset WAYLAND_DISPLAY",
			"WAYLAND_DISPLAY names %s, and nobody answers there", path);
}

/* ":0", ":0.0", "unix:0" are sockets here; "host:10.0" is somebody else's. */
static void check_x11(struct doctor *doctor, const char *name)
{
	const char *colon = strrchr(name, ':');
	char path[64];
	int number = -1;

	if (colon == NULL || sscanf(colon, ":%d", &number) != 1 || number < 0) {
		doctor_say(
			doctor, LEVEL_WARN, "unset DISPLAY", "DISPLAY names no display: %s", name);
		return;
	}
	if (colon != name && strncmp(name, "unix:", 5) != 0) {
		doctor_say(doctor, LEVEL_OK, NULL, "X11 of another machine, not asked: %s", name);
		return;
	}
	(void)snprintf(path, sizeof path, "/tmp/.X11-unix/X%d", number);
	if (doctor_socket_answers(path)) {
		doctor_say(doctor, LEVEL_OK, NULL, "X11: %s answers", name);
		doctor_hotkey(doctor);
	} else {
		doctor_say(doctor, LEVEL_WARN, "unset DISPLAY",
			"DISPLAY names %s, and nobody answers there", name);
	}
}

static void check_display(struct doctor *doctor)
{
	const char *wayland = set_or_null("WAYLAND_DISPLAY"), *x11 = set_or_null("DISPLAY");

	doctor->check = "display";
	if (wayland != NULL)
		check_wayland(doctor, wayland);
	if (x11 != NULL)
		check_x11(doctor, x11);
	if (wayland == NULL && x11 == NULL)
		doctor_say(doctor, LEVEL_OK, NULL,
			"none here; terminals, assistants and editors need none");
}

/* ── secrets ───────────────────────────────────────────────────────────── */

/* The path in "unix:path=/run/user/1000/bus,guid=…". False: it says none. */
static bool bus_path(const char *address, char path[PLATFORM_PATH_MAX])
{
	static const char begin[] = "unix:path=";
	size_t n;

	if (strncmp(address, begin, sizeof begin - 1) != 0)
		return false;
	address += sizeof begin - 1;
	n = strcspn(address, ",;");
	if (n >= PLATFORM_PATH_MAX)
		return false;
	memcpy(path, address, n);
	path[n] = '\0';
	return true;
}

/* Asked of the bus by its own tool, which may be absent: 1 there is one, 0 none, -1
 * nobody could be asked. */
static int has_secrets(const struct platform_dirs *dirs)
{
	const char *argv[] = {"dbus-send", "--session", "--print-reply", "--reply-timeout=2000",
		"--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetNameOwner",
		"string:org.freedesktop.secrets", NULL};
	struct run run = {.argv = argv, .timeout_ms = BUS_WAIT_MS, .mask = 077};
	char *program = run_find("dbus-send", dirs->home, NULL);
	struct run_result result;
	struct err err;
	int has = -1;

	if (program == NULL)
		return -1;
	run.program = program;
	if (run_program(&run, &result, &err) == 0)
		has = result.exit == 0;
	run_result_fini(&result);
	free(program);
	return has;
}

static void check_secrets(struct doctor *doctor)
{
	const char *address = set_or_null("DBUS_SESSION_BUS_ADDRESS");
	const char *run = set_or_null("XDG_RUNTIME_DIR");
	char path[PLATFORM_PATH_MAX];
	bool known = address != NULL && bus_path(address, path);

	doctor->check = "secrets";
	if (address == NULL && run != NULL) {
		(void)snprintf(path, sizeof path, "%.480s/bus", run);
		known = access(path, F_OK) == 0;
	}
	if (known && !doctor_socket_answers(path))
		doctor_say(doctor, LEVEL_WARN,
			address != NULL ? "unset DBUS_SESSION_BUS_ADDRESS" : "log in again",
			"the session bus should be at %s, and nobody answers there", path);
	else if ((known || address != NULL) && has_secrets(doctor->call->dirs) == 1)
		doctor_say(doctor, LEVEL_OK, NULL, "a secret service answers");
	else
		doctor_say(doctor, LEVEL_OK, NULL,
			"no secret service; secrets would be kept in a file of yours alone");
}

void doctor_desktop(struct doctor *doctor)
{
	check_display(doctor);
	check_secrets(doctor);
}
