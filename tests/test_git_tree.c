/* Trees of other people's repositories: what is told of them and what is passed by. */
#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library/git_repo.h"
#include "library/library.h"
#include "tests/test.h"

static char dir[64];
static struct repo *repo;
static git_odb *odb;
static git_oid file_id;

static int forget(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void begin(void)
{
	struct err err;

	(void)snprintf(dir, sizeof dir, "/tmp/promptd-tree-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	CHECK(repo_init(&repo, dir, &err) == 0);
	CHECK(git_repository_odb(&odb, repo->git) == 0);
	CHECK(git_odb_write(&file_id, odb, "text", 4, GIT_OBJECT_BLOB) == 0);
}

static void end(void)
{
	git_odb_free(odb);
	repo_close(repo);
	CHECK(nftw(dir, forget, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

/* A tree as anybody may write it: git's own tools would refuse most of these. */
static void add_entry(struct buf *raw, const char *mode, const char *name, const git_oid *id)
{
	CHECK(buf_add_format(raw, "%s %s", mode, name) == 0);
	CHECK(buf_add_char(raw, '\0') == 0 && buf_add(raw, id->id, GIT_OID_RAWSZ) == 0);
}

static git_oid write_tree(struct buf *raw)
{
	git_oid id;

	CHECK(git_odb_write(&id, odb, buf_text(raw), raw->len, GIT_OBJECT_TREE) == 0);
	buf_clear(raw);
	return id;
}

struct told {
	struct buf paths;
	size_t stop_at, n;
};

static int on_file(void *data, const char *path, struct str bytes)
{
	struct told *told = data;

	CHECK(str_is(bytes, "text"));
	CHECK(buf_add_format(&told->paths, "%s ", path) == 0);
	return ++told->n == told->stop_at ? 7 : 0;
}

static struct repo_tree_report walk(const git_oid *tree, const char *under, const char *expected)
{
	struct told told = {.paths = BUF_INIT(64 << 20)};
	struct repo_tree_report report;
	struct err err;

	CHECK(repo_tree_of(repo, tree, under, on_file, &told, &report, &err) == 0);
	if (expected != NULL)
		CHECK_STR(buf_text(&told.paths), expected);
	CHECK(report.files == told.n);
	buf_fini(&told.paths);
	return report;
}

static void only_regular_files_under_the_chosen_path_are_told(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	git_oid sub, root;

	begin();
	add_entry(&raw, "100644", "in.md", &file_id);
	sub = write_tree(&raw);
	add_entry(&raw, "100644", "a.md", &file_id);
	add_entry(&raw, "120000", "link.md", &file_id);
	add_entry(&raw, "120777", "link2.md", &file_id);
	add_entry(&raw, "160000", "module", &file_id);
	add_entry(&raw, "40000", "prompts", &sub);
	add_entry(&raw, "40000", "promptsx", &sub);
	add_entry(&raw, "100755", "run.md", &file_id);
	add_entry(&raw, "10644", "pipe.md", &file_id);
	root = write_tree(&raw);
	report = walk(&root, "", "a.md prompts/in.md promptsx/in.md run.md ");
	CHECK(report.links == 2 && report.modules == 1 && report.unread == 1);
	(void)walk(&root, "prompts", "prompts/in.md ");
	(void)walk(&root, "prompts/", "prompts/in.md ");
	(void)walk(&root, "prompts/in.md", "prompts/in.md ");
	(void)walk(&root, "prompts/in.md/x", "");
	(void)walk(&root, "link.md", "");
	(void)walk(&root, "nowhere", "");
	buf_fini(&raw);
	end();
}

static void names_that_lead_elsewhere_are_passed_by(void)
{
	static const char *const names[] = {"..", ".", ".git", ".GIT", ".Git.", ".git ", "git~1",
		"GIT~1", ".git:x", "a/b", "../../etc/passwd", "/abs", "a\\b", "a\nb", "a\x1b[0m",
		"\xff\xfe", "caf\xe9", "\xe2\x80\x8c.git", ".g\xe2\x80\x8cit", "\xe2\x80\xae.md"};
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	git_oid sub, root;
	size_t i;

	begin();
	for (i = 0; i < sizeof names / sizeof *names; i++)
		add_entry(&raw, "100644", names[i], &file_id);
	add_entry(&raw, "100644", "caf\xc3\xa9.md", &file_id);
	sub = write_tree(&raw);
	report = walk(&sub, "", "caf\xc3\xa9.md ");
	CHECK(report.names == sizeof names / sizeof *names);
	for (i = 0; i < sizeof names / sizeof *names; i++)
		add_entry(&raw, "40000", names[i], &sub);
	root = write_tree(&raw);
	report = walk(&root, "", "");
	CHECK(report.names == sizeof names / sizeof *names);
	buf_fini(&raw);
	end();
}

static void of_names_that_differ_in_case_the_first_counts(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	git_oid sub, root;

	begin();
	add_entry(&raw, "100644", "in.md", &file_id);
	sub = write_tree(&raw);
	add_entry(&raw, "40000", "Prompts", &sub);
	add_entry(&raw, "100644", "README.md", &file_id);
	add_entry(&raw, "40000", "prompts", &sub);
	add_entry(&raw, "100644", "readme.md", &file_id);
	add_entry(&raw, "100644", "readme.md", &file_id);
	root = write_tree(&raw);
	report = walk(&root, "", "Prompts/in.md README.md ");
	CHECK(report.names == 3);
	buf_fini(&raw);
	end();
}

static void huge_files_are_not_unpacked(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	size_t n = 64UL * 1024 * 1024;
	char *zeros = calloc(1, n);
	git_oid big, most, root;

	CHECK(zeros != NULL);
	begin();
	CHECK(git_odb_write(&big, odb, zeros, n, GIT_OBJECT_BLOB) == 0);
	CHECK(git_odb_write(&most, odb, zeros, LIBRARY_FILE_BYTES_MAX + 1, GIT_OBJECT_BLOB) == 0);
	add_entry(&raw, "100644", "big.md", &big);
	add_entry(&raw, "100644", "most.md", &most);
	add_entry(&raw, "100644", "small.md", &file_id);
	root = write_tree(&raw);
	report = walk(&root, "", "small.md ");
	CHECK(report.big == 2);
	free(zeros);
	buf_fini(&raw);
	end();
}

static void folders_are_followed_so_deep_and_no_deeper(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	git_oid tree;
	int i;

	begin();
	add_entry(&raw, "100644", "leaf.md", &file_id);
	tree = write_tree(&raw);
	for (i = 1; i < REPO_DEPTH_MAX; i++) {
		add_entry(&raw, "40000", "d", &tree);
		tree = write_tree(&raw);
	}
	report = walk(&tree, "", NULL);
	CHECK(report.files == 1 && report.deep == 0);
	for (i = 0; i < 100; i++) {
		add_entry(&raw, "40000", "d", &tree);
		tree = write_tree(&raw);
	}
	report = walk(&tree, "", "");
	CHECK(report.deep == 1);
	buf_fini(&raw);
	end();
}

/* Ten folders in ten folders in ten…, of ten objects. */
static void a_small_repository_of_endless_folders_comes_to_an_end(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	char name[12];
	git_oid tree;
	int i, j;

	begin();
	add_entry(&raw, "100644", "leaf.md", &file_id);
	tree = write_tree(&raw);
	for (i = 0; i < 12; i++) {
		for (j = 0; j < 10; j++) {
			(void)snprintf(name, sizeof name, "%d", j);
			add_entry(&raw, "40000", name, &tree);
		}
		tree = write_tree(&raw);
	}
	report = walk(&tree, "", NULL);
	CHECK(report.cut && report.files > 0 && report.files <= REPO_TREE_ENTRIES_MAX);
	buf_fini(&raw);
	end();
}

static void objects_that_are_not_what_they_should_be_are_passed_by(void)
{
	struct buf raw = BUF_INIT(1 << 20);
	struct repo_tree_report report;
	git_oid sub, root, absent;

	begin();
	CHECK(git_oid_fromstr(&absent, "00000000000000000000000000000000000000ff") == 0);
	add_entry(&raw, "100644", "in.md", &file_id);
	sub = write_tree(&raw);
	add_entry(&raw, "100644", "absent.md", &absent);
	add_entry(&raw, "40000", "absent", &absent);
	add_entry(&raw, "40000", "a-file", &file_id);
	add_entry(&raw, "100644", "a-folder.md", &sub);
	add_entry(&raw, "100644", "fine.md", &file_id);
	root = write_tree(&raw);
	report = walk(&root, "", "fine.md ");
	CHECK(report.unread == 4);
	report = walk(&absent, "", "");
	CHECK(report.unread == 1);
	buf_fini(&raw);
	end();
}

static void a_revision_is_walked_and_the_caller_may_stop(void)
{
	const struct repo_change changes[] = {{.path = "prompts/a.md", .bytes = STR("text")},
		{.path = "prompts/b.md", .bytes = STR("text")}};
	struct told told = {.paths = BUF_INIT(1 << 20), .stop_at = 1};
	struct repo_tree_report report;
	struct err err;

	begin();
	CHECK(repo_tree(repo, "HEAD", "", on_file, &told, &report, &err) == REPO_NONE);
	CHECK(repo_commit(repo, changes, 2, "two\n", &err) == 0);
	CHECK(repo_tree(repo, "HEAD", "prompts", on_file, &told, &report, &err) == 7);
	CHECK_STR(buf_text(&told.paths), "prompts/a.md ");
	CHECK(repo_tree(repo, "HEAD", "prompts", on_file, &told, &report, &err) == 0);
	CHECK_STR(buf_text(&told.paths), "prompts/a.md prompts/a.md prompts/b.md ");
	CHECK(repo_tree(repo, "no-such", "", on_file, &told, &report, &err) == REPO_NONE);
	CHECK(repo_tree(repo, "HEAD", "../x", on_file, &told, &report, &err) < 0);
	buf_fini(&told.paths);
	end();
}

int main(void)
{
	RUN(only_regular_files_under_the_chosen_path_are_told);
	RUN(names_that_lead_elsewhere_are_passed_by);
	RUN(of_names_that_differ_in_case_the_first_counts);
	RUN(huge_files_are_not_unpacked);
	RUN(folders_are_followed_so_deep_and_no_deeper);
	RUN(a_small_repository_of_endless_folders_comes_to_an_end);
	RUN(objects_that_are_not_what_they_should_be_are_passed_by);
	RUN(a_revision_is_walked_and_the_caller_may_stop);
	return 0;
}
