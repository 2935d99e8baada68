/* Words and options of a command, and the nearest word to a mistyped one. */
#include "agent/options.h"

#include "agent/call.h"
#include "core/near.h"
#include "tests/test.h"

static const struct command_option options[] = {
	{"format", 'f', "FORMAT", "", COMMAND_TEXT, NULL, false},
	{"dry-run", 'n', NULL, "", COMMAND_TEXT, NULL, false},
	{"names", 0, "BEGINNING", "", COMMAND_TEXT, NULL, true},
	{0},
};

static const struct command command = {
	.name = "copy",
	.words = "FROM TO",
	.words_min = 1,
	.words_max = 2,
	.options = options,
};

static const struct command bare = {.name = "bare", .words = ""};

#define WORDS_MAX 8
struct parsed {
	struct call call;
	char words[WORDS_MAX][32];
	char *argv[WORDS_MAX + 1];
	int outcome;
};

static void parse(struct parsed *parsed, const struct command *of, const char *line)
{
	struct str word, rest = str_of(line);
	int argc = 0;

	call_init(&parsed->call, NULL, NULL);
	parsed->call.command = of;
	while (rest.n > 0) {
		word = str_cut(rest, ' ', &rest);
		(void)snprintf(parsed->words[argc], sizeof parsed->words[argc], "%.*s", (int)word.n,
			word.p);
		parsed->argv[argc] = parsed->words[argc];
		argc++;
	}
	parsed->argv[argc] = NULL;
	parsed->outcome = options_parse(&parsed->call, argc, parsed->argv);
}

static void words_and_options_stand_in_any_order(void)
{
	struct parsed parsed;

	parse(&parsed, &command, "copy a --dry-run b -f csv --json");
	CHECK(parsed.outcome == OPTIONS_RUN);
	CHECK(parsed.call.n_words == 2);
	CHECK_STR(parsed.call.words[0], "a");
	CHECK_STR(parsed.call.words[1], "b");
	CHECK(call_flag(&parsed.call, "dry-run"));
	CHECK_STR(call_value(&parsed.call, "format"), "csv");
	CHECK(call_value(&parsed.call, "names") == NULL);
	CHECK(parsed.call.json);
	call_fini(&parsed.call);
}

static void after_two_dashes_all_are_words(void)
{
	struct parsed parsed;

	parse(&parsed, &command, "copy --format=x -- --json -f");
	CHECK(parsed.outcome == OPTIONS_RUN);
	CHECK(parsed.call.n_words == 2);
	CHECK_STR(parsed.call.words[0], "--json");
	CHECK_STR(call_value(&parsed.call, "format"), "x");
	CHECK(!parsed.call.json);
	call_fini(&parsed.call);
}

static void help_is_asked_for_before_words_are_counted(void)
{
	struct parsed parsed;

	parse(&parsed, &command, "copy --help");
	CHECK(parsed.outcome == OPTIONS_HELP);
	call_fini(&parsed.call);
	parse(&parsed, &bare, "bare -h");
	CHECK(parsed.outcome == OPTIONS_HELP);
	call_fini(&parsed.call);
}

static void faults_say_what_and_what_next(void)
{
	static const struct {
		const struct command *command;
		const char *line, *message, *hint;
	} cases[] = {
		{&command, "copy a --formt csv", "copy has no option --formt",
			"did you mean --format?"},
		{&command, "copy a --jsn", "copy has no option --jsn", "did you mean --json?"},
		{&command, "copy a --nams", "copy has no option --nams",
			"promptd help copy shows what it takes"},
		{&command, "copy a -x", "copy has no option -x",
			"promptd help copy shows what it takes"},
		{&command, "copy a --format", "--format needs a value: FORMAT",
			"promptd help copy shows what it takes"},
		{&command, "copy a -f", "--format needs a value: FORMAT",
			"promptd help copy shows what it takes"},
		{&command, "copy a --dry-run=yes", "--dry-run takes no value",
			"promptd help copy shows what it takes"},
		{&command, "copy a --json=yes", "--json takes no value",
			"promptd help copy shows what it takes"},
		{&command, "copy", "copy needs FROM TO", "promptd help copy shows what it takes"},
		{&command, "copy a b c", "copy takes FROM TO and no more: \"c\"",
			"promptd help copy shows what it takes"},
		{&bare, "bare a", "bare takes options only, not \"a\"",
			"promptd help bare shows what it takes"},
	};
	struct parsed parsed;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		parse(&parsed, cases[i].command, cases[i].line);
		CHECK(parsed.outcome < 0);
		CHECK_STR(parsed.call.err.text, cases[i].message);
		CHECK_STR(parsed.call.hint, cases[i].hint);
		call_fini(&parsed.call);
	}
}

static void a_fault_is_told_as_json_when_that_was_asked(void)
{
	struct parsed parsed;

	parse(&parsed, &command, "copy --wrong --json");
	CHECK(parsed.outcome < 0 && parsed.call.json);
	call_fini(&parsed.call);
	parse(&parsed, &command, "copy --wrong -- --json");
	CHECK(parsed.outcome < 0 && !parsed.call.json);
	call_fini(&parsed.call);
}

static void letters_wrong_left_out_added_or_swapped_are_near(void)
{
	CHECK(near_distance(STR("search"), STR("search")) == 0);
	CHECK(near_distance(STR("serach"), STR("search")) == 1);
	CHECK(near_distance(STR("seach"), STR("search")) == 1);
	CHECK(near_distance(STR("seearch"), STR("search")) == 1);
	CHECK(near_distance(STR("sxarxh"), STR("search")) == 2);
	CHECK(near_distance(STR(""), STR("tags")) == 4);
	CHECK(near_distance(STR("kitten"), STR("sitting")) == 3);
}

static void only_the_nearest_of_near_words_is_meant(void)
{
	struct near near;

	near_init(&near, STR("lst"));
	near_offer(&near, STR("remove"), STR("remove"));
	CHECK_STR(near.best, "");
	near_offer(&near, STR("list"), STR("list"));
	near_offer(&near, STR("last"), STR("last"));
	CHECK_STR(near.best, "list");

	near_init(&near, STR("code-rev"));
	near_offer(&near, STR("code-review"), STR("team/code-review"));
	CHECK_STR(near.best, "team/code-review");

	near_init(&near, STR("zz"));
	near_offer(&near, STR("ls"), STR("ls"));
	CHECK_STR(near.best, "");
}

int main(void)
{
	RUN(words_and_options_stand_in_any_order);
	RUN(after_two_dashes_all_are_words);
	RUN(help_is_asked_for_before_words_are_counted);
	RUN(faults_say_what_and_what_next);
	RUN(a_fault_is_told_as_json_when_that_was_asked);
	RUN(letters_wrong_left_out_added_or_swapped_are_near);
	RUN(only_the_nearest_of_near_words_is_meant);
	return 0;
}
