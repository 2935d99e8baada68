"""Somebody's promptd that follows a hub over a bad network, and is killed on the way."""
import json
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse


class Wire:
    """Stands before the hub. While it is bad, every other connection or so is cut after
    some bytes of the answer, by a reset or by an end."""

    def __init__(self, url, chosen):
        there = urllib.parse.urlsplit(url)
        self.there, self.chosen = (there.hostname, there.port), chosen
        self.bad, self.cuts = False, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.door.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.door.close()

    def serve(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def budget(self):
        if not self.bad or self.chosen.random() < 0.4:
            return None
        return int(self.chosen.choice((0, 10, 300, 3000, 30000)) * self.chosen.random() * 2)

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass

    def carry(self, near):
        left = self.budget()
        try:
            far = socket.create_connection(self.there, timeout=60)
        except OSError:
            near.close()
            return
        threading.Thread(target=self.copy, args=(near, far), daemon=True).start()
        try:
            while data := far.recv(65536):
                if left is not None and len(data) > left:
                    near.sendall(data[:left])
                    self.cut(near)
                    break
                left = None if left is None else left - len(data)
                near.sendall(data)
        except OSError:
            pass
        for end in (near, far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def cut(self, near):
        self.cuts += 1
        if self.chosen.random() < 0.5:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


LIFE_S = 1.5  # of an agent, at most


class Follower:
    def __init__(self, programs, home, chosen):
        self.program, self.home, self.chosen = os.path.join(programs, "promptd"), home, chosen
        self.env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}
        self.env.pop("DBUS_SESSION_BUS_ADDRESS", None)  # nobody's own keyring
        self.env.pop("XDG_RUNTIME_DIR", None)
        self.kills, self.killer, self.quiet, self.over = 0, None, threading.Event(), False
        self.resting = threading.Event()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        self.quiet.clear()
        if self.killer is not None:
            self.killer.join(120)

    def __call__(self, *words, text=None, ok=(0,)):
        done = subprocess.run([self.program, *words, "--json"], input=text, env=self.env,
                              capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode in ok, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def sign_in(self, url, person):
        key = person.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]
        self("login", "--key", url, text=key + "\n")

    # --- following, and being killed at it ---

    def begin(self, wire):
        self.killer = threading.Thread(target=self.follow, daemon=True)
        self.killer.start()
        self.go_on(wire)

    def follow(self):
        """Its agent, killed now and then, and started again."""
        while not self.over:
            with subprocess.Popen([self.program, "agent", "--foreground"], env=self.env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as agent:
                end = time.monotonic() + self.chosen.random() * LIFE_S
                while time.monotonic() < end and self.quiet.is_set():
                    self.ask_now()
                while not self.quiet.is_set() and not self.over:
                    self.resting.set()  # it lives as long as nobody is to be killed
                    time.sleep(0.01)
                    assert agent.poll() is None, "the agent ended by itself"
                self.resting.clear()
                agent.send_signal(signal.SIGKILL)
                self.kills += 1
                agent.wait(120)

    def ask_now(self):
        """Somebody who does not want to wait; over a bad network it may be for nothing."""
        subprocess.run([self.program, "sync", "--now"], env=self.env, check=False, timeout=300,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def go_on(self, wire):
        wire.bad = True
        self.resting.clear()
        self.quiet.set()

    def catch_up(self, wire):
        """The network is good and nobody kills: all has to come."""
        wire.bad = False
        self.quiet.clear()
        assert self.resting.wait(120) and self.killer.is_alive()
        self("sync", "--now")

    # --- what it has ---

    def listed(self):
        answer = self("list", "--limit", "5000", ok=(0, 3))
        return {row["name"]: row for row in answer.get("prompts", [])}

    def texts(self, names):
        return {name: "\n".join(message["text"] for message in
                                self("show", name)["prompt"]["messages"]) for name in names}

    def found(self, words):
        answer = self("search", words, "--limit", "50", ok=(0, 3))
        return {row["name"] for row in answer.get("prompts", [])}
