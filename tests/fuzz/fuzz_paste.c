/*
 * The paste under events in any order: each byte is one thing that happens. The
 * fake desktop checks every call (nothing restored that is not ours, nothing of
 * ours saved as somebody else's); here: the key goes to the window that had the
 * keyboard when the picker was called and to no other, whatever happens it ends
 * in time, and then each selection holds what its last copier put there, or the
 * text that the person was told of, or nothing when it could not be held.
 */
#include <stdint.h>

#include "desktop/courier.h"
#include "tests/fake_platform.h"
#include "tests/test.h"

#define EVENTS_MAX 4096

static struct fake fake;
static struct courier courier;
static unsigned n_chosen, n_done, n_copies;
static char newest[2][64];
static bool keeps[EVENTS_MAX + 1];

static void on_event(void *data, const struct platform_event *event)
{
	unsigned before = fake.presses;
	uint64_t window;

	(void)data;
	window = courier.paste.target.id;
	courier_event(&courier, event);
	if (fake.presses > before)
		CHECK(fake.pressed_in == window && fake.pressed_in == fake.window.id);
}

/* Left where the person can paste it: that is what the selection holds now. */
static void left(struct fake_selection *selection, char *is, const char *text)
{
	if (selection->owner == FAKE_HELD && strcmp(selection->content, text) == 0)
		(void)snprintf(is, sizeof *newest, "%s", text);
}

static void on_done(void *data, const struct paste_done *done)
{
	char text[64];

	(void)data;
	if (done->result == PASTE_CANCELLED)
		return;
	n_done++;
	CHECK(done->result == PASTE_PASTED || done->result == PASTE_COPIED || fake.notices > 0);
	(void)snprintf(text, sizeof text, "text %u", (unsigned)done->tag);
	if (done->result != PASTE_PASTED || keeps[done->tag])
		left(&fake.clipboard, newest[0], text);
	if (done->result != PASTE_PASTED)
		left(&fake.primary, newest[1], text);
}

static int64_t fake_now(void *data)
{
	(void)data;
	return fake.now_ms;
}

static void copy(enum platform_selection selection)
{
	char *is = newest[selection == PLATFORM_CLIPBOARD ? 0 : 1];

	(void)snprintf(is, sizeof *newest, "copy %u", ++n_copies);
	fake_copy(&fake, selection, is);
}

static void choose(unsigned how)
{
	static const char *const why = "A rule says no.";
	struct paste_job job = {.copy_only = how == 1,
		.keep = how == 2,
		.any_reader = how == 3,
		.refuse = how == 4 ? why : NULL,
		.caret = how == 5 ? 3 : 0};
	char text[32];
	struct err err;
	unsigned before = fake.presses;

	(void)snprintf(text, sizeof text, "text %u", n_chosen + 1);
	keeps[n_chosen + 1] = job.keep;
	if (courier_choose(&courier, &job, str_of(text), &err) != 0)
		n_chosen++;
	CHECK(fake.presses == before); /* keys are waited for first */
}

static void happen(uint8_t what)
{
	switch (what % 16) {
	case 0:
		courier_begin(&courier);
		break;
	case 1:
		choose(what / 16);
		break;
	case 2:
		courier_cancel(&courier);
		break;
	case 3:
		fake_settle(&fake);
		break;
	case 4:
		copy(PLATFORM_CLIPBOARD);
		break;
	case 5:
		copy(PLATFORM_PRIMARY);
		break;
	case 6:
		(void)fake_read(&fake, PLATFORM_CLIPBOARD, 7 + what / 128);
		break;
	case 7:
		(void)fake_read(&fake, PLATFORM_PRIMARY, 7 + what / 128);
		break;
	case 8:
		fake_advance(&fake, what / 16 * 100);
		break;
	case 9:
		fake_advance(&fake, what / 16 * 1000);
		break;
	case 10:
		fake.window = fake_window(7 + what / 128, "Editor");
		break;
	case 11:
		fake.keys_held = what >= 128;
		break;
	case 12:
		fake.save_hangs = what >= 128;
		break;
	case 13:
		fake.offer_fails = what >= 192;
		break;
	case 14:
		fake.press_fails = what >= 192;
		break;
	default: /* events nobody waited for */
		fake_send(&fake,
			&(struct platform_event){.type = (what & 16) != 0 ? PLATFORM_EVENT_RELEASED
									  : PLATFORM_EVENT_TIMER});
		break;
	}
	CHECK((courier.paste.state < PASTE_OFFERED && !courier.paste.chosen) || fake.timer_ms >= 0);
}

static void check_selection(const struct fake_selection *selection, const char *is)
{
	if (selection->owner == FAKE_OTHER)
		CHECK_STR(selection->content, is);
	else if (selection->owner == FAKE_NOBODY)
		CHECK(fake.unheld);
	else
		CHECK_STR(selection->content, is);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct courier_options options = {
		.desktop = &fake.base, .done = on_done, .now_ms = fake_now};
	size_t i;

	if (len > EVENTS_MAX)
		return 0;
	fake_init(&fake, on_event, NULL);
	courier_init(&courier, &options);
	n_chosen = n_done = n_copies = 0;
	copy(PLATFORM_CLIPBOARD);
	copy(PLATFORM_PRIMARY);
	for (i = 0; i < len; i++)
		happen(data[i]);
	courier_cancel(&courier);
	for (i = 0; i < 12 && !courier_idle(&courier); i++) {
		fake_advance(&fake, PASTE_READ_MS);
		fake_settle(&fake);
	}
	CHECK(courier_idle(&courier));
	CHECK(n_done == n_chosen);
	CHECK(fake.clipboard.owner != FAKE_TEXT && fake.primary.owner != FAKE_TEXT);
	check_selection(&fake.clipboard, newest[0]);
	check_selection(&fake.primary, newest[1]);
	courier_fini(&courier);
	fake_fini(&fake);
	return 0;
}
