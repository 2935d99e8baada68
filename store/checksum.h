/*
 * Checksums of rows: SQLite checks the form of its pages, not what stands in
 * them, and text changed by a bad disk is not to be served. Against chance, not
 * against an adversary. Of this room only.
 */
#ifndef STORE_CHECKSUM_H
#define STORE_CHECKSUM_H

#include <stdint.h>
#include <string.h>

#include "core/str.h"

#define CHECKSUM_INIT UINT64_C(0x6a09e667f3bcc908)

/* Each step is a bijection of the state, so any one changed word is seen. */
static inline void checksum_word(uint64_t *sum, uint64_t word)
{
	*sum = (*sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	*sum ^= *sum >> 32;
}

/* A field: its length, then its bytes by eight. Nothing (NULL) is as empty. */
static inline void checksum_str(uint64_t *sum, struct str text)
{
	uint64_t word;

	checksum_word(sum, text.n);
	for (; text.n >= 8; text.p += 8, text.n -= 8) {
		memcpy(&word, text.p, 8);
		checksum_word(sum, word);
	}
	if (text.n > 0) {
		word = 0;
		memcpy(&word, text.p, text.n);
		checksum_word(sum, word);
	}
}

/* As a column keeps it. */
static inline int64_t checksum_end(uint64_t sum)
{
	return (int64_t)(sum & INT64_MAX);
}

#endif
