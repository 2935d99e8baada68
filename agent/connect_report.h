/*
 * Results of connecting for the person and for --json, the same for `connect` and
 * `disconnect`. One thread.
 */
#ifndef AGENT_CONNECT_REPORT_H
#define AGENT_CONNECT_REPORT_H

#include "agent/command.h"
#include "agent/connect.h"
#include "agent/connect_probe.h"

/* What all results of one call come to. */
struct connect_tally {
	size_t done, failed, absent, cancelled;
	size_t live; /* of `done`: the assistant will start the server */
	const char *first_failed;
};
void connect_tally_add(struct connect_tally *tally, const struct connect_result *result);

/* One line (and what to paste, where that is needed) on call->out, or one object at the
 * end of "assistants" of the answer. */
void connect_report(struct call *call, const struct connect_result *result);

/* The conversation with the server: one line, or "handshake". */
void connect_report_probe(struct call *call, const struct probe *probe, const char *server);

/*
 * The assistants that are meant: the words, or with --all every one. Fills `wanted`
 * (room for all of the table) and its count; COMMAND_DONE, or COMMAND_USAGE with the
 * failure told.
 */
int connect_wanted(struct call *call, const struct assistant_table *table,
	const struct assistant **wanted, size_t *n);

/* The words that name assistants, for both commands' tables. */
#define CONNECT_CHOICES "codex claude gemini copilot opencode cursor vscode zed claude-desktop"

#endif
