/* libgit2's memory, in pieces of a bounded size; see git_repo.h. Every piece is one of
 * malloc()'s, as before: who was given one may free() it. */
#include "library/git_repo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/alloc.h>

static void *get(void *old, size_t n, size_t size)
{
	void *piece = NULL;

	if (size == 0 || n <= REPO_PIECE_MAX / size)
		piece = realloc(old, n * size > 0 ? n * size : 1);
	else
		errno = ENOMEM;
	if (piece == NULL)
		git_error_set_str(GIT_ERROR_NOMEMORY, "it asks for too much memory at once");
	return piece;
}

static void *on_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return get(NULL, n, 1);
}

static void *on_malloc_array(size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return get(NULL, n, size);
}

static void *on_calloc(size_t n, size_t size, const char *file, int line)
{
	void *piece = on_malloc_array(n, size, file, line);

	if (piece != NULL)
		memset(piece, 0, n * size);
	return piece;
}

static void *on_realloc(void *old, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return get(old, n, 1);
}

static void *on_realloc_array(void *old, size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return get(old, n, size);
}

static char *on_substrdup(const char *text, size_t n, const char *file, int line)
{
	char *copy = n < REPO_PIECE_MAX ? on_malloc(n + 1, file, line) : NULL;

	if (copy != NULL) {
		memcpy(copy, text, n);
		copy[n] = '\0';
	}
	return copy;
}

static char *on_strdup(const char *text, const char *file, int line)
{
	return on_substrdup(text, strlen(text), file, line);
}

static char *on_strndup(const char *text, size_t n, const char *file, int line)
{
	return on_substrdup(text, strnlen(text, n), file, line);
}

int repo_bound_memory(void)
{
	static git_allocator allocator = {
		.gmalloc = on_malloc,
		.gcalloc = on_calloc,
		.gstrdup = on_strdup,
		.gstrndup = on_strndup,
		.gsubstrdup = on_substrdup,
		.grealloc = on_realloc,
		.greallocarray = on_realloc_array,
		.gmallocarray = on_malloc_array,
		.gfree = free,
	};

	return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator) == 0 ? 0 : -1;
}
