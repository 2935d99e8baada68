/*
 * Templates. The input is a template and up to six partials, separated by 0xFF;
 * {{> 0}} … {{> 5}} name them. What has no declared name must come out as it is;
 * scanning agrees with rendering about what a tag is.
 */
#include <stdint.h>

#include "core/template.h"
#include "tests/test.h"

#define PARTIALS 6

struct source {
	struct str partials[PARTIALS];
	int partials_asked;
};

static enum template_lookup lookup_none(void *data, struct str name, struct template_value *value)
{
	(void)data;
	(void)name;
	(void)value;
	return TEMPLATE_UNDECLARED;
}

static enum template_lookup lookup_some(void *data, struct str name, struct template_value *value)
{
	(void)data;
	CHECK(name.n > 0 && name.n <= 64);
	value->text = STR("{{a}}{{#b}}\n{{> 0}}");
	value->truth = name.p[0] != 'c';
	if (name.p[0] == 'm')
		return TEMPLATE_MISSING;
	if (name.p[0] == 'e')
		return TEMPLATE_EMPTY;
	return name.p[0] < 'm' ? TEMPLATE_VALUE : TEMPLATE_UNDECLARED;
}

static int partial(void *data, struct str name, struct str *text, struct err *err)
{
	struct source *source = data;

	(void)err;
	source->partials_asked++;
	if (name.n != 1 || name.p[0] < '0' || name.p[0] >= '0' + PARTIALS)
		return 1;
	*text = source->partials[name.p[0] - '0'];
	return 0;
}

static void missing(void *data, struct str name)
{
	(void)data;
	CHECK(name.p[0] == 'm');
}

static void count_tags(void *data, enum template_tag tag, struct str name, size_t line)
{
	CHECK(tag <= TEMPLATE_TAG_PARTIAL && name.n > 0 && line > 0);
	++*(size_t *)data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {.partials_asked = 0};
	struct template_source some = {
		.data = &source, .lookup = lookup_some, .partial = partial, .missing = missing};
	const struct template_source none = {.data = &source, .lookup = lookup_none};
	struct str rest = {(const char *)data, size}, text = str_cut(rest, '\xff', &rest);
	struct buf out = BUF_INIT(2 * TEMPLATE_OUTPUT_MAX);
	struct err err = {.code = ERR_NONE};
	size_t tags = 0, i;

	for (i = 0; i < PARTIALS; i++)
		source.partials[i] = str_cut(rest, '\xff', &rest);
	template_scan(text, count_tags, &tags);
	if (template_render(text, &some, &out, &err) == 0) {
		CHECK(out.len <= TEMPLATE_OUTPUT_MAX);
		CHECK(tags > 0 || str_equal((struct str){buf_text(&out), out.len}, text));
	} else {
		CHECK(err.code == ERR_INVALID || err.code == ERR_LIMIT);
	}
	buf_clear(&out);
	CHECK(template_render(text, &none, &out, &err) == 0);
	CHECK(str_equal((struct str){buf_text(&out), out.len}, text));
	buf_fini(&out);
	return 0;
}
