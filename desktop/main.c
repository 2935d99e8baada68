/*
 * promptd-desktop: the hotkey of this session, resident; or with --pick one call of
 * the menu, by the resident process where there is one.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "desktop/desk.h"
#include "desktop/report.h"

enum { OPTION_PICK = 256, OPTION_MENU, OPTION_WHY, OPTION_MEND };

/* Of ourselves, to ourselves, when we crash: let go the keys that were pressed. */
#define MEND "--mend"

#define END_S 20
#define EXIT_RESIDENT 3 /* another one is: nothing is wrong, and trying again helps not */

struct program {
	struct platform_dirs dirs;
	struct settings settings;
	struct platform_desktop *desktop;
	struct store *store;
	struct desk desk;
	struct report *report; /* NULL: not the resident one */
	const char *menu;
	bool pick, why, mend;
};

static const char usage[] =
	"usage: promptd-desktop [--menu=MENU]         stay, and open the picker on the hotkey\n"
	"       promptd-desktop --pick [--menu=MENU]  open the picker now\n"
	"       promptd-desktop --why                 which rule the window with the keyboard "
	"gets\n"
	"       promptd-desktop --version | --help\n"
	"\n"
	"MENU, in place of promptd's own picker, is rofi, fuzzel, dmenu, fzf or a command\n"
	"that reads lines and prints one.\n"
	"Settings are in desktop.conf.\n";

static int fail(const struct err *err)
{
	(void)fprintf(stderr, "promptd-desktop: %s\n", err->text);
	return EXIT_FAILURE;
}

static void on_event(void *data, const struct platform_event *event)
{
	struct program *program = data;

	if (program->report != NULL)
		report_event(program->report, event);
	if (program->desk.options.desktop != NULL)
		desk_event(&program->desk, event);
}

/* Where there is no picker of our own: the first menu that is there. */
static const char *find_menu(void)
{
	static const char *const known[] = {"rofi", "fuzzel", "dmenu"};
	const char *path = getenv("PATH");
	char file[PLATFORM_PATH_MAX];
	struct str rest, dir;
	size_t i;

	for (i = 0; path != NULL && i < sizeof known / sizeof *known; i++)
		for (rest = str_of(path); rest.n > 0;) {
			dir = str_cut(rest, ':', &rest);
			(void)snprintf(file, sizeof file, "%.*s/%s", (int)dir.n, dir.p, known[i]);
			if (access(file, X_OK) == 0)
				return known[i];
		}
	return "dmenu";
}

/* Which menu: the one named here or in the settings; NULL: our own picker. */
static const char *choose_menu(const struct program *program)
{
	const struct settings *settings = &program->settings;
	struct platform_picker_options options = {
		.window = settings->picker_window, .colours = settings->colours};
	char theme[PLATFORM_PATH_MAX + 16];
	struct err err;

	if (program->menu != NULL)
		return program->menu;
	if (settings->menu[0] != '\0')
		return settings->menu;
	(void)snprintf(theme, sizeof theme, "%s/picker.css", program->dirs.config);
	options.theme = theme;
	return program->desktop->backend->picker_open(program->desktop, &options, &err) == 0
		       ? NULL
		       : find_menu();
}

static int open_library(struct program *program, struct err *err)
{
	struct store_options options = {.dir = program->dirs.data};
	char file[PLATFORM_PATH_MAX + 16];

	/* Made by importing, not by looking. */
	(void)snprintf(file, sizeof file, "%s/prompts.db", program->dirs.data);
	if (access(file, F_OK) != 0)
		return 0;
	return store_open(&program->store, &options, err) < 0 ? -1 : 0;
}

/* It may have been made since. */
static struct store *find_store(void *data)
{
	struct program *program = data;
	struct err err;

	if (program->store == NULL && open_library(program, &err) != 0)
		log_event(LOG_LEVEL_ERROR, LOG_TEXT("event", "desktop.library"),
			LOG_TEXT("error", err.text));
	return program->store;
}

static int run(struct program *program)
{
	struct platform_desktop *desktop = program->desktop;
	struct desk_options options = {.desktop = desktop,
		.settings = &program->settings,
		.dir = program->dirs.data,
		.find_store = find_store,
		.data = program};
	struct report_options report = {
		.dirs = &program->dirs, .settings = &program->settings, .desktop = desktop};
	struct err err;

	if (program->pick && program->menu == NULL && desktop->backend->poke(desktop, &err) == 0)
		return EXIT_SUCCESS;
	if (!program->pick && desktop->backend->reside(desktop, &err) != 0)
		return err.code == ERR_BUSY ? ((void)fail(&err), EXIT_RESIDENT) : fail(&err);
	options.menu = choose_menu(program);
	/* Our own picker has the library read by a thread of its own. */
	if (options.menu != NULL && open_library(program, &err) != 0)
		return fail(&err);
	options.store = program->store;
	report.picker = options.menu != NULL		  ? options.menu
			: program->settings.picker_window ? "window"
							  : "overlay";
	options.once = program->pick;
	desk_init(&program->desk, &options);
	if (program->pick)
		desk_call(&program->desk, NULL);
	else
		program->report = report_open(&report);
	if (!program->pick)
		log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "desktop.ready"),
			LOG_TEXT("platform", desktop->backend->name));
	if (!program->pick || program->desk.stage != DESK_IDLE)
		desktop->backend->run(desktop);
	report_close(program->report);
	program->report = NULL;
	/* What must be written is, unless the disk never answers: then we end by this. */
	(void)alarm(END_S);
	desk_fini(&program->desk);
	(void)alarm(0);
	return EXIT_SUCCESS;
}

/* What would happen in the window that has the keyboard. */
static int why(struct program *program)
{
	static const char *const keys[] = {"shift+insert", "ctrl+v", "ctrl+shift+v"};
	const struct settings_rule *rule;
	struct platform_window window;

	program->desktop->backend->window(program->desktop, &window);
	if (window.id == 0) {
		(void)printf("no window has the keyboard\n");
		return EXIT_SUCCESS;
	}
	rule = settings_rule(&program->settings, &window);
	(void)printf("window 0x%llx class %s instance %s process %ld\n",
		(unsigned long long)window.id, window.class_name, window.instance, window.pid);
	if (rule->pattern[0] == '\0')
		(void)printf("rule none\n");
	else if (rule->line > 0)
		(void)printf(
			"rule window.%s, %s line %u\n", rule->pattern, SETTINGS_FILE, rule->line);
	else
		(void)printf("rule window.%s, of promptd\n", rule->pattern);
	(void)printf("key %s%s%s%s\n", rule->typing ? "typing" : keys[rule->key],
		rule->terminal ? ", terminal" : "", rule->any_reader ? ", any-reader" : "",
		rule->refuse ? ", refuse" : "");
	return EXIT_SUCCESS;
}

static int read_options(struct program *program, int argc, char **argv)
{
	static const struct option options[] = {
		{"pick", no_argument, NULL, OPTION_PICK},
		{"menu", required_argument, NULL, OPTION_MENU},
		{"why", no_argument, NULL, OPTION_WHY},
		{"mend", no_argument, NULL, OPTION_MEND},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		if (option == OPTION_PICK)
			program->pick = true;
		else if (option == OPTION_MENU)
			program->menu = optarg;
		else if (option == OPTION_WHY)
			program->why = true;
		else if (option == OPTION_MEND)
			program->mend = true;
		else if (option == 'V')
			return printf("promptd-desktop %s\n", PROMPTD_VERSION) < 0 ? 1 : 0;
		else if (option == 'h')
			return fputs(usage, stdout) < 0 ? 1 : 0;
		else
			return 2;
	}
	if (optind == argc)
		return -1;
	(void)fputs(usage, stderr);
	return 2;
}

/* Losing this is no harm as long as nothing crashes, and who comes next does it too. */
static void mind_crashes(void)
{
	char path[PLATFORM_PATH_MAX];
	struct err err;

	if (platform_program("promptd-desktop", path, &err) != 0 ||
		platform_crash_start(path, MEND, &err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.crash"),
			LOG_TEXT("error", err.text));
}

int main(int argc, char **argv)
{
	static struct program program;
	struct err err;
	int status;

	(void)umask(077);
	status = read_options(&program, argc, argv);
	if (status >= 0)
		return status;
	json_object_seed(0);
	log_open("promptd-desktop", LOG_LEVEL_INFO, STDERR_FILENO);
	if (platform_dirs(&program.dirs, &err) != 0 ||
		settings_load(&program.settings, program.dirs.config, &err) != 0 ||
		platform_desktop_open(&program.desktop, on_event, &program, &err) != 0)
		return fail(&err);
	/* Opening it was all there is to do. */
	if (program.mend) {
		program.desktop->backend->close(program.desktop);
		return EXIT_SUCCESS;
	}
	mind_crashes();
	status = program.why ? why(&program) : run(&program);
	program.desktop->backend->close(program.desktop);
	store_close(program.store);
	return status;
}
