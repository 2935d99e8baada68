/* Words and options of one command; see options.h. */
#include "agent/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/near.h"

/* getopt_long() returns FIRST + the option's place in the command's table. */
enum { OPTION_JSON = 256, OPTION_HELP, OPTION_FIRST };

static size_t options_count(const struct command *command)
{
	size_t n = 0;

	while (command->options != NULL && command->options[n].name != NULL)
		n++;
	return n;
}

/* The table in getopt's own words; yours. */
static struct option *long_options(const struct command *command, size_t n)
{
	struct option *list = xcalloc(n + 3, sizeof *list);
	size_t i;

	list[0] = (struct option){"json", no_argument, NULL, OPTION_JSON};
	list[1] = (struct option){"help", no_argument, NULL, OPTION_HELP};
	for (i = 0; i < n; i++)
		list[i + 2] = (struct option){command->options[i].name,
			command->options[i].value != NULL ? required_argument : no_argument, NULL,
			OPTION_FIRST + (int)i};
	return list;
}

static void short_options(const struct command *command, size_t n, struct buf *text)
{
	size_t i;

	(void)buf_add_str(text, ":h");
	for (i = 0; i < n; i++) {
		if (command->options[i].letter == 0)
			continue;
		(void)buf_add_char(text, command->options[i].letter);
		if (command->options[i].value != NULL)
			(void)buf_add_char(text, ':');
	}
}

/* What getopt_long() returned as the place in the table, or one of the enum. */
static int option_place(const struct command *command, size_t n, int found)
{
	size_t i;

	for (i = 0; found > 0 && found < OPTION_JSON && i < n; i++)
		if (command->options[i].letter == found)
			return OPTION_FIRST + (int)i;
	return found == 'h' ? OPTION_HELP : found;
}

static void hint_usage(struct call *call)
{
	call_hint(call, "promptd help %s shows what it takes", call->command->name);
}

/* `word` is no option of this command; is one near? */
static int fail_unknown(struct call *call, struct str word, size_t n)
{
	struct str value, name = word;
	struct near near;
	size_t i;

	while (name.n > 0 && name.p[0] == '-')
		name = (struct str){name.p + 1, name.n - 1};
	name = str_cut(name, '=', &value);
	near_init(&near, name);
	near_offer(&near, STR("json"), STR("json"));
	near_offer(&near, STR("help"), STR("help"));
	for (i = 0; i < n; i++)
		if (!call->command->options[i].hidden)
			near_offer(&near, str_of(call->command->options[i].name),
				str_of(call->command->options[i].name));
	if (near.best[0] != '\0')
		call_hint(call, "did you mean --%s?", near.best);
	else
		hint_usage(call);
	(void)call_fail(call, COMMAND_USAGE, "%s has no option %.*s", call->command->name,
		(int)(word.n < 80 ? word.n : 80), word.p);
	return -1;
}

static int fail_option(struct call *call, int outcome, char **argv, size_t n)
{
	int place = option_place(call->command, n, optopt);
	const char *name = place == OPTION_JSON	  ? "json"
			   : place == OPTION_HELP ? "help"
			   : place >= OPTION_FIRST
				   ? call->command->options[place - OPTION_FIRST].name
				   : NULL;
	char letter[3] = {'-', (char)optopt, '\0'};

	if (outcome == '?' && name == NULL)
		return fail_unknown(call, str_of(optopt == 0 ? argv[optind - 1] : letter), n);
	hint_usage(call);
	if (outcome == ':')
		(void)call_fail(call, COMMAND_USAGE, "--%s needs a value: %s", name,
			call->command->options[place - OPTION_FIRST].value);
	else
		(void)call_fail(call, COMMAND_USAGE, "--%s takes no value", name);
	return -1;
}

static int check_words(struct call *call)
{
	const struct command *command = call->command;

	hint_usage(call);
	if (call->n_words < command->words_min) {
		(void)call_fail(call, COMMAND_USAGE, "%s needs %s", command->name, command->words);
		return -1;
	}
	if (call->n_words > command->words_max) {
		if (command->words_max == 0)
			(void)call_fail(call, COMMAND_USAGE, "%s takes options only, not \"%s\"",
				command->name, call->words[0]);
		else
			(void)call_fail(call, COMMAND_USAGE, "%s takes %s and no more: \"%s\"",
				command->name, command->words, call->words[command->words_max]);
		return -1;
	}
	call->hint[0] = '\0';
	return OPTIONS_RUN;
}

/* Must be known before anything can go wrong. */
static bool wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static int read_options(struct call *call, int argc, char **argv, size_t n)
{
	struct option *longs = long_options(call->command, n);
	struct buf shorts = BUF_INIT(256);
	int found, result = OPTIONS_RUN;

	short_options(call->command, n, &shorts);
	opterr = 0;
	optind = 0; /* begins anew, also in a second call */
	while (result >= 0 &&
		(found = getopt_long(argc, argv, buf_text(&shorts), longs, NULL)) != -1) {
		int place = option_place(call->command, n, found);

		if (found == '?' || found == ':')
			result = fail_option(call, found, argv, n);
		else if (place == OPTION_HELP)
			result = OPTIONS_HELP;
		else if (place == OPTION_JSON)
			call->json = true;
		else
			call->values[place - OPTION_FIRST] = optarg != NULL ? optarg : "";
	}
	free(longs);
	buf_fini(&shorts);
	return result;
}

int options_parse(struct call *call, int argc, char **argv)
{
	size_t n = options_count(call->command);
	int result, i;

	call->json = wants_json(argc, argv);
	call->values = xcalloc(n + 1, sizeof *call->values);
	call->words = xcalloc((size_t)argc + 1, sizeof *call->words);
	result = read_options(call, argc, argv, n);
	if (result != OPTIONS_RUN)
		return result;
	for (i = optind; i < argc; i++)
		call->words[call->n_words++] = argv[i];
	return check_words(call);
}
