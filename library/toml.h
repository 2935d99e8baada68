/*
 * TOML 1.0 as prompts need it, into the same tree as YAML's: keys, strings of all
 * four kinds, numbers and flags as text, arrays of these, tables. Strict: what is
 * no TOML is refused with its line. Any thread.
 */
#ifndef LIBRARY_TOML_H
#define LIBRARY_TOML_H

#include "library/yaml.h"

/* As node_parse(): the root is a map. Inline tables and arrays of tables are
 * refused (ERR_REFUSED), for no prompt has them. */
int toml_parse(struct str text, struct node_tree *tree, unsigned *line, struct err *err);

/* Append text as a TOML string: on one line, or of several. */
void toml_add_string(struct buf *out, struct str text);

#endif
