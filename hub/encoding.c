/* gzip; see encoding.h. */
#include "hub/encoding.h"

#include <zlib.h>

#define LEVEL 4 /* a third of the time of 6, for a fiftieth more bytes */
#define GZIP 16 /* zlib's word for it, added to the window's bits */
#define STEP ((size_t)32 * 1024)

bool encoding_accepts(struct str accept)
{
	struct str one, name, rest;

	while (accept.n > 0) {
		one = str_trim(str_cut(accept, ',', &accept));
		name = str_trim(str_cut(one, ';', &rest));
		rest = str_trim(rest);
		if (str_is(name, "gzip") || str_is(name, "*"))
			return !str_is(rest, "q=0") && !str_is(rest, "q=0.0") &&
			       !str_is(rest, "q=0.00") && !str_is(rest, "q=0.000");
	}
	return false;
}

bool encoding_pack(struct str plain, struct buf *out)
{
	z_stream stream = {
		.next_in = (z_const Bytef *)(uintptr_t)plain.p, .avail_in = (uInt)plain.n};
	size_t most;
	char *room;
	int rc;

	if (plain.n > UINT32_MAX / 2 || deflateInit2(&stream, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP,
						8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	most = deflateBound(&stream, (uLong)plain.n);
	room = buf_reserve(out, most);
	if (room == NULL) {
		(void)deflateEnd(&stream);
		return false;
	}
	stream.next_out = (Bytef *)room;
	stream.avail_out = (uInt)most;
	rc = deflate(&stream, Z_FINISH);
	if (rc == Z_STREAM_END)
		buf_grow(out, most - stream.avail_out);
	(void)deflateEnd(&stream);
	return rc == Z_STREAM_END;
}

int encoding_unpack(struct str packed, struct buf *out, struct err *err)
{
	z_stream stream = {
		.next_in = (z_const Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
	char *room, more;
	size_t step;
	int rc = Z_OK;

	if (packed.n > UINT32_MAX || inflateInit2(&stream, MAX_WBITS + GZIP) != Z_OK)
		return err_set(err, ERR_MEMORY, "no memory for what is compressed");
	while (rc == Z_OK) {
		step = out->limit - out->len < STEP ? out->limit - out->len : STEP;
		/* At the ceiling it must be at its end too: nothing goes into `more`. */
		room = step > 0 ? buf_reserve(out, step) : &more;
		if (room == NULL)
			break;
		stream.next_out = (Bytef *)room;
		stream.avail_out = step > 0 ? (uInt)step : 1;
		rc = inflate(&stream, Z_NO_FLUSH);
		if (step == 0 && stream.avail_out == 0)
			rc = Z_BUF_ERROR;
		else if (step > 0)
			buf_grow(out, step - stream.avail_out);
	}
	(void)inflateEnd(&stream);
	if (rc == Z_STREAM_END && stream.avail_in == 0)
		return 0;
	if (out->len == out->limit)
		return err_set(err, ERR_LIMIT, "unpacked it has more than %zu bytes", out->limit);
	return err_set(err, ERR_INVALID, "this is no gzip, or not all of it");
}
