"""The promptd agent of this user: where it is, and requests to it."""
import json
import os
import socket

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "example-python", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class NoAgent(Exception):
    pass


def run_dirs():
    env, user = os.environ.get, f"/run/user/{os.getuid()}"
    state = env("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    if env("PROMPTD_HOME"):
        return [env("PROMPTD_HOME") + "/run"]
    return [env("XDG_RUNTIME_DIR", user) + "/promptd", user + "/promptd", state + "/promptd/run"]


def start_of(pid):
    """Field 22 of /proc/PID/stat: the pid alone may belong to another process by now, or
    (state Z) to one that has ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[19]) if fields[0] not in "ZX" else None


def find_agent():
    """What agent.json says: the file is ours alone, and its process is the one it names."""
    for directory in run_dirs():
        try:
            with open(os.open(directory + "/agent.json", os.O_RDONLY | os.O_NOFOLLOW)) as file:
                status, found = os.fstat(file.fileno()), json.load(file)
            private = status.st_uid == os.getuid() and status.st_mode & 0o077 == 0
            if private and start_of(found["pid"]) == found["start"]:
                return found
        except (OSError, ValueError, LookupError, TypeError):
            continue
    raise NoAgent("no promptd agent runs; `promptd agent` starts it")


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
