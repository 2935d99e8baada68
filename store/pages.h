/*
 * Rows found by looking through the bytes of a file's pages, whatever state its
 * trees are in. Only rows that carry a checksum can be believed. Of this room
 * only. Format: sqlite.org/fileformat2.html, sections 1.6 (b-tree pages), 2.1
 * (records) and 4.1 (the log).
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/str.h"

/* One column: text, a number, or (of everything else) neither. */
struct pages_value {
	struct str text; /* p is NULL when it is no text */
	int64_t number;
};
/* A record of an index page (tables WITHOUT ROWID are such). Non-zero stops. */
typedef int pages_fn(void *data, const struct pages_value *values, size_t n);

#define PAGES_COLUMNS_MAX 32

/* Every record in the pages of `path` and of its log. Records that go on in other
 * pages are left out. A file that is not there has none. */
int pages_scan(const char *path, pages_fn *fn, void *data, struct err *err);

/* The records of one page of `size` bytes; from: where its header is (100 in the
 * first page). Any bytes. */
int pages_scan_page(const unsigned char *page, size_t size, size_t from, pages_fn *fn, void *data);

#endif
