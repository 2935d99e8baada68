#!/usr/bin/env python3
"""Nothing that is pasted runs by itself.

	payloads.py PROGRAMS [short]

Six shells at their prompt in a terminal that lets everything through, bracketed paste
on and off, seven texts of which each would make a file if a line of it ran. The same
texts are pasted by hand beside it: there each of them has to make the file somewhere,
or it shows nothing.
"""
import os
import re
import sys
import threading
import time

sys.dont_write_bytecode = True  # nothing of it beside the sources
import matrix_apps  # noqa: E402
from matrix import SKIPPED, available, clean_up_when_ended, needs  # noqa: E402
from world import World, write  # noqa: E402

SHELLS = ("bash", "dash", "zsh", "fish", "mksh", "busybox")
# How it comes in (as the text of a prompt, or as the value of an input: a library takes
# no text with such characters), and what. COMMAND makes the file.
PAYLOADS = {
    "trailing-newline": ("text", "COMMAND\n"),
    "trailing-newlines": ("text", "COMMAND \n\n\n"),
    "carriage-return": ("value", "COMMAND\r"),
    "end-of-paste": ("value", "\x1b[201~COMMAND\r"),
    "end-of-paste-nested": ("value", "\x1b\x1b[201~[201~COMMAND\r"),
    "control-keys": ("value", "\x05\x15\x1b[201~COMMAND\x0f\x1b\r"),
    "lines": ("text", "echo one\nCOMMAND\necho two"),
}


class Victim(matrix_apps.Shell):
    """With the mode set anew by each prompt, in a terminal that filters nothing."""

    def __init__(self, name, bracketed):
        super().__init__(name)
        self.mode = "\x1b[?2004" + ("h" if bracketed else "l")

    def command(self):
        words = super().command()
        return words[:1] + ["-xrm", "*allowPasteControls: true"] + words[1:]

    def words(self):
        return [word.replace("echo -n 'ready> '", f"echo -n '{self.mode}ready> '")
                if self.name == "fish" else word.replace("PS1=", "PS1=" + self.mode)
                for word in super().words()]

    def typed(self):
        # Busybox asks where the cursor is.
        return re.sub(rb"\x1b\[\d+;\d+R", b"", super().typed())

    def settle(self):
        """Until it has read all that came: its line is thrown away, and it runs one that
        is typed and makes another file."""
        done = os.path.join(self.world.bare_dir, "m")
        self.world.wait("it runs the next line", lambda: self.runs_a_line(done))
        os.unlink(done)

    def runs_a_line(self, done):
        for keys in ("Control_L+u", *"echo", "space", "Shift_L+period", "m", "Return"):
            self.world.keys("press", keys)
        end = time.monotonic() + 5
        while not os.path.exists(done) and time.monotonic() < end:
            time.sleep(0.01)
        return os.path.exists(done)


def paste_ours(world, app, name, how):
    world.answer(lines="cancel", value=PAYLOADS[name][1].replace("COMMAND", world.command))
    if name == "lines":
        # Asked about, and the person says no.
        write(os.path.join(world.dir, "choice"), name)
        asked = os.path.join(world.dir, "asked")
        write(asked, "")
        world.wait("the menu opens", lambda: world.hotkey_opens(asked))
        world.wait("it asks about the lines", lambda: os.path.getsize(world.confirmed) > 0)
        os.unlink(world.confirmed)
        return None
    outcome = world.paste(name)
    if outcome != "pasted":
        return f"ended as {outcome}"
    world.wait("the text is there", lambda: world.command.encode() in app.typed())
    text = app.got().strip(b"\n") if how == "value" else app.got()
    return f"what acts was pasted: {text!r}" if any(code < 0x20 for code in text) else None


def paste_by_hand(world, app, name):
    text = PAYLOADS[name][1].replace("COMMAND", world.command)
    world.primary(text)
    world.keys("press", "Shift_L+Insert")
    world.wait("the text is there", lambda: world.command.encode() in app.typed())
    end = time.monotonic() + 5  # some run nothing
    while not os.path.exists(world.made) and time.monotonic() < end:
        time.sleep(0.01)


def run(world, app, name, by_hand):
    """Did it run? And what else went wrong."""
    why = None
    if by_hand:
        paste_by_hand(world, app, name)
    else:
        why = paste_ours(world, app, name, PAYLOADS[name][0])
        app.settle()
    ran = os.path.exists(world.made)
    if ran:
        os.unlink(world.made)
    return ran, why


def shell_runs(bin_dir, shell, bracketed, payloads, results):
    world = World(bin_dir)
    try:
        world.made = os.path.join(world.dir, "made")
        world.confirmed = os.path.join(world.dir, "confirmed")
        world.command = f"echo x >{world.made}"
        write(world.confirmed, "")
        world.start_promptd({name: "{{value}}" if how == "value" else
                             text.replace("COMMAND", world.command)
                             for name, (how, text) in PAYLOADS.items()})
        for name in payloads:
            for by_hand in (False, True):
                app = Victim(shell, bracketed)
                app.start(world)
                ran, why = run(world, app, name, by_hand)
                results.append((shell, bracketed, name, by_hand, ran, why))
                app.end()
    except Exception as failed:  # of any kind: the others go on
        results.append((shell, bracketed, "", False, False, repr(failed)))
    finally:
        world.close()


def main():
    needs()
    clean_up_when_ended()
    short = len(sys.argv) > 2 and sys.argv[2] == "short"
    shells = available(("bash", "dash") if short else SHELLS)
    payloads = ("end-of-paste", "lines") if short else tuple(PAYLOADS)
    if not shells:
        sys.exit(SKIPPED)
    results, bad = [], []
    for bracketed in ((True,) if short else (True, False)):
        threads = [threading.Thread(target=shell_runs, args=(
            os.path.abspath(sys.argv[1]), shell, bracketed, payloads, results)) for shell in shells]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for shell, bracketed, name, by_hand, ran, why in sorted(results, key=str):
        where = f"{shell}, bracketed paste {'on' if bracketed else 'off'}, {name}"
        if not by_hand and (ran or why):
            bad.append(f"{where}: {'it ran' if ran else why}")
    for name in payloads:
        by_hand = [ran for _, _, which, hand, ran, _ in results if hand and which == name]
        print(f"{name:20} by hand it ran {sum(by_hand)} of {len(by_hand)} times")
        if not any(by_hand):
            bad.append(f"{name}: shows nothing, it runs nowhere")
    ours = [ran for _, _, _, by_hand, ran, _ in results if not by_hand]
    print(f"{len(ours)} pastes, {sum(ours)} ran")
    for line in bad:
        print("WRONG", line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
