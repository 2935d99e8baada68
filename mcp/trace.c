/* traceparent, tracestate, baggage; see trace.h. */
#include "mcp/trace.h"

#include <string.h>

#define TRACE_PARENT_BYTES 55
#define TRACE_KEY_MAX 256
#define TRACE_VALUE_MAX 256
/* Of a key "tenant@system". */
#define TRACE_TENANT_MAX 241
#define TRACE_SYSTEM_MAX 14

/* --- traceparent: 00-<32 hex trace id>-<16 hex span id>-<2 hex flags> ---------- */

static bool trace_is_hex(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\0' || strchr("0123456789abcdef", text.p[i]) == NULL)
			return false;
	}
	return true;
}

static bool trace_is_zero(struct str text)
{
	size_t i;

	for (i = 0; i < text.n && text.p[i] == '0'; i++)
		;
	return i == text.n;
}

static bool trace_parent_fits(struct str text)
{
	struct str version = str_prefix(text, 2);

	if (text.n < TRACE_PARENT_BYTES || str_is(version, "ff"))
		return false;
	if (text.n > TRACE_PARENT_BYTES &&
		(str_is(version, "00") || text.p[TRACE_PARENT_BYTES] != '-'))
		return false;
	return trace_is_hex(version) && text.p[2] == '-' && text.p[35] == '-' &&
	       text.p[52] == '-' && trace_is_hex((struct str){text.p + 53, 2});
}

bool trace_parent(struct str text, struct str *trace_id, struct str *span_id)
{
	*trace_id = *span_id = (struct str){NULL, 0};
	if (!trace_parent_fits(text))
		return false;
	{
		const struct str trace = {text.p + 3, 32}, span = {text.p + 36, 16};

		if (!trace_is_hex(trace) || !trace_is_hex(span) || trace_is_zero(trace) ||
			trace_is_zero(span))
			return false;
		*trace_id = trace;
		*span_id = span;
	}
	return true;
}

/* --- Lists of members ---------------------------------------------------------- */

static bool trace_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str trace_trim(struct str text)
{
	while (text.n > 0 && trace_is_blank(text.p[0])) {
		text.p++;
		text.n--;
	}
	while (text.n > 0 && trace_is_blank(text.p[text.n - 1]))
		text.n--;
	return text;
}

static bool trace_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool trace_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool trace_is_letter(char c)
{
	return trace_is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* --- tracestate ------------------------------------------------------------------ */

/* Small letters, digits and _-* / after the first one. */
static bool trace_key_part(struct str part, bool digit_first, size_t max)
{
	size_t i;

	if (part.n == 0 || part.n > max ||
		!(trace_is_lower(part.p[0]) || (digit_first && trace_is_digit(part.p[0]))))
		return false;
	for (i = 1; i < part.n; i++) {
		char c = part.p[i];

		if (!trace_is_lower(c) && !trace_is_digit(c) && c != '_' && c != '-' && c != '*' &&
			c != '/')
			return false;
	}
	return true;
}

static bool trace_state_key(struct str key)
{
	struct str system, tenant;

	if (key.n == 0 || memchr(key.p, '@', key.n) == NULL)
		return trace_key_part(key, false, TRACE_KEY_MAX);
	tenant = str_cut(key, '@', &system);
	return trace_key_part(tenant, true, TRACE_TENANT_MAX) &&
	       trace_key_part(system, false, TRACE_SYSTEM_MAX);
}

/* Printable, no comma and no "="; it does not end in a blank, for it was trimmed. */
static bool trace_state_value(struct str value)
{
	size_t i;

	if (value.n == 0 || value.n > TRACE_VALUE_MAX)
		return false;
	for (i = 0; i < value.n; i++) {
		if (value.p[i] < 0x20 || value.p[i] > 0x7E || value.p[i] == '=')
			return false;
	}
	return true;
}

static bool trace_has(const struct str *keys, size_t n, struct str key)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (str_equal(keys[i], key))
			return true;
	}
	return false;
}

bool trace_state_is_good(struct str text)
{
	struct str keys[TRACE_STATE_MEMBERS_MAX], rest = text;
	size_t n = 0;

	if (text.n > TRACE_STATE_MAX)
		return false;
	while (rest.n > 0) {
		struct str member = trace_trim(str_cut(rest, ',', &rest)), value, key;

		if (member.n == 0)
			continue; /* allowed: a header may have been joined of several */
		if (n == TRACE_STATE_MEMBERS_MAX || memchr(member.p, '=', member.n) == NULL)
			return false;
		key = str_cut(member, '=', &value);
		if (!trace_state_key(key) || !trace_state_value(value) || trace_has(keys, n, key))
			return false;
		keys[n++] = key;
	}
	return n > 0;
}

/* --- baggage ---------------------------------------------------------------------- */

/* A token of RFC 9110, section 5.6.2. */
static bool trace_token(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\0' || (!trace_is_letter(c) && !trace_is_digit(c) &&
					 strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return text.n > 0;
}

/* What a value may hold as it is; the rest is written as %XX. */
static bool trace_baggage_value(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] <= 0x20 || text.p[i] > 0x7E || strchr("\",;\\", text.p[i]) != NULL)
			return false;
	}
	return true;
}

/* key=value, or (a property) only a key. */
static bool trace_baggage_pair(struct str text, bool bare)
{
	struct str key, value;

	text = trace_trim(text);
	if (text.n == 0 || memchr(text.p, '=', text.n) == NULL)
		return bare && trace_token(text);
	key = str_cut(text, '=', &value);
	return trace_token(trace_trim(key)) && trace_baggage_value(trace_trim(value));
}

static bool trace_baggage_member(struct str member)
{
	struct str rest = member;
	bool ends = member.n > 0 && member.p[member.n - 1] == ';';

	if (!trace_baggage_pair(str_cut(rest, ';', &rest), false))
		return false;
	while (rest.n > 0) {
		if (!trace_baggage_pair(str_cut(rest, ';', &rest), true))
			return false;
	}
	return !ends;
}

bool trace_baggage_is_good(struct str text)
{
	struct str rest = text;

	if (text.n == 0 || text.n > TRACE_BAGGAGE_MAX || text.p[text.n - 1] == ',')
		return false;
	while (rest.n > 0) {
		if (!trace_baggage_member(trace_trim(str_cut(rest, ',', &rest))))
			return false;
	}
	return true;
}
