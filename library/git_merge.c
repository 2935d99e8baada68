/* Two histories become one, and what that means for the files; see git_remote.h. */
#include "library/git_remote.h"

#include <stdlib.h>
#include <string.h>

#include "library/git_repo.h"

#define MOVE_BYTES_MAX (64 * 1024 * 1024)

int repo_head(struct repo *repo, char id[REPO_ID_BYTES], struct err *err)
{
	git_commit *commit;
	int result = repo_newest(repo, &commit, err);

	if (result < 0)
		return -1;
	id[0] = '\0';
	if (result == 0)
		(void)git_oid_tostr(id, REPO_ID_BYTES, git_commit_id(commit));
	git_commit_free(commit);
	return 0;
}

static int find_commit(struct repo *repo, const char *id, git_commit **out, struct err *err)
{
	git_oid oid;

	*out = NULL;
	if (git_oid_fromstr(&oid, id) != 0 || git_commit_lookup(out, repo->git, &oid) != 0)
		return repo_fail(err, ERR_FAILED, "cannot read a commit");
	return 0;
}

int repo_distance(
	struct repo *repo, const char *theirs, size_t *ahead, size_t *behind, struct err *err)
{
	char head[REPO_ID_BYTES];
	git_oid ours, other;

	if (repo_head(repo, head, err) != 0)
		return -1;
	if (git_oid_fromstr(&ours, head) != 0 || git_oid_fromstr(&other, theirs) != 0 ||
		git_graph_ahead_behind(ahead, behind, repo->git, &ours, &other) != 0)
		return repo_fail(err, ERR_FAILED, "cannot compare the histories");
	return 0;
}

/* --- merging --- */

struct merging {
	struct repo *repo;
	git_index *index; /* in memory */
	repo_conflict_fn *fn;
	void *data;
	size_t undecided;
	git_filemode_t mode;
};

/* An entry of a conflict, kept while the index changes. */
struct side {
	bool is;
	git_oid id;
	unsigned mode;
};
struct trouble {
	char *path, *paths[3];
	struct side base, ours, theirs;
};

static struct side side_of(const git_index_entry *entry)
{
	struct side side = {0};

	if (entry != NULL) {
		side.is = true;
		side.id = entry->id;
		side.mode = entry->mode;
	}
	return side;
}

static void trouble_add(struct trouble *trouble, const git_index_entry *base,
	const git_index_entry *ours, const git_index_entry *theirs)
{
	const git_index_entry *all[3] = {ours, theirs, base};
	size_t i;

	*trouble = (struct trouble){
		.base = side_of(base), .ours = side_of(ours), .theirs = side_of(theirs)};
	for (i = 0; i < 3; i++) {
		trouble->paths[i] = all[i] != NULL ? xstrdup(all[i]->path) : NULL;
		if (trouble->path == NULL)
			trouble->path = trouble->paths[i];
	}
}

static int list_troubles(git_index *index, struct trouble **troubles, size_t *n, struct err *err)
{
	const git_index_entry *base, *ours, *theirs;
	git_index_conflict_iterator *iterator;

	*n = 0;
	*troubles = NULL;
	if (git_index_conflict_iterator_new(&iterator, index) != 0)
		return repo_fail(err, ERR_FAILED, "cannot list the conflicts");
	while (*n < REPO_CONFLICTS_MAX &&
		git_index_conflict_next(&base, &ours, &theirs, iterator) == 0) {
		*troubles = xrealloc(*troubles, (*n + 1) * sizeof(**troubles));
		trouble_add(&(*troubles)[(*n)++], base, ours, theirs);
	}
	git_index_conflict_iterator_free(iterator);
	return 0;
}

static void troubles_free(struct trouble *troubles, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < 3; j++)
			free(troubles[i].paths[j]);
	free(troubles);
}

/* Not a file's, a link's say, is no text. */
static git_blob *side_blob(struct repo *repo, const struct side *side, struct str *text)
{
	git_blob *blob = NULL;

	*text = STR("");
	if (side->is && (side->mode & 0170000U) == 0100000U &&
		repo_find_blob(repo, &side->id, MOVE_BYTES_MAX, &blob) == 0)
		*text = (struct str){git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)};
	return blob;
}

static int settle(struct merging *merging, const struct trouble *trouble,
	const struct repo_choice *choice, struct err *err)
{
	const struct side *kept = trouble->ours.is ? &trouble->ours : &trouble->theirs;
	unsigned mode = kept->mode == GIT_FILEMODE_BLOB_EXECUTABLE ? kept->mode : GIT_FILEMODE_BLOB;
	size_t i;

	for (i = 0; i < 3; i++)
		if (trouble->paths[i] != NULL)
			(void)git_index_conflict_remove(merging->index, trouble->paths[i]);
	git_error_clear();
	for (i = 0; i < choice->n; i++) {
		git_index_entry entry = {.mode = mode, .path = choice->paths[i]};

		if (repo_check_path(choice->paths[i], err) != 0)
			return -1;
		if (git_blob_create_from_buffer(&entry.id, merging->repo->git, choice->bytes[i].p,
			    choice->bytes[i].n) != 0 ||
			git_index_add(merging->index, &entry) != 0)
			return repo_fail(err, ERR_FAILED, "cannot write what was decided");
	}
	return 0;
}

static int ask(struct merging *merging, const struct trouble *trouble, struct err *err)
{
	char ours_id[REPO_ID_BYTES] = "", theirs_id[REPO_ID_BYTES] = "";
	struct repo_conflict conflict = {
		.path = trouble->path, .ours_id = ours_id, .theirs_id = theirs_id};
	struct repo_choice choice = {0};
	git_blob *ours = side_blob(merging->repo, &trouble->ours, &conflict.ours);
	git_blob *theirs = side_blob(merging->repo, &trouble->theirs, &conflict.theirs);
	int result;

	if (trouble->ours.is)
		(void)git_oid_tostr(ours_id, sizeof ours_id, &trouble->ours.id);
	if (trouble->theirs.is)
		(void)git_oid_tostr(theirs_id, sizeof theirs_id, &trouble->theirs.id);
	result = merging->fn(merging->data, &conflict, &choice);
	if (result == 0 && choice.decided)
		result = settle(merging, trouble, &choice, err);
	else if (result == 0)
		merging->undecided++;
	git_blob_free(ours);
	git_blob_free(theirs);
	return result;
}

static int ask_all(struct merging *merging, struct err *err)
{
	struct trouble *troubles;
	size_t i, n;
	int result = list_troubles(merging->index, &troubles, &n, err);

	for (i = 0; i < n && result == 0; i++)
		result = ask(merging, &troubles[i], err);
	troubles_free(troubles, n);
	return result;
}

static int commit_both(struct merging *merging, git_commit *ours, git_commit *theirs,
	char out[REPO_ID_BYTES], struct err *err)
{
	const git_commit *parents[2] = {ours, theirs};
	struct repo *repo = merging->repo;
	git_signature *who = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int result = repo_signature(repo, &who, err);

	if (result == 0 &&
		(git_index_write_tree_to(&id, merging->index, repo->git) != 0 ||
			git_tree_lookup(&tree, repo->git, &id) != 0 ||
			git_commit_create(&id, repo->git, NULL, who, who, NULL,
				"merge: what was changed elsewhere\n", tree, 2, parents) != 0))
		result = repo_fail(err, ERR_FAILED, "cannot make the commit of both");
	if (result == 0)
		(void)git_oid_tostr(out, REPO_ID_BYTES, &id);
	git_signature_free(who);
	git_tree_free(tree);
	return result;
}

static int merge_commits(struct merging *merging, git_commit *ours, git_commit *theirs,
	char out[REPO_ID_BYTES], struct err *err)
{
	git_merge_options how;
	int result;

	if (git_merge_options_init(&how, GIT_MERGE_OPTIONS_VERSION) != 0 ||
		git_merge_commits(&merging->index, merging->repo->git, ours, theirs, &how) != 0)
		return repo_fail(err, ERR_FAILED, "cannot merge");
	result = ask_all(merging, err);
	if (result == 0 && merging->undecided > 0)
		result = REPO_CONFLICTS;
	if (result == 0 && git_index_has_conflicts(merging->index))
		result = err_set(err, ERR_LIMIT, "more than %d conflicts", REPO_CONFLICTS_MAX);
	if (result == 0)
		result = commit_both(merging, ours, theirs, out, err);
	git_index_free(merging->index);
	return result == 0 ? REPO_MERGED : result;
}

/* What needs no merge: REPO_UP_TO_DATE, REPO_FORWARD, REPO_STRANGERS; 0: one is due. */
static int compare(struct repo *repo, git_commit *ours, git_commit *theirs, struct err *err)
{
	git_oid base;
	int result = git_merge_base(&base, repo->git, git_commit_id(ours), git_commit_id(theirs));

	if (result == GIT_ENOTFOUND)
		return REPO_STRANGERS;
	if (result != 0)
		return repo_fail(err, ERR_FAILED, "cannot compare the histories");
	if (git_oid_equal(&base, git_commit_id(theirs)))
		return REPO_UP_TO_DATE;
	return git_oid_equal(&base, git_commit_id(ours)) ? REPO_FORWARD : 0;
}

int repo_merge(struct repo *repo, const char *theirs, repo_conflict_fn *fn, void *data,
	char out[REPO_ID_BYTES], struct err *err)
{
	struct merging merging = {.repo = repo, .fn = fn, .data = data};
	git_commit *ours = NULL, *other = NULL;
	int result = repo_newest(repo, &ours, err);

	if (result == 1)
		result = REPO_FORWARD;
	else if (result == 0 && (result = find_commit(repo, theirs, &other, err)) == 0)
		result = compare(repo, ours, other, err);
	if (result == 0)
		result = merge_commits(&merging, ours, other, out, err);
	if (result == REPO_FORWARD)
		memcpy(out, theirs, REPO_ID_BYTES);
	git_commit_free(ours);
	git_commit_free(other);
	return result;
}

/* --- what differs --- */

static int diff_commits(
	struct repo *repo, const char *from, const char *to, git_diff **diff, struct err *err)
{
	git_commit *a = NULL, *b = NULL;
	git_tree *before = NULL, *after = NULL;
	git_diff_options how;
	int result = find_commit(repo, to, &b, err);

	*diff = NULL;
	if (result == 0)
		result = repo_check_size(repo, b, err);
	if (result == 0 && from[0] != '\0')
		result = find_commit(repo, from, &a, err);
	if (result == 0 &&
		(git_diff_options_init(&how, GIT_DIFF_OPTIONS_VERSION) != 0 ||
			(a != NULL && git_commit_tree(&before, a) != 0) ||
			git_commit_tree(&after, b) != 0 ||
			git_diff_tree_to_tree(diff, repo->git, before, after, &how) != 0))
		result = repo_fail(err, ERR_FAILED, "cannot compare two commits");
	git_tree_free(before);
	git_tree_free(after);
	git_commit_free(a);
	git_commit_free(b);
	return result;
}

static bool file_is(const git_diff_file *file)
{
	return (file->flags & GIT_DIFF_FLAG_EXISTS) != 0 && file->mode != 0;
}

/* A blob of a regular file of a size that is carried; false: it is odd. */
static bool file_blob(
	struct repo *repo, const git_diff_file *file, git_blob **blob, struct str *text)
{
	if (!file_is(file))
		return true;
	if ((file->mode & 0170000U) != 0100000U ||
		repo_find_blob(repo, &file->id, MOVE_BYTES_MAX, blob) != 0)
		return false;
	*text = (struct str){git_blob_rawcontent(*blob), (size_t)git_blob_rawsize(*blob)};
	return true;
}

static int tell_move(struct repo *repo, const git_diff_delta *delta, repo_move_fn *fn, void *data,
	struct err *err)
{
	git_blob *before = NULL, *after = NULL;
	struct repo_move move = {
		.path = delta->new_file.path,
		.before_is = file_is(&delta->old_file),
		.after_is = file_is(&delta->new_file),
		.executable = (delta->new_file.mode & 0111U) != 0,
		.before = STR(""),
		.after = STR(""),
	};
	int result;

	move.odd = !file_blob(repo, &delta->old_file, &before, &move.before) ||
		   !file_blob(repo, &delta->new_file, &after, &move.after);
	result = fn(data, &move, err);
	git_blob_free(before);
	git_blob_free(after);
	return result;
}

int repo_moves(struct repo *repo, const char *from, const char *to, repo_move_fn *fn, void *data,
	struct err *err)
{
	git_diff *diff;
	int result = diff_commits(repo, from, to, &diff, err);
	size_t i, n = result == 0 ? git_diff_num_deltas(diff) : 0;

	if (n > REPO_MOVES_MAX)
		result = err_set(err, ERR_LIMIT, "more than %d files differ", REPO_MOVES_MAX);
	for (i = 0; i < n && result == 0; i++)
		result = repo_check_path(git_diff_get_delta(diff, i)->new_file.path, err);
	for (i = 0; i < n && result == 0; i++)
		result = tell_move(repo, git_diff_get_delta(diff, i), fn, data, err);
	git_diff_free(diff);
	return result;
}

int repo_follow_moves(struct repo *repo, const char *from, const char *to, struct err *err)
{
	git_index *index = NULL;
	git_diff *diff;
	int result = diff_commits(repo, from, to, &diff, err);
	size_t i, n = result == 0 ? git_diff_num_deltas(diff) : 0;

	if (result == 0 &&
		(git_repository_index(&index, repo->git) != 0 || git_index_read(index, 1) != 0))
		result = repo_fail(err, ERR_FAILED, "cannot read the repository's index");
	for (i = 0; i < n && result == 0; i++) {
		const git_diff_file *file = &git_diff_get_delta(diff, i)->new_file;
		git_index_entry entry = {.mode = file->mode, .path = file->path, .id = file->id};

		if (!file_is(file))
			(void)git_index_remove_bypath(index, file->path); /* or it was not there */
		else if (git_index_add(index, &entry) != 0)
			result = repo_fail(err, ERR_FAILED, "cannot write the repository's index");
	}
	if (result == 0 && git_index_write(index) != 0)
		result = repo_fail(err, ERR_FAILED, "cannot write the repository's index");
	git_index_free(index);
	git_diff_free(diff);
	return result;
}

int repo_advance(
	struct repo *repo, const char *from, const char *to, const char *why, struct err *err)
{
	git_reference *head = NULL, *moved = NULL;
	const char *branch = NULL;
	git_oid before, after;
	int result;

	if (git_oid_fromstr(&after, to) != 0 ||
		git_reference_lookup(&head, repo->git, "HEAD") != 0 ||
		(branch = git_reference_symbolic_target(head)) == NULL) {
		git_reference_free(head);
		return err_set(err, ERR_REFUSED, "the repository is on no branch (detached head)");
	}
	if (from[0] == '\0')
		result = git_reference_create(&moved, repo->git, branch, &after, 0, why);
	else if (git_oid_fromstr(&before, from) != 0)
		result = -1;
	else
		result = git_reference_create_matching(
			&moved, repo->git, branch, &after, 1, &before, why);
	git_reference_free(moved);
	git_reference_free(head);
	if (result == GIT_EMODIFIED || result == GIT_EEXISTS)
		return 1;
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, "cannot move the branch");
}
