#!/usr/bin/env python3
"""SIGKILL at any instant, of whoever records uses and of whoever sends them (the agent,
or promptd usage --send), on the way to a real hub: every use that was recorded is counted
there, once.

    usage_kills.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES [KILLS]
"""
import json
import os
import random
import select
import statistics
import subprocess
import sys
import tempfile
import time

from follow import check
from hub_client import Hub, databases
from user import TEAM, User, hub_counts, signed_in_home


class Assistant:
    """promptd-mcp at work; what it answered was recorded before."""

    def __init__(self, user):
        self.process = subprocess.Popen(
            [os.path.join(user.programs, "promptd-mcp")], env=user.env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.rest = b""
        self.say({"method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "codex", "version": "1"}}})
        self.hear(1)

    def say(self, *messages):
        text = "".join(json.dumps({"jsonrpc": "2.0", "id": 1, **m}) + "\n" for m in messages)
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except OSError:
            pass

    def ask(self, n):
        self.say(*[{"method": "prompts/get", "params": {"name": TEAM}}] * n)

    def hear(self, n, until=None):
        """How many answers came, of n or until that time."""
        heard = 0
        while heard < n:
            left = 60 if until is None else until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                break
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.rest += data
            *whole, self.rest = self.rest.split(b"\n")
            heard += sum(b'"result"' in line for line in whole)
        return heard

    def kill(self):
        self.process.kill()
        heard = self.hear(10 ** 6)
        self.process.wait(60)
        self.process.stdin.close()
        self.process.stdout.close()
        return heard


class Killing:
    def __init__(self, user, chosen):
        self.user, self.chosen = user, chosen
        self.answered = self.kills = self.ended = 0
        self.lasts = [0.05]
        self.assistant = Assistant(user)

    def record(self, n):
        self.assistant.ask(n)
        heard = self.assistant.hear(n)
        check("answered", heard == n)
        self.answered += n

    def kill_who_records(self):
        victim = Assistant(self.user)
        victim.ask(40)
        self.answered += victim.hear(40, time.monotonic() + self.chosen.random() * 0.02)
        self.answered += victim.kill()
        self.kills += 1

    def kill_who_sends(self, *words):
        started = time.monotonic()
        most = statistics.median(self.lasts) * 1.3
        victim = subprocess.Popen([self.user.promptd.program, *words], env=self.user.env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if "agent" in words:
            most = 0.3
            self.record(self.chosen.randrange(1, 60))
        try:
            victim.wait(max(0.0, started + self.chosen.random() * most - time.monotonic()))
            self.ended += 1
            self.lasts = (self.lasts + [time.monotonic() - started])[-20:]
        except subprocess.TimeoutExpired:
            victim.kill()
            victim.wait(60)
            self.kills += 1

    def round(self):
        kind = self.chosen.randrange(20)
        if kind == 0:
            self.kill_who_sends("agent", "--foreground")
        elif kind <= 2:
            self.kill_who_records()
        else:
            self.record(self.chosen.randrange(1, 8))
            self.kill_who_sends("usage", "--send")
        if self.chosen.random() < 0.02:
            self.lasts.append(self.time_a_whole_one())

    def time_a_whole_one(self):
        started = time.monotonic()
        self.user.send()
        return time.monotonic() - started

    def look(self, hub):
        events, _, counted = hub_counts(hub)
        check("each once", events == counted)
        check("no more than there were", events <= self.user.recorded())

    def end(self, hub):
        self.assistant.kill()
        while self.user.send()["sent"] > 0:
            pass
        recorded = self.user.recorded()
        check(f"{recorded} recorded, {self.answered} answered", recorded >= self.answered)
        check(f"{hub_counts(hub)} at the hub, {recorded} recorded, {self.user.place()}",
              hub_counts(hub) == [recorded] * 3)
        check("none refused", self.user.place()["dead"] == 0 and self.user.pending() == [])
        return recorded


def main():
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    chosen = random.Random(int(os.environ.get("PROMPTD_TEST_SEED", "5")))
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                home = os.path.join(directory, "home-" + name)
                signed_in_home(hub, sys.argv[1], home)
                killing = Killing(User(sys.argv[1], home), chosen)
                killing.lasts = [killing.time_a_whole_one()]
                # The embedded database is where most people are.
                kills = wanted * 9 // 10 if name == "sqlite" else wanted - wanted * 9 // 10
                while killing.kills < kills:
                    killing.round()
                    if killing.kills % 500 == 0:
                        killing.look(hub)
                recorded = killing.end(hub)
            print(f"{name}: {killing.kills} kills, {killing.ended} came to their end, {recorded} "
                  f"recorded, {killing.answered} of them answered, 0 lost", flush=True)


main()
