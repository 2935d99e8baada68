"""What the matrix pastes into: a table of applications, how each is started and how it
is read back. Two ways: what a terminal got as input (script of util-linux writes it
down), and a file in which the application itself says what stands in its field."""
import http.server
import os
import shutil
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPT = b"ready> "

# Shells are told nothing of the person's own settings, and find no program to run.
BARE = ["env", "-i", "TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=/nonexistent"]
SHELLS = {
    "bash": ["PS1=ready> ", "{}", "--norc", "--noprofile", "-i"],
    "dash": ["PS1=ready> ", "{}", "-i"],
    "zsh": ["PS1=ready> ", "{}", "-f", "-i"],
    "fish": ["{}", "--no-config", "-i", "-C",
             "function fish_prompt; echo -n 'ready> '; end; set fish_greeting"],
    "mksh": ["PS1=ready> ", "{}", "-i"],
    "busybox": ["PS1=ready> ", "{}", "sh", "-i"],
    "python": ["{}", "-q", "-i", "-c", "import sys; sys.ps1 = sys.ps2 = 'ready> '"],
    "node": ["{}", "-e", "require('repl').start('ready> ')"],
}
PROGRAM = {"python": "/usr/bin/python3"}

EMACS_LISP = """
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil)
(defun field-write (&rest _)
  (let ((coding-system-for-write 'utf-8-unix) (inhibit-message t))
    (write-region (point-min) (point-max) (concat field-file ".new") nil 'silent)
    (rename-file (concat field-file ".new") field-file t)))
(switch-to-buffer "field")
(fundamental-mode)
(buffer-disable-undo)
(add-hook 'after-change-functions 'field-write nil t)
(global-set-key [f8] (lambda () (interactive) (erase-buffer) (field-write)))
(add-hook 'window-setup-hook 'field-write)
"""
VIM_SCRIPT = """
set nocompatible encoding=utf-8 nomodeline viminfo= noswapfile textwidth=0 synmaxcol=100
function Write()
	call writefile(getline(1, '$'), $FIELD . '.new', 'b')
	call rename($FIELD . '.new', $FIELD)
endfunction
autocmd TextChanged,TextChangedI,TextChangedP * call Write()
autocmd VimEnter * startinsert | call Write()
inoremap <F8> <C-o>:silent %delete _<CR><C-o>:call Write()<CR>
"""
PAGE = """<!doctype html><meta charset=utf-8><title>field</title>{field}<script>
const field = document.body.firstElementChild;
let last = Promise.resolve();
function tell() {{
	const text = {value};
	last = last.then(() => fetch('/value', {{method: 'POST', body: text}}));
}}
field.addEventListener('input', tell);
document.addEventListener('keydown', event => {{
	if (event.key !== 'F8') return;
	{empty};
	field.focus();
	tell();
}});
field.focus();
if (document.hasFocus()) tell(); else window.addEventListener('focus', tell, {{once: true}});
</script>"""
# A field that a page makes editable holds elements; its text is what stands there, with
# a newline behind the last one that is there to be seen.
PAGES = {
    "textarea": PAGE.format(field="<textarea rows=20 cols=70></textarea>",
                            value="field.value", empty="field.value = ''"),
    "editable": PAGE.format(
        field="<div contenteditable=plaintext-only style='white-space: pre-wrap; "
              "min-height: 9em'></div>",
        value="field.textContent", empty="field.textContent = ''"),
}


def write(path, data):
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.rename(path + ".new", path)


class Page(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        page = PAGES.get(self.path.strip("/"))
        self.reply(200 if page else 404, (page or "").encode())

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        write(self.server.field, text)
        self.reply(200, b"")


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


class App:
    """One application that runs in a world (matrix.py): start, got, empty, end."""
    terminal = False
    program = None

    def __init__(self, name):
        self.name = name

    def missing(self):
        return None if shutil.which(self.program) else f"{self.program} is not installed"

    def start(self, world):
        self.world, self.field = world, os.path.join(world.dir, "field")
        for path in (self.field, self.field + ".new"):
            if os.path.exists(path):
                os.unlink(path)
        self.process = world.start(self.command(), **self.environment())
        world.wait(f"{self.name} is ready", self.is_ready)

    def environment(self):
        return {"FIELD": self.field}

    def is_ready(self):
        return read(self.field) is not None

    def got(self):
        return read(self.field) or b""

    def empty(self):
        if self.got() != b"":
            self.world.keys("press", "F8")
            self.world.wait(f"{self.name} is empty", lambda: self.got() == b"")

    def end(self):
        self.world.end(self.process)


class Xterm(App):
    """A program in xterm, which is the one that reads the selection."""
    terminal = True

    def command(self):
        return ["xterm", "-name", "cell", "-e"] + self.inner()

    def start(self, world):
        super().start(world)
        world.keys("wait", "cell")


class Shell(Xterm):
    """A shell at its prompt."""

    def __init__(self, name):
        super().__init__(name)
        self.program = PROGRAM.get(name, name)

    def inner(self):
        self.log_in = os.path.join(self.world.dir, "in")
        self.log_out = os.path.join(self.world.dir, "out")
        for path in (self.log_in, self.log_out):
            open(path, "wb").close()
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in BARE + self.words())
        return ["sh", "-c", 'cd "$0" && SHELL=/bin/sh exec script -qf -I "$1" -O "$2" -c "$3"',
                self.world.bare_dir, self.log_in, self.log_out, quoted]

    def words(self):
        return [word.format(shutil.which(self.program)) if word == "{}" else word
                for word in SHELLS[self.name]]

    def is_ready(self):
        return PROMPT in (read(self.log_out) or b"")

    def typed(self):
        """Behind script's own heading, which comes with the first."""
        log = read(self.log_in) or b""
        return log[log.find(b"\n") + 1:]

    def got(self):
        text = self.typed()
        if text.startswith(b"\x1b[200~") and text.endswith(b"\x1b[201~"):
            text = text[6:-6]
        return text.replace(b"\r", b"\n")

    def empty(self):
        # Ctrl+C is no Ctrl+C on a layout without a C: a new one, then.
        if self.typed() != b"":
            self.end()
            self.start(self.world)


class Vim(Xterm):
    program = "vim"

    def inner(self):
        script = os.path.join(self.world.dir, "field.vim")
        with open(script, "w", encoding="utf-8") as file:
            file.write(VIM_SCRIPT)
        return ["vim", "-u", script, "-i", "NONE", "-n"]


class Emacs(App):
    program = os.environ.get("MATRIX_EMACS", "emacs-lucid")

    def command(self):
        script = os.path.join(self.world.dir, "field.el")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f'(setq field-file "{self.field}")' + EMACS_LISP)
        return [self.program, "-Q", "--name", "field", "-l", script]


class Field(App):
    """matrix_window.py, with one of the toolkits."""
    imports = {"gtk3": "gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk",
               "gtk4": "gi; gi.require_version('Gtk', '4.0'); from gi.repository import Gtk",
               "qt": "PyQt5.QtWidgets"}

    def missing(self):
        test = subprocess.run(["/usr/bin/python3", "-c", "import " + self.imports[self.name]],
                              capture_output=True, check=False)
        return None if test.returncode == 0 else f"/usr/bin/python3 has no {self.name}"

    def command(self):
        return ["/usr/bin/python3", "-B", os.path.join(HERE, "matrix_window.py"), self.name,
                self.field]


class Browser(App):
    """A field of a page, served on loopback, which posts what stands in it."""
    page = "textarea"

    def __init__(self, name):
        super().__init__(name)
        self.program, self.page = name.split("-")
        self.program = {"firefox": "firefox-esr"}.get(self.program, self.program)

    def command(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.server.field = self.field
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.server.server_port}/{self.page}"
        profile = os.path.join(self.world.dir, "profile-" + self.name)
        os.makedirs(profile, exist_ok=True)
        if self.program == "chromium":
            return ["chromium", "--no-sandbox", "--no-first-run", "--disable-gpu",
                    "--disable-background-networking", "--disable-component-update",
                    "--no-default-browser-check", "--password-store=basic",
                    "--user-data-dir=" + profile, "--app=" + url]
        with open(os.path.join(profile, "user.js"), "w", encoding="utf-8") as file:
            file.write("\n".join(f'user_pref("{name}", {value});' for name, value in (
                ("browser.shell.checkDefaultBrowser", "false"),
                ("browser.aboutwelcome.enabled", "false"),
                ("datareporting.policy.dataSubmissionEnabled", "false"),
                ("termsofuse.acceptedVersion", "999"),
                ("termsofuse.bypassNotification", "true"),
                ("app.update.enabled", "false"),
                ("network.proxy.type", "0"))))
        return ["firefox-esr", "--no-remote", "--profile", profile, "--new-window", url]

    def start(self, world):
        super().start(world)
        # A browser throws away what is pressed before a page was painted.
        world.wait("the page takes keys", self.takes_keys)

    def takes_keys(self):
        os.unlink(self.field)
        self.world.keys("press", "F8")
        end = time.monotonic() + 2
        while read(self.field) is None and time.monotonic() < end:
            time.sleep(0.01)
        if read(self.field) is None:
            write(self.field, b"")
            return False
        return True

    def end(self):
        super().end()
        self.server.shutdown()
        self.server.server_close()


QUICK = ("bash", "dash", "zsh", "fish", "python", "node", "gtk3", "gtk4", "qt", "emacs", "vim")
SLOW = ("chromium-textarea", "chromium-editable", "firefox-textarea", "firefox-editable")


def make(name):
    if name in SHELLS:
        return Shell(name)
    if name in Field.imports:
        return Field(name)
    if name in SLOW:
        return Browser(name)
    return {"emacs": Emacs, "vim": Vim}[name](name)
