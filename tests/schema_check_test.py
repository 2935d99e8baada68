#!/usr/bin/env python3
"""Tests of schema_check.py: records it must pass, and faults it must name."""

import os
import subprocess
import sys
import json

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import schema_check

META = {
	"io.modelcontextprotocol/protocolVersion": "2026-07-28",
	"io.modelcontextprotocol/clientCapabilities": {},
}
CACHE = {"ttlMs": 1000, "cacheScope": "private"}
TOOL = {"name": "search", "inputSchema": {"type": "object"}}
SKILL = {
	"uri": "skill://team/review/SKILL.md",
	"frontmatter": {"name": "review", "description": "Reviews"},
	"resources": [{"uri": "skill://team/review/SKILL.md", "digest": "sha256:" + "0a" * 32, "size": 3}],
}


def answer(revision, method, result, id=1):
	return {
		"revision": revision,
		"request": {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META}},
		"response": {"jsonrpc": "2.0", "id": id, "result": result},
	}


def modern(method, result):
	return answer("2026-07-28", method, {"resultType": "complete", **result})


def error(revision, code, data=None, **members):
	message = {"jsonrpc": "2.0", "error": {"code": code, "message": "no", **({"data": data} if data else {})}}
	return {"revision": revision, "response": {**message, **members}}


def spoken(revision, method, **params):
	message = {"jsonrpc": "2.0", "method": method, "params": params}
	return {"revision": revision, "notification": message}


VALID = {
	"legacy tools": answer("2025-11-25", "tools/list", {"tools": [TOOL]}),
	"modern tools": modern("tools/list", {"tools": [TOOL], **CACHE}),
	"oldest ping": answer("2024-11-05", "ping", {}),
	"unreadable id": error("2024-11-05", -32700),
	"version": error("2026-07-28", -32022, {"supported": ["2026-07-28"], "requested": "x"}, id=1),
	"input": answer("2026-07-28", "tools/call", {"resultType": "input_required", "requestState": "s"}),
	"skills": modern("skills/list", {"skills": [SKILL], **CACHE}),
	"legacy skill": answer("2025-06-18", "skills/get", {"skill": SKILL}),
	"directory": modern("resources/directory/read", {"resources": [
		{"uri": "skill://a/b", "name": "b", "mimeType": "inode/directory"}], **CACHE}),
	"progress": spoken("2025-06-18", "notifications/progress", progressToken="t", progress=1),
	"blob": modern("resources/read", {"contents": [{"uri": "a:b", "blob": "AAAA"}], **CACHE}),
	"batch": {"revision": "2025-03-26", "request": [{"id": 1, "method": "ping"}],
		"response": [{"jsonrpc": "2.0", "id": 1, "result": {}}]},
}

INVALID = {
	"no resultType": answer("2026-07-28", "tools/list", {"tools": [TOOL], **CACHE}),
	"no ttlMs": modern("tools/list", {"tools": [TOOL], "cacheScope": "public"}),
	"bad scope": modern("tools/list", {"tools": [TOOL], **CACHE, "cacheScope": "team"}),
	"tool without schema": answer("2025-11-25", "tools/list", {"tools": [{"name": "x"}]}),
	"other id": answer("2025-11-25", "ping", {}, id=2),
	"id of another type": answer("2025-11-25", "ping", {}, id="1"),
	"null id": error("2026-07-28", -32600, id=None),
	"version without data": error("2026-07-28", -32022, id=1),
	"capabilities as array": error("2026-07-28", -32021, {"requiredCapabilities": ["a"]}, id=1),
	"digest in capitals": modern("skills/list", {"skills": [
		{**SKILL, "resources": [{"uri": "a:b", "digest": "sha256:" + "0A" * 32, "size": 3}]}], **CACHE}),
	"skill with cursor": modern("skills/get", {"skill": SKILL, "nextCursor": "c", **CACHE}),
	"skill without cache": modern("skills/get", {"skill": SKILL}),
	"progress without token": spoken("2025-06-18", "notifications/progress", progress=1),
	"blob not base64": modern("resources/read", {"contents": [{"uri": "a:b", "blob": "A_A"}], **CACHE}),
	"uri with a blank": modern("resources/read", {"contents": [{"uri": "a:b c", "text": ""}], **CACHE}),
	"batch in another revision": {"revision": "2025-11-25", "request": [],
		"response": [{"jsonrpc": "2.0", "id": 1, "result": {}}]},
	"id-less error to a readable id": {**error("2026-07-28", -32602),
		"request": {"id": 1, "method": "x"}},
}


def main():
	failed = 0
	try:
		for name, record in VALID.items():
			faults = schema_check.check(record)
			failed += bool(faults)
			print("%s passes: %s" % (name, faults or "ok"))
		for name, record in INVALID.items():
			faults = schema_check.check(record)
			failed += not faults
			print("%s is refused: %s" % (name, "ok" if faults else "NOT"))
	except schema_check.Unavailable as reason:
		print("skipped: %s" % reason)
		return schema_check.SKIPPED
	lines = "\n".join(json.dumps(r) for r in [VALID["skills"], INVALID["null id"]])
	run = subprocess.run([sys.executable, schema_check.__file__], input=lines, text=True,
		capture_output=True, check=False)
	told = run.stdout.splitlines()[-1] if run.stdout else run.stderr
	if (run.returncode, told) != (1, "1 messages valid, 1 not"):
		print("the program said: %s" % told)
		failed += 1
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
