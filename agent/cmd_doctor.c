/*
 * promptd doctor: what could be wrong here, and how to mend it. Each check is a
 * function that adds its rows; the exit status is 1 when a row says fail.
 */
#include "agent/doctor.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/json.h"

#define DISK_FAIL_BYTES ((int64_t)8 * 1024 * 1024)
#define DISK_WARN_BYTES ((int64_t)128 * 1024 * 1024)
#define MIB ((int64_t)1024 * 1024)

static void row_answer(struct doctor *doctor, enum level level, const char *text, const char *mend)
{
	static const char *const words[] = {"ok", "warn", "fail"};
	json_t *row = json_object();

	(void)json_object_set_new(row, "check", json_string(doctor->check));
	(void)json_object_set_new(row, "result", json_string(words[level]));
	(void)json_object_set_new(row, "message", call_text_json(str_of(text)));
	if (mend != NULL && level != LEVEL_OK)
		(void)json_object_set_new(row, "mend", call_text_json(str_of(mend)));
	(void)json_array_append_new(doctor->rows, row);
}

static void row_print(struct doctor *doctor, enum level level, const char *text, const char *mend)
{
	static const char *const words[] = {"ok   ", "warn ", "FAIL "};
	static const enum output_style styles[] = {OUTPUT_GOOD, OUTPUT_WARN, OUTPUT_BAD};
	struct output *out = doctor->call->out;

	output_styled(out, styles[level], str_of(words[level]));
	output_print(out, "%-10s", doctor->check);
	output_text(out, str_of(text));
	output_print(out, "\n");
	if (mend != NULL && level != LEVEL_OK) {
		output_print(out, "               -> ");
		output_text(out, str_of(mend));
		output_print(out, "\n");
	}
}

void doctor_say(struct doctor *doctor, enum level level, const char *mend, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	doctor->n_warn += level == LEVEL_WARN;
	doctor->n_fail += level == LEVEL_FAIL;
	if (doctor->call->json)
		row_answer(doctor, level, text, mend);
	else
		row_print(doctor, level, text, mend);
}

static void check_config(struct doctor *doctor)
{
	const struct err *err = &doctor->call->config_err;

	doctor->check = "settings";
	if (err->code != ERR_NONE)
		doctor_say(doctor, LEVEL_FAIL, "correct that line, or remove it", "%s", err->text);
	else
		doctor_say(
			doctor, LEVEL_OK, NULL, "%s/%s", doctor->call->dirs->config, CONFIG_FILE);
}

/* `readable`: others may look, what is in there is no secret. */
static void check_private(struct doctor *doctor, const char *path, bool readable)
{
	char mend[PLATFORM_PATH_MAX + 64];
	struct err err;

	switch (platform_access(path, &err)) {
	case PLATFORM_PRIVATE:
		doctor_say(doctor, LEVEL_OK, NULL, "%s is yours alone", path);
		break;
	case PLATFORM_ABSENT:
		break; /* made when it is needed */
	case PLATFORM_OPEN:
		if (readable)
			break;
		(void)snprintf(mend, sizeof mend, "chmod go= '%s'", path);
		doctor_say(doctor, LEVEL_FAIL, mend, "%s is open to other users", path);
		break;
	case PLATFORM_FOREIGN:
		doctor_say(doctor, LEVEL_FAIL,
			"let its owner give it to you (chown), or set PROMPTD_HOME to another "
			"place",
			"%s belongs to another user", path);
		break;
	default:
		doctor_say(doctor, LEVEL_FAIL, "make its folder accessible", "%s", err.text);
	}
}

static void check_private_files(struct doctor *doctor)
{
	static const char *const names[] = {"prompts.db", "prompts.db-wal", "prompts.db-shm",
		"ledger.db", "ledger.db-wal", "ledger.db-shm"};
	const struct platform_dirs *dirs = doctor->call->dirs;
	char path[PLATFORM_PATH_MAX + 32];
	size_t i;

	doctor->check = "private";
	check_private(doctor, dirs->data, false);
	check_private(doctor, dirs->config, true);
	check_private(doctor, dirs->state, false);
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dirs->data, names[i]);
		check_private(doctor, path, false);
	}
}

static void check_library(struct doctor *doctor)
{
	struct call *call = doctor->call;
	struct store_facts facts;
	struct store *store;
	struct err err;

	doctor->check = "library";
	if (!call_has_library(call)) {
		doctor_say(doctor, LEVEL_WARN, "promptd import --starter, or promptd import FOLDER",
			"there is none yet; it will be in %s", call->dirs->data);
		return;
	}
	if (call_store(call, false, &store) != COMMAND_DONE) {
		doctor_say(doctor, LEVEL_FAIL,
			"mend what it says, or move the file away and import again", "%s",
			call->err.text);
		return;
	}
	if (store_is_read_only(store))
		doctor_say(doctor, LEVEL_WARN, "a newer promptd made it, or the disk is read-only",
			"%s can only be read", call->dirs->data);
	if (!store_can_record(store, &err))
		doctor_say(doctor, LEVEL_WARN,
			"install the newest promptd here, or make that file writable for you",
			"uses are not recorded: %s", err.text);
	if (store_check(store, &err) != 0)
		doctor_say(doctor, LEVEL_FAIL,
			"promptd status repairs it: the damaged file is set aside and what can be "
			"read of it kept; then import again what is missing",
			"%s", err.text);
	else if (store_facts(store, &facts, &err) != 0)
		doctor_say(doctor, LEVEL_FAIL, NULL, "%s", err.text);
	else if (facts.n_prompts == 0)
		doctor_say(doctor, LEVEL_WARN, "promptd import --starter, or promptd import FOLDER",
			"both files are whole, but there are no prompts");
	else
		doctor_say(doctor, LEVEL_OK, NULL, "both files are whole, %" PRId64 " prompts",
			facts.n_prompts);
}

/* Files that were set aside when they were found damaged. */
static void check_damaged(struct doctor *doctor)
{
	const char *path = doctor->call->dirs->data;
	const struct dirent *entry;
	DIR *dir = opendir(path);

	doctor->check = "damaged";
	if (dir == NULL)
		return; /* no library, or said above */
	while ((entry = readdir(dir)) != NULL)
		if (strstr(entry->d_name, ".damaged-") != NULL)
			doctor_say(doctor, LEVEL_WARN, "delete it when nothing is missing",
				"%s/%s was damaged and set aside", path, entry->d_name);
	(void)closedir(dir); /* only read */
}

static void check_disk(struct doctor *doctor)
{
	const struct platform_dirs *dirs = doctor->call->dirs;
	int64_t bytes;
	struct err err;

	doctor->check = "disk";
	if (platform_disk_free(dirs->data, &bytes, &err) != 0 &&
		platform_disk_free(dirs->home, &bytes, &err) != 0)
		doctor_say(doctor, LEVEL_WARN, NULL, "%s", err.text);
	else
		doctor_say(doctor,
			bytes < DISK_FAIL_BYTES	  ? LEVEL_FAIL
			: bytes < DISK_WARN_BYTES ? LEVEL_WARN
						  : LEVEL_OK,
			"make room: what is used is recorded on this disk",
			"%" PRId64 " MiB free where the library is", bytes / MIB);
}

static void check_locale(struct doctor *doctor)
{
	doctor->check = "locale";
	if (doctor->call->out->utf8)
		doctor_say(doctor, LEVEL_OK, NULL, "UTF-8");
	else
		doctor_say(doctor, LEVEL_WARN, "export LANG=C.UTF-8",
			"the locale is not UTF-8: letters outside ASCII may show wrongly");
}

static void check_user(struct doctor *doctor)
{
	doctor->check = "user";
	if (getuid() != geteuid() || (getuid() == 0 && getenv("SUDO_USER") != NULL))
		doctor_say(doctor, LEVEL_WARN, "run promptd as yourself, without sudo",
			"running as another user: this is that user's library, not yours");
}

static int doctor_run(struct call *call)
{
	struct doctor doctor = {.call = call, .rows = json_array()};

	check_config(&doctor);
	doctor_programs(&doctor);
	check_private_files(&doctor);
	check_library(&doctor);
	check_damaged(&doctor);
	doctor_agent(&doctor);
	doctor_hub(&doctor);
	doctor_uses(&doctor);
	doctor_service(&doctor);
	check_disk(&doctor);
	doctor_desktop(&doctor);
	check_locale(&doctor);
	check_user(&doctor);
	call->hint[0] = '\0';
	call_answer(call, "checks", doctor.rows);
	if (doctor.n_fail > 0)
		return call_fail(call, COMMAND_FAILED,
			doctor.n_fail == 1 ? "%zu check failed" : "%zu checks failed",
			doctor.n_fail);
	if (!call->json)
		output_print(
			call->out, doctor.n_warn > 0 ? "nothing is broken\n" : "all is well\n");
	return COMMAND_DONE;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "look for what is wrong, and say how to mend it",
	.words = "",
	.description =
		"Checks the settings, the programs, who may read the files, whether the library is "
		"whole, the agent, the hub, where uses go, how the agent is started, the disk, the "
		"display, "
		"the session bus "
		"and the locale. Each row is ok, warn or fail, with what to do; "
		"the "
		"exit status is 1 when one is fail.",
	.always = true,
	.looks = true,
	.answer = "checks (check, result, message, mend)",
	.run = doctor_run,
};
