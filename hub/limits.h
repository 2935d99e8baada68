/*
 * How often somebody may ask: a bucket of tokens for each address, each credential, each
 * person, and for each that failed to sign in. The table is bounded; what has been quiet
 * the longest leaves first, and which places meet nobody outside can know (the table's
 * hash is keyed by chance). Any thread.
 */
#ifndef HUB_LIMITS_H
#define HUB_LIMITS_H

#include <stdbool.h>

#include "core/str.h"

enum limit {
	LIMIT_TOKEN,	      /* by a credential's hash */
	LIMIT_USER,	      /* by a person's id */
	LIMIT_ADDRESS,	      /* by a client's address; IPv6 by its first 64 bits */
	LIMIT_ENTER,	      /* signing in and the like, by a client's address */
	LIMIT_FAILED_NAME,    /* wrong passwords, by the e-mail address given, */
	LIMIT_FAILED_ADDRESS, /* by where they came from, */
	LIMIT_FAILED_PAIR,    /* and by both: others' guesses lock nobody out */
	LIMITS
};

/* Requests a second in the long run; ten times as many at once. 0: as many as they
 * like. Of what an address may ask a 25th may be signing in. The failures' are fixed. */
struct limit_rates {
	unsigned token, user, address;
};
#define LIMIT_RATES_DEFAULT  \
	{                    \
		50, 100, 500 \
	}
#define LIMIT_RATE_MAX 1000000

/* "50:100:500", the credential's, the person's, the address's; "off" is "0:0:0". */
bool limit_rates_parse(struct str text, struct limit_rates *rates);

struct limits;

/* Everywhere NULL limits nothing. */
struct limits *limits_new(struct limit_rates rates);
void limits_free(struct limits *limits);

/* 0: go on, and it is counted. Else so many milliseconds until one more would go. */
int64_t limits_take(struct limits *limits, enum limit which, struct str who, int64_t now_us);
/* The same, and nothing is counted. */
int64_t limits_look(struct limits *limits, enum limit which, struct str who, int64_t now_us);

/*
 * The client's address as it is counted and logged: `peer`, or what the proxy that
 * stands there says (X-Forwarded-For, its last entry that is no such proxy) when peer is
 * in `trusted`, a list of addresses with commas. `out` takes 46 bytes and more.
 */
void limits_address(
	struct str peer, struct str forwarded_for, const char *trusted, char *out, size_t size);

#endif
