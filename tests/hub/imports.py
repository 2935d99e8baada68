#!/usr/bin/env python3
"""Files become a team's prompts: promptd-hub import, again and again, under the hub's
rules; and from a new hub to a prompt in an assistant with commands alone.

    imports.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import time

from hub_client import Hub, PASSWORD, databases

FAILED, USAGE, NOT_FOUND, REFUSED = 1, 2, 3, 6
DATA = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data")
CSV = os.path.join(DATA, "corpora", "prompts-chat", "prompts.csv")


def check(what, so):
    if not so:
        raise AssertionError(what)


def write(directory, name, text, title=None, tags=(), aliases=()):
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"---\ntitle: {title or name}\ntags: {json.dumps(list(tags))}\n"
                   f"aliases: {json.dumps(list(aliases))}\n---\n{text}\n")


class Commands:
    def __init__(self, hub, programs, home):
        self.hub, self.programs = hub, programs
        self.env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}

    def __call__(self, *words, exit_is=0, text=None):
        done = self.hub.run("--json", *words, ok=False, text=text)
        check((words, done.stdout, done.stderr), done.returncode == exit_is)
        return json.loads(done.stdout)

    def imports(self, *words, exit_is=0):
        got = self("import", *words, exit_is=exit_is)
        return {name: got[name] for name in ("created", "updated", "unchanged", "approved",
                                             "waiting", "failed") if got.get(name)}

    def promptd(self, *words, text=None):
        done = subprocess.run([os.path.join(self.programs, "promptd"), *words, "--json"],
                              input=text, env=self.env, capture_output=True, text=True,
                              timeout=120, check=False)
        check((words, done.stdout, done.stderr), done.returncode == 0)
        return json.loads(done.stdout)

    def soon(self, n):
        """The hub sees within a moment what commands did beside it."""
        until, updated = time.monotonic() + 60, 0
        while updated < n and time.monotonic() < until:
            updated += self.promptd("sync")["updated"]
        check(updated, updated == n)


def from_init_to_an_assistant(run, url):
    """What somebody types who has read nothing but the help."""
    run("init", "--name", "The team")
    run("user", "add", "ann@example.org", "--role", "admin", "--name", "Ann",
        text=PASSWORD + "\n")
    would = run.imports("--starter", "--approve", "ann@example.org", "--dry-run")
    check("a dry run writes nothing",
          len(run("user", "list")["users"]) == 1 and would["created"] > 10)
    check("what it said is so", run.imports("--starter", "--approve", "ann@example.org") == would)
    check("it is nobody's", [p["email"] for p in run("user", "list")["users"]] ==
          ["ann@example.org", "import@localhost"])
    key = run("key", "create", "--user", "ann@example.org", "--name", "laptop")["key"]
    run.promptd("login", "--key", url, text=key + "\n")
    asked = [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
                 "protocolVersion": "2025-06-18", "capabilities": {},
                 "clientInfo": {"name": "claude-code", "version": "2"}}},
             {"jsonrpc": "2.0", "id": 2, "method": "prompts/get", "params": {
                 "name": "code-review", "arguments": {"focus": "security"}}}]
    got = subprocess.run([os.path.join(run.programs, "promptd-mcp")], env=run.env, text=True,
                         input="".join(json.dumps(line) + "\n" for line in asked),
                         capture_output=True, timeout=60, check=True)
    answer = json.loads(got.stdout.splitlines()[-1])
    check(answer, "security" in json.dumps(answer["result"]["messages"]))
    return would["created"]


def again_and_again(run, n_starter, folder):
    approve = ("--approve", "ann@example.org")
    check("nothing to do", run.imports("--starter", *approve) == {"unchanged": n_starter})
    for name in ("one", "two", "deep/three"):
        write(folder, f"{name}.prompt.md", f"The text of {name} with {{{{x}}}}.", tags=["files"])
    check("drafts", run.imports(folder) == {"created": 3})
    check("again", run.imports(folder) == {"unchanged": 3})
    check("approved later", run.imports(folder, *approve) == {"unchanged": 3, "approved": 3})
    write(folder, "two.prompt.md", "Another text.", tags=["files"])
    write(folder, "one.prompt.md", "The text of one with {{x}}.", title="Another title",
          tags=["other"], aliases=["uno"])
    got = run.imports(folder, *approve)
    check(got, got == {"updated": 2, "unchanged": 1, "approved": 1})
    check("and is then the same", run.imports(folder, *approve) == {"unchanged": 3})
    run.soon(3)
    shown = run.promptd("show", "two")["prompt"]
    check(shown, shown["version"] == 2)
    shown = run.promptd("show", "one")["prompt"]
    check(shown, shown["title"] == "Another title" and shown["tags"] == ["other"] and
          shown["version"] == 1)
    check("by its other name", run.promptd("show", "uno")["prompt"]["name"] == "one")


def rules_hold(run, folder):
    bad = os.path.join(folder, "bad")
    write(bad, "fine-a.prompt.md", "Fine.")
    write(bad, "secret.prompt.md", "Use the key AKIA" + "QWERTYUIOPASDFGH" + " for that.")
    write(bad, "fine-b.prompt.md", "Fine too.")
    write(bad, "hidden.prompt.md", "Looks \u202e harmless.")
    got = run("import", bad, "--approve", "ann@example.org", exit_is=FAILED)
    check(got, (got["created"], got["approved"], got["waiting"], got["failed"]) == (3, 2, 1, 1))
    error = next(note for note in got["notes"] if note["kind"] == "error")
    check(error, "secret" in error["file"] and "AKIA" not in json.dumps(got))
    os.remove(os.path.join(bad, "secret.prompt.md"))
    check("a look is waited for", run.imports(bad, "--approve", "ann@example.org") ==
          {"unchanged": 3, "waiting": 1})

    run("user", "add", "ben@example.org", "--role", "prompt_owner", text=PASSWORD + "\n")
    run("user", "add", "cleo@example.org", "--role", "admin", text=PASSWORD + "\n")
    own = os.path.join(folder, "own")
    write(own, "bens.prompt.md", "Of Ben.")
    run("import", own, "--as", "ben@example.org", "--approve", "ben@example.org",
        exit_is=REFUSED)
    run("import", own, "--as", "nobody@example.org", exit_is=NOT_FOUND)
    run("import", own, "--approve", "nobody@example.org", exit_is=NOT_FOUND)
    run("import", own, "--team", "nobody's", exit_is=NOT_FOUND)
    run("import", own, "--format", "nonsense", exit_is=USAGE)
    run("import", exit_is=USAGE)
    run("import", os.path.join(folder, "absent"), exit_is=FAILED)
    check("Ben's", run.imports(own, "--as", "ben@example.org") == {"created": 1})
    write(own, "bens.prompt.md", "Not of Ben.")
    got = run("import", own, exit_is=FAILED)
    check(got, got["failed"] == 1)
    check("an admin may, and the owner approves it", run.imports(
        own, "--as", "cleo@example.org", "--approve", "ben@example.org") ==
        {"updated": 1, "approved": 1})
    write(folder, "others/x.prompt.md", "Not Ben's.")
    check("but not what is not theirs", run.imports(
        os.path.join(folder, "others"), "--approve", "ben@example.org", exit_is=FAILED) ==
        {"failed": 1})
    strict = os.path.join(folder, "strict")
    write(strict, "all.prompt.md", "For everybody.")
    run("config", "--approval", "strict")
    check("one is not enough", run.imports(strict, "--approve", "ann@example.org") ==
          {"created": 1, "waiting": 1})
    check("two are", run.imports(strict, "--approve", "ann@example.org,cleo@example.org",
                                 exit_is=0)["approved"] == 1)


def what_promptd_exports(run, folder, directory):
    out = os.path.join(directory, "exported-" + os.path.basename(folder))
    n = run.promptd("export", "--format", "prompt-md", out)["written"]
    got = run.imports(out)
    check((n, got), got == {"unchanged": n} and n > 20)


csv.field_size_limit(1 << 24)


def a_table(run, folder):
    """The beginning of prompts-chat's, where some hold what waits for a look."""
    if not os.path.exists(CSV):
        print("skipped: the table of prompts is not here")
        return
    path = os.path.join(folder, "prompts.csv")
    with open(CSV, encoding="utf-8", newline="") as whole, \
            open(path, "w", encoding="utf-8", newline="") as some:
        rows = list(csv.reader(whole))
        csv.writer(some).writerows(rows[:1] + rows[1:-1:8])
    got = run.imports(path, "--approve", "ann@example.org,cleo@example.org")
    check(got, got["created"] > 100 and not got.get("failed") and
          got["approved"] + got.get("waiting", 0) == got["created"])
    again = run.imports(path, "--approve", "ann@example.org,cleo@example.org")
    check(again, again.pop("unchanged") == got["created"] and
          again.get("waiting") == got.get("waiting"))
    run("audit", "verify")


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                run = Commands(hub, sys.argv[1], os.path.join(directory, name + "-home"))
                folder = os.path.join(directory, name)
                try:
                    n = from_init_to_an_assistant(run, hub.url)
                    again_and_again(run, n, folder)
                    what_promptd_exports(run, folder, directory)
                    rules_hold(run, folder)
                    a_table(run, folder)
                    check("nothing went wrong inside", "request.failed" not in hub.said())
                except AssertionError:
                    print(hub.said()[-2000:])
                    raise
            print("ok", name)


main()
