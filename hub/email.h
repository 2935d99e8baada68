/*
 * E-mail addresses, by which people are known when they sign in: what is one, and the one
 * way in which it is kept. Any thread.
 */
#ifndef HUB_EMAIL_H
#define HUB_EMAIL_H

#include <stdbool.h>

#include "core/str.h"

#define EMAIL_MAX 254 /* bytes (RFC 5321) */

/* Something before and something after one "@", no blanks: the rest only a mail proves. */
bool email_check(struct str text);
/* ASCII's upper case as lower case, and nothing else: the same on every database. What is
 * longer than EMAIL_MAX is cut. */
void email_fold(struct str email, char out[EMAIL_MAX + 1]);

#endif
