#!/usr/bin/env python3
"""Where the sign-in is kept: in the desktop's Secret Service, a real one on a bus of its own,
or in a file when there is none; one that is locked, and a bus that never answers.

    secret.py DIRECTORY-OF-PROGRAMS
"""
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from follow import EXIT_DONE, EXIT_FAILED, Promptd, check, publish
from hub_client import Hub, Person

LOCK = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login"]


# Without service files: asking for a keyring would start another, which is locked.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>%s</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


@contextlib.contextmanager
def process(words, env, text=None):
    with subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, text=True) as one:
        if text is not None:
            one.stdin.write(text)
        one.stdin.close()
        try:
            yield one
        finally:
            one.terminate()
            one.wait(30)


def until(what, so):
    end = time.monotonic() + 60
    while not so():
        check(what, time.monotonic() < end)
        time.sleep(0.05)


def says(env, name, *words):
    """What somebody on the bus answers; nothing when nobody does."""
    return subprocess.run(["dbus-send", "--session", "--print-reply", "--dest=" + name, *words],
                          env=env, capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def keyring(directory):
    """A session bus and a keyring on it: the environment to find them by."""
    env = {**os.environ, "HOME": directory, "XDG_RUNTIME_DIR": os.path.join(directory, "run"),
           "XDG_DATA_HOME": os.path.join(directory, "share"),
           "DBUS_SESSION_BUS_ADDRESS": "unix:path=" + os.path.join(directory, "bus")}
    os.mkdir(env["XDG_RUNTIME_DIR"], 0o700)
    config = os.path.join(directory, "bus.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(BUS % env["DBUS_SESSION_BUS_ADDRESS"])
    with process(["dbus-daemon", "--config-file=" + config, "--nofork", "--nopidfile"], env):
        until("a bus", lambda: says(env, "org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetId"))
        with process(["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground",
                      "--control-directory=" + os.path.join(directory, "control")], env, "password"):
            until("a keyring", lambda: "collection" in says(
                env, "org.freedesktop.secrets", "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service.ReadAlias", "string:default"))
            yield env


@contextlib.contextmanager
def hung_bus(directory):
    """Takes every connection and says nothing."""
    path, kept = tempfile.mktemp(prefix="hung", dir=directory), []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(16)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    kept.append(door.accept()[0])
        threading.Thread(target=serve, daemon=True).start()
        yield "unix:path=" + path, kept
        door.shutdown(socket.SHUT_RDWR)
    for one in kept:
        one.close()


def stands_in_a_file(home, key):
    for folder, _, names in os.walk(home):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if key.encode() in file.read():
                        return path
    return None


def key_of(person):
    return person.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]


def log_in(promptd, hub, key):
    """What it says to the person."""
    done = subprocess.run([promptd.program, "login", "--key", hub.url], input=key + "\n",
                          env=promptd.env, capture_output=True, text=True, timeout=120, check=False)
    check(done.stderr, done.returncode == EXIT_DONE)
    return done.stderr


def in_the_service(hub, program, directory, cleo):
    home, key = os.path.join(directory, "kept"), key_of(cleo)
    with keyring(os.path.join(directory, "desktop")) as env:
        promptd = Promptd(program, home)
        promptd.env.update({name: env[name] for name in (
            "HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")})
        said = log_in(promptd, hub, key)
        check(said, "Secret Service" not in said)
        check("in no file", stands_in_a_file(home, key) is None)
        check("known again", promptd("whoami")["name"] == "Cleo")
        check("and followed", promptd("sync")["status"] == "done")
        check("a prompt came", promptd("show", "team/review"))
        with hung_bus(directory) as (address, asked):
            away = Promptd(program, home)
            away.env.update(promptd.env)
            away.env["DBUS_SESSION_BUS_ADDRESS"] = address
            got = away("sync", exit_is=EXIT_FAILED)
            check(got, "Secret Service" in got["error"])
            check("it was asked", asked)
            check("prompts are here", away("render", "team/review")["text"])
        subprocess.run(LOCK, env=env, check=True, capture_output=True)
        got = promptd("sync", exit_is=EXIT_FAILED)
        check(got, "locked" in got["error"] and got["hint"])
        check("in no file", stands_in_a_file(home, key) is None)


def signed_out(hub, program, directory, cleo):
    home, key = os.path.join(directory, "gone"), key_of(cleo)
    with keyring(os.path.join(directory, "another")) as env:
        promptd = Promptd(program, home)
        promptd.env.update({name: env[name] for name in (
            "HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")})
        log_in(promptd, hub, key)
        promptd("logout")
        left = subprocess.run([program, "secret", "get", hub.url], env=promptd.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        check("nothing is kept any more", left.returncode == 1 and left.stdout == "")


def in_a_file(hub, program, directory, cleo):
    home, key = os.path.join(directory, "file"), key_of(cleo)
    promptd = Promptd(program, home)
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        promptd.env.pop(name, None)
    said = log_in(promptd, hub, key)
    path = stands_in_a_file(home, key)
    check("in one file", path == os.path.join(home, "data", "hub.json"))
    check(said, path in said and "Secret Service" in said)
    check("for this user alone", os.stat(path).st_mode & 0o777 == 0o600)
    with hung_bus(directory) as (address, asked):
        promptd.env["DBUS_SESSION_BUS_ADDRESS"] = address
        check("nobody else is asked", promptd("whoami")["name"] == "Cleo" and not asked)
        said = log_in(promptd, hub, key_of(cleo))
        check("a bus that never answers is as none", path in said and asked)


def main():
    for program in ("gnome-keyring-daemon", "dbus-daemon", "dbus-send"):
        if not shutil.which(program):
            print("skipped: no", program)
            sys.exit(77)
    with tempfile.TemporaryDirectory() as directory:
        for name in ("desktop", "another"):
            os.mkdir(os.path.join(directory, name), 0o700)
        program = os.path.join(sys.argv[1], "promptd")
        with Hub(os.path.join(sys.argv[1], "promptd-hub"),
                 "sqlite:" + os.path.join(directory, "hub.db")) as hub:
            ann = Person(hub, "Ann", hub.invite())
            cleo, ben = ann.invites("Cleo", "consumer"), ann.invites("Ben", "contributor")
            publish(ben, ann, "team/review", "Review it.")
            in_the_service(hub, program, directory, cleo)
            signed_out(hub, program, directory, cleo)
            in_a_file(hub, program, directory, cleo)
    print("ok")


main()
