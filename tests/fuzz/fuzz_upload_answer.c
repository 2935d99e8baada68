/*
 * Any bytes as what a place says to a batch: only ids that were sent are taken or refused,
 * each at most once and never both, and an answer that names none is none. Any bytes as a
 * batch's body: its items are pieces of it, and joined they are it again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "sync/item.h"
#include "sync/upload_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* The corpus names these. */
static const char ids[][ID_BYTES] = {"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d50",
	"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d51", "01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d52"};
#define IDS (sizeof ids / sizeof *ids)

static bool is_code(const char *code)
{
	size_t n = strlen(code), i;

	for (i = 0; i < n; i++)
		if (code[i] < '!' || code[i] > '~')
			return false;
	return n > 0 && n <= OUTBOX_CODE_MAX;
}

static void check_hub(struct str text)
{
	static struct upload_fates fates;
	size_t i, taken = 0, refused = 0;
	struct err err;
	int rc = upload_answer_hub(text, ids, IDS, &fates, &err);

	for (i = 0; i < OUTBOX_ROWS_MAX; i++) {
		MUST(i < IDS || fates.fate[i] == FATE_UNSAID);
		taken += fates.fate[i] == FATE_TAKEN;
		refused += fates.fate[i] == FATE_REFUSED;
		MUST(fates.fate[i] != FATE_REFUSED || is_code(fates.code[i]));
		/* What is named stands in there. */
		MUST(fates.fate[i] == FATE_UNSAID || text.n > ID_BYTES);
	}
	MUST(rc == 0 ? taken + refused > 0 : taken + refused == 0 && err.code == ERR_INVALID);
	MUST(taken == fates.n_taken && refused == fates.n_refused);
}

static void check_otlp(struct str text)
{
	int64_t rejected = -1;
	struct err err;

	MUST(upload_answer_otlp(text, &rejected, &err) == 0 || err.code == ERR_INVALID);
	MUST(rejected >= 0);
}

static void check_body(unsigned sink, struct str body)
{
	struct buf out = BUF_INIT(2 * body.n + 64);
	static struct str items[OUTBOX_ROWS_MAX];
	struct str head;
	char id[ID_BYTES];
	struct err err;
	size_t i, n = 0;

	if (item_split(sink, body, &head, items, &n, &err) != 0)
		return;
	for (i = 0; i < n; i++) {
		MUST(items[i].p >= body.p && items[i].p + items[i].n <= body.p + body.n);
		MUST(!item_event_id(items[i], id) || strlen(id) < ID_BYTES);
	}
	/* Whatever is taken apart and joined comes apart the same way again. */
	MUST(item_join(sink, head, NULL, items, n, &out, &err) == 0 || n == 0 || head.n == 0);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of exactly this size, so that one byte too far is seen. */
	char *copy = malloc(size > 0 ? size : 1);
	struct str text = {copy, size};

	json_door_init();
	MUST(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	check_hub(text);
	check_otlp(text);
	check_body(OUTBOX_HUB, text);
	check_body(OUTBOX_OTLP, text);
	free(copy);
	return 0;
}
