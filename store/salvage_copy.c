/*
 * Rows around pages that cannot be read; see salvage.h.
 *
 * A place is where a key is among others, as a number: the rowid itself, or the
 * eight bytes of a text that follow what the keys around the damage have in
 * common. Ranges are half open. Each is read forwards until that fails and then
 * backwards; what is left between is halved.
 */
#include <stdio.h>
#include <string.h>

#include "store/salvage.h"

#define PLACE_BYTES 8
#define COPY_KEY_MAX 256 /* of a key, as many as are looked at */
#define COPY_FAR 40	 /* how far rows are looked for when no end is known: 2^40 */
#define COPY_NEAR 65536	 /* and how far when none was found */

enum way { FORWARDS, BACKWARDS, WAYS };

struct key {
	bool known;
	int64_t number;
	char text[COPY_KEY_MAX];
	size_t n;
};

struct copy {
	struct db *old, *fresh;
	const struct salvage_table *table;
	sqlite3_stmt *read[WAYS], *insert, *also;
	struct salvaged *salvaged;
	struct err *err;
	char common[COPY_KEY_MAX]; /* of all keys around the damage */
	size_t n_common;
};

/* --- Places ------------------------------------------------------------------- */

static void key_of_row(const struct copy *copy, sqlite3_stmt *row, struct key *key)
{
	struct str text;

	key->known = true;
	if (!copy->table->text) {
		key->number = sqlite3_column_int64(row, 0);
		return;
	}
	text = str_prefix(db_column_str(row, 0), sizeof key->text);
	key->n = text.n;
	if (text.n > 0)
		memcpy(key->text, text.p, text.n);
}

static int key_compare(const struct copy *copy, const struct key *a, const struct key *b)
{
	int order;

	if (!copy->table->text)
		return (a->number > b->number) - (a->number < b->number);
	order = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);
	return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

static uint64_t key_place(const struct copy *copy, const struct key *key)
{
	uint64_t place = 0;
	size_t i;

	if (!copy->table->text)
		return key->number > 0 ? (uint64_t)key->number : 0;
	for (i = 0; i < PLACE_BYTES; i++) {
		size_t at = copy->n_common + i;

		place = place << 8 | (at < key->n ? (unsigned char)key->text[at] : 0);
	}
	return place;
}

static void key_of_place(const struct copy *copy, uint64_t place, struct key *key)
{
	int i;

	key->known = true;
	key->number = place < INT64_MAX ? (int64_t)place : INT64_MAX;
	memcpy(key->text, copy->common, copy->n_common);
	key->n = copy->n_common;
	for (i = PLACE_BYTES - 1; i >= 0 && key->n < sizeof key->text; i--)
		key->text[key->n++] = (char)(place >> (8 * i));
}

/* --- Reading ------------------------------------------------------------------ */

/* Keys that are not known are the ends of the table. A blob is after all texts. */
static void copy_bind(const struct copy *copy, sqlite3_stmt *read, int at, const struct key *key)
{
	if (copy->table->text && key->known)
		(void)sqlite3_bind_text(read, at, key->text, (int)key->n, SQLITE_STATIC);
	else if (copy->table->text && at == 1)
		(void)sqlite3_bind_text(read, at, "", 0, SQLITE_STATIC);
	else if (copy->table->text)
		(void)sqlite3_bind_zeroblob(read, at, 0);
	else if (key->known)
		(void)sqlite3_bind_int64(read, at, key->number);
	else
		(void)sqlite3_bind_int64(read, at, at == 1 ? INT64_MIN : INT64_MAX);
}

static int copy_insert(const struct copy *copy, sqlite3_stmt *insert, sqlite3_stmt *row)
{
	int i;

	for (i = 0; i < sqlite3_bind_parameter_count(insert); i++) {
		int rc = sqlite3_bind_value(insert, i + 1, sqlite3_column_value(row, i));

		if (rc != SQLITE_OK)
			return db_fail(copy->fresh, rc, "cannot carry rows over", copy->err);
	}
	return db_run(copy->fresh, insert, "cannot carry rows over", copy->err);
}

/* 1: the row cannot be where it was found. Only rows that are kept say how far
 * the reading came. */
static int copy_row(const struct copy *copy, enum way way, sqlite3_stmt *row, struct key *last)
{
	struct key key;

	if (copy->table->keep != NULL && !copy->table->keep(row)) {
		copy->salvaged->lost++;
		return 0;
	}
	key_of_row(copy, row, &key);
	if (last->known && key_compare(copy, &key, last) * (way == FORWARDS ? 1 : -1) < 0)
		return 1;
	*last = key;
	if (copy_insert(copy, copy->insert, row) != 0)
		return -1;
	copy->salvaged->kept += sqlite3_changes(copy->fresh->sqlite);
	return copy->also != NULL ? copy_insert(copy, copy->also, row) : 0;
}

/* Read from one end as far as it goes. 0 all of it, 1 not; last: the last row that
 * was kept, if any. */
static int copy_read(const struct copy *copy, enum way way, const struct key *from,
	const struct key *to, struct key *last)
{
	sqlite3_stmt *read = copy->read[way];
	int rc, result = 0;

	last->known = false;
	copy_bind(copy, read, 1, from);
	copy_bind(copy, read, 2, to);
	while ((rc = sqlite3_step(read)) == SQLITE_ROW &&
		(result = copy_row(copy, way, read, last)) == 0)
		continue;
	(void)sqlite3_reset(read); /* repeats rc */
	if (rc == SQLITE_NOMEM)
		return db_fail(copy->fresh, rc, "cannot carry rows over", copy->err);
	return rc == SQLITE_ROW ? result : rc != SQLITE_DONE;
}

/* --- Ranges ------------------------------------------------------------------- */

/* The range between two places by at most `reads` readings; each half may have
 * half of them, and the second what the first left. Returns how many were made. */
static int copy_range(
	const struct copy *copy, uint64_t from, uint64_t to, int64_t reads, int64_t *made)
{
	const uint64_t one = copy->table->text ? 0 : 1; /* texts may go on past a place */
	struct key low, high, last;
	int64_t first = 0, second = 0;
	int result;

	if (from >= to || reads < 2)
		return 0;
	*made += 2;
	key_of_place(copy, from, &low);
	key_of_place(copy, to, &high);
	result = copy_read(copy, FORWARDS, &low, &high, &last);
	if (result != 1)
		return result;
	if (last.known)
		from = key_place(copy, &last) + one;
	key_of_place(copy, from, &low);
	result = copy_read(copy, BACKWARDS, &low, &high, &last);
	if (result != 1)
		return result;
	if (last.known)
		to = key_place(copy, &last) + 1 - one;
	if (to <= from + 1)
		return 0;
	reads -= 2;
	result = copy_range(copy, from, from + (to - from) / 2, reads / 2, &first);
	if (result == 0)
		result = copy_range(copy, from + (to - from) / 2, to, reads - first, &second);
	*made += first + second;
	return result;
}

/* The last page cannot be read: where do rows end that can be? Far ends are tried
 * first. 1 and `after`: somewhere there are rows, which have been kept. */
static int copy_far_number(
	const struct copy *copy, uint64_t from, struct key *after, uint64_t *beyond)
{
	struct key low, high;
	int i, result = 1;

	key_of_place(copy, from, &low);
	for (i = COPY_FAR; i >= 0 && result == 1; i--) {
		key_of_place(copy, from + (UINT64_C(1) << i), &high);
		result = copy_read(copy, BACKWARDS, &low, &high, after);
		if (after->known)
			*beyond = from + (UINT64_C(1) << (i + 1));
		if (after->known && result >= 0)
			return 1;
	}
	return result;
}

static int copy_far_text(const struct copy *copy, const struct key *before, struct key *after)
{
	struct key high = *before;
	int result = 1;

	high.known = true;
	for (high.n = 1; high.n <= before->n && result == 1; high.n++) {
		high.text[high.n - 1] = '\x7F';
		result = copy_read(copy, BACKWARDS, before, &high, after);
		if (after->known && result >= 0)
			return 1;
		high.text[high.n - 1] = before->text[high.n - 1];
	}
	return result;
}

static int copy_numbers(struct copy *copy, const struct key *before, struct key *after)
{
	uint64_t from = before->known ? key_place(copy, before) + 1 : 1, beyond = 0;
	int64_t made = 0;

	if (!after->known && copy_far_number(copy, from, after, &beyond) < 0)
		return -1;
	if (!after->known)
		return copy_range(copy, from, from + COPY_NEAR, SALVAGE_READS, &made);
	if (copy_range(copy, from, key_place(copy, after), SALVAGE_READS / 2, &made) != 0)
		return -1;
	return copy_range(copy, key_place(copy, after) + 1, beyond, SALVAGE_READS / 2, &made);
}

static int copy_texts(struct copy *copy, const struct key *before, struct key *after)
{
	uint64_t to = (uint64_t)0x7F << 56;
	int64_t made = 0;

	if (before->known && !after->known && copy_far_text(copy, before, after) < 0)
		return -1;
	if (before->known && after->known) {
		while (copy->n_common < before->n && copy->n_common < after->n &&
			before->text[copy->n_common] == after->text[copy->n_common])
			copy->n_common++;
		memcpy(copy->common, before->text, copy->n_common);
	}
	if (after->known)
		to = key_place(copy, after) + 1;
	return copy_range(
		copy, before->known ? key_place(copy, before) : 0, to, SALVAGE_READS, &made);
}

/* --- All of it ---------------------------------------------------------------- */

static int copy_all(struct copy *copy)
{
	const struct key end = {.known = false};
	struct key before, after;
	int result = copy_read(copy, FORWARDS, &end, &end, &before);

	if (result != 1)
		return result;
	copy->salvaged->lost++;
	if (copy_read(copy, BACKWARDS, before.known ? &before : &end, &end, &after) < 0)
		return -1;
	return (copy->table->text ? copy_texts : copy_numbers)(copy, &before, &after);
}

/* Negative: not even the table's definition can be read. */
static int copy_prepare(struct copy *copy)
{
	const struct salvage_table *table = copy->table;
	char sql[1024];
	int way;

	for (way = FORWARDS; way < WAYS; way++) {
		(void)snprintf(sql, sizeof sql, "%s WHERE %s >= ?1 AND %s < ?2 ORDER BY %s%s",
			table->select, table->key, table->key, table->key,
			way == FORWARDS ? "" : " DESC");
		if (sqlite3_prepare_v2(copy->old->sqlite, sql, -1, &copy->read[way], NULL) !=
			SQLITE_OK)
			return -1;
	}
	return 0;
}

int salvage_copy(struct db *old, struct db *fresh, const struct salvage_table *table,
	struct salvaged *salvaged, struct err *err)
{
	struct copy copy = {
		.old = old, .fresh = fresh, .table = table, .salvaged = salvaged, .err = err};
	int result = 0, rc;

	rc = sqlite3_prepare_v2(fresh->sqlite, table->insert, -1, &copy.insert, NULL);
	if (rc == SQLITE_OK && table->also != NULL)
		rc = sqlite3_prepare_v2(fresh->sqlite, table->also, -1, &copy.also, NULL);
	if (rc != SQLITE_OK)
		result = db_fail(fresh, rc, "cannot carry rows over", err);
	else if (old->sqlite == NULL || copy_prepare(&copy) != 0)
		salvaged->lost++;
	else
		result = copy_all(&copy);
	(void)sqlite3_finalize(copy.read[FORWARDS]);
	(void)sqlite3_finalize(copy.read[BACKWARDS]);
	(void)sqlite3_finalize(copy.insert);
	(void)sqlite3_finalize(copy.also);
	return result;
}
