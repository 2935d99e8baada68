/*
 * Pages for people, made of the files of hub/static: their {{names}} are replaced by
 * texts, escaped, or by pieces that are made the same way. No page runs a script.
 */
#ifndef HUB_PAGE_H
#define HUB_PAGE_H

#include "hub/request.h"

struct page_value {
	const char *name, *text;
	bool piece; /* HTML of page_piece(): goes in as it is */
};
#define PAGE_VALUES(...)                          \
	(const struct page_value[]){__VA_ARGS__}, \
		sizeof((struct page_value[]){__VA_ARGS__}) / sizeof(struct page_value)

/* Append a file of hub/static with its names replaced. A name without a value is
 * nothing. */
void page_piece(const char *file, const struct page_value *values, size_t n, struct buf *out);

/* The answer: a whole page around `main` (HTML of page_piece). `who` as well, or "". */
int page_answer(struct request *request, unsigned status, const char *title, const char *problem,
	const char *who, const char *main);
/* 303: go there by GET. */
int page_go(struct request *request, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A file as it is, by its name; DB_NONE: there is none that browsers may ask for. */
int page_static(struct request *request, struct str name);

#endif
