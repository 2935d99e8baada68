/* The palette on a platform's window; see desk_picker.h. */
#include "desktop/desk_picker.h"

#include <poll.h>
#include <stdlib.h>

#include "core/clock.h"
#include "desktop/desk.h"
#include "desktop/palette_ask.h"

static struct desk_picker *picker_of(void *data)
{
	return ((struct palette_library *)data)->owner;
}

/* --- what the clerk does ---------------------------------------------------------------- */

struct job {
	struct clerk_job base;
	struct desk_picker *picker;
	/* Of a question. */
	struct palette_question *question;
	struct palette_answer *answer;
	/* Of a file that is to be opened, and of a usage row. */
	char *path;
	struct prompt *prompt;
	struct usage_event event;
};

static void give(struct desk_picker *picker, struct job *job)
{
	job->picker = picker;
	if (picker->clerk != NULL) {
		clerk_give(picker->clerk, &job->base);
		return;
	}
	job->base.work(&job->base);
	job->base.done(&job->base, true);
}

static void work_ask(struct clerk_job *base)
{
	struct job *job = (struct job *)base;

	job->answer = palette_answer_make(&job->picker->calls, job->question);
}

static void on_answered(struct clerk_job *base, bool was_done)
{
	struct job *job = (struct job *)base;

	if (was_done) {
		job->picker->slow = job->picker->reminded = false; /* it goes on */
		palette_answer(&job->picker->palette, job->answer);
	} else {
		palette_question_free(job->question);
	}
	free(job);
}

static void on_ask(void *data, struct palette_question *question)
{
	struct job *job = xcalloc(1, sizeof *job);
	bool writes =
		question->what == PALETTE_ASK_FAVOURITE || question->what == PALETTE_ASK_REMEMBER;

	job->base = (struct clerk_job){.work = work_ask,
		.done = on_answered,
		.passing = palette_asked_for_looking(question->what),
		.optional = !writes};
	job->question = question;
	give(picker_of(data), job);
}

static void work_record(struct clerk_job *base)
{
	struct job *job = (struct job *)base;
	struct err ignored; /* the text is there; a row that cannot be written takes nothing */

	(void)palette_library_record(&job->picker->library, &job->event, &ignored);
}

static void on_recorded(struct clerk_job *base, bool was_done)
{
	struct job *job = (struct job *)base;

	(void)was_done;
	prompt_free(job->prompt);
	free(job);
}

void desk_picker_record(
	struct desk_picker *picker, struct prompt *prompt, const struct usage_event *event)
{
	struct job *job = xcalloc(1, sizeof *job);

	job->base = (struct clerk_job){.work = work_record, .done = on_recorded};
	job->prompt = prompt;
	job->event = *event;
	give(picker, job);
}

/* The first key finds the library open and in memory. */
static void work_begin(struct clerk_job *base)
{
	palette_library_warm(&((struct job *)base)->picker->library);
}

static void begin(struct desk_picker *picker)
{
	struct job *job = xcalloc(1, sizeof *job);

	job->base = (struct clerk_job){.work = work_begin, .done = on_recorded, .optional = true};
	give(picker, job);
}

/* --- what the palette asks for --------------------------------------------------------- */

static void on_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	struct desk_picker *picker = picker_of(data);

	(void)args;
	picker->chosen = true;
	desk_send(picker->desk, prompt, compose, how);
}

static void work_find(struct clerk_job *base)
{
	struct job *job = (struct job *)base;
	const struct palette_calls *calls = &job->picker->calls;
	struct prompt *prompt = NULL;
	struct err ignored; /* gone: there is nothing to open */

	if (calls->get(calls->data, str_of(job->path), &prompt, &ignored) == 0)
		job->prompt = prompt;
}

/* With what the person opens such files with. */
static void on_found(struct clerk_job *base, bool was_done)
{
	static const char script[] = "exec xdg-open \"$1\"";
	struct job *job = (struct job *)base;
	struct platform_desktop *desktop = job->picker->desk->options.desktop;
	const char *argv[] = {"sh", "-c", script, "promptd", NULL, NULL};
	struct err err;

	(void)was_done;
	if (job->prompt != NULL) {
		argv[4] = job->prompt->origin;
		if (argv[4] == NULL)
			desktop->backend->notify(
				desktop, "This prompt has no file of its own here.");
		else if (platform_spawn_detached("/bin/sh", argv, "/dev/null", &err) != 0)
			desktop->backend->notify(desktop, err.text);
	}
	prompt_free(job->prompt);
	free(job->path);
	free(job);
}

static void on_open_file(void *data, struct str path)
{
	struct job *job = xcalloc(1, sizeof *job);

	job->base = (struct clerk_job){.work = work_find, .done = on_found, .optional = true};
	job->path = str_dup(path);
	give(picker_of(data), job);
}

static void on_close(void *data)
{
	struct desk_picker *picker = picker_of(data);
	struct platform_desktop *desktop = picker->desk->options.desktop;

	desktop->backend->picker_hide(desktop);
	if (!picker->chosen)
		desk_give_up(picker->desk, NULL);
	picker->chosen = false;
}

static void on_source(void *data, enum prompt_from from)
{
	palette_sources_ask(&picker_of(data)->sources, from);
}

/* --- for the desk --------------------------------------------------------------------- */

struct desk_picker *desk_picker_new(struct desk *desk)
{
	struct desk_picker *picker = xcalloc(1, sizeof *picker);
	struct platform_desktop *desktop = desk->options.desktop;
	struct err ignored; /* then the desk does it all by itself */

	picker->desk = desk;
	palette_library_init(&picker->library, desk->options.dir != NULL ? desk->options.dir : "");
	picker->library.owner = picker;
	picker->library.experimental = desk->options.settings->experimental;
	picker->library.forgetful = desk->options.settings->forgetful;
	picker->sources = (struct palette_sources){
		.desktop = desktop, .courier = &desk->courier, .palette = &picker->palette};
	picker->calls = (struct palette_calls){.data = &picker->library,
		.ask = on_ask,
		.send = on_send,
		.open_file = on_open_file,
		.close = on_close,
		.source = on_source};
	palette_library_calls(&picker->calls);
	palette_init(&picker->palette, &picker->calls);
	if (clerk_new(&picker->clerk, &ignored) == 0)
		desktop->backend->watch(desktop, clerk_fd(picker->clerk));
	begin(picker);
	return picker;
}

void desk_picker_free(struct desk_picker *picker)
{
	struct platform_desktop *desktop;

	if (picker == NULL)
		return;
	desktop = picker->desk->options.desktop;
	desktop->backend->remind(desktop, -1);
	desktop->backend->watch(desktop, -1);
	palette_fini(&picker->palette); /* waits for no answer any more */
	clerk_free(picker->clerk);
	palette_library_fini(&picker->library);
	free(picker);
}

bool desk_picker_is_open(const struct desk_picker *picker)
{
	return picker->palette.mode != PALETTE_CLOSED;
}

void desk_picker_close(struct desk_picker *picker)
{
	palette_close(&picker->palette);
}

static void show(struct desk_picker *picker)
{
	struct platform_desktop *desktop = picker->desk->options.desktop;
	struct err err;

	if (!desk_picker_is_open(picker))
		return;
	view_make(&picker->view, &picker->palette);
	if (desktop->backend->picker_show(desktop, &picker->view.what, &err) == 0)
		return;
	desktop->backend->notify(desktop, err.text);
	palette_close(&picker->palette);
}

/* An answer of this very moment is waited for. */
static bool await_answer(struct desk_picker *picker, int ms)
{
	int64_t until = clock_monotonic_us() + (int64_t)ms * 1000, left;
	struct pollfd fd = {.events = POLLIN};

	if (picker->clerk == NULL)
		return true;
	fd.fd = clerk_fd(picker->clerk);
	while (palette_waits(&picker->palette)) {
		left = until - clock_monotonic_us();
		if (left <= 0)
			return false;
		if (poll(&fd, 1, (int)((left + 999) / 1000)) > 0)
			clerk_run(picker->clerk);
	}
	return true;
}

/* Only once, until one comes: a disk that is slow costs one frame, however much is
 * typed. */
static void settle(struct desk_picker *picker)
{
	int frame_ms = picker->desk->options.frame_ms;

	if (!picker->slow)
		picker->slow =
			!await_answer(picker, frame_ms > 0 ? frame_ms : DESK_PICKER_FRAME_MS);
}

/* After whatever happened. */
static void go_on(struct desk_picker *picker)
{
	struct platform_desktop *desktop = picker->desk->options.desktop;
	bool waits;

	settle(picker);
	waits = palette_waits(&picker->palette);
	if (!waits || !picker->reminded)
		desktop->backend->remind(desktop, waits ? DESK_PICKER_LATE_MS : -1);
	picker->reminded = waits;
	show(picker);
}

void desk_picker_call(struct desk_picker *picker, const char *name)
{
	const struct settings_rule *rule = settings_rule(
		picker->desk->options.settings, courier_target(&picker->desk->courier));

	if (name != NULL) {
		palette_call_prompt(&picker->palette, str_of(name), rule->terminal);
	} else {
		palette_call(&picker->palette, rule->terminal);
		/* With its rows it is laid out once and not twice. */
		if (!picker->slow && !await_answer(picker, DESK_PICKER_OPEN_MS))
			show(picker); /* and the clerk is at work meanwhile */
	}
	go_on(picker);
}

static void on_readable(struct desk_picker *picker)
{
	bool waited = palette_waits(&picker->palette);

	clerk_run(picker->clerk);
	if (waited)
		go_on(picker);
}

static void on_reminded(struct desk_picker *picker)
{
	picker->reminded = false;
	if (!palette_waits(&picker->palette))
		return;
	palette_late(&picker->palette);
	picker->reminded = true; /* once is enough */
	show(picker);
}

/* The list under a field goes by keys; a click is as many of them. */
static void take_item(struct palette *palette, size_t item)
{
	size_t i;

	if (!palette->drop.open || item >= palette->drop.n)
		return;
	for (i = palette->drop.n; i > 0 && palette->drop.at != item; i--)
		palette_key(palette, palette->drop.at < item ? PALETTE_DOWN : PALETTE_UP);
	palette_key(palette, PALETTE_ENTER);
}

void desk_picker_event(struct desk_picker *picker, const struct platform_event *event)
{
	struct palette *palette = &picker->palette;
	enum palette_key key;

	if (event->type == PLATFORM_EVENT_READABLE)
		on_readable(picker);
	else if (event->type == PLATFORM_EVENT_REMINDED)
		on_reminded(picker);
	if (!desk_picker_is_open(picker))
		return;
	switch (event->type) {
	case PLATFORM_EVENT_PICKER_KEY:
		if (palette_key_parse(event->text, &key))
			palette_key(palette, key);
		break;
	case PLATFORM_EVENT_PICKER_TEXT:
		palette_text(palette, event->text);
		break;
	case PLATFORM_EVENT_PICKER_ROW:
		palette_click(palette, (size_t)event->number);
		break;
	case PLATFORM_EVENT_PICKER_FIELD:
		palette_focus(palette, (size_t)event->number);
		break;
	case PLATFORM_EVENT_PICKER_ITEM:
		take_item(palette, (size_t)event->number);
		break;
	case PLATFORM_EVENT_SAVED:
		if (!palette_sources_event(&picker->sources, event))
			return;
		break;
	case PLATFORM_EVENT_PICKER_LEFT:
		palette_close(palette);
		break;
	default:
		return;
	}
	go_on(picker);
}
