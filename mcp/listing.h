/*
 * Inside mcp/: lists over the library. A page holds at least 100 and at least a
 * sixtieth of all (clients give up after 64 pages), in order of path; its cursor
 * is the last path. Pages are kept as bytes until the library changes.
 */
#ifndef MCP_LISTING_H
#define MCP_LISTING_H

#include "mcp/method.h"
#include "store/prompts.h"

#define LISTING_MAX (12UL * 1024 * 1024) /* bytes of a page */

struct listing {
	struct mcp_request *request;
	struct buf members; /* the result so far */
	struct buf after;   /* path of the cursor */
	struct str cursor;
	struct buf last; /* path of the last row */
	uint64_t data_version;
	unsigned limit, n;
	bool more;
};

/* Append one element. */
typedef void listing_row(
	const struct mcp_request *request, const struct store_row *row, struct buf *out);

/* The whole answer to a list method: elements under `member`. */
void listing_reply(struct mcp_request *request, const char *member, listing_row *row);

/* The same in steps, for lists that are not one row each. Begin is false when the
 * request has its answer already; end answers, err (or NULL) tells a failure. */
bool listing_begin(struct listing *listing, struct mcp_request *request);
int listing_rows(struct listing *listing, store_row_fn *fn, void *data, struct err *err);
void listing_end(struct listing *listing, const struct err *err);

/* A last member that says whose word a row is, where it is not the user's own: for
 * revisions whose prompts and resources have _meta (2025-06-18). */
void listing_provenance(struct buf *out, const struct store_row *row);

#endif
