#!/usr/bin/python3
"""An input method as a process of its own, an engine of ibus: "ka" composes か. What is
composed shows first, and the next letter, or a blank, has it come.

    composes.py     "ready" when it is the one that is used
"""
import sys

import gi

gi.require_version("IBus", "1.0")
from gi.repository import GLib, IBus  # noqa: E402

NAME = "promptd-kana"
KANA = {"k": "か", "s": "さ", "m": "ま"}


class Engine(IBus.Engine):
    __gtype_name__ = "PromptdKana"

    def __init__(self, **words):
        super().__init__(**words)
        self.first = ""

    def shows(self, text):
        self.update_preedit_text(IBus.Text.new_from_string(text), len(text), bool(text))

    def do_process_key_event(self, keyval, keycode, state):
        if state & (IBus.ModifierType.RELEASE_MASK | IBus.ModifierType.CONTROL_MASK |
                    IBus.ModifierType.MOD1_MASK):
            return False
        letter = chr(keyval) if keyval < 128 else ""
        if not self.first and letter in KANA:
            self.first = letter
            self.shows(letter)
            return True
        if self.first and letter == "a":
            self.commit_text(IBus.Text.new_from_string(KANA[self.first]))
            self.first = ""
            self.shows("")
            return True
        return False


def main():
    IBus.init()
    bus = IBus.Bus()
    if not bus.is_connected():
        sys.exit("ibus-daemon does not run")
    factory = IBus.Factory.new(bus.get_connection())
    factory.add_engine(NAME, Engine.__gtype__)
    component = IBus.Component(name="org.promptd.kana", description="a test's own",
                               version="1", license="", author="", homepage="",
                               command_line="", textdomain="")
    component.add_engine(IBus.EngineDesc(name=NAME, longname=NAME, description="",
                                         language="ja", license="", author="", icon="",
                                         layout="us"))
    bus.register_component(component)
    bus.request_name("org.promptd.kana", 0)

    def used(_, result):
        if bus.set_global_engine_async_finish(result):
            print("ready", flush=True)
        else:
            GLib.timeout_add(50, use)

    def use():  # not waiting: the daemon asks this process for it meanwhile
        bus.set_global_engine_async(NAME, -1, None, used)
        return False

    use()
    GLib.MainLoop().run()


main()
