/*
 * Runs a fuzz target over files instead of inventing inputs: the corpora are part
 * of the ordinary tests. Each input lies in a heap buffer of exactly its size, so
 * that a read past its end is seen; of small ones every beginning is an input too,
 * for most parsers break where a text breaks off. Arguments are files and folders.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLAY_CUT_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *path)
{
	(void)fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

static void replay_beginnings(const uint8_t *data, size_t size)
{
	size_t cut;

	for (cut = 1; cut < size; cut++) {
		uint8_t *copy = malloc(cut);

		if (copy == NULL)
			abort();
		memcpy(copy, data, cut);
		(void)LLVMFuzzerTestOneInput(copy, cut);
		free(copy);
	}
}

static void replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size > 0 ? size : 1);
	FILE *file = fopen(path, "rb");

	if (file == NULL || data == NULL || fread(data, 1, size, file) != size)
		fail("cannot be read", path);
	(void)fclose(file);
	/* Said before, so that one knows which it was when it does not come back. */
	(void)fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(data, size);
	if (size <= REPLAY_CUT_MAX)
		replay_beginnings(data, size);
	free(data);
}

static size_t replay(const char *path);

static size_t replay_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];
	size_t n = 0;

	if (dir == NULL)
		fail("cannot be opened", path);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		n += replay(name);
	}
	(void)closedir(dir);
	return n;
}

static size_t replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		fail("is not there", path);
	if (S_ISDIR(st.st_mode))
		return replay_folder(path);
	replay_file(path, (size_t)st.st_size);
	return 1;
}

int main(int argc, char **argv)
{
	size_t n = 0;
	int i;

	for (i = 1; i < argc; i++)
		n += replay(argv[i]);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	if (n == 0)
		fail("no inputs", argc > 1 ? argv[1] : "corpus");
	(void)printf("%zu inputs\n", n);
	return 0;
}
