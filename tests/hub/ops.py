#!/usr/bin/env python3
"""promptd-hub as whoever runs it meets it: commands and what they say when something is
wrong, the first start on a fresh machine, backups from either database into either.

    ops.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import contextlib
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

from hub_client import Hub, PASSWORD, Person, databases

DONE, FAILED, USAGE, NOT_FOUND, REFUSED = 0, 1, 2, 3, 6
WORDS = {DONE: "done", FAILED: "failed", USAGE: "usage", NOT_FOUND: "not_found",
         REFUSED: "refused"}
for word in [word for word in os.environ if word.startswith("PROMPTD_HUB")]:
    del os.environ[word]
PROGRAM = os.path.join(sys.argv[1], "promptd-hub")
PROMPTD = os.path.join(sys.argv[1], "promptd")


def check(what, so):
    if not so:
        raise AssertionError(what)


def soon(what, so):
    """The hub sees within a moment what commands did beside it."""
    until = time.monotonic() + 60
    while not so() and time.monotonic() < until:
        time.sleep(0.02)
    check(what, so())


def ask(*words, exit_is=DONE, text=None, env=None, **more):
    """The command twice over in one: its JSON, which must agree with its exit."""
    done = subprocess.run([PROGRAM, "--json", *words], input=text, capture_output=True,
                          text=True, timeout=60, check=False, env={**os.environ, **(env or {})},
                          **more)
    check((words, done.returncode, done.stdout, done.stderr), done.returncode == exit_is)
    answer = json.loads(done.stdout)
    check(answer, answer["status"] == WORDS[exit_is])
    check(answer, (exit_is == DONE) == ("error" not in answer))
    return answer


# ── without a database ──────────────────────────────────────────────────────


def mistypes_are_told(at):
    for words, said in ((("user", "lst"), "did you mean promptd-hub user list?"),
                        (("bakup", "x"), "did you mean promptd-hub backup?"),
                        (("init", "--agian"), "did you mean --again?"),
                        (("user",), "promptd-hub user"),
                        ((), "--help lists"), (("xyzzy",), "--help lists"),
                        (("user", "list", "--again"), "user list --help"),
                        (("key", "revoke"), "key revoke --help"),
                        (("migrate", "now"), "migrate --help"),
                        (("init", "--name"), ""), (("serve", "--plain-http=x"), ""),
                        (("key", "create", "--days", "0", "--user", "x"), ""),
                        (("serve", "--listen", "nonsense"), ""),
                        (("serve", "--listen", "hub.example.org:80"), ""),
                        (("serve", "--workers", "99"), ""),
                        (("serve", "--public-url", "hub.example.org"), "")):
        got = ask("--database", at, *words, exit_is=USAGE)
        check((words, got), said in got.get("hint", ""))
    check("nothing was made", not os.path.exists(at[7:]))


def every_command_has_help():
    every = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    names = [line[2:22].strip() for line in every.split("commands\n")[1].split("\n\n")[0].splitlines()
             if line.strip()]
    check(names, len(names) > 12 and "key create" in names)
    for name in names:
        got = subprocess.run([PROGRAM, *name.split(), "--help"], capture_output=True, text=True,
                             check=True)
        check(name, got.stdout.startswith(f"promptd-hub {name}: ") and "--database" in got.stdout)
        check(name, max(map(len, got.stdout.splitlines())) <= 100)


def wrong_places_are_told(directory):
    for url, said in (("mysql://user:secret@x/y", "neither sqlite:FILE nor postgresql"),
                      ("sqlite:/nowhere/at/all.db", "cannot open"),
                      ("postgresql://hub:secret@127.0.0.1:1/x", "cannot reach PostgreSQL")):
        exit_is = USAGE if url.startswith("mysql") else FAILED
        for command in ("serve", "migrate"):
            got = ask("--database", url, command, "--listen" if command == "serve" else "--json",
                      *(["127.0.0.1:0"] if command == "serve" else []), exit_is=exit_is)
            check(got, said in got["error"] and "\n" not in got["error"])
            check("no password is repeated", "secret" not in json.dumps(got))
    ask("--database", f"sqlite:{directory}/none.db", "user", "list", exit_is=NOT_FOUND)
    check("looking makes nothing", not os.path.exists(f"{directory}/none.db"))


def listening_is_told(directory):
    at = f"sqlite:{directory}/listen.db"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        got = ask("--database", at, "serve", "--listen", "127.0.0.1:%d" % taken.getsockname()[1],
                  exit_is=FAILED)
        check(got, "another program does" in got["error"] and "running already" in got["hint"])
    got = ask("--database", at, "serve", "--listen", "192.0.2.1:0", "--plain-http",
              exit_is=FAILED)
    check(got, "no such address" in got["error"])
    got = ask("--database", at, "serve", "--listen", "0.0.0.0:0", exit_is=REFUSED)
    check(got, "without TLS" in got["error"] and "--plain-http" in got["hint"])
    got = ask("--database", at, "serve", "--public-url", "http://hub.example.org",
              exit_is=REFUSED)
    check(got, "http" in got["error"])
    check("before anything is made", not os.path.exists(at[7:]))


class Started:
    """A hub of a fresh machine: told by its surroundings alone."""

    def __init__(self, env):
        self.process = subprocess.Popen([PROGRAM, "serve"], env=env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = [self.process.stdout.readline()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.lines += self.process.stdout.read().splitlines()
        self.log = self.process.stderr.read()
        return self.process.wait(60)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def a_fresh_machine_needs_nothing(directory):
    state = os.path.join(directory, "state", "hub")
    env = {**os.environ, "STATE_DIRECTORY": state,
           "PROMPTD_HUB_ENV": os.path.join(directory, "hub.env")}
    with open(env["PROMPTD_HUB_ENV"], "w", encoding="utf-8") as file:
        file.write("# a comment\nPATH=/nowhere\nPROMPTD_HUB_LISTEN='127.0.0.1:0'\n"
                   "PROMPTD_HUB_PUBLIC_URL=https://hub.example.org/\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(60)
        env["NOTIFY_SOCKET"] = os.path.join(directory, "notify")
        manager.bind(env["NOTIFY_SOCKET"])
        hub = Started(env)
        check("the service manager hears of it", manager.recv(64) == b"READY=1")
    check(hub.lines, "put a proxy with TLS in front" in hub.lines[0])
    check("its directory", mode(state) == 0o700)
    check("its files", {mode(os.path.join(state, name)) for name in os.listdir(state)} == {0o600})
    told = subprocess.run([PROGRAM, "init", "--json"], env=env, capture_output=True, text=True,
                          check=True)
    check("while it serves", json.loads(told.stdout)["invite"].startswith("pi_"))
    check("it ends when told", hub.stop() == 0)
    check(hub.lines, any("promptd-hub init" in line for line in hub.lines))
    # A file that was open to others is not any more.
    os.chmod(os.path.join(state, "hub.db"), 0o644)
    hub = Started({**env, "NOTIFY_SOCKET": ""})
    check("again", hub.stop() == 0 and "database_was_open" in hub.log)
    check("closed", mode(os.path.join(state, "hub.db")) == 0o600)
    # systemd's directory is a link for a dynamic user.
    link = os.path.join(directory, "linked")
    os.symlink(state, link)
    ask("user", "list", env={**env, "STATE_DIRECTORY": link})


# ── people and keys ─────────────────────────────────────────────────────────


def people_and_keys(hub):
    at = ("--database", hub.database)
    invite = ask(*at, "init", "--name", "The team")["invite"]
    got = ask(*at, "init", exit_is=REFUSED)
    check(got, "--again" in got["hint"])
    ann = Person(hub, "Ann", invite)
    got = ask(*at, "user", "add", "Ben@Example.org", "--name", "Ben", "--role", "prompt_owner",
              text=PASSWORD + "\n")
    check(got, got["user"]["email"] == "ben@example.org")
    ask(*at, "user", "add", "ben@example.org", text=PASSWORD + "\n", exit_is=REFUSED)
    ask(*at, "user", "add", "cleo@example.org", text="short\n", exit_is=USAGE)
    ask(*at, "user", "add", "cleo@example.org", text="", exit_is=USAGE)
    ask(*at, "user", "add", "nonsense", text=PASSWORD + "\n", exit_is=USAGE)
    ask(*at, "user", "add", "x@example.org", "--role", "king", text=PASSWORD, exit_is=USAGE)
    got = ask(*at, "config")
    check(got, got["name"] == "The team" and got["approval"] == "simple")
    ask(*at, "config", "--approval", "lax", exit_is=USAGE)
    got = ask(*at, "config", "--approval", "strict", "--name", "Platform")
    check(got, got["name"] == "Platform" and got["approval"] == "strict")
    ask(*at, "config", "--approval", "simple")
    for_cleo = ask(*at, "user", "invite", "cleo@example.org", "--role", "consumer")["invite"]
    other = hub.ask("POST", "/api/v1/auth/register", {
        "invite": for_cleo, "email": "eve@example.org", "name": "Eve", "password": PASSWORD})
    check("for that address alone", other.status == 404)
    cleo = Person(hub, "Cleo", for_cleo)
    rows = ask(*at, "user", "list")["users"]
    check(rows, [(r["email"][:3], r["role"], r["active"]) for r in rows] ==
          [("ann", "admin", True), ("ben", "prompt_owner", True), ("cle", "consumer", True)])

    got = ask(*at, "user", "role", "ann@example.org", "consumer", exit_is=REFUSED)
    check(got, "admin" in got["error"])
    ask(*at, "user", "role", "cleo@example.org", "king", exit_is=USAGE)
    ask(*at, "user", "role", "nobody@example.org", "admin", exit_is=NOT_FOUND)
    ask(*at, "user", "role", "cleo@example.org", "contributor")
    soon("another role", lambda: cleo.ask("GET", "/me").json["role"] == "contributor")

    key = ask(*at, "key", "create", "--user", "cleo@example.org", "--name", "laptop")
    check("it is good", hub.ask("GET", "/api/v1/me", token=key["key"]).status == 200)
    check("and no more than asked for", hub.ask("POST", "/api/v1/keys", {
        "name": "x", "scopes": "read"}, token=key["key"]).status == 403)
    got = ask(*at, "key", "create", "--user", "cleo@example.org", "--scopes", "admin",
              exit_is=REFUSED)
    check(got, "than they have" in got["error"])
    ask(*at, "key", "create", "--user", "cleo@example.org", "--scopes", "all", exit_is=USAGE)
    ask(*at, "key", "create", exit_is=USAGE)
    listed = ask(*at, "key", "list", "--user", "cleo@example.org")["keys"]
    check(listed, len(listed) == 1 and listed[0]["name"] == "laptop" and "pk_" not in str(listed))
    ask(*at, "key", "revoke", listed[0]["id"])
    ask(*at, "key", "revoke", listed[0]["id"], exit_is=NOT_FOUND)
    soon("gone", lambda: hub.ask("GET", "/api/v1/me", token=key["key"]).status == 401)

    ask(*at, "user", "set-password", "cleo@example.org", text="another good one\n")
    soon("signed out", lambda: cleo.ask("GET", "/me").status == 401)
    got = hub.ask("POST", "/api/v1/auth/login", {"email": cleo.email, "password": PASSWORD})
    check("the old one", got.status == 401)
    got = hub.ask("POST", "/api/v1/auth/login",
                  {"email": cleo.email, "password": "another good one"})
    check("the new one", got.status == 200)
    token = got.json["access_token"]
    ask(*at, "user", "deactivate", "cleo@example.org")
    soon("out", lambda: hub.ask("GET", "/api/v1/me", token=token).status == 401)
    got = hub.ask("POST", "/api/v1/auth/login",
                  {"email": cleo.email, "password": "another good one"})
    check("and not in again", got.status == 401)
    ask(*at, "user", "deactivate", "ann@example.org", exit_is=REFUSED)
    ask(*at, "user", "activate", "cleo@example.org")
    rows = ann.ask("GET", "/audit?limit=200").json["items"]
    by = [row for row in rows if "promptd-hub" in json.dumps(row)]
    check([row["action"] for row in rows], {"user.change", "key.create", "key.delete",
                                            "user.password", "invite.create"} <=
          {row["action"] for row in by})
    check("and no secret of it", PASSWORD not in json.dumps(rows) and "pk_" not in str(rows))
    return ann


# ── backups ─────────────────────────────────────────────────────────────────


def lines_of(path):
    """What a backup says, but for what a restore makes new."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    tables, name = {}, None
    for row in rows[1:-1]:
        if isinstance(row, dict):
            name, columns = row["table"], row["columns"]
            tables[name] = []
        else:
            tables[name].append(dict(zip(columns, row)))
    for tenant in tables["tenant"]:
        tenant["epoch"] = None
    tables["audit"] = [row for row in tables["audit"] if row["action"] != "hub.restore"]
    # Collations differ: what order the rows have is no part of it.
    return {name: sorted(map(json.dumps, rows)) for name, rows in tables.items()}


def fill(ann, ben):
    """Versions in every state that there is."""
    def make(slug, text):
        got = ben.ask("POST", "/prompts", {"slug": slug, "title": slug, "text": text,
                                           "tags": ["a", "ä"]})
        check(got.text, got.status == 201)
        return "/prompts/" + got.json["id"]

    for slug in ("ops/draft", "ops/review", "ops/approved", "ops/rejected", "ops/old", "ops/two"):
        at = make(slug, f"{slug} \u00e4\u4e2d\U0001f642 \"quoted\\\" {{{{x}}}}\n\ttext")
        if slug != "ops/draft":
            ben.ask("POST", at + "/versions/1/submit", {})
        if slug == "ops/rejected":
            ann.ask("POST", at + "/versions/1/reject", {"comment": "no"})
        elif slug not in ("ops/draft", "ops/review"):
            check(slug, ann.ask("POST", at + "/versions/1/approve", {}).status == 200)
        if slug == "ops/old":
            ann.ask("POST", at + "/deprecate", {})
        if slug == "ops/two":
            ben.ask("POST", at + "/versions", {"text": "the second"})


@contextlib.contextmanager
def busy(ben):
    """Somebody who makes prompts all the time; says how many."""
    stop, made = threading.Event(), []

    def work():
        while not stop.is_set():
            got = ben.ask("POST", "/prompts", {"slug": f"busy/n{len(made)}", "title": "t",
                                               "text": "x" * 2000})
            check(got.text, got.status == 201)
            made.append(got.json["id"])
            ben.ask("POST", f"/prompts/{made[-1]}/versions", {"text": "y"})

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        thread.join()


def is_consistent(path):
    """Each prompt of the backup has the versions that it counts, and so on."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    name, prompts, versions = None, {}, {}
    for row in rows:
        if isinstance(row, dict):
            name, columns = row.get("table"), row.get("columns")
            continue
        row = dict(zip(columns, row))
        if name == "prompt":
            prompts[row["id"]] = row["latest"]
        elif name == "version":
            versions[row["prompt_id"]] = max(versions.get(row["prompt_id"], 0), row["number"])
    check("a prompt without its versions", prompts == versions)
    return len(prompts)


def while_it_serves(hub, ben, directory, name):
    with busy(ben) as made:
        for i in range(3):
            while len(made) < 6 * (i + 1):
                threading.Event().wait(0.01)
            path = os.path.join(directory, f"{name}-busy{i}.jsonl")
            ask("--database", hub.database, "backup", path)
            check("something is in it", is_consistent(path) > 6 * i)


def a_bad_file_changes_nothing(good, directory, new_database):
    at = ("--database", new_database)
    bad = os.path.join(directory, "bad.jsonl")
    with open(good, "rb") as file:
        whole = file.read()
    step = max(1, len(whole) // 5)
    cuts = [whole[:n] for n in [0, 1, *range(step, len(whole) - 2, step), len(whole) - 2]]
    flips = [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1:]
             for n in (*range(40, len(whole) - 3, step * 2), len(whole) - 20)]
    for text in (*cuts, *flips, whole + whole, whole + b"[]\n", b"\x00" * 100):
        with open(bad, "wb") as file:
            file.write(text)
        # A head that names another format is "newer"; all the rest is not whole.
        ask(*at, "restore", bad, exit_is=FAILED)
    check("still no hub", ask(*at, "user", "list", exit_is=NOT_FOUND))
    ask(*at, "restore", os.path.join(directory, "absent.jsonl"), exit_is=NOT_FOUND)


def room_for(n_bytes):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    return limit


def backups(hub, ann, ben, others, directory, name):
    at = ("--database", hub.database)
    fill(ann, ben)
    while_it_serves(hub, ben, directory, name)
    home = os.path.join(directory, name + "-home")
    env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}
    key = ask(*at, "key", "create", "--user", ann.email)["key"]
    subprocess.run([PROMPTD, "login", "--key", hub.url], input=key + "\n", env=env, text=True,
                   check=True, capture_output=True)

    def sync():
        done = subprocess.run([PROMPTD, "sync", "--json"], env=env, capture_output=True, text=True,
                              check=False)
        return json.loads(done.stdout)
    got = sync()
    check(got, not got["full"])  # login asked for all of it

    path = os.path.join(directory, name + ".jsonl")
    told = ask(*at, "backup", path)
    check("its owner alone", mode(path) == 0o600 and told["bytes"] == os.path.getsize(path))
    check("what is there stays", "there already" in ask(*at, "backup", path,
                                                       exit_is=REFUSED)["error"])
    check(told, ask("backup", "--check", path) == told)
    small = os.path.join(directory, "small.jsonl")
    if hub.database.startswith("postgresql"):  # SQLite would not get so far
        ask(*at, "backup", small, exit_is=FAILED, preexec_fn=room_for(4096))
        check("nothing half is left", not [n for n in os.listdir(directory) if "small" in n])
    ask(*at, "restore", path, exit_is=REFUSED)
    a_bad_file_changes_nothing(path, directory, next(iter(others.values())))
    wanted = lines_of(path)
    for other, url in others.items():
        got = ask("--database", url, "restore", path)
        check(got, got["rows"] == told["rows"])
        ask("--database", url, "audit", "verify")
        again = os.path.join(directory, f"{name}-{other}.jsonl")
        ask("--database", url, "backup", again)
        check(f"{name} is what came to {other}", lines_of(again) == wanted)
        ask("--database", url, "restore", path, exit_is=REFUSED)
    # The restored hub, under the address of the old one.
    port = hub.url.rsplit(":", 1)[1]
    hub.stop()
    hub.database = next(iter(others.values()))
    hub.start(port)
    got = sync()
    check(got, got["full"] and not got.get("error"))
    at = next(row["id"] for row in ben.ask("GET", "/prompts?limit=200").json["items"]
              if row["slug"] == "ops/review")
    found = ann.ask("GET", "/prompts?q=quoted+approved").json["items"]
    check(found, [row["slug"] for row in found] == ["ops/approved"])
    check("rules hold there", ben.ask("POST", f"/prompts/{at}/versions/1/approve",
                                      {}).code == "own_version")
    check("for others too", ann.ask("POST", f"/prompts/{at}/activate",
                                    {"channel": "production", "version": 1}).code ==
          "not_approved")
    check("or not", ann.ask("POST", f"/prompts/{at}/versions/1/approve", {}).status == 200)
    check("and it goes on", ben.ask("POST", "/prompts", {
        "slug": "ops/after", "title": "t", "text": "x"}).status == 201)


def a_newer_one_is_left_alone(hub, directory):
    at = ("--database", hub.database)
    path = os.path.join(directory, "newer.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"promptd_hub":"backup","format":2,"schema":1}\n')
    got = ask(*at, "restore", path, exit_is=FAILED)
    check(got, "newer" in got["error"])
    hub.sql("INSERT INTO hub_schema (number, name) VALUES (9999, 'later')")
    for words in (("serve", "--listen", "127.0.0.1:0"), ("migrate",), ("user", "list")):
        got = ask(*at, *words, exit_is=FAILED)
        check(got, "newer promptd-hub" in got["error"] and "nothing was changed" in got["hint"])


def story(name, url, others, directory):
    with Hub(PROGRAM, url) as hub:
        try:
            ann = people_and_keys(hub)
            ben = Person.__new__(Person)
            ben.hub, ben.email = hub, "ben@example.org"
            ben.login()
            backups(hub, ann, ben, others, directory, name)
            hub.stop()
            a_newer_one_is_left_alone(hub, directory)
            check("nothing went wrong inside", "request.failed" not in hub.said())
        except AssertionError:
            print(hub.said()[-3000:])
            raise


def main():
    with tempfile.TemporaryDirectory() as directory:
        mistypes_are_told(f"sqlite:{directory}/x.db")
        every_command_has_help()
        wrong_places_are_told(directory)
        listening_is_told(directory)
        a_fresh_machine_needs_nothing(directory)
        for name, url in databases(directory, sys.argv[2]):
            # Into the other database if there is one, and into one of its own kind.
            with contextlib.ExitStack() as stack:
                others = {}
                for kind in ("one", "two"):
                    place = os.path.join(directory, f"{name}-{kind}")
                    os.mkdir(place)
                    stack.callback(lambda made=(made := databases(place, sys.argv[2])):
                                   [None for _ in made])
                    for other, other_url in made:
                        if (other != name) == (kind == "one"):
                            others[other] = other_url
                            break
                story(name, url, others, directory)
            print("ok", name)


main()
