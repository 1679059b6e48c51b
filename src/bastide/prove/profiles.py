"""The users and roles of an estate by what their policies say, so that those that say the same are asked about once.

The one idea: a key made of texts, with the principal's own account taken out, that is cheap to make and equal for equal
policies. The policies are parsed only when somebody asks for a profile that is not known yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from bastide.iam.estate import GROUP, MANAGED, ROLE, USER
from bastide.model import Estate, Resource

OWNER = "\ue001"  # a private character: no policy may hold it
PARTIAL_DIGITS = re.compile(r"\d[*?]|[*?]\d")
OF_CALLER = re.compile(r"\$\{|aws:(principal|user)", re.IGNORECASE)
NOTHING: tuple[object, ...] = (None, "", [], ())
ELSEWHERE = ("ManagedPolicyArns", "Groups", "PermissionsBoundary")
HELD = ("Policies", *ELSEWHERE)

Key = tuple[object, ...]
Managed = Mapping[str, Resource]  # by ARN
Groups = Mapping[tuple[str, Any], Resource]  # by account and name


@dataclass(frozen=True, eq=False)
class Profile:
    """A user or role, and a key that others share whose policies say the same.

    ``is_own``: what its policies allow depends on who it is (variables, conditions about the caller);
    ``names_digits``: on the digits of its account.
    """

    resource: Resource
    key: Key
    is_own: bool
    names_digits: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """A policy-like value as a text without its account."""

    number: int  # equal for equal texts
    is_own: bool
    names_digits: bool


@dataclass
class Profiles:
    """Makes profiles; texts that were read once are kept for the next estate."""

    _texts: dict[int, tuple[object, _Text]] = field(default_factory=dict)
    _profiles: dict[int, Profile] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _fresh: Iterator[int] = field(default_factory=lambda: count(-1, -1))

    def of(self, estate: Estate) -> Iterator[Profile]:
        """The users and roles of an estate, in its order."""
        managed = {one.arn or one.id: one for one in estate.of_type(MANAGED)}
        groups = {(one.account, one.get("GroupName") or one.id): one for one in estate.of_type(GROUP)}
        for resource in (*estate.of_type(USER), *estate.of_type(ROLE)):
            if resource.arn:
                yield self._profile(resource, managed, groups)

    def _profile(self, resource: Resource, managed: Managed, groups: Groups) -> Profile:
        if all(resource.properties.get(name) in NOTHING for name in ELSEWHERE):
            return self._alone(resource)
        account = resource.account
        members = [groups.get((account, name)) for name in _texts(resource, "Groups")]
        holders = [resource, *members]
        boundary = resource.properties.get("PermissionsBoundary")
        arns = [arn for one in holders if one for arn in _texts(one, "ManagedPolicyArns")]
        attached = [managed.get(arn) for arn in (*arns, boundary) if isinstance(arn, str)]
        texts = [self._text(one, account) if one else None for one in (*holders, *attached)]
        known = [text for text in texts if text]
        return Profile(
            resource, tuple(text and text.number for text in texts), any(text.is_own for text in known),
            any(text.names_digits for text in known),
        )  # fmt: skip

    def _alone(self, resource: Resource) -> Profile:
        """The profile of a principal whose policies all stand in itself; the same object as long as it is."""
        known = self._profiles.get(id(resource))
        if known is None:
            text = self._text(resource, resource.account)
            made = Profile(resource, (text.number,), text.is_own, text.names_digits)
            known = self._profiles[id(resource)] = made
        return known

    def _text(self, resource: Resource, account: str) -> _Text:
        known = self._texts.get(id(resource))
        if known is None:  # the resource is kept beside its text, so that its id stays its own
            known = self._texts[id(resource)] = (resource, self._read(resource, account))
        return known[1]

    def _read(self, resource: Resource, account: str) -> _Text:
        properties = resource.properties
        names = ("PolicyDocument",) if resource.type == MANAGED else HELD
        try:
            text = msgspec.json.encode([properties.get(name) for name in names]).decode()
        except (TypeError, ValueError):  # something unread is in it, and is nothing like anything else
            return _Text(next(self._fresh), True, True)
        digits = bool(PARTIAL_DIGITS.search(text))
        plain = text if digits else text.replace(account, OWNER)
        number = self._numbers.setdefault(plain, len(self._numbers))
        return _Text(number, bool(OF_CALLER.search(text)), digits)


def _texts(resource: Resource, name: str) -> list[str]:
    """The texts of a list; what could not be read is not among them, and makes the resource like no other."""
    value = resource.properties.get(name)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
