#!/usr/bin/env python3
"""Type into a program on a terminal of its own, as a person who reads does.

    typist.py SCRIPT COMMAND...

A line of SCRIPT is `see TEXT`, which waits until TEXT was written since the last
keys, or `type KEYS`, Python's escapes in it (\\r, \\x1b). Lines with # are remarks.
Ends with the program's exit status; 98 when something was not seen within a minute,
99 when the program does not end. Then what was on the terminal is printed.
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

PATIENCE_S = 60
CONTROL = re.compile(rb"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07]*\x07|[()=>][A-Z0-9]?|P[^\x1b]*\x1b\\)|[\r\n\x00]")


def give_up(pid, status, why, seen):
    os.kill(pid, signal.SIGKILL)
    print(f"typist: {why}; on the terminal since the last keys:")
    print(seen.decode("utf-8", "replace"))
    sys.exit(status)


class Terminal:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        self.seen = b""

    def read(self):
        """False at the end."""
        if not select.select([self.fd], [], [], 0.05)[0]:
            return True
        try:
            block = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += block
        return block != b""

    def see(self, text):
        end = time.monotonic() + PATIENCE_S
        # Many a blank is a step to the right, so blanks do not count.
        wanted = text.encode().replace(b" ", b"")
        while wanted not in CONTROL.sub(b"", self.seen).replace(b" ", b""):
            if not self.read() or time.monotonic() > end:
                give_up(self.pid, 98, f"not seen: {text}", self.seen)

    def type(self, keys):
        self.seen = b""
        os.write(self.fd, codecs.decode(keys, "unicode_escape").encode("latin-1"))

    def end(self):
        end = time.monotonic() + PATIENCE_S
        while self.read():
            if time.monotonic() > end:
                give_up(self.pid, 99, "it does not end", self.seen)
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
