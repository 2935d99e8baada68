#!/usr/bin/env python3
"""Years of real edits to a library of prompts, replayed through promptd, a command each.

	personal_replay.py [PROMPTD [OPERATIONS]]

../shared/data/corpora/prompts-chat/edits.ndjson.gz has them in order: created, updated,
deleted. What was deleted and created again under another title in one step of theirs, with
the same text, is a rename here. After every 200 and at the end the library must be what
the edits add up to (names, titles, texts); some prompts' histories must have the commits
and versions they had, with the texts of then; what was deleted must be gone from list, show
and search, and still be in git's history. git is asked whether the repository is whole.

With OPERATIONS about so many are replayed: all edits of the titles that were changed most
variously. Without words it builds the program and replays all of them.
"""
import collections
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EDITS = os.path.join(ROOT, "../shared/data/corpora/prompts-chat/edits.ndjson.gz")
SAMPLES = 5


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def build():
    os.chdir(ROOT)
    for command in (["--preset", "release"], ["--build", "--preset", "release", "--target", "promptd"]):
        subprocess.run(["cmake"] + command, check=True, stdout=subprocess.DEVNULL)
    return os.path.join(ROOT, "build/release/bin/promptd")


def few(edits, wanted):
    """All edits of some titles: deleted and made again first, then those often updated."""
    kinds = collections.defaultdict(collections.Counter)
    for e in edits:
        kinds[e["title"]][e["op"]] += 1
    order = sorted(kinds, key=lambda t: (-min(kinds[t]["delete"], 3) - min(kinds[t]["update"], 3),
                                         sum(kinds[t].values()), t))
    names, n = {"Linux Terminal"}, 0
    for title in order:
        size = sum(kinds[title].values())
        if n + size <= wanted:
            names.add(title)
            n += size
    # And the other titles of their renames.
    texts = {e.get("body") for e in edits if e["title"] in names}
    for commit, group in steps(edits):
        if any(e["title"] in names and e["op"] == "delete" for e in group):
            names |= {e["title"] for e in group if e["op"] == "create" and e["body"] in texts}
    return [e for e in edits if e["title"] in names]


def steps(edits):
    group = []
    for e in edits:
        if group and group[0]["commit"] != e["commit"]:
            yield group[0]["commit"], group
            group = []
        group.append(e)
    if group:
        yield group[0]["commit"], group


def same(got, text):
    """What does not show is written as <U+XXXX>; and a file of ours is one of VS Code's
    as well, whose ${…} may become an input."""
    if "<U+" not in text:
        got = re.sub(r"<U\+([0-9A-F]{4,6})>", lambda m: chr(int(m[1], 16)), got)
    if "${" not in text:
        return got.strip() == text.strip()
    parts = re.split(r"(\$\{[^}\n]*\})", text.strip())
    wanted = "".join(re.escape(part) if i % 2 == 0 else r"(?:%s|\{\{[^}\n]*\}\})" % re.escape(part)
                     for i, part in enumerate(parts))
    return re.fullmatch(wanted, got.strip()) is not None


class Replay:
    def __init__(self, promptd, work):
        self.promptd, self.work = promptd, work
        self.repo = os.path.join(work, "home/data/personal")
        self.draft = os.path.join(work, "draft")
        self.env = dict(os.environ, HOME=work, PROMPTD_HOME=os.path.join(work, "home"), LC_ALL="C.UTF-8",
                        PROMPTD_AUTOSTART="no", GIT_CONFIG_NOSYSTEM="1", EDITOR="cp '%s'" % self.draft)
        self.env.pop("VISUAL", None)
        self.names = {}     # title -> name
        self.now = {}       # name -> (title, text), as it must be
        self.events = {}    # name -> [text or None: removed], what its history must tell
        self.before = {}    # name -> how many of them were under another name
        self.count = collections.Counter()
        self.refused = []
        self.run("init")

    def run(self, *words, text=None, ok=(0,)):
        done = subprocess.run([self.promptd, *words], input=text, capture_output=True, text=True,
                              encoding="utf-8", env=self.env)
        if done.returncode not in ok:
            raise AssertionError("promptd %s: exit %d: %s" % (" ".join(words), done.returncode, done.stderr))
        return done

    def git(self, *words):
        return subprocess.run(["git", "-C", self.repo, *words], capture_output=True, text=True,
                              check=True, env=self.env).stdout

    def name_of(self, title):
        if title not in self.names:
            slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "prompt"
            name, n = "act/" + slug, 1
            while name in self.names.values():
                n += 1
                name = "act/%s-%d" % (slug, n)
            self.names[title] = name
        return self.names[title]

    @staticmethod
    def file_text(title, text):
        return "---\ntitle: %s\n---\n%s" % (json.dumps(title, ensure_ascii=False), text)

    def took(self, done, what, title):
        """The doors for text let some of them not in; that is another test's matter."""
        if done.returncode == 0:
            self.count[what] += 1
            return True
        why = done.stderr.splitlines()[0]
        if "does not read as a prompt" not in why:
            raise AssertionError("%s %r: %s" % (what, title, done.stderr))
        self.refused.append(why)
        return False

    def create(self, title, text):
        name = self.name_of(title)
        done = self.run("add", name, "--from", "-", text=self.file_text(title, text), ok=(0, 1))
        if self.took(done, "add", title):
            self.now[name] = (title, text)
            self.events.setdefault(name, []).append(text)

    def update(self, title, text, what="edit"):
        name = self.name_of(title)
        if name not in self.now:
            return self.create(title, text)
        if self.now[name] == (title, text):
            return None # only what we keep no record of
        with open(self.draft, "w", encoding="utf-8", newline="") as f:
            f.write(self.file_text(title, text))
        done = self.run("edit", name, ok=(0, 1))
        if self.took(done, what, title):
            self.now[name] = (title, text)
            self.events[name].append(text)

    def delete(self, title):
        name = self.name_of(title)
        if name in self.now:
            self.run("remove", name)
            self.count["remove"] += 1
            del self.now[name]
            self.events[name].append(None)

    def rename(self, old, new, text):
        a, b = self.name_of(old), self.name_of(new)
        self.run("rename", a, b)
        self.count["rename"] += 1
        self.now[b] = (old, text)
        del self.now[a]
        self.before[b] = len(self.events[a])
        self.events[b] = self.events[a] + [text]
        self.events[a] = self.events[a] + [None]
        self.update(new, text)

    def renames_in(self, group):
        """new title -> old title: the same text under a name that never was."""
        gone = {}
        for e in group:
            name = self.name_of(e["title"])
            if e["op"] == "delete" and name in self.now:
                gone.setdefault(self.now[name][1], e["title"])
        found = {}
        touched = collections.Counter(e["title"] for e in group)
        for e in group:
            old = gone.get(e.get("body")) if e["op"] == "create" else None
            if old and touched[old] == touched[e["title"]] == 1 and self.name_of(e["title"]) not in self.events:
                found[e["title"]] = old
                del gone[e["body"]]
        return found

    def step(self, group):
        renames = self.renames_in(group)
        for e in group:
            title = e["title"]
            if title in renames:
                self.rename(renames[title], title, e["body"])
            elif title in renames.values():
                continue
            elif e["op"] == "create":
                self.create(title, e["body"])
            elif e["op"] == "update":
                self.update(title, e["body"])
            else:
                self.delete(title)

    # --- what must hold ---

    def listed(self):
        return {p["name"]: p for p in json.loads(self.run("list", "--json", "--limit", "5000", ok=(0, 3)).stdout)
                .get("prompts", [])}

    def text_of(self, name):
        messages = json.loads(self.run("show", name, "--json").stdout)["prompt"]["messages"]
        return "\n".join(m["text"] for m in messages)

    def check(self, chosen):
        assert self.git("status", "--porcelain") == ""
        rows = self.listed()
        assert set(rows) == set(self.now), set(rows) ^ set(self.now)
        for name, (title, text) in self.now.items():
            assert rows[name]["title"] == title, (name, rows[name]["title"], title)
            with open(os.path.join(self.repo, "prompts", name + ".prompt.md"), encoding="utf-8", newline="") as f:
                assert f.read() == self.file_text(title, text), name
        for name in chosen.sample(sorted(self.now), min(SAMPLES, len(self.now))):
            self.check_history(name)
        gone = sorted(set(self.events) - set(self.now))
        for name in chosen.sample(gone, min(SAMPLES, len(gone))):
            self.check_gone(name)

    def check_history(self, name):
        """As many commits as it was changed, numbered by text, and each text as it was."""
        events, numbers, last, number = self.events[name], [], None, 0
        for text in events:
            if text is not None and text.strip() != (last or "").strip():
                number, last = number + 1, text
            numbers.append(number)
        commits = json.loads(self.run("history", name, "--json").stdout)["commits"]
        assert [c["version"] for c in reversed(commits)] == numbers, (name, commits, numbers)
        wanted = {n: text for n, text in reversed(list(zip(numbers, events))) if text is not None}
        for n, text in random.Random(number).sample(sorted(wanted.items()), min(4, len(wanted))):
            got = self.run("show", "%s@%d" % (name, n), "--text").stdout
            assert same(got, text), (name, n, got[:200], text[:200])
        assert same(self.text_of(name), self.now[name][1]), name
        self.count["histories"] += 1

    def check_gone(self, name):
        self.run("show", name, ok=(3,))
        words = name.split("/")[1].replace("-", " ")
        found = self.run("search", words, "--json", ok=(0, 3)).stdout
        assert name not in {p["name"] for p in json.loads(found).get("prompts", [])}, name
        path = "prompts/%s.prompt.md" % name
        commits = self.git("log", "--format=%H", "--", path).split()
        told = len(self.events[name]) - self.before.get(name, 0)
        assert len(commits) == told, (name, len(commits), told)
        last = [t for t in self.events[name] if t is not None][-1]
        assert last in self.git("show", "%s^:%s" % (commits[0], path)), name
        self.count["gone"] += 1

    def check_all(self):
        for name, (_, text) in self.now.items():
            assert same(self.text_of(name), text), name
        self.git("fsck", "--strict")
        changes = sum(self.count[k] for k in ("add", "edit", "remove", "rename"))
        commits = int(self.git("rev-list", "--count", "HEAD"))
        assert commits == changes + 1, (commits, changes)
        return commits


def main():
    if not os.path.exists(EDITS):
        skip("../shared/data is not here")
    if not shutil.which("git"):
        skip("git is not installed")
    promptd = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else build()
    with gzip.open(EDITS, "rt", encoding="utf-8") as f:
        edits = [json.loads(line) for line in f]
    if len(sys.argv) > 2:
        edits = few(edits, int(sys.argv[2]))
    base = "/dev/shm" if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK) else None
    work = tempfile.mkdtemp(prefix="promptd-replay.", dir=base)
    try:
        with open(os.path.join(work, "lsan"), "w") as f:
            f.write("leak:libpcre2-8.so\n") # libgit2's own, see personal_sync.sh
        os.environ["LSAN_OPTIONS"] = "suppressions=%s/lsan:print_suppressions=0" % work
        replay, done = Replay(promptd, work), 0
        chosen = random.Random(1)
        for _, group in steps(edits):
            replay.step(group)
            if done // 200 != (done + len(group)) // 200:
                replay.check(chosen)
            done += len(group)
        replay.check(chosen)
        commits = replay.check_all()
        whys = collections.Counter(re.sub(r"'.*?'|[0-9]+", "…", w)[:90] for w in replay.refused)
        print("%d edits: %s; %d refused at the door; %d commits, %d prompts" % (
            done, ", ".join("%d %s" % (n, k) for k, n in sorted(replay.count.items())),
            len(replay.refused), commits, len(replay.now)))
        for why, n in whys.items():
            print("  refused %d: %s" % (n, why))
        assert replay.count["histories"] and replay.count["gone"] and replay.count["rename"]
        assert len(replay.refused) * 50 <= done, "too many are refused"
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
