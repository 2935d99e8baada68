/* Bodies in fewer bytes; see hub/encoding.h. */
#include "hub/encoding.h"

#include "tests/test.h"

#define MANY ((size_t)16 * 1024 * 1024)

static void fill(struct buf *buf, size_t n)
{
	char *room = buf_reserve(buf, n);

	CHECK(room != NULL);
	(void)memset(room, 'a', n);
	buf_grow(buf, n);
}

static void what_is_packed_comes_back(void)
{
	static const size_t sizes[] = {0, 1, 1000, 32768, 32769, 1000000};
	struct buf plain = BUF_INIT(MANY), packed = BUF_INIT(MANY), back = BUF_INIT(MANY);
	struct err err;
	size_t i;

	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_clear(&plain);
		buf_clear(&packed);
		buf_clear(&back);
		fill(&plain, sizes[i]);
		CHECK(encoding_pack((struct str){buf_text(&plain), plain.len}, &packed));
		CHECK(encoding_unpack((struct str){packed.data, packed.len}, &back, &err) == 0);
		CHECK(back.len == plain.len);
		CHECK(memcmp(buf_text(&back), buf_text(&plain), plain.len) == 0);
	}
	buf_fini(&plain);
	buf_fini(&packed);
	buf_fini(&back);
}

static void a_bomb_stays_under_its_ceiling(void)
{
	struct buf plain = BUF_INIT(MANY), packed = BUF_INIT(2 * MANY), back = BUF_INIT(1000);
	struct err err;

	fill(&plain, MANY);
	CHECK(encoding_pack((struct str){plain.data, plain.len}, &packed));
	CHECK(packed.len < 100000);
	CHECK(encoding_unpack((struct str){packed.data, packed.len}, &back, &err) < 0);
	CHECK(err.code == ERR_LIMIT && back.size <= 4096);
	buf_fini(&plain);
	buf_fini(&packed);
	buf_fini(&back);
}

static void exactly_as_much_as_may_be(void)
{
	struct buf plain = BUF_INIT(MANY), packed = BUF_INIT(MANY);
	struct buf fits = BUF_INIT(70000), less = BUF_INIT(69999);
	struct err err;

	fill(&plain, 70000);
	CHECK(encoding_pack((struct str){plain.data, plain.len}, &packed));
	CHECK(encoding_unpack((struct str){packed.data, packed.len}, &fits, &err) == 0);
	CHECK(encoding_unpack((struct str){packed.data, packed.len}, &less, &err) < 0);
	CHECK(err.code == ERR_LIMIT);
	buf_fini(&plain);
	buf_fini(&packed);
	buf_fini(&fits);
	buf_fini(&less);
}

static void what_is_not_whole_is_refused(void)
{
	struct buf packed = BUF_INIT(4096), back = BUF_INIT(4096);
	struct err err;
	size_t n;

	CHECK(encoding_pack(STR("a text that is long enough to be cut"), &packed));
	for (n = 0; n < packed.len; n++) {
		buf_clear(&back);
		CHECK(encoding_unpack((struct str){packed.data, n}, &back, &err) < 0);
		CHECK(err.code == ERR_INVALID);
	}
	(void)buf_add_char(&packed, 'x');
	buf_clear(&back);
	CHECK(encoding_unpack((struct str){packed.data, packed.len}, &back, &err) < 0);
	buf_clear(&back);
	CHECK(encoding_unpack(STR("{\"a\":1}"), &back, &err) < 0 && err.code == ERR_INVALID);
	buf_fini(&packed);
	buf_fini(&back);
}

static void who_takes_gzip_says_so(void)
{
	CHECK(encoding_accepts(STR("gzip")));
	CHECK(encoding_accepts(STR("br, gzip;q=0.5")));
	CHECK(encoding_accepts(STR("*")));
	CHECK(!encoding_accepts(STR("")));
	CHECK(!encoding_accepts(STR("br, deflate")));
	CHECK(!encoding_accepts(STR("gzip;q=0")));
	CHECK(!encoding_accepts(STR("gzip; q=0.0, br")));
	CHECK(!encoding_accepts(STR("xgzip")));
}

int main(void)
{
	RUN(what_is_packed_comes_back);
	RUN(a_bomb_stays_under_its_ceiling);
	RUN(exactly_as_much_as_may_be);
	RUN(what_is_not_whole_is_refused);
	RUN(who_takes_gzip_says_so);
	return 0;
}
