/*
 * A command of promptd: what help, man page, completions and the option parser
 * must know of it (one table, commands.c), and the call that its run function
 * gets. One file per command, cmd_NAME.c, ends in its `const struct command
 * command_NAME`. The program has one thread; everything here belongs to it.
 */
#ifndef AGENT_COMMAND_H
#define AGENT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "agent/config.h"
#include "agent/output.h"
#include "core/err.h"
#include "core/str.h"
#include "platform/platform.h"
#include "store/store.h"

/* Other programs rely on these numbers and on the words of command_exit_word(). */
enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
	COMMAND_NOT_FOUND = 3,
	COMMAND_AGENT_UNREACHABLE = 4,
	COMMAND_LOGIN_NEEDED = 5,
	COMMAND_REFUSED = 6,
	COMMAND_CANCELLED = 130,
};
/* "done", "failed", "usage", "not_found", "agent_unreachable", "login_needed",
 * "refused", "cancelled": "status" of every --json answer. */
const char *command_exit_word(enum command_exit exit);

/* What a word or an option's value is, for the shell's completion. */
enum command_kind {
	COMMAND_TEXT,	    /* anything: nothing to complete */
	COMMAND_FILES,	    /* files and folders */
	COMMAND_FOLDER,	    /* a folder */
	COMMAND_PROMPT,	    /* a prompt's name */
	COMMAND_TAG,	    /* a tag */
	COMMAND_COLLECTION, /* a collection */
	COMMAND_FORMAT,	    /* a file format of library.h */
	COMMAND_COMMAND,    /* a command */
	COMMAND_CHOICE,	    /* one of `choices` */
};

/* --json and --help belong to every command and stand in no table. */
struct command_option {
	const char *name;  /* long name without dashes */
	char letter;	   /* short name, or 0 */
	const char *value; /* "FORMAT" as help shows it; NULL: a flag without value */
	const char *help;  /* one line, lower case, no full stop */
	enum command_kind kind;
	const char *choices; /* of COMMAND_CHOICE: words with blanks between */
	bool hidden;	     /* works, but help, man page and completions are silent */
};

struct command_example {
	const char *line, *what;
};

struct call;

struct command {
	const char *name;
	const char *summary;	       /* one line for the list of commands, no full stop */
	const char *words;	       /* its words as usage shows them: "NAME [KEY=VALUE...]" */
	const char *description;       /* sentences for help and man page; an empty line between
					* paragraphs; a line that begins with two blanks stays as is */
	const char *answer;	       /* members of the --json answer, with commas; in () what is
					* in each. Checked by tests/e2e/cli.sh */
	unsigned words_min, words_max; /* how many are right; checked before run */
	enum command_kind kind;	       /* what the words are */
	const char *choices;	       /* of COMMAND_CHOICE, as in options */
	const struct command_option *options;	/* ends with a NULL name; NULL: none */
	const struct command_example *examples; /* ends with a NULL line; NULL: none */
	bool hidden;
	bool looks;  /* at how things are, and starts no agent whatever it opens */
	bool here;   /* sees the prompts of the project one is in */
	bool always; /* runs although promptd.conf cannot be read; see call->config_err */
	/* Does it; returns an enum command_exit. Unless that is COMMAND_DONE it has
	 * said why by call_fail() or call_fail_err() first. */
	int (*run)(struct call *call);
};
#define COMMAND_ANY_WORDS 100000U

/* All commands in the order help lists them; ends with NULL. */
extern const struct command *const command_table[];
const struct command *command_find(struct str name); /* NULL: none */

/* One call of one command. What is not named below is of call.c alone. */
struct call {
	const struct command *command;
	const char **words; /* n_words of them, without options */
	size_t n_words;
	bool json; /* answer in `answer`, print nothing on out */
	/*
	 * With --json: the object that is printed at the end, with "status" (and
	 * "error", "hint", "warnings") put in front of what the command set here.
	 */
	json_t *answer;
	struct output *out;   /* the answer: stdout */
	struct output *notes; /* progress and remarks: stderr; NULL: a thread of the agent */
	const struct config *config;
	const struct platform_dirs *dirs;

	struct err config_err; /* why the config is all defaults; code 0: it is not */

	const char **values; /* by position in command->options; NULL: not given */
	struct store *store;
	json_t *warnings;
	char hint[512];
	struct err err;
};

/* Options as they were given. The name must be in the command's table. */
bool call_flag(const struct call *call, const char *option);
const char *call_value(const struct call *call, const char *option); /* NULL: not given */

/*
 * The command failed: keep the message for the end (stderr, or "error" of the
 * answer) and return `exit`, so that `return call_fail(…)` reads well. One line,
 * lower case, no full stop; hostile text in it is escaped when it is printed.
 */
int call_fail(struct call *call, enum command_exit exit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same from a room's error: ERR_NOT_FOUND, ERR_REFUSED have their exits. */
int call_fail_err(struct call *call, const struct err *err);
/* What to do about it, shown below the message (or "hint"): a command to type. */
void call_hint(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Something to know although it worked: stderr at once, and "warnings"; in the agent, where
 * nobody looks on, its log. */
void call_warn(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The library, opened at the first call and closed after the command. COMMAND_DONE
 * or the exit that the command returns at once. Where there is none, `write` makes
 * it and without it that is COMMAND_NOT_FOUND. A library made by a newer program
 * is opened for reading with a warning; with `write` that is COMMAND_FAILED.
 */
int call_store(struct call *call, bool write, struct store **store);
/* Is there a library at all? Makes none. */
bool call_has_library(const struct call *call);

/* Did the person press Ctrl-C? Then undo and return COMMAND_CANCELLED, which
 * call_cancel() does with a word. System calls return EINTR; a second Ctrl-C
 * ends the program at once. SIGPIPE is ignored: give it back to children. */
bool call_cancelled(void);
int call_cancel(struct call *call);

/* Any bytes as a JSON string: what is not UTF-8 is escaped as on a terminal. New. */
json_t *call_text_json(struct str text);
/* Set a member of call->answer; the value's reference is taken. NULL is no value. */
void call_answer(struct call *call, const char *name, json_t *value);
void call_answer_text(struct call *call, const char *name, struct str text);
void call_answer_int(struct call *call, const char *name, int64_t value);

#endif
