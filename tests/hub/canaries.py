#!/usr/bin/env python3
"""What people write, search for and are stays with them. Words that stand nowhere else
are put into the values given to prompts, what is searched for, notes, baggage, the text
of prompts, the names of the host, the user, the working directory and (where there is a
display) a window; and none of them is in the outbox, its journal, the logs, or in any byte
that a hub, an OTLP collector, a Langfuse server and a file were given, packed or not.

    canaries.py DIRECTORY-OF-PROGRAMS
"""
import base64
import gzip
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import zlib

from follow import check
from hub_client import Hub
from otlp import check_traces
from upstream import Upstream, takes_all, whole
from user import OWN, TEAM, User, signed_in_home

# Where each is put; "told" is the one that must be found, or nothing was looked at.
CANARIES = {name: f"Zq7{name}Kx9" for name in (
    "value", "search", "notes", "baggage", "tracestate", "body", "ownbody", "directory", "user",
    "host", "title", "file", "input")}
TOLD = "Zq7toldKx9"


def spans_taken(_):
    return whole(200, b"{}", "Content-Type: application/json")


def forms(word):
    """As it may stand somewhere: as it is, in other cases, in base64 at each offset, hex."""
    raw = word.encode()
    yield raw
    yield raw.lower()
    yield raw.upper()
    yield raw.hex().encode()
    yield raw.decode().encode("utf-16-le")
    for skip in range(3):
        coded = base64.b64encode(b"\0" * skip + raw)
        yield coded[4 if skip else 0:-4]
        yield base64.urlsafe_b64encode(b"\0" * skip + raw)[4 if skip else 0:-4]


def unpacked(data):
    """Everything compressed in there, wherever it begins."""
    yield data
    for at in [m.start() for m in re.finditer(b"\x1f\x8b\x08", data)]:
        try:
            yield zlib.decompressobj(31).decompress(data[at:])
        except zlib.error:
            pass
    for coded in re.findall(rb"[A-Za-z0-9+/_-]{24,}={0,2}", data):
        for alphabet in (b"+/", b"-_"):
            try:
                yield base64.b64decode(coded + b"=" * (-len(coded) % 4), altchars=alphabet)
            except ValueError:
                pass


def found(data, words):
    texts = list(unpacked(data))
    return sorted({name for name, word in words.items()
                   for form in forms(word) for text in texts if form in text})


def mcp(user, cwd, *calls):
    lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "codex", "version": "1"}}}]
    lines += [{"jsonrpc": "2.0", "id": i, "method": m, "params": p}
              for i, (m, p) in enumerate(calls, 1)]
    done = subprocess.run([os.path.join(user.programs, "promptd-mcp")], env=user.env, cwd=cwd,
                          input="".join(json.dumps(x) + "\n" for x in lines), text=True,
                          capture_output=True, timeout=120, check=True)
    got = [x for x in map(json.loads, done.stdout.splitlines()) if "id" in x]
    check(done.stdout, len(got) == len(lines) and all("result" in x for x in got))


def lives(user, directory):
    """A day of somebody's: each word is put where its name says."""
    c = CANARIES
    cwd = os.path.join(directory, c["directory"])
    os.makedirs(cwd)
    user.env.update(USER=c["user"], LOGNAME=c["user"], HOSTNAME=c["host"], WINDOWID=c["title"],
                    PWD=cwd)
    meta = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "tracestate": f"a={c['tracestate']}", "baggage": f"b={c['baggage']}"}
    mcp(user, cwd,
        ("tools/call", {"name": "search_prompts", "arguments": {"query": c["search"]}}),
        ("tools/call", {"name": "get_prompt", "arguments": {
            "name": TEAM, "arguments": {"code": c["value"]}}, "_meta": meta}),
        ("prompts/get", {"name": TEAM, "arguments": {"code": c["value"]}}),
        ("prompts/get", {"name": OWN}),
        ("tools/call", {"name": "record_prompt_result", "arguments": {
            "name": TEAM, "rating": 4, "success": True, "notes": c["notes"]}}))
    for words in (["search", c["search"]], ["render", TEAM, f"code={c['value']}"],
                  ["render", OWN], ["rate", TEAM, "5", "--notes", c["notes"]],
                  ["list"], ["render", TEAM, f"{c['input']}=1"]):
        subprocess.run([user.promptd.program, *words], env=user.env, cwd=cwd, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def files_of(home):
    """The outbox with its journal, and everything that is a log."""
    for folder, _, names in os.walk(home):
        for name in names:
            if name.startswith("ledger.db") or name.endswith((".log", ".jsonl")) or \
                    ".jsonl." in name or "state" in os.path.relpath(folder, home):
                with open(os.path.join(folder, name), "rb") as file:
                    yield os.path.join(folder, name), file.read()


def outbox_of(home):
    """The tables that are sent from: values and notes have tables of their own, which are
    to keep them."""
    with sqlite3.connect(os.path.join(home, "data", "ledger.db")) as db:
        rows = [row for table in ("usage", "daily", "batch", "dead", "sink", "use_day")
                for row in db.execute(f"SELECT * FROM {table}")]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for r in rows for v in r)


def main():
    programs = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory, Upstream(takes_all) as hub, \
            Upstream(spans_taken) as otlp, Upstream(spans_taken) as langfuse:
        home = os.path.join(directory, "home")
        with Hub(os.path.join(programs, "promptd-hub"),
                 "sqlite:" + os.path.join(directory, "hub.db")) as real:
            signed_in_home(real, programs, home, text="Review {{code}}. " + CANARIES["body"],
                           own=CANARIES["ownbody"], inputs=[{"name": "code", "type": "string"}])
        user = User(programs, home)
        user.moves_to(hub.url)
        keys = os.path.join(home, "keys")
        with open(keys, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write("pk-lf-1:sk-lf-2\n")
        user.settings(usage_otlp=otlp.url, usage_langfuse=langfuse.url, usage_langfuse_keys=keys,
                      usage_file=os.path.join(home, "uses.jsonl"), log_level="debug",
                      usage_personal="yes")
        lives(user, directory)
        before = outbox_of(home)
        check("something is to be sent", len(before) > 500)
        with user.agent() as agent:
            user.send()
            agent.terminate()
            said = agent.communicate(timeout=60)[1]
        lives_on = {"outbox": before, "outbox after": outbox_of(home), "agent": said.encode(),
                    "hub": hub.sent, "otlp": otlp.sent, "langfuse": langfuse.sent}
        for path, data in files_of(home):
            if not os.path.basename(path).startswith("ledger.db"):
                lives_on[path] = data
        check("all were told of", all(len(p.requests) > 0 for p in (hub, otlp, langfuse)))
        check("the file too", any(path.endswith(".jsonl") for path in lives_on))
        for where, data in lives_on.items():
            check(f"{where} has {found(data, CANARIES)}", not found(data, CANARIES))
        check("who is looked for is found", found(gzip.compress(TOLD.encode()), {"told": TOLD}) and
              found(base64.b64encode(b"x" + TOLD.encode()), {"told": TOLD}))
        for place in (otlp, langfuse):
            for request in place.requests:
                check_traces(json.loads(request.body))
        spans(otlp, langfuse)
        host = socket.gethostname()
        for place in (hub, otlp, langfuse):
            check("this machine's name", len(host) < 4 or host.encode() not in b"".join(
                r.body for r in place.requests))
    shutil.rmtree(directory, ignore_errors=True)


def attributes(request):
    for resource in json.loads(request.body)["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                yield span, {a["key"]: next(iter(a["value"].values()))
                             for a in span["attributes"]}


def spans(otlp, langfuse):
    """Named as each wants it, in the caller's trace."""
    got = [pair for r in otlp.requests for pair in attributes(r)]
    check("named", {TEAM, OWN} <= {a["gen_ai.prompt.name"] for _, a in got})
    check("by their ways", {"tools/call", "prompts/get"} <= {a.get("mcp.method.name")
                                                             for _, a in got})
    joined = [s for s, _ in got if s["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736"]
    check("in the caller's trace", joined and joined[0]["parentSpanId"] == "00f067aa0ba902b7")
    for span, told in got:
        check("its id is the event's",
              span["spanId"] == told["promptd.event_id"].replace("-", "")[16:])
    keys = {key for r in langfuse.requests for _, a in attributes(r) for key in a}
    check(keys, not any(key.startswith("gen_ai.prompt") for key in keys))
    check(keys, "langfuse.observation.prompt.name" in keys)


main()
