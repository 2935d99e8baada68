/*
 * The check before a websocket is granted: any bytes. What is accepted names our
 * port and carries the token; a beginning of what is accepted is never refused.
 */
#include <stdint.h>

#include "mcp/upgrade.h"
#include "tests/test.h"

#define PORT 40123
#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static bool holds(struct str text, const char *what)
{
	size_t n = strlen(what), i;

	for (i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, what, n) == 0)
			return true;
	return false;
}

static void check_accepted(
	struct str text, const struct upgrade_rules *rules, const struct upgrade *upgrade)
{
	struct upgrade again;
	size_t i;

	CHECK(upgrade->header_len <= text.n && upgrade->key.n == 24);
	text.n = upgrade->header_len;
	CHECK(holds(text, ":40123") && (holds(text, TOKEN) || holds(text, "proof.")));
	for (i = 0; i < text.n; i++)
		CHECK(upgrade_check((struct str){text.p, i}, rules, &again) == UPGRADE_MORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const origins[] = {"vscode-webview://one", NULL};
	static const struct upgrade_rules rules = {PORT, TOKEN, origins};
	struct str text = {(const char *)data, len};
	struct upgrade upgrade;

	switch (upgrade_check(text, &rules, &upgrade)) {
	case UPGRADE_ACCEPT:
		check_accepted(text, &rules, &upgrade);
		break;
	case UPGRADE_REFUSE:
		CHECK(upgrade.reason != NULL);
		break;
	case UPGRADE_MORE:
		CHECK(len < UPGRADE_HEADER_MAX);
		break;
	}
	return 0;
}
