/*
 * The block of YAML between two lines of dashes that opens a file, and the keys
 * in it that mean the same in every format. What is not known is kept: its
 * lines, with nested blocks and the comments before them, byte for byte, in
 * prompt.extra. Any thread.
 *
 *   ---                      first line of the file, but for comments of .prompt
 *   title: Code review       known keys: name title description tags aliases
 *   tags: [review, c]        collection model system inputs input
 *   owner: jane              everything else
 *   ---
 *   Review {{file}}.         the body
 */
#ifndef LIBRARY_FRONT_MATTER_H
#define LIBRARY_FRONT_MATTER_H

#include "library/reader.h"
#include "library/yaml.h"

struct front_matter {
	bool present;
	struct str yaml; /* between the lines of dashes */
	unsigned yaml_line;
	struct str body;
	unsigned body_line;
};

/* comments_before: blank lines and lines of '#' may come before the dashes.
 * Without a closing line there is no front matter: all is body. */
void front_matter_split(struct str text, bool comments_before, struct front_matter *out);

enum front_matter_mode {
	FRONT_MATTER_STRICT,
	/* Values of one line that are no YAML ("argument-hint: [a] [b]", "description:
	 * Fix: it") are taken as they stand, with a warning. */
	FRONT_MATTER_LENIENT
};

/*
 * Read the keys into prompt. Faults become notes; negative when they leave
 * nothing to work with. Else *tree, to be fini'd by the caller, is the parsed
 * block, empty where there is none, for the keys that only one format knows.
 */
int front_matter_read(struct reader *reader, const struct front_matter *front,
	enum front_matter_mode mode, struct prompt *prompt, struct node_tree *tree);

/*
 * The same over a whole YAML document whose root is a map: known keys, but those
 * in `skip` (NULL-ended; the format's own business), go into prompt, the lines of
 * the others into extra. text is what the tree was parsed from.
 */
void front_matter_apply(struct reader *reader, const struct node *root, struct str text,
	unsigned first_line, const char *const *skip, struct prompt *prompt);

/* Parse a whole document of YAML, a map or a text. Faults are noted: negative. */
int reader_yaml(struct reader *reader, struct str text, struct node_tree *tree);

/* Add the tags or aliases of a node: a list, or words between commas. */
void front_matter_add_words(const struct node *node, struct prompt *prompt,
	void (*add)(struct prompt *prompt, struct str word));

/* title, description, tags, aliases, collection and model, each where given. */
void front_matter_write_keys(const struct prompt *prompt, struct buf *out);

/* prompt.extra, byte for byte, for readers that are strict: left out where it is no
 * YAML (lenient formats keep such lines too) or has one of the keys `taken`
 * (NULL-ended, or NULL), which the writer gives itself. */
void front_matter_write_extra(
	const struct prompt *prompt, const char *const *taken, struct buf *out);

#endif
