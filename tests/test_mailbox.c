/* Tests of core/mailbox; run under ThreadSanitizer too (preset tsan). */
#include <poll.h>
#include <pthread.h>

#include "core/mailbox.h"
#include "tests/test.h"

#define THREADS 4
#define LETTERS 20000

struct sender {
	struct mailbox *mailbox;
	int next; /* what the owner expects of this sender */
};

struct letter {
	struct sender *sender;
	int number;
};

static struct letter letters[THREADS][LETTERS];

/* On the owner's thread: letters of one sender come in order. */
static void receive(void *data)
{
	struct letter *letter = data;

	CHECK(letter->number == letter->sender->next);
	letter->sender->next++;
}

static void *send_all(void *data)
{
	struct letter *mine = data;
	int i;

	for (i = 0; i < LETTERS; i++)
		while (mailbox_post(mine->sender->mailbox, receive, &mine[i]) != 0)
			(void)poll(NULL, 0, 1); /* full: the owner is behind */
	return NULL;
}

static void mailbox_loses_nothing_and_keeps_the_order(void)
{
	static struct sender senders[THREADS];
	pthread_t threads[THREADS];
	struct mailbox *mailbox;
	struct err err;
	int i, j, done;

	CHECK(mailbox_new(&mailbox, 64, &err) == 0);
	for (i = 0; i < THREADS; i++) {
		senders[i].mailbox = mailbox;
		for (j = 0; j < LETTERS; j++)
			letters[i][j] = (struct letter){&senders[i], j};
		CHECK(pthread_create(&threads[i], NULL, send_all, letters[i]) == 0);
	}
	do {
		struct pollfd fd = {.fd = mailbox_fd(mailbox), .events = POLLIN};

		CHECK(poll(&fd, 1, 10000) == 1);
		mailbox_run(mailbox);
		for (i = done = 0; i < THREADS; i++)
			done += senders[i].next;
	} while (done < THREADS * LETTERS);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	mailbox_free(mailbox);
}

static void ignore(void *data)
{
	(void)data;
}

static void mailbox_refuses_when_full(void)
{
	struct mailbox *mailbox;
	struct err err;

	CHECK(mailbox_new(&mailbox, 2, &err) == 0);
	CHECK(mailbox_post(mailbox, ignore, NULL) == 0);
	CHECK(mailbox_post(mailbox, ignore, NULL) == 0);
	CHECK(mailbox_post(mailbox, ignore, NULL) == -1);
	mailbox_run(mailbox);
	CHECK(mailbox_post(mailbox, ignore, NULL) == 0);
	mailbox_free(mailbox);
}

int main(void)
{
	RUN(mailbox_loses_nothing_and_keeps_the_order);
	RUN(mailbox_refuses_when_full);
	return 0;
}
