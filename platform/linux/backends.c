/* The desktops of Linux in the order they are tried; see platform.h. */
#include "platform/platform.h"

#include <stdlib.h>
#include <string.h>

#include "platform/linux/backends.h"

const struct platform_backend *const platform_backends[] = {
	&platform_x11,
	&platform_none,
	NULL,
};

int platform_desktop_open(
	struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err)
{
	const char *forced = getenv("PROMPTD_PLATFORM");
	int outcome;
	size_t i;

	for (i = 0; platform_backends[i] != NULL; i++) {
		const struct platform_backend *backend = platform_backends[i];

		if (forced != NULL && *forced != '\0' && strcmp(forced, backend->name) != 0)
			continue;
		outcome = backend->open(out, fn, data, err);
		if (outcome == PLATFORM_NONE && forced != NULL && *forced != '\0')
			return -1; /* err says why */
		if (outcome != PLATFORM_NONE)
			return outcome;
	}
	return err_set(
		err, ERR_INVALID, "PROMPTD_PLATFORM: there is no platform \"%.40s\" here", forced);
}
