/* Tests of core/prompt: making, checking, slugs, JSON and digests. */
#include "core/json.h"
#include "core/prompt.h"
#include "tests/test.h"

static struct prompt *sample(void)
{
	struct prompt *prompt = prompt_new();
	struct prompt_input *input;

	prompt_set(&prompt->path, STR("team/area/code-review"));
	prompt_set(&prompt->title, STR("Code review"));
	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("You review code."));
	(void)prompt_add_message(prompt, PROMPT_USER, STR("Review {{language}}: {{code}}"));
	input = prompt_add_input(prompt, STR("language"));
	prompt_input_add_choice(input, STR("C"));
	prompt_input_add_choice(input, STR("Rust"));
	prompt_set(&input->initial, STR("C"));
	input = prompt_add_input(prompt, STR("code"));
	input->required = true;
	prompt_add_tag(prompt, STR("review"));
	prompt_add_tag(prompt, STR("code"));
	prompt_add_tag(prompt, STR("review"));
	return prompt;
}

static void prompt_slugs_are_legal_parts_of_a_path(void)
{
	static const struct {
		const char *text, *slug;
	} cases[] = {
		{"Code Review", "code-review"},
		{"  --C++ (modern)!  ", "c-modern"},
		{"Node.js v1.2", "node.js-v1.2"},
		{"...hidden", "hidden"},
		{"a . b", "a-b"},
		{"snake_case", "snake_case"},
		{"\xc3\x9c"
		 "bersetzung f\xc3\xbcr T\xc3\xbcrk\xc3\xa7"
		 "e",
			"\xc3\x9c"
			"bersetzung-f\xc3\xbcr-t\xc3\xbcrk\xc3\xa7"
			"e"},
		{"\xe4\xbb\xa3\xe7\xa0\x81\xe3\x80\x80\xe5\xae\xa1\xe6\x9f\xa5",
			"\xe4\xbb\xa3\xe7\xa0\x81-\xe5\xae\xa1\xe6\x9f\xa5"},
		{"\xf0\x9f\x98\x80 hi \xff\xfe there", "hi-there"},
		{"\xf0\x9f\x98\x80", "prompt"},
		{"", "prompt"},
	};
	char longest[1000];
	char *slug;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		slug = prompt_slug(str_of(cases[i].text));
		CHECK_STR(slug, cases[i].slug);
		CHECK(prompt_check_path(str_of(slug), NULL) == 0);
		free(slug);
	}
	memset(longest, 'a', sizeof longest);
	slug = prompt_slug((struct str){longest, sizeof longest});
	CHECK(strlen(slug) <= PROMPT_SLUG_MAX && strlen(slug) > PROMPT_SLUG_MAX - 8);
	free(slug);
}

static void prompt_check_takes_a_whole_prompt(void)
{
	struct prompt *prompt = sample();
	struct err err = {0};

	CHECK(prompt_check(prompt, &err) == 0);
	CHECK(prompt->n_tags == 2);
	CHECK(str_is(prompt_name(prompt), "code-review"));
	prompt_free(prompt);
}

int main(void)
{
	json_door_init();
	RUN(prompt_slugs_are_legal_parts_of_a_path);
	RUN(prompt_check_takes_a_whole_prompt);
	return 0;
}
