/* Doctor's rows of recorded uses and where they go; see doctor.h. */
#include "agent/doctor.h"
#include "agent/uses_tell.h"

void doctor_uses(struct doctor *doctor)
{
	struct buf line = BUF_INIT(1024);
	struct uses_tell tell = {.n = 0};
	struct store *store;
	struct err err;
	const char *mend;
	size_t i;

	doctor->check = "usage";
	/* What is wrong with the library has a row of its own. */
	if (!call_has_library(doctor->call) ||
		call_store(doctor->call, false, &store) != COMMAND_DONE ||
		uses_tell_read(doctor->call, store, &tell, &err) != 0)
		return;
	if (tell.n == 0)
		doctor_say(doctor, LEVEL_OK, NULL, "recorded here and sent nowhere");
	for (i = 0; i < tell.n; i++) {
		buf_clear(&line);
		uses_tell_line(&tell.places[i], &line);
		mend = uses_tell_mend(&tell.places[i]);
		doctor_say(doctor, mend != NULL ? LEVEL_WARN : LEVEL_OK, mend, "%s: %s",
			outbox_sink_name(tell.places[i].state.sink), buf_text(&line));
	}
	buf_fini(&line);
}
