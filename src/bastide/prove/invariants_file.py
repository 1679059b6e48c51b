"""A user's own invariants, in YAML, in the words of the built-in ones.

    invariants:
      - name: trail-bucket-is-only-read-by-security
        about: Nobody but security reads the trail.
        nobody: {in: ["*"], except: ["role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_SecurityAudit_*"]}
        can: ["s3:GetObject"]
        resources: ["arn:aws:s3:::acme-trail/*"]
        when: {StringEquals: {"aws:RequestedRegion": eu-west-1}}
      - name: deployer-still-creates-roles
        somebody: {in: [workloads/dev], named: [role/bastide/bastide-deployer]}
        can: [iam:CreateRole]

``in`` names units, accounts, ``*`` (every member account), ``outside``, ``anonymous`` or ``service:NAME``. ``named``
and ``except`` are ARN patterns, or what stands behind ``arn:…:iam::ACCOUNT:``. Any identity policy is allowed for: only
what binds regardless counts (service and resource control policies, and a resource's own policy where the caller is of
another account). ``when`` is a condition block that the request fulfils. ``outside`` are identities of all accounts
that are not the organization's; ``except`` takes accounts (digits) and ARN patterns out of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from bastide.errors import InputError, Problem
from bastide.iam.parse import parse_policy
from bastide.iam.vocabulary import suggest
from bastide.prove.exemptions import Exemption, Exemptions, parse_exemptions
from bastide.prove.invariants_estate import SHAPES, Guarded, Policies, guarded, not_listed
from bastide.prove.invariants_isolation import outsiders
from bastide.prove.places import accounts_in
from bastide.prove.proof import NOT_PROVED, PROVED, Proof, nobody_can, somebody_can, together
from bastide.prove.symbolic import Question, Rule, Test, pinned, rules
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import Callers, anonymous, identities, service
from bastide.prove.symbolic.constraint import RESOURCE, Strings
from bastide.prove.symbolic.pattern import Pattern, glob
from bastide.prove.symbolic.pattern import arn as arn_pattern
from bastide.prove.symbolic.rule import PRINCIPAL_ARN
from bastide.prove.symbolic.search import find

NOBODY, SOMEBODY = "nobody", "somebody"
OUTSIDE = "outside"
ELEMENTS = ("name", "about", NOBODY, SOMEBODY, "can", "resources", "when")
SECTIONS = ("invariants", "exempt")
WHO = ("in", "named", "except")


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant of a file: whether nobody can or somebody still can, who, what, on what, when."""

    name: str
    about: str
    nobody: bool
    places: tuple[str, ...]
    named: tuple[str, ...]
    exempt: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: tuple[Rule, ...]  # one rule whose condition is ``when``; () where there is none


@dataclass(frozen=True, slots=True)
class InvariantsFile:
    """What one file says: invariants, and exemptions from these or from the built-in ones."""

    invariants: tuple[Invariant, ...]
    exemptions: tuple[Exemption, ...] = ()


def parse_invariants(text: str, where: str = "") -> InvariantsFile:
    """The invariants and exemptions in YAML ``text``.

    Raises:
        InputError: not YAML, or elements missing, unknown or of a wrong shape; all of them at once.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", where) from error
    problems: list[Problem] = []
    spared = parse_exemptions(value.get("exempt"), where, problems) if isinstance(value, dict) else ()
    items = value.get("invariants", [] if spared or problems else None) if isinstance(value, dict) else None
    if not isinstance(items, list) or not (items or spared or problems):
        raise InputError("the file holds no invariants", where, "write invariants: and a list below it")
    unknown = [key for key in value if key not in SECTIONS]
    problems += [Problem(f"the file has no section {key!r}", where, suggest(str(key), SECTIONS)) for key in unknown]
    read = [_invariant(item, f"{where} invariants[{index}]", problems) for index, item in enumerate(items)]
    if problems:
        raise InputError.of(problems)
    return InvariantsFile(tuple(one for one in read if one), spared)


def _invariant(item: Any, where: str, problems: list[Problem]) -> Invariant | None:
    before = len(problems)
    if not isinstance(item, Mapping):
        problems.append(Problem("an invariant is a mapping", where))
        return None
    for key in item:
        if key not in ELEMENTS:
            problems.append(Problem(f"an invariant has no element {key!r}", where, suggest(str(key), ELEMENTS)))
    if (NOBODY in item) == (SOMEBODY in item):
        problems.append(Problem("an invariant says either nobody or somebody", where))
    for key in ("name", "can"):
        if not item.get(key):
            problems.append(Problem(f"the invariant has no {key!r}", where))
    who = item.get(NOBODY, item.get(SOMEBODY)) or {}
    if not isinstance(who, Mapping) or not set(who) <= set(WHO):
        problems.append(Problem("who is a mapping with in, named and except", where))
    when = _when(item.get("when"), where, problems)
    if len(problems) > before:
        return None
    return Invariant(
        str(item["name"]), str(item.get("about") or item["name"]), NOBODY in item, _texts(who.get("in", "*")),
        _texts(who.get("named", ())), _texts(who.get("except", ())), _texts(item["can"]),
        _texts(item.get("resources", "*")), when,
    )  # fmt: skip


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))


def _when(value: Any, where: str, problems: list[Problem]) -> tuple[Rule, ...]:
    if value is None:
        return ()
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": value}
    try:
        return rules(parse_policy({"Version": "2012-10-17", "Statement": [statement]}, where=where))
    except InputError as error:
        problems.extend(error.problems)
        return ()


def file_proofs(
    policies: Policies, invariants: Sequence[Invariant], exemptions: Exemptions | None = None
) -> Iterator[Proof]:
    """One proof for each invariant.

    Raises:
        InputError: an invariant names a unit or account that the organization does not have.
    """
    every = guarded(policies.estate)
    spared = exemptions or Exemptions(policies)
    for one in invariants:
        found = spared.without(one.name, every)
        asked = [who for place in one.places if place != OUTSIDE for who in _callers(policies, one, place)]
        callers = [who for who in asked if not spared.spares(one.name, who.account)]
        check = nobody_can if one.nobody else somebody_can
        questions = [question for who in callers for question in _questions(policies, one, who, found)]
        questions += _from_outside(policies, one, found) if OUTSIDE in one.places else []
        parts = [check(question) for question in questions]
        parts += _unread(policies, one, callers, found)
        where = sorted({who.account for who in callers if who.account in policies.accounts})
        if not one.nobody and any(part.status == PROVED for part in parts):
            parts = [part for part in parts if part.status == PROVED]
        nothing = Proof("", "", NOT_PROVED, why=("it asks about no caller and no resource that the estate knows",))
        proof = together(one.name, one.about, parts or [nothing], where)
        yield spared.told(proof, nothing_left=not parts)


def _unread(policies: Policies, one: Invariant, callers: Sequence[Callers], found: Sequence[Guarded]) -> list[Proof]:
    stacks = {policies.scps(who.account) for who in callers if who.account in policies.accounts}
    why = [said for stack in stacks for said in stack.unread]
    why += [f"could not read {target.unread}" for target in found if target.unread and _is_meant(target, one)]
    about = Actions(one.actions).bits()
    kinds = {shape.kind for shape in SHAPES.values() if about & Actions(shape.actions).bits()}
    why += not_listed(policies.estate, *sorted(kinds))
    return [Proof("", "", NOT_PROVED, why=(said,)) for said in why]


def _questions(policies: Policies, one: Invariant, who: Callers, found: Sequence[Guarded]) -> Iterator[Question]:
    """About each resource with a policy that is meant; and for members, about all other resources of their account."""
    scps = policies.scps(who.account) if who.account in policies.accounts else None
    targets = [each for each in found if not each.unread and _is_meant(each, one)]
    for target in targets:
        yield _question(policies, one, who, target)
    if scps is not None:
        known = tuple(glob(pattern) for target in targets for pattern in target.resources if pattern != "*")
        others = Test(RESOURCE, Strings(known, inside=False))
        yield Question(
            (*one_layer(one.when), *scps.allows), scps.denies, (*_given(one, who, ()), others), Actions(one.actions)
        )


def _question(policies: Policies, one: Invariant, who: Callers, target: Guarded) -> Question:
    scps = policies.scps(who.account) if who.account in policies.accounts else None
    owner = target.resource.account
    needs_policy = owner != who.account or target.kind in ("key", "role")
    return Question(
        (*((target.allows,) if needs_policy else ()), *one_layer(one.when), *(scps.allows if scps else ())),
        (*target.denies, *policies.rcps(owner).denies, *(scps.denies if scps else ())),
        (*_given(one, who, target.resources), pinned("aws:resourceaccount", owner)),
        Actions(one.actions),
    )


def _from_outside(policies: Policies, one: Invariant, found: Sequence[Guarded]) -> list[Question]:
    """About each resource that is meant: identities of every account that its policy may mean."""
    return [
        _question(policies, one, _narrowed(one, who), target)
        for target in found
        if not target.unread and _is_meant(target, one)
        for who in outsiders(policies, target)
        if who.account
    ]


def _narrowed(one: Invariant, who: Callers) -> Callers:
    """Callers outside, those named only, without the exempt: ARN patterns, or an account's digits."""

    def patterns(texts: Sequence[str]) -> tuple[Pattern, ...]:
        whole = [f"arn:*:iam::{text}:*" if text.isdigit() else text for text in texts]
        return tuple(map(arn_pattern, _arns(whole, who.account)))

    named = [Test(PRINCIPAL_ARN, Strings(patterns(one.named)))] if one.named else []
    spared = [Test(PRINCIPAL_ARN, Strings(patterns(one.exempt), inside=False), every=True)] if one.exempt else []
    return replace(who, tests=(*who.tests, *named, *spared))


def one_layer(when: tuple[Rule, ...]) -> tuple[tuple[Rule, ...], ...]:
    """The condition of an invariant as a layer that must admit the request."""
    return (when,) if when else ()


def _given(one: Invariant, who: Callers, resources: Sequence[str]) -> tuple[Test, ...]:
    meant = Test(RESOURCE, Strings(tuple(map(glob, one.resources))))
    return (*who.tests, meant, *((Test(RESOURCE, Strings(tuple(map(glob, resources)))),) if resources else ()))


def _is_meant(target: Guarded, one: Invariant) -> bool:
    """Whether the invariant speaks about the resource: by ARN, and by an action that resources of its kind have."""
    if not Actions(one.actions).bits() & Actions(target.actions).bits():
        return False
    return find((tuple(map(glob, one.resources)), tuple(map(glob, target.resources))), frozenset()) is not None


def _callers(policies: Policies, one: Invariant, place: str) -> Iterator[Callers]:
    if place == "anonymous":
        yield anonymous()
    elif place.startswith("service:"):
        yield service(place.removeprefix("service:"))
    else:
        for account in accounts_in(policies, place, f"invariant {one.name}"):
            yield identities(
                account, organization=policies.organization_id, patterns=_arns(one.named, account),
                exempt=_arns(one.exempt, account),
            )  # fmt: skip


def _arns(patterns: Sequence[str], account: str) -> tuple[str, ...]:
    return tuple(one if one.startswith("arn:") else f"arn:*:iam::{account}:{one}" for one in patterns)
