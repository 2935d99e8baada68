/*
 * What every transport of lines does with what it read: message by message into
 * the session, until there is nothing whole left or enough to be sent.
 */
#ifndef MCP_LINES_H
#define MCP_LINES_H

#include "mcp/framing.h"
#include "mcp/mcp.h"

/* Answers are handed out when they grow to this, before more is handled. */
#define LINES_FLUSH_BYTES (256UL * 1024)

/*
 * ended: no more input will come, so a last line without its end counts. Returns
 * true when it stopped because of LINES_FLUSH_BYTES: settle, send, call again.
 */
bool lines_handle(struct framing *framing, struct mcp_session *session, bool ended);

#endif
