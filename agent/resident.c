/* The resident promptd-desktop; see resident.h. */
#include "agent/resident.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"

extern char **environ;

static const char *const session_names[] = {"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY",
	"DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP",
	"XDG_SEAT", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANGUAGE", "XMODIFIERS",
	"GTK_IM_MODULE", "GTK_THEME", "GTK_MODULES", "GDK_SCALE", "GDK_DPI_SCALE", "NO_AT_BRIDGE",
	"PATH", "TERMINAL", "EDITOR", "VISUAL"};
#define NAMES (sizeof session_names / sizeof *session_names)

int resident_read(const struct platform_dirs *dirs, json_t **json)
{
	uint64_t start = 0;
	struct err ignored;
	long pid;

	if (endpoint_read_json(dirs->run, "desktop.json", json) != ENDPOINT_OK)
		return ENDPOINT_NONE;
	pid = (long)json_integer_value(json_object_get(*json, "pid"));
	if (pid > 0 && platform_process_start(pid, &start, &ignored) == 0 &&
		(json_int_t)start == json_integer_value(json_object_get(*json, "start")))
		return ENDPOINT_OK;
	json_decref(*json);
	*json = NULL;
	return ENDPOINT_NONE;
}

int resident_program(char path[PLATFORM_PATH_MAX], struct err *err)
{
	if (platform_program(RESIDENT_PROGRAM, path, err) != 0)
		return -1;
	return access(path, X_OK) == 0 ? 0 : err_set(err, ERR_NOT_FOUND, "%s is not there", path);
}

json_t *resident_session(void)
{
	json_t *session = json_object();
	const char *value;
	json_t *text;
	size_t i;

	for (i = 0; i < NAMES; i++) {
		value = getenv(session_names[i]);
		text = value != NULL ? json_from_str(str_of(value)) : NULL;
		if (text != NULL)
			(void)json_object_set_new(session, session_names[i], text);
	}
	return session;
}

static bool is_of_session(const char *entry)
{
	size_t i, n;

	for (i = 0; i < NAMES; i++) {
		n = strlen(session_names[i]);
		if (strncmp(entry, session_names[i], n) == 0 && entry[n] == '=')
			return true;
	}
	return strncmp(entry, "PROMPTD_PLATFORM=", 17) == 0 ||
	       strncmp(entry, "PROMPTD_WATCHED_BY=", 19) == 0;
}

static char *entry_new(const char *name, const char *value)
{
	struct buf text = BUF_INIT((size_t)256 * 1024);
	char *entry;

	(void)buf_add_format(&text, "%s=%s", name, value);
	entry = xstrdup(buf_text(&text));
	buf_fini(&text);
	return entry;
}

char **resident_env(const json_t *session, const char *platform, const char *by)
{
	size_t n = 0, i;
	char **env;

	for (i = 0; environ[i] != NULL; i++)
		;
	env = xcalloc(i + NAMES + 3, sizeof *env);
	for (i = 0; environ[i] != NULL; i++)
		if (!is_of_session(environ[i]))
			env[n++] = xstrdup(environ[i]);
	for (i = 0; i < NAMES; i++) {
		const char *value = session != NULL ? json_text(session, session_names[i]) : NULL;

		if (value != NULL)
			env[n++] = entry_new(session_names[i], value);
	}
	env[n++] = entry_new("PROMPTD_PLATFORM", platform);
	env[n++] = entry_new("PROMPTD_WATCHED_BY", by);
	return env;
}

void resident_env_free(char **env)
{
	size_t i;

	for (i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
}
