"""Which service control policies do nothing, contradict one another, or could be fewer.

The one idea: each judgement is a question with a definite answer. A deny is *dead* when no level allows what it denies;
*redundant* when others deny it anyway; *idle* when no user or role of today could do it without that deny (root users
aside). An allow is *contradictory* when other levels or denies let nothing of it through. Many policies are *packed*
into fewer, and the proof that both deny the same is part of the answer.

It judges what is attached today; whether a guardrail is worth having although idle is for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bastide.errors import InputError
from bastide.iam.canonical import render_policy
from bastide.iam.estate import ROLE, USER
from bastide.model import OrganizationPolicy, PolicyDocument, Statement
from bastide.prove.guardrail import RCP, SCP
from bastide.prove.invariants_estate import FULL, Policies, Stack, not_listed
from bastide.prove.packing import PackedPolicy, pack
from bastide.prove.reach import Memory, Reaches
from bastide.prove.symbolic import Covered, Example, Question, Rule, Undecided, rules, solve
from bastide.prove.symbolic.callers import identities
from bastide.prove.what_if import HOLDERS

IDLE_WORDS = "no user or role of today could do it without this; root users could"
DEAD, REDUNDANT, IDLE, CONTRADICTORY, UNKNOWN = KINDS = ("dead", "redundant", "idle", "contradictory", "unknown")


@dataclass(frozen=True, slots=True)
class Redundant:
    """A statement that denies nothing beyond the others; ``by`` are those that already do (none: nothing allows it)."""

    statement: str
    by: tuple[str, ...]
    rule: Rule | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Remark:
    """One judgement on a statement: its kind, the accounts in which it holds, and who stands behind it."""

    kind: str  # dead | redundant | idle | contradictory | unknown
    statement: str
    accounts: tuple[str, ...]
    by: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Packing:
    """The deny policies of one kind at one node, before and after packing; sizes in UTF-8 bytes.

    ``proved``: both deny exactly the same. ``example`` is a request that tells them apart; ``why`` where neither was
    shown, or where they do not fit.
    """

    node: str
    kind: str
    before: tuple[tuple[str, int], ...]
    after: tuple[PackedPolicy, ...] = ()
    proved: bool = False
    example: Example | None = None
    why: str = ""


def review(policies: Policies) -> list[Remark]:
    """Judgements on the service control policies over the accounts of an organization."""
    return [*_denies(policies), *_allows(policies), *_idle(policies), *_unread(policies)]


def redundant(policies: Policies, account: str) -> list[Redundant]:
    """Deny statements over an account that deny nothing beyond the others, one by one in the order of attachment.

    Of two that say the same, the second is named.
    """
    stack = policies.scps(account)
    callers = identities(account, organization=policies.organization_id)
    found: list[Redundant] = []
    dropped: set[Rule] = set()
    for rule in reversed(stack.denies):
        others = tuple(other for other in stack.denies if other is not rule and other not in dropped)
        answer = solve(Question((*stack.allows, (rule,)), others, callers.tests))
        if isinstance(answer, Covered):
            dropped.add(rule)
            found.append(Redundant(called(rule), tuple(dict.fromkeys(map(called, answer.by))), rule))
    return found[::-1]


def _groups(policies: Policies) -> dict[Stack, tuple[str, ...]]:
    """Accounts by what is in force over them."""
    found: dict[Stack, tuple[str, ...]] = {}
    for account in policies.members:
        stack = policies.scps(account)
        found[stack] = (*found.get(stack, ()), account)
    return found


def _denies(policies: Policies) -> Iterator[Remark]:
    """Dead and redundant denies; a statement that does nothing here but something there is named with its accounts."""
    found: dict[tuple[Rule | None, Redundant], tuple[str, ...]] = {}
    for stack, accounts in _groups(policies).items():
        for one in accounts if stack.names_accounts else accounts[:1]:
            for each in redundant(policies, one):
                key = (each.rule, each)
                found[key] = (*found.get(key, ()), *((one,) if stack.names_accounts else accounts))
    for (_, each), where in found.items():
        why = "" if each.by else "no level allows what it denies"
        yield Remark(REDUNDANT if each.by else DEAD, each.statement, where, each.by, why)


def _allows(policies: Policies) -> Iterator[Remark]:
    """Allows of which nothing gets through the other levels and the denies, and levels that allow nothing at all."""
    for stack, accounts in _groups(policies).items():
        callers = identities(accounts[0], organization=policies.organization_id)
        for number, layer in enumerate(stack.allows):
            others = (*stack.allows[:number], *stack.allows[number + 1 :])
            if not layer:
                yield Remark(CONTRADICTORY, f"level {number}", accounts, why="it allows nothing, so that all is denied")
            for rule in layer:
                answer = solve(Question(((rule,), *others), stack.denies, callers.tests))
                if isinstance(answer, Covered) and all(others):
                    by = tuple(dict.fromkeys(map(called, answer.by)))
                    why = "nothing of it gets through" + ("" if by else " the other levels")
                    yield Remark(CONTRADICTORY, called(rule), accounts, by, why)
                elif isinstance(answer, Undecided):
                    yield Remark(UNKNOWN, called(rule), accounts, why=answer.why)


def _idle(policies: Policies) -> Iterator[Remark]:
    """Denies of what no user or role of today could do without them."""
    memory = Memory()
    inhabited = {one.account for kind in (USER, ROLE) for one in policies.estate.of_type(kind)}
    gaps = {gap.account for gap in policies.estate.gaps if gap.type in HOLDERS}
    places: dict[Rule, list[tuple[str, ...]]] = {}
    for stack, accounts in _groups(policies).items():
        for rule in stack.denies:
            places.setdefault(rule, []).append(accounts)
    for rule, held in places.items():
        where = tuple(account for accounts in held for account in accounts if account in inhabited)
        if gaps & {account for accounts in held for account in accounts}:
            continue  # somebody who could not be listed may be held by it
        if where and not any(_does_something(policies, accounts, rule, memory) for accounts in held):
            yield Remark(
                IDLE, called(rule), where, why="no user or role of today could do it without this; root users could"
            )


def _does_something(policies: Policies, accounts: Sequence[str], rule: Rule, memory: Memory) -> bool:
    """Whether some principal could, but for the rule, do something that it denies; or it is not known."""
    layer = Rule(replace(rule.statement, effect="Allow"), rule.version)
    trial = policies.under(accounts, layer=(layer,), without=(rule,))
    reaches = Reaches(policies.estate, memory, trial)
    return any(one.can or one.unsure or one.unread for one in reaches.among(frozenset(accounts)))


def called(rule: Rule) -> str:
    """A statement as people find it: its policy, its id, or what it is about."""
    if rule.statement.sid:
        return f"{rule.origin} {rule.statement.sid}".strip()
    some = ", ".join(rule.actions.patterns[:3]) + (", …" if len(rule.actions.patterns) > 3 else "")
    about = f"all but {some}" if rule.actions.negated else some
    return f"{rule.origin} ({rule.statement.effect} of {about})"


def _unread(policies: Policies) -> Iterator[Remark]:
    for stack, accounts in _groups(policies).items():
        for one in stack.unread:
            yield Remark(UNKNOWN, one, accounts, why="what it says could not be judged")
    for said in not_listed(policies.estate, *HOLDERS):
        yield Remark(UNKNOWN, said, (), why="whom it holds there could not be judged")


def packings(policies: Policies) -> Iterator[Packing]:
    """How the policies at each node that only deny would be packed, with the proof; nodes with one policy left out."""
    organization = policies.estate.organization
    for node, attached in sorted(organization.policies_by_target.items()) if organization else ():
        for kind in (SCP, RCP):
            held = [one for one in attached if one.type == kind and _only_denies(one)]
            if len(held) > 1:
                taken = sum(one.type == kind for one in attached) - len(held)
                yield _packing(node, kind, held, taken)


def _only_denies(policy: OrganizationPolicy) -> bool:
    document = policy.document
    return policy.name not in FULL and document is not None and all(one.effect == "Deny" for one in document.statements)


def _packing(node: str, kind: str, held: Sequence[OrganizationPolicy], taken: int) -> Packing:
    statements: Mapping[str, Sequence[Statement]] = {one.name: one.document.statements for one in held if one.document}
    before = tuple((one.name, size_of(one.document)) for one in held if one.document)
    try:
        after = pack(statements, kind, name="packed", taken=taken)
    except InputError as error:
        return Packing(node, kind, before, why=error.what)
    told = same_meaning(
        [one for found in statements.values() for one in found],
        [one for packed in after for one in packed.document.statements],
    )
    why = told.why if isinstance(told, Undecided) else ""
    return Packing(node, kind, before, after, told is None, told if isinstance(told, Example) else None, why)


def size_of(document: PolicyDocument) -> int:
    """The size of a policy in its shortest form, in UTF-8 bytes."""
    return len(render_policy(document).encode())


def same_meaning(old: Sequence[Statement], new: Sequence[Statement]) -> Example | Undecided | None:
    """None when two lists of Deny statements deny the same (as after packing); else a request that tells them apart."""
    one, two = rules(PolicyDocument(tuple(old)), "Deny"), rules(PolicyDocument(tuple(new)), "Deny")
    for held, others in ((one, two), (two, one)):
        answer = solve(Question((held,), others)) if held else Covered()
        if not isinstance(answer, Covered):
            return answer
    return None
