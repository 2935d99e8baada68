/* One call of one command: its options, its database, its outcome; see command.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "hub/command.h"
#include "hub/local.h"
#include "hub/search.h"

const char *command_exit_word(enum command_exit exit)
{
	switch (exit) {
	case COMMAND_DONE:
		return "done";
	case COMMAND_USAGE:
		return "usage";
	case COMMAND_NOT_FOUND:
		return "not_found";
	case COMMAND_REFUSED:
		return "refused";
	case COMMAND_FAILED:
		break;
	}
	return "failed";
}

const char *call_value(const struct call *call, const char *option)
{
	const struct command_option *options = call->command->options;
	size_t i, n = 0;

	for (; options != NULL && options[n].name != NULL; n++)
		if (strcmp(options[n].name, option) == 0)
			return call->values[n];
	for (i = 0; command_common[i].name != NULL; i++)
		if (strcmp(command_common[i].name, option) == 0)
			return call->values[n + i];
	return NULL;
}

bool call_flag(const struct call *call, const char *option)
{
	return call_value(call, option) != NULL;
}

#define SHOWN_BYTES 160
/* A URL of PostgreSQL may hold a password. */
static const char *database_shown(const struct call *call, char shown[SHOWN_BYTES])
{
	struct str rest, scheme = str_cut(str_of(call->database), ':', &rest);

	if (str_is(scheme, "sqlite"))
		(void)snprintf(shown, SHOWN_BYTES, "%s", call->database);
	else
		(void)snprintf(shown, SHOWN_BYTES, "%.*s:...", (int)(scheme.n < 32 ? scheme.n : 32),
			scheme.p);
	return shown;
}

int call_open(struct call *call)
{
	char shown[SHOWN_BYTES];
	struct err err;

	if (call->db != NULL || hub_db_open(&call->db, call->database, &err) == 0)
		return COMMAND_DONE;
	call_hint(call,
		"--database sqlite:FILE or postgresql://..., or $PROMPTD_HUB_DATABASE; it is %s",
		database_shown(call, shown));
	return call_fail_err(call, &err);
}

int call_database(struct call *call, struct hub_db **db)
{
	struct err err;
	int exit = call_open(call);

	if (exit != COMMAND_DONE)
		return exit;
	if (hub_db_migrate(call->db, &err) != 0 || search_fill(call->db, &err) != 0) {
		if (err.code == ERR_NEWER)
			call_hint(call, "nothing was changed; use that promptd-hub, or restore a "
					"backup into a database of its own");
		return call_fail_err(call, &err);
	}
	*db = call->db;
	return COMMAND_DONE;
}

int call_tenant(struct call *call, struct hub_db **db, char tenant[])
{
	char shown[SHOWN_BYTES];
	struct err err;
	int exit, rc = 1;

	/* Looking must not make a file of a mistyped name. */
	if (strncmp(call->database, "sqlite:", 7) != 0 || access(call->database + 7, F_OK) == 0) {
		exit = call_database(call, db);
		if (exit != COMMAND_DONE)
			return exit;
		rc = local_tenant(*db, tenant, &err);
		if (rc < 0)
			return call_fail_err(call, &err);
	}
	if (rc > 0) {
		call_hint(call, "promptd-hub init makes the hub; this database is %s",
			database_shown(call, shown));
		return call_fail(call, COMMAND_NOT_FOUND, "there is no hub in this database yet");
	}
	return COMMAND_DONE;
}

int call_person(struct call *call, const struct local *local, const char *email, char id[])
{
	struct err err;
	int rc = local_person(local, email, id, &err);

	if (rc > 0)
		call_hint(call, "promptd-hub user list names them");
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

int call_fail(struct call *call, enum command_exit exit, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(call->error, sizeof call->error, format, args);
	va_end(args);
	return (int)exit;
}

/* libpq's messages have several lines. */
static void to_one_line(char *text)
{
	size_t n = strlen(text), i;

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	for (i = 0; i < n; i++)
		if (text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
}

int call_fail_err(struct call *call, const struct err *err)
{
	int exit = call_fail(call,
		err->code == ERR_NOT_FOUND ? COMMAND_NOT_FOUND
		: err->code == ERR_REFUSED ? COMMAND_REFUSED
		: err->code == ERR_INVALID ? COMMAND_USAGE
					   : COMMAND_FAILED,
		"%s", err->text);

	to_one_line(call->error);
	return exit;
}

void call_hint(struct call *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(call->hint, sizeof call->hint, format, args);
	va_end(args);
}

void call_print(struct call *call, const char *format, ...)
{
	va_list args;

	if (call->json)
		return;
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
}

void call_print_text(struct call *call, struct str text)
{
	struct buf safe = BUF_INIT(65536);

	text_filter_terminal(text, false, &safe);
	call_print(call, "%s", buf_text(&safe));
	buf_fini(&safe);
}

void call_answer(struct call *call, const char *name, json_t *value)
{
	(void)json_object_set_new(call->answer, name, value);
}

int call_read_line(struct call *call, const char *what, char *line, size_t size)
{
	size_t n;

	if (fgets(line, (int)size, stdin) == NULL)
		line[0] = '\0';
	n = strcspn(line, "\r\n");
	if (n == 0 || (line[n] == '\0' && n == size - 1)) {
		call_hint(call, "it is read as one line of standard input, not from arguments, "
				"which others can see");
		return call_fail(call, COMMAND_USAGE,
			n == 0 ? "no %s came on the standard input" : "this %s is too long", what);
	}
	line[n] = '\0';
	return COMMAND_DONE;
}
