/*
 * The MCP server: bytes of one message in, bytes of messages out. No threads,
 * no descriptors; a transport (stdio.h, later the websocket) moves the bytes.
 *
 * A server is what all connections of a process share: the library and what was
 * prepared from it. A session is one connection. Both belong to one thread.
 * Specification: modelcontextprotocol.io, revisions 2024-11-05 to 2026-07-28.
 */
#ifndef MCP_MCP_H
#define MCP_MCP_H

#include <stdbool.h>

#include <jansson.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"
#include "mcp/revision.h"
#include "store/store.h"

#define MCP_MESSAGE_MAX (1024 * 1024) /* bytes of one message, newline not counted */

struct mcp_server;
struct mcp_session;
struct mcp_method;
struct mcp_tool;

struct mcp_server_options {
	struct store *store;   /* borrowed; must outlive the server */
	const char *directory; /* where the client works (for relevance), or NULL */
	bool remember_values;  /* keep argument values for completion */
	/* The rest is for programs that share the protocol core with other
	 * contents; NULL: promptd's own. Borrowed, constant. */
	const char *name;
	const struct mcp_method *methods;
	const struct mcp_tool *const *tools;
	json_t *(*capabilities)(enum mcp_revision revision);
	/* Stands for a resource's content: 0 when there is no such resource. */
	uint64_t (*resource_stamp)(struct mcp_server *server, struct str uri);
	void *data;
};

int mcp_server_new(
	struct mcp_server **out, const struct mcp_server_options *options, struct err *err);
void mcp_server_free(struct mcp_server *server);

/* Which way the messages come: a word of the usage rows' surface. */
struct mcp_session *mcp_session_new(struct mcp_server *server, const char *transport);
void mcp_session_free(struct mcp_session *session);

/*
 * One message from the client, without its newline; at most MCP_MESSAGE_MAX.
 * What there is to answer is appended to mcp_session_out(), a line a message.
 * Usage rows wait for mcp_session_settle(): nothing may be written out before.
 */
void mcp_session_receive(struct mcp_session *session, struct str message);
/* A message was too long; prefix is its beginning. */
void mcp_session_too_long(struct mcp_session *session, struct str prefix);
/* Make the usage rows durable. Call after receiving and before writing out;
 * one call for many messages costs one disk flush. Negative: rows were lost
 * (disk full, a ledger of a newer program), err says why; the answers may go
 * out all the same. */
int mcp_session_settle(struct mcp_session *session, struct err *err);

/* What is to be sent; the transport consumes it, and drains it (buf_drain) to this
 * much when all is gone: one large answer must not stay for the life of a client. */
#define MCP_KEEP_BYTES (1024UL * 1024) /* lines.h flushes well before */
struct buf *mcp_session_out(struct mcp_session *session);

/* The library may have changed: appends the notifications that are due. */
void mcp_session_library_changed(struct mcp_session *session);
/* Does this client want to hear of changes? If not, nothing need be watched. */
bool mcp_session_wants_changes(const struct mcp_session *session);
/* The connection ends: completes what is still open (subscriptions). */
void mcp_session_close(struct mcp_session *session);

/* For status: who is connected, by its own word and its last request, and the
 * revision of that. Borrowed, may be empty. */
struct str mcp_session_client(const struct mcp_session *session);
struct str mcp_session_era(const struct mcp_session *session);

#endif
