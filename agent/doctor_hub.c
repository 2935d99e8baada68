/* Rows of promptd doctor: does the hub answer, and whom; see hub_tell.h. */
#include "agent/doctor.h"
#include "agent/hub_tell.h"

void doctor_hub(struct doctor *doctor)
{
	struct buf line = BUF_INIT(4096);
	struct hub_tell tell;
	char space[640];
	const char *mend;
	enum level level = LEVEL_OK;

	doctor->check = "hub";
	hub_tell_read(doctor->call, &tell);
	hub_tell_line(&tell, &line);
	mend = hub_tell_mend(&tell, space);
	if (mend != NULL)
		level = tell.state.condition == HUB_AWAY || tell.state.condition == HUB_FINE ||
					tell.state.condition == HUB_WAITING ||
					tell.state.condition == HUB_ASKING
				? LEVEL_WARN
				: LEVEL_FAIL;
	if (tell.signed_in)
		doctor_say(doctor, level, mend, "%s: %s", tell.hub, buf_text(&line));
	else
		doctor_say(doctor, level, mend, "%s", buf_text(&line));
	buf_fini(&line);
}
