/* See git.h. Only git*.c know libgit2. */
/* realpath() is X/Open's, not POSIX's. */
#define _XOPEN_SOURCE 700
#include "library/git_repo.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text_filter.h"
#include "library/library.h"

int repo_fail(struct err *err, enum err_code code, const char *what)
{
	const git_error *last = git_error_last();

	return err_set(err, code, "%s: %.300s", what,
		last != NULL && last->message != NULL ? last->message : "git gives no reason");
}

int repo_start(struct err *err)
{
	static bool started;

	if (started)
		return 0;
	if (git_libgit2_init() < 0 || git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1) < 0 ||
		repo_bound_memory() != 0)
		return repo_fail(err, ERR_FAILED, "cannot start libgit2");
	started = true;
	return 0;
}

static int check_opened(struct repo *repo, const char *dir, struct err *err)
{
	const char *tree = git_repository_workdir(repo->git);
	char *asked, *real;
	bool same;

	if (git_repository_is_bare(repo->git) || tree == NULL)
		return err_set(err, ERR_REFUSED,
			"%s is a bare repository: prompts need a work tree to be edited in", dir);
	asked = realpath(dir, NULL);
	real = realpath(tree, NULL);
	same = asked != NULL && real != NULL && strcmp(asked, real) == 0;
	free(asked);
	free(real);
	if (!same)
		return err_set(
			err, ERR_REFUSED, "%s keeps its work tree somewhere else (%s)", dir, tree);
	return 0;
}

/* Not found, says libgit2, also of what is another user's. 1: there is nothing. */
static int check_absent(const char *dir, struct err *err)
{
	struct buf path = BUF_INIT(8192);
	struct stat st;
	int result = REPO_NONE;

	(void)buf_add_format(&path, "%s/.git", dir);
	if (buf_failed(&path) || lstat(buf_text(&path), &st) != 0)
		result = REPO_NONE;
	else if (st.st_uid != geteuid())
		result = err_set(err, ERR_REFUSED, "%s belongs to another user", dir);
	else
		result = err_set(err, ERR_REFUSED, "%s is no repository that git can open", dir);
	buf_fini(&path);
	return result;
}

int repo_open(struct repo **out, const char *dir, struct err *err)
{
	struct repo *repo;
	int result;

	if (repo_start(err) != 0)
		return -1;
	repo = xcalloc(1, sizeof(*repo));
	result = git_repository_open_ext(&repo->git, dir, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (result == GIT_ENOTFOUND)
		result = check_absent(dir, err);
	else if (result == GIT_EOWNER)
		result = err_set(err, ERR_REFUSED,
			"%s belongs to another user; git asks for safe.directory first", dir);
	else if (result != 0)
		result = repo_fail(err, ERR_FAILED, dir);
	else
		result = check_opened(repo, dir, err);
	if (result != 0) {
		repo_close(repo);
		return result;
	}
	*out = repo;
	return 0;
}

int repo_init(struct repo **out, const char *dir, struct err *err)
{
	git_repository_init_options options;
	git_repository *git = NULL;

	if (repo_start(err) != 0)
		return -1;
	if (git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION) != 0)
		return repo_fail(err, ERR_FAILED, "cannot make a git repository");
	options.flags = GIT_REPOSITORY_INIT_NO_REINIT | GIT_REPOSITORY_INIT_MKDIR;
	options.initial_head = "main";
	if (git_repository_init_ext(&git, dir, &options) != 0)
		return repo_fail(err, ERR_FAILED, "cannot make a git repository");
	git_repository_free(git);
	return repo_open(out, dir, err);
}

int repo_open_bare(struct repo **out, const char *dir, struct err *err)
{
	struct repo *repo;
	int result;

	if (repo_start(err) != 0)
		return -1;
	repo = xcalloc(1, sizeof(*repo));
	result = git_repository_open_ext(
		&repo->git, dir, GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
	if (result == GIT_ENOTFOUND)
		result = git_repository_init(&repo->git, dir, 1);
	if (result != 0) {
		repo_close(repo);
		return repo_fail(err, ERR_FAILED, dir);
	}
	*out = repo;
	return 0;
}

bool repo_is_at(const char *dir)
{
	git_repository *git = NULL;
	bool is = repo_start(NULL) == 0 &&
		  git_repository_open_ext(&git, dir, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) !=
			  GIT_ENOTFOUND;

	git_repository_free(git);
	git_error_clear();
	return is;
}

void repo_close(struct repo *repo)
{
	if (repo == NULL)
		return;
	git_repository_free(repo->git);
	free(repo);
}

const char *repo_git_dir(const struct repo *repo)
{
	return git_repository_path(repo->git);
}

/* ".git" as HFS+ and NTFS may read it: other cases, dots and blanks behind, the short
 * name. Characters that do not show are refused in every name. */
static bool is_git_twin(struct str part)
{
	while (part.n > 0 && (part.p[part.n - 1] == '.' || part.p[part.n - 1] == ' '))
		part.n--;
	if (part.n >= 4 && strncasecmp(part.p, ".git", 4) == 0)
		return part.n == 4 || part.p[4] == ':' || (unsigned char)part.p[4] >= 0x80;
	if (part.n >= 5 && strncasecmp(part.p, "git~1", 5) == 0)
		return part.n == 5 || part.p[5] == ':';
	return part.n > 1 && part.p[0] == '.' && (unsigned char)part.p[1] >= 0x80;
}

int repo_check_path(const char *path, struct err *err)
{
	struct str rest = str_of(path), part;
	bool fine = rest.n > 0 && rest.n <= REPO_PATH_MAX && rest.p[rest.n - 1] != '/' &&
		    text_filter_find(rest) == rest.n && strpbrk(path, "\\\n\t") == NULL;

	while (fine && rest.n > 0) {
		part = str_cut(rest, '/', &rest);
		fine = part.n > 0 && !str_is(part, ".") && !str_is(part, "..") &&
		       !is_git_twin(part);
	}
	return fine ? 0 : err_set(err, ERR_REFUSED, "not a path for a prompt: %.200s", path);
}

static bool has_conflicts(struct repo *repo)
{
	git_index *index = NULL;
	bool conflicts = false;

	if (git_repository_index(&index, repo->git) == 0 && git_index_read(index, 1) == 0)
		conflicts = git_index_has_conflicts(index) != 0;
	git_index_free(index);
	return conflicts;
}

int repo_check_state(struct repo *repo, struct err *err)
{
	if (has_conflicts(repo))
		return err_set(err, ERR_REFUSED,
			"the repository has conflicts: resolve them and commit first");
	if (git_repository_state(repo->git) != GIT_REPOSITORY_STATE_NONE)
		return err_set(err, ERR_REFUSED,
			"a merge, rebase or the like is under way in the repository: end it first");
	if (git_repository_head_detached(repo->git) == 1)
		return err_set(err, ERR_REFUSED,
			"the repository is on no branch (detached head): git switch to one first");
	return 0;
}

int repo_newest(struct repo *repo, git_commit **out, struct err *err)
{
	git_oid id;
	int result = git_reference_name_to_id(&id, repo->git, "HEAD");

	*out = NULL;
	if (result == GIT_ENOTFOUND)
		return 1;
	if (result != 0 || git_commit_lookup(out, repo->git, &id) != 0)
		return repo_fail(err, ERR_FAILED, "cannot read the newest commit");
	return 0;
}

/* The id of a regular file in a commit, and (may be NULL) how it stands there. 1: it is
 * a link or the like; -1: it is not there. */
static int find_entry(const git_commit *commit, const char *path, git_oid *id, git_filemode_t *mode)
{
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	int result = -1;

	if (git_commit_tree(&tree, commit) == 0 && git_tree_entry_bypath(&entry, tree, path) == 0)
		result = repo_kind_of(entry) == REPO_FILE ? 0 : 1;
	if (result == 0) {
		git_oid_cpy(id, git_tree_entry_id(entry));
		if (mode != NULL)
			*mode = git_tree_entry_filemode(entry);
	}
	git_tree_entry_free(entry);
	git_tree_free(tree);
	git_error_clear();
	return result;
}

bool repo_entry_in(const git_commit *commit, const char *path, git_oid *id)
{
	return find_entry(commit, path, id, NULL) == 0;
}

static int check_kind(struct repo *repo, const char *path, struct err *err)
{
	git_commit *commit;
	git_oid id;
	int result = repo_newest(repo, &commit, err);

	if (result < 0)
		return -1;
	if (result == 0 && find_entry(commit, path, &id, NULL) == 1)
		result = err_set(err, ERR_REFUSED,
			"%s is a link or a folder in the repository: only files are changed here",
			path);
	git_commit_free(commit);
	return result < 0 ? -1 : 0;
}

int repo_check_file(struct repo *repo, const char *path, struct err *err)
{
	unsigned flags = 0;
	int result;

	if (repo_check_path(path, err) != 0 || check_kind(repo, path, err) != 0)
		return -1;
	result = git_status_file(&flags, repo->git, path);
	if (result == GIT_ENOTFOUND || (result == 0 && flags == GIT_STATUS_CURRENT))
		return 0;
	if (result != 0)
		return repo_fail(err, ERR_REFUSED, path);
	if ((flags & (GIT_STATUS_WT_NEW | GIT_STATUS_IGNORED)) != 0)
		return err_set(err, ERR_REFUSED,
			"%s is there and git does not know it: git add and commit it first", path);
	return err_set(err, ERR_REFUSED,
		"%s has changes that are not committed: commit or undo them first", path);
}

bool repo_has(struct repo *repo, const char *path)
{
	git_commit *commit;
	struct err ignored;
	git_oid id;
	bool has = repo_newest(repo, &commit, &ignored) == 0 && repo_entry_in(commit, path, &id);

	git_commit_free(commit);
	return has;
}

int repo_signature(struct repo *repo, git_signature **out, struct err *err)
{
	const struct passwd *user;
	char mail[160] = "user@localhost";
	const char *name = "user";

	if (git_signature_default(out, repo->git) == 0)
		return 0;
	user = getpwuid(getuid());
	if (user != NULL && user->pw_name[0] != '\0' && strlen(user->pw_name) < 100) {
		name = user->pw_name;
		(void)snprintf(mail, sizeof mail, "%s@localhost", name);
	}
	if (git_signature_now(out, name, mail) != 0)
		return repo_fail(err, ERR_FAILED, "cannot sign the commit");
	return 0;
}

/* How a changed file stands in the commit: as before; a renamed one as under its old
 * name. parent may be NULL. */
static git_filemode_t mode_of(
	const git_commit *parent, const struct repo_change *changes, size_t n, size_t i)
{
	git_filemode_t mode = GIT_FILEMODE_BLOB;
	git_oid id;
	size_t j;

	if (parent == NULL || find_entry(parent, changes[i].path, &id, &mode) == 0)
		return mode;
	for (j = 0; n == 2 && j < n; j++)
		if (changes[j].remove && find_entry(parent, changes[j].path, &id, &mode) == 0)
			return mode;
	return GIT_FILEMODE_BLOB;
}

/* A file's new entry. */
struct placed {
	git_oid id;
	git_filemode_t mode;
};

/* The tree of the newest commit with the changes; base NULL: of none. */
static int change_tree(struct repo *repo, git_tree *base, const struct repo_change *changes,
	size_t n, struct placed *placed, git_oid *out, struct err *err)
{
	git_tree_update *updates = xcalloc(n, sizeof(*updates));
	size_t i, n_updates = 0;
	int result = 0;

	for (i = 0; i < n && result == 0; i++) {
		git_tree_update *update = &updates[n_updates++];

		update->path = changes[i].path;
		update->filemode = placed[i].mode;
		update->action =
			changes[i].remove ? GIT_TREE_UPDATE_REMOVE : GIT_TREE_UPDATE_UPSERT;
		if (!changes[i].remove)
			result = git_blob_create_from_buffer(
				&placed[i].id, repo->git, changes[i].bytes.p, changes[i].bytes.n);
		git_oid_cpy(&update->id, &placed[i].id);
	}
	if (result == 0)
		result = git_tree_create_updated(out, repo->git, base, n_updates, updates);
	free(updates);
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, "cannot write to the repository");
}

/* The index is told of these paths alone. The times are left out: git looks at the
 * file once and knows them then. */
static int change_index(struct repo *repo, const struct repo_change *changes, size_t n,
	const struct placed *placed, struct err *err)
{
	git_index *index = NULL;
	int result = git_repository_index(&index, repo->git);
	size_t i;

	if (result == 0)
		result = git_index_read(index, 1);
	for (i = 0; i < n && result == 0; i++) {
		git_index_entry entry = {.mode = placed[i].mode, .path = changes[i].path};

		git_oid_cpy(&entry.id, &placed[i].id);
		if (!changes[i].remove)
			result = git_index_add(index, &entry);
		else if (git_index_remove_bypath(index, changes[i].path) != 0)
			git_error_clear(); /* it was not in there */
	}
	if (result == 0)
		result = git_index_write(index);
	git_index_free(index);
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, "cannot write the repository's index");
}

static int commit_tree(struct repo *repo, git_commit *parent, const git_oid *tree_id,
	const char *message, struct err *err)
{
	const git_commit *parents[1] = {parent};
	git_signature *who = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int result = repo_signature(repo, &who, err);

	if (result == 0 && (git_tree_lookup(&tree, repo->git, tree_id) != 0 ||
				   git_commit_create(&id, repo->git, "HEAD", who, who, NULL,
					   message, tree, parent != NULL, parents) != 0))
		result = repo_fail(err, ERR_FAILED, "cannot commit");
	git_signature_free(who);
	git_tree_free(tree);
	return result;
}

int repo_commit(struct repo *repo, const struct repo_change *changes, size_t n, const char *message,
	struct err *err)
{
	struct placed *placed;
	git_oid tree_id;
	git_commit *parent = NULL;
	git_tree *base = NULL;
	size_t i;
	int result;

	for (i = 0; i < n; i++)
		if (repo_check_path(changes[i].path, err) != 0)
			return -1;
	if (repo_check_state(repo, err) != 0)
		return -1;
	result = repo_newest(repo, &parent, err);
	if (result == 0 && git_commit_tree(&base, parent) != 0)
		result = repo_fail(err, ERR_FAILED, "cannot read the newest commit");
	placed = xcalloc(n, sizeof(*placed));
	for (i = 0; i < n; i++)
		placed[i].mode = mode_of(parent, changes, n, i);
	if (result >= 0)
		result = change_tree(repo, base, changes, n, placed, &tree_id, err);
	if (result == 0)
		result = commit_tree(repo, parent, &tree_id, message, err);
	if (result == 0)
		result = change_index(repo, changes, n, placed, err);
	free(placed);
	git_tree_free(base);
	git_commit_free(parent);
	return result;
}

int repo_follow(struct repo *repo, const struct repo_change *changes, size_t n, struct err *err)
{
	struct placed placed;
	git_commit *commit = NULL;
	struct repo_change now;
	int result = repo_newest(repo, &commit, err);
	size_t i;

	for (i = 0; i < n && result == 0; i++) {
		now = changes[i];
		now.remove = find_entry(commit, now.path, &placed.id, &placed.mode) != 0;
		result = change_index(repo, &now, 1, &placed, err);
	}
	git_commit_free(commit);
	return result < 0 ? -1 : 0;
}

void repo_break_lock(const char *path, int64_t from_ms, int64_t until_ms)
{
	const struct timespec moment = {.tv_nsec = 50L * 1000 * 1000};
	int64_t at_ms;
	struct stat st;

	while (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid()) {
		at_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
		if (at_ms < from_ms || at_ms > until_ms)
			return;
		if (clock_now_ms() - at_ms > 1000 || clock_now_ms() < at_ms) {
			(void)unlink(path);
			return;
		}
		(void)nanosleep(&moment, NULL);
	}
}

void repo_break_locks(struct repo *repo, int64_t from_ms, int64_t until_ms)
{
	struct buf path = BUF_INIT(8192);
	git_reference *head = NULL;
	const char *names[3] = {"index", "HEAD", NULL};
	size_t i;

	if (git_reference_lookup(&head, repo->git, "HEAD") == 0)
		names[2] = git_reference_symbolic_target(head);
	for (i = 0; i < 3 && names[i] != NULL; i++) {
		buf_clear(&path);
		(void)buf_add_format(&path, "%s%s.lock", repo_git_dir(repo), names[i]);
		if (!buf_failed(&path))
			repo_break_lock(buf_text(&path), from_ms, until_ms);
	}
	git_reference_free(head);
	buf_fini(&path);
}

static int walk_from_head(struct repo *repo, git_revwalk **walk, struct err *err)
{
	*walk = NULL;
	if (git_repository_head_unborn(repo->git) == 1)
		return 1;
	if (git_revwalk_new(walk, repo->git) != 0 ||
		git_revwalk_sorting(*walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME) != 0 ||
		git_revwalk_push_head(*walk) != 0) {
		git_revwalk_free(*walk);
		return repo_fail(err, ERR_FAILED, "cannot read the history");
	}
	return 0;
}

static bool has_line(const char *message, const char *line)
{
	struct str rest = str_of(message), one;

	while (str_next_line(&rest, &one))
		if (str_is(one, line))
			return true;
	return false;
}

int repo_has_line(struct repo *repo, const char *line, unsigned depth, struct err *err)
{
	git_revwalk *walk;
	git_oid id;
	int result = walk_from_head(repo, &walk, err);
	bool found = false;

	if (result != 0)
		return result == 1 ? 0 : -1;
	while (!found && depth-- > 0 && git_revwalk_next(&id, walk) == 0) {
		git_commit *commit = NULL;

		if (git_commit_lookup(&commit, repo->git, &id) == 0)
			found = has_line(git_commit_message(commit), line);
		git_commit_free(commit);
	}
	git_revwalk_free(walk);
	return found;
}

int repo_commits(struct repo *repo, repo_version_fn *fn, void *data, struct err *err)
{
	unsigned left = REPO_COMMITS_MAX;
	git_revwalk *revisions;
	git_oid id;
	int result = walk_from_head(repo, &revisions, err);

	if (result != 0)
		return result == 1 ? 0 : -1;
	while (result == 0 && left-- > 0 && git_revwalk_next(&id, revisions) == 0) {
		const git_signature *author;
		git_commit *commit = NULL;
		char name[REPO_ID_BYTES];

		if (git_commit_lookup(&commit, repo->git, &id) != 0)
			break; /* a shallow clone ends here */
		author = git_commit_author(commit);
		result = fn(data,
			&(struct repo_version){.commit = git_oid_tostr(name, sizeof name, &id),
				.time_ms = (int64_t)git_commit_time(commit) * 1000,
				.author = str_of(author != NULL ? author->name : ""),
				.message = str_of(git_commit_message(commit))});
		git_commit_free(commit);
	}
	git_revwalk_free(revisions);
	return 0;
}

static int diff_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
	const git_diff_line *line, void *data)
{
	struct buf *out = data;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_FILE_HDR)
		return 0;
	if (line->origin == ' ' || line->origin == '+' || line->origin == '-')
		(void)buf_add_char(out, line->origin);
	return buf_add(out, line->content, line->content_len);
}

int repo_diff(struct str before, struct str after, struct buf *out, struct err *err)
{
	git_patch *patch = NULL;
	git_diff_options options;
	int result = repo_start(err);

	if (result != 0)
		return -1;
	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) == 0) {
		options.flags = GIT_DIFF_FORCE_TEXT;
		result = git_patch_from_buffers(
			&patch, before.p, before.n, "a", after.p, after.n, "b", &options);
	}
	if (result == 0 && patch != NULL)
		result = git_patch_print(patch, diff_line, out);
	git_patch_free(patch);
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, "cannot compare the texts");
}
