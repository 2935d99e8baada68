/*
 * Where tokens are kept when there is a better place than a file: the desktop's Secret
 * Service (org.freedesktop.secrets, by libsecret, which is loaded when it is first
 * needed). Asked by a process of its own with a limit of time, so that a hung D-Bus, or
 * a keyring that waits for somebody to unlock it, delays nothing for longer than that;
 * and nothing of GLib gets into this one. Any thread; SIGPIPE ignored.
 */
#ifndef AGENT_SECRET_H
#define AGENT_SECRET_H

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define SECRET_WAIT_MS 2000 /* for reading and forgetting */
#define SECRET_ASK_MS 60000 /* for keeping: a person may have to unlock the keyring */
#define SECRET_MAX ((size_t)16 * 1024)

enum secret_outcome {
	SECRET_DONE = 0,
	SECRET_NONE = 1,   /* nothing is kept for that */
	SECRET_LOCKED = 2, /* there is a service, and it is locked */
	SECRET_AWAY = 3,   /* no service, or it does not answer */
};

/* What is kept for `url`, appended to out. Never asks a person. */
enum secret_outcome secret_get(const char *url, struct buf *out);
/* Keep it, in place of what there was; a person may be asked to unlock the keyring. */
enum secret_outcome secret_put(const char *url, struct str text);
enum secret_outcome secret_clear(const char *url);

#endif
