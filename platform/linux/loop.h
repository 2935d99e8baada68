/*
 * GLib's loop with what every backend needs of it: timers, the signals that ask us to
 * end, and a program that lets a person choose. One thread.
 */
#ifndef PLATFORM_LINUX_LOOP_H
#define PLATFORM_LINUX_LOOP_H

#include <gio/gio.h>

#include "core/buf.h"
#include "platform/platform.h"

struct loop {
	platform_event_fn *fn;
	void *data;
	GMainLoop *main;
	guint timer, reminder, watched, terminate, interrupt; /* sources; 0: none */
	GCancellable *ending;				      /* of notices on their way */
	unsigned n_notices;
	struct loop_lock *lock;	    /* of loop_lock.c; NULL: nobody watches */
	struct loop_access *access; /* of loop_access.c; likewise */
	struct loop_menu {
		guint child, input, output; /* sources */
		int to, from;		    /* pipes; -1: closed */
		GPid pid;
		int status;
		bool exited, ended;
		struct buf text, answer;
		size_t written;
	} menu;
};

void loop_init(struct loop *loop, platform_event_fn *fn, void *data);
void loop_fini(struct loop *loop);
void loop_send(struct loop *loop, const struct platform_event *event);

/* As platform.h says of run, quit, timer, remind, watch, menu. */
void loop_run(struct loop *loop);
void loop_quit(struct loop *loop);
void loop_timer(struct loop *loop, int64_t ms);
void loop_remind(struct loop *loop, int64_t ms);
void loop_watch(struct loop *loop, int fd);
int loop_menu(struct loop *loop, const char *const argv[], struct str text, struct err *err);
/* End it, and what it started; its event comes all the same. None: nothing happens. */
void loop_menu_stop(struct loop *loop);
/*
 * notify(): by the desktop's notification service (org.freedesktop.Notifications), and
 * a line of log in any case. Asked without waiting; loop_fini() waits until what was
 * said has left, half a second at most.
 */
void loop_notify(struct loop *loop, const char *text);
/* Is there a session bus? GLib would start one where there is none. */
bool loop_has_bus(void);

/*
 * loop_lock.c: PLATFORM_EVENT_LOCKED from now on, as logind (LockedHint; Lock closes what
 * is open) and the desktops' screen savers (ActiveChanged) say. Nothing waits for them.
 */
void loop_lock_watch(struct loop *loop);
bool loop_locked(const struct loop *loop);
void loop_lock_end(struct loop *loop); /* loop_fini() does it */

/*
 * loop_access.c: the fields that programs tell the accessibility bus of. Was the last one
 * of this process that got the focus a field for a password? False where that is not
 * known. Nothing waits for it.
 */
void loop_access_watch(struct loop *loop);
bool loop_access_password(const struct loop *loop, long pid);
void loop_access_end(struct loop *loop); /* loop_fini() does it */
/* Does the accessibility bus answer within so many milliseconds? It is started if need
 * be; sources of the loop run meanwhile. *address is where it is, g_free; or NULL. */
bool loop_access_answers(unsigned ms, char **address);

#endif
