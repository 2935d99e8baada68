/* Messages of a prompt from the JSON of test data: [{"role","text"}]. */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "core/json.h"
#include "core/prompt.h"
#include "tests/test.h"

static inline void add_messages(struct prompt *prompt, const json_t *messages)
{
	const json_t *message;
	size_t i;

	CHECK(json_is_array(messages));
	json_array_foreach (messages, i, message) {
		enum prompt_role role;

		CHECK(prompt_role_parse(json_str(message, "role"), &role));
		CHECK(json_text(message, "text") != NULL);
		(void)prompt_add_message(prompt, role, json_str(message, "text"));
	}
}

#endif
