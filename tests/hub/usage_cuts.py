#!/usr/bin/env python3
"""Uses on their way while everything between is bad: answers are cut at any byte, the hub
is killed in the midst of a batch, PostgreSQL ends its connections and lets nobody in. Each
use is counted once in the end, on each database.

    usage_cuts.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES [ROUNDS]
"""
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from follow import check
from follower import Wire
from hub_client import Hub, databases
from user import User, hub_counts, psql, signed_in_home


class Trouble:
    def __init__(self, hub, wire, chosen):
        self.hub, self.wire, self.chosen = hub, wire, chosen
        self.kills = self.ended = 0

    def kill_the_hub(self):
        """It comes back elsewhere; who asks it does not notice."""
        time.sleep(self.chosen.random() * 0.05)
        self.hub.process.kill()
        self.hub.process.wait(60)
        self.hub.process.stdout.close()
        self.hub.start()
        there = urllib.parse.urlsplit(self.hub.url)
        self.wire.there = (there.hostname, there.port)
        self.kills += 1

    def end_connections(self):
        name = self.hub.database.removeprefix("postgresql:///").partition("?")[0]
        psql_in = self.hub.database.replace(name, "postgres", 1)
        for _ in range(6):
            time.sleep(self.chosen.random() * 0.01)
            closed = self.chosen.random() < 0.3
            if closed:
                psql(psql_in, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            ended = psql(psql_in, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                  f"WHERE datname = '{name}'")
            self.ended += int(ended)
            if closed:
                time.sleep(self.chosen.random() * 0.05)
                psql(psql_in, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def make(self):
        kind = self.chosen.random()
        if kind < 0.3:
            self.kill_the_hub()
        elif self.hub.database.startswith("postgresql:"):
            self.end_connections()


def cuts(hub, programs, home, rounds, chosen):
    signed_in_home(hub, programs, home)
    user = User(programs, home)
    with Wire(hub.url, chosen) as wire:
        user.moves_to(wire.url)
        trouble = Trouble(hub, wire, chosen)
        for _ in range(rounds):
            user.uses(chosen.randrange(1, 90))
            wire.bad = True
            maker = threading.Thread(target=trouble.make)
            maker.start()
            for _ in range(4):
                subprocess.run([user.promptd.program, "usage", "--send"], env=user.env,
                               timeout=120, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False)
            maker.join(120)
            events, inside, counted = hub_counts(hub)
            check("each once", events == inside == counted and events <= user.recorded())
        wire.bad = False
        until = time.monotonic() + 60
        while True:
            done = subprocess.run([user.promptd.program, "usage", "--send"], env=user.env,
                                  timeout=120, capture_output=True, check=False)
            if done.returncode == 0 and user.pending() == []:
                break
            check(done.stderr, time.monotonic() < until)
        recorded = user.recorded()
        check(f"{hub_counts(hub)} at the hub, {recorded} recorded, {user.place()}",
              hub_counts(hub) == [recorded] * 3 and user.place()["dead"] == 0)
        print(f"{recorded} uses, {wire.cuts} answers cut, {trouble.kills} kills of the hub, "
              f"{trouble.ended} connections ended: each counted once", end=" ")


def main():
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    chosen = random.Random(int(os.environ.get("PROMPTD_TEST_SEED", "7")))
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                cuts(hub, sys.argv[1], os.path.join(directory, "home-" + name), rounds, chosen)
            print(name, flush=True)


main()
