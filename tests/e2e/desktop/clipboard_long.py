#!/usr/bin/env python3
"""After each of many pastes the old clipboard is back, byte for byte and form for form.

	clipboard_long.py PROGRAMS [PASTES]

In four worlds at a time (no clipboard manager, CopyQ, parcellite), each in turn with
what programs copy: text, HTML, a picture of 5 MB and files from one owner; text from
xclip; an owner that dies while it is read; and what is back from the paste before. No
clipboard manager may remember the text that was pasted.
"""
import os
import shutil
import sys
import threading

sys.dont_write_bytecode = True  # nothing of it beside the sources
from faults import Reader, owns  # noqa: E402
from matrix import clean_up_when_ended, needs, settles  # noqa: E402
from matrix_apps import read  # noqa: E402
from world import Failed, World, write  # noqa: E402

TEXT = "the text that is pasted, and nobody else's: Ξ 🙂"
WORLDS = (("none", "openbox"), ("copyq", "openbox"), ("parcellite", "openbox"), ("copyq", "i3"))
PICTURE_BYTES = 5000000
FORMS = ("UTF8_STRING", "text/html", "image/png", "text/uri-list")


def form_files(world, n):
    contents = (f"copied {n}: Grüße\n".encode(), f"<b>{n}</b>".encode(),
                os.urandom(PICTURE_BYTES), f"file:///etc/hosts{n}\r\n".encode())
    files = {}
    for form, content in zip(FORMS, contents):
        files[form] = os.path.join(world.dir, "form-" + form.replace("/", "-"))
        write(files[form], content)
    return files


def copy(world, n):
    """What is on the clipboard from now on: forms and their bytes; None: as before."""
    kind = n % 6
    world.primary(f"marked {n}")
    if kind == 0:
        files = form_files(world, n)
        owns(world, *(f"{form}={path}" for form, path in files.items()))
        return {form: read(path) for form, path in files.items()}
    if kind == 2:
        world.copy(f"typed {n}")
        return {"UTF8_STRING": f"typed {n} clipboard".encode()}
    if kind == 4 and world.manager == "none":
        # It dies at the third request: what was read until then is back. (A manager
        # that reads it too makes of it what it likes.)
        files = form_files(world, n)
        owns(world, "die", *(f"{form}={path}" for form, path in files.items()))
        return {"UTF8_STRING": read(files["UTF8_STRING"])}
    return None


def forms_back(world, expected):
    """What is wrong with the clipboard; None: nothing."""
    for form, content in expected.items():
        got = world.output("xclip", "-o", "-selection", "clipboard", "-t", form)
        if got != content:
            return f"{form} has {len(got)} bytes, not {len(content)}"
    listed = world.output("xclip", "-o", "-selection", "clipboard", "-t", "TARGETS").split()
    missing = [form for form in expected if form.encode() not in listed]
    return f"{missing} is not offered" if missing else None


def pastes(bin_dir, manager, wm, count, results):
    world = World(bin_dir, manager=manager, wm=wm)
    done, why = 0, None
    try:
        world.start_promptd({"text": TEXT})
        app, expected = Reader("clipboard"), {}
        app.start(world)
        for n in range(count):
            expected = copy(world, n) or expected
            marked = f"typed {n} primary" if n % 6 == 2 else f"marked {n}"
            outcome = world.paste("text")
            arrived = settles(app, TEXT.encode() * (n + 1))
            back = world.output("xclip", "-o", "-selection", "primary").decode()
            why = (None if outcome == "pasted" else outcome) or arrived or forms_back(
                world, expected) or (None if back == marked else f"primary is {back!r}")
            if why is not None:
                break
            done += 1
        if manager != "none" and why is None:
            world.wait("what was copied is remembered", lambda: b"typed" in world.history())
            if TEXT.encode() in world.history():
                why = "our text is in its history"
    except Exception as failed:  # of any kind: the others go on
        why = repr(failed)
    finally:
        try:
            world.close()
        except Failed as failed:
            why = why or str(failed)
    results.append((manager, wm, done, why))


def main():
    needs()
    clean_up_when_ended()
    bin_dir = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    worlds = [(manager, wm) for manager, wm in WORLDS
              if (manager == "none" or shutil.which(manager)) and shutil.which(wm)]
    results = []
    threads = [threading.Thread(target=pastes, args=(
        bin_dir, manager, wm, -(-count // len(worlds)), results)) for manager, wm in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for manager, wm, done, why in results:
        print(f"{wm}/{manager}: {done} pastes, {'WRONG: ' + why if why else 'all is back'}")
    sys.exit(1 if any(why for *_, why in results) else 0)


if __name__ == "__main__":
    main()
