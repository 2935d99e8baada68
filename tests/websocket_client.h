/*
 * A websocket client of a few lines, for tests: the upgrade with the agent's
 * token, text frames out (a mask that changes nothing), frames in. Header only.
 */
#ifndef TESTS_WEBSOCKET_CLIENT_H
#define TESTS_WEBSOCKET_CLIENT_H

#include "tests/agent.h"
#include "tests/hostile.h"

static inline void upgrade_fill(const struct agent *agent, const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		if (text[0] == '@' && text[1] == 'P')
			(void)buf_add_format(out, "%u", agent->port);
		else if (text[0] == '@' && text[1] == 'T')
			(void)buf_add_str(out, agent->token);
		else
			(void)buf_add_char(out, *text);
		text += text[0] == '@' && (text[1] == 'P' || text[1] == 'T');
	}
}

static inline void upgrade_send(const struct agent *agent, int fd, const char *text)
{
	struct buf bytes = BUF_INIT(65536);

	upgrade_fill(agent, text, &bytes);
	(void)!send(fd, bytes.data, bytes.len, MSG_NOSIGNAL); /* it may have been closed */
	buf_fini(&bytes);
}

/* The status line; the connection stays open. Yours to close. */
static inline int upgrade(const struct agent *agent, const char *text, char status[16])
{
	struct buf head = BUF_INIT(8192);
	int fd = connect_port(agent->port);
	char byte;

	CHECK(fd >= 0);
	upgrade_send(agent, fd, text);
	while (!str_ends((struct str){buf_text(&head), head.len}, "\r\n\r\n") &&
		receive(fd, &byte, 1, 60000) > 0)
		(void)buf_add_char(&head, byte);
	(void)snprintf(status, 16, "%.12s", buf_text(&head));
	buf_fini(&head);
	return fd;
}

static inline int connect_good(const struct agent *agent)
{
	char status[16];
	int fd = upgrade(agent, GOOD_UPGRADE, status);

	CHECK_STR(status, "HTTP/1.1 101");
	return fd;
}

/* All of it, also more than the socket takes at once. */
static inline void send_exactly(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		CHECK(sent > 0);
		bytes += sent;
		n -= (size_t)sent;
	}
}

/* One masked text frame (the mask changes nothing; masks are tests/test_frames's). */
static inline void frame_say(int fd, const char *text, size_t n)
{
	unsigned char head[14] = {0x81};
	size_t head_len = 2, i;

	if (n >= 65536)
		head_len = 10;
	else if (n >= 126)
		head_len = 4;
	head[1] = (unsigned char)(0x80 | (head_len == 2 ? n : head_len == 4 ? 126 : 127));
	for (i = 2; i < head_len; i++)
		head[i] = (unsigned char)(n >> (8 * (head_len - 1 - i)));
	send_exactly(fd, (char *)head, head_len + 4); /* and a mask of zeros */
	send_exactly(fd, text, n);
}

static inline void read_exactly(int fd, char *to, size_t n, int timeout_ms)
{
	while (n > 0) {
		ssize_t got = receive(fd, to, n, timeout_ms);

		CHECK(got > 0);
		to += got;
		n -= (size_t)got;
	}
}

/* The next frame's opcode; its payload is appended. */
static inline unsigned frame_hear(int fd, struct buf *payload)
{
	unsigned char head[10];
	size_t n, i;

	read_exactly(fd, (char *)head, 2, 60000);
	CHECK((head[0] & 0xF0) == 0x80 && (head[1] & 0x80) == 0); /* whole, not masked */
	n = head[1];
	if (n >= 126) {
		size_t more = n == 126 ? 2 : 8;

		read_exactly(fd, (char *)head + 2, more, 60000);
		for (n = 0, i = 0; i < more; i++)
			n = n << 8 | head[2 + i];
	}
	read_exactly(fd, buf_reserve(payload, n), n, 60000);
	buf_grow(payload, n);
	return head[0] & 0x0F;
}

#endif
