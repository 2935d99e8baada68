/*
 * JSON-RPC 2.0 below MCP: one message read and classed, messages written. Knows
 * no method. Ids are carried as the bytes the client wrote, so that they come
 * back exactly, also beyond what a number type keeps.
 */
#ifndef MCP_RPC_H
#define MCP_RPC_H

#include <jansson.h>

#include "core/buf.h"
#include "core/str.h"

#define RPC_PARSE_ERROR (-32700)
#define RPC_INVALID_REQUEST (-32600)
#define RPC_METHOD_NOT_FOUND (-32601)
#define RPC_INVALID_PARAMS (-32602)
#define RPC_INTERNAL_ERROR (-32603)
/* MCP's own. */
#define RPC_MISSING_CAPABILITY (-32021)
#define RPC_UNSUPPORTED_VERSION (-32022)
#define RPC_RESOURCE_NOT_FOUND (-32002) /* legacy revisions only */

#define RPC_ID_MAX 1024

enum rpc_kind {
	RPC_REQUEST,
	RPC_NOTIFICATION,
	RPC_RESPONSE, /* somebody answers a request of ours */
	RPC_ARRAY,    /* a batch: its elements are messages */
	RPC_INVALID,  /* to be answered with `code` and `reason` */
};

struct rpc_message {
	enum rpc_kind kind;
	struct str id; /* as written, inside the text that was read; n = 0: none */
	const char *method;
	json_t *params; /* borrowed from root; NULL when there are none (or an empty object) */
	json_t *root;	/* the whole message, owned; NULL when it was plain enough without */
	char plain_method[64]; /* what `method` is then */
	int code;
	char reason[160];
};

/* Read one message. The text must stay until rpc_message_fini(). */
void rpc_message_read(struct rpc_message *message, struct str text);
void rpc_message_fini(struct rpc_message *message);

/* The elements of an array known to be JSON, one after the other. rest begins
 * behind the opening bracket. */
bool rpc_next_element(struct str *rest, struct str *element);

/* A whole message and its newline, appended. `result`, `params` and `data` are
 * JSON text; an empty id is left out (clients reject "id":null). */
void rpc_write_result(struct buf *out, struct str id, struct str result);
void rpc_write_error(
	struct buf *out, struct str id, int code, const char *reason, const json_t *data);
void rpc_write_notification(struct buf *out, const char *method, const json_t *params);
void rpc_write_request(struct buf *out, const char *id, const char *method, const json_t *params);

/* At most 64 bytes of foreign text, made fit to be repeated in an error. */
#define RPC_QUOTE_BYTES 256
const char *rpc_quote(struct str text, char out[RPC_QUOTE_BYTES]);

#endif
