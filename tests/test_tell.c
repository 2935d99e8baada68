/* Tests of mcp/tell: when to look whether the library changed. */
#include "mcp/tell.h"
#include "tests/test.h"

#define SPACING 50

static void the_first_word_is_followed_at_once(void)
{
	struct tell tell = {0};

	CHECK(tell.due_ms == 0);
	tell_noticed(&tell, 100000, SPACING);
	CHECK(tell.due_ms == 100000);
}

static void words_in_a_row_are_followed_with_a_distance(void)
{
	struct tell tell = {0};

	tell_noticed(&tell, 100000, SPACING);
	tell_looked(&tell, 100000);
	tell_noticed(&tell, 100001, SPACING);
	CHECK(tell.due_ms == 100000 + SPACING);
	tell_noticed(&tell, 100040, SPACING);
	CHECK(tell.due_ms == 100000 + SPACING);
}

/* The word comes before the commit can be seen. */
static void there_are_two_more_looks_and_then_rest(void)
{
	struct tell tell = {0};

	tell_noticed(&tell, 100000, SPACING);
	tell_looked(&tell, 100000);
	CHECK(tell.due_ms == 100000 + TELL_SOON_MS);
	tell_looked(&tell, 100060);
	CHECK(tell.due_ms == 100060 + TELL_LATE_MS);
	tell_looked(&tell, 101070);
	CHECK(tell.due_ms == 0);
}

static void a_new_word_begins_anew(void)
{
	struct tell tell = {0};

	tell_noticed(&tell, 100000, SPACING);
	tell_looked(&tell, 100000);
	tell_looked(&tell, 100050);
	tell_noticed(&tell, 100200, SPACING);
	CHECK(tell.due_ms == 100200);
	tell_looked(&tell, 100200);
	CHECK(tell.due_ms == 100200 + TELL_SOON_MS);
}

int main(void)
{
	RUN(the_first_word_is_followed_at_once);
	RUN(words_in_a_row_are_followed_with_a_distance);
	RUN(there_are_two_more_looks_and_then_rest);
	RUN(a_new_word_begins_anew);
	return 0;
}
