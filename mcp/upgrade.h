/*
 * May this stranger speak to us? The HTTP request that asks for a websocket,
 * checked before anything is answered. Pure: bytes in, a verdict out.
 *
 * A web page in the user's browser can open a connection to loopback, so being
 * local proves nothing; neither does a missing Origin. Wanted: GET, HTTP/1.1,
 * version 13, a key of 16 bytes, a Host that is this port of loopback by name or
 * number, no Origin but an allowed one, subprotocol `mcp`, and the token (or a
 * proof of it). Anything else, anything twice, anything folded or oddly spelt is
 * refused with 403 and no reason. RFC 6455 4.2.1, RFC 9112.
 */
#ifndef MCP_UPGRADE_H
#define MCP_UPGRADE_H

#include <stdbool.h>

#include "core/sha256.h"
#include "core/str.h"

#define UPGRADE_HEADER_MAX 4096
#define UPGRADE_TOKEN_HEX 64 /* 256 bits */
#define UPGRADE_NONCE_HEX 32

struct upgrade_rules {
	unsigned port;
	const char *token;	    /* UPGRADE_TOKEN_HEX digits */
	const char *const *origins; /* allowed, NULL ends; NULL: none */
};

enum upgrade_outcome {
	UPGRADE_MORE,	/* the header is not whole yet */
	UPGRADE_ACCEPT, /* answer 101 */
	UPGRADE_REFUSE, /* answer 403, close */
};

struct upgrade {
	size_t header_len;	      /* bytes up to behind the empty line */
	struct str key;		      /* Sec-WebSocket-Key, inside the bytes */
	char proof[SHA256_HEX_BYTES]; /* ours for the client that gave a nonce; or "" */
	const char *reason;	      /* of a refusal, for the log; a constant */
};

enum upgrade_outcome upgrade_check(
	struct str bytes, const struct upgrade_rules *rules, struct upgrade *upgrade);

/*
 * Mutual proof: a client need not send the token where a squatter may listen. It
 * gives `proof.<nonce>.<mac>` instead, nonce 32 hex digits of its own, mac the
 * HMAC-SHA-256 keyed with the token's text over "promptd-client <port> <nonce>";
 * we answer in the header Promptd-Proof with the one over "promptd-server <port>
 * <nonce>".
 */
void upgrade_proof(const char *token, const char *who, unsigned port, struct str nonce,
	char out[SHA256_HEX_BYTES]);

#endif
