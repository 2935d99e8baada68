/*
 * A prompt's row and a version's row as they stand in the file: their columns in
 * one order for every statement, their checksums. Of this room only.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "core/buf.h"
#include "core/prompt.h"
#include "store/handle.h"
#include "store/prompts.h"

/* Columns of a prompt row `p`, in the order of enum row_column. The checksum
 * covers those from ROW_ID to ROW_UPDATED. */
#define ROW_COLUMNS                                                                       \
	"p.key, p.active, p.edge, p.edge_channel, p.shadowed, p.checksum, p.id, p.path, " \
	"p.source, p.title, p.description, p.tags, p.aliases, p.collection, p.model, "    \
	"p.extra, p.origin, p.format, p.status, p.flags, p.created_ms, p.updated_ms"

enum row_column {
	ROW_KEY,
	ROW_ACTIVE,
	ROW_EDGE,
	ROW_EDGE_CHANNEL,
	ROW_SHADOWED,
	ROW_CHECKSUM,
	ROW_ID,
	ROW_PATH,
	ROW_SOURCE,
	ROW_TITLE,
	ROW_DESCRIPTION,
	ROW_TAGS,
	ROW_ALIASES,
	ROW_COLLECTION,
	ROW_MODEL,
	ROW_EXTRA,
	ROW_ORIGIN,
	ROW_FORMAT,
	ROW_STATUS,
	ROW_FLAGS,
	ROW_CREATED,
	ROW_UPDATED,
	ROW_END
};

/* Columns of what is shown of a version, after those of the prompt: of the row
 * itself, of a joined version `v`, or of whichever is meant. */
#define ROW_VERSION_COLUMNS "v.number, v.digest, v.text_bytes, v.inputs"
#define ROW_SHOWN_COLUMNS                                          \
	"ifnull(v.number, p.number), ifnull(v.digest, p.digest), " \
	"ifnull(v.text_bytes, p.text_bytes), ifnull(v.inputs, p.inputs)"
#define ROW_TEXT_COLUMNS "v.checksum, v.created_ms, v.channel, b.layout, b.text"

enum row_version_column {
	ROW_V_NUMBER = ROW_END,
	ROW_V_DIGEST,
	ROW_V_BYTES,
	ROW_V_INPUTS,
	ROW_V_CHECKSUM,
	ROW_V_CREATED,
	ROW_V_CHANNEL,
	ROW_V_LAYOUT,
	ROW_V_TEXT
};

/* The same sum, of a row just read and of what is about to be written. */
int64_t row_checksum(sqlite3_stmt *row);
int64_t row_checksum_of(const struct prompt *prompt, const char *tags, const char *aliases);
int64_t row_version_checksum(
	struct str digest, int64_t number, struct str inputs, struct str layout, struct str text);

/* The row's name and checksum agree; else err names the prompt, and the file is
 * looked through at the next start. */
int row_check(struct store *store, sqlite3_stmt *row, struct err *err);

/* The current row (ROW_COLUMNS, ROW_SHOWN_COLUMNS) as lists show it; borrowed
 * until the next step. `tags` holds the tags with commas. */
int row_show(struct store *store, sqlite3_stmt *row, bool experimental, struct buf *tags,
	struct store_row *out, struct err *err);

/* What the filter wants told of a row beside itself. Between use_read_begin() and
 * use_read_end() where there are many. */
void row_tell(struct store *store, const struct store_filter *filter, struct store_row *row);

/* A version `v` to be joined for ROW_SHOWN_COLUMNS, only where it is not the one
 * that stands in the row: ?N says whether experimental ones are let through. */
#define ROW_JOIN_EDGE(parameter)                                                               \
	" LEFT JOIN version v ON v.key = CASE WHEN " parameter " AND p.edge <> p.active THEN " \
	"p.edge END "
/* Which version of `p` is meant by default. To be joined as `v`. */
#define ROW_VERSION_OF(parameter) \
	"v.key = CASE WHEN " parameter " THEN p.edge ELSE ifnull(p.active, p.edge) END"
/* Seen by those who want approved ones only. */
#define ROW_APPROVED "(p.active IS NOT NULL AND p.status = 'approved')"

/* A prompt of the hub, and one whose name is the hub's alone (PROMPT_FLAG_LOCKED). */
#define ROW_IS_LOCKED(row) "(" row ".source = '" STORE_HUB "' AND " row ".flags & 4)"

/* Is a prompt row shadowed, among those of the path that `path` names (?1, prompt.path)?
 * One that the hub has locked comes first, then a personal one, a local one, another of
 * the hub; starters last; what projects have is seen by nobody who was not told of the
 * project: see project.c. */
#define ROW_IS_SHADOWED(path)                                                                     \
	"(source GLOB 'project:*' OR key <> (SELECT key FROM prompt q WHERE q.path = " path       \
	" AND q.source NOT GLOB 'project:*' ORDER BY NOT " ROW_IS_LOCKED(                         \
		"q") ", "                                                                         \
		     "q.source <> 'personal', q.source <> 'local', q.source <> '" STORE_HUB "', " \
		     "q.source = 'starter', q.source LIMIT 1))"

/* What the row says, into a new prompt. */
void row_prompt(sqlite3_stmt *row, struct prompt *prompt);

/* Texts joined by newlines, as they stand in the file. */
void row_join(char **texts, size_t n, struct buf *out);

#endif
