/*
 * What the operating system gives us, one folder a system (linux/, windows/,
 * macos/); the rest of the program knows no other door to it. First directories
 * and files of the user, and noticing that a file changed; then the desktop:
 * hotkey, window, selections, keys, menu, notification, session.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/str.h"
#include "platform/picker.h"

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
	char bare[PLATFORM_PATH_MAX];	/* `run` as found without XDG variables */
};
int platform_dirs(struct platform_dirs *dirs, struct err *err);

/* Make a directory and its parents 0700; refuses one that another user owns. */
int platform_make_dir(const char *path, struct err *err);

/* Exchange a file of that name, 0600, as a whole: who reads sees the old text or the new.
 * Not synced to the disk. */
int platform_put_private(const char *dir, const char *name, struct str text, struct err *err);

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

/* A descriptor that becomes readable when this process ends; -1: there is none of that
 * pid, or the system cannot tell. */
int platform_process_watch(long pid);

/* Is the other end of this local socket a process of this user? */
bool platform_peer_is_us(int socket);

/* Start a program that outlives us: a session of its own, nothing on its standard
 * descriptors but, on the third, the end of the file `log`. argv ends with NULL.
 * Does not wait for it. */
int platform_spawn_detached(
	const char *program, const char *const argv[], const char *log, struct err *err);

/* When this process crashes from now on (a signal of its own making: SIGSEGV, SIGABRT, …),
 * `program` is started with that one word first, with our standard descriptors; then it
 * ends as it would have. Both are copied. */
int platform_crash_start(const char *program, const char *word, struct err *err);

/* A word to the service manager that started us ("READY=1"); nothing without one. */
void platform_service_notify(const char *state);
/* The listening unix socket it hands us, or -1. */
int platform_service_socket(void);

/* Where the socket of a display of this machine appears ("/tmp/.X11-unix") and its name
 * there ("X0"). False: the display is of another machine, or is no display's name. */
bool platform_display_socket(const char *display, const char **dir, char name[16]);

/* Does a process, of whoever, listen on the unix socket of this path? Asks without
 * connecting, which would have the service manager start something. */
bool platform_socket_listens(const char *path);

/* A descriptor that becomes readable every so often, and does not wake a machine
 * that sleeps. platform_timer_take() makes it wait for the next time. */
int platform_timer_open(int64_t every_ms, struct err *err);
void platform_timer_take(int fd);
/* A descriptor that becomes readable once, when that much time has passed since it was
 * set; the time of a machine that sleeps counts, and does not wake it. INT64_MAX: never;
 * setting it again is taking it. */
int platform_alarm_open(struct err *err);
void platform_alarm_set(int fd, int64_t in_us);

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
/* Watch another directory too, for every change in it; again is nothing. What changed
 * there is told by platform_watch_others(), once take() has looked, and not by take(). */
int platform_watch_add(struct platform_watch *watch, const char *dir, struct err *err);
bool platform_watch_others(struct platform_watch *watch);
bool platform_watch_take(struct platform_watch *watch);

/*
 * --- The desktop -----------------------------------------------------------
 *
 * One connection to the session a person sits at. One thread: every function is
 * called from the thread that opened it, every event comes on it, from within
 * run(). What a function starts is told by an event, and the function itself comes
 * back at once (a round trip to the display server at most, under 1 ms), unless
 * it says otherwise. Events never come from within a function of this table.
 *
 * The functions are a table and not a set of names because one program holds
 * several of them: on Linux the table of backends is tried in order, tests bring
 * their own (tests/fake_platform.h).
 */
struct platform_desktop;

/* The window that has the keyboard. Plain data, copied freely. */
#define PLATFORM_CLASS_MAX 64
struct platform_window {
	uint64_t id;	 /* 0: none has it */
	uint64_t client; /* its program's connection: who reads when it pastes */
	uint64_t start;	 /* platform_process_start() of pid: ids and pids are used again */
	long pid;	 /* 0: not known */
	char class_name[PLATFORM_CLASS_MAX], instance[PLATFORM_CLASS_MAX]; /* may be empty */
	bool password; /* a field for a password has the keyboard, where one can tell */
};

/* What other programs copy to and paste from. Where a system has only one, the
 * other is never owned and never asked for. Sets of them are or-ed. */
enum platform_selection { PLATFORM_CLIPBOARD = 1, PLATFORM_PRIMARY = 2, PLATFORM_BOTH = 3 };

enum platform_key {
	PLATFORM_KEY_SHIFT_INSERT, /* everywhere on X11 */
	PLATFORM_KEY_CTRL_V,
	PLATFORM_KEY_CTRL_SHIFT_V,
	PLATFORM_KEY_LEFT, /* the caret, back into the text */
};

#define PLATFORM_OFFER_MAX ((size_t)1024 * 1024) /* bytes of a text to paste */
#define PLATFORM_SAVE_MAX ((size_t)32 * 1024 * 1024)
#define PLATFORM_TYPE_MAX 2000 /* characters of a text to type */
#define PLATFORM_SAVE_MS 300   /* for which an owner may say nothing */

enum platform_event_type {
	/* `number` of hotkey_set() was pressed; repeats of a held key are left out. */
	PLATFORM_EVENT_HOTKEY,
	/* Another process of this user asked for the picker: poke(). */
	PLATFORM_EVENT_POKE,
	/* save() ended. `selections`: those whose content could not be held (its owner
	 * hung, died, or had too much); they will be empty after a restore(). */
	PLATFORM_EVENT_SAVED,
	/* Data of an offer went to `client`: `selections` says of which. With a text
	 * handed over in pieces, one event a piece. What was only asked about (which
	 * forms are there?) is no read. Another connection of the process that the offer
	 * is for is told as that window's client. */
	PLATFORM_EVENT_READ,
	/* Another program copied: `selections` are not ours any more. */
	PLATFORM_EVENT_LOST,
	/* Another program copied to `selections`; of those that were ours after LOST. */
	PLATFORM_EVENT_COPIED,
	/* release() ended: no modifier and no Return is held down. */
	PLATFORM_EVENT_RELEASED,
	/* menu() ended: `text` is what it printed, `number` its exit status (0 chosen). */
	PLATFORM_EVENT_MENU,
	/*
	 * Of the picker: `text` is a key by its name ("Enter", "Ctrl+Enter", "Shift+Tab",
	 * "Ctrl+S", "Space" where the field with the cursor takes no text, …), or what was
	 * typed, as an input method gives it.
	 */
	PLATFORM_EVENT_PICKER_KEY,
	PLATFORM_EVENT_PICKER_TEXT,
	/* `number`: a row of the list, a field, an item under the field was clicked. */
	PLATFORM_EVENT_PICKER_ROW,
	PLATFORM_EVENT_PICKER_FIELD,
	PLATFORM_EVENT_PICKER_ITEM,
	/* The person turned to something else (a click outside, another window), or the
	 * keyboard could not be had: it wants picker_hide(). */
	PLATFORM_EVENT_PICKER_LEFT,
	/* The time of timer(), of remind() has come. */
	PLATFORM_EVENT_TIMER,
	PLATFORM_EVENT_REMINDED,
	/* The descriptor of watch() can be read; comes again until it is. */
	PLATFORM_EVENT_READABLE,
	/* The screen was locked (`number` 1) or unlocked (0). */
	PLATFORM_EVENT_LOCKED,
	/* We were asked to end (SIGTERM, end of the session). */
	PLATFORM_EVENT_QUIT,
	/* Hotkey `number`, which another program had, is ours now; or, with a `text`, is
	 * not any more, and that says why. */
	PLATFORM_EVENT_GRABBED,
};

struct platform_event {
	enum platform_event_type type;
	unsigned selections;
	uint64_t client;
	int number;
	struct str text; /* borrowed for the call */
};
typedef void platform_event_fn(void *data, const struct platform_event *event);

enum platform_outcome {
	PLATFORM_OK = 0,
	/* open(): this backend has no display here; nothing is open. held_text(): there is
	 * no text. */
	PLATFORM_NONE = 1,
	PLATFORM_TAKEN = 2, /* hotkey_set(): another program has that key; err says who */
	/* press(): another window has the keyboard; offer(): see there; held_text(): the
	 * text is a password. */
	PLATFORM_OTHER = 3,
};

struct platform_backend {
	const char *name; /* as PROMPTD_PLATFORM says it */

	/* PLATFORM_NONE with err set: try the next. When the display dies later the
	 * process ends with status 1: whoever watches over it starts it again. */
	int (*open)(
		struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err);
	/* Gives every selection away: what is held is lost unless a clipboard manager
	 * takes it (waits for that, 1 s at most). Ends a menu. NULL is nothing. */
	void (*close)(struct platform_desktop *desktop);
	/* Calls the event function until quit(). No wake-ups while nothing happens. */
	void (*run)(struct platform_desktop *desktop);
	void (*quit)(struct platform_desktop *desktop);
	/* One timer: in so many milliseconds, instead of what was set before. -1: never. */
	void (*timer)(struct platform_desktop *desktop, int64_t ms);
	/* Another one, with PLATFORM_EVENT_REMINDED. */
	void (*remind)(struct platform_desktop *desktop, int64_t ms);
	/* PLATFORM_EVENT_READABLE whenever this descriptor is, instead of the one before; -1:
	 * none is watched. Before it is closed. */
	void (*watch)(struct platform_desktop *desktop, int fd);

	/*
	 * "Ctrl+Alt+Space" as hotkey `number` (0-15), in place of the one it was; an
	 * empty text: none. Grabbed on every layout and again after a change of layout.
	 * PLATFORM_TAKEN: err says who has it, as far as that can be known; it is tried
	 * again, ever more rarely, until PLATFORM_EVENT_GRABBED. ERR_INVALID (no such
	 * key): the number has no key then.
	 */
	int (*hotkey_set)(
		struct platform_desktop *desktop, int number, struct str keys, struct err *err);
	/* Tell the process that is resident here to open its picker (it gets
	 * PLATFORM_EVENT_POKE). ERR_NOT_FOUND: none is. */
	int (*poke)(struct platform_desktop *desktop, struct err *err);
	/* Be the resident one until close(). ERR_BUSY: another is; ERR_NOT_FOUND: there is
	 * no session here to be resident in. */
	int (*reside)(struct platform_desktop *desktop, struct err *err);

	/* The window with the keyboard, now. id 0 where there is none. */
	void (*window)(struct platform_desktop *desktop, struct platform_window *window);
	bool (*locked)(struct platform_desktop *desktop); /* the screen, as far as known */

	/*
	 * Read what other programs hold on these selections and keep it: originals
	 * first, PLATFORM_SAVE_MAX bytes, no wait over PLATFORM_SAVE_MS. Ends with
	 * PLATFORM_EVENT_SAVED. Called again it begins anew, with nothing held. Selections that are
	 * ours keep what is held for them.
	 */
	void (*save)(struct platform_desktop *desktop, unsigned selections);
	/*
	 * The text of what save() holds of one selection, after PLATFORM_EVENT_SAVED: UTF-8,
	 * borrowed until the next function of this table or event. PLATFORM_NONE: it holds
	 * none, PLATFORM_OTHER: whoever put it there says that it is a password.
	 */
	int (*held_text)(struct platform_desktop *desktop, enum platform_selection selection,
		struct str *text);
	/* Drop what is held for selections that are not ours. */
	void (*forget)(struct platform_desktop *desktop);
	/*
	 * Own these selections and serve this text, marked so that clipboard managers
	 * keep no copy. The bytes are copied. What save() holds stays held.
	 * `reader`: the text is for the program of this window alone, as far as one can
	 * tell who asks; other programs are told which forms there are, and get none. They
	 * would keep a copy, marked or not. NULL, and after keep(): for everybody.
	 * PLATFORM_OTHER: another program copied since save(), which is to be saved
	 * first. Then, and when it failed, nothing is ours by this call.
	 */
	int (*offer)(struct platform_desktop *desktop, unsigned selections, struct str text,
		const struct platform_window *reader, struct err *err);
	/* Of those that are ours: serve what is held again, without letting go of them
	 * in between; with nothing held they are given up. */
	void (*restore)(struct platform_desktop *desktop, unsigned selections);
	/* Of those that are ours: the text is what the person copied, from now on. */
	void (*keep)(struct platform_desktop *desktop, unsigned selections);

	/* Do we hold what would be lost if we ended now? */
	bool (*holds)(struct platform_desktop *desktop);

	/* PLATFORM_EVENT_RELEASED as soon as no Ctrl, Alt, Super, Shift and no Return is
	 * held down, perhaps at once; after picker_hide() also not before the keyboard is
	 * back where it was (or 2 s were not enough for that: press() will tell). */
	void (*release)(struct platform_desktop *desktop);
	/*
	 * Press and release a key `count` times, if this window has the keyboard: looked
	 * at and pressed as one, nothing can come between. PLATFORM_OTHER, or negative
	 * when keys cannot be pressed here: nothing was pressed, and none stays down.
	 */
	int (*press)(struct platform_desktop *desktop, const struct platform_window *window,
		enum platform_key key, unsigned count, struct err *err);
	/*
	 * Type a text into this window, key by key, if it has the keyboard: also characters
	 * that the layout has not. PLATFORM_OTHER and ERR_FAILED as with press(); ERR_INVALID:
	 * newlines, tabs and other controls, each of which may act; ERR_LIMIT: more than
	 * PLATFORM_TYPE_MAX characters, or more of other layouts than there are free keys;
	 * ERR_BUSY: those keys are still needed by the text before (10 s). Nothing was typed
	 * then. That the window took it, nobody tells.
	 */
	int (*type)(struct platform_desktop *desktop, const struct platform_window *window,
		struct str text, struct err *err);

	/*
	 * Make the picker, hidden, so that it opens at once later; from then on a hotkey
	 * takes the keyboard with it, and what is typed after it goes to the picker.
	 * ERR_FAILED: there is none here, and the two below are not to be called. The
	 * theme is read here; when it cannot be, that is told, and ours is used.
	 */
	int (*picker_open)(struct platform_desktop *desktop,
		const struct platform_picker_options *options, struct err *err);
	/*
	 * Show this, with the window and the keyboard taken when it was hidden: on the
	 * monitor of the window that has the focus, over everything. The focus stays there
	 * unless options.window, a screen reader or an input method ask for it. ERR_BUSY:
	 * another program has the keyboard for itself; it stays hidden.
	 */
	int (*picker_show)(struct platform_desktop *desktop, const struct platform_picker *what,
		struct err *err);
	/* Out of sight; the keyboard goes back when the keys that are down are let go, 2 s
	 * later at most. Hidden already: nothing. */
	void (*picker_hide)(struct platform_desktop *desktop);

	/* The program that keeps what is copied, as far as that can be known; "": none.
	 * *pid is its process, 0 when that is not known. A few milliseconds. */
	void (*manager)(struct platform_desktop *desktop, char *name, size_t size, long *pid);
	/* One line to the person, out of the way; where there is no service for that it
	 * goes to the log. Never waits, never fails. */
	void (*notify)(struct platform_desktop *desktop, const char *text);
	/*
	 * Start a program that lets a person choose: `text` (lines) on its stdin, its
	 * answer by PLATFORM_EVENT_MENU. One at a time; ERR_BUSY. argv ends with NULL.
	 */
	int (*menu)(struct platform_desktop *desktop, const char *const argv[], struct str text,
		struct err *err);
};

/* Every backend's own struct begins with this one. */
struct platform_desktop {
	const struct platform_backend *backend;
};

/* The backends of this system in the order they are tried; NULL ends. */
extern const struct platform_backend *const platform_backends[];
/*
 * The first that has a display, or the one that $PROMPTD_PLATFORM names
 * (ERR_INVALID: there is none of that name). Never PLATFORM_NONE: "none" always
 * opens, and has no keys, no windows and no selections. close() through its table.
 */
int platform_desktop_open(
	struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err);

/*
 * The same for a whole tree of folders, links not followed, hidden files left out, and of
 * git's own (.git) all but that its HEAD goes on to another commit; new folders are
 * watched as they come. When the system or
 * PLATFORM_TREE_FOLDERS_MAX allows no more, or 16 levels are reached, it is not whole.
 */
#define PLATFORM_TREE_FOLDERS_MAX 8192
struct platform_tree;
int platform_tree_open(struct platform_tree **out, const char *dir, struct err *err);
void platform_tree_close(struct platform_tree *tree);
int platform_tree_fd(const struct platform_tree *tree);
bool platform_tree_take(struct platform_tree *tree);
bool platform_tree_is_whole(const struct platform_tree *tree);

#endif
