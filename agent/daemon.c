/*
 * The agent's composition; see daemon.h.
 *
 *   main thread   libwebsockets' loop: editors over the websocket, the mailbox
 *   unix thread   a poll loop: local programs over the unix socket
 *   follow        a poll loop: the personal library's folder, see follow.h
 *   minder        a poll loop: promptd-desktop, see minder.h
 *   hub           a poll loop: the team's hub, see hub_follow.h
 *   sender        a poll loop: recorded uses, see sender.h
 *
 * Each has its own store handle and its own server. The unix thread posts who is
 * connected; the main thread writes it down for `promptd status`.
 */
#include "agent/daemon.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/control.h"
#include "agent/fault.h"
#include "agent/follow.h"
#include "agent/hub_follow.h"
#include "agent/listening.h"
#include "agent/logfile.h"
#include "agent/minder.h"
#include "agent/sender.h"
#include "agent/thread.h"
#include "agent/upkeep.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/id.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mailbox.h"
#include "mcp/websocket.h"

#define MAILBOX_LETTERS 64
#define REPLACE_MS 15000
#define RUN_FILE_CLIENTS "clients.json"

/* What one thread serves with. */
struct serving {
	struct store *store;
	struct mcp_server *server;
	struct platform_watch *watch;
	int stop[2]; /* read end: told to end */
};

struct daemon {
	const struct daemon_options *options;
	struct endpoint endpoint;
	struct mailbox *mailbox;
	struct serving web, local;
	struct platform_watch *home; /* the lock's directory */
	struct upkeep upkeep;	     /* of the main thread, with its store */
	struct follow *follow;	     /* the personal library's folder; NULL: nobody does */
	struct minder *minder;	     /* of promptd-desktop; NULL: nobody does */
	struct hub_follow *hub;	     /* NULL: nobody does */
	struct sender *sender;	     /* of recorded uses; NULL: nobody does */
	struct listening listening;
	pthread_t thread;
	bool thread_runs;
	/* Of the main thread: who is connected, by each way, as JSON. */
	json_t *web_clients, *local_clients;
};

/* An error on its way from the unix thread. */
struct fault_letter {
	struct daemon *daemon;
	char why[sizeof((struct err *)NULL)->text];
};

/* A list on its way from the unix thread. */
struct list_letter {
	struct daemon *daemon;
	json_t *clients;
};

/* Write ends of the threads' stops. */
static volatile sig_atomic_t stop_fd = -1, local_stop_fd = -1;

static void on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	store_hurry();
	(void)!write(stop_fd, "", 1); /* full is as good as written */
	(void)!write(local_stop_fd, "", 1);
	errno = saved;
}

static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &stop, NULL); /* these cannot fail for these signals */
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

/* ── who is connected ──────────────────────────────────────────────────── */

static json_t *clients_json(const char *transport, const struct local_client *clients, size_t n)
{
	json_t *list = json_array();
	char since[CLOCK_TEXT_BYTES];
	size_t i;

	for (i = 0; i < n; i++) {
		clock_format(clients[i].since_ms, since);
		json_array_append_new(
			list, json_pack("{s:s, s:o*, s:o*, s:s}", "transport", transport, "name",
				      json_from_str(clients[i].name), "era",
				      json_from_str(clients[i].era), "since", since));
	}
	return list;
}

/* Main thread. */
static void clients_write(struct daemon *daemon)
{
	struct buf text = BUF_INIT(256UL * 1024);
	json_t *all = json_array();
	struct err err;

	if (daemon->local_clients != NULL)
		json_array_extend(all, daemon->local_clients);
	if (daemon->web_clients != NULL)
		json_array_extend(all, daemon->web_clients);
	if (json_write(all, &text) != 0 ||
		platform_put_private(daemon->options->dirs->run, RUN_FILE_CLIENTS,
			(struct str){text.data, text.len}, &err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "clients.not_written"));
	json_decref(all);
	buf_fini(&text);
}

static void web_changed(void *data, const struct local_client *clients, size_t n)
{
	struct daemon *daemon = data;

	json_decref(daemon->web_clients);
	daemon->web_clients = clients_json("websocket", clients, n);
	log_event(LOG_LEVEL_DEBUG, LOG_TEXT("event", "clients.websocket"), LOG_NUMBER("n", n));
	clients_write(daemon);
}

static void list_arrived(void *data)
{
	struct list_letter *letter = data;

	json_decref(letter->daemon->local_clients);
	letter->daemon->local_clients = letter->clients;
	log_event(LOG_LEVEL_DEBUG, LOG_TEXT("event", "clients.unix"),
		LOG_NUMBER("n", json_array_size(letter->clients)));
	clients_write(letter->daemon);
	free(letter);
}

/* Unix thread. False: the main thread is far behind with its mail. */
static bool local_changed(void *data, const struct local_client *clients, size_t n)
{
	struct daemon *daemon = data;
	struct list_letter *letter = xmalloc(sizeof *letter);

	*letter = (struct list_letter){daemon, clients_json("unix", clients, n)};
	if (mailbox_post(daemon->mailbox, list_arrived, letter) != 0) {
		json_decref(letter->clients);
		free(letter);
		return false;
	}
	return true;
}

static void take_mail(void *data)
{
	struct daemon *daemon = data;

	mailbox_run(daemon->mailbox);
}

/* The lock's file was taken away, with the home it stood for: whoever looks for an
 * agent finds none and starts one, so this one has to go. */
static void look_at_home(void *data)
{
	struct daemon *daemon = data;

	if (platform_watch_take(daemon->home) && !endpoint_lock_is_there(daemon->options->dirs)) {
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "agent.home_is_gone"));
		(void)!write(stop_fd, "", 1);
	}
}

/* ── what went wrong ───────────────────────────────────────────────────── */

/* Main thread: written down, and kept for status. */
static void fault(struct daemon *daemon, const char *event, const char *why)
{
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", event), LOG_TEXT("why", why));
	fault_write(daemon->options->dirs, event, why);
	logfile_turn(daemon->options->dirs);
}

static void web_warn(void *data, const struct err *err)
{
	fault(data, "usage.not_recorded", err->text);
}

static void fault_arrived(void *data)
{
	struct fault_letter *letter = data;

	fault(letter->daemon, "usage.not_recorded", letter->why);
	free(letter);
}

/* Unix thread. Where the main thread is far behind, other faults are on their way. */
static void local_warn(void *data, const struct err *err)
{
	struct daemon *daemon = data;
	struct fault_letter *letter = xmalloc(sizeof *letter);

	letter->daemon = daemon;
	(void)snprintf(letter->why, sizeof letter->why, "%s", err->text);
	if (mailbox_post(daemon->mailbox, fault_arrived, letter) != 0)
		free(letter);
}

static void settings_changed(void *data)
{
	struct daemon *daemon = data;
	struct err err;

	if (upkeep_settings(&daemon->upkeep, &err) != 0)
		fault(daemon, "agent.settings", err.text);
}

static void time_passed(void *data)
{
	struct daemon *daemon = data;

	upkeep_store(&daemon->upkeep);
}

static bool admit(void *data, int fd)
{
	(void)data;
	return platform_peer_is_us(fd);
}

static bool web_watch_take(void *data)
{
	struct daemon *daemon = data;

	return platform_watch_take(daemon->web.watch);
}

static bool local_watch_take(void *data)
{
	struct daemon *daemon = data;

	return platform_watch_take(daemon->local.watch);
}

/* ── what a thread serves with ─────────────────────────────────────────── */

static int serving_open(
	struct serving *serving, const struct daemon_options *options, struct err *err)
{
	struct store_options where = {.dir = options->dirs->data};
	struct mcp_server_options server = {.remember_values = options->config->remember_values};
	int outcome;

	if (pipe(serving->stop) != 0)
		return err_errno(err, errno, "pipe");
	outcome = store_open(&serving->store, &where, err);
	if (outcome < 0)
		return -1;
	if (outcome != STORE_OK)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "library"), LOG_TEXT("why", err->text));
	server.store = serving->store;
	if (mcp_server_new(&serving->server, &server, err) != 0)
		return -1;
	return platform_watch_open(&serving->watch, options->dirs->data, "prompts.db", err);
}

static void serving_close(struct serving *serving)
{
	platform_watch_close(serving->watch);
	mcp_server_free(serving->server);
	store_close(serving->store);
	if (serving->stop[1] > 0)
		(void)close(serving->stop[1]);
}

/* ── the unix socket ───────────────────────────────────────────────────── */

static void *run_local(void *data)
{
	struct daemon *daemon = data;
	struct mcp_local local = {
		.listen_fd = daemon->listening.fd,
		.stop_fd = daemon->local.stop[0],
		.watch_fd = platform_watch_fd(daemon->local.watch),
		.watch_take = local_watch_take,
		.admit = admit,
		.changed = local_changed,
		.warn = local_warn,
		.data = daemon,
	};
	struct err err;

	if (mcp_local_run(daemon->local.server, &local, &err) != 0)
		log_event(LOG_LEVEL_ERROR, LOG_TEXT("event", "unix.ended"),
			LOG_TEXT("why", err.text));
	return NULL;
}

static int start_local(struct daemon *daemon, struct err *err)
{
	if (thread_start(&daemon->thread, run_local, daemon, err) != 0)
		return -1;
	daemon->thread_runs = true;
	return 0;
}

static void stop_local(struct daemon *daemon)
{
	if (!daemon->thread_runs)
		return;
	(void)!write(daemon->local.stop[1], "", 1);
	(void)pthread_join(daemon->thread, NULL);
	(void)close(daemon->local.stop[0]);
}

/* ── the whole ─────────────────────────────────────────────────────────── */

static void endpoint_fill(struct endpoint *endpoint, unsigned port)
{
	unsigned char secret[UPGRADE_TOKEN_HEX / 2];
	struct err err;

	endpoint->pid = (long)getpid();
	endpoint->started_ms = clock_now_ms();
	endpoint->port = port;
	(void)snprintf(endpoint->version, sizeof endpoint->version, "%s", PROMPTD_VERSION);
	if (endpoint->token[0] == '\0') {
		id_random(secret, sizeof secret);
		str_hex(secret, sizeof secret, endpoint->token);
	}
	(void)platform_process_start(endpoint->pid, &endpoint->start, &err);
}

static int serve(struct daemon *daemon, struct mcp_websocket *websocket, struct err *err)
{
	endpoint_fill(&daemon->endpoint, mcp_websocket_port(websocket));
	if (start_local(daemon, err) != 0 ||
		endpoint_write(daemon->options->dirs, &daemon->endpoint, err) != 0)
		return -1;
	clients_write(daemon);
	logfile_turn(daemon->options->dirs);
	/* Everything else works without it. */
	if (follow_start(&daemon->follow, daemon->options->dirs, err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "personal.not_followed"),
			LOG_TEXT("why", err->text));
	if (minder_start(&daemon->minder, daemon->options->dirs, daemon->options->config, err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.not_watched"),
			LOG_TEXT("why", err->text));
	if (hub_follow_start(&daemon->hub, daemon->options->dirs, err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "hub.not_followed"),
			LOG_TEXT("why", err->text));
	if (sender_start(&daemon->sender, daemon->options->dirs, err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "usage.not_sent"),
			LOG_TEXT("why", err->text));
	platform_service_notify("READY=1");
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "agent.started"),
		LOG_TEXT("version", PROMPTD_VERSION), LOG_NUMBER("port", daemon->endpoint.port),
		LOG_TEXT("socket", daemon->endpoint.socket));
	return mcp_websocket_run(websocket, err);
}

static int open_all(struct daemon *daemon, struct mcp_websocket **websocket, struct err *err)
{
	struct mcp_websocket_options web = {
		.token = daemon->endpoint.token,
		.watch_take = web_watch_take,
		.changed = web_changed,
		.warn = web_warn,
		.data = daemon,
	};

	if (endpoint_make_place(daemon->options->dirs, err) != 0 ||
		platform_make_dir(daemon->options->dirs->data, err) != 0 ||
		mailbox_new(&daemon->mailbox, MAILBOX_LETTERS, err) != 0 ||
		serving_open(&daemon->web, daemon->options, err) != 0 ||
		serving_open(&daemon->local, daemon->options, err) != 0)
		return -1;
	if (listening_open(&daemon->listening, daemon->options->dirs, err) != 0)
		return -1;
	(void)snprintf(daemon->endpoint.socket, sizeof daemon->endpoint.socket, "%s",
		daemon->listening.path);
	stop_fd = daemon->web.stop[1];
	local_stop_fd = daemon->local.stop[1];
	catch_signals();
	endpoint_fill(&daemon->endpoint, 0);
	web.stop_fd = daemon->web.stop[0];
	web.watch_fd = dup(platform_watch_fd(daemon->web.watch));
	web.files[web.n_files++] =
		(struct websocket_file){dup(mailbox_fd(daemon->mailbox)), take_mail};
	if (platform_watch_open(&daemon->home, daemon->options->dirs->state, "agent.lock", err) !=
			0 ||
		upkeep_open(&daemon->upkeep, daemon->options->dirs, daemon->web.store, err) != 0)
		return -1;
	web.files[web.n_files++] =
		(struct websocket_file){dup(platform_watch_fd(daemon->home)), look_at_home};
	web.files[web.n_files++] = (struct websocket_file){dup(daemon->upkeep.timer), time_passed};
	if (daemon->upkeep.settings != NULL)
		web.files[web.n_files++] = (struct websocket_file){
			dup(platform_watch_fd(daemon->upkeep.settings)), settings_changed};
	return mcp_websocket_open(websocket, daemon->web.server, &web, err);
}

static int run_locked(const struct daemon_options *options, struct err *err)
{
	struct daemon daemon = {
		.options = options, .listening = {.fd = -1}, .upkeep = {.timer = -1}};
	struct mcp_websocket *websocket = NULL;
	int result = open_all(&daemon, &websocket, err);

	if (result == 0)
		result = serve(&daemon, websocket, err);
	platform_service_notify("STOPPING=1");
	endpoint_remove(options->dirs);
	listening_hide(&daemon.listening);
	stop_local(&daemon);
	hub_follow_stop(daemon.hub);
	minder_stop(daemon.minder);
	follow_stop(daemon.follow);
	sender_stop(daemon.sender);
	if (daemon.mailbox != NULL)
		mailbox_run(daemon.mailbox); /* what the other thread said last */
	stop_fd = local_stop_fd = -1;	     /* the numbers will be others' soon */
	mcp_websocket_close(websocket);
	upkeep_close(&daemon.upkeep);
	serving_close(&daemon.local);
	serving_close(&daemon.web);
	listening_close(&daemon.listening);
	platform_watch_close(daemon.home);
	mailbox_free(daemon.mailbox);
	json_decref(daemon.web_clients);
	json_decref(daemon.local_clients);
	endpoint_remove(options->dirs);
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "agent.ended"));
	return result;
}

int daemon_run(const struct daemon_options *options, struct err *err)
{
	int fd, outcome;
	long pid;

	if (options->replace && control_stop(options->dirs, REPLACE_MS, err) < 0)
		return -1;
	outcome = endpoint_lock(options->dirs, &fd, &pid, err);
	if (outcome == ENDPOINT_TAKEN)
		(void)err_set(err, ERR_BUSY, "an agent is running already: process %ld", pid);
	if (outcome != ENDPOINT_OK)
		return outcome;
	outcome = run_locked(options, err);
	if (outcome < 0)
		fault_write(options->dirs, "agent.failed", err->text);
	(void)close(fd);
	return outcome;
}
