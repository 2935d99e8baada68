/*
 * A command of promptd-hub: what help, the man page and the option parser must know
 * of it (one table, commands.c), and the call that its run function gets. One file
 * for what belongs together, cmd_NOUN.c, with the table entries at its end.
 *
 * Commands other than `serve` go to the database themselves: whoever may open it runs
 * the hub. What they do there is what the API does (local.h), and stands in the audit
 * log as done by promptd-hub. The program has one thread, but for `serve`.
 */
#ifndef HUB_COMMAND_H
#define HUB_COMMAND_H

#include <jansson.h>

#include "core/buf.h"
#include "hub/hub.h"

/* Other programs rely on these numbers and words, which are those of promptd(1). */
enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
	COMMAND_NOT_FOUND = 3,
	COMMAND_REFUSED = 6,
};
/* "done", "failed", "usage", "not_found", "refused": "status" of every answer. */
const char *command_exit_word(enum command_exit exit);

/* --database, --json and --help belong to every command and stand in no table. An
 * option of one name takes a value in every command that has it, or in none. */
struct command_option {
	const char *name;  /* without dashes */
	const char *value; /* "EMAIL" as help shows it; NULL: a flag */
	const char *help;
};

struct call;
struct local;

struct command {
	const char *name;	 /* one word, or two: "user list" */
	const char *summary;	 /* one line, no full stop */
	const char *words;	 /* as usage shows them */
	const char *description; /* sentences; an empty line between paragraphs */
	const char *answer;	 /* members of the --json answer */
	unsigned words_min, words_max;
	const struct command_option *options; /* ends with a NULL name; NULL: none */
	const char *example;		      /* a line to type, or NULL */
	/* Returns an enum command_exit; said why by call_fail() unless it is done. */
	int (*run)(struct call *call);
};
#define COMMAND_ANY_WORDS 10000U
#define COMMAND_OPTIONS_MAX 16

extern const struct command *const command_table[]; /* ends with NULL */
extern const struct command_option command_common[];

struct call {
	const struct command *command;
	char **words;
	size_t n_words;
	bool json;
	const char *database; /* as hub_db_open() takes it */
	/* With --json: printed at the end, with "status", "error" and "hint" in front. */
	json_t *answer;
	struct hub_db *db; /* of call_database(); closed after the command */

	/* By position in command->options, and behind them the common ones. */
	const char *values[COMMAND_OPTIONS_MAX];
	char error[512], hint[256];
};

bool call_flag(const struct call *call, const char *option);
const char *call_value(const struct call *call, const char *option); /* NULL: not given */

/* The database as it is, in call->db. COMMAND_DONE or what the command returns. */
int call_open(struct call *call);
/* The database, up to date, opened at the first call. COMMAND_DONE or what the
 * command returns at once. */
int call_database(struct call *call, struct hub_db **db);
/* The same, and its one tenant is there: `init` was run. */
int call_tenant(struct call *call, struct hub_db **db, char tenant[]);

/* The id of somebody by their address. */
int call_person(struct call *call, const struct local *local, const char *email, char id[]);

int call_fail(struct call *call, enum command_exit exit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int call_fail_err(struct call *call, const struct err *err);
void call_hint(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text for people on stdout, nothing with --json. The second for what others wrote. */
void call_print(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void call_print_text(struct call *call, struct str text);
/* A member of the answer; the value is taken. */
void call_answer(struct call *call, const char *name, json_t *value);
/* One line of standard input, without its end: a secret, which in arguments others
 * would see. COMMAND_USAGE when there is none. */
int call_read_line(struct call *call, const char *what, char *line, size_t size);

/* commands.c: words and options of a call. -1: they are wrong, and call says how. */
enum command_parsed { PARSED_RUN = 0, PARSED_HELP = 1, PARSED_VERSION = 2 };
int command_parse(struct call *call, int argc, char **argv);

/* help.c */
void help_all(struct buf *out);
void help_command(const struct command *command, struct buf *out);
void help_man(struct buf *out); /* promptd-hub(1) in mdoc(7) */

#endif
