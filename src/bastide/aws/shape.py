"""Small translations that many handlers share, between API answers and registry properties.

One idea: an answer may be there, absent (None) or ``Unknown``, and every step passes the last two on unchanged.
Nothing here calls AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bastide.aws.handler import Connection, Handler
from bastide.errors import TargetError
from bastide.model import Change, Properties, Unknown, Value


def member(answer: Value, *path: str, otherwise: Value = None) -> Value:
    """What stands at ``path`` of an answer; ``otherwise`` where it is absent; Unknown when the answer is."""
    for name in path:
        if isinstance(answer, Unknown):
            return answer
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return otherwise if answer is None else answer


def present(**properties: Value) -> dict[str, Value]:
    """The properties that are not None."""
    return {name: value for name, value in properties.items() if value is not None}


def pick(answer: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The members of these names that the answer has."""
    return {name: answer[name] for name in names if answer.get(name) is not None}


def parse_document(text: Value) -> Value:
    """The policy document in ``text`` as an object; what is one already, None and Unknown stay."""
    return json.loads(text) if isinstance(text, str) else text


def render_document(document: Value) -> str:
    """The document as the shortest JSON text: services count white space against their quotas."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


def arn_of(at: Connection, service: str, resource: str, region: str | None = None, account: str | None = None) -> str:
    """The ARN of a resource here; ``region`` and ``account`` may be emptied where the service leaves them out."""
    place = at.region if region is None else region
    return f"arn:{at.partition}:{service}:{place}:{at.account if account is None else account}:{resource}"


def touched(change: Change) -> frozenset[str]:
    """Names of the top-level properties that differ."""
    return frozenset(difference.path.split(".", 1)[0] for difference in change.differences)


def before_and_after(change: Change, name: str) -> tuple[Value, Value]:
    """A top-level property as observed and as desired; None when absent."""
    return (change.before or {}).get(name), (change.after or {}).get(name)


def tags_of(properties: Properties) -> list[dict[str, str]]:
    """The tags of the properties as Key/Value pairs; empty when there are none."""
    return [dict(tag) for tag in properties.get("Tags") or ()]


def tag_value(properties: Properties, key: str) -> str:
    """The value of one tag, or an empty string."""
    return next((str(tag["Value"]) for tag in tags_of(properties) if tag["Key"] == key), "")


def tag_changes(before: Value, after: Value) -> tuple[list[dict[str, str]], list[str]]:
    """(tags to set, keys to remove) that lead from one list of tags to the other."""
    old = {} if isinstance(before, Unknown) else {tag["Key"]: tag["Value"] for tag in before or ()}
    new = {tag["Key"]: tag["Value"] for tag in after or ()}
    wanted = [{"Key": key, "Value": value} for key, value in sorted(new.items()) if old.get(key) != value]
    return wanted, sorted(old.keys() - new.keys())


def set_changes(before: Iterable[str] | None, after: Iterable[str] | None) -> tuple[list[str], list[str]]:
    """(added, removed) between two sets of strings, each sorted."""
    old, new = set(before or ()), set(after or ())
    return sorted(new - old), sorted(old - new)


def recased(value: Value, *, upper: bool) -> Value:
    """The value with the first letter of every key in upper or lower case, at every depth."""
    if isinstance(value, Mapping):
        change = str.upper if upper else str.lower
        return {change(key[:1]) + key[1:]: recased(item, upper=upper) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [recased(item, upper=upper) for item in value]
    return value


def actions(
    read: tuple[str, ...], write: tuple[str, ...] = (), list: tuple[str, ...] = (), delete: tuple[str, ...] = ()
) -> dict[str, tuple[str, ...]]:
    """IAM actions by operation: ``list`` is ``read`` and ``delete`` is ``write`` unless said; writes read back."""
    return {
        "list": list or read,
        "read": read,
        "create": write + read,
        "update": write + read,
        "delete": delete or write,
    }


class Observed(Handler):
    """A type that is only looked at: nothing makes, changes or removes it through us."""

    def create(self, at: Connection, properties: Properties) -> str:
        """Raises TargetError."""
        raise self._refusal(at)

    def update(self, at: Connection, id: str, change: Change) -> None:
        """Raises TargetError."""
        raise self._refusal(at)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        """Raises TargetError."""
        raise self._refusal(at)

    def _refusal(self, at: Connection) -> TargetError:
        where = f"{at.account}/{at.region}"
        return TargetError(f"{self.type} is only observed", where, "change what it reports on: AWS has no call for it")
