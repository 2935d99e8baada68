"""Is it what OTLP/HTTP receivers take? Written after opentelemetry-proto (common.proto,
resource.proto, trace.proto, trace_service.proto) and the rules of OTLP for their JSON: names
in lowerCamelCase, ids in hexadecimal, 64-bit numbers as strings, enums as numbers."""
import re

from follow import check

HEX = re.compile(r"[0-9a-f]+\Z")
DECIMAL = re.compile(r"-?[0-9]+\Z")


def text(value):
    check(value, isinstance(value, str))


def fixed64(value):
    check(value, isinstance(value, str) and DECIMAL.match(value) and 0 <= int(value) < 2 ** 64)


def int64(value):
    check(value, isinstance(value, str) and DECIMAL.match(value) and
          -2 ** 63 <= int(value) < 2 ** 63)


def uint32(value):
    check(value, isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2 ** 32)


def hexadecimal(digits):
    def look(value):
        check(value, isinstance(value, str) and len(value) == digits and HEX.match(value) and
              value.strip("0"))
    return look


def number(*allowed):
    def look(value):
        check(value, isinstance(value, int) and not isinstance(value, bool) and value in allowed)
    return look


def many(look):
    def each(values):
        check(values, isinstance(values, list))
        for value in values:
            look(value)
    return each


def message(required=(), **fields):
    """One with these fields and no others."""
    def look(value):
        check(value, isinstance(value, dict))
        check(f"{set(value) - set(fields)} in {value}", set(value) <= set(fields))
        check(f"{required} in {value}", set(required) <= set(value))
        for name, inner in value.items():
            fields[name](inner)
    return look


def any_value(value):
    check(value, isinstance(value, dict) and len(value) == 1)
    message(stringValue=text, boolValue=lambda v: check(v, isinstance(v, bool)), intValue=int64,
            doubleValue=lambda v: check(v, isinstance(v, (int, float))),
            arrayValue=message(values=many(any_value)))(value)


def unique(look):
    """Attribute keys: no two are the same."""
    def each(values):
        many(look)(values)
        keys = [value["key"] for value in values]
        check(keys, len(keys) == len(set(keys)))
    return each


ATTRIBUTES = unique(message(required=("key", "value"), key=text, value=any_value))
STATUS = message(code=number(0, 1, 2), message=text)
SPAN = message(
    required=("traceId", "spanId", "name", "startTimeUnixNano", "endTimeUnixNano"),
    traceId=hexadecimal(32), spanId=hexadecimal(16), parentSpanId=hexadecimal(16),
    traceState=text, flags=uint32, name=text, kind=number(0, 1, 2, 3, 4, 5),
    startTimeUnixNano=fixed64, endTimeUnixNano=fixed64, attributes=ATTRIBUTES,
    droppedAttributesCount=uint32, status=STATUS)
SCOPE = message(name=text, version=text, attributes=ATTRIBUTES)
REQUEST = message(required=("resourceSpans",), resourceSpans=many(message(
    required=("scopeSpans",), resource=message(attributes=ATTRIBUTES), schemaUrl=text,
    scopeSpans=many(message(required=("spans",), scope=SCOPE, schemaUrl=text,
                            spans=many(SPAN))))))


def check_traces(request):
    """An ExportTraceServiceRequest."""
    REQUEST(request)
    for resource in request["resourceSpans"]:
        keys = [a["key"] for a in resource["resource"]["attributes"]]
        check("who it is", "service.name" in keys)
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                check("it takes time", int(span["endTimeUnixNano"]) >=
                      int(span["startTimeUnixNano"]))
                check("it has a name", span["name"])
