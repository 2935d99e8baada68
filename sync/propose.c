/* Drafts to the hub; see propose.h. */
#include "sync/propose.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "store/proposal.h"

#define ANSWER_MAX ((size_t)8 * 1024 * 1024)
#define HUB_ID_MAX 64
#define TOO_LARGE 413 /* which a proxy before the hub may say as well */

/* One draft, taken out of its row: the file is not held while the network is waited for. */
struct draft {
	bool found;
	char id[ID_BYTES], of_id[HUB_ID_MAX], hub_id[HUB_ID_MAX];
	int64_t hub_version;
	struct buf body;
};

static void copy(char *out, size_t size, struct str text)
{
	(void)snprintf(out, size, "%.*s", (int)text.n, text.n > 0 ? text.p : "");
}

static int first_waiting(void *data, const struct proposal *proposal)
{
	struct draft *draft = data;

	if (proposal->state != PROPOSAL_WAITING)
		return 0;
	draft->found = true;
	copy(draft->id, sizeof draft->id, str_of(proposal->id));
	copy(draft->of_id, sizeof draft->of_id, proposal->of_id);
	copy(draft->hub_id, sizeof draft->hub_id, proposal->hub_id);
	draft->hub_version = proposal->hub_version;
	(void)buf_add(&draft->body, proposal->body.p, proposal->body.n);
	return 1;
}

/* It becomes part of a path. */
static bool is_id(const char *id)
{
	return strlen(id) == ID_BYTES - 1 && strspn(id, "0123456789abcdef-") == ID_BYTES - 1;
}

struct asking {
	struct store *store;
	struct sync_http *http;
	const char *token;
	struct propose_report *report;
	json_t *json; /* of the last answer; may be NULL */
	long status;
};

static int ask(
	struct asking *asking, const char *path, const char *key, struct str body, struct err *err)
{
	struct sync_question question = {.method = "POST",
		.path = path,
		.token = asking->token,
		.type = "application/json",
		.key = key,
		.body = body};
	struct sync_answer answer;
	int rc;

	json_decref(asking->json);
	asking->json = NULL;
	sync_answer_init(&answer, ANSWER_MAX);
	rc = sync_http_ask(asking->http, &question, &answer, err);
	asking->status = answer.status;
	if (rc == 0)
		(void)json_door_parse(
			(struct str){buf_text(&answer.body), answer.body.len}, &asking->json, NULL);
	sync_answer_fini(&answer);
	if (rc != 0)
		return PULL_LATER;
	if (asking->status == 401 || asking->status == 426)
		return pull_outcome(asking->status, err);
	if (asking->status == 408 || asking->status == 429 || asking->status >= 500 ||
		(asking->json == NULL && asking->status != TOO_LARGE)) {
		(void)err_set(err, ERR_BUSY, "the hub says %ld", asking->status);
		return PULL_LATER;
	}
	return PULL_DONE;
}

/* The hub will not have it, for good: its own word is what the person sees. */
static int refuse(struct asking *asking, const struct draft *draft, struct err *err)
{
	struct str said = json_str(json_object_get(asking->json, "error"), "message");
	struct buf told = BUF_INIT(8192);

	if (said.n == 0)
		said = asking->status == TOO_LARGE ? STR("it is larger than the hub takes")
						   : STR("the hub refused it without a word");
	(void)text_filter_show(str_prefix(said, sizeof asking->report->why - 1), &told);
	asking->report->refused++;
	copy(asking->report->why, sizeof asking->report->why,
		str_prefix(
			(struct str){buf_text(&told), told.len}, sizeof asking->report->why - 1));
	buf_fini(&told);
	return store_proposal_settle(asking->store, draft->id, PROPOSAL_REFUSED,
		str_of(draft->hub_id), draft->hub_version, str_of(asking->report->why), err);
}

/* Made there: as a prompt, or as the next version of one. */
static int make(struct asking *asking, struct draft *draft, struct err *err)
{
	struct str body = {buf_text(&draft->body), draft->body.len};
	const char *number = draft->of_id[0] != '\0' ? "number" : "latest";
	char path[128] = "/api/v1/prompts";
	int rc;

	if (draft->of_id[0] != '\0')
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions", draft->of_id);
	rc = ask(asking, path, draft->id, body, err);
	if (rc != PULL_DONE)
		return rc;
	draft->hub_version = json_integer_value(json_object_get(asking->json, number));
	copy(draft->hub_id, sizeof draft->hub_id,
		draft->of_id[0] != '\0' ? str_of(draft->of_id) : json_str(asking->json, "id"));
	if (asking->status != 201 || !is_id(draft->hub_id) || draft->hub_version < 1) {
		draft->hub_id[0] = '\0';
		draft->hub_version = 0;
		return refuse(asking, draft, err);
	}
	return store_proposal_settle(asking->store, draft->id, PROPOSAL_WAITING,
		str_of(draft->hub_id), draft->hub_version, STR(""), err);
}

static int submit(struct asking *asking, const struct draft *draft, struct err *err)
{
	char path[160], key[ID_BYTES + 8];
	int rc;

	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions/%lld/submit", draft->hub_id,
		(long long)draft->hub_version);
	(void)snprintf(key, sizeof key, "%s-submit", draft->id);
	rc = ask(asking, path, key, STR("{}"), err);
	if (rc != PULL_DONE)
		return rc;
	if (asking->status != 200)
		return refuse(asking, draft, err);
	asking->report->sent++;
	return store_proposal_settle(asking->store, draft->id, PROPOSAL_SENT, str_of(draft->hub_id),
		draft->hub_version, STR(""), err);
}

/* Non-zero ends it; draft->found says whether there was one. */
static int send_one(struct asking *asking, struct draft *draft, struct err *err)
{
	int rc = store_proposal_list(asking->store, first_waiting, draft, err);

	if (rc == 0 && draft->found && draft->hub_id[0] == '\0')
		rc = make(asking, draft, err);
	if (rc == 0 && draft->found && draft->hub_id[0] != '\0')
		rc = submit(asking, draft, err);
	return rc;
}

int sync_propose(struct store *store, struct sync_http *http, const char *token,
	struct propose_report *report, struct err *err)
{
	struct asking asking = {.store = store, .http = http, .token = token, .report = report};
	struct draft draft;
	int rc;

	*report = (struct propose_report){.sent = 0};
	do {
		draft = (struct draft){.found = false};
		buf_init(&draft.body, PROPOSAL_BODY_MAX);
		rc = send_one(&asking, &draft, err);
		buf_fini(&draft.body);
	} while (rc == PULL_DONE && draft.found);
	json_decref(asking.json);
	return rc;
}
