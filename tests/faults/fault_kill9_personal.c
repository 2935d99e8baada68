/*
 * kill -9 of promptd between any two steps that change something: the commands of the
 * personal library are run under ptrace and killed in front of the n-th system call
 * that writes, makes, moves or takes away, n going through all there are. Every third
 * kill is followed by one of the mending itself. After each the next command mends,
 * and then the index equals the repository, the work tree equals the newest commit,
 * the old newest commit is the new one or its parent, and no change stands in the
 * history twice. What had ended well or was promised in .git/promptd-pending is there.
 *
 * fault_kill9_personal [kills]   (default 40)
 */
#define _DEFAULT_SOURCE /* mkdtemp, syscall numbers */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "core/json.h"
#include "core/prompt.h"
#include "library/git_repo.h"
#include "library/library.h"
#include "store/prompts.h"
#include "tests/server.h"

#define PROGRAM BINARY_DIR "/bin/promptd"
#define WORDS_MAX 8
#define ENDED 0
#define KILLED 1
#define NO_PTRACE 99

static char home[64], dir[96], data_dir[96];
static unsigned long calls; /* that change something, of the last run */

static bool changes_something(const struct __ptrace_syscall_info *call)
{
	static const unsigned long always[] = {
		SYS_write,
		SYS_pwrite64,
		SYS_writev,
		SYS_fsync,
		SYS_fdatasync,
		SYS_ftruncate,
		SYS_renameat,
		SYS_renameat2,
		SYS_unlinkat,
		SYS_mkdirat,
		SYS_linkat,
		SYS_symlinkat,
		SYS_fchmod,
		SYS_fchmodat,
		SYS_flock,
#ifdef SYS_rename
		SYS_rename,
		SYS_unlink,
		SYS_mkdir,
		SYS_link,
		SYS_chmod,
		SYS_rmdir,
#endif
	};
	size_t i;

	if (call->op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	for (i = 0; i < sizeof always / sizeof *always; i++)
		if (call->entry.nr == always[i])
			return true;
#ifdef SYS_open
	if (call->entry.nr == SYS_open)
		return (call->entry.args[1] & O_CREAT) != 0;
#endif
	return call->entry.nr == SYS_openat && (call->entry.args[2] & O_CREAT) != 0;
}

/* The child's part. */
static void become(const char *const words[], const char *text, bool traced)
{
	char *argv[WORDS_MAX + 2] = {xstrdup(PROGRAM)};
	int in[2], out = open("/dev/null", O_WRONLY);
	size_t i;

	CHECK(pipe(in) == 0 && out >= 0);
	CHECK(write(in[1], text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(dup2(in[0], 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2);
	(void)close(in[1]);
	(void)close(in[0]);
	for (i = 0; words[i] != NULL; i++)
		argv[i + 1] = xstrdup(words[i]);
	if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(NO_PTRACE);
	(void)execv(PROGRAM, argv);
	_exit(98);
}

/* Let it run until it enters the call it is to be killed in front of (0: never). */
static int trace(pid_t child, unsigned long kill_at, int *status)
{
	struct __ptrace_syscall_info call;
	int deliver = 0;

	calls = 0;
	CHECK(ptrace(PTRACE_SETOPTIONS, child, NULL,
		      (void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == 0);
	for (;;) {
		CHECK(ptrace(PTRACE_SYSCALL, child, NULL, (void *)(uintptr_t)deliver) == 0);
		CHECK(waitpid(child, status, 0) == child);
		if (WIFEXITED(*status) || WIFSIGNALED(*status))
			return ENDED;
		deliver = WSTOPSIG(*status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(*status);
		if (deliver != 0)
			continue;
		CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof call, &call) > 0);
		if (!changes_something(&call) || ++calls != kill_at)
			continue;
		CHECK(kill(child, SIGKILL) == 0 && waitpid(child, status, 0) == child);
		CHECK(WIFSIGNALED(*status));
		return KILLED;
	}
}

/* One run; *exit is its exit status when it ENDED. */
static int run(const char *const words[], const char *text, unsigned long kill_at, int *exit_status)
{
	pid_t child = fork();
	int status, result;

	CHECK(child >= 0);
	if (child == 0)
		become(words, text, true);
	CHECK(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PTRACE) {
		(void)printf("skipped: this system lets nobody trace a child\n");
		exit(TEST_SKIP);
	}
	CHECK(WIFSTOPPED(status));
	result = trace(child, kill_at, &status);
	if (result == ENDED) {
		CHECK(WIFEXITED(status));
		*exit_status = WEXITSTATUS(status);
	}
	return result;
}

/* The same, to its end and untraced: what people do before and after. */
static void run_well(const char *verb, const char *name, const char *text)
{
	const char *const words[] = {verb, name, NULL};
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0)
		become(words, text, false);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- what must hold --- */

struct state {
	char head[REPO_ID_BYTES], parent[REPO_ID_BYTES];
	size_t n_commits;
};

static int on_commit(void *data, const struct repo_version *version)
{
	static const char mark[] = "Promptd-Change: ";
	json_t *marks = json_object_get(data, "marks");
	struct str rest = version->message, line;

	(void)json_array_append_new(json_object_get(data, "ids"), json_string(version->commit));
	while (str_next_line(&rest, &line)) {
		char *text;

		if (!str_starts(line, mark))
			continue;
		text = str_dup(line);
		CHECK(json_object_get(marks, text) == NULL); /* no change is there twice */
		(void)json_object_set_new(marks, text, json_true());
		free(text);
	}
	return 0;
}

static void look_at_history(struct repo *repo, struct state *state)
{
	json_t *found = json_pack("{s:{}, s:[]}", "marks", "ids");
	json_t *ids = json_object_get(found, "ids");
	const char *parent;
	struct err err;

	CHECK(repo_commits(repo, on_commit, found, &err) == 0);
	state->n_commits = json_array_size(ids);
	CHECK(state->n_commits > 0);
	(void)snprintf(
		state->head, sizeof state->head, "%s", json_string_value(json_array_get(ids, 0)));
	parent = json_string_value(json_array_get(ids, 1));
	(void)snprintf(state->parent, sizeof state->parent, "%s", parent != NULL ? parent : "");
	json_decref(found);
}

static void check_work_tree(struct repo *repo)
{
	git_status_options options;
	git_status_list *list;
	size_t i, n;

	CHECK(git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION) == 0);
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS;
	CHECK(git_status_list_new(&list, repo->git, &options) == 0);
	n = git_status_list_entrycount(list);
	for (i = 0; i < n; i++) {
		const git_status_entry *entry = git_status_byindex(list, i);
		const git_diff_delta *delta = entry->index_to_workdir != NULL
						      ? entry->index_to_workdir
						      : entry->head_to_index;

		(void)fprintf(
			stderr, "status %u: %s\n", (unsigned)entry->status, delta->new_file.path);
	}
	git_status_list_free(list);
	CHECK(n == 0);
}

static int on_parsed(void *data, const struct prompt *prompt, struct err *err)
{
	char digest[SHA256_HEX_BYTES];

	CHECK(prompt_digest(prompt, digest, err) == 0);
	return json_object_set_new(data, prompt->path, json_string(digest));
}

static void on_note(void *data, const struct library_note *note)
{
	(void)data;
	CHECK(!note->error);
}

static int on_file(void *data, const char *path, struct str bytes)
{
	struct library_sink sink = {.data = data, .prompt = on_parsed, .note = on_note};
	struct err err;

	if (!str_ends(str_of(path), ".prompt.md"))
		return 0;
	return library_formats[0]->parse(str_of(path + strlen("prompts/")), bytes, &sink, &err);
}

static int on_row(void *data, const struct store_row *row)
{
	char *path = str_dup(row->path);

	(void)json_object_set_new(data, path, json_from_str(row->digest));
	free(path);
	return 0;
}

/* Names and digests, as the newest commit and as the store have them. */
static size_t check_index(struct repo *repo)
{
	struct store_filter filter = {.source = STR("personal"), .experimental = true};
	struct store_options options = {.dir = data_dir};
	json_t *files = json_object(), *rows = json_object();
	struct repo_tree_report report;
	struct store *store;
	struct err err;
	size_t n;

	CHECK(repo_tree(repo, "HEAD", "prompts", on_file, files, &report, &err) == 0);
	CHECK(store_open(&store, &options, &err) == STORE_OK);
	CHECK(store_prompt_list(store, &filter, STR(""), 100000, on_row, rows, &err) == 0);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
	if (!json_equal(files, rows)) {
		(void)json_dumpf(files, stderr, JSON_SORT_KEYS);
		(void)json_dumpf(rows, stderr, JSON_SORT_KEYS);
	}
	CHECK(json_equal(files, rows));
	n = json_object_size(files);
	json_decref(files);
	json_decref(rows);
	return n;
}

static size_t look(struct state *state)
{
	struct repo *repo;
	struct err err;
	size_t n;

	CHECK(repo_open(&repo, dir, &err) == 0);
	look_at_history(repo, state);
	check_work_tree(repo);
	n = check_index(repo);
	repo_close(repo);
	return n;
}

/* --- the rounds --- */

enum kind { ADD, EDIT, TAG, RENAME, RESTORE, REMOVE, N_KINDS };

/* Each round has a prompt of its own, so that a command never finds it done already. */
struct round {
	enum kind kind;
	char name[32], other[32], at[32], text[64];
	const char *words[WORDS_MAX];
};

static void round_plan(struct round *round, unsigned number)
{
	static const char *const verbs[] = {"add", "edit", "tag", "rename", "restore", "remove"};

	round->kind = (enum kind)(number % N_KINDS);
	(void)snprintf(round->name, sizeof round->name, "kill/n%u", number);
	(void)snprintf(round->other, sizeof round->other, "moved/m%u", number);
	(void)snprintf(round->at, sizeof round->at, "kill/n%u@1", number);
	(void)snprintf(round->text, sizeof round->text, "Text %u of {{it}}.", number);
	round->words[0] = verbs[round->kind];
	round->words[1] = round->kind == RESTORE ? round->at : round->name;
	round->words[2] = round->kind == TAG ? "+cut" : NULL;
	if (round->kind == RENAME)
		round->words[2] = round->other;
	round->words[3] = NULL;
}

/* What the command needs to be there. */
static void prepare(const struct round *round)
{
	if (round->kind == ADD)
		return;
	run_well("add", round->name, round->text);
	if (round->kind == RESTORE)
		run_well("edit", round->name, "");
}

static bool is_pending(void)
{
	char path[200];

	(void)snprintf(path, sizeof path, "%s/.git/promptd-pending", dir);
	return access(path, F_OK) == 0;
}

struct tally {
	unsigned kills, of_mending, ended;
	unsigned long points[N_KINDS];
};

static void kill_mending(struct tally *tally, unsigned long at)
{
	const char *const words[] = {"history", NULL};
	int status = -1;

	if (run(words, "", at, &status) == KILLED) {
		tally->kills++;
		tally->of_mending++;
	} else {
		CHECK(status == 0);
	}
}

static void round_run(struct tally *tally, unsigned number, unsigned long kill_at)
{
	struct state before, after;
	struct round round;
	bool promised = false;
	int status = -1, result;

	round_plan(&round, number);
	prepare(&round);
	(void)look(&before);
	result = run(round.words, round.text, kill_at, &status);
	if (result == KILLED) {
		tally->kills++;
		promised = is_pending();
	} else {
		tally->ended++;
		tally->points[round.kind] = calls;
		CHECK(status == 0);
		promised = true;
	}
	if (result == KILLED && number % 3 == 0)
		kill_mending(tally, 1 + number * 7 % 220);
	run_well("history", NULL, "");
	(void)look(&after);
	CHECK(!is_pending());
	if (promised)
		CHECK(strcmp(after.parent, before.head) == 0 &&
			after.n_commits == before.n_commits + 1);
	else
		CHECK(strcmp(after.head, before.head) == 0 ||
			(strcmp(after.parent, before.head) == 0 &&
				after.n_commits == before.n_commits + 1));
}

static void make_library(void)
{
	/* What a kill leaves does not hang on the disk: memory is quicker. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	test_dir(home);
	(void)snprintf(data_dir, sizeof data_dir, "%s/data", home);
	(void)snprintf(dir, sizeof dir, "%s/data/personal", home);
	CHECK(setenv("PROMPTD_HOME", home, 1) == 0 && setenv("HOME", home, 1) == 0);
	CHECK(setenv("PROMPTD_AUTOSTART", "no", 1) == 0 && unsetenv("VISUAL") == 0);
	CHECK(setenv("EDITOR", "echo One line more. >>", 1) == 0);
	/* A leak detector is a tracer too, and there can be one only. */
	CHECK(setenv("ASAN_OPTIONS", "detect_leaks=0", 1) == 0);
	run_well("init", NULL, "");
}

int main(int argc, char **argv)
{
	unsigned wanted = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 40, number;
	struct tally tally = {0};
	struct state state;
	unsigned long at;

	json_door_init();
	make_library();
	/* How many places there are, of each command: none of these is killed. */
	for (number = 0; number < N_KINDS; number++)
		round_run(&tally, number, 0);
	for (; tally.kills < wanted; number++) {
		at = tally.points[number % N_KINDS];
		/* All of them in turn, or as many spread over them. */
		at = 1 + (wanted >= 500 ? number / N_KINDS : number * 13UL) % at;
		round_run(&tally, number, at);
		CHECK(number < 4 * wanted + 100);
	}
	(void)printf(
		"%u kills (%u of the mending); places: add %lu, edit %lu, tag %lu, rename %lu, "
		"restore %lu, remove %lu; %zu prompts, 0 lost, 0 doubled\n",
		tally.kills, tally.of_mending, tally.points[ADD], tally.points[EDIT],
		tally.points[TAG], tally.points[RENAME], tally.points[RESTORE],
		tally.points[REMOVE], look(&state));
	test_dir_remove(home);
	return 0;
}
