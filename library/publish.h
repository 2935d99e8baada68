/*
 * Prompts as skills for assistants that read files: <name>/SKILL.md as the Agent Skills
 * specification has it (agentskills.io/specification), with the variables as the
 * assistant understands them and what is needed to find the way back. Any thread.
 *
 *	---
 *	name: code-review
 *	description: Reviews a change
 *	disable-model-invocation: true		hidden from the model: Claude Code, Copilot
 *	argument-hint: <file> [depth]		Claude Code
 *	arguments: [file, depth]		Claude Code: $file and $depth in the text
 *	metadata:
 *	  promptd-id: …				of the prompt
 *	  promptd-path: team/code-review	and -source, -title, -tags, -collection
 *	  promptd-version: "3"
 *	  promptd-sha256: …			of that version
 *	  promptd-inputs: …			its inputs, as JSON
 *	  promptd-notation: claude		of the variables; "plain": {{name}}
 *	  promptd-text: …			SHA-256 of the text as it was written here
 *	---
 *	Review $file.
 *
 *	## Inputs of this prompt
 *	…
 *
 * Codex hides what has agents/openai.yaml beside it with allow_implicit_invocation: false
 * (developers.openai.com/codex/skills); the others have no way to hide a skill.
 */
#ifndef LIBRARY_PUBLISH_H
#define LIBRARY_PUBLISH_H

#include "library/library.h"

enum publish_kind {
	PUBLISH_AGENTS, /* ~/.agents/skills: Codex, Copilot, Gemini CLI, opencode */
	PUBLISH_CLAUDE, /* ~/.claude/skills: Claude Code */
};

/* For library_export_as(), with prompts of publish_skill(). By enum publish_kind. */
extern const struct library_format publish_formats[2];

/*
 * The prompt as a skill of that name (a legal one), hidden from the model or not; new,
 * for publish_formats only. Partials must be in its text already. NULL: the assistant
 * would execute or replace what is literal text in it, or it is too long; err says
 * which.
 */
struct prompt *publish_skill(const struct prompt *prompt, enum publish_kind kind, const char *name,
	bool hidden, struct err *err);

/* The way back. */
struct published {
	struct prompt *prompt; /* as it was: path, title, tags, inputs, its text in our notation */
	char *id;	       /* of the prompt, in the library that published it */
	bool edited;	       /* the text is not the one that was published */
};
/* Is this, as an import read it, a skill that promptd published? Then *published is
 * filled in: published_fini(). Its source is the one of `skill`. */
bool published_read(const struct prompt *skill, struct published *published);
void published_fini(struct published *published);

#endif
