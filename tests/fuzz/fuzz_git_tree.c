/*
 * A tree of git objects that somebody else wrote, walked through. An input that begins
 * with 'r' is the root's raw bytes. Any other is a list of entries, each a byte for
 * mode (low half) and object (high half), a byte for the length of the name, the name;
 * a length of 255 closes the folder made so far, which later entries may point to.
 * What is told must be a regular file's own bytes, under the folder that was asked
 * for, by a path that leads nowhere else.
 */
#include <stdint.h>
#include <string.h>

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/repository.h>

#include "library/git_repo.h"
#include "tests/test.h"

static const char *const modes[16] = {"100644", "40000", "100755", "120000", "160000", "100664",
	"40755", "120755", "0", "", "100644", "40000", "777777777777", "1006 4", "40000", "100644"};

struct folders {
	struct repo repo;
	git_odb *odb;
	git_oid file, script, absent, last; /* last: the folder that was closed last */
	struct buf raw;
};

static void write_object(
	struct folders *folders, git_oid *id, const void *bytes, size_t n, git_object_t type)
{
	CHECK(git_odb_write(id, folders->odb, bytes, n, type) == 0);
}

static void folders_open(struct folders *folders)
{
	git_odb_backend *backend;
	struct err err;

	*folders = (struct folders){.raw = BUF_INIT(1 << 20)};
	CHECK(repo_start(&err) == 0);
	CHECK(git_odb_new(&folders->odb) == 0 && git_mempack_new(&backend) == 0);
	CHECK(git_odb_add_backend(folders->odb, backend, 1) == 0);
	CHECK(git_repository_wrap_odb(&folders->repo.git, folders->odb) == 0);
	write_object(folders, &folders->file, "text", 4, GIT_OBJECT_BLOB);
	write_object(folders, &folders->script, "", 0, GIT_OBJECT_BLOB);
	write_object(folders, &folders->last, "", 0, GIT_OBJECT_TREE);
	CHECK(git_oid_fromstr(&folders->absent, "00000000000000000000000000000000000000ff") == 0);
}

static void folders_close(struct folders *folders)
{
	git_repository_free(folders->repo.git);
	git_odb_free(folders->odb);
	buf_fini(&folders->raw);
}

static const git_oid *object_of(const struct folders *folders, unsigned kind)
{
	if (kind < 6)
		return &folders->file;
	if (kind < 12)
		return &folders->last;
	return kind < 14 ? &folders->script : &folders->absent;
}

static void close_folder(struct folders *folders)
{
	write_object(folders, &folders->last, buf_text(&folders->raw), folders->raw.len,
		GIT_OBJECT_TREE);
	buf_clear(&folders->raw);
}

static void build(struct folders *folders, const uint8_t *data, size_t size)
{
	size_t at = 0, n;

	if (size > 0 && data[0] == 'r') {
		(void)buf_add(&folders->raw, data + 1, size - 1);
		at = size;
	}
	for (; at + 2 <= size; at += n) {
		uint8_t kind = data[at++];

		n = data[at++];
		if (n == 255) {
			close_folder(folders);
			n = 0;
			continue;
		}
		if (n > size - at)
			n = size - at;
		(void)buf_add_format(&folders->raw, "%s ", modes[kind % 16]);
		(void)buf_add(&folders->raw, data + at, n);
		(void)buf_add_char(&folders->raw, '\0');
		(void)buf_add(&folders->raw, object_of(folders, kind / 16)->id, GIT_OID_RAWSZ);
	}
	close_folder(folders);
}

struct seen {
	const char *under;
	size_t n;
};

static int on_file(void *data, const char *path, struct str bytes)
{
	struct seen *seen = data;
	struct err err;
	size_t depth = 1;

	seen->n++;
	CHECK(repo_check_path(path, &err) == 0);
	CHECK(strncmp(path, seen->under, strlen(seen->under)) == 0);
	for (; *path != '\0'; path++)
		depth += *path == '/';
	CHECK(depth <= REPO_DEPTH_MAX);
	CHECK(bytes.n == 0 || str_is(bytes, "text"));
	return seen->n >= 200;
}

static void walk(struct folders *folders, const char *under)
{
	struct seen seen = {.under = under};
	struct repo_tree_report report;
	struct err err = {0};
	int result =
		repo_tree_of(&folders->repo, &folders->last, under, on_file, &seen, &report, &err);

	CHECK(result == (seen.n >= 200));
	CHECK(report.files == seen.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct folders folders;

	folders_open(&folders);
	build(&folders, data, size);
	walk(&folders, "");
	walk(&folders, "a/b");
	folders_close(&folders);
	return 0;
}
