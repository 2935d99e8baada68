/* The YAML reader, on top of libyaml's events; see yaml.h. Writing: yaml_write.c. */
#include "library/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "core/text_filter.h"

/* What a tree allocates comes from chunks, freed together. */
struct node_chunk {
	struct node_chunk *next;
	size_t used, size;
	max_align_t bytes[];
};
#define NODE_CHUNK_BYTES 4096

static void *node_alloc(struct node_tree *tree, size_t size)
{
	struct node_chunk *chunk = tree->chunks;
	char *at;

	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (chunk == NULL || chunk->size - chunk->used < size) {
		size_t bytes = size > NODE_CHUNK_BYTES ? size : NODE_CHUNK_BYTES;

		chunk = xmalloc(sizeof(*chunk) + bytes);
		*chunk = (struct node_chunk){.next = tree->chunks, .size = bytes};
		tree->chunks = chunk;
	}
	at = (char *)chunk->bytes + chunk->used;
	chunk->used += size;
	return at;
}

struct str node_copy(struct node_tree *tree, struct str text)
{
	char *copy = node_alloc(tree, text.n + 1);

	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return (struct str){copy, text.n};
}

struct node *node_new(struct node_tree *tree, enum node_kind kind, unsigned line)
{
	struct node *node = node_alloc(tree, sizeof(*node));

	*node = (struct node){.kind = kind, .line = line, .last_line = line};
	return node;
}

void node_tree_fini(struct node_tree *tree)
{
	while (tree->chunks != NULL) {
		struct node_chunk *next = tree->chunks->next;

		free(tree->chunks);
		tree->chunks = next;
	}
	tree->root = NULL;
}

const struct node *node_find(const struct node *map, const char *key)
{
	const struct node *child;

	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (child = map->first; child != NULL; child = child->next)
		if (str_is(child->key, key))
			return child;
	return NULL;
}

static bool node_is_word(const struct node *node, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(node->text.p, *words) == 0)
			return true;
	return false;
}

bool node_is_null(const struct node *node)
{
	static const char *const words[] = {"", "~", "null", NULL};

	return node == NULL ||
	       (node->kind == NODE_SCALAR && !node->quoted && node_is_word(node, words));
}

bool node_text(const struct node *node, struct str *text)
{
	if (node_is_null(node) || node->kind != NODE_SCALAR)
		return false;
	*text = node->text;
	return true;
}

bool node_flag(const struct node *node, bool *value)
{
	static const char *const yes[] = {"true", "yes", "on", NULL};
	static const char *const no[] = {"false", "no", "off", NULL};

	if (node == NULL || node->kind != NODE_SCALAR)
		return false;
	if (node_is_word(node, yes))
		*value = true;
	else if (node_is_word(node, no))
		*value = false;
	else
		return false;
	return true;
}

/* An open collection, innermost last. */
struct level {
	struct node *node;
	struct str key; /* of a map: read, and waiting for its value */
	unsigned key_line;
	bool has_key;
};

struct yaml_reader {
	struct node_tree *tree;
	unsigned first_line;
	unsigned line; /* of the fault */
	struct level levels[NODE_DEPTH_MAX];
	size_t depth;
	bool done; /* the document has ended */
};

static int yaml_fault(struct yaml_reader *reader, unsigned line, const char *text, struct err *err)
{
	reader->line = line;
	return err_set(err, ERR_REFUSED, "%s", text);
}

static unsigned yaml_line(const struct yaml_reader *reader, yaml_mark_t mark)
{
	return reader->first_line + (unsigned)mark.line;
}

void node_add(struct node *parent, struct node *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->n_children++;
}

/* Hang a finished or just opened value where it belongs. */
static int yaml_place(struct yaml_reader *reader, struct node *node, struct err *err)
{
	struct level *level;

	if (reader->depth == 0) {
		reader->tree->root = node;
		return 0;
	}
	level = &reader->levels[reader->depth - 1];
	if (level->node->kind == NODE_MAP) {
		if (!level->has_key) {
			if (node->kind != NODE_SCALAR)
				return yaml_fault(
					reader, node->line, "a key must be one word or text", err);
			level->key = node->text;
			level->key_line = node->line;
			level->has_key = true;
			return 0;
		}
		node->key = level->key;
		node->key_line = level->key_line;
		level->has_key = false;
	}
	node_add(level->node, node);
	return 0;
}

static int node_compare_keys(const void *a, const void *b)
{
	const struct node *const *left = a, *const *right = b;
	int order = str_compare((*left)->key, (*right)->key);

	if (order != 0)
		return order;
	return (*left)->key_line < (*right)->key_line ? -1 : (*left)->key_line > (*right)->key_line;
}

/* Sorted, so that a map of many keys costs no more than its text. */
static int yaml_check_keys(struct yaml_reader *reader, const struct node *map, struct err *err)
{
	const struct node **sorted, *child;
	size_t n = 0, i;
	int result = 0;

	if (map->n_children < 2)
		return 0;
	sorted = xcalloc(map->n_children, sizeof(const struct node *));
	for (child = map->first; child != NULL; child = child->next)
		sorted[n++] = child;
	qsort(sorted, n, sizeof(const struct node *), node_compare_keys);
	for (i = 1; i < n; i++) {
		if (!str_equal(sorted[i - 1]->key, sorted[i]->key))
			continue;
		reader->line = sorted[i]->key_line;
		result = err_set(err, ERR_REFUSED, "\"%.60s\" stands here twice", sorted[i]->key.p);
		break;
	}
	free(sorted);
	return result;
}

static int yaml_open(
	struct yaml_reader *reader, enum node_kind kind, const yaml_event_t *event, struct err *err)
{
	unsigned line = yaml_line(reader, event->start_mark);
	struct node *node = node_new(reader->tree, kind, line);

	if (reader->depth == NODE_DEPTH_MAX)
		return yaml_fault(reader, line, "nested too deep", err);
	node->flow = kind == NODE_MAP
			     ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			     : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	if (yaml_place(reader, node, err) != 0)
		return -1;
	reader->levels[reader->depth++] = (struct level){.node = node};
	return 0;
}

static int yaml_close(struct yaml_reader *reader, const yaml_event_t *event, struct err *err)
{
	struct node *node = reader->levels[--reader->depth].node;

	if (node->flow)
		node->last_line = yaml_line(reader, event->end_mark);
	return node->kind == NODE_MAP ? yaml_check_keys(reader, node, err) : 0;
}

static int yaml_scalar(struct yaml_reader *reader, const yaml_event_t *event, struct err *err)
{
	unsigned line = yaml_line(reader, event->start_mark);
	struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	yaml_scalar_style_t style = event->data.scalar.style;
	struct node *node;

	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		return yaml_fault(reader, line, "a NUL character", err);
	node = node_new(reader->tree, NODE_SCALAR, line);
	node->text = node_copy(reader->tree, text);
	node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
	if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ||
		style == YAML_PLAIN_SCALAR_STYLE)
		node->last_line = yaml_line(reader, event->end_mark);
	return yaml_place(reader, node, err);
}

/* Anchors and tags; NULL where there are none. */
static int yaml_refuse(struct yaml_reader *reader, const yaml_event_t *event,
	const yaml_char_t *anchor, const yaml_char_t *tag, struct err *err)
{
	unsigned line = yaml_line(reader, event->start_mark);

	if (anchor != NULL)
		return yaml_fault(reader, line, "anchors (&name) are not taken", err);
	if (tag != NULL)
		return yaml_fault(reader, line, "tags (!name) are not taken", err);
	return 0;
}

static int yaml_event(struct yaml_reader *reader, const yaml_event_t *event, struct err *err)
{
	unsigned line = yaml_line(reader, event->start_mark);

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->done)
			return yaml_fault(reader, line, "a second document begins here", err);
		return 0;
	case YAML_DOCUMENT_END_EVENT:
		reader->done = true;
		return 0;
	case YAML_ALIAS_EVENT:
		return yaml_fault(reader, line, "aliases (*name) are not taken", err);
	case YAML_SCALAR_EVENT:
		if (yaml_refuse(reader, event, event->data.scalar.anchor, event->data.scalar.tag,
			    err) != 0)
			return -1;
		return yaml_scalar(reader, event, err);
	case YAML_SEQUENCE_START_EVENT:
		if (yaml_refuse(reader, event, event->data.sequence_start.anchor,
			    event->data.sequence_start.tag, err) != 0)
			return -1;
		return yaml_open(reader, NODE_LIST, event, err);
	case YAML_MAPPING_START_EVENT:
		if (yaml_refuse(reader, event, event->data.mapping_start.anchor,
			    event->data.mapping_start.tag, err) != 0)
			return -1;
		return yaml_open(reader, NODE_MAP, event, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return yaml_close(reader, event, err);
	default:
		return 0;
	}
}

static int yaml_syntax(struct yaml_reader *reader, const yaml_parser_t *parser, struct err *err)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return err_set(err, ERR_MEMORY, "out of memory");
	if (parser->problem == NULL)
		return yaml_fault(reader, 0, "not YAML", err);
	reader->line = yaml_line(reader, parser->problem_mark);
	return err_set(err, ERR_INVALID, "not YAML: %s", parser->problem);
}

static int yaml_run(struct yaml_reader *reader, struct str text, struct err *err)
{
	yaml_parser_t parser;
	int result = 0;
	bool end = false;

	if (!yaml_parser_initialize(&parser))
		return err_set(err, ERR_MEMORY, "out of memory");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	while (result == 0 && !end) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			result = yaml_syntax(reader, &parser, err);
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		result = yaml_event(reader, &event, err);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return result;
}

/* libyaml breaks lines at these as well; then its lines would not be ours. */
static bool yaml_is_foreign_break(const char *p, size_t n)
{
	return n >= 3 && memcmp(p, "\xe2\x80", 2) == 0 && (p[2] == '\xa8' || p[2] == '\xa9');
}

/*
 * What libyaml would refuse or count differently is shown instead: characters
 * that do not show, LINE and PARAGRAPH SEPARATOR. True when *out was made.
 */
static bool yaml_show(struct str text, struct buf *out)
{
	struct str shown = text;
	size_t from = 0, i;
	struct buf filtered = BUF_INIT(SIZE_MAX / 2);
	bool changed = text_filter_find(text) < text.n;

	if (changed) {
		(void)text_filter_show(text, &filtered);
		shown = (struct str){buf_text(&filtered), filtered.len};
	}
	for (i = 0; i < shown.n; i++) {
		if (shown.p[i] != '\xe2' || !yaml_is_foreign_break(shown.p + i, shown.n - i))
			continue;
		(void)buf_add(out, shown.p + from, i - from);
		(void)buf_add_str(out, shown.p[i + 2] == '\xa8' ? "<U+2028>" : "<U+2029>");
		from = i + 3;
		changed = true;
	}
	if (changed)
		(void)buf_add(out, shown.p + from, shown.n - from);
	buf_fini(&filtered);
	return changed;
}

int node_parse(struct str text, unsigned first_line, size_t max_bytes, struct node_tree *tree,
	unsigned *line, struct err *err)
{
	struct node_tree fresh = {0};
	struct yaml_reader reader = {.tree = &fresh, .first_line = first_line};
	struct buf shown = BUF_INIT(SIZE_MAX / 2);
	int result;

	*line = 0;
	if (text.n > max_bytes)
		return err_set(err, ERR_LIMIT, "more than %zu KiB of YAML", max_bytes / 1024);
	fresh.hidden = yaml_show(text, &shown);
	if (fresh.hidden)
		text = (struct str){buf_text(&shown), shown.len};
	result = yaml_run(&reader, text, err);
	buf_fini(&shown);
	if (result != 0) {
		*line = reader.line;
		node_tree_fini(&fresh);
		return result;
	}
	*tree = fresh;
	return 0;
}
