#!/usr/bin/env python3
"""The hub against its API document: every route is in it and the reverse, what it serves
is the document, and each status that an operation names is given once. hub_client holds
every answer, here and in all other tests, against it.

    contract.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import itertools
import json
import os
import re
import socket
import sys
import tempfile
import uuid

from hub_client import Hub, PASSWORD, Person, databases
from openapi import DOCUMENTED, jsonschema

TABLE = os.path.join(os.path.dirname(__file__), "../../hub/routes.c")
V1 = "/api/v1"
STREAM = "syncStream"


def check(what, so):
    if not so:
        raise AssertionError(what)


def routes_are_the_documents():
    with open(TABLE, encoding="utf-8") as file:
        text = file.read().replace('V1 "', '"' + V1)
    routes = set(re.findall(r'\{HTTP_(\w+), "(/[^"]+)", "(\w+)"', text))
    documented = {(op.method, op.path, op.name) for op in DOCUMENTED.operations}
    check(f"not documented: {routes - documented}, not there: {documented - routes}",
          routes == documented and len(routes) > 70)


# ── what each operation is asked with ──────────────────────────────────────

class World:
    """An admin, an owner, a contributor, a consumer, and things for them, each new."""

    def __init__(self, hub):
        self.hub = hub
        self.count = itertools.count(1)
        self.made = {} # one of each kind of thing
        self.ann = Person(hub, "Ann", hub.invite())
        self.team = self.ann.ask("POST", "/teams", {"name": "Core"}).json["id"]
        self.olga = self.ann.invites("Olga", "prompt_owner")
        self.ben = self.ann.invites("Ben", "contributor")
        self.cleo = self.ann.invites("Cleo", "consumer")
        self.leaving = self.ann.invites("Leo", "admin")
        self.keys = [self.ann.ask("POST", "/keys", {"name": "k", "scopes": scopes}).json["key"]
                     for scopes in ("read", "sync")]

    def name(self):
        return f"name-{next(self.count)}"

    def prompt(self, _=None):
        """Version 1 in production, 2 in review, 3 a draft, all by Ben."""
        at = "/prompts/" + self.ben.ask("POST", "/prompts", {
            "slug": "c/" + self.name(), "title": "T", "text": "One"}).json["id"]
        for text in ("Two", "Three"):
            self.ben.ask("POST", at + "/versions", {"text": text})
        for number in (1, 2):
            self.ben.ask("POST", f"{at}/versions/{number}/submit", {})
        self.ann.ask("POST", at + "/versions/1/approve", {})
        self.ben.ask("PUT", at + "/tags/" + self.tag(), {})
        return at.split("/")[-1]

    def deleted(self):
        made = self.prompt()
        check("deleted", self.ann.ask("DELETE", "/prompts/" + made).status == 204)
        return made

    def tag(self):
        return self.ann.ask("POST", "/tags", {"name": self.name()}).json["name"]

    def collection(self):
        return self.ann.ask("POST", "/collections", {"name": self.name()}).json["id"]

    def group(self):
        return self.ann.ask("POST", "/teams", {"name": self.name()}).json["id"]

    def person(self, role="consumer"):
        return self.ann.invites(self.name(), role)

    def device(self):
        return self.hub.ask("POST", V1 + "/auth/device", {"device_name": "d"}).json

    def invite(self, **more):
        return self.ann.ask("POST", "/invites", {"role": "consumer", **more}).json["invite"]

    def invite_id(self):
        self.invite()
        return self.ann.ask("GET", "/invites").json["items"][0]["id"]

    def key_id(self, person):
        return person.ask("POST", "/keys", {"name": "k", "scopes": "read"}).json["id"]

    def session_id(self, person):
        person.login()
        return person.ask("GET", "/sessions").json["items"][0]["id"]

    def digest(self):
        return "sha256-" + self.ann.ask(
            "GET", "/prompts/" + self.prompt()).json["active_version"]["digest"]

    def blank(self):
        return str(uuid.uuid4())


def event():
    return json.dumps({"event_id": str(uuid.uuid4()), "occurred_at": "2026-11-21T08:15:30Z",
                       "prompt_id": "p", "version": 1, "client_type": "mcp", "action": "get",
                       "outcome": "ok"}).encode()


def join(world):
    return {"invite": world.invite(), "email": world.name() + "@example.org", "name": "N",
            "password": PASSWORD}


def device_token(world):
    code = world.device()
    world.ann.ask("POST", "/auth/device/approve", {"user_code": code["user_code"]})
    return {"device_code": code["device_code"]}


NAMED = lambda world: {"name": world.name()}
# Bodies of a request that works; {} where nothing is said.
BODIES = {
    "login": lambda world: {"email": world.ann.email, "password": PASSWORD},
    "register": join,
    "refresh": lambda world: {"refresh_token": world.person().refresh},
    "deviceCode": lambda world: {"device_name": "d"},
    "deviceToken": device_token,
    "deviceApprove": lambda world: {"user_code": world.device()["user_code"]},
    "changeMe": NAMED,
    "changePassword": lambda world: {"current": PASSWORD, "password": PASSWORD},
    "createKey": lambda world: {"name": "k", "scopes": "read"},
    "changeConfig": lambda world: {"approval": "simple"},
    "createInvite": lambda world: {"role": "consumer"},
    "changeUser": lambda world: {"experimental": True},
    "createTeam": NAMED, "changeTeam": NAMED, "createTag": NAMED, "changeTag": NAMED,
    "createCollection": NAMED, "changeCollection": NAMED,
    "createPrompt": lambda world: {"slug": "c/" + world.name(), "title": "T", "text": "t"},
    "replacePrompt": lambda world: {"title": "T", "text": "other"},
    "changePrompt": lambda world: {"title": "Other"},
    "activatePrompt": lambda world: {"channel": "staging", "version": 1},
    "createVersion": lambda world: {"text": "Four"},
    "usageBatch": lambda world: event(),
}
# What stands in the path; a prompt where nothing is said.
THINGS = {
    "deleteSession": lambda world, who: world.session_id(who),
    "deleteKey": lambda world, who: world.key_id(who),
    "deleteInvite": lambda world, who: world.invite_id(),
    "getBlob": lambda world, who: world.digest(),
}
for _name in ("getUser", "changeUser", "deactivateUser", "signOutUser"):
    THINGS[_name] = lambda world, who: world.person().id
for _name in ("getTeam", "changeTeam", "deleteTeam", "listMembers"):
    THINGS[_name] = lambda world, who: world.group()
for _name in ("addMember", "removeMember"):
    THINGS[_name] = lambda world, who: world.team
for _name in ("getTag", "changeTag", "deleteTag"):
    THINGS[_name] = lambda world, who: world.tag()
for _name in ("getCollection", "changeCollection", "deleteCollection"):
    THINGS[_name] = lambda world, who: world.collection()
LEAVING = ("logout", "changePassword", "deleteOtherSessions", "deleteSession")
NUMBERS = {"submitVersion": 3, "approveVersion": 2, "rejectVersion": 2}


class Ask:
    """One request of an operation, made so that it works; then spoiled in one way."""

    def __init__(self, world, op, fresh=True):
        self.world, self.op = world, op
        # Signing out is one of the operations.
        self.who = world.leaving if op.name in LEAVING else world.ann
        if self.who is world.leaving:
            self.who.login()
        self.token, self.headers, self.query = self.who.token, {}, ""
        self.path = op.path
        if "{id}" in op.path or "{digest}" in op.path:
            make = THINGS.get(op.name, World.prompt)
            if not fresh and make not in world.made:
                world.made[make] = make(world, self.who)
            made = make(world, self.who) if fresh else world.made[make]
            self.path = re.sub(r"\{(id|digest)\}", made, self.path)
        self.path = self.path.replace("{number}", str(NUMBERS.get(op.name, 1)))
        if "{user}" in self.path:
            self.path = self.path.replace("{user}", world.cleo.id)
        if "{tag}" in self.path:
            self.path = self.path.replace("{tag}", world.tag())
        names = [p.get("name") or p["$ref"].split("/")[-1]
                 for p in op.description.get("parameters", ())]
        if "If-Match" in names:
            self.headers["If-Match"] = "*"
        self.keyed = "Idempotency-Key" in names
        self.body = None
        if "requestBody" in op.description:
            self.body = BODIES.get(op.name, lambda world: {})(world)

    def send(self):
        return self.world.hub.ask(self.op.method, self.path + self.query, self.body, self.token,
                                  **self.headers)


# ── each status once ───────────────────────────────────────────────────────

# Members of the wrong type, or missing.
WRONG = {
    "login": {}, "register": {}, "refresh": {}, "deviceToken": {}, "deviceApprove": {},
    "deviceCode": {"device_name": 1}, "changeMe": {}, "changePassword": {}, "createKey": {},
    "createInvite": {}, "changeConfig": {"approval": "none"}, "changeUser": {"role": "x"},
    "createTeam": {}, "changeTeam": {}, "createTag": {}, "createCollection": {},
    "changeTag": {"name": 1}, "changeCollection": {"name": 1}, "createPrompt": {},
    "replacePrompt": {}, "changePrompt": {"title": 1}, "activatePrompt": {},
    "deprecatePrompt": {"comment": 1}, "createVersion": {}, "submitVersion": {"comment": 1},
    "approveVersion": {"comment": 1}, "rejectVersion": {"comment": 1},
    "createExecution": {"rating": 9}, "instantiateTemplate": {"values": 1},
}


def give_401(ask):
    if ask.op.name == "login":
        ask.body = {**ask.body, "password": "wrong wrong wrong"}
    elif ask.op.name == "refresh":
        ask.body = {"refresh_token": "pr_none"}
    ask.token = None


def give_403(ask):
    """A key that is for something else; signing out needs none, so there a cookie from
    another site's page."""
    if ask.op.name == "logout":
        ask.token, ask.headers["Cookie"] = None, "promptd=" + ask.who.token
        return
    reads = "Scope: read." in ask.op.description.get("description", "")
    ask.token = ask.world.keys[1 if reads else 0]


def give_404(ask):
    if ask.op.name == "register":
        ask.body["invite"] = "pi_none"
    elif ask.op.name == "deviceApprove":
        ask.body["user_code"] = "BBBB-BBBB"
    else:
        ask.path = re.sub(r"/(prompts|templates|users|teams|tags|collections|keys|sessions|"
                          r"invites|blobs)/[^/]+", r"/\1/" + ask.world.blank(), ask.path)


def give_409(ask):
    world, name = ask.world, ask.op.name
    if name in ("createKey", "createInvite"):
        ask.headers["Idempotency-Key"] = world.name()
        check("once", ask.send().status == 201)
    elif name == "register":
        ask.body["email"] = world.ann.email
    elif name in ("changeTeam", "changeTag", "changeCollection"):
        path = ask.path.rsplit("/", 1)[0]
        taken = world.name()
        check("made", world.hub.ask("POST", path, {"name": taken}, world.ann.token).status == 201)
        ask.body = {"name": taken}
    elif name.startswith("create") and "{id}" not in ask.op.path:
        check("made", ask.send().status == 201)
    elif name in ("changeUser", "deactivateUser"):
        for row in world.ann.ask("GET", "/users?limit=200").json["items"]:
            if row["role"] == "admin" and row["id"] != world.ann.id:
                world.ann.ask("PATCH", "/users/" + row["id"], {"role": "consumer"})
        ask.path = f"{V1}/users/{world.ann.id}"
        ask.body = {"role": "consumer"} if name == "changeUser" else None
    elif name == "addMember":
        person = world.person().id
        for _ in range(64):
            check("is in it", world.ann.ask(
                "PUT", f"/teams/{world.group()}/members/{person}", {}).status == 204)
        ask.path = f"{V1}/teams/{world.group()}/members/{person}"
    elif name == "deleteTeam":
        team = ask.path.split("/")[-1]
        check("made", world.ann.ask("POST", "/prompts", {
            "slug": "c/" + world.name(), "title": "T", "text": "t",
            "team_id": team}).status == 201)
    else:
        ask.path = re.sub(r"/prompts/[^/]+", "/prompts/" + world.deleted(), ask.path)


def give_422(ask):
    if ask.op.name in WRONG:
        ask.body = WRONG[ask.op.name]
        return
    # Nothing in the body can be wrong; but a key of another request can.
    ask.headers["Idempotency-Key"] = ask.world.name()
    other = Ask(ask.world, ask.op)
    other.token, other.headers = ask.token, dict(ask.headers)
    if ask.op.name == "logout":
        other.token = other.who.token # another one of theirs
        ask.who.login()
        ask.token, ask.body = ask.who.token, {"x": 1}
    check("first", other.send().status == 204)


def give_304(ask):
    ask.headers["If-None-Match"] = ask.send().headers["ETag"]
    if ask.op.name == "sync":
        ask.query = "?cursor=" + ask.send().lines[-1]["cursor"]
        ask.headers["If-None-Match"] = ask.send().headers["ETag"]


def give_412(ask):
    ask.headers["If-Match"] = '"0"'


def give_428(ask):
    del ask.headers["If-Match"]


def give_400(ask):
    ask.query = "?limit=%ff"


def give_415(ask):
    if ask.op.name == "usageBatch":
        ask.headers["Content-Encoding"] = "br"
        return
    ask.headers["Content-Type"] = "text/plain"
    ask.body = b"x"


GIVE = {304: give_304, 400: give_400, 401: give_401, 403: give_403, 404: give_404,
        409: give_409, 412: give_412, 415: give_415, 422: give_422, 428: give_428}


def too_large(ask):
    """Only the header of it: the hub reads no more."""
    host, port = ask.world.hub.url.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), 30) as connection:
        connection.sendall((f"{ask.op.method} {ask.path} HTTP/1.1\r\nHost: x\r\nContent-Type: "
                            f"application/json\r\nAuthorization: Bearer {ask.token}\r\n"
                            "Content-Length: 5000000\r\n\r\n").encode())
        answer = connection.recv(4096)
    return int(answer.split()[1])


def stream_begins(ask):
    host, port = ask.world.hub.url.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), 30) as connection:
        connection.sendall((f"GET {ask.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                            f"{ask.token}\r\n\r\n").encode())
        answer = connection.recv(4096)
    check(answer, b"text/event-stream" in answer)
    return int(answer.split()[1])


def provoke(world, op, status):
    # What is refused leaves the thing as it was.
    ask = Ask(world, op, fresh=status < 300 or status == 409)
    if status == 413:
        return too_large(ask)
    if status in GIVE:
        GIVE[status](ask)
    elif op.name == STREAM:
        return stream_begins(ask)
    return ask.send().status


def every_status_is_given(hub):
    world = World(hub)
    faults, n = [], 0
    for op in DOCUMENTED.operations:
        for status in sorted(op.statuses):
            n += 1
            got = provoke(world, op, status)
            if got != status:
                faults.append(f"{op.name}: {status} is documented, {got} came")
    check("\n".join(faults), not faults)
    print(f"{n} statuses of {len(DOCUMENTED.operations)} operations")


def the_document_is_served(hub):
    got = hub.ask("GET", V1 + "/openapi.json")
    check("as it is", got.text == DOCUMENTED.text)
    check("known", hub.ask("GET", V1 + "/openapi.json",
                           If_None_Match=got.headers["ETag"]).status == 304)


def main():
    routes_are_the_documents()
    if jsonschema is None:
        print("skipped: the bodies (no python module jsonschema)")
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub:
                the_document_is_served(hub)
                every_status_is_given(hub)
                check("nothing went wrong inside", "request.failed" not in hub.said())
            print("ok", name)


main()
