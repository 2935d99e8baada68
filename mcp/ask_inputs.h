/*
 * Inside mcp/: the form by which a person is asked for a prompt's inputs
 * (elicitation in form mode, 2025-06-18 and later), and what came of it.
 */
#ifndef MCP_ASK_INPUTS_H
#define MCP_ASK_INPUTS_H

#include "core/prompt.h"
#include "mcp/method.h"

/* Asked once, and once more when the answer was no good. */
#define ASK_INPUTS_TRIES 2

enum ask_answer {
	ASK_NONE, /* not asked yet, or what came is no answer */
	ASK_ACCEPTED,
	ASK_DECLINED,
	ASK_CANCELLED,
};

/*
 * What the person said to an earlier question. Accepted values are put into args
 * under the names of inputs that are not in it yet; other names are dropped.
 */
enum ask_answer ask_inputs_read(
	const struct mcp_request *request, const struct prompt *prompt, json_t *args);

/*
 * Ask for every input that is not in args. remark (or NULL): what was wrong with
 * the answer before. False: this client cannot be asked, or was asked often
 * enough; then nothing was sent.
 */
bool ask_inputs_send(struct mcp_request *request, const struct prompt *prompt, const json_t *args,
	const char *remark);

/* requestedSchema for those inputs. New. */
json_t *ask_inputs_schema(const struct prompt *prompt, const json_t *args);

#endif
