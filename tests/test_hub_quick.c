/* The hub's brake, and what it remembers of who asked; see hub/quick.h, principals.h. */
#include "hub/quick.h"

#include <stdlib.h>

#include "tests/test.h"

static void the_brake_grows_with_the_wait(void)
{
	CHECK(quick_poll_after_s(0) == 60);
	CHECK(quick_poll_after_s(QUICK_DELAY_US) == 60);
	CHECK(quick_poll_after_s(2 * QUICK_DELAY_US - 1) == 60);
	CHECK(quick_poll_after_s(2 * QUICK_DELAY_US) == 120);
	CHECK(quick_poll_after_s(10 * QUICK_DELAY_US) == 600);
	CHECK(quick_poll_after_s(INT64_MAX / 1000) == 900);
	CHECK(quick_poll_after_s(-1) == 60);
}

static struct known known_of(size_t number)
{
	struct known known = {.head = (int64_t)number};

	sha256_hex(&number, sizeof number, known.hash);
	return known;
}

static void it_is_bounded_and_forgets_the_oldest(void)
{
	struct principals *principals = principals_new();
	struct known known, busy = known_of(0);
	size_t i, found = 0;

	principals_keep(principals, &busy);
	for (i = 1; i <= 2 * PRINCIPALS_MAX; i++) {
		known = known_of(i);
		principals_keep(principals, &known);
		CHECK(principals_find(principals, busy.hash, &known) && known.head == 0);
	}
	for (i = 1; i <= 2 * PRINCIPALS_MAX; i++) {
		known = known_of(i);
		found += principals_find(principals, known.hash, &known);
	}
	CHECK(found > PRINCIPALS_MAX / 2 && found <= PRINCIPALS_MAX);
	principals_free(principals);
}

static void what_is_kept_again_is_there_once(void)
{
	struct principals *principals = principals_new();
	struct known known = known_of(7);

	CHECK(!principals_find(principals, known.hash, &known));
	principals_keep(principals, &known);
	known.head = 8;
	principals_keep(principals, &known);
	known.head = 0;
	CHECK(principals_find(principals, known.hash, &known) && known.head == 8);
	principals_free(principals);
}

int main(void)
{
	RUN(the_brake_grows_with_the_wait);
	RUN(it_is_bounded_and_forgets_the_oldest);
	RUN(what_is_kept_again_is_there_once);
	return 0;
}
