r"""Parameters that are too long, too short, out of range or of another form than the service takes are refused.

One idea: botocore's models carry each service's own constraints (pattern, length, range, values); they are compiled
once an operation and checked in the words of AWS. Only for services whose models were compared with their API
references; elsewhere the limits that models name are not always those that are enforced, and moto or a shim decides.
Source: IAM API Reference, "CreateRole" (RoleName: 1 to 64 letters of [\w+=,.@-]) and so on; Smithy, "Constraint
traits".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

# What a rule finds wrong, as (value as the message quotes it, member, constraint, kind of it).
Wrong = tuple[str, str, str, str]
Rule = Callable[[Any, str, list[Wrong]], None]


@dataclass(frozen=True, slots=True)
class Words:
    """How a service refuses: its code, and whether its patterns match the whole text (Coral) or a part (Smithy)."""

    code: str
    whole: bool = True


# Source: the services' API references, "Common errors" and each operation's errors.
SERVICES = {
    "iam": Words("ValidationError"),
    "sts": Words("ValidationError"),
    "organizations": Words("InvalidInputException"),
    "kms": Words("ValidationException"),
    "config": Words("ValidationException"),
    "secretsmanager": Words("ValidationException"),
    "ssm": Words("ValidationException"),
    "events": Words("ValidationException"),
    "logs": Words("InvalidParameterException"),
    "ecr": Words("InvalidParameterException"),
    "guardduty": Words("BadRequestException"),
    "accessanalyzer": Words("ValidationException", whole=False),
    "account": Words("ValidationException", whole=False),
}
# Organizations says what is wrong by a reason. Source: Organizations API Reference, InvalidInputException.
_REASONS = {
    "pattern": "INVALID_PATTERN", "short": "MIN_LENGTH_EXCEEDED", "long": "MAX_LENGTH_EXCEEDED", "enum": "INVALID_ENUM",
    "small": "MIN_VALUE_EXCEEDED", "large": "MAX_VALUE_EXCEEDED",
}  # fmt: skip
# (service, member): constraints of the model that the service does not enforce so, or that a shim words better.
EXCEPTIONS = frozenset(
    {
        ("sts", "SourceIdentity"),  # an empty one counts as none
        ("sts", "Tags"),
        ("sts", "Policy"),
        ("sts", "PolicyArns"),
        ("sts", "DurationSeconds"),  # the limits depend on the operation and the caller
        ("organizations", "Content"),  # the quota of the policy's type, in its own words
    }
)
# Unicode's classes, which AWS's regular expressions know and Python's do not. Letters and digits as \w has them.
_SPACES = " \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
_CLASSES = {"\\p{L}": "\\w", "\\p{N}": "\\w", "\\p{Z}": _SPACES, "\\p{IsAlphabetic}": "\\w"}


def check_parameters(call: Call) -> None:
    """Raise AwsError, in the service's words, when a parameter breaks a constraint of its model."""
    words = SERVICES.get(call.service)
    if words is None:
        return
    rule = _rule_of(call.service, call.operation)
    if rule is None:
        return
    found: list[Wrong] = []
    rule(call.params, "", found)
    if found:
        raise _refusal(call.service, words, found)


def _refusal(service: str, words: Words, found: list[Wrong]) -> AwsError:
    texts = [
        f"Value{value and f' {value}'} at '{member}' failed to satisfy constraint: Member must {constraint}"
        for value, member, constraint, _ in found
    ]
    head = f"{len(texts)} validation error{'s' if len(texts) > 1 else ''} detected: "
    more = {"Reason": _REASONS.get(found[0][3], "INVALID_VALUE")} if service == "organizations" else {}
    return AwsError(words.code, head + "; ".join(texts), 400, **more)


@cache
def _rule_of(service: str, operation: str) -> Rule | None:
    shape = moto.service_model(service).operation_model(operation).input_shape
    return None if shape is None else _compile(shape, service, frozenset())


def _compile(shape: Any, service: str, above: frozenset[str]) -> Rule | None:
    """The rule of a shape; None when nothing below it is constrained, or it contains itself."""
    if shape.name in above:
        return None
    below = above | {shape.name}
    match shape.type_name:
        case "structure":
            return _structure(shape, service, below)
        case "list":
            return _all(_length(shape), _members(_compile(shape.member, service, below)))
        case "map":
            return _all(_length(shape), _values(_compile(shape.value, service, below)))
        case "string":
            return _all(_length(shape), _pattern(shape, SERVICES[service].whole), _enum(shape))
        case "blob":
            return _length(shape)
        case "integer" | "long":
            return _range(shape)
        case _:
            return None


def _structure(shape: Any, service: str, below: frozenset[str]) -> Rule | None:
    rules = []
    for name, member in shape.members.items():
        rule = None if (service, name) in EXCEPTIONS else _compile(member, service, below)
        if rule is not None:
            rules.append((name, name[0].lower() + name[1:], rule))
    if not rules:
        return None

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if not isinstance(value, dict):
            return
        for name, said, rule in rules:
            inner = value.get(name)
            if inner is not None:
                rule(inner, f"{path}.{said}" if path else said, found)

    return check


def _all(*rules: Rule | None) -> Rule | None:
    given = [rule for rule in rules if rule is not None]
    if len(given) < 2:
        return given[0] if given else None

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        for rule in given:
            rule(value, path, found)

    return check


def _members(rule: Rule | None) -> Rule | None:
    if rule is None:
        return None

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if isinstance(value, list):
            for number, one in enumerate(value, start=1):
                rule(one, f"{path}.{number}.member", found)

    return check


def _values(rule: Rule | None) -> Rule | None:
    if rule is None:
        return None

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                rule(one, f"{path}.{name}.member", found)

    return check


def _length(shape: Any) -> Rule | None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least in (None, 0) and most is None:
        return None
    least, quoted = int(least or 0), _quoter(shape)

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if not isinstance(value, str | bytes | list | dict):
            return
        if len(value) < least:
            found.append((quoted(value), path, f"have length greater than or equal to {least}", "short"))
        elif most is not None and len(value) > most:
            found.append((quoted(value), path, f"have length less than or equal to {most}", "long"))

    return check


def _range(shape: Any) -> Rule | None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is None and most is None:
        return None

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            return
        if least is not None and value < least:
            found.append((f"'{value}'", path, f"have value greater than or equal to {least}", "small"))
        elif most is not None and value > most:
            found.append((f"'{value}'", path, f"have value less than or equal to {most}", "large"))

    return check


def _pattern(shape: Any, whole: bool) -> Rule | None:
    text = shape.metadata.get("pattern")
    compiled = _regex(text) if text else None
    if compiled is None:
        return None
    matches, quoted = compiled.fullmatch if whole else compiled.search, _quoter(shape)

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if isinstance(value, str) and not matches(value):
            found.append((quoted(value), path, f"satisfy regular expression pattern: {text}", "pattern"))

    return check


def _regex(text: str) -> re.Pattern[str] | None:
    """A model's pattern in Python; None for one that Python cannot have: what is not understood is not enforced."""
    flags = re.ASCII  # \w and \d are ASCII's in AWS's
    for name, ours in _CLASSES.items():
        if name in text:
            text, flags = text.replace(name, ours), re.NOFLAG
    try:
        return None if "\\p" in text else re.compile(text, flags)
    except re.error:
        return None


def _enum(shape: Any) -> Rule | None:
    values = frozenset(shape.enum or ())
    if not values:
        return None
    quoted, told = _quoter(shape), ", ".join(shape.enum)

    def check(value: Any, path: str, found: list[Wrong]) -> None:
        if isinstance(value, str) and value not in values:
            found.append((quoted(value), path, f"satisfy enum value set: [{told}]", "enum"))

    return check


def _quoter(shape: Any) -> Callable[[Any], str]:
    """How a message quotes a value: bytes and what the model calls sensitive not at all."""
    hidden = shape.type_name == "blob" or bool(shape.metadata.get("sensitive"))

    def quoted(value: Any) -> str:
        if hidden:
            return ""
        return f"'[{', '.join(map(str, value))}]'" if isinstance(value, list) else f"'{value}'"

    return quoted
