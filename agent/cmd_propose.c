/* promptd propose: a prompt of one's own for the team's hub to review. */
#include <string.h>

#include "agent/account.h"
#include "agent/lookup.h"
#include "core/json.h"
#include "store/proposal.h"
#include "sync/propose.h"

/* ── what waits ────────────────────────────────────────────────────────── */

static const struct output_column columns[] = {
	{"ID", 0, false, OUTPUT_DIM},
	{"STATE", 0, false, OUTPUT_PLAIN},
	{"NAME", 20, false, OUTPUT_NAME},
	{"THE HUB SAYS", 20, false, OUTPUT_PLAIN},
};

struct listing {
	json_t *json;
	struct output_table *table;
	size_t n;
};

static int list_one(void *data, const struct proposal *proposal)
{
	struct listing *listing = data;

	listing->n++;
	if (listing->json != NULL) {
		json_array_append_new(
			listing->json, json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", proposal->id,
					       "state", proposal_state_name(proposal->state),
					       "name", call_text_json(proposal->path), "told",
					       call_text_json(proposal->told), "made",
					       lookup_time_json(proposal->made_ms)));
		return 0;
	}
	output_table_add(listing->table, str_of(proposal->id));
	output_table_add(listing->table, str_of(proposal_state_name(proposal->state)));
	output_table_add(listing->table, proposal->path);
	output_table_add(listing->table, proposal->told);
	return 0;
}

static int list(struct call *call, struct store *store)
{
	struct listing listing = {.json = call->json ? json_array() : NULL};
	struct err err;
	int rc;

	if (!call->json)
		listing.table =
			output_table_new(call->out, columns, sizeof columns / sizeof columns[0]);
	rc = store_proposal_list(store, list_one, &listing, &err);
	if (call->json) {
		call_answer(call, "proposals", listing.json);
	} else {
		if (rc == 0 && listing.n == 0)
			output_print(call->notes, "nothing was proposed from here\n");
		else if (rc == 0)
			output_table_print(listing.table);
		output_table_free(listing.table);
	}
	return rc == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

static int withdraw(struct call *call, struct store *store, const char *id)
{
	struct err err;
	int found = store_proposal_remove(store, str_of(id), &err);

	if (found < 0)
		return call_fail_err(call, &err);
	if (found == 0) {
		call_hint(call, "promptd propose --list");
		return call_fail(call, COMMAND_NOT_FOUND,
			"there is no proposal %.60s here that the hub has not", id);
	}
	if (!call->json)
		output_print(call->out, "taken back\n");
	return COMMAND_DONE;
}

/* ── one of them ───────────────────────────────────────────────────────── */

struct finding {
	const char *id;
	bool found;
	enum proposal_state state;
	struct buf path, told, body, hub_id;
	int64_t hub_version;
};

static int find_one(void *data, const struct proposal *proposal)
{
	struct finding *finding = data;

	if (strcmp(proposal->id, finding->id) != 0)
		return 0;
	finding->found = true;
	finding->state = proposal->state;
	finding->hub_version = proposal->hub_version;
	(void)buf_add(&finding->path, proposal->path.p, proposal->path.n);
	(void)buf_add(&finding->told, proposal->told.p, proposal->told.n);
	(void)buf_add(&finding->body, proposal->body.p, proposal->body.n);
	(void)buf_add(&finding->hub_id, proposal->hub_id.p, proposal->hub_id.n);
	return 1;
}

/* COMMAND_DONE, or the exit; finding_fini() in any case. */
static int finding_look(
	struct call *call, struct store *store, const char *id, struct finding *finding)
{
	struct err err;

	*finding = (struct finding){.id = id,
		.path = BUF_INIT(PROMPT_PATH_MAX),
		.told = BUF_INIT(4096),
		.body = BUF_INIT(PROPOSAL_BODY_MAX),
		.hub_id = BUF_INIT(ID_BYTES)};
	if (store_proposal_list(store, find_one, finding, &err) != 0)
		return call_fail_err(call, &err);
	if (finding->found)
		return COMMAND_DONE;
	call_hint(call, "promptd propose --list");
	return call_fail(call, COMMAND_NOT_FOUND, "there is no proposal %.60s here", id);
}

static void finding_fini(struct finding *finding)
{
	buf_fini(&finding->path);
	buf_fini(&finding->told);
	buf_fini(&finding->body);
	buf_fini(&finding->hub_id);
}

/* Its text, as it waits here. */
static int show(struct call *call, struct store *store, const char *id)
{
	struct finding finding;
	json_t *body = NULL, *message;
	size_t i;
	int exit = finding_look(call, store, id, &finding);

	if (exit == COMMAND_DONE)
		(void)json_door_parse(
			(struct str){buf_text(&finding.body), finding.body.len}, &body, NULL);
	if (exit == COMMAND_DONE && body == NULL)
		exit = call_fail(
			call, COMMAND_NOT_FOUND, "the hub has its text; it is here no more");
	if (exit == COMMAND_DONE && call->json)
		call_answer(call, "proposal", json_incref(body));
	else if (exit == COMMAND_DONE)
		json_array_foreach (json_object_get(body, "messages"), i, message) {
			output_body(call->out, json_str(message, "text"));
			output_print(call->out, "\n");
		}
	json_decref(body);
	finding_fini(&finding);
	return exit;
}

/* ── a new one ─────────────────────────────────────────────────────────── */

static int keep(struct call *call, struct store *store, struct prompt *prompt, char id[ID_BYTES])
{
	const char *as = call_value(call, "as"), *message = call_value(call, "message");
	char of_id[ID_BYTES], digest[SHA256_HEX_BYTES];
	struct err err;

	if (as != NULL)
		prompt_set(&prompt->path, str_of(as));
	if (prompt_check_path(str_of(prompt->path), &err) != 0)
		return call_fail(call, COMMAND_USAGE, "%s", err.text);
	if (store_proposal_base(store, prompt->path, of_id, digest, &err) != 0)
		return call_fail_err(call, &err);
	if (strcmp(digest, prompt->digest) == 0) {
		call_hint(call,
			"promptd new my-name --from %s, change it, promptd propose my-name --as "
			"%s",
			prompt->path, prompt->path);
		return call_fail(call, COMMAND_REFUSED, "the hub has %s just like this already",
			prompt->path);
	}
	if (store_proposal_add(store, prompt, str_of(message), str_of(of_id), id, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

static int tell(struct call *call, struct store *store, const char *id)
{
	struct finding now;
	int exit = finding_look(call, store, id, &now);

	if (exit == COMMAND_DONE && now.state == PROPOSAL_REFUSED) {
		call_hint(call,
			"once that is mended, promptd propose --again %s; --as proposes it under "
			"another name",
			id);
		exit = call_fail(call, COMMAND_REFUSED, "the hub says: %s", buf_text(&now.told));
	} else if (exit == COMMAND_DONE && call->json) {
		call_answer_text(call, "id", str_of(id));
		call_answer_text(call, "name", (struct str){buf_text(&now.path), now.path.len});
		call_answer_text(call, "state", str_of(proposal_state_name(now.state)));
	} else if (exit == COMMAND_DONE) {
		output_styled(
			call->out, OUTPUT_NAME, (struct str){buf_text(&now.path), now.path.len});
		output_print(call->out,
			now.state == PROPOSAL_SENT
				? " is at the hub, under review\n"
				: " waits here, and is sent as soon as the hub can be reached\n");
	}
	finding_fini(&now);
	return exit;
}

/* Now if it can be; else it waits, and what became of it is told. */
static int send(struct call *call, struct account *account, struct store *store, const char *id)
{
	struct propose_report report;
	struct err err;

	if (account_propose(call, account, store, &report, &err) != PULL_DONE) {
		call->err = (struct err){.code = ERR_NONE};
		call_warn(call, "%s", err.text);
	}
	return tell(call, store, id);
}

static int again(struct call *call, struct account *account, struct store *store, const char *id)
{
	struct finding finding;
	struct err err;
	int exit = finding_look(call, store, id, &finding);

	if (exit == COMMAND_DONE && finding.state == PROPOSAL_SENT)
		exit = call_fail(call, COMMAND_REFUSED, "the hub has it already");
	if (exit == COMMAND_DONE &&
		store_proposal_settle(store, id, PROPOSAL_WAITING,
			(struct str){buf_text(&finding.hub_id), finding.hub_id.len},
			finding.hub_version, STR(""), &err) != 0)
		exit = call_fail_err(call, &err);
	finding_fini(&finding);
	return exit == COMMAND_DONE ? send(call, account, store, id) : exit;
}

static int propose(struct call *call, struct account *account, struct store *store)
{
	struct prompt *prompt = NULL;
	char id[ID_BYTES];
	int exit = lookup_prompt(call, call->words[0], true, &prompt);

	if (exit == COMMAND_DONE)
		exit = keep(call, store, prompt, id);
	prompt_free(prompt);
	return exit == COMMAND_DONE ? send(call, account, store, id) : exit;
}

static int over_the_network(struct call *call, struct store *store)
{
	const char *id = call_value(call, "again");
	struct account account;
	int exit = account_open(call, &account);

	if (exit == COMMAND_DONE)
		exit = id != NULL ? again(call, &account, store, id)
				  : propose(call, &account, store);
	account_close(&account);
	return exit;
}

static int propose_run(struct call *call)
{
	const char *back = call_value(call, "withdraw"), *look = call_value(call, "show");
	bool listed = call_flag(call, "list"), resent = call_value(call, "again") != NULL;
	struct store *store;
	int exit;

	if ((call->n_words == 1) + listed + (back != NULL) + (look != NULL) + resent != 1)
		return call_fail(call, COMMAND_USAGE,
			"one of NAME, --list, --show ID, --again ID or --withdraw ID");
	exit = call_store(call, true, &store);
	if (exit != COMMAND_DONE)
		return exit;
	if (listed)
		return list(call, store);
	if (look != NULL)
		return show(call, store, look);
	return back != NULL ? withdraw(call, store, back) : over_the_network(call, store);
}

static const struct command_option options[] = {
	{"as", 'a', "PATH", "its name at the hub", COMMAND_TEXT, NULL, false},
	{"message", 'm', "TEXT", "what it is for, or what changed, for whoever reviews it",
		COMMAND_TEXT, NULL, false},
	{"list", 'l', NULL, "what was proposed from here, and what became of it", COMMAND_TEXT,
		NULL, false},
	{"show", 0, "ID", "the text of one that is here still", COMMAND_TEXT, NULL, false},
	{"again", 0, "ID", "send one that was refused once more", COMMAND_TEXT, NULL, false},
	{"withdraw", 0, "ID", "take back one that the hub has not", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd propose code-review --as team/code-review -m 'asks for the tests first'",
		"for everybody, once somebody has approved it"},
	{"promptd propose --list", "what waits, what was sent, what was refused and why"},
	{0},
};

const struct command command_propose = {
	.name = "propose",
	.summary = "send a prompt to the team's hub for review",
	.words = "[NAME]",
	.description =
		"Sends the prompt as it is now, uncommitted changes too. Where the hub has an "
		"approved one of that name it becomes its next version, else a new prompt; others "
		"see it once somebody else has approved it there. Of a new one that waits for its "
		"review, or was rejected, the next version is made at the hub and not by this. "
		"Without a network it waits here and goes with the next sync. Assistants propose "
		"with the tool suggest_prompt.",
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "id, name, state, proposals (id, state, name, told, made), proposal",
	.run = propose_run,
};
