/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). Our own because the stdio
 * server may link nothing but sqlite and jansson. Any thread.
 */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX_BYTES 65 /* with the NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t len;
	unsigned char block[64];
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t len);
void sha256_end(struct sha256 *sha, unsigned char digest[SHA256_BYTES]);

/* Digest of one text as 64 lower-case hexadecimal digits. */
void sha256_hex(const void *bytes, size_t len, char out[SHA256_HEX_BYTES]);

void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
	unsigned char mac[SHA256_BYTES]);

#endif
