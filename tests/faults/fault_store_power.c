/*
 * The power cut. A life of the ledger is recorded, write by write; then the disk
 * as it may stand after a cut is put together: of each file what was synced, and
 * of what was written since any part, in any order, sectors torn. From every
 * such disk the store must open, be whole, and have every use that had been
 * acknowledged before the cut.
 *
 * fault_store_power [disks]   (default 400; the proof asks for 20000)
 */
#include <fcntl.h>

#include "tests/faults/disk.h"
#include "tests/store_fixture.h"

#define USES 60
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

static struct image images[] = {{.name = "ledger.db"}, {.name = "ledger.db-wal"}};
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

/* Is there a sync of this file between two moments? */
static bool is_synced(size_t event, size_t cut)
{
	size_t i;

	for (i = event + 1; i < cut; i++) {
		if (disk.events[i].op == DISK_SYNC &&
			strcmp(disk.events[i].name, disk.events[event].name) == 0)
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

static char ids[USES][ID_BYTES];

static void record_life(void)
{
	struct store *store = fixture_new();
	struct usage_event event = {.prompt_id = STR("p"), .success = -1};
	struct err err;
	int i;

	disk.recording = true;
	for (i = 0; i < USES; i++) {
		id_new(ids[i]);
		memcpy(event.event_id, ids[i], sizeof event.event_id);
		CHECK(store_usage_add(store, &event, &err) == 0);
		CHECK(store_usage_commit(store, &err) == 0);
		disk.acknowledged = i + 1;
	}
	disk.recording = false;
	store_close(store);
}

static int mark(void *data, struct str event_id, struct str json)
{
	bool *seen = data;
	int i;

	(void)json;
	for (i = 0; i < USES; i++) {
		if (str_is(event_id, ids[i]))
			seen[i] = true;
	}
	return 0;
}

static void check_disk(size_t cut, int64_t acknowledged)
{
	bool seen[USES] = {false};
	struct store *store;
	struct err err;
	int64_t i;

	store = fixture_open();
	if (store_usage_list(store, 2 * USES, mark, seen, &err) != 0 ||
		store_check(store, &err) != 0 || store_notice(store) != NULL) {
		(void)fprintf(stderr, "cut before %zu: %s\n", cut, err.text);
		exit(1);
	}
	for (i = 0; i < acknowledged; i++) {
		if (!seen[i]) {
			(void)fprintf(stderr, "cut before %zu: use %lld of %lld is lost\n", cut,
				(long long)i, (long long)acknowledged);
			exit(1);
		}
	}
	store_close(store);
}

static int64_t disks = 400;

static void no_power_cut_loses_what_was_acknowledged(void)
{
	int64_t n, most = 0;
	size_t i;

	for (i = 0; i < IMAGES; i++) {
		images[i].bytes = malloc(FILE_MAX);
		CHECK(images[i].bytes != NULL);
	}
	record_life();
	CHECK(disk.n_events > 200);
	for (n = 0; n < disks; n++) {
		size_t cut = 1 + next_random() % disk.n_events;
		int64_t acknowledged = cut < disk.n_events ? disk.events[cut].acknowledged : USES;

		make_images(cut);
		put_images();
		check_disk(cut, acknowledged);
		most = acknowledged > most ? acknowledged : most;
	}
	CHECK(most > USES / 2);
	(void)printf("%lld disks, %zu operations\n", (long long)disks, disk.n_events);
	for (i = 0; i < IMAGES; i++)
		free(images[i].bytes);
	disk_forget();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		(void)str_to_int(str_of(argv[1]), 1, 10000000, &disks);
	disk_register();
	RUN(no_power_cut_loses_what_was_acknowledged);
	return 0;
}
