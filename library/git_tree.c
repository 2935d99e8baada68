/*
 * What is in a commit's tree, read from the objects alone. Trees of other people may
 * hold anything: names that lead elsewhere, the same folder a million times below
 * itself, files larger than memory. See git.h.
 */
#include "library/git_repo.h"

#include <string.h>

#include <jansson.h>

#include "core/text_filter.h"
#include "library/library.h"

struct tree_walk {
	struct repo *repo;
	git_odb *odb;
	struct str under; /* without '/' at its end; empty: everything */
	repo_tree_fn *fn;
	void *data;
	struct repo_tree_report *report;
	struct buf path;
	bool ids; /* told instead of the texts */
	size_t entries_left, bytes_left, paths_left;
	int stopped; /* what fn returned */
};

static void walk_tree(struct tree_walk *walk, const git_oid *id, unsigned depth);

enum repo_kind repo_kind_of(const git_tree_entry *entry)
{
	switch ((unsigned)git_tree_entry_filemode_raw(entry) & 0170000U) {
	case 0100000U:
		return REPO_FILE;
	case 0040000U:
		return REPO_FOLDER;
	case 0120000U:
		return REPO_LINK;
	case 0160000U:
		return REPO_MODULE;
	default:
		return REPO_ODD;
	}
}

/* ASCII letters alone: what two names have in common where case does not count. */
static bool is_new_name(json_t *names, const char *name)
{
	struct buf folded = BUF_INIT(REPO_PATH_MAX + 1);
	bool is_new;

	for (; *name != '\0'; name++)
		(void)buf_add_char(
			&folded, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
	is_new = !buf_failed(&folded) && json_object_get(names, buf_text(&folded)) == NULL;
	if (is_new)
		(void)json_object_set_new(names, buf_text(&folded), json_true());
	buf_fini(&folded);
	return is_new;
}

/* Is this path below the one that is asked for, or on the way to it? */
static bool is_asked_for(const struct tree_walk *walk, struct str path, bool folder)
{
	struct str under = walk->under;

	if (under.n == 0)
		return true;
	if (path.n > under.n)
		return path.p[under.n] == '/' && memcmp(path.p, under.p, under.n) == 0;
	if (path.n == under.n)
		return str_equal(path, under);
	return folder && under.p[path.n] == '/' && memcmp(path.p, under.p, path.n) == 0;
}

static int size_of(git_odb *odb, const git_oid *id, git_object_t wanted, size_t *n)
{
	git_object_t type;

	return git_odb_read_header(n, &type, odb, id) == 0 && type == wanted ? 0 : -1;
}

int repo_find_blob(struct repo *repo, const git_oid *id, size_t max, git_blob **out)
{
	git_odb *odb = NULL;
	size_t n = 0;
	int result = -1;

	*out = NULL;
	if (git_repository_odb(&odb, repo->git) == 0)
		result = size_of(odb, id, GIT_OBJECT_BLOB, &n);
	git_odb_free(odb);
	if (result == 0 && n > max)
		return 1;
	if (result == 0 &&
		(git_blob_lookup(out, repo->git, id) != 0 || git_blob_rawsize(*out) != n))
		result = -1;
	if (result != 0) {
		git_blob_free(*out);
		*out = NULL;
	}
	return result;
}

/* What is told of a file, or counted because it is not. */
static void tell_file(struct tree_walk *walk, const git_oid *id)
{
	char hex[REPO_ID_BYTES];
	git_blob *blob = NULL;
	struct str told = {hex, REPO_ID_BYTES - 1};

	(void)git_oid_tostr(hex, sizeof hex, id);
	if (!walk->ids && repo_find_blob(walk->repo, id, LIBRARY_FILE_BYTES_MAX, &blob) != 0) {
		walk->report->unread++;
		return;
	}
	if (!walk->ids)
		told = (struct str){git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)};
	walk->report->files++;
	walk->stopped = walk->fn(walk->data, buf_text(&walk->path), told);
	git_blob_free(blob);
}

static void walk_file(struct tree_walk *walk, const git_oid *id)
{
	size_t n;

	if (size_of(walk->odb, id, GIT_OBJECT_BLOB, &n) != 0) {
		walk->report->unread++;
		return;
	}
	if (n > LIBRARY_FILE_BYTES_MAX) {
		walk->report->big++;
		return;
	}
	if (n > walk->bytes_left || walk->path.len > walk->paths_left) {
		walk->report->cut = true;
		return;
	}
	walk->bytes_left -= n;
	walk->paths_left -= walk->path.len;
	tell_file(walk, id);
}

/* The modes as they are written: libgit2 takes a link that may be executed for a file. */
static void walk_kind(struct tree_walk *walk, const git_tree_entry *entry, unsigned depth)
{
	struct repo_tree_report *report = walk->report;
	enum repo_kind kind = repo_kind_of(entry);
	struct str path = {buf_text(&walk->path), walk->path.len};

	if (!is_asked_for(walk, path, kind == REPO_FOLDER))
		return;
	switch (kind) {
	case REPO_FOLDER:
		walk_tree(walk, git_tree_entry_id(entry), depth + 1);
		break;
	case REPO_FILE:
		walk_file(walk, git_tree_entry_id(entry));
		break;
	case REPO_LINK:
		report->links++;
		break;
	case REPO_MODULE:
		report->modules++;
		break;
	case REPO_ODD:
		report->unread++;
		break;
	}
}

static void walk_entry(
	struct tree_walk *walk, const git_tree_entry *entry, unsigned depth, json_t *names)
{
	const char *name = git_tree_entry_name(entry);
	size_t before = walk->path.len;

	if (walk->entries_left == 0) {
		walk->report->cut = true;
		return;
	}
	walk->entries_left--;
	if (name == NULL || strchr(name, '/') != NULL || strlen(name) > REPO_PATH_MAX ||
		!is_new_name(names, name)) {
		walk->report->names++;
		return;
	}
	(void)buf_add_format(&walk->path, "%s%s", before > 0 ? "/" : "", name);
	if (buf_failed(&walk->path)) {
		/* Too long; what stood there before still does. */
		walk->path.failed = false;
		walk->report->names++;
	} else if (repo_check_path(buf_text(&walk->path), NULL) != 0) {
		walk->report->names++;
	} else {
		walk_kind(walk, entry, depth);
	}
	buf_truncate(&walk->path, before);
}

/* Recursion is bounded by REPO_DEPTH_MAX. */
static void walk_tree(struct tree_walk *walk, const git_oid *id, unsigned depth)
{
	git_tree *tree = NULL;
	json_t *names;
	size_t i, n;

	if (depth > REPO_DEPTH_MAX) {
		walk->report->deep++;
		return;
	}
	if (size_of(walk->odb, id, GIT_OBJECT_TREE, &n) == 0 && n > REPO_FOLDER_BYTES_MAX) {
		walk->report->big++;
		return;
	}
	if (git_tree_lookup(&tree, walk->repo->git, id) != 0) {
		walk->report->unread++;
		return;
	}
	names = json_object();
	n = git_tree_entrycount(tree);
	for (i = 0; i < n && walk->stopped == 0 && !walk->report->cut; i++)
		walk_entry(walk, git_tree_entry_byindex(tree, i), depth, names);
	json_decref(names);
	git_tree_free(tree);
}

static int walk_all(struct tree_walk *walk, const git_oid *tree, const char *under,
	struct repo_tree_report *report, struct err *err)
{
	walk->under = str_of(under);
	walk->report = report;
	walk->path = (struct buf)BUF_INIT(REPO_PATH_MAX + 1);
	walk->entries_left = REPO_TREE_ENTRIES_MAX;
	walk->bytes_left = REPO_TREE_BYTES_MAX;
	walk->paths_left = REPO_TREE_PATHS_MAX;
	*report = (struct repo_tree_report){0};
	if (walk->under.n > 0 && walk->under.p[walk->under.n - 1] == '/')
		walk->under.n--;
	if (git_repository_odb(&walk->odb, walk->repo->git) != 0)
		return repo_fail(err, ERR_FAILED, "cannot read the repository's objects");
	walk_tree(walk, tree, 1);
	git_odb_free(walk->odb);
	buf_fini(&walk->path);
	return walk->stopped;
}

int repo_tree_of(struct repo *repo, const git_oid *tree, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err)
{
	struct tree_walk walk = {.repo = repo, .fn = fn, .data = data};

	return walk_all(&walk, tree, under, report, err);
}

static int walk_revision(struct tree_walk *walk, const char *revision, const char *under,
	struct repo_tree_report *report, struct err *err)
{
	git_object *object = NULL, *tree = NULL;
	int result = git_revparse_single(&object, walk->repo->git, revision);

	*report = (struct repo_tree_report){0};
	if (under[0] != '\0' && repo_check_path(under, err) != 0) {
		git_object_free(object);
		return -1;
	}
	if (result == GIT_ENOTFOUND)
		return REPO_NONE;
	if (result != 0 || git_object_peel(&tree, object, GIT_OBJECT_TREE) != 0)
		result = repo_fail(err, ERR_FAILED, "cannot read the files of the repository");
	else
		result = walk_all(walk, git_object_id(tree), under, report, err);
	git_object_free(tree);
	git_object_free(object);
	return result;
}

int repo_tree(struct repo *repo, const char *revision, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err)
{
	struct tree_walk walk = {.repo = repo, .fn = fn, .data = data};

	return walk_revision(&walk, revision, under, report, err);
}

int repo_tree_ids(struct repo *repo, const char *revision, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err)
{
	struct tree_walk walk = {.repo = repo, .fn = fn, .data = data, .ids = true};

	return walk_revision(&walk, revision, under, report, err);
}

/* --- the size of a tree --- */

/* Recursion is bounded by REPO_FOLDERS_DEEP_MAX. */
static bool fits(git_repository *git, git_odb *odb, const git_oid *id, unsigned depth, size_t *left)
{
	git_tree *tree = NULL;
	size_t i, n;
	bool fine = depth <= REPO_FOLDERS_DEEP_MAX;

	if (fine && (size_of(odb, id, GIT_OBJECT_TREE, &n) != 0 ||
			    git_tree_lookup(&tree, git, id) != 0))
		return true; /* what is broken is told by who reads it */
	fine = fine && n <= REPO_FOLDER_BYTES_MAX;
	n = fine ? git_tree_entrycount(tree) : 0;
	fine = fine && n <= *left;
	*left -= fine ? n : 0;
	for (i = 0; i < n && fine; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		if (repo_kind_of(entry) == REPO_FOLDER)
			fine = fits(git, odb, git_tree_entry_id(entry), depth + 1, left);
	}
	git_tree_free(tree);
	return fine;
}

int repo_check_size(struct repo *repo, const git_commit *commit, struct err *err)
{
	size_t left = REPO_TREE_ENTRIES_MAX;
	git_odb *odb = NULL;
	bool fine = true;

	if (git_repository_odb(&odb, repo->git) == 0)
		fine = fits(repo->git, odb, git_commit_tree_id(commit), 1, &left);
	git_odb_free(odb);
	git_error_clear();
	return fine ? 0
		    : err_set(err, ERR_LIMIT,
			      "more than %d files and folders, or folders more than %d deep",
			      REPO_TREE_ENTRIES_MAX, REPO_FOLDERS_DEEP_MAX);
}
