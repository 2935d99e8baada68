/* A page of the feed; see feed.h. */
#include "sync/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"

static bool take_text(const json_t *object, const char *name, char *out, size_t size)
{
	struct str text = json_str(object, name);

	if (text.n == 0 || text.n >= size || memchr(text.p, '\0', text.n) != NULL)
		return false;
	(void)memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return true;
}

static bool take_number(const json_t *object, const char *name, int64_t min, int64_t *number)
{
	const json_t *value = json_object_get(object, name);

	*number = json_integer_value(value);
	return json_is_integer(value) && *number >= min;
}

/* "sha256:HEX". */
static bool take_digest(const json_t *object, char out[SHA256_HEX_BYTES])
{
	char text[8 + SHA256_HEX_BYTES];

	if (!take_text(object, "digest", text, sizeof text) || strncmp(text, "sha256:", 7) != 0 ||
		strlen(text + 7) != SHA256_HEX_BYTES - 1 ||
		strspn(text + 7, "0123456789abcdef") != SHA256_HEX_BYTES - 1)
		return false;
	(void)memcpy(out, text + 7, SHA256_HEX_BYTES);
	return true;
}

static bool is_clean(const char *text)
{
	struct str all = str_of(text);

	return text_filter_find(all) == all.n;
}

static bool are_clean(char *const *texts, size_t n)
{
	bool clean = true;
	size_t i;

	for (i = 0; i < n; i++)
		clean = clean && is_clean(texts[i]);
	return clean;
}

static bool is_clean_input(const struct prompt_input *input)
{
	return is_clean(input->name) && is_clean(input->description) && is_clean(input->initial) &&
	       are_clean(input->choices, input->n_choices);
}

/* What acts or does not show comes from nobody, in no part of it. */
int feed_check(const struct prompt *prompt, struct err *err)
{
	bool clean = is_clean(prompt->title) && is_clean(prompt->description) &&
		     is_clean(prompt->collection) && is_clean(prompt->channel) &&
		     are_clean(prompt->tags, prompt->n_tags) &&
		     are_clean(prompt->aliases, prompt->n_aliases);
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		clean = clean && is_clean(prompt->messages[i].text);
	for (i = 0; i < prompt->n_inputs; i++)
		clean = clean && is_clean_input(&prompt->inputs[i]);
	if (!clean)
		return err_set(
			err, ERR_INVALID, "its text holds characters that do not show or that act");
	return prompt_check(prompt, err);
}

int feed_body(struct prompt *prompt, const json_t *body, const char *digest, struct err *err)
{
	char found[SHA256_HEX_BYTES];

	if (!json_is_object(body) ||
		prompt_inputs_parse(prompt, json_object_get(body, "inputs"), err) != 0 ||
		prompt_messages_parse(prompt, json_object_get(body, "messages"), err) != 0)
		return json_is_object(body) ? -1 : err_set(err, ERR_INVALID, "its text is none");
	if (prompt_digest(prompt, found, err) != 0)
		return -1;
	if (strcmp(found, digest) != 0)
		return err_set(err, ERR_INVALID, "its text is not what was announced");
	if (feed_check(prompt, err) != 0)
		return -1;
	(void)memcpy(prompt->digest, found, sizeof found);
	return 0;
}

static void take_list(const json_t *meta, const char *name, struct prompt *prompt,
	void (*add)(struct prompt *prompt, struct str text))
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(meta, name), i, item)
		if (json_is_string(item))
			add(prompt,
				(struct str){json_string_value(item), json_string_length(item)});
}

static void take_meta(struct prompt *prompt, const json_t *line, const json_t *meta)
{
	struct str text = json_str(meta, "description");

	prompt_set(&prompt->path, json_str(line, "slug"));
	prompt_set(&prompt->channel, json_str(line, "channel"));
	prompt_set(&prompt->title, json_str(meta, "title"));
	if (text.n > 0)
		prompt_set(&prompt->description, text);
	text = json_str(meta, "collection");
	if (text.n > 0)
		prompt_set(&prompt->collection, text);
	take_list(meta, "tags", prompt, prompt_add_tag);
	take_list(meta, "aliases", prompt, prompt_add_alias);
}

/* 0 it is a change, 1 it is a prompt that cannot be taken (err says why). */
static int parse_put(struct feed_change *change, const json_t *line, struct err *err)
{
	const json_t *meta = json_object_get(line, "meta"), *body = json_object_get(line, "body");
	struct prompt *prompt;

	if (!take_text(line, "id", change->id, sizeof change->id) ||
		!take_number(line, "version", 1, &change->version) ||
		!take_number(line, "size", 0, &change->size) ||
		!take_digest(line, change->digest) || !json_is_object(meta))
		return err_set(err, ERR_INVALID, "a put without id, version, size, digest or meta");
	change->put = true;
	change->locked = json_flag(meta, "locked", false);
	prompt = change->prompt = prompt_new();
	prompt_set(&prompt->id, str_of(change->id));
	prompt->version = change->version;
	take_meta(prompt, line, meta);
	if (prompt->path == NULL || prompt_check_path(str_of(prompt->path), err) != 0)
		return prompt->path != NULL
			       ? 1
			       : (err_set(err, ERR_INVALID, "a prompt has no name"), 1);
	if (body == NULL || json_is_null(body))
		return change->size <= PROMPT_TEXT_MAX * 2
			       ? 0
			       : (err_set(err, ERR_LIMIT, "its text is too large"), 1);
	change->body = true;
	return feed_body(prompt, body, change->digest, err) == 0 ? 0 : 1;
}

static int parse_del(struct feed_change *change, const json_t *line, struct err *err)
{
	change->put = false;
	if (!take_text(line, "id", change->id, sizeof change->id) ||
		!take_text(line, "reason", change->reason, sizeof change->reason))
		return err_set(err, ERR_INVALID, "a del without id or reason");
	return 0;
}

static int add_change(struct feed_page *page, const json_t *line, struct err *err)
{
	struct feed_change *change;
	int rc;

	if (page->n == FEED_CHANGES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d changes", FEED_CHANGES_MAX);
	if (page->changes == NULL)
		page->changes = xcalloc(FEED_CHANGES_MAX, sizeof *page->changes);
	change = &page->changes[page->n];
	*change = (struct feed_change){.put = false};
	if (!take_number(line, "seq", 0, &change->seq))
		return err_set(err, ERR_INVALID, "a change without seq");
	rc = str_is(json_str(line, "t"), "put") ? parse_put(change, line, err)
						: parse_del(change, line, err);
	if (rc < 0) {
		prompt_free(change->prompt);
		return -1;
	}
	page->n++;
	change->refused = rc == 1;
	if (rc == 1 && page->refused++ == 0)
		(void)snprintf(page->why, sizeof page->why, "%.63s: %.180s", change->id, err->text);
	return 0;
}

static int parse_intent(struct feed_page *page, const json_t *line, struct err *err)
{
	struct str code = json_str(line, "code");

	page->full = str_is(code, "full");
	page->continued = page->full && str_is(json_str(line, "reason"), "continued");
	if (!str_is(json_str(line, "t"), "intent") || (!page->full && !str_is(code, "changes")))
		return err_set(err, ERR_INVALID, "the feed does not begin with an intent");
	return 0;
}

static int parse_commit(struct feed_page *page, const json_t *line, struct err *err)
{
	int64_t n;

	if (!take_text(line, "cursor", page->cursor, sizeof page->cursor) ||
		!take_number(line, "seq", 0, &page->seq) || !take_number(line, "n", 0, &n) ||
		(uint64_t)n != page->n || !json_is_boolean(json_object_get(line, "more")))
		return err_set(err, ERR_INVALID, "the feed's commit line is not whole");
	page->more = json_flag(line, "more", false);
	return 0;
}

/* One line; *state goes from before the intent over within to behind the commit. */
enum state { BEFORE, WITHIN, BEHIND };
static int parse_line(struct feed_page *page, struct str text, enum state *state, struct err *err)
{
	json_t *line = NULL;
	int rc = -1;

	if (*state == BEHIND)
		return err_set(err, ERR_INVALID, "the feed goes on behind its commit");
	if (json_door_parse(text, &line, err) != 0)
		return err_set(err, ERR_INVALID, "a line of the feed is no JSON");
	if (*state == BEFORE) {
		rc = parse_intent(page, line, err);
		*state = WITHIN;
	} else if (str_is(json_str(line, "t"), "commit")) {
		rc = parse_commit(page, line, err);
		*state = BEHIND;
	} else if (str_is(json_str(line, "t"), "put") || str_is(json_str(line, "t"), "del")) {
		rc = add_change(page, line, err);
	} else {
		rc = err_set(err, ERR_INVALID, "a line of the feed is of no kind that is known");
	}
	json_decref(line);
	return rc;
}

int feed_parse(struct str text, struct feed_page *page, struct err *err)
{
	enum state state = BEFORE;
	struct str line;
	int rc = 0;

	*page = (struct feed_page){.full = false};
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return err_set(err, ERR_INVALID, "the feed is cut short");
	while (rc == 0 && str_next_line(&text, &line))
		rc = parse_line(page, line, &state, err);
	if (rc == 0 && state != BEHIND)
		rc = err_set(err, ERR_INVALID, "the feed is cut short");
	if (rc != 0)
		feed_page_fini(page);
	return rc;
}

void feed_page_fini(struct feed_page *page)
{
	size_t i;

	for (i = 0; i < page->n; i++)
		prompt_free(page->changes[i].prompt);
	free(page->changes);
	page->changes = NULL;
	page->n = 0;
}
