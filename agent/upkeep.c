/* What the agent does while nobody asks; see upkeep.h. */
#include "agent/upkeep.h"

#include <stdlib.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/logfile.h"
#include "core/log.h"

/* Tests cannot wait for minutes. */
static int64_t upkeep_ms(void)
{
	const char *wished = getenv("PROMPTD_TEST_UPKEEP_MS");
	int64_t ms;

	return wished != NULL && str_to_int(str_of(wished), 1, UPKEEP_MS, &ms) ? ms : UPKEEP_MS;
}

int upkeep_open(struct upkeep *upkeep, const struct platform_dirs *dirs, struct store *store,
	struct err *err)
{
	*upkeep = (struct upkeep){.dirs = dirs, .store = store, .timer = -1};
	/* One that is there stays as open as it is: settings are no secret. Where there
	 * can be none, none change. */
	if (access(dirs->config, F_OK) != 0)
		(void)platform_make_dir(dirs->config, err);
	if (platform_watch_open(&upkeep->settings, dirs->config, CONFIG_FILE, err) != 0)
		upkeep->settings = NULL;
	upkeep->timer = platform_timer_open(upkeep_ms(), err);
	return upkeep->timer >= 0 ? 0 : -1;
}

void upkeep_close(struct upkeep *upkeep)
{
	platform_watch_close(upkeep->settings);
	upkeep->settings = NULL;
	if (upkeep->timer >= 0)
		(void)close(upkeep->timer);
	upkeep->timer = -1;
}

void upkeep_store(struct upkeep *upkeep)
{
	platform_timer_take(upkeep->timer);
	logfile_turn(upkeep->dirs);
	store_upkeep(upkeep->store);
	log_event(LOG_LEVEL_DEBUG, LOG_TEXT("event", "agent.upkeep"));
}

int upkeep_settings(struct upkeep *upkeep, struct err *err)
{
	struct config config;

	if (upkeep->settings == NULL || !platform_watch_take(upkeep->settings))
		return 0;
	if (config_load(&config, upkeep->dirs->config, err) != 0)
		return -1;
	log_set_level((enum log_level)config.log_level);
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "agent.settings"),
		LOG_TEXT("log_level", log_level_name((enum log_level)config.log_level)));
	return 0;
}
