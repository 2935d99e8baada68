#!/usr/bin/python3
"""A window with a text field that says what stands in it:

	matrix_window.py gtk3|gtk4|qt FILE

FILE holds the text, whole, from when the field has the keyboard; F8 empties the field.
"""
import os
import sys


def write(path, text):
    with open(path + ".new", "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    os.rename(path + ".new", path)


def text_of(buffer):
    return buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), True)


def gtk3(path):
    import gi
    gi.require_version("Gtk", "3.0")
    gi.require_version("Gdk", "3.0")
    from gi.repository import Gdk, Gtk
    window, view = Gtk.Window(title="field"), Gtk.TextView()
    window.set_default_size(400, 300)
    window.set_wmclass("field", "Field")
    buffer = view.get_buffer()
    buffer.connect("changed", lambda _: write(path, text_of(buffer)))
    view.connect("key-press-event", lambda _, event: event.keyval == Gdk.KEY_F8 and
                 (buffer.set_text("") or True))
    view.connect("focus-in-event", lambda *_: os.path.exists(path) or write(path, ""))
    scroll = Gtk.ScrolledWindow()
    scroll.add(view)
    window.add(scroll)
    window.show_all()
    Gtk.main()


def gtk4(path):
    import gi
    gi.require_version("Gtk", "4.0")
    gi.require_version("Gdk", "4.0")
    from gi.repository import Gdk, GLib, Gtk
    GLib.set_prgname("field")
    Gtk.init()
    window, view = Gtk.Window(title="field"), Gtk.TextView()
    window.set_default_size(400, 300)
    buffer = view.get_buffer()
    buffer.connect("changed", lambda _: write(path, text_of(buffer)))
    keys = Gtk.EventControllerKey()
    keys.connect("key-pressed", lambda _, key, *__: key == Gdk.KEY_F8 and
                 (buffer.set_text("") or True))
    view.add_controller(keys)
    window.connect("notify::is-active", lambda *_: os.path.exists(path) or write(path, ""))
    scroll = Gtk.ScrolledWindow()
    scroll.set_child(view)
    window.set_child(scroll)
    window.present()
    view.grab_focus()
    GLib.MainLoop().run()


def qt(path):
    from PyQt5.QtCore import Qt
    from PyQt5.QtWidgets import QApplication, QPlainTextEdit

    class Field(QPlainTextEdit):
        def keyPressEvent(self, event):
            if event.key() == Qt.Key_F8:
                self.clear()
            else:
                super().keyPressEvent(event)

        def focusInEvent(self, event):
            super().focusInEvent(event)
            os.path.exists(path) or write(path, "")

    application = QApplication(["field"])
    field = Field()
    field.resize(400, 300)
    field.textChanged.connect(lambda: write(path, field.toPlainText()))
    field.show()
    field.setFocus()
    application.exec_()


if __name__ == "__main__":
    {"gtk3": gtk3, "gtk4": gtk4, "qt": qt}[sys.argv[1]](sys.argv[2])
