/* hub/secret: tokens, codes and passwords. */
#include <pthread.h>

#include "hub/secret.h"
#include "tests/test.h"

static void tokens_are_random_and_known_by_their_hash(void)
{
	char a[SECRET_TOKEN_BYTES], b[SECRET_TOKEN_BYTES];
	char hash[SHA256_HEX_BYTES], again[SHA256_HEX_BYTES], other[SHA256_HEX_BYTES];

	secret_token("pk_", a, hash);
	secret_token("pk_", b, other);
	CHECK(strncmp(a, "pk_", 3) == 0 && strlen(a) == 3 + 43); /* 256 bits */
	CHECK(strcmp(a, b) != 0 && strcmp(hash, other) != 0);
	secret_token_hash(str_of(a), again);
	CHECK_STR(again, hash);
	CHECK(strspn(a + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
		43);
}

static void codes_are_typed_without_mistakes(void)
{
	char code[10], before[10] = "";
	int i;

	for (i = 0; i < 1000; i++) {
		secret_user_code(code);
		CHECK(strlen(code) == 9 && code[4] == '-');
		CHECK(strpbrk(code, "AEIOUY01") == NULL);
		CHECK(strcmp(code, before) != 0);
		memcpy(before, code, sizeof before);
	}
}

static void a_password_is_right_or_wrong(void)
{
	char hash[SECRET_HASH_BYTES], other[SECRET_HASH_BYTES];
	struct str good = STR("correct horse battery");
	struct err err;

	CHECK(secret_password_hash(good, hash, &err) == 0);
	CHECK(secret_password_hash(good, other, &err) == 0);
	CHECK(strcmp(hash, other) != 0); /* each with a salt of its own */
	CHECK(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
	CHECK(secret_password_check(good, hash, &err) == 0);
	CHECK(secret_password_check(STR("correct horse batterx"), hash, &err) == 1);
	CHECK(secret_password_check(STR(""), hash, &err) == 1);
	CHECK(secret_password_check(good, "", &err) == 1);
	CHECK(secret_password_check(good, "$argon2id$nonsense", &err) == 1);
	CHECK(secret_password_check(good, NULL, &err) == 1); /* no account */
}

static void a_weak_password_is_refused(void)
{
	static char most[SECRET_PASSWORD_MAX + 2];
	char hash[SECRET_HASH_BYTES];
	struct err err;

	memset(most, 'a', sizeof most);
	most[0] = 'b';
	CHECK(secret_password_fits(STR("elevenchars"), &err) == -1 && err.code == ERR_INVALID);
	CHECK(secret_password_fits(STR("twelve chars"), &err) == 0);
	CHECK(secret_password_fits(STR("aaaaaaaaaaaaaaaa"), &err) == -1);
	/* Characters are counted, not bytes. */
	CHECK(secret_password_fits(STR("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc"), &err) ==
		-1);
	CHECK(secret_password_fits((struct str){most, SECRET_PASSWORD_MAX}, &err) == 0);
	CHECK(secret_password_fits((struct str){most, SECRET_PASSWORD_MAX + 1}, &err) == -1);
	CHECK(secret_password_hash(STR("short"), hash, &err) == -1);
	CHECK(secret_password_check((struct str){most, SECRET_PASSWORD_MAX + 1}, NULL, &err) == 1);
}

/* More at once than may be: each is answered, by its password or by ERR_BUSY. */
static void *check_one(void *data)
{
	struct err err = {.text = ""};
	int rc = secret_password_check(STR("correct horse battery"), data, &err);

	CHECK(rc == 0 || (rc < 0 && err.code == ERR_BUSY));
	return NULL;
}

static void many_at_once_take_turns(void)
{
	char hash[SECRET_HASH_BYTES];
	pthread_t threads[8];
	struct err err;
	size_t i;

	CHECK(secret_password_hash(STR("correct horse battery"), hash, &err) == 0);
	for (i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, check_one, hash) == 0);
	for (i = 0; i < 8; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
	struct err err;

	CHECK(secret_init(&err) == 0);
	RUN(tokens_are_random_and_known_by_their_hash);
	RUN(codes_are_typed_without_mistakes);
	RUN(a_password_is_right_or_wrong);
	RUN(a_weak_password_is_refused);
	RUN(many_at_once_take_turns);
	return 0;
}
