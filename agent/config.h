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

#include "core/err.h"
#include "core/str.h"

struct config {
	bool remember_values; /* offer values given to inputs again */
	bool experimental;    /* find prompts that are not approved too */
	int64_t search_limit; /* rows of `promptd search` */
};

enum config_type { CONFIG_FLAG, CONFIG_INTEGER };

struct config_setting {
	const char *name;
	enum config_type type;
	const char *initial;
	int64_t min, max; /* of CONFIG_INTEGER */
	const char *help;
	size_t offset; /* in struct config */
};
/* Ends with a NULL name. */
extern const struct config_setting config_settings[];

#define CONFIG_FILE "promptd.conf"
#define CONFIG_FILE_BYTES_MAX (64 * 1024)

void config_init(struct config *config); /* defaults */
/* All of a file's text over what *config holds; err is "file:line: message". */
int config_parse(struct config *config, const char *file, struct str text, struct err *err);
/* Defaults, then promptd.conf in that directory, if it is there. */
int config_load(struct config *config, const char *dir, struct err *err);

#endif
