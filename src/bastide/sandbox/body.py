"""Bodies that are not what their protocol says are refused before anybody reads them.

One idea: what AWS refuses while it deserializes (no JSON, no XML, nothing, a parameter missing) is refused here once,
in AWS's words, so that neither shims nor moto meet it. It does not check types or values.
Source: Amazon S3 API Reference, "Error responses" (MalformedXML, MissingRequestBodyError); AWS JSON 1.1 protocol,
"SerializationException"; IAM API Reference, "Common errors" (ValidationError).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from xml.etree import ElementTree

import msgspec

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

Check = Callable[[bytes], None]


def check_body(call: Call) -> None:
    """Raise AwsError when the call's body cannot be what its operation takes."""
    check = _check(call.service, call.operation, call.protocol)
    if check is not None:
        check(call.request.body)


@cache
def _check(service: str, operation: str, protocol: str) -> Check | None:
    shape = moto.service_model(service).operation_model(operation).input_shape
    if shape is None:
        return None
    payload = shape.serialization.get("payload")
    if protocol == "rest-xml":
        structured = payload and shape.members[payload].type_name == "structure"
        return (_xml if payload in shape.required_members else _xml_or_nothing) if structured else None
    if protocol == "rest-json":
        return None if payload and shape.members[payload].type_name != "structure" else _json
    if protocol == "json":
        return _json
    if protocol == "query":
        names = tuple(shape.members[name].serialization.get("name", name) for name in shape.required_members)
        return _fields(names) if names else None
    return None


def _json(body: bytes) -> None:
    if not body:
        return
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise AwsError("SerializationException", f"the body is no JSON: {broken}", 400) from broken
    if not isinstance(found, dict | None):
        raise AwsError("SerializationException", "Start of structure or map found where not expected.", 400)


def _xml(body: bytes) -> None:
    if not body:
        raise AwsError("MissingRequestBodyError", "Request Body is empty", 400)
    _xml_or_nothing(body)


def _xml_or_nothing(body: bytes) -> None:
    if not body:
        return
    try:
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:  # S3 takes none, and entities can be made to explode
            raise ElementTree.ParseError("a document type")
        ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as broken:
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", text, 400) from broken


def _fields(names: tuple[str, ...]) -> Check:
    """Whether every required parameter is named; lists and structures go on with a dot."""
    marks = [(name, f"{name}=".encode(), f"{name}.".encode()) for name in names]

    def check(body: bytes) -> None:
        for name, plain, deep in marks:
            # Parameters may come in the address as well; then the body is empty.
            if body and plain not in body and deep not in body:
                text = f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: not null"
                raise AwsError("ValidationError", text, 400)

    return check
