/* promptd: finds the command, reads its options, runs it, tells the outcome. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/call.h"
#include "agent/commands.h"
#include "agent/control.h"
#include "agent/help.h"
#include "agent/options.h"
#include "agent/overview.h"
#include "core/json.h"
#include "core/near.h"

struct program {
	struct output out, notes;
	struct platform_dirs dirs;
	struct config config;
	struct call call;
};

static bool is_json(const char *word)
{
	return word != NULL && strcmp(word, "--json") == 0;
}

static int fail_command(struct call *call, const char *word)
{
	struct near near;
	size_t i;

	near_init(&near, str_of(word));
	for (i = 0; command_table[i] != NULL; i++)
		if (!command_table[i]->hidden)
			near_offer(&near, str_of(command_table[i]->name),
				str_of(command_table[i]->name));
	if (near.best[0] != '\0')
		call_hint(call, "did you mean promptd %s?", near.best);
	else
		call_hint(call, "promptd help lists the commands");
	return call_fail(call, COMMAND_USAGE,
		word[0] == '-' ? "promptd has no option %.60s" : "there is no command named %.60s",
		word);
}

/* Where things are and what is set. `always`: whoever cannot know goes on. */
static int load_settings(struct program *program, bool always)
{
	struct call *call = &program->call;
	struct err *err = &call->config_err;

	config_init(&program->config);
	call->dirs = &program->dirs;
	call->config = &program->config;
	if (platform_dirs(&program->dirs, err) == 0 &&
		config_load(&program->config, program->dirs.config, err) == 0) {
		err->code = ERR_NONE;
		return COMMAND_DONE;
	}
	config_init(&program->config);
	return always ? COMMAND_DONE : call_fail(call, COMMAND_FAILED, "%s", err->text);
}

static int run_command(struct program *program, int argc, char **argv)
{
	struct call *call = &program->call;
	int result;

	result = options_parse(call, argc, argv);
	if (result < 0)
		return COMMAND_USAGE;
	if (result == OPTIONS_HELP) {
		call->json = false;
		help_command(call->out, call->command);
		return COMMAND_DONE;
	}
	result = load_settings(program, call->command->always);
	return result == COMMAND_DONE ? call->command->run(call) : result;
}

/* Without a command: --version, --help, or nothing at all. */
static int run_alone(struct program *program, const char *word)
{
	struct call *call = &program->call;
	int result;

	if (word != NULL && (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)) {
		call_answer_text(call, "version", STR(PROMPTD_VERSION));
		if (!call->json)
			output_print(call->out, "promptd " PROMPTD_VERSION "\n");
		return COMMAND_DONE;
	}
	if (word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
		call->json = false;
		help_all(call->out);
		return COMMAND_DONE;
	}
	if (word != NULL)
		return fail_command(call, word);
	result = load_settings(program, false);
	return result == COMMAND_DONE ? overview_run(call) : result;
}

static int run(struct program *program, int argc, char **argv)
{
	char *name = NULL;
	int at = 1;

	/* --json may stand before the command as well. */
	if (argc > 1 && is_json(argv[1])) {
		program->call.json = true;
		at = 2;
	}
	if (at < argc)
		program->call.command = command_find(str_of(name = argv[at]));
	if (program->call.command == NULL) {
		if (at + 1 < argc && is_json(argv[at + 1]))
			program->call.json = true;
		return run_alone(program, name);
	}
	if (at == 2) { /* options_parse() finds it where it looks */
		argv[2] = argv[1];
		argv[1] = name;
	}
	return run_command(program, argc - 1, argv + 1);
}

/* Who used the library is likely to want it elsewhere too. Behind the answer, which
 * is out: nobody waits for it, and `promptd doctor` says why none runs. */
static void start_agent(const struct program *program)
{
	const struct call *call = &program->call;
	struct err ignored;

	if (call->store == NULL || call->command == NULL || call->command->looks ||
		call->command->hidden || call_cancelled() || !control_is_wished(call->config))
		return;
	(void)control_start(call->dirs, 0, &ignored);
}

int main(int argc, char **argv)
{
	static struct program program;
	int result;

	(void)umask(077);
	json_door_init();
	call_catch_signals();
	output_init(&program.out, stdout);
	output_init(&program.notes, stderr);
	call_init(&program.call, &program.out, &program.notes);
	result = call_finish(&program.call, run(&program, argc, argv));
	start_agent(&program);
	call_fini(&program.call);
	return result;
}
