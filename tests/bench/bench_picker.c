/*
 * The picker as a person meets it, looked at from outside, on the X display that DISPLAY
 * names: from the press of the hotkey until the window is there and until it is painted,
 * from a key until its results are painted, with libraries of several sizes; the same at
 * twice the size, with the first of them; memory and wake-ups while nobody uses it. Beside
 * it in the same run, where they are installed: rofi and dmenu with as many lines, started
 * as a hotkey daemon starts them.
 *
 * Painted: the first change that the server reports of the window (XDAMAGE) after which it
 * looks, pixel for pixel, as it does when it has been still for 60 ms.
 *
 *	xvfb-run -a -s '-screen 0 2560x1600x24' \
 *		bench_picker BIN_FOLDER [ROUNDS [SECONDS_IDLE [PROMPTS…]]]
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xdamage.h>
#include <X11/keysym.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/connect_run.h"
#include "store/prompts.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"
#include "tests/server.h"

#define ROUNDS_MAX 1000
#define STILL_MS 60
#define WAIT_MS 20000
#define WINDOW_LEAST 200 /* narrower ones are nobody's menu */

static Display *display;
static int damage_event;

/* --- looking --------------------------------------------------------------------------- */

/* The next event, or false when none comes for so long. */
static bool next_event(XEvent *event, int timeout_ms)
{
	struct pollfd fd = {.fd = ConnectionNumber(display), .events = POLLIN};

	if (XPending(display) == 0 && poll(&fd, 1, timeout_ms) <= 0)
		return false;
	if (XPending(display) == 0)
		return false;
	XNextEvent(display, event);
	return true;
}

/* Waits for a window as large as a menu; when it came, 0: none did. */
static int64_t await_map(Window *window)
{
	XEvent event;

	while (next_event(&event, WAIT_MS)) {
		XWindowAttributes attributes;

		if (event.type == MapNotify &&
			XGetWindowAttributes(display, event.xmap.window, &attributes) &&
			attributes.width > WINDOW_LEAST && attributes.x >= 0) {
			*window = event.xmap.window;
			return bench_now_ns();
		}
	}
	return 0;
}

static uint64_t look(Window window)
{
	XWindowAttributes attributes;
	uint64_t hash = 1469598103934665603ULL;
	XImage *image = NULL;
	uint64_t word;
	size_t i, n;

	if (XGetWindowAttributes(display, window, &attributes))
		image = XGetImage(display, window, 0, 0, (unsigned)attributes.width,
			(unsigned)attributes.height, AllPlanes, ZPixmap);
	if (image == NULL)
		return 0;
	n = (size_t)image->bytes_per_line * (size_t)image->height;
	/* By eight bytes: what comes meanwhile is seen so much later. */
	for (i = 0; i + sizeof word <= n; i += sizeof word) {
		memcpy(&word, image->data + i, sizeof word);
		hash = (hash ^ word) * 1099511628211ULL;
		hash ^= hash >> 32;
	}
	XDestroyImage(image);
	return hash;
}

static Damage watch(Window window)
{
	return XDamageCreate(display, window, XDamageReportRawRectangles);
}

/* When it first looked as it looks in the end, once it is still; 0: nothing was painted. */
static int64_t await_still(Window window, int first_ms)
{
	int64_t seen = 0, since = 0;
	uint64_t looks = 0, now;
	XEvent event;

	while (next_event(&event, since == 0 ? first_ms : STILL_MS)) {
		if (event.type != damage_event + XDamageNotify)
			continue;
		seen = bench_now_ns();
		if (XPending(display) > 0)
			continue; /* more of the same frame */
		now = look(window);
		if (since == 0 || now != looks)
			since = seen;
		looks = now;
	}
	return since;
}

static void drain(void)
{
	XEvent event;

	XSync(display, False);
	while (next_event(&event, STILL_MS))
		;
}

/* --- pressing ---------------------------------------------------------------------------- */

static void key(KeySym keysym, Bool down)
{
	XTestFakeKeyEvent(display, XKeysymToKeycode(display, keysym), down, CurrentTime);
}

static void press(KeySym keysym)
{
	key(keysym, True);
	key(keysym, False);
	XFlush(display);
}

/* `held`: as a person does, who lets go only when something is to be seen. */
static void hotkey(bool held)
{
	key(XK_Control_L, True);
	key(XK_Alt_L, True);
	key(XK_space, True);
	if (!held)
		key(XK_space, False);
	XFlush(display);
}

static void let_go(void)
{
	key(XK_space, False);
	key(XK_Alt_L, False);
	key(XK_Control_L, False);
	XSync(display, False);
}

/* --- the programs -------------------------------------------------------------------------- */

static void fill(const char *dir, size_t n)
{
	struct corpus *corpus = corpus_open(NULL);
	struct store_options options = {.dir = dir};
	struct store *store;
	struct err err;
	size_t i;

	if (store_open(&store, &options, &err) < 0)
		bench_fail(err.text);
	for (i = 0; i < n; i++) {
		struct prompt *prompt = corpus_prompt(corpus, i);

		if (store_prompt_put(store, prompt, NULL, &err) != 0)
			bench_fail(err.text);
		prompt_free(prompt);
	}
	store_close(store);
	corpus_close(corpus);
}

static pid_t start_desktop(const char *bin)
{
	char program[1024], text[4096] = "";
	size_t len = 0;
	int ends[2];
	ssize_t n;
	pid_t pid;

	(void)snprintf(program, sizeof program, "%s/promptd-desktop", bin);
	if (pipe(ends) != 0)
		bench_fail("no pipe");
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* who failed leaves none behind */
		(void)dup2(ends[1], STDERR_FILENO);
		(void)execl(program, "promptd-desktop", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while (strstr(text, "desktop.ready") == NULL) {
		n = read(ends[0], text + len, sizeof text - 1 - len);
		if (pid < 0 || n <= 0)
			bench_fail("promptd-desktop does not start");
		len += (size_t)n;
		text[len] = '\0';
	}
	/* The other end stays open: nobody reads it, and little is said. */
	drain();
	return pid;
}

static pid_t start_menu(const char *command, const char *lines)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (freopen(lines, "r", stdin) == NULL || freopen("/dev/null", "w", stdout) == NULL)
			_exit(127);
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void end(pid_t pid)
{
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	drain();
}

/* --- figures ------------------------------------------------------------------------------- */

struct figure {
	int64_t mapped[ROUNDS_MAX], painted[ROUNDS_MAX];
	size_t n;
};

static void show(const char *name, int64_t *values, size_t n)
{
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("p50", (double)bench_percentile(values, n, 50) / 1e6);
	bench_value("p95", (double)bench_percentile(values, n, 95) / 1e6);
	bench_value("p99", (double)bench_percentile(values, n, 99) / 1e6);
	bench_subject_end();
}

static void note(struct figure *figure, int64_t begin, int64_t mapped, int64_t painted)
{
	if (mapped == 0 || painted == 0)
		bench_fail("no window came");
	figure->mapped[figure->n] = mapped - begin;
	figure->painted[figure->n++] = painted - begin;
}

static void open_picker(struct figure *figure, bool held)
{
	Window window = None;
	int64_t begin, mapped;
	Damage damage;

	begin = bench_now_ns();
	hotkey(held);
	mapped = await_map(&window);
	damage = watch(window);
	note(figure, begin, mapped, await_still(window, WAIT_MS));
	XDamageDestroy(display, damage);
	let_go();
}

static void close_picker(void)
{
	press(XK_Escape);
	drain();
}

static void open_menu(struct figure *figure, const char *command, const char *lines)
{
	Window window = None;
	int64_t begin = bench_now_ns(), mapped;
	pid_t pid = start_menu(command, lines);

	mapped = await_map(&window);
	(void)watch(window); /* gone with the window */
	note(figure, begin, mapped, await_still(window, WAIT_MS));
	press(XK_Escape);
	(void)waitpid(pid, NULL, 0);
	drain();
}

static bool is_there(const char *program)
{
	char *path = run_find(program, NULL, NULL);
	bool there = path != NULL;

	free(path);
	return there;
}

/* Lines as a menu gets them. */
static void write_lines(const char *path, size_t n)
{
	struct corpus *corpus = corpus_open(NULL);
	FILE *file = fopen(path, "w");
	size_t i;

	if (file == NULL)
		bench_fail(path);
	for (i = 0; i < n; i++) {
		struct prompt *prompt = corpus_prompt(corpus, i);

		(void)fprintf(file, "%s  %s\n", prompt->path, prompt->title);
		prompt_free(prompt);
	}
	(void)fclose(file);
	corpus_close(corpus);
}

static void measure_opening(const char *dir, size_t prompts, size_t rounds)
{
	static struct figure own, held, rofi, dmenu;
	bool has_rofi = is_there("rofi"), has_dmenu = is_there("dmenu");
	char lines[1024], name[64];
	size_t i;

	(void)snprintf(lines, sizeof lines, "%s/lines", dir);
	write_lines(lines, prompts);
	own.n = held.n = rofi.n = dmenu.n = 0;
	for (i = 0; i < rounds; i++) {
		open_picker(&own, false);
		close_picker();
		open_picker(&held, true);
		close_picker();
		if (has_rofi && i < rounds / 4)
			open_menu(&rofi, "exec rofi -dmenu -i", lines);
		if (has_dmenu && i < rounds / 4)
			open_menu(&dmenu, "exec dmenu -i -l 15", lines);
	}
	(void)snprintf(name, sizeof name, "picker_mapped_%zu", prompts);
	bench_begin(name, "ms");
	show("promptd", own.mapped, own.n);
	show("promptd, held", held.mapped, held.n);
	if (rofi.n > 0)
		show("rofi", rofi.mapped, rofi.n);
	if (dmenu.n > 0)
		show("dmenu", dmenu.mapped, dmenu.n);
	bench_end();
	(void)snprintf(name, sizeof name, "picker_painted_%zu", prompts);
	bench_begin(name, "ms");
	show("promptd", own.painted, own.n);
	show("promptd, held", held.painted, held.n);
	if (rofi.n > 0)
		show("rofi", rofi.painted, rofi.n);
	if (dmenu.n > 0)
		show("dmenu", dmenu.painted, dmenu.n);
	bench_end();
}

/* Words as they are typed, a letter at a time, taken back by Ctrl+U. And the processor
 * time that a key takes, which other work on the machine does not change. */
static void measure_typing(pid_t pid, size_t prompts, const char *scale, size_t rounds)
{
	static const char *const words[] = {"write", "code", "plan", "trans", "email", "test"};
	static int64_t values[ROUNDS_MAX], cpu[ROUNDS_MAX];
	Window window = None;
	Damage damage;
	char name[64];
	size_t n = 0, i;
	const char *at;

	hotkey(false);
	(void)await_map(&window);
	let_go();
	damage = watch(window);
	drain();
	for (i = 0; i < rounds && n + 8 < ROUNDS_MAX; i++) {
		for (at = words[i % 6]; *at != '\0'; at++) {
			int64_t begin = bench_now_ns(), used = bench_cpu_ns(pid), painted;

			press((KeySym)*at);
			painted = await_still(window, 2000);
			cpu[n] = bench_cpu_ns(pid) - used;
			if (painted > 0)
				values[n++] = painted - begin;
		}
		key(XK_Control_L, True);
		press(XK_u);
		key(XK_Control_L, False);
		drain();
	}
	XDamageDestroy(display, damage);
	close_picker();
	if (n == 0)
		bench_fail("nothing was painted");
	(void)snprintf(name, sizeof name, "picker_key%s_%zu", scale, prompts);
	bench_begin(name, "ms");
	show("promptd", values, n);
	show("promptd, processor time", cpu, n);
	bench_end();
}

/* On a display with four times the pixels; the rest is as before. */
static void measure_scaled(const char *bin, size_t prompts, size_t rounds)
{
	static struct figure own;
	char name[64];
	pid_t pid;
	size_t i;

	(void)setenv("GDK_SCALE", "2", 1);
	pid = start_desktop(bin);
	(void)unsetenv("GDK_SCALE");
	own.n = 0;
	for (i = 0; i < rounds; i++) {
		open_picker(&own, false);
		close_picker();
	}
	(void)snprintf(name, sizeof name, "picker_painted_scale2_%zu", prompts);
	bench_begin(name, "ms");
	show("promptd, mapped", own.mapped, own.n);
	show("promptd", own.painted, own.n);
	bench_end();
	measure_typing(pid, prompts, "_scale2", rounds);
	end(pid);
}

static double memory_mb(pid_t pid, const char *what)
{
	char path[64], line[256];
	double kb = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kb = strtod(line + strlen(what), NULL);
	if (file != NULL)
		(void)fclose(file);
	return kb / 1024;
}

static void measure_rest(pid_t pid, unsigned seconds)
{
	double before = bench_wakeups(pid);

	(void)sleep(seconds);
	bench_begin("picker_idle", "wake-ups a minute, MB");
	bench_subject_begin("promptd");
	bench_value("wakeups", (bench_wakeups(pid) - before) * 60 / seconds);
	bench_value("rss", memory_mb(pid, "Rss:"));
	bench_value("pss", memory_mb(pid, "Pss:"));
	bench_subject_end();
	bench_end();
}

static void measure(const char *bin, size_t prompts, size_t rounds, unsigned idle, bool scaled)
{
	char home[64], dir[80];
	pid_t pid;

	test_dir(home);
	if (setenv("PROMPTD_HOME", home, 1) != 0)
		bench_fail("no directory");
	(void)snprintf(dir, sizeof dir, "%s/data", home);
	if (mkdir(dir, 0700) != 0)
		bench_fail(dir);
	fill(dir, prompts);
	pid = start_desktop(bin);
	measure_opening(home, prompts, rounds);
	measure_typing(pid, prompts, "", rounds);
	if (idle > 0)
		measure_rest(pid, idle);
	end(pid);
	if (scaled)
		measure_scaled(bin, prompts, rounds);
	test_dir_remove(home);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
	unsigned idle = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 60;
	int error, i;

	if (argc < 2)
		bench_fail("usage: bench_picker BIN_FOLDER [ROUNDS [SECONDS_IDLE [PROMPTS...]]]");
	rounds = rounds > 0 && rounds <= ROUNDS_MAX / 2 ? rounds : ROUNDS_MAX / 2;
	(void)setenv("PROMPTD_AUTOSTART", "no", 1);
	display = XOpenDisplay(NULL);
	if (display == NULL || !XDamageQueryExtension(display, &damage_event, &error))
		bench_fail("there is no display with XDAMAGE: xvfb-run -a bench_picker ...");
	XSelectInput(display, DefaultRootWindow(display), SubstructureNotifyMask);
	if (argc <= 4)
		measure(argv[1], 1000, rounds, idle, true);
	for (i = 4; i < argc; i++)
		measure(argv[1], strtoul(argv[i], NULL, 10), rounds, i == 4 ? idle : 0, i == 4);
	XCloseDisplay(display);
	return 0;
}
