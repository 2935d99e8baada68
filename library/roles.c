/* Role markers; see roles.h. */
#include "library/roles.h"

#include <string.h>

static bool role_parse(struct str name, enum prompt_role *role)
{
	if (str_is(name, "model")) {
		*role = PROMPT_ASSISTANT;
		return true;
	}
	return prompt_role_parse(name, role);
}

static struct str skip_blanks(struct str text)
{
	while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t')) {
		text.p++;
		text.n--;
	}
	return text;
}

static struct str skip(struct str text, size_t n)
{
	return (struct str){text.p + n, text.n - n};
}

/* A marker at the start of text? Its length, or 0. */
static size_t role_marker(struct str text, enum prompt_role *role)
{
	struct str rest = text, name;

	if (!str_starts(rest, "{{"))
		return 0;
	rest = skip_blanks(skip(rest, 2));
	if (str_starts(rest, "/role")) {
		rest = skip_blanks(skip(rest, 5));
		*role = PROMPT_USER;
	} else {
		if (str_starts(rest, "#"))
			rest = skip(rest, 1);
		if (!str_starts(rest, "role"))
			return 0;
		rest = skip_blanks(skip(rest, 4));
		if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\''))
			return 0;
		name = str_cut(skip(rest, 1), rest.p[0], &rest);
		if (name.n > 16 || !role_parse(name, role))
			return 0;
		rest = skip_blanks(rest);
	}
	if (!str_starts(rest, "}}"))
		return 0;
	return (size_t)(rest.p + 2 - text.p);
}

bool role_next(struct str *rest, enum prompt_role *role, struct role_part *part)
{
	size_t i, len;

	if (rest->n == 0)
		return false;
	*part = (struct role_part){*rest, *role};
	for (i = 0; i < rest->n; i++) {
		if (rest->p[i] != '{')
			continue;
		len = role_marker(skip(*rest, i), role);
		if (len == 0)
			continue;
		part->text.n = i;
		*rest = skip(*rest, i + len);
		return true;
	}
	*rest = skip(*rest, rest->n);
	return true;
}

void roles_write(const struct prompt *prompt, struct buf *out)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		enum prompt_role role = prompt->messages[i].role;

		(void)buf_add_format(out, "%s{{role \"%s\"}}\n%s\n", i > 0 ? "\n" : "",
			role == PROMPT_ASSISTANT ? "model" : prompt_role_name(role),
			prompt->messages[i].text);
	}
}
