/* The paste as a state machine; see paste.h. */
#include "desktop/paste.h"

#include <string.h>

void paste_init(struct paste *paste)
{
	memset(paste, 0, sizeof *paste);
	paste->deadline = -1;
}

static unsigned begin(struct paste *paste, const struct platform_window *target)
{
	paste->target = *target;
	paste->state = PASTE_SAVING;
	paste->chosen = false;
	paste->unsaved = 0;
	paste->again = 0;
	paste->deadline = -1;
	return PASTE_DO_SAVE;
}

static unsigned offer(struct paste *paste)
{
	paste->offer = paste->job.copy_only ? PLATFORM_CLIPBOARD : PLATFORM_BOTH;
	paste->chosen = false;
	return PASTE_DO_OFFER;
}

static unsigned choose(struct paste *paste, const struct paste_job *job, int64_t now_ms)
{
	paste->job = *job;
	/* What is copied stays there: nothing has to be held for it. */
	if (paste->state == PASTE_SAVED || job->copy_only)
		return offer(paste);
	paste->chosen = true;
	paste->deadline = now_ms + PASTE_SAVE_MS;
	return 0;
}

/* The job has ended; go on with the one that was begun meanwhile. */
static unsigned end(struct paste *paste, enum paste_result result, int64_t now_ms)
{
	unsigned todo = PASTE_DONE;

	paste->done = (struct paste_done){paste->job.tag, result};
	paste->state = PASTE_IDLE;
	paste->offered = 0;
	paste->deadline = -1;
	if (!paste->next.begun)
		return todo | PASTE_DO_FORGET;
	paste->next.begun = false;
	todo |= begin(paste, &paste->next.target);
	if (paste->next.chosen) {
		paste->job = paste->next.job;
		paste->chosen = true;
		paste->deadline = now_ms + PASTE_SAVE_MS;
	}
	return todo;
}

/* Not pasted: the text stays where the person can paste it. Where somebody copied
 * meanwhile theirs stays, and the other selection becomes what it was. */
static unsigned leave(
	struct paste *paste, enum paste_result result, const char *notice, int64_t now_ms)
{
	unsigned todo = PASTE_DO_NOTICE;

	paste->notice = notice;
	paste->keep = paste->offered;
	if ((paste->offered & PLATFORM_CLIPBOARD) != 0) {
		todo |= PASTE_DO_KEEP;
	} else if (paste->offered != 0) {
		paste->restore = paste->offered;
		todo |= PASTE_DO_RESTORE;
	}
	return todo | end(paste, result, now_ms);
}

static unsigned finish(struct paste *paste, int64_t now_ms)
{
	unsigned todo = 0;

	paste->keep = paste->job.keep ? paste->offered & PLATFORM_CLIPBOARD : 0;
	paste->restore = paste->offered & ~paste->keep;
	if (paste->restore != 0)
		todo |= PASTE_DO_RESTORE;
	if (paste->keep != 0)
		todo |= PASTE_DO_KEEP;
	if ((paste->unsaved & paste->restore & PLATFORM_CLIPBOARD) != 0) {
		paste->notice = "Pasted. What was on the clipboard before could not be kept.";
		todo |= PASTE_DO_NOTICE;
	}
	return todo | end(paste, PASTE_PASTED, now_ms);
}

unsigned paste_begin(struct paste *paste, const struct platform_window *target, int64_t now_ms)
{
	(void)now_ms;
	if (paste->state < PASTE_OFFERED && !paste->chosen)
		return begin(paste, target);
	if (paste->next.begun && paste->next.chosen)
		return 0; /* one on its way, one that waits: that is enough */
	paste->next.begun = true;
	paste->next.chosen = false;
	paste->next.target = *target;
	return 0;
}

bool paste_awaits_choice(const struct paste *paste)
{
	if (paste->next.begun)
		return !paste->next.chosen;
	return !paste->chosen && (paste->state == PASTE_SAVING || paste->state == PASTE_SAVED);
}

unsigned paste_choose(struct paste *paste, const struct paste_job *job, int64_t now_ms)
{
	if (!paste_awaits_choice(paste))
		return 0;
	if (!paste->next.begun)
		return choose(paste, job, now_ms);
	paste->next.chosen = true;
	paste->next.job = *job;
	return 0;
}

unsigned paste_cancel(struct paste *paste, int64_t now_ms)
{
	if (!paste_awaits_choice(paste))
		return 0;
	if (paste->next.begun) {
		paste->next.begun = false;
		return 0;
	}
	paste->job = (struct paste_job){0};
	return end(paste, PASTE_CANCELLED, now_ms);
}

unsigned paste_offered(struct paste *paste, int outcome, int64_t now_ms)
{
	if (outcome == PLATFORM_OTHER && paste->again++ < PASTE_AGAIN_MAX) {
		/* Copied at the last moment: that is the old content now. */
		paste->state = PASTE_SAVING;
		paste->chosen = true;
		paste->deadline = now_ms + PASTE_SAVE_MS;
		return PASTE_DO_SAVE;
	}
	if (outcome != PLATFORM_OK)
		return leave(paste, PASTE_REFUSED,
			"Nothing was pasted: the clipboard cannot be had.", now_ms);
	paste->offered = paste->offer;
	if (paste->job.copy_only) {
		paste->keep = paste->offered;
		return PASTE_DO_KEEP | end(paste, PASTE_COPIED, now_ms);
	}
	if (paste->job.refuse != NULL)
		return leave(paste, PASTE_REFUSED, paste->job.refuse, now_ms);
	paste->state = PASTE_OFFERED;
	paste->deadline = now_ms + PASTE_RELEASE_MS;
	return PASTE_DO_RELEASE;
}

unsigned paste_pressed(struct paste *paste, int outcome, int64_t now_ms)
{
	if (outcome == PLATFORM_OTHER)
		return leave(paste, PASTE_REFUSED,
			"Not pasted: another window has the keyboard. The text is on the "
			"clipboard.",
			now_ms);
	if (outcome != PLATFORM_OK)
		return leave(paste, PASTE_REFUSED,
			"Not pasted: keys cannot be pressed here. The text is on the clipboard.",
			now_ms);
	if (paste->job.typed) /* nobody reads it */
		return (paste->job.caret > 0 ? (unsigned)PASTE_DO_CARET : 0U) |
		       finish(paste, now_ms);
	paste->state = PASTE_KEY_SENT;
	paste->deadline = now_ms + PASTE_READ_MS;
	return 0;
}

static unsigned event_read(struct paste *paste, const struct platform_event *event, int64_t now_ms)
{
	int64_t quiet_ms = paste->job.any_reader ? PASTE_QUIET_ANY_MS : PASTE_QUIET_MS;
	unsigned todo = 0;

	if (paste->state != PASTE_KEY_SENT && paste->state != PASTE_READ)
		return 0;
	if (!paste->job.any_reader && event->client != paste->target.client)
		return 0; /* a clipboard manager, as a rule; it asks first */
	if (paste->state == PASTE_KEY_SENT && paste->job.caret > 0)
		todo |= PASTE_DO_CARET;
	paste->state = PASTE_READ;
	paste->deadline = now_ms + (paste->job.quiet_ms > 0 ? paste->job.quiet_ms : quiet_ms);
	return todo;
}

static unsigned event_lost(struct paste *paste, const struct platform_event *event, int64_t now_ms)
{
	if ((paste->offered & event->selections) == 0)
		return 0;
	paste->offered &= ~event->selections;
	if (paste->state == PASTE_OFFERED)
		return leave(paste, PASTE_LOST,
			"Not pasted: another program copied something meanwhile.", now_ms);
	if (paste->offered != 0)
		return 0;
	if (paste->state == PASTE_READ)
		return finish(paste, now_ms);
	return leave(paste, PASTE_LOST,
		"Perhaps not pasted: another program copied something meanwhile.", now_ms);
}

unsigned paste_event(struct paste *paste, const struct platform_event *event, int64_t now_ms)
{
	switch (event->type) {
	case PLATFORM_EVENT_SAVED:
		if (paste->state != PASTE_SAVING)
			return 0;
		paste->state = PASTE_SAVED;
		paste->unsaved = event->selections;
		paste->deadline = -1;
		return paste->chosen ? offer(paste) : 0;
	case PLATFORM_EVENT_COPIED:
		if (paste->state != PASTE_SAVING && paste->state != PASTE_SAVED)
			return 0;
		paste->state = PASTE_SAVING;
		return PASTE_DO_SAVE;
	case PLATFORM_EVENT_RELEASED:
		return paste->state == PASTE_OFFERED ? (unsigned)PASTE_DO_PRESS : 0;
	case PLATFORM_EVENT_READ:
		return event_read(paste, event, now_ms);
	case PLATFORM_EVENT_LOST:
		return event_lost(paste, event, now_ms);
	default:
		return 0;
	}
}

unsigned paste_tick(struct paste *paste, int64_t now_ms)
{
	if (paste->deadline < 0 || now_ms < paste->deadline)
		return 0;
	paste->deadline = -1;
	switch (paste->state) {
	case PASTE_SAVING:
		paste->unsaved = PLATFORM_BOTH;
		return offer(paste);
	case PASTE_OFFERED:
		return leave(paste, PASTE_REFUSED,
			"Not pasted: a key was held down. The text is on the clipboard.", now_ms);
	case PASTE_KEY_SENT:
		return leave(paste, PASTE_TIMEOUT,
			(paste->offered & PLATFORM_CLIPBOARD) != 0
				? "The window did not take the text. It is on the clipboard."
				: "The window did not take the text, and something was copied.",
			now_ms);
	case PASTE_READ:
		return finish(paste, now_ms);
	default:
		return 0;
	}
}

int64_t paste_deadline(const struct paste *paste)
{
	return paste->deadline;
}

const char *paste_result_name(enum paste_result result)
{
	static const char *const names[] = {
		"pasted", "copied", "cancelled", "lost", "timeout", "refused"};

	return names[result];
}
