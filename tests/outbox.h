/*
 * The outbox of a library, counted as somebody who has lost nothing would: header
 * only, for the programs that kill its writers.
 */
#ifndef TESTS_OUTBOX_H
#define TESTS_OUTBOX_H

#include "core/json.h"
#include "store/usage.h"
#include "tests/home.h"

/* A row is one use; past the outbox's ceiling the oldest are a day's count. */
static inline int outbox_add(void *data, struct str event_id, struct str json)
{
	int64_t *uses = data;
	json_t *row = json_loadb(json.p, json.n, 0, NULL);
	json_t *count = json_object_get(row, "count");

	CHECK(event_id.n > 0 && row != NULL);
	*uses += count == NULL ? 1 : json_integer_value(count);
	json_decref(row);
	return 0;
}

/* Uses there are below PROMPTD_HOME=`home`, after a look at both files. */
static inline int64_t outbox_uses(const char *home)
{
	struct store *store = home_store(home);
	struct err err;
	int64_t uses = 0;

	if (store_check(store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	CHECK(store_usage_list(store, UINT32_MAX, outbox_add, &uses, &err) == 0);
	store_close(store);
	return uses;
}

#endif
