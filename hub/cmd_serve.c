/* promptd-hub serve: until SIGTERM. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "hub/commands.h"
#include "hub/local.h"
#include "hub/notify.h"

#define LISTEN "127.0.0.1:7878"

struct serving {
	struct call *call;
	struct hub *hub;
	char address[64], url[512];
	bool plain, loopback;
};

/* The option, else its variable, else NULL. */
static const char *setting(const struct call *call, const char *option, const char *variable)
{
	const char *value = call_value(call, option);

	if (value == NULL)
		value = getenv(variable);
	return value != NULL && value[0] != '\0' ? value : NULL;
}

static int read_listen(struct call *call, struct serving *serving)
{
	const char *text = setting(call, "listen", "PROMPTD_HUB_LISTEN");
	const char *colon;
	struct in_addr address;
	int64_t port;

	if (text == NULL)
		text = LISTEN;
	colon = strrchr(text, ':');
	if (colon == NULL || (size_t)(colon - text) >= sizeof serving->address ||
		!str_to_int(str_of(colon + 1), 0, 65535, &port))
		return call_fail(
			call, COMMAND_USAGE, "--listen takes ADDRESS:PORT, as 127.0.0.1:7878");
	(void)snprintf(
		serving->address, sizeof serving->address, "%.*s", (int)(colon - text), text);
	if (strcmp(serving->address, "localhost") == 0)
		(void)snprintf(serving->address, sizeof serving->address, "127.0.0.1");
	if (inet_pton(AF_INET, serving->address, &address) != 1)
		return call_fail(call, COMMAND_USAGE,
			"--listen takes an IPv4 address before the colon, not %s",
			serving->address);
	serving->loopback = (ntohl(address.s_addr) >> 24) == 127;
	serving->hub->options.address = serving->address;
	serving->hub->options.port = (unsigned)port;
	if (serving->loopback || serving->plain)
		return COMMAND_DONE;
	call_hint(call, "let it listen on 127.0.0.1 and put a proxy with TLS in front (HUB.md has "
			"one for nginx), or say --plain-http");
	return call_fail(call, COMMAND_REFUSED,
		"on %s other machines reach it without TLS: passwords and tokens could be read on "
		"the way",
		serving->address);
}

static bool is_http_of_here(const char *url)
{
	static const char *const hosts[] = {"http://127.", "http://localhost", "http://[::1]"};
	size_t i;

	for (i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strncmp(url, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static int read_url(struct call *call, struct serving *serving)
{
	const char *url = setting(call, "public-url", "PROMPTD_HUB_PUBLIC_URL");
	size_t n;

	serving->hub->options.public_url = serving->url;
	if (url == NULL)
		return COMMAND_DONE;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return call_fail(call, COMMAND_USAGE,
			"--public-url takes what people type, as https://hub.example.org");
	if (strncmp(url, "https://", 8) != 0 && !is_http_of_here(url) && !serving->plain)
		return call_fail(call, COMMAND_REFUSED,
			"--public-url is http: passwords and tokens could be read on the way; "
			"--plain-http says that this is wanted");
	n = strlen(url);
	while (n > 0 && url[n - 1] == '/')
		n--;
	if (n >= sizeof serving->url)
		return call_fail(call, COMMAND_USAGE, "--public-url is too long");
	(void)snprintf(serving->url, sizeof serving->url, "%.*s", (int)n, url);
	/* Then people come over TLS, and their cookies never go another way. */
	serving->hub->options.secure_cookies = strncmp(url, "https://", 8) == 0;
	return COMMAND_DONE;
}

/* How much is taken, and from whom. */
static int read_ceilings(struct call *call, struct hub_options *options)
{
	const char *rates = setting(call, "rates", "PROMPTD_HUB_RATES");
	const char *connections = setting(call, "connections", "PROMPTD_HUB_CONNECTIONS");
	int64_t n = 0;

	options->rates = (struct limit_rates)LIMIT_RATES_DEFAULT;
	if (rates != NULL && !limit_rates_parse(str_of(rates), &options->rates))
		return call_fail(
			call, COMMAND_USAGE, "--rates takes three numbers, as 50:100:500, or off");
	if (connections != NULL && !str_to_int(str_of(connections), 1, 1000000, &n))
		return call_fail(call, COMMAND_USAGE, "--connections takes a number");
	options->connections = (unsigned)n;
	options->trusted_proxies = setting(call, "trusted-proxy", "PROMPTD_HUB_TRUSTED_PROXY");
	return COMMAND_DONE;
}

static int read_settings(struct call *call, struct serving *serving)
{
	const char *workers = setting(call, "workers", "PROMPTD_HUB_WORKERS");
	const char *plain = getenv("PROMPTD_HUB_PLAIN_HTTP");
	int64_t n = 4;
	int exit;

	serving->plain =
		call_flag(call, "plain-http") || (plain != NULL && strcmp(plain, "yes") == 0);
	if (workers != NULL && !str_to_int(str_of(workers), 1, 32, &n))
		return call_fail(call, COMMAND_USAGE, "--workers takes a number from 1 to 32");
	serving->hub->options.workers = (unsigned)n;
	exit = read_ceilings(call, &serving->hub->options);
	if (exit == COMMAND_DONE)
		exit = read_listen(call, serving);
	return exit == COMMAND_DONE ? read_url(call, serving) : exit;
}

/* libwebsockets would only say that it does not work. */
static int try_port(struct call *call, const struct hub_options *options)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options->port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, fault = 0;

	if (fd < 0)
		return COMMAND_DONE; /* whoever really binds tells */
	(void)inet_pton(AF_INET, options->address, &at.sin_addr);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0)
		fault = errno;
	(void)close(fd);
	if (fault == EADDRINUSE)
		call_hint(call, "is a promptd-hub running already? --listen ADDRESS:PORT takes "
				"another");
	else if (fault == EACCES)
		call_hint(call, "ports below 1024 are for root: take another, and let the proxy "
				"with TLS have 443");
	return fault == 0 ? COMMAND_DONE
			  : call_fail(call, COMMAND_FAILED, "cannot listen on %s:%u: %s",
				    options->address, options->port,
				    fault == EADDRINUSE	     ? "another program does"
				    : fault == EADDRNOTAVAIL ? "this machine has no such address"
							     : strerror(fault));
}

/* What the database holds is nobody else's business on this machine. */
static void close_to_others(const char *database)
{
	struct stat is;

	if (strncmp(database, "sqlite:", 7) != 0 || lstat(database + 7, &is) != 0 ||
		!S_ISREG(is.st_mode) || (is.st_mode & 077) == 0)
		return;
	if (chmod(database + 7, 0600) == 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "hub.database_was_open"),
			LOG_TEXT("why", "others could read it; its mode is 0600 now"));
}

static void on_ready(void *data, unsigned port)
{
	const struct serving *serving = data;
	char tenant[ID_BYTES];
	struct err err;

	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "hub.ready"),
		LOG_TEXT("address", serving->address), LOG_NUMBER("port", port));
	(void)printf("promptd-hub listens on http://%s:%u. %s\n", serving->address, port,
		serving->loopback ? "Only this machine reaches it; for others put a proxy with "
				    "TLS in front (HUB.md shows how)."
				  : "Nothing encrypts what goes there and back.");
	if (local_tenant(serving->call->db, tenant, &err) == 1)
		(void)printf("Nobody is in yet: promptd-hub init prints the first admin's "
			     "invitation.\n");
	hub_db_close(serving->call->db); /* its workers have their own */
	serving->call->db = NULL;
	(void)fflush(stdout);
	notify_manager("READY=1");
}

static int serve_run(struct call *call)
{
	static struct hub hub;
	struct serving serving = {.call = call, .hub = &hub};
	struct hub_db *db;
	struct err err;
	int exit = read_settings(call, &serving), rc;

	if (exit == COMMAND_DONE)
		exit = try_port(call, &hub.options);
	if (exit == COMMAND_DONE)
		exit = call_database(call, &db);
	if (exit != COMMAND_DONE)
		return exit;
	close_to_others(call->database);
	hub.options.database = call->database;
	rc = hub_serve(&hub, on_ready, &serving, &err);
	return rc == 0 ? COMMAND_DONE : call_fail(call, COMMAND_FAILED, "%s", err.text);
}

static const struct command_option options[] = {
	{"listen", "ADDRESS:PORT", "127.0.0.1:7878 unless said otherwise"},
	{"public-url", "URL", "what people reach it by: https://... of the proxy in front"},
	{"workers", "N", "threads that do the work, each with a connection (4)"},
	{"rates", "T:U:A", "requests a second of a token, user, address (50:100:500); or off"},
	{"trusted-proxy", "ADDRESS", "the proxy in front, whose X-Forwarded-For is believed"},
	{"connections", "N", "at most, at once (12000)"},
	{"plain-http", NULL, "listen where others reach it, without TLS"},
	{NULL, NULL, NULL},
};

const struct command command_serve = {
	.name = "serve",
	.summary = "serve until SIGTERM",
	.words = "",
	.description =
		"Needs nothing else on a fresh machine: the database is made where there is none, "
		"and brought up to date. It listens on this machine alone, because it speaks plain "
		"HTTP; a proxy with TLS in front lets the others in. With an https public URL "
		"browsers' cookies are bound to that.\n\n"
		"One line of log a request goes to standard error, and none of what was in it. "
		"/livez, /readyz and /metrics tell how it is.",
	.options = options,
	.example = "promptd-hub serve --public-url https://hub.example.org",
	.run = serve_run,
};
