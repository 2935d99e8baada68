/* Finding the prompt a tool was asked for, or telling which it could be. */
#include "mcp/delivery.h"
#include "mcp/tools.h"
#include "store/search.h"

#define NEAR_ROWS 5
#define TEXT_MAX 8192

static int on_near(void *data, const struct store_row *row)
{
	struct buf *names = data;

	(void)buf_add_format(
		names, "%s%.*s", names->len > 0 ? ", " : "", (int)row->path.n, row->path.p);
	return 0;
}

/* Names that come near the last part of this one. */
static void find_near(const struct delivery *delivery, struct str name, struct buf *names)
{
	struct store_search search = {.limit = NEAR_ROWS, .titles_only = true};
	struct buf words = BUF_INIT(PROMPT_PATH_MAX);
	struct err err;
	bool more;
	size_t i;

	for (i = name.n; i > 0 && name.p[i - 1] != '/'; i--)
		;
	/* As words: what it says is not to be read as a query. */
	for (; i < name.n && words.len < PROMPT_PATH_MAX; i++) {
		bool sign = (unsigned char)name.p[i] < 0x80 &&
			    !(name.p[i] >= 'a' && name.p[i] <= 'z') &&
			    !(name.p[i] >= 'A' && name.p[i] <= 'Z') &&
			    !(name.p[i] >= '0' && name.p[i] <= '9');

		(void)buf_add_char(&words, sign ? ' ' : name.p[i]);
	}
	search.text = str_trim(str_prefix((struct str){buf_text(&words), words.len}, 100));
	/* A hint: without it the answer is still right. */
	if (search.text.n > 0)
		(void)store_search(
			mcp_store(delivery->request), &search, on_near, names, &more, &err);
	buf_fini(&words);
}

static void tell_unknown(struct delivery *delivery, struct str name)
{
	struct buf text = BUF_INIT(TEXT_MAX), names = BUF_INIT(TEXT_MAX / 2);
	char quote[RPC_QUOTE_BYTES];

	find_near(delivery, name, &names);
	(void)buf_add_format(&text, "There is no prompt \"%s\". ", rpc_quote(name, quote));
	if (names.len > 0)
		(void)buf_add_format(&text, "Near it: %s. ", buf_text(&names));
	(void)buf_add_str(&text, "search_prompts finds prompts by what they are for.");
	mcp_reply(delivery->request, mcp_tool_text((struct str){buf_text(&text), text.len}, true));
	buf_fini(&names);
	buf_fini(&text);
}

bool delivery_find_or_tell(struct delivery *delivery, struct str name)
{
	struct err err;
	int outcome = delivery_find(delivery, name, &err);

	if (outcome == STORE_OK)
		return true;
	if (outcome == STORE_NOT_FOUND && delivery->want.version == 0)
		tell_unknown(delivery, name);
	else
		mcp_reply(delivery->request, mcp_tool_fault(&err));
	return false;
}
