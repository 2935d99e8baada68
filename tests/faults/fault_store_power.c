/*
 * The power cut. A life of the ledger is recorded, write by write; then the disk
 * as it may stand after a cut is put together: of each file what was synced, and
 * of what was written since any part, in any order, sectors torn. From every
 * such disk the store must open, be whole, and have every use that had been
 * acknowledged before the cut.
 *
 * fault_store_power [disks]   (default 400; the proof asks for 20000)
 */
#include "tests/faults/power.h"

#define USES 60

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

	power_begin();
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
	power_end();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		(void)str_to_int(str_of(argv[1]), 1, 10000000, &disks);
	disk_register();
	RUN(no_power_cut_loses_what_was_acknowledged);
	return 0;
}
