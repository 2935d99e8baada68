/*
 * Inside mcp/: a prompt on its way to a client, whichever way it was asked for
 * (tool, prompt, resource, skill): found, its inputs filled in and asked for,
 * rendered, recorded.
 */
#ifndef MCP_DELIVERY_H
#define MCP_DELIVERY_H

#include "core/render.h"
#include "mcp/method.h"
#include "mcp/prompt_cache.h"
#include "store/prompts.h"

/* A rendered prompt is at most TEMPLATE_OUTPUT_MAX, with headings for its
 * messages; as JSON every byte may take six. */
#define DELIVERY_TEXT_MAX (TEMPLATE_OUTPUT_MAX + 64UL * 1024)
#define DELIVERY_JSON_MAX (6 * DELIVERY_TEXT_MAX)

struct delivery {
	struct mcp_request *request;
	const char *surface; /* word of the usage row */
	int64_t started_us;
	struct store_want want;
	const struct prompt *prompt; /* borrowed from cached */
	struct cached_prompt *cached;
	json_t *args;  /* what the client gave and what the person answered */
	bool answered; /* the person did */
	struct render render;
};

void delivery_init(struct delivery *delivery, struct mcp_request *request, const char *surface);
void delivery_fini(struct delivery *delivery);

/* delivery->prompt by name and delivery->want, as store_prompt_get(). */
int delivery_find(struct delivery *delivery, struct str name, struct err *err);
/* The same, but only by its whole path: not by the last part, an alias, an id. */
int delivery_find_path(struct delivery *delivery, struct str path, struct err *err);
/* The same for a tool; when there is no such prompt the answer is given, with the
 * names that come near, and this is false. */
bool delivery_find_or_tell(struct delivery *delivery, struct str name);

enum delivery_outcome {
	DELIVERY_DONE = 0, /* delivery->render has all messages */
	DELIVERY_ASKED,	   /* the person is asked: this request has its answer */
	DELIVERY_MISSING,  /* render.missing has names, and nobody can be asked */
	DELIVERY_DECLINED, /* the same; the person will not say */
	DELIVERY_CANCELLED,
};
/* given: the request's arguments or NULL. Negative: a value is wrong (ERR_INVALID)
 * or the prompt cannot be rendered. */
int delivery_fill(struct delivery *delivery, const json_t *given, struct err *err);
/* Render with what there is; required inputs without a value stay visible. */
int delivery_fill_holes(struct delivery *delivery, struct err *err);

/* Append all messages as one text: one alone as it is, several under headings,
 * the system text first. */
void delivery_text(const struct delivery *delivery, struct buf *out);
/* The names in render.missing, with commas. */
void delivery_missing(const struct delivery *delivery, struct buf *out);

/* One usage row, and short values remembered. Before the answer is written;
 * what cannot be recorded is delivered all the same. */
void delivery_record(struct delivery *delivery);

#endif
