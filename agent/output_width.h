/*
 * For output.c and main only: makes ready what output_width() stands on.
 */
#ifndef AGENT_OUTPUT_WIDTH_H
#define AGENT_OUTPUT_WIDTH_H

/* Character classes as Unicode has them, whatever the user's locale is. */
void output_width_init(void);

#endif
