#!/usr/bin/env python3
"""Nothing of a hub in trouble delays the agent: it starts, gives prompts and ends beside a
hub that does not answer, says one byte a second, cannot be connected to, has a name that
nobody resolves or a certificate that nobody trusts.

    troubled.py DIRECTORY-OF-PROGRAMS [LIBRARY-THAT-HANGS-ON-NAMES]

Prints one JSON line for each: how long a start and a prompts/get took beside no hub at all.
"""
import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from follow import Promptd, check

PATIENCE_S = 60
QUESTIONS = 200


class Trouble:
    """A hub on loopback that does as `serve` does with each connection."""

    def __init__(self, serve=None, backlog=16):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.url = "http://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.met, self.over = threading.Event(), threading.Event()
        self.serve, self.kept = serve, []
        if serve is not None:
            threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.kept.append(connection)
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection):
        self.met.set()
        try:
            self.serve(self, connection)
        except OSError:
            pass

    def close(self):
        self.over.set()
        self.socket.close()
        for connection in self.kept:
            connection.close()


def silent(trouble, connection):
    connection.recv(65536)
    trouble.over.wait()


def drop_by_drop(trouble, connection):
    connection.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
        connection.sendall(bytes([byte]))
        if trouble.over.wait(1):
            return


def deaf():
    """Its queue is full: nobody gets a connection, nobody is refused one."""
    trouble = Trouble(backlog=0)
    for _ in range(4):
        other = socket.socket()
        other.setblocking(False)
        other.connect_ex(trouble.socket.getsockname())
        trouble.kept.append(other)
    return trouble


def mistrusted(directory):
    files = [os.path.join(directory, name) for name in ("key.pem", "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", files[0], "-out", files[1]],
                   check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])

    def handshake(_, connection):
        context.wrap_socket(connection, server_side=True).recv(1)
    trouble = Trouble(handshake)
    trouble.url = trouble.url.replace("http://127.0.0.1", "https://localhost")
    return trouble


class Home:
    """An agent that is signed in at `url`, with one prompt of its own."""

    def __init__(self, program, directory, url=None, **env):
        os.makedirs(os.path.join(directory, "data"), mode=0o700)
        self.directory = directory
        self.promptd = Promptd(program, directory)
        self.env = {**self.promptd.env, **env}
        file = os.path.join(directory, "own.md")
        with open(file, "w", encoding="utf-8") as out:
            out.write("Do it.\n")
        self.promptd("import", file)
        if url is not None:
            account = os.path.join(directory, "data", "hub.json")
            with open(account, "w", encoding="utf-8") as out:
                json.dump([{"url": url, "name": "Cleo", "access_token": "t"}], out)
            os.chmod(account, 0o600)

    def start(self):
        """Until it gives its first prompt. How long that took."""
        begun = time.monotonic()
        with open(os.path.join(self.directory, "log"), "w", encoding="utf-8") as log:
            self.agent = subprocess.Popen([self.promptd.program, "agent", "--foreground"],
                                          env=self.env, stderr=log)
        path = os.path.join(self.directory, "run", "agent.sock")
        while True:
            check("the agent starts", time.monotonic() - begun < PATIENCE_S)
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE_S)
            try:
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                time.sleep(0.002)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                "clientInfo": {"name": "test", "version": "1"}})
        self.get()
        return time.monotonic() - begun

    def ask(self, method, params):
        self.file.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method,
                                    "params": params}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "id" in answer:
                check(answer, "result" in answer)
                return answer["result"]

    def get(self):
        begun = time.monotonic()
        text = self.ask("prompts/get", {"name": "own"})["messages"][0]["content"]["text"]
        check(text, text.strip() == "Do it.")
        return time.monotonic() - begun

    def condition(self):
        return self.promptd("status")["hub"]

    def stop(self):
        begun = time.monotonic()
        self.file.close()
        self.socket.close()
        self.agent.terminate()
        check("the agent ends", self.agent.wait(PATIENCE_S) == 0)
        return time.monotonic() - begun


def until(what, question):
    end = time.monotonic() + PATIENCE_S
    while not question():
        check(what, time.monotonic() < end)
        time.sleep(0.05)


def beside(name, home, quiet, met, told=None):
    """The agent beside a hub in trouble, and at the same time one without any hub."""
    starts = home.start(), quiet.start()
    until(f"{name}: it asks", met)
    gets = [(home.get(), quiet.get()) for _ in range(QUESTIONS)]
    if told is not None:
        until(f"{name}: it is told", lambda: told(home.condition()))
    ends = home.stop(), quiet.stop()
    mine, others = (statistics.median(column) for column in zip(*gets))
    print(json.dumps({
        "hub": name, "start_ms": round(starts[0] * 1000, 1),
        "start_without_ms": round(starts[1] * 1000, 1),
        "get_us": round(mine * 1e6), "get_without_us": round(others * 1e6),
        "get_ratio": round(mine / others, 2), "end_ms": round(ends[0] * 1000, 1)}), flush=True)


def main():
    program = os.path.join(sys.argv[1], "promptd")
    with tempfile.TemporaryDirectory() as directory:
        def run(name, trouble, met=None, told=None, url=None, **env):
            place = os.path.join(directory, name)
            home = Home(program, place, url or trouble.url, **env)
            quiet = Home(program, place + "-without")
            beside(name, home, quiet, met or (lambda: home.condition()["condition"] == "asking"),
                   told)
            if trouble is not None:
                trouble.close()
        trouble = Trouble(silent)
        run("silent", trouble, trouble.met.is_set)
        trouble = Trouble(drop_by_drop)
        run("one byte a second", trouble, trouble.met.is_set,
            (lambda hub: hub["condition"] == "away") if "--long" in sys.argv else None)
        run("deaf", deaf(), None, lambda hub: hub["condition"] == "away")
        trouble = mistrusted(directory)
        run("mistrusted", trouble, trouble.met.is_set,
            lambda hub: hub["condition"] == "away" and "certificate" in hub["why"])
        libraries = [word for word in sys.argv[2:] if word != "--long"]
        if libraries:
            run("no names", None, url="https://hub.example.org",
                LD_PRELOAD=libraries[0], ASAN_OPTIONS="verify_asan_link_order=0")


if __name__ == "__main__":
    main()
