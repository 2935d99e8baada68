/*
 * What a place says to a batch. Bytes in, fates out; nothing it says is believed beyond
 * the ids that were sent. Any thread.
 */
#ifndef SYNC_UPLOAD_ANSWER_H
#define SYNC_UPLOAD_ANSWER_H

#include "core/err.h"
#include "core/id.h"
#include "core/str.h"
#include "store/outbox.h"

#define UPLOAD_ANSWER_MAX ((size_t)256 * 1024)

enum upload_fate { FATE_UNSAID, FATE_TAKEN, FATE_REFUSED };

struct upload_fates {
	enum upload_fate fate[OUTBOX_ROWS_MAX];
	char code[OUTBOX_ROWS_MAX][OUTBOX_CODE_MAX + 1]; /* of those refused */
	size_t n_taken, n_refused;
};

/*
 * The hub's answer (sync.md) to these n ids. ERR_INVALID: it is no such answer, or names
 * none of them: then nothing was said. Who is both taken and refused was taken.
 */
int upload_answer_hub(struct str text, const char (*event_ids)[ID_BYTES], size_t n,
	struct upload_fates *fates, struct err *err);

/* OTLP's ExportTraceServiceResponse. It names no span: all are taken, and *rejected says
 * how many it did not want. ERR_INVALID: it is none. */
int upload_answer_otlp(struct str text, int64_t *rejected, struct err *err);

#endif
