/* Tests of mcp/rpc: a plain message means what it means with a blank in it. */
#include "core/json.h"
#include "mcp/rpc.h"
#include "tests/test.h"

#define TEXT_MAX 256

static size_t n_plain, n_requests; /* read without a tree; requests in all */

/* `{` and a blank: too little for the meaning, enough to be read the long way. */
static void check_same(const char *text, size_t len)
{
	char other[TEXT_MAX + 1];
	struct rpc_message one, two;

	CHECK(len > 0 && len < TEXT_MAX);
	other[0] = text[0];
	other[1] = ' ';
	memcpy(other + 2, text + 1, len - 1);
	rpc_message_read(&one, (struct str){text, len});
	rpc_message_read(&two, (struct str){other, len + 1});
	CHECK(one.kind == two.kind);
	CHECK(one.code == two.code);
	CHECK(str_equal(one.id, two.id));
	CHECK((one.method == NULL) == (two.method == NULL));
	if (one.method != NULL)
		CHECK_STR(one.method, two.method);
	CHECK(json_object_size(one.params) == json_object_size(two.params));
	CHECK((one.params == NULL || json_is_object(one.params)) ==
		(two.params == NULL || json_is_object(two.params)));
	CHECK(two.root != NULL || two.kind == RPC_INVALID);
	n_requests += one.kind == RPC_REQUEST;
	n_plain += one.kind == RPC_REQUEST && one.root == NULL;
	rpc_message_fini(&one);
	rpc_message_fini(&two);
}

static const char *const messages[] = {
	"{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"tools/list\"}",
	"{\"method\":\"ping\",\"params\":{},\"jsonrpc\":\"2.0\",\"id\":\"a-1\"}",
};

static void plain_messages_are_read_without_a_tree(void)
{
	size_t i;

	for (i = 0; i < sizeof messages / sizeof messages[0]; i++)
		check_same(messages[i], strlen(messages[i]));
	CHECK(n_plain == 2);
}

/* Every byte but the first put in place of every other, before it, and left out. */
static void one_byte_changes_both_readings_alike(void)
{
	char text[TEXT_MAX];
	size_t i, at;
	int c;

	for (i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		size_t len = strlen(messages[i]);

		for (at = 1; at < len; at++) {
			memcpy(text, messages[i], at);
			memcpy(text + at, messages[i] + at + 1, len - at - 1);
			check_same(text, len - 1);
			for (c = 0; c < 256; c++) {
				text[at] = (char)c;
				memcpy(text + at + 1, messages[i] + at + 1, len - at - 1);
				check_same(text, len);
				memcpy(text + at + 1, messages[i] + at, len - at);
				check_same(text, len + 1);
			}
		}
	}
	CHECK(n_plain > 0 && n_plain < n_requests);
}

static void odd_messages_are_read_alike(void)
{
	static const char *const odd[] = {
		"{}",
		"{\"jsonrpc\":\"2.0\",\"id\":1}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"id\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":01,\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":{}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":7}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}",
		"{\"jsonrpc\":\"2.0\",\"id\":123456789012345678901234567890,\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a23456789b23456789c23456789d23456789"
		"e23456789f23456789g2\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a23456789b23456789c23456789d23456789"
		"e23456789f23456789g234\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"",
	};
	size_t i;

	for (i = 0; i < sizeof odd / sizeof odd[0]; i++)
		check_same(odd[i], strlen(odd[i]));
}

int main(void)
{
	json_door_init();
	RUN(plain_messages_are_read_without_a_tree);
	RUN(one_byte_changes_both_readings_alike);
	RUN(odd_messages_are_read_alike);
	return 0;
}
