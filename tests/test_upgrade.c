/* Tests of mcp/upgrade: who is let in, who is not. */
#include "core/buf.h"
#include "mcp/upgrade.h"
#include "tests/hostile.h"
#include "tests/test.h"

#define PORT 40123
#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct upgrade_rules rules = {PORT, TOKEN, NULL};

/* @P and @T put in. Exact-size memory, so that a sanitizer sees a byte too far. */
static char *fill(const char *text, size_t *len)
{
	struct buf out = BUF_INIT(65536);
	char *copy;

	for (; *text != '\0'; text++) {
		if (text[0] == '@' && text[1] == 'P')
			(void)buf_add_format(&out, "%d", PORT);
		else if (text[0] == '@' && text[1] == 'T')
			(void)buf_add_str(&out, TOKEN);
		else
			(void)buf_add_char(&out, *text);
		text += text[0] == '@' && (text[1] == 'P' || text[1] == 'T');
	}
	copy = malloc(out.len);
	CHECK(copy != NULL);
	memcpy(copy, out.data, out.len);
	*len = out.len;
	buf_fini(&out);
	return copy;
}

static enum upgrade_outcome check(
	const char *text, const struct upgrade_rules *with, struct upgrade *upgrade)
{
	enum upgrade_outcome outcome;
	size_t len;
	char *bytes = fill(text, &len);

	outcome = upgrade_check((struct str){bytes, len}, with, upgrade);
	free(bytes);
	return outcome;
}

static void good_ones_are_let_in(void)
{
	static const char *const good[] = {
		GOOD_UPGRADE,
		"GET / HTTP/1.1\r\n" HOST WS V13 KEY AUTH END,
		UP "Host: localhost:@P\r\n" WS V13 KEY AUTH END,
		UP "Host: [::1]:@P\r\n" WS V13 KEY AUTH END,
		UP "host:127.0.0.1:@P \r\nUPGRADE: WebSocket\r\nconnection: keep-alive, "
		   "upgrade\r\n" V13 KEY AUTH END,
		UP HOST WS V13 KEY
		"Sec-WebSocket-Protocol: mcp\r\nAuthorization: Bearer @T\r\n" END,
		UP HOST WS V13 KEY AUTH "X-Anything: \"at all\"\r\nX-Anything: twice\r\n" END,
	};
	struct upgrade upgrade;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK(check(good[i], &rules, &upgrade) == UPGRADE_ACCEPT);
}

static void hostile_ones_are_refused(void)
{
	struct upgrade upgrade;
	size_t i;

	for (i = 0; i < HOSTILE_UPGRADES; i++) {
		if (check(hostile_upgrades[i].text, &rules, &upgrade) != UPGRADE_REFUSE)
			(void)fprintf(stderr, "let in: %s\n", hostile_upgrades[i].name);
		CHECK(check(hostile_upgrades[i].text, &rules, &upgrade) == UPGRADE_REFUSE);
		CHECK(upgrade.reason != NULL);
	}
	(void)printf("%zu hostile upgrades refused\n", HOSTILE_UPGRADES);
}

static void a_header_may_come_in_pieces(void)
{
	struct upgrade upgrade;
	size_t len, i;
	char *bytes = fill(GOOD_UPGRADE, &len);

	for (i = 0; i < len; i++)
		CHECK(upgrade_check((struct str){bytes, i}, &rules, &upgrade) == UPGRADE_MORE);
	CHECK(upgrade_check((struct str){bytes, len}, &rules, &upgrade) == UPGRADE_ACCEPT);
	CHECK(upgrade.header_len == len && upgrade.key.n == 24);
	free(bytes);
}

static void a_header_has_an_end(void)
{
	char *bytes = malloc(UPGRADE_HEADER_MAX);
	struct upgrade upgrade;

	CHECK(bytes != NULL);
	memset(bytes, 'x', UPGRADE_HEADER_MAX);
	memcpy(bytes, "GET /mcp", 8);
	CHECK(upgrade_check((struct str){bytes, UPGRADE_HEADER_MAX - 1}, &rules, &upgrade) ==
		UPGRADE_MORE);
	CHECK(upgrade_check((struct str){bytes, UPGRADE_HEADER_MAX}, &rules, &upgrade) ==
		UPGRADE_REFUSE);
	free(bytes);
}

static void an_allowed_origin_is_allowed(void)
{
	static const char *const origins[] = {"vscode-webview://one", NULL};
	const struct upgrade_rules with = {PORT, TOKEN, origins};
	struct upgrade upgrade;

	CHECK(check(UP HOST "Origin: vscode-webview://one\r\n" WS V13 KEY AUTH END, &with,
		      &upgrade) == UPGRADE_ACCEPT);
	CHECK(check(UP HOST "Origin: vscode-webview://two\r\n" WS V13 KEY AUTH END, &with,
		      &upgrade) == UPGRADE_REFUSE);
}

static void a_proof_serves_instead_of_the_token(void)
{
	static const char nonce[] = "00112233445566778899aabbccddeeff";
	char mac[SHA256_HEX_BYTES], expected[SHA256_HEX_BYTES], text[1024];
	struct upgrade upgrade;

	upgrade_proof(TOKEN, "client", PORT, str_of(nonce), mac);
	(void)snprintf(text, sizeof text,
		UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, proof.%s.%s\r\n" END, nonce, mac);
	CHECK(check(text, &rules, &upgrade) == UPGRADE_ACCEPT);
	upgrade_proof(TOKEN, "server", PORT, str_of(nonce), expected);
	CHECK_STR(upgrade.proof, expected);
	CHECK(strcmp(mac, expected) != 0);
	/* A proof for another port is worth nothing here. */
	upgrade_proof(TOKEN, "client", PORT + 1, str_of(nonce), mac);
	(void)snprintf(text, sizeof text,
		UP HOST WS V13 KEY "Sec-WebSocket-Protocol: mcp, proof.%s.%s\r\n" END, nonce, mac);
	CHECK(check(text, &rules, &upgrade) == UPGRADE_REFUSE);
}

int main(void)
{
	RUN(good_ones_are_let_in);
	RUN(hostile_ones_are_refused);
	RUN(a_header_may_come_in_pieces);
	RUN(a_header_has_an_end);
	RUN(an_allowed_origin_is_allowed);
	RUN(a_proof_serves_instead_of_the_token);
	return 0;
}
