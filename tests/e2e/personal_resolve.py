#!/usr/bin/env python3
"""promptd resolve as a dialogue on a terminal: theirs, ours, both, edit, skip; left in
the middle by a word, Ctrl+D and Ctrl+C, and come again; texts changed on both sides, one
side's removal, two names for one prompt, one name for two. What was not kept is in the
history, and what was typed stays.

	personal_resolve.py PROMPTD
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of it beside the sources
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "editors"))
from typist import CONTROL, PATIENCE_S, Terminal  # noqa: E402

QUESTION = b"[q]uit? "
MARKED = ("<<<<<<< here\nHere of edited.\n=======\nThere of edited.\n>>>>>>> there\n"
          "The end of it.\n")
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAILED:", *words, file=sys.stderr)


class Talk:
    """promptd resolve on a terminal of its own."""

    def __init__(self, homes, home, **more):
        os.environ.update(homes.env(home, TERM="dumb", **more))
        for name in set(os.environ) - set(homes.env(home, **more)) - {"TERM"}:
            del os.environ[name]
        self.terminal = Terminal([homes.promptd, "resolve"])
        self.asked, self.said = [], ""

    def question(self, again=False):
        """Wait for the next one. The name of the prompt that it is about; None: there is
        no other, it ended."""
        end = time.monotonic() + PATIENCE_S
        while QUESTION not in self.terminal.seen:
            if time.monotonic() > end:
                self.terminal.give_up(98, "it asks nothing")
            if not self.terminal.read():
                return None
        self.said = CONTROL.sub(b"\n", self.terminal.seen).decode()
        names = re.findall(r"^(\S+)  - here", self.said, re.M)
        if again != (names == []):
            fail("asked", "about another" if again else "the same again", self.said)
        self.asked += names[-1:]
        return self.asked[-1]

    def answer(self, keys):
        self.terminal.type(keys)

    def end(self, wanted):
        status = self.terminal.end()
        self.said = CONTROL.sub(b"\n", self.terminal.seen).decode()
        os.close(self.terminal.fd)
        if status != wanted:
            fail("resolve ended with", status, "not", wanted, self.said)


class Homes:
    NAMES = ("text", "mine", "gone", "left", "moved", "both", "last", "edited")

    def __init__(self, promptd, work):
        self.promptd, self.work = promptd, work
        self.base = dict(os.environ)
        self.middle = os.path.join(work, "middle.git")
        subprocess.run(["git", "init", "-q", "--bare", self.middle], check=True)
        self.run("a", 0, "init")
        for name in self.NAMES:
            end = "The end of it.\n" if name == "edited" else ""
            self.run("a", 0, "add", name, text="First of %s.\n%s" % (name, end))
        self.run("a", 0, "sync-git", self.middle)
        self.run("b", 0, "init", "--clone", self.middle)

    def env(self, home, **more):
        return dict(self.base, PROMPTD_HOME=os.path.join(self.work, home), **more)

    def run(self, home, wanted, *words, text="", **more):
        done = subprocess.run([self.promptd, *words], env=self.env(home, **more), input=text,
                              capture_output=True, text=True, timeout=120)
        if done.returncode != wanted:
            fail(home, words, "exit", done.returncode, "not", wanted, done.stdout, done.stderr)
        return done.stdout

    def change(self, home, name, word):
        self.run(home, 0, "edit", name, EDITOR="sed -i s/First/%s/" % word)

    def git(self, home, *words):
        return subprocess.run(["git", "-C", os.path.join(self.work, home, "data/personal"), *words],
                              capture_output=True, text=True, check=True).stdout

    def state(self, home):
        """All that a dialogue could change."""
        decisions = os.path.join(self.work, home, "data/personal/.git/promptd-decisions")
        decided = open(decisions).read() if os.path.exists(decisions) else ""
        return (self.git(home, "rev-parse", "HEAD"), self.git(home, "status", "--porcelain"),
                self.run(home, 0, "list", "--limit", "100"), decided)

    def talk(self, home, wanted, answers, **more):
        """Answer each question by `answers`, others with "skip". The prompts asked about."""
        talk = Talk(self, home, **more)
        while (name := talk.question()) is not None:
            talk.answer(answers.get(name, "s\\n"))
        talk.end(wanted)
        return talk.asked

    def text(self, home, name):
        return self.run(home, 0, "show", name, "--text").strip()

    def editor(self, name, script):
        path = os.path.join(self.work, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o700)
        return path


def both_change(homes):
    for home, word in (("a", "There"), ("b", "Here")):
        for name in ("text", "mine", "both", "last", "edited"):
            homes.change(home, name, word)
        homes.run(home, 0, "rename", "moved", "moved-" + home)
        homes.run(home, 0, "add", "new", text="New of %s.\n" % home)
    homes.run("a", 0, "remove", "gone")
    homes.change("b", "gone", "Kept")
    homes.change("a", "left", "Changed")
    homes.run("b", 0, "remove", "left")
    homes.run("a", 0, "push")
    homes.run("b", 6, "pull")


def leaving(homes):
    before = homes.state("b")
    for keys, status in (("q\\n", 6), ("quit\\n", 6), ("\\x04", 6), ("t\\x04\\x04", 6), ("\\x03", 130),
                         ("theirs and more\\n", None)):
        talk = Talk(homes, "b")
        talk.question()
        talk.answer(keys)
        if status is None:  # no answer: asked again, and then left
            talk.question(again=True)
            talk.answer("q\\n")
        talk.end(status or 6)
        if len(talk.asked) != 1:
            fail("went on after", keys, talk.asked)
        if homes.state("b") != before:
            fail("something was decided by", keys)


def editing(homes):
    """With marks left, with what is no prompt, with a failing editor, then well."""
    talk = Talk(homes, "b", EDITOR=homes.editor("editor", 'cp "$1" "$0.got"; . "$0.now"\n'))
    now, got = (os.path.join(homes.work, "editor" + end) for end in (".now", ".got"))
    while talk.question() != "edited":
        talk.answer("s\\n")
    before = homes.state("b")
    for script, words in (
            ("true", "marks of the conflict stay"),
            ("sed -i '/^[<>]/d' \"$1\"", "marks of the conflict stay"),
            ("sed -i '/^=/d; 1i ---\\ninputs:\\n  n: {type: integer, default: many}\\n---' \"$1\"",
             "does not read as a prompt"),
            ("echo Typed. >>\"$1\"; false", "did not end well")):
        with open(now, "w") as file:
            file.write(script + "\n")
        talk.answer("e\\n")
        talk.question(again=True)
        kept = re.search(r"kept in (\S+edit-\d+-\d+\.prompt\.md)", talk.said.replace("\n", ""))
        if words not in talk.said or not kept:
            fail(script, "was answered by", talk.said)
        elif "of edited" not in open(kept.group(1)).read():
            fail("not kept:", open(kept.group(1)).read())
        if script == "true" and open(got).read() != MARKED:
            fail("the editor got", open(got).read())
        if homes.state("b") != before:
            fail("something was decided by", script)
    if "Typed." not in open(kept.group(1)).read():
        fail("what was typed is gone:", open(kept.group(1)).read())
    with open(now, "w") as file:
        file.write("grep -q Typed. \"$1\" && printf 'Here and there.\\nThe end of it.\\n' >\"$1\"\n")
    talk.answer("edit\\n")
    talk.question()
    talk.answer("q\\n")
    talk.end(6)
    if os.path.exists(kept.group(1)):
        fail("a draft is left over")


def meanwhile(homes):
    """The library is free while a person thinks; a decision about what changed since is
    no decision."""
    talk = Talk(homes, "b", EDITOR=homes.editor("slow", "printf 'Too late.\\n' >\"$1\"\n"))
    while talk.question() != "text":
        talk.answer("s\\n")
    homes.run("b", 0, "edit", "text", EDITOR="sed -i s/Here/Later/")
    talk.answer("e\\n")
    talk.question(again=True)
    kept = re.search(r"kept in (\S+\.prompt\.md)", talk.said.replace("\n", ""))
    if "meanwhile" not in talk.said or not kept or open(kept.group(1)).read() != "Too late.\n":
        fail("not kept:", talk.said)
    talk.answer("t\\n")
    talk.end(6)
    if homes.text("b", "text") != "Later of text.":
        fail("changed meanwhile:", homes.text("b", "text"))


def in_the_end(homes):
    parents = homes.git("b", "rev-list", "--parents", "-1", "HEAD").split()
    if len(parents) != 3:
        fail("not a commit of both:", parents)
    for name, text in (("text", "There of text."), ("mine", "Newer of mine."),
                       ("both", "Here of both."), ("both-theirs", "There of both."),
                       ("last", "There of last."), ("gone", "Kept of gone."),
                       ("edited", "Here and there.\nThe end of it."),
                       ("new", "New of b."), ("new-theirs", "New of a.")):
        if homes.text("b", name) != text:
            fail(name, "is", homes.text("b", name))
    homes.run("b", 3, "show", "left")
    listed = homes.run("b", 0, "list", "--limit", "100")
    if "moved-a" not in listed and "moved-b" not in listed:
        fail("the renamed prompt is gone:", listed)
    history = homes.git("b", "log", "-p", "-m", "--all", "--format=%H")
    for text in ("Here of text.", "Later of text.", "There of mine.", "Here of last.",
                 "Newer of mine.", "There of both.", "Changed of left.", "Here of edited.",
                 "There of edited."):
        if "+" + text not in history:
            fail("not in the history:", text)
    if homes.git("b", "status", "--porcelain") != "":
        fail(homes.git("b", "status", "--porcelain"))
    homes.git("b", "fsck", "--strict")
    homes.run("b", 0, "push")
    homes.run("a", 0, "pull")
    if homes.run("a", 0, "list", "--limit", "100") != listed:
        fail("the two libraries differ")
    homes.run("b", 0, "resolve")


def story(homes):
    print("texts on both sides, removals, two new names, one name for two")
    both_change(homes)
    before = homes.git("b", "rev-parse", "HEAD")

    print("left at the first question: nothing is decided")
    leaving(homes)

    print("some decided, then left: the library stays, and is usable")
    asked = homes.talk("b", 6, {"mine": "o\\n", "left": "o\\n"})
    if not {"text", "mine", "both", "last", "gone", "left", "edited", "new"} <= set(asked):
        fail("asked about", asked)
    if homes.git("b", "rev-parse", "HEAD") != before:
        fail("the branch moved before all was decided")

    print("edit: refused while it is not whole, the text kept")
    editing(homes)

    print("again: what was decided is not asked, unless it was changed since")
    homes.run("b", 0, "edit", "mine", EDITOR="sed -i s/Here/Newer/")
    asked = homes.talk("b", 6, {"both": "b\\n", "gone": "ours\\n", "new": "b\\n"})
    if {"left", "edited"} & set(asked) or not {"mine", "both"} <= set(asked):
        fail("asked about", asked)

    print("changed while it is asked about")
    meanwhile(homes)

    print("the rest; one commit of both, and neither side is lost")
    rest = {name: "b\\n" for name in ("moved", "moved-a", "moved-b")}
    asked = homes.talk("b", 0, dict(rest, mine="o\\n", last="t\\n", text="t\\n"))
    if {"both", "gone", "edited"} & set(asked):
        fail("asked again about", asked)
    in_the_end(homes)


def main():
    if not shutil.which("git"):
        print("skipped: git is not installed")
        sys.exit(77)
    # Whoever was started in the background ignores it, and all its children would.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    promptd = os.path.realpath(sys.argv[1])
    work = tempfile.mkdtemp(prefix="promptd-resolve.")
    try:
        with open(os.path.join(work, "lsan"), "w") as f:
            f.write("leak:libpcre2-8.so\n")  # libgit2's own, see personal_sync.sh
        os.environ.update(HOME=work, PROMPTD_AUTOSTART="no", GIT_CONFIG_NOSYSTEM="1",
                          LC_ALL="C.UTF-8", GIT_CEILING_DIRECTORIES=work,
                          LSAN_OPTIONS="suppressions=%s/lsan:print_suppressions=0" % work)
        for name in ("VISUAL", "EDITOR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
            os.environ.pop(name, None)
        for key, value in (("user.name", "A Person"), ("user.email", "person@example.org"),
                           ("init.defaultBranch", "main"), ("protocol.file.allow", "always")):
            subprocess.run(["git", "config", "--global", key, value], check=True)
        story(Homes(promptd, work))
    finally:
        shutil.rmtree(work)
    print("all well" if failures == 0 else "%d failures" % failures)
    sys.exit(failures != 0)


main()
