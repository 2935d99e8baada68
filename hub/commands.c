/* The table of commands, and how a command line is held against it; see command.h. */
#include "hub/commands.h"

#include <getopt.h>
#include <string.h>

#include "core/near.h"

const struct command *const command_table[] = {
	&command_init,
	&command_serve,
	&command_migrate,
	&command_config,
	&command_user_list,
	&command_user_add,
	&command_user_invite,
	&command_user_role,
	&command_user_deactivate,
	&command_user_activate,
	&command_user_set_password,
	&command_key_create,
	&command_key_list,
	&command_key_revoke,
	&command_import,
	&command_backup,
	&command_restore,
	&command_audit_verify,
	NULL,
};

const struct command_option command_common[] = {
	{"database", "URL", "sqlite:FILE or postgresql://...; else $PROMPTD_HUB_DATABASE"},
	{"json", NULL, "answer with one JSON object"},
	{"help", NULL, "show this help"},
	{"version", NULL, "say the version"},
	{NULL, NULL, NULL},
};

/* ── options, of any command ───────────────────────────────────────────── */

#define LONGS_MAX 128
#define OPTION_FIRST 256
/* In the order of command_common, which are known first. */
enum { DATABASE, JSON, HELP, VERSION };
/* An option may stand before the command's words, so that all of them are known: what
 * takes a value is the same in every command. */
struct parser {
	struct option longs[LONGS_MAX];
	const char *given[LONGS_MAX]; /* its value, "" of a flag; NULL: not given */
	size_t n;
};

static void know(struct parser *parser, const struct command_option *option)
{
	size_t i;

	for (; option != NULL && option->name != NULL && parser->n < LONGS_MAX - 1; option++) {
		for (i = 0; i < parser->n; i++)
			if (strcmp(parser->longs[i].name, option->name) == 0)
				break;
		if (i < parser->n)
			continue;
		parser->longs[parser->n] = (struct option){option->name,
			option->value != NULL ? required_argument : no_argument, NULL,
			OPTION_FIRST + (int)parser->n};
		parser->n++;
	}
}

static int fail_unknown(struct call *call, const struct parser *parser, const char *word)
{
	struct str value, name = str_of(word);
	struct near near;
	size_t i;

	while (name.n > 0 && name.p[0] == '-')
		name = (struct str){name.p + 1, name.n - 1};
	name = str_cut(name, '=', &value);
	near_init(&near, name);
	for (i = 0; i < parser->n; i++)
		near_offer(&near, str_of(parser->longs[i].name), str_of(parser->longs[i].name));
	if (near.best[0] != '\0')
		call_hint(call, "did you mean --%s?", near.best);
	else
		call_hint(call, "promptd-hub --help lists the commands");
	(void)call_fail(call, COMMAND_USAGE, "there is no option %.80s", word);
	return -1;
}

static int read_options(struct call *call, struct parser *parser, int argc, char **argv)
{
	int found;

	opterr = 0;
	optind = 0;
	while ((found = getopt_long(argc, argv, ":hV", parser->longs, NULL)) != -1) {
		if (found == 'h' || found == 'V')
			found = OPTION_FIRST + (found == 'h' ? HELP : VERSION);
		if (found == '?' && optopt < OPTION_FIRST)
			return fail_unknown(call, parser, argv[optind - 1]);
		if (found == '?' || found == ':') {
			(void)call_fail(call, COMMAND_USAGE, "--%s %s",
				parser->longs[optopt - OPTION_FIRST].name,
				found == ':' ? "needs a value" : "takes no value");
			return -1;
		}
		parser->given[found - OPTION_FIRST] = optarg != NULL ? optarg : "";
	}
	return 0;
}

/* ── the command ───────────────────────────────────────────────────────── */

static size_t count_words(const char *name)
{
	return strchr(name, ' ') != NULL ? 2 : 1;
}

static bool is_named(const struct command *command, char **words, size_t n)
{
	struct str second, first = str_cut(str_of(command->name), ' ', &second);

	return n >= count_words(command->name) && str_is(first, words[0]) &&
	       (second.n == 0 || str_is(second, words[1]));
}

static int fail_command(struct call *call, char **words, size_t n)
{
	struct near near;
	char typed[128];
	size_t i, len = strlen(words[0]);

	(void)snprintf(
		typed, sizeof typed, "%s%s%s", words[0], n > 1 ? " " : "", n > 1 ? words[1] : "");
	for (i = 0; command_table[i] != NULL; i++)
		if (strncmp(command_table[i]->name, words[0], len) == 0 &&
			command_table[i]->name[len] == ' ')
			break;
	if (command_table[i] != NULL) { /* "user", or "user lst" */
		call_hint(call, "promptd-hub --help lists the commands");
		for (near_init(&near, str_of(typed)); command_table[i] != NULL; i++)
			near_offer(&near, str_of(command_table[i]->name),
				str_of(command_table[i]->name));
	} else {
		near_init(&near, str_of(words[0]));
		for (i = 0; command_table[i] != NULL; i++)
			near_offer(&near, str_of(command_table[i]->name),
				str_of(command_table[i]->name));
	}
	if (near.best[0] != '\0')
		call_hint(call, "did you mean promptd-hub %s?", near.best);
	else
		call_hint(call, "promptd-hub --help lists the commands");
	(void)call_fail(call, COMMAND_USAGE, "there is no command %.60s", typed);
	return -1;
}

/* Every option that was given is one of this command's. */
static int take_options(struct call *call, const struct parser *parser)
{
	const struct command_option *options[] = {call->command->options, command_common};
	bool taken[LONGS_MAX] = {false};
	size_t i, k, at = 0;

	for (k = 0; k < 2; k++)
		for (; options[k] != NULL && options[k]->name != NULL; options[k]++, at++)
			for (i = 0; i < parser->n; i++)
				if (strcmp(parser->longs[i].name, options[k]->name) == 0) {
					call->values[at] = parser->given[i];
					taken[i] = true;
				}
	for (i = 0; i < parser->n; i++)
		if (parser->given[i] != NULL && !taken[i]) {
			call_hint(call, "promptd-hub %s --help shows what it takes",
				call->command->name);
			(void)call_fail(call, COMMAND_USAGE, "%s has no option --%s",
				call->command->name, parser->longs[i].name);
			return -1;
		}
	return 0;
}

static int check_words(struct call *call)
{
	const struct command *command = call->command;

	call_hint(call, "promptd-hub %s --help shows what it takes", command->name);
	if (call->n_words < command->words_min) {
		(void)call_fail(call, COMMAND_USAGE, "%s needs %s", command->name, command->words);
		return -1;
	}
	if (call->n_words > command->words_max) {
		(void)call_fail(call, COMMAND_USAGE, "%s does not take \"%.60s\"", command->name,
			call->words[command->words_max]);
		return -1;
	}
	call->hint[0] = '\0';
	return 0;
}

static int find_command(struct call *call, char **words, size_t n)
{
	size_t i;

	for (i = 0; command_table[i] != NULL; i++)
		if (is_named(command_table[i], words, n))
			break;
	if (command_table[i] == NULL)
		return fail_command(call, words, n);
	call->command = command_table[i];
	call->words = words + count_words(call->command->name);
	call->n_words = n - count_words(call->command->name);
	return 0;
}

int command_parse(struct call *call, int argc, char **argv)
{
	static struct parser parser;
	bool help;
	int i;

	know(&parser, command_common);
	for (i = 0; command_table[i] != NULL; i++)
		know(&parser, command_table[i]->options);
	/* Must be known before anything can go wrong. */
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		call->json = call->json || strcmp(argv[i], "--json") == 0;
	if (read_options(call, &parser, argc, argv) != 0)
		return -1;
	call->database = parser.given[DATABASE];
	help = parser.given[HELP] != NULL;
	if (parser.given[VERSION] != NULL)
		return PARSED_VERSION;
	if (optind < argc && find_command(call, argv + optind, (size_t)(argc - optind)) != 0)
		return help && argc - optind == 1 ? PARSED_HELP : -1;
	if (help)
		return PARSED_HELP;
	if (call->command == NULL) {
		call_hint(call, "promptd-hub --help lists the commands");
		(void)call_fail(call, COMMAND_USAGE, "say what to do");
		return -1;
	}
	return take_options(call, &parser) != 0 || check_words(call) != 0 ? -1 : PARSED_RUN;
}
