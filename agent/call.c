/* One call of one command: outcome, warnings, library, Ctrl-C; see command.h. */
#include "agent/call.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/project.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/log.h"
#include "core/text_filter.h"
#include "store/project.h"

#define ANSWER_BYTES_MAX ((size_t)1024 * 1024 * 1024)

static volatile sig_atomic_t cancelled;

static void on_interrupt(int number)
{
	(void)number;
	cancelled = 1;
}

void call_catch_signals(void)
{
	struct sigaction action = {0}, before;

	/* Without SA_RESTART, so that waiting ends; once, so that a second Ctrl-C
	 * always gets the person out. */
	action.sa_handler = on_interrupt;
	action.sa_flags = (int)SA_RESETHAND;
	/* Who starts us in the background says by SIG_IGN that it is not for us. */
	if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		(void)sigaction(SIGINT, &action, NULL);
	action.sa_handler = SIG_IGN;
	action.sa_flags = 0;
	(void)sigaction(SIGPIPE, &action, NULL);
}

bool call_cancelled(void)
{
	return cancelled != 0;
}

const char *command_exit_word(enum command_exit exit)
{
	switch (exit) {
	case COMMAND_DONE:
		return "done";
	case COMMAND_USAGE:
		return "usage";
	case COMMAND_NOT_FOUND:
		return "not_found";
	case COMMAND_AGENT_UNREACHABLE:
		return "agent_unreachable";
	case COMMAND_LOGIN_NEEDED:
		return "login_needed";
	case COMMAND_REFUSED:
		return "refused";
	case COMMAND_CANCELLED:
		return "cancelled";
	case COMMAND_FAILED:
		break;
	}
	return "failed";
}

void call_init(struct call *call, struct output *out, struct output *notes)
{
	memset(call, 0, sizeof *call);
	call->out = out;
	call->notes = notes;
	call->answer = json_object();
	call->warnings = json_array();
	if (call->answer == NULL || call->warnings == NULL)
		abort();
}

void call_fini(struct call *call)
{
	store_close(call->store);
	json_decref(call->answer);
	json_decref(call->warnings);
	free(call->words);
	free(call->values);
}

static const struct command_option *option_find(
	const struct call *call, const char *name, size_t *index)
{
	const struct command_option *option = call->command->options;

	for (*index = 0; option[*index].name != NULL; ++*index)
		if (strcmp(option[*index].name, name) == 0)
			return &option[*index];
	assert(false && "an option that is not in the table");
	return NULL;
}

bool call_flag(const struct call *call, const char *name)
{
	return call_value(call, name) != NULL;
}

const char *call_value(const struct call *call, const char *name)
{
	size_t index;

	(void)option_find(call, name, &index);
	return call->values[index];
}

int call_fail(struct call *call, enum command_exit exit, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(call->err.text, sizeof call->err.text, format, args);
	va_end(args);
	call->err.code = ERR_FAILED;
	return (int)exit;
}

int call_fail_err(struct call *call, const struct err *err)
{
	if (err != &call->err)
		call->err = *err;
	switch (err->code) {
	case ERR_NOT_FOUND:
		return COMMAND_NOT_FOUND;
	case ERR_REFUSED:
		return COMMAND_REFUSED;
	default:
		return COMMAND_FAILED;
	}
}

void call_hint(struct call *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(call->hint, sizeof call->hint, format, args);
	va_end(args);
}

json_t *call_text_json(struct str text)
{
	struct buf shown = BUF_INIT(text.n * 10 + 1);
	json_t *json = json_from_str(text);

	if (json == NULL) {
		text_filter_terminal(text, true, &shown);
		json = json_string(buf_text(&shown));
	}
	buf_fini(&shown);
	return json;
}

void call_warn(struct call *call, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (call->json) {
		(void)json_array_append_new(call->warnings, call_text_json(str_of(text)));
		return;
	}
	if (call->notes == NULL) {
		log_event(
			LOG_LEVEL_WARN, LOG_TEXT("event", "agent.warning"), LOG_TEXT("why", text));
		return;
	}
	output_styled(call->notes, OUTPUT_WARN, STR("warning: "));
	output_text(call->notes, str_of(text));
	output_print(call->notes, "\n");
}

int call_cancel(struct call *call)
{
	return call_fail(call, COMMAND_CANCELLED, "cancelled; nothing was changed");
}

void call_answer(struct call *call, const char *name, json_t *value)
{
	if (value != NULL)
		(void)json_object_set_new(call->answer, name, value);
}

void call_answer_text(struct call *call, const char *name, struct str text)
{
	call_answer(call, name, call_text_json(text));
}

void call_answer_int(struct call *call, const char *name, int64_t value)
{
	call_answer(call, name, json_integer(value));
}

bool call_has_library(const struct call *call)
{
	char file[PLATFORM_PATH_MAX + 16];
	struct err err;

	(void)snprintf(file, sizeof file, "%s/prompts.db", call->dirs->data);
	return platform_access(file, &err) != PLATFORM_ABSENT;
}

static int open_store(struct call *call)
{
	struct store_options options = {.dir = call->dirs->data};
	struct err err = {0};
	int outcome = store_open(&call->store, &options, &err);

	if (outcome < 0) {
		call->store = NULL;
		call_hint(call, "promptd doctor says what is wrong");
		return call_fail_err(call, &err);
	}
	if (outcome == STORE_NEWER || outcome == STORE_SALVAGED)
		call_warn(call, "%s", err.text);
	return COMMAND_DONE;
}

/* What the project one is in brings along, for commands that show prompts. Without it
 * all else is shown all the same. */
static void see_project(struct call *call, const struct project_place *place)
{
	struct project_reading reading;
	struct err err = {0};

	if (!store_is_read_only(call->store)) {
		if (project_read(call, place, false, &reading, &err) != 0)
			call_warn(call, "the prompts of this project were not read: %s", err.text);
		project_reading_fini(&reading);
	}
	if (store_project_see(call->store, place->root, &err) != 0)
		call_warn(call, "the prompts of this project are left out: %s", err.text);
}

static bool find_project(const struct call *call, struct project_place *place)
{
	char here[PLATFORM_PATH_MAX];

	return call->command != NULL && call->command->here && call->config->project_prompts &&
	       getcwd(here, sizeof here) != NULL &&
	       project_place_find(call->dirs->home, here, place);
}

int call_store(struct call *call, bool write, struct store **store)
{
	int result = COMMAND_DONE;
	struct project_place place;
	bool project = call->store == NULL && find_project(call, &place);

	if (call->store == NULL && !write && !project && !call_has_library(call)) {
		call_hint(call, "promptd import --starter or promptd import FOLDER fills it");
		return call_fail(call, COMMAND_NOT_FOUND, "the library is empty");
	}
	if (call->store == NULL)
		result = open_store(call);
	if (result != COMMAND_DONE)
		return result;
	if (project)
		see_project(call, &place);
	if (write && store_is_read_only(call->store)) {
		call_hint(call, "promptd doctor says why");
		return call_fail(call, COMMAND_FAILED, "the library can only be read");
	}
	*store = call->store;
	return COMMAND_DONE;
}

/* Serialised JSON has foreign characters in its strings only, so each that acts
 * may be written as an escape. */
static void escape_acting(struct str json, struct buf *text)
{
	while (json.n > 0) {
		size_t clean = text_filter_find(json), len;
		uint32_t code;

		(void)buf_add(text, json.p, clean);
		if (clean == json.n)
			return;
		len = str_decode(json.p + clean, json.n - clean, &code);
		if (len == 0)
			len = 1, code = 0xFFFD;
		if (code >= 0x10000) {
			code -= 0x10000;
			(void)buf_add_format(text, "\\u%04x\\u%04x",
				(unsigned)(0xD800 | code >> 10),
				(unsigned)(0xDC00 | (code & 0x3FF)));
		} else {
			(void)buf_add_format(text, "\\u%04x", (unsigned)code);
		}
		json.p += clean + len;
		json.n -= clean + len;
	}
}

int call_json(const struct call *call, int exit, struct buf *text)
{
	struct buf plain = BUF_INIT(ANSWER_BYTES_MAX);
	json_t *answer = json_object();
	int result = -1;

	if (answer == NULL)
		return -1;
	(void)json_object_set_new(
		answer, "status", json_string(command_exit_word((enum command_exit)exit)));
	if (exit != COMMAND_DONE) {
		(void)json_object_set_new(answer, "error", call_text_json(str_of(call->err.text)));
		if (call->hint[0] != '\0')
			(void)json_object_set_new(
				answer, "hint", call_text_json(str_of(call->hint)));
	}
	if (json_array_size(call->warnings) > 0)
		(void)json_object_set(answer, "warnings", call->warnings);
	if (json_object_update_missing(answer, call->answer) == 0 &&
		json_write(answer, &plain) == 0) {
		escape_acting((struct str){buf_text(&plain), plain.len}, text);
		result = buf_add_char(text, '\n');
	}
	json_decref(answer);
	buf_fini(&plain);
	return result;
}

static void finish_json(struct call *call, int exit)
{
	struct buf text = BUF_INIT(ANSWER_BYTES_MAX);

	if (call_json(call, exit, &text) == 0)
		output_bytes(call->out, (struct str){buf_text(&text), text.len});
	else
		call->out->error = ENOMEM;
	buf_fini(&text);
}

static void finish_text(struct call *call, int exit)
{
	if (exit == COMMAND_DONE)
		return;
	(void)output_flush(call->out); /* asked again at the end */
	output_style(call->notes, OUTPUT_BAD);
	output_print(call->notes, "promptd: ");
	output_style(call->notes, OUTPUT_PLAIN);
	output_text(call->notes, str_of(call->err.text));
	output_print(call->notes, "\n");
	if (call->hint[0] != '\0') {
		output_print(call->notes, "  ");
		output_text(call->notes, str_of(call->hint));
		output_print(call->notes, "\n");
	}
}

int call_finish(struct call *call, int exit)
{
	output_progress_end(call->notes);
	if (call->json)
		finish_json(call, exit);
	else
		finish_text(call, exit);
	if (output_flush(call->out) != 0 && call->out->error != EPIPE) {
		struct err err;

		(void)err_errno(&err, call->out->error, "cannot write the answer");
		output_print(call->notes, "promptd: %s\n", err.text);
		exit = exit == COMMAND_DONE ? COMMAND_FAILED : exit;
	}
	(void)output_flush(call->notes); /* nobody is left to tell */
	return exit;
}
