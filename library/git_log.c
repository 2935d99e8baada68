/* What commits did to files; see git_log.h. What two trees have in common is not even
 * opened, which libgit2's own comparison does. */
#include "library/git_log.h"

#include <stdlib.h>
#include <string.h>

#include "library/git_repo.h"

#define RENAMES_MAX 1000 /* files that are compared by what is in them */

/* --- commits that were seen --- */

struct seen {
	git_oid *ids;
	unsigned char *used;
	size_t n, size; /* a power of two */
};

static size_t seen_at(const struct seen *seen, const git_oid *id)
{
	size_t at;

	memcpy(&at, id->id, sizeof at);
	at &= seen->size - 1;
	while (seen->used[at] != 0 && !git_oid_equal(&seen->ids[at], id))
		at = (at + 1) & (seen->size - 1);
	return at;
}

static bool seen_has(const struct seen *seen, const git_oid *id)
{
	return seen->size > 0 && seen->used[seen_at(seen, id)] != 0;
}

static void seen_fini(struct seen *seen)
{
	free(seen->ids);
	free(seen->used);
	*seen = (struct seen){0};
}

/* False: it was there. */
static bool seen_add(struct seen *seen, const git_oid *id)
{
	size_t at;

	if (2 * seen->n >= seen->size) {
		struct seen more = {.size = seen->size > 0 ? 2 * seen->size : 256};
		size_t i;

		more.ids = xcalloc(more.size, sizeof(*more.ids));
		more.used = xcalloc(more.size, 1);
		for (i = 0; i < seen->size; i++)
			if (seen->used[i] != 0)
				(void)seen_add(&more, &seen->ids[i]);
		seen_fini(seen);
		*seen = more;
	}
	at = seen_at(seen, id);
	if (seen->used[at] != 0)
		return false;
	seen->ids[at] = *id;
	seen->used[at] = 1;
	seen->n++;
	return true;
}

/* --- two trees --- */

struct change {
	char *path;
	bool before_is, after_is;
	git_oid before, after;
	const struct change *from; /* it is that one under another name */
	bool gone;		   /* it went on under another name */
};
struct changes {
	struct change *list;
	size_t n, size;
};

static void changes_fini(struct changes *changes)
{
	size_t i;

	for (i = 0; i < changes->n; i++)
		free(changes->list[i].path);
	free(changes->list);
	*changes = (struct changes){0};
}

static struct change *changes_add(struct changes *changes, const char *path)
{
	struct change *change;

	if (changes->n == changes->size) {
		changes->size = changes->size > 0 ? 2 * changes->size : 16;
		changes->list = xrealloc(changes->list, changes->size * sizeof(*changes->list));
	}
	change = &changes->list[changes->n++];
	*change = (struct change){.path = xstrdup(path)};
	return change;
}

struct comparing {
	git_repository *git;
	struct changes *changes;
	struct buf path;
	size_t left; /* entries to look at: a folder may stand in itself a million times */
};

static int compare_trees(
	struct comparing *comparing, const git_oid *before, const git_oid *after, unsigned depth);

static bool is(const git_tree_entry *entry, enum repo_kind kind)
{
	return entry != NULL && repo_kind_of(entry) == kind;
}

/* Either may be NULL; if both are there they have one name. */
static int compare_entries(struct comparing *comparing, const git_tree_entry *before,
	const git_tree_entry *after, unsigned depth)
{
	size_t len = comparing->path.len;
	const char *name = git_tree_entry_name(before != NULL ? before : after);
	int result = 0;

	if (before != NULL && after != NULL &&
		git_oid_equal(git_tree_entry_id(before), git_tree_entry_id(after)) &&
		repo_kind_of(before) == repo_kind_of(after))
		return 0;
	(void)buf_add_format(&comparing->path, "%s%s", len > 0 ? "/" : "", name);
	if (is(before, REPO_FILE) || is(after, REPO_FILE)) {
		struct change *change = changes_add(comparing->changes, buf_text(&comparing->path));

		change->before_is = is(before, REPO_FILE);
		change->after_is = is(after, REPO_FILE);
		if (change->before_is)
			change->before = *git_tree_entry_id(before);
		if (change->after_is)
			change->after = *git_tree_entry_id(after);
	}
	if (is(before, REPO_FOLDER) || is(after, REPO_FOLDER))
		result = compare_trees(comparing,
			is(before, REPO_FOLDER) ? git_tree_entry_id(before) : NULL,
			is(after, REPO_FOLDER) ? git_tree_entry_id(after) : NULL, depth + 1);
	buf_truncate(&comparing->path, len);
	return result;
}

/* Both are in one order. */
static int compare_lists(
	struct comparing *comparing, const git_tree *a, const git_tree *b, unsigned depth)
{
	size_t i = 0, j = 0, n_a = a != NULL ? git_tree_entrycount(a) : 0,
	       n_b = b != NULL ? git_tree_entrycount(b) : 0;
	int result = 0;

	while (result == 0 && (i < n_a || j < n_b) && comparing->left-- > 0) {
		const git_tree_entry *x = i < n_a ? git_tree_entry_byindex(a, i) : NULL;
		const git_tree_entry *y = j < n_b ? git_tree_entry_byindex(b, j) : NULL;
		int order = x == NULL ? 1 : y == NULL ? -1 : git_tree_entry_cmp(x, y);

		result = compare_entries(
			comparing, order <= 0 ? x : NULL, order >= 0 ? y : NULL, depth);
		i += order <= 0;
		j += order >= 0;
	}
	return result;
}

/* A tree that is not there, or no tree, is empty. Recursion is bounded. */
static int compare_trees(
	struct comparing *comparing, const git_oid *before, const git_oid *after, unsigned depth)
{
	git_tree *a = NULL, *b = NULL;
	int result;

	if (depth > REPO_DEPTH_MAX || comparing->left == 0)
		return 0;
	if (before != NULL)
		(void)git_tree_lookup(&a, comparing->git, before);
	if (after != NULL)
		(void)git_tree_lookup(&b, comparing->git, after);
	result = compare_lists(comparing, a, b, depth);
	git_tree_free(a);
	git_tree_free(b);
	return result;
}

static void compare_commits(struct repo *repo, const git_commit *before, const git_commit *after,
	struct changes *changes)
{
	struct comparing comparing = {.git = repo->git,
		.changes = changes,
		.path = BUF_INIT(REPO_PATH_MAX * 8),
		.left = REPO_TREE_ENTRIES_MAX};

	(void)compare_trees(&comparing, before != NULL ? git_commit_tree_id(before) : NULL,
		git_commit_tree_id(after), 1);
	buf_fini(&comparing.path);
}

/* --- other names --- */

static bool is_new(const struct change *change)
{
	return change->after_is && !change->before_is && change->from == NULL;
}

static bool is_old(const struct change *change)
{
	return change->before_is && !change->after_is && !change->gone;
}

static void pair(struct change *old, struct change *new)
{
	new->from = old;
	old->gone = true;
}

static int compare_before(const void *a, const void *b)
{
	const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;
	int order = git_oid_cmp(&x->before, &y->before);

	return order != 0 ? order : strcmp(x->path, y->path);
}

static int compare_after(const void *a, const void *b)
{
	const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;
	int order = git_oid_cmp(&x->after, &y->after);

	return order != 0 ? order : strcmp(x->path, y->path);
}

/* The changes of a kind, in an order; how many. Yours. */
static struct change **choose(struct changes *changes, bool (*fits)(const struct change *change),
	int (*order)(const void *a, const void *b), size_t *n)
{
	struct change **chosen = xcalloc(changes->n + 1, sizeof(struct change *));
	size_t i;

	*n = 0;
	for (i = 0; i < changes->n; i++)
		if (fits(&changes->list[i]))
			chosen[(*n)++] = &changes->list[i];
	qsort(chosen, *n, sizeof *chosen, order);
	return chosen;
}

/* The same bytes: a folder's files keep their order under its new name. How many files
 * came, and went, without such a twin. */
static void pair_same(struct changes *changes, size_t *came, size_t *went)
{
	struct change **old = choose(changes, is_old, compare_before, went);
	struct change **new = choose(changes, is_new, compare_after, came);
	size_t i = 0, j = 0, n_old = *went, n_new = *came;

	while (i < n_old && j < n_new) {
		int order = git_oid_cmp(&old[i]->before, &new[j]->after);

		if (order == 0) {
			pair(old[i], new[j]);
			--*came;
			--*went;
		}
		i += order <= 0;
		j += order >= 0;
	}
	free(old);
	free(new);
}

static struct change *find_change(struct changes *changes, const char *path)
{
	size_t i;

	for (i = 0; i < changes->n; i++)
		if (strcmp(changes->list[i].path, path) == 0)
			return &changes->list[i];
	return NULL;
}

/* About the same bytes, as git itself would say. */
static void pair_similar(struct repo *repo, const git_commit *before, const git_commit *after,
	struct changes *changes)
{
	git_tree *a = NULL, *b = NULL;
	git_diff_find_options find;
	git_diff *diff = NULL;
	size_t i;

	if (git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION) != 0)
		return;
	find.flags = GIT_DIFF_FIND_RENAMES;
	find.rename_limit = RENAMES_MAX;
	if (git_commit_tree(&a, before) == 0 && git_commit_tree(&b, after) == 0 &&
		git_diff_tree_to_tree(&diff, repo->git, a, b, NULL) == 0 &&
		git_diff_find_similar(diff, &find) == 0)
		for (i = 0; i < git_diff_num_deltas(diff); i++) {
			const git_diff_delta *delta = git_diff_get_delta(diff, i);
			struct change *old, *new;

			if (delta->status != GIT_DELTA_RENAMED)
				continue;
			old = find_change(changes, delta->old_file.path);
			new = find_change(changes, delta->new_file.path);
			if (old != NULL && new != NULL && is_old(old) && is_new(new))
				pair(old, new);
		}
	git_diff_free(diff);
	git_tree_free(a);
	git_tree_free(b);
}

static void find_renames(struct repo *repo, const git_commit *before, const git_commit *after,
	struct changes *changes)
{
	size_t came, went;

	pair_same(changes, &came, &went);
	if (came > 0 && went > 0 && came <= RENAMES_MAX && went <= RENAMES_MAX)
		pair_similar(repo, before, after, changes);
}

/* --- the walk --- */

struct frame {
	git_oid id;
	unsigned next;	/* parent to look at */
	size_t touched; /* how many paths were told when its first parent was done */
};

struct log_walk {
	struct repo *repo;
	repo_step_fn *fn;
	void *data;
	struct seen seen, fresh; /* fresh: all there is to tell, unless that is everything */
	bool all;
	struct frame *frames;
	size_t n_frames, size;
	char **touched;
	size_t n_touched, touched_size;
};

static void touch(struct log_walk *walk, const char *path)
{
	if (walk->n_touched == walk->touched_size) {
		walk->touched_size = walk->touched_size > 0 ? 2 * walk->touched_size : 64;
		walk->touched = xrealloc(walk->touched, walk->touched_size * sizeof(char *));
	}
	walk->touched[walk->n_touched++] = xstrdup(path);
}

static int tell_change(
	struct log_walk *walk, const char *commit, const struct change *change, struct err *err)
{
	char blob[REPO_ID_BYTES] = "";
	struct repo_step step = {.commit = commit,
		.path = change->path,
		.from = change->from != NULL ? change->from->path : NULL,
		.blob = blob,
		.was = change->before_is};

	if (change->gone || repo_check_path(change->path, NULL) != 0)
		return 0; /* told where it went */
	if (change->after_is)
		(void)git_oid_tostr(blob, sizeof blob, &change->after);
	touch(walk, change->path);
	return walk->fn(walk->data, &step, err);
}

/* How what a merge brought stands in it, where it is as in its first parent: the
 * others are among its changes. */
static int tell_brought(struct log_walk *walk, size_t from, size_t end, const git_commit *commit,
	struct changes *changes, struct err *err)
{
	char id[REPO_ID_BYTES];
	int result = 0;
	size_t i;

	(void)git_oid_tostr(id, sizeof id, git_commit_id(commit));
	for (i = from; i < end && result == 0; i++) {
		struct change change = {.path = walk->touched[i]};

		if (find_change(changes, change.path) != NULL)
			continue;
		change.after_is = repo_entry_in(commit, change.path, &change.after);
		result = tell_change(walk, id, &change, err);
	}
	return result;
}

static int tell_commit(struct log_walk *walk, const struct frame *frame, struct err *err)
{
	git_commit *commit = NULL, *parent = NULL;
	struct changes changes = {0};
	size_t i, end = walk->n_touched;
	char id[REPO_ID_BYTES];
	int result = 0;

	if (git_commit_lookup(&commit, walk->repo->git, &frame->id) != 0)
		return 0;
	(void)git_oid_tostr(id, sizeof id, &frame->id);
	if (git_commit_parentcount(commit) > 0)
		(void)git_commit_parent(&parent, commit, 0);
	compare_commits(walk->repo, parent, commit, &changes);
	if (parent != NULL)
		find_renames(walk->repo, parent, commit, &changes);
	for (i = 0; i < changes.n && result == 0; i++)
		result = tell_change(walk, id, &changes.list[i], err);
	if (frame->next > 1 && result == 0)
		result = tell_brought(walk, frame->touched, end, commit, &changes, err);
	changes_fini(&changes);
	git_commit_free(parent);
	git_commit_free(commit);
	return result;
}

static void push(struct log_walk *walk, const git_oid *id)
{
	if (!(walk->all || seen_has(&walk->fresh, id)) || walk->n_frames >= REPO_COMMITS_MAX ||
		!seen_add(&walk->seen, id))
		return;
	if (walk->n_frames == walk->size) {
		walk->size = walk->size > 0 ? 2 * walk->size : 256;
		walk->frames = xrealloc(walk->frames, walk->size * sizeof(*walk->frames));
	}
	walk->frames[walk->n_frames++] = (struct frame){.id = *id};
}

/* The next parent of the commit on top; false: there is none. */
static bool next_parent(struct log_walk *walk, git_oid *id)
{
	struct frame *frame = &walk->frames[walk->n_frames - 1];
	git_commit *commit = NULL;
	bool more = false;

	if (git_commit_lookup(&commit, walk->repo->git, &frame->id) == 0 &&
		frame->next < git_commit_parentcount(commit)) {
		if (frame->next == 1)
			frame->touched = walk->n_touched;
		*id = *git_commit_parent_id(commit, frame->next++);
		more = true;
	}
	git_commit_free(commit);
	return more;
}

static int walk_run(struct log_walk *walk, const git_oid *head, struct err *err)
{
	int result = 0;
	git_oid id;

	push(walk, head);
	while (result == 0 && walk->n_frames > 0) {
		if (next_parent(walk, &id)) {
			push(walk, &id);
			continue;
		}
		result = tell_commit(walk, &walk->frames[walk->n_frames - 1], err);
		walk->n_frames--;
	}
	return result;
}

static void walk_fini(struct log_walk *walk)
{
	while (walk->n_touched > 0)
		free(walk->touched[--walk->n_touched]);
	free(walk->touched);
	free(walk->frames);
	seen_fini(&walk->seen);
	seen_fini(&walk->fresh);
}

/* The commits that are not behind `since`. */
static int find_fresh(struct log_walk *walk, const git_oid *since, struct err *err)
{
	git_revwalk *revisions = NULL;
	git_oid id;
	int result = 0;

	if (git_revwalk_new(&revisions, walk->repo->git) != 0 ||
		git_revwalk_push_head(revisions) != 0)
		result = repo_fail(err, ERR_FAILED, "cannot read the history");
	else if (git_revwalk_hide(revisions, since) != 0)
		result = REPO_ELSEWHERE;
	while (result == 0 && git_revwalk_next(&id, revisions) == 0)
		(void)seen_add(&walk->fresh, &id);
	git_revwalk_free(revisions);
	return result;
}

/* Does the line of first parents lead from the newest commit to that one? */
static bool leads_to(struct log_walk *walk, const git_oid *head, const git_oid *since)
{
	git_oid at = *head;

	while (seen_has(&walk->fresh, &at)) {
		git_commit *commit = NULL;
		bool goes_on = git_commit_lookup(&commit, walk->repo->git, &at) == 0 &&
			       git_commit_parentcount(commit) > 0;

		if (goes_on)
			at = *git_commit_parent_id(commit, 0);
		git_commit_free(commit);
		if (!goes_on)
			return false;
	}
	return git_oid_equal(&at, since);
}

int repo_log(struct repo *repo, const char *since, repo_step_fn *fn, void *data, struct err *err)
{
	struct log_walk walk = {.repo = repo, .fn = fn, .data = data, .all = since[0] == '\0'};
	git_oid head, from;
	int result = git_reference_name_to_id(&head, repo->git, "HEAD");

	if (result == GIT_ENOTFOUND)
		return walk.all ? 0 : REPO_ELSEWHERE;
	if (result != 0)
		return repo_fail(err, ERR_FAILED, "cannot read the newest commit");
	if (!walk.all) {
		if (git_oid_fromstr(&from, since) != 0)
			return REPO_ELSEWHERE;
		result = find_fresh(&walk, &from, err);
		if (result == 0 && !leads_to(&walk, &head, &from))
			result = REPO_ELSEWHERE;
	}
	if (result == 0)
		result = walk_run(&walk, &head, err);
	walk_fini(&walk);
	return result;
}

int repo_renames(struct repo *repo, const char *from, const char *to, repo_step_fn *fn, void *data,
	struct err *err)
{
	struct log_walk walk = {.repo = repo, .fn = fn, .data = data};
	git_commit *a = NULL, *b = NULL;
	struct changes changes = {0};
	git_oid before, after;
	int result = 0;
	size_t i;

	if (git_oid_fromstr(&before, from) == 0 && git_oid_fromstr(&after, to) == 0 &&
		git_commit_lookup(&a, repo->git, &before) == 0 &&
		git_commit_lookup(&b, repo->git, &after) == 0) {
		compare_commits(repo, a, b, &changes);
		find_renames(repo, a, b, &changes);
	}
	for (i = 0; i < changes.n && result == 0; i++)
		if (changes.list[i].from != NULL)
			result = tell_change(&walk, to, &changes.list[i], err);
	changes_fini(&changes);
	walk_fini(&walk);
	git_commit_free(a);
	git_commit_free(b);
	return result;
}
