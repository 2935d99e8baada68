/*
 * The assistants that `connect` knows: schema/assistants/, one JSON file each, read
 * into structs once. What a file may say:
 *
 *	name, title	as typed, as shown
 *	programs	names of its program; places: where else than in $PATH to look
 *	signs		paths; one that exists says that it is installed all the same
 *	shape		our entry in its file: "{command}" is the server's path, "{env}"
 *			an object of variables (left out when there are none)
 *	user, project	where that entry goes, for all projects or for one:
 *	  folders	"~/…" or "$VAR/…": the first whose variable is set or that is
 *			there, else the last; a project has none: its own folder
 *	  files		names in it, the first that is there, else the last
 *	  syntax	json, json+comments, jsonc (and trailing commas), toml
 *	  path		names of the objects that hold the entry
 *	  add, remove	arguments of its own command; see assistant_arguments()
 *	  loses		what that command destroys: comments, links
 *	  link, openers	a link that makes it ask the person, and programs to open it
 *	  note		to know about it
 *	restart		what the person does for it to take effect
 *
 * Constant after loading; one thread.
 */
#ifndef AGENT_CONNECT_TABLE_H
#define AGENT_CONNECT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

#define ASSISTANT_PATH_MAX 2 /* names in "path" */

enum assistant_syntax {
	ASSISTANT_JSON,
	ASSISTANT_JSON_COMMENTS,
	ASSISTANT_JSONC,
	ASSISTANT_TOML,
};

struct assistant_scope {
	bool known; /* it has one */
	enum assistant_syntax syntax;
	bool loses_comments, loses_links;
	const char *note, *link;				 /* NULL: none */
	json_t *folders, *files, *path, *add, *remove, *openers; /* arrays or NULL */
};

enum assistant_which { ASSISTANT_USER, ASSISTANT_PROJECT };

struct assistant {
	const char *name, *title, *restart;
	const char **places; /* ends with NULL */
	json_t *programs, *signs, *shape;
	struct assistant_scope scope[2]; /* by enum assistant_which */
	json_t *json;			 /* owns all of that */
};

struct assistant_table {
	struct assistant *rows;
	size_t n;
};

/* ERR_INVALID names the file: a fault in our own data, which a test excludes. */
int assistant_table_load(struct assistant_table *table, struct err *err);
void assistant_table_fini(struct assistant_table *table);
const struct assistant *assistant_find(const struct assistant_table *table, const char *name);

/*
 * Our entry for that assistant: its shape with the path and the variables (an
 * object) in it. Yours.
 */
json_t *assistant_entry(const struct assistant *assistant, const char *command, json_t *env);

/* What an entry in its file starts: borrowed, NULL when it starts nothing. */
const char *assistant_entry_command(const struct assistant *assistant, json_t *entry);

/*
 * Does an entry start the same program, without arguments, with those variables (and
 * none of `names`, an array, besides)? Whatever else it says is the person's affair.
 */
bool assistant_entry_same(const struct assistant *assistant, json_t *entry, const char *command,
	json_t *env, json_t *names);
/* It is there but its owner has switched it off. */
bool assistant_entry_off(json_t *entry);

/*
 * Arguments as in "add", after `program`, ended by NULL: {name} our name, {command}
 * the server's path, {env FLAG} "FLAG NAME=VALUE" for each variable, {json} the entry
 * with its name. Yours: assistant_arguments_free().
 */
char **assistant_arguments(const struct assistant *assistant, json_t *arguments,
	const char *program, const char *command, json_t *env);
void assistant_arguments_free(char **arguments);

/* The link with {name} and {base64} (the entry) in it; yours. */
char *assistant_link(const struct assistant *assistant, const char *command, json_t *env);

/* Our name in all their files. */
#define ASSISTANT_OUR_NAME "promptd"

#endif
