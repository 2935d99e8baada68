/*
 * For tests of library/: a sink that keeps every prompt and note, and a folder
 * of files that is made for one test and removed after it.
 */
#ifndef TESTS_COLLECT_H
#define TESTS_COLLECT_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library/library.h"
#include "tests/test.h"

struct collect {
	struct prompt **prompts;
	size_t n_prompts;
	struct buf errors, warnings, infos; /* "file:line: text\n" each */
	size_t n_errors, n_warnings, n_infos;
	struct library_sink sink;
};

static inline int collect_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct collect *collect = data;

	(void)err;
	collect->prompts =
		xrealloc(collect->prompts, (collect->n_prompts + 1) * sizeof(*collect->prompts));
	collect->prompts[collect->n_prompts++] = prompt_copy(prompt);
	return 0;
}

static inline void collect_note(void *data, const struct library_note *note)
{
	struct collect *collect = data;
	struct buf *out = note->error  ? &collect->errors
			  : note->info ? &collect->infos
				       : &collect->warnings;

	collect->n_errors += note->error;
	collect->n_infos += note->info;
	collect->n_warnings += !note->error && !note->info;
	(void)buf_add_format(
		out, "%.*s:%u: %s\n", (int)note->file.n, note->file.p, note->line, note->text);
}

static inline void collect_init(struct collect *collect)
{
	*collect = (struct collect){.sink = {.prompt = collect_prompt, .note = collect_note}};
	collect->sink.data = collect;
	buf_init(&collect->errors, 1 << 20);
	buf_init(&collect->warnings, 1 << 20);
	buf_init(&collect->infos, 1 << 20);
}

static inline void collect_fini(struct collect *collect)
{
	for (size_t i = 0; i < collect->n_prompts; i++)
		prompt_free(collect->prompts[i]);
	free(collect->prompts);
	buf_fini(&collect->errors);
	buf_fini(&collect->warnings);
	buf_fini(&collect->infos);
}

static inline const struct prompt *collect_find(const struct collect *collect, const char *path)
{
	for (size_t i = 0; i < collect->n_prompts; i++)
		if (strcmp(collect->prompts[i]->path, path) == 0)
			return collect->prompts[i];
	return NULL;
}

/* Is one of them the same version as this prompt? */
static inline bool collect_has_version(const struct collect *collect, const struct prompt *prompt)
{
	char digest[SHA256_HEX_BYTES], other[SHA256_HEX_BYTES];
	struct err err;

	CHECK(prompt_digest(prompt, digest, &err) == 0);
	for (size_t i = 0; i < collect->n_prompts; i++) {
		if (collect->prompts[i]->n_messages != prompt->n_messages ||
			strcmp(collect->prompts[i]->messages[0].text, prompt->messages[0].text) !=
				0)
			continue;
		CHECK(prompt_digest(collect->prompts[i], other, &err) == 0);
		if (strcmp(digest, other) == 0)
			return true;
	}
	return false;
}

/* Parse one text as a file of the format; the only prompt, or NULL. */
static inline const struct prompt *collect_parse(
	struct collect *collect, const char *format, const char *path, const char *text)
{
	const struct library_format *found = library_format_find(str_of(format));
	struct err err = {0};

	CHECK(found != NULL);
	collect_init(collect);
	CHECK(found->parse(str_of(path), str_of(text), &collect->sink, &err) == 0);
	return collect->n_prompts == 1 ? collect->prompts[0] : NULL;
}

/* A fresh folder; its path is valid until folder_remove(). */
static inline char *folder_make(void)
{
	const char *base = getenv("TMPDIR");
	struct buf path = BUF_INIT(4096);

	(void)buf_add_format(&path, "%s/promptd-test-XXXXXX", base != NULL ? base : "/tmp");
	CHECK(!buf_failed(&path) && mkdtemp(path.data) != NULL);
	return buf_take(&path);
}

/* Write a file below folder, with the folders it needs. */
static inline void folder_write(const char *folder, const char *path, const void *bytes, size_t n)
{
	struct buf full = BUF_INIT(4096);
	FILE *file;

	(void)buf_add_format(&full, "%s/%s", folder, path);
	for (char *c = full.data + strlen(folder) + 1; *c != '\0'; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(full.data, 0700);
		*c = '/';
	}
	file = fopen(full.data, "w");
	CHECK(file != NULL);
	CHECK(n == 0 || fwrite(bytes, n, 1, file) == 1);
	CHECK(fclose(file) == 0);
	buf_fini(&full);
}

static inline void folder_text(const char *folder, const char *path, const char *text)
{
	folder_write(folder, path, text, strlen(text));
}

static inline bool folder_read(const char *folder, const char *path, struct buf *out)
{
	struct buf full = BUF_INIT(4096);
	FILE *file;
	char bytes[4096];
	size_t n;

	(void)buf_add_format(&full, "%s/%s", folder, path);
	file = fopen(full.data, "r");
	buf_fini(&full);
	if (file == NULL)
		return false;
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		(void)buf_add(out, bytes, n);
	(void)fclose(file);
	return true;
}

static inline void folder_remove_below(int parent, const char *name, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	struct dirent *entry;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	while (dir != NULL && depth < 64 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			unlinkat(fd, entry->d_name, 0) != 0)
			folder_remove_below(fd, entry->d_name, depth + 1);
	if (dir != NULL)
		(void)closedir(dir);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

static inline void folder_remove(char *path)
{
	folder_remove_below(AT_FDCWD, path, 0);
	free(path);
}

/* Import path with nothing special. */
static inline void collect_import(
	struct collect *collect, const char *path, const char *format, const char *collection)
{
	struct library_import options = {.collection = str_of(collection)};
	struct err err = {0};
	size_t seen;

	if (format != NULL) {
		options.format = library_format_find(str_of(format));
		CHECK(options.format != NULL);
	}
	collect_init(collect);
	if (library_import(path, &options, &collect->sink, &seen, &err) != 0) {
		(void)fprintf(stderr, "import: %s\n", err.text);
		exit(1);
	}
}

#endif
