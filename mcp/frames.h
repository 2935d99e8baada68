/*
 * Websocket frames (RFC 6455 5), the strict half that a server on loopback
 * needs: whole text messages in, text out. Pure: no sockets, no clocks.
 *
 * Refused: frames that are not masked, reserved bits and opcodes, binary
 * messages, control frames in pieces or over 125 bytes, lengths not in their
 * shortest form, text that is not UTF-8, messages over the limit. Our own rather
 * than libwebsockets' because 4.1 takes unmasked frames and long lengths.
 */
#ifndef MCP_FRAMES_H
#define MCP_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/str.h"

enum frames_code { /* RFC 6455 7.4.1 */
	FRAMES_NORMAL = 1000,
	FRAMES_GOING_AWAY = 1001,
	FRAMES_PROTOCOL_ERROR = 1002,
	FRAMES_UNSUPPORTED = 1003,
	FRAMES_NO_CODE = 1005, /* never sent */
	FRAMES_NOT_UTF8 = 1007,
	FRAMES_POLICY = 1008,
	FRAMES_TOO_BIG = 1009,
};

enum frames_event {
	FRAMES_MORE, /* all bytes were taken; more are needed */
	FRAMES_TEXT, /* a whole message */
	FRAMES_PING, /* to be answered with a pong of the same payload */
	FRAMES_PONG,
	FRAMES_CLOSE, /* the peer ends it; code as it said (or FRAMES_NO_CODE) */
	FRAMES_FAULT, /* not to be borne: close with `code`; take no more */
};

struct frames {
	struct buf message; /* of the message under way */
	unsigned char head[14];
	size_t head_len; /* bytes of head collected */
	unsigned char control[125];
	uint64_t left, len; /* of the frame's payload: still to come; all */
	unsigned opcode;
	bool final, in_payload;
	bool fragmented; /* a text message has begun and not ended */
	unsigned code;	 /* of FRAMES_CLOSE and FRAMES_FAULT */
};

void frames_init(struct frames *frames, size_t limit_bytes);
void frames_fini(struct frames *frames);

/*
 * Take bytes until something is whole; *bytes moves on. payload (of text, ping,
 * pong) is borrowed until the next call.
 */
enum frames_event frames_next(struct frames *frames, struct str *bytes, struct str *payload);

/* Append a frame from us: never masked, never in pieces. */
enum frames_opcode {
	FRAMES_OP_TEXT = 1,
	FRAMES_OP_CLOSE = 8,
	FRAMES_OP_PING = 9,
	FRAMES_OP_PONG = 10
};
int frames_write(struct buf *out, enum frames_opcode opcode, struct str payload);
int frames_write_close(struct buf *out, unsigned code);

#endif
