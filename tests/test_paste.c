/* The paste, on a desktop without a system: every fault of its way, and the clock
 * turned by hand. */
#include "desktop/courier.h"
#include "tests/fake_platform.h"
#include "tests/test.h"

#define TARGET 7U  /* the client of the window that had the keyboard */
#define MANAGER 9U /* a clipboard manager */

static struct fake fake;
static struct courier courier;
static unsigned n_done;
static struct paste_done last;

static void on_event(void *data, const struct platform_event *event)
{
	(void)data;
	courier_event(&courier, event);
}

static void on_done(void *data, const struct paste_done *done)
{
	(void)data;
	n_done++;
	last = *done;
}

static int64_t fake_now(void *data)
{
	(void)data;
	return fake.now_ms;
}

static void set_up(void)
{
	struct courier_options options = {
		.desktop = &fake.base, .done = on_done, .now_ms = fake_now};

	fake_init(&fake, on_event, NULL);
	courier_init(&courier, &options);
	n_done = 0;
	fake_copy(&fake, PLATFORM_CLIPBOARD, "old clipboard");
	fake_copy(&fake, PLATFORM_PRIMARY, "old primary");
}

static void tear_down(void)
{
	/* Wherever it stands, it ends. */
	int i;

	courier_cancel(&courier);
	for (i = 0; i < 4 && !courier_idle(&courier); i++)
		fake_advance(&fake, PASTE_READ_MS + 1);
	CHECK(courier_idle(&courier));
	courier_fini(&courier);
	fake_fini(&fake);
}

static void choose(struct paste_job job, const char *text)
{
	struct err err;

	CHECK(courier_choose(&courier, &job, str_of(text), &err) != 0);
}

/* Called, saved, chosen, keys released, key pressed. */
static void paste_text(struct paste_job job, const char *text)
{
	courier_begin(&courier);
	fake_settle(&fake);
	choose(job, text);
	fake_settle(&fake);
}

static void check_old_is_back(void)
{
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER), "old clipboard");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, MANAGER), "old primary");
}

static void text_is_pasted_and_both_selections_are_put_back(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	CHECK_STR(buf_text(&fake.log), "save both\noffer both: text\nrelease\n"
				       "press Shift+Insert\n");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "text");
	fake_advance(&fake, PASTE_QUIET_MS - 1);
	CHECK(n_done == 0);
	fake_advance(&fake, 1);
	CHECK(n_done == 1 && last.result == PASTE_PASTED && fake.notices == 0);
	check_old_is_back();
	tear_down();
}

static void second_read_of_the_target_makes_it_wait_anew(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, 900);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	fake_advance(&fake, 900);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER), "text");
	fake_advance(&fake, 100);
	check_old_is_back();
	CHECK(last.result == PASTE_PASTED);
	tear_down();
}

static void read_of_a_clipboard_manager_counts_for_nothing(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER);
	fake_advance(&fake, 5000);
	CHECK(n_done == 0); /* the target is busy for five seconds */
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(last.result == PASTE_PASTED);
	check_old_is_back();
	tear_down();
}

static void text_is_for_the_target_alone_until_it_is_the_persons(void)
{
	set_up();
	fake.tells_readers = true;
	paste_text((struct paste_job){0}, "text");
	CHECK(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER) == NULL);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	fake_advance(&fake, PASTE_QUIET_MS);
	check_old_is_back();
	tear_down();

	set_up();
	fake.tells_readers = true;
	paste_text((struct paste_job){0}, "text");
	fake_advance(&fake, PASTE_READ_MS);
	CHECK(last.result == PASTE_TIMEOUT);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER), "text");
	tear_down();
}

static void text_is_for_everybody_where_it_is_copied_or_read_for_the_target(void)
{
	set_up();
	fake.tells_readers = true;
	paste_text((struct paste_job){.any_reader = true}, "text");
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER), "text");
	tear_down();

	set_up();
	fake.tells_readers = true;
	courier_begin(&courier);
	choose((struct paste_job){.copy_only = true}, "text");
	CHECK(fake.reader == 0);
	tear_down();
}

static void any_read_counts_where_the_target_reads_through_another(void)
{
	set_up();
	paste_text((struct paste_job){.any_reader = true}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER);
	fake_advance(&fake, PASTE_QUIET_ANY_MS - 1);
	CHECK(n_done == 0);
	fake_advance(&fake, 1);
	CHECK(last.result == PASTE_PASTED);
	check_old_is_back();
	tear_down();
}

static void text_never_read_stays_on_the_clipboard_with_one_notice(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	fake_advance(&fake, PASTE_READ_MS);
	CHECK(last.result == PASTE_TIMEOUT && fake.notices == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	/* It is the person's clipboard now, and comes back after the next paste. */
	paste_text((struct paste_job){0}, "next");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	tear_down();
}

static void other_window_gets_nothing(void)
{
	set_up();
	courier_begin(&courier);
	fake_settle(&fake);
	fake.window = fake_window(8, "Dialog");
	choose((struct paste_job){0}, "text");
	fake_settle(&fake);
	CHECK(fake.presses == 0 && last.result == PASTE_REFUSED && fake.notices == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, MANAGER), "text");
	tear_down();
}

static void window_id_used_again_by_another_process_gets_nothing(void)
{
	set_up();
	courier_begin(&courier);
	fake_settle(&fake);
	fake.window.start++;
	choose((struct paste_job){0}, "text");
	fake_settle(&fake);
	CHECK(fake.presses == 0 && last.result == PASTE_REFUSED);
	tear_down();
}

static void no_window_at_all_gets_nothing(void)
{
	set_up();
	fake.window = (struct platform_window){0};
	paste_text((struct paste_job){0}, "text");
	CHECK(fake.presses == 0 && last.result == PASTE_REFUSED && fake.notices == 1);
	tear_down();
}

static void keys_held_down_are_waited_for_and_not_forever(void)
{
	set_up();
	fake.keys_held = true;
	paste_text((struct paste_job){0}, "text");
	CHECK(fake.presses == 0);
	fake_advance(&fake, PASTE_RELEASE_MS - 1);
	fake.keys_held = false;
	fake_settle(&fake);
	CHECK(fake.presses == 1);
	tear_down();

	set_up();
	fake.keys_held = true;
	paste_text((struct paste_job){0}, "text");
	fake_advance(&fake, PASTE_RELEASE_MS);
	CHECK(fake.presses == 0 && last.result == PASTE_REFUSED && fake.notices == 1);
	tear_down();
}

static void newer_copy_stays(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_copy(&fake, PLATFORM_CLIPBOARD, "newer");
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(last.result == PASTE_PASTED);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "newer");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "old primary");
	tear_down();
}

static void copy_before_the_key_ends_the_paste(void)
{
	set_up();
	fake.keys_held = true;
	paste_text((struct paste_job){0}, "text");
	fake_copy(&fake, PLATFORM_CLIPBOARD, "newer");
	fake.keys_held = false;
	fake_settle(&fake);
	CHECK(fake.presses == 0 && last.result == PASTE_LOST && fake.notices == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "newer");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "old primary");
	tear_down();
}

static void copies_of_both_after_the_key_end_it_as_lost(void)
{
	set_up();
	paste_text((struct paste_job){0}, "text");
	fake_copy(&fake, PLATFORM_CLIPBOARD, "newer");
	fake_copy(&fake, PLATFORM_PRIMARY, "newer too");
	CHECK(last.result == PASTE_LOST && fake.notices == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "newer too");
	tear_down();
}

static void copy_while_the_person_types_is_what_comes_back(void)
{
	set_up();
	courier_begin(&courier);
	fake_settle(&fake);
	fake_copy(&fake, PLATFORM_CLIPBOARD, "copied meanwhile");
	fake_settle(&fake);
	choose((struct paste_job){0}, "text");
	fake_settle(&fake);
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "copied meanwhile");
	tear_down();
}

static void copy_at_the_last_moment_is_saved_first(void)
{
	set_up();
	courier_begin(&courier);
	fake_settle(&fake);
	/* Copied, but the word of it has not come yet. */
	fake.clipboard.copied = true;
	(void)snprintf(fake.clipboard.content, sizeof fake.clipboard.content, "last moment");
	choose((struct paste_job){0}, "text");
	fake_settle(&fake);
	fake_settle(&fake);
	CHECK(fake.presses == 1);
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "last moment");
	tear_down();
}

static void owner_that_hangs_is_told_after_the_paste(void)
{
	set_up();
	fake.clipboard.unreadable = true;
	paste_text((struct paste_job){0}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(last.result == PASTE_PASTED && fake.notices == 1);
	CHECK(fake.clipboard.owner == FAKE_NOBODY);
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "old primary");
	tear_down();
}

static void save_that_never_ends_delays_and_does_not_prevent(void)
{
	set_up();
	fake.save_hangs = true;
	paste_text((struct paste_job){0}, "text");
	CHECK(fake.presses == 0);
	fake_advance(&fake, PASTE_SAVE_MS);
	fake_settle(&fake);
	CHECK(fake.presses == 1);
	tear_down();
}

static void empty_clipboard_is_empty_again(void)
{
	set_up();
	fake.clipboard.owner = fake.primary.owner = FAKE_NOBODY;
	paste_text((struct paste_job){0}, "text");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(fake.clipboard.owner == FAKE_NOBODY && fake.primary.owner == FAKE_NOBODY);
	CHECK(last.result == PASTE_PASTED && fake.notices == 0);
	tear_down();
}

static void two_pastes_in_a_second_give_the_first_clipboard_back(void)
{
	set_up();
	paste_text((struct paste_job){0}, "one");
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "one");
	fake_advance(&fake, 300);
	courier_begin(&courier);
	choose((struct paste_job){0}, "two");
	CHECK(fake.presses == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "one"); /* its second read */
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(n_done == 1);
	fake_settle(&fake);
	fake_settle(&fake);
	CHECK(fake.presses == 2);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "two");
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(n_done == 2 && last.result == PASTE_PASTED);
	check_old_is_back();
	tear_down();
}

static void third_choice_while_two_are_on_their_way_is_refused(void)
{
	struct paste_job job = {0};
	struct err err;

	set_up();
	paste_text(job, "one");
	courier_begin(&courier);
	choose(job, "two");
	courier_begin(&courier);
	CHECK(courier_choose(&courier, &job, STR("three"), &err) == 0 && err.code == ERR_BUSY);
	tear_down();
}

static void copy_only_presses_nothing_and_stays(void)
{
	set_up();
	courier_begin(&courier);
	choose((struct paste_job){.copy_only = true}, "text");
	CHECK(n_done == 1 && last.result == PASTE_COPIED && fake.presses == 0);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "old primary");
	tear_down();
}

static void keep_pastes_and_leaves_the_text_on_the_clipboard(void)
{
	set_up();
	paste_text((struct paste_job){.keep = true}, "text");
	(void)fake_read(&fake, PLATFORM_PRIMARY, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(last.result == PASTE_PASTED && fake.notices == 0);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	CHECK_STR(fake_read(&fake, PLATFORM_PRIMARY, TARGET), "old primary");
	tear_down();
}

static void rule_that_refuses_leaves_the_text_on_the_clipboard(void)
{
	set_up();
	paste_text((struct paste_job){.refuse = "Not into this window."}, "text");
	CHECK(fake.presses == 0 && last.result == PASTE_REFUSED);
	CHECK_STR(fake.notice, "Not into this window.");
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	tear_down();
}

static void keys_that_cannot_be_pressed_leave_it_on_the_clipboard(void)
{
	set_up();
	fake.press_fails = true;
	paste_text((struct paste_job){0}, "text");
	CHECK(last.result == PASTE_REFUSED && fake.notices == 1);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "text");
	tear_down();
}

static void clipboard_that_cannot_be_had_changes_nothing(void)
{
	set_up();
	fake.offer_fails = true;
	paste_text((struct paste_job){0}, "text");
	CHECK(last.result == PASTE_REFUSED && fake.notices == 1 && fake.presses == 0);
	check_old_is_back();
	tear_down();
}

static void caret_goes_back_once_after_the_first_read(void)
{
	set_up();
	paste_text((struct paste_job){.caret = 5}, "f()text");
	CHECK(fake.presses == 1);
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	CHECK(fake.presses == 2);
	CHECK(strstr(buf_text(&fake.log), "press Left x 5\n") != NULL);
	tear_down();
}

static void cancelled_picker_touches_nothing(void)
{
	set_up();
	courier_begin(&courier);
	fake_settle(&fake);
	courier_cancel(&courier);
	CHECK(last.result == PASTE_CANCELLED && courier_idle(&courier));
	CHECK_STR(buf_text(&fake.log), "save both\nforget\n");
	check_old_is_back();
	tear_down();
}

static void texts_too_long_or_empty_are_refused_with_a_message(void)
{
	struct paste_job job = {0};
	char *text = xcalloc(1, PLATFORM_OFFER_MAX + 1);
	struct err err;

	set_up();
	courier_begin(&courier);
	memset(text, 'a', PLATFORM_OFFER_MAX + 1);
	CHECK(courier_choose(&courier, &job, (struct str){text, PLATFORM_OFFER_MAX + 1}, &err) ==
		0);
	CHECK(err.code == ERR_LIMIT);
	CHECK(courier_choose(&courier, &job, STR(""), &err) == 0 && err.code == ERR_INVALID);
	free(text);
	tear_down();
}

int main(void)
{
	RUN(text_is_pasted_and_both_selections_are_put_back);
	RUN(second_read_of_the_target_makes_it_wait_anew);
	RUN(read_of_a_clipboard_manager_counts_for_nothing);
	RUN(text_is_for_the_target_alone_until_it_is_the_persons);
	RUN(text_is_for_everybody_where_it_is_copied_or_read_for_the_target);
	RUN(any_read_counts_where_the_target_reads_through_another);
	RUN(text_never_read_stays_on_the_clipboard_with_one_notice);
	RUN(other_window_gets_nothing);
	RUN(window_id_used_again_by_another_process_gets_nothing);
	RUN(no_window_at_all_gets_nothing);
	RUN(keys_held_down_are_waited_for_and_not_forever);
	RUN(newer_copy_stays);
	RUN(copy_before_the_key_ends_the_paste);
	RUN(copies_of_both_after_the_key_end_it_as_lost);
	RUN(copy_while_the_person_types_is_what_comes_back);
	RUN(copy_at_the_last_moment_is_saved_first);
	RUN(owner_that_hangs_is_told_after_the_paste);
	RUN(save_that_never_ends_delays_and_does_not_prevent);
	RUN(empty_clipboard_is_empty_again);
	RUN(two_pastes_in_a_second_give_the_first_clipboard_back);
	RUN(third_choice_while_two_are_on_their_way_is_refused);
	RUN(copy_only_presses_nothing_and_stays);
	RUN(keep_pastes_and_leaves_the_text_on_the_clipboard);
	RUN(rule_that_refuses_leaves_the_text_on_the_clipboard);
	RUN(keys_that_cannot_be_pressed_leave_it_on_the_clipboard);
	RUN(clipboard_that_cannot_be_had_changes_nothing);
	RUN(caret_goes_back_once_after_the_first_read);
	RUN(cancelled_picker_touches_nothing);
	RUN(texts_too_long_or_empty_are_refused_with_a_message);
	return 0;
}
