/*
 * Inside mcp/: what a method's handler gets and how it answers. One handler, one
 * answer: every path through it ends in exactly one mcp_reply*, mcp_fail* or
 * mcp_ask_send that returned MCP_ASK_SENT.
 */
#ifndef MCP_METHOD_H
#define MCP_METHOD_H

#include "mcp/mcp.h"
#include "mcp/rpc.h"
#include "store/usage.h"

/* Who asks, as far as they told us; never a reason to allow anything. */
struct mcp_client {
	const char *name, *version; /* or NULL */
	json_t *capabilities;	    /* object or NULL */
};

struct mcp_request {
	struct mcp_server *server;
	struct mcp_session *session;
	enum mcp_revision revision;
	struct str id;
	const char *method;
	json_t *params;	    /* an object; NULL when none were given */
	const json_t *meta; /* params._meta or NULL */
	const struct mcp_client *client;

	/* Second and later tries, after mcp_ask: the client's answers by key (each
	 * the result object of the asked method, e.g. {"action","content"}), and
	 * the state the handler left. NULL the first time. */
	const json_t *answers;
	const json_t *state;

	/* Of the reply; handlers leave these alone. */
	json_t *asks; /* key → {"method","params"} */
	bool replied;
};

typedef void mcp_handler(struct mcp_request *request);

struct mcp_method {
	const char *name; /* NULL ends a table */
	mcp_handler *handler;
	enum mcp_revision first, last; /* revisions that have it */
};
extern const struct mcp_method mcp_methods[]; /* promptd's own, in methods.c */

/* ── answering ─────────────────────────────────────────────────────────── */

/* Answer with a result object (taken over). A modern client's result gets its
 * resultType and _meta serverInfo here. */
void mcp_reply(struct mcp_request *request, json_t *result);
/* The same for a result a client may keep: ttlMs and cacheScope for modern ones. */
void mcp_reply_cacheable(struct mcp_request *request, json_t *result, bool shared);
/* Answer with prepared bytes of a whole result object (see cache.h). */
void mcp_reply_bytes(struct mcp_request *request, struct str result);
/* Answer with a result whose members are JSON text: "a":1,"b":[] (never empty).
 * What a modern client's result must carry is added. A failed buffer: -32603. */
enum mcp_scope { MCP_NOT_CACHEABLE, MCP_PRIVATE, MCP_PUBLIC }; /* cacheScope */
void mcp_reply_members(
	struct mcp_request *request, const struct buf *members, enum mcp_scope scope);
/* The same, and kept here: until the library leaves data_version (0: for good),
 * mcp_reply_again() answers with it. */
void mcp_reply_kept(struct mcp_request *request, const struct buf *members, enum mcp_scope scope,
	struct str cursor, uint64_t data_version);
/* False when nothing was kept: then nothing was answered. */
bool mcp_reply_again(struct mcp_request *request, struct str cursor, uint64_t data_version);

/* Answer with an error. data (may be NULL) is taken over. */
void mcp_fail(struct mcp_request *request, int code, json_t *data, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A fault of ours or of the store: -32603 (or -32602 for ERR_INVALID,
 * ERR_NOT_FOUND and ERR_LIMIT), the text without paths. */
void mcp_fail_err(struct mcp_request *request, const struct err *err);
/* -32021: the client lacks what this needs, e.g. "elicitation". */
void mcp_fail_capability(struct mcp_request *request, const char *capability);

/* A notification that belongs to this request (progress, a log line); params
 * are taken over. */
void mcp_notify(struct mcp_request *request, const char *method, json_t *params);

/* ── asking the client ─────────────────────────────────────────────────── */

enum mcp_ask { MCP_ASK_SENT, MCP_ASK_CANNOT };

/* Can this client be asked that now (capability declared, not inside a batch)? */
bool mcp_can_ask(const struct mcp_request *request, const char *method);
/* One question: key is ours, method "elicitation/create" (or, to legacy clients,
 * "sampling/createMessage"); params are taken over. */
void mcp_ask(struct mcp_request *request, const char *key, const char *method, json_t *params);
/*
 * Send what was asked: input_required with a sealed requestState to a modern
 * client, requests of ours to a legacy one. The handler is called again, with
 * `answers` and `state` (taken over, may be NULL), when they came. CANNOT:
 * nothing was sent, answer in another way.
 */
enum mcp_ask mcp_ask_send(struct mcp_request *request, json_t *state);

/* ── what handlers share ───────────────────────────────────────────────── */

struct store *mcp_store(const struct mcp_request *request);
/* Parameters by name; NULL or empty when absent or of another type. */
struct str mcp_param(const struct mcp_request *request, const char *name);

/* Start a usage row for this request: client, era, trace ids filled in. */
void mcp_usage_init(const struct mcp_request *request, struct usage_event *event);

/* {"type":"text","text":…}, and a tool result of one text. New references. */
json_t *mcp_text_block(struct str text);
json_t *mcp_tool_text(struct str text, bool is_error);

/* Opaque cursors: base64url of any text; false when it is not one of ours. */
json_t *mcp_cursor_make(struct str text);
bool mcp_cursor_read(struct str cursor, struct buf *text);

#endif
