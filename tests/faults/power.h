/*
 * The power cut: of a life that was recorded write by write (disk.h) the disk as it may
 * stand after a cut is put together: of each file what was synced, and of what was written
 * since any part, in any order, sectors torn. One thread.
 */
#ifndef TESTS_FAULTS_POWER_H
#define TESTS_FAULTS_POWER_H

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/faults/disk.h"
#include "tests/store_fixture.h"

#define SECTOR 512
#define FILE_MAX (4 * 1024 * 1024)

static uint64_t state = 88172645463325252U;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A file as it stands on the imagined disk. */
struct image {
	const char *name;
	unsigned char *bytes;
	int64_t size;
	bool exists;
};

/* The journal is of the file's first page alone: then it becomes one with a log. */
static struct image images[] = {
	{.name = "ledger.db"}, {.name = "ledger.db-wal"}, {.name = "ledger.db-journal"}};
#define IMAGES (sizeof images / sizeof *images)

static struct image *image_of(const char *name)
{
	size_t i;

	for (i = 0; i < IMAGES; i++) {
		if (strcmp(images[i].name, name) == 0)
			return &images[i];
	}
	return NULL;
}

static void image_write(struct image *image, int64_t at, const unsigned char *bytes, int64_t n)
{
	CHECK(at + n <= FILE_MAX);
	if (at > image->size)
		memset(image->bytes + image->size, 0, (size_t)(at - image->size));
	memcpy(image->bytes + at, bytes, (size_t)n);
	if (at + n > image->size)
		image->size = at + n;
	image->exists = true;
}

/* Some sectors of a write arrived, some did not. */
static void image_tear(struct image *image, const struct disk_event *event)
{
	int64_t at;

	for (at = 0; at < event->size; at += SECTOR) {
		int64_t n = event->size - at < SECTOR ? event->size - at : SECTOR;

		if (next_random() % 2 == 0)
			image_write(image, event->offset + at, event->bytes + at, n);
	}
}

static void image_apply(struct image *image, const struct disk_event *event)
{
	switch (event->op) {
	case DISK_WRITE:
		image_write(image, event->offset, event->bytes, event->size);
		break;
	case DISK_TRUNCATE:
		if (event->offset < image->size)
			image->size = event->offset;
		break;
	case DISK_DELETE:
		image->exists = false;
		image->size = 0;
		break;
	case DISK_SYNC:
		break;
	}
}

/* Is there a sync of this file between two moments? A file that was taken away is gone
 * with the directory's, which is a part of the first sync of a journal or log that was
 * made since (SQLite's unix VFS). */
static bool is_synced(size_t event, size_t cut)
{
	bool gone = disk.events[event].op == DISK_DELETE;
	size_t i;

	for (i = event + 1; i < cut; i++) {
		bool same = strcmp(disk.events[i].name, disk.events[event].name) == 0;

		if (disk.events[i].op == DISK_SYNC &&
			(gone ? strcmp(disk.events[i].name, "ledger.db-wal") == 0 : same))
			return true;
	}
	return false;
}

/* The disk after a cut just before event `cut`. */
static void make_images(size_t cut)
{
	unsigned likely = (unsigned)(next_random() % 5); /* of four: arrived */
	size_t i;

	for (i = 0; i < IMAGES; i++) {
		images[i].size = 0;
		images[i].exists = false;
	}
	for (i = 0; i < cut; i++) {
		const struct disk_event *event = &disk.events[i];
		struct image *image = image_of(event->name);

		if (image == NULL)
			continue;
		if (is_synced(i, cut) || next_random() % 4 < likely)
			image_apply(image, event);
		else if (event->op == DISK_WRITE && next_random() % 2 == 0)
			image_tear(image, event);
		/* else it never arrived, while what came after it may have */
	}
}

/* As it is then, in fixture_dir. */
static void put_images(void)
{
	size_t i;

	for (i = 0; i < IMAGES; i++) {
		char path[128];
		int fd;

		(void)snprintf(path, sizeof path, "%s/%s", fixture_dir, images[i].name);
		(void)unlink(path);
		if (!images[i].exists)
			continue;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		CHECK(fd >= 0);
		CHECK(write(fd, images[i].bytes, (size_t)images[i].size) == images[i].size);
		CHECK(close(fd) == 0);
	}
}

static void power_begin(void)
{
	size_t i;

	for (i = 0; i < IMAGES; i++) {
		images[i].bytes = malloc(FILE_MAX);
		CHECK(images[i].bytes != NULL);
	}
}

static void power_end(void)
{
	size_t i;

	for (i = 0; i < IMAGES; i++)
		free(images[i].bytes);
	disk_forget();
}

#endif
