#!/usr/bin/python3
"""What a screen reader is told of promptd-desktop's picker.

    reader.py on              say on the session bus that a screen reader is at work
    reader.py tree [TEXT [SECONDS]]
                              the tree below the picker's window, a line an element
                              (role, name, what it is, text); waits until TEXT stands
                              in it, a minute at most, or so many seconds
"""
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402


def screen_reader_on():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    value = GLib.Variant("(ssv)", ("org.a11y.Status", "ScreenReaderEnabled", GLib.Variant("b", True)))
    bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
                  value, None, Gio.DBusCallFlags.NONE, 60000)


def states_of(element):
    states = element.get_state_set()
    known = [("focused", Atspi.StateType.FOCUSED), ("selected", Atspi.StateType.SELECTED),
             ("checked", Atspi.StateType.CHECKED), ("active", Atspi.StateType.ACTIVE)]
    return [name for name, state in known if states.contains(state)]


def text_of(element):
    if "Text" not in element.get_interfaces():
        return ""
    text = Atspi.Text.get_text(element, 0, min(200, Atspi.Text.get_character_count(element)))
    return " text=%r@%d" % (text, Atspi.Text.get_caret_offset(element))


def lines_of(element, depth, out):
    states = element.get_state_set()
    if depth > 0 and not states.contains(Atspi.StateType.SHOWING):
        return
    out.append("%s%s %r %s%s" % ("  " * depth, element.get_role_name(), element.get_name(),
                                 ",".join(states_of(element)), text_of(element)))
    for i in range(element.get_child_count()):
        child = element.get_child_at_index(i)
        if child is not None:
            lines_of(child, depth + 1, out)


def tree():
    out = []
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(i)
        if program is not None and program.get_name() == "promptd-desktop":
            for j in range(program.get_child_count()):
                lines_of(program.get_child_at_index(j), 0, out)
    return "\n".join(out)


def main():
    if sys.argv[1] == "on":
        screen_reader_on()
        return 0
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    seen = ""
    for _ in range(10 * int(sys.argv[3]) if len(sys.argv) > 3 else 600):
        try:
            Atspi.get_desktop(0).clear_cache()
            seen = tree()
        except GLib.Error as error:
            seen = str(error)
        if wanted in seen and seen:
            print(seen)
            return 0
        time.sleep(0.1)
    print(seen)
    return 1


sys.exit(main())
