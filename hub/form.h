/*
 * What an HTML form sends (application/x-www-form-urlencoded). Any thread.
 */
#ifndef HUB_FORM_H
#define HUB_FORM_H

#include <jansson.h>

#include "core/str.h"

#define FORM_FIELDS_MAX 16
#define FORM_BYTES_MAX 8192

/* An object of texts; yours. NULL: it is no form of ours: too much, a name twice, or
 * bytes that are not UTF-8. */
json_t *form_parse(struct str body);

#endif
