/*
 * Comma-separated values, RFC 4180: records of fields, quotes around those that
 * hold commas, quotes (doubled) or newlines. Any thread.
 */
#ifndef LIBRARY_CSV_H
#define LIBRARY_CSV_H

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define CSV_FIELDS_MAX 128

struct csv {
	struct str rest;
	unsigned line;	 /* on which the next record begins */
	struct buf text; /* of the fields of this record */
	size_t ends[CSV_FIELDS_MAX];
	size_t n;	      /* fields of this record */
	unsigned record_line; /* on which it began */
};

void csv_init(struct csv *csv, struct str text);
void csv_fini(struct csv *csv);

enum csv_outcome { CSV_RECORD = 0, CSV_END = 1, CSV_BAD = 2 };
/* The next record that is not an empty line. CSV_BAD: err says why, at
 * record_line; reading goes on behind it. Memory out: negative. */
int csv_next(struct csv *csv, struct err *err);
/* Field i; empty when there are not so many. Borrowed until the next record. */
struct str csv_field(const struct csv *csv, size_t i);

/* Append a field, in quotes where needed. */
void csv_add(struct buf *out, struct str field);

#endif
