/* Files of a library; see files.h. Every path is walked part by part with
 * O_NOFOLLOW, so that no link on the way leads elsewhere. */
/* realpath() is X/Open's, not POSIX's. */
#define _XOPEN_SOURCE 700
#include "library/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int files_open(const char *path, struct files_root *root, struct err *err)
{
	char *real = realpath(path, NULL), *slash;
	struct stat st;

	*root = (struct files_root){.folder = -1};
	if (real == NULL || stat(real, &st) != 0) {
		int number = errno;

		free(real);
		return err_set(err, ERR_NOT_FOUND, "%s", strerror(number));
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
		free(real);
		return err_set(err, ERR_INVALID, "neither a file nor a folder");
	}
	root->path = real;
	if (S_ISREG(st.st_mode)) {
		slash = strrchr(real, '/');
		root->single = xstrdup(slash + 1);
		*(slash == real ? slash + 1 : slash) = '\0';
	}
	root->folder = open(root->path, FOLDER_FLAGS);
	if (root->folder < 0) {
		int number = errno;

		files_close(root);
		return err_set(err, ERR_FAILED, "%s", strerror(number));
	}
	return 0;
}

bool files_is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

void files_close(struct files_root *root)
{
	if (root->folder >= 0)
		(void)close(root->folder);
	free(root->path);
	free(root->single);
	*root = (struct files_root){.folder = -1};
}

static bool is_left_out(const char *name)
{
	static const char *const hidden[] = {".claude", ".gemini", ".github", ".fabric", ".prompts",
		".agents", ".codex", ".cursor", ".vscode", ".config", ".espanso", NULL};
	size_t i;

	if (strcmp(name, "node_modules") == 0)
		return true;
	if (name[0] != '.')
		return false;
	for (i = 0; hidden[i] != NULL; i++)
		if (strcmp(name, hidden[i]) == 0)
			return false;
	return true;
}

bool files_is_left_out(const char *path)
{
	struct str rest = str_of(path), part;

	while (rest.n > 0) {
		bool left_out;
		char *name;

		part = str_cut(rest, '/', &rest);
		name = str_dup(part);
		left_out = rest.n > 0 ? is_left_out(name) : name[0] == '.';
		free(name);
		if (left_out)
			return true;
	}
	return false;
}

static int64_t time_ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static void list_add(
	struct files_list *list, const char *folder, const char *name, const struct stat *st)
{
	struct buf path = BUF_INIT(1024 * 1024);

	if (list->n == FILES_MAX) {
		list->cut = true;
		return;
	}
	if (list->n == list->size) {
		list->size = list->size > 0 ? 2 * list->size : 64;
		list->paths = xrealloc(list->paths, list->size * sizeof(*list->paths));
		list->stats = xrealloc(list->stats, list->size * sizeof(*list->stats));
	}
	(void)buf_add_format(&path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
	list->paths[list->n] = buf_take(&path);
	list->stats[list->n] = (struct files_stat){.bytes = (int64_t)st->st_size,
		.modified_ns = time_ns(&st->st_mtim),
		.changed_ns = time_ns(&st->st_ctim),
		.inode = (int64_t)st->st_ino};
	list->n += list->paths[list->n] != NULL;
}

static void walk_folder(int folder, const char *path, unsigned depth, struct files_list *list);

static void walk_entry(
	int folder, const char *path, const char *name, unsigned depth, struct files_list *list)
{
	struct buf below = BUF_INIT(1024 * 1024);
	struct stat st;
	int child;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (S_ISREG(st.st_mode)) {
		if (name[0] != '.')
			list_add(list, path, name, &st);
		return;
	}
	if (!S_ISDIR(st.st_mode) || is_left_out(name))
		return;
	child = openat(folder, name, FOLDER_FLAGS);
	if (child < 0) {
		list->unread++;
		return;
	}
	(void)buf_add_format(&below, "%s%s%s", path, path[0] != '\0' ? "/" : "", name);
	walk_folder(child, buf_text(&below), depth + 1, list);
	buf_fini(&below);
}

/* Takes the descriptor. Recursion is bounded by FILES_DEPTH_MAX. */
static void walk_folder(int folder, const char *path, unsigned depth, struct files_list *list)
{
	const struct dirent *entry;
	DIR *stream;

	if (depth > FILES_DEPTH_MAX) {
		list->cut = true;
		(void)close(folder);
		return;
	}
	stream = fdopendir(folder);
	if (stream == NULL) {
		list->unread++;
		(void)close(folder);
		return;
	}
	while (!(list->cut && list->n == FILES_MAX) && (entry = readdir(stream)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			walk_entry(dirfd(stream), path, entry->d_name, depth, list);
	(void)closedir(stream);
}

struct found_file {
	char *path;
	struct files_stat stat;
};

static int compare_found(const void *a, const void *b)
{
	return strcmp(((const struct found_file *)a)->path, ((const struct found_file *)b)->path);
}

static void list_sort(struct files_list *list)
{
	struct found_file *found = xcalloc(list->n + 1, sizeof(*found));
	size_t i;

	for (i = 0; i < list->n; i++)
		found[i] = (struct found_file){list->paths[i], list->stats[i]};
	qsort(found, list->n, sizeof(*found), compare_found);
	for (i = 0; i < list->n; i++) {
		list->paths[i] = found[i].path;
		list->stats[i] = found[i].stat;
	}
	free(found);
}

int files_walk(const struct files_root *root, struct files_list *list, struct err *err)
{
	int folder;

	*list = (struct files_list){0};
	if (root->single != NULL) {
		struct stat st = {0};

		(void)fstatat(root->folder, root->single, &st, AT_SYMLINK_NOFOLLOW);
		list_add(list, "", root->single, &st);
		return 0;
	}
	folder = openat(root->folder, ".", FOLDER_FLAGS);
	if (folder < 0)
		return err_errno(err, errno, "%s", root->path);
	walk_folder(folder, "", 1, list);
	list_sort(list);
	return 0;
}

void files_list_fini(struct files_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
	free(list->stats);
	*list = (struct files_list){0};
}

/* The folder that path's last part is in, opened; -1 with errno. *name is that part. */
static int open_parent(int folder, const char *path, const char **name)
{
	int at = openat(folder, ".", FOLDER_FLAGS), next;
	const char *slash;

	while (at >= 0 && (slash = strchr(path, '/')) != NULL) {
		char *part = str_dup((struct str){path, (size_t)(slash - path)});

		next = openat(at, part, FOLDER_FLAGS);
		free(part);
		(void)close(at);
		at = next;
		path = slash + 1;
	}
	*name = path;
	return at;
}

static int read_all(int fd, const char *path, struct buf *out, struct err *err)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "%s", path);
		if (buf_add(out, bytes, (size_t)n) != 0)
			return FILES_BIG;
	}
	return 0;
}

static int open_outcome(int number, const char *path, struct err *err)
{
	if (number == ENOENT || number == ENOTDIR)
		return FILES_NONE;
	if (number == ELOOP || number == ENXIO)
		return FILES_OTHER;
	return err_errno(err, number, "%s", path);
}

int files_read(int folder, const char *path, struct buf *out, struct err *err)
{
	const char *name;
	int parent = open_parent(folder, path, &name), fd, result;
	struct stat st;

	if (parent < 0)
		return open_outcome(errno, path, err);
	/* Never to wait for a pipe that somebody put there. */
	fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	result = fd < 0 ? open_outcome(errno, path, err) : 0;
	(void)close(parent);
	if (fd < 0)
		return result;
	if (fstat(fd, &st) != 0)
		result = err_errno(err, errno, "%s", path);
	else if (!S_ISREG(st.st_mode))
		result = FILES_OTHER;
	else if (st.st_size > 0 && (size_t)st.st_size > out->limit - out->len)
		result = FILES_BIG;
	else
		result = read_all(fd, path, out, err);
	(void)close(fd);
	return result;
}

int files_make_folders(int folder, const char *path, struct err *err)
{
	int at = openat(folder, ".", FOLDER_FLAGS), next;
	const char *slash, *rest = path;

	while (at >= 0 && (slash = strchr(rest, '/')) != NULL) {
		char *part = str_dup((struct str){rest, (size_t)(slash - rest)});

		if (mkdirat(at, part, 0777) != 0 && errno != EEXIST)
			next = -1;
		else
			next = openat(at, part, FOLDER_FLAGS);
		free(part);
		(void)close(at);
		at = next;
		rest = slash + 1;
	}
	if (at < 0)
		return err_errno(err, errno, "%s", path);
	(void)close(at);
	return 0;
}

static int write_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return fsync(fd);
}

/* The temporary file gets its name: over what is there, or only where nothing is. A
 * link does not replace; file systems without them leave a moment between looking
 * and renaming. */
static int name_it(int parent, const char *temporary, const char *name, bool create)
{
	struct stat st;

	if (!create)
		return renameat(parent, temporary, parent, name);
	if (linkat(parent, temporary, parent, name, 0) == 0)
		return unlinkat(parent, temporary, 0);
	if (errno == EEXIST)
		return -1;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(parent, temporary, parent, name);
}

/* What may be executed stays so, by those who may read it. */
static void keep_mode(int fd, int parent, const char *name)
{
	struct stat old, new;

	if (fstatat(parent, name, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode) &&
		(old.st_mode & S_IXUSR) != 0 && fstat(fd, &new) == 0)
		(void)fchmod(fd, (new.st_mode | (new.st_mode & 0444) >> 2) & 0777);
}

static int write_in(int parent, const char *name, struct str bytes, bool create, const char *path,
	struct err *err)
{
	struct buf temporary = BUF_INIT(8192);
	int fd, number, result;

	(void)buf_add_format(&temporary, ".%s.%ld.tmp", name, (long)getpid());
	(void)unlinkat(parent, buf_text(&temporary), 0);
	fd = openat(parent, buf_text(&temporary),
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	result = fd < 0 ? -1 : write_all(fd, bytes);
	number = errno;
	if (result == 0 && !create)
		keep_mode(fd, parent, name);
	if (fd >= 0 && close(fd) != 0 && result == 0) {
		number = errno;
		result = -1;
	}
	if (result == 0 && name_it(parent, buf_text(&temporary), name, create) != 0) {
		number = errno;
		result = create && number == EEXIST ? FILES_OTHER : -1;
	}
	if (result != 0)
		(void)unlinkat(parent, buf_text(&temporary), 0);
	if (result < 0)
		(void)err_errno(err, number, "%s", path);
	buf_fini(&temporary);
	return result;
}

static int write_at(int folder, const char *path, struct str bytes, bool create, struct err *err)
{
	const char *name;
	int parent = open_parent(folder, path, &name), result;

	if (parent < 0)
		return err_errno(err, errno, "%s", path);
	result = write_in(parent, name, bytes, create, path, err);
	(void)close(parent);
	return result;
}

int files_replace(int folder, const char *path, struct str bytes, struct err *err)
{
	return write_at(folder, path, bytes, false, err);
}

int files_create(int folder, const char *path, struct str bytes, struct err *err)
{
	return write_at(folder, path, bytes, true, err);
}

int files_set_executable(int folder, const char *path, bool executable, struct err *err)
{
	const char *name;
	int parent = open_parent(folder, path, &name), fd = -1, rc = 0;
	struct stat st;

	if (parent >= 0)
		fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		((st.st_mode & S_IXUSR) != 0) != executable &&
		fchmod(fd, executable ? (st.st_mode | (st.st_mode & 0444) >> 2) & 0777
				      : st.st_mode & 0666) != 0)
		rc = err_errno(err, errno, "%s", path);
	if (fd >= 0)
		(void)close(fd);
	if (parent >= 0)
		(void)close(parent);
	return rc;
}

bool files_is_executable(int folder, const char *path)
{
	const char *name;
	int parent = open_parent(folder, path, &name);
	struct stat st;
	bool is = parent >= 0 && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		  S_ISREG(st.st_mode) && (st.st_mode & S_IXUSR) != 0;

	if (parent >= 0)
		(void)close(parent);
	return is;
}

int files_remove(int folder, const char *path, struct err *err)
{
	const char *name;
	int parent = open_parent(folder, path, &name), result = 0;

	if (parent < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "%s", path);
	if (unlinkat(parent, name, 0) != 0 && errno != ENOENT)
		result = err_errno(err, errno, "%s", path);
	(void)close(parent);
	return result;
}

/* ".NAME.<pid>.tmp", as replace_in() calls it. */
static bool is_half(struct str entry, struct str name)
{
	struct str pid;

	if (entry.n <= name.n + 6 || entry.p[0] != '.' ||
		memcmp(entry.p + 1, name.p, name.n) != 0 || entry.p[name.n + 1] != '.' ||
		!str_ends(entry, ".tmp"))
		return false;
	pid = (struct str){entry.p + name.n + 2, entry.n - name.n - 6};
	while (pid.n > 0 && pid.p[pid.n - 1] >= '0' && pid.p[pid.n - 1] <= '9')
		pid.n--;
	return pid.n == 0;
}

void files_sweep(int folder, const char *path)
{
	const struct dirent *entry;
	const char *name;
	int parent = open_parent(folder, path, &name);
	DIR *stream = parent >= 0 ? fdopendir(parent) : NULL;

	if (stream == NULL) {
		if (parent >= 0)
			(void)close(parent);
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		if (is_half(str_of(entry->d_name), str_of(name)))
			(void)unlinkat(dirfd(stream), entry->d_name, 0);
	(void)closedir(stream);
}
