#!/usr/bin/env python3
"""Run a command on a terminal of its own and print what it wrote there.

	terminal.py [--columns N] [--stop-at TEXT] COMMAND...

--stop-at TEXT presses Ctrl-C as soon as TEXT was seen. Ends with the command's
exit status, 99 after a minute without an end.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


def options(words):
    columns, stop_at = 80, None
    while words and words[0].startswith("--"):
        if words[0] == "--columns":
            columns = int(words[1])
        elif words[0] == "--stop-at":
            stop_at = words[1].encode()
        else:
            sys.exit(__doc__)
        words = words[2:]
    return columns, stop_at, words


def main():
    columns, stop_at, command = options(sys.argv[1:])
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        # Without this \n comes out as \r\n, and \r is what the tests look for.
        mode = termios.tcgetattr(0)
        mode[1] &= ~termios.OPOST
        termios.tcsetattr(0, termios.TCSANOW, mode)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    seen = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            block = os.read(fd, 65536)
        except OSError:
            break
        if not block:
            break
        seen += block
        if stop_at is not None and stop_at in seen:
            os.write(fd, b"\x03")
            stop_at = None
    else:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        sys.exit(99)
    sys.stdout.buffer.write(seen)
    sys.stdout.flush()
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 98)


main()
