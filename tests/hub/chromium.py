#!/usr/bin/env python3
"""The hub's pages in a real Chromium: somebody new accepts an invitation, lets a device in
and signs out, with scripts switched off; what its console says; names of all fields and
buttons as a screen reader gets them; contrast of every text, light and dark.

    chromium.py DIRECTORY-OF-PROGRAMS [DIRECTORY-FOR-PICTURES]
"""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

from hub_client import Hub, PASSWORD

MEASURE = """(() => {
  const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const back = e => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!words && e.tagName !== 'INPUT') continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(back(e));
    found.push([e.tagName + ' ' + e.textContent.trim().slice(0, 30),
                (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
})()"""


def check(what, so):
    if not so:
        raise AssertionError(what)


class Chromium:
    """Spoken to over its DevTools socket; ends with the `with`."""

    def __init__(self, program, home):
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-port=0", "--user-data-dir=" + home, "--window-size=900,800",
             "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        said = os.path.join(home, "DevToolsActivePort")
        until = time.monotonic() + 60
        while not (os.path.exists(said) and os.path.getsize(said)) and time.monotonic() < until:
            time.sleep(0.1)
        with open(said, encoding="utf-8") as file:
            port = file.read().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=60) as got:
            page = next(tab for tab in json.load(got) if tab["type"] == "page")
        self.socket = socket.create_connection(("127.0.0.1", int(port)), timeout=60)
        self.socket.sendall(
            (f"GET {page['webSocketDebuggerUrl'].split(port, 1)[1]} HTTP/1.1\r\n"
             f"Host: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
             "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.left, self.n, self.events = b"", 0, []
        while b"\r\n\r\n" not in self.left:
            self.left += self.socket.recv(4096)
        self.left = self.left.split(b"\r\n\r\n", 1)[1]
        for domain in ("Page", "Log", "Runtime", "Accessibility"):
            self("%s.enable" % domain)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def take(self, n):
        while len(self.left) < n:
            self.left += self.socket.recv(65536)
        taken, self.left = self.left[:n], self.left[n:]
        return taken

    def message(self):
        text, last = b"", False
        while not last:
            head = self.take(2)
            last, n = head[0] & 128, head[1] & 127
            if n > 125:
                n = struct.unpack(">H" if n == 126 else ">Q", self.take(2 if n == 126 else 8))[0]
            text += self.take(n)
        return json.loads(text)

    def __call__(self, method, **params):
        self.n += 1
        data = json.dumps({"id": self.n, "method": method, "params": params}).encode()
        head = (bytes([0x81, 128 | len(data)]) if len(data) < 126 else
                bytes([0x81, 128 | 126]) + struct.pack(">H", len(data)))
        self.socket.sendall(head + bytes(4) + data)  # a mask of zeroes masks nothing
        while True:
            got = self.message()
            if got.get("id") == self.n:
                check(got, "error" not in got)
                return got["result"]
            self.events.append(got)

    def run(self, script):
        return self("Runtime.evaluate", expression=script,
                    returnByValue=True)["result"].get("value")

    def arrives(self, heading):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.run("document.readyState === 'complete' && "
                        "document.querySelector('h1')?.textContent") == heading:
                return
            time.sleep(0.05)
        raise AssertionError((heading, self.run("document.body.innerText")))

    def open(self, url, heading):
        self("Page.navigate", url=url)
        self.arrives(heading)

    def send(self, button, heading, **fields):
        """As fingers do it: the field focused, its text typed, the button pressed."""
        for name, text in fields.items():
            self.run(f"document.getElementById({name!r}).focus()")
            self.run(f"document.getElementById({name!r}).select()")
            self("Input.insertText", text=text)
        at = self.run(f"(() => {{ const b = document.querySelector({button!r}); "
                      "b.scrollIntoView(); const r = b.getBoundingClientRect(); "
                      "return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left",
                 clickCount=1)
        self.arrives(heading)


def look(chromium, name, pictures):
    """What everybody must be able to read, and what a screen reader is told."""
    for scheme in ("light", "dark"):
        chromium("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        found = chromium.run(MEASURE)
        check((name, found), len(found) >= 3)
        for what, contrast in found:
            check((name, scheme, what, contrast), 4.5 <= contrast <= 21)
        if pictures:
            shot = chromium("Page.captureScreenshot", format="png")["data"]
            with open(os.path.join(pictures, f"{name}-{scheme}.png"), "wb") as file:
                file.write(base64.b64decode(shot))
    for width in (320, 900):
        chromium("Emulation.setDeviceMetricsOverride", width=width, height=700,
                 deviceScaleFactor=1, mobile=False)
        check((name, width), chromium.run("document.documentElement.scrollWidth") <= width)
    chromium("Emulation.clearDeviceMetricsOverride")
    for node in chromium("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in ("textbox", "button", "link") and not node.get("ignored"):
            check((name, node), node.get("name", {}).get("value"))


def story(hub, chromium, promptd, home, pictures):
    invite = hub.invite()
    # Evaluate still works; nothing that a page brings would.
    chromium("Emulation.setScriptExecutionDisabled", value=True)
    chromium.open(hub.url + "/", "Sign in")
    look(chromium, "sign-in", pictures)
    chromium.open(hub.url + "/join", "Accept an invitation")
    look(chromium, "join", pictures)
    chromium.send("main button", "You are in", invite=invite, name="Ann",
                  email="ann@example.org", password=PASSWORD)
    look(chromium, "joined", pictures)
    check("scripts see no cookie", chromium.run("document.cookie") == "")
    env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}
    with subprocess.Popen([promptd, "login", hub.url], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as login:
        code = login.stderr.readline().split()[-1]
        chromium.open(hub.url + "/device", "Sign in a device")
        look(chromium, "code", pictures)
        chromium.send("main button", "Let this device in?", user_code=code.lower())
        look(chromium, "approve", pictures)
        chromium.send("button[value=approve]", "Done")
        look(chromium, "done", pictures)
        check("the device goes on", login.wait(60) == 0 and "Ann" in login.stdout.read())
    chromium.open(hub.url + "/device", "Sign in a device")
    chromium.send("header button", "Sign in")
    chromium.send("main button", "Sign in", email="ann@example.org", password="wrong wrong wrong")
    until = time.monotonic() + 60
    while not chromium.run("document.querySelector('[role=alert]')?.textContent"):
        check("told", time.monotonic() < until)
        time.sleep(0.05)
    look(chromium, "wrong", pictures)
    for event in chromium.events:
        entry = event.get("params", {}).get("entry", {})
        # A wrong password is answered with 401, which the console calls an error.
        check(entry, event["method"] != "Log.entryAdded" or entry.get("source") == "network" and
              entry["url"].endswith("/signin"))


def main():
    program = shutil.which("chromium")
    if program is None:
        print("skipped: chromium is not installed (scripts/deps.sh vscode)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        with Hub(os.path.join(sys.argv[1], "promptd-hub"), f"sqlite:{directory}/hub.db") as hub, \
                Chromium(program, os.path.join(directory, "chromium")) as chromium:
            story(hub, chromium, os.path.join(sys.argv[1], "promptd"),
                  os.path.join(directory, "home"), sys.argv[2] if len(sys.argv) > 2 else None)
    print("all well")


main()
