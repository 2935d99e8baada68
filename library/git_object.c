/* Single objects of a repository, and what state it is in; see git_log.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "library/git_log.h"
#include "library/git_repo.h"

#define BUSY_MS_MAX 10000 /* a lock older than that was left by somebody killed */

void repo_shallow(struct repo *repo, char mark[REPO_ID_BYTES])
{
	struct buf path = BUF_INIT(8192);
	git_oid id;

	mark[0] = '\0';
	(void)buf_add_format(&path, "%sshallow", repo_git_dir(repo));
	if (git_repository_is_shallow(repo->git) == 1 && !buf_failed(&path) &&
		git_odb_hashfile(&id, buf_text(&path), GIT_OBJECT_BLOB) == 0)
		(void)git_oid_tostr(mark, REPO_ID_BYTES, &id);
	buf_fini(&path);
}

bool repo_is_busy(struct repo *repo)
{
	struct buf path = BUF_INIT(8192);
	struct stat st;
	int64_t age_ms;
	bool busy;

	(void)buf_add_format(&path, "%sindex.lock", repo_git_dir(repo));
	busy = !buf_failed(&path) && lstat(buf_text(&path), &st) == 0;
	if (busy) {
		age_ms = clock_now_ms() - (int64_t)st.st_ctim.tv_sec * 1000;
		busy = age_ms < BUSY_MS_MAX && age_ms > -BUSY_MS_MAX;
	}
	buf_fini(&path);
	return busy;
}

void repo_blob_id(struct str bytes, char id[REPO_ID_BYTES])
{
	struct err ignored;
	git_oid oid;

	id[0] = '\0';
	if (repo_start(&ignored) == 0 &&
		git_odb_hash(&oid, bytes.n > 0 ? bytes.p : "", bytes.n, GIT_OBJECT_BLOB) == 0)
		(void)git_oid_tostr(id, REPO_ID_BYTES, &oid);
}

static int read_blob(struct repo *repo, const git_oid *id, struct buf *out)
{
	git_object_t type;
	git_blob *blob = NULL;
	git_odb *odb = NULL;
	size_t n = 0;
	bool fits;

	/* The size is asked before anything is unpacked. */
	fits = git_repository_odb(&odb, repo->git) == 0 &&
	       git_odb_read_header(&n, &type, odb, id) == 0 && type == GIT_OBJECT_BLOB &&
	       n <= out->limit - out->len;
	git_odb_free(odb);
	if (!fits || git_blob_lookup(&blob, repo->git, id) != 0)
		return REPO_NONE;
	fits = buf_add(out, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)) == 0;
	git_blob_free(blob);
	return fits ? 0 : REPO_NONE;
}

int repo_blob(struct repo *repo, const char *id, struct buf *out)
{
	git_oid oid;

	return git_oid_fromstr(&oid, id) == 0 ? read_blob(repo, &oid, out) : REPO_NONE;
}

int repo_file_at(struct repo *repo, const char *commit, const char *path, struct buf *out)
{
	git_commit *found = NULL;
	git_oid oid;
	int result = REPO_NONE;

	if (git_oid_fromstr(&oid, commit) == 0 && git_commit_lookup(&found, repo->git, &oid) == 0 &&
		repo_entry_in(found, path, &oid))
		result = read_blob(repo, &oid, out);
	git_commit_free(found);
	return result;
}

int repo_about(struct repo *repo, const char *commit, struct repo_about *about)
{
	const git_signature *author;
	git_commit *found = NULL;
	struct str rest, subject;
	git_oid oid;

	if (git_oid_fromstr(&oid, commit) != 0 || git_commit_lookup(&found, repo->git, &oid) != 0)
		return REPO_NONE;
	author = git_commit_author(found);
	rest = str_of(git_commit_message(found));
	if (!str_next_line(&rest, &subject))
		subject = STR("");
	*about = (struct repo_about){
		.time_ms = (int64_t)git_commit_time(found) * 1000,
		.author = xstrdup(author != NULL ? author->name : ""),
		.subject = str_dup(subject),
	};
	git_commit_free(found);
	return 0;
}
