#!/usr/bin/env python3
"""What strangers send to the hub's port: half requests, slow ones, bodies that lie about
their length, requests within requests, bytes that are no HTTP. Each is answered or cut
off; nothing of it is taken for another request, and the hub goes on as before.

    hostile.py PROGRAM
"""
import concurrent.futures
import json
import os
import random
import resource
import select
import socket
import struct
import sys
import tempfile
import time

from hub_client import Hub, Person

CEILING = 60 # seconds until something must have happened
ARRIVE = 20 # what http.h allows a request
MEMORY = 1 << 30 # of the hub, whatever was sent; sanitizers included
IDLE = 1500 # connections at once that say nothing


def check(what, so):
    if not so:
        raise AssertionError(what)


class Port:
    def __init__(self, hub, token):
        host, port = hub.url.split("//")[1].split(":")
        self.address, self.hub, self.token = (host, int(port)), hub, token

    def connect(self):
        return socket.create_connection(self.address, CEILING)

    def said(self, connection, until=CEILING):
        """All that comes until the hub closes, is silent for a while after something, or
        the ceiling."""
        got, ends = b"", time.monotonic() + until
        while time.monotonic() < ends:
            ready, _, _ = select.select([connection], [], [], 0.3 if got else 1)
            if not ready and got:
                break
            if not ready:
                continue
            try:
                more = connection.recv(65536)
            except ConnectionError:
                break
            if not more:
                break
            got += more
        return got

    def send(self, data, until=CEILING):
        with self.connect() as connection:
            try:
                connection.sendall(data)
            except ConnectionError:
                pass
            return self.said(connection, until)

    def alive(self):
        got = self.hub.ask("GET", "/livez")
        check(got.text, got.status == 200)

    def memory(self):
        with open(f"/proc/{self.hub.process.pid}/status", encoding="ascii") as file:
            rows = dict(line.split(":", 1) for line in file)
        return int(rows["VmRSS"].split()[0]) * 1024


def statuses(answer):
    """Of each answer in the bytes that came."""
    return [int(part[2:5]) for part in answer.split(b"HTTP/1.")[1:] if part[2:5].isdigit()]


# ── no HTTP, or not quite ──────────────────────────────────────────────────

def head(line, *fields, body=b""):
    return "\r\n".join((line, "Host: x", *fields, "", "")).encode("latin-1") + body


ODD = [
    b"\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET /livez\r\n\r\n",
    b"GET /livez HTTP/9.9\r\n\r\n", b"GET  /livez  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"SSH-2.0-x\r\n", b"A" * 100000,
    head("BREW /livez HTTP/1.1"), head("CONNECT example.org:443 HTTP/1.1"),
    head("OPTIONS * HTTP/1.1"), head("TRACE /livez HTTP/1.1"),
    head("GET http://example.org/livez HTTP/1.1"), head("GET //livez HTTP/1.1"),
    head("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1"), head("GET /../../etc/passwd HTTP/1.1"),
    head("GET /static/..%2f..%2fmain.c HTTP/1.1"), head("GET /api/v1/%00 HTTP/1.1"),
    head("GET /api/v1/prompts?q=%00%ff%c0%80 HTTP/1.1"), head("GET /%zz HTTP/1.1"),
    head("GET /livez\0x HTTP/1.1"), head("GET /" + "a" * 9000 + " HTTP/1.1"),
    head("GET /livez HTTP/1.1", "X: " + "y" * 20000),
    head("GET /livez HTTP/1.1", *(f"X-{n}: y" for n in range(2000))),
    head("GET /livez HTTP/1.1", "X: a\0b"), head("GET /livez HTTP/1.1", ": nameless"),
    head("GET /livez HTTP/1.1", "no colon at all"), head("GET /livez HTTP/1.1", "A: b", " folded"),
    head("GET /livez HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket",
         "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    head("GET /livez HTTP/1.1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
    head("GET /api/v1/me HTTP/1.1", "Authorization: Bearer " + "x" * 3000),
    head("GET /api/v1/me HTTP/1.1", "Cookie: " + "promptd=" * 400),
    head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: -1"),
    head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: 99999999999999999999"),
    head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: 0x10"),
    head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: 5000000"),
    head("POST /api/v1/auth/login HTTP/1.1", "Expect: 100-continue", "Content-Length: 5000000"),
]


def at_once(port, requests, until):
    """(request, answer) of each; those that are never whole wait for the hub's patience."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(zip(requests, pool.map(lambda data: port.send(data, until), requests)))


def odd_bytes_break_nothing(port):
    for data, got in at_once(port, ODD, ARRIVE + 25):
        check(data[:60], 101 not in statuses(got) and not any(
            status in (200, 500) and b"passwd" in data for status in statuses(got)))
        check(data[:60], 500 not in statuses(got))
    port.alive()


def any_bytes_break_nothing(port):
    """Good requests with bytes exchanged, cut and repeated at random."""
    chance = random.Random(20261121)
    good = head("POST /api/v1/prompts?limit=3 HTTP/1.1", "Content-Type: application/json",
                "Authorization: Bearer " + port.token, "Content-Length: 44",
                body=b'{"slug":"h/one","title":"T","text":"a{{b}}c"}'[:44])
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            data[at:at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
        with port.connect() as connection:
            connection.sendall(bytes(data[:chance.randrange(1, len(data) + 1)]))
            if chance.randrange(2):
                connection.shutdown(socket.SHUT_WR)
                answer = port.said(connection, 5)
                check(answer[:80], 500 not in statuses(answer))
    port.alive()


# ── requests within requests ───────────────────────────────────────────────

def smuggling(inner):
    """Bodies that one reads as such and another as the next request."""
    n = str(len(inner))
    long = "Content-Length: " + n
    post = "POST /api/v1/auth/login HTTP/1.1"
    chunked = b"0\r\n\r\n" + inner
    yield head(post, "Content-Length: 0", long, body=inner)
    yield head(post, long, "Content-Length: 0", body=inner)
    yield head(post, "Content-Length: 0, " + n, body=inner)
    yield head(post, "Content-Length: 0" + "\0" + n, body=inner)
    yield head(post, "Content-Length: +0", body=inner)
    yield head(post, "Content-Length : " + n, body=inner)
    yield head(post, "Content-Length:\t" + n, body=inner)
    yield head(post, "Content-Length: " + n + "\r\n 0", body=inner)
    yield head(post, "Transfer-Encoding: chunked", f"Content-Length: {len(chunked)}",
               body=chunked)
    yield head(post, f"Content-Length: {len(chunked)}", "Transfer-Encoding: chunked",
               body=chunked)
    for value in ("xchunked", "chunked, identity", "identity, chunked", " chunked", "CHUNKED"):
        yield head(post, "Transfer-Encoding: " + value, f"Content-Length: {len(chunked)}",
                   body=chunked)
    yield head(post, "Transfer-Encoding : chunked", f"Content-Length: {len(chunked)}",
               body=chunked)
    yield head(post, "Transfer-Encoding:\x0bchunked", f"Content-Length: {len(chunked)}",
               body=chunked)
    yield head(post, "X: y\nTransfer-Encoding: chunked", f"Content-Length: {len(chunked)}",
               body=chunked)
    for bad in (b"ffffffffffffffff\r\n", b"-1\r\n", b"5;" + b"a" * 9000 + b"\r\n", b"5\n12345\n",
                b"0x5\r\n12345\r\n", b"5\r\n1234567\r\n0\r\n\r\n"):
        yield head(post, "Transfer-Encoding: chunked", body=bad + inner)


def within(port, name):
    body = json.dumps({"name": name}).encode()
    return head("POST /api/v1/tags HTTP/1.1", "Authorization: Bearer " + port.token,
                "Content-Type: application/json", f"Content-Length: {len(body)}", body=body)


def nothing_within_is_a_request(port):
    """The request within would make a tag."""
    requests = [data for n in range(60)
                for data in list(smuggling(within(port, f"within-{n}")))[n:n + 1]]
    # Who sends a length and that many bytes has sent a body, whatever it looks like.
    inner = within(port, "within-a-body")
    requests.append(head("POST /api/v1/auth/login HTTP/1.1", f"Content-Length: {len(inner)}",
                         body=inner))
    for data, answer in at_once(port, requests, 5):
        check((data[:200], answer), 500 not in statuses(answer) and 201 not in statuses(answer))
    port.send(within(port, "alone"))
    tags = {row["name"] for row in
            port.hub.ask("GET", "/api/v1/tags?limit=200", token=port.token).json["items"]}
    check(tags, tags == {"alone"})
    port.alive()
    print(len(requests), "requests within requests")


# ── slow, many, and gone ───────────────────────────────────────────────────

def the_slow_are_cut_off(port):
    """Headers and a body that never end, a byte now and then."""
    slow = {}
    for data in (b"G", head("GET /livez HTTP/1.1")[:-2], b"",
                 head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: 100", body=b"{")):
        connection = port.connect()
        connection.sendall(data)
        slow[connection] = data
    ends, dripped = time.monotonic() + CEILING + ARRIVE, 0
    while slow and time.monotonic() < ends:
        time.sleep(0.5)
        dripped += 1
        for connection in list(slow):
            try:
                if dripped % 4 == 0:
                    connection.sendall(b"x")
                ready, _, _ = select.select([connection], [], [], 0)
                if ready and not connection.recv(65536):
                    raise ConnectionError
            except ConnectionError:
                connection.close()
                del slow[connection]
    check(f"still there: {list(slow.values())}", not slow)
    port.alive()


def many_say_nothing(port):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(IDLE, (hard if hard > 0 else IDLE) - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count + 100), hard), hard))
    many = [port.connect() for _ in range(count)]
    port.alive()
    for n, connection in enumerate(many):
        if n % 3 == 0: # with a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif n % 3 == 1:
            connection.sendall(b"GET /livez HT")
        connection.close()
    port.alive()
    print(count, "connections that said nothing")


def who_leaves_early_takes_nothing_along(port):
    ask = head("GET /api/v1/prompts?limit=200 HTTP/1.1", "Authorization: Bearer " + port.token)
    for n in range(200):
        with port.connect() as connection:
            connection.sendall(ask)
            if n % 2:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    port.alive()


def bodies_are_bounded(port):
    """Deep, long, and of every wrong type: refused, each in the form of the API."""
    deep = b"[" * 1000000
    values = (b"null", b"1", b'"x"', b"[]", b"{", b"{}", b'{"a":' * 70 + b"1" + b"}" * 70,
              b'{"slug":' + b'"' + b"s" * 3000000 + b'"}', b"\xff\xfe{}", b'{"a":1,"a":2}', deep,
              b'{"text":"' + b"\\u0000" * 10 + b'"}', b"1e999999", b'{"n":' + b"9" * 5000 + b"}")
    for path in ("/prompts", "/auth/login", "/keys", "/usage:batch", "/auth/device/token"):
        for value in values:
            got = port.hub.ask("POST", "/api/v1" + path, value, port.token)
            check((path, value[:40], got.text[:200]), got.status in (200, 400, 413, 422) and
                  (got.status == 200 or got.code))
    answer = port.send(head("POST /api/v1/auth/login HTTP/1.1", "Content-Length: 6000000",
                            body=b"x" * 6000000))
    check(answer[:80], statuses(answer) in ([413], []))
    port.alive()


def main():
    with tempfile.TemporaryDirectory() as directory:
        url = "sqlite:" + os.path.join(directory, "hub.db")
        with Hub(sys.argv[1], url) as hub:
            port = Port(hub, Person(hub, "Ann", hub.invite()).token)
            with concurrent.futures.ThreadPoolExecutor() as pool:
                # These wait for the hub's patience to end; the others go on meanwhile.
                waiting = [pool.submit(attack, port)
                           for attack in (the_slow_are_cut_off, odd_bytes_break_nothing)]
                for attack in (bodies_are_bounded, any_bytes_break_nothing,
                               nothing_within_is_a_request,
                               who_leaves_early_takes_nothing_along, many_say_nothing):
                    attack(port)
                    check(f"memory after {attack.__name__}: {port.memory()}",
                          port.memory() < MEMORY)
                    print("ok", attack.__name__, port.memory() >> 20, "MiB")
                for attack in waiting:
                    attack.result()
            check("nothing went wrong inside", "request.failed" not in hub.said())
            check("it ends when told", hub.stop() == 0)


main()
