/* Inside mcp/: the state of one connection, and what its parts do for each other. */
#ifndef MCP_SESSION_H
#define MCP_SESSION_H

#include "mcp/server.h"

#define SESSION_LISTENS_MAX 16
#define SESSION_URIS_MAX 256 /* a connection */
#define SESSION_PARKED_MAX 16
#define SESSION_ASKS_MAX 16 /* questions of one request */
#define SESSION_BATCH_MAX 256
#define SESSION_OUT_MAX (64UL * 1024 * 1024)

/* One resource somebody wants to hear of. */
struct session_uri {
	char *uri;
	uint64_t stamp; /* what it was when last told */
};

/* One subscriptions/listen of a modern client; a legacy connection's wishes are
 * kept in the same struct with an empty id. */
struct session_listen {
	char *id; /* raw bytes of the request's id */
	bool tools, prompts, resources;
	struct session_uri *uris;
	size_t n_uris;
};

/* A legacy request that waits for answers to questions of ours. */
struct session_parked {
	char *id, *method;
	json_t *params, *state;
	json_t *answers; /* key → result */
	json_t *open;	 /* id of our request → key */
};

struct mcp_session {
	struct mcp_server *server;
	const char *transport;
	struct buf out;
	struct buf *batch; /* answers go here while a batch is handled */

	bool initialized; /* a legacy handshake was made */
	enum mcp_revision revision;
	char *client_name, *client_version; /* of the handshake, or NULL */
	struct mcp_client client;	    /* borrows them */

	/* Of the last request, for status. */
	char seen_name[64];
	const char *seen_era; /* or NULL */

	struct session_listen legacy; /* resources/subscribe */
	struct session_listen listens[SESSION_LISTENS_MAX];
	size_t n_listens;
	size_t n_uris;		      /* over all */
	uint64_t data_version, stamp; /* of the library, when last looked at */
	bool used; /* something was delivered: the order of use may have changed */

	struct session_parked parked[SESSION_PARKED_MAX];
	size_t n_parked;
	unsigned n_asked;
};

/* Where answers go now: out, or the batch under way. */
struct buf *session_target(struct mcp_session *session);
/* Find the method's handler and run it. */
void session_dispatch(struct mcp_request *request);

/* ask.c */
void session_answered(struct mcp_session *session, const json_t *response);
/* The request was cancelled: it is forgotten, our open questions are withdrawn. */
void session_unpark(struct mcp_session *session, struct str id);
void session_parked_fini(struct mcp_session *session);

/* listen.c */
void session_unlisten(struct mcp_session *session, struct str id);
void session_listens_end(struct mcp_session *session); /* complete results */
void session_listens_fini(struct mcp_session *session);

/* Handlers of the protocol itself. */
mcp_handler mcp_initialize, mcp_ping, mcp_discover;		      /* handshake.c */
mcp_handler mcp_subscriptions_listen, mcp_subscribe, mcp_unsubscribe; /* listen.c */

#endif
