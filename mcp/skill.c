/* A prompt as an Agent Skill; see skill.h. */
#include "mcp/skill.h"

#include <stdio.h>
#include <string.h>

#include "mcp/skill_keys.h"
#include "mcp/uri.h"

static struct str last_part(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return (struct str){path.p + i, path.n - i};
}

/* Lower-case letters, digits and single hyphens; the rest becomes a hyphen. */
void skill_name(struct str path, char out[SKILL_NAME_BYTES])
{
	struct str part = last_part(path);
	char digest[SHA256_HEX_BYTES];
	size_t i, n = 0;

	for (i = 0; i < part.n && n < SKILL_NAME_BYTES - 1; i++) {
		char c = part.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n > 0)
		return;
	/* Nothing of it is ASCII. */
	sha256_hex(path.p, path.n, digest);
	(void)snprintf(out, SKILL_NAME_BYTES, "prompt-%.8s", digest);
}

void skill_folder(struct str path, struct buf *folder)
{
	char name[SKILL_NAME_BYTES];

	skill_name(path, name);
	(void)buf_add(folder, path.p, path.n);
	if (!str_is(last_part(path), name))
		(void)buf_add_format(folder, "/%s", name);
}

static bool folder_is_of(struct str folder, struct str path)
{
	struct buf own = BUF_INIT(SKILL_PATH_MAX);
	bool same;

	skill_folder(path, &own);
	same = str_equal(folder, (struct str){buf_text(&own), own.len});
	buf_fini(&own);
	return same;
}

/* The prompt of exactly that path, if the folder is its. */
static int find_exact(
	struct delivery *delivery, struct str path, struct str folder, struct err *err)
{
	if (path.n == 0 || !folder_is_of(folder, path))
		return STORE_NOT_FOUND;
	return delivery_find_path(delivery, path, err);
}

int skill_find(struct delivery *delivery, struct str folder, struct err *err)
{
	struct str part = last_part(folder);
	int outcome = find_exact(delivery, folder, folder, err);

	if (outcome != STORE_NOT_FOUND || part.n == folder.n)
		return outcome;
	return find_exact(delivery, (struct str){folder.p, folder.n - part.n - 1}, folder, err);
}

bool skill_uri_read(struct str uri, struct buf *path, struct str *folder)
{
	if (!uri_read(uri, URI_SKILL, path))
		return false;
	*folder = (struct str){buf_text(path), path->len};
	if (!str_ends(*folder, SKILL_FILE))
		return false;
	folder->n -= strlen(SKILL_FILE);
	return true;
}

/* ── SKILL.md ──────────────────────────────────────────────────────────── */

struct str skill_description(const struct prompt *prompt)
{
	struct str text = str_of(prompt->description);

	return str_prefix(text.n > 0 ? text : str_of(prompt->title), SKILL_DESCRIPTION_BYTES);
}

/*
 * A JSON string is a double-quoted YAML scalar (YAML 1.2, 7.3.1), always a string
 * whatever it says, but for characters that YAML wants escaped and JSON does not:
 * DEL and C1 controls, the two separators, the byte order mark, U+FFFE and U+FFFF.
 */
static void add_scalar(struct buf *out, struct str text)
{
	struct buf quoted = BUF_INIT(16 * SKILL_DESCRIPTION_BYTES);
	struct str rest;

	(void)buf_add_json_string(&quoted, text.p, text.n);
	rest = (struct str){buf_text(&quoted), quoted.len};
	while (rest.n > 0) {
		uint32_t code;
		size_t n = str_decode(rest.p, rest.n, &code);

		if (n == 0)
			break; /* not after the doors it came through */
		if ((code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 ||
			code == 0xFEFF || code == 0xFFFE || code == 0xFFFF)
			(void)buf_add_format(out, "\\u%04X", (unsigned)code);
		else
			(void)buf_add(out, rest.p, n);
		rest = (struct str){rest.p + n, rest.n - n};
	}
	buf_fini(&quoted);
}

static void add_keys(const struct skill_keys *keys, bool in_metadata, struct buf *out)
{
	size_t i;

	for (i = 0; i < keys->n; i++) {
		const struct skill_key *key = &keys->keys[i];

		if (key->in_metadata != in_metadata)
			continue;
		/* In quotes: "on" and "1" are names like others. */
		(void)buf_add_format(out,
			in_metadata ? "\n  \"%.*s\": " : "\n%.*s: ", (int)key->key.n, key->key.p);
		add_scalar(out, str_of(key->value));
	}
}

static void add_front_matter(const struct prompt *prompt, struct buf *out)
{
	char name[SKILL_NAME_BYTES];
	struct skill_keys keys;

	skill_keys_read(prompt, &keys);
	skill_name(str_of(prompt->path), name);
	(void)buf_add_format(out, "---\nname: \"%s\"\ndescription: ", name);
	add_scalar(out, skill_description(prompt));
	add_keys(&keys, false, out);
	(void)buf_add_str(out, "\nmetadata:\n  path: ");
	add_scalar(out, str_of(prompt->path));
	(void)buf_add_str(out, "\n  title: ");
	add_scalar(out, str_of(prompt->title));
	(void)buf_add_format(out, "\n  version: \"%lld\"", (long long)prompt->version);
	add_keys(&keys, true, out);
	(void)buf_add_str(out, "\n---\n\n");
	skill_keys_fini(&keys);
}

static void add_members(const struct skill_keys *keys, bool in_metadata, struct buf *out)
{
	size_t i;

	for (i = 0; i < keys->n; i++) {
		const struct skill_key *key = &keys->keys[i];

		if (key->in_metadata != in_metadata)
			continue;
		(void)buf_add_format(out, ",\"%.*s\":", (int)key->key.n, key->key.p);
		(void)buf_add_json_string(out, key->value, strlen(key->value));
	}
}

void skill_front_matter(const struct delivery *delivery, struct buf *out)
{
	const struct prompt *prompt = delivery->prompt;
	struct str about = skill_description(prompt);
	char name[SKILL_NAME_BYTES];
	struct skill_keys keys;

	skill_keys_read(prompt, &keys);
	skill_name(str_of(prompt->path), name);
	(void)buf_add_format(out, "{\"name\":\"%s\",\"description\":", name);
	(void)buf_add_json_string(out, about.p, about.n);
	add_members(&keys, false, out);
	(void)buf_add_str(out, ",\"metadata\":{\"path\":");
	(void)buf_add_json_string(out, prompt->path, strlen(prompt->path));
	(void)buf_add_str(out, ",\"title\":");
	(void)buf_add_json_string(out, prompt->title, strlen(prompt->title));
	(void)buf_add_format(out, ",\"version\":\"%lld\"", (long long)prompt->version);
	add_members(&keys, true, out);
	(void)buf_add_str(out, "}}");
	skill_keys_fini(&keys);
}

static void add_inputs(const struct prompt *prompt, struct buf *out)
{
	size_t i;

	if (prompt->n_inputs == 0)
		return;
	(void)buf_add_str(out,
		"\n## Inputs of this skill\n\nWhat is still written {{name}} above has no value "
		"yet: find it out or ask the user. Defaults are filled in; the tool get_prompt "
		"fills in other values.\n\n");
	for (i = 0; i < prompt->n_inputs; i++)
		prompt_input_tell(&prompt->inputs[i], out);
}

int skill_write(struct delivery *delivery, struct buf *out, struct err *err)
{
	struct buf text = BUF_INIT(DELIVERY_TEXT_MAX);

	if (delivery_fill_holes(delivery, err) != 0)
		return -1;
	add_front_matter(delivery->prompt, out);
	delivery_text(delivery, &text);
	(void)buf_add(out, buf_text(&text), text.len);
	if (text.len == 0 || text.data[text.len - 1] != '\n')
		(void)buf_add_char(out, '\n');
	buf_fini(&text);
	add_inputs(delivery->prompt, out);
	if (buf_failed(out))
		return err_set(
			err, ERR_LIMIT, "%s is too long for a skill", delivery->prompt->path);
	return 0;
}
