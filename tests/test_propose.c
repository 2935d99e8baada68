/* Tests of sync/propose: what becomes of drafts, by what the hub says. */
#include "sync/propose.h"

#include "core/json.h"
#include "store/proposal.h"
#include "tests/stand_in.h"
#include "tests/store_fixture.h"

static struct stand_in hub;
static struct sync_http *http;
static struct store *store;
static struct propose_report report;
static struct err err;
static const char *status, *body; /* of every answer */

static void answer(struct stand_in *of, const char *request, struct stand_in_answer *answer)
{
	(void)of;
	(void)request;
	stand_in_body(answer, status, "", str_of(body));
}

static int propose(const char *says, const char *with)
{
	stand_in_settle(&hub);
	status = says;
	body = with;
	err = (struct err){.code = ERR_NONE};
	return sync_propose(store, http, "secret", &report, &err);
}

static void begin(void)
{
	struct prompt *draft = prompt_new();
	char id[ID_BYTES];

	store = fixture_new();
	CHECK(sync_http_new(&http, hub.url, NULL, &err) == 0);
	prompt_set(&draft->path, STR("team/one"));
	prompt_set(&draft->title, STR("One"));
	(void)prompt_add_message(draft, PROMPT_USER, STR("One."));
	CHECK(store_proposal_add(store, draft, STR(""), STR(""), id, &err) == 0);
	prompt_free(draft);
}

static void finish(void)
{
	sync_http_free(http);
	store_close(store);
}

static int count_one(void *data, const struct proposal *proposal)
{
	int *waiting = data;

	*waiting += proposal->state == PROPOSAL_WAITING;
	return 0;
}

static int waiting(void)
{
	int n = 0;

	CHECK(store_proposal_list(store, count_one, &n, &err) == 0);
	return n;
}

static void a_draft_that_waits_on_says_why(void)
{
	begin();
	CHECK(propose("401 Unauthorized", "{}") == PULL_SIGN_IN);
	CHECK_STR(err.text, "the hub wants you to sign in again");
	CHECK(propose("426 Upgrade Required", "{}") == PULL_TOO_OLD);
	CHECK_STR(err.text, "the hub speaks to newer programs only");
	CHECK(propose("503 Later", "{}") == PULL_LATER);
	CHECK_STR(err.text, "the hub says 503");
	CHECK(waiting() == 1);
	finish();
}

static void a_draft_that_the_hub_will_not_have_is_refused(void)
{
	begin();
	CHECK(propose("422 No", "{\"error\":{\"message\":\"no\\u001b\"}}") == PULL_DONE);
	CHECK(report.refused == 1 && waiting() == 0);
	CHECK_STR(report.why, "no<U+001B>");
	finish();
}

/* What stands between, and is asked in the hub's place, may not let so much through. */
static void one_that_is_too_large_does_not_hold_the_others(void)
{
	begin();
	CHECK(propose("413 Too Large", "<html>") == PULL_DONE);
	CHECK(report.refused == 1 && waiting() == 0);
	CHECK_STR(report.why, "it is larger than the hub takes");
	finish();
	begin();
	CHECK(propose("404 Not Found", "<html>") == PULL_LATER && waiting() == 1);
	finish();
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_door_init();
	stand_in_start(&hub, answer, NULL);
	RUN(a_draft_that_waits_on_says_why);
	RUN(a_draft_that_the_hub_will_not_have_is_refused);
	RUN(one_that_is_too_large_does_not_hold_the_others);
	stand_in_stop(&hub);
	return 0;
}
