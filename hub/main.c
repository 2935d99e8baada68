/* promptd-hub: the central service of a team. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json.h"
#include "core/log.h"
#include "hub/hub.h"
#include "hub/init.h"

struct program {
	struct hub_options options;
	char database[600];
	bool json, again;
	const char *name;
};

static const char usage[] =
	"usage: promptd-hub init [--name NAME] [--again]  make the database, and invite the first "
	"admin\n"
	"       promptd-hub serve [--listen ADDRESS:PORT] serve until SIGTERM\n"
	"       promptd-hub migrate                       bring the database up to date\n"
	"       promptd-hub audit verify                  hold the audit log against itself\n"
	"       promptd-hub --version | --help\n"
	"\n"
	"  --database URL     sqlite:FILE or postgresql://...; else $PROMPTD_HUB_DATABASE, else\n"
	"                     hub.db in $STATE_DIRECTORY or in ~/.local/state/promptd-hub\n"
	"  --listen ADDR:PORT 127.0.0.1:7878 unless said otherwise\n"
	"  --public-url URL   what people reach it by\n"
	"  --workers N        threads that do the work (4)\n"
	"  --json             answers as JSON\n";

static int fail(const struct program *program, const struct err *err)
{
	struct buf text = BUF_INIT(4096);

	if (program->json) {
		(void)buf_add_str(&text, "{\"status\":\"failed\",\"error\":");
		(void)buf_add_json_string(&text, err->text, strlen(err->text));
		(void)printf("%s}\n", buf_text(&text));
		buf_fini(&text);
	} else {
		(void)fprintf(stderr, "promptd-hub: %s\n", err->text);
	}
	return EXIT_FAILURE;
}

static int open_database(
	const struct program *program, bool migrate, struct hub_db **db, struct err *err)
{
	if (hub_db_open(db, program->options.database, err) != 0)
		return -1;
	if (migrate && hub_db_migrate(*db, err) != 0) {
		hub_db_close(*db);
		return -1;
	}
	return 0;
}

static int run_init(struct program *program)
{
	char invite[SECRET_TOKEN_BYTES];
	struct hub_db *db;
	struct err err;
	int rc;

	if (open_database(program, true, &db, &err) != 0)
		return fail(program, &err);
	rc = hub_init(db, program->name, program->again, invite, &err);
	hub_db_close(db);
	if (rc != 0)
		return fail(program, &err);
	if (program->json)
		(void)printf("{\"status\":\"done\",\"invite\":\"%s\"}\n", invite);
	else
		(void)printf(
			"The hub is made. The first admin's invitation, good for seven days and "
			"once:\n\n  %s\n\nStart it with: promptd-hub serve\n",
			invite);
	return EXIT_SUCCESS;
}

static void on_ready(void *data, unsigned port)
{
	const struct program *program = data;

	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "hub.ready"),
		LOG_TEXT("address", program->options.address), LOG_NUMBER("port", port));
	if (strncmp(program->options.address, "127.", 4) == 0)
		(void)printf("promptd-hub listens on http://%s:%u. Only this machine reaches it; "
			     "for others put a proxy with TLS in front.\n",
			program->options.address, port);
	(void)fflush(stdout);
}

static int run_serve(struct program *program)
{
	static struct hub hub;
	struct hub_db *db;
	struct err err;

	if (open_database(program, true, &db, &err) != 0)
		return fail(program, &err);
	hub_db_close(db);
	hub.options = program->options;
	return hub_serve(&hub, on_ready, program, &err) == 0 ? EXIT_SUCCESS : fail(program, &err);
}

static int run_migrate(struct program *program)
{
	struct hub_db *db;
	struct err err;
	int64_t number;
	int rc;

	if (open_database(program, true, &db, &err) != 0)
		return fail(program, &err);
	rc = hub_db_schema(db, &number, &err);
	hub_db_close(db);
	if (rc != 0)
		return fail(program, &err);
	(void)printf(program->json ? "{\"status\":\"done\",\"schema\":%lld}\n"
				   : "The database is at format %lld.\n",
		(long long)number);
	return EXIT_SUCCESS;
}

static int run_audit(struct program *program)
{
	struct hub_db *db;
	struct err err;
	int64_t rows;
	int rc;

	if (open_database(program, false, &db, &err) != 0)
		return fail(program, &err);
	rc = audit_verify(db, &rows, &err);
	hub_db_close(db);
	if (rc != 0)
		return fail(program, &err);
	(void)printf(program->json ? "{\"status\":\"done\",\"rows\":%lld}\n"
				   : "The audit log is whole: %lld rows.\n",
		(long long)rows);
	return EXIT_SUCCESS;
}

/* "127.0.0.1:7878" taken apart in place. */
static int read_listen(struct program *program, char *text)
{
	char *colon = strrchr(text, ':');
	int64_t port;

	if (colon == NULL || !str_to_int(str_of(colon + 1), 0, 65535, &port))
		return -1;
	*colon = '\0';
	program->options.address = text;
	program->options.port = (unsigned)port;
	return 0;
}

static int wrong_value(int option)
{
	(void)fputs(option == 'l' ? "promptd-hub: --listen takes ADDRESS:PORT, as 127.0.0.1:7878\n"
				  : "promptd-hub: --workers takes a number from 1 to 32\n",
		stderr);
	return 2;
}

static int read_options(struct program *program, int argc, char **argv)
{
	static const struct option options[] = {
		{"database", required_argument, NULL, 'd'},
		{"listen", required_argument, NULL, 'l'},
		{"public-url", required_argument, NULL, 'u'},
		{"workers", required_argument, NULL, 'w'},
		{"name", required_argument, NULL, 'n'},
		{"again", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int64_t workers;
	int option;

	while ((option = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		if (option == 'd')
			program->options.database = optarg;
		else if (option == 'l' && read_listen(program, optarg) == 0)
			;
		else if (option == 'u')
			program->options.public_url = optarg;
		else if (option == 'w' && str_to_int(str_of(optarg), 1, 32, &workers))
			program->options.workers = (unsigned)workers;
		else if (option == 'n')
			program->name = optarg;
		else if (option == 'a')
			program->again = true;
		else if (option == 'j')
			program->json = true;
		else if (option == 'V')
			return printf("promptd-hub %s\n", PROMPTD_VERSION) < 0 ? 1 : 0;
		else if (option == 'h')
			return fputs(usage, stdout) < 0 ? 1 : 0;
		else
			return option == '?' ? 2 : wrong_value(option);
	}
	return -1;
}

/* Where its one file is when nobody says: systemd's directory, or one of the user's. */
static int default_database(struct program *program, struct err *err)
{
	const char *dir = getenv("STATE_DIRECTORY"), *home = getenv("HOME");
	const char *url = getenv("PROMPTD_HUB_DATABASE");
	char path[512];

	if (program->options.database != NULL)
		return 0;
	program->options.database = url;
	if (url != NULL)
		return 0;
	if (dir == NULL && home == NULL)
		return err_set(err, ERR_INVALID, "say where the database is: --database");
	if (dir != NULL) {
		(void)snprintf(path, sizeof path, "%s", dir);
	} else {
		(void)snprintf(path, sizeof path, "%s/.local/state", home);
		(void)mkdir(path, 0700);
		(void)snprintf(path, sizeof path, "%s/.local/state/promptd-hub", home);
		(void)mkdir(path, 0700); /* what is wrong with it the database tells */
	}
	(void)snprintf(program->database, sizeof program->database, "sqlite:%s/hub.db", path);
	program->options.database = program->database;
	return 0;
}

static int run(struct program *program, int argc, char **argv)
{
	const char *word = argc > 0 ? argv[0] : "", *second = argc > 1 ? argv[1] : "";

	if (argc == 1 && strcmp(word, "init") == 0)
		return run_init(program);
	if (argc == 1 && strcmp(word, "serve") == 0)
		return run_serve(program);
	if (argc == 1 && strcmp(word, "migrate") == 0)
		return run_migrate(program);
	if (argc == 2 && strcmp(word, "audit") == 0 && strcmp(second, "verify") == 0)
		return run_audit(program);
	(void)fputs(usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static struct program program = {
		.options = {.address = "127.0.0.1", .port = 7878, .workers = 4, .public_url = ""},
		.name = "Team"};
	struct err err;
	int status;

	(void)umask(077);
	status = read_options(&program, argc, argv);
	if (status >= 0)
		return status;
	json_door_init();
	log_open("promptd-hub", LOG_LEVEL_INFO, STDERR_FILENO);
	if (secret_init(&err) != 0 || default_database(&program, &err) != 0)
		return fail(&program, &err);
	return run(&program, argc - optind, argv + optind);
}
