"""What a new service control policy would take away, and which guardrails do nothing.

The one idea: a permission is lost when the identity's policies and everything in force admit a request that the new
policy denies; that is one question a statement, and its answer is a request. With a list of used actions the same
question is asked about these only. A deny that the others already cover is redundant; one over a level that allows
nothing is dead.

Granted permissions are those of the policies in the estate; an AWS managed policy whose text is not there (other than
AdministratorAccess) is named in ``unread``, so that silence about it is not taken for "nothing is lost".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bastide.errors import InputError
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument, Resource, Statement
from bastide.model.unknown import unknowns_in
from bastide.prove.invariants_estate import Policies, Stack
from bastide.prove.symbolic import Actions, Covered, Example, Question, Rule, Undecided, action_list, rules, solve
from bastide.prove.symbolic.callers import identities
from bastide.prove.symbolic.replay import confirmed

ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"
HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User")


@dataclass(frozen=True, slots=True)
class Grants:
    """What a principal's own policies allow and deny; ``unread`` names policies whose text is not known."""

    principal: Resource
    allows: tuple[Rule, ...]
    denies: tuple[Rule, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """What one principal would lose to one statement: documented ``actions`` of which some request is lost, sorted.

    ``example`` is a confirmed request; None with ``why`` where it could not be decided.
    """

    principal: str
    account: str
    statement: str
    actions: tuple[str, ...]
    example: Example | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Redundant:
    """A statement that denies nothing beyond the others; ``by`` are those that already do (none: nothing allows it)."""

    statement: str
    by: tuple[str, ...]


def grants(policies: Policies, account: str) -> Iterator[Grants]:
    """The roles and users of an account with what their policies say."""
    texts = {one.arn: one for one in policies.estate.of_type("AWS::IAM::ManagedPolicy")}
    for holder in policies.estate.by_account.get(account, ()):
        if holder.type not in HOLDERS or not holder.arn:
            continue
        every: list[Rule] = []
        unread: list[str] = []
        for name, document in _documents(holder, texts):
            if document is None or unknowns_in(document):
                unread.append(name)
                continue
            try:
                every += rules(parse_policy(document, where=name, positions=False), origin=name)
            except InputError as error:
                unread.append(f"{name}: {error.what}")
        allows = tuple(rule for rule in every if rule.allows)
        yield Grants(holder, allows, tuple(rule for rule in every if not rule.allows), tuple(unread))


def _documents(holder: Resource, texts: Mapping[str, Resource]) -> Iterator[tuple[str, Mapping[str, object] | None]]:
    for inline in holder.properties.get("Policies") or ():
        if isinstance(inline, Mapping):
            yield str(inline.get("PolicyName", "inline")), inline.get("PolicyDocument")
    for arn in holder.properties.get("ManagedPolicyArns") or ():
        if isinstance(arn, str) and arn.endswith(ADMINISTRATOR):
            allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
            yield "AdministratorAccess", {"Version": "2012-10-17", "Statement": [allow]}
        else:
            known = texts.get(arn) if isinstance(arn, str) else None
            yield str(arn), known.properties.get("PolicyDocument") if known else None


def what_if(
    policies: Policies,
    document: PolicyDocument,
    accounts: Sequence[str],
    used: Mapping[str, Sequence[str]] | None = None,
) -> list[Loss]:
    """What the principals of ``accounts`` would lose if the policy were attached above them.

    ``used``: ARN of a principal → actions that it used; then only these are asked about, and principals that are not in
    it are left out. What is denied already is no loss.
    """
    denies = rules(document, "Deny", "the new policy")
    found: list[Loss] = []
    for account in accounts:
        stack = policies.scps(account)
        for one in grants(policies, account):
            if used is None or one.principal.arn in used:
                asked = Actions(tuple((used or {}).get(one.principal.arn, ()))) if used is not None else Actions(("*",))
                found += [loss for rule in denies if (loss := _loss(policies, stack, one, rule, asked))]
    return found


def _loss(policies: Policies, stack: Stack, one: Grants, rule: Rule, asked: Actions) -> Loss | None:
    arn, account = one.principal.arn, one.principal.account
    callers = identities(account, organization=policies.organization_id, patterns=(arn,))
    question = Question(
        (one.allows, (rule,), *stack.allows), (*one.denies, *stack.denies), callers.tests, asked, documented_only=True
    )
    answer = solve(question)
    if isinstance(answer, Covered):
        return None
    if isinstance(answer, Undecided) or not confirmed(answer, question):
        why = answer.why if isinstance(answer, Undecided) else "no example could be confirmed"
        return Loss(arn, account, str(rule), (), why=why)
    return Loss(arn, account, str(rule), _lost(question, rule, one, asked), answer)


def _lost(question: Question, rule: Rule, one: Grants, asked: Actions) -> tuple[str, ...]:
    """Documented actions that the principal may have, the new statement names, and no other deny takes away whole."""
    granted = 0
    for allow in one.allows:
        granted |= allow.actions.bits()
    left = granted & rule.actions.bits() & asked.bits()
    for other in question.forbidden:
        if any(not tests for tests in other.alternatives()):
            left &= ~other.actions.bits()
    return tuple(action_list().listed(left))


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
            found.append(Redundant(str(rule), tuple(dict.fromkeys(map(str, answer.by)))))
    return found[::-1]


def same_meaning(old: Sequence[Statement], new: Sequence[Statement]) -> Example | Undecided | None:
    """None when two lists of Deny statements deny the same (as after packing); else a request that tells them apart."""
    one, two = rules(PolicyDocument(tuple(old)), "Deny"), rules(PolicyDocument(tuple(new)), "Deny")
    for held, others in ((one, two), (two, one)):
        answer = solve(Question((held,), others)) if held else Covered()
        if not isinstance(answer, Covered):
            return answer
    return None
