/*
 * The personal library of BENCH_FILES prompts (2,500), each piece of work beside plain
 * git's for the same: making the repository and its first index, reading a folder in
 * which one file changed, one commit, the history of a file of 1,000 versions, the same
 * when the file was renamed, and a clone with all of it. And how long until an edit by
 * hand is in the library while the agent runs, which git has nothing beside. Milliseconds of the clock and, behind, of the processor.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "library/git.h"
#include "library/library.h"
#include "store/prompts.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"

#define ROUNDS 15
#define VERSIONS 1000
#define PATH_BYTES 1024

extern char **environ;

static char home[PATH_BYTES], ours[PATH_BYTES], theirs[PATH_BYTES], promptd[PATH_BYTES];
static size_t n_files = 2500;

struct cost {
	double ms, cpu_ms;
};

static double cpu_of_children_ms(void)
{
	struct rusage use;

	(void)getrusage(RUSAGE_CHILDREN, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
}

/* A shell's words, so that git's two commands for one commit are one piece of work. */
static struct cost run(const char *words)
{
	char *argv[] = {
		(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)words, NULL};
	double cpu = cpu_of_children_ms();
	int64_t start = bench_now_ns();
	int status;
	pid_t pid;

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) < 0 || status != 0)
		bench_fail(words);
	return (struct cost){(double)(bench_now_ns() - start) / 1e6, cpu_of_children_ms() - cpu};
}

/* $N is the round. */
static struct cost run_in(const char *dir, const char *words, size_t i)
{
	char all[4 * PATH_BYTES];

	(void)snprintf(all, sizeof all, "cd '%s' && N=%zu && export N && { %s ; } >/dev/null 2>&1",
		dir, i, words);
	return run(all);
}

static void write_file(const char *dir, size_t i, const struct prompt *prompt)
{
	struct buf text = BUF_INIT(8 << 20);
	char path[2 * PATH_BYTES];
	struct err err;
	FILE *out;

	(void)snprintf(path, sizeof path, "%s/prompts/c%zu", dir, i % 25);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/prompts/c%zu/p%zu.prompt.md", dir, i % 25, i);
	if (library_formats[0]->write(prompt, &text, &err) != 0)
		bench_fail(err.text);
	out = fopen(path, "w");
	if (out == NULL || fwrite(buf_text(&text), 1, text.len, out) != text.len ||
		fclose(out) != 0)
		bench_fail(path);
	buf_fini(&text);
}

static void make_files(void)
{
	struct corpus *corpus = corpus_open("../shared/data/corpora/prompts-chat");
	char path[2 * PATH_BYTES];
	size_t i;

	(void)mkdir(ours, 0700);
	(void)mkdir(theirs, 0700);
	(void)snprintf(path, sizeof path, "%s/prompts", ours);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/prompts", theirs);
	(void)mkdir(path, 0700);
	for (i = 0; i < n_files; i++) {
		struct prompt *prompt = corpus_prompt(corpus, i);

		write_file(ours, i, prompt);
		write_file(theirs, i, prompt);
		prompt_free(prompt);
	}
	corpus_close(corpus);
}

static int compare_costs(const void *a, const void *b)
{
	double x = ((const struct cost *)a)->ms, y = ((const struct cost *)b)->ms;

	return (x > y) - (x < y);
}

static void tell(const char *name, struct cost *costs, size_t n)
{
	double cpu = 0;
	size_t i;

	for (i = 0; i < n; i++)
		cpu += costs[i].cpu_ms;
	qsort(costs, n, sizeof(*costs), compare_costs);
	bench_subject_begin(name);
	bench_value("p50", costs[n / 2].ms);
	bench_value("worst", costs[n - 1].ms);
	bench_value("cpu", cpu / (double)n);
	bench_subject_end();
}

static void beside(const char *figure, const char *our_words, const char *git_words, size_t n)
{
	struct cost a[ROUNDS], b[ROUNDS];
	size_t i;

	for (i = 0; i < n; i++) {
		a[i] = run_in(ours, our_words, i);
		b[i] = run_in(theirs, git_words, i);
	}
	bench_begin(figure, "milliseconds");
	tell("promptd", a, n);
	tell("git", b, n);
	bench_end();
}

static void make_versions(const char *dir)
{
	char text[128];
	struct repo *repo;
	struct err err;
	size_t i;

	if (repo_open(&repo, dir, &err) != 0)
		bench_fail("the repository");
	for (i = 0; i < VERSIONS; i++) {
		struct repo_change change = {.path = "prompts/long.prompt.md"};

		(void)snprintf(text, sizeof text, "Version %zu of this text.\n", i + 1);
		change.bytes = str_of(text);
		if (repo_commit(repo, &change, 1, "edit: long\n", &err) != 0)
			bench_fail(err.text);
	}
	repo_close(repo);
	(void)run_in(dir, "git checkout -q -- prompts/long.prompt.md", 0);
}

static bool is_there(struct store *store, const char *word)
{
	struct store_want want = {.experimental = true};
	struct prompt *prompt = NULL;
	struct err err;
	bool there = store_prompt_get(store, STR("c0/p0"), &want, &prompt, &err) == STORE_OK &&
		     strstr(prompt->messages[0].text, word) != NULL;

	prompt_free(prompt);
	return there;
}

/* From the end of the write to the row in the library. */
static struct cost follow_once(struct store *store, size_t i)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	char word[64], path[2 * PATH_BYTES];
	int64_t start;
	FILE *out;

	(void)snprintf(word, sizeof word, "wordnumber%zu", i);
	(void)snprintf(path, sizeof path, "%s/prompts/c0/p0.prompt.md", ours);
	out = fopen(path, "w");
	if (out == NULL || fprintf(out, "Now %s.\n", word) < 0 || fclose(out) != 0)
		bench_fail(path);
	start = bench_now_ns();
	while (!is_there(store, word)) {
		if (bench_now_ns() - start > INT64_C(60000000000))
			bench_fail("an edit does not show up");
		(void)nanosleep(&moment, NULL);
	}
	return (struct cost){(double)(bench_now_ns() - start) / 1e6, 0};
}

static void bench_follow(void)
{
	char *argv[] = {
		promptd, (char *)(uintptr_t) "agent", (char *)(uintptr_t) "--foreground", NULL};
	struct store_options options = {0};
	struct cost costs[ROUNDS];
	posix_spawn_file_actions_t files;
	char data[2 * PATH_BYTES];
	struct store *store;
	struct err err;
	pid_t agent;
	size_t i;

	(void)snprintf(data, sizeof data, "%s/data", home);
	options.dir = data;
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (store_open(&store, &options, &err) != STORE_OK ||
		posix_spawn(&agent, promptd, &files, NULL, argv, environ) != 0)
		bench_fail("cannot start the agent");
	(void)follow_once(store, ROUNDS); /* it has started */
	for (i = 0; i < ROUNDS; i++)
		costs[i] = follow_once(store, i);
	(void)kill(agent, SIGTERM);
	(void)waitpid(agent, NULL, 0);
	store_close(store);
	(void)posix_spawn_file_actions_destroy(&files);
	bench_begin("personal_edit_to_library", "milliseconds");
	tell("promptd-agent", costs, ROUNDS);
	bench_end();
}

static void set_up(void)
{
	const char *dir = getenv("BENCH_DIR"), *files = getenv("BENCH_FILES");
	char words[2 * PATH_BYTES];

	if (dir == NULL)
		bench_fail("BENCH_DIR is not set");
	if (files != NULL)
		n_files = strtoul(files, NULL, 10);
	(void)snprintf(home, sizeof home, "%.900s/personal", dir);
	(void)snprintf(ours, sizeof ours, "%.900s/personal/ours", dir);
	(void)snprintf(theirs, sizeof theirs, "%.900s/personal/git", dir);
	(void)snprintf(promptd, sizeof promptd, "%s/bin/promptd", BINARY_DIR);
	(void)snprintf(words, sizeof words, "rm -rf '%.1000s' && mkdir -p '%.1000s'", home, home);
	(void)run(words);
	(void)snprintf(words, sizeof words, "%.900s/bin:%.1000s", BINARY_DIR, getenv("PATH"));
	(void)setenv("PATH", words, 1);
	(void)setenv("PROMPTD_HOME", home, 1);
	(void)setenv("HOME", home, 1);
	(void)setenv("PROMPTD_AUTOSTART", "no", 1);
	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	(void)run("git config --global user.name Bench && git config --global user.email "
		  "b@localhost");
}

int main(void)
{
	set_up();
	make_files();
	beside("personal_cold_index", "promptd init .",
		"git init -q && git add -A && git commit -qm all", 1);
	beside("personal_nothing_changed", "promptd follow", "git status --porcelain", ROUNDS);
	beside("personal_one_file_changed", "echo $N >>prompts/c1/p1.prompt.md && promptd follow",
		"echo $N >>prompts/c1/p1.prompt.md && git status --porcelain", ROUNDS);
	(void)run_in(ours, "git commit -qam more", 0);
	(void)run_in(theirs, "git commit -qam more", 0);
	beside("personal_commit", "echo Text | promptd add new/n$N",
		"mkdir -p prompts/new && echo Text >prompts/new/n$N.prompt.md && git add "
		"prompts/new/n$N.prompt.md && git commit -qm add",
		ROUNDS);
	make_versions(ours);
	make_versions(theirs);
	(void)run_in(ours, "promptd follow", 0);
	beside("personal_history_1000", "promptd history long",
		"git log --follow -p --format=%H%an%at%s -- prompts/long.prompt.md", ROUNDS);
	(void)run_in(ours,
		"git mv prompts/long.prompt.md prompts/other.prompt.md && git commit -qm mv", 0);
	(void)run_in(theirs,
		"git mv prompts/long.prompt.md prompts/other.prompt.md && git commit -qm mv", 0);
	(void)run_in(ours, "promptd follow", 0);
	beside("personal_history_renamed", "promptd history other",
		"git log --follow -p --format=%H%an%at%s -- prompts/other.prompt.md", ROUNDS);
	/* The log is read from its beginning, all files and their numbers are found. */
	beside("personal_clone",
		"rm -rf ../clone && PROMPTD_HOME=$HOME/clone promptd init --clone \"$PWD\"",
		"rm -rf ../clone && git clone -q --no-hardlinks . ../clone", 3);
	bench_follow();
	return 0;
}
