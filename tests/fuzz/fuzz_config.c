/* promptd.conf: whatever the file says, settings stay in their range, and a fault
 * is told with the place. */
#include <stdint.h>

#include "agent/config.h"
#include "tests/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct err err = {.code = ERR_NONE};
	struct config config;
	unsigned char flags[2];

	config_init(&config);
	if (config_parse(&config, "f", text, &err) != 0) {
		CHECK(err.code == ERR_INVALID);
		CHECK(strncmp(err.text, "f:", 2) == 0);
	}
	CHECK(config.search_limit >= 1 && config.search_limit <= 100);
	/* As bytes: a bool that is neither cannot be asked. */
	memcpy(&flags[0], &config.remember_values, 1);
	memcpy(&flags[1], &config.experimental, 1);
	CHECK(flags[0] <= 1 && flags[1] <= 1);
	return 0;
}
