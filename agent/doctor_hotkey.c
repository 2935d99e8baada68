/*
 * Doctor's rows of promptd-desktop, where it is installed and there is a display for it:
 * does it run here, has it its keys, who keeps what is copied, are its rules in order?
 */
#include "agent/doctor.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connect_run.h"
#include "agent/resident.h"
#include "core/json.h"

#define RULES_WAIT_MS 15000

/* ── desktop.conf ──────────────────────────────────────────────────────── */

/* It reads its settings itself: nobody else knows what may stand there. */
static void check_rules(struct doctor *doctor, const char *program)
{
	const char *argv[] = {RESIDENT_PROGRAM, "--why", NULL};
	struct run run = {
		.program = program, .argv = argv, .timeout_ms = RULES_WAIT_MS, .mask = 077};
	char **env = resident_env(NULL, "none", "nobody");
	struct run_result result;
	struct str said;
	struct err err;

	doctor->check = "rules";
	run.env = (const char *const *)(uintptr_t)env;
	if (run_program(&run, &result, &err) != 0) {
		doctor_say(doctor, LEVEL_FAIL, "install promptd-desktop again", "%s", err.text);
	} else if (result.exit != 0) {
		said = str_trim((struct str){buf_text(&result.notes), result.notes.len});
		if (str_starts(said, RESIDENT_PROGRAM ": "))
			said = (struct str){said.p + strlen(RESIDENT_PROGRAM ": "),
				said.n - strlen(RESIDENT_PROGRAM ": ")};
		doctor_say(doctor, LEVEL_FAIL, "correct that line, or remove it", "%.*s",
			(int)(said.n < 900 ? said.n : 900), said.n > 0 ? said.p : "");
	} else {
		doctor_say(doctor, LEVEL_OK, NULL, "%s/desktop.conf", doctor->call->dirs->config);
	}
	run_result_fini(&result);
	resident_env_free(env);
}

/* ── hotkeys ───────────────────────────────────────────────────────────── */

static void say_taken(struct doctor *doctor, const json_t *hotkey)
{
	const char *why = json_text(hotkey, "why"), *key = json_text(hotkey, "free");
	const char *config = doctor->call->dirs->config;
	char mend[2 * PLATFORM_PATH_MAX];

	if (key != NULL)
		(void)snprintf(mend, sizeof mend,
			"printf '\\nhotkey = %s\\n' >>'%s/desktop.conf' && promptd desktop restart",
			key, config);
	else
		(void)snprintf(
			mend, sizeof mend, "choose other keys for it in %s/desktop.conf", config);
	doctor_say(doctor, LEVEL_WARN, mend, "%s", why != NULL ? why : "a hotkey is not held");
}

static void check_hotkeys(struct doctor *doctor, const json_t *json)
{
	const json_t *hotkeys = json_object_get(json, "hotkeys"), *hotkey;
	const char *state, *keys;
	size_t i, n_taken = 0;

	json_array_foreach (hotkeys, i, hotkey) {
		state = json_text(hotkey, "state");
		if (state == NULL || strcmp(state, "held") == 0)
			continue;
		say_taken(doctor, hotkey);
		n_taken++;
	}
	keys = json_text(json_array_get(hotkeys, 0), "keys");
	if (n_taken == 0 && keys != NULL)
		doctor_say(doctor, LEVEL_OK, NULL, "%s is held, and %zu more", keys,
			json_array_size(hotkeys) - 1);
	else if (n_taken == 0)
		doctor_say(doctor, LEVEL_OK, NULL, "none wished; promptd pick opens the picker");
}

static bool is_here(const json_t *json)
{
	const char *there = json_text(json, "display"), *here = getenv("DISPLAY");

	return there != NULL && here != NULL && strcmp(there, here) == 0;
}

/* ── who keeps what is copied ──────────────────────────────────────────── */

static void check_manager(struct doctor *doctor, const json_t *json)
{
	const char *manager = json_text(json, "manager");

	doctor->check = "clipboard";
	if (manager != NULL)
		doctor_say(doctor, LEVEL_OK, NULL, "%s keeps what is copied", manager);
	else
		doctor_say(doctor, LEVEL_OK, NULL,
			"no clipboard manager is known; what is copied is gone when its program "
			"ends");
}

void doctor_hotkey(struct doctor *doctor)
{
	char program[PLATFORM_PATH_MAX];
	struct err ignored;
	json_t *json;

	if (resident_program(program, &ignored) != 0)
		return; /* a package of its own, not wished here */
	check_rules(doctor, program);
	doctor->check = "hotkey";
	if (resident_read(doctor->call->dirs, &json) != ENDPOINT_OK) {
		doctor_say(doctor, LEVEL_WARN, "promptd desktop start",
			"promptd-desktop does not run: there is no hotkey");
		return;
	}
	if (!is_here(json)) {
		doctor_say(doctor, LEVEL_WARN, "promptd desktop restart",
			"promptd-desktop runs on another display");
	} else {
		check_hotkeys(doctor, json);
		check_manager(doctor, json);
	}
	json_decref(json);
}
