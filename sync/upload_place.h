/*
 * One place that uses go to: how it is asked, and what its answers mean. Of this room
 * only; see upload.h.
 */
#ifndef SYNC_UPLOAD_PLACE_H
#define SYNC_UPLOAD_PLACE_H

#include "sync/http.h"
#include "sync/schedule.h"
#include "sync/upload.h"
#include "sync/upload_answer.h"

#define PLACE_TOKEN_MAX 256
#define PLACE_FIELDS_MAX 16

struct place {
	unsigned sink;
	char *url; /* NULL: not in use */
	const char *path;
	char token[PLACE_TOKEN_MAX];
	char *fields[PLACE_FIELDS_MAX + 1];
	struct sync_http *http; /* NULL: it is a file */
	char broken[160];	/* it cannot be asked at all; "": it can */
	struct schedule schedule;
	bool failing;	  /* the schedule says when it is tried again */
	int64_t since_us; /* when something was first seen to wait; 0: nothing does */
	bool plain;	  /* takes nothing compressed */
	bool gzip;	  /* is to get it compressed, unless `plain` */
	bool personal;	  /* wants uses of prompts that are not the hub's */
	int64_t file_bytes;
	struct outbox_state state;
	int64_t noted_us; /* when that was written last */
};

/* What an answer means for the batch that was sent. */
enum place_verdict {
	PLACE_TAKEN,  /* all of it */
	PLACE_LISTED, /* as the fates say */
	PLACE_BAD,    /* something in it is wrong: halves, until it is alone */
	PLACE_LARGE,  /* halves */
	PLACE_PLAIN,  /* not compressed, then */
	PLACE_LATER,  /* the same bytes under the same key */
	PLACE_HOLD,   /* likewise, but asking again will hardly help */
};

struct place_answer {
	enum place_verdict verdict;
	struct upload_fates *fates;
	bool sign_in;
	int64_t retry_after_s; /* -1 */
	char why[160];	       /* for people, but after PLACE_TAKEN and PLACE_LISTED */
};

void place_init(struct place *place, enum upload_place which, const struct upload_options *options);
void place_fini(struct place *place);

/* Send it and wait for the answer. The ids are those of its items. */
void place_send(struct place *place, const struct outbox_batch *batch,
	const char (*event_ids)[ID_BYTES], size_t n, struct place_answer *answer);

#endif
