#!/usr/bin/env python3
"""promptd killed at random instants while it fetches, merges, writes files, moves the
branch and pushes; half the time alone, half the time with its children.

	personal_kills.py [PROMPTD [KILLS]]

Two libraries and a repository between them. In each round both have something new, and
pull, push or sync-git of one is killed. The next sync-git must finish; then git finds every
repository whole, nothing is left over, and both edits and all before are in both.
Without words it builds the program and kills 1,000 times.
"""
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def build():
    os.chdir(os.path.join(HERE, "../.."))
    for command in (["--preset", "release"], ["--build", "--preset", "release", "--target", "promptd"]):
        subprocess.run(["cmake"] + command, check=True, stdout=subprocess.DEVNULL)
    return os.path.realpath("build/release/bin/promptd")


class Story:
    def __init__(self, promptd, work):
        self.promptd, self.work, self.middle = promptd, work, os.path.join(work, "middle.git")
        self.names = set()
        self.tally = collections.Counter()
        subprocess.run(["git", "init", "-q", "--bare", self.middle], check=True)
        self.run("a", "init")
        self.add("a", "first")
        self.run("a", "sync-git", self.middle)
        self.run("b", "init", "--clone", self.middle)

    def env(self, home):
        return dict(os.environ, PROMPTD_HOME=os.path.join(self.work, home))

    def run(self, home, *words, text=None):
        done = subprocess.run([self.promptd, *words], env=self.env(home), input=text, capture_output=True, text=True)
        assert done.returncode == 0, (home, words, done.returncode, done.stderr)
        return done

    def add(self, home, name):
        self.run(home, "add", name, text="Text of %s.\n" % name)
        self.names.add(name)

    def git(self, where, *words):
        done = subprocess.run(["git", "-C", where, *words], capture_output=True, text=True)
        assert done.returncode == 0, (where, words, done.stderr)
        return done.stdout.strip()

    def repo(self, home):
        return os.path.join(self.work, home, "data/personal")

    def kill(self, words, after):
        child = subprocess.Popen([self.promptd, *words], env=self.env("a"), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(after)
        if random.random() < 0.5:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.wait()
        self.tally["killed" if child.returncode == -signal.SIGKILL else "had ended"] += 1

    def round(self, number, span):
        self.run("b", "pull")
        self.add("b", "b/n%d" % number)
        self.run("b", "push")
        self.add("a", "a/n%d" % number)
        self.kill(random.choice([("pull",), ("sync-git",), ("sync-git",), ("push",)]), random.random() * span)
        began = time.monotonic()
        self.run("a", "sync-git")
        self.check()
        return time.monotonic() - began

    def check(self):
        repo = self.repo("a")
        assert self.git(repo, "status", "--porcelain") == "", self.git(repo, "status", "--porcelain")
        files = set(self.git(repo, "ls-tree", "-r", "--name-only", "HEAD", "prompts").split())
        missing = {n for n in self.names if "prompts/%s.prompt.md" % n not in files}
        assert not missing, missing
        assert self.git(repo, "rev-parse", "HEAD") == self.git(self.middle, "rev-parse", "main")
        left = [f for d, _, names in os.walk(os.path.join(repo, ".git")) for f in names
                if f.endswith(".lock") or f.startswith("pack_git2_") or f == "promptd-pending"]
        assert not left, left
        assert os.path.getsize(os.path.join(repo, ".git/promptd-transfer")) == 0

    def check_all(self):
        self.run("b", "pull")
        for where in (self.repo("a"), self.repo("b"), self.middle):
            self.git(where, "fsck", "--strict")
        marks = [m for m in self.git(self.repo("a"), "log", "--format=%B").splitlines()
                 if m.startswith("Promptd-Change: ")]
        assert len(marks) == len(set(marks)) == len(self.names), "a commit is lost or doubled"
        for home in ("a", "b"):
            rows = self.run(home, "list", "--limit", "5000").stdout.splitlines()
            assert {r.split("\t")[0] for r in rows} == self.names, home


def main():
    if not shutil.which("git"):
        print("skipped: git is not installed")
        sys.exit(77)
    promptd = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else build()
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    base = "/dev/shm" if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK) else None
    work = tempfile.mkdtemp(prefix="promptd-kills.", dir=base)
    try:
        with open(os.path.join(work, "lsan"), "w") as f:
            f.write("leak:libpcre2-8.so\n") # libgit2's own, see personal_sync.sh
        os.environ.update(HOME=work, PROMPTD_AUTOSTART="no", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8",
                          LSAN_OPTIONS="suppressions=%s/lsan:print_suppressions=0" % work)
        for key, value in (("user.name", "A Person"), ("user.email", "person@example.org"),
                           ("init.defaultBranch", "main")):
            subprocess.run(["git", "config", "--global", key, value], check=True)
        story = Story(promptd, work)
        span, number = 0.05, 0
        while story.tally["killed"] < kills and number < 3 * kills + 20:
            # What a whole one took last, and a little more.
            span = (span * 7 + story.round(number, span)) / 8
            number += 1
        story.check_all()
        print("%d killed, %d had ended; %d prompts, none lost, none doubled" % (
            story.tally["killed"], story.tally["had ended"], len(story.names)))
        assert story.tally["killed"] >= kills
    finally:
        shutil.rmtree(work)


main()
