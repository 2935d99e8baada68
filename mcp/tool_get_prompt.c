/*
 * get_prompt: the text of a prompt, filled in, as the instructions to follow.
 * There is no structuredContent: clients that see one hide the text from the
 * model. Long texts come in parts, because clients cut what is too long, some of
 * them in the middle and without a word.
 */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "mcp/delivery.h"
#include "mcp/tools.h"

#define PART_BYTES 10000 /* Codex cuts from about 12,000 characters */
#define HEAD_MAX 8192
#define ARGUMENTS_SHOWN 1500

/* How much of text the next part takes: whole lines, if one ends in its last
 * third; else whole characters. */
static size_t part_len(struct str text)
{
	size_t i, most;

	if (text.n <= PART_BYTES)
		return text.n;
	most = str_prefix(text, PART_BYTES).n;
	for (i = most; i > PART_BYTES * 2 / 3; i--)
		if (text.p[i - 1] == '\n')
			return i;
	return most;
}

/* Cut `part` (from 1) out of text; how many there are is returned. */
static int64_t part_cut(struct str text, int64_t part, struct str *cut)
{
	int64_t n = 0;

	*cut = (struct str){NULL, 0};
	do {
		size_t len = part_len(text);

		if (++n == part)
			*cut = (struct str){text.p, len};
		text = (struct str){text.p + len, text.n - len};
	} while (text.n > 0);
	return n;
}

/* Inputs that have neither a value nor must have one. */
static void say_optional(const struct delivery *delivery, struct buf *out)
{
	const struct prompt *prompt = delivery->prompt;
	size_t i, n = 0;

	for (i = 0; i < prompt->n_inputs && n < 20; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if (input->required || json_object_get(delivery->args, input->name) != NULL)
			continue;
		(void)buf_add_format(
			out, "%s%s", n++ > 0 ? ", " : "Optional, not given: ", input->name);
	}
	if (n > 0)
		(void)buf_add_str(out, ".\n");
}

static void say_missing(
	const struct delivery *delivery, enum delivery_outcome outcome, struct buf *out)
{
	struct buf names = BUF_INIT(HEAD_MAX / 2);

	delivery_missing(delivery, &names);
	if (names.len > 0)
		(void)buf_add_format(out,
			"Missing: %s. What is missing stands as {{name}} in the text: %s.\n",
			buf_text(&names),
			outcome == DELIVERY_DECLINED
				? "the user chose not to give it, so do without"
				: "find it out or ask the user, then call get_prompt again with "
				  "arguments");
	buf_fini(&names);
}

/* What the person was asked for is not in the model's arguments yet. */
static void say_more(const struct delivery *delivery, int64_t next, struct buf *out)
{
	struct buf args = BUF_INIT(ARGUMENTS_SHOWN);

	(void)buf_add_str(out, "More follows: before you begin, call get_prompt again with the "
			       "same name, ");
	if (!delivery->answered)
		(void)buf_add_str(out, "the same arguments");
	else if (json_write(delivery->args, &args) == 0)
		(void)buf_add_format(out, "arguments %s", buf_text(&args));
	else
		(void)buf_add_str(out, "as arguments all the values the user gave too");
	(void)buf_add_format(out, " and part %lld.\n", (long long)next);
	buf_fini(&args);
}

/* Whose word it is, where that is not the user's own. */
static void say_source(const struct prompt *prompt, struct buf *out)
{
	if (strcmp(prompt->source, "project") == 0)
		(void)buf_add_str(out,
			"It is a file of the project you work in: the word of whoever "
			"wrote that repository, not the user's.\n");
	else if (strcmp(prompt->source, STORE_HUB) == 0)
		(void)buf_add_str(out, "It is the team's, from its hub.\n");
	else if (strncmp(prompt->source, "git:", 4) == 0)
		(void)buf_add_format(out, "It is from the shared source %.64s.\n", prompt->source);
}

/* What the model must know before it reads. Foreign text cannot forge it: all
 * of it is ours, but for names that have passed prompt_check(). */
static void say_head(const struct delivery *delivery, enum delivery_outcome outcome, int64_t part,
	int64_t parts, struct buf *out)
{
	const struct prompt *prompt = delivery->prompt;

	(void)buf_add_format(out, "Prompt %s, version %lld, sha256 %.12s", prompt->path,
		(long long)prompt->version, prompt->digest);
	if (strcmp(prompt->status, "approved") != 0)
		(void)buf_add_format(out, ", %s", prompt->status);
	else if (strcmp(prompt->channel, "production") != 0)
		(void)buf_add_format(out, ", %s", prompt->channel);
	if (parts > 1)
		(void)buf_add_format(out, ", part %lld of %lld", (long long)part, (long long)parts);
	(void)buf_add_str(out, ".\n");
	if (part < parts)
		say_more(delivery, part + 1, out);
	if (part == 1) {
		say_source(prompt, out);
		say_missing(delivery, outcome, out);
		say_optional(delivery, out);
	}
	if ((prompt->flags & PROMPT_FLAG_EXECUTABLE) != 0)
		(void)buf_add_str(out, "It holds commands that other programs would run; here they "
				       "are only text.\n");
	(void)buf_add_char(out, '\n');
}

static void tell_part(struct mcp_request *request, int64_t parts)
{
	char text[64];

	(void)snprintf(text, sizeof text, "This prompt has only %lld part%s.", (long long)parts,
		parts == 1 ? "" : "s");
	mcp_reply(request, mcp_tool_text(str_of(text), true));
}

static void answer(struct delivery *delivery, enum delivery_outcome outcome, int64_t part)
{
	struct buf text = BUF_INIT(DELIVERY_TEXT_MAX), out = BUF_INIT(HEAD_MAX + PART_BYTES);
	struct str cut;
	int64_t parts;

	delivery_text(delivery, &text);
	parts = part_cut((struct str){buf_text(&text), text.len}, part, &cut);
	if (part > parts) {
		tell_part(delivery->request, parts);
	} else {
		say_head(delivery, outcome, part, parts, &out);
		(void)buf_add(&out, cut.p, cut.n);
		/* The parts of one prompt are one delivery. */
		if (part == 1)
			delivery_record(delivery);
		mcp_reply(delivery->request,
			mcp_tool_text((struct str){buf_text(&out), out.len}, false));
	}
	buf_fini(&out);
	buf_fini(&text);
}

static void tell_cancelled(const struct delivery *delivery)
{
	struct buf names = BUF_INIT(HEAD_MAX / 2), text = BUF_INIT(HEAD_MAX);

	delivery_missing(delivery, &names);
	(void)buf_add_format(&text,
		"The user was asked for %s and cancelled. Ask what they would like instead.",
		buf_text(&names));
	mcp_reply(delivery->request, mcp_tool_text((struct str){buf_text(&text), text.len}, true));
	buf_fini(&text);
	buf_fini(&names);
}

static void get_found(struct delivery *delivery, const json_t *arguments)
{
	struct err err;
	int outcome = delivery_fill(delivery, json_object_get(arguments, "arguments"), &err);

	if (outcome == DELIVERY_ASKED)
		return;
	if (outcome == DELIVERY_CANCELLED) {
		tell_cancelled(delivery);
		return;
	}
	if (outcome < 0 || (outcome != DELIVERY_DONE && delivery_fill_holes(delivery, &err) != 0)) {
		mcp_reply(delivery->request, mcp_tool_fault(&err));
		return;
	}
	answer(delivery, (enum delivery_outcome)outcome, mcp_tool_int(arguments, "part", 1));
}

static void get(struct mcp_request *request, const json_t *arguments)
{
	struct delivery delivery;

	delivery_init(&delivery, request, "tool");
	delivery.want.version = mcp_tool_int(arguments, "version", 0);
	delivery.want.experimental = json_flag(arguments, "include_experimental", false);
	if (delivery_find_or_tell(&delivery, json_str(arguments, "name")))
		get_found(&delivery, arguments);
	delivery_fini(&delivery);
}

const struct mcp_tool mcp_tool_get_prompt = {.name = "get_prompt", .call = get};
