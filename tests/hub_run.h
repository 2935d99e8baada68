/*
 * A promptd-hub of a test's own, started as a program, with a crowd of people who may
 * follow its feed and two who publish; and questions to it, one at a time.
 */
#ifndef TESTS_HUB_RUN_H
#define TESTS_HUB_RUN_H

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/buf.h"
#include "core/sha256.h"
#include "tests/hub.h"

#define HUB_RUN_TENANT "crowd"
#define HUB_RUN_AUTHOR "pk_author"
#define HUB_RUN_ADMIN "pk_admin"
#define HUB_RUN_TOKEN_BYTES 40

struct hub_run {
	struct hub_place place;
	size_t n_people;
	pid_t pid;
	unsigned port; /* 0 before the first start; the same after */
};

static inline void hub_run_token(size_t person, char out[HUB_RUN_TOKEN_BYTES])
{
	(void)snprintf(out, HUB_RUN_TOKEN_BYTES, "pd_of_person_%zu", person);
}

static inline int hub_run_add_person(
	struct hub_db *db, const char *id, const char *role, const char *token, struct err *err)
{
	char email[64], hash[SHA256_HEX_BYTES];
	int rc;

	(void)snprintf(email, sizeof email, "%s@example.org", id);
	sha256_hex(token, strlen(token), hash);
	rc = hub_db_run(db,
		"INSERT INTO person (tenant, id, email, name, role, created_ms, updated_ms) VALUES "
		"($1, $2, $3, $2, $4, 0, 0)",
		DB_ARGS(db_string(HUB_RUN_TENANT), db_string(id), db_string(email),
			db_string(role)),
		NULL, NULL, err);
	return rc != 0 ? rc
		       : hub_db_run(db,
				 "INSERT INTO credential (hash, id, tenant, user_id, kind, name, "
				 "scopes, created_ms, expires_ms) VALUES ($1, $2, $3, $2, "
				 "'device', "
				 "$2, $4, 0, 9000000000000)",
				 DB_ARGS(db_string(hash), db_string(id), db_string(HUB_RUN_TENANT),
					 db_string(strcmp(role, "consumer") == 0
							   ? "read sync"
							   : "read write sync")),
				 NULL, NULL, err);
}

static inline int hub_run_add_people(struct hub_db *db, void *data, struct err *err)
{
	const struct hub_run *run = data;
	char token[HUB_RUN_TOKEN_BYTES];
	size_t i;
	int rc;

	rc = hub_db_run(db,
		"INSERT INTO tenant (id, name, epoch, created_ms) VALUES ($1, $1, 'e1', 0)",
		DB_ARGS(db_string(HUB_RUN_TENANT)), NULL, NULL, err);
	if (rc == 0)
		rc = hub_run_add_person(db, "author", "contributor", HUB_RUN_AUTHOR, err);
	if (rc == 0)
		rc = hub_run_add_person(db, "admin", "admin", HUB_RUN_ADMIN, err);
	for (i = 0; rc == 0 && i < run->n_people; i++) {
		hub_run_token(i, token);
		rc = hub_run_add_person(db, token, "consumer", token, err);
	}
	return rc;
}

static inline void hub_run_make(struct hub_run *run, bool postgres, size_t n_people)
{
	struct hub_db *db;
	struct err err = {.text = ""};

	*run = (struct hub_run){.n_people = n_people};
	hub_place_make(&run->place, postgres);
	CHECK(hub_db_open(&db, run->place.url, &err) == 0 && hub_db_migrate(db, &err) == 0);
	if (hub_transaction(db, DB_WRITE, HUB_RUN_TENANT, hub_run_add_people, run, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	hub_db_close(db);
}

/* As many files as the system lets this process have, for its many sockets. */
static inline void hub_run_files(void)
{
	struct rlimit files;

	CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
	CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

/* `words` are more options; ends with NULL; may be NULL. Its log goes to `log`. */
static inline void hub_run_start(struct hub_run *run, const char *const *words, const char *log)
{
	char listen[64], line[512] = "";
	const char *argv[24] = {BINARY_DIR "/bin/promptd-hub", "--database", run->place.url,
		"serve", "--listen", listen};
	size_t n = 6;
	FILE *in;
	int out[2];

	while (words != NULL && *words != NULL && n < 23)
		argv[n++] = *words++;
	(void)snprintf(listen, sizeof listen, "127.0.0.1:%u", run->port);
	CHECK(pipe(out) == 0);
	run->pid = fork();
	CHECK(run->pid >= 0);
	if (run->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* who failed leaves none behind */
		(void)dup2(out[1], STDOUT_FILENO);
		(void)close(out[0]);
		(void)close(out[1]);
		if (freopen(log, "a", stderr) == NULL)
			_exit(126);
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(out[1]);
	in = fdopen(out[0], "r");
	CHECK(in != NULL && fgets(line, sizeof line, in) != NULL);
	CHECK(strstr(line, "127.0.0.1:") != NULL);
	run->port = (unsigned)strtoul(strstr(line, "127.0.0.1:") + 10, NULL, 10);
	(void)fclose(in);
}

/* Ends it and takes its status: 0 after SIGTERM. */
static inline int hub_run_stop(struct hub_run *run, int signal)
{
	int status = 0;

	(void)kill(run->pid, signal);
	CHECK(waitpid(run->pid, &status, 0) == run->pid);
	run->pid = 0;
	return status;
}

static inline struct sockaddr_in hub_run_address(const struct hub_run *run)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)run->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A question and its status; the body into `out`. Waits. */
static inline unsigned hub_run_ask(const struct hub_run *run, const char *method, const char *path,
	const char *token, const char *body, struct buf *out)
{
	struct sockaddr_in at = hub_run_address(run);
	struct buf text = BUF_INIT(4UL * 1024 * 1024);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const char *end, *length;
	ssize_t n;
	char *room;
	unsigned status;

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	(void)buf_add_format(&text,
		"%s %s HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\nContent-Type: "
		"application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
		method, path, token, strlen(body), body);
	CHECK(send(fd, text.data, text.len, MSG_NOSIGNAL) == (ssize_t)text.len);
	buf_clear(&text);
	do {
		room = buf_reserve(&text, 65536);
		CHECK(room != NULL);
		n = recv(fd, room, 65536, 0);
		CHECK(n >= 0);
		buf_grow(&text, (size_t)n);
		end = strstr(buf_text(&text), "\r\n\r\n");
		length = end != NULL ? strstr(text.data, "ontent-length: ") : NULL;
	} while (n > 0 && (length == NULL || length > end ||
				  (size_t)(text.data + text.len - (end + 4)) <
					  strtoul(length + 15, NULL, 10)));
	CHECK(end != NULL && strncmp(text.data, "HTTP/1.1 ", 9) == 0);
	status = (unsigned)strtoul(text.data + 9, NULL, 10);
	(void)buf_add(out, end + 4, (size_t)(text.data + text.len - (end + 4)));
	buf_fini(&text);
	(void)close(fd);
	return status;
}

/* A prompt is made, and approved by another; or its next version. */
static inline void hub_run_publish(const struct hub_run *run, const char *slug, char id[ID_BYTES])
{
	struct buf body = BUF_INIT(4096), out = BUF_INIT(1024UL * 1024);
	char path[256];
	json_t *made;
	int64_t number = 1;

	if (id[0] == '\0') {
		(void)buf_add_format(
			&body, "{\"slug\":\"%s\",\"title\":\"%s\",\"text\":\"One.\"}", slug, slug);
		(void)snprintf(path, sizeof path, "/api/v1/prompts");
	} else {
		(void)buf_add_format(&body, "{\"text\":\"The next.\"}");
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions", id);
	}
	if (hub_run_ask(run, "POST", path, HUB_RUN_AUTHOR, buf_text(&body), &out) != 201) {
		(void)fprintf(stderr, "%s\n", buf_text(&out));
		exit(1);
	}
	made = json_loadb(out.data, out.len, 0, NULL);
	CHECK(made != NULL);
	if (id[0] == '\0')
		(void)snprintf(id, ID_BYTES, "%s", json_string_value(json_object_get(made, "id")));
	else
		number = json_integer_value(json_object_get(made, "number"));
	json_decref(made);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions/%lld/submit", id,
		(long long)number);
	CHECK(hub_run_ask(run, "POST", path, HUB_RUN_AUTHOR, "{}", &out) == 200);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/versions/%lld/approve", id,
		(long long)number);
	CHECK(hub_run_ask(run, "POST", path, HUB_RUN_ADMIN, "{}", &out) == 200);
	buf_fini(&body);
	buf_fini(&out);
}

#endif
