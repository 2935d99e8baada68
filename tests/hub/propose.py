#!/usr/bin/env python3
"""A draft on its way from somebody's machine to the hub: real promptd, real promptd-mcp,
real hub, on each database; a network that is away, is cut, and kills on the way.

    propose.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from follow import EXIT_DONE, EXIT_NOT_FOUND, EXIT_LOGIN, EXIT_REFUSED, EXIT_USAGE, Promptd, \
    check
from follower import Wire
from hub_client import Hub, Person, databases

ROUNDS = 12


def sign_in(promptd, url, person):
    key = person.ask("POST", "/keys", {"name": "laptop", "scopes": "read write sync"}).json["key"]
    promptd("login", "--key", url, text=key + "\n")


def waiting(promptd):
    return [p for p in promptd("propose", "--list")["proposals"] if p["state"] == "waiting"]


def assistant(program, env, *calls):
    """What an assistant says to promptd-mcp; the answers by their ids."""
    lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "codex", "version": "1"}}}]
    lines += [{"jsonrpc": "2.0", "id": i, "method": m, "params": p}
              for i, (m, p) in enumerate(calls, 1)]
    done = subprocess.run([program + "-mcp"], input="".join(json.dumps(x) + "\n" for x in lines),
                          env=env, capture_output=True, text=True, timeout=60, check=True)
    return {x["id"]: x.get("result", x.get("error"))
            for x in map(json.loads, done.stdout.splitlines()) if "id" in x}


def tools(program, env):
    return [tool["name"] for tool in assistant(program, env, ("tools/list", {}))[1]["tools"]]


def from_the_library(promptd, ann, ben):
    promptd("propose", "nothing", exit_is=EXIT_NOT_FOUND)
    promptd("propose", exit_is=EXIT_USAGE)
    got = promptd("propose", "mine", "--as", "team/mine", "-m",
                  "for all")
    check(got, got["state"] == "sent" and got["name"] == "team/mine")
    row = next(p for p in ann.ask("GET", "/prompts").json["items"] if p["slug"] == "team/mine")
    check("its author", row["owner_id"] == ben.id and row["state"] == "in_review")
    version = ann.ask("GET", f"/prompts/{row['id']}/versions/1").json
    check(version, version["message"] == "for all" and version["inputs"][0]["name"] == "topic")
    got = promptd("propose", "mine", "--as", "team/mine", exit_is=EXIT_REFUSED)
    check("there is one of that name, which is not approved yet", "hub says" in got["error"])
    refused = promptd("propose", "--list")["proposals"][-1]
    check(refused, refused["state"] == "refused" and refused["told"])
    kept = promptd("propose", "--show", refused["id"])["proposal"]
    check("its text is not lost", kept["messages"][0]["text"] == "Explain {{topic}}.")
    promptd("propose", "--again", refused["id"], exit_is=EXIT_REFUSED)
    promptd("propose", "--withdraw", refused["id"])
    promptd("propose", "--again", refused["id"], exit_is=EXIT_NOT_FOUND)
    check("approved", ann.ask("POST", f"/prompts/{row['id']}/versions/1/approve", {}).status == 200)
    promptd("sync")
    hint = promptd("propose", "hub:team/mine", exit_is=EXIT_REFUSED)["hint"]
    made = promptd(*hint.split(",")[0].split()[1:])
    check("and the hint leads to one's own", made["name"] == "my-name")
    return row["id"]


def from_an_assistant(promptd, ann, at):
    check("offered", "suggest_prompt" in tools(promptd.program, promptd.env))
    said = assistant(promptd.program, promptd.env, ("tools/call", {
        "name": "suggest_prompt", "arguments": {
            "name": "team/mine", "text": "Explain {{topic}} well.",
            "inputs": [{"name": "topic"}], "reason": "better"}}))[1]
    check(said, not said.get("isError") and "reviews" in said["content"][0]["text"])
    check("it waits", len(waiting(promptd)) == 1)
    check("sent with the next sync", promptd("sync")["proposed"] == 1)
    got = ann.ask("GET", f"/prompts/{at}/versions/2").json
    check(got, got["state"] == "in_review" and got["message"] == "better")


def without_a_network(hub, promptd, ann):
    hub.stop()
    check("waits", promptd("propose", "mine", "--as", "team/later")["state"] == "waiting")
    check("another", promptd("propose", "mine", "--as", "team/never")["state"] == "waiting")
    never = waiting(promptd)[1]["id"]
    promptd("propose", "--withdraw", never)
    promptd("propose", "--withdraw", never, exit_is=EXIT_NOT_FOUND)
    hub.start()


def over_a_bad_one(programs, hub, promptd, ben, ann):
    """Killed and cut at any place: each arrives, and each once."""
    chosen = random.Random(7)
    with Wire(hub.url, chosen) as wire:
        sign_in(promptd, wire.url, ben)
        wire.bad = True
        names = {f"team/bad-{i}" for i in range(ROUNDS)}
        for name in sorted(names):
            with subprocess.Popen([promptd.program, "propose", "mine", "--as", name],
                                  env=promptd.env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as one:
                if chosen.random() < 0.5:
                    time.sleep(chosen.random() * 0.2)
                    one.send_signal(signal.SIGKILL)
                one.wait(120)
            if name not in {p["name"] for p in promptd("propose", "--list")["proposals"]}:
                names.discard(name)     # killed before it was kept, which nobody was told
        wire.bad = False
        got = promptd("sync")
        check(got, not waiting(promptd))
        there = [p for p in ann.ask("GET", "/prompts?limit=200").json["items"]
                 if p["slug"].startswith("team/bad-") and p["state"] == "in_review"]
        check((names, there), sorted(p["slug"] for p in there) == sorted(names))
        check("once", all(p["latest"] == 1 for p in there))
        check("before the wire", "team/later" in {
            p["slug"] for p in ann.ask("GET", "/prompts?limit=200").json["items"]})
        return wire.cuts


def story(hub, programs, home):
    program = os.path.join(programs, "promptd")
    ann = Person(hub, "Ann", hub.invite())
    ben, cleo = ann.invites("Ben", "contributor"), ann.invites("Cleo", "consumer")
    promptd = Promptd(program, home)
    promptd("init")
    promptd("add", "mine", text="---\ninputs:\n  - name: topic\n---\nExplain {{topic}}.\n")
    promptd("propose", "mine", exit_is=EXIT_LOGIN)
    check("not offered", "suggest_prompt" not in tools(program, promptd.env))
    sign_in(promptd, hub.url, cleo)
    check("nor to who only reads", "suggest_prompt" not in tools(program, promptd.env))
    check("who is told so", "role" in promptd("propose", "mine", exit_is=EXIT_REFUSED)["error"])
    sign_in(promptd, hub.url, ben)
    at = from_the_library(promptd, ann, ben)
    from_an_assistant(promptd, ann, at)
    without_a_network(hub, promptd, ann)
    cuts = over_a_bad_one(programs, hub, promptd, ben, ann)
    promptd("logout")
    check("offered no more", "suggest_prompt" not in tools(program, promptd.env))
    return cuts


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                cuts = story(hub, sys.argv[1], os.path.join(directory, name))
            print("ok", name, cuts, "cuts")


main()
