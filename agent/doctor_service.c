/* Doctor's rows of how the agent is started, and of where its sockets are; see doctor.h. */
#include "agent/doctor.h"
#include "agent/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define UNITS_MAX 8

/* ── units ─────────────────────────────────────────────────────────────── */

/* One that is not as it should be. False: it is, or all of them are absent. */
static bool say_unit(struct doctor *doctor, const struct unit *unit, bool any)
{
	char mend[2 * ENDPOINT_PATH_MAX + 64];

	switch (unit->state) {
	case UNIT_FOREIGN:
		(void)snprintf(mend, sizeof mend, "mv '%s' '%s.old' && promptd setup", unit->path,
			unit->path);
		doctor_say(doctor, LEVEL_WARN, mend, "%s is not promptd's", unit->path);
		return true;
	case UNIT_OTHER:
		doctor_say(doctor, LEVEL_WARN, "promptd setup",
			"%s is of another version, or starts another promptd", unit->path);
		return true;
	case UNIT_ABSENT:
		if (any)
			doctor_say(doctor, LEVEL_WARN, "promptd setup",
				"%s is missing beside the others", unit->path);
		return any;
	case UNIT_SAME:
		break;
	}
	return false;
}

/* Does the service manager do with them what they say? */
static void check_manager(struct doctor *doctor)
{
	static const char *const enabled[] = {
		"is-enabled", "--quiet", UNIT_SOCKET, UNIT_SERVICE, NULL};
	static const char *const failed[] = {
		"is-failed", "--quiet", UNIT_SOCKET, UNIT_SERVICE, NULL};
	const struct platform_dirs *dirs = doctor->call->dirs;
	struct err err;

	if (!unit_manager_runs())
		doctor_say(doctor, LEVEL_OK, NULL,
			"started at login; no service manager runs here now");
	else if (unit_systemctl(dirs, enabled, &err) != 0)
		doctor_say(doctor, LEVEL_WARN, "promptd setup",
			"the units are there, but systemd does not start them");
	else if (unit_systemctl(dirs, failed, &err) == 0)
		doctor_say(doctor, LEVEL_FAIL,
			"systemctl --user reset-failed '" UNIT_SOCKET "' '" UNIT_SERVICE
			"' && systemctl --user restart '" UNIT_SOCKET "' '" UNIT_SERVICE "'",
			"systemd gave up starting it; promptd status shows the last error");
	else
		doctor_say(doctor, LEVEL_OK, NULL, "started by systemd, at login and when needed");
}

static void check_units(struct doctor *doctor)
{
	struct unit units[UNITS_MAX];
	size_t i, n;
	bool any = false, said = false;
	struct err err;
	int result = 0;

	doctor->check = "unit";
	for (n = 0; n < UNITS_MAX && schema_units[n].name != NULL && result == 0; n++) {
		result = unit_look(&units[n], &schema_units[n], doctor->call->dirs, &err);
		any = any || units[n].state == UNIT_SAME || units[n].state == UNIT_OTHER;
	}
	if (result != 0)
		doctor_say(doctor, LEVEL_WARN, NULL, "%s", err.text);
	for (i = 0; i < n && result == 0; i++)
		said = say_unit(doctor, &units[i], any) || said;
	if (result == 0 && !said && any)
		check_manager(doctor);
	else if (result == 0 && !said)
		doctor_say(doctor, LEVEL_OK, NULL,
			"not started at login; promptd setup has it started");
	for (i = 0; i < n; i++)
		unit_fini(&units[i]);
}

/* ── where the sockets are ─────────────────────────────────────────────── */

/* One that others can look into is not used, and clients that trust it look there. */
static bool check_given(struct doctor *doctor)
{
	const char *given = getenv("XDG_RUNTIME_DIR"), *home = getenv("PROMPTD_HOME");
	char mend[PLATFORM_PATH_MAX + 64];
	struct err err;

	if (given == NULL || given[0] == '\0' || (home != NULL && home[0] != '\0'))
		return false;
	switch (platform_access(given, &err)) {
	case PLATFORM_PRIVATE:
		return false;
	case PLATFORM_OPEN:
		(void)snprintf(mend, sizeof mend, "chmod 700 '%.400s'", given);
		doctor_say(doctor, LEVEL_WARN, mend,
			"XDG_RUNTIME_DIR is open to other users, so it is not used: %s", given);
		return true;
	default:
		doctor_say(doctor, LEVEL_WARN, "unset XDG_RUNTIME_DIR",
			"XDG_RUNTIME_DIR is no folder of yours, so it is not used: %s", given);
		return true;
	}
}

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static void check_runtime(struct doctor *doctor)
{
	const char *run = doctor->call->dirs->run;
	char mend[PLATFORM_PATH_MAX + 64];
	struct err err;

	doctor->check = "runtime";
	if (check_given(doctor))
		return;
	if (is_link(run)) {
		(void)snprintf(mend, sizeof mend, "rm '%s'", run);
		doctor_say(doctor, LEVEL_FAIL, mend,
			"%s is a link: the agent does not put its socket there", run);
		return;
	}
	switch (platform_access(run, &err)) {
	case PLATFORM_PRIVATE:
		doctor_say(doctor, LEVEL_OK, NULL, "%s is yours alone", run);
		break;
	case PLATFORM_ABSENT:
		doctor_say(doctor, LEVEL_OK, NULL, "%s is made when it is needed", run);
		break;
	case PLATFORM_OPEN:
		(void)snprintf(mend, sizeof mend, "chmod go= '%s'", run);
		doctor_say(doctor, LEVEL_FAIL, mend, "%s is open to other users", run);
		break;
	case PLATFORM_FOREIGN:
		(void)snprintf(mend, sizeof mend, "sudo rm -r '%s'", run);
		doctor_say(doctor, LEVEL_FAIL, mend, "%s belongs to another user", run);
		break;
	default:
		doctor_say(doctor, LEVEL_FAIL, "make its folder accessible", "%s", err.text);
	}
}

void doctor_service(struct doctor *doctor)
{
	check_runtime(doctor);
	check_units(doctor);
}
