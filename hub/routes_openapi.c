/* GET /api/v1/openapi.json: what the API is, for programs and people. The document is
 * schema/hub/openapi.json; tests/hub/contract.py holds the hub against it. */
#include "core/sha256.h"
#include "hub/routes_all.h"
#include "schema/schema.h"

int route_openapi(struct request *request, struct err *err)
{
	const struct schema_file *file = &schema_openapi[0];
	char hex[SHA256_HEX_BYTES], etag[24];

	(void)err;
	sha256_hex(file->text, file->len, hex);
	(void)snprintf(etag, sizeof etag, "\"%.16s\"", hex);
	request_field(request, "ETag", "%s", etag);
	request_field(request, "Cache-Control", "no-cache");
	if (str_is(request->http->headers[HTTP_IF_NONE_MATCH], etag))
		return request_answer(request, 304, NULL);
	(void)buf_add(&request->http->out, file->text, file->len);
	return request_answer(request, 200, NULL);
}
