/* ETag, If-Match, If-None-Match (RFC 9110, 8.8.3 and 13.1); see etag.h. */
#include "hub/etag.h"

#include <stdio.h>

#include "core/json.h"
#include "core/sha256.h"

static void etag_of(const json_t *object, char etag[ETAG_BYTES])
{
	struct buf text = BUF_INIT(HTTP_ANSWER_MAX);
	char hash[SHA256_HEX_BYTES];

	(void)json_write_sorted(object, &text); /* of what is too much, the hash of its beginning */
	sha256_hex(buf_text(&text), text.len, hash);
	buf_fini(&text);
	(void)snprintf(etag, ETAG_BYTES, "\"%.32s\"", hash);
}

/* One of a list, or any. Weak ones are for texts that differ and mean the same. */
static bool is_listed(struct str list, const char *etag)
{
	struct str one;

	if (str_is(str_trim(list), "*"))
		return true;
	while (list.n > 0) {
		one = str_trim(str_cut(list, ',', &list));
		if (str_is(one, etag))
			return true;
	}
	return false;
}

int etag_answer_as(struct request *request, unsigned status, json_t *object, const char *etag)
{
	const struct http_exchange *http = request->http;
	struct str have = http->headers[HTTP_IF_NONE_MATCH];
	bool get = http->method == HTTP_GET || http->method == HTTP_HEAD;

	request_field(request, "ETag", "%s", etag);
	if (!get || status != 200 || have.n == 0 || !is_listed(have, etag))
		return request_answer(request, status, object);
	json_decref(object);
	return request_answer(request, 304, NULL);
}

int etag_answer(struct request *request, unsigned status, json_t *object)
{
	char etag[ETAG_BYTES];

	etag_of(object, etag);
	return etag_answer_as(request, status, object, etag);
}

int etag_match_as(struct request *request, const char *etag, enum etag_wish wish)
{
	struct str match = request->http->headers[HTTP_IF_MATCH];

	if (match.n == 0)
		return wish == ETAG_MAY ? 0
					: request_refuse(request, 428, "if_match",
						  "send If-Match with the ETag that was shown");
	if (!is_listed(match, etag))
		return request_refuse(request, 412, "changed", "somebody changed it meanwhile");
	return 0;
}

int etag_match(struct request *request, const json_t *object, enum etag_wish wish)
{
	char etag[ETAG_BYTES];

	etag_of(object, etag);
	return etag_match_as(request, etag, wish);
}
