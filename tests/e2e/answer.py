#!/usr/bin/env python3
"""Is this what `promptd COMMAND --json` may answer?

	answer.py STATUS EXPRESSION FILE HELP COMMAND

FILE holds one JSON object on one line, its status is the word for the exit status,
it has an error exactly when it is not done, it has no member that HELP (what
`promptd help --json` said) is silent about, and EXPRESSION holds of it as `a`.
"""
import json
import re
import sys

WORDS = {0: "done", 1: "failed", 2: "usage", 3: "not_found", 4: "agent_unreachable", 130: "cancelled"}


def top_level(told):
    """The members of "a, b (c, d (e)), f" outside the parentheses."""
    while "(" in told:
        told = re.sub(r"\([^()]*\)", "", told)
    return {name.strip() for name in told.split(",")}


def main():
    status, expression, path, help_path, command = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    a = json.loads(text)
    assert type(a) is dict and text.count("\n") == 1 and text.endswith("\n"), "one line"
    assert a["status"] == WORDS[int(status)], a["status"]
    assert (status == "0") == ("error" not in a), "error or not"
    with open(help_path, encoding="utf-8") as file:
        told = {c["name"]: c.get("answer", "") for c in json.load(file)["commands"]}
    if command in told:
        extra = set(a) - top_level(told[command]) - {"status", "error", "hint", "warnings"}
        assert not extra, f"help is silent about {extra}"
    sys.exit(0 if eval(expression, {"a": a}) else 1)


main()
