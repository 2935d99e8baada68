/*
 * A disk that can be full, fail, and remember: a VFS around the one SQLite uses,
 * for one thread. What it does not change it passes on.
 */
#ifndef TESTS_FAULTS_DISK_H
#define TESTS_FAULTS_DISK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum disk_op { DISK_WRITE, DISK_SYNC, DISK_TRUNCATE, DISK_DELETE };

/* Something that happened to a file, in order. */
struct disk_event {
	enum disk_op op;
	char name[64]; /* last part of the path */
	int64_t offset, size;
	unsigned char *bytes; /* of a write */
	int64_t acknowledged; /* disk.acknowledged at that time */
};

static struct {
	sqlite3_vfs vfs, *below;
	/* Room left; negative: any. Files that are given back are not counted. */
	int64_t room;
	/* The n-th operation from now on fails (1: the next); 0: none. Counted down. */
	int64_t fail_at;
	int fail_code;
	bool fail_always; /* and every one after it */
	bool recording;
	int64_t acknowledged; /* set by the test */
	struct disk_event *events;
	size_t n_events, size_events;
} disk = {.room = -1};

struct disk_file {
	sqlite3_file base;
	sqlite3_file *below;
	char name[64];
};

static int disk_fails(void)
{
	if (disk.fail_at <= 0 || --disk.fail_at > 0)
		return SQLITE_OK;
	if (disk.fail_always)
		disk.fail_at = 1;
	return disk.fail_code;
}

static void disk_record(
	enum disk_op op, const char *name, int64_t offset, int64_t size, const void *bytes)
{
	struct disk_event *event;

	if (!disk.recording)
		return;
	if (disk.n_events == disk.size_events) {
		disk.size_events = disk.size_events > 0 ? 2 * disk.size_events : 1024;
		disk.events = realloc(disk.events, disk.size_events * sizeof *disk.events);
		if (disk.events == NULL)
			abort();
	}
	event = &disk.events[disk.n_events++];
	*event = (struct disk_event){
		.op = op, .offset = offset, .size = size, .acknowledged = disk.acknowledged};
	memcpy(event->name, name, sizeof event->name);
	if (bytes != NULL) {
		event->bytes = malloc((size_t)size);
		if (event->bytes == NULL)
			abort();
		memcpy(event->bytes, bytes, (size_t)size);
	}
}

static struct disk_file *disk_file(sqlite3_file *file)
{
	return (struct disk_file *)(void *)file;
}

static int disk_close(sqlite3_file *file)
{
	struct disk_file *f = disk_file(file);
	int rc = f->below->pMethods->xClose(f->below);

	sqlite3_free(f->below);
	return rc;
}

static int disk_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xRead(f->below, bytes, n, at);
}

static int disk_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	struct disk_file *f = disk_file(file);
	sqlite3_int64 size = 0;
	int rc = disk_fails();

	if (rc != SQLITE_OK)
		return rc;
	(void)f->below->pMethods->xFileSize(f->below, &size);
	if (disk.room >= 0 && at + n > size) {
		if (at + n - size > disk.room)
			return SQLITE_FULL;
		disk.room -= at + n - size;
	}
	disk_record(DISK_WRITE, f->name, at, n, bytes);
	return f->below->pMethods->xWrite(f->below, bytes, n, at);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct disk_file *f = disk_file(file);
	int rc = disk_fails();

	if (rc != SQLITE_OK)
		return rc;
	disk_record(DISK_TRUNCATE, f->name, size, 0, NULL);
	return f->below->pMethods->xTruncate(f->below, size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	struct disk_file *f = disk_file(file);
	int rc = disk_fails();

	if (rc != SQLITE_OK)
		return rc;
	/* A hard disk is not needed for what is decided here. */
	disk_record(DISK_SYNC, f->name, 0, flags, NULL);
	return SQLITE_OK;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xFileSize(f->below, size);
}

static int disk_lock(sqlite3_file *file, int lock)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xLock(f->below, lock);
}

static int disk_unlock(sqlite3_file *file, int lock)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xUnlock(f->below, lock);
}

static int disk_reserved(sqlite3_file *file, int *out)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xCheckReservedLock(f->below, out);
}

static int disk_control(sqlite3_file *file, int op, void *arg)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xFileControl(f->below, op, arg);
}

static int disk_sector(sqlite3_file *file)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xSectorSize(f->below);
}

/* Nothing is promised: no atomic writes, no order. */
static int disk_characteristics(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static int disk_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xShmMap(f->below, page, size, extend, out);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xShmLock(f->below, offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
	struct disk_file *f = disk_file(file);

	f->below->pMethods->xShmBarrier(f->below);
}

static int disk_shm_unmap(sqlite3_file *file, int delete)
{
	struct disk_file *f = disk_file(file);

	return f->below->pMethods->xShmUnmap(f->below, delete);
}

static const sqlite3_io_methods disk_methods = {2, disk_close, disk_read, disk_write, disk_truncate,
	disk_sync, disk_size, disk_lock, disk_unlock, disk_reserved, disk_control, disk_sector,
	disk_characteristics, disk_shm_map, disk_shm_lock, disk_shm_barrier, disk_shm_unmap, NULL,
	NULL};

static void disk_name(char out[64], const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	size_t n;

	memset(out, 0, 64);
	if (path == NULL)
		return;
	path = slash != NULL ? slash + 1 : path;
	n = strlen(path);
	memcpy(out, path, n < 63 ? n : 63);
}

static int disk_open(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct disk_file *f = disk_file(file);
	int rc;

	(void)vfs;
	memset(f, 0, sizeof *f);
	f->below = sqlite3_malloc(disk.below->szOsFile);
	if (f->below == NULL)
		return SQLITE_NOMEM;
	memset(f->below, 0, (size_t)disk.below->szOsFile);
	rc = disk.below->xOpen(disk.below, path, f->below, flags, out_flags);
	if (rc != SQLITE_OK) {
		sqlite3_free(f->below);
		return rc;
	}
	disk_name(f->name, path);
	f->base.pMethods = &disk_methods;
	return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	char name[64];
	int rc = disk_fails();

	(void)vfs;
	if (rc != SQLITE_OK)
		return rc;
	disk_name(name, path);
	disk_record(DISK_DELETE, name, 0, 0, NULL);
	return disk.below->xDelete(disk.below, path, sync_dir);
}

/* All connections opened from now on are on it. */
static void disk_register(void)
{
	disk.below = sqlite3_vfs_find(NULL);
	if (disk.below == NULL)
		abort();
	disk.vfs = *disk.below;
	disk.vfs.zName = "disk";
	disk.vfs.szOsFile = sizeof(struct disk_file);
	disk.vfs.pNext = NULL;
	disk.vfs.xOpen = disk_open;
	disk.vfs.xDelete = disk_delete;
	if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
		abort();
}

static inline void disk_forget(void)
{
	size_t i;

	for (i = 0; i < disk.n_events; i++)
		free(disk.events[i].bytes);
	free(disk.events);
	disk.events = NULL;
	disk.n_events = disk.size_events = 0;
}

#endif
