/* Other programs' files exchanged whole, or not at all. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "agent/connect_file.h"
#include "core/clock.h"
#include "tests/test.h"

static char base[] = "/tmp/promptd-test-XXXXXX";

/* A path below the test's own directory; good until the fourth call after. */
static const char *at(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", base, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(at(name), "w");

	CHECK(file);
	CHECK(fputs(text, file) >= 0);
	CHECK(fclose(file) == 0);
	CHECK(chmod(at(name), mode) == 0);
}

static void check_text(const char *name, const char *text)
{
	char bytes[256] = "";
	FILE *file = fopen(at(name), "r");

	CHECK(file);
	CHECK(fread(bytes, 1, sizeof(bytes) - 1, file) == strlen(text));
	CHECK_STR(bytes, text);
	(void)fclose(file);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	CHECK(stat(at(name), &st) == 0);
	return st.st_mode & 07777;
}

/* Files in a directory of ours, to see that none is left lying about. */
static unsigned count(const char *name)
{
	DIR *dir = opendir(at(name));
	unsigned n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n - 2;
}

static void file_is_exchanged_and_keeps_its_mode(void)
{
	struct connect_file file;

	CHECK(mkdir(at("mode"), 0700) == 0);
	put("mode/f", "old", 0640);
	CHECK(connect_file_read(&file, at("mode/f"), NULL) == 0);
	CHECK(file.exists && !file.is_link);
	CHECK_STR(buf_text(&file.text), "old");
	CHECK(connect_file_write(&file, STR("new"), 0600, NULL) == 0);
	connect_file_fini(&file);
	check_text("mode/f", "new");
	CHECK(mode_of("mode/f") == 0640);
	CHECK(count("mode") == 1);
}

static void file_that_is_not_there_is_made_with_its_folders(void)
{
	struct connect_file file;
	mode_t was = umask(077);

	CHECK(connect_file_read(&file, at("new/a/f"), NULL) == 0);
	CHECK(!file.exists && file.text.len == 0);
	CHECK(connect_file_write(&file, STR("x"), 0644, NULL) == 0);
	connect_file_fini(&file);
	CHECK(mode_of("new/a/f") == 0644);
	CHECK(mode_of("new/a") == 0755);
	CHECK(connect_file_read(&file, at("own/f"), NULL) == 0);
	CHECK(connect_file_write(&file, STR("x"), 0600, NULL) == 0);
	connect_file_fini(&file);
	CHECK(mode_of("own/f") == 0600);
	CHECK(mode_of("own") == 0700);
	(void)umask(was);
}

static void links_are_followed_and_stay(void)
{
	struct connect_file file;
	struct stat st;

	CHECK(mkdir(at("links"), 0700) == 0 && mkdir(at("links/dots"), 0700) == 0);
	put("links/dots/f", "old", 0600);
	CHECK(symlink("dots/f", at("links/middle")) == 0);
	CHECK(symlink(at("links/middle"), at("links/f")) == 0);
	CHECK(connect_file_read(&file, at("links/f"), NULL) == 0);
	CHECK(file.is_link);
	CHECK(connect_file_write(&file, STR("new"), 0600, NULL) == 0);
	connect_file_fini(&file);
	check_text("links/dots/f", "new");
	CHECK(lstat(at("links/f"), &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(lstat(at("links/middle"), &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(count("links/dots") == 1);
}

static void link_to_nothing_gets_its_file(void)
{
	struct connect_file file;

	CHECK(symlink("nowhere/f", at("dangling")) == 0);
	CHECK(connect_file_read(&file, at("dangling"), NULL) == 0);
	CHECK(!file.exists && file.is_link);
	CHECK(connect_file_write(&file, STR("x"), 0600, NULL) == 0);
	connect_file_fini(&file);
	check_text("nowhere/f", "x");
}

static void links_in_a_circle_are_refused(void)
{
	struct connect_file file;

	CHECK(symlink("circle", at("circle")) == 0);
	CHECK(connect_file_read(&file, at("circle"), NULL) == -1);
	connect_file_fini(&file);
}

static void what_is_no_plain_file_is_refused(void)
{
	struct connect_file file;
	struct err err = {.text = ""};

	CHECK(mkfifo(at("pipe"), 0600) == 0);
	CHECK(connect_file_read(&file, at("pipe"), &err) == -1);
	CHECK(err.code == ERR_REFUSED);
	connect_file_fini(&file);
	CHECK(connect_file_read(&file, base, &err) == -1);
	CHECK(err.code == ERR_REFUSED);
	connect_file_fini(&file);
}

static void file_that_somebody_wrote_meanwhile_is_left_alone(void)
{
	struct connect_file file;

	CHECK(mkdir(at("race"), 0700) == 0);
	put("race/f", "old", 0600);
	CHECK(connect_file_read(&file, at("race/f"), NULL) == 0);
	put("race/f", "theirs", 0600);
	CHECK(connect_file_write(&file, STR("ours"), 0600, NULL) == 1);
	CHECK(connect_file_remove(&file, NULL) == 1);
	connect_file_fini(&file);
	check_text("race/f", "theirs");
	CHECK(connect_file_read(&file, at("race/g"), NULL) == 0);
	put("race/g", "theirs", 0600);
	CHECK(connect_file_write(&file, STR("ours"), 0600, NULL) == 1);
	connect_file_fini(&file);
	check_text("race/g", "theirs");
	CHECK(count("race") == 2);
}

static void folder_that_cannot_be_written_changes_nothing(void)
{
	struct connect_file file;
	struct err err = {.text = ""};

	if (geteuid() == 0) {
		(void)printf("   (not tried: root may write everywhere)\n");
		return;
	}
	CHECK(mkdir(at("locked"), 0700) == 0);
	put("locked/f", "old", 0600);
	CHECK(chmod(at("locked"), 0500) == 0);
	CHECK(connect_file_read(&file, at("locked/f"), NULL) == 0);
	CHECK(connect_file_write(&file, STR("new"), 0600, &err) == -1);
	CHECK(strstr(err.text, "cannot write beside"));
	connect_file_fini(&file);
	check_text("locked/f", "old");
	CHECK(chmod(at("locked"), 0700) == 0);
}

static void five_copies_are_kept_of_each_name(void)
{
	struct connect_file file;
	char *kept = NULL;

	put("kept", "text", 0644);
	CHECK(connect_file_read(&file, at("kept"), NULL) == 0);
	for (int i = 0; i < 8; i++) {
		free(kept);
		clock_freeze(1000 + i);
		CHECK(connect_file_keep(&file, at("copies"), "claude", &kept, NULL) == 0);
		free(kept);
		CHECK(connect_file_keep(&file, at("copies"), "claude-desktop", &kept, NULL) == 0);
	}
	clock_freeze(-1);
	CHECK_STR(kept, at("copies/claude-desktop.0000000001007"));
	free(kept);
	connect_file_fini(&file);
	CHECK(count("copies") == 10);
	check_text("copies/claude.0000000001003", "text");
	CHECK(mode_of("copies/claude.0000000001003") == 0600);
	CHECK(mode_of("copies") == 0700);
}

int main(void)
{
	int r;
	char command[64];

	CHECK(mkdtemp(base));
	RUN(file_is_exchanged_and_keeps_its_mode);
	RUN(file_that_is_not_there_is_made_with_its_folders);
	RUN(links_are_followed_and_stay);
	RUN(link_to_nothing_gets_its_file);
	RUN(links_in_a_circle_are_refused);
	RUN(what_is_no_plain_file_is_refused);
	RUN(file_that_somebody_wrote_meanwhile_is_left_alone);
	RUN(folder_that_cannot_be_written_changes_nothing);
	RUN(five_copies_are_kept_of_each_name);
	(void)snprintf(command, sizeof(command), "rm -rf %s", base);
	r = system(command);
	return r == 0 ? 0 : 1;
}
