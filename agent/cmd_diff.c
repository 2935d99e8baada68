/* promptd diff: what changed between versions of a personal prompt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal.h"
#include "core/json.h"

#define DIFF_BYTES_MAX (16UL * 1024 * 1024)

static void print_diff(struct call *call, struct str text)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		enum output_style style = OUTPUT_PLAIN;

		if (line.n > 0 && line.p[0] == '+')
			style = OUTPUT_GOOD;
		else if (line.n > 0 && line.p[0] == '-')
			style = OUTPUT_BAD;
		else if (line.n > 0 && line.p[0] == '@')
			style = OUTPUT_DIM;
		output_styled(call->out, style, line);
		output_print(call->out, "\n");
	}
}

/* The number said by word `i`; `otherwise` when there is none. */
static int number_of(const struct call *call, size_t i, int64_t otherwise, int64_t *number)
{
	*number = otherwise;
	return i >= call->n_words || str_to_int(str_of(call->words[i]), 1, INT64_MAX, number) ? 0
											      : -1;
}

/* Without numbers: the newest commit and the one before it, also where a change
 * outside the text made no new number. */
static int choose(struct call *call, const struct personal_history *history,
	struct personal_version **a, struct personal_version **b)
{
	int64_t from, to;

	if (number_of(call, 1, 0, &from) != 0 || number_of(call, 2, 0, &to) != 0)
		return call_fail(call, COMMAND_USAGE, "versions are numbers from 1 up");
	*b = personal_history_find(history, to);
	*a = from > 0 ? personal_history_find(history, from) : NULL;
	if (from == 0 && history->n > 1 && !history->versions[1].removed)
		*a = &history->versions[1];
	if (*b != NULL && (*a != NULL || from == 0))
		return COMMAND_DONE;
	call_hint(call, "promptd history %s lists them", call->words[0]);
	return call_fail(call, COMMAND_NOT_FOUND, "there is no version %lld",
		(long long)(*b == NULL ? to : from));
}

static int diff_versions(
	struct personal *personal, struct personal_version *a, struct personal_version *b)
{
	const char *before = a != NULL ? personal_version_text(personal, a) : "";
	struct buf out = BUF_INIT(DIFF_BYTES_MAX);
	struct call *call = personal->call;
	struct err err;
	int result = COMMAND_DONE;

	if (repo_diff(str_of(before), str_of(personal_version_text(personal, b)), &out, &err) !=
		0) {
		result = call_fail_err(call, &err);
	} else if (call->json) {
		call_answer(call, "from", a != NULL ? json_integer(a->number) : json_null());
		call_answer_int(call, "to", b->number);
		call_answer_text(call, "diff", (struct str){buf_text(&out), out.len});
	} else {
		print_diff(call, (struct str){buf_text(&out), out.len});
	}
	buf_fini(&out);
	return result;
}

static int diff_run(struct call *call)
{
	struct personal_version *a = NULL, *b = NULL;
	struct personal_subject subject;
	int result = personal_subject_open(call, call->words[0], &subject);

	if (result == COMMAND_DONE)
		result = choose(call, &subject.history, &a, &b);
	if (result == COMMAND_DONE && b != NULL)
		result = diff_versions(&subject.personal, a, b);
	personal_subject_close(&subject);
	return result;
}

static const struct command_example examples[] = {
	{"promptd diff explain", "its last change"},
	{"promptd diff explain 1 3", "from one version to another"},
	{0},
};

const struct command command_diff = {
	.name = "diff",
	.summary = "show what changed between versions of a personal prompt",
	.words = "NAME [A [B]]",
	.description = "Compares the file of a personal prompt as it was in version A with version "
		       "B, or with the newest; without numbers, its last commit with the one "
		       "before. `promptd history` lists the numbers.",
	.words_min = 1,
	.words_max = 3,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "from, to, diff",
	.run = diff_run,
};
