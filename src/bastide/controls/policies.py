"""Policies in properties: read statement by statement, judged by one question.

The one idea: a statement that is unresolved or malformed makes the answer UNKNOWN only when no other statement
decides it. A property holds a policy as JSON text or as an object. Parsing itself is ``iam.parse``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bastide.controls.lookup import elements_of
from bastide.errors import InputError
from bastide.iam.json_text import parse_json_text
from bastide.iam.parse import parse_policy
from bastide.model import PASS, Resource, Statement, Status, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of a resource: its statements, each with its property path, and the places that could not be read."""

    statements: tuple[tuple[str, Statement], ...] = ()
    unread: tuple[tuple[str, Unknown], ...] = ()

    @property
    def plain(self) -> list[Statement]:
        """The statements alone, in order."""
        return [statement for _, statement in self.statements]


# Parsed policies by identity: several controls ask of the same property one after the other. An entry keeps its value
# alive, so that the identity cannot be another's; values of properties are never changed in place.
_RECENT: dict[int, tuple[Value, Policy]] = {}
_KEPT = 256


def read_policy(value: Value, path: str) -> Policy | None:
    """The policy in a property's value, paths beginning with ``path``; None when there is none."""
    if isinstance(value, Unknown):
        return Policy(unread=((path, value),))
    if value is None or value in ("", {}):
        return None
    known = _RECENT.get(id(value))
    if known is None or known[0] is not value:
        if len(_RECENT) >= _KEPT:
            _RECENT.clear()
        known = _RECENT[id(value)] = (value, _parsed(value))
    policy = known[1]
    return Policy(
        tuple((path + rest, statement) for rest, statement in policy.statements),
        tuple((path + rest, reason) for rest, reason in policy.unread),
    )


def policy_of(resource: Resource, path: str) -> Policy | None:
    """The policy at a path of a resource; None when there is none."""
    return read_policy(resource.get(path), path)


def _parsed(value: Value) -> Policy:
    """The policy with paths relative to the property; JSON text is one value and has no paths inside."""
    try:
        document = parse_json_text(value)[0] if isinstance(value, str) else value
    except InputError as error:
        return Policy(unread=(("", Unknown(f"not a policy: {error.what}")),))
    if not isinstance(document, Mapping):
        return Policy(unread=(("", Unknown("not a policy")),))
    found = document.get("Statement")
    inside = not isinstance(value, str)
    try:
        statements = parse_policy(document, positions=False).statements
    except InputError as error:
        return _piecemeal(found, inside, Unknown(f"not a policy: {error.what}"))
    return Policy(tuple(zip(_places(found, len(statements), inside), statements, strict=True)))


def _places(found: Value, count: int, inside: bool) -> list[str]:
    """Relative paths of the statements."""
    if not inside:
        return [""] * count
    return [".Statement"] if isinstance(found, Mapping) else [f".Statement.{index}" for index in range(count)]


def _piecemeal(found: Value, inside: bool, reason: Unknown) -> Policy:
    """The statements one by one; those that are malformed, or have something Unknown inside, as unread."""
    items = [found] if isinstance(found, Mapping) else found
    if not isinstance(items, list | tuple):
        return Policy(unread=((".Statement" if inside else "", found if isinstance(found, Unknown) else reason),))
    read: list[tuple[str, Statement]] = []
    unread: list[tuple[str, Unknown]] = []
    for place, item in zip(_places(found, len(items), inside), items, strict=True):
        try:
            read += [(place, one) for one in parse_policy({"Statement": [item]}, positions=False).statements]
        except InputError as error:
            gaps = unknowns_in(item)
            unread.append((place, gaps[0] if gaps else Unknown(f"not a statement: {error.what}")))
    return Policy(tuple(read), tuple(unread or [("", reason)]))


def judge(policy: Policy | None, wrong: Callable[[Statement], str]) -> Verdict:
    """FAIL at the first statement of which ``wrong`` says a reason, else UNKNOWN if one was unread, else PASS."""
    if policy is None:
        return PASS
    for path, statement in policy.statements:
        reason = wrong(statement)
        if reason:
            return fail(reason, path)
    return unread(policy) or PASS


def unread(policy: Policy) -> Verdict | None:
    """UNKNOWN for the first statement that could not be read; None when all could."""
    if not policy.unread:
        return None
    path, reason = policy.unread[0]
    return unknown(reason, path)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first FAIL, else the first UNKNOWN, else PASS."""
    answer = PASS
    for verdict in verdicts:
        if verdict.status is Status.FAIL:
            return verdict
        if verdict.status is Status.UNKNOWN and answer is PASS:
            answer = verdict
    return answer


def judge_inline(resource: Resource, wrong: Callable[[Statement], str]) -> Verdict:
    """``judge`` over the inline policies (``Policies``) of a role, user or group."""
    policies = elements_of(resource.get("Policies"))
    if isinstance(policies, Unknown):
        return unknown(policies, "Policies")
    return worst(_judge_element(resource, index, one, wrong) for index, one in enumerate(policies))


def _judge_element(resource: Resource, index: int, policy: Value, wrong: Callable[[Statement], str]) -> Verdict:
    path = f"Policies.{index}"
    if not isinstance(policy, Mapping):
        return unknown(policy if isinstance(policy, Unknown) else "not an inline policy", path)
    return judge(policy_of(resource, f"{path}.PolicyDocument"), wrong)
