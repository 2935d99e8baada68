/* Where the agent's log goes; see logfile.h. */
#include "agent/logfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int log_fd = STDERR_FILENO;

/* systemd.exec(5): "device:inode" of the journal's socket. */
static bool is_journal(const struct stat *st)
{
	const char *journal = getenv("JOURNAL_STREAM");
	char stream[64];

	(void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st->st_dev,
		(unsigned long long)st->st_ino);
	return journal != NULL && strcmp(journal, stream) == 0;
}

static int open_log(const struct platform_dirs *dirs)
{
	char path[ENDPOINT_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/" LOGFILE_NAME, dirs->state);
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int logfile_open(const struct platform_dirs *dirs)
{
	struct stat st;
	struct err ignored;
	int fd;

	log_fd = STDERR_FILENO;
	if (fstat(STDERR_FILENO, &st) != 0 || !is_journal(&st) ||
		platform_make_dir(dirs->state, &ignored) != 0)
		return log_fd;
	fd = open_log(dirs);
	if (fd >= 0)
		log_fd = fd;
	return log_fd;
}

void logfile_turn(const struct platform_dirs *dirs)
{
	char path[ENDPOINT_PATH_MAX], old[ENDPOINT_PATH_MAX];
	struct stat ours, there;
	int fd;

	(void)snprintf(path, sizeof path, "%s/" LOGFILE_NAME, dirs->state);
	(void)snprintf(old, sizeof old, "%s/" LOGFILE_OLD, dirs->state);
	if (fstat(log_fd, &ours) != 0 || ours.st_size <= LOGFILE_BYTES_MAX ||
		lstat(path, &there) != 0 || ours.st_dev != there.st_dev ||
		ours.st_ino != there.st_ino || rename(path, old) != 0)
		return;
	fd = open_log(dirs);
	if (fd < 0)
		return;		/* it goes on in the old one */
	(void)dup2(fd, log_fd); /* other threads write on, before or behind */
	(void)close(fd);
	if (log_fd != STDERR_FILENO)
		(void)fcntl(log_fd, F_SETFD, FD_CLOEXEC); /* dup2() took it away */
}
