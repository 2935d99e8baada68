/* Lines into a session; see lines.h. */
#include "mcp/lines.h"

bool lines_handle(struct framing *framing, struct mcp_session *session, bool ended)
{
	enum framing_outcome outcome;
	struct str line;

	while (mcp_session_out(session)->len < LINES_FLUSH_BYTES) {
		outcome = framing_next(framing, &line);
		if (outcome == FRAMING_MORE && ended)
			outcome = framing_rest(framing, &line);
		if (outcome == FRAMING_MORE)
			return false;
		if (outcome == FRAMING_LINE)
			mcp_session_receive(session, line);
		else
			mcp_session_too_long(session, line);
	}
	return true;
}
