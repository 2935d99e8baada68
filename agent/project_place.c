/* See project_place.h. */
#include "agent/project_place.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As one way: each part is looked at by itself. */
static const char *const kinds[][2] = {
	{".prompts", NULL}, {".github", "prompts"}, {".claude", "commands"}, {".agents", "skills"}};

/* A folder of ours itself, not what a link leads to. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static bool below(const char *dir, const char *name, char path[PLATFORM_PATH_MAX])
{
	int n = snprintf(path, PLATFORM_PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PLATFORM_PATH_MAX;
}

static bool has_repository(const char *dir)
{
	char path[PLATFORM_PATH_MAX];
	struct stat st;

	return below(dir, ".git", path) && lstat(path, &st) == 0;
}

/* Home itself, or a folder that home is in. */
static bool is_above(const char *dir, const char *home)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return strncmp(dir, home, n) == 0 && (home[n] == '/' || home[n] == '\0');
}

static void add_level(struct project_place *place, const char *dir)
{
	char path[PLATFORM_PATH_MAX];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char *folder = place->folders[place->n];

		if (place->n == PROJECT_FOLDERS_MAX)
			return;
		if (!below(dir, kinds[i][0], folder) || !is_ours(folder))
			continue;
		if (kinds[i][1] != NULL) {
			(void)memcpy(path, folder, PLATFORM_PATH_MAX);
			if (!below(path, kinds[i][1], folder) || !is_ours(folder))
				continue;
		}
		place->n++;
	}
}

bool project_place_find(const char *home, const char *here, struct project_place *place)
{
	char dir[PLATFORM_PATH_MAX];
	size_t first = 0;
	unsigned level;

	place->n = 0;
	place->root[0] = '\0';
	if (here == NULL || here[0] != '/' || strlen(here) >= sizeof dir)
		return false;
	(void)snprintf(dir, sizeof dir, "%s", here);
	for (level = 0; level < PROJECT_LEVELS_MAX; level++) {
		char *slash = strrchr(dir, '/');

		if (is_above(dir, home) || !is_ours(dir))
			break;
		add_level(place, dir);
		if (level == 0)
			first = place->n;
		if (has_repository(dir)) {
			(void)snprintf(place->root, sizeof place->root, "%s", dir);
			return place->n > 0;
		}
		if (slash == NULL || slash == dir)
			break;
		*slash = '\0';
	}
	/* In no repository: what lies above is nothing of this folder's. */
	place->n = first;
	(void)snprintf(place->root, sizeof place->root, "%s", here);
	return place->n > 0;
}
