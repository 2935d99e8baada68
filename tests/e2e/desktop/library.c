/*
 * A library as a person in a team has it, for pictures of the picker:
 *
 *	desktop-library DIR     an empty directory, where prompts.db and ledger.db come
 */
#include "core/clock.h"
#include "core/prompt.h"
#include "store/picks.h"
#include "store/prompts.h"
#include "store/usage.h"
#include "tests/test.h"

struct entry {
	const char *path, *title, *tags[3], *source, *status, *channel;
	unsigned uses;
	bool favourite;
	const char *text;
};

#define REVIEW                                                                            \
	"Review the following {{language}} change as a colleague who will have to keep "  \
	"it running.\n\nSay first what it does, in one sentence. Then only what should "  \
	"change before it is merged, the worst first:\n\n- wrong results, lost data, "    \
	"races, errors that nobody sees\n- names that mislead, comments that are not "    \
	"true any more\n- tests that cannot fail\n\nPut more weight on {{focus}}. Leave " \
	"style to the formatter.\n\n{{diff}}\n\nEnd with one line: merge, merge after "   \
	"changes, or do not merge."

static const struct entry entries[] = {
	{"team/review/code-review", "Code review", {"review", "quality"}, "hub:acme", "approved",
		"production", 41, true, REVIEW},
	{"team/review/security-review", "Security review", {"review", "security"}, "hub:acme",
		"approved", "production", 12, false,
		"Read this change as somebody who wants to break in.\n\n{{diff}}"},
	{"team/ops/incident-report", "Incident report", {"operations", "writing"}, "hub:acme",
		"approved", "production", 9, true,
		"Write the report of this incident for people who were not there.\n\n{{notes}}"},
	{"team/review/api-review", "API design review", {"review", "design"}, "hub:acme", "draft",
		"experimental", 3, false, "Review this interface as its first user.\n\n{{api}}"},
	{"team/ops/old-postmortem", "Postmortem (old form)", {"operations"}, "hub:acme",
		"deprecated", "production", 0, false, "What happened?\n\n{{notes}}"},
	{"commit-message", "Commit message", {"git", "writing"}, "local", "approved", "production",
		28, false, "Write a commit message for this change.\n\n{{diff}}"},
	{"reply-politely", "Reply politely", {"mail"}, "local", "approved", "production", 17, false,
		"Answer this mail politely, in its own language, in at most five sentences. "
		"Promise nothing.\n\n{{mail}}"},
	{"explain-error", "Explain an error message", {"debugging"}, "local", "approved",
		"production", 6, false,
		"What does this mean, and what do I try first?\n\n{{error}}"},
	{"review-notes", "Review notes of a meeting", {"review", "writing"}, "local", "approved",
		"production", 2, false, "Sort these notes.\n\n{{notes}}"},
	{"sql/review", "SQL review", {"review", "database"}, "git:data", "approved", "production",
		4, false, "Review this statement for a table of many millions of rows.\n\n{{sql}}"},
	{"sql/migration", "Write a migration", {"database"}, "git:data", "approved", "production",
		1, false, "Write the migration.\n\n{{schema}}"},
	{"team/release-notes", "Release notes", {"writing"}, "hub:acme", "approved", "production",
		5, false, "Write the notes of this release.\n\n{{changes}}"},
	{"translate", "Translate and keep the tone", {"writing"}, "local", "approved", "production",
		8, false, "Translate into {{language}}.\n\n{{text}}"},
	{"he/summary", "סיכום פגישה", {"עברית"}, "local", "approved", "production", 0, false,
		"סכם את הפגישה הבאה בחמש שורות, ורשום מי עושה מה ועד מתי.\n\n{{notes}}"},
};

/* Every other prompt has one, at its end. */
static void input_named(struct prompt *prompt, const char *text)
{
	struct str name = str_of(strstr(text, "{{") + 2);

	name.n -= strlen("}}");
	prompt_add_input(prompt, name)->required = true;
}

static void inputs(struct prompt *prompt, const struct entry *entry)
{
	struct prompt_input *input;

	if (strcmp(entry->path, "team/review/code-review") != 0) {
		input_named(prompt, entry->text);
		return;
	}
	input = prompt_add_input(prompt, STR("language"));
	prompt_set(&input->initial, STR("C"));
	input = prompt_add_input(prompt, STR("focus"));
	prompt_set(&input->description, STR("what matters most in this change"));
	prompt_input_add_choice(input, STR("correctness"));
	prompt_input_add_choice(input, STR("performance"));
	prompt_input_add_choice(input, STR("security"));
	prompt_set(&input->initial, STR("correctness"));
	input = prompt_add_input(prompt, STR("max_findings"));
	input->type = PROMPT_INTEGER;
	prompt_set(&input->description, STR("at most so many"));
	prompt_set(&input->initial, STR("10"));
	input = prompt_add_input(prompt, STR("with_tests"));
	input->type = PROMPT_BOOLEAN;
	prompt_set(&input->initial, STR("true"));
	input = prompt_add_input(prompt, STR("diff"));
	input->required = true;
	input->multiline = true;
}

static void use(struct store *store, const struct prompt *prompt, unsigned times)
{
	struct usage_event event = {.client_type = STR("hotkey"),
		.surface = STR("hotkey"),
		.action = STR("paste"),
		.outcome = STR("ok"),
		.success = -1};
	struct err err;

	event.prompt_id = str_of(prompt->id);
	event.digest = str_of(prompt->digest);
	event.version = prompt->version;
	while (times-- > 0)
		CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
}

static void add(struct store *store, const struct entry *entry)
{
	struct prompt *prompt = prompt_new(), *stored = NULL;
	struct store_want want = {.experimental = true};
	struct err err;
	size_t i;

	prompt_set(&prompt->path, str_of(entry->path));
	prompt_set(&prompt->title, str_of(entry->title));
	prompt_set(&prompt->source, str_of(entry->source));
	prompt_set(&prompt->status, str_of(entry->status));
	prompt_set(&prompt->channel, str_of(entry->channel));
	for (i = 0; i < 3 && entry->tags[i] != NULL; i++)
		prompt_add_tag(prompt, str_of(entry->tags[i]));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(entry->text));
	inputs(prompt, entry);
	if (store_prompt_put(store, prompt, NULL, &err) != 0)
		(void)fprintf(stderr, "%s: %s\n", entry->path, err.text);
	if (store_prompt_get(store, str_of(entry->path), &want, &stored, &err) != STORE_OK) {
		(void)fprintf(stderr, "%s is not there\n", entry->path);
		exit(1);
	}
	use(store, stored, entry->uses);
	if (entry->favourite)
		CHECK(store_favourite_put(store, str_of(stored->id), true, &err) == 0);
	prompt_free(stored);
	prompt_free(prompt);
}

int main(int argc, char **argv)
{
	struct store_options options = {.dir = argc > 1 ? argv[1] : ""};
	struct store *store = NULL;
	char path[1024], updated[CLOCK_TEXT_BYTES];
	struct err err;
	FILE *sources;
	size_t i;

	CHECK(argc == 2);
	CHECK(store_open(&store, &options, &err) >= 0);
	for (i = 0; i < sizeof entries / sizeof *entries; i++)
		add(store, &entries[i]);
	store_close(store);
	/* One of the sources was not to be reached for some days. */
	(void)snprintf(path, sizeof path, "%s/sources.json", argv[1]);
	sources = fopen(path, "w");
	CHECK(sources != NULL);
	clock_format(clock_now_ms() - 5LL * 24 * 3600 * 1000, updated);
	(void)fprintf(sources, "[{\"name\":\"data\",\"updated\":\"%s\"}]\n", updated);
	CHECK(fclose(sources) == 0);
	return 0;
}
