#!/usr/bin/env python3
"""The database goes away in the middle of batches and comes back: what was answered is
kept, what is asked meanwhile is put off with 503, nothing is lost or doubled, and the hub
is not started again. PostgreSQL dies and is started; SQLite is held by another program,
and its log stays small.

    away.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from hub_client import Hub, Person, number

CEILING = 60
SENDERS = 6
POSTGRES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e", "postgres.sh")


def check(what, so):
    if not so:
        raise AssertionError(what)


def until(what, so):
    end = time.monotonic() + CEILING
    while not so():
        check(what, time.monotonic() < end)
        time.sleep(0.02)


class Sender(threading.Thread):
    """Sends batches of usage, each until it is answered, as an agent does."""

    def __init__(self, hub, token):
        super().__init__(daemon=True)
        self.hub, self.token, self.ending, self.fault = hub, token, False, None
        self.sent, self.accepted, self.put_off = [], [], 0
        self.start()

    def batch(self):
        events = [{"event_id": str(uuid.uuid4()), "occurred_at": "2026-11-20T10:00:00Z",
                   "prompt_id": f"p{n % 3}", "version": 1, "client_type": "cli",
                   "action": "get", "outcome": "ok"} for n in range(60)]
        return [one["event_id"] for one in events], "".join(
            json.dumps(one) + "\n" for one in events).encode()

    def run(self):
        try:
            while not self.ending:
                ids, body = self.batch()
                self.sent += ids
                while not self.taken(ids, body):
                    time.sleep(0.02)
        except Exception as fault:  # told by end(), in the main thread
            self.fault = fault

    def taken(self, ids, body):
        got = self.hub.ask("POST", "/api/v1/usage:batch", body, self.token)
        if got.status == 503:
            check("when to come again", int(got.headers["Retry-After"]) >= 1)
            check("in JSON", got.json["error"]["code"])
            self.put_off += 1
            return False
        check(got.text, got.status == 200)
        check("each of them", sorted(got.json["accepted"] + got.json["duplicate"]) == sorted(ids))
        self.accepted += got.json["accepted"] + got.json["duplicate"]
        return True

    def end(self):
        self.ending = True
        self.join(CEILING)
        check("it ended", not self.is_alive())
        if self.fault:
            raise self.fault


def everything_once(hub, senders):
    sent = [one for sender in senders for one in sender.sent]
    check("all were answered", sorted(one for s in senders for one in s.accepted) == sorted(sent))
    check("each is there, once",
          number(hub.database, "SELECT count(*) FROM usage_event") == len(sent))
    check("and is counted once",
          number(hub.database, "SELECT sum(uses) FROM usage_count") == len(sent))
    return len(sent)


def goes_on(senders):
    before = [len(sender.accepted) for sender in senders]
    until("batches are taken", lambda: any(sender.fault for sender in senders) or
          all(len(s.accepted) > b for s, b in zip(senders, before)))
    for sender in senders:
        if sender.fault:
            raise sender.fault


def postgres_dies(program, directory):
    own = os.path.join(directory, "postgres")
    started = subprocess.run([POSTGRES, "start", own], timeout=120, check=False)
    if started.returncode == 77:
        print("skipped: PostgreSQL's half (it is not installed)")
        return
    try:
        check("started", started.returncode == 0)
        with open(os.path.join(own, "url"), encoding="utf-8") as file:
            socket = file.read().strip()
        subprocess.run(["createdb", "-h", socket, "-U", "admin", "-O", "hub", "away"],
                       check=True, timeout=60)
        url = f"postgresql:///away?host={socket}&user=hub"
        with Hub(program, url) as hub:
            told = batches_go_on(hub, own)
        print("ok postgresql:", told)
    finally:
        subprocess.run([POSTGRES, "stop", own], check=False, timeout=60)


def batches_go_on(hub, own):
    pid = hub.process.pid
    ann = Person(hub, "Ann", hub.invite())
    senders = [Sender(hub, ann.token) for _ in range(SENDERS)]
    for _ in range(2):
        goes_on(senders)
        put_off = sum(sender.put_off for sender in senders)
        subprocess.run([POSTGRES, "pause", own], check=True, timeout=60)
        until("some are put off", lambda: sum(s.put_off for s in senders) >= put_off + SENDERS)
        check("alive", hub.ask("GET", "/livez").status == 200)
        check("not ready", hub.ask("GET", "/readyz").status == 503)
        until("told", lambda: "\npromptd_hub_database_up 0\n" in hub.ask("GET", "/metrics").text)
        away = ann.ask("GET", "/prompts")
        check(away.text, away.status == 503 and int(away.headers["Retry-After"]) >= 1)
        subprocess.run([POSTGRES, "resume", own], check=True, timeout=60)
        goes_on(senders)
        until("ready", lambda: hub.ask("GET", "/readyz").status == 200)
    for sender in senders:
        sender.end()
    check("the same program", hub.process.pid == pid and hub.process.poll() is None)
    check("no fault of its own", "status=500" not in hub.said())
    return f"{everything_once(hub, senders)} events, each once"


def sqlite_is_held(program, directory):
    path = os.path.join(directory, "hub.db")
    with Hub(program, "sqlite:" + path) as hub:
        ann = Person(hub, "Ann", hub.invite())
        senders = [Sender(hub, ann.token) for _ in range(2)]
        goes_on(senders)
        with sqlite3.connect(path, isolation_level=None, timeout=60) as other:
            other.execute("BEGIN IMMEDIATE")
            until("put off", lambda: all(sender.put_off for sender in senders))
            check("what only reads goes on", ann.ask("GET", "/prompts").status == 200)
            other.execute("ROLLBACK")
        goes_on(senders)
        for sender in senders:
            sender.end()
        told = everything_once(hub, senders)
        log_stays_small(hub, ann, path)
    print(f"ok sqlite: {told} events, each once")


def log_stays_small(hub, ann, path):
    """While somebody reads the log grows; after that it is taken in."""
    log = path + "-wal"
    with sqlite3.connect(path, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM usage_event").fetchone()
        sender = Sender(hub, ann.token)
        until("it grows", lambda: sender.fault or os.stat(log).st_size > 12 * 1024 * 1024)
        reader.execute("ROLLBACK")
    until("it is taken in", lambda: sender.fault or os.stat(log).st_size < 8 * 1024 * 1024)
    sender.end()


def main():
    with tempfile.TemporaryDirectory() as directory:
        sqlite_is_held(sys.argv[1], directory)
        postgres_dies(sys.argv[1], directory)


main()
