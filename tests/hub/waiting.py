#!/usr/bin/env python3
"""Who waits for news of the feed is told, and only as long as they may be: streams of
events and questions with Prefer: wait. On each database.

    waiting.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import hashlib
import http.client
import queue
import sys
import tempfile
import threading
import time
import urllib.parse

from hub_client import Hub, Person, databases, sql

CEILING = 60  # seconds; nothing takes nearly as long
ENDED = "ended"


def check(what, so):
    if not so:
        raise AssertionError(what)


class Asked(threading.Thread):
    """A question that may take its time."""

    def __init__(self, hub, token, path, **headers):
        super().__init__(daemon=True)
        at = urllib.parse.urlsplit(hub.url)
        self.connection = http.client.HTTPConnection(at.hostname, at.port, timeout=CEILING)
        self.path, self.token, self.headers, self.answer = path, token, headers, None
        self.start()

    def run(self):
        self.connection.request("GET", "/api/v1" + self.path, headers={
            "Authorization": "Bearer " + self.token,
            **{name.replace("_", "-"): value for name, value in self.headers.items()}})
        self.answer = self.connection.getresponse()
        self.text = self.answer.read().decode()

    @property
    def status(self):
        self.join(CEILING)
        return self.answer.status


class Stream(threading.Thread):
    """An open stream; its events come into a queue, and ENDED after the last."""

    def __init__(self, hub, token):
        super().__init__(daemon=True)
        at = urllib.parse.urlsplit(hub.url)
        self.connection = http.client.HTTPConnection(at.hostname, at.port, timeout=CEILING)
        self.connection.request("GET", "/api/v1/sync/stream",
                                headers={"Authorization": "Bearer " + token})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.events = queue.Queue()
        if self.status == 200:
            check("a stream", self.answer.headers["Content-Type"] == "text/event-stream")
            check("which begins at once", self.answer.readline() == b": promptd\n")
            self.start()

    def run(self):
        event = None
        try:
            for line in self.answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    self.events.put((event, value))
        except OSError:
            pass
        self.events.put(ENDED)

    def next(self):
        return self.events.get(timeout=CEILING)


def publish(ann, ben, slug):
    made = ben.ask("POST", "/prompts", {"slug": slug, "title": slug, "text": "Text."})
    check(made.text, made.status == 201)
    way = f"/prompts/{made.json['id']}/versions/1"
    check("submitted", ben.ask("POST", way + "/submit", {}).status == 200)
    check("approved", ann.ask("POST", way + "/approve", {}).status == 200)


def key_of(person):
    made = person.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"})
    check(made.text, made.status == 201)
    return made.json["id"], made.json["key"]


def up_to_date(hub, token):
    """The path and header of a question to which there is nothing new."""
    got = hub.ask("GET", "/api/v1/sync", token=token)
    check(got.text, got.status == 200)
    return "/sync?cursor=" + got.lines[-1]["cursor"], got.headers["ETag"]


def streams_tell(hub, other, people):
    ann, ben, cleo = people
    stream = Stream(hub, cleo.token)
    publish(ann, ben, "wait/one")
    check("told", stream.next()[0] == "changed")
    ann.hub, ben.hub = other, other
    publish(ann, ben, "wait/two")
    check("told of what another process did", stream.next()[0] == "changed")
    ann.hub, ben.hub = hub, hub

    team = ann.ask("POST", "/teams", {"name": "Waiting"})
    check(team.text, team.status == 201)
    check("joined", ann.ask("PUT", f"/teams/{team.json['id']}/members/{cleo.id}", {}).status
          in (200, 201, 204))
    check("told that they see other things now", stream.next()[0] == "changed")


def streams_end(hub, other, people):
    ann, _, cleo = people
    for where in (hub, other):
        at, key = key_of(cleo)
        stream, held = Stream(hub, key), Stream(hub, cleo.token)
        cleo.hub = where
        check("revoked", cleo.ask("DELETE", f"/keys/{at}").status in (200, 204))
        cleo.hub = hub
        check("ends with its key", stream.next() == ENDED)
        check("which is no longer good", hub.ask("GET", "/api/v1/sync", token=key).status == 401)
        publish_again(people)
        check("another's does not", held.next()[0] == "changed")
    dora = ann.invites("Dora", "consumer")
    stream = Stream(hub, dora.token)
    ann.ask("PATCH", "/users/" + dora.id, {"active": False})
    check("ends with its person", stream.next() == ENDED)
    check("who opens no other", Stream(hub, dora.token).status == 401)


def publish_again(people, numbers=iter(range(1000))):
    publish(people[0], people[1], f"wait/again{next(numbers)}")


def until_one_waits(hub):
    end = time.monotonic() + CEILING
    while "promptd_hub_waiting_questions 1\n" not in hub.ask("GET", "/metrics").text:
        check("it waits", time.monotonic() < end)
        time.sleep(0.02)


def questions_wait(hub, other, people):
    cleo = people[2]
    path, etag = up_to_date(hub, cleo.token)
    waits = Asked(hub, cleo.token, path, If_None_Match=etag, Prefer="wait=1")
    check("nothing came", waits.status == 304 and waits.answer.headers["ETag"] == etag)
    check("without a tag", Asked(hub, cleo.token, path, Prefer="wait=1").status == 200)
    for where in (hub, other):
        path, etag = up_to_date(hub, cleo.token)
        waits = Asked(hub, cleo.token, path, If_None_Match=etag, Prefer="respond-async, wait=50")
        for person in people[:2]:
            person.hub = where
        publish_again(people)
        for person in people[:2]:
            person.hub = hub
        check("asked again when there was something", waits.status == 200)
        check("which came", '"t":"put"' in waits.text)
    path, etag = up_to_date(hub, cleo.token)
    at, key = key_of(cleo)
    waits = Asked(hub, key, path, If_None_Match=etag, Prefer="wait=50")
    until_one_waits(hub)
    cleo.ask("DELETE", f"/keys/{at}")
    check("not longer than its key", waits.status == 401)


def another_tenants(hub):
    """A token of somebody elsewhere, on the same hub."""
    token = "pk_of_another_tenant"
    tenant = "" if hub.database.startswith("sqlite:") else "SET promptd.tenant = 'elsewhere';"
    sql(hub.database, tenant + f"""
        INSERT INTO tenant (id, name, epoch, created_ms) VALUES ('elsewhere', 'E', 'e', 0);
        INSERT INTO person (tenant, id, email, name, role, created_ms, updated_ms) VALUES
            ('elsewhere', 'eve', 'eve@example.org', 'Eve', 'consumer', 0, 0);
        INSERT INTO credential (hash, id, tenant, user_id, kind, name, scopes, created_ms,
            expires_ms) VALUES ('{hashlib.sha256(token.encode()).hexdigest()}', 'k',
            'elsewhere', 'eve', 'key', 'k', 'sync', 0, 9000000000000);""")
    return token


def another_tenant_is_not_told(hub, people):
    stream, mine = Stream(hub, another_tenants(hub)), Stream(hub, people[2].token)
    check("open", stream.status == 200)
    for _ in range(2):
        publish_again(people)
        check("told", mine.next()[0] == "changed")
    check("not told", stream.events.empty())
    sql(hub.database, "UPDATE tenant SET seq = seq + 1 WHERE id = 'elsewhere'")
    check("but of its own", stream.next()[0] == "changed")
    check("which others are not", mine.events.empty())
    sql(hub.database, "DELETE FROM credential WHERE id = 'k'")
    check("and when it ends", stream.next() == ENDED)


def not_too_many(hub, people):
    dave = people[0].invites("Dave", "consumer")
    streams = [Stream(hub, dave.token) for _ in range(33)]
    check("so many", [stream.status for stream in streams] == [200] * 32 + [429])
    check("and later", streams[32].answer.headers["Retry-After"])


def ends_in_order(hub, people):
    path, etag = up_to_date(hub, people[2].token)
    stream = Stream(hub, people[2].token)
    waits = Asked(hub, people[2].token, path, If_None_Match=etag, Prefer="wait=50")
    until_one_waits(hub)
    check("stopped", hub.stop() == 0)
    check("the stream ended", stream.next() == ENDED)
    check("the question was answered", waits.status == 304)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub, Hub(sys.argv[1], url) as other:
                ann = Person(hub, "Ann", hub.invite())
                people = ann, ann.invites("Ben", "contributor"), ann.invites("Cleo", "consumer")
                streams_tell(hub, other, people)
                streams_end(hub, other, people)
                questions_wait(hub, other, people)
                another_tenant_is_not_told(hub, people)
                not_too_many(hub, people)
                ends_in_order(hub, people)
            print("ok", name)


main()
