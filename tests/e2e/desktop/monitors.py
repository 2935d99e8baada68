#!/usr/bin/env python3
"""Monitors of an X server that is also a VNC server, plugged in and out.

    monitors.py SOCKET      each line of the input, "1024x768+0+0 1280x800+1024+0", says
                            which there are from then on; what came of it is printed

RFC 6143, with the extension that every VNC client has for this (ExtendedDesktopSize).
"""
import re
import socket
import struct
import sys

EXTENDED_DESKTOP_SIZE = -308


def exactly(stream, n):
    data = stream.read(n)
    if len(data) != n:
        sys.exit("the server has ended")
    return data


def connect(path):
    server = socket.socket(socket.AF_UNIX)
    server.settimeout(300)
    server.connect(path)
    stream = server.makefile("rb")
    version = exactly(stream, 12)
    server.sendall(version)
    kinds = exactly(stream, exactly(stream, 1)[0])
    if 1 not in kinds:
        sys.exit("the server wants a password")
    server.sendall(b"\1")
    if exactly(stream, 4) != b"\0\0\0\0":
        sys.exit("the server refused")
    server.sendall(b"\1")  # others may look on
    exactly(stream, 4 + 16)
    exactly(stream, struct.unpack(">I", exactly(stream, 4))[0])
    server.sendall(struct.pack(">BxHi", 2, 1, EXTENDED_DESKTOP_SIZE))
    return server, stream


def answer(server, stream, changed=1):
    """Why the next news of the size came (1: we asked), what came of that (0: done)."""
    while True:
        # It tells nothing but with an update: one pixel is asked for, if it changed or not.
        server.sendall(struct.pack(">BBHHHH", 3, changed, 0, 0, 1, 1))
        kind = exactly(stream, 1)[0]
        if kind == 2:  # a bell
            continue
        if kind != 0:
            sys.exit(f"the server says {kind}")
        news = None
        for _ in range(struct.unpack(">xH", exactly(stream, 3))[0]):
            x, y, width, height, encoding = struct.unpack(">HHHHi", exactly(stream, 12))
            if encoding == EXTENDED_DESKTOP_SIZE:
                exactly(stream, 16 * struct.unpack(">Bxxx", exactly(stream, 4))[0])
                news = x, y
            else:
                exactly(stream, width * height * 4)
        if news is not None:
            return news


def main():
    server, stream = connect(sys.argv[1])
    answer(server, stream, 0)  # how it is at first
    print("ready", flush=True)
    for line in sys.stdin:
        screens = [tuple(map(int, found)) for found in
                   re.findall(r"(\d+)x(\d+)\+(\d+)\+(\d+)", line)]
        width = max(x + w for w, h, x, y in screens)
        height = max(y + h for w, h, x, y in screens)
        message = struct.pack(">BxHHBx", 251, width, height, len(screens))
        for number, (w, h, x, y) in enumerate(screens):
            message += struct.pack(">IHHHHI", number + 1, x, y, w, h, 0)
        server.sendall(message)
        reason = result = None
        while reason != 1:
            reason, result = answer(server, stream)
        print(f"{'refused' if result else 'done'} {line.strip()}", flush=True)


main()
