"""Many guardrails in few policies, within the quotas of Organizations, without a change of meaning.

The one idea: two statements that differ in their actions only are one statement with both sets of actions; exactly this
merging, nothing cleverer. Statement ids are dropped (they cost characters); what became of each guardrail is kept
beside the policy, so that an explanation can still name it. Quotas are data with their date: AWS raised them in 2026.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bastide.errors import InputError, Problem
from bastide.iam.canonical import statement_dict
from bastide.model import PolicyDocument, Statement
from bastide.prove.guardrail import RCP, SCP


@dataclass(frozen=True, slots=True)
class Limits:
    """Quotas of a type of policy: ``size`` of a document in UTF-8 bytes, ``attached`` to one root, unit or account."""

    size: int
    attached: int


# Source: AWS Organizations User Guide, "Quotas and service limits"; SCP values since 2026-05-15 (5,120 and 5 before).
LIMITS: Mapping[str, Limits] = {SCP: Limits(10_240, 10), RCP: Limits(5_120, 5)}
EMPTY = len('{"Version":"2012-10-17","Statement":[]}')


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part of a guardrail stands: the index of a statement, and the actions that it brought along."""

    statement: int
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackedPolicy:
    """One policy: ``size`` in UTF-8 bytes as it is sent, ``contents`` by the name of the guardrail."""

    name: str
    kind: str
    document: PolicyDocument
    text: str
    size: int
    contents: Mapping[str, tuple[Part, ...]]

    def guardrails_of(self, statement: int, action: str) -> tuple[str, ...]:
        """Names of the guardrails that put ``action``, or a pattern of it, into a statement.

        A statement of ``NotAction`` is never merged with a different one, so all who wrote it are named.
        """
        return tuple(
            name
            for name, parts in self.contents.items()
            if any(
                part.statement == statement and (not part.actions or _covers(part.actions, action)) for part in parts
            )
        )


@dataclass
class _Merged:
    """Statements that differ in their actions only."""

    base: Statement
    actions: dict[str, list[str]] = field(default_factory=dict)  # action as written → guardrails
    names: list[str] = field(default_factory=list)

    def statement(self, actions: Iterable[str]) -> Statement:
        base = self.base
        if base.action is None:
            return _without_sid(base, None)
        return _without_sid(base, tuple(actions))


def pack(
    guardrails: Mapping[str, Sequence[Statement]],
    kind: str,
    *,
    name: str = "bastide",
    taken: int = 1,
    limits: Limits | None = None,
) -> tuple[PackedPolicy, ...]:
    """The fewest policies found that hold all ``guardrails`` (name → statements), named ``name-1``, ``name-2``, ….

    Deterministic: the order of the guardrails makes no difference. ``taken`` counts attachments that the node has
    already: FullAWSAccess or RCPFullAWSAccess is one.

    Raises:
        InputError: one statement is larger than a policy may be, or the node would have more policies than it may.
    """
    quota = limits or LIMITS[kind]
    pieces = [piece for merged in _merge(guardrails) for piece in _split(merged, quota, kind)]
    bins = _fit(pieces, quota)
    if len(bins) + taken > quota.attached:
        raise _too_many(bins, taken, quota, kind)
    return tuple(_policy(f"{name}-{index}", kind, bin_) for index, bin_ in enumerate(bins, 1))


@dataclass(frozen=True)
class _Piece:
    """One statement as it will stand in a policy."""

    statement: Statement
    text: str
    actions: Mapping[str, tuple[str, ...]]  # guardrail → its actions in this piece

    @property
    def size(self) -> int:
        return len(self.text.encode())


def _merge(guardrails: Mapping[str, Sequence[Statement]]) -> list[_Merged]:
    found: dict[str, _Merged] = {}
    for name in sorted(guardrails):
        for statement in guardrails[name]:
            merged = found.setdefault(_rest(statement), _Merged(statement))
            merged.names += [name] if name not in merged.names else []
            for action in statement.action or ():
                merged.actions.setdefault(action, []).append(name)
    return [found[key] for key in sorted(found)]


def _rest(statement: Statement) -> str:
    """What two statements have to share for their actions to be put together."""
    value: dict[str, Any] = statement_dict(statement)
    value.pop("Sid", None)
    if statement.action is not None:
        value["Action"] = ""
    return json.dumps(value, sort_keys=True)


def _split(merged: _Merged, quota: Limits, kind: str) -> list[_Piece]:
    """The merged statement, in as many pieces as its size asks for: a union of actions may be cut anywhere."""
    room = quota.size - EMPTY
    actions = _without_covered(merged.actions)
    whole = _piece(merged, actions)
    if whole.size <= room:
        return [whole]
    pieces: list[_Piece] = []
    rest = list(actions)
    while rest:
        count = _fitting(merged, rest, room)
        if not count:
            break
        pieces.append(_piece(merged, rest[:count]))
        rest = rest[count:]
    if rest or not actions:
        raise InputError(
            f"one {_short(kind)} over its quota: a statement of {', '.join(merged.names)} takes {whole.size + EMPTY:,} "
            f"bytes, a policy holds {quota.size:,}",
            fix="shorten its parameters (exempt principals, regions, services), or set the guardrail to warn",
        )
    return pieces


def _fitting(merged: _Merged, actions: Sequence[str], room: int) -> int:
    """How many of the first actions fit; at least one, or 0 when not even that fits."""
    low, high = 0, len(actions)
    while low < high:
        middle = (low + high + 1) // 2
        if _piece(merged, actions[:middle]).size <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _piece(merged: _Merged, actions: Sequence[str]) -> _Piece:
    statement = merged.statement(actions)
    brought: dict[str, tuple[str, ...]] = dict.fromkeys(merged.names, ())
    for action, names in merged.actions.items():
        if _covers(actions, action):
            brought |= {name: (*brought[name], action) for name in names}
    kept = brought if merged.base.action is None else {name: found for name, found in brought.items() if found}
    return _Piece(statement, json.dumps(statement_dict(statement), ensure_ascii=False, separators=(",", ":")), kept)


def _without_covered(actions: Iterable[str]) -> tuple[str, ...]:
    """The actions sorted, one spelling each, without those that another one of them covers."""
    spelled = {action.lower(): action for action in sorted(actions)}
    wide = [key for key in spelled if "*" in key or "?" in key]
    return tuple(
        spelled[key]
        for key in sorted(spelled)
        if key in wide or not any(fnmatchcase(key, _literal_brackets(pattern)) for pattern in wide)
    )


def _covers(patterns: Iterable[str], action: str) -> bool:
    key = action.lower()
    return any(pattern.lower() == key or fnmatchcase(key, _literal_brackets(pattern.lower())) for pattern in patterns)


def _literal_brackets(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _fit(pieces: Sequence[_Piece], quota: Limits) -> list[list[_Piece]]:
    """First fit, largest first: simple, and seldom more policies than the fewest possible."""
    bins: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-one.size, one.text)):
        for bin_ in bins:
            if _size(bin_) + piece.size + 1 <= quota.size:
                bin_.append(piece)
                break
        else:
            bins.append([piece])
    return bins


def _size(pieces: Sequence[_Piece]) -> int:
    return EMPTY + sum(piece.size for piece in pieces) + max(len(pieces) - 1, 0)


def _policy(name: str, kind: str, pieces: Sequence[_Piece]) -> PackedPolicy:
    document = PolicyDocument(tuple(piece.statement for piece in pieces))
    text = f'{{"Version":"2012-10-17","Statement":[{",".join(piece.text for piece in pieces)}]}}'
    contents: dict[str, tuple[Part, ...]] = {}
    for index, piece in enumerate(pieces):
        for guardrail, actions in piece.actions.items():
            contents[guardrail] = (*contents.get(guardrail, ()), Part(index, actions))
    return PackedPolicy(name, kind, document, text, len(text.encode()), dict(sorted(contents.items())))


def _too_many(bins: Sequence[Sequence[_Piece]], taken: int, quota: Limits, kind: str) -> InputError:
    others = [
        Problem(
            f"policy {index} of {_size(bin_):,} bytes holds {', '.join(sorted({n for p in bin_ for n in p.actions}))}"
        )
        for index, bin_ in enumerate(bins, 1)
    ]
    over = len(bins) + taken - quota.attached
    count = "one attachment" if over == 1 else f"{over} attachments"
    return InputError(
        f"{count} too many: {len(bins)} {_short(kind)}s of guardrails and {taken} attached already, "
        f"{quota.attached} may be attached to one root, unit or account",
        fix="set guardrails to false or warn here, or attach the common ones higher in the tree",
        others=others,
    )


def _short(kind: str) -> str:
    return {SCP: "SCP", RCP: "RCP"}.get(kind, kind)


def _without_sid(base: Statement, actions: tuple[str, ...] | None) -> Statement:
    return Statement(
        effect=base.effect,
        principal=base.principal,
        not_principal=base.not_principal,
        action=actions,
        not_action=base.not_action,
        resource=base.resource,
        not_resource=base.not_resource,
        condition=base.condition,
    )
