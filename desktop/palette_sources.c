/* The selection and the clipboard for the palette; see palette_sources.h. */
#include "desktop/palette_sources.h"

static void answer(struct palette_sources *sources, enum prompt_from from)
{
	struct platform_desktop *desktop = sources->desktop;
	enum palette_source_outcome outcome = PALETTE_SOURCE_NONE;
	struct str text = {NULL, 0};
	int held = desktop->backend->held_text(desktop,
		from == PROMPT_FROM_SELECTION ? PLATFORM_PRIMARY : PLATFORM_CLIPBOARD, &text);

	sources->wanted[from == PROMPT_FROM_CLIPBOARD] = false;
	if (held == PLATFORM_OK)
		outcome = PALETTE_SOURCE_TEXT;
	else if (held == PLATFORM_OTHER)
		outcome = PALETTE_SOURCE_SECRET;
	palette_source(sources->palette, from, outcome, text);
}

/* With a paste still on its way what was held for that one is what the person had. */
void palette_sources_ask(struct palette_sources *sources, enum prompt_from from)
{
	if (sources->courier->paste.state == PASTE_SAVING)
		sources->wanted[from == PROMPT_FROM_CLIPBOARD] = true;
	else
		answer(sources, from);
}

bool palette_sources_event(struct palette_sources *sources, const struct platform_event *event)
{
	bool any = sources->wanted[0] || sources->wanted[1];

	if (event->type != PLATFORM_EVENT_SAVED || !any ||
		sources->courier->paste.state == PASTE_SAVING)
		return false;
	if (sources->wanted[0])
		answer(sources, PROMPT_FROM_SELECTION);
	if (sources->wanted[1])
		answer(sources, PROMPT_FROM_CLIPBOARD);
	return true;
}
