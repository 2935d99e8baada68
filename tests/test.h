/*
 * The whole test framework: a test is a function named as a sentence, CHECK
 * says what must hold, and a failure names file and line and ends the program.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			(void)fprintf(                                                          \
				stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			exit(1);                                                                \
		}                                                                               \
	} while (0)

#define CHECK_STR(got, expected)                                                              \
	do {                                                                                  \
		const char *got_ = (got);                                                     \
		const char *expected_ = (expected);                                           \
		if (got_ == NULL || strcmp(got_, expected_) != 0) {                           \
			(void)fprintf(stderr, "%s:%d: got:      %s\n%s:%d: expected: %s\n",   \
				__FILE__, __LINE__, got_ != NULL ? got_ : "(null)", __FILE__, \
				__LINE__, expected_);                                         \
			exit(1);                                                              \
		}                                                                             \
	} while (0)

#define RUN(test)                               \
	do {                                    \
		test();                         \
		(void)printf("ok %s\n", #test); \
	} while (0)

/* Exit status that CTest reports as skipped. Say why before. */
#define TEST_SKIP 77

#endif
