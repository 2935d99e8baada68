#!/usr/bin/python3
"""A window with two fields, the second one for a password; Tab goes between them.

    fields.py FILE      what is in them, a line each, after every change
"""
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402


def main():
    window, box = Gtk.Window(title="fields"), Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    entries = [Gtk.Entry(), Gtk.Entry(visibility=False)]

    def write(*_):
        with open(sys.argv[1] + ".new", "w", encoding="utf-8") as out:
            out.write("".join(entry.get_text() + "\n" for entry in entries))
        os.rename(sys.argv[1] + ".new", sys.argv[1])

    for entry in entries:
        entry.connect("changed", write)
        box.pack_start(entry, False, False, 0)
    window.add(box)
    window.connect("destroy", Gtk.main_quit)
    write()
    window.show_all()
    Gtk.main()


main()
