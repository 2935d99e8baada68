#!/usr/bin/env python3
"""A person's library follows the hub: real promptd, real hub, on each database.

    follow.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import json
import os
import subprocess
import sys
import tempfile

from hub_client import Hub, Person, databases

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_LOGIN, EXIT_REFUSED = 0, 1, 2, 3, 5, 6


def check(what, so):
    if not so:
        raise AssertionError(what)


class Promptd:
    def __init__(self, program, home):
        self.program = program
        self.env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}
        self.env.pop("DBUS_SESSION_BUS_ADDRESS", None)  # nobody's own keyring
        self.env.pop("XDG_RUNTIME_DIR", None)

    def __call__(self, *words, text=None, exit_is=EXIT_DONE):
        done = subprocess.run([self.program, *words, "--json"], input=text, env=self.env,
                              capture_output=True, text=True, timeout=120, check=False)
        check(f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}",
              done.returncode == exit_is)
        return json.loads(done.stdout)


def publish(author, approver, slug, text, title=None, inputs=None):
    """A prompt, or its next version, made by one and approved by another."""
    rows = author.ask("GET", "/prompts?limit=200").json["items"]
    at = next((row["id"] for row in rows if row["slug"] == slug), None)
    if at is None:
        made = author.ask("POST", "/prompts", {"slug": slug, "title": title or slug,
                                               "text": text,
                                               **({"inputs": inputs} if inputs else {})})
        check(made.text, made.status == 201)
        at, number = made.json["id"], 1
    else:
        made = author.ask("POST", f"/prompts/{at}/versions", {"text": text})
        check(made.text, made.status == 201)
        number = made.json["number"]
    way = f"/prompts/{at}/versions/{number}"
    check("submitted", author.ask("POST", way + "/submit", {}).status == 200)
    got = approver.ask("POST", way + "/approve", {})
    check(got.text, got.status == 200)
    return at


def signs_in_by_a_code(hub, promptd, person):
    with subprocess.Popen([promptd.program, "login", hub.url], env=promptd.env, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as login:
        told = login.stderr.readline()
        check(told, told.startswith(f"Open {hub.url}/device and type "))
        person.ask("POST", "/auth/device/approve", {"user_code": told.split()[-1]})
        check("by a code", login.wait(60) == EXIT_DONE)
    promptd("logout")


def follow(hub, program, home):
    ann = Person(hub, "Ann", hub.invite())
    ben = ann.invites("Ben", "contributor")
    cleo = ann.invites("Cleo", "consumer")
    key = cleo.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]
    promptd = Promptd(program, home)

    check("not signed in", promptd("sync", exit_is=EXIT_LOGIN)["status"] == "login_needed")
    signs_in_by_a_code(hub, promptd, cleo)
    promptd("login", "--key", "http://hub.example.org", text=key, exit_is=EXIT_REFUSED)
    promptd("login", "--key", hub.url, text="pk_nonsense\n", exit_is=EXIT_LOGIN)
    check("signed in", promptd("login", "--key", hub.url, text=key + "\n")["name"] == "Cleo")
    secret = os.path.join(home, "data", "hub.json")
    check("for this user alone", os.stat(secret).st_mode & 0o077 == 0)

    first = publish(ben, ann, "team/review", "Review it.")
    large = "long " * 4000
    publish(ben, ann, "team/long", large)
    got = promptd("sync")
    check(got, got["updated"] == 2 and not got["full"])  # login asked for all of it
    shown = promptd("show", "team/review")
    check(shown, shown["prompt"]["source"] == "hub" and shown["prompt"]["version"] == 1)
    check("its text came by its digest",
          promptd("render", "team/long")["text"].strip() == large.strip())
    check("nothing new", promptd("sync")["updated"] == 0)

    publish(ben, ann, "team/review", "Review it well.")
    check("a new version", promptd("sync")["updated"] == 1)
    check("is rendered", promptd("render", "review")["text"].startswith("Review it well."))
    check("and numbered as there", promptd("show", "review")["prompt"]["version"] == 2)
    check("rolled back", ann.ask("POST", f"/prompts/{first}/activate",
                                 {"channel": "production", "version": 1}).status == 200)
    promptd("sync")
    check("is what it was", promptd("render", "review")["text"].startswith("Review it.\n") or
          promptd("render", "review")["text"] == "Review it.")

    hub.stop()
    check("without a hub", "hub" in promptd("sync", exit_is=EXIT_FAILED)["error"])
    check("all goes on", promptd("render", "review")["text"])
    hub.start()
    promptd("login", "--key", hub.url, text=key + "\n")
    ann.ask("DELETE", f"/prompts/{first}")
    check("withdrawn", promptd("sync")["removed"] == 1)
    promptd("show", "team/review", exit_is=EXIT_NOT_FOUND)

    ann.ask("PATCH", "/users/" + cleo.id, {"active": False})
    promptd("sync", exit_is=EXIT_LOGIN)
    check("who is let go keeps the cache until they sign out", promptd("show", "team/long"))
    check("and then it goes", promptd("logout")["removed"] == 1)
    promptd("show", "team/long", exit_is=EXIT_NOT_FOUND)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                home = os.path.join(directory, name)
                follow(hub, os.path.join(sys.argv[1], "promptd"), home)
            print("ok", name)


if __name__ == "__main__":
    main()
