/* A desktop without a system; see fake_platform.h. */
#include "tests/fake_platform.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

static struct fake *fake_self(struct platform_desktop *desktop)
{
	return (struct fake *)desktop;
}

static const char *selections_name(unsigned selections)
{
	static const char *const names[] = {"nothing", "clipboard", "primary", "both"};

	return names[selections & PLATFORM_BOTH];
}

struct fake_selection *fake_of(struct fake *fake, enum platform_selection selection)
{
	return selection == PLATFORM_CLIPBOARD ? &fake->clipboard : &fake->primary;
}

static bool ours(const struct fake_selection *selection)
{
	return selection->owner == FAKE_TEXT || selection->owner == FAKE_HELD;
}

#define EACH(fake, selections, bit, selection)                                        \
	for (unsigned bit = PLATFORM_CLIPBOARD; bit <= PLATFORM_PRIMARY; bit <<= 1)   \
		for (struct fake_selection *selection =                               \
				((selections)&bit) != 0                               \
					? fake_of(fake, (enum platform_selection)bit) \
					: NULL;                                       \
			selection != NULL; selection = NULL)

static void put(char out[64], const char *text)
{
	(void)snprintf(out, 64, "%s", text);
}

void fake_send(struct fake *fake, const struct platform_event *event)
{
	fake->fn(fake->data, event);
}

static void fake_close(struct platform_desktop *desktop)
{
	(void)desktop;
}

static int fake_open(
	struct platform_desktop **out, platform_event_fn *fn, void *data, struct err *err)
{
	(void)out;
	(void)fn;
	(void)data;
	return err_set(err, ERR_INVALID, "fake_init() makes it");
}

static void fake_run(struct platform_desktop *desktop)
{
	(void)buf_add_str(&fake_self(desktop)->log, "run\n");
}

static void fake_quit(struct platform_desktop *desktop)
{
	(void)buf_add_str(&fake_self(desktop)->log, "quit\n");
}

static void fake_timer(struct platform_desktop *desktop, int64_t ms)
{
	struct fake *fake = fake_self(desktop);

	fake->timer_ms = ms < 0 ? -1 : fake->now_ms + ms;
}

static void fake_remind(struct platform_desktop *desktop, int64_t ms)
{
	struct fake *fake = fake_self(desktop);

	fake->remind_ms = ms < 0 ? -1 : fake->now_ms + ms;
}

static void fake_watch(struct platform_desktop *desktop, int fd)
{
	fake_self(desktop)->watched = fd;
}

static int fake_hotkey_set(
	struct platform_desktop *desktop, int number, struct str keys, struct err *err)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(&fake->log, "hotkey %d %.*s\n", number, (int)keys.n, keys.p);
	if (fake->hotkey_outcome != PLATFORM_OK)
		(void)err_set(err, ERR_BUSY, "somebody has it");
	return fake->hotkey_outcome;
}

static int fake_poke(struct platform_desktop *desktop, struct err *err)
{
	(void)desktop;
	return err_set(err, ERR_NOT_FOUND, "none is resident");
}

static int fake_reside(struct platform_desktop *desktop, struct err *err)
{
	(void)desktop;
	(void)err;
	return 0;
}

static void fake_window_now(struct platform_desktop *desktop, struct platform_window *window)
{
	*window = fake_self(desktop)->window;
}

static bool fake_locked(struct platform_desktop *desktop)
{
	return fake_self(desktop)->locked;
}

static void fake_save(struct platform_desktop *desktop, unsigned selections)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(&fake->log, "save %s\n", selections_name(selections));
	/* What is served to others must never be taken for theirs. */
	CHECK(fake->clipboard.owner != FAKE_TEXT && fake->primary.owner != FAKE_TEXT);
	fake->saving = true;
	EACH (fake, PLATFORM_BOTH, bit, selection) {
		selection->copied = false;
		selection->holds = selection->holds && ours(selection);
	}
}

static int fake_held_text(
	struct platform_desktop *desktop, enum platform_selection which, struct str *text)
{
	const struct fake_selection *selection = fake_of(fake_self(desktop), which);

	if (!selection->holds || selection->picture)
		return PLATFORM_NONE;
	if (selection->secret)
		return PLATFORM_OTHER;
	*text = str_of(selection->held);
	return PLATFORM_OK;
}

static void fake_forget(struct platform_desktop *desktop)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_str(&fake->log, "forget\n");
	fake->saving = false;
	EACH (fake, PLATFORM_BOTH, bit, selection)
		if (!ours(selection))
			selection->holds = false;
}

static int fake_offer(struct platform_desktop *desktop, unsigned selections, struct str text,
	const struct platform_window *reader, struct err *err)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(
		&fake->log, "offer %s: %.*s\n", selections_name(selections), (int)text.n, text.p);
	if (fake->offer_fails)
		return err_set(err, ERR_FAILED, "not ours");
	EACH (fake, selections, bit, selection)
		if (selection->copied && !ours(selection))
			return PLATFORM_OTHER;
	fake->unheld = fake->unheld || fake->saving;
	fake->reader = reader != NULL ? reader->client : 0;
	EACH (fake, selections, bit, selection) {
		selection->owner = FAKE_TEXT;
		(void)snprintf(selection->content, 64, "%.*s", (int)text.n, text.p);
	}
	return PLATFORM_OK;
}

static void fake_restore(struct platform_desktop *desktop, unsigned selections)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(&fake->log, "restore %s\n", selections_name(selections));
	EACH (fake, selections, bit, selection) {
		CHECK(ours(selection)); /* never over a newer copy */
		selection->owner = selection->holds ? FAKE_HELD : FAKE_NOBODY;
		put(selection->content, selection->holds ? selection->held : "");
	}
}

static void fake_keep(struct platform_desktop *desktop, unsigned selections)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(&fake->log, "keep %s\n", selections_name(selections));
	EACH (fake, selections, bit, selection) {
		CHECK(selection->owner == FAKE_TEXT);
		selection->owner = FAKE_HELD;
		selection->holds = true;
		put(selection->held, selection->content);
	}
}

static bool fake_holds(struct platform_desktop *desktop)
{
	struct fake *fake = fake_self(desktop);

	return ours(&fake->clipboard) || ours(&fake->primary);
}

static void fake_release(struct platform_desktop *desktop)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_str(&fake->log, "release\n");
	fake->releasing = true;
}

static int fake_press(struct platform_desktop *desktop, const struct platform_window *window,
	enum platform_key key, unsigned count, struct err *err)
{
	static const char *const names[] = {"Shift+Insert", "Ctrl+V", "Ctrl+Shift+V", "Left"};
	struct fake *fake = fake_self(desktop);

	if (fake->press_fails)
		return err_set(err, ERR_FAILED, "no keys here");
	if (window->id == 0 || window->id != fake->window.id ||
		window->start != fake->window.start) {
		(void)buf_add_format(&fake->log, "press %s: other window\n", names[key]);
		return PLATFORM_OTHER;
	}
	(void)buf_add_format(&fake->log, "press %s", names[key]);
	(void)buf_add_format(&fake->log, count > 1 ? " x %u\n" : "\n", count);
	fake->presses++;
	fake->pressed_in = window->id;
	return PLATFORM_OK;
}

static int fake_type(struct platform_desktop *desktop, const struct platform_window *window,
	struct str text, struct err *err)
{
	struct fake *fake = fake_self(desktop);

	if (fake->press_fails)
		return err_set(err, ERR_FAILED, "no keys here");
	if (memchr(text.p, '\n', text.n) != NULL)
		return err_set(err, ERR_INVALID, "several lines");
	if (text.n > PLATFORM_TYPE_MAX)
		return err_set(err, ERR_LIMIT, "too long");
	if (window->id == 0 || window->id != fake->window.id)
		return PLATFORM_OTHER;
	(void)buf_add_format(&fake->log, "type %.*s\n", (int)text.n, text.p);
	return PLATFORM_OK;
}

static void fake_manager(struct platform_desktop *desktop, char *name, size_t size, long *pid)
{
	(void)desktop;
	(void)snprintf(name, size, "%s", "keeper");
	*pid = 0;
}

static void fake_notify(struct platform_desktop *desktop, const char *text)
{
	struct fake *fake = fake_self(desktop);

	(void)buf_add_format(&fake->log, "notify %s\n", text);
	(void)snprintf(fake->notice, sizeof fake->notice, "%s", text);
	fake->notices++;
}

static int fake_menu(struct platform_desktop *desktop, const char *const argv[], struct str text,
	struct err *err)
{
	struct fake *fake = fake_self(desktop);

	if (fake->menu.len > 0)
		return err_set(err, ERR_BUSY, "one is open");
	(void)buf_add_format(&fake->log, "menu %s\n", argv[0]);
	return buf_add(&fake->menu, text.p, text.n);
}

static int fake_picker_open(struct platform_desktop *desktop,
	const struct platform_picker_options *options, struct err *err)
{
	(void)desktop;
	(void)options;
	(void)err;
	return 0;
}

static int fake_picker_show(
	struct platform_desktop *desktop, const struct platform_picker *what, struct err *err)
{
	struct fake *fake = fake_self(desktop);

	if (fake->picker_fails)
		return err_set(err, ERR_BUSY, "another program has the keyboard");
	if (!fake->picker)
		(void)buf_add_str(&fake->log, "picker opens\n");
	fake->picker = true;
	fake->page = what->page;
	fake->n_rows = what->n_rows;
	(void)snprintf(fake->query, sizeof fake->query, "%.*s", (int)what->query.n, what->query.p);
	(void)snprintf(
		fake->message, sizeof fake->message, "%.*s", (int)what->message.n, what->message.p);
	return 0;
}

static void fake_picker_hide(struct platform_desktop *desktop)
{
	struct fake *fake = fake_self(desktop);

	if (fake->picker)
		(void)buf_add_str(&fake->log, "picker closes\n");
	fake->picker = false;
}

const struct platform_backend fake_backend = {
	.name = "fake",
	.open = fake_open,
	.close = fake_close,
	.run = fake_run,
	.quit = fake_quit,
	.timer = fake_timer,
	.remind = fake_remind,
	.watch = fake_watch,
	.hotkey_set = fake_hotkey_set,
	.poke = fake_poke,
	.reside = fake_reside,
	.window = fake_window_now,
	.locked = fake_locked,
	.save = fake_save,
	.held_text = fake_held_text,
	.forget = fake_forget,
	.offer = fake_offer,
	.restore = fake_restore,
	.keep = fake_keep,
	.holds = fake_holds,
	.release = fake_release,
	.press = fake_press,
	.type = fake_type,
	.picker_open = fake_picker_open,
	.picker_show = fake_picker_show,
	.picker_hide = fake_picker_hide,
	.manager = fake_manager,
	.notify = fake_notify,
	.menu = fake_menu,
};

struct platform_window fake_window(uint64_t id, const char *class_name)
{
	struct platform_window window = {
		.id = id << 21 | 5, .client = id, .pid = (long)id + 1000, .start = id};

	(void)snprintf(window.class_name, sizeof window.class_name, "%s", class_name);
	return window;
}

void fake_init(struct fake *fake, platform_event_fn *fn, void *data)
{
	memset(fake, 0, sizeof *fake);
	fake->base.backend = &fake_backend;
	fake->fn = fn;
	fake->data = data;
	fake->timer_ms = fake->remind_ms = -1;
	fake->watched = -1;
	fake->window = fake_window(7, "Editor");
	buf_init(&fake->log, 16UL * 1024 * 1024);
	buf_init(&fake->menu, 16UL * 1024 * 1024);
}

void fake_fini(struct fake *fake)
{
	buf_fini(&fake->log);
	buf_fini(&fake->menu);
}

static void settle_saved(struct fake *fake)
{
	struct platform_event event = {.type = PLATFORM_EVENT_SAVED};

	fake->saving = false;
	EACH (fake, PLATFORM_BOTH, bit, selection) {
		if (ours(selection))
			continue;
		selection->holds = selection->owner == FAKE_OTHER && !selection->unreadable;
		if (selection->unreadable)
			event.selections |= bit;
		if (selection->holds)
			put(selection->held, selection->content);
	}
	fake_send(fake, &event);
}

void fake_settle(struct fake *fake)
{
	if (fake->saving && !fake->save_hangs)
		settle_saved(fake);
	if (fake->releasing && !fake->keys_held) {
		fake->releasing = false;
		fake_send(fake, &(struct platform_event){.type = PLATFORM_EVENT_RELEASED});
	}
}

bool fake_await(struct fake *fake, int ms)
{
	struct pollfd fd = {.fd = fake->watched, .events = POLLIN};

	if (poll(&fd, 1, ms) <= 0)
		return false;
	fake_send(fake, &(struct platform_event){.type = PLATFORM_EVENT_READABLE});
	return true;
}

void fake_copy(struct fake *fake, enum platform_selection which, const char *content)
{
	struct fake_selection *selection = fake_of(fake, which);
	struct platform_event event = {.type = PLATFORM_EVENT_LOST, .selections = which};
	bool was_ours = ours(selection);

	if (was_ours)
		selection->holds = false;
	selection->owner = FAKE_OTHER;
	selection->copied = true;
	put(selection->content, content);
	if (was_ours)
		fake_send(fake, &event);
	event.type = PLATFORM_EVENT_COPIED;
	fake_send(fake, &event);
}

const char *fake_read(struct fake *fake, enum platform_selection which, uint64_t client)
{
	struct fake_selection *selection = fake_of(fake, which);
	struct platform_event event = {
		.type = PLATFORM_EVENT_READ, .selections = which, .client = client};

	if (selection->owner == FAKE_NOBODY ||
		(selection->owner == FAKE_TEXT && fake->tells_readers && fake->reader != 0 &&
			fake->reader != client))
		return NULL;
	if (selection->owner == FAKE_TEXT)
		fake_send(fake, &event);
	return selection->content;
}

void fake_advance(struct fake *fake, int64_t ms)
{
	fake->now_ms += ms;
	if (fake->remind_ms >= 0 && fake->remind_ms <= fake->now_ms) {
		fake->remind_ms = -1;
		fake_send(fake, &(struct platform_event){.type = PLATFORM_EVENT_REMINDED});
	}
	if (fake->timer_ms < 0 || fake->timer_ms > fake->now_ms)
		return;
	fake->timer_ms = -1;
	fake_send(fake, &(struct platform_event){.type = PLATFORM_EVENT_TIMER});
}
