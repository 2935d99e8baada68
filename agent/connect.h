/*
 * Connecting an assistant to promptd-mcp: the assistant's own command first, a link
 * that makes it ask second, our own edit of its file last. Every assistant is treated
 * on its own: what goes wrong with one is its result and no other's.
 *
 * What stands under our name and is not ours (connect.json in the state directory
 * knows) is compared and never changed. Nothing here prints. One thread.
 */
#ifndef AGENT_CONNECT_H
#define AGENT_CONNECT_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/connect_state.h"
#include "agent/connect_table.h"
#include "core/err.h"
#include "platform/platform.h"

struct connect {
	const struct platform_dirs *dirs;
	const char *project;	 /* its folder; NULL: for all projects */
	bool dry_run;		 /* look, change nothing, run nothing */
	int timeout_ms;		 /* for each of their commands; 0: a minute */
	bool (*cancelled)(void); /* asked now and then; NULL: never */

	/* Filled by connect_open(). */
	struct assistant_table table;
	struct connect_state state;
	char *server;	   /* path of promptd-mcp that survives an update */
	json_t *env;	   /* what the server must be told to find this library */
	json_t *env_names; /* all that could be told */
};

enum connect_outcome {
	CONNECT_CONNECTED,     /* it is there now */
	CONNECT_ALREADY,       /* it was there */
	CONNECT_REPLACED,      /* an older entry of ours was brought up to date */
	CONNECT_ASKED,	       /* the assistant asks the person now */
	CONNECT_WOULD,	       /* dry run: it would be done */
	CONNECT_ABSENT,	       /* this assistant is not on this machine, or has no such file */
	CONNECT_DIFFERS,       /* something else stands under our name: left alone */
	CONNECT_REMOVED,       /* taken out */
	CONNECT_GONE,	       /* ours, but somebody took it out before */
	CONNECT_NOT_CONNECTED, /* nothing of ours there */
	CONNECT_FAILED,
	CONNECT_CANCELLED,
};
/* The word for it in --json: "connected", "already", "replaced", … */
const char *connect_word(enum connect_outcome outcome);

struct connect_result {
	const struct assistant *assistant;
	enum assistant_which which;
	enum connect_outcome outcome;
	const char *by;	   /* "command", "link", "file"; NULL: nothing was done */
	char *file;	   /* where the entry stands; NULL: not known */
	char *kept;	   /* copy of what the file held before; NULL: none was made */
	char *snippet;	   /* to paste by hand; NULL: no need */
	char **command;	   /* what was run or would be, ends with NULL; NULL: nothing */
	bool off;	   /* it is there, but switched off */
	bool ours;	   /* it is there because we wrote it */
	bool changed;	   /* it is not as it was before this call */
	char message[700]; /* what to know; may hold text of others; "" nothing */
};
void connect_result_fini(struct connect_result *result);

/*
 * Find the server and the table, and with `write` take the lock of the state. 0 or -1;
 * connect_close() only after 0.
 */
int connect_open(struct connect *connect, bool write, struct err *err);
void connect_close(struct connect *connect);

/* One assistant each. The result is filled in any case: connect_result_fini(). */
void connect_assistant(
	struct connect *connect, const struct assistant *assistant, struct connect_result *result);
void disconnect_assistant(
	struct connect *connect, const struct assistant *assistant, struct connect_result *result);
/* How it stands: CONNECT_CONNECTED, _DIFFERS, _NOT_CONNECTED, _ABSENT or _FAILED. */
void connect_status(
	struct connect *connect, const struct assistant *assistant, struct connect_result *result);
/* Only file and snippet, whether the assistant is here or not. */
void connect_print(
	struct connect *connect, const struct assistant *assistant, struct connect_result *result);

/* Is the assistant on this machine? Needs only connect->dirs. */
bool connect_is_here(const struct connect *connect, const struct assistant *assistant);

/* Did we ever connect it (here)? */
bool connect_is_ours(const struct connect *connect, const struct assistant *assistant);

/*
 * The folder of the project that the working directory is in: the nearest with a .git,
 * else itself. Yours; NULL when that is the person's home, which is no project.
 */
char *connect_project(const char *home);

#endif
