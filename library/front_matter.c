/* Front matter: splitting, the keys every format shares, writing; see front_matter.h. */
#include "library/front_matter.h"

#include <stdlib.h>
#include <string.h>

#include "library/inputs.h"

static bool line_is_dashes(struct str line)
{
	if (!str_starts(line, "---"))
		return false;
	return str_trim((struct str){line.p + 3, line.n - 3}).n == 0;
}

static bool line_is_comment(struct str line)
{
	return str_trim(line).n == 0 || line.p[0] == '#';
}

void front_matter_split(struct str text, bool comments_before, struct front_matter *out)
{
	struct str rest = text, line, yaml;
	unsigned number = 1, open;

	*out = (struct front_matter){.body = text, .body_line = 1};
	if (!str_next_line(&rest, &line))
		return;
	while (comments_before && line_is_comment(line)) {
		if (!str_next_line(&rest, &line))
			return;
		number++;
	}
	if (!line_is_dashes(line))
		return;
	open = number;
	yaml.p = rest.p;
	while (str_next_line(&rest, &line)) {
		number++;
		if (!line_is_dashes(line))
			continue;
		yaml.n = (size_t)(line.p - yaml.p);
		*out = (struct front_matter){true, yaml, open + 1, rest, number + 1};
		return;
	}
}

/* "key: rest", on one line, that is no YAML by itself. */
static bool lenient_entry(struct str line, unsigned number, struct str *key, struct str *value)
{
	struct node_tree tree = {0};
	struct err err = {0};
	struct str rest;
	unsigned fault;

	*key = str_cut(line, ':', &rest);
	*value = str_trim(rest);
	if (key->n == line.n || key->n == 0 || value->n == 0 || strchr(" \t-#\"'", line.p[0]))
		return false;
	if (node_parse(line, number, YAML_FRONT_MATTER_BYTES_MAX, &tree, &fault, &err) != 0)
		return err.code == ERR_INVALID;
	node_tree_fini(&tree);
	return false;
}

/*
 * Put such values into quotes: people write "argument-hint: [a] [b]" and
 * "description: Fix: it", and the programs that read these files take it.
 */
static void lenient_quote(struct reader *reader, const struct front_matter *front, struct buf *out)
{
	struct str rest = front->yaml, line, key, value;
	unsigned number = front->yaml_line;

	for (; str_next_line(&rest, &line); number++) {
		if (!lenient_entry(line, number, &key, &value)) {
			(void)buf_add(out, line.p, line.n);
			(void)buf_add_char(out, '\n');
			continue;
		}
		reader_note(reader, number, NOTE_WARNING,
			"the value of \"%.*s\" is no YAML and was taken as it stands",
			(int)(key.n > 64 ? 64 : key.n), key.p);
		(void)buf_add_format(out, "%.*s: ", (int)key.n, key.p);
		yaml_add_word(out, value);
		(void)buf_add_char(out, '\n');
	}
}

static int front_parse(struct reader *reader, const struct front_matter *front,
	enum front_matter_mode mode, struct node_tree *tree)
{
	struct buf quoted = BUF_INIT(16 * YAML_FRONT_MATTER_BYTES_MAX);
	struct err err = {0}, again = {0};
	unsigned line, ignored;
	int result;

	result = node_parse(
		front->yaml, front->yaml_line, YAML_FRONT_MATTER_BYTES_MAX, tree, &line, &err);
	if (result != 0 && mode == FRONT_MATTER_LENIENT && err.code == ERR_INVALID) {
		struct str text;

		lenient_quote(reader, front, &quoted);
		text = (struct str){buf_text(&quoted), quoted.len};
		result = node_parse(text, front->yaml_line, quoted.limit, tree, &ignored, &again);
	}
	buf_fini(&quoted);
	if (result != 0)
		reader_note(reader, line, NOTE_ERROR, "%s", err.text);
	return result;
}

/* What is known of a document while its keys are gone through. */
struct front_keys {
	struct reader *reader;
	struct prompt *prompt;
	struct str name;	  /* of key "name", else empty */
	const struct node *input; /* of key "input": dotprompt's */
};

static bool key_text(const struct node *node, char **field)
{
	struct str text;

	if (node_is_null(node))
		return true;
	if (!node_text(node, &text))
		return false;
	prompt_set(field, text);
	return true;
}

static bool key_name(struct front_keys *keys, const struct node *node)
{
	return node_is_null(node) || node_text(node, &keys->name);
}

static bool key_title(struct front_keys *keys, const struct node *node)
{
	return key_text(node, &keys->prompt->title);
}

static bool key_description(struct front_keys *keys, const struct node *node)
{
	return key_text(node, &keys->prompt->description);
}

static bool key_collection(struct front_keys *keys, const struct node *node)
{
	return key_text(node, &keys->prompt->collection);
}

static bool key_model(struct front_keys *keys, const struct node *node)
{
	return key_text(node, &keys->prompt->model);
}

static bool words_are_plain(const struct node *node)
{
	const struct node *child;

	if (node->kind == NODE_MAP)
		return false;
	for (child = node->first; child != NULL; child = child->next)
		if (child->kind != NODE_SCALAR)
			return false;
	return true;
}

void front_matter_add_words(const struct node *node, struct prompt *prompt,
	void (*add)(struct prompt *prompt, struct str word))
{
	const struct node *child;
	struct str rest, word;

	if (node->kind == NODE_SCALAR) {
		for (rest = node->text; rest.n > 0;) {
			word = str_trim(str_cut(rest, ',', &rest));
			if (word.n > 0)
				add(prompt, word);
		}
		return;
	}
	for (child = node->first; child != NULL; child = child->next)
		if (child->kind == NODE_SCALAR && child->text.n > 0)
			add(prompt, child->text);
}

static bool key_tags(struct front_keys *keys, const struct node *node)
{
	if (!words_are_plain(node))
		return false;
	if (!node_is_null(node))
		front_matter_add_words(node, keys->prompt, prompt_add_tag);
	return true;
}

static bool key_aliases(struct front_keys *keys, const struct node *node)
{
	if (!words_are_plain(node))
		return false;
	if (!node_is_null(node))
		front_matter_add_words(node, keys->prompt, prompt_add_alias);
	return true;
}

static bool key_system(struct front_keys *keys, const struct node *node)
{
	struct str text;

	if (!node_text(node, &text))
		return node_is_null(node);
	(void)prompt_add_message(keys->prompt, PROMPT_SYSTEM, text);
	return true;
}

static bool key_inputs(struct front_keys *keys, const struct node *node)
{
	return inputs_read(keys->reader, node, keys->prompt);
}

static bool key_input(struct front_keys *keys, const struct node *node)
{
	return picoschema_read(keys->reader, node, keys->prompt);
}

static const struct {
	const char *key;
	bool (*take)(struct front_keys *keys, const struct node *node);
} front_known[] = {
	{"name", key_name},
	{"title", key_title},
	{"description", key_description},
	{"tags", key_tags},
	{"aliases", key_aliases},
	{"collection", key_collection},
	{"model", key_model},
	{"system", key_system},
	{"inputs", key_inputs},
	{"input", key_input},
	{NULL, NULL},
};

/* True when the entry is dealt with; else its lines are kept. */
static bool front_take(struct front_keys *keys, const struct node *node)
{
	size_t i;

	for (i = 0; front_known[i].key != NULL; i++) {
		if (!str_is(node->key, front_known[i].key))
			continue;
		if (front_known[i].take(keys, node))
			return true;
		reader_note(keys->reader, node->key_line, NOTE_WARNING,
			"\"%s\" is not what it should be here, and was kept as it stands",
			node->key.p);
	}
	return false;
}

/* The lines of a text, to be found by number. */
struct lines {
	struct str *at;
	size_t n;
	unsigned first;
};

static void lines_init(struct lines *lines, struct str text, unsigned first)
{
	struct str rest = text, line;
	size_t i;

	*lines = (struct lines){.first = first};
	for (i = 0; i < text.n; i++)
		lines->n += text.p[i] == '\n';
	lines->at = xcalloc(lines->n + 2, sizeof(*lines->at));
	lines->n = 0;
	while (rest.n > 0) {
		line.p = rest.p;
		(void)str_cut(rest, '\n', &rest);
		line.n = (size_t)(rest.p - line.p); /* with its newline */
		lines->at[lines->n++] = line;
	}
}

static void lines_add(const struct lines *lines, unsigned from, unsigned end, struct buf *out)
{
	for (; from < end && from - lines->first < lines->n; from++)
		(void)buf_add(
			out, lines->at[from - lines->first].p, lines->at[from - lines->first].n);
}

/* The first of the comment and blank lines that stand before `line`. */
static unsigned lines_before(const struct lines *lines, unsigned line, unsigned low)
{
	while (line > low && line - lines->first <= lines->n &&
		line_is_comment(lines->at[line - 1 - lines->first]))
		line--;
	return line;
}

static bool lines_have_comment(const struct lines *lines, unsigned from, unsigned end)
{
	for (; from < end; from++)
		if (str_trim(lines->at[from - lines->first]).n > 0)
			return true;
	return false;
}

/* Keep the entry: its lines, or, where it shares them with another, its value. */
static void front_keep(const struct lines *lines, const struct node *node, bool alone,
	unsigned from, unsigned end, struct buf *extra)
{
	if (alone) {
		lines_add(lines, from, end, extra);
		if (extra->len > 0 && extra->data[extra->len - 1] != '\n')
			(void)buf_add_char(extra, '\n');
		return;
	}
	yaml_add_word(extra, node->key);
	(void)buf_add_str(extra, ": ");
	yaml_add_node(extra, node);
	(void)buf_add_char(extra, '\n');
}

static bool is_skipped(const char *const *skip, struct str key)
{
	for (; skip != NULL && *skip != NULL; skip++)
		if (str_is(key, *skip))
			return true;
	return false;
}

static void front_entries(struct front_keys *keys, const struct node *root,
	const struct lines *lines, const char *const *skip, struct buf *extra)
{
	unsigned end_all = lines->first + (unsigned)lines->n, low = lines->first, from, end = low;
	const struct node *node;

	for (node = root->first; node != NULL; node = node->next) {
		unsigned next = node->next != NULL ? node->next->key_line : end_all;
		bool alone = node->key_line >= low && next > node->key_line && !root->flow;

		from = lines_before(lines, node->key_line, low);
		low = node->last_line >= node->key_line ? node->last_line + 1 : node->key_line + 1;
		if (low > next)
			low = next;
		end = lines_before(lines, next, low);
		if (is_skipped(skip, node->key) || front_take(keys, node))
			continue;
		front_keep(lines, node, alone, from, end, extra);
	}
	if (lines_have_comment(lines, end, end_all))
		lines_add(lines, end, end_all, extra);
}

/* The path comes from "name", the title from "title", each from the other's
 * place where it is missing: see prompt_complete() in reader.c. */
static void front_name(struct front_keys *keys)
{
	struct prompt *prompt = keys->prompt;

	if (keys->name.n == 0)
		return;
	if (prompt->title == NULL)
		prompt_set(&prompt->title, keys->name);
	prompt_set_path(prompt, path_folders(keys->reader->path), keys->reader->drop, keys->name);
}

void front_matter_apply(struct reader *reader, const struct node *root, struct str text,
	unsigned first_line, const char *const *skip, struct prompt *prompt)
{
	struct front_keys keys = {.reader = reader, .prompt = prompt};
	struct buf extra = BUF_INIT(2 * YAML_DOCUMENT_BYTES_MAX);
	struct lines lines;

	lines_init(&lines, text, first_line);
	front_entries(&keys, root, &lines, skip, &extra);
	front_name(&keys);
	if (extra.len > 0)
		prompt_set(&prompt->extra, (struct str){buf_text(&extra), extra.len});
	buf_fini(&extra);
	free(lines.at);
}

int front_matter_read(struct reader *reader, const struct front_matter *front,
	enum front_matter_mode mode, struct prompt *prompt, struct node_tree *tree)
{
	struct node_tree parsed = {0};

	*tree = parsed;
	if (!front->present)
		return 0;
	if (front_parse(reader, front, mode, &parsed) != 0)
		return -1;
	*tree = parsed;
	if (parsed.hidden)
		prompt->flags |= PROMPT_FLAG_HIDDEN;
	if (node_is_null(parsed.root))
		return 0;
	if (parsed.root->kind != NODE_MAP) {
		reader_note(reader, front->yaml_line, NOTE_ERROR,
			"front matter must be lines of \"key: value\"");
		node_tree_fini(tree);
		return -1;
	}
	front_matter_apply(reader, parsed.root, front->yaml, front->yaml_line, NULL, prompt);
	return 0;
}

int reader_yaml(struct reader *reader, struct str text, struct node_tree *tree)
{
	struct err err = {0};
	unsigned line;

	*tree = (struct node_tree){0};
	if (node_parse(text, 1, YAML_DOCUMENT_BYTES_MAX, tree, &line, &err) != 0) {
		reader_note(reader, line, NOTE_ERROR, "%s", err.text);
		return -1;
	}
	if (node_is_null(tree->root) || tree->root->kind == NODE_LIST) {
		reader_note(reader, 1, NOTE_ERROR, "must be lines of \"key: value\"");
		node_tree_fini(tree);
		return -1;
	}
	return 0;
}

static void write_text(struct buf *out, const char *key, const char *text)
{
	if (text != NULL)
		yaml_add_entry(out, 0, key, str_of(text));
}

void front_matter_write_keys(const struct prompt *prompt, struct buf *out)
{
	write_text(out, "title", prompt->title);
	write_text(out, "description", prompt->description);
	if (prompt->n_tags > 0)
		yaml_add_words(out, 0, "tags", prompt->tags, prompt->n_tags);
	if (prompt->n_aliases > 0)
		yaml_add_words(out, 0, "aliases", prompt->aliases, prompt->n_aliases);
	write_text(out, "collection", prompt->collection);
	write_text(out, "model", prompt->model);
}

void front_matter_write_extra(
	const struct prompt *prompt, const char *const *taken, struct buf *out)
{
	struct node_tree tree;
	unsigned line;
	bool fits;

	if (prompt->extra == NULL || node_parse(str_of(prompt->extra), 1, YAML_DOCUMENT_BYTES_MAX,
					     &tree, &line, NULL) != 0)
		return;
	fits = tree.root != NULL && tree.root->kind == NODE_MAP;
	for (; fits && taken != NULL && *taken != NULL; taken++)
		fits = node_find(tree.root, *taken) == NULL;
	node_tree_fini(&tree);
	if (fits)
		(void)buf_add_str(out, prompt->extra);
}
