/* Tests of mcp/frames: the strict half of RFC 6455 that a server needs. */
#include "mcp/frames.h"
#include "tests/hostile.h"
#include "tests/test.h"

#define LIMIT (1024UL * 1024)

/* Everything that comes out of bytes cut into pieces of `step`, as text. */
static void feed(const char *bytes, size_t len, size_t step, struct buf *out)
{
	enum frames_event event = FRAMES_MORE;
	struct frames frames;
	struct str payload;
	size_t at = 0;

	frames_init(&frames, LIMIT);
	while (at < len && event != FRAMES_FAULT && event != FRAMES_CLOSE) {
		size_t n = len - at < step ? len - at : step;
		char *piece = malloc(n);
		struct str rest = {piece, n};

		CHECK(piece != NULL);
		memcpy(piece, bytes + at, n);
		while ((event = frames_next(&frames, &rest, &payload)) != FRAMES_MORE) {
			if (event == FRAMES_TEXT || event == FRAMES_PING || event == FRAMES_PONG)
				(void)buf_add_format(
					out, "%c(%.*s)", "?T<>"[event], (int)payload.n, payload.p);
			else
				(void)buf_add_format(out, "%c%u", event == FRAMES_CLOSE ? 'C' : 'F',
					frames.code);
			if (event == FRAMES_FAULT || event == FRAMES_CLOSE || rest.n == 0)
				break;
		}
		free(piece);
		at += n;
	}
	frames_fini(&frames);
}

static void check_all_ways(const char *bytes, size_t len, const char *expected)
{
	size_t step;

	for (step = 1; step <= len; step++) {
		struct buf out = BUF_INIT(4096);

		feed(bytes, len, step, &out);
		CHECK_STR(buf_text(&out), expected);
		buf_fini(&out);
	}
}
#define CHECK_ALL_WAYS(bytes, expected) check_all_ways(bytes, sizeof(bytes) - 1, expected)

static void messages_come_out_however_they_arrive(void)
{
	CHECK_ALL_WAYS("\x81\x82" M "hi", "T(hi)");
	CHECK_ALL_WAYS("\x81\x82\x01\x02\x03\x04\x69\x6b", "T(hi)"); /* a real mask */
	CHECK_ALL_WAYS("\x81\x80" M, "T()");
	CHECK_ALL_WAYS("\x81\x81" M "a\x81\x81" M "b", "T(a)T(b)");
	CHECK_ALL_WAYS("\x01\x81" M "a\x00\x81" M "b\x80\x81" M "c", "T(abc)");
	CHECK_ALL_WAYS("\x01\x82" M "\xe2\x82\x80\x81" M "\xac", "T(\xe2\x82\xac)");
}

static void control_frames_may_stand_between_pieces(void)
{
	CHECK_ALL_WAYS("\x01\x81" M "a\x89\x81" M "p\x80\x81" M "b", "<(p)T(ab)");
	CHECK_ALL_WAYS("\x8a\x80" M, ">()");
	CHECK_ALL_WAYS("\x88\x80" M, "C1005");
	CHECK_ALL_WAYS("\x88\x82" M "\x03\xe8", "C1000");
	CHECK_ALL_WAYS("\x88\x84" M "\x0f\xa0ok", "C4000");
}

static void hostile_ones_are_refused(void)
{
	char expected[16];
	size_t i;

	for (i = 0; i < HOSTILE_FRAMES; i++) {
		const struct hostile_frame *frame = &hostile_frames[i];
		struct buf out = BUF_INIT(4096);

		(void)snprintf(expected, sizeof expected, "F%u", frame->code);
		feed(frame->bytes, frame->len, frame->len, &out);
		if (!str_ends(str_of(buf_text(&out)), expected))
			(void)fprintf(stderr, "%s: %s\n", frame->name, buf_text(&out));
		CHECK(str_ends(str_of(buf_text(&out)), expected));
		buf_fini(&out);
	}
	(void)printf("%zu hostile frames refused\n", HOSTILE_FRAMES);
}

static void a_message_of_the_limit_is_taken(void)
{
	struct buf bytes = BUF_INIT(2 * LIMIT);
	struct frames frames;
	struct str rest, payload;

	CHECK(buf_add(&bytes, "\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00" M, 14) == 0);
	memset(buf_reserve(&bytes, LIMIT), 'x', LIMIT);
	buf_grow(&bytes, LIMIT);
	frames_init(&frames, LIMIT);
	rest = (struct str){bytes.data, bytes.len};
	CHECK(frames_next(&frames, &rest, &payload) == FRAMES_TEXT);
	CHECK(payload.n == LIMIT && rest.n == 0);
	frames_fini(&frames);
	buf_fini(&bytes);
}

static void what_we_write_has_the_shortest_length(void)
{
	static const struct {
		size_t len;
		const char *head;
		size_t head_len;
	} cases[] = {{0, "\x81\x00", 2}, {125, "\x81\x7d", 2}, {126, "\x81\x7e\x00\x7e", 4},
		{65535, "\x81\x7e\xff\xff", 4},
		{65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10}};
	static char text[65536];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out = BUF_INIT(LIMIT);

		CHECK(frames_write(&out, FRAMES_OP_TEXT, (struct str){text, cases[i].len}) == 0);
		CHECK(out.len == cases[i].head_len + cases[i].len);
		CHECK(memcmp(out.data, cases[i].head, cases[i].head_len) == 0);
		buf_fini(&out);
	}
}

int main(void)
{
	RUN(messages_come_out_however_they_arrive);
	RUN(control_frames_may_stand_between_pieces);
	RUN(hostile_ones_are_refused);
	RUN(a_message_of_the_limit_is_taken);
	RUN(what_we_write_has_the_shortest_length);
	return 0;
}
