/* Who wrote which line; see git.h. */
#include "library/git_repo.h"

static int tell(git_blame *blame, repo_blame_fn *fn, void *data)
{
	uint32_t i, n = git_blame_get_hunk_count(blame);
	int result = 0;

	for (i = 0; i < n && result == 0; i++) {
		const git_blame_hunk *hunk = git_blame_get_hunk_byindex(blame, i);
		const git_signature *who = hunk->final_signature;
		char id[REPO_ID_BYTES];
		struct repo_blamed lines = {
			.first = hunk->final_start_line_number,
			.n = hunk->lines_in_hunk,
			.commit = git_oid_tostr(id, sizeof id, &hunk->final_commit_id),
			.author = str_of(who != NULL ? who->name : ""),
			.time_ms = who != NULL ? (int64_t)who->when.time * 1000 : 0,
		};

		result = fn(data, &lines);
	}
	return result;
}

int repo_blame(struct repo *repo, const char *path, repo_blame_fn *fn, void *data, struct err *err)
{
	git_blame *blame = NULL;
	git_blame_options how;

	if (repo_check_path(path, err) != 0)
		return -1;
	if (!repo_has(repo, path))
		return err_set(err, ERR_NOT_FOUND, "%s is not in the newest commit", path);
	if (git_blame_options_init(&how, GIT_BLAME_OPTIONS_VERSION) != 0 ||
		git_blame_file(&blame, repo->git, path, &how) != 0)
		return repo_fail(err, ERR_FAILED, "cannot find out who wrote it");
	(void)tell(blame, fn, data);
	git_blame_free(blame);
	return 0;
}
