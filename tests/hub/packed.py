#!/usr/bin/env python3
"""Bodies with gzip, both ways, and batches of usage: packed ones, bombs, the same event
twice in one and in two. On each database.

    packed.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import gzip
import json
import sys
import tempfile
import urllib.request
import uuid

from hub_client import Hub, Person, databases, number


def check(what, so):
    if not so:
        raise AssertionError(what)


def raw(hub, token, path, **headers):
    request = urllib.request.Request(hub.url + "/api/v1" + path)
    request.add_header("Authorization", "Bearer " + token)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    with urllib.request.urlopen(request, timeout=60) as got:
        return got.headers, got.read()


def answers(hub, ann):
    for number in range(12):
        made = ann.ask("POST", "/prompts", {"slug": f"packed/p{number}", "title": "Packed " * 9,
                                            "text": "The same again. " * 40})
        check(made.text, made.status == 201 and "Content-Encoding" not in made.headers)
    path = "/prompts?limit=50"
    plain, text = raw(hub, ann.token, path, Accept_Encoding="identity")
    check("as it is", "Content-Encoding" not in plain and len(text) > 2000)
    check("caches know", plain["Vary"] == "Accept-Encoding")
    packed, less = raw(hub, ann.token, path, Accept_Encoding="br, gzip")
    check("packed", packed["Content-Encoding"] == "gzip" and len(less) < len(text) / 3)
    check("how long it is", int(packed["Content-Length"]) == len(less))
    check("the same", gzip.decompress(less) == text)
    small, _ = raw(hub, ann.token, "/me", Accept_Encoding="gzip")
    check("what is small stays", "Content-Encoding" not in small)


def event(**more):
    return {"event_id": str(uuid.uuid4()), "occurred_at": "2026-11-20T10:00:00Z",
            "prompt_id": "p1", "version": 1, "client_type": "cli", "action": "get",
            "outcome": "ok", **more}


def lines(events):
    return "".join(json.dumps(one) + "\n" for one in events).encode()


def batches(hub, ann):
    def send(body, **headers):
        return ann.ask("POST", "/usage:batch", body, **headers)

    def packed(body):
        return send(gzip.compress(body), Content_Encoding="gzip")

    events = [event(prompt_id=f"p{n % 7}") for n in range(500)]
    got = packed(lines(events)).json
    check("taken", got["accepted"] == [one["event_id"] for one in events])
    check("and only once", not got["duplicate"] and not got["rejected"])
    again = packed(lines(events[:77] + [event()] + events[77:137])).json
    check("the new one", len(again["accepted"]) == 1 and len(again["duplicate"]) == 137)

    twice = event()
    got = send(lines([event(), twice, event(), twice])).json
    check("twice in one", len(got["accepted"]) == 3 and got["duplicate"] == [twice["event_id"]])
    bad = event(action="nonsense")
    got = send(lines([event(), bad, event()])).json
    check("one bad", len(got["accepted"]) == 2 and got["rejected"] ==
          [{"event_id": bad["event_id"], "code": "action"}])
    many = [event(prompt_id=f"x{n}") for n in range(500)]
    check("of as many kinds", len(send(lines(many)).json["accepted"]) == 500)

    check("501", packed(lines([event() for _ in range(501)])).status == 413)
    bomb = packed(b" " * (64 * 1024 * 1024))
    check("a bomb", bomb.status == 413 and bomb.code == "too_large")
    cut = send(gzip.compress(lines([event()]))[:-5], Content_Encoding="gzip")
    check("cut short", cut.status == 400 and cut.code == "bad_gzip")
    check("another encoding", send(b"x", Content_Encoding="br").status == 415)
    figures = hub.ask("GET", "/metrics").text
    check("counted", "\npromptd_hub_usage_events_total 1006\n" in figures)
    check("each row", number(hub.database, "SELECT count(*) FROM usage_event") == 1006)
    check("and use", number(hub.database, "SELECT sum(uses) FROM usage_count") == 1006)
    check("by kind", number(hub.database, "SELECT count(*) FROM usage_count") == 507)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub:
                ann = Person(hub, "Ann", hub.invite())
                answers(hub, ann)
                batches(hub, ann)
            print("ok", name)


main()
