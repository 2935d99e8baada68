"""Requests to the promptd agent of this user."""
import json
import socket

from endpoint import find_agent

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "example-python", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class UnixSocket:
    """A message a line. No token: the kernel tells the agent who calls."""

    def __init__(self, found, timeout):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(found["socket"])
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data + b"\n")

    def receive(self):
        return self.file.readline()


class Agent:
    """One connection, over UnixSocket or agent_websocket.WebSocket."""

    def __init__(self, transport=UnixSocket, timeout=10):
        self.wire, self.heard, self.last = transport(find_agent(), timeout), [], 0

    def send(self, method, **params):
        self.last += 1
        self.wire.send(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method,
                                   "params": {**params, "_meta": META}}).encode())

    def receive(self):
        data = self.wire.receive()
        if not data:
            raise EOFError("the agent ended")
        message = json.loads(data)
        if "error" in message:  # without an id when it could not even be read
            raise RuntimeError(message["error"]["message"])
        return message

    def request(self, method, **params):
        self.send(method, **params)
        while (message := self.receive()).get("id") != self.last:
            self.heard.append(message)
        return message["result"]

    def notifications(self):
        while True:
            message = self.heard.pop(0) if self.heard else self.receive()
            if "method" in message:
                yield message

    def prompts(self):
        """By name, in order of it."""
        found, cursor = {}, {}
        while cursor is not None:
            page = self.request("prompts/list", **cursor)
            found.update((prompt["name"], prompt) for prompt in page["prompts"])
            cursor = {"cursor": page["nextCursor"]} if "nextCursor" in page else None
        return found
