/* The desktops of Linux, for the table in backends.c. */
#ifndef PLATFORM_LINUX_BACKENDS_H
#define PLATFORM_LINUX_BACKENDS_H

#include "platform/platform.h"

extern const struct platform_backend platform_x11, platform_none;

#endif
