/*
 * What core costs: the finder of ids, the JSON door and the writer beside
 * jansson's own, a template and the text filter beside a copy of the same bytes.
 * Nanoseconds a piece, the middle of several rounds. Takes no subjects.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/template.h"
#include "core/text_filter.h"
#include "tests/bench/bench.h"

#define ROUNDS 15

static const char call[] =
	"{\"method\":\"tools/"
	"call\",\"params\":{\"name\":\"search_prompts\",\"arguments\":{\"query\":"
	"\"code review for \\\"C\\\" "
	"changes\",\"limit\":20,\"tags\":[\"review\",\"c\"]},\"_meta\":{"
	"\"progressToken\":17,\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
	"\"io.modelcontextprotocol/clientCapabilities\":{}}},\"jsonrpc\":\"2.0\",\"id\":42}";

static char text[4096 + 1], copy[4096 + 1];
static json_t *tree;
static struct buf out;
static volatile size_t sink; /* so that no work is dropped */

static void find_id(void)
{
	struct str value;

	sink += json_find_member((struct str){call, sizeof call - 1}, "id", &value);
}

static void door(void)
{
	json_t *json = NULL;

	sink += json_door_parse((struct str){call, sizeof call - 1}, &json, NULL) == 0;
	json_decref(json);
}

static void jansson_parse(void)
{
	json_t *json = json_loadb(call, sizeof call - 1, JSON_REJECT_DUPLICATES, NULL);

	sink += json != NULL;
	json_decref(json);
}

static void write_tree(void)
{
	buf_clear(&out);
	(void)json_write(tree, &out);
	sink += out.len;
}

static void jansson_write(void)
{
	char *written = json_dumps(tree, JSON_COMPACT);

	sink += strlen(written);
	free(written);
}

static enum template_lookup lookup(void *data, struct str name, struct template_value *value)
{
	(void)data;
	value->text = STR("a value");
	value->truth = true;
	return str_is(name, "name") ? TEMPLATE_VALUE : TEMPLATE_UNDECLARED;
}

static void render(void)
{
	const struct template_source source = {.lookup = lookup};

	buf_clear(&out);
	(void)template_render((struct str){text, sizeof text - 1}, &source, &out, NULL);
	sink += out.len;
}

static void filter(void)
{
	sink += text_filter_find((struct str){text, sizeof text - 1});
}

static void only_copy(void)
{
	memcpy(copy, text, sizeof text);
	sink += (unsigned char)copy[sink % sizeof copy];
}

static void measure(const char *name, void (*work)(void), int times)
{
	int64_t rounds[ROUNDS];
	int i, j;

	for (i = 0; i < ROUNDS; i++) {
		int64_t start = bench_now_ns();

		for (j = 0; j < times; j++)
			work();
		rounds[i] = (bench_now_ns() - start) / times;
	}
	bench_sort(rounds, ROUNDS);
	bench_subject_begin(name);
	bench_value("p50", (double)bench_percentile(rounds, ROUNDS, 50));
	bench_subject_end();
}

static void prepare(void)
{
	static const char line[] =
		"Review {{name}} and keep {\"braces\": {{other}}} as they are.\n";
	size_t i;

	for (i = 0; i < sizeof text - 1; i++)
		text[i] = line[i % (sizeof line - 1)];
	text[sizeof text - 1] = '\0';
	json_door_init();
	if (json_door_parse(str_of(call), &tree, NULL) != 0)
		bench_fail("the call is not JSON");
	if (json_object_set_new(tree, "text", json_string(text)) != 0)
		bench_fail("no memory");
	buf_init(&out, 1024 * 1024);
}

int main(void)
{
	prepare();
	bench_pin();
	bench_begin("core_json_call", "ns");
	measure("find_member", find_id, 20000);
	measure("door", door, 5000);
	measure("jansson", jansson_parse, 5000);
	bench_end();
	bench_begin("core_json_write_4k", "ns");
	measure("json_write", write_tree, 5000);
	measure("jansson", jansson_write, 5000);
	bench_end();
	bench_begin("core_text_4k", "ns");
	measure("template", render, 5000);
	measure("text_filter", filter, 5000);
	measure("copy", only_copy, 20000);
	bench_end();
	buf_fini(&out);
	json_decref(tree);
	return 0;
}
