/* Server-sent events; see events.h. */
#include "sync/events.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"

void events_init(struct events *events)
{
	*events = (struct events){.line = BUF_INIT(EVENTS_LINE_MAX)};
}

void events_fini(struct events *events)
{
	buf_fini(&events->line);
}

static int64_t number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
									: -1;
}

/* An empty line: the event is whole. */
static void dispatch(struct events *events)
{
	json_t *data = NULL;

	if (events->changed) {
		(void)json_door_parse(str_of(events->data), &data, NULL);
		events->news = true;
		events->seq = number(data, "seq");
		events->spread_ms = number(data, "spread_ms");
		json_decref(data);
	}
	events->changed = false;
	events->data[0] = '\0';
}

static void take_line(struct events *events)
{
	struct str line = {buf_text(&events->line), events->line.len}, name, value;

	if (line.n == 0) {
		dispatch(events);
		return;
	}
	name = str_cut(line, ':', &value);
	if (value.n > 0 && value.p[0] == ' ')
		value = (struct str){value.p + 1, value.n - 1};
	if (str_is(name, "event"))
		events->changed = str_is(value, "changed");
	else if (str_is(name, "data") && value.n < sizeof events->data)
		(void)snprintf(events->data, sizeof events->data, "%.*s", (int)value.n, value.p);
}

/* A line ends with \n, \r or both. */
bool events_add(struct events *events, struct str bytes)
{
	size_t i;

	for (i = 0; i < bytes.n; i++) {
		bool second = events->cr && bytes.p[i] == '\n';

		events->cr = bytes.p[i] == '\r';
		if (second)
			continue;
		if (bytes.p[i] != '\n' && bytes.p[i] != '\r') {
			if (buf_add_char(&events->line, bytes.p[i]) != 0)
				return false;
			continue;
		}
		take_line(events);
		buf_clear(&events->line);
	}
	return true;
}

bool events_take(struct events *events, int64_t *seq, int64_t *spread_ms)
{
	bool news = events->news;

	if (news) {
		*seq = events->seq;
		*spread_ms = events->spread_ms;
	}
	events->news = false;
	return news;
}
