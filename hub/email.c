/* E-mail addresses; see email.h. */
#include "hub/email.h"

#include <string.h>

bool email_check(struct str text)
{
	struct str after, before = str_cut(text, '@', &after);
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F)
			return false;
	return before.n > 0 && after.n > 2 && memchr(after.p, '@', after.n) == NULL &&
	       memchr(after.p, '.', after.n) != NULL && text.n <= EMAIL_MAX;
}

void email_fold(struct str email, char out[EMAIL_MAX + 1])
{
	size_t i;

	for (i = 0; i < email.n && i < EMAIL_MAX; i++)
		out[i] = (char)(email.p[i] >= 'A' && email.p[i] <= 'Z' ? email.p[i] + 32
								       : email.p[i]);
	out[i] = '\0';
}
