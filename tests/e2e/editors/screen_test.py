#!/usr/bin/env python3
"""Tests of screen.py: what is to be seen, however the bytes arrive."""
import sys

sys.dont_write_bytecode = True  # nothing of it beside the sources
from screen import Screen  # noqa: E402

# What is written, and what stands there then on 4 lines of 10.
SHOWN = {
    "letters and lines": ("one\r\ntwo\b\bO", "one\ntOo"),
    "a long line goes on": ("0123456789abc", "0123456789\nabc"),
    "the last line scrolls": ("a\r\nb\r\nc\r\nd\r\ne", "b\nc\nd\ne"),
    "a line begun in the last column": ("0123456789\rX", "X123456789"),
    "single letters of a word": ("Prompt: tw\x1b[1;9Hwo\x1b[2;1H", "Prompt: wo"),
    "wide letters": ("日本\x1b[1;5Hx", "日本x"),
    "a letter and its accent": ("e\u0301x", "e\u0301x"),
    "erased": ("abcdef\x1b[1;3H\x1b[K\r\nxyz\x1b[1K\x1b[1;1H\x1b[Xq", "qb"),
    "all erased": ("abc\r\ndef\x1b[2Jg", "\n   g"),
    "below erased": ("abc\r\ndef\x1b[1;2H\x1b[J", "a"),
    "cells put in and taken out": ("abcdef\x1b[1;2H\x1b[2@\x1b[1;6H\x1b[P", "a  bcef"),
    "lines put in and taken out": ("a\r\nb\r\nc\r\nd\x1b[2;1H\x1b[L\x1b[1;1H\x1b[M", "\nb\nc"),
    "a region scrolls": ("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[3;1H\nX\x1b[r", "a\nc\nX\nd"),
    "and the other way": ("a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[2;1H\x1bMX\x1b[r", "a\nX\nb\nd"),
    "up by some": ("a\r\nb\r\nc\r\nd\x1b[2S", "c\nd"),
    "back where it was": ("ab\x1b7\x1b[4;9Hz\x1b8c", "abc\n\n\n        z"),
    "a letter repeated": ("-\x1b[3b", "----"),
    "colours, titles and questions": (
        "\x1b[1;31ma\x1b]0;title\x07\x1b]2;t\x1b\\b\x1b[?25h\x1b[>c\x1bP+q63\x1b\\\x1b(Bc\x1b=", "abc"),
    "no further than the edge": ("\x1b[99;99Hx\x1b[99Ay", "         y\n\n\n         x"),
}


def screen_of(*pieces):
    screen = Screen(4, 10)
    for piece in pieces:
        screen.feed(piece)
    return screen


def main():
    for what, (written, shown) in SHOWN.items():
        data = written.encode()
        for cut in range(len(data) + 1):
            got = screen_of(data[:cut], data[cut:]).shown()
            assert got == shown, f"{what}, cut at {cut}: {got!r}, not {shown!r}"
    screen = screen_of(b"old\r\nName: tw")
    screen.forget()
    assert screen.fresh().strip() == "", screen.fresh()
    screen.feed(b"o")
    assert "Name:two" in screen.fresh() and "old" not in screen.fresh(), screen.fresh()
    print(f"{len(SHOWN) + 1} tests")


if __name__ == "__main__":
    main()
