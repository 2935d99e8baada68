/* Noticing that anything in a tree of folders changed, with inotify; see platform.h. */
#define _DEFAULT_SOURCE /* NAME_MAX beside inotify */
#include "platform/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/str.h"

#define DEPTH_MAX 16
#define EVENTS                                                                              \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | \
		IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)

struct platform_tree {
	int fd;
	char *dir;
	unsigned folders; /* watched in the last look */
	int git[2];	  /* watches of .git and .git/logs; -1: there is none */
	bool full;	  /* there were more */
};

static void add_folder(struct platform_tree *tree, const char *path, unsigned depth);

/* Folders alone, and no links: what they lead to is not ours to watch. */
static void add_below(struct platform_tree *tree, const char *path, unsigned depth)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = folder >= 0 ? fdopendir(folder) : NULL;
	const struct dirent *entry;

	if (stream == NULL) {
		if (folder >= 0)
			(void)close(folder);
		return;
	}
	while ((entry = readdir(stream)) != NULL) {
		struct buf below = BUF_INIT(PATH_MAX);
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			strcmp(entry->d_name, ".git") == 0 ||
			fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
			!S_ISDIR(st.st_mode))
			continue;
		if (buf_add_format(&below, "%s/%s", path, entry->d_name) == 0)
			add_folder(tree, buf_text(&below), depth + 1);
		buf_fini(&below);
	}
	(void)closedir(stream);
}

/* Recursion is bounded by DEPTH_MAX. A folder that is watched already stays so. */
static void add_folder(struct platform_tree *tree, const char *path, unsigned depth)
{
	if (depth > DEPTH_MAX || tree->folders >= PLATFORM_TREE_FOLDERS_MAX) {
		tree->full = true;
		return;
	}
	/* The folder first, what is in it then: what comes in between is seen twice. */
	if (inotify_add_watch(tree->fd, path, EVENTS) < 0) {
		tree->full = tree->full || errno == ENOSPC;
		return;
	}
	tree->folders++;
	add_below(tree, path, depth);
}

/* Of a repository itself only that it goes on to another commit matters: HEAD is
 * replaced by a checkout, and a commit is written down in logs/HEAD. */
static void look_at_git(struct platform_tree *tree)
{
	static const char *const folders[2] = {".git", ".git/logs"};
	struct buf path = BUF_INIT(PATH_MAX);
	size_t i;

	for (i = 0; i < 2; i++) {
		buf_clear(&path);
		(void)buf_add_format(&path, "%s/%s", tree->dir, folders[i]);
		tree->git[i] = buf_failed(&path)
				       ? -1
				       : inotify_add_watch(tree->fd, buf_text(&path), EVENTS);
	}
	buf_fini(&path);
}

static void look(struct platform_tree *tree)
{
	look_at_git(tree);
	tree->folders = 0;
	tree->full = false;
	add_folder(tree, tree->dir, 1);
}

int platform_tree_open(struct platform_tree **out, const char *dir, struct err *err)
{
	struct platform_tree *tree = xcalloc(1, sizeof(*tree));

	tree->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (tree->fd < 0) {
		free(tree);
		return err_errno(err, errno, "cannot watch files");
	}
	tree->dir = xstrdup(dir);
	look(tree);
	if (tree->folders == 0) {
		platform_tree_close(tree);
		return err_set(err, ERR_FAILED, "cannot watch %s", dir);
	}
	*out = tree;
	return 0;
}

void platform_tree_close(struct platform_tree *tree)
{
	if (tree == NULL)
		return;
	(void)close(tree->fd);
	free(tree->dir);
	free(tree);
}

int platform_tree_fd(const struct platform_tree *tree)
{
	return tree->fd;
}

bool platform_tree_is_whole(const struct platform_tree *tree)
{
	return !tree->full;
}

/* Hidden files are what editors and ourselves write before the rename. */
static bool counts(
	const struct platform_tree *tree, const struct inotify_event *event, const char *name)
{
	if ((event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0)
		return true;
	if (event->wd == tree->git[0] || event->wd == tree->git[1])
		return event->len > 0 && strcmp(name, "HEAD") == 0;
	return event->len > 0 && (name[0] != '.' || (event->mask & IN_ISDIR) != 0);
}

static bool read_events(
	const struct platform_tree *tree, const char *events, size_t len, bool *folders)
{
	bool found = false;
	size_t at = 0;

	while (at + sizeof(struct inotify_event) <= len) {
		struct inotify_event event;
		const char *name = events + at + sizeof event;

		memcpy(&event, events + at, sizeof event);
		found = found || counts(tree, &event, name);
		if ((event.mask & IN_Q_OVERFLOW) != 0 ||
			((event.mask & IN_ISDIR) != 0 &&
				(event.mask & (IN_CREATE | IN_MOVED_TO)) != 0))
			*folders = true;
		at += sizeof event + event.len;
	}
	return found;
}

bool platform_tree_take(struct platform_tree *tree)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	bool found = false, folders = false;
	ssize_t len;

	while ((len = read(tree->fd, events, sizeof events)) > 0)
		found = read_events(tree, events, (size_t)len, &folders) || found;
	if (folders)
		look(tree);
	return found;
}
