/*
 * Work that waits for another machine, in a process of its own: libgit2 1.5 has no
 * time limits, and what a server sends may take any memory and any time to unpack. A
 * child does it; a second one watches and ends it when nothing comes, when it takes
 * too long, or when the program that wanted it is gone. One at a time in a repository.
 * For the files git*.c.
 */
#ifndef LIBRARY_GIT_ASIDE_H
#define LIBRARY_GIT_ASIDE_H

#include "library/git_repo.h"

#define ASIDE_WHOLE_S 3600   /* a server that sends a byte a minute comes to an end */
#define ASIDE_CPU_S 600	     /* and so does one whose bytes unpack to more and more */
#define ASIDE_QUESTION_S 300 /* a person types a password */

struct aside;
/* In the child. What it returns, `id` and `err` arrive at the caller; nothing else
 * does, but for what it did to the repository. */
typedef int aside_work_fn(void *data, struct aside *aside, char id[REPO_ID_BYTES], struct err *err);

struct aside_order {
	struct repo *repo;
	const char *name;	 /* of the other place, for messages */
	unsigned silence_s;	 /* ended when nothing came for so long; 0: 60 */
	bool (*cancelled)(void); /* NULL: never */
	aside_work_fn *work;
	void *data;
};
/*
 * Returns what the work returned, or negative: ERR_FAILED (silent, dead, cancelled),
 * ERR_LIMIT (time). What a killed one left in the repository (locks of references,
 * halves of packs) is taken away: here, or by the next one when we are killed as well.
 */
int aside_run(const struct aside_order *order, char id[REPO_ID_BYTES], struct err *err);

/* In the work: something came. False: nobody waits for it any more. */
bool aside_tell(struct aside *aside);
/* In the work: a person is asked, who takes longer. Until the next aside_tell(). */
void aside_tell_asking(struct aside *aside);

#endif
