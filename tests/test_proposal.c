/* Drafts for the hub: kept until it has them, and the tool that makes them. */
#include "core/json.h"
#include "mcp_fixture.h"
#include "store/proposal.h"
#include "store/remote.h"
#include "store_fixture.h"
#include "test.h"

static struct prompt *draft(const char *path, const char *text)
{
	struct prompt *prompt = prompt_new();

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, STR("Title"));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	return prompt;
}

static int add(struct store *store, const char *path, const char *text, char id[ID_BYTES])
{
	struct prompt *prompt = draft(path, text);
	struct err err;
	int rc = store_proposal_add(store, prompt, STR("why"), STR(""), id, &err);

	prompt_free(prompt);
	return rc == 0 ? 0 : (int)err.code;
}

struct seen {
	size_t n, waiting;
	struct proposal last;
	json_t *body; /* of the last */
	char told[64], hub_id[ID_BYTES], of_id[ID_BYTES];
};

static int see(void *data, const struct proposal *proposal)
{
	struct seen *seen = data;

	seen->n++;
	seen->waiting += proposal->state == PROPOSAL_WAITING;
	seen->last = *proposal;
	json_decref(seen->body);
	seen->body = NULL;
	if (proposal->body.n > 0)
		CHECK(json_door_parse(proposal->body, &seen->body, NULL) == 0);
	(void)snprintf(
		seen->told, sizeof seen->told, "%.*s", (int)proposal->told.n, proposal->told.p);
	(void)snprintf(seen->hub_id, sizeof seen->hub_id, "%.*s", (int)proposal->hub_id.n,
		proposal->hub_id.n > 0 ? proposal->hub_id.p : "");
	(void)snprintf(seen->of_id, sizeof seen->of_id, "%.*s", (int)proposal->of_id.n,
		proposal->of_id.n > 0 ? proposal->of_id.p : "");
	return 0;
}

static struct seen look(struct store *store)
{
	struct seen seen = {.n = 0};
	struct err err;

	CHECK(store_proposal_list(store, see, &seen, &err) == 0);
	return seen;
}

static size_t count(struct store *store)
{
	struct seen seen = look(store);

	json_decref(seen.body);
	return seen.n;
}

static void a_draft_waits_and_is_there_after_a_restart(void)
{
	struct store *store = fixture_new();
	char id[ID_BYTES];
	struct seen seen;

	CHECK(add(store, "team/one", "Do {{it}}.", id) == 0);
	store_close(store);
	store = fixture_open();
	seen = look(store);
	CHECK(seen.n == 1 && seen.waiting == 1);
	CHECK_STR(seen.last.id, id);
	CHECK_STR(json_text(seen.body, "slug"), "team/one");
	CHECK_STR(json_text(seen.body, "message"), "why");
	CHECK_STR(json_text(json_array_get(json_object_get(seen.body, "messages"), 0), "text"),
		"Do {{it}}.");
	json_decref(seen.body);
	store_close(store);
}

static void what_is_no_prompt_is_not_kept(void)
{
	struct store *store = fixture_new();
	char id[ID_BYTES];

	CHECK(add(store, "Team/One", "text", id) == ERR_INVALID);
	CHECK(add(store, "team/one", "", id) == ERR_INVALID);
	CHECK(count(store) == 0);
	store_close(store);
}

static void a_refused_one_keeps_its_text_and_a_sent_one_does_not(void)
{
	struct store *store = fixture_new();
	char id[ID_BYTES], hub[ID_BYTES];
	struct seen seen;
	struct err err;

	id_new(hub);
	CHECK(add(store, "team/one", "text", id) == 0);
	CHECK(store_proposal_settle(store, id, PROPOSAL_WAITING, str_of(hub), 3, STR(""), &err) ==
		0);
	seen = look(store);
	CHECK(seen.waiting == 1 && seen.body != NULL && seen.last.hub_version == 3);
	CHECK_STR(seen.hub_id, hub);
	json_decref(seen.body);
	CHECK(store_proposal_settle(
		      store, id, PROPOSAL_REFUSED, str_of(hub), 3, STR("no room"), &err) == 0);
	seen = look(store);
	CHECK(seen.waiting == 0 && seen.body != NULL && seen.last.state == PROPOSAL_REFUSED);
	CHECK_STR(seen.told, "no room");
	json_decref(seen.body);
	CHECK(store_proposal_settle(store, id, PROPOSAL_SENT, str_of(hub), 3, STR(""), &err) == 0);
	CHECK(look(store).body == NULL);
	CHECK(store_proposal_remove(store, str_of(id), &err) == 0);
	CHECK(count(store) == 1);
	store_close(store);
}

static void what_the_hub_has_not_is_taken_back(void)
{
	struct store *store = fixture_new();
	char id[ID_BYTES];
	struct err err;

	CHECK(add(store, "team/one", "text", id) == 0);
	CHECK(store_proposal_remove(store, STR("nothing"), &err) == 0);
	CHECK(store_proposal_remove(store, str_of(id), &err) == 1);
	CHECK(count(store) == 0);
	store_close(store);
}

static void neither_waiting_nor_settled_ones_grow_without_end(void)
{
	struct store *store = fixture_new();
	char id[ID_BYTES];
	struct err err;
	int i;

	for (i = 0; i < PROPOSALS_WAITING_MAX; i++)
		CHECK(add(store, "team/one", "text", id) == 0);
	CHECK(add(store, "team/one", "text", id) == ERR_LIMIT);
	for (i = 0; i < PROPOSALS_SETTLED_MAX + 20; i++) {
		struct seen seen = look(store);

		json_decref(seen.body);
		if (seen.waiting == PROPOSALS_WAITING_MAX)
			CHECK(store_proposal_remove(store, str_of(seen.last.id), &err) == 1);
		CHECK(add(store, "team/one", "text", id) == 0);
		CHECK(store_proposal_settle(store, id, PROPOSAL_SENT, STR(""), 0, STR(""), &err) ==
			0);
	}
	CHECK(count(store) == PROPOSALS_SETTLED_MAX + PROPOSALS_WAITING_MAX - 1);
	store_close(store);
}

/* ── suggest_prompt ────────────────────────────────────────────────────── */

static void suggest(struct mcp_fixture *fixture, const char *name, const char *says)
{
	json_t *answer = mcp_fixture_tool(fixture, "suggest_prompt",
		json_pack("{s:s, s:s, s:[{s:s}], s:s}", "name", name, "text", "Explain {{topic}}.",
			"inputs", "name", "topic", "reason", "asked for often"));

	if (strstr(mcp_fixture_text(answer), says) == NULL)
		(void)fprintf(stderr, "%s\n", mcp_fixture_text(answer));
	CHECK(strstr(mcp_fixture_text(answer), says) != NULL);
	json_decref(answer);
}

static void who_only_reads_is_offered_no_tool(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	mcp_fixture_member(&fixture, "consumer");
	answer = mcp_fixture_tool(&fixture, "suggest_prompt", NULL);
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void a_suggestion_is_kept_as_a_draft(void)
{
	struct mcp_fixture fixture;
	struct seen seen;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	mcp_fixture_member(&fixture, "contributor");
	suggest(&fixture, "team/explain", "The new prompt team/explain");
	seen = look(fixture.store);
	CHECK(seen.n == 1 && seen.of_id[0] == '\0');
	CHECK_STR(json_text(seen.body, "message"), "asked for often");
	CHECK_STR(json_text(seen.body, "title"), "explain");
	CHECK_STR(json_text(json_array_get(json_object_get(seen.body, "inputs"), 0), "type"),
		"string");
	json_decref(seen.body);
	suggest(&fixture, "Team Explain", "path: ");
	CHECK(count(fixture.store) == 1);
	mcp_fixture_free(&fixture);
}

static void a_suggestion_for_a_prompt_of_the_hub_is_its_next_version(void)
{
	struct mcp_fixture fixture;
	struct prompt *theirs = draft("team/explain", "Explain.");
	char of_id[ID_BYTES];
	struct err err;
	struct seen seen;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	mcp_fixture_member(&fixture, "contributor");
	id_new(of_id);
	prompt_set(&theirs->id, str_of(of_id));
	prompt_set(&theirs->source, STR("hub"));
	prompt_set(&theirs->status, STR("approved"));
	prompt_set(&theirs->channel, STR("production"));
	theirs->version = 1;
	CHECK(prompt_digest(theirs, theirs->digest, &err) == 0);
	CHECK(store_begin(fixture.store, &err) == 0);
	CHECK(store_remote_put(fixture.store, theirs, true, 1, &err) == 0);
	CHECK(store_commit(fixture.store, &err) == 0);
	suggest(&fixture, "team/explain", "A new version of team/explain");
	seen = look(fixture.store);
	CHECK_STR(seen.of_id, of_id);
	json_decref(seen.body);
	prompt_free(theirs);
	mcp_fixture_free(&fixture);
}

int main(void)
{
	json_door_init();
	RUN(a_draft_waits_and_is_there_after_a_restart);
	RUN(what_is_no_prompt_is_not_kept);
	RUN(a_refused_one_keeps_its_text_and_a_sent_one_does_not);
	RUN(what_the_hub_has_not_is_taken_back);
	RUN(neither_waiting_nor_settled_ones_grow_without_end);
	RUN(who_only_reads_is_offered_no_tool);
	RUN(a_suggestion_is_kept_as_a_draft);
	RUN(a_suggestion_for_a_prompt_of_the_hub_is_its_next_version);
	return 0;
}
