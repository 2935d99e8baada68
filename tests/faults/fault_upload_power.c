/*
 * The power cut while uses are sent. A life of recording and sending is recorded write by
 * write: claimed, kept as a batch, taken, refused, halved, put back in the queue. From
 * every disk that a cut may leave, each use that had been acknowledged is in the outbox, on
 * its way, among the refused, or at the hub; and what had been settled is not sent again.
 *
 * fault_upload_power [disks]   (default 300; the proof asks for 20000)
 */
#include "core/json.h"
#include "sync/gzip.h"
#include "sync/upload.h"
#include "tests/faults/power.h"
#include "tests/upstream.h"

#define USES 120

/* A use's life, by the disk's operations. */
struct use_life {
	char id[ID_BYTES];
	size_t hub_has; /* at the hub from here on */
	size_t settled; /* and known to be, from here on */
	bool refused;
};
static struct use_life lives[USES];

static struct use_life *life_of(struct str id)
{
	int i;

	for (i = 0; i < USES; i++)
		if (str_is(id, lives[i].id))
			return &lives[i];
	return NULL;
}

/* ── a life ────────────────────────────────────────────────────────────── */

/* Its thread; the other one waits for the answer meanwhile. Each request is answered in
 * another way: not at all, 400, 413, or with a list of what is taken and what is not. */
static void says_this_and_that(struct upstream *upstream, struct buf *answer)
{
	static char ids[1000][ID_BYTES];
	size_t n = upstream_ids(upstream, ids, 1000), i;
	struct buf taken = BUF_INIT(1 << 20), refused = BUF_INIT(1 << 20);

	if (upstream->n % 5 == 1)
		return;
	if (upstream->n % 5 == 3 && n > 1) {
		upstream_say(answer, upstream->n % 2 ? 400 : 413, "", STR(""));
		return;
	}
	for (i = 0; i < n; i++) {
		struct use_life *life = life_of(str_of(ids[i]));

		if (i % 4 == 3 && upstream->n % 5 == 2)
			continue; /* nothing is said of it */
		if (life->hub_has == 0 && i % 4 == 2 && upstream->data != NULL) {
			life->refused = true;
			(void)buf_add_format(&refused, "%s{\"event_id\":\"%s\",\"code\":\"x\"}",
				refused.len > 0 ? "," : "", ids[i]);
			continue;
		}
		life->refused = false;
		if (life->hub_has == 0)
			life->hub_has = disk.n_events;
		(void)buf_add_format(&taken, "%s\"%s\"", taken.len > 0 ? "," : "", ids[i]);
	}
	(void)buf_add_format(&taken, "],\"duplicate\":[],\"rejected\":[%s]}", buf_text(&refused));
	upstream_say(answer, 200, "", STR(""));
	buf_clear(answer);
	(void)buf_add_format(answer,
		"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n"
		"{\"accepted\":[%s",
		taken.len + strlen("{\"accepted\":["), buf_text(&taken));
	buf_fini(&taken);
	buf_fini(&refused);
}

/* What the hub has and was settled by now. */
static void note_settled(struct store *store);

static void step(struct upstream *hub, struct upload *upload, struct store *store)
{
	struct upload_report report;
	struct err err;

	sync_upload_wish(upload);
	upstream_look(hub); /* it reads how far the disk is */
	CHECK(sync_upload_step(upload, true, &report, &err) == 0);
	upstream_look(hub);
	note_settled(store);
}

static void record_life(struct upstream *hub)
{
	struct upload_options options = {.url = {hub->url}, .token = "t"};
	struct usage_event event = {.prompt_id = STR("p"),
		.source = STR("hub"),
		.client_type = STR("mcp"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};
	struct upload *upload;
	struct err err;
	int64_t n;
	int i;

	options.store = fixture_new();
	disk.recording = true; /* before the file is made */
	CHECK(sync_upload_new(&upload, &options, &err) == 0);
	for (i = 0; i < USES; i++) {
		id_new(lives[i].id);
		memcpy(event.event_id, lives[i].id, sizeof event.event_id);
		CHECK(store_usage_add(options.store, &event, &err) == 0);
		CHECK(store_usage_commit(options.store, &err) == 0);
		disk.acknowledged = i + 1;
		if (i % 6 == 5)
			step(hub, upload, options.store);
		if (i % 40 == 39)
			CHECK(sync_upload_requeue(upload, &n, &err) == 0);
	}
	for (i = 0; i < 30; i++)
		step(hub, upload, options.store);
	disk.recording = false;
	sync_upload_free(upload);
	store_close(options.store);
}

/* ── what a disk holds ─────────────────────────────────────────────────── */

struct held {
	bool waits[USES], dead[USES];
};

static int hold_row(void *data, const struct outbox_use *use)
{
	struct held *held = data;
	struct use_life *life = life_of(use->event_id);

	CHECK(life != NULL);
	held->waits[life - lives] = true;
	return 0;
}

static int hold_dead(void *data, const struct outbox_dead *dead)
{
	struct held *held = data;
	struct use_life *life = life_of(dead->event_id);

	CHECK(life != NULL && dead->sink == OUTBOX_HUB);
	held->dead[life - lives] = true;
	return 0;
}

static void hold_batch(struct held *held, const struct outbox_batch *batch)
{
	struct buf body = BUF_INIT(OUTBOX_BODY_MAX);
	struct str raw = {buf_text(&batch->body), batch->body.len};
	const char *at;
	struct err err;

	CHECK(batch->gzip ? gzip_unpack(raw, &body, &err) == 0 : buf_add(&body, raw.p, raw.n) == 0);
	for (at = buf_text(&body); (at = strstr(at, "\"event_id\":\"")) != NULL;) {
		at += strlen("\"event_id\":\"");
		CHECK(life_of((struct str){at, ID_BYTES - 1}) != NULL);
		held->waits[life_of((struct str){at, ID_BYTES - 1}) - lives] = true;
	}
	buf_fini(&body);
}

static int look(struct store *store, struct held *held, struct err *err)
{
	struct outbox_batch batch;
	int64_t seq = 0;
	int rc;

	*held = (struct held){.waits = {false}};
	if (store_outbox_list(store, OUTBOX_HUB, 2 * USES, hold_row, held, err) != 0 ||
		store_outbox_dead(store, hold_dead, held, err) != 0)
		return -1;
	do {
		outbox_batch_init(&batch, OUTBOX_HUB);
		rc = store_outbox_next(store, OUTBOX_HUB, seq, &batch, err);
		seq = batch.seq;
		if (rc == 1)
			hold_batch(held, &batch);
		outbox_batch_fini(&batch);
	} while (rc == 1);
	return rc;
}

static void note_settled(struct store *store)
{
	struct held held;
	struct err err;
	int i;

	CHECK(look(store, &held, &err) == 0);
	for (i = 0; i < disk.acknowledged; i++) {
		if (lives[i].hub_has > 0 && lives[i].settled == 0 && !held.waits[i])
			lives[i].settled = disk.n_events;
		CHECK(held.waits[i] || held.dead[i] || lives[i].hub_has > 0);
	}
}

static void check_disk(size_t cut, int64_t acknowledged)
{
	struct store *store = fixture_open();
	struct held held;
	struct err err;
	int i;

	if (look(store, &held, &err) != 0 || store_check(store, &err) != 0 ||
		store_notice(store) != NULL) {
		(void)fprintf(stderr, "cut before %zu: %s\n", cut, err.text);
		exit(1);
	}
	for (i = 0; i < acknowledged; i++) {
		bool at_hub = lives[i].hub_has > 0 && lives[i].hub_has <= cut;
		bool settled = lives[i].settled > 0 && lives[i].settled <= cut;

		if (!held.waits[i] && !held.dead[i] && !at_hub) {
			(void)fprintf(stderr, "cut before %zu: use %d of %lld is lost\n", cut, i,
				(long long)acknowledged);
			exit(1);
		}
		if (settled && (held.waits[i] || held.dead[i])) {
			(void)fprintf(stderr, "cut before %zu: use %d is sent again\n", cut, i);
			exit(1);
		}
	}
	store_close(store);
}

static int64_t disks = 300;

static void no_power_cut_loses_a_use_on_its_way(void)
{
	int64_t n, most = 0, dead = 0, taken = 0;
	struct upstream hub;
	int i;

	power_begin();
	upstream_start(&hub, says_this_and_that, &hub);
	record_life(&hub);
	upstream_stop(&hub);
	for (i = 0; i < USES; i++) {
		dead += lives[i].refused;
		taken += lives[i].settled > 0;
	}
	CHECK(disk.n_events > 500 && taken > USES / 2 && dead > 0);
	for (n = 0; n < disks; n++) {
		size_t cut = 1 + next_random() % disk.n_events;
		int64_t acknowledged = cut < disk.n_events ? disk.events[cut].acknowledged : USES;

		make_images(cut);
		put_images();
		check_disk(cut, acknowledged);
		most = acknowledged > most ? acknowledged : most;
	}
	CHECK(most > USES / 2);
	(void)printf("%lld disks, %zu operations, %d uses, %lld taken, %lld refused\n",
		(long long)disks, disk.n_events, USES, (long long)taken, (long long)dead);
	power_end();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		(void)str_to_int(str_of(argv[1]), 1, 10000000, &disks);
	json_door_init();
	disk_register();
	RUN(no_power_cut_loses_a_use_on_its_way);
	return 0;
}
