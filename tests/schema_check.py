#!/usr/bin/env python3
"""Holds what a server wrote against the official MCP schema of its revision.

	schema_check.py [FILE...]         (standard input without files)

Every line is one JSON object, a record:

	revision      the revision the message was written under, "2025-11-25"
	request       the request it answers; absent for what answers nothing
	response      the answer: one message, or an array under 2025-03-26
	notification  instead of response: a notification, or a request to the client

A response must carry the id of its request, keep to <X>Result where the schema
has one for the method, to the error definition that fixes its code, and to the
shapes of the skills extension (SEP-2640), which the schemas do not know. Where
the request had no readable id, an error without id is right in all revisions.

Prints a line for each fault and a count at the end. Status 0: all valid, 1: not,
2: not a record, 77: schemas or the jsonschema module are not there.
"""

import base64
import binascii
import functools
import json
import os
import re
import sys

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMAS = os.path.join(HERE, "..", "..", "shared", "data", "mcp-schema")
MODERN = "2026-07-28"

try:
	import jsonschema
except ImportError:
	jsonschema = None


class Unavailable(Exception):
	"""What the check stands on is missing; says what."""


URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
URI_TEMPLATE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%{}|^]*")


def is_byte(text):
	try:
		return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
	except (binascii.Error, ValueError):
		return False


FORMATS = {
	"uri": lambda text: URI.fullmatch(text) is not None,
	"uri-template": lambda text: URI_TEMPLATE.fullmatch(text) is not None,
	"byte": is_byte,
}

SKILL_ENTRY = {
	"type": "object",
	"required": ["uri", "frontmatter", "resources"],
	"properties": {
		"uri": {"type": "string", "pattern": "^skill://.*/SKILL\\.md$"},
		"frontmatter": {
			"type": "object",
			"required": ["name", "description"],
			"properties": {
				"name": {
					"type": "string",
					"pattern": "^(?!.*--)[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$",
				},
				"description": {"type": "string", "minLength": 1},
			},
		},
		"resources": {
			"type": "array",
			"minItems": 1,
			"maxItems": 512,
			"items": {
				"type": "object",
				"required": ["uri", "digest", "size"],
				"properties": {
					"uri": {"type": "string", "format": "uri"},
					"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
					"size": {"type": "integer", "minimum": 0},
				},
			},
		},
	},
}

EXTENSION_RESULTS = {
	"skills/list": {
		"required": ["skills"],
		"properties": {"skills": {"type": "array", "items": SKILL_ENTRY}},
	},
	"skills/get": {
		"required": ["skill"],
		"properties": {"skill": SKILL_ENTRY, "nextCursor": False},
	},
	"resources/directory/read": {
		"required": ["resources"],
		"properties": {"resources": {"type": "array", "items": {"$ref": "Resource"}}},
	},
}


def constant(schema, *path):
	for key in path:
		schema = schema.get(key, {}) if isinstance(schema, dict) else {}
	return schema if not isinstance(schema, dict) else None


class Revision:
	"""One schema file, and which of its definitions a message must keep to."""

	def __init__(self, name):
		path = os.path.join(SCHEMAS, name + ".json")
		if not os.path.exists(path):
			raise Unavailable("no schema of revision " + name)
		with open(path, encoding="utf-8") as file:
			self.schema = json.load(file)
		self.name = name
		self.key = "$defs" if "$defs" in self.schema else "definitions"
		self.definitions = self.schema[self.key]
		self.by_method = {}
		self.results = {}
		self.by_code = {}
		for definition, schema in self.definitions.items():
			self._index(definition, schema)

	def _index(self, definition, schema):
		method = constant(schema, "properties", "method", "const")
		if method is not None:
			self.by_method[method] = definition
			result = re.sub("Request$", "Result", definition)
			if result != definition and result in self.definitions:
				self.results[method] = result
		for part in constant_parts(schema):
			code = constant(part, "properties", "code", "const")
			if isinstance(code, int):
				self.by_code[code] = definition

	def first_of(self, *names):
		return next(name for name in names if name in self.definitions)

	@functools.lru_cache(maxsize=None)
	def _validator(self, definition):
		return self._made({"$ref": "#/%s/%s" % (self.key, definition)})

	@functools.lru_cache(maxsize=None)
	def _extension_validator(self, method):
		common = "CacheableResult" if self.name >= MODERN else "Result"
		shape = json.dumps(EXTENSION_RESULTS[method])
		shape = json.loads(shape.replace('"Resource"', '"#/%s/Resource"' % self.key))
		return self._made({"allOf": [{"$ref": "#/%s/%s" % (self.key, common)}, shape]})

	def _made(self, schema):
		dialect = jsonschema.Draft7Validator
		if "2020-12" in self.schema["$schema"]:
			dialect = jsonschema.Draft202012Validator
		checker = jsonschema.FormatChecker(formats=())
		for name, holds in FORMATS.items():
			checker.checks(name)(functools.partial(holds_or_no_text, holds))
		schema = {**schema, self.key: self.definitions}
		return dialect(schema, format_checker=checker)

	def faults(self, definition, value):
		return listed(definition, self._validator(definition), value)

	def result_faults(self, method, result):
		if result.get("resultType") == "input_required" and self.name >= MODERN:
			return self.faults("InputRequiredResult", result)
		if method in EXTENSION_RESULTS:
			return listed(method, self._extension_validator(method), result)
		definition = self.results.get(method)
		return self.faults(definition, result) if definition else []


def constant_parts(schema):
	error = schema.get("properties", {}).get("error", {})
	return error.get("allOf", []) if isinstance(error, dict) else []


def holds_or_no_text(holds, value):
	return not isinstance(value, str) or holds(value)


def listed(label, validator, value):
	return [
		"%s%s: %s" % (label, "".join("/%s" % step for step in fault.absolute_path),
			fault.message[:200])
		for fault in validator.iter_errors(value)
	]


@functools.lru_cache(maxsize=None)
def revision_of(name):
	if jsonschema is None:
		raise Unavailable("no python module jsonschema")
	return Revision(name)


def same_id(one, other):
	return type(one) is type(other) and one == other


def response_faults(revision, request, message):
	if "result" in message and "error" in message:
		return ["both result and error"]
	if request is not None and "id" in message and not same_id(message["id"], request.get("id")):
		return ["id %r answers %r" % (message["id"], request.get("id"))]
	if "error" in message:
		code = message["error"].get("code") if isinstance(message["error"], dict) else None
		if "id" not in message:
			if request is not None and request.get("id") is not None:
				return ["error without the id of its request"]
			message = {**message, "id": 0}
		common = revision.first_of("JSONRPCErrorResponse", "JSONRPCError")
		return revision.faults(revision.by_code.get(code, common), message)
	common = revision.first_of("JSONRPCResultResponse", "JSONRPCResponse")
	faults = revision.faults(common, message)
	if not faults and request is not None:
		faults = revision.result_faults(request.get("method"), message["result"])
	return faults


def message_faults(revision, request, message):
	"""The faults of one message; request is None where it answers nothing."""
	if not isinstance(message, dict):
		return ["not an object"]
	if "result" in message or "error" in message:
		return response_faults(revision, request, message)
	if request is not None:
		return ["no response"]
	kind = "JSONRPCRequest" if "id" in message else "JSONRPCNotification"
	return revision.faults(revision.by_method.get(message.get("method"), kind), message)


def batch_faults(revision, request, messages):
	if revision.name != "2025-03-26":
		return ["an array in a revision without batches"]
	asked = {r.get("id"): r for r in request if isinstance(r, dict)} if request else {}
	faults = []
	for message in messages:
		own = asked.get(message.get("id")) if isinstance(message, dict) else None
		faults += message_faults(revision, own, message)
	return faults


def check(record):
	"""The faults of a record, each a line of text; none: valid."""
	revision = revision_of(record["revision"])
	message = record["response"] if "response" in record else record["notification"]
	request = record.get("request")
	if isinstance(message, list):
		return batch_faults(revision, request, message)
	if isinstance(request, list):
		request = None
	return message_faults(revision, request, message)


def lines_of(paths):
	for path in paths or ["-"]:
		file = sys.stdin if path == "-" else open(path, encoding="utf-8")
		with file:
			for number, line in enumerate(file, 1):
				if line.strip():
					yield "%s:%d" % (path, number), line


def main(paths):
	valid = invalid = 0
	for place, line in lines_of(paths):
		try:
			faults = check(json.loads(line))
		except Unavailable as reason:
			print("skipped: %s" % reason)
			return SKIPPED
		except (KeyError, ValueError) as error:
			print("%s: not a record: %r" % (place, error))
			return 2
		valid += not faults
		invalid += bool(faults)
		for fault in faults:
			print("%s: %s" % (place, fault))
	print("%d messages valid, %d not" % (valid, invalid))
	return 1 if invalid else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
