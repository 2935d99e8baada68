/*
 * What a promptd-hub is told by its surroundings: where its database is and what it
 * listens on, when the command line does not say. Main's thread, at the start.
 */
#ifndef HUB_PLACE_H
#define HUB_PLACE_H

#include <stddef.h>

#include "core/err.h"

/*
 * Lines NAME=value of /etc/promptd-hub.env ($PROMPTD_HUB_ENV instead), which the
 * systemd unit reads too: so that a command typed by root finds the same database as
 * the service. Only PROMPTD_HUB_* are taken, and none that is set. A file that is not
 * there, or not for this user, is none.
 */
void place_read_settings(void);

/*
 * $PROMPTD_HUB_DATABASE, else hub.db in: $STATE_DIRECTORY (a unit's), of root
 * /var/lib/promptd-hub (the same, from outside), else $XDG_STATE_HOME/promptd-hub or
 * ~/.local/state/promptd-hub. The directory is made, 0700.
 */
#define PLACE_URL_MAX 1024
int place_database(char url[PLACE_URL_MAX], struct err *err);

#endif
