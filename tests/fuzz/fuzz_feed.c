/* A page of the feed: taken whole, or nothing of it; what is taken may be stored. */
#include <stdint.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "sync/feed.h"
#include "tests/test.h"

static void check_put(const struct feed_change *change)
{
	const struct prompt *prompt = change->prompt;
	struct str path = str_of(prompt->path), text;
	struct err err;
	size_t i;

	CHECK(change->version >= 1 && change->size >= 0);
	CHECK(strlen(change->digest) == SHA256_HEX_BYTES - 1);
	CHECK(prompt_check_path(path, &err) == 0);
	if (!change->body)
		return;
	CHECK(strcmp(prompt->digest, change->digest) == 0);
	CHECK(feed_check(prompt, &err) == 0 && prompt->n_messages > 0);
	for (i = 0; i < prompt->n_messages; i++) {
		text = str_of(prompt->messages[i].text);
		CHECK(text_filter_find(text) == text.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_page page;
	struct err err = {.code = ERR_NONE};
	size_t i, refused = 0;

	json_door_init();
	if (feed_parse((struct str){(const char *)data, size}, &page, &err) != 0) {
		CHECK(err.code != ERR_NONE && page.n == 0);
		return 0;
	}
	CHECK(size > 0 && data[size - 1] == '\n');
	CHECK(page.n <= FEED_CHANGES_MAX && page.cursor[0] != '\0');
	for (i = 0; i < page.n; i++) {
		CHECK(page.changes[i].id[0] != '\0' && page.changes[i].seq >= 0);
		refused += page.changes[i].refused;
		if (page.changes[i].put && !page.changes[i].refused)
			check_put(&page.changes[i]);
	}
	CHECK(refused == page.refused && (refused > 0) == (page.why[0] != '\0'));
	feed_page_fini(&page);
	return 0;
}
