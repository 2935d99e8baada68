/*
 * A prompt as every room passes it on: what a file says, what a row holds, what
 * a session serves. Plain data; all strings are UTF-8, NUL-terminated, malloc'd
 * and owned by the struct; a NULL string means "not given". Any thread, one at
 * a time.
 */
#ifndef CORE_PROMPT_H
#define CORE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"

/* Ceilings, in bytes or in things. Checked by prompt_check(). */
#define PROMPT_PATH_MAX 255
#define PROMPT_TITLE_MAX 512
#define PROMPT_DESCRIPTION_MAX 4096
#define PROMPT_TEXT_MAX (1024 * 1024) /* all messages together */
#define PROMPT_EXTRA_MAX (64 * 1024)
#define PROMPT_NAME_MAX 64 /* an input's name */
#define PROMPT_INPUTS_MAX 64
#define PROMPT_CHOICES_MAX 256
#define PROMPT_TAGS_MAX 64
#define PROMPT_TAG_MAX 100
#define PROMPT_MESSAGES_MAX 64
#define PROMPT_SLUG_MAX 120 /* what prompt_slug() makes at most */

enum prompt_type { PROMPT_STRING, PROMPT_NUMBER, PROMPT_INTEGER, PROMPT_BOOLEAN };

/* Where a value is looked for when a person fills in a form; others ignore it. */
enum prompt_from { PROMPT_FROM_PERSON, PROMPT_FROM_SELECTION, PROMPT_FROM_CLIPBOARD };

/* A declared variable. An enum is a string with choices. */
struct prompt_input {
	char *name;
	char *description; /* or NULL */
	char *initial;	   /* the default as text ("true"/"false" for booleans), or NULL */
	char **choices;	   /* allowed values, n_choices of them; none: any */
	size_t n_choices;
	enum prompt_type type;
	enum prompt_from from;
	bool required;	/* must be given; false when there is a default */
	bool secret;	/* not to be shown while it is typed, and never remembered */
	bool multiline; /* a text of several lines */
};

enum prompt_role { PROMPT_USER, PROMPT_SYSTEM, PROMPT_ASSISTANT };

struct prompt_message {
	char *text; /* a template, see template.h */
	enum prompt_role role;
};

/* Remarks made at the door, for the person; a prompt with them is served. */
enum prompt_flag {
	PROMPT_FLAG_EXECUTABLE = 1, /* holds a snippet some client would execute */
	PROMPT_FLAG_HIDDEN = 2,	    /* held characters that do not show; shown as <U+XXXX> */
	PROMPT_FLAG_LOCKED = 4,	    /* its name is the hub's: nobody's own hides it */
};

struct prompt {
	char *id;	   /* UUID; NULL before the store gave it one */
	char *path;	   /* "team/area/code-review": lower case, see prompt_check_path() */
	char *title;	   /* free text */
	char *description; /* or NULL */
	struct prompt_message *messages; /* at least one */
	size_t n_messages;
	struct prompt_input *inputs;
	size_t n_inputs;
	char **tags;
	size_t n_tags;
	char **aliases;
	size_t n_aliases;
	char *collection; /* or NULL */
	char *model;	  /* what the file asks for, or NULL; told, never acted on */
	char *extra;	  /* front matter we do not know, byte for byte, or NULL */
	char *source;	  /* provenance: "local", "starter", later "hub:…", "git:…" */
	char *origin;	  /* the file it came from, or NULL */
	char *format;	  /* name of the file format it came in, or NULL */
	char *status;	  /* "approved", "draft", "deprecated" */
	char *channel;	  /* "production", "experimental", … of this version */
	unsigned flags;	  /* enum prompt_flag */
	int64_t version;  /* 0 before the store numbered it */
	int64_t created_ms, updated_ms;
	char digest[SHA256_HEX_BYTES]; /* of this version; see prompt_digest() */
};

struct prompt *prompt_new(void);
void prompt_free(struct prompt *prompt);
struct prompt *prompt_copy(const struct prompt *prompt);

/* Appending; text is copied. The inputs returned stay valid until the next add. */
struct prompt_message *prompt_add_message(
	struct prompt *prompt, enum prompt_role role, struct str text);
struct prompt_input *prompt_add_input(struct prompt *prompt, struct str name);
void prompt_input_add_choice(struct prompt_input *input, struct str choice);
void prompt_add_tag(struct prompt *prompt, struct str tag); /* once each */
void prompt_add_alias(struct prompt *prompt, struct str alias);
/* Free the old string and set a copy of text; text.p NULL makes it NULL. */
void prompt_set(char **field, struct str text);

const struct prompt_input *prompt_input_find(const struct prompt *prompt, struct str name);
/* The last part of its path. */
struct str prompt_name(const struct prompt *prompt);

/*
 * Everything a prompt must be before it may be stored: path, title, at least
 * one message with text, every ceiling, UTF-8, unique input names, defaults
 * that fit their types and choices. err says which.
 */
int prompt_check(const struct prompt *prompt, struct err *err);
/* One or more parts of [a-z0-9._-] (or any letter outside ASCII), joined by '/',
 * none beginning with '.' , at most PROMPT_PATH_MAX bytes. */
int prompt_check_path(struct str path, struct err *err);
/* Make a legal part of a path from any text: lower case, blanks and signs to
 * single '-'. Returns malloc'd text; "prompt" when nothing is left. */
char *prompt_slug(struct str text);
/* [A-Za-z_][A-Za-z0-9_.-]*, at most PROMPT_NAME_MAX bytes. */
bool prompt_is_input_name(struct str name);

/* Inputs and messages as JSON and back, as the store keeps them and
 * `--json` prints them: [{"name","type","description","required","default","enum"}]
 * and, of those that have it, "source" ("selection", "clipboard"), "secret" and
 * "multiline"; [{"role","text"}]. New references; NULL when memory is out. */
json_t *prompt_inputs_json(const struct prompt *prompt);
json_t *prompt_messages_json(const struct prompt *prompt);
int prompt_inputs_parse(struct prompt *prompt, const json_t *json, struct err *err);
int prompt_messages_parse(struct prompt *prompt, const json_t *json, struct err *err);
/* Parsing replaces the prompt's own, or on failure leaves them as they were; it
 * looks at types only, prompt_check() at the rest. A "default" may come as a
 * number or boolean too. */
const char *prompt_type_name(enum prompt_type type); /* "string", … */
bool prompt_type_parse(struct str name, enum prompt_type *type);
const char *prompt_from_name(enum prompt_from from); /* "person", "selection", … */
bool prompt_from_parse(struct str name, enum prompt_from *from);
const char *prompt_role_name(enum prompt_role role);
bool prompt_role_parse(struct str name, enum prompt_role *role);
/* Can this text be a value of the type? Booleans are "true" and "false" here,
 * numbers as JSON writes them, integers of 64 bits. */
bool prompt_type_fits(enum prompt_type type, struct str text);

/* Append a line of Markdown about an input, for a model to read: its name, type, choices,
 * default, whether it is required, its description. */
struct buf;
void prompt_input_tell(const struct prompt_input *input, struct buf *out);

/*
 * SHA-256 of what makes a version: the compact JSON, keys sorted, of
 * {"inputs":…,"messages":…}. Title, tags and description may change without a
 * new version; these may not.
 */
int prompt_digest(const struct prompt *prompt, char out[SHA256_HEX_BYTES], struct err *err);

#endif
