/*
 * Errors as values: a code for the program, one line of text for the person.
 *
 * A function that can fail returns 0 when done, a negative number when it
 * failed, and (where its header says so) a positive outcome that the caller
 * handles at once. The text is set once, where the fault is found, and passed
 * on untouched. Any thread; the struct belongs to the caller.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_FAILED,    /* the world said no: I/O, a library, a broken file */
	ERR_INVALID,   /* the input is not what it must be; the text says where */
	ERR_NOT_FOUND, /* nothing of that name */
	ERR_LIMIT,     /* a ceiling of ours was reached */
	ERR_REFUSED,   /* allowed by nobody: policy, permissions */
	ERR_BUSY,      /* somebody else holds it; trying again may help */
	ERR_NEWER,     /* made by a newer program than this one */
	ERR_MEMORY,
};

/* Longer texts are cut at a character boundary and end in "...". */
struct err {
	enum err_code code;
	char text[512];
};

/*
 * Set code and text (printf format, no newline at the end). Returns -1, so
 * that `return err_set(err, …)` reads well. err may be NULL.
 */
int err_set(struct err *err, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with ": " and the text of errno value `number` at the end. */
int err_errno(struct err *err, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
