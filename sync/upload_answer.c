/* See upload_answer.h. */
#include "sync/upload_answer.h"

#include <string.h>

#include "core/json.h"

/* Which one it is; n: none of them. */
static size_t find(struct str id, const char (*event_ids)[ID_BYTES], size_t n)
{
	size_t i;

	for (i = 0; i < n && !str_is(id, event_ids[i]); i++)
		continue;
	return i;
}

/* A word of the hub's for people: letters, digits and a few signs, else "refused". */
static void copy_code(struct str code, char out[OUTBOX_CODE_MAX + 1])
{
	size_t i;

	if (code.n == 0 || code.n > OUTBOX_CODE_MAX)
		code = STR("refused");
	for (i = 0; i < code.n; i++)
		if (code.p[i] < '!' || code.p[i] > '~')
			code = STR("refused");
	memcpy(out, code.p, code.n);
	out[code.n] = '\0';
}

static struct str text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct str){NULL, 0};
	return (struct str){json_string_value(value), json_string_length(value)};
}

static void take(
	const json_t *list, const char (*event_ids)[ID_BYTES], size_t n, struct upload_fates *fates)
{
	const json_t *id;
	size_t i, at;

	json_array_foreach (list, i, id) {
		at = find(text_of(id), event_ids, n);
		if (at == n || fates->fate[at] == FATE_TAKEN)
			continue;
		fates->fate[at] = FATE_TAKEN;
		fates->n_taken++;
	}
}

static void refuse(
	const json_t *list, const char (*event_ids)[ID_BYTES], size_t n, struct upload_fates *fates)
{
	const json_t *row;
	size_t i, at;

	json_array_foreach (list, i, row) {
		at = find(json_str(row, "event_id"), event_ids, n);
		if (at == n || fates->fate[at] != FATE_UNSAID)
			continue;
		fates->fate[at] = FATE_REFUSED;
		copy_code(json_str(row, "code"), fates->code[at]);
		fates->n_refused++;
	}
}

int upload_answer_hub(struct str text, const char (*event_ids)[ID_BYTES], size_t n,
	struct upload_fates *fates, struct err *err)
{
	const json_t *accepted, *duplicate, *rejected;
	json_t *answer = NULL;

	memset(fates, 0, sizeof *fates);
	if (json_door_parse(text, &answer, NULL) != 0)
		return err_set(err, ERR_INVALID, "the answer is not whole");
	accepted = json_object_get(answer, "accepted");
	duplicate = json_object_get(answer, "duplicate");
	rejected = json_object_get(answer, "rejected");
	if (json_is_array(accepted) && json_is_array(duplicate) && json_is_array(rejected)) {
		take(accepted, event_ids, n, fates);
		take(duplicate, event_ids, n, fates);
		refuse(rejected, event_ids, n, fates);
	}
	json_decref(answer);
	if (fates->n_taken + fates->n_refused == 0)
		return err_set(err, ERR_INVALID, "the answer names nothing that was sent");
	return 0;
}

int upload_answer_otlp(struct str text, int64_t *rejected, struct err *err)
{
	json_t *answer = NULL;
	const json_t *partial, *n;
	bool good;

	*rejected = 0;
	if (json_door_parse(text, &answer, NULL) != 0)
		return err_set(err, ERR_INVALID, "the answer is not whole");
	partial = json_object_get(answer, "partialSuccess");
	n = json_object_get(partial, "rejectedSpans");
	/* A 64-bit number is a string in this JSON; some write a number all the same. */
	if (json_is_integer(n) && json_integer_value(n) > 0)
		*rejected = json_integer_value(n);
	else if (json_is_string(n))
		(void)str_to_int(text_of(n), 0, INT64_MAX, rejected);
	good = json_is_object(answer);
	json_decref(answer);
	return good ? 0 : err_set(err, ERR_INVALID, "the answer is none of OTLP");
}
