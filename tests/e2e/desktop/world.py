"""A world to paste in: a display, a window manager, a keyboard layout, perhaps a clipboard
manager, and promptd-desktop with a menu that chooses what it is told to."""
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WAIT_S = 60
MENU = """
cat >"$WORLD/rows"
case $1 in
Prompt)
	echo x >>"$WORLD/asked"
	busy=$(cat "$WORLD/busy") group=$(cat "$WORLD/group")
	if [ "$busy" != 0 ]; then
		kill -s STOP -- "-$group" || exit
		(sleep "$busy"; kill -s CONT -- "-$group") >/dev/null 2>&1 </dev/null &
	fi
	[ ! -e "$WORLD/meanwhile" ] || sh "$WORLD/meanwhile"
	grep "^[^ ]*$(cat "$WORLD/choice")  " "$WORLD/rows" ;;
*lines*) echo x >"$WORLD/confirmed"; cat "$WORLD/lines" ;;
*) cat "$WORLD/value" ;;
esac
"""
I3 = "font monospace 8\nfocus_follows_mouse no\nworkspace_layout tabbed\n"


class Failed(Exception):
    pass


def write(path, data):
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def descendants(pid):
    """Of a process and itself."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


def tell(pids, what):
    for pid in pids:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            pass


class World:
    open = set()  # to be closed when the program is told to end

    def __init__(self, bin_dir, manager="none", layout="us", wm="openbox", server=()):
        self.bin, self.manager, self.wm, self.server = bin_dir, manager, wm, server
        self.name = f"{wm}/{manager}/{layout}"
        self.dir = tempfile.mkdtemp(prefix="promptd-world.")
        self.bare_dir = os.path.join(self.dir, "bare")
        self.processes, self.pastes, self.desktop = [], 0, None
        home = os.path.join(self.dir, "home")
        os.makedirs(home)
        os.makedirs(self.bare_dir)
        self.environment = {key: os.environ[key] for key in
                            ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if key in os.environ}
        self.environment.update(
            HOME=home, PROMPTD_HOME=home, WORLD=self.dir, LC_ALL="C.UTF-8",
            PROMPTD_AUTOSTART="no", HISTFILE="/dev/null",
            LSAN_OPTIONS=f"suppressions={HERE}/leaks.supp:print_suppressions=0", NO_AT_BRIDGE="1", GTK_A11Y="none", GDK_BACKEND="x11",
            QT_QPA_PLATFORM="xcb", MOZ_DISABLE_CONTENT_SANDBOX="1")
        World.open.add(self)
        try:
            self.begin(layout)
        except BaseException:
            self.close()
            raise

    def begin(self, layout):
        self.start_display()
        self.run("setxkbmap", layout)
        if self.wm == "i3":
            write(os.path.join(self.dir, "i3.conf"), I3)
            self.start(["i3", "-c", os.path.join(self.dir, "i3.conf")])
        else:
            self.start(["openbox", "--sm-disable"])
        self.keys("manager", "any")
        if f"layout:     {layout}\n".encode() not in self.output("setxkbmap", "-query"):
            raise Failed(f"the layout is not {layout}")
        if self.manager == "copyq":
            self.start(["copyq"])
            self.wait("CopyQ answers", lambda: self.run("copyq", "count", check=False) == 0)
        elif self.manager == "parcellite":
            self.start(["parcellite", "-n"])

    # --- processes ------------------------------------------------------------------

    def start_display(self):
        read_end, write_end = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24",
                    "-noreset", "-nolisten", "tcp", *self.server], pass_fds=(write_end,))
        os.close(write_end)
        with os.fdopen(read_end) as file:
            number = file.readline().strip()
        if not number:
            raise Failed("Xvfb does not start")
        self.environment["DISPLAY"] = ":" + number

    def start(self, command, pass_fds=(), **environment):
        """In the background, in a group of its own; ended with the world."""
        log = open(os.path.join(self.dir, os.path.basename(command[0]) + ".log"), "ab")
        with log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=pass_fds,
                env={**self.environment, **environment}, start_new_session=True, cwd=self.dir)
        self.processes.append(process)
        return process

    def end(self, process, patience_s=10):
        """With all that it has started, in whatever session that is."""
        if process in self.processes:
            self.processes.remove(process)
        family = descendants(process.pid)
        tell(family, signal.SIGCONT)
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            pass
        tell(family, signal.SIGKILL)
        process.wait()

    def run(self, *command, check=True, **how):
        status = subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, check=False, **how).returncode
        if check and status != 0:
            raise Failed(f"{' '.join(command)}: status {status}")
        return status

    def output(self, *command):
        return subprocess.run(command, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False).stdout

    def keys(self, what, which):
        self.run(os.path.join(self.bin, "desktop-keys"), what, which)

    def wait(self, what, condition, patience_s=WAIT_S):
        end = time.monotonic() + patience_s
        while not condition():
            if time.monotonic() > end:
                raise Failed(f"in {patience_s} s: {what}")
            time.sleep(0.01)

    def close(self):
        World.open.discard(self)
        status = 0
        if self.desktop is not None:
            self.end(self.desktop, 60)
            status = self.desktop.returncode
        for process in reversed(list(self.processes)):
            self.end(process)
        with open(os.path.join(self.dir, "promptd-desktop.log"), "a+", encoding="utf-8",
                  errors="replace") as log:
            log.seek(0)
            said = log.read()[-2000:]
        shutil.rmtree(self.dir, ignore_errors=True)
        if status != 0:
            raise Failed(f"promptd-desktop ended with {status}: {said}")

    # --- promptd --------------------------------------------------------------------

    def start_promptd(self, texts):
        """The library holds these texts, by name, and the hotkey opens the menu."""
        prompts = os.path.join(self.dir, "prompts")
        os.makedirs(prompts)
        for name, text in texts.items():
            inputs = "inputs:\n  value: {required: true}\n" if "{{value}}" in text else ""
            write(os.path.join(prompts, name + ".prompt.md"),
                  f"---\ntitle: {name}\n{inputs}---\n{text}")
        write(os.path.join(self.dir, "menu"), MENU)
        write(os.path.join(self.dir, "asked"), "")
        write(os.path.join(self.dir, "busy"), "0")
        self.answer()
        self.run(os.path.join(self.bin, "promptd"), "import", prompts)
        menu = os.path.join(self.dir, "menu")
        self.desktop = self.start([os.path.join(self.bin, "promptd-desktop"),
                                   f"--menu=sh '{menu}' \"$1\""])
        log = os.path.join(self.dir, "promptd-desktop.log")
        self.wait("promptd-desktop is ready", lambda: b"desktop.ready" in open(log, "rb").read())
        self.ledger = sqlite3.connect(f"file:{self.environment['HOME']}/data/ledger.db?mode=ro",
                                      uri=True, check_same_thread=False)

    def answer(self, lines="paste all lines", value=""):
        """What the menu will say when it is asked about lines or for a value."""
        write(os.path.join(self.dir, "lines"), lines + "\n")
        write(os.path.join(self.dir, "value"), value + "\n")

    def rows(self):
        return self.ledger.execute("SELECT count(*) FROM usage").fetchone()[0]

    def paste(self, choice, busy_ms=0, group=0):
        """Press the hotkey and choose; what became of it: "pasted", "timeout", …"""
        write(os.path.join(self.dir, "choice"), choice)
        write(os.path.join(self.dir, "busy"), str(busy_ms / 1000) if busy_ms else "0")
        write(os.path.join(self.dir, "group"), str(group))
        asked = os.path.join(self.dir, "asked")
        write(asked, "")
        self.wait("the menu opens", lambda: self.hotkey_opens(asked))
        self.pastes += 1
        self.wait("the paste ends", lambda: self.rows() == self.pastes)
        code = self.ledger.execute(
            "SELECT error_code FROM usage ORDER BY event_id DESC LIMIT 1").fetchone()[0]
        return code or "pasted"

    def hotkey_opens(self, asked):
        """While the menu before it is still closing a press does nothing."""
        self.keys("press", "Control_L+Alt_L+space")
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if os.path.getsize(asked) > 0:
                return True
            time.sleep(0.01)
        return False

    # --- the clipboard --------------------------------------------------------------

    def copy(self, text):
        """The person copies: one thing to the clipboard, another to the primary one."""
        for selection in ("clipboard", "primary"):
            self.run("xclip", "-i", "-selection", selection,
                     input=f"{text} {selection}".encode())
        # xclip ends before what it asked of the server has reached it.
        self.wait("what was copied is there", lambda: self.holds(text))

    def primary(self, text):
        """Marked with the mouse."""
        self.run("xclip", "-i", "-selection", "primary", input=text.encode())
        self.wait("it is there", lambda: self.output("xclip", "-o", "-selection", "primary") ==
                  text.encode())

    def holds(self, text):
        return all(self.output("xclip", "-o", "-selection", selection) ==
                   f"{text} {selection}".encode() for selection in ("clipboard", "primary"))

    def history(self):
        """What the clipboard manager remembers, as bytes."""
        if self.manager == "copyq":
            count = int(self.output("copyq", "count") or 0)
            return self.output("copyq", "read", *map(str, range(count)))
        if self.manager == "parcellite":
            path = os.path.join(self.environment["HOME"], ".local/share/parcellite/history")
            return open(path, "rb").read() if os.path.exists(path) else b""
        return b""
