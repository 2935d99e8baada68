/* See resolve_walk.h. */
#include "agent/resolve_walk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/conflict_marks.h"
#include "agent/editor.h"

#define CANCEL_LOOK_MS 200
#define DIFF_BYTES_MAX (8 * 1024 * 1024)
/* Both sides in one. */
#define MARKED_BYTES_MAX (2 * LIBRARY_FILE_BYTES_MAX + 4096)

struct walk {
	struct call *call;
	const json_t *conflict;
	unsigned draft; /* its number */
};

static const char *member(const struct walk *walk, const char *name)
{
	return json_string_value(json_object_get(walk->conflict, name));
}

static struct str side(const struct walk *walk, const char *name)
{
	const json_t *text = json_object_get(walk->conflict, name);

	return json_is_string(text)
		       ? (struct str){json_string_value(text), json_string_length(text)}
		       : STR("");
}

static void show_sides(const struct walk *walk)
{
	struct call *call = walk->call;
	struct buf out = BUF_INIT(DIFF_BYTES_MAX);
	struct err err;

	output_print(call->out, "\n");
	output_styled(call->out, OUTPUT_NAME, str_of(member(walk, "name")));
	output_print(call->out, "  - here%s  + there%s\n",
		member(walk, "ours") == NULL ? " (removed)" : "",
		member(walk, "theirs") == NULL ? " (removed)" : "");
	if (repo_diff(side(walk, "ours"), side(walk, "theirs"), &out, &err) == 0)
		output_body(call->out, (struct str){buf_text(&out), out.len});
	buf_fini(&out);
}

/* False at the end of the input, and when it was cancelled: that may be just before the
 * wait, so it is looked at now and then. */
static bool read_byte(char *c)
{
	struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};

	while (!call_cancelled()) {
		int n = poll(&wait, 1, CANCEL_LOOK_MS);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			return read(STDIN_FILENO, c, 1) == 1;
	}
	return false;
}

/* Only a whole line is an answer: one that hangs up in the middle of it has not decided. */
static bool read_answer(char *line, size_t size)
{
	size_t n = 0;
	char c = '\0';

	while (read_byte(&c) && c != '\n')
		if (n + 1 < size)
			line[n++] = c;
	line[n] = '\0';
	return c == '\n';
}

/* 'o', 't', 'b', 'e', 's' or 'q'. */
static int ask(const struct walk *walk)
{
	static const char *const words[] = {"ours", "theirs", "both", "edit", "skip", "quit"};
	char line[16];
	size_t i;

	for (;;) {
		output_print(
			walk->call->out, "keep [o]urs, [t]heirs, [b]oth, [e]dit, [s]kip, [q]uit? ");
		(void)fflush(stdout);
		if (!read_answer(line, sizeof line)) {
			output_print(walk->call->out, "\n");
			return 'q';
		}
		for (i = 0; i < sizeof words / sizeof *words; i++)
			if (strcmp(line, words[i]) == 0 ||
				(line[0] == words[i][0] && line[1] == '\0'))
				return line[0];
	}
}

/* Is it still about the same two texts? */
static bool is_open(const struct sync_merge *merge, const struct walk *walk)
{
	const json_t *conflict;
	size_t i;

	if (merge->outcome != REPO_CONFLICTS)
		return false;
	json_array_foreach (merge->conflicts, i, conflict)
		if (json_equal(conflict, walk->conflict))
			return true;
	return false;
}

static int write_down(
	struct personal *personal, const struct walk *walk, const char *how, struct str text)
{
	const struct library_format *format;
	struct prompt *prompt = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (strcmp(how, "text") == 0 &&
		personal_parse(personal, member(walk, "file"), text, &prompt, &format, &err) != 0)
		result = call_fail(walk->call, COMMAND_FAILED,
			"it does not read as a prompt: %.300s", err.text);
	else if (sync_decide(personal, walk->conflict, how, text, &err) != 0)
		result = call_fail_err(walk->call, &err);
	prompt_free(prompt);
	return result;
}

/* The library may have gone on while the person thought about it. */
static int decide(const struct walk *walk, const char *how, struct str text)
{
	struct personal personal = {.folder = -1, .lock = -1};
	struct sync_merge merge = {.outcome = REPO_UP_TO_DATE};
	int result = personal_open(walk->call, &personal);

	if (result == COMMAND_DONE)
		result = sync_merge(&personal, &merge);
	if (result == COMMAND_DONE && !is_open(&merge, walk))
		result = call_fail(walk->call, COMMAND_REFUSED,
			"%.300s was changed or decided meanwhile", member(walk, "name"));
	if (result == COMMAND_DONE)
		result = write_down(&personal, walk, how, text);
	sync_merge_fini(&merge);
	personal_close(&personal);
	return result;
}

/* Why it is not decided, and where the text is. */
static void tell_kept(struct call *call, const char *draft)
{
	editor_keep(call, draft);
	output_text(call->out, str_of(call->err.text));
	output_print(call->out, "; ");
	output_text(call->out, str_of(call->hint));
	output_print(call->out, "\n");
}

/* `text` is what the editor begins with, and afterwards what it left. */
static int edit(struct walk *walk, struct buf *text)
{
	struct buf after = BUF_INIT(MARKED_BYTES_MAX);
	char draft[PLATFORM_PATH_MAX];
	int result = editor_edit(
		walk->call, walk->draft, (struct str){buf_text(text), text->len}, draft, &after);
	struct str edited = {buf_text(&after), after.len};

	if (result == COMMAND_DONE || edited.n > 0) {
		buf_clear(text);
		(void)buf_add(text, edited.p, edited.n);
	} else {
		walk->draft++; /* what cannot be read is not written over */
	}
	if (result == COMMAND_DONE) {
		if (conflict_marks_stay(edited, side(walk, "ours"), side(walk, "theirs")))
			result = call_fail(walk->call, COMMAND_REFUSED,
				"marks of the conflict stay in the text");
		else
			result = decide(walk, "text", edited);
	}
	if (result == COMMAND_DONE)
		editor_forget(draft);
	else
		tell_kept(walk->call, draft);
	buf_fini(&after);
	return result;
}

/* One of them. *leave: the person wants no more. */
static int walk_one(struct walk *walk, bool *leave)
{
	struct buf text = BUF_INIT(MARKED_BYTES_MAX);
	int answer, result = COMMAND_DONE;

	conflict_marks_write(side(walk, "ours"), side(walk, "theirs"), &text);
	show_sides(walk);
	do
		answer = ask(walk);
	while (answer == 'e' && edit(walk, &text) != COMMAND_DONE);
	if (answer == 'o' || answer == 't' || answer == 'b')
		result = decide(walk,
			answer == 'o'	? "ours"
			: answer == 't' ? "theirs"
					: "both",
			STR(""));
	*leave = answer == 'q';
	buf_fini(&text);
	return result;
}

int resolve_walk(struct call *call, const json_t *conflicts)
{
	struct walk walk = {.call = call};
	int result = COMMAND_DONE;
	bool leave = false;
	size_t i;

	for (i = 0; i < json_array_size(conflicts) && result == COMMAND_DONE && !leave; i++) {
		walk.conflict = json_array_get(conflicts, i);
		walk.draft++;
		result = walk_one(&walk, &leave);
	}
	if (result == COMMAND_DONE && call_cancelled())
		return call_fail(
			call, COMMAND_CANCELLED, "cancelled; what was not decided is as it was");
	return result;
}
