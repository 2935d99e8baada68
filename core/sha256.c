/* SHA-256 and HMAC; see sha256.h. */
#include "core/sha256.h"

#include <string.h>

#include "core/str.h"

static const uint32_t sha256_k[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
	0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6,
	0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
	0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585,
	0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
	0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void sha256_schedule(const unsigned char block[64], uint32_t w[64])
{
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (; i < 64; i++) {
		uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void sha256_block(uint32_t state[8], const unsigned char block[64])
{
	uint32_t w[64], v[8];
	int i;

	sha256_schedule(block, w);
	memcpy(v, state, sizeof v);
	for (i = 0; i < 64; i++) {
		uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
		uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t t1 = v[7] + s1 + choice + sha256_k[i] + w[i];
		uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
		uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);

		memmove(v + 1, v, 7 * sizeof v[0]);
		v[4] += t1;
		v[0] = t1 + s0 + majority;
	}
	for (i = 0; i < 8; i++)
		state[i] += v[i];
}

void sha256_init(struct sha256 *sha)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(sha->state, start, sizeof start);
	sha->len = 0;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t held = sha->len % 64;

	if (len == 0)
		return;
	sha->len += len;
	if (held > 0) {
		size_t part = 64 - held < len ? 64 - held : len;

		memcpy(sha->block + held, p, part);
		p += part;
		len -= part;
		if (held + part < 64)
			return;
		sha256_block(sha->state, sha->block);
	}
	for (; len >= 64; p += 64, len -= 64)
		sha256_block(sha->state, p);
	if (len > 0)
		memcpy(sha->block, p, len);
}

void sha256_end(struct sha256 *sha, unsigned char digest[SHA256_BYTES])
{
	static const unsigned char padding[64] = {0x80};
	uint64_t bits = sha->len * 8;
	unsigned char tail[8];
	size_t held = sha->len % 64;
	int i;

	sha256_add(sha, padding, held < 56 ? 56 - held : 120 - held);
	for (i = 0; i < 8; i++)
		tail[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(sha, tail, sizeof tail);
	for (i = 0; i < SHA256_BYTES; i++)
		digest[i] = (unsigned char)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_hex(const void *bytes, size_t len, char out[SHA256_HEX_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, bytes, len);
	sha256_end(&sha, digest);
	str_hex(digest, sizeof digest, out);
}

void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
	unsigned char mac[SHA256_BYTES])
{
	unsigned char pad[64] = {0};
	struct sha256 sha;
	int i;

	sha256_init(&sha);
	if (key_len > sizeof pad) {
		sha256_add(&sha, key, key_len);
		sha256_end(&sha, pad);
		sha256_init(&sha);
	} else if (key_len > 0) {
		memcpy(pad, key, key_len);
	}
	for (i = 0; i < 64; i++)
		pad[i] ^= 0x36;
	sha256_add(&sha, pad, sizeof pad);
	sha256_add(&sha, bytes, len);
	sha256_end(&sha, mac);
	for (i = 0; i < 64; i++)
		pad[i] ^= 0x36 ^ 0x5C;
	sha256_init(&sha);
	sha256_add(&sha, pad, sizeof pad);
	sha256_add(&sha, mac, SHA256_BYTES);
	sha256_end(&sha, mac);
}
