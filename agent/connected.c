/* Which assistants are connected; see connected.h. */
#include "agent/connected.h"

#include <string.h>

#include "agent/connect_state.h"
#include "core/json.h"

static bool holds(const json_t *names, const char *name)
{
	const json_t *known;
	size_t i;

	json_array_foreach (names, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return true;
	return false;
}

json_t *connected_list(const struct platform_dirs *dirs)
{
	json_t *names = json_array(), *entry;
	struct connect_state state;
	struct err err;
	size_t i;

	if (connect_state_look(&state, dirs->state, &err) != 0)
		return names;
	json_array_foreach (state.entries, i, entry) {
		const char *name = json_text(entry, "assistant");

		if (!holds(names, name))
			(void)json_array_append_new(names, json_string(name));
	}
	connect_state_close(&state);
	return names;
}

void connected_text(const json_t *names, struct buf *out)
{
	const json_t *name;
	size_t i;

	json_array_foreach (names, i, name)
		(void)buf_add_format(out, "%s%s", i > 0 ? ", " : "", json_string_value(name));
}
