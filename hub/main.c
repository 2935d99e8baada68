/* promptd-hub: finds the command, reads its options, runs it, tells the outcome. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json.h"
#include "core/log.h"
#include "core/text_filter.h"
#include "hub/commands.h"
#include "hub/place.h"
#include "hub/secret.h"

static int print_help(const struct call *call)
{
	struct buf text = BUF_INIT(1024UL * 1024);
	int rc;

	if (call->command != NULL)
		help_command(call->command, &text);
	else
		help_all(&text);
	rc = fputs(buf_text(&text), stdout);
	buf_fini(&text);
	return rc < 0 || fflush(stdout) != 0 ? COMMAND_FAILED : COMMAND_DONE;
}

static void tell_json(struct call *call, int exit)
{
	struct buf text = BUF_INIT(64UL * 1024 * 1024);
	json_t *told = json_pack("{s:s}", "status", command_exit_word((enum command_exit)exit));

	if (exit != COMMAND_DONE)
		(void)json_object_set_new(told, "error", json_string(call->error));
	if (exit != COMMAND_DONE && call->hint[0] != '\0')
		(void)json_object_set_new(told, "hint", json_string(call->hint));
	(void)json_object_update(told, call->answer);
	(void)json_write(told, &text);
	json_decref(told);
	(void)printf("%s\n", buf_text(&text));
	buf_fini(&text);
}

static void tell_text(const struct call *call)
{
	struct buf text = BUF_INIT(4096);

	(void)buf_add_str(&text, "promptd-hub: ");
	text_filter_terminal(str_of(call->error), false, &text);
	if (call->hint[0] != '\0') {
		(void)buf_add_str(&text, "\n  ");
		text_filter_terminal(str_of(call->hint), false, &text);
	}
	(void)fprintf(stderr, "%s\n", buf_text(&text));
	buf_fini(&text);
}

static int finish(struct call *call, int exit)
{
	hub_db_close(call->db);
	if (call->json)
		tell_json(call, exit);
	else if (exit != COMMAND_DONE)
		tell_text(call);
	json_decref(call->answer);
	/* Whoever reads it must not take half for the whole. */
	if (fflush(stdout) != 0 && exit == COMMAND_DONE)
		exit = COMMAND_FAILED;
	return exit;
}

static int run(struct call *call)
{
	static char database[PLACE_URL_MAX];
	struct err err;

	place_read_settings();
	if (secret_init(&err) != 0)
		return call_fail_err(call, &err);
	if (call->database == NULL) {
		if (place_database(database, &err) != 0)
			return call_fail_err(call, &err);
		call->database = database;
	}
	return call->command->run(call);
}

int main(int argc, char **argv)
{
	static struct call call;
	int parsed;

	(void)umask(077);
	json_door_init();
	call.answer = json_object();
	/* For the man page that is checked in. */
	if (argc == 2 && strcmp(argv[1], "--man") == 0) {
		struct buf text = BUF_INIT(1024UL * 1024);

		help_man(&text);
		(void)fputs(buf_text(&text), stdout);
		buf_fini(&text);
		return finish(&call, COMMAND_DONE);
	}
	parsed = command_parse(&call, argc, argv);
	if (parsed == PARSED_HELP) {
		json_decref(call.answer);
		return print_help(&call);
	}
	if (parsed == PARSED_VERSION) {
		call_answer(&call, "version", json_string(PROMPTD_VERSION));
		call_print(&call, "promptd-hub %s\n", PROMPTD_VERSION);
		return finish(&call, COMMAND_DONE);
	}
	log_open("promptd-hub", LOG_LEVEL_INFO, STDERR_FILENO);
	return finish(&call, parsed < 0 ? COMMAND_USAGE : run(&call));
}
