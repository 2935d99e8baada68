/*
 * Two who change the same thing at once: an answer carries an ETag, a change says by
 * If-Match which state it is of. The ETag of a prompt is its revision, that of other
 * objects a hash of what is shown of them.
 */
#ifndef HUB_ETAG_H
#define HUB_ETAG_H

#include "hub/request.h"

#define ETAG_BYTES 40

/* The object as the answer, with its ETag; 304 without it when a GET has it already
 * (If-None-Match). Takes the reference. Returns 0. */
int etag_answer(struct request *request, unsigned status, json_t *object);
/* The same with an ETag that is known. */
int etag_answer_as(struct request *request, unsigned status, json_t *object, const char *etag);

/* Is it still what who asks has seen? 0, or REQUEST_UNDO with 412, or 428 when nothing was
 * said and it must be. */
enum etag_wish { ETAG_MAY, ETAG_MUST };
int etag_match(struct request *request, const json_t *object, enum etag_wish wish);
int etag_match_as(struct request *request, const char *etag, enum etag_wish wish);

#endif
