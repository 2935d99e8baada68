/*
 * The statements of a TOML text one after the other: the half of connect_toml.h
 * that looks, shared by its two files and nobody else.
 */
#ifndef AGENT_CONNECT_TOML_SCAN_H
#define AGENT_CONNECT_TOML_SCAN_H

#include <jansson.h>
#include <stddef.h>

#include "core/err.h"
#include "core/str.h"

enum toml_kind {
	TOML_TABLE,	 /* [a.b] */
	TOML_TABLE_LIST, /* [[a.b]] */
	TOML_PAIR,	 /* a.b = value */
};

struct toml_statement {
	enum toml_kind kind;
	json_t *path;  /* all names from the root on, as an array of strings */
	json_t *value; /* of a pair, else NULL */
	size_t from, to;
	unsigned long line;
};

/* Called for each; a number other than 0 ends the scan and is its result. */
typedef int toml_statement_fn(
	void *context, const struct toml_statement *statement, struct err *err);

int toml_each(struct str text, toml_statement_fn *call, void *context, struct err *err);

#endif
