"""The agent's websocket. Both sides prove that they know the token of agent.json and
neither says it: whoever took over the port of an agent that is gone learns nothing."""
import base64
import hmac
import os
import secrets
import socket
import struct


def proof(found, who, nonce):
    text = f"promptd-{who} {found['port']} {nonce}"
    return hmac.new(found["token"].encode(), text.encode(), "sha256").hexdigest()


class WebSocket:
    def __init__(self, found, timeout):
        nonce, host = secrets.token_hex(16), f"127.0.0.1:{found['port']}"
        self.socket = socket.create_connection(("127.0.0.1", found["port"]), timeout)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall("\r\n".join((
            "GET /mcp HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
            f"Sec-WebSocket-Protocol: mcp, proof.{nonce}.{proof(found, 'client', nonce)}",
            "", "")).encode())
        head = list(iter(lambda: self.file.readline(4096).strip().decode("latin-1"), ""))
        theirs = [line.partition(": ")[2] for line in head if line.startswith("Promptd-Proof: ")]
        if not hmac.compare_digest("".join(theirs), proof(found, "server", nonce)):
            self.socket.close()
            raise ConnectionError(f"what listens on {host} is not the promptd agent")

    def send(self, data, opcode=1):
        n, mask = len(data), os.urandom(4)
        head = (struct.pack("!BB", 0x80 | opcode, 0x80 | n) if n < 126 else
                struct.pack("!BBH", 0x80 | opcode, 0xFE, n) if n < 65536 else
                struct.pack("!BBQ", 0x80 | opcode, 0xFF, n))
        masked = bytes(byte ^ mask[i & 3] for i, byte in enumerate(data))
        self.socket.sendall(head + mask + masked)

    def receive(self):
        """The next message, b"" at the end. The agent's frames are never in pieces."""
        while len(head := self.file.read(2)) == 2:
            n = head[1]
            if n > 125:
                n = int.from_bytes(self.file.read(2 if n == 126 else 8), "big")
            data = self.file.read(n)
            if head[0] == 0x81:
                return data
            if head[0] == 0x89:
                self.send(data, 10)  # a pong for its ping
            else:
                break
        return b""
