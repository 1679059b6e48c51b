"""Random policies over a small world: questions for the engine, each from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request
from bastide.prove.symbolic import Question, Rule, rules

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:GetNothing", "iam:GetRole", "x:Do")
ACTION_PATTERNS = (
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?etObject",
    "*:Get*",
    "iam:*",
    "x:Do",
    "s3:Put*",
    "s3:GetN*",
)
RESOURCES = ("arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::a/b", "arn:aws:s3:::ab:c", "*", "arn:aws:iam::1:role/a")
RESOURCE_PATTERNS = (
    "*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::?", "arn:aws:s3:::*b*", "arn:aws:s3:::a/?*",
    "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:*:role/*", "arn:aws:s3:::a?*", "arn:aws:s3:::${aws:RequestedRegion}*",
    "arn:aws:s3:::${aws:RequestedRegion, 'a'}", "arn:aws:s3:::${*}a",
)  # fmt: skip
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws:RequestedRegion": ((), ("a",), ("b",), ("ab",), ("A",), ("",)),
    "aws:SourceArn": ((), ("arn:aws:s3:::a",), ("arn:aws:sns:r:1:t",), ("a",)),
    "aws:TagKeys": ((), ("a",), ("b",), ("a", "b"), ("b", "c"), ("",), ("", "b")),
    "s3:x": ((), ("a",), ("c",), ("a", "c"), ("",)),  # no documented key of a documented service: may hold several
    "aws:SecureTransport": ((), ("true",), ("false",)),
    "aws:SourceIp": ((), ("10.0.0.1",), ("10.9.0.1",), ("11.0.0.1",), ("::1",)),
    "s3:max-keys": ((), ("1",), ("2",), ("2.5",), ("3",)),
    "aws:CurrentTime": ((), ("2026-01-01T00:00:00Z",), ("2026-06-01T00:00:00Z",), ("1767225600",)),
}  # fmt: skip
STRINGS = ("a", "b", "ab", "*", "a*", "?b", "A", "${aws:RequestedRegion}", "c")
ARNS = ("arn:aws:s3:::a", "arn:aws:*:*:*:*", "arn:*:sns:*:1:?", "a", "arn:aws:s3:::*")
STRING_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
)  # fmt: skip
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:RequestedRegion": (STRING_OPERATORS, STRINGS),
    "aws:SourceArn": (("ArnLike", "ArnNotLike", "ArnEquals", "StringLike"), ARNS),
    "aws:TagKeys": (STRING_OPERATORS, STRINGS[:5]),
    "s3:x": (STRING_OPERATORS, STRINGS),
    "aws:SecureTransport": (("Bool",), ("true", "false", "True")),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "10.0.0.0/16", "10.9.0.1", "0.0.0.0/0", "::/0")),
    "s3:max-keys": (
        ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
         "NumericGreaterThanEquals"),
        ("1", "2", "3", "2.5"),
    ),
    "aws:CurrentTime": (
        ("DateLessThan", "DateGreaterThan", "DateEquals", "DateLessThanEquals", "DateNotEquals"),
        ("2026-01-01T00:00:00Z", "2026-03-01"),
    ),
}  # fmt: skip
MANY = ("aws:TagKeys", "s3:x")
VARIABLE_KEY = "aws:RequestedRegion"  # the one key that stands as a variable


def some(chance: random.Random, values: tuple[str, ...], most: int) -> list[str]:
    return [chance.choice(values) for _ in range(chance.randint(1, most))]


def condition(chance: random.Random) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        key = chance.choice(tuple(VALUES))
        operators, values = VALUES[key]
        operator, wanted = chance.choice(operators), some(chance, values, 2)
        if chance.random() < 0.15:
            operator, wanted = "Null", [chance.choice(("true", "false"))]
        else:
            if chance.random() < (0.6 if key in MANY else 0.1):
                operator = chance.choice(("ForAllValues:", "ForAnyValue:")) + operator
            operator += chance.choice(("", "", "IfExists"))
        found.setdefault(operator, {})[key] = wanted
    return found


def statement(chance: random.Random, effect: str, conditioned: float) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect}
    found["NotAction" if chance.random() < 0.15 else "Action"] = some(chance, ACTION_PATTERNS, 2)
    found["NotResource" if chance.random() < 0.15 else "Resource"] = some(chance, RESOURCE_PATTERNS, 3)
    if chance.random() < conditioned and (tests := condition(chance)):
        found["Condition"] = tests
    return found


def question(chance: random.Random) -> Question:
    conditioned = chance.choice((0.0, 0.5, 1.0))

    def some_rules(effect: str, least: int, most: int) -> tuple[Rule, ...]:
        found = [statement(chance, effect, conditioned) for _ in range(chance.randint(least, most))]
        return rules(parse_policy({"Version": "2012-10-17", "Statement": found})) if found else ()

    layers = tuple(some_rules("Allow", 1, 2) for _ in range(chance.choice((1, 1, 2))))
    return Question(layers, some_rules("Deny", 0, 4))


def requests(chance: random.Random, number: int) -> Iterator[Request]:
    """Requests of the small world; each key is often absent, so that statements match now and then."""
    for _ in range(number):
        context = {key: chance.choice(values) for key, values in KEYS.items()}
        yield Request(
            Principal(), chance.choice(ACTIONS), chance.choice(RESOURCES), {k: v for k, v in context.items() if v}
        )
