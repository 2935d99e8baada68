#!/usr/bin/env python3
"""What targets, clipboards and keyboards do to a paste, each in a world of its own.

	faults.py PROGRAMS [long | NAME…]

A scenario is a function below, named as what happens; `long` runs also those that wait
for ten seconds. FAULTS.md says which
test covers which fault, here and elsewhere.
"""
import os
import signal
import sys
import threading

sys.dont_write_bytecode = True  # nothing of it beside the sources
from matrix import clean_up_when_ended, needs, settles  # noqa: E402
from matrix_apps import App, read  # noqa: E402
from world import Failed, World, write  # noqa: E402

LARGE = "line of a large prompt, λ\n" * 11500 + "end"  # 300 kB: handed over in pieces
TEXTS = {"text": "Grüße\n\tand more", "large": LARGE}
AT_ONCE = 4
SCENARIOS = []


class Reader(App):
    """desktop-reader, see there for its modes."""

    def __init__(self, mode):
        super().__init__("reader")
        self.mode = mode

    def command(self):
        return [os.path.join(self.world.bin, "desktop-reader"), self.field, self.mode]


def scenario(server=(), slow=False):
    def add(function):
        SCENARIOS.append((function, server, slow))
        return function
    return add


def check(condition, what):
    if not condition:
        raise Failed(what)


def begin(world, mode="clipboard"):
    app = Reader(mode)
    app.start(world)
    world.copy("old")
    return app


def pasted(world, app, choice="text", times=1, old="old", **how):
    """It is pasted, and what was on the clipboard is back."""
    outcome = world.paste(choice, **how)
    check(outcome == "pasted", f"ended as {outcome}")
    why = settles(app, TEXTS[choice].encode() * times)
    check(why is None, why)
    check(world.holds(old), "the old clipboard is not back")


def refused(world, app, outcome, says):
    """It is not, the text is on the clipboard, and the person is told."""
    got = world.paste("text")
    check(got == outcome, f"ended as {got}")
    log = read(os.path.join(world.dir, "promptd-desktop.log"))
    check(says in log, f"it was not said: {says}")
    check(app.got() == b"", "something was pasted")
    check(world.output("xclip", "-o", "-selection", "clipboard") == TEXTS["text"].encode(),
          "the text is not on the clipboard")


def meanwhile(world, script):
    """While the menu is open."""
    write(os.path.join(world.dir, "meanwhile"), script)


# --- the target -------------------------------------------------------------------------


@scenario()
def target_reads_the_primary_selection_only(world):
    pasted(world, begin(world, "primary"))


@scenario()
def target_reads_twice_the_second_time_later(world):
    pasted(world, begin(world, "twice"), times=2)


@scenario()
def target_asks_for_odd_forms_first(world):
    pasted(world, begin(world, "odd"))


@scenario()
def target_reads_through_another_connection(world):
    pasted(world, begin(world, "connection"))


@scenario()
def target_gives_up_in_the_middle_of_a_large_text(world):
    pasted(world, begin(world, "abort"), "large")


@scenario(slow=True)
def target_is_busy_for_five_seconds(world):
    app = begin(world)
    pasted(world, app, busy_ms=5000, group=app.process.pid)


@scenario()
def target_fills_the_screen(world):
    pasted(world, begin(world, "fullscreen"))


@scenario(slow=True)
def target_never_reads(world):
    refused(world, begin(world, "never"), "timeout", b"did not take the text")


@scenario()
def target_is_closed_before_the_key(world):
    app = begin(world)
    keys = os.path.join(world.bin, "desktop-keys")
    meanwhile(world, f"kill {app.process.pid}; while '{keys}' seen Reader >/dev/null; do "
                     "sleep 0.01; done") # that it has ended the server learns a little later
    threading.Thread(target=app.process.wait, daemon=True).start()
    refused(world, app, "refused", b"another window has the keyboard")


@scenario()
def dialog_opens_between_the_choice_and_the_key(world):
    app = begin(world)
    first = world.output(os.path.join(world.bin, "desktop-keys"), "wait", "Reader").strip()
    keys = os.path.join(world.bin, "desktop-keys")
    meanwhile(world, f"kill -s USR1 {app.process.pid}; "
                     f"while [ $('{keys}' wait Reader) = {first.decode()} ]; do sleep 0.01; done")
    refused(world, app, "refused", b"another window has the keyboard")


@scenario(slow=True)
def another_program_takes_the_keyboard(world):
    """A menu, or somebody who asks for a password: it gets the key, and nothing else."""
    app = begin(world)
    field = os.path.join(world.dir, "grabbed")
    reader = os.path.join(world.bin, "desktop-reader")
    meanwhile(world, f"setsid '{reader}' '{field}' grab </dev/null >/dev/null 2>&1 & "
                     f"echo $! >'{world.dir}/pid'; "
                     f"while [ ! -e '{field}' ]; do sleep 0.01; done; sleep 0.1")
    try:
        refused(world, app, "timeout", b"did not take the text")
        check(read(field) == b"", "it got the text")
    finally:
        os.kill(int(read(os.path.join(world.dir, "pid"))), signal.SIGKILL)


# --- the clipboard ----------------------------------------------------------------------


def owns(world, *words):
    log = os.path.join(world.dir, "desktop-owner.log")
    write(log, "")
    world.start([os.path.join(world.bin, "desktop-owner"), *words])
    world.wait("somebody copies", lambda: b"owned" in read(log))


@scenario()
def clipboard_is_empty(world):
    app = Reader("clipboard")
    app.start(world)
    check(world.paste("text") == "pasted", "it is not pasted")
    check(settles(app, TEXTS["text"].encode()) is None, "it is not there")
    check(world.run("xclip", "-o", "-selection", "clipboard", check=False) != 0,
          "there is something on it")


@scenario()
def owner_gives_up_in_the_middle_of_a_large_one(world):
    app = begin(world)
    write(os.path.join(world.dir, "large"), LARGE)
    write(os.path.join(world.dir, "html"), "<b>x</b>")
    owns(world, "stall", f"text/html={world.dir}/html", f"UTF8_STRING={world.dir}/large")
    check(world.paste("text") == "pasted", "it is not pasted")
    check(settles(app, TEXTS["text"].encode()) is None, "it is not there")


@scenario()
def owner_has_twenty_forms_and_22_million_bytes(world):
    app = begin(world)
    words = []
    for n in range(20):
        path = os.path.join(world.dir, f"form{n}")
        write(path, os.urandom(1100000 if n else 5))
        words.append(f"application/x-form{n}={path}")
    owns(world, *words)
    check(world.paste("text") == "pasted", "it is not pasted")
    check(settles(app, TEXTS["text"].encode()) is None, "it is not there")
    for n in range(20):
        got = world.output("xclip", "-o", "-selection", "clipboard", "-t",
                           f"application/x-form{n}")
        check(got == read(os.path.join(world.dir, f"form{n}")), f"form {n} is not back")


@scenario()
def two_pastes_within_a_second(world):
    app = begin(world)
    write(os.path.join(world.dir, "choice"), "text")
    asked = os.path.join(world.dir, "asked")
    world.pastes += 2
    for _ in range(2):
        write(asked, "")
        world.wait("the menu opens", lambda: world.hotkey_opens(asked))
    world.wait("both end", lambda: world.rows() == 2)
    why = settles(app, TEXTS["text"].encode() * 2)
    check(why is None, why)
    check(world.holds("old"), "the old clipboard is not back")


@scenario(slow=True)
def manager_takes_the_clipboard_at_once(world):
    """It has it then. Whether the target reads before or after is a race, and the person
    is told when it was not before."""
    app = begin(world)
    write(os.path.join(world.dir, "html"), "the manager's")
    owns(world, "again", f"UTF8_STRING={world.dir}/html")
    outcome = world.paste("text")
    if outcome == "pasted":
        check(app.got() == TEXTS["text"].encode(), f"pasted, but got {app.got()!r}")
    else:
        check(outcome in ("lost", "timeout"), f"ended as {outcome}")
        check(app.got() in (b"", b"the manager's"), f"got {app.got()!r}")
        log = read(os.path.join(world.dir, "promptd-desktop.log"))
        check(b"copied" in log, "the person is not told")
    check(world.output("xclip", "-o", "-selection", "clipboard") == b"the manager's",
          "the manager's is not there any more")


@scenario(slow=True)
def somebody_copies_between_the_key_and_the_read(world):
    """Theirs is what the target gets, and what stays; the person is told."""
    app = begin(world)
    meanwhile(world, "(sleep 0.7; printf newer | xclip -i -selection clipboard) "
                     "</dev/null >/dev/null 2>&1 &")
    outcome = world.paste("text", busy_ms=2000, group=app.process.pid)
    check(outcome in ("lost", "timeout"), f"ended as {outcome}")
    check(settles(app, b"newer") is None, f"got {app.got()!r}")
    check(world.output("xclip", "-o", "-selection", "clipboard") == b"newer", "it is not there")
    log = read(os.path.join(world.dir, "promptd-desktop.log"))
    check(b"copied" in log, "the person is not told")


@scenario()
def another_program_reads_what_is_pasted(world):
    """A clipboard manager asks first, and gets nothing."""
    app = begin(world)
    meanwhile(world, "(sleep 0.5; for s in clipboard primary; do xclip -o -selection $s; done "
                     f">'{world.dir}/got' 2>&1; echo end >>'{world.dir}/got') "
                     "</dev/null >/dev/null 2>&1 &")
    pasted(world, app, busy_ms=1500, group=app.process.pid)
    world.wait("it has asked", lambda: b"end" in (read(os.path.join(world.dir, "got")) or b""))
    check("Grüße".encode() not in read(os.path.join(world.dir, "got")), "it got the text")


# --- the keyboard -----------------------------------------------------------------------


def held(key):
    def key_is_held(world):
        app = begin(world)
        keys = os.path.join(world.bin, "desktop-keys")
        meanwhile(world, f"'{keys}' hold '{key} {app.field}' </dev/null "
                         f">'{world.dir}/before' 2>/dev/null")
        pasted(world, app)
        check(read(os.path.join(world.dir, "before")) == b"0\n", "pasted while it was held")
    key_is_held.__name__ = f"{key}_is_held".lower()
    SCENARIOS.append((key_is_held, (), key not in ("Shift_L", "Return")))


for KEY in ("Shift_L", "Shift_R", "Alt_L", "Super_L", "Control_R", "Return"):
    held(KEY)


@scenario(slow=True)
def return_is_held_for_ever(world):
    app = begin(world)
    keys = os.path.join(world.bin, "desktop-keys")
    meanwhile(world, f"'{keys}' down Return")
    refused(world, app, "refused", b"a key was held down")
    world.keys("up", "Return")


@scenario()
def locks_are_on(world):
    for key in ("Caps_Lock", "Num_Lock", "Scroll_Lock"):
        world.keys("press", key)
    pasted(world, begin(world))


@scenario()
def layout_is_dvorak_and_another_group_in_between(world):
    world.run("setxkbmap", "us,ru", "-variant", "dvorak,")
    app = begin(world)
    meanwhile(world, f"'{world.bin}/desktop-keys' group 1")
    pasted(world, app)
    os.unlink(os.path.join(world.dir, "meanwhile"))
    pasted(world, app, times=2)


@scenario()
def layout_changes_during_the_paste(world):
    app = begin(world)
    meanwhile(world, "setxkbmap gr")
    pasted(world, app)
    meanwhile(world, "(sleep 0.05; setxkbmap de; setxkbmap fr) </dev/null >/dev/null 2>&1 &")
    pasted(world, app, times=2)


@scenario(server=("-extension", "XTEST"))
def keys_cannot_be_pressed(world):
    app = begin(world)
    write(os.path.join(world.dir, "choice"), "text")
    world.start([os.path.join(world.bin, "promptd-desktop"), "--pick",
                 f"--menu=sh '{world.dir}/menu' \"$1\""])
    log = os.path.join(world.dir, "promptd-desktop.log")
    world.wait("the person is told", lambda: b"keys cannot be pressed here" in read(log))
    check(app.got() == b"", "something was pasted")
    check(world.output("xclip", "-o", "-selection", "clipboard") == TEXTS["text"].encode(),
          "the text is not on the clipboard")


# --- all of them ------------------------------------------------------------------------


def run(bin_dir, function, server):
    world = World(bin_dir, server=server)
    try:
        world.start_promptd(TEXTS)
        function(world)
        return None
    finally:
        world.close()


def work(bin_dir, left, failed, lock):
    while True:
        with lock:
            if not left:
                return
            function, server, _ = left.pop(0)
        try:
            run(bin_dir, function, server)
            line = "ok " + function.__name__
        except Exception as why:  # of any kind: the others go on
            line = f"FAILED {function.__name__}: {why!r}"
            failed.append(line)
        with lock:
            print(line, flush=True)


def main():
    needs()
    clean_up_when_ended()
    bin_dir, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    left = [one for one in SCENARIOS
            if (one[0].__name__ in names if names and names != ["long"] else names or not one[2])]
    if not left:
        sys.exit("there is no such scenario")
    failed, lock = [], threading.Lock()
    threads = [threading.Thread(target=work, args=(bin_dir, left, failed, lock))
               for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
