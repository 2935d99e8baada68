#!/usr/bin/env python3
"""The agent follows a hub by itself: real agent, real hub, on each database.

    followed.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from follow import EXIT_FAILED, EXIT_LOGIN, EXIT_NOT_FOUND, Promptd, check, publish
from hub_client import Hub, Person, databases

PATIENCE_S = 90  # more than a polling interval


def becomes(what, question):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if question():
            return
        time.sleep(0.05)
    check(what, False)


class Agent:
    def __init__(self, promptd, directory):
        self.promptd = promptd
        with open(os.path.join(directory, "agent.log"), "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([promptd.program, "agent", "--foreground"],
                                            env=promptd.env, stderr=log)
        becomes("the agent runs", lambda: promptd("status")["agent"]["running"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        check("the agent ends", self.process.wait(60) == 0)


class Client:
    """An assistant on the agent's socket that wants to hear of changes."""

    def __init__(self, promptd):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(promptd("status")["agent"]["socket"])
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.say({"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}}})
        self.file.readline()
        self.say({"method": "notifications/initialized"})

    def say(self, message):
        self.file.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.file.flush()

    def hears(self, method):
        while True:
            line = self.file.readline()
            check("the agent goes on", line)
            if json.loads(line).get("method") == method:
                return

    def close(self):
        self.file.close()
        self.socket.close()


def text_of(promptd, name):
    done = subprocess.run([promptd.program, "render", name], env=promptd.env,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip()


def is_told(promptd, condition):
    return promptd("status")["hub"]["condition"] == condition


def changes_arrive_by_themselves(promptd, ann, ben):
    client = Client(promptd)
    first = publish(ben, ann, "team/review", "Review it.")
    becomes("a prompt", lambda: text_of(promptd, "team/review") == "Review it.")
    client.hears("notifications/prompts/list_changed")
    publish(ben, ann, "team/review", "Review it well.")
    becomes("a version", lambda: text_of(promptd, "team/review") == "Review it well.")
    ann.ask("POST", f"/prompts/{first}/activate", {"channel": "production", "version": 1})
    becomes("a step back", lambda: text_of(promptd, "team/review") == "Review it.")
    ann.ask("DELETE", f"/prompts/{first}")
    becomes("a withdrawal", lambda: text_of(promptd, "team/review") == "")
    client.close()


def a_hub_away_changes_nothing(promptd, hub, ann, ben):
    publish(ben, ann, "team/long", "Long.")
    becomes("there", lambda: text_of(promptd, "team/long") == "Long.")
    hub.stop()
    check("said", "hub" in promptd("sync", exit_is=EXIT_FAILED)["error"])
    told = promptd("status")["hub"]
    check(told, told["condition"] == "away" and told["heard"] and told["next"] and told["why"])
    check("all goes on", text_of(promptd, "team/long") == "Long.")
    hub.start(int(hub.url.rsplit(":", 1)[1]))
    publish(ben, ann, "team/after", "After.")
    check("now", promptd("sync", "--now")["updated"] in (0, 1))
    becomes("after", lambda: text_of(promptd, "team/after") == "After.")
    check("fine", is_told(promptd, "fine"))


def a_hub_that_came_back_from_a_backup(promptd, hub, directory, ann, ben):
    """SQLite's half only: its backup is a copy, and the epoch is set as a restore does."""
    file, kept = hub.database.removeprefix("sqlite:"), os.path.join(directory, "kept.db")
    hub.stop()
    shutil.copy(file, kept)
    hub.start(int(hub.url.rsplit(":", 1)[1]))
    publish(ben, ann, "team/lost", "Lost.")
    promptd("sync", "--now")
    becomes("there", lambda: text_of(promptd, "team/lost") == "Lost.")
    hub.stop()
    for end in ("-wal", "-shm"):
        if os.path.exists(file + end):
            os.unlink(file + end)
    shutil.copy(kept, file)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE tenant SET epoch = 'another'")
    hub.start(int(hub.url.rsplit(":", 1)[1]))
    promptd("sync", "--now")
    becomes("what the backup has not is gone", lambda: text_of(promptd, "team/lost") == "")
    check("the rest is there", text_of(promptd, "team/long") == "Long.")


def what_is_tried_out(promptd, ann, ben, cleo, directory):
    """By the person's wish, and only for those who may have it."""
    at = publish(ben, ann, "team/tried", "Approved.")
    made = ben.ask("POST", f"/prompts/{at}/versions", {"text": "Tried. " + "long " * 3000})
    got = ann.ask("POST", f"/prompts/{at}/activate",
                  {"channel": "experimental", "version": made.json["number"]})
    check(got.text, got.status == 200)
    with open(os.path.join(directory, "home", "config", "promptd.conf"), "w",
              encoding="utf-8") as file:
        file.write("experimental = yes\n")
    promptd("sync")
    check("not for everybody", text_of(promptd, "team/tried") == "Approved.")
    ann.ask("PATCH", "/users/" + cleo.id, {"experimental": True})
    promptd("sync")
    check("for who may", text_of(promptd, "team/tried").startswith("Tried."))
    os.unlink(file.name)
    check("by wish", text_of(promptd, "team/tried") == "Approved.")
    promptd("sync")
    with open(file.name, "w", encoding="utf-8") as file:
        file.write("experimental = yes\n")
    check("not kept without", text_of(promptd, "team/tried") == "Approved.")
    os.unlink(file.name)
    ann.ask("DELETE", f"/prompts/{at}")
    promptd("sync")


def who_is_let_go(promptd, hub, ann, cleo):
    ann.ask("PATCH", "/users/" + cleo.id, {"active": False})
    promptd("sync", exit_is=EXIT_LOGIN)
    check("told", is_told(promptd, "sign_in"))
    check("prompts stay", text_of(promptd, "team/long") == "Long.")
    check("gone", promptd("logout")["removed"] == 2)
    check("nobody", promptd("status")["hub"] is None)
    promptd("show", "team/long", exit_is=EXIT_NOT_FOUND)
    ann.ask("PATCH", "/users/" + cleo.id, {"active": True})
    key = cleo_key(cleo)
    promptd("login", "--key", hub.url, text=key + "\n")
    check("at once", text_of(promptd, "team/long") == "Long.")


def cleo_key(cleo):
    cleo.login()
    return cleo.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]


def followed(hub, program, directory):
    ann = Person(hub, "Ann", hub.invite())
    ben = ann.invites("Ben", "contributor")
    cleo = ann.invites("Cleo", "consumer")
    promptd = Promptd(program, os.path.join(directory, "home"))
    with Agent(promptd, directory):
        key = cleo_key(cleo)
        check("signed in", promptd("login", "--key", hub.url, text=key + "\n")["name"] == "Cleo")
        changes_arrive_by_themselves(promptd, ann, ben)
        a_hub_away_changes_nothing(promptd, hub, ann, ben)
        what_is_tried_out(promptd, ann, ben, cleo, directory)
        if hub.database.startswith("sqlite:"):
            a_hub_that_came_back_from_a_backup(promptd, hub, directory, ann, ben)
        else:
            promptd("sync", "--now")
        who_is_let_go(promptd, hub, ann, cleo)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            place = os.path.join(directory, name)
            os.mkdir(place)
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                followed(hub, os.path.join(sys.argv[1], "promptd"), place)
            print("ok", name)


if __name__ == "__main__":
    main()
