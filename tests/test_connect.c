/* What is decided about an assistant, where a script cannot look: time and state. */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connect.h"
#include "agent/connected.h"
#include "core/json.h"
#include "tests/test.h"

static char base[] = "/tmp/promptd-test-XXXXXX";
static struct platform_dirs dirs;

static void put(const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	file = fopen(path, "w");
	CHECK(file);
	CHECK(fputs(text, file) >= 0);
	CHECK(fclose(file) == 0 && chmod(path, mode) == 0);
}

static void make(const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	CHECK(mkdir(path, 0700) == 0);
}

/* Connect one assistant; its message stays until the next call. */
static const char *message(const char *name, int timeout_ms, enum connect_outcome expected)
{
	static char text[sizeof(((struct connect_result *)NULL)->message)];
	struct connect connect = {.dirs = &dirs, .timeout_ms = timeout_ms};
	struct connect_result result;
	struct err err = {.text = ""};

	if (connect_open(&connect, true, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	connect_assistant(&connect, assistant_find(&connect.table, name), &result);
	CHECK_STR(connect_word(result.outcome), connect_word(expected));
	memcpy(text, result.message, sizeof(text));
	connect_result_fini(&result);
	connect_close(&connect);
	return text;
}

static void command_that_hangs_is_given_up_and_its_file_edited(void)
{
	const char *text;

	put("bin/codex", "#!/bin/sh\nsleep 300\n", 0700);
	text = message("codex", 1000, CONNECT_CONNECTED);
	CHECK_STR(text, "its own command failed (no end after 1 s), so its file was edited");
}

static void names_of_the_connected_are_told(void)
{
	struct buf text = BUF_INIT(1000);
	json_t *names;

	make(".cursor");
	(void)message("cursor", 0, CONNECT_CONNECTED);
	names = connected_list(&dirs);
	connected_text(names, &text);
	CHECK_STR(buf_text(&text), "codex, cursor");
	json_decref(names);
	buf_fini(&text);
}

static void memory_of_a_newer_program_is_not_written_over(void)
{
	struct connect connect = {.dirs = &dirs};
	struct err err = {.text = ""};

	put("state/connect.json", "{\"version\": 2, \"entries\": []}", 0600);
	CHECK(connect_open(&connect, true, &err) == -1);
	CHECK(err.code == ERR_NEWER);
}

static void two_at_a_time_take_turns(void)
{
	struct connect_state state;
	struct err err = {.text = ""};

	put("state/connect.json", "", 0600);
	CHECK(connect_state_open(&state, dirs.state, &err) == 0);
	CHECK(connect_state_open(&(struct connect_state){.lock = -1}, dirs.state, &err) == -1);
	CHECK(err.code == ERR_BUSY);
	connect_state_close(&state);
	CHECK(connect_state_open(&state, dirs.state, &err) == 0);
	connect_state_close(&state);
}

int main(void)
{
	char command[64];

	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(command, sizeof(command), "%s/bin/promptd-mcp", BINARY_DIR);
	if (access(command, X_OK) != 0) {
		(void)printf("skipped: promptd-mcp is not built\n");
		return TEST_SKIP;
	}
	CHECK(mkdtemp(base));
	CHECK(setenv("HOME", base, 1) == 0 && unsetenv("DISPLAY") == 0);
	CHECK(unsetenv("WAYLAND_DISPLAY") == 0 && unsetenv("CODEX_HOME") == 0);
	(void)snprintf(command, sizeof(command), "%s/bin:/usr/bin:/bin", base);
	CHECK(setenv("PATH", command, 1) == 0 && setenv("PROMPTD_HOME", base, 1) == 0);
	make("bin");
	json_door_init();
	CHECK(platform_dirs(&dirs, NULL) == 0);
	RUN(command_that_hangs_is_given_up_and_its_file_edited);
	RUN(names_of_the_connected_are_told);
	RUN(memory_of_a_newer_program_is_not_written_over);
	RUN(two_at_a_time_take_turns);
	(void)snprintf(command, sizeof(command), "rm -rf %s", base);
	return system(command) == 0 ? 0 : 1;
}
