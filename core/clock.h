/*
 * Time, so that tests can turn it. Any thread.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/str.h"

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_now_ms(void);
/* Microseconds of a clock that never jumps; for measuring. */
int64_t clock_monotonic_us(void);
/* Likewise; goes on while the machine is suspended, where the system can tell. */
int64_t clock_awake_us(void);

/* For tests: from now on clock_now_ms() says this (negative: real time). */
void clock_freeze(int64_t now_ms);

/* "2026-11-21T08:15:30Z" into out (at least 21 bytes). */
#define CLOCK_TEXT_BYTES 32
void clock_format(int64_t time_ms, char out[CLOCK_TEXT_BYTES]);
/* The same back, to the second. False: it is no such text, and *time_ms stays. */
bool clock_parse(struct str text, int64_t *time_ms);

#endif
