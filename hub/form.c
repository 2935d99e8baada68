/* A form's fields; see form.h. */
#include "hub/form.h"

#include "core/buf.h"
#include "core/json.h"

static int digit_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* False: a '%' without two digits behind it, or a NUL. */
static bool decode(struct str text, struct buf *out)
{
	int high, low;
	size_t i;

	buf_clear(out);
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '+') {
			(void)buf_add_char(out, ' ');
			continue;
		}
		if (text.p[i] != '%') {
			(void)buf_add_char(out, text.p[i]);
			continue;
		}
		high = i + 2 < text.n ? digit_of(text.p[i + 1]) : -1;
		low = i + 2 < text.n ? digit_of(text.p[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return false;
		(void)buf_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return true;
}

static bool take_field(json_t *form, struct str pair, struct buf *name, struct buf *value)
{
	struct str rest, key = str_cut(pair, '=', &rest);
	json_t *text;

	if (!decode(key, name) || !decode(rest, value) || name->len == 0 ||
		!str_is_utf8((struct str){buf_text(name), name->len}) ||
		json_object_get(form, buf_text(name)) != NULL ||
		json_object_size(form) == FORM_FIELDS_MAX)
		return false;
	text = json_from_str((struct str){buf_text(value), value->len});
	return text != NULL && json_object_set_new(form, buf_text(name), text) == 0;
}

json_t *form_parse(struct str body)
{
	struct buf name = BUF_INIT(FORM_BYTES_MAX), value = BUF_INIT(FORM_BYTES_MAX);
	json_t *form = json_object();
	bool right = body.n <= FORM_BYTES_MAX;

	while (right && body.n > 0)
		right = take_field(form, str_cut(body, '&', &body), &name, &value);
	buf_fini(&name);
	buf_fini(&value);
	if (right)
		return form;
	json_decref(form);
	return NULL;
}
