/*
 * From the choice to the text in the target: the paste engine on the X display that
 * DISPLAY names, into a window of another process that reads when the key comes.
 * Beside it in the same run: what one round trip to the server takes that process.
 *
 *	xvfb-run -a bench_paste [RUNS]
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/keysym.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desktop/courier.h"
#include "tests/bench/bench.h"

#define RUNS_MAX 1000

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

static _Noreturn void target(int out)
{
	Display *display = XOpenDisplay(NULL);
	struct report report = {0};
	Atom property, incr, utf8, clipboard;
	Window window;
	XEvent event;

	if (display == NULL)
		_exit(1);
	property = XInternAtom(display, "BENCH", False);
	incr = XInternAtom(display, "INCR", False);
	utf8 = XInternAtom(display, "UTF8_STRING", False);
	clipboard = XInternAtom(display, "CLIPBOARD", False);
	window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 99, 99, 0, 0, 0);
	XSelectInput(display, window, KeyPressMask | PropertyChangeMask | ExposureMask);
	XMapWindow(display, window);
	for (;;) {
		XNextEvent(display, &event);
		if (event.type == Expose) {
			XSetInputFocus(display, window, RevertToParent, CurrentTime);
			XSync(display, False);
			(void)!write(out, &report, sizeof report); /* ready */
		} else if (event.type == KeyPress && XLookupKeysym(&event.xkey, 0) == XK_Insert) {
			XConvertSelection(
				display, clipboard, utf8, property, window, event.xkey.time);
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
}

static int64_t paste(const char *text, size_t len, int from, struct report *report)
{
	struct paste_job job = {.quiet_ms = 20};
	struct err err;
	int64_t begin;

	ended = false;
	courier_begin(&courier);
	desktop->backend->run(desktop); /* the person types; the clipboard is saved */
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

static void measure(const char *figure, size_t len, size_t runs, int from)
{
	static int64_t pastes[RUNS_MAX], trips[RUNS_MAX];
	char *text = malloc(len);
	struct report report;
	size_t i;

	if (text == NULL)
		bench_fail("no memory");
	memset(text, 'a', len);
	for (i = 0; i < runs; i++) {
		pastes[i] = paste(text, len, from, &report);
		trips[i] = report.trip_ns;
	}
	bench_begin(figure, "ms");
	show("promptd", pastes, runs);
	show("floor", trips, runs);
	bench_end();
	free(text);
}

int main(int argc, char **argv)
{
	struct courier_options options = {.done = on_done};
	size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
	struct report ready;
	struct err err;
	int ends[2];
	pid_t pid;

	runs = runs > 0 && runs <= RUNS_MAX ? runs : RUNS_MAX;
	if (pipe(ends) != 0)
		bench_fail("no pipe");
	pid = fork();
	if (pid == 0)
		target(ends[1]);
	(void)close(ends[1]);
	if (pid < 0 || read(ends[0], &ready, sizeof ready) != sizeof ready)
		bench_fail("there is no display: xvfb-run -a bench_paste");
	if (platform_desktop_open(&desktop, on_event, NULL, &err) != 0)
		bench_fail(err.text);
	options.desktop = desktop;
	courier_init(&courier, &options);
	measure("paste_10", 10, runs, ends[0]);
	measure("paste_2000", 2000, runs, ends[0]);
	measure("paste_50000", 50000, runs, ends[0]);
	measure("paste_300000", 300000, runs, ends[0]);
	courier_fini(&courier);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	desktop->backend->close(desktop);
	return 0;
}
