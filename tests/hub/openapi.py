"""The hub's API document (schema/hub/openapi.json), to hold answers against: an answer's
status must be named there, and its body must be of its schema, with no member more."""
import copy
import functools
import json
import os
import re

try:
    import jsonschema
except ImportError:
    jsonschema = None

DOCUMENT = os.path.join(os.path.dirname(__file__), "../../schema/hub/openapi.json")
# What `default` stands for; any other status is named.
OTHERS = (429, 500, 503)


def closed(schema):
    """The schema, with no members but those that are named."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


class Operation:
    def __init__(self, method, path, description):
        self.method, self.path, self.description = method, path, description
        self.name = description["operationId"]
        pattern = re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path))
        self.pattern = re.compile(pattern + "$")
        self.statuses = {int(status) for status in description["responses"]
                         if status != "default"}


class Document:
    def __init__(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            self.text = file.read()
        self.json = json.loads(self.text)
        self.schemas = closed(copy.deepcopy(self.json["components"]["schemas"]))
        self.operations = [Operation(method.upper(), path, operation)
                           for path, methods in self.json["paths"].items()
                           for method, operation in methods.items()]

    def find(self, method, path):
        path = path.split("?")[0]
        method = "GET" if method == "HEAD" else method
        fitting = [op for op in self.operations
                   if op.method == method and op.pattern.match(path)]
        return fitting[0] if fitting else None

    def response(self, operation, status):
        responses = operation.description["responses"]
        found = responses.get(str(status))
        if found is None and status in OTHERS:
            found = responses["default"]
        if found is not None and "$ref" in found:
            found = self.json["components"]["responses"][found["$ref"].split("/")[-1]]
        return found

    @functools.lru_cache(maxsize=None)
    def validator(self, text):
        schema = {**closed(json.loads(text)), "components": {"schemas": self.schemas}}
        return jsonschema.Draft202012Validator(schema)

    def faults(self, method, path, answer):
        """What is wrong with an answer; nothing for what is no route of the API."""
        operation = self.find(method, path)
        if operation is None or answer.status in (405, 411, 431):
            return []
        response = self.response(operation, answer.status)
        if response is None:
            return [f"{operation.name} gave {answer.status}, which its document does not name"]
        content = response.get("content")
        if method == "HEAD" or not content:
            return [f"{operation.name}: a body with {answer.status}"] if answer.text else []
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        if kind not in content:
            return [f"{operation.name}: {kind} is not one of {list(content)}"]
        return self.body_faults(operation, kind, content[kind]["schema"], answer.text)

    def body_faults(self, operation, kind, schema, text):
        if jsonschema is None or kind.startswith("text/"):
            return []
        values = text.splitlines() if kind == "application/x-ndjson" else [text]
        validator = self.validator(json.dumps(schema))
        return [f"{operation.name}{'/'.join(map(str, fault.absolute_path))}: "
                f"{fault.message[:300]}"
                for value in values for fault in validator.iter_errors(json.loads(value))]


DOCUMENTED = Document()


def hold(method, path, answer):
    """For every answer of every test: as the document says, or it fails here."""
    faults = DOCUMENTED.faults(method, path, answer)
    assert not faults, faults
    return answer
