/*
 * From the choice to the text in the target: the paste engine on the X display that
 * DISPLAY names, into a window of another process that reads when the key comes.
 * Beside it in the same run: what one round trip to the server takes that process, and
 * where they are installed, `xdotool type` and CopyQ into the same window. Then into a
 * target that is stopped when the key comes: what is added to the time it is stopped
 * for. And how long after the last read the old clipboard is back.
 *
 *	xvfb-run -a bench_paste [RUNS]
 */
#define _DEFAULT_SOURCE /* mkdtemp, setenv */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/keysym.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/connect_run.h"
#include "desktop/courier.h"
#include "tests/bench/bench.h"
#include "tests/server.h"

#define RUNS_MAX 1000
#define TYPED_MAX 2000 /* characters; xdotool needs 13 s for these */
#define LAST 'b'       /* ends what is typed */
#define COMMAND_MS 60000

/* What the target says of each paste. */
struct report {
	int64_t at_ns, trip_ns;
	size_t len;
};

/* --- the target --------------------------------------------------------------------- */

static size_t take(Display *display, Window window, Atom property, Atom incr)
{
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	size_t len = 0;
	Atom type;
	int format;
	XEvent event;

	XGetWindowProperty(display, window, property, 0, 1L << 24, True, AnyPropertyType, &type,
		&format, &n, &rest, &data);
	XFree(data);
	if (type != incr)
		return n;
	do { /* in pieces, until an empty one */
		do
			XNextEvent(display, &event);
		while (event.type != PropertyNotify || event.xproperty.atom != property ||
			event.xproperty.state != PropertyNewValue);
		XGetWindowProperty(display, window, property, 0, 1L << 24, True, AnyPropertyType,
			&type, &format, &n, &rest, &data);
		XFree(data);
		len += n;
	} while (n > 0);
	return len;
}

static int64_t round_trip(Display *display)
{
	int64_t begin = bench_now_ns();

	XSync(display, False);
	return bench_now_ns() - begin;
}

/* Without a window manager: CopyQ pastes into the window that is said to be active. */
static void say_active(Display *display, Window window)
{
	XChangeProperty(display, DefaultRootWindow(display),
		XInternAtom(display, "_NET_ACTIVE_WINDOW", False), XA_WINDOW, 32, PropModeReplace,
		(unsigned char *)&window, 1);
}

static void on_key(Display *display, XKeyEvent *key, Atom form, size_t *typed, int out)
{
	Atom clipboard = XInternAtom(display, "CLIPBOARD", False);
	KeySym keysym = XLookupKeysym(key, 0);
	struct report report = {0};

	if (keysym == XK_Insert || (keysym == XK_v && (key->state & ControlMask) != 0)) {
		XConvertSelection(display, clipboard, form, XInternAtom(display, "BENCH", False),
			key->window, key->time);
		return;
	}
	*typed += keysym == XK_a || keysym == LAST;
	if (keysym != LAST)
		return;
	report.len = *typed;
	report.at_ns = bench_now_ns();
	*typed = 0;
	(void)!write(out, &report, sizeof report);
}

static _Noreturn void target(int out)
{
	Display *display = XOpenDisplay(NULL);
	size_t typed = 0;
	struct report report = {0};
	Atom property, incr, utf8;
	Window window;
	XEvent event;

	if (display == NULL)
		_exit(1);
	property = XInternAtom(display, "BENCH", False);
	incr = XInternAtom(display, "INCR", False);
	utf8 = XInternAtom(display, "UTF8_STRING", False);
	window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 99, 99, 0, 0, 0);
	XSelectInput(display, window, KeyPressMask | PropertyChangeMask | ExposureMask);
	XMapWindow(display, window);
	for (;;) {
		XNextEvent(display, &event);
		if (event.type == Expose) {
			XSetInputFocus(display, window, RevertToParent, CurrentTime);
			say_active(display, window);
			XSync(display, False);
			(void)!write(out, &report, sizeof report); /* ready */
		} else if (event.type == KeyPress) {
			on_key(display, &event.xkey, utf8, &typed, out);
		} else if (event.type == SelectionNotify) {
			report.len = take(display, window, property, incr);
			report.at_ns = bench_now_ns();
			report.trip_ns = round_trip(display);
			(void)!write(out, &report, sizeof report);
		}
	}
}

/* --- the paste ---------------------------------------------------------------------- */

static struct platform_desktop *desktop;
static struct courier courier;
static bool ended;
static int64_t ended_ns;
static pid_t target_pid;

static void on_event(void *data, const struct platform_event *event)
{
	(void)data;
	courier_event(&courier, event);
	if (courier.paste.state == PASTE_SAVED || ended)
		desktop->backend->quit(desktop);
}

static void on_done(void *data, const struct paste_done *done)
{
	(void)data;
	if (done->result != PASTE_PASTED)
		bench_fail(paste_result_name(done->result));
	ended = true;
	ended_ns = bench_now_ns();
}

/* Stopped from now on, for so long. */
static void target_stop(int64_t ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	pid_t waker;

	if (kill(target_pid, SIGSTOP) != 0)
		bench_fail("the target cannot be stopped");
	waker = fork();
	if (waker != 0)
		return;
	(void)nanosleep(&pause, NULL);
	(void)kill(target_pid, SIGCONT);
	_exit(0);
}

/* Of another program that pasted twice, or late. */
static void drop_reports(int from)
{
	struct pollfd more = {.fd = from, .events = POLLIN};
	struct report report;

	while (poll(&more, 1, 0) == 1)
		if (read(from, &report, sizeof report) != sizeof report)
			bench_fail("the target has ended");
}

static int64_t paste(const char *text, size_t len, int from, struct report *report, int64_t busy_ms)
{
	struct paste_job job = {.quiet_ms = 20};
	struct err err;
	int64_t begin;

	ended = false;
	drop_reports(from);
	courier_begin(&courier);
	desktop->backend->run(desktop); /* the person types; the clipboard is saved */
	if (busy_ms > 0)
		target_stop(busy_ms);
	begin = bench_now_ns();
	if (courier_choose(&courier, &job, (struct str){text, len}, &err) == 0)
		bench_fail(err.text);
	desktop->backend->run(desktop);
	if (read(from, report, sizeof *report) != sizeof *report || report->len != len)
		bench_fail("the target got something else");
	return report->at_ns - begin;
}

static void show(const char *name, int64_t *values, size_t n)
{
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("p50", (double)bench_percentile(values, n, 50) / 1e6);
	bench_value("p95", (double)bench_percentile(values, n, 95) / 1e6);
	bench_value("p99", (double)bench_percentile(values, n, 99) / 1e6);
	bench_subject_end();
}

/* --- others -------------------------------------------------------------------------- */

static bool is_installed(const char *program)
{
	char *path = run_find(program, NULL, NULL);
	bool there = path != NULL;

	free(path);
	return there;
}

/* A line of the shell with that on its standard input: its exit status, or -1. */
static int shell(const char *command, struct str input)
{
	const char *const argv[] = {"sh", "-c", command, NULL};
	const struct run run = {.program = "/bin/sh",
		.argv = argv,
		.input = input,
		.timeout_ms = COMMAND_MS,
		.mask = 077};
	struct run_result result;
	struct err err;
	int status = run_program(&run, &result, &err) == 0 ? result.exit : -1;

	run_result_fini(&result);
	return status;
}

/* How long until the target says that it has all of it; `command` is given the text on
 * its standard input. -1: something else came. */
static int64_t by_command(const char *command, const char *text, size_t len, int from)
{
	struct report report;
	int64_t begin;

	drop_reports(from);
	begin = bench_now_ns();
	if (shell(command, (struct str){text, len}) < 0)
		bench_fail(command);
	if (read(from, &report, sizeof report) != sizeof report)
		bench_fail(command);
	return report.len == len ? report.at_ns - begin : -1;
}

static void show_command(
	const char *name, const char *command, char *text, size_t len, size_t runs, int from)
{
	static int64_t values[RUNS_MAX];
	size_t i, n = 0, wrong = 0;

	for (i = 0; i < runs; i++) {
		values[n] = by_command(command, text, len, from);
		if (values[n] < 0)
			wrong++;
		else
			n++;
	}
	if (n > 0)
		show(name, values, n);
	if (wrong > 0)
		(void)fprintf(stderr, "bench_paste: %s: %zu of %zu wrong\n", name, wrong, runs);
}

static char copyq_home[64];
static bool copyq_runs;

static void copyq_stop(void)
{
	if (copyq_runs)
		(void)shell("copyq exit >/dev/null 2>&1", STR(""));
	copyq_runs = false;
}

/* At the end of all, whether or not something failed. It writes for a while after it was
 * told to end. */
static void copyq_forget(void)
{
	int wait_ms = copyq_runs ? 3000 : 0;

	copyq_stop();
	(void)poll(NULL, 0, wait_ms);
	test_dir_remove(copyq_home);
}

/* A server of its own, in a home of its own; false: it is not installed. */
static bool copyq_start(void)
{
	if (!is_installed("copyq"))
		return false;
	test_dir(copyq_home);
	if (setenv("HOME", copyq_home, 1) != 0)
		bench_fail("no memory");
	if (atexit(copyq_forget) != 0)
		bench_fail("no memory");
	copyq_runs = true;
	return shell("copyq --start-server >/dev/null 2>&1 && "
		     "for i in $(seq 100); do copyq count >/dev/null 2>&1 && exit; sleep 0.1; "
		     "done; exit 1",
		       STR("")) == 0;
}

/* --- figures ------------------------------------------------------------------------- */

static void measure(const char *figure, size_t len, size_t runs, int from, bool copyq)
{
	static int64_t pastes[RUNS_MAX], trips[RUNS_MAX];
	char *text = malloc(len);
	struct report report;
	size_t i;

	if (text == NULL)
		bench_fail("no memory");
	memset(text, 'a', len);
	for (i = 0; i < runs; i++) {
		pastes[i] = paste(text, len, from, &report, 0);
		trips[i] = report.trip_ns;
	}
	bench_begin(figure, "ms");
	show("promptd", pastes, runs);
	show("floor", trips, runs);
	text[len - 1] = LAST;
	if (len <= TYPED_MAX && is_installed("xdotool"))
		show_command("xdotool", "xdotool type --file -", text, len,
			len < 100 ? (runs + 4) / 5 : 2, from);
	if (copyq)
		show_command("copyq", "copyq copy text/plain - >/dev/null && copyq paste", text,
			len, (runs + 4) / 5, from);
	bench_end();
	free(text);
}

/* What is added to the time that the target is stopped for. */
static void measure_busy(const char *figure, int64_t busy_ms, size_t runs, int from)
{
	static int64_t over[RUNS_MAX];
	struct report report;
	char text[2000];
	size_t i;

	memset(text, 'a', sizeof text);
	for (i = 0; i < runs; i++)
		over[i] = paste(text, sizeof text, from, &report, busy_ms) - busy_ms * 1000000;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	bench_begin(figure, "ms");
	show("promptd", over, runs);
	bench_end();
}

/* From the last read until the old clipboard is back, as it is outside of this program. */
static void measure_restore(size_t runs, int from)
{
	static int64_t values[RUNS_MAX];
	struct paste_job job = {0};
	struct report report;
	struct err err;
	size_t i;

	for (i = 0; i < runs; i++) {
		ended = false;
		courier_begin(&courier);
		desktop->backend->run(desktop);
		if (courier_choose(&courier, &job, STR("text"), &err) == 0)
			bench_fail(err.text);
		desktop->backend->run(desktop);
		if (read(from, &report, sizeof report) != sizeof report)
			bench_fail("the target got nothing");
		values[i] = ended_ns - report.at_ns;
	}
	bench_begin("paste_restore", "ms");
	show("promptd", values, runs);
	bench_end();
}

int main(int argc, char **argv)
{
	struct courier_options options = {.done = on_done};
	size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 100, few;
	struct report ready;
	struct err err;
	bool copyq;
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN);
	runs = runs > 0 && runs <= RUNS_MAX ? runs : RUNS_MAX;
	few = (runs + 4) / 5;
	if (pipe(ends) != 0)
		bench_fail("no pipe");
	target_pid = fork();
	if (target_pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* who failed leaves none behind */
		target(ends[1]);
	}
	(void)close(ends[1]);
	if (target_pid < 0 || read(ends[0], &ready, sizeof ready) != sizeof ready)
		bench_fail("there is no display: xvfb-run -a bench_paste");
	if (platform_desktop_open(&desktop, on_event, NULL, &err) != 0)
		bench_fail(err.text);
	options.desktop = desktop;
	courier_init(&courier, &options);
	copyq = copyq_start();
	measure("paste_10", 10, runs, ends[0], copyq);
	measure("paste_2000", 2000, runs, ends[0], copyq);
	measure("paste_50000", 50000, runs, ends[0], copyq);
	measure("paste_300000", 300000, runs, ends[0], copyq);
	copyq_stop();
	measure_busy("paste_busy_150", 150, few, ends[0]);
	measure_busy("paste_busy_500", 500, few, ends[0]);
	measure_busy("paste_busy_1000", 1000, few, ends[0]);
	measure_restore(few, ends[0]);
	courier_fini(&courier);
	(void)kill(target_pid, SIGTERM);
	(void)waitpid(target_pid, NULL, 0);
	desktop->backend->close(desktop);
	return 0;
}
