/* Shapes of secrets; see leak.h. What their makers say of them: the documentation of
 * each service's tokens; RFC 7468 (PEM), RFC 7519 (JWT). */
#include "core/leak.h"

#include <string.h>

/* Sets of characters. */
enum set {
	UPPER = 1,
	LOWER = 2,
	DIGIT = 4,
	DASH = 8,   /* - */
	UNDER = 16, /* _ */
	BASE64 = 32 /* + / = */
};
#define ALNUM (UPPER | LOWER | DIGIT)
#define URL64 (ALNUM | DASH | UNDER)

static unsigned set_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return UPPER;
	if (c >= 'a' && c <= 'z')
		return LOWER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	return c == '-' ? DASH : c == '_' ? UNDER : c == '+' || c == '/' || c == '=' ? BASE64 : 0;
}

/* What stands before, then so many characters of a set. */
static const struct shape {
	const char *kind, *text, *before;
	unsigned set;
	size_t min, max;
} shapes[] = {
	{"aws_access_key", "an AWS access key", "AKIA", UPPER | DIGIT, 16, 16},
	{"aws_access_key", "an AWS access key", "ASIA", UPPER | DIGIT, 16, 16},
	{"github_token", "a GitHub token", "ghp_", ALNUM, 36, 255},
	{"github_token", "a GitHub token", "gho_", ALNUM, 36, 255},
	{"github_token", "a GitHub token", "ghu_", ALNUM, 36, 255},
	{"github_token", "a GitHub token", "ghs_", ALNUM, 36, 255},
	{"github_token", "a GitHub token", "ghr_", ALNUM, 36, 255},
	{"github_token", "a GitHub token", "github_pat_", ALNUM | UNDER, 60, 255},
	{"gitlab_token", "a GitLab token", "glpat-", URL64, 20, 300},
	{"gitlab_token", "a GitLab token", "gldt-", URL64, 20, 300},
	{"gitlab_token", "a GitLab token", "glrt-", URL64, 20, 300},
	{"gitlab_token", "a GitLab token", "glptt-", URL64, 40, 300},
	{"slack_token", "a Slack token", "xoxb-", ALNUM | DASH, 24, 300},
	{"slack_token", "a Slack token", "xoxp-", ALNUM | DASH, 24, 300},
	{"slack_token", "a Slack token", "xoxa-", ALNUM | DASH, 24, 300},
	{"slack_token", "a Slack token", "xoxe-", ALNUM | DASH, 24, 300},
	{"slack_token", "a Slack token", "xapp-", ALNUM | DASH, 24, 300},
	{"slack_webhook", "a Slack webhook", "hooks.slack.com/services/T", ALNUM | BASE64, 30, 100},
	{"stripe_key", "a Stripe key", "sk_live_", ALNUM, 20, 250},
	{"stripe_key", "a Stripe key", "rk_live_", ALNUM, 20, 250},
	{"stripe_key", "a Stripe key", "sk_test_", ALNUM, 20, 250},
	{"stripe_key", "a Stripe key", "whsec_", ALNUM | BASE64, 32, 100},
	{"google_api_key", "a Google API key", "AIza", URL64, 35, 35},
	{"google_secret", "a Google client secret", "GOCSPX-", URL64, 28, 28},
	{"google_token", "a Google token", "ya29.", URL64, 40, 2000},
	{"npm_token", "an npm token", "npm_", ALNUM, 36, 36},
	{"pypi_token", "a PyPI token", "pypi-AgE", URL64, 50, 1000},
	{"openai_key", "an OpenAI key", "sk-proj-", URL64, 40, 300},
	{"openai_key", "an OpenAI key", "sk-svcacct-", URL64, 40, 300},
	{"openai_key", "an OpenAI key", "sk-admin-", URL64, 40, 300},
	{"anthropic_key", "an Anthropic key", "sk-ant-", URL64, 40, 300},
	{"openai_key", "an OpenAI key", "sk-", ALNUM, 40, 64},
	{"huggingface_token", "a Hugging Face token", "hf_", ALNUM, 34, 40},
	{"digitalocean_token", "a DigitalOcean token", "dop_v1_", LOWER | DIGIT, 64, 64},
	{"shopify_token", "a Shopify token", "shpat_", ALNUM, 32, 32},
	{"promptd_key", "a key of this hub", "pk_", URL64, 43, 43},
	{"promptd_key", "a token of this hub", "ps_", URL64, 43, 43},
	{"promptd_key", "a token of this hub", "pd_", URL64, 43, 43},
	{"promptd_key", "a token of this hub", "pr_", URL64, 43, 43},
	{"promptd_key", "an invitation to this hub", "pi_", URL64, 43, 43},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* ── does it look like chance? ─────────────────────────────────────────── */

/* Of how many different characters it is made, as if each came as often: n² / Σ count².
 * Chance has some 9 in 20 hexadecimal digits, 15 in 20 letters and digits. */
static size_t variety(struct str text)
{
	size_t counts[256] = {0}, i, sum = 0;

	for (i = 0; i < text.n; i++)
		counts[(unsigned char)text.p[i]]++;
	for (i = 0; i < 256; i++)
		sum += counts[i] * counts[i];
	return sum > 0 ? text.n * text.n / sum : 0;
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool starts_folded(struct str text, const char *word)
{
	size_t i;

	for (i = 0; word[i] != '\0'; i++)
		if (i == text.n || lower(text.p[i]) != word[i])
			return false;
	return true;
}

/* Characters that follow their neighbour ("abcdef", "123456") or repeat it. */
static size_t in_order(struct str text)
{
	size_t i, n = 0;

	for (i = 1; i < text.n; i++)
		if (text.p[i] == text.p[i - 1] + 1 || text.p[i] == text.p[i - 1])
			n++;
	return n;
}

/* Nobody's: what manuals write where a key goes. */
static bool is_placeholder(struct str text)
{
	static const char *const words[] = {"example", "your", "placeholder", "changeme", "dummy",
		"sample", "redacted", "xxxx", "****", "1234567", "abcdef", NULL};
	const char *const *word;
	size_t i;

	for (i = 0; i < text.n; i++)
		for (word = words; *word != NULL; word++)
			if (starts_folded((struct str){text.p + i, text.n - i}, *word))
				return true;
	return in_order(text) * 3 > text.n || variety(text) < 5;
}

/* So many characters of a set, at most one more than `max`. */
static size_t run_of(struct str text, size_t at, unsigned set, size_t max)
{
	size_t n = 0;

	while (n <= max && at + n < text.n && (set_of(text.p[at + n]) & set) != 0)
		n++;
	return n;
}

#define LINE_MAX_BYTES 128
#define PART_MAX_BYTES 8192

/* ── by shape ──────────────────────────────────────────────────────────── */

static bool starts_at(struct str text, size_t at, const char *with)
{
	size_t n = strlen(with);

	return text.n - at >= n && memcmp(text.p + at, with, n) == 0;
}

/* From `at`, the start of a word: its length, or 0. */
static size_t match_shape(struct str text, size_t at, const struct shape *shape)
{
	size_t before = strlen(shape->before), n;

	if (!starts_at(text, at, shape->before))
		return 0;
	n = run_of(text, at + before, shape->set, shape->max);
	if (n < shape->min || n > shape->max ||
		is_placeholder((struct str){text.p + at + before, n}))
		return 0;
	return before + n;
}

/* -----BEGIN … PRIVATE KEY----- with a line of a key behind it. */
static size_t match_pem(struct str text, size_t at)
{
	static const char begin[] = "-----BEGIN ", end[] = "PRIVATE KEY-----";
	size_t i = at + sizeof begin - 1, n;

	if (!starts_at(text, at, begin))
		return 0;
	while (i < text.n && i < at + 40 && !starts_at(text, i, end))
		i++;
	if (i >= text.n || i >= at + 40)
		return 0;
	i += sizeof end - 1;
	/* In JSON and in source the break is written. */
	while (i < text.n && i < at + 80 &&
		(strchr(" \t\r\n\"'\\", text.p[i]) != NULL ||
			(text.p[i] == 'n' && text.p[i - 1] == '\\')))
		i++;
	n = run_of(text, i, ALNUM | BASE64, LINE_MAX_BYTES);
	return n >= 32 && !is_placeholder((struct str){text.p + i, n}) ? i + n - at : 0;
}

/* "John Doe", who has the example tokens of every manual, as base64 writes him. */
static bool is_john_doe(struct str token)
{
	size_t at;

	for (at = 0; at < token.n; at++)
		if (starts_at(token, at, "Sm9obiBEb2") || starts_at(token, at, "pvaG4gRG9l") ||
			starts_at(token, at, "Kb2huIERvZ"))
			return true;
	return false;
}

/* Three parts of base64url, the first two of them JSON objects ("eyJ" is '{"'). */
static size_t match_jwt(struct str text, size_t at)
{
	size_t i = at, n, part;

	for (part = 0; part < 3; part++) {
		if (part < 2 && !starts_at(text, i, "eyJ"))
			return 0;
		n = run_of(text, i, URL64, PART_MAX_BYTES);
		if (n < (part < 2 ? 12U : 20U))
			return 0;
		i += n;
		if (part < 2 && (i == text.n || text.p[i++] != '.'))
			return 0;
	}
	return is_john_doe((struct str){text.p + at, i - at}) ? 0 : i - at;
}

/* ── by the name before it ─────────────────────────────────────────────── */

#define NAME_MAX_BYTES 40
#define VALUE_MIN 20
#define VALUE_MAX 200

/* Does a name end here that says what follows is secret? */
static bool is_secret_name(struct str name)
{
	static const char *const words[] = {"password", "passwd", "secret", "token", "api_key",
		"apikey", "api-key", "access_key", "accesskey", "access-key", "private_key",
		"secret_key", "secretkey", "auth_key", "account_key", "accountkey", NULL};
	const char *const *word;
	size_t n;

	for (word = words; *word != NULL; word++) {
		n = strlen(*word);
		if (name.n >= n && starts_folded((struct str){name.p + name.n - n, n}, *word))
			return true;
	}
	return false;
}

/* Letters of both cases or letters and digits mixed, as no word and no name is. */
static bool looks_random(struct str value)
{
	unsigned sets = 0, digits = 0;
	size_t i, changes = 0;

	for (i = 0; i < value.n; i++) {
		sets |= set_of(value.p[i]);
		digits += set_of(value.p[i]) == DIGIT;
		if (i > 0 && set_of(value.p[i]) != set_of(value.p[i - 1]))
			changes++;
	}
	return digits >= 3 && (sets & (UPPER | LOWER)) != 0 && changes * 4 >= value.n &&
	       variety(value) >= 7 && !is_placeholder(value);
}

/* At '=' or ':': name, sign, perhaps a quote, value. *at: where the value stands. */
static size_t match_named(struct str text, size_t sign, size_t *at)
{
	size_t from = sign, to, i = sign + 1, n;

	while (from > 0 && strchr(" \t\"'`", text.p[from - 1]) != NULL && sign - from < 4)
		from--;
	to = from;
	while (from > 0 && to - from < NAME_MAX_BYTES && (set_of(text.p[from - 1]) & (URL64)) != 0)
		from--;
	if (!is_secret_name((struct str){text.p + from, to - from}))
		return 0;
	while (i < text.n && i - sign < 8 && strchr(" \t\"'`=>", text.p[i]) != NULL)
		i++;
	n = run_of(text, i, URL64 | BASE64, VALUE_MAX);
	if (n < VALUE_MIN || n > VALUE_MAX || !looks_random((struct str){text.p + i, n}))
		return 0;
	*at = i;
	return n;
}

/* ── all of it ─────────────────────────────────────────────────────────── */

static bool found(struct leak *leak, const char *kind, const char *text, size_t at, size_t n)
{
	if (n > 0)
		*leak = (struct leak){kind, text, at, n};
	return n > 0;
}

/* At the start of a word. */
static bool find_word(struct str text, size_t at, struct leak *leak)
{
	size_t i;

	for (i = 0; i < SHAPES; i++)
		if (text.p[at] == *shapes[i].before &&
			found(leak, shapes[i].kind, shapes[i].text, at,
				match_shape(text, at, &shapes[i])))
			return true;
	return text.p[at] == 'e' &&
	       found(leak, "jwt", "a signed token (JWT)", at, match_jwt(text, at));
}

bool leak_find(struct str text, struct leak *leak)
{
	size_t at, value = 0, n;
	unsigned before = 0;

	for (at = 0; at < text.n; at++) {
		if ((before & URL64) == 0 || text.p[at] == '-') {
			if (find_word(text, at, leak))
				return true;
			if (text.p[at] == '-' && found(leak, "private_key", "a private key", at,
							 match_pem(text, at)))
				return true;
		}
		if (text.p[at] == '=' || text.p[at] == ':') {
			n = match_named(text, at, &value);
			if (found(leak, "named_secret", "a value that a name calls secret", value,
				    n))
				return true;
		}
		before = set_of(text.p[at]);
	}
	return false;
}

void leak_place(struct str text, size_t at, size_t *line, size_t *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < at && i < text.n; i++) {
		if (text.p[i] == '\n') {
			(*line)++;
			*column = 1;
		} else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
			(*column)++;
		}
	}
}
