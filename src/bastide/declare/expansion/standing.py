"""Which guardrails stand at each node of the tree: what it says itself, what it inherits, what an exemption takes away.

A level is inherited until a unit names another; guardrails named above stay named below, unless named again. An
exemption takes one guardrail away at its node and below, until its day. Where a policy is then attached is
``guardrails.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.declare.architecture import AccountEntry, Exemption, Guardrails
from bastide.declare.expansion.survey import QUARANTINE, Branch, Member, Survey
from bastide.errors import InputError, Problem
from bastide.prove.levels import Choice, guardrails_for

ROOT = ""
OF_ACCOUNT = "@"  # in paths, so that an account is not taken for a unit of its name
QUARANTINE_GUARDRAIL = "quarantine-new-account"
STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Node:
    """The root, a unit or an account: its path (an account's ends with ``@name``), id, parent's path, what it says."""

    path: str
    id: str
    parent: str | None
    own: Guardrails | None
    said: str
    names: tuple[str, ...]  # what an exemption may call it


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at one node: choices by guardrail, and the exemptions that took others away."""

    choices: Mapping[str, Choice]
    exempted: Mapping[str, Exemption] = field(default_factory=dict)


def nodes(survey: Survey) -> tuple[Node, ...]:
    """The root, the units and the accounts; parents before children."""
    root = Node(ROOT, survey.known.root_id, None, survey.architecture.guardrails, "guardrails", ("*",))
    entries = {(branch.path, name): entry for branch in survey.branches for name, entry in branch.unit.accounts.items()}
    units = (_unit_node(branch) for branch in survey.branches)
    accounts = (_account_node(member, entries[member.path, member.name]) for member in survey.members)
    return (root, *units, *accounts)


def _unit_node(branch: Branch) -> Node:
    parent = branch.path.rpartition("/")[0]
    return Node(branch.path, branch.id, parent, branch.unit.guardrails, f"{branch.said}.guardrails", (branch.path,))


def _account_node(member: Member, entry: AccountEntry) -> Node:
    names = (member.name, f"{member.path}/{member.name}")
    path = f"{member.path}/{OF_ACCOUNT}{member.name}"
    return Node(path, member.id, member.path, entry.guardrails, f"{member.said}.guardrails", names)


def standings(survey: Survey, today: str, problems: list[Problem]) -> dict[str, Standing]:
    """What stands at each node, by its path; what is wrong is added to ``problems``."""
    found: dict[str, Standing] = {}
    said: dict[str | None, tuple[str, Mapping[str, Any]]] = {None: (STRICT, {})}
    for node in nodes(survey):
        problems += _wrong_words(survey, node)
        level, named = said[node.path] = _said(node, *said[node.parent])
        above = found[node.parent].exempted if node.parent is not None else {}
        exempted = {**above, **{one.guardrail: one for one in _exemptions(survey, node, today)}}
        if node.parent is not None and said[node.path] == said[node.parent] and exempted == above:
            found[node.path] = found[node.parent]  # the same object: what follows from it is worked out once
            continue
        kept = {one.guardrail.name: one for one in _choices(level, named) if one.guardrail.name not in exempted}
        found[node.path] = Standing(kept, exempted)
    return found


def _said(node: Node, level: str, named: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Level and named guardrails of a node, given its parent's."""
    quarantined = {QUARANTINE_GUARDRAIL: True} if node.path == QUARANTINE else {}
    if node.own is None:
        return level, {**named, **quarantined}
    return node.own.default or level, {**named, **quarantined, **_own_words(node.own)}


def _own_words(own: Guardrails) -> dict[str, Any]:
    """The guardrails and groups that a node names itself."""
    perimeter = {} if own.perimeter is None else {"perimeter": own.perimeter == "org"}
    return {**perimeter, **(own.model_extra or {})}


def _wrong_words(survey: Survey, node: Node) -> list[Problem]:
    try:
        guardrails_for(STRICT, _own_words(node.own) if node.own else {})
    except InputError as error:
        return [Problem(one.what, survey.where(node.said), one.fix) for one in error.problems]
    return []


def _choices(level: str, named: Mapping[str, Any]) -> tuple[Choice, ...]:
    try:
        return guardrails_for(level, named)
    except InputError:
        return ()  # said already, at the node whose words they are


def _exemptions(survey: Survey, node: Node, today: str) -> Iterator[Exemption]:
    """Exemptions at this node that have not ended; days compare as text (YYYY-MM-DD)."""
    for exemption in survey.architecture.exempt:
        if exemption.guardrail and exemption.at in node.names and (not today or exemption.until >= today):
            yield exemption
