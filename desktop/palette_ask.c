/* From a question of the palette to its answer, with the library's calls; see
 * palette_ask.h. Nothing here knows the palette. */
#include "desktop/palette_ask.h"

#include <stdlib.h>
#include <string.h>

#include "desktop/palette_parts.h"

void palette_question_free(struct palette_question *question)
{
	if (question == NULL)
		return;
	free(question->text);
	free(question->path);
	prompt_free(question->prompt);
	json_decref(question->args);
	free(question);
}

static void composed_free(struct palette_composed *composed)
{
	if (composed != NULL)
		compose_fini(&composed->compose);
	free(composed);
}

static void offers_free(struct palette_offers *offers, size_t n)
{
	size_t i, j;

	for (i = 0; offers != NULL && i < n; i++)
		for (j = 0; j < offers[i].n; j++)
			free(offers[i].texts[j]);
	free(offers);
}

void palette_answer_free(struct palette_answer *answer)
{
	size_t i;

	for (i = 0; answer->rows != NULL && i < answer->rows->n; i++)
		palette_row_free(&answer->rows->rows[i]);
	free(answer->rows);
	offers_free(answer->offers, answer->n_offers);
	prompt_free(answer->prompt);
	composed_free(answer->preview);
	composed_free(answer->sent);
	palette_question_free(answer->question);
	free(answer);
}

static struct palette_composed *composed_make(const struct palette_calls *calls,
	const struct prompt *prompt, const json_t *args, unsigned flags)
{
	struct palette_composed *composed = xcalloc(1, sizeof *composed);
	json_t *none = json_object();

	composed->outcome = calls->compose(calls->data, prompt, args != NULL ? args : none, flags,
		&composed->compose, &composed->err);
	json_decref(none);
	return composed;
}

/* --- looking --------------------------------------------------------------------------- */

static void look_at(
	const struct palette_calls *calls, struct palette_answer *answer, const char *path)
{
	struct prompt *prompt = NULL;

	answer->result = calls->get(calls->data, str_of(path), &prompt, &answer->err);
	if (answer->result != 0)
		return;
	answer->prompt = prompt;
	answer->preview = composed_make(calls, prompt, NULL, answer->question->flags);
}

static void answer_rows(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;
	size_t i;

	answer->rows = xcalloc(1, sizeof *answer->rows);
	answer->result =
		palette_rows_read(calls, str_of(question->text), answer->rows, &answer->err);
	if (answer->result != 0)
		return;
	for (i = 0; question->path != NULL && i < answer->rows->n; i++)
		if (strcmp(answer->rows->rows[i].path, question->path) == 0)
			answer->at = i;
	if (answer->rows->n > 0)
		look_at(calls, answer, answer->rows->rows[answer->at].path);
	answer->result = 0; /* that it cannot be had is told when it is chosen */
}

static void answer_look(const struct palette_calls *calls, struct palette_answer *answer)
{
	look_at(calls, answer, answer->question->path);
}

static void answer_preview(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;

	answer->preview = composed_make(calls, question->prompt, question->args, question->flags);
}

/* --- choosing -------------------------------------------------------------------------- */

static int add_offer(void *data, struct str value)
{
	struct palette_offers *offers = data;

	if (offers->n == PALETTE_OFFERS_MAX)
		return 1;
	offers->texts[offers->n++] = str_dup(value);
	return 0;
}

static void read_offers(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct prompt *prompt = answer->prompt;
	size_t i;

	answer->n_offers = prompt->n_inputs;
	answer->offers = xcalloc(prompt->n_inputs, sizeof *answer->offers);
	for (i = 0; calls->values != NULL && i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if (input->n_choices == 0 && input->type != PROMPT_BOOLEAN && !input->secret)
			calls->values(calls->data, prompt, input, PALETTE_OFFERS_MAX, add_offer,
				&answer->offers[i]);
	}
}

static void read_details(const struct palette_calls *calls, struct palette_answer *answer,
	const struct prompt *prompt)
{
	if (calls->details != NULL)
		answer->n_details =
			calls->details(calls->data, prompt, answer->details, PALETTE_DETAILS_MAX);
}

static void answer_take(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;

	look_at(calls, answer, question->path);
	if (answer->result != 0)
		return;
	if (question->key == PALETTE_CTRL_I)
		read_details(calls, answer, answer->prompt);
	else if (answer->prompt->n_inputs > 0)
		read_offers(calls, answer);
	else
		answer->sent = composed_make(calls, answer->prompt, NULL, question->send_flags);
}

static void answer_details(const struct palette_calls *calls, struct palette_answer *answer)
{
	read_details(calls, answer, answer->question->prompt);
}

/* What was withdrawn or removed while its form was filled in is not sent. When that
 * cannot be asked now, what the person has before them counts. */
static void answer_send(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;
	const struct prompt *last = question->prompt;
	int result = calls->get(calls->data, str_of(last->path), &answer->prompt, &answer->err);

	if (palette_is_withdrawn(result == 0 ? answer->prompt : last))
		answer->result = err_set(&answer->err, ERR_REFUSED, PALETTE_WITHDRAWN_TEXT);
	else if (result != 0 && answer->err.code == ERR_NOT_FOUND)
		answer->result = result;
	else
		answer->sent = composed_make(calls, last, question->args, question->send_flags);
}

/* --- writing --------------------------------------------------------------------------- */

static void answer_favourite(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct palette_question *question = answer->question;

	answer->result =
		calls->favourite(calls->data, str_of(question->text), question->on, &answer->err);
}

static void answer_remember(const struct palette_calls *calls, struct palette_answer *answer)
{
	const struct prompt *prompt = answer->question->prompt;
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		const json_t *value =
			json_object_get(answer->question->args, prompt->inputs[i].name);

		if (value != NULL)
			calls->remember(calls->data, prompt, &prompt->inputs[i],
				(struct str){json_string_value(value), json_string_length(value)});
	}
}

struct palette_answer *palette_answer_make(
	const struct palette_calls *calls, struct palette_question *question)
{
	static void (*const makers[])(
		const struct palette_calls *calls, struct palette_answer *answer) = {
		[PALETTE_ASK_ROWS] = answer_rows,
		[PALETTE_ASK_LOOK] = answer_look,
		[PALETTE_ASK_PREVIEW] = answer_preview,
		[PALETTE_ASK_TAKE] = answer_take,
		[PALETTE_ASK_DETAILS] = answer_details,
		[PALETTE_ASK_SEND] = answer_send,
		[PALETTE_ASK_FAVOURITE] = answer_favourite,
		[PALETTE_ASK_REMEMBER] = answer_remember,
	};
	struct palette_answer *answer = xcalloc(1, sizeof *answer);

	answer->question = question;
	makers[question->what](calls, answer);
	return answer;
}
