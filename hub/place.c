/* Settings and directories of a hub; see place.h. */
/* realpath() is X/Open's, not POSIX's. */
#define _XOPEN_SOURCE 700
#include "hub/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/str.h"

#define SETTINGS "/etc/promptd-hub.env"
#define PREFIX "PROMPTD_HUB_"

static void take_line(char *line)
{
	char *value = strchr(line, '=');
	size_t n;

	if (value == NULL || strncmp(line, PREFIX, sizeof PREFIX - 1) != 0)
		return;
	*value++ = '\0';
	n = strcspn(value, "\r\n");
	value[n] = '\0';
	if (n > 1 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value[n - 1] = '\0';
		value++;
	}
	(void)setenv(line, value, 0); /* without memory nothing follows anyway */
}

void place_read_settings(void)
{
	const char *path = getenv("PROMPTD_HUB_ENV");
	FILE *file = fopen(path != NULL ? path : SETTINGS, "r");
	char line[2048];

	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL)
		take_line(line);
	(void)fclose(file);
}

/* Each part that is missing, 0700. */
static int make_directory(char *path, struct err *err)
{
	struct stat is;
	char *p;

	for (p = path + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0700); /* the last one tells what is wrong */
			*p = '/';
		}
	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_errno(err, errno, "cannot make %s", path);
	if (stat(path, &is) != 0 || !S_ISDIR(is.st_mode))
		return err_set(err, ERR_FAILED, "%s is no directory", path);
	return 0;
}

static int choose_directory(char *path, size_t size, struct err *err)
{
	const char *state = getenv("STATE_DIRECTORY"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_STATE_HOME");
	struct str rest, first = str_cut(str_of(state), ':', &rest);

	if (first.n > 0)
		(void)snprintf(path, size, "%.*s", (int)first.n, first.p);
	else if (geteuid() == 0)
		(void)snprintf(path, size, "/var/lib/promptd-hub");
	else if (xdg != NULL && xdg[0] == '/')
		(void)snprintf(path, size, "%s/promptd-hub", xdg);
	else if (home != NULL && home[0] == '/')
		(void)snprintf(path, size, "%s/.local/state/promptd-hub", home);
	else
		return err_set(err, ERR_INVALID, "say where the database is: --database");
	return 0;
}

int place_database(char url[PLACE_URL_MAX], struct err *err)
{
	const char *said = getenv("PROMPTD_HUB_DATABASE");
	char path[PLACE_URL_MAX - 16], *real;

	if (said != NULL && said[0] != '\0') {
		if ((size_t)snprintf(url, PLACE_URL_MAX, "%s", said) >= PLACE_URL_MAX)
			return err_set(err, ERR_INVALID, "PROMPTD_HUB_DATABASE is too long");
		return 0;
	}
	if (choose_directory(path, sizeof path, err) != 0 || make_directory(path, err) != 0)
		return -1;
	/* systemd's /var/lib/promptd-hub is a link, and the driver follows none. */
	real = realpath(path, NULL);
	if (real == NULL)
		return err_errno(err, errno, "cannot look into %s", path);
	(void)snprintf(url, PLACE_URL_MAX, "sqlite:%.900s/hub.db", real);
	free(real);
	return 0;
}
