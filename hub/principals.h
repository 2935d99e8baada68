/*
 * Who asked for the feed lately, and how far it is for them: what is needed to say
 * "nothing new" without the database. Known by the hash of their credential, bounded,
 * and good only as long as neither their tenant's feed nor anybody's access in it has
 * moved (watch.h): a revocation takes it away at once in the process that made it, and
 * within WATCH_STALE_MS in the others. Any thread.
 */
#ifndef HUB_PRINCIPALS_H
#define HUB_PRINCIPALS_H

#include "hub/watch.h"

#define PRINCIPALS_MAX 32768

struct known {
	char hash[SHA256_HEX_BYTES], tenant[ID_BYTES], user_id[ID_BYTES];
	char scope[CREDENTIAL_SCOPE_BYTES];
	int64_t expires_ms;
	int64_t seq, access; /* of the tenant, when this was so */
	int64_t head;	     /* the last change that they see */
};

struct principals;

/* Everywhere NULL knows nobody. */
struct principals *principals_new(void);
void principals_free(struct principals *principals);
void principals_keep(struct principals *principals, const struct known *known);
/* False: not known. Whether it is still good is for the caller to see. */
bool principals_find(struct principals *principals, const char *hash, struct known *known);

#endif
