/* Websocket frames; see frames.h.
 *
 *   byte 0   FIN RSV1-3 opcode(4)
 *   byte 1   MASK length(7)       126: 16 bits follow, 127: 64 bits follow
 *   then     4 bytes of mask, then the payload, each byte xor mask[i % 4]
 */
#include "mcp/frames.h"

#include <string.h>

#define OP_CONTINUATION 0U
#define OP_TEXT 1U
#define OP_BINARY 2U
#define OP_CLOSE 8U
#define OP_PING 9U
#define OP_PONG 10U

void frames_init(struct frames *frames, size_t limit_bytes)
{
	memset(frames, 0, sizeof *frames);
	buf_init(&frames->message, limit_bytes);
}

void frames_fini(struct frames *frames)
{
	buf_fini(&frames->message);
}

static enum frames_event fault(struct frames *frames, unsigned code)
{
	frames->code = code;
	return FRAMES_FAULT;
}

static bool is_control(const struct frames *frames)
{
	return frames->opcode >= OP_CLOSE;
}

/* What the first two bytes alone forbid. 0: nothing. */
static unsigned check_start(struct frames *frames)
{
	unsigned length = frames->head[1] & 0x7FU;

	frames->final = (frames->head[0] & 0x80) != 0;
	frames->opcode = frames->head[0] & 0x0FU;
	if ((frames->head[0] & 0x70) != 0 || (frames->head[1] & 0x80) == 0)
		return FRAMES_PROTOCOL_ERROR;
	if (is_control(frames))
		return frames->opcode > OP_PONG || !frames->final || length > 125
			       ? FRAMES_PROTOCOL_ERROR
			       : 0;
	if (frames->opcode == OP_BINARY)
		return FRAMES_UNSUPPORTED;
	if (frames->opcode > OP_BINARY || (frames->opcode == OP_CONTINUATION) != frames->fragmented)
		return FRAMES_PROTOCOL_ERROR;
	return 0;
}

/* Bytes of the head, as far as its first two tell. */
static size_t head_size(const struct frames *frames)
{
	unsigned length = frames->head[1] & 0x7FU;

	if (frames->head_len < 2)
		return 2;
	return 6U + (length == 126 ? 2U : length == 127 ? 8U : 0U);
}

/* The head is whole: its length, in the shortest form, within the limit. */
static unsigned read_length(struct frames *frames)
{
	unsigned length = frames->head[1] & 0x7FU;
	size_t i, n = length == 126 ? 2 : length == 127 ? 8 : 0;
	uint64_t value = n == 0 ? length : 0;

	for (i = 0; i < n; i++)
		value = value << 8 | frames->head[2 + i];
	if ((n == 2 && value < 126) || (n == 8 && (value < 65536 || value >> 63 != 0)))
		return FRAMES_PROTOCOL_ERROR;
	if (!is_control(frames) && value > frames->message.limit - frames->message.len)
		return FRAMES_TOO_BIG;
	frames->len = frames->left = value;
	frames->in_payload = true;
	return 0;
}

/* Collect the head. False: more bytes are needed, or *code says what is wrong. */
static bool take_head(struct frames *frames, struct str *bytes, unsigned *code)
{
	*code = 0;
	while (frames->head_len < head_size(frames)) {
		if (bytes->n == 0)
			return false;
		frames->head[frames->head_len++] = (unsigned char)bytes->p[0];
		*bytes = (struct str){bytes->p + 1, bytes->n - 1};
		if (frames->head_len == 2)
			*code = check_start(frames);
		if (*code != 0)
			return false;
	}
	*code = read_length(frames);
	return *code == 0;
}

/* Unmask what is there. False when memory is out. */
static bool take_payload(struct frames *frames, struct str *bytes)
{
	size_t n = bytes->n < frames->left ? bytes->n : (size_t)frames->left, i;
	const unsigned char *mask = frames->head + frames->head_len - 4;
	uint64_t at = frames->len - frames->left;
	char *to = is_control(frames) ? (char *)frames->control + at
				      : buf_reserve(&frames->message, n);

	if (to == NULL)
		return false;
	for (i = 0; i < n; i++)
		to[i] = (char)((unsigned char)bytes->p[i] ^ mask[(at + i) & 3]);
	if (!is_control(frames))
		buf_grow(&frames->message, n);
	frames->left -= n;
	*bytes = (struct str){bytes->p + n, bytes->n - n};
	return true;
}

static bool close_code_is_legal(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

static enum frames_event end_close(struct frames *frames)
{
	struct str reason = {(char *)frames->control + 2, 0};

	frames->code = FRAMES_NO_CODE;
	if (frames->len == 0)
		return FRAMES_CLOSE;
	frames->code = (unsigned)frames->control[0] << 8 | frames->control[1];
	if (frames->len == 1 || !close_code_is_legal(frames->code))
		return fault(frames, FRAMES_PROTOCOL_ERROR);
	reason.n = (size_t)frames->len - 2;
	return str_is_utf8(reason) ? FRAMES_CLOSE : fault(frames, FRAMES_NOT_UTF8);
}

static enum frames_event end_frame(struct frames *frames, struct str *payload)
{
	frames->in_payload = false;
	frames->head_len = 0;
	if (frames->opcode == OP_CLOSE)
		return end_close(frames);
	if (is_control(frames)) {
		*payload = (struct str){(char *)frames->control, (size_t)frames->len};
		return frames->opcode == OP_PING ? FRAMES_PING : FRAMES_PONG;
	}
	frames->fragmented = !frames->final;
	if (!frames->final)
		return FRAMES_MORE;
	*payload = (struct str){buf_text(&frames->message), frames->message.len};
	return str_is_utf8(*payload) ? FRAMES_TEXT : fault(frames, FRAMES_NOT_UTF8);
}

enum frames_event frames_next(struct frames *frames, struct str *bytes, struct str *payload)
{
	enum frames_event event = FRAMES_MORE;
	unsigned code;

	/* The message handed out last is the caller's no more. */
	if (!frames->fragmented && !frames->in_payload)
		buf_truncate(&frames->message, 0);
	while (event == FRAMES_MORE) {
		if (!frames->in_payload && !take_head(frames, bytes, &code))
			return code != 0 ? fault(frames, code) : FRAMES_MORE;
		if (!take_payload(frames, bytes))
			return fault(frames, FRAMES_TOO_BIG);
		if (frames->left > 0)
			return FRAMES_MORE;
		event = end_frame(frames, payload);
		if (bytes->n == 0)
			break;
	}
	return event;
}

int frames_write(struct buf *out, enum frames_opcode opcode, struct str payload)
{
	unsigned char head[10] = {(unsigned char)(0x80U | opcode)};
	size_t n = 2, i;

	if (payload.n < 126) {
		head[1] = (unsigned char)payload.n;
	} else if (payload.n < 65536) {
		head[1] = 126;
		n = 4;
	} else {
		head[1] = 127;
		n = 10;
	}
	for (i = 2; i < n; i++)
		head[i] = (unsigned char)((uint64_t)payload.n >> (8 * (n - 1 - i)));
	if (buf_add(out, head, n) != 0)
		return -1;
	return buf_add(out, payload.p, payload.n);
}

int frames_write_close(struct buf *out, unsigned code)
{
	char bytes[2] = {(char)(code >> 8), (char)(code & 0xFF)};

	return frames_write(out, FRAMES_OP_CLOSE, (struct str){bytes, 2});
}
