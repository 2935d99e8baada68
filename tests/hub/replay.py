#!/usr/bin/env python3
"""Years of real edits to a library of prompts, made at a hub, followed by an agent.

    replay.py [DIRECTORY-OF-PROGRAMS [DIRECTORY-OF-POSTGRES [OPERATIONS]]]

../shared/data/corpora/prompts-chat/edits.ndjson.gz has them in order. Each is made at the
hub by an author and approved by another person; a reader's agent follows meanwhile, over a
network that is cut at any byte, and is killed at any instant. After every 100 steps, and at
the end, the network is left alone for once and the reader's library has to be what the
edits add up to: names, titles, texts, versions, and what search finds. On each database.

With OPERATIONS about so many are replayed. Without words it builds the programs, starts a
PostgreSQL and replays all of them.
"""
import collections
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from follower import Follower, Wire
from hub_client import Hub, Person, databases

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EDITS = os.path.join(ROOT, "../shared/data/corpora/prompts-chat/edits.ndjson.gz")
STEPS = 100
SAMPLES = 5
DOORS = {"hidden_characters", "secret", "invalid"}


def few(edits, wanted):
    """All edits of some titles: those that were changed most variously."""
    kinds = collections.defaultdict(collections.Counter)
    for e in edits:
        kinds[e["title"]][e["op"]] += 1
    names, n = set(), 0
    for title in sorted(kinds, key=lambda t: (-len(kinds[t]), sum(kinds[t].values()), t)):
        if n + sum(kinds[title].values()) <= wanted:
            names.add(title)
            n += sum(kinds[title].values())
    return [e for e in edits if e["title"] in names]


class Library:
    """What the edits add up to, kept beside the hub that they are made at."""

    def __init__(self, author, approver):
        self.author, self.approver = author, approver
        self.names = {}                 # title -> slug
        self.now = {}                   # slug -> (id, title, text, version)
        self.gone = set()
        self.count = collections.Counter()

    def slug_of(self, title):
        if title not in self.names:
            base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "prompt"
            slug, n = "act/" + base, 1
            while slug in self.names.values():
                n += 1
                slug = f"act/{base}-{n}"
            self.names[title] = slug
        return self.names[title]

    def took(self, got):
        """The doors for text let some of them not in; that is another test's matter."""
        if got.status == 201:
            return True
        assert got.status == 422 and got.code in DOORS, got.text
        self.count["refused: " + got.code] += 1
        return False

    def approve(self, at, number):
        way = f"/prompts/{at}/versions/{number}"
        got = self.author.ask("POST", way + "/submit", {})
        assert got.status == 200, got.text
        got = self.approver.ask("POST", way + "/approve", {})
        assert got.status == 200, got.text

    def create(self, title, text):
        slug = self.slug_of(title)
        if slug in self.now:
            self.update(title, text)
            return
        got = self.author.ask("POST", "/prompts", {"slug": slug, "title": title, "text": text})
        if self.took(got):
            self.approve(got.json["id"], 1)
            self.now[slug] = (got.json["id"], title, text, 1)
            self.gone.discard(slug)
            self.count["created"] += 1

    def update(self, title, text):
        slug = self.slug_of(title)
        if slug not in self.now:
            self.create(title, text)
            return
        at, _, before, _ = self.now[slug]
        if before == text:
            return
        got = self.author.ask("POST", f"/prompts/{at}/versions", {"text": text})
        if self.took(got):
            self.approve(at, got.json["number"])
            self.now[slug] = (at, title, text, got.json["number"])
            self.count["updated"] += 1

    def delete(self, title):
        slug = self.slug_of(title)
        if slug in self.now:
            got = self.approver.ask("DELETE", "/prompts/" + self.now.pop(slug)[0])
            assert got.status == 204, got.text
            self.gone.add(slug)
            self.count["deleted"] += 1

    def edit(self, e):
        if e["op"] == "delete":
            self.delete(e["title"])
        elif e["op"] == "create":
            self.create(e["title"], e["body"])
        else:
            self.update(e["title"], e["body"])


def is_text(got, text):
    return got.strip() == text.strip()


def compare(library, follower, chosen, texts):
    """The reader's library against what the edits add up to."""
    rows = follower.listed()
    assert set(rows) == set(library.now), set(rows) ^ set(library.now)
    for slug, (_, title, _, version) in library.now.items():
        row = rows[slug]
        assert row["title"] == title and row["version"] == version and row["source"] == "hub", row
    some = sorted(library.now) if texts else chosen.sample(
        sorted(library.now), min(4 * SAMPLES, len(library.now)))
    for slug, got in follower.texts(some).items():
        assert is_text(got, library.now[slug][2]), (slug, got[:200])
        library.count["texts compared"] += 1
    for slug in chosen.sample(sorted(library.now), min(SAMPLES, len(library.now))):
        assert slug in follower.found(slug.split("/")[1].replace("-", " ")), slug
        library.count["found"] += 1
    for slug in chosen.sample(sorted(library.gone), min(SAMPLES, len(library.gone))):
        assert slug not in follower.found(slug.split("/")[1].replace("-", " ")), slug
        library.count["not found any more"] += 1


def replay(hub, programs, home, edits):
    ann = Person(hub, "Ann", hub.invite())
    ben = ann.invites("Ben", "contributor")
    cleo = ann.invites("Cleo", "consumer")
    library, chosen = Library(ben, ann), random.Random(len(edits))
    with Wire(hub.url, random.Random(1)) as wire, \
            Follower(programs, home, random.Random(2)) as follower:
        follower.sign_in(wire.url, cleo)
        follower.begin(wire)
        for done, e in enumerate(edits, 1):
            library.edit(e)
            if done % STEPS == 0 or done == len(edits):
                follower.catch_up(wire)
                compare(library, follower, chosen, done == len(edits))
                follower.go_on(wire)
                library.count["comparisons"] += 1
        library.count["kills"], library.count["cuts"] = follower.kills, wire.cuts
    return library.count


def build(directory):
    os.chdir(ROOT)
    for command in (["--preset", "release"], ["--build", "--preset", "release", "--target", "promptd",
                                              "promptd-hub"]):
        subprocess.run(["cmake"] + command, check=True, stdout=subprocess.DEVNULL)
    postgres = os.path.join(directory, "postgres")
    status = subprocess.run(["tests/e2e/postgres.sh", "start", postgres], check=False).returncode
    assert status in (0, 77)
    return os.path.join(ROOT, "build/release/bin"), postgres


def run(programs, postgres, edits, directory):
    for name, url in databases(directory, postgres):
        begun = time.monotonic()
        with Hub(os.path.join(programs, "promptd-hub"), url) as hub:
            count = replay(hub, programs, os.path.join(directory, "home-" + name), edits)
        print(f"{name}: {len(edits)} edits in {time.monotonic() - begun:.0f} s:",
              ", ".join(f"{n} {what}" for what, n in sorted(count.items())), flush=True)
        refused = sum(n for what, n in count.items() if what.startswith("refused"))
        assert count["comparisons"] and count["kills"] and count["deleted"]
        assert count["cuts"] or len(edits) < 1000  # with few there may be none
        assert refused * 50 <= len(edits), "too many are refused"


def main():
    if not os.path.exists(EDITS):
        print("skipped: ../shared/data is not here")
        sys.exit(77)
    with gzip.open(EDITS, "rt", encoding="utf-8") as f:
        edits = [json.loads(line) for line in f]
    with tempfile.TemporaryDirectory() as directory:
        if len(sys.argv) > 2:
            run(sys.argv[1], sys.argv[2], few(edits, int(sys.argv[3])), directory)
            return
        programs, postgres = build(directory)
        try:
            run(programs, postgres, edits, directory)
        finally:
            subprocess.run([os.path.join(ROOT, "tests/e2e/postgres.sh"), "stop", postgres], check=False)


main()
