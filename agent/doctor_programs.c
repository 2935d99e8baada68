/* What doctor says of the programs; see doctor.h. */
#include "agent/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/connect_run.h"
#include "agent/connect_state.h"
#include "core/json.h"

#define SERVER "promptd-mcp"
#define VERSION_WAIT_MS 5000

/* Both names lead to one file? */
static bool same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

/* Is what the shell finds under that name the one that stands beside us? */
static void check_path(struct doctor *doctor, const char *name)
{
	char ours[PLATFORM_PATH_MAX], mend[PLATFORM_PATH_MAX + 64];
	struct err err;
	char *found;

	doctor->check = "path";
	if (platform_program(name, ours, &err) != 0)
		return; /* said by check_server() */
	found = run_find(name, doctor->call->dirs->home, NULL);
	if (found == NULL) {
		(void)snprintf(mend, sizeof mend, "export PATH=\"%.*s:$PATH\"",
			(int)(strlen(ours) - strlen(name) - 1), ours);
		doctor_say(doctor, LEVEL_WARN, mend, "%s is not in PATH", name);
	} else if (!same_file(found, ours)) {
		(void)snprintf(mend, sizeof mend, "remove one of them (this one is %s)", ours);
		doctor_say(
			doctor, LEVEL_WARN, mend, "PATH finds another %s first: %s", name, found);
	} else {
		doctor_say(doctor, LEVEL_OK, NULL, "%s", found);
	}
	free(found);
}

/* Its own word for its version, without the newline; yours. NULL: it says nothing. */
static char *version_of(const char *program)
{
	const char *argv[] = {program, "--version", NULL};
	struct run run = {.program = program, .argv = argv, .timeout_ms = VERSION_WAIT_MS};
	struct run_result result;
	char *version = NULL;
	struct err err;

	if (run_program(&run, &result, &err) == 0 && result.exit == 0)
		version = str_dup(str_trim((struct str){buf_text(&result.out), result.out.len}));
	run_result_fini(&result);
	return version;
}

static void check_server(struct doctor *doctor)
{
	char path[PLATFORM_PATH_MAX];
	struct err err;
	char *version;

	doctor->check = "server";
	if (platform_program(SERVER, path, &err) != 0) {
		doctor_say(doctor, LEVEL_FAIL,
			"install promptd again: both programs belong together", "%s", err.text);
		return;
	}
	version = version_of(path);
	if (version == NULL)
		doctor_say(doctor, LEVEL_FAIL, "install promptd again", "%s does not start", path);
	else if (strcmp(version, SERVER " " PROMPTD_VERSION) != 0)
		doctor_say(doctor, LEVEL_FAIL, "install promptd again: both must be of one version",
			"%s says it is \"%s\", this is promptd " PROMPTD_VERSION, path, version);
	else
		doctor_say(doctor, LEVEL_OK, NULL, "%s " PROMPTD_VERSION, path);
	free(version);
}

/* Does what we wrote into its settings still lead to a program? */
static void check_entry(struct doctor *doctor, const json_t *entry)
{
	const char *assistant = json_text(entry, "assistant");
	const char *command = json_text(entry, "command");
	char mend[128];

	(void)snprintf(mend, sizeof mend, "promptd connect %.64s", assistant);
	if (access(command, X_OK) != 0)
		doctor_say(doctor, LEVEL_FAIL, mend, "%s starts %s, which is not there", assistant,
			command);
	else
		doctor_say(doctor, LEVEL_OK, NULL, "%s starts %s", assistant, command);
}

static void check_assistants(struct doctor *doctor)
{
	struct connect_state state;
	struct err err;
	json_t *entry;
	size_t i;

	doctor->check = "connected";
	if (connect_state_look(&state, doctor->call->dirs->state, &err) != 0) {
		doctor_say(doctor, LEVEL_FAIL, "move that file away and connect again", "%s",
			err.text);
		return;
	}
	json_array_foreach (state.entries, i, entry)
		check_entry(doctor, entry);
	if (json_array_size(state.entries) == 0)
		doctor_say(doctor, LEVEL_WARN, "promptd connect", "no assistant is connected yet");
	connect_state_close(&state);
}

void doctor_programs(struct doctor *doctor)
{
	check_server(doctor);
	check_path(doctor, "promptd");
	check_path(doctor, SERVER);
	check_assistants(doctor);
}
