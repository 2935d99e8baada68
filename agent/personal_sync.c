/* See personal_sync.h. */
#include "agent/personal_sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/credentials.h"
#include "core/json.h"
#include "library/files.h"

#define DECISIONS_FILE "promptd-decisions"
#define DECISIONS_MAX (16 * 1024 * 1024)
/* One's own repository may be a large one; a server's mistake is larger. */
#define OWN_OBJECTS_MAX 5000000
#define OWN_BYTES_MAX (2UL * 1024 * 1024 * 1024)

void sync_link_init(struct call *call, struct sync_link *link, const char *dir)
{
	link->credentials = xmalloc(sizeof(*link->credentials));
	credentials_init(link->credentials, dir);
	link->options = (struct repo_remote_options){
		.data = link->credentials,
		.secret = credentials_secret,
		.verdict = credentials_verdict,
		.cancelled = call_cancelled,
		.objects_max = OWN_OBJECTS_MAX,
		.bytes_max = OWN_BYTES_MAX,
		.silence_s = (unsigned)call->config->git_timeout,
	};
}

void sync_link_fini(struct sync_link *link)
{
	credentials_fini(link->credentials);
	free(link->credentials);
}

/* --- the network, without the library's lock --- */

static int open_repo(struct call *call, struct repo **repo, char dir[PLATFORM_PATH_MAX])
{
	struct err err;
	int result;

	*repo = NULL;
	if (personal_place(call, dir, &err) != 0)
		return call_fail_err(call, &err);
	result = repo_open(repo, dir, &err);
	if (result == 0)
		return COMMAND_DONE;
	if (result < 0)
		return call_fail_err(call, &err);
	call_hint(call, "promptd init makes it, or promptd init --clone URL fetches it");
	return call_fail(call, COMMAND_NOT_FOUND, "there is no personal library yet: %s", dir);
}

static int fail_no_remote(struct call *call)
{
	call_hint(call, "promptd sync-git URL names one");
	return call_fail(call, COMMAND_NOT_FOUND,
		"the personal library is kept in step with no other place");
}

static int network_result(struct call *call, int outcome, const struct err *err)
{
	if (call_cancelled())
		return call_cancel(call);
	if (outcome < 0)
		return call_fail_err(call, err);
	return outcome == REPO_NO_REMOTE ? fail_no_remote(call) : COMMAND_DONE;
}

int sync_fetch(struct call *call)
{
	char dir[PLATFORM_PATH_MAX], theirs[REPO_ID_BYTES];
	struct sync_link link;
	struct repo *repo;
	struct err err;
	int result = open_repo(call, &repo, dir);

	if (result != COMMAND_DONE)
		return result;
	sync_link_init(call, &link, dir);
	result = network_result(call, repo_fetch(repo, &link.options, theirs, &err), &err);
	sync_link_fini(&link);
	repo_close(repo);
	return result;
}

int sync_push(struct call *call, bool *behind)
{
	char dir[PLATFORM_PATH_MAX];
	struct sync_link link;
	struct repo *repo;
	struct err err;
	int outcome, result = open_repo(call, &repo, dir);

	*behind = false;
	if (result != COMMAND_DONE)
		return result;
	sync_link_init(call, &link, dir);
	outcome = repo_push(repo, &link.options, &err);
	*behind = outcome == REPO_BEHIND;
	result = network_result(call, outcome, &err);
	sync_link_fini(&link);
	repo_close(repo);
	return result;
}

int sync_set_remote(struct call *call, const char *url)
{
	char dir[PLATFORM_PATH_MAX];
	struct repo *repo;
	struct err err;
	int outcome, result = open_repo(call, &repo, dir);

	if (result != COMMAND_DONE)
		return result;
	outcome = repo_set_remote(repo, url, &err);
	repo_close(repo);
	if (outcome == REPO_TAKEN) {
		call_hint(call, "git -C %s remote set-url origin URL changes it", dir);
		return call_fail(call, COMMAND_REFUSED,
			"the personal library is kept in another place already");
	}
	return outcome == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

/* --- decisions --- */

struct deciding {
	struct personal *personal;
	json_t *decisions, *conflicts;
	char beside[REPO_PATH_MAX + 1];
};

static int git_folder(const struct personal *personal)
{
	return open(repo_git_dir(personal->repo), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What cannot be read is asked again. */
static json_t *decisions_read(struct personal *personal)
{
	struct buf text = BUF_INIT(DECISIONS_MAX);
	int folder = git_folder(personal);
	json_t *json = NULL;

	if (folder >= 0 && files_read(folder, DECISIONS_FILE, &text, NULL) == 0)
		(void)json_door_parse((struct str){buf_text(&text), text.len}, &json, NULL);
	if (folder >= 0)
		(void)close(folder);
	buf_fini(&text);
	return json != NULL ? json : json_object();
}

static int decisions_write(struct personal *personal, const json_t *decisions, struct err *err)
{
	struct buf text = BUF_INIT(DECISIONS_MAX);
	int folder = git_folder(personal), result = -1;

	if (folder < 0)
		return err_errno(err, errno, "%s", repo_git_dir(personal->repo));
	if (json_write(decisions, &text) != 0)
		(void)err_set(err, ERR_LIMIT, "too much was decided at once");
	else
		result = files_replace(
			folder, DECISIONS_FILE, (struct str){buf_text(&text), text.len}, err);
	(void)close(folder);
	buf_fini(&text);
	return result;
}

static void decisions_forget(struct personal *personal)
{
	int folder = git_folder(personal);

	if (folder < 0)
		return;
	(void)unlinkat(folder, DECISIONS_FILE, 0);
	(void)close(folder);
}

/* A decision is about two texts of one file. */
static char *decision_key(const char *file, const char *ours, const char *theirs)
{
	struct buf key = BUF_INIT(4096);

	(void)buf_add_format(&key, "%s %s %s", ours, theirs, file);
	return buf_take(&key);
}

/* "a/x.prompt.md" to "a/x-theirs.prompt.md". */
static void beside_path(const char *path, char beside[REPO_PATH_MAX + 1])
{
	const char *base = strrchr(path, '/'), *dot;

	base = base != NULL ? base + 1 : path;
	dot = strchr(base, '.');
	if (dot == NULL)
		dot = base + strlen(base);
	(void)snprintf(beside, REPO_PATH_MAX + 1, "%.*s-theirs%s", (int)(dot - path), path, dot);
}

static void keep(struct repo_choice *choice, const char *path, struct str bytes)
{
	choice->paths[choice->n] = path;
	choice->bytes[choice->n++] = bytes;
}

static void apply(struct deciding *deciding, const json_t *decision,
	const struct repo_conflict *conflict, struct repo_choice *choice)
{
	const char *how = json_string_value(json_object_get(decision, "keep"));
	const json_t *text = json_object_get(decision, "text");
	bool both = how != NULL && strcmp(how, "both") == 0;

	choice->decided = true;
	if (text != NULL)
		keep(choice, conflict->path,
			(struct str){json_string_value(text), json_string_length(text)});
	else if (both && conflict->ours_id[0] != '\0' && conflict->theirs_id[0] != '\0') {
		beside_path(conflict->path, deciding->beside);
		keep(choice, conflict->path, conflict->ours);
		keep(choice, deciding->beside, conflict->theirs);
	} else if (conflict->ours_id[0] != '\0' && (both || strcmp(how, "ours") == 0)) {
		keep(choice, conflict->path, conflict->ours);
	} else if (conflict->theirs_id[0] != '\0' && (both || strcmp(how, "theirs") == 0)) {
		keep(choice, conflict->path, conflict->theirs);
	}
}

/* "teach/explain" for prompts/teach/explain.prompt.md. */
static json_t *name_json(const struct personal *personal, const char *file)
{
	size_t n = strlen(personal->base);
	struct str name = str_of(strncmp(file, personal->base, n) == 0 ? file + n : file);

	if (str_ends(name, ".prompt.md"))
		name.n -= strlen(".prompt.md");
	return call_text_json(name);
}

static int on_conflict(void *data, const struct repo_conflict *conflict, struct repo_choice *choice)
{
	struct deciding *deciding = data;
	char *key = decision_key(conflict->path, conflict->ours_id, conflict->theirs_id);
	const json_t *decision = json_object_get(deciding->decisions, key);
	json_t *object;

	free(key);
	if (decision != NULL && (json_object_get(decision, "keep") != NULL ||
					json_is_string(json_object_get(decision, "text")))) {
		apply(deciding, decision, conflict, choice);
		return 0;
	}
	object = json_pack("{s:o, s:o, s:o, s:o, s:s, s:s}", "name",
		name_json(deciding->personal, conflict->path), "file",
		call_text_json(str_of(conflict->path)), "ours",
		conflict->ours_id[0] != '\0' ? call_text_json(conflict->ours) : json_null(),
		"theirs",
		conflict->theirs_id[0] != '\0' ? call_text_json(conflict->theirs) : json_null(),
		"ours_id", conflict->ours_id, "theirs_id", conflict->theirs_id);
	return json_array_append_new(deciding->conflicts, object);
}

int sync_decide(struct personal *personal, const json_t *conflict, const char *how, struct str text,
	struct err *err)
{
	json_t *decisions = decisions_read(personal), *decision;
	char *key = decision_key(json_string_value(json_object_get(conflict, "file")),
		json_string_value(json_object_get(conflict, "ours_id")),
		json_string_value(json_object_get(conflict, "theirs_id")));
	int result;

	if (strcmp(how, "text") == 0)
		decision = json_pack("{s:o}", "text", json_from_str(text));
	else
		decision = json_pack("{s:s}", "keep", how);
	(void)json_object_set_new(decisions, key, decision);
	result = decisions_write(personal, decisions, err);
	free(key);
	json_decref(decisions);
	return result;
}

/* --- merging --- */

static int move_to(struct personal *personal, const char *to)
{
	char from[REPO_ID_BYTES];
	struct err err = {0};

	if (repo_check_state(personal->repo, &err) != 0 ||
		repo_head(personal->repo, from, &err) != 0 ||
		personal_move_check(personal, from, to, &err) != 0 ||
		personal_advance(personal, from, to, &err) != 0)
		return call_fail_err(personal->call, &err);
	decisions_forget(personal);
	return COMMAND_DONE;
}

static int merge_with(struct personal *personal, const char *theirs, struct sync_merge *merge)
{
	struct deciding deciding = {.personal = personal,
		.decisions = decisions_read(personal),
		.conflicts = merge->conflicts};
	char head[REPO_ID_BYTES], to[REPO_ID_BYTES];
	struct err err = {0};
	int outcome, result = COMMAND_DONE;

	if (repo_head(personal->repo, head, &err) != 0 ||
		(head[0] != '\0' && repo_distance(personal->repo, theirs, &merge->ahead,
					    &merge->behind, &err) != 0))
		outcome = -1;
	else
		outcome = repo_merge(personal->repo, theirs, on_conflict, &deciding, to, &err);
	json_decref(deciding.decisions);
	if (outcome < 0)
		return call_fail_err(personal->call, &err);
	merge->outcome = (enum repo_merge_outcome)outcome;
	if (outcome == REPO_FORWARD || outcome == REPO_MERGED)
		result = move_to(personal, to);
	return result;
}

int sync_merge(struct personal *personal, struct sync_merge *merge)
{
	char theirs[REPO_ID_BYTES];
	struct err err = {0};
	int result;

	*merge = (struct sync_merge){.outcome = REPO_UP_TO_DATE, .conflicts = json_array()};
	if (repo_check_state(personal->repo, &err) != 0)
		return call_fail_err(personal->call, &err);
	result = repo_known(personal->repo, theirs, &err);
	if (result < 0)
		return call_fail_err(personal->call, &err);
	if (result == REPO_NO_REMOTE)
		return fail_no_remote(personal->call);
	return result == 0 ? merge_with(personal, theirs, merge) : COMMAND_DONE;
}

void sync_merge_fini(struct sync_merge *merge)
{
	json_decref(merge->conflicts);
	merge->conflicts = NULL;
}

static const char *outcome_word(enum repo_merge_outcome outcome)
{
	switch (outcome) {
	case REPO_UP_TO_DATE:
		return "up_to_date";
	case REPO_FORWARD:
		return "forwarded";
	case REPO_MERGED:
		return "merged";
	case REPO_CONFLICTS:
		return "conflicts";
	case REPO_STRANGERS:
		break;
	}
	return "strangers";
}

static void tell_conflicts(struct call *call, const json_t *conflicts)
{
	static const struct output_column columns[] = {
		{.title = "CONFLICT", .style = OUTPUT_NAME},
		{.title = "HERE"},
		{.title = "THERE"},
	};
	struct output_table *table = output_table_new(call->out, columns, 3);
	const json_t *conflict;
	size_t i;

	json_array_foreach (conflicts, i, conflict) {
		output_table_add(
			table, str_of(json_string_value(json_object_get(conflict, "name"))));
		output_table_add(table, json_is_null(json_object_get(conflict, "ours"))
						? STR("removed")
						: STR("changed"));
		output_table_add(table, json_is_null(json_object_get(conflict, "theirs"))
						? STR("removed")
						: STR("changed"));
	}
	output_table_print(table);
	output_table_free(table);
}

int sync_tell(struct call *call, const struct sync_merge *merge)
{
	size_t n = json_array_size(merge->conflicts);

	if (call->json) {
		call_answer_text(call, "outcome", str_of(outcome_word(merge->outcome)));
		call_answer_int(call, "behind", (int64_t)merge->behind);
		call_answer_int(call, "ahead", (int64_t)merge->ahead);
		call_answer(call, "conflicts", json_incref(merge->conflicts));
	}
	if (merge->outcome == REPO_STRANGERS)
		return call_fail(call, COMMAND_REFUSED,
			"the other place holds another history: the two have no commit in common");
	if (merge->outcome == REPO_CONFLICTS) {
		if (!call->json)
			tell_conflicts(call, merge->conflicts);
		call_hint(
			call, "promptd resolve goes through them; both sides are kept until then");
		return call_fail(call, COMMAND_REFUSED, "%zu prompt%s changed here and there", n,
			n == 1 ? " was" : "s were");
	}
	if (!call->json && merge->outcome == REPO_UP_TO_DATE)
		output_print(call->out, "nothing new there\n");
	else if (!call->json)
		output_print(call->out, "%zu commit%s taken over%s\n", merge->behind,
			merge->behind == 1 ? "" : "s",
			merge->outcome == REPO_MERGED ? ", and merged" : "");
	return COMMAND_DONE;
}
