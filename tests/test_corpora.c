/*
 * Real prompts by other people, read from ../shared/data/corpora: every one must
 * come in. Skipped where the data is not there.
 */
#include "core/clock.h"
#include "tests/collect.h"

#define CORPORA SOURCE_DIR "/../shared/data/corpora/"

static void import_timed(struct collect *got, const char *path)
{
	int64_t from = clock_monotonic_us(), us;

	collect_import(got, path, NULL, NULL);
	us = clock_monotonic_us() - from;
	(void)printf("# %s: %zu prompts, %zu errors, %zu warnings, %.0f prompts/s\n",
		path + sizeof(CORPORA) - 1, got->n_prompts, got->n_errors, got->n_warnings,
		(double)got->n_prompts * 1e6 / (double)(us > 0 ? us : 1));
}

static void every_row_of_prompts_chat_comes_in(void)
{
	struct collect got;
	size_t inputs = 0, devs = 0, hidden = 0, kept = 0;

	import_timed(&got, CORPORA "prompts-chat/prompts.csv");
	(void)fputs(buf_text(&got.errors), stderr);
	CHECK(got.n_prompts == 1282 && got.n_errors == 0);
	for (size_t i = 0; i < got.n_prompts; i++) {
		const struct prompt *p = got.prompts[i];

		inputs += p->n_inputs;
		for (size_t j = 0; j < p->n_tags; j++)
			devs += strcmp(p->tags[j], "for-devs") == 0;
		hidden += (p->flags & PROMPT_FLAG_HIDDEN) != 0;
		kept += p->extra != NULL && strncmp(p->extra, "contributor: ", 13) == 0;
	}
	(void)printf("# %zu variables, %zu for developers, %zu with hidden characters\n", inputs,
		devs, hidden);
	CHECK(devs == 86 && kept == 1282);
	CHECK(inputs > 1000);
	collect_fini(&got);
}

static void every_pattern_of_fabric_comes_in(void)
{
	struct collect got;
	size_t described = 0, users = 0;

	import_timed(&got, CORPORA "fabric");
	(void)fputs(buf_text(&got.errors), stderr);
	CHECK(got.n_prompts == 255 && got.n_errors == 0);
	for (size_t i = 0; i < got.n_prompts; i++) {
		const struct prompt *p = got.prompts[i];

		CHECK(p->messages[0].role == PROMPT_SYSTEM);
		CHECK(strchr(p->path, '/') == NULL);
		described += p->description != NULL && p->n_tags > 0;
		users += p->n_messages > 1;
	}
	(void)printf("# %zu described and tagged, %zu with user.md\n", described, users);
	CHECK(described == 255);
	CHECK(users == 8);
	collect_fini(&got);
}

static void single_patterns_find_their_description(void)
{
	struct collect got;

	collect_import(&got, CORPORA "fabric/data/patterns/write_essay", NULL, NULL);
	CHECK(got.n_prompts == 1);
	CHECK_STR(got.prompts[0]->path, "write_essay");
	CHECK(got.prompts[0]->description != NULL);
	CHECK(got.prompts[0]->n_inputs == 1);
	CHECK_STR(got.prompts[0]->inputs[0].name, "author_name");
	collect_fini(&got);
}

int main(void)
{
	if (access(CORPORA "prompts-chat/prompts.csv", R_OK) != 0) {
		(void)printf("skipped: no corpora in %s\n", CORPORA);
		return TEST_SKIP;
	}
	RUN(every_row_of_prompts_chat_comes_in);
	RUN(every_pattern_of_fabric_comes_in);
	RUN(single_patterns_find_their_description);
	return 0;
}
