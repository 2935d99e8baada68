#!/usr/bin/env python3
"""Your prompts in a program, from the promptd agent; the standard library only.

usage: prompts.py [--websocket] list                      names and titles
       prompts.py [--websocket] get NAME [KEY=VALUE...]   the text, filled in
       prompts.py [--websocket] watch [NAME...]           a line whenever something changes
"""
import sys

from agent import Agent, UnixSocket
from agent_websocket import WebSocket
from endpoint import NoAgent
from watch import watch


def show_list(transport, *_):
    for name, prompt in Agent(transport).prompts().items():
        print(f"{name}\t{prompt['title']}")


def get(transport, name, *pairs):
    arguments = dict(pair.partition("=")[::2] for pair in pairs)
    result = Agent(transport).request("prompts/get", name=name, arguments=arguments)
    texts = [message["content"]["text"] for message in result["messages"]]
    sys.stdout.buffer.write("\n\n".join(texts).encode())  # the very bytes


def main(words):
    transport = WebSocket if words[:1] == ["--websocket"] else UnixSocket
    name, *words = words[transport is WebSocket:] or [""]
    command = {"list": show_list, "get": get, "watch": watch}.get(name)
    if not command or (command is get) > len(words):
        print(__doc__.split("\n\n", 1)[1], file=sys.stderr, end="")
        sys.exit(2)
    try:
        command(transport, *words)
    except NoAgent as error:
        print("prompts.py:", error, file=sys.stderr)
        sys.exit(3)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        sys.exit(f"prompts.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
