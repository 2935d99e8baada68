/*
 * What the agent does while nobody asks: it takes up a changed log level, and looks
 * after the store every few minutes. Main thread; wakes it no oftener than that.
 */
#ifndef AGENT_UPKEEP_H
#define AGENT_UPKEEP_H

#include "platform/platform.h"
#include "store/store.h"

#define UPKEEP_MS ((int64_t)10 * 60 * 1000)

struct upkeep {
	const struct platform_dirs *dirs;
	struct store *store;		 /* borrowed, of this thread */
	struct platform_watch *settings; /* NULL: there is no place for any */
	int timer;			 /* -1: none */
};

/* 0 or -1; upkeep_close() in both cases. */
int upkeep_open(struct upkeep *upkeep, const struct platform_dirs *dirs, struct store *store,
	struct err *err);
void upkeep_close(struct upkeep *upkeep);

/* upkeep->timer, or the watch of the settings, is readable. A setting that cannot be
 * read is told by err (-1), and the one before stays. */
void upkeep_store(struct upkeep *upkeep);
int upkeep_settings(struct upkeep *upkeep, struct err *err);

#endif
