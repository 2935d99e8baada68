/* Where threads meet; see mailbox.h. */
#include "core/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/str.h"

struct letter {
	void (*run)(void *data);
	void *data;
};

struct mailbox {
	pthread_mutex_t lock;	/* over first, n and letters */
	struct letter *letters; /* a ring of `limit` */
	size_t limit, first, n;
	int fd;
};

int mailbox_new(struct mailbox **out, size_t limit, struct err *err)
{
	struct mailbox *mailbox = xcalloc(1, sizeof *mailbox);

	mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->fd < 0) {
		(void)err_errno(err, errno, "eventfd");
		free(mailbox);
		return -1;
	}
	(void)pthread_mutex_init(&mailbox->lock, NULL); /* default kind: cannot fail here */
	mailbox->letters = xcalloc(limit, sizeof *mailbox->letters);
	mailbox->limit = limit;
	*out = mailbox;
	return 0;
}

void mailbox_free(struct mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	(void)close(mailbox->fd);
	(void)pthread_mutex_destroy(&mailbox->lock);
	free(mailbox->letters);
	free(mailbox);
}

int mailbox_fd(const struct mailbox *mailbox)
{
	return mailbox->fd;
}

int mailbox_post(struct mailbox *mailbox, void (*run)(void *data), void *data)
{
	bool full;

	(void)pthread_mutex_lock(&mailbox->lock);
	full = mailbox->n == mailbox->limit;
	if (!full)
		mailbox->letters[(mailbox->first + mailbox->n++) % mailbox->limit] =
			(struct letter){run, data};
	(void)pthread_mutex_unlock(&mailbox->lock);
	if (full)
		return -1;
	/* A counter that is full is readable too. */
	(void)!write(mailbox->fd, &(uint64_t){1}, sizeof(uint64_t));
	return 0;
}

static bool mailbox_take(struct mailbox *mailbox, struct letter *letter)
{
	bool some;

	(void)pthread_mutex_lock(&mailbox->lock);
	some = mailbox->n > 0;
	if (some) {
		*letter = mailbox->letters[mailbox->first];
		mailbox->first = (mailbox->first + 1) % mailbox->limit;
		mailbox->n--;
	}
	(void)pthread_mutex_unlock(&mailbox->lock);
	return some;
}

void mailbox_run(struct mailbox *mailbox)
{
	struct letter letter;
	uint64_t count;

	/* First the counter, then the letters: one posted in between wakes again. */
	(void)!read(mailbox->fd, &count, sizeof count);
	while (mailbox_take(mailbox, &letter))
		letter.run(letter.data);
}
