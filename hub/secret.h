/*
 * Passwords and tokens. Any thread, after secret_init().
 */
#ifndef HUB_SECRET_H
#define HUB_SECRET_H

#include <stdbool.h>

#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"

#define SECRET_TOKEN_BYTES 64	/* of a token's text, with the NUL */
#define SECRET_PASSWORD_MIN 12	/* characters that a password must have */
#define SECRET_PASSWORD_MAX 512 /* bytes */
#define SECRET_HASH_BYTES 128	/* libsodium's crypto_pwhash_STRBYTES */

int secret_init(struct err *err);

/* PREFIX and 256 random bits ("pk_…"); *hash is what is kept of it. */
void secret_token(const char *prefix, char token[SECRET_TOKEN_BYTES], char hash[SHA256_HEX_BYTES]);
void secret_token_hash(struct str token, char hash[SHA256_HEX_BYTES]);
/* Eight letters and digits that are not mistaken for others, "ABCD-EFGH". */
void secret_user_code(char code[10]);

/*
 * argon2id, 19 MiB, two passes (OWASP's figures). At most two at once: a third
 * waits for SECRET_WAIT_MS and is then refused with ERR_BUSY.
 */
#define SECRET_WAIT_MS 3000
int secret_password_hash(struct str password, char hash[SECRET_HASH_BYTES], struct err *err);
/* 0 it is the one, 1 it is not. A NULL hash takes as long and is never right: who has
 * no account learns nothing by the time it takes. */
int secret_password_check(struct str password, const char *hash, struct err *err);
/* ERR_INVALID: too short, too long, or one character again and again. */
int secret_password_fits(struct str password, struct err *err);

#endif
