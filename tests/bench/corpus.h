/*
 * As many prompts as one likes, the same ones every time: titles and texts of
 * the prompts-chat corpus taken apart and put together anew; made-up words where
 * that corpus is not there. What is made is never kept.
 */
#ifndef TESTS_BENCH_CORPUS_H
#define TESTS_BENCH_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "core/prompt.h"

struct corpus;

/* dir: of prompts-chat; NULL or without prompts.csv: made-up words. */
struct corpus *corpus_open(const char *dir);
void corpus_close(struct corpus *corpus);
/* "prompts-chat" or "made-up". */
const char *corpus_name(const struct corpus *corpus);

/* The i-th prompt; yours. */
struct prompt *corpus_prompt(const struct corpus *corpus, size_t i);

/* A small generator of our own: every run and machine has the same numbers. */
uint64_t corpus_random(uint64_t *state);

#endif
