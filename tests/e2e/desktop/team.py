#!/usr/bin/env python3
"""A prompt of the team's hub, from its approval to a paste: real hub, real promptd, the
picker by its keys. And what is recorded of it: one row a paste, with its outcome, which
version that was, and never a word of the text.

    team.py PROGRAMS
"""
import glob
import os
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing of it beside the sources
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "hub"))
from faults import Reader, check  # noqa: E402
from matrix import needs, settles  # noqa: E402
from matrix_apps import read  # noqa: E402
from world import World  # noqa: E402

TEXT = "Zanzibar: review it well."


def rows(world):
    """The last one first."""
    with world.ledger:
        return world.ledger.execute(
            "SELECT prompt_id, version, surface, action, outcome, error_code FROM usage "
            "ORDER BY event_id DESC").fetchall()


def signs_in(world, hub, cleo):
    key = cleo.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]
    promptd = os.path.join(world.bin, "promptd")
    world.run(promptd, "login", "--key", hub.url, input=key.encode() + b"\n")
    world.run(promptd, "sync")


def start(world):
    world.desktop = world.start([os.path.join(world.bin, "promptd-desktop")])
    log = os.path.join(world.dir, "promptd-desktop.log")
    world.wait("promptd-desktop is ready", lambda: b"desktop.ready" in read(log))
    world.ledger = sqlite3.connect(f"file:{world.environment['HOME']}/data/ledger.db?mode=ro",
                                   uri=True)


def story(world, hub):
    from follow import publish
    from hub_client import Person
    ann = Person(hub, "Ann", hub.invite())
    ben, cleo = ann.invites("Ben", "contributor"), ann.invites("Cleo", "consumer")
    at = publish(ben, ann, "team/review", "Zanzibar: review it.")
    publish(ben, ann, "team/review", TEXT)
    signs_in(world, hub, cleo)
    start(world)
    app = Reader("clipboard")
    app.start(world)
    world.copy("old")
    for times in (1, 2):
        world.keys("press", "Control_L+Alt_L+space r e v i e w Return")
        why = settles(app, TEXT.encode() * times)
        check(why is None, why)
        world.wait("it is recorded", lambda: len(rows(world)) == times)
        check(rows(world)[0] == (at, 2, "hotkey", "paste", "ok", None), rows(world)[0])
    check(world.holds("old"), "the old clipboard is not back")
    world.keys("press", "Control_L+Alt_L+space r e v i e w Control_L+Return")
    world.wait("a copy is recorded", lambda: len(rows(world)) == 3)
    check(rows(world)[0] == (at, 2, "hotkey", "copy", "ok", None), rows(world)[0])
    world.end(app.process)
    world.keys("press", "Control_L+Alt_L+space r e v i e w Return")
    world.wait("one that is not pasted is recorded", lambda: len(rows(world)) == 4)
    check(rows(world)[0][:5] == (at, 2, "hotkey", "paste", "error") and rows(world)[0][5],
          rows(world)[0])
    for path in glob.glob(os.path.join(world.environment["HOME"], "data", "ledger*")):
        check(b"Zanzibar" not in read(path), f"{path} has the text")


def main():
    needs()
    program = os.path.join(os.path.abspath(sys.argv[1]), "promptd-hub")
    if not os.path.exists(program):
        print("skipped: promptd-hub is not built here")
        sys.exit(77)
    from hub_client import Hub
    with tempfile.TemporaryDirectory() as directory:
        with Hub(program, "sqlite:" + os.path.join(directory, "hub.db")) as hub:
            world = World(os.path.abspath(sys.argv[1]))
            try:
                story(world, hub)
            finally:
                world.close()
    print("ok")


main()
