/* Telling systemd (sd_notify(3)), when it is who started us. */
#ifndef HUB_NOTIFY_H
#define HUB_NOTIFY_H

/* "READY=1": to $NOTIFY_SOCKET, if there is one. Nobody hears that it failed. */
void notify_manager(const char *state);

#endif
