#!/usr/bin/env python3
"""The text arrives, byte for byte, in every kind of application.

	matrix.py PROGRAMS short | quick [RUNS] | slow [RUNS] | fixed | cell APP TEXT BUSY WORLD

A cell is an application (matrix_apps.py), a text (matrix_texts.py), how long the
application is stopped when the key comes (0, 150, 500, 1,000 ms), and a world: window
manager, clipboard manager, keyboard layout (world.py). Every application meets every
text at every busyness; the worlds go round, so that each application meets them all.
After each paste the old clipboard and primary selection have to be back, and at the end
of a world its clipboard manager must remember none of our texts.

`fixed` runs the rule of fixed waits beside ours in the same harness: it has to be seen
failing into an application that is busy for 500 ms.
"""
import itertools
import os
import shutil
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True  # nothing of it beside the sources
import matrix_apps  # noqa: E402
from matrix_texts import TEXTS  # noqa: E402
from world import WAIT_S, Failed, World, write  # noqa: E402

BUSY_MS = (0, 150, 500, 1000)
MANAGERS, LAYOUTS, WMS = ("none", "copyq", "parcellite"), ("us", "de", "fr", "ru", "gr"), ("openbox", "i3")
WORLDS = list(itertools.product(MANAGERS, LAYOUTS, WMS))
AT_ONCE = int(os.environ.get("MATRIX_AT_ONCE", "3"))
SKIPPED = 77


class Tally:
    """Runs and wrong ones, by group; told by several threads."""

    def __init__(self):
        self.lock, self.groups, self.wrong = threading.Lock(), {}, []
        self.remembered = 0

    def add(self, keys, why, cell):
        with self.lock:
            for key in keys:
                runs, wrong = self.groups.get(key, (0, 0))
                self.groups[key] = (runs + 1, wrong + (why is not None))
            if why is not None:
                self.wrong.append(f"{cell}: {why}")
                print(f"WRONG {cell}: {why}", flush=True)

    def show(self):
        for key, (runs, wrong) in sorted(self.groups.items()):
            print(f"{key:32} {runs:5} runs, {wrong} wrong")


def ours(world, app, text, old):
    outcome = world.paste(text, app.busy_ms, app.process.pid)
    return None if outcome == "pasted" else f"ended as {outcome}"


def fixed(world, app, text, old):
    """100 ms before the key, 300 ms after it, then the old clipboard."""
    write(os.path.join(world.dir, "text"), TEXTS[text])
    write(os.path.join(world.dir, "old"), f"{old} clipboard")
    if app.busy_ms:
        world.run("sh", "-c", 'kill -s STOP -- "-$0" || exit; (sleep "$1"; kill -s CONT -- "-$0") &',
                  str(app.process.pid), str(app.busy_ms / 1000))
    world.pastes += 1
    log = os.path.join(world.dir, "desktop-fixed.log")
    write(log, "")
    world.start([os.path.join(world.bin, "desktop-fixed"),
                 os.path.join(world.dir, "text"), os.path.join(world.dir, "old")])
    world.wait("the fixed waits end", lambda: b"restored" in open(log, "rb").read())
    return None


def settles(app, expected):
    """Until it is there; what else is there for 2 s is wrong. None: as expected."""
    end, since, before = time.monotonic() + WAIT_S, time.monotonic(), None
    while time.monotonic() < end:
        got = app.got()
        if got == expected:
            return None
        if got != before:
            before, since = got, time.monotonic()
        if got and not expected.startswith(got) and time.monotonic() - since > 2:
            break
        time.sleep(0.01)
    return f"{len(before or b'')} bytes, not {len(expected)}: {(before or b'')[:60]!r}"


def run_cell(world, app, text, busy_ms, rule=ours):
    """None, or what went wrong."""
    app.busy_ms, old = busy_ms, f"old {world.pastes}"
    try:
        app.empty()
        world.copy(old)
        why = rule(world, app, text, old)
        arrived = settles(app, TEXTS[text].encode())
        why = ", ".join(filter(None, (why, arrived))) or None
        if why is None and rule is ours and not world.holds(old):
            why = "the old clipboard is not back"
        return why
    except Failed as failed:
        return str(failed)


def open_world(bin_dir, world):
    made = World(bin_dir, *world)
    made.start_promptd(TEXTS)
    return made


def run_world(bin_dir, which, cells, tally, rule=ours):
    """All cells of one world, an application after the other."""
    world = open_world(bin_dir, which)
    try:
        for name, group in itertools.groupby(sorted(cells), key=lambda cell: cell[0]):
            app = matrix_apps.make(name)
            app.start(world)
            for _, text, busy_ms in group:
                why = run_cell(world, app, text, busy_ms, rule)
                tally.add((f"application {name}", f"busy {busy_ms:4} ms", f"text {text}",
                           f"window manager {world.wm}", f"clipboard {world.manager}",
                           f"layout {which[1]}", "all"),
                          why, f"{world.name} {name} {text} busy {busy_ms}")
                if why is not None:  # with a clean one
                    app.end()
                    app.start(world)
            app.end()
        history = b""
        if world.manager != "none":
            world.wait("what the person copied is remembered", lambda: b"old" in world.history())
            history = world.history()
        for text in TEXTS:
            if len(TEXTS[text]) > 1 and TEXTS[text].encode() in history:
                tally.remembered += 1
                tally.add(("history",), "our text is in its history", f"{world.name} {text}")
    finally:
        world.close()


def spread(names, runs):
    """So many cells over the worlds: every application with every text and busyness
    first, then the same again elsewhere."""
    cells = list(itertools.product(names, TEXTS, BUSY_MS))
    placed = {}
    for n in range(runs):
        name, text, busy_ms = cells[n % len(cells)]
        # 7 and 30 have no divisor in common; a second round begins one world later.
        world = WORLDS[(n * 7 + n // len(cells)) % len(WORLDS)]
        placed.setdefault(world, []).append((name, text, busy_ms))
    return placed


def run_all(bin_dir, placed, tally, at_once):
    left, lock = sorted(placed), threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                world = left.pop(0)
            try:
                run_world(bin_dir, world, placed[world], tally)
            except Exception as failed:  # of any kind: the others go on
                tally.add(("worlds that broke",), repr(failed), "/".join(world))

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def available(names):
    """Those that are installed; says which are not."""
    there = []
    for name in names:
        why = matrix_apps.make(name).missing()
        print(f"{name}: {why or 'here'}")
        if why is None:
            there.append(name)
    return there


def short(bin_dir, tally):
    names = available(("bash", "gtk3"))
    cells = [(name, text, busy_ms) for name in names
             for text, busy_ms in (("emoji", 0), ("lines", 150))]
    if not names:
        return SKIPPED
    run_world(bin_dir, ("none", "us", "openbox"), cells, tally)
    return None


def fixed_waits(bin_dir, tally, runs=20):
    """The same harness has to see another rule fail."""
    names, failed = available(("bash", "gtk3")), 0
    beside = Tally()
    for name in names:
        run_world(bin_dir, ("none", "us", "openbox"),
                  [(name, "prompt", busy_ms) for busy_ms in (0, 500) for _ in range(runs)],
                  beside, fixed)
        run_world(bin_dir, ("none", "us", "openbox"),
                  [(name, "prompt", busy_ms) for busy_ms in (0, 500) for _ in range(runs)], tally)
    print("fixed waits:")
    beside.show()
    failed = beside.groups.get("busy  500 ms", (0, 0))[1]
    if failed == 0:
        tally.add(("fixed",), "the fixed waits were not seen failing", "fixed")


def interrupted(*_):
    """Leave nothing running behind."""
    for world in list(World.open):
        try:
            world.close()
        except Failed:
            pass
    os._exit(1)


def clean_up_when_ended():
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)


def needs():
    for program in ("Xvfb", "openbox", "xterm", "xclip", "setxkbmap"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed")
            sys.exit(SKIPPED)


def main():
    clean_up_when_ended()
    needs()
    bin_dir, what = os.path.abspath(sys.argv[1]), sys.argv[2]
    tally, status = Tally(), None
    if what == "short":
        status = short(bin_dir, tally)
    elif what == "fixed":
        fixed_waits(bin_dir, tally)
    elif what == "cell":
        name, text, busy_ms, world = sys.argv[3:7]
        run_world(bin_dir, tuple(world.split("/")), [(name, text, int(busy_ms))], tally)
    else:
        names = available(matrix_apps.QUICK if what == "quick" else matrix_apps.SLOW)
        runs = int(sys.argv[3]) if len(sys.argv) > 3 else len(names) * len(TEXTS) * len(BUSY_MS)
        run_all(bin_dir, spread(names, runs), tally, AT_ONCE if what == "quick" else 1)
    tally.show()
    if status is not None:
        sys.exit(status)
    sys.exit(1 if tally.wrong or not tally.groups else 0)


if __name__ == "__main__":
    main()
