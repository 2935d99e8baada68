/* What reaches the terminal or the pipe, and what does not. */
#include "agent/output.h"

#include "agent/call.h"
#include "core/buf.h"
#include "core/json.h"
#include "tests/test.h"

static char seen[65536];

/* What was printed, as a string. The file stays open. */
static const char *take(struct output *out)
{
	size_t n;

	CHECK(output_flush(out) == 0);
	rewind(out->file);
	n = fread(seen, 1, sizeof seen - 1, out->file);
	seen[n] = '\0';
	return seen;
}

static struct output fresh(bool terminal)
{
	struct output out;
	FILE *file = tmpfile();

	CHECK(file != NULL);
	output_init(&out, file);
	CHECK(!out.terminal && !out.colour); /* a file is none */
	out.terminal = out.moves = terminal;
	out.utf8 = true;
	out.columns = 40;
	return out;
}

static void foreign_text_cannot_act(void)
{
	static const char *const hostile[] = {"\033[2J", "\033]0;title\007", "a\rb",
		"\x9b"
		"31m",
		"\xc2\x9b"
		"31m",
		"\b\b", "\x7f", "\xe2\x80\xae", "\xff\xfe", "line\nforged: line"};
	struct output out;
	const char *shown, *p;
	size_t i;

	for (i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		out = fresh(true);
		output_text(&out, str_of(hostile[i]));
		output_styled(&out, OUTPUT_BAD, str_of(hostile[i]));
		shown = take(&out);
		CHECK(shown[0] != '\0');
		for (p = shown; *p != '\0'; p++)
			CHECK((unsigned char)*p >= 0x20 && (unsigned char)*p != 0x7f);
		CHECK(strstr(shown, "\xc2\x9b") == NULL && strstr(shown, "\xe2\x80\xae") == NULL);
		CHECK(str_is_utf8(str_of(shown)));
		CHECK(fclose(out.file) == 0);
	}
}

static void our_own_words_are_escaped_but_for_line_ends(void)
{
	struct output out = fresh(true);

	output_print(&out, "%s\n", "a\033[1mb");
	CHECK(strchr(take(&out), '\033') == NULL);
	CHECK(seen[strlen(seen) - 1] == '\n');
	CHECK(fclose(out.file) == 0);
}

static void a_body_is_exact_on_a_pipe_and_escaped_on_a_terminal(void)
{
	struct str body = STR("one\r\n\033[31mtwo\ttab");
	struct output out = fresh(false);

	output_body(&out, body);
	CHECK_STR(take(&out), body.p);
	CHECK(fclose(out.file) == 0);

	out = fresh(true);
	output_body(&out, body);
	CHECK(strchr(take(&out), '\033') == NULL);
	CHECK(strstr(seen, "two\ttab\n") != NULL);
	CHECK(fclose(out.file) == 0);
}

static void colours_need_a_terminal(void)
{
	struct output out = fresh(true);

	output_styled(&out, OUTPUT_GOOD, STR("x"));
	CHECK_STR(take(&out), "x");
	CHECK(fclose(out.file) == 0);
	out = fresh(true);
	out.colour = true;
	output_styled(&out, OUTPUT_GOOD, STR("x"));
	CHECK_STR(take(&out), "\033[32mx\033[0m");
	CHECK(fclose(out.file) == 0);
}

static void width_counts_columns_not_bytes(void)
{
	size_t width;

	CHECK(output_width(STR("abc")) == 3);
	CHECK(output_width(STR("é")) == 1);
	CHECK(output_width(STR("e\xcc\x81")) == 1); /* combining accent */
	CHECK(output_width(STR("日本")) == 4);
	CHECK(output_fit(STR("日本"), 3, &width).n == 3 && width == 2);
	CHECK(output_fit(STR("abc"), 2, &width).n == 2 && width == 2);
	CHECK(output_fit(STR("abc"), 9, &width).n == 3 && width == 3);
}

static void fill(struct output_table *table)
{
	output_table_add(table, STR("team/code-review"));
	output_table_add_int(table, 3);
	output_table_add(table, STR("Review a change the way a careful colleague would"));
	output_table_add(table, STR("b"));
	output_table_add_int(table, 12);
	output_table_add(table, STR("日本語の題名がここにあります、とても長い"));
}

static struct output_table *sample(struct output *out)
{
	static const struct output_column columns[] = {
		{.title = "NAME", .style = OUTPUT_NAME},
		{.title = "V", .right = true},
		{.title = "TITLE", .shrink_to = 8},
	};
	struct output_table *table = output_table_new(out, columns, 3);

	fill(table);
	return table;
}

static void a_table_fits_the_terminal(void)
{
	struct output out = fresh(true);
	struct output_table *table = sample(&out);
	struct str line, rest;

	output_table_print(table);
	CHECK_STR(take(&out), "NAME               V  TITLE\n"
			      "team/code-review   3  Review a change t…\n"
			      "b                 12  日本語の題名がこ…\n");
	rest = str_of(seen);
	while (str_next_line(&rest, &line))
		CHECK(output_width(line) <= 40);
	output_table_free(table);
	CHECK(fclose(out.file) == 0);
}

static void a_table_cuts_names_last(void)
{
	static const struct output_column columns[] = {
		{.title = "NAME", .shrink_to = 8, .style = OUTPUT_NAME},
		{.title = "TITLE", .shrink_to = 6},
	};
	struct output out = fresh(true);
	struct output_table *table = output_table_new(&out, columns, 2);

	output_table_add(table, STR("a-name-of-twenty-five-chr"));
	output_table_add(table, STR("a title that is rather longer"));
	output_table_print(table);
	CHECK(strstr(take(&out), "a-name-of-twenty-five-chr  a title that…\n") != NULL);
	rewind(out.file);
	out.columns = 20; /* too narrow for whole names */
	output_table_print(table);
	CHECK(strstr(take(&out), "a-name-of-t…  a tit…\n") != NULL);
	output_table_free(table);
	CHECK(fclose(out.file) == 0);
}

static void a_table_on_a_pipe_is_tabs_and_whole(void)
{
	struct output out = fresh(false);
	struct output_table *table = sample(&out);

	output_table_print(table);
	CHECK_STR(take(&out),
		"team/code-review\t3\tReview a change the way a careful colleague would\n"
		"b\t12\t日本語の題名がここにあります、とても長い\n");
	output_table_free(table);
	CHECK(fclose(out.file) == 0);
}

static void a_cell_cannot_forge_cells_or_lines(void)
{
	static const struct output_column columns[] = {{.title = "A"}, {.title = "B"}};
	struct output out = fresh(false);
	struct output_table *table = output_table_new(&out, columns, 2);
	size_t tabs = 0, lines = 0;
	const char *p;

	output_table_add(table, STR("x\ty\nz\033[0m"));
	output_table_add(table, STR("w"));
	output_table_print(table);
	for (p = take(&out); *p != '\0'; p++) {
		tabs += *p == '\t';
		lines += *p == '\n';
	}
	CHECK(tabs == 1 && lines == 1);
	CHECK(strchr(seen, '\033') == NULL);
	output_table_free(table);
	CHECK(fclose(out.file) == 0);
}

static void progress_shows_on_a_terminal_only_and_is_wiped(void)
{
	struct output out = fresh(false);

	output_progress(&out, "importing", 1, 2);
	CHECK_STR(take(&out), "");
	CHECK(fclose(out.file) == 0);
	out = fresh(true);
	output_progress(&out, "importing", 1, 2);
	output_print(&out, "note\n");
	CHECK_STR(take(&out), "\r\033[Kimporting [############------------] 1 of 2\r\033[Knote\n");
	CHECK(fclose(out.file) == 0);
}

static void long_lines_are_wrapped_between_words(void)
{
	struct output out = fresh(true);

	output_wrap(&out, 2,
		"some words that are longer than one line of forty columns\n\n"
		"  as it is, however long that line may be in the end");
	CHECK_STR(take(&out), "  some words that are longer than one\n"
			      "  line of forty columns\n"
			      "\n"
			      "    as it is, however long that line may be in the end\n");
	CHECK(fclose(out.file) == 0);
}

static const char *answer_of(struct call *call, int outcome)
{
	struct buf text = BUF_INIT(sizeof seen);

	CHECK(call_json(call, outcome, &text) == 0);
	(void)snprintf(seen, sizeof seen, "%s", buf_text(&text));
	buf_fini(&text);
	return seen;
}

static void every_answer_is_an_object_with_its_status(void)
{
	struct call call;

	call_init(&call, NULL, NULL);
	call.json = true;
	call_answer_int(&call, "n", 3);
	CHECK_STR(answer_of(&call, COMMAND_DONE), "{\"status\":\"done\",\"n\":3}\n");
	call_warn(&call, "old %s", "file");
	call_hint(&call, "try again");
	CHECK(call_fail(&call, COMMAND_NOT_FOUND, "no %s", "x") == COMMAND_NOT_FOUND);
	CHECK_STR(answer_of(&call, COMMAND_NOT_FOUND),
		"{\"status\":\"not_found\",\"error\":\"no x\",\"hint\":\"try again\","
		"\"warnings\":[\"old file\"],\"n\":3}\n");
	call_fini(&call);
}

static void an_answer_holds_foreign_text_exactly_and_harmlessly(void)
{
	static const char text[] = "\033[2J\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81 é";
	struct call call;
	json_t *back = NULL;
	struct err err;
	const char *p;

	call_init(&call, NULL, NULL);
	call_answer_text(&call, "text", str_of(text));
	call_answer_text(&call, "bytes", STR("a\xff"));
	for (p = answer_of(&call, COMMAND_DONE); *p != '\0'; p++)
		CHECK(((unsigned char)*p >= 0x20 && *p != 0x7f) || *p == '\n');
	CHECK(strstr(seen, "\xc2\x9b") == NULL && strstr(seen, "\xe2\x80\xae") == NULL);
	CHECK(strstr(seen, "é") != NULL);
	CHECK(json_door_parse(str_of(seen), &back, &err) == 0);
	CHECK_STR(json_text(back, "text"), text);
	CHECK(json_text(back, "bytes") != NULL);
	json_decref(back);
	call_fini(&call);
}

static void exits_have_their_words(void)
{
	CHECK_STR(command_exit_word(COMMAND_DONE), "done");
	CHECK_STR(command_exit_word(COMMAND_FAILED), "failed");
	CHECK_STR(command_exit_word(COMMAND_USAGE), "usage");
	CHECK_STR(command_exit_word(COMMAND_NOT_FOUND), "not_found");
	CHECK_STR(command_exit_word(COMMAND_AGENT_UNREACHABLE), "agent_unreachable");
	CHECK_STR(command_exit_word(COMMAND_LOGIN_NEEDED), "login_needed");
	CHECK_STR(command_exit_word(COMMAND_REFUSED), "refused");
	CHECK_STR(command_exit_word(COMMAND_CANCELLED), "cancelled");
	CHECK(COMMAND_AGENT_UNREACHABLE == 4 && COMMAND_CANCELLED == 130);
}

int main(void)
{
	RUN(foreign_text_cannot_act);
	RUN(our_own_words_are_escaped_but_for_line_ends);
	RUN(a_body_is_exact_on_a_pipe_and_escaped_on_a_terminal);
	RUN(colours_need_a_terminal);
	RUN(width_counts_columns_not_bytes);
	RUN(a_table_fits_the_terminal);
	RUN(a_table_cuts_names_last);
	RUN(a_table_on_a_pipe_is_tabs_and_whole);
	RUN(a_cell_cannot_forge_cells_or_lines);
	RUN(progress_shows_on_a_terminal_only_and_is_wiped);
	RUN(long_lines_are_wrapped_between_words);
	RUN(every_answer_is_an_object_with_its_status);
	RUN(an_answer_holds_foreign_text_exactly_and_harmlessly);
	RUN(exits_have_their_words);
	return 0;
}
