#!/usr/bin/env python3
"""The hub under who asks too often, too slowly or in vain: limits, quick answers that end
with the access they were given for, its figures and its log. On each database.

    guarded.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import http.client
import re
import socket
import sys
import tempfile
import time
import urllib.parse

from hub_client import Hub, PASSWORD, Person, databases

CEILING = 60


def check(what, so):
    if not so:
        raise AssertionError(what)


def until(what, so):
    """Waits, for a generous while."""
    end = time.monotonic() + CEILING
    while not so():
        check(what, time.monotonic() < end)
        time.sleep(0.02)


def metrics(hub):
    """The figures, by a parser that takes what Prometheus' text format 0.0.4 allows."""
    got = hub.ask("GET", "/metrics")
    check("as Prometheus has it", got.headers["Content-Type"] == "text/plain; version=0.0.4")
    check("ends with a line", got.text.endswith("\n"))
    values, types = {}, {}
    for line in got.text.splitlines():
        if line.startswith("# "):
            kind, name, rest = line[2:].split(" ", 2)
            check(line, kind in ("HELP", "TYPE") and rest)
            if kind == "TYPE":
                check("told of once: " + line, name not in types)
                types[name] = rest
                check(line, rest in ("counter", "gauge", "histogram"))
            continue
        sample = re.fullmatch(
            r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z]+="[^"\\\n]*"\})? '
            r'(-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?|\+Inf|NaN)', line)
        check("a sample: " + line, sample)
        name, labels, value = sample.groups()
        family = re.sub("_(bucket|sum|count)$", "", name)
        check("of a type: " + line, name in types or types.get(family) == "histogram")
        check("once: " + line, (name, labels) not in values)
        check("counters are called so: " + line,
              (types.get(name) == "counter") == name.endswith("_total"))
        values[name, labels] = float(value)
    return values


def of(hub, name, labels=None):
    return metrics(hub)["promptd_hub_" + name, labels]


def figures_add_up(hub):
    values = metrics(hub)
    buckets = [value for (name, _), value in values.items()
               if name == "promptd_hub_request_seconds_bucket"]
    check("a histogram rises", buckets == sorted(buckets) and len(buckets) == 12)
    check("to its count", buckets[-1] == values["promptd_hub_request_seconds_count", None])
    check("the database is there", values["promptd_hub_database_up", None] == 1)
    before = of(hub, "requests_total", '{status="4xx"}')
    hub.ask("GET", "/nope")
    check("counted", of(hub, "requests_total", '{status="4xx"}') == before + 1)


def quick_answers(hub, other, ann, cleo):
    """Nothing new is said without the database, and only to who may still hear it."""
    made = cleo.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json
    first = hub.ask("GET", "/api/v1/sync", token=made["key"])
    path, tag = "/api/v1/sync?cursor=" + first.lines[-1]["cursor"], first.headers["ETag"]

    def again(where=hub, etag=tag):
        return where.ask("GET", path, token=made["key"], If_None_Match=etag)

    def quickly():
        nonlocal got
        before, got = of(hub, "quick_answers_total"), again()
        check("nothing new", got.status == 304 and got.headers["ETag"] == tag)
        return of(hub, "quick_answers_total") == before + 1

    got = None
    until("without the database", quickly) # which is asked when what is known has grown old
    check("when to come again", int(got.headers["Promptd-Poll-After"]) >= 60)
    check("and its name", got.headers["X-Request-Id"])
    check("another tag is another question", again(etag='"x"').status == 200)
    check("there too", again(other).status == 304 and again(other).status == 304)
    team = ann.ask("POST", "/teams", {"name": "Quick"}).json["id"]
    ann.ask("PUT", f"/teams/{team}/members/{cleo.id}", {})
    check("who sees other things is told so at once", again().status == 200)
    until("and elsewhere soon", lambda: again(other).status == 200)
    first = hub.ask("GET", path, token=made["key"])
    path, tag = "/api/v1/sync?cursor=" + first.lines[-1]["cursor"], first.headers["ETag"]
    check("known", again(hub, tag).status == 304 and again(other, tag).status == 304)
    cleo.ask("DELETE", "/keys/" + made["id"])
    check("revoked is revoked", again(hub, tag).status == 401)
    until("and elsewhere soon", lambda: again(other, tag).status == 401)
    made = cleo.ask("POST", "/keys", {"name": "desk", "scopes": "read sync"}).json
    check("another one of theirs", again(hub, tag).status == 304)
    ann.ask("PATCH", "/users/" + cleo.id, {"active": False})
    check("let go", again(hub, tag).status == 401)


def too_often(hub, ann):
    """50 a second, 500 at once, of one credential; of no other."""
    key = ann.ask("POST", "/keys", {"name": "busy", "scopes": "read"}).json["key"]
    at = urllib.parse.urlsplit(hub.url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=CEILING)
    statuses = []
    while 429 not in statuses:
        check("not for ever", len(statuses) < 20000)
        connection.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + key})
        got = connection.getresponse()
        got.read()
        statuses.append(got.status)
    check("many at once", statuses.count(200) >= 3)
    check("when to come again", int(got.headers["Retry-After"]) >= 1)
    check("others go on", ann.ask("GET", "/me").status == 200)
    check("counted", of(hub, "limited_total") >= 1)
    connection.close()


def from_an_address(hub):
    """Who a proxy that is trusted speaks for is who is counted."""
    def ask(address):
        return hub.ask("GET", "/api/v1/me", X_Forwarded_For=address).status

    statuses = [ask("192.0.2.7") for _ in range(60)]
    check("as many as they may", statuses[0] == 401 and 429 in statuses)
    check("another", ask("192.0.2.8") == 401)
    # A new one each time: believed, none of them would have asked too often.
    statuses = [ask(f"192.0.2.{n}, 192.0.2.7") for n in range(100, 160)]
    check("what a client says itself is not believed", 429 in statuses)
    check("who watches over it is not counted", hub.ask("GET", "/livez").status == 200)


def guesses(hub, ann):
    """Ten wrong passwords for one name from one place, and then slowly."""
    def login(password, address="192.0.2.1", email=ann.email):
        return hub.ask("POST", "/api/v1/auth/login", {"email": email, "password": password},
                       X_Forwarded_For=address)

    before = of(hub, "login_failures_total")
    statuses = [login("wrong wrong wrong").status for _ in range(11)]
    check(statuses, statuses == [401] * 10 + [429])
    check("counted", of(hub, "login_failures_total") == before + 10)
    late = login(PASSWORD)
    check("also the right one", late.status == 429 and int(late.headers["Retry-After"]) >= 1)
    check("not from elsewhere", login(PASSWORD, "192.0.2.2").status == 200)
    nobody = [login("wrong wrong wrong", "192.0.2.3", "nobody@example.org").status
              for _ in range(11)]
    check("the same for who is not there", nobody == statuses)


def log_tells(hub, person):
    trace = "0af7651916cd43dd8448eb211c80319c"
    person.ask("GET", "/prompts?q=secret-search", X_Request_Id="a-request-of-mine",
               traceparent=f"00-{trace}-b7ad6b7169203331-01")
    hub.ask("GET", "/api/v1/ps_token-in-a-path", token="ps_token-in-a-header")
    line = next(line for line in hub.said().splitlines() if "a-request-of-mine" in line)
    for field in ("event=request", "request=a-request-of-mine", "trace=" + trace, "method=GET",
                  "route=listPrompts", "status=200", "us=", "user=" + person.id):
        check(field + " in " + line, field in line)
    for secret in ("secret-search", "token-in-a", person.token, PASSWORD, "Text."):
        check("never " + secret, secret not in hub.said())


def connect(hub):
    """A connection that has asked one thing, and what came."""
    at = urllib.parse.urlsplit(hub.url)
    connection = socket.create_connection((at.hostname, at.port), timeout=CEILING)
    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection, connection.recv(4096)


def let_in(hub, kept):
    connection, text = connect(hub)
    if text.startswith(b"HTTP/1.1 200"):
        kept.append(connection)
        return True
    connection.close()
    return False


def one_too_many(hub):
    """Four connections are let in; the next one is told so."""
    kept = []
    while len(kept) < 4:
        until("those before have gone", lambda: let_in(hub, kept))
    late, text = connect(hub)
    while more := late.recv(4096):
        text += more
    check(text, text.startswith(b"HTTP/1.1 503") and b"too_many_connections" in text and
          b"Retry-After: " in text) # and closed, or there were no end of it
    kept.pop().close()
    until("room again", lambda: let_in(hub, kept))
    for connection in kept:
        connection.close()


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub, Hub(sys.argv[1], url) as other:
                ann = Person(hub, "Ann", hub.invite())
                ben, cleo = ann.invites("Ben", "contributor"), ann.invites("Cleo", "consumer")
                figures_add_up(hub)
                log_tells(hub, ben)
                quick_answers(hub, other, ann, cleo)
            with Hub(sys.argv[1], url, "--rates", "1:100000:0") as hub:
                ann.hub = hub
                too_often(hub, ann)
            with Hub(sys.argv[1], url, "--rates", "0:0:2", "--trusted-proxy",
                     "10.0.0.1, 127.0.0.1") as hub:
                from_an_address(hub)
            with Hub(sys.argv[1], url, "--rates", "off", "--trusted-proxy", "127.0.0.1",
                     "--connections", "4") as hub:
                guesses(hub, ann)
                one_too_many(hub)
            print("ok", name)


main()
