/* Which assistants are connected; see connected.h. */
#include "agent/connected.h"

#include "agent/connect_state.h"
#include "core/json.h"

void connected_names(const struct platform_dirs *dirs, struct buf *out)
{
	struct connect_state state;
	json_t *seen, *entry;
	size_t i;

	/* Unreadable is told by `connect --status`; here it is nothing to tell. */
	if (connect_state_look(&state, dirs->state, NULL) < 0)
		return;
	seen = json_object();
	json_array_foreach (state.entries, i, entry) {
		const char *name = json_text(entry, "assistant");

		if (json_object_get(seen, name))
			continue;
		(void)buf_add_format(out, "%s%s", json_object_size(seen) ? ", " : "", name);
		(void)json_object_set_new(seen, name, json_true());
	}
	json_decref(seen);
	connect_state_close(&state);
}
