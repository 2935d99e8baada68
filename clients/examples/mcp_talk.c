/*
 * mcp-talk SERVER [ARGUMENT...] < conversation
 *
 * The smallest honest MCP client over stdio: starts a server, sends it the lines
 * of its own standard input one by one, waits for the answer to each request, and
 * shows both in a form people can read. Lines that begin with '#' are remarks and
 * are shown as they are. Long texts, long lists and what is nested deeply are shortened,
 * for the eye only. A requestState of "@last" stands for the last one received: what a
 * server hands out has to be handed back.
 *
 * Exit status: 0 every request was answered with a result, 1 one was answered
 * with an error, 2 the server did not answer within ten seconds or went away.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#define ANSWER_WAIT_MS 10000
#define LINE_MAX_BYTES (4 * 1024 * 1024)
#define SHOW_TEXT_BYTES 300
#define SHOW_ITEMS 2
#define SHOW_DEPTH 8

extern char **environ;

struct talk {
	pid_t server;
	int in, out; /* the server's standard input and output, our ends */
	char *line;  /* bytes of the server not yet taken, NUL-terminated */
	size_t len;
	char *state; /* the last requestState received, or NULL */
	bool error_seen;
	bool colour;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "mcp-talk: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void start_server(struct talk *talk, char **argv)
{
	posix_spawn_file_actions_t actions;
	int to[2], from[2], failed;

	if (pipe(to) < 0 || pipe(from) < 0)
		die("pipe");
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addclose(&actions, to[1]);
	(void)posix_spawn_file_actions_addclose(&actions, from[0]);
	failed = posix_spawnp(&talk->server, argv[0], &actions, NULL, argv, environ);
	if (failed != 0) {
		errno = failed;
		die(argv[0]);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(to[0]);
	(void)close(from[1]);
	talk->in = to[1];
	talk->out = from[0];
}

static void send_line(struct talk *talk, const char *line, size_t len)
{
	while (len > 0) {
		ssize_t n = write(talk->in, line, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("the server does not read");
		line += n;
		len -= (size_t)n;
	}
}

/* The server's next line, without its newline; yours. Exits when there is none. */
static char *receive_line(struct talk *talk)
{
	struct pollfd poll_for = {.fd = talk->out, .events = POLLIN};
	char *end, *line;

	while ((end = memchr(talk->line, '\n', talk->len)) == NULL) {
		ssize_t n = 0;
		if (talk->len < LINE_MAX_BYTES && poll(&poll_for, 1, ANSWER_WAIT_MS) > 0)
			n = read(talk->out, talk->line + talk->len, LINE_MAX_BYTES - talk->len);
		if (n <= 0) {
			(void)fprintf(stderr, "mcp-talk: no answer\n");
			exit(2);
		}
		talk->len += (size_t)n;
	}
	*end = '\0';
	line = strdup(talk->line);
	talk->len -= (size_t)(end + 1 - talk->line);
	memmove(talk->line, end + 1, talk->len);
	return line;
}

static json_t *shortened(const json_t *value, int depth);

static json_t *shortened_text(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), cut = SHOW_TEXT_BYTES;

	if (len <= SHOW_TEXT_BYTES + 40)
		return json_stringn(text, len);
	while (((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	return json_sprintf("%.*s ... [%zu bytes more]", (int)cut, text, len - cut);
}

static json_t *shortened_array(const json_t *value, int depth)
{
	json_t *out = json_array();
	size_t i, n = json_array_size(value);
	size_t shown = n <= SHOW_ITEMS + 1 ? n : SHOW_ITEMS;

	for (i = 0; i < shown; i++)
		json_array_append_new(out, shortened(json_array_get(value, i), depth));
	if (shown < n)
		json_array_append_new(out, json_sprintf("... [%zu more]", n - shown));
	return out;
}

/* A copy for showing. */
static json_t *shortened(const json_t *value, int depth)
{
	const char *name;
	json_t *member, *out;

	if (json_is_string(value))
		return shortened_text(value);
	if (depth == 0 && (json_array_size(value) > 0 || json_object_size(value) > 0))
		return json_string("...");
	if (json_is_array(value))
		return shortened_array(value, depth - 1);
	if (!json_is_object(value))
		return json_deep_copy(value);
	out = json_object();
	json_object_foreach ((json_t *)(uintptr_t)value, name, member)
		json_object_set_new(out, name, shortened(member, depth - 1));
	return out;
}

static void show(const struct talk *talk, const char *who, const char *colour, const char *line)
{
	json_t *json = json_loads(line, 0, NULL);
	json_t *copy;
	char *text, *rest, *part;

	if (json == NULL) {
		(void)printf("%s %s\n", who, line);
		return;
	}
	copy = shortened(json, SHOW_DEPTH);
	text = json_dumps(copy, JSON_INDENT(2));
	for (part = strtok_r(text, "\n", &rest); part != NULL; part = strtok_r(NULL, "\n", &rest)) {
		if (talk->colour)
			(void)printf("\033[%sm%s\033[0m %s\n", colour, who, part);
		else
			(void)printf("%s %s\n", who, part);
	}
	free(text);
	json_decref(copy);
	json_decref(json);
}

static void remember_state(struct talk *talk, const json_t *answer)
{
	const json_t *state = json_object_get(json_object_get(answer, "result"), "requestState");

	if (!json_is_string(state))
		return;
	free(talk->state);
	talk->state = strdup(json_string_value(state));
}

/* Show what the server says until it answers the request with this id. */
static void wait_for_answer(struct talk *talk, const json_t *id)
{
	bool answered = false;

	while (!answered) {
		char *line = receive_line(talk);
		json_t *json = json_loads(line, 0, NULL);
		show(talk, "<", "32", line);
		answered = json_equal(json_object_get(json, "id"), id) &&
			   json_object_get(json, "method") == NULL;
		if (answered && json_object_get(json, "error") != NULL)
			talk->error_seen = true;
		remember_state(talk, json);
		json_decref(json);
		free(line);
	}
}

/* The line as it goes out, with its newline; yours. */
static char *message_of(const struct talk *talk, json_t *json, const char *line)
{
	json_t *params = json_object_get(json, "params");
	const char *state = json_string_value(json_object_get(params, "requestState"));
	char *text, *message;

	if (state == NULL || strcmp(state, "@last") != 0 || talk->state == NULL)
		return strdup(line);
	json_object_set_new(params, "requestState", json_string(talk->state));
	text = json_dumps(json, JSON_COMPACT);
	message = malloc(strlen(text) + 2);
	if (message == NULL)
		die("memory");
	memcpy(message, text, strlen(text) + 1);
	memcpy(message + strlen(text), "\n", 2);
	free(text);
	return message;
}

static void say_line(struct talk *talk, const char *line)
{
	json_t *json = json_loads(line, 0, NULL);
	const json_t *id = json_object_get(json, "id");
	char *message = message_of(talk, json, line);

	show(talk, ">", "36", message);
	(void)fflush(stdout);
	send_line(talk, message, strlen(message));
	if (id != NULL && json_object_get(json, "method") != NULL)
		wait_for_answer(talk, id);
	free(message);
	json_decref(json);
	(void)printf("\n");
}

int main(int argc, char **argv)
{
	struct talk talk = {.line = malloc(LINE_MAX_BYTES)};
	char *line = NULL;
	size_t size = 0;
	int status = 0;

	if (argc < 2 || talk.line == NULL) {
		(void)fprintf(stderr, "usage: mcp-talk SERVER [ARGUMENT...] < conversation\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	talk.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	start_server(&talk, argv + 1);
	while (getline(&line, &size, stdin) > 0) {
		if (line[0] == '#')
			(void)printf("%s", line);
		else if (line[0] != '\n')
			say_line(&talk, line);
	}
	(void)close(talk.in); /* the end of the conversation: the server leaves by itself */
	if (waitpid(talk.server, &status, 0) < 0 || status != 0)
		(void)fprintf(stderr, "mcp-talk: the server ended with status %d\n", status);
	free(line);
	free(talk.line);
	free(talk.state);
	(void)close(talk.out);
	return status != 0 ? 2 : talk.error_seen;
}
