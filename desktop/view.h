/*
 * What the palette is, as the platform shows it: plain data that points into the
 * palette, good until that changes. One thread.
 */
#ifndef DESKTOP_VIEW_H
#define DESKTOP_VIEW_H

#include "desktop/palette.h"
#include "platform/picker.h"

struct view {
	struct platform_picker what; /* made of the rest */
	struct platform_picker_row rows[PALETTE_ROWS_MAX];
	struct platform_badge badges[PALETTE_ROWS_MAX][PALETTE_BADGES_MAX];
	struct platform_mark marks[PALETTE_ROWS_MAX][2][PALETTE_MARKS_MAX];
	struct platform_picker_field fields[PROMPT_INPUTS_MAX];
	struct str items[PROMPT_CHOICES_MAX];
	struct platform_detail details[PALETTE_DETAILS_MAX];
	struct platform_mark spans[PALETTE_SPANS_MAX];
	char note[64], said[128];
};

/* Of an open palette. */
void view_make(struct view *view, const struct palette *palette);

#endif
