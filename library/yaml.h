/*
 * YAML as prompts need it: a reader for a subset into a small tree, and the
 * writing of single values. The only place that knows libyaml.
 *
 * The subset: one document; maps with scalar keys, lists, scalars in every
 * style. Refused with the line: anchors, aliases, tags, a key twice in one map,
 * NUL, more than NODE_DEPTH_MAX levels. Without aliases nothing can expand: a
 * tree is never bigger than a fixed multiple of its text. Scalars stay text;
 * nobody here decides that "no" is false. Any thread.
 */
#ifndef LIBRARY_YAML_H
#define LIBRARY_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define NODE_DEPTH_MAX 24
#define YAML_FRONT_MATTER_BYTES_MAX (64 * 1024)
#define YAML_DOCUMENT_BYTES_MAX (1024 * 1024)

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* All that a node points to lives as long as its tree. */
struct node {
	enum node_kind kind;
	bool quoted;	    /* a scalar in quotes or as a block: never null */
	bool flow;	    /* a collection in brackets */
	unsigned line;	    /* of its first character, from 1 */
	unsigned last_line; /* of its last; for block scalars and block maps line */
	struct str text;    /* of a scalar; NUL-terminated */
	struct str key;	    /* in a map: what it stands under; NUL-terminated */
	unsigned key_line;
	struct node *first, *last; /* children, in the order of the text */
	struct node *next;	   /* sibling */
	size_t n_children;
};

struct node_tree {
	struct node *root; /* NULL: the text holds no value at all */
	bool hidden;	   /* held characters that do not show; now <U+XXXX> */
	struct node_chunk *chunks;
};

/*
 * Parse all of text, at most max_bytes, whose first line counts as first_line.
 * Fini after success only. On failure *line is where (0: nowhere in particular):
 * ERR_INVALID for what is no YAML, ERR_REFUSED for what is outside the subset.
 */
int node_parse(struct str text, unsigned first_line, size_t max_bytes, struct node_tree *tree,
	unsigned *line, struct err *err);
void node_tree_fini(struct node_tree *tree);

/* The child under key, or NULL (also when map is NULL or no map). */
const struct node *node_find(const struct node *map, const char *key);
/* A plain ~, null or nothing at all. */
bool node_is_null(const struct node *node);
/* Plain or quoted text that is not null: true, and *text is set. */
bool node_text(const struct node *node, struct str *text);
/* true/yes/on or false/no/off, in any case. */
bool node_flag(const struct node *node, bool *value);

/* Memory of the same life as the tree, for readers of other notations. */
struct node *node_new(struct node_tree *tree, enum node_kind kind, unsigned line);
struct str node_copy(struct node_tree *tree, struct str text);
/* Append child, which must not be in a tree yet. */
void node_add(struct node *parent, struct node *child);

/* Append text as a value that reads back as exactly these bytes. Several lines
 * become a literal block indented by `indent` blanks; no newline at the end. */
void yaml_add_text(struct buf *out, struct str text, unsigned indent);
/* As a value within [a, b] or as a key: on one line, in quotes where needed. */
void yaml_add_word(struct buf *out, struct str text);
/* "key: value\n" behind `indent` blanks. */
void yaml_add_entry(struct buf *out, unsigned indent, const char *key, struct str text);
/* "key: [a, b]\n" */
void yaml_add_words(
	struct buf *out, unsigned indent, const char *key, char *const *words, size_t n);
/* The value of a node in flow style, on one line. */
void yaml_add_node(struct buf *out, const struct node *node);

#endif
