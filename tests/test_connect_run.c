/* Other programs, bounded in time and output. */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "agent/connect_run.h"
#include "tests/test.h"

static struct run_result result;

/* A shell as the other program, so that it can be told to misbehave. */
static void sh(const char *script, struct run run)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	run.program = "/bin/sh";
	run.argv = argv;
	run.mask = 077;
	run.timeout_ms = run.timeout_ms ? run.timeout_ms : 20000;
	CHECK(run_program(&run, &result, NULL) == 0);
}

static void program_is_run_without_a_shell_and_heard(void)
{
	static const char *const argv[] = {"echo", "a b", "$HOME; exit 3", NULL};
	struct run run = {.program = "/bin/echo", .argv = argv, .timeout_ms = 20000};

	CHECK(run_program(&run, &result, NULL) == 0);
	CHECK(result.exit == 0);
	CHECK_STR(buf_text(&result.out), "a b $HOME; exit 3\n");
	run_result_fini(&result);
	sh("echo out; echo notes >&2; exit 7", (struct run){0});
	CHECK(result.exit == 7 && !result.timed_out);
	CHECK_STR(buf_text(&result.out), "out\n");
	CHECK_STR(buf_text(&result.notes), "notes\n");
	run_result_fini(&result);
}

static void program_reads_its_input_and_then_the_end(void)
{
	sh("read a; read b; echo \"$b $a\"; read c || echo end",
		(struct run){.input = STR("one\ntwo\n")});
	CHECK_STR(buf_text(&result.out), "two one\nend\n");
	run_result_fini(&result);
}

/* Much input to one who reads nothing of it: neither a hang nor a signal. */
static void program_that_does_not_read_is_no_matter(void)
{
	char *much = calloc(1, 1000000);

	CHECK(much);
	sh("exec 0<&-; echo done", (struct run){.input = {much, 1000000}});
	CHECK(result.exit == 0);
	CHECK_STR(buf_text(&result.out), "done\n");
	run_result_fini(&result);
	free(much);
}

/* Running, and not merely waiting for somebody to take note of its end. */
static bool is_alive(int64_t pid)
{
	char path[64], text[256] = "";
	const char *state;
	FILE *file;

	if (kill((pid_t)pid, 0) < 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fread(text, 1, sizeof(text) - 1, file) == 0)
		text[0] = '\0'; /* gone meanwhile */
	(void)fclose(file);
	state = strrchr(text, ')');
	return !state || state[2] != 'Z';
}

/* Neither it nor its child heeds TERM; both are gone afterwards. */
static void program_that_hangs_is_killed_with_its_children(void)
{
	int64_t child;

	sh("trap '' TERM; sleep 300 & echo $!; while :; do wait; done",
		(struct run){.timeout_ms = 2000}); /* enough to say which child */
	CHECK(result.exit == -1 && result.timed_out && !result.cancelled);
	CHECK(str_to_int(str_trim(str_of(buf_text(&result.out))), 2, INT32_MAX, &child));
	for (int i = 0; i < 6000 && is_alive(child); i++)
		(void)poll(NULL, 0, 10);
	CHECK(!is_alive(child));
	run_result_fini(&result);
}

static bool yes(void)
{
	return true;
}

static void program_is_killed_when_somebody_wishes_it(void)
{
	sh("sleep 300", (struct run){.cancelled = yes});
	CHECK(result.cancelled && !result.timed_out && result.exit == -1);
	run_result_fini(&result);
}

static void what_it_leaves_behind_does_not_hold_us(void)
{
	sh("sleep 20 & echo started", (struct run){0});
	CHECK(result.exit == 0 && result.took_ms < 15000);
	CHECK_STR(buf_text(&result.out), "started\n");
	run_result_fini(&result);
}

static void output_beyond_the_limit_is_forgotten(void)
{
	sh("head -c 3000000 /dev/zero; echo x >&2", (struct run){0});
	CHECK(result.exit == 0);
	CHECK(result.out.len == RUN_OUTPUT_MAX);
	CHECK_STR(buf_text(&result.notes), "x\n");
	run_result_fini(&result);
}

static void program_gets_its_directory_environment_and_signals(void)
{
	static const char *const env[] = {"A=b", NULL};

	sh("pwd; echo $A$HOME; umask; kill -s PIPE $$; echo alive",
		(struct run){.dir = "/", .env = env});
	CHECK(result.exit == -1);
	CHECK_STR(buf_text(&result.out), "/\nb\n0077\n");
	run_result_fini(&result);
}

static void program_that_cannot_be_run_is_an_error(void)
{
	static const char *const argv[] = {"x", NULL};
	struct run run = {.program = "/nowhere/x", .argv = argv, .timeout_ms = 1000};
	struct err err = {.text = ""};

	CHECK(run_program(&run, &result, &err) == -1);
	CHECK_STR(err.text, "cannot run /nowhere/x: No such file or directory");
	run_result_fini(&result);
	run.program = "/bin/true";
	run.dir = "/nowhere";
	CHECK(run_program(&run, &result, &err) == -1);
	run_result_fini(&result);
}

static void detached_program_is_left_alone(void)
{
	sh("sleep 2", (struct run){.detached = true, .timeout_ms = 50});
	CHECK(result.timed_out && result.exit == -1);
	run_result_fini(&result);
	sh("exit 4", (struct run){.detached = true});
	CHECK(result.exit == 4 && !result.timed_out);
	run_result_fini(&result);
}

static void check_found(
	const char *path, const char *name, const char *const *places, const char *expected)
{
	char *found;

	CHECK(setenv("PATH", path, 1) == 0);
	found = run_find(name, "/usr", places);
	if (expected)
		CHECK_STR(found, expected);
	else
		CHECK(!found);
	free(found);
}

static void programs_are_found_in_path_then_in_places(void)
{
	static const char *const places[] = {"/nowhere", "~/bin", NULL};

	check_found("/nowhere:/bin", "sh", NULL, "/bin/sh");
	check_found("", "sh", NULL, NULL);
	check_found(".:bin", "sh", NULL, NULL);
	check_found("/nowhere", "env", places, "/usr/bin/env");
	check_found("/etc", "passwd", NULL, NULL); /* a file, but no program */
	check_found("", "/bin/sh", NULL, "/bin/sh");
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(program_is_run_without_a_shell_and_heard);
	RUN(program_reads_its_input_and_then_the_end);
	RUN(program_that_does_not_read_is_no_matter);
	RUN(program_that_hangs_is_killed_with_its_children);
	RUN(program_is_killed_when_somebody_wishes_it);
	RUN(what_it_leaves_behind_does_not_hold_us);
	RUN(output_beyond_the_limit_is_forgotten);
	RUN(program_gets_its_directory_environment_and_signals);
	RUN(program_that_cannot_be_run_is_an_error);
	RUN(detached_program_is_left_alone);
	RUN(programs_are_found_in_path_then_in_places);
	return 0;
}
