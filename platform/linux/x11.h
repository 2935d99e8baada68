/*
 * The X11 backend's own header: one struct, cut up by the file that owns each part.
 *
 *   x11.c          connection, events, windows, being resident
 *   x11_keys.c     hotkeys, keys held down
 *   x11_press.c    keys pressed, texts typed
 *   x11_offer.c    owning selections and answering who reads them
 *   x11_save.c     reading what others own
 *   x11_picker.c   the picker: the keyboard taken and given back
 *   x11_clicks.c   clicks beside the picker
 *   x11_kept.c     what is held, for who comes after us
 *   x11_others.c   who has a key, who keeps what is copied
 *
 * Words are ICCCM's (section 2, peer to peer communication by selections).
 */
#ifndef PLATFORM_LINUX_X11_H
#define PLATFORM_LINUX_X11_H

#include <X11/Xatom.h>
#include <X11/Xlib.h>

#include "platform/linux/loop.h"

/* Where an X client's ids begin: 29 bits of id, 8 of them for the client as servers
 * are configured by default. */
#define X11_CLIENT_SHIFT 21
#define X11_HOTKEYS_MAX 16
#define X11_ITEMS_MAX 40
#define X11_TRANSFERS_MAX 16
#define X11_SELECTIONS 2 /* in the order of enum platform_selection */

enum x11_atom {
	X11_TARGETS,
	X11_MULTIPLE,
	X11_TIMESTAMP,
	X11_SAVE_TARGETS,
	X11_DELETE,
	X11_INSERT_SELECTION,
	X11_INSERT_PROPERTY,
	X11_INCR,
	X11_ATOM_PAIR,
	X11_NULL,
	X11_UTF8_STRING,
	X11_TEXT,
	X11_TEXT_PLAIN,
	X11_TEXT_PLAIN_UTF8,
	X11_IMAGE_PNG,
	X11_HINT, /* clipboard managers keep no copy of what says "secret" here */
	X11_CLIPBOARD,
	X11_CLIPBOARD_MANAGER,
	X11_SAVE_1, /* properties of our window that others write to */
	X11_SAVE_2,
	X11_HANDOVER,
	X11_CLOCK,
	X11_RESIDENT,
	X11_PICK,
	X11_WM_STATE,
	X11_NET_WM_PID,
	X11_PRESSED, /* properties of the root window: see x11_press.c */
	X11_SPARES,
	X11_ATOMS,
};

/* Bytes that are served, perhaps to several at a time. */
struct x11_blob {
	unsigned refs;
	size_t len;
	unsigned char data[];
};
struct x11_blob *x11_blob_new(const void *data, size_t len);
struct x11_blob *x11_blob_ref(struct x11_blob *blob);
void x11_blob_unref(struct x11_blob *blob); /* NULL is nothing */

/* One form of what a selection holds, as the server hands it out: of format 32 each
 * item is a long here. */
struct x11_item {
	Atom target, type;
	int format;
	struct x11_blob *data;
};

struct x11_held {
	struct x11_item items[X11_ITEMS_MAX];
	size_t n, bytes;
	bool own; /* a text of ours, which the person copied */
};

struct x11_selection {
	unsigned bit; /* enum platform_selection */
	Atom atom;
	bool ours, copied;     /* by others since save() */
	struct x11_blob *text; /* what is served; NULL: what is held */
	Time since;
	struct x11_held held;
	/* Of x11_save.c */
	bool saving, incremental;
	Atom wanted[X11_ITEMS_MAX];
	size_t n_wanted, at;
	struct x11_item incoming;
	struct buf chunks;
};

/* A text or picture on its way in pieces (ICCCM 2.7.2). */
struct x11_transfer {
	Window requestor; /* None: free */
	Atom property, type;
	int format;
	struct x11_blob *data;
	size_t sent;
	unsigned read;	      /* selections of a read to report; 0: none */
	unsigned long number; /* of all that were begun */
};

struct x11_hotkey {
	char keys[64];
	KeyCode code;
	unsigned modifiers;
	bool set, grabbed, down;
};

struct x11 {
	struct platform_desktop base;
	struct loop loop;
	Display *display;
	Window root, own;
	GSource *source;
	int fixes_event, error; /* error: the last one's code */
	int input;		/* the input extension's number; 0: there is none */
	Atom atoms[X11_ATOMS];
	struct x11_selection selections[X11_SELECTIONS];
	struct x11_transfer transfers[X11_TRANSFERS_MAX];
	unsigned long n_transfers; /* begun so far */
	/* Whom the text is for: a client (0: everybody), and its process where known. */
	uint64_t reader;
	long reader_pid;
	bool knows_processes; /* the server can tell a client's */
	Time save_time;
	struct buf held_text;	      /* of x11_held_text(), where it is not as it was held */
	guint save_timer, saved_soon; /* sources */
	unsigned save_parts;	      /* of the owners' time, still to come */
	struct x11_hotkey hotkeys[X11_HOTKEYS_MAX];
	guint kept_soon;	   /* a source */
	bool kept;		   /* there is a file of it */
	unsigned char spares[256]; /* codes of keys that x11_type() made */
	size_t n_spares;
	int64_t spares_until_us;		    /* they are looked up until then, perhaps */
	unsigned num_lock, scroll_lock, alt, super; /* masks, asked of the server */
	guint retry, held;			    /* sources */
	bool release;				    /* RELEASED is to be sent */
	unsigned retry_s;			    /* until the next try */
	bool handed_over;
	struct {
		struct picker *window; /* NULL: none was made */
		bool shown, leaving;   /* leaving: hidden, the keyboard is ours still */
		bool grabbed, wants_focus, focused;
		Window before; /* that had the focus */
		int before_revert;
		Time left; /* of the click that ended it; CurrentTime: none did */
		gint64 deadline_us;
	} picker;
};

static inline struct x11 *x11_of(struct platform_desktop *desktop)
{
	return (struct x11 *)desktop;
}

/* x11.c */
Time x11_time(struct x11 *x11);	 /* of the server; a round trip */
void x11_trap(struct x11 *x11);	 /* forget errors so far */
int x11_untrap(struct x11 *x11); /* a round trip; the last error since, 0: none */
void x11_window(struct platform_desktop *desktop, struct platform_window *window);
uint64_t x11_client(Window window);
void x11_errors_take(struct x11 *x11); /* again, after others set theirs */

/* x11_keys.c */
void x11_keys_map(struct x11 *x11); /* at the start and after MappingNotify */
bool x11_keys_event(struct x11 *x11, XEvent *event);
void x11_keys_fini(struct x11 *x11);
int x11_hotkey_set(struct platform_desktop *desktop, int number, struct str keys, struct err *err);
void x11_release(struct platform_desktop *desktop);
void x11_keys_await(struct x11 *x11); /* until those that are down are let go */
/* A hotkey's key was let go, as others have seen; 0: every one. */
void x11_keys_released(struct x11 *x11, unsigned code);
KeyCode x11_code(struct x11 *x11, KeySym keysym); /* 0: there is no such key */

/* x11_press.c */
int x11_press(struct platform_desktop *desktop, const struct platform_window *window,
	enum platform_key key, unsigned count, struct err *err);
int x11_type(struct platform_desktop *desktop, const struct platform_window *window,
	struct str text, struct err *err);
/* Let go what a killed process left down. */
void x11_press_mend(struct x11 *x11);
/* Take the characters away that x11_type() put on keys, whoever's process did. */
void x11_spares_give_back(struct x11 *x11);

/* x11_offer.c */
struct x11_selection *x11_selection(struct x11 *x11, Atom atom); /* NULL: not one of ours */
void x11_offer_init(struct x11 *x11);
bool x11_offer_event(struct x11 *x11, XEvent *event);
void x11_offer_fini(struct x11 *x11);
void x11_held_fini(struct x11_held *held);
int x11_offer(struct platform_desktop *desktop, unsigned selections, struct str text,
	const struct platform_window *reader, struct err *err);
void x11_restore(struct platform_desktop *desktop, unsigned selections);
void x11_keep(struct platform_desktop *desktop, unsigned selections);
bool x11_holds(struct platform_desktop *desktop);
/* Bytes that one item of this format takes in memory. */
size_t x11_unit(int format);

/* x11_others.c */
/* "openbox (FILE:LINE)", "probably ulauncher", or nothing that is known: "". */
void x11_key_holder(struct x11 *x11, const char *keys, char *text, size_t size);
void x11_manager(struct platform_desktop *desktop, char *name, size_t size, long *pid);

/* x11_kept.c */
void x11_kept_update(struct x11 *x11); /* after every change of who serves what */
void x11_kept_fini(struct x11 *x11);
/* Put back what a killed process held, where nobody owns the selection. */
void x11_kept_take(struct x11 *x11);

/* x11_save.c */
bool x11_save_event(struct x11 *x11, XEvent *event);
void x11_save_fini(struct x11 *x11);
void x11_save(struct platform_desktop *desktop, unsigned selections);
int x11_held_text(
	struct platform_desktop *desktop, enum platform_selection selection, struct str *text);
void x11_forget(struct platform_desktop *desktop);

/* x11_picker.c */
int x11_picker_open(struct platform_desktop *desktop, const struct platform_picker_options *options,
	struct err *err);
int x11_picker_show(
	struct platform_desktop *desktop, const struct platform_picker *what, struct err *err);
void x11_picker_hide(struct platform_desktop *desktop);
void x11_picker_fini(struct x11 *x11);
/* At the press of a hotkey: the keyboard is ours, or at least goes on; after what came
 * of it: it is let go when no picker was shown. */
void x11_picker_take(struct x11 *x11, Time time);
void x11_picker_took(struct x11 *x11);
/* It was one for the picker. */
bool x11_picker_key(struct x11 *x11, const XKeyEvent *event);
/* Somebody clicked, somewhere. */
void x11_picker_click(struct x11 *x11, Time time);
/* Nothing of the picker is in the way any more; else ask again. */
bool x11_picker_left(struct x11 *x11, bool keys_held);

/* x11_clicks.c */
void x11_clicks_init(struct x11 *x11);
void x11_clicks_watch(struct x11 *x11, bool on); /* x11_picker_click() from now on */
bool x11_clicks_event(struct x11 *x11, XEvent *event);

#endif
