/* SHA-256 against FIPS 180-4's examples, HMAC against RFC 4231. */
#include "core/sha256.h"
#include "core/str.h"
#include "tests/test.h"

static void sha256_agrees_with_fips_180(void)
{
	char hex[SHA256_HEX_BYTES];

	sha256_hex("abc", 3, hex);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_hex("", 0, hex);
	CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
	CHECK_STR(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sha256_is_the_same_in_pieces(void)
{
	unsigned char whole[SHA256_BYTES], parts[SHA256_BYTES];
	char text[300];
	struct sha256 sha;
	size_t i, step;

	for (i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	sha256_init(&sha);
	sha256_add(&sha, text, sizeof text);
	sha256_end(&sha, whole);
	for (step = 1; step < 130; step++) {
		sha256_init(&sha);
		for (i = 0; i < sizeof text; i += step)
			sha256_add(&sha, text + i, sizeof text - i < step ? sizeof text - i : step);
		sha256_end(&sha, parts);
		CHECK(memcmp(whole, parts, sizeof whole) == 0);
	}
}

static void hmac_agrees_with_rfc_4231(void)
{
	unsigned char key[131], mac[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	str_hex(mac, sizeof mac, hex);
	CHECK_STR(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	hmac_sha256(
		key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First", 54, mac);
	str_hex(mac, sizeof mac, hex);
	CHECK_STR(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
	RUN(sha256_agrees_with_fips_180);
	RUN(sha256_is_the_same_in_pieces);
	RUN(hmac_agrees_with_rfc_4231);
	return 0;
}
