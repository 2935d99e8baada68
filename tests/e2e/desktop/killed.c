/*
 * A program that is killed while it presses keys, for scripts:
 *
 *	desktop-killed N          Shift+Insert into the window with the keyboard, and SIGKILL
 *	                          behind the Nth event of a key
 *	desktop-killed N TEXT     the same while it types
 *	desktop-killed -N …       the same with SIGSEGV, as a program that crashes; the one
 *	                          beside it is then told to mend that
 *	desktop-killed held       ends with 0 when a key is down
 *
 * Linked with --wrap=XTestFakeKeyEvent.
 */
#include <X11/Xlib.h>
#include <signal.h>
#include <unistd.h>

#include "platform/platform.h"
#include "tests/test.h"

int __real_XTestFakeKeyEvent(Display *display, unsigned code, Bool down, unsigned long delay);
int __wrap_XTestFakeKeyEvent(Display *display, unsigned code, Bool down, unsigned long delay);

static int left, how = SIGKILL;

int __wrap_XTestFakeKeyEvent(Display *display, unsigned code, Bool down, unsigned long delay)
{
	int result = __real_XTestFakeKeyEvent(display, code, down, delay);

	if (--left == 0) {
		/* Or xterm is asked again and again for what it pastes until somebody lets go
		 * of Insert, and does not survive that. */
		XAutoRepeatOff(display);
		XSync(display, False);
		(void)kill(getpid(), how);
	}
	return result;
}

static void on_event(void *data, const struct platform_event *event)
{
	(void)data, (void)event;
}

static int held(void)
{
	Display *display = XOpenDisplay(NULL);
	static const char none[32];
	char keys[32];

	CHECK(display != NULL);
	XQueryKeymap(display, keys);
	XCloseDisplay(display);
	return memcmp(keys, none, sizeof keys) != 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct platform_desktop *desktop;
	struct platform_window window;
	char path[PLATFORM_PATH_MAX];
	struct err err;

	CHECK(argc > 1);
	if (strcmp(argv[1], "held") == 0)
		return held();
	left = (int)strtol(argv[1], NULL, 10);
	if (left < 0) {
		left = -left;
		how = SIGSEGV;
		CHECK(platform_program("promptd-desktop", path, &err) == 0);
		CHECK(platform_crash_start(path, "--mend", &err) == 0);
	}
	CHECK(platform_desktop_open(&desktop, on_event, NULL, &err) == 0);
	desktop->backend->window(desktop, &window);
	if (argc == 2)
		CHECK(desktop->backend->press(
			      desktop, &window, PLATFORM_KEY_SHIFT_INSERT, 1, &err) == 0);
	else
		CHECK(desktop->backend->type(desktop, &window, str_of(argv[2]), &err) == 0);
	return 1; /* it was to be killed */
}
