/* Directories and programs of the user on Linux; see platform.h. */
#include "platform/platform.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static int path_set(
	char out[PLATFORM_PATH_MAX], struct err *err, const char *base, const char *tail)
{
	int len = snprintf(out, PLATFORM_PATH_MAX, "%s%s", base, tail);

	if (len < 0 || len >= PLATFORM_PATH_MAX)
		return err_set(err, ERR_LIMIT, "path is longer than %d bytes: %.60s…",
			PLATFORM_PATH_MAX - 1, base);
	return 0;
}

static int dirs_under(struct platform_dirs *dirs, const char *home, struct err *err)
{
	if (home[0] != '/')
		return err_set(err, ERR_INVALID, "PROMPTD_HOME must be an absolute path");
	if (path_set(dirs->data, err, home, "/data") != 0 ||
		path_set(dirs->config, err, home, "/config") != 0 ||
		path_set(dirs->state, err, home, "/state") != 0)
		return -1;
	return path_set(dirs->bare, err, home, "/run") == 0 ? path_set(dirs->run, err, home, "/run")
							    : -1;
}

/* XDG base directory: the variable when it is absolute, else below home. */
static int dirs_xdg(char out[PLATFORM_PATH_MAX], const char *variable, const char *home,
	const char *below, struct err *err)
{
	const char *base = getenv(variable);
	char tail[64];

	if (base != NULL && base[0] == '/')
		return path_set(out, err, base, "/promptd");
	(void)snprintf(tail, sizeof tail, "/%s/promptd", below);
	return path_set(out, err, home, tail);
}

/* A directory that is ours alone, as XDG_RUNTIME_DIR must be. */
static bool dir_is_private(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() &&
	       (st.st_mode & 077) == 0;
}

/* Where those look who have been given no variables: by user id, else below home. */
static int dirs_bare(struct platform_dirs *dirs, struct err *err)
{
	char known[64];

	(void)snprintf(known, sizeof known, "/run/user/%lu", (unsigned long)getuid());
	if (dir_is_private(known))
		return path_set(dirs->bare, err, known, "/promptd");
	return path_set(dirs->bare, err, dirs->home, "/.local/state/promptd/run");
}

static int dirs_run(struct platform_dirs *dirs, struct err *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char known[64];

	if (dirs_bare(dirs, err) != 0)
		return -1;
	if (base != NULL && base[0] == '/' && dir_is_private(base))
		return path_set(dirs->run, err, base, "/promptd");
	(void)snprintf(known, sizeof known, "/run/user/%lu", (unsigned long)getuid());
	if (dir_is_private(known))
		return path_set(dirs->run, err, known, "/promptd");
	return path_set(dirs->run, err, dirs->state, "/run");
}

static int dirs_home(struct platform_dirs *dirs, struct err *err)
{
	const char *home = getenv("HOME");
	struct passwd entry, *found = NULL;
	char names[1024];

	if (home != NULL && home[0] == '/')
		return path_set(dirs->home, err, home, "");
	if (getpwuid_r(getuid(), &entry, names, sizeof names, &found) != 0 || found == NULL)
		return err_set(err, ERR_FAILED,
			"no home directory: HOME is not set and user %lu "
			"is not known",
			(unsigned long)getuid());
	return path_set(dirs->home, err, entry.pw_dir, "");
}

int platform_dirs(struct platform_dirs *dirs, struct err *err)
{
	const char *ours = getenv("PROMPTD_HOME");

	if (dirs_home(dirs, err) != 0) {
		if (ours == NULL || ours[0] == '\0')
			return -1;
		dirs->home[0] = '\0';
	}
	if (ours != NULL && ours[0] != '\0')
		return dirs_under(dirs, ours, err);
	if (dirs_xdg(dirs->data, "XDG_DATA_HOME", dirs->home, ".local/share", err) != 0 ||
		dirs_xdg(dirs->config, "XDG_CONFIG_HOME", dirs->home, ".config", err) != 0 ||
		dirs_xdg(dirs->state, "XDG_STATE_HOME", dirs->home, ".local/state", err) != 0)
		return -1;
	return dirs_run(dirs, err);
}

/* The directory exists now: is it fit to hold what only this user may read? */
static int dir_accept(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is not a directory", path);
	if (st.st_uid != getuid())
		return err_set(err, ERR_REFUSED, "%s belongs to user %lu, not to you", path,
			(unsigned long)st.st_uid);
	if ((st.st_mode & 077) != 0 && chmod(path, st.st_mode & 0700) != 0)
		return err_errno(err, errno, "%s is open to others and cannot be closed", path);
	return 0;
}

int platform_make_dir(const char *path, struct err *err)
{
	char part[PLATFORM_PATH_MAX];
	size_t i, n = strlen(path);

	if (n == 0 || n >= sizeof part || path[0] != '/')
		return err_set(err, ERR_INVALID, "not an absolute path: %.60s", path);
	memcpy(part, path, n + 1);
	for (i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return err_errno(err, errno, "cannot make %s", part);
		part[i] = i < n ? '/' : '\0';
	}
	return dir_accept(path, err);
}

/* Is path, as far as it is one, the running program itself? */
static bool is_this_program(const char *path)
{
	struct stat here, self;

	return path[0] == '/' && stat(path, &here) == 0 && stat("/proc/self/exe", &self) == 0 &&
	       here.st_dev == self.st_dev && here.st_ino == self.st_ino;
}

static int program_beside(const char *name, char path[PLATFORM_PATH_MAX], struct err *err)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || (size_t)(slash - path) + strlen(name) + 2 > PLATFORM_PATH_MAX)
		return err_set(err, ERR_LIMIT, "path of this program is too long");
	memcpy(slash + 1, name, strlen(name) + 1);
	if (access(path, X_OK) != 0)
		return err_errno(err, errno, "%s", path);
	return 0;
}

/* The path the program was started by, links and all, as the kernel keeps it; where
 * that leads nowhere (it was relative), the file at the end of all links. */
int platform_program(const char *name, char path[PLATFORM_PATH_MAX], struct err *err)
{
	const char *started = (const char *)getauxval(AT_EXECFN);
	ssize_t len;

	if (started != NULL && strlen(started) < PLATFORM_PATH_MAX && is_this_program(started)) {
		memcpy(path, started, strlen(started) + 1);
		if (program_beside(name, path, err) == 0)
			return 0;
	}
	len = readlink("/proc/self/exe", path, PLATFORM_PATH_MAX - 1);
	if (len <= 0)
		return err_errno(err, errno, "cannot tell where this program is");
	path[len] = '\0';
	return program_beside(name, path, err);
}
