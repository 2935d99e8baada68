/*
 * Prompts and their versions: put, get, list, remove. See store.h for threads.
 */
#ifndef STORE_PROMPTS_H
#define STORE_PROMPTS_H

#include "core/buf.h"
#include "core/prompt.h"
#include "store/store.h"

/* The source of the prompts that a hub's feed brings. */
#define STORE_HUB "hub"

enum store_put { STORE_PUT_UNCHANGED, STORE_PUT_CREATED, STORE_PUT_UPDATED, STORE_PUT_REVERSIONED };

/*
 * Create or update the prompt at (source, path). A changed digest makes the next
 * version, numbered by the database; changed title, description, tags … update
 * the prompt in place (UPDATED). Versions are immutable. Local prompts become
 * the production version at once. Search tables follow in the same transaction.
 * `what` may be NULL. The prompt must have passed prompt_check(). An empty
 * source counts as "local", an empty status as "approved", an empty channel as
 * "production".
 */
int store_prompt_put(
	struct store *store, const struct prompt *prompt, enum store_put *what, struct err *err);

/* Which version one asks for. */
struct store_want {
	int64_t version;   /* a number, or 0: the one the channel points to */
	bool experimental; /* let experimental, draft and deprecated ones be found too */
};

/*
 * By full path, by unique last part, by alias, as SOURCE:PATH or by id, tried in this
 * order; see project.h for who is meant where several sources have a path.
 * *out is yours (prompt_free). STORE_NOT_FOUND; STORE_AMBIGUOUS with err naming
 * up to five candidates.
 */
int store_prompt_get(struct store *store, struct str name, const struct store_want *want,
	struct prompt **out, struct err *err);

/* The prompt of (source, from) is at `to` from now on, versions and id with it. The
 * caller puts it there next: only that renews the rest of its row. 0 also when there is
 * none of that path, or one at `to` already. */
int store_prompt_move(
	struct store *store, struct str source, struct str from, struct str to, struct err *err);

/*
 * The file that the prompt at exactly (source, path) came from (emptied first; empty
 * when it is not known) and the digest of its version. An empty source counts as
 * "local". STORE_NOT_FOUND.
 */
int store_prompt_holder(struct store *store, struct str source, struct str path, struct buf *origin,
	char digest[SHA256_HEX_BYTES], struct err *err);

/* Remove the prompt and leave a tombstone (source, path) so that an automatic
 * import does not put it back; store_prompt_put by hand does. Values given to it,
 * results recorded of it, with their notes, and that it is a favourite go with it; the
 * outbox stays. */
int store_prompt_remove(struct store *store, struct str name, struct err *err);
/* Was a prompt removed here by hand? */
bool store_prompt_was_removed(struct store *store, struct str source, struct str path);

/* Bytes `from` to `from + n` of a text, in order and apart from each other. */
#define STORE_MARKS_MAX 16
struct store_marks {
	struct store_mark {
		unsigned from, n;
	} marks[STORE_MARKS_MAX];
	unsigned n;
};

/* A row without its text: what lists and search show. Borrowed for the callback. */
struct store_row {
	int64_t key; /* of this file only; never shown */
	struct str id, path, title, description, tags /* joined by ',' */, collection, source,
		status, channel, digest;
	struct str inputs; /* JSON as prompt_inputs_json() */
	int64_t version, updated_ms;
	int64_t uses;	/* 0 unless store_filter.count_uses */
	bool favourite; /* false unless store_filter.favourites */
	unsigned flags;
	unsigned text_bytes;
	double score;	  /* of a search: bigger is better */
	struct str match; /* of a search: why ("title", "tag", "text", "fuzzy") */
	/* Of a search that asks for them: the letters that were typed. Else NULL. */
	const struct store_marks *title_marks, *path_marks;
};
/* Non-zero stops. May call store_prompt_get(), and nothing else of the store. */
typedef int store_row_fn(void *data, const struct store_row *row);

struct store_filter {
	struct str tag, collection, source; /* empty: any */
	bool experimental;
	bool count_uses; /* not a filter: rows tell their uses, for which the ledger is asked */
	bool favourites; /* likewise: whether they are some */
};

/*
 * Rows ordered by path, strictly after `after` (empty: from the start), at most
 * limit. Keyset paging: the path of the last row is the next `after`.
 */
int store_prompt_list(struct store *store, const struct store_filter *filter, struct str after,
	unsigned limit, store_row_fn *fn, void *data, struct err *err);
int store_prompt_count(
	struct store *store, const struct store_filter *filter, int64_t *count, struct err *err);

/* Every version of one prompt, newest first. */
struct store_version {
	int64_t number, created_ms;
	struct str digest, message, channel;
};
typedef int store_version_fn(void *data, const struct store_version *version);
int store_version_list(
	struct store *store, struct str name, store_version_fn *fn, void *data, struct err *err);

/* Tags and collections with how many prompts have them, by name. */
typedef int store_group_fn(void *data, struct str name, struct str description, int64_t prompts);
int store_tag_list(struct store *store, store_group_fn *fn, void *data, struct err *err);
int store_collection_list(struct store *store, store_group_fn *fn, void *data, struct err *err);
/* Set a collection's description (creates it). */
int store_collection_put(
	struct store *store, struct str name, struct str description, struct err *err);

#endif
