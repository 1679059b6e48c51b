"""Questions that z3 can express, and z3's own answer: strings as regular expressions, numbers, presence as Booleans.

What is asked: two layers at most, Allows and Denies over one of a few actions, resource, two string keys, a Boolean, a
number and an address. Each key holds one value. Nothing of the engine is used: policies are read in their JSON form.
"""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, ip_network
from typing import Any

Statement = dict[str, Any]
ACTIONS = (
    "s3:Get*",
    "s3:*",
    "S3:getobject",
    "*",
    "s3:?etObject",
    "iam:*Role",
    "x:Do",
    "*:Get*",
    "s3:Put*",
    "s3:GetO*t",
)
ASKED_ABOUT = ("s3:GetObject", "s3:PutObject", "s3:GetObjectAcl", "iam:GetRole", "x:Do")
RESOURCES = (
    "*", "arn:aws:s3:::a*", "arn:aws:s3:::a", "arn:aws:s3:::a?*", "arn:aws:s3:::*b", "arn:aws:s3:::?", "arn:*:role/*",
    "arn:aws:s3:::a*b*", "arn:aws:s3:::ab", "arn:aws:s3:::*/x", "arn:aws:s3:::a/?",
)  # fmt: skip
TEXTS = ("a", "ab", "a*", "*b", "a?", "*", "?b*", "b")
STRING_KEYS, BOOL_KEY, NUMBER_KEY, ADDRESS_KEY = (
    ("aws:RequestedRegion", "aws:username"), "aws:SecureTransport", "s3:max-keys", "aws:SourceIp",
)  # fmt: skip
STRING_OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")
COMPARED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
NETWORKS = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")
BEYOND = 1 << 32  # numbers from here on stand for addresses that are not of IPv4
ENOUGH = 1_000  # milliseconds for one question


def asked(chance: random.Random) -> tuple[list[list[Statement]], list[Statement]]:
    """Layers of Allows, and Denies."""
    layers = [
        [_statement(chance, "Allow") for _ in range(chance.randint(1, 3))] for _ in range(chance.choice((1, 1, 2)))
    ]
    allows = [one for layer in layers for one in layer]
    return layers, [_deny(chance, allows) for _ in range(chance.randint(0, 5))]


def _deny(chance: random.Random, allows: list[Statement]) -> Statement:
    """Any Deny, or one of what an Allow allows, so that not every question has an example."""
    if chance.random() < 0.5:
        return _statement(chance, "Deny")
    found = {**chance.choice(allows), "Effect": "Deny"}
    if chance.random() < 0.5:
        found.pop("Condition", None)
    return found


def _statement(chance: random.Random, effect: str) -> Statement:
    found: Statement = {"Effect": effect}
    found[chance.choice(("Action", "Action", "Action", "NotAction"))] = _some(chance, ACTIONS)
    found[chance.choice(("Resource", "Resource", "Resource", "NotResource"))] = _some(chance, RESOURCES)
    condition: dict[str, Any] = {}
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        operator, key, values = _test(chance)
        condition.setdefault(operator, {})[key] = values
    return found | ({"Condition": condition} if condition else {})


def _some(chance: random.Random, of: tuple[str, ...]) -> list[str]:
    return chance.sample(of, chance.choice((1, 1, 2, 3)))


def _test(chance: random.Random) -> tuple[str, str, list[str]]:
    kind = chance.choice(("string", "string", "string", "bool", "number", "address", "null"))
    exists = chance.choice(("", "", "IfExists"))
    if kind == "string":
        name = chance.choice(
            ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")
        )
        return name + exists, chance.choice(STRING_KEYS), _some(chance, TEXTS)
    if kind == "bool":
        return f"Bool{exists}", BOOL_KEY, [chance.choice(("true", "false"))]
    if kind == "number":
        return f"Numeric{chance.choice(COMPARED)}{exists}", NUMBER_KEY, [chance.choice(("1", "2", "2.5", "-3"))]
    if kind == "address":
        return f"{chance.choice(('', 'Not'))}IpAddress{exists}", ADDRESS_KEY, _some(chance, NETWORKS)
    return "Null", chance.choice((*STRING_KEYS, BOOL_KEY, NUMBER_KEY)), [chance.choice(("true", "false"))]


class World:
    """The request that is sought, as z3's variables."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3
        self.action, self.resource = z3.Int("action"), z3.String("resource")  # the action by its place in the list
        self.present = {key: z3.Bool(f"has {key}") for key in (*STRING_KEYS, BOOL_KEY, NUMBER_KEY, ADDRESS_KEY)}
        self.texts = {key: z3.String(key) for key in (*STRING_KEYS, BOOL_KEY)}
        self.number, self.address = z3.Real(NUMBER_KEY), z3.Int(ADDRESS_KEY)

    def answer(self, layers: list[list[Statement]], denies: list[Statement]) -> bool | None:
        """Whether there is a request; None where z3 does not know."""
        z3 = self.z3
        solver = z3.Solver()
        solver.set("timeout", ENOUGH)
        solver.add(self.action >= 0, self.action < len(ASKED_ABOUT))
        solver.add(z3.Or(self.texts[BOOL_KEY] == "true", self.texts[BOOL_KEY] == "false"))
        solver.add(self.address >= 0, self.address < 2 * BEYOND)
        for layer in layers:
            solver.add(z3.Or([self.holds(one) for one in layer]))
        for one in denies:
            solver.add(z3.Not(self.holds(one)))
        found = solver.check()
        return None if found == z3.unknown else bool(found == z3.sat)

    def holds(self, one: Statement) -> Any:
        """Whether a statement speaks about the request."""
        z3 = self.z3
        patterns = [text.lower() for text in one.get("Action") or one["NotAction"]]
        action = z3.Or([
            self.action == place
            for place, name in enumerate(ASKED_ABOUT)
            if any(fnmatchcase(name.lower(), pattern) for pattern in patterns)
        ])  # fmt: skip
        resource = self._among(self.resource, one.get("Resource") or one["NotResource"])
        tests = [
            self._holds(operator, key, values)
            for operator, found in one.get("Condition", {}).items()
            for key, values in found.items()
        ]
        return z3.And(
            action if "Action" in one else z3.Not(action), resource if "Resource" in one else z3.Not(resource), *tests
        )

    def _holds(self, operator: str, key: str, values: list[str]) -> Any:
        z3, present = self.z3, self.present[key]
        if operator == "Null":
            something = z3.And(present, self.texts[key] != "") if key in self.texts else present
            return z3.Not(something) if values == ["true"] else something
        name = operator.removesuffix("IfExists")
        negated = name.startswith(("StringNot", "NumericNot", "Not"))
        match = self._matches(name.replace("Not", "", 1) if negated else name, key, values)
        if negated or name != operator:
            return z3.Or(z3.Not(present), z3.Not(match) if negated else match)
        return z3.And(present, match)

    def _matches(self, name: str, key: str, values: list[str]) -> Any:
        z3 = self.z3
        if name == "StringLike":
            return self._among(self.texts[key], values)
        if name == "StringEqualsIgnoreCase":
            return z3.Or([z3.InRe(self.texts[key], self._folded(value)) for value in values])
        if name in ("StringEquals", "Bool"):
            return z3.Or([self.texts[key] == value for value in values])
        if name == "IpAddress":
            return z3.Or([self._within(ip_network(value)) for value in values])
        compared = name.removeprefix("Numeric")
        wanted, number = z3.RealVal(values[0]), self.number
        return {
            "Equals": number == wanted, "LessThan": number < wanted, "LessThanEquals": number <= wanted,
            "GreaterThan": number > wanted, "GreaterThanEquals": number >= wanted,
        }[compared]  # fmt: skip

    def _within(self, network: Any) -> Any:
        assert isinstance(network, IPv4Network)
        first = int(network.network_address)
        return self.z3.And(self.address >= first, self.address < first + network.num_addresses)

    def _among(self, text: Any, patterns: list[str]) -> Any:
        z3 = self.z3
        every = z3.AllChar(z3.ReSort(z3.StringSort()))
        found = []
        for pattern in patterns:
            parts = [z3.Star(every) if char == "*" else every if char == "?" else z3.Re(char) for char in pattern]
            found.append(z3.InRe(text, z3.Concat(*parts) if len(parts) > 1 else parts[0]))
        return z3.Or(found)

    def _folded(self, text: str) -> Any:
        z3 = self.z3
        parts = [z3.Union(z3.Re(char.lower()), z3.Re(char.upper())) for char in text]
        return z3.Concat(*parts) if len(parts) > 1 else parts[0]
