/* The check before a websocket is granted; see upgrade.h. */
#include "mcp/upgrade.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Headers that decide; each may stand once. */
enum header {
	HOST,
	ORIGIN,
	UPGRADE,
	CONNECTION,
	VERSION,
	KEY,
	PROTOCOL,
	AUTHORIZATION,
	LENGTH,
	ENCODING,
	HEADERS,
};

static const char *const header_names[HEADERS] = {"host", "origin", "upgrade", "connection",
	"sec-websocket-version", "sec-websocket-key", "sec-websocket-protocol", "authorization",
	"content-length", "transfer-encoding"};

struct parsed {
	struct str values[HEADERS];
	bool seen[HEADERS];
};

static bool equal_ignoring_case(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

/* tchar of RFC 9110 5.6.2. */
static bool is_token(struct str text)
{
	static const char signs[] = "!#$%&'*+-.^_`|~";
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    (c != '\0' && strchr(signs, c) != NULL)))
			return false;
	}
	return text.n > 0;
}

/* Blanks off both ends; visible ASCII, blanks and tabs in between. */
static bool header_value(struct str *value)
{
	size_t i;

	while (value->n > 0 && (value->p[0] == ' ' || value->p[0] == '\t'))
		*value = (struct str){value->p + 1, value->n - 1};
	while (value->n > 0 && (value->p[value->n - 1] == ' ' || value->p[value->n - 1] == '\t'))
		value->n--;
	for (i = 0; i < value->n; i++)
		if ((value->p[i] < 0x20 && value->p[i] != '\t') || value->p[i] == 0x7F)
			return false; /* also what is above ASCII: char is signed here */
	return true;
}

/* A line of the header. NULL: fine. */
static const char *parse_header(struct str line, struct parsed *parsed)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct str name, value;
	int i;

	if (colon == NULL)
		return "a header line without a colon";
	name = (struct str){line.p, (size_t)(colon - line.p)};
	value = (struct str){colon + 1, line.n - name.n - 1};
	if (!is_token(name))
		return "a header name that is none"; /* folded lines too */
	if (!header_value(&value))
		return "control characters in a header";
	for (i = 0; i < HEADERS; i++) {
		if (!equal_ignoring_case(name, header_names[i]))
			continue;
		if (parsed->seen[i])
			return "a header twice";
		parsed->seen[i] = true;
		parsed->values[i] = value;
	}
	return NULL;
}

/* Next line, which must end in \r\n and hold no other \r. */
static bool next_line(struct str *rest, struct str *line)
{
	const char *end = memchr(rest->p, '\n', rest->n);

	if (end == NULL || end == rest->p || end[-1] != '\r')
		return false;
	*line = (struct str){rest->p, (size_t)(end - rest->p) - 1};
	*rest = (struct str){end + 1, rest->n - line->n - 2};
	return memchr(line->p, '\r', line->n) == NULL;
}

static const char *parse(struct str head, struct parsed *parsed)
{
	const char *fault = NULL;
	struct str line;

	memset(parsed, 0, sizeof *parsed);
	if (!next_line(&head, &line))
		return "no request line";
	if (!str_is(line, "GET /mcp HTTP/1.1") && !str_is(line, "GET / HTTP/1.1"))
		return "not GET / or GET /mcp";
	while (fault == NULL) {
		if (!next_line(&head, &line))
			return "a bare line feed";
		if (line.n == 0)
			return NULL;
		fault = parse_header(line, parsed);
	}
	return fault;
}

/* The next item of a comma list, blanks off. */
static bool next_item(struct str *rest, struct str *item)
{
	if (rest->n == 0)
		return false;
	*item = str_trim(str_cut(*rest, ',', rest));
	return true;
}

static bool list_has(struct str list, const char *word)
{
	struct str item;

	while (next_item(&list, &item))
		if (equal_ignoring_case(item, word))
			return true;
	return false;
}

static bool host_is_ours(struct str host, unsigned port)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
	char expected[32];
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(expected, sizeof expected, "%s:%u", names[i], port);
		if (str_is(host, expected))
			return true;
	}
	return false;
}

static bool origin_is_allowed(struct str origin, const char *const *origins)
{
	for (; origins != NULL && *origins != NULL; origins++)
		if (str_is(origin, *origins))
			return true;
	return false;
}

/* 16 bytes in base64: 22 digits, the last of which has four zero bits, and "==". */
static bool key_is_legal(struct str key)
{
	static const char last[] = "AQgw";
	size_t i;

	if (key.n != 24 || key.p[22] != '=' || key.p[23] != '=' ||
		memchr(last, key.p[21], 4) == NULL)
		return false;
	for (i = 0; i < 22; i++) {
		char c = key.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '+' || c == '/'))
			return false;
	}
	return true;
}

/* In time that does not depend on where they differ. */
static bool digits_equal(struct str a, const char *b)
{
	unsigned char differ = 0;
	size_t i;

	if (a.n != UPGRADE_TOKEN_HEX)
		return false;
	for (i = 0; i < UPGRADE_TOKEN_HEX; i++)
		differ |= (unsigned char)(a.p[i] ^ b[i]);
	return differ == 0;
}

void upgrade_proof(const char *token, const char *who, unsigned port, struct str nonce,
	char out[SHA256_HEX_BYTES])
{
	unsigned char mac[SHA256_BYTES];
	char text[128];
	int len = snprintf(text, sizeof text, "promptd-%s %u %.*s", who, port,
		(int)(nonce.n < 64 ? nonce.n : 64), nonce.p);

	hmac_sha256(token, strlen(token), text, (size_t)len, mac);
	str_hex(mac, sizeof mac, out);
}

static bool is_hex(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
			    (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return true;
}

/* The token itself, or proof.<nonce>.<mac>. */
static bool credential_fits(
	struct str given, const struct upgrade_rules *rules, struct upgrade *upgrade)
{
	struct str nonce, mac;
	char expected[SHA256_HEX_BYTES];

	if (!str_starts(given, "proof."))
		return digits_equal(given, rules->token);
	nonce = str_cut((struct str){given.p + 6, given.n - 6}, '.', &mac);
	if (nonce.n != UPGRADE_NONCE_HEX || !is_hex(nonce))
		return false;
	upgrade_proof(rules->token, "client", rules->port, nonce, expected);
	if (!digits_equal(mac, expected))
		return false;
	upgrade_proof(rules->token, "server", rules->port, nonce, upgrade->proof);
	return true;
}

/* "mcp" alone with an Authorization header, or "mcp, <credential>" without. */
static const char *check_credential(
	const struct parsed *parsed, const struct upgrade_rules *rules, struct upgrade *upgrade)
{
	struct str rest = parsed->values[PROTOCOL], first, given;

	if (!next_item(&rest, &first) || !str_is(first, "mcp"))
		return "subprotocol is not mcp";
	if (parsed->seen[AUTHORIZATION]) {
		given = parsed->values[AUTHORIZATION];
		if (rest.n > 0 || !str_starts(given, "Bearer "))
			return "no token";
		given = (struct str){given.p + 7, given.n - 7};
	} else if (!next_item(&rest, &given) || rest.n > 0) {
		return "no token";
	}
	return credential_fits(given, rules, upgrade) ? NULL : "wrong token";
}

static const char *check(
	const struct parsed *parsed, const struct upgrade_rules *rules, struct upgrade *upgrade)
{
	const struct str *v = parsed->values;

	if (!parsed->seen[HOST] || !host_is_ours(v[HOST], rules->port))
		return "foreign Host";
	if (parsed->seen[ORIGIN] && !origin_is_allowed(v[ORIGIN], rules->origins))
		return "foreign Origin";
	if (parsed->seen[LENGTH] || parsed->seen[ENCODING])
		return "a body";
	if (!list_has(v[UPGRADE], "websocket") || !list_has(v[CONNECTION], "upgrade"))
		return "not a websocket upgrade";
	if (!str_is(v[VERSION], "13"))
		return "version is not 13";
	if (!key_is_legal(v[KEY]))
		return "key is not 16 bytes";
	return check_credential(parsed, rules, upgrade);
}

/* Behind the empty line; 0 when it has not come. */
static size_t header_end(struct str bytes)
{
	size_t i;

	for (i = 3; i < bytes.n; i++)
		if (bytes.p[i] == '\n' && memcmp(bytes.p + i - 3, "\r\n\r", 3) == 0)
			return i + 1;
	return 0;
}

enum upgrade_outcome upgrade_check(
	struct str bytes, const struct upgrade_rules *rules, struct upgrade *upgrade)
{
	static const char get[] = "GET /";
	struct parsed parsed;

	memset(upgrade, 0, sizeof *upgrade);
	if (bytes.n == 0)
		return UPGRADE_MORE;
	if (memcmp(bytes.p, get, bytes.n < sizeof get - 1 ? bytes.n : sizeof get - 1) != 0) {
		upgrade->reason = "not GET"; /* TLS, other methods: no need to wait */
		return UPGRADE_REFUSE;
	}
	upgrade->header_len = header_end(bytes);
	if (upgrade->header_len > UPGRADE_HEADER_MAX ||
		(upgrade->header_len == 0 && bytes.n >= UPGRADE_HEADER_MAX)) {
		upgrade->reason = "header over 4 KiB";
		return UPGRADE_REFUSE;
	}
	if (upgrade->header_len == 0)
		return UPGRADE_MORE;
	upgrade->reason = parse((struct str){bytes.p, upgrade->header_len}, &parsed);
	if (upgrade->reason == NULL)
		upgrade->reason = check(&parsed, rules, upgrade);
	upgrade->key = parsed.values[KEY];
	return upgrade->reason == NULL ? UPGRADE_ACCEPT : UPGRADE_REFUSE;
}
