/*
 * promptd.conf: `name = value`, one a line, # begins a comment. One table says
 * which names there are. A file that is absent is all defaults; unknown names
 * and bad values are errors with file and line, because a setting that silently
 * does nothing is worse. Any thread; needs core only.
 */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define CONFIG_SETTINGS_MAX 32
#define CONFIG_TEXT_MAX 255

struct config {
	bool remember_values; /* offer values given to inputs again */
	bool project_prompts; /* offer those of the project one is in */
	bool experimental;    /* find prompts that are not approved too */
	int64_t search_limit; /* rows of `promptd search` */
	bool autostart;	      /* start the agent when none runs */
	int64_t git_timeout;  /* seconds without a byte from another repository */
	int64_t log_level;    /* of the agent: an enum log_level */

	/* Where uses go besides; "": nowhere. */
	bool usage_hub;			      /* to the hub one signed in to */
	bool usage_personal;		      /* others than the hub's prompts too */
	char usage_otlp[CONFIG_TEXT_MAX + 1]; /* an address, or "env" */
	char usage_otlp_headers[CONFIG_TEXT_MAX + 1];
	char usage_langfuse[CONFIG_TEXT_MAX + 1];
	char usage_langfuse_keys[CONFIG_TEXT_MAX + 1];
	char usage_file[CONFIG_TEXT_MAX + 1];
	int64_t usage_file_mib;

	/* For `promptd config`: the line of promptd.conf that set it; 0: none did. */
	unsigned lines[CONFIG_SETTINGS_MAX];
};

enum config_type { CONFIG_FLAG, CONFIG_INTEGER, CONFIG_CHOICE, CONFIG_TEXT };

struct config_setting {
	const char *name;
	enum config_type type;
	const char *initial;
	int64_t min, max; /* of CONFIG_INTEGER */
	const char *help;
	size_t offset;		    /* in struct config */
	const char *const *choices; /* of CONFIG_CHOICE, NULL ends; kept as the index */
};
/* Ends with a NULL name. */
extern const struct config_setting config_settings[];

/* The value as the file would say it, appended; and the line that said it. */
void config_show(
	const struct config *config, const struct config_setting *setting, struct buf *out);
unsigned config_line(const struct config *config, const struct config_setting *setting);

#define CONFIG_FILE "promptd.conf"
#define CONFIG_FILE_BYTES_MAX (64 * 1024)

void config_init(struct config *config); /* defaults */
/* All of a file's text over what *config holds; err is "file:line: message". */
int config_parse(struct config *config, const char *file, struct str text, struct err *err);
/* Defaults, then promptd.conf in that directory, if it is there. */
int config_load(struct config *config, const char *dir, struct err *err);

#endif
