/*
 * What the operating system gives us, one folder a system (linux/, windows/,
 * macos/); the rest of the program knows no other door to it. This part:
 * directories and files of the user, and noticing that a file changed. Hotkey,
 * picker, paste and secrets join it with the desktop.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define PLATFORM_PATH_MAX 512

/*
 * Where this user's things are. $PROMPTD_HOME/{data,config,state,run} when that
 * is set; else XDG, found by home and uid also when no variable is set (some
 * assistants start servers with a bare environment). Nothing is created.
 */
struct platform_dirs {
	char home[PLATFORM_PATH_MAX];	/* the user's home directory */
	char data[PLATFORM_PATH_MAX];	/* prompts.db, ledger.db */
	char config[PLATFORM_PATH_MAX]; /* promptd.conf */
	char state[PLATFORM_PATH_MAX];	/* logs, what `connect` wrote */
	char run[PLATFORM_PATH_MAX];	/* sockets; gone after logout */
};
int platform_dirs(struct platform_dirs *dirs, struct err *err);

/* Make a directory and its parents 0700; refuses one that another user owns. */
int platform_make_dir(const char *path, struct err *err);

/* Absolute path of a program beside the running one, without resolving links
 * that a package manager may move. */
int platform_program(const char *name, char path[PLATFORM_PATH_MAX], struct err *err);

bool platform_is_terminal(int fd);
/* Columns of the terminal behind a descriptor; 0 when it is none or keeps silent. */
unsigned platform_terminal_columns(int fd);

/* Bytes that this user may still write where path is. */
int platform_disk_free(const char *path, int64_t *bytes, struct err *err);

/* Who may look at a file or directory? */
enum platform_access {
	PLATFORM_PRIVATE = 0, /* this user alone */
	PLATFORM_ABSENT = 1,
	PLATFORM_OPEN = 2,    /* other users may read or write it */
	PLATFORM_FOREIGN = 3, /* another user owns it */
};
int platform_access(const char *path, struct err *err);

/* When a process began, in the system's own ticks: with the pid it names one
 * process for good. ERR_NOT_FOUND: there is none of that pid, or it has ended. */
int platform_process_start(long pid, uint64_t *start, struct err *err);

/* Is the other end of this local socket a process of this user? */
bool platform_peer_is_us(int socket);

/* Start a program that outlives us: a session of its own, nothing on its standard
 * descriptors but, on the third, the end of the file `log`. argv ends with NULL.
 * Does not wait for it. */
int platform_spawn_detached(
	const char *program, const char *const argv[], const char *log, struct err *err);

/* A word to the service manager that started us ("READY=1"); nothing without one. */
void platform_service_notify(const char *state);
/* The listening unix socket it hands us, or -1. */
int platform_service_socket(void);

/* Does a process, of whoever, listen on the unix socket of this path? Asks without
 * connecting, which would have the service manager start something. */
bool platform_socket_listens(const char *path);

/*
 * Notice changes to files whose names begin with `prefix` in a directory: a
 * descriptor that becomes readable, and a function that drains it and says
 * whether anything did change. No wake-ups while nothing changes.
 */
struct platform_watch;
int platform_watch_open(
	struct platform_watch **out, const char *dir, const char *prefix, struct err *err);
void platform_watch_close(struct platform_watch *watch);
int platform_watch_fd(const struct platform_watch *watch);
bool platform_watch_take(struct platform_watch *watch);

#endif
