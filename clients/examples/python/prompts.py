#!/usr/bin/env python3
"""Your prompts in a program, from the promptd agent; the standard library only.

    prompts.py [--websocket] list                      names and titles
    prompts.py [--websocket] get NAME [KEY=VALUE...]   the text, filled in
    prompts.py [--websocket] watch [NAME...]           a line whenever something changes
"""
import argparse
import sys
import time

from agent import Agent, NoAgent, UnixSocket
from agent_websocket import WebSocket


def prompts(agent):
    found, cursor = {}, {}
    while cursor is not None:
        page = agent.request("prompts/list", **cursor)
        found.update((prompt["name"], prompt) for prompt in page["prompts"])
        cursor = {"cursor": page["nextCursor"]} if "nextCursor" in page else None
    return found


def show_list(transport, *_):
    for name, prompt in prompts(Agent(transport)).items():
        print(f"{name}\t{prompt['title']}")


def get(transport, name, *pairs):
    arguments = dict(pair.partition("=")[::2] for pair in pairs)
    result = Agent(transport).request("prompts/get", name=name, arguments=arguments)
    texts = [message["content"]["text"] for message in result["messages"]]
    sys.stdout.buffer.write("\n\n".join(texts).encode())  # the very bytes


def watch_once(transport, names, known):
    agent = Agent(transport, timeout=90)
    agent.send("subscriptions/listen", notifications={
        "promptsListChanged": True, "resourceSubscriptions": ["prompt://" + n for n in names]})
    for heard in agent.notifications():
        if heard["method"] == "notifications/resources/updated":
            print("updated", heard["params"]["uri"].removeprefix("prompt://"), flush=True)
            continue
        now = prompts(agent)  # acknowledged, or the list changed
        for name in sorted({*known, *now}) if known else []:
            if known.get(name) != now.get(name):
                print("-" if name not in now else "~" if name in known else "+", name, flush=True)
        if heard["method"] == "notifications/subscriptions/acknowledged":
            print(f"watching {len(now)} prompts", flush=True)
        known.clear()
        known.update(now)


def watch(transport, *names):
    known, told = {}, None
    while True:
        try:
            watch_once(transport, names, known)
        except (NoAgent, OSError, EOFError) as error:
            if str(error) != told:
                print("waiting:", error, file=sys.stderr, flush=True)
            told = str(error)
            time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser(
        usage=__doc__.split("\n\n", 1)[1].strip().replace("    prompts.py", "       prompts.py"))
    parser.add_argument("--websocket", action="store_true")
    parser.add_argument("command", choices=("list", "get", "watch"))
    parser.add_argument("words", nargs="*")
    given = parser.parse_args()
    if given.command == "get" and not given.words:
        parser.error("get needs a NAME")
    command = {"list": show_list, "get": get, "watch": watch}[given.command]
    try:
        command(WebSocket if given.websocket else UnixSocket, *given.words)
    except NoAgent as error:
        print("prompts.py:", error, file=sys.stderr)
        sys.exit(3)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        sys.exit(f"prompts.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
