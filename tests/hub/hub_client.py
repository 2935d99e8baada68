"""A hub for a test, on a database of its own, and people who ask it things."""
import json
import os
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from openapi import hold

PASSWORD = "correct horse battery"


class Answer:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def code(self):
        return self.json["error"]["code"]


class Hub:
    """The program, started; ends with the `with` that made it."""

    def __init__(self, program, database, *options):
        self.program, self.database = program, database
        self.options = options or ("--rates", "off")
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = None

    def run(self, *words, ok=True, text=None):
        done = subprocess.run([self.program, "--database", self.database, *words], input=text,
                              capture_output=True, text=True, timeout=60, check=False)
        assert not ok or done.returncode == 0, done.stderr
        return done

    def __enter__(self):
        self.start()
        return self

    def start(self, port=0):
        self.process = subprocess.Popen(
            [self.program, "--database", self.database, "--listen", f"127.0.0.1:{port}",
             "serve", "--workers", "3", *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        assert "http://" in line, self.said()
        self.url = line.split()[3].rstrip(".")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def said(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.log.close()

    def ask(self, method, path, body=None, token=None, **headers):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as got:
                answer = Answer(got.status, got.headers, got.read().decode())
        except urllib.error.HTTPError as fault:
            answer = Answer(fault.code, fault.headers, fault.read().decode())
        return hold(method, path, answer)

    def sql(self, text):
        """A statement past the program; nobody serves meanwhile."""
        if self.database.startswith("sqlite:"):
            with sqlite3.connect(self.database[7:]) as db:
                db.execute(text)
            db.close()
        else:
            subprocess.run(["psql", "-q", "-d", self.database, "-c", text], check=True,
                           timeout=60)

    def invite(self):
        return json.loads(self.run("--json", "init", "--again").stdout)["invite"]


class Person:
    """Somebody who has joined and signed in."""

    def __init__(self, hub, name, invite):
        self.hub = hub
        self.email = name.lower() + "@example.org"
        got = hub.ask("POST", "/api/v1/auth/register", {
            "invite": invite, "email": self.email, "name": name, "password": PASSWORD})
        assert got.status == 201, got.text
        self.id = got.json["id"]
        self.login()

    def login(self):
        got = self.hub.ask("POST", "/api/v1/auth/login",
                           {"email": self.email, "password": PASSWORD})
        assert got.status == 200, got.text
        self.token, self.refresh = got.json["access_token"], got.json["refresh_token"]

    def ask(self, method, path, body=None, **headers):
        return self.hub.ask(method, "/api/v1" + path, body, self.token, **headers)

    def invites(self, name, role, team=None):
        got = self.ask("POST", "/invites", {"role": role, "team_id": team})
        assert got.status == 201, got.text
        return Person(self.hub, name, got.json["invite"])


def databases(directory, postgres):
    """(name, URL) of a new database on each driver that there is."""
    yield "sqlite", "sqlite:" + os.path.join(directory, "hub.db")
    try:
        with open(os.path.join(postgres, "url"), encoding="utf-8") as file:
            socket = file.read().strip()
    except FileNotFoundError:
        print("skipped: PostgreSQL's half (it is not running)")
        return
    name = "hub_%d_%d" % (os.getpid(), time.monotonic_ns())
    admin = ["psql", "-q", "-h", socket, "-U", "admin", "-d", "postgres", "-c"]
    subprocess.run([*admin, f"CREATE DATABASE {name} OWNER hub"], check=True, timeout=60)
    try:
        yield "postgresql", f"postgresql:///{name}?host={socket}&user=hub"
    finally:
        subprocess.run([*admin, f"DROP DATABASE {name} WITH (FORCE)"], check=True, timeout=60)


def sql(url, text):
    """Statements, past the hub."""
    if url.startswith("sqlite:"):
        with sqlite3.connect(url[len("sqlite:"):], timeout=60) as db:
            db.executescript(text)
        return
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", text, url], check=True,
                   timeout=60)


def number(url, query):
    """What a query of the one tenant's rows finds, past the hub."""
    if url.startswith("sqlite:"):
        with sqlite3.connect(url[len("sqlite:"):], timeout=60) as db:
            return db.execute(query).fetchone()[0]
    done = subprocess.run(
        ["psql", "-At", "-v", "ON_ERROR_STOP=1", "-c",
         "SELECT set_config('promptd.tenant', (SELECT id FROM tenant), false)", "-c", query, url],
        check=True, timeout=60, capture_output=True, text=True)
    return int(done.stdout.split()[-1])
