/* The files by which we are started at login; see unit.h. */
#include "agent/unit.h"

#include <stdlib.h>
#include <string.h>

#include "agent/connect_run.h"

#define UNIT_BYTES_MAX 16384
#define UNIT_WAIT_MS 30000
#define UNIT_WORDS_MAX 8
#define MARK_SETUP "# Written by promptd setup; promptd setup --remove takes it away.\n"
#define MARK_DESKTOP "# Written by promptd desktop --install; --remove takes it away.\n"
#define PROGRAM "@PROMPTD@"

static const char *mark_of(const struct schema_file *source)
{
	return str_starts(str_of(source->name), "promptd-desktop.") ? MARK_DESKTOP : MARK_SETUP;
}

static int unit_place(struct unit *unit, const struct platform_dirs *dirs, struct err *err)
{
	const char *name = unit->source->name, *base = getenv("XDG_CONFIG_HOME");
	const char *below = str_ends(str_of(name), ".desktop") ? "autostart" : "systemd/user";
	bool given = base != NULL && base[0] == '/';
	int len = snprintf(unit->path, sizeof unit->path, "%s%s/%s/%s", given ? base : dirs->home,
		given ? "" : "/.config", below, name);

	if (len < 0 || len >= (int)sizeof unit->path)
		return err_set(err, ERR_LIMIT, "the path of the configuration is too long");
	return 0;
}

/* The program's path as both kinds of file take it: quoted, % doubled. What they
 * escape differently is refused. */
static int add_program(struct buf *text, const char *program, struct err *err)
{
	const char *c;

	if (strpbrk(program, "\"\\`$'\n\t") != NULL)
		return err_set(err, ERR_INVALID,
			"units and autostart entries cannot name this program: %s", program);
	(void)buf_add_char(text, '"');
	for (c = program; *c != '\0'; c++)
		(void)buf_add_format(text, *c == '%' ? "%%%%" : "%c", *c);
	return buf_add_char(text, '"');
}

static int unit_text(struct unit *unit, struct err *err)
{
	struct str rest = {unit->source->text, unit->source->len}, line, behind;
	const size_t mark = strlen(PROGRAM);
	char program[PLATFORM_PATH_MAX];

	if (platform_program("promptd", program, err) != 0)
		return -1;
	(void)buf_add_str(&unit->text, mark_of(unit->source));
	while (str_next_line(&rest, &line)) {
		const char *at = line.n > 0 ? memchr(line.p, '@', line.n) : NULL;

		behind = at != NULL ? (struct str){at, line.n - (size_t)(at - line.p)} : STR("");
		/* @system-service is no mark of ours. */
		if (str_starts(behind, PROGRAM)) {
			(void)buf_add(&unit->text, line.p, line.n - behind.n);
			if (add_program(&unit->text, program, err) != 0)
				return -1;
			line = (struct str){behind.p + mark, behind.n - mark};
		}
		(void)buf_add(&unit->text, line.p, line.n);
		(void)buf_add_char(&unit->text, '\n');
	}
	return buf_failed(&unit->text) ? err_set(err, ERR_LIMIT, "the path of promptd is too long")
				       : 0;
}

int unit_look(struct unit *unit, const struct schema_file *source, const struct platform_dirs *dirs,
	struct err *err)
{
	memset(unit, 0, sizeof *unit);
	unit->source = source;
	buf_init(&unit->text, UNIT_BYTES_MAX);
	if (unit_place(unit, dirs, err) != 0 || unit_text(unit, err) != 0 ||
		connect_file_read(&unit->there, unit->path, err) != 0)
		return -1;
	if (!unit->there.exists)
		unit->state = UNIT_ABSENT;
	else if (strcmp(buf_text(&unit->there.text), buf_text(&unit->text)) == 0)
		unit->state = UNIT_SAME;
	else if (str_starts((struct str){buf_text(&unit->there.text), unit->there.text.len},
			 mark_of(source)))
		unit->state = UNIT_OTHER;
	else
		unit->state = UNIT_FOREIGN;
	return 0;
}

void unit_fini(struct unit *unit)
{
	connect_file_fini(&unit->there);
	buf_fini(&unit->text);
}

/* Its private socket is where systemctl finds it without D-Bus. */
bool unit_manager_runs(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char path[PLATFORM_PATH_MAX];

	if (run == NULL || run[0] != '/')
		return false;
	(void)snprintf(path, sizeof path, "%s/systemd/private", run);
	return platform_socket_listens(path);
}

int unit_systemctl(const struct platform_dirs *dirs, const char *const words[], struct err *err)
{
	const char *argv[UNIT_WORDS_MAX + 3] = {"systemctl", "--user"};
	struct run run = {.argv = argv, .timeout_ms = UNIT_WAIT_MS, .mask = 022};
	char *program = run_find("systemctl", dirs->home, NULL);
	struct run_result result;
	struct str said;
	int i, status = -1;

	if (program == NULL)
		return err_set(err, ERR_NOT_FOUND, "there is no systemctl");
	for (i = 0; i < UNIT_WORDS_MAX && words[i] != NULL; i++)
		argv[i + 2] = words[i];
	run.program = program;
	if (run_program(&run, &result, err) == 0) {
		said = str_trim((struct str){buf_text(&result.notes), result.notes.len});
		if (said.n == 0)
			said = str_trim((struct str){buf_text(&result.out), result.out.len});
		status = result.exit;
		(void)err_set(err, ERR_FAILED, "systemctl --user %s: %.*s", words[0],
			(int)(said.n < 200 ? said.n : 200), said.p);
	}
	run_result_fini(&result);
	free(program);
	return status;
}
