/*
 * The selection and the clipboard for the palette: what the platform held of them when
 * the picker was called, before anything of ours was on them. One thread, the
 * platform's.
 */
#ifndef DESKTOP_PALETTE_SOURCES_H
#define DESKTOP_PALETTE_SOURCES_H

#include "desktop/courier.h"
#include "desktop/palette.h"

struct palette_sources {
	struct platform_desktop *desktop;
	const struct courier *courier; /* says whether they are still being read */
	struct palette *palette;
	bool wanted[2]; /* selection, clipboard */
};

/* The palette's calls.source: answers at once, or as soon as they are held. */
void palette_sources_ask(struct palette_sources *sources, enum prompt_from from);
/* Every event of the platform comes here, after the courier had it. True: something was
 * told to the palette. */
bool palette_sources_event(struct palette_sources *sources, const struct platform_event *event);

#endif
