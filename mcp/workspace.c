/* What the client's folder is about; see workspace.h. */
#include "mcp/workspace.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"

#define PATH_BYTES 4096

/* Files that tell a language or a tool by their names, and by their endings. */
static const struct {
	const char *name, *words;
} by_name[] =
	{
		{"AGENTS.md", "agents"},
		{"CMakeLists.txt", "cmake"},
		{"Cargo.toml", "rust"},
		{"Dockerfile", "docker"},
		{"Gemfile", "ruby"},
		{"build.gradle", "java"},
		{"build.gradle.kts", "kotlin"},
		{"composer.json", "php"},
		{"go.mod", "go golang"},
		{"mix.exs", "elixir"},
		{"package.json", "javascript node"},
		{"pom.xml", "java"},
		{"pyproject.toml", "python"},
		{"requirements.txt", "python"},
		{"setup.py", "python"},
		{"tsconfig.json", "typescript"},
},
  by_ending[] = {
	  {".c", "c"},
	  {".cc", "c++ cpp"},
	  {".cpp", "c++ cpp"},
	  {".cs", "c# csharp"},
	  {".go", "go golang"},
	  {".hs", "haskell"},
	  {".java", "java"},
	  {".js", "javascript"},
	  {".kt", "kotlin"},
	  {".php", "php"},
	  {".py", "python"},
	  {".rb", "ruby"},
	  {".rs", "rust"},
	  {".sh", "shell"},
	  {".sql", "sql"},
	  {".swift", "swift"},
	  {".tex", "latex"},
	  {".tf", "terraform"},
	  {".ts", "typescript"},
};

static void add_word(struct workspace *workspace, struct str word)
{
	char *out = workspace->words[workspace->n];
	size_t i;

	if (word.n == 0 || word.n >= WORKSPACE_WORD_BYTES || workspace->n == WORKSPACE_WORDS_MAX)
		return;
	for (i = 0; i < word.n; i++)
		out[i] = (char)tolower((unsigned char)word.p[i]);
	out[word.n] = '\0';
	for (i = 0; i < workspace->n; i++)
		if (strcmp(workspace->words[i], out) == 0)
			return;
	workspace->n++;
}

static void add_words(struct workspace *workspace, const char *words)
{
	struct str rest = str_of(words);

	while (rest.n > 0)
		add_word(workspace, str_cut(rest, ' ', &rest));
}

/* ── the repository ────────────────────────────────────────────────────── */

/* A regular file's beginning. False when there is none; never waits (a FIFO). */
static bool read_file(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = -1;
	char *room;

	if (fd < 0)
		return false;
	room = buf_reserve(text, WORKSPACE_CONFIG_BYTES_MAX);
	if (room != NULL && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, room, WORKSPACE_CONFIG_BYTES_MAX);
	(void)close(fd); /* only read */
	if (n < 0)
		return false;
	buf_grow(text, (size_t)n);
	return true;
}

/* The last two names of git@host:team/shop.git or https://host/team/shop. */
static void add_remote(struct workspace *workspace, struct str url)
{
	int names = 0;

	if (str_ends(url, ".git"))
		url.n -= 4;
	while (names < 2 && url.n > 0) {
		size_t i = url.n;

		while (i > 0 && url.p[i - 1] != '/' && url.p[i - 1] != ':')
			i--;
		if (i == 0)
			return; /* the host, or no URL at all */
		add_word(workspace, (struct str){url.p + i, url.n - i});
		url.n = i - 1;
		names++;
	}
}

static void read_remote(struct workspace *workspace, struct str config)
{
	bool origin = false;
	struct str line;

	while (str_next_line(&config, &line)) {
		struct str value, key;

		line = str_trim(line);
		if (line.n > 0 && line.p[0] == '[') {
			origin = str_is(line, "[remote \"origin\"]");
			continue;
		}
		key = str_trim(str_cut(line, '=', &value));
		if (origin && str_is(key, "url")) {
			add_remote(workspace, str_trim(value));
			return;
		}
	}
}

/* The nearest .git/config from here up. */
static void read_repository(struct workspace *workspace, const char *directory)
{
	struct buf config = BUF_INIT(WORKSPACE_CONFIG_BYTES_MAX);
	char path[PATH_BYTES], file[PATH_BYTES + 16];
	int level;

	if (strlen(directory) >= sizeof path)
		return;
	(void)snprintf(path, sizeof path, "%s", directory);
	for (level = 0; level < WORKSPACE_PARENTS_MAX; level++) {
		char *slash = strrchr(path, '/');

		(void)snprintf(file, sizeof file, "%s/.git/config", path);
		if (read_file(file, &config)) {
			read_remote(workspace, (struct str){buf_text(&config), config.len});
			break;
		}
		if (slash == NULL || slash == path)
			break;
		*slash = '\0';
	}
	buf_fini(&config);
}

/* ── its files ─────────────────────────────────────────────────────────── */

static void read_names(struct workspace *workspace, const char *directory)
{
	char path[PATH_BYTES];
	size_t i;

	for (i = 0; i < sizeof by_name / sizeof *by_name; i++) {
		int len = snprintf(path, sizeof path, "%s/%s", directory, by_name[i].name);

		if (len > 0 && (size_t)len < sizeof path && access(path, F_OK) == 0)
			add_words(workspace, by_name[i].words);
	}
}

static void read_endings(struct workspace *workspace, const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	int seen = 0;
	size_t i;

	if (dir == NULL)
		return;
	while (seen++ < WORKSPACE_ENTRIES_MAX && (entry = readdir(dir)) != NULL)
		for (i = 0; i < sizeof by_ending / sizeof *by_ending; i++)
			if (str_ends(str_of(entry->d_name), by_ending[i].name))
				add_words(workspace, by_ending[i].words);
	(void)closedir(dir);
}

void workspace_read(struct workspace *workspace, const char *directory)
{
	memset(workspace, 0, sizeof *workspace);
	if (directory == NULL || directory[0] != '/')
		return;
	read_repository(workspace, directory);
	read_names(workspace, directory);
	read_endings(workspace, directory);
}

/* ── who is liked ──────────────────────────────────────────────────────── */

static bool has_word(const struct workspace *workspace, struct str text)
{
	size_t i;

	for (i = 0; i < workspace->n; i++)
		if (strlen(workspace->words[i]) == text.n &&
			strncasecmp(workspace->words[i], text.p, text.n) == 0)
			return true;
	return false;
}

bool workspace_likes(
	const struct workspace *workspace, struct str tags, struct str collection, struct str path)
{
	while (tags.n > 0)
		if (has_word(workspace, str_cut(tags, ',', &tags)))
			return true;
	while (collection.n > 0)
		if (has_word(workspace, str_cut(collection, '/', &collection)))
			return true;
	while (path.n > 0) {
		struct str part = str_cut(path, '/', &path);

		if (path.n > 0 && has_word(workspace, part))
			return true;
	}
	return false;
}
