/*
 * Where a request stands in somebody's trace, as its _meta says it: traceparent and
 * tracestate (W3C Trace Context) and baggage (W3C Baggage), which MCP gives those
 * names. Checked byte by byte, for what is not well-formed is to be dropped whole.
 * Any thread.
 */
#ifndef MCP_TRACE_H
#define MCP_TRACE_H

#include <stdbool.h>

#include "core/str.h"

#define TRACE_STATE_MAX 512	   /* bytes that are to be passed on at least */
#define TRACE_STATE_MEMBERS_MAX 32 /* as the specification has it */
#define TRACE_BAGGAGE_MAX 1024	   /* less than the 8,192 that it may have */

/* trace_id and span_id (borrowed) of a traceparent: of version 00, or what a later one
 * begins with. False, and both empty, when it is none. */
bool trace_parent(struct str text, struct str *trace_id, struct str *span_id);

/* key=value, key=value …: each key once. Empty is not well-formed. */
bool trace_state_is_good(struct str text);
/* key=value;property;property=value, …; empty is not well-formed. */
bool trace_baggage_is_good(struct str text);

#endif
