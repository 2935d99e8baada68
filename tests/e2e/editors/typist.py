#!/usr/bin/env python3
"""Type into a program on a terminal of its own, as a person who reads does.

    typist.py SCRIPT COMMAND...

A line of SCRIPT is `see TEXT`, which waits until TEXT was written since the last
keys, or stands in a line that was written to since; or `type KEYS`, Python's escapes
in it (\\r, \\x1b). Lines with # are remarks.
Ends with the program's exit status; 98 when something was not seen within a minute,
99 when the program does not end in two. Then what was on the terminal is printed.
"""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

sys.dont_write_bytecode = True  # nothing of it beside the sources
from screen import Screen  # noqa: E402

ROWS, COLUMNS = 24, 100
PATIENCE_S, PATIENCE_AT_THE_END_S = 60, 120
CONTROL = re.compile(rb"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07]*\x07|[()=>][A-Z0-9]?|P[^\x1b]*\x1b\\)|[\r\n\x00]")


class Terminal:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvp(command[0], command)
        self.seen, self.screen = b"", Screen(ROWS, COLUMNS)

    def give_up(self, status, why):
        os.kill(self.pid, signal.SIGKILL)
        print(f"typist: {why}; on the terminal:\n{self.screen.shown()}\nsince the last keys:")
        print(repr(self.seen))
        sys.exit(status)

    def read(self):
        """False at the end."""
        if not select.select([self.fd], [], [], 0.05)[0]:
            return True
        try:
            block = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += block
        self.screen.feed(block)
        return block != b""

    def shows(self, text):
        """Blanks do not count: many a one is a step to the right."""
        wanted = text.replace(" ", "")
        written = CONTROL.sub(b"", self.seen).replace(b" ", b"")
        return wanted.encode() in written or wanted in self.screen.fresh()

    def see(self, text):
        end = time.monotonic() + PATIENCE_S
        while not self.shows(text):
            if not self.read() or time.monotonic() > end:
                self.give_up(98, f"not seen: {text}")

    def type(self, keys):
        self.seen = b""
        self.screen.forget()
        os.write(self.fd, codecs.decode(keys, "unicode_escape").encode("latin-1"))

    def end(self):
        end = time.monotonic() + PATIENCE_AT_THE_END_S
        while self.read():
            if time.monotonic() > end:
                self.give_up(99, "it does not end")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    terminal = Terminal(sys.argv[2:])
    for line in lines:
        verb, _, text = line.partition(" ")
        if verb == "see":
            terminal.see(text)
        elif verb == "type":
            terminal.type(text)
        elif line and not line.startswith("#"):
            sys.exit(f"typist: neither see nor type: {line}")
    sys.exit(terminal.end())


if __name__ == "__main__":
    main()
