/*
 * What prompts are found by: the words of their title, slug, aliases, description and
 * tags, and of the text that is in production. Never of a draft's: whoever may not read a
 * text finds nothing out by searching it. Both databases keep the same words (words.h) in
 * tables of their own kind (0004, 0005).
 *
 * Who changes one of these things writes them anew in the same transaction: feed_touch()
 * does, and whoever makes or purges a prompt.
 */
#ifndef HUB_SEARCH_H
#define HUB_SEARCH_H

#include "hub/request.h"

#define SEARCH_QUERY_MAX 1024 /* bytes */

/* The words of a prompt as it now is; of one that is deleted or not there, none. */
int search_put(struct hub_db *db, const char *tenant, const char *prompt_id, struct err *err);
/* Before its text and history go: not a word of it stays, also in what the index had
 * written before. That takes time on a large index, and is for a purge only. */
int search_purge(struct hub_db *db, const char *tenant, const char *prompt_id, struct err *err);
/* All prompts of all tenants that have no words yet: of a hub that did not search before,
 * and of whatever else wrote prompts. Not in a transaction. */
int search_fill(struct hub_db *db, struct err *err);

/* The prompts of a tag, to be written anew after it changed or went: a line each. */
int search_tagged(struct request *request, const char *tag_id, struct buf *ids, struct err *err);
int search_put_all(struct request *request, struct str ids, struct err *err);

/*
 * Where a statement finds prompts p by words, best first. Four classes: the title or the
 * slug's last part is what was asked for; all words in title and slug; all in these,
 * description and tags; all in these and the text. Within one the newest prompt first.
 */
enum search_class { SEARCH_NAME, SEARCH_TITLE, SEARCH_HEAD, SEARCH_TEXT, SEARCH_CLASSES };

struct search {
	struct buf exact; /* the words */
	/* Expressions in the database's own form; head_only: FTS5's alone, those in title
	 * left out. */
	struct buf title, head, head_only, text;
	bool empty; /* not one word in it: nothing is found */
};
void search_init(struct search *search, const struct hub_db *db, struct str query);
void search_fini(struct search *search);

/* In the transaction, before the statements: they are to be planned for what is asked
 * this time, not for a word in the middle. */
int search_begin(struct hub_db *db, struct err *err);

#endif
