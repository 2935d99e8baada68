/* gzip (RFC 1952) by zlib; see gzip.h. */
#include "sync/gzip.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* the largest, with gzip's header */
#define GZIP_BLOCK 16384

/* zlib's interface is of before const. */
static void feed(z_stream *stream, struct str bytes)
{
	*stream = (z_stream){
		.next_in = (unsigned char *)(uintptr_t)bytes.p, .avail_in = (unsigned)bytes.n};
}

/* Run to the end of what goes in. Z_STREAM_END, or what went wrong; Z_BUF_ERROR also when
 * the buffer is full. */
static int run(z_stream *stream, int (*step)(z_stream *, int), int flush, struct buf *out)
{
	unsigned char block[GZIP_BLOCK];
	int rc;

	do {
		stream->next_out = block;
		stream->avail_out = sizeof block;
		rc = step(stream, flush);
		if (rc != Z_OK && rc != Z_STREAM_END)
			return rc;
		if (buf_add(out, block, sizeof block - stream->avail_out) != 0)
			return Z_BUF_ERROR;
	} while (rc != Z_STREAM_END);
	return rc;
}

int gzip_pack(struct str plain, struct buf *out, struct err *err)
{
	z_stream stream;
	int rc;

	feed(&stream, plain);
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(err, ERR_MEMORY, "out of memory");
	rc = run(&stream, deflate, Z_FINISH, out);
	(void)deflateEnd(&stream);
	if (rc != Z_STREAM_END)
		return err_set(err, ERR_LIMIT, "too much to be compressed");
	return 0;
}

int gzip_unpack(struct str packed, struct buf *out, struct err *err)
{
	z_stream stream;
	int rc;

	feed(&stream, packed);
	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return err_set(err, ERR_MEMORY, "out of memory");
	rc = run(&stream, inflate, Z_NO_FLUSH, out);
	(void)inflateEnd(&stream);
	if (rc != Z_STREAM_END)
		return err_set(err, ERR_INVALID, "not what was compressed");
	return 0;
}
