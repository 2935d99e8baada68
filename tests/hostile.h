/*
 * Upgrades and frames that must be refused, each with its name; used on the pure
 * checks (test_upgrade, test_frames) and over real sockets (test_websocket).
 * @P is the port, @T the token.
 */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include <stddef.h>

#define UP "GET /mcp HTTP/1.1\r\n"
#define HOST "Host: 127.0.0.1:@P\r\n"
#define WS "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define AUTH "Sec-WebSocket-Protocol: mcp, @T\r\n"
#define END "\r\n"
#define GOOD_UPGRADE UP HOST WS V13 KEY AUTH END

struct hostile_upgrade {
	const char *name, *text;
};

static const struct hostile_upgrade hostile_upgrades[] = {
	{"POST", "POST /mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"CONNECT", "CONNECT 127.0.0.1:@P HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"OPTIONS", "OPTIONS /mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"lower-case get", "get /mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"HTTP/1.0", "GET /mcp HTTP/1.0\r\n" HOST WS V13 KEY AUTH END},
	{"HTTP/2.0", "GET /mcp HTTP/2.0\r\n" HOST WS V13 KEY AUTH END},
	{"HTTP/0.9", "GET /mcp\r\n" HOST WS V13 KEY AUTH END},
	{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
	{"TLS hello", "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03"},
	{"another path", "GET /other HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"path above", "GET /../mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"absolute URL", "GET http://127.0.0.1:@P/mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"token in the URL", "GET /mcp?token=@T HTTP/1.1\r\n" HOST WS V13 KEY
			     "Sec-WebSocket-Protocol: mcp\r\n" END},
	{"token in a cookie",
		UP HOST WS V13 KEY "Cookie: token=@T\r\nSec-WebSocket-Protocol: mcp\r\n" END},
	{"two blanks in the request line", "GET  /mcp HTTP/1.1\r\n" HOST WS V13 KEY AUTH END},
	{"blank at its end", "GET /mcp HTTP/1.1 \r\n" HOST WS V13 KEY AUTH END},
	{"no Host", UP WS V13 KEY AUTH END},
	{"foreign Host", UP "Host: evil.example:@P\r\n" WS V13 KEY AUTH END},
	{"Host without port", UP "Host: 127.0.0.1\r\n" WS V13 KEY AUTH END},
	{"Host of another port", UP "Host: 127.0.0.1:1\r\n" WS V13 KEY AUTH END},
	{"Host 0.0.0.0", UP "Host: 0.0.0.0:@P\r\n" WS V13 KEY AUTH END},
	{"Host 127.1", UP "Host: 127.1:@P\r\n" WS V13 KEY AUTH END},
	{"Host 2130706433", UP "Host: 2130706433:@P\r\n" WS V13 KEY AUTH END},
	{"Host localhost with a dot", UP "Host: localhost.:@P\r\n" WS V13 KEY AUTH END},
	{"Host localhost.evil", UP "Host: localhost.evil.example:@P\r\n" WS V13 KEY AUTH END},
	{"Host LOCALHOST", UP "Host: LOCALHOST:@P\r\n" WS V13 KEY AUTH END},
	{"Host with a user", UP "Host: a@127.0.0.1:@P\r\n" WS V13 KEY AUTH END},
	{"Host [::]", UP "Host: [::]:@P\r\n" WS V13 KEY AUTH END},
	{"Host twice", UP HOST HOST WS V13 KEY AUTH END},
	{"two Hosts in one", UP "Host: 127.0.0.1:@P, evil\r\n" WS V13 KEY AUTH END},
	{"empty Host", UP "Host:\r\n" WS V13 KEY AUTH END},
	{"Origin of a site", UP HOST "Origin: https://evil.example\r\n" WS V13 KEY AUTH END},
	{"Origin null", UP HOST "Origin: null\r\n" WS V13 KEY AUTH END},
	{"empty Origin", UP HOST "Origin:\r\n" WS V13 KEY AUTH END},
	{"Origin of loopback", UP HOST "Origin: http://127.0.0.1:@P\r\n" WS V13 KEY AUTH END},
	{"Origin of localhost", UP HOST "Origin: http://localhost\r\n" WS V13 KEY AUTH END},
	{"Origin of a file", UP HOST "Origin: file://\r\n" WS V13 KEY AUTH END},
	{"Origin of an extension",
		UP HOST "Origin: chrome-extension://abcdefgh\r\n" WS V13 KEY AUTH END},
	{"Origin in capitals", UP HOST "ORIGIN: https://evil.example\r\n" WS V13 KEY AUTH END},
	{"no Upgrade", UP HOST "Connection: Upgrade\r\n" V13 KEY AUTH END},
	{"no Connection", UP HOST "Upgrade: websocket\r\n" V13 KEY AUTH END},
	{"Connection: close",
		UP HOST "Upgrade: websocket\r\nConnection: close\r\n" V13 KEY AUTH END},
	{"Upgrade: h2c", UP HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" V13 KEY AUTH END},
	{"no version", UP HOST WS KEY AUTH END},
	{"version 8", UP HOST WS "Sec-WebSocket-Version: 8\r\n" KEY AUTH END},
	{"version 14", UP HOST WS "Sec-WebSocket-Version: 14\r\n" KEY AUTH END},
	{"version 13, 8", UP HOST WS "Sec-WebSocket-Version: 13, 8\r\n" KEY AUTH END},
	{"version 013", UP HOST WS "Sec-WebSocket-Version: 013\r\n" KEY AUTH END},
	{"version twice", UP HOST WS V13 V13 KEY AUTH END},
	{"no key", UP HOST WS V13 AUTH END},
	{"empty key", UP HOST WS V13 "Sec-WebSocket-Key:\r\n" AUTH END},
	{"key of 15 bytes", UP HOST WS V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n" AUTH END},
	{"key of 17 bytes",
		UP HOST WS V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQE=\r\n" AUTH END},
	{"key not base64",
		UP HOST WS V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n" AUTH END},
	{"key with loose bits",
		UP HOST WS V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n" AUTH END},
	{"key twice", UP HOST WS V13 KEY KEY AUTH END},
	{"no subprotocol", UP HOST WS V13 KEY "Authorization: Bearer @T\r\n" END},
	{"another subprotocol", UP HOST WS V13 KEY
		"Authorization: Bearer @T\r\nSec-WebSocket-Protocol: chat\r\n" END},
	{"subprotocol MCP", UP HOST WS V13 KEY
		"Authorization: Bearer @T\r\nSec-WebSocket-Protocol: MCP\r\n" END},
	{"token first", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: @T, mcp\r\n" END},
	{"three subprotocols", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, @T, x\r\n" END},
	{"no token", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp\r\n" END},
	{"empty token", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp,\r\n" END},
	{"wrong token", UP HOST WS V13 KEY
		"Sec-WebSocket-Protocol: mcp, "
		"0000000000000000000000000000000000000000000000000000000000000000\r\n" END},
	{"short token", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, 00\r\n" END},
	{"token and more", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, @T0\r\n" END},
	{"token in both places", UP HOST WS V13 KEY AUTH "Authorization: Bearer @T\r\n" END},
	{"Basic instead of Bearer", UP HOST WS V13 KEY
		"Authorization: Basic @T\r\nSec-WebSocket-Protocol: mcp\r\n" END},
	{"bearer in small letters", UP HOST WS V13 KEY
		"Authorization: bearer @T\r\nSec-WebSocket-Protocol: mcp\r\n" END},
	{"proof of nothing", UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, proof..\r\n" END},
	{"wrong proof", UP HOST WS V13 KEY
		"Sec-WebSocket-Protocol: mcp, "
		"proof.00000000000000000000000000000000."
		"0000000000000000000000000000000000000000000000000000000000000000\r\n" END},
	{"proof with a short nonce", UP HOST WS V13 KEY
		"Sec-WebSocket-Protocol: mcp, proof.00."
		"0000000000000000000000000000000000000000000000000000000000000000\r\n" END},
	{"a body", UP HOST WS V13 KEY AUTH "Content-Length: 5\r\n" END "hello"},
	{"chunked", UP HOST WS V13 KEY AUTH "Transfer-Encoding: chunked\r\n" END},
	{"bare line feeds", "GET /mcp HTTP/1.1\nHost: 127.0.0.1:@P\n\r\n\r\n"},
	{"a bare line feed inside", UP "X: a\n" HOST WS V13 KEY AUTH END},
	{"a carriage return inside", UP "X: a\rb\r\n" HOST WS V13 KEY AUTH END},
	{"a folded header", UP HOST WS V13 KEY "X: a\r\n b\r\n" AUTH END},
	{"a blank before the colon", UP "Host : 127.0.0.1:@P\r\n" WS V13 KEY AUTH END},
	{"a header without a name", UP ": x\r\n" HOST WS V13 KEY AUTH END},
	{"a header without a colon", UP "X\r\n" HOST WS V13 KEY AUTH END},
	{"an escape in a header", UP "X: \x1b[2J\r\n" HOST WS V13 KEY AUTH END},
	{"bytes above ASCII in a header", UP "X: \xff\xfe\r\n" HOST WS V13 KEY AUTH END},
	{"bytes above ASCII in a name", UP "\xc3\xa9: x\r\n" HOST WS V13 KEY AUTH END},
	{"no header at all", UP END},
};
#define HOSTILE_UPGRADES (sizeof hostile_upgrades / sizeof hostile_upgrades[0])

/* Sent after a good upgrade; the connection must be closed with `code`. The text
 * is literal, its length is told: some hold NUL. */
struct hostile_frame {
	const char *name, *bytes;
	size_t len;
	unsigned code;
};
#define FRAME(name, bytes, code)                     \
	{                                            \
		name, bytes, sizeof(bytes) - 1, code \
	}
#define M "\x00\x00\x00\x00" /* a mask that changes nothing */

static const struct hostile_frame hostile_frames[] = {
	FRAME("not masked", "\x81\x02hi", 1002),
	FRAME("empty, not masked", "\x81\x00", 1002),
	FRAME("ping not masked", "\x89\x00", 1002),
	FRAME("close not masked", "\x88\x00", 1002),
	FRAME("RSV1", "\xc1\x82" M "hi", 1002),
	FRAME("RSV2", "\xa1\x82" M "hi", 1002),
	FRAME("RSV3", "\x91\x82" M "hi", 1002),
	FRAME("RSV1 on a ping", "\xc9\x80" M, 1002),
	FRAME("opcode 3", "\x83\x80" M, 1002),
	FRAME("opcode 4", "\x84\x80" M, 1002),
	FRAME("opcode 5", "\x85\x80" M, 1002),
	FRAME("opcode 6", "\x86\x80" M, 1002),
	FRAME("opcode 7", "\x87\x80" M, 1002),
	FRAME("opcode 11", "\x8b\x80" M, 1002),
	FRAME("opcode 12", "\x8c\x80" M, 1002),
	FRAME("opcode 13", "\x8d\x80" M, 1002),
	FRAME("opcode 14", "\x8e\x80" M, 1002),
	FRAME("opcode 15", "\x8f\x80" M, 1002),
	FRAME("binary", "\x82\x82" M "hi", 1003),
	FRAME("binary in pieces", "\x02\x82" M "hi", 1003),
	FRAME("continuation of nothing", "\x80\x82" M "hi", 1002),
	FRAME("more continuation of nothing", "\x00\x82" M "hi", 1002),
	FRAME("text inside text", "\x01\x81" M "a\x81\x81" M "b", 1002),
	FRAME("ping in pieces", "\x09\x81" M "a", 1002),
	FRAME("close in pieces", "\x08\x80" M, 1002),
	FRAME("ping of 126 bytes", "\x89\xfe\x00\x7e" M, 1002),
	FRAME("close of 64 bits", "\x88\xff\x00\x00\x00\x00\x00\x00\x00\x02" M, 1002),
	FRAME("16 bits for 5", "\x81\xfe\x00\x05" M, 1002),
	FRAME("16 bits for 125", "\x81\xfe\x00\x7d" M, 1002),
	FRAME("64 bits for 5", "\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05" M, 1002),
	FRAME("64 bits for 65535", "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff" M, 1002),
	FRAME("the highest bit", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00" M, 1002),
	FRAME("1 MiB and a byte", "\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01" M, 1009),
	FRAME("2^62 bytes", "\x81\xff\x40\x00\x00\x00\x00\x00\x00\x00" M, 1009),
	FRAME("too much in two pieces", "\x01\x81" M "a\x80\xff\x00\x00\x00\x00\x00\x10\x00\x00" M,
		1009),
	FRAME("not UTF-8", "\x81\x81" M "\xff", 1007),
	FRAME("UTF-8 cut off", "\x81\x82" M "\xe2\x82", 1007),
	FRAME("a surrogate", "\x81\x83" M "\xed\xa0\x80", 1007),
	FRAME("overlong", "\x81\x82" M "\xc0\x80", 1007),
	FRAME("not UTF-8 over two pieces", "\x01\x81" M "\xe2\x80\x81" M "a", 1007),
	FRAME("close with half a code", "\x88\x81" M "\x03", 1002),
	FRAME("close 999", "\x88\x82" M "\x03\xe7", 1002),
	FRAME("close 1004", "\x88\x82" M "\x03\xec", 1002),
	FRAME("close 1005", "\x88\x82" M "\x03\xed", 1002),
	FRAME("close 1006", "\x88\x82" M "\x03\xee", 1002),
	FRAME("close 1015", "\x88\x82" M "\x03\xf7", 1002),
	FRAME("close 2999", "\x88\x82" M "\x0b\xb7", 1002),
	FRAME("close 5000", "\x88\x82" M "\x13\x88", 1002),
	FRAME("close 65535", "\x88\x82" M "\xff\xff", 1002),
	FRAME("close with a reason that is not UTF-8", "\x88\x83" M "\x03\xe8\xff", 1007),
};
#define HOSTILE_FRAMES (sizeof hostile_frames / sizeof hostile_frames[0])

#endif
