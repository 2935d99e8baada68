/*
 * How the agent fares with the hub, for everybody who wants to know (status, doctor,
 * `promptd sync`), and what they want of it. Two files in the state directory; any
 * thread, no state of its own.
 *
 *   state/hub_state.json   written by who follows the hub
 *   state/hub.wish         written by `promptd sync`: ask now
 */
#ifndef AGENT_HUB_STATE_H
#define AGENT_HUB_STATE_H

#include "platform/platform.h"
#include "sync/pull.h"

#define HUB_STATE_FILE "hub_state.json"
#define HUB_WISH_FILE "hub.wish"
/* How long prompts are served that the hub does not let this person have any more (403),
 * since it was heard last otherwise. */
#define HUB_LEASE_MS (INT64_C(7) * 24 * 3600 * 1000)

enum hub_condition {
	HUB_NONE,     /* nobody is signed in */
	HUB_WAITING,  /* it was not asked yet */
	HUB_ASKING,   /* just now */
	HUB_FINE,     /* it answered */
	HUB_AWAY,     /* it did not */
	HUB_SIGN_IN,  /* 401 */
	HUB_SHUT,     /* 403 */
	HUB_TOO_OLD,  /* 426 */
	HUB_UNSTORED, /* what came could not be stored */
	HUB_CONDITIONS,
};
/* "fine", "away", …: in the file and in answers. */
const char *hub_condition_word(enum hub_condition condition);

struct hub_state {
	char hub[512], name[128]; /* "": not known */
	enum hub_condition condition;
	char why[256];	  /* of all that is not fine */
	int64_t heard_ms; /* when it answered last; 0: never */
	int64_t tried_ms;
	int64_t next_ms;  /* 0: not by itself */
	int64_t lease_ms; /* HUB_SHUT: until when its prompts are served; 0 */
	bool stream;	  /* it tells by itself when something changes */
	int64_t wish;	  /* the last that was fulfilled, or that could not be */
	/* Of the last question that brought anything. */
	int64_t put, removed, refused;
	bool full;
	char refused_why[256];
	int64_t proposed, unproposed; /* drafts that were sent, and that it did not take */
	char unproposed_why[256];
};

void hub_state_write(const struct platform_dirs *dirs, const struct hub_state *state);
/* False: nobody has followed a hub here. */
bool hub_state_read(const struct platform_dirs *dirs, struct hub_state *state);
void hub_state_remove(const struct platform_dirs *dirs);

/* Ask now, `even_held`: also when the hub wants to be left alone. *wish names it. */
int hub_wish_write(
	const struct platform_dirs *dirs, bool even_held, int64_t *wish, struct err *err);
bool hub_wish_read(const struct platform_dirs *dirs, bool *even_held, int64_t *wish);

#endif
