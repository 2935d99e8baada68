/*
 * The requests that are measured, for whatever library the server has: the name of
 * a prompt is asked of the server itself.
 */
#ifndef TESTS_BENCH_REQUEST_H
#define TESTS_BENCH_REQUEST_H

#include <stdbool.h>

#include "tests/bench/bench.h"

struct request {
	const char *figure;	    /* "tools_list" */
	const char *before, *after; /* what stands around the prompt's name, after the id */
	bool named;		    /* needs that name */
	bool pipelined;		    /* bench_pipeline measures it as well */
	bool ours;		    /* a tool that other servers do not have */
};

/* Ends with a NULL figure. */
extern const struct request request_table[];

#define REQUEST_BYTES 512

/* A prompt of this server that needs no argument; false when it has none. */
bool request_prompt_name(struct bench_server *server, char name[256]);

/* One request with its newline; returns its length. */
size_t request_write(
	char out[REQUEST_BYTES], const struct request *request, size_t id, const char *name);

/* Put the "result" of an answer into a file, for the floor to give. */
void request_save_result(const char *answer, const char *path);

#endif
