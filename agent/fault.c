/* The agent's last error; see fault.h. */
#include "agent/fault.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"

#define FAULT_FILE "agent.error.json"

void fault_write(const struct platform_dirs *dirs, const char *event, const char *why)
{
	struct buf text = BUF_INIT(8192);
	char now[CLOCK_TEXT_BYTES];
	struct err ignored;
	json_t *json;

	clock_format(clock_now_ms(), now);
	json = json_pack(
		"{s:s, s:s, s:o}", "time", now, "event", event, "why", json_from_str(str_of(why)));
	if (json != NULL && json_write(json, &text) == 0)
		(void)platform_put_private(
			dirs->state, FAULT_FILE, (struct str){text.data, text.len}, &ignored);
	json_decref(json);
	buf_fini(&text);
}

int fault_read(const struct platform_dirs *dirs, struct fault *fault)
{
	const char *time, *event, *why;
	json_t *json;
	int outcome = endpoint_read_json(dirs->state, FAULT_FILE, &json);

	if (outcome != ENDPOINT_OK)
		return outcome;
	time = json_text(json, "time");
	event = json_text(json, "event");
	why = json_text(json, "why");
	if (time == NULL || event == NULL || why == NULL) {
		outcome = ENDPOINT_NONE;
	} else {
		(void)snprintf(fault->time, sizeof fault->time, "%s", time);
		(void)snprintf(fault->event, sizeof fault->event, "%s", event);
		(void)snprintf(fault->why, sizeof fault->why, "%s", why);
	}
	json_decref(json);
	return outcome;
}
