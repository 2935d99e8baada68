/* Passwords and tokens, by libsodium; see secret.h. */
#include "hub/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/id.h"

#define AT_ONCE 2
#define MEMORY ((size_t)19 * 1024 * 1024)
#define PASSES 2ULL

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over running */
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int running;
static char no_password[crypto_pwhash_STRBYTES];

int secret_init(struct err *err)
{
	char word[SECRET_TOKEN_BYTES], hash[SHA256_HEX_BYTES];

	if (sodium_init() < 0)
		return err_set(err, ERR_FAILED, "libsodium does not start");
	secret_token("", word, hash);
	if (crypto_pwhash_str_alg(no_password, word, strlen(word), PASSES, MEMORY,
		    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_MEMORY, "no memory for passwords (19 MiB)");
	return 0;
}

void secret_token(const char *prefix, char token[SECRET_TOKEN_BYTES], char hash[SHA256_HEX_BYTES])
{
	unsigned char random[32];
	char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

	id_random(random, sizeof random);
	(void)sodium_bin2base64(
		text, sizeof text, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	(void)snprintf(token, SECRET_TOKEN_BYTES, "%.8s%s", prefix, text);
	secret_token_hash(str_of(token), hash);
	sodium_memzero(random, sizeof random);
	sodium_memzero(text, sizeof text);
}

void secret_token_hash(struct str token, char hash[SHA256_HEX_BYTES])
{
	sha256_hex(token.p, token.n, hash);
}

void secret_user_code(char code[10])
{
	static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ23456789";
	int i;

	for (i = 0; i < 9; i++)
		code[i] = i == 4 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
	code[9] = '\0';
}

/* One of the two places, or ERR_BUSY. */
static int enter(struct err *err)
{
	struct timespec until;
	int rc = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SECRET_WAIT_MS / 1000;
	(void)pthread_mutex_lock(&lock);
	while (running >= AT_ONCE && rc == 0)
		rc = pthread_cond_timedwait(&freed, &lock, &until);
	if (running < AT_ONCE) {
		running++;
		rc = 0;
	}
	(void)pthread_mutex_unlock(&lock);
	return rc == 0 ? 0 : err_set(err, ERR_BUSY, "too many are signing in; try again");
}

static void leave(void)
{
	(void)pthread_mutex_lock(&lock);
	running--;
	(void)pthread_cond_signal(&freed);
	(void)pthread_mutex_unlock(&lock);
}

int secret_password_hash(struct str password, char hash[SECRET_HASH_BYTES], struct err *err)
{
	int rc;

	if (secret_password_fits(password, err) != 0 || enter(err) != 0)
		return -1;
	rc = crypto_pwhash_str_alg(
		hash, password.p, password.n, PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13);
	leave();
	return rc == 0 ? 0 : err_set(err, ERR_MEMORY, "no memory for passwords (19 MiB)");
}

int secret_password_check(struct str password, const char *hash, struct err *err)
{
	int rc;

	if (password.n > SECRET_PASSWORD_MAX)
		return 1;
	if (enter(err) != 0)
		return -1;
	rc = crypto_pwhash_str_verify(hash != NULL ? hash : no_password, password.p, password.n);
	leave();
	return rc == 0 && hash != NULL ? 0 : 1;
}

int secret_password_fits(struct str password, struct err *err)
{
	size_t i, characters = 0;
	bool varied = false;

	for (i = 0; i < password.n; i++) {
		characters += ((unsigned char)password.p[i] & 0xC0) != 0x80;
		varied = varied || password.p[i] != password.p[0];
	}
	if (characters < SECRET_PASSWORD_MIN || !varied)
		return err_set(err, ERR_INVALID,
			"a password has at least %d characters, not all "
			"the same",
			SECRET_PASSWORD_MIN);
	if (password.n > SECRET_PASSWORD_MAX)
		return err_set(
			err, ERR_INVALID, "a password has at most %d bytes", SECRET_PASSWORD_MAX);
	return 0;
}
