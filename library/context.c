/* What lies beside the file that is being parsed; see context.h. */
#include "library/context.h"

#define PARENTS_MAX 3 /* ".." in context_read() */

int context_read(struct library_context *context, const char *path, struct buf *out)
{
	struct str rest = str_of(path);
	unsigned parents = 0;
	size_t before = out->len;

	while (rest.n > 0)
		parents += str_is(str_cut(rest, '/', &rest), "..");
	if (context == NULL || parents > PARENTS_MAX)
		return -1;
	if (context->read(context->data, path, out) == 0 &&
		str_is_utf8((struct str){buf_text(out), out->len}))
		return 0;
	buf_truncate(out, before);
	return -1;
}

const json_t *context_keep(struct library_context *context, struct str key, json_t *json)
{
	if (json == NULL)
		json = json_null();
	if (json_object_setn_new_nocheck(context->kept, key.p, key.n, json) != 0)
		return NULL;
	return json;
}

bool context_kept(struct library_context *context, struct str key, const json_t **json)
{
	*json = json_object_getn(context->kept, key.p, key.n);
	return *json != NULL;
}
