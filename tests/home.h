/*
 * The library of a home, as another process has it: header only.
 */
#ifndef TESTS_HOME_H
#define TESTS_HOME_H

#include "store/store.h"
#include "tests/test.h"

/* Below PROMPTD_HOME=`home`; to be closed. */
static inline struct store *home_store(const char *home)
{
	char dir[80];
	struct store_options options = {.dir = dir};
	struct store *store;
	struct err err;

	(void)snprintf(dir, sizeof dir, "%.64s/data", home);
	CHECK(store_open(&store, &options, &err) == 0);
	return store;
}

#endif
