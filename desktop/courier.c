/* Between the paste machine and a platform; see courier.h. */
#include "desktop/courier.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

static int64_t now(const struct courier *courier)
{
	return courier->options.now_ms != NULL ? courier->options.now_ms(courier->options.data)
					       : clock_monotonic_us() / 1000;
}

static struct courier_text *text_find(struct courier *courier, uint64_t tag)
{
	return courier->texts[0].tag == tag ? &courier->texts[0] : &courier->texts[1];
}

static void text_drop(struct courier_text *text)
{
	free(text->text);
	*text = (struct courier_text){0};
}

static unsigned do_offer(struct courier *courier)
{
	const struct courier_text *text = text_find(courier, courier->paste.job.tag);
	struct platform_desktop *desktop = courier->options.desktop;
	struct err err;
	const struct paste_job *job = &courier->paste.job;
	const struct platform_window *target = &courier->paste.target;
	bool anybody = job->copy_only || job->any_reader || target->id == 0;
	int outcome = desktop->backend->offer(desktop, courier->paste.offer,
		(struct str){text->text, text->len}, anybody ? NULL : target, &err);

	return paste_offered(&courier->paste, outcome, now(courier));
}

static unsigned do_type(struct courier *courier)
{
	const struct courier_text *text = text_find(courier, courier->paste.job.tag);
	struct platform_desktop *desktop = courier->options.desktop;
	struct err err = {0};
	int outcome = desktop->backend->type(
		desktop, &courier->paste.target, (struct str){text->text, text->len}, &err);
	unsigned todo = paste_pressed(&courier->paste, outcome, now(courier));

	if (outcome < 0 && err.code == ERR_INVALID)
		courier->paste.notice = "Not typed: several lines, each of which may act. "
					"The text is on the clipboard.";
	else if (outcome < 0 && err.code != ERR_FAILED)
		courier->paste.notice = "Not typed: too long, or too much of other layouts. "
					"The text is on the clipboard.";
	return todo;
}

static unsigned do_press(struct courier *courier)
{
	struct platform_desktop *desktop = courier->options.desktop;
	struct err err;
	int outcome;

	if (courier->paste.job.typed)
		return do_type(courier);
	outcome = desktop->backend->press(
		desktop, &courier->paste.target, courier->paste.job.key, 1, &err);

	return paste_pressed(&courier->paste, outcome, now(courier));
}

/* The caret is a courtesy: where it cannot be had the text is there all the same. */
static void do_caret(struct courier *courier)
{
	struct platform_desktop *desktop = courier->options.desktop;
	struct err err;

	(void)desktop->backend->press(
		desktop, &courier->paste.target, PLATFORM_KEY_LEFT, courier->paste.job.caret, &err);
}

static void do_done(struct courier *courier)
{
	struct paste_done done = courier->paste.done;

	if (done.tag != 0)
		text_drop(text_find(courier, done.tag));
	if (courier->options.done != NULL)
		courier->options.done(courier->options.data, &done);
}

static void do_rest(struct courier *courier, unsigned todo)
{
	struct platform_desktop *desktop = courier->options.desktop;
	const struct platform_backend *backend = desktop->backend;

	if ((todo & PASTE_DO_RELEASE) != 0)
		backend->release(desktop);
	if ((todo & PASTE_DO_CARET) != 0)
		do_caret(courier);
	if ((todo & PASTE_DO_RESTORE) != 0)
		backend->restore(desktop, courier->paste.restore);
	if ((todo & PASTE_DO_KEEP) != 0)
		backend->keep(desktop, courier->paste.keep);
	if ((todo & PASTE_DO_FORGET) != 0)
		backend->forget(desktop);
	if ((todo & PASTE_DO_NOTICE) != 0)
		backend->notify(desktop, courier->paste.notice);
	if ((todo & PASTE_DONE) != 0)
		do_done(courier);
	if ((todo & PASTE_DO_SAVE) != 0)
		backend->save(desktop, PLATFORM_BOTH);
}

/* Offer and press answer at once, with more to do. */
static void act(struct courier *courier, unsigned todo)
{
	struct platform_desktop *desktop = courier->options.desktop;
	int64_t deadline, time;

	while ((todo & (PASTE_DO_OFFER | PASTE_DO_PRESS)) != 0)
		todo = (todo & PASTE_DO_OFFER) != 0 ? do_offer(courier) : do_press(courier);
	do_rest(courier, todo);
	deadline = paste_deadline(&courier->paste);
	time = now(courier);
	desktop->backend->timer(desktop, deadline < 0 ? -1 : deadline > time ? deadline - time : 0);
}

void courier_init(struct courier *courier, const struct courier_options *options)
{
	memset(courier, 0, sizeof *courier);
	courier->options = *options;
	paste_init(&courier->paste);
}

void courier_fini(struct courier *courier)
{
	text_drop(&courier->texts[0]);
	text_drop(&courier->texts[1]);
}

void courier_begin(struct courier *courier)
{
	struct platform_desktop *desktop = courier->options.desktop;
	struct platform_window window = {0};

	desktop->backend->window(desktop, &window);
	act(courier, paste_begin(&courier->paste, &window, now(courier)));
}

uint64_t courier_choose(
	struct courier *courier, const struct paste_job *job, struct str text, struct err *err)
{
	struct courier_text *place = text_find(courier, 0);
	struct paste_job with_tag = *job;

	if (text.n == 0) {
		(void)err_set(err, ERR_INVALID, "the text is empty");
		return 0;
	}
	if (text.n > PLATFORM_OFFER_MAX) {
		(void)err_set(
			err, ERR_LIMIT, "the text is longer than %zu bytes", PLATFORM_OFFER_MAX);
		return 0;
	}
	if (!paste_awaits_choice(&courier->paste)) {
		(void)err_set(err, ERR_BUSY, "the last text is still on its way");
		return 0;
	}
	with_tag.tag = ++courier->last_tag;
	*place = (struct courier_text){with_tag.tag, str_dup(text), text.n};
	act(courier, paste_choose(&courier->paste, &with_tag, now(courier)));
	return with_tag.tag;
}

void courier_cancel(struct courier *courier)
{
	act(courier, paste_cancel(&courier->paste, now(courier)));
}

void courier_event(struct courier *courier, const struct platform_event *event)
{
	int64_t time = now(courier);

	act(courier, event->type == PLATFORM_EVENT_TIMER
			     ? paste_tick(&courier->paste, time)
			     : paste_event(&courier->paste, event, time));
}

bool courier_idle(const struct courier *courier)
{
	return courier->paste.state == PASTE_IDLE;
}

const struct platform_window *courier_target(const struct courier *courier)
{
	return courier->paste.next.begun ? &courier->paste.next.target : &courier->paste.target;
}
