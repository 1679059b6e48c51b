"""Policies in properties: read statement by statement, judged by one question.

The one idea: a statement that is unresolved or malformed makes the answer UNKNOWN only when no other statement
decides it. A property holds a policy as JSON text or as an object. Parsing itself is ``iam.parse``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bastide.controls.lookup import elements_of
from bastide.errors import InputError
from bastide.iam.exposure import public
from bastide.iam.json_text import parse_json_text
from bastide.iam.parse import parse_policy
from bastide.model import PASS, Resource, Statement, Status, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

TARGETS, ACTING = ("Resource", "NotResource"), ("Action", "NotAction")
NOTHING, IDLE = "arn:aws:::", "iam:Nothing"  # a resource and an action that there is not: all but it are all
# What a question may be about alone: Action and NotAction; whether there is a NotResource or a NotAction.
ACTIONS, EXCEPTIONS = "actions", "exceptions"
WORDS = ("Effect", *ACTING, *TARGETS)
BARE = re.compile(r"[A-Za-z]+\*?").fullmatch  # an action without its service


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement that could not be read, or a whole policy: where and why.

    ``effect``: Allow or Deny, empty when that is not known either. ``supposed``: the statement as it is if it is about
    every resource, where nothing but its resources is unknown; of a malformed one, what its author can have meant at
    most (see ``_supposed``). ``certain``: of ACTIONS and EXCEPTIONS, what of it is as written.
    ``sound``: only the resources of ``supposed`` are not. ``worded``: the statement for whomever and whenever, where
    something is unknown but not what it names in ACTIONS.
    """

    path: str
    reason: Unknown
    effect: str = ""
    supposed: Statement | None = None
    certain: frozenset[str] = frozenset()
    sound: bool = False
    worded: Statement | None = None

    def may(self, effect: str) -> bool:
        """The statement has that effect, as far as is known."""
        return self.effect in (effect, "")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of a resource: its statements, each with its property path, and the places that could not be read."""

    statements: tuple[tuple[str, Statement], ...] = ()
    unread: tuple[Unread, ...] = ()

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
        return Policy(unread=(Unread(path, value),))
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
        tuple(replace(one, path=path + one.path) for one in policy.unread),
    )


def policy_of(resource: Resource, path: str) -> Policy | None:
    """The policy at a path of a resource; None when there is none."""
    return read_policy(resource.get(path), path)


def _parsed(value: Value) -> Policy:
    """The policy with paths relative to the property; JSON text is one value and has no paths inside."""
    try:
        document = parse_json_text(value)[0] if isinstance(value, str) else value
    except InputError as error:
        return Policy(unread=(Unread("", Unknown(f"not a policy: {error.what}")),))
    if not isinstance(document, Mapping):
        return Policy(unread=(Unread("", Unknown("not a policy")),))
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
        whole = found if isinstance(found, Unknown) else reason
        return Policy(unread=(Unread(".Statement" if inside else "", whole),))
    read: list[tuple[str, Statement]] = []
    unread: list[Unread] = []
    for place, item in zip(_places(found, len(items), inside), items, strict=True):
        try:
            read += [(place, one) for one in _statements(item)]
        except InputError as error:
            unread.append(_unread(place, item, error))
    return Policy(tuple(read), tuple(unread or [Unread("", reason)]))


def _statements(item: Value) -> tuple[Statement, ...]:
    return parse_policy({"Statement": [item]}, positions=False).statements


def _unread(place: str, item: Value, error: InputError) -> Unread:
    """What is known of a statement all the same."""
    gaps = unknowns_in(item)
    if not isinstance(item, Mapping):
        return Unread(place, gaps[0] if gaps else Unknown(f"not a statement: {error.what}"))
    effect = item.get("Effect")
    effect = effect if effect in ("Allow", "Deny") else ""
    reason = gaps[0] if gaps else Unknown(f"not a statement: {error.what}")
    supposed = _supposed(item)
    names = [supposed.get("Action"), supposed.get("NotAction")]
    as_written = all(name in (given, [given]) for name, given in zip(names, map(item.get, ACTING), strict=True))
    certain = frozenset({ACTIONS, EXCEPTIONS} if as_written else {EXCEPTIONS})
    sound = as_written and bool(unknowns_in([item.get(name) for name in TARGETS]))
    worded = _tried({key: one for key, one in supposed.items() if key in WORDS}) if gaps and as_written else None
    try:
        return Unread(place, reason, effect, _statements(supposed)[0], certain, sound, worded)
    except InputError:
        return Unread(place, reason, effect, None, certain if worded else frozenset(), False, worded)


def _tried(item: Mapping[str, Value]) -> Statement | None:
    try:
        return _statements(item)[0]
    except InputError:
        return None


def _supposed(item: Mapping[str, Value]) -> dict[str, Value]:
    """The most that a statement can mean: every resource; every action where none is named, or what is excepted is not.

    AWS refuses an action without its service and a principal that is plain text; what they were meant to say is clear
    (that action of whatever service, that one principal) and enough to say whether everybody is let in.
    """
    target = {"NotResource": NOTHING} if "NotResource" in item else {"Resource": "*"}
    supposed = {key: value for key, value in item.items() if key not in TARGETS} | target
    actions, principal = item.get("Action"), item.get("Principal")
    if actions is None and "NotAction" not in item:
        supposed["Action"] = "*"
    elif isinstance(actions, str | list):
        named = [actions] if isinstance(actions, str) else actions
        supposed["Action"] = [f"*:{one}" if isinstance(one, str) and BARE(one) else one for one in named]
    if "NotAction" in item and (unknowns_in(item["NotAction"]) or not isinstance(item["NotAction"], str | list)):
        supposed["NotAction"] = IDLE
    if isinstance(principal, str) and "*" not in principal:
        supposed["Principal"] = {"AWS": principal}
    return supposed


def judge(policy: Policy | None, wrong: Callable[[Statement], str], about: str = "") -> Verdict:
    """FAIL at the first statement of which ``wrong`` says a reason, else UNKNOWN if one was unread, else PASS.

    ``wrong`` asks what a statement allows, and of more resources never less: a Deny that could not be read allows
    nothing, and an Allow of which it says nothing even if it is about every resource is no doubt. ``about``: ACTIONS
    or EXCEPTIONS where it asks of nothing else.
    """
    if policy is None:
        return PASS
    for path, statement in policy.statements:
        reason = wrong(statement)
        if reason:
            return fail(reason, path)
    return worst(_judge_unread(one, wrong, about) for one in policy.unread if one.may("Allow"))


def _judge_unread(one: Unread, wrong: Callable[[Statement], str], about: str) -> Verdict:
    """The verdict on a statement of which not all is known."""
    asked = one.worded if about and one.worded is not None else one.supposed
    reason = wrong(asked) if asked is not None else ""
    if reason and about in one.certain:
        return fail(reason, one.path)
    plain = one.sound or (bool(about) and one.worded is not None)
    return PASS if plain and not reason else unknown(one.reason, one.path)


def judge_public(policy: Policy | None, otherwise: str) -> Verdict:
    """FAIL with the reason ``otherwise`` where a resource's policy lets in everybody.

    What is unread matters only where it decides: a Deny could shield what is open, an Allow could open. An Allow whose
    resources alone are unknown opens this one: a policy speaks of the resource that has it.
    """
    opened, gap = public_statement(policy, lambda _: True) if policy else (None, None)
    if gap is not None:
        return unknown(gap.reason, gap.path)
    return PASS if opened is None else fail(otherwise, opened[0])


def public_statement(
    policy: Policy, asked: Callable[[Statement], bool]
) -> tuple[tuple[str, Statement] | None, Unread | None]:
    """The first statement that ``asked`` is true of and that lets in everybody, or what keeps that from being said."""
    opened = [policy.statements[index] for index in public(policy.plain) if asked(policy.plain[index])]
    denying = [one for one in policy.unread if one.may("Deny")]
    alone = not denying and not any(one.effect == "Deny" for one in policy.plain)
    allowing: list[Unread] = []
    for one in policy.unread:
        statement = one.supposed if one.effect == "Allow" else None
        if statement is None or (public([statement]) and asked(statement)):
            allowing += [one] if one.may("Allow") else []
            opened += [(one.path, statement)] if statement is not None and alone else []
    doubts = denying if opened else allowing
    return (opened[0] if opened else None), (doubts[0] if doubts else None)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first FAIL, else the first UNKNOWN, else PASS."""
    answer = PASS
    for verdict in verdicts:
        if verdict.status is Status.FAIL:
            return verdict
        if verdict.status is Status.UNKNOWN and answer is PASS:
            answer = verdict
    return answer


def judge_inline(resource: Resource, wrong: Callable[[Statement], str], about: str = "") -> Verdict:
    """``judge`` over the inline policies (``Policies``) of a role, user or group."""
    policies = elements_of(resource.get("Policies"))
    if isinstance(policies, Unknown):
        return unknown(policies, "Policies")
    return worst(_judge_element(resource, index, one, wrong, about) for index, one in enumerate(policies))


def _judge_element(
    resource: Resource, index: int, policy: Value, wrong: Callable[[Statement], str], about: str
) -> Verdict:
    path = f"Policies.{index}"
    if not isinstance(policy, Mapping):
        return unknown(policy if isinstance(policy, Unknown) else "not an inline policy", path)
    return judge(policy_of(resource, f"{path}.PolicyDocument"), wrong, about)
