/*
 * Every route in one table: what it is called by, who may, and what it does. The
 * authorisation of the whole API stands here and nowhere else; tests/test_hub_access.c
 * tries each route with each role in each relation against it, tests/test_hub_table.c says
 * a second time what was meant, and schema/hub/openapi.json is held against it.
 */
#ifndef HUB_ROUTES_H
#define HUB_ROUTES_H

#include "hub/request.h"

enum route_flag {
	ROUTE_OPEN = 1,	    /* for anybody, signed in or not */
	ROUTE_BODY = 2,	    /* takes a JSON object */
	ROUTE_RAW = 4,	    /* takes another body: it looks itself */
	ROUTE_WRITE = 8,    /* its transaction writes */
	ROUTE_SLOW = 16,    /* no transaction of its own: it takes time outside (passwords) */
	ROUTE_AT_ONCE = 32, /* answered on the loop's thread: /livez */
	ROUTE_SECRET = 512, /* its answer holds what is shown once and kept nowhere */
};

struct route {
	enum http_method method;
	const char *path; /* "/api/v1/prompts/{id}" */
	const char *name; /* operationId of the OpenAPI document */
	unsigned flags, scope;
	/* By role: the relations in which it may; 0 never. For what has no owner any bit
	 * will do. */
	unsigned may[ROLES];
	route_fn *run;
};

extern const struct route route_table[];
extern const size_t route_count;

/* Pages for people (routes_pages.c), which are no part of the API nor of its document. */
extern const struct route page_table[];
extern const size_t page_count;

/* The route of a method and path, and what stands for its {…}. NULL: none; *allowed
 * is then the or of 1 << method of those that the path has. */
const struct route *route_find(
	enum http_method method, struct str path, struct str words[2], unsigned *allowed);

#endif
