/*
 * Declarations of inputs as YAML: our own notation, and dotprompt's picoschema.
 * Any thread.
 *
 *   inputs:                          ours
 *     - name: language
 *       type: string                 string, number, integer, boolean
 *       description: of the code
 *       enum: [c, rust]
 *       default: c
 *       required: true               unless it has a default
 *       source: selection            or clipboard: what the picker offers first
 *       secret: true                 not shown, never remembered (type: secret, password)
 *       multiline: true              a text of several lines (type: text)
 *
 *   input:                           dotprompt's, github.com/google/dotprompt
 *     schema:
 *       language: string, of the code
 *       strict?: boolean
 *       tone(enum, how to say it): [kind, short]
 *     default: {language: c}
 */
#ifndef LIBRARY_INPUTS_H
#define LIBRARY_INPUTS_H

#include "library/reader.h"
#include "library/yaml.h"

/* Each returns false when the node is nothing of the kind; single faults are
 * noted, and what can be used of the declaration is used. */
bool inputs_read(struct reader *reader, const struct node *node, struct prompt *prompt);
bool picoschema_read(struct reader *reader, const struct node *node, struct prompt *prompt);

/* "inputs:" or "input:" with all of prompt's inputs; nothing when it has none. */
void inputs_write(const struct prompt *prompt, struct buf *out);
void picoschema_write(const struct prompt *prompt, struct buf *out);

#endif
