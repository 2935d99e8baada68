/*
 * promptd-mcp: the MCP server an assistant starts on its standard input and
 * output. Many at once, each short-lived; linked with sqlite and jansson only,
 * because every start happens in somebody's face.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/control.h"
#include "agent/project_child.h"
#include "core/json.h"
#include "mcp/stdio.h"
#include "platform/platform.h"
#include "store/project.h"

static int stop_pipe[2] = {-1, -1};

static void on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	(void)!write(stop_pipe[1], "", 1); /* full is as good as written */
	errno = saved;
}

static int catch_signals(struct err *err)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};

	if (pipe(stop_pipe) != 0)
		return err_errno(err, errno, "pipe");
	(void)sigaction(SIGTERM, &stop, NULL); /* these cannot fail for these signals */
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGHUP, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGCHLD, &ignore, NULL); /* an agent that found another is not waited for */
	return 0;
}

static void warn(const struct err *err)
{
	(void)fprintf(stderr, "promptd-mcp: usage not recorded: %s\n", err->text);
}

/* What the loop is told of between the answers. */
struct watching {
	struct platform_dirs *dirs;
	struct platform_watch *watch; /* NULL: changes are not told */
	struct project_place place;
	bool has_project, starts_agent;
};

static void read_project(const struct watching *watching)
{
	struct err err;

	if (project_child_read(&err) != 0)
		(void)fprintf(
			stderr, "promptd-mcp: this project's prompts may be old: %s\n", err.text);
	if (watching->watch != NULL)
		project_child_watch(&watching->place, watching->watch);
}

/* What changed in the project is a change of the library once it was read. */
static bool watch_take(void *data)
{
	struct watching *watching = data;
	bool changed = platform_watch_take(watching->watch);

	if (!platform_watch_others(watching->watch))
		return changed;
	read_project(watching);
	return platform_watch_take(watching->watch) || changed;
}

/* Notifications of changes are a comfort: without the watch we serve all the same. */
static struct platform_watch *watch_open(const char *dir)
{
	struct platform_watch *watch;
	struct err err;

	if (platform_watch_open(&watch, dir, "prompts.db", &err) == 0)
		return watch;
	(void)fprintf(stderr, "promptd-mcp: changes will not be announced: %s\n", err.text);
	return NULL;
}

/* Who cannot read what the person wished keeps no values and starts nothing. */
static void settings(const struct platform_dirs *dirs, struct config *config)
{
	struct err err;

	if (config_load(config, dirs->config, &err) == 0)
		return;
	(void)fprintf(stderr, "promptd-mcp: %s; values are not remembered\n", err.text);
	config->remember_values = config->autostart = config->project_prompts = false;
}

/* Behind the first answer: nobody waits for it. */
static void after_first(void *data)
{
	struct watching *watching = data;
	struct err err;

	if (watching->has_project)
		read_project(watching);
	if (watching->starts_agent && control_start(watching->dirs, 0, &err) != 0)
		(void)fprintf(stderr, "promptd-mcp: no agent: %s\n", err.text);
}

/* Prompts that the project brings along, as they were read last. */
static void see_project(struct watching *watching, struct store *store, const char *here)
{
	struct err err;

	watching->has_project = project_place_find(watching->dirs->home, here, &watching->place);
	if (!watching->has_project || store_project_see(store, watching->place.root, &err) == 0)
		return;
	watching->has_project = false;
	(void)fprintf(stderr, "promptd-mcp: this project's prompts are left out: %s\n", err.text);
}

static int serve(struct platform_dirs *dirs, struct store *store, struct err *err)
{
	struct mcp_server_options options = {.store = store};
	struct mcp_stdio stdio = {.in_fd = STDIN_FILENO, .out_fd = STDOUT_FILENO, .warn = warn};
	struct watching watching = {.dirs = dirs};
	struct mcp_server *server;
	char here[PLATFORM_PATH_MAX];
	struct config config;
	int result;

	settings(dirs, &config);
	options.remember_values = config.remember_values;
	options.directory = getcwd(here, sizeof here);
	if (config.project_prompts)
		see_project(&watching, store, options.directory);
	if (catch_signals(err) != 0 || mcp_server_new(&server, &options, err) != 0)
		return -1;
	watching.watch = watch_open(dirs->data);
	watching.starts_agent = control_is_wished(&config);
	stdio.stop_fd = stop_pipe[0];
	stdio.watch_fd = watching.watch != NULL ? platform_watch_fd(watching.watch) : -1;
	stdio.watch_take = watch_take;
	stdio.watch_data = &watching;
	stdio.watch_always = watching.has_project && watching.watch != NULL;
	stdio.after_first = after_first;
	stdio.after_first_data = &watching;
	result = mcp_stdio_run(server, &stdio, err);
	platform_watch_close(watching.watch);
	mcp_server_free(server);
	return result;
}

static int open_library(const char *dir, struct store **store, struct err *err)
{
	struct store_options options = {.dir = dir};
	int outcome = store_open(store, &options, err);

	if (outcome == STORE_NEWER || outcome == STORE_SALVAGED)
		(void)fprintf(stderr, "promptd-mcp: %s\n", err->text);
	return outcome < 0 ? -1 : 0;
}

static int run(struct err *err)
{
	struct platform_dirs dirs;
	struct store *store;
	int result;

	if (platform_dirs(&dirs, err) != 0 || open_library(dirs.data, &store, err) != 0)
		return -1;
	result = serve(&dirs, store, err);
	store_close(store);
	return result;
}

static const char help[] =
	"usage: promptd-mcp [--help] [--version]\n"
	"\n"
	"The MCP server of the prompt library: speaks MCP on standard input and output.\n"
	"It is started by an assistant and needs no arguments; `promptd connect` tells\n"
	"your assistants about it. MCP revisions 2024-11-05 to 2026-07-28.\n"
	"\n"
	"The library is found by $PROMPTD_HOME, $XDG_DATA_HOME or your home directory.\n"
	"PROMPTD_AUTOSTART=no keeps it from starting the background agent.\n";

int main(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	struct err err;
	int option;

	(void)umask(077);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'V')
			return puts("promptd-mcp " PROMPTD_VERSION) < 0;
		(void)fputs(help, option == 'h' ? stdout : stderr);
		return option == 'h' ? 0 : 2;
	}
	if (optind < argc) {
		(void)fprintf(stderr, "promptd-mcp: takes no arguments; see --help\n");
		return 2;
	}
	json_door_init();
	if (run(&err) == 0)
		return 0;
	(void)fprintf(stderr, "promptd-mcp: %s\n", err.text);
	return 1;
}
