#!/usr/bin/env python3
"""Conversations with promptd-mcp about the prompts of the project it was started in.

	project_talk.py SERVER names|get NAME|search WORDS|follow FILE TEXT NAME

Speaks 2026-07-28. names, get and search: one answer on stdout. follow: waits for the
prompt NAME to say TEXT after FILE was written with it, told by list_changed.
"""
import json
import select
import subprocess
import sys
import time

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "talk", "version": "1"},
}
PATIENCE = 60


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self.ids = 0
        self.rest = b""

    def send(self, method, params):
        self.ids += 1
        params = dict(params, _meta=META)
        line = {"jsonrpc": "2.0", "id": self.ids, "method": method, "params": params}
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        return self.ids

    def read(self):
        end = time.monotonic() + PATIENCE
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], end - time.monotonic())
            if not ready:
                sys.exit("no answer")
            chunk = self.process.stdout.read(65536)
            if not chunk:
                sys.exit("the server is gone")
            self.rest += chunk
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def ask(self, method, params):
        number = self.send(method, params)
        while True:
            answer = self.read()
            if answer.get("id") == number:
                return answer.get("result", answer.get("error"))

    def tool(self, name, arguments):
        return self.ask("tools/call", {"name": name, "arguments": arguments})

    def close(self):
        self.process.stdin.close()
        if self.process.wait(PATIENCE) != 0:
            sys.exit("the server failed")


def text_of(server, name):
    return server.tool("get_prompt", {"name": name})["content"][0]["text"]


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(what + " does not come")
        time.sleep(0.05)


def names(server):
    return [prompt["name"] for prompt in server.ask("prompts/list", {})["prompts"]]


def follow(server, file, text, name):
    number = server.send("subscriptions/listen", {"notifications": {"promptsListChanged": True}})
    while "subscriptions/acknowledged" not in server.read().get("method", ""):
        pass
    with open(file, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    while server.read().get("method") != "notifications/prompts/list_changed":
        pass
    until(text, lambda: text in text_of(server, name))
    print("told, request", number)


def main():
    server = Server(sys.argv[1])
    server.ask("server/discover", {})
    what, rest = sys.argv[2], sys.argv[3:]
    if what == "names":
        wanted = rest[0].split()
        until("the list " + rest[0], lambda: names(server) == wanted)
        print(*names(server))
    elif what == "get":
        print(text_of(server, rest[0]))
    elif what == "list":
        print(json.dumps(server.ask("prompts/list", {})["prompts"]))
        print(json.dumps(server.ask("resources/list", {})["resources"]))
    elif what == "read":
        print(json.dumps(server.ask("resources/read", {"uri": rest[0]})))
    elif what == "search":
        print(json.dumps(server.tool("search_prompts", {"query": rest[0]})))
    elif what == "follow":
        follow(server, *rest)
    elif what == "next":
        file, text, name = rest
        text_of(server, name)
        with open(file, "w", encoding="utf-8") as out:
            out.write(text + "\n")
        until(text, lambda: text in text_of(server, name))
        print("at the next call")
    server.close()


main()
