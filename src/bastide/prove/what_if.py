"""What a new service control policy would take away from the principals that it would bind.

The one idea: a permission is lost when everything in force admits a request that a statement of the new policy denies.
So the statement is asked about as one more layer that has to allow (``reach``): exactly the actions of which some
request is lost, for all principals at once; what can no more be done at all is what ``reach`` says after the change.
With a record of use the question is asked about the used actions, resources and conditions only.

Granted permissions are those of the principals' own policies; what resource policies grant besides is not looked at. A
policy whose text is not known is named, so that silence about it is not taken for "nothing is lost".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bastide.iam.estate import GROUP, MANAGED, ROLE, USER, Identity
from bastide.iam.estate import Policies as Index
from bastide.model import PolicyDocument, Resource
from bastide.prove.invariants_estate import Policies
from bastide.prove.reach import Memory, Reaches, rcp_bits
from bastide.prove.symbolic import (
    Actions,
    Covered,
    Example,
    Question,
    Rule,
    Test,
    Undecided,
    action_list,
    pinned,
    rules,
    solve,
)
from bastide.prove.symbolic.callers import identities
from bastide.prove.symbolic.constraint import RESOURCE
from bastide.prove.symbolic.replay import confirmed

NEW = "the new policy"
HOLDERS = (USER, ROLE, GROUP, MANAGED)


@dataclass(frozen=True, slots=True)
class Grants:
    """What a principal's own policies allow and deny; ``limits`` are the Allows of its boundary, None without one.

    ``unread`` names policies whose text is not known.
    """

    principal: Resource
    allows: tuple[Rule, ...]
    denies: tuple[Rule, ...]
    limits: tuple[Rule, ...] | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """Actions that a principal used; of one resource and with condition keys where these are known."""

    actions: tuple[str, ...]
    resource: str = ""
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """What one principal would lose to one statement: ``actions`` of which some request is lost, sorted.

    ``whole`` are those of them that it could not do at all any more, by all statements together. ``example`` is a
    confirmed request; None with ``why`` where it could not be decided.
    """

    principal: str
    account: str
    statement: str
    actions: tuple[str, ...]
    whole: tuple[str, ...] = ()
    example: Example | None = None
    why: str = ""
    rule: Rule | None = field(default=None, compare=False)


def grants(policies: Policies, account: str) -> Iterator[Grants]:
    """The roles and users of an account with what their policies say."""
    index = Index(policies.estate)
    for kind in (USER, ROLE):
        for holder in policies.estate.of_type(kind):
            if holder.account == account and holder.arn:
                yield _grants(holder, index.own_policies(holder))


def _grants(holder: Resource, identity: Identity) -> Grants:
    every = [rule for document in identity.identity for rule in rules(document)]
    limits = [rule for document in identity.boundary or () for rule in rules(document)]
    return Grants(
        holder,
        tuple(rule for rule in every if rule.allows),
        tuple(rule for rule in (*every, *limits) if not rule.allows),
        None if identity.boundary is None else tuple(rule for rule in limits if rule.allows),
        tuple(str(one) for one in identity.unread),
    )


def what_if(
    policies: Policies,
    document: PolicyDocument,
    accounts: Sequence[str],
    used: Mapping[str, Sequence[Use]] | None = None,
) -> list[Loss]:
    """What the principals of ``accounts`` would lose if the policy were attached above them.

    ``used``: ARN of a principal → what it used; then only this is asked about, and principals that are not in it are
    left out. What is denied already is no loss.
    """
    found = _Change(policies, document, accounts)
    losses = found.granted() if used is None else found.used(used)
    return [*losses, *_not_listed(policies, found.bound)]


def _not_listed(policies: Policies, bound: frozenset[str]) -> Iterator[Loss]:
    """Principals that could not be listed may lose something as well."""
    for gap in policies.estate.gaps:
        if gap.account in bound and gap.type in HOLDERS:
            yield Loss("*", gap.account, "", (), why=f"{gap.type} could not be listed: {gap.reason}")


class _Change:
    """One policy more over some accounts."""

    def __init__(self, policies: Policies, document: PolicyDocument, accounts: Sequence[str]) -> None:
        self.policies = policies
        self.denies = rules(document, "Deny", NEW)
        self.bound = frozenset(accounts) & frozenset(policies.members)
        self.index = Index(policies.estate)
        memory = Memory()
        self.after = Reaches(policies.estate, memory, policies.under(self.bound, denies=self.denies))
        # A statement's denial turned into an allowance: as one more layer it lets through exactly what it would deny.
        layers = ((rule, Rule(replace(rule.statement, effect="Allow"), rule.version)) for rule in self.denies)
        self.lost = [
            (rule, Reaches(policies.estate, memory, policies.under(self.bound, layer=(one,)))) for rule, one in layers
        ]

    def granted(self) -> Iterator[Loss]:
        """What is granted and would be lost, principal by principal."""
        for holder in self._holders():
            reach = self.after.every[holder.arn]
            if reach.unread:
                yield Loss(holder.arn, holder.account, "", (), why=f"could not read {'; '.join(reach.unread)}")
            for rule, reaches in self.lost:
                lost = reaches.every[holder.arn]
                if lost.can:
                    yield self._loss(holder, rule, lost.can, reach.can)
                if lost.unsure:
                    count = f"{lost.unsure.bit_count()} actions could not be decided"
                    yield Loss(holder.arn, holder.account, str(rule), (), why=count)

    def _loss(self, holder: Resource, rule: Rule, lost: int, after: int) -> Loss:
        names = tuple(action_list().listed(lost))
        question = self._question(_grants(holder, self.index.own_policies(holder)), rule, Actions(names[:1]), ())
        answer = solve(question)
        example = answer if isinstance(answer, Example) and confirmed(answer, question) else None
        whole = tuple(action_list().listed(lost & ~after))
        return Loss(holder.arn, holder.account, str(rule), names, whole, example, rule=rule)

    def used(self, used: Mapping[str, Sequence[Use]]) -> Iterator[Loss]:
        """What was used and would be lost."""
        for holder in self._holders():
            if holder.arn in used:
                one = _grants(holder, self.index.own_policies(holder))
                if one.unread:
                    yield Loss(holder.arn, holder.account, "", (), why=f"could not read {'; '.join(one.unread)}")
                for rule in self.denies:
                    yield from self._used(one, rule, used[holder.arn])

    def _used(self, one: Grants, rule: Rule, used: Iterable[Use]) -> Iterator[Loss]:
        """One loss for all uses that a statement takes away, and one for each that could not be decided."""
        lost: dict[str, Example] = {}
        holder = one.principal
        for use in used:
            given = _tests(use)
            for action in use.actions:
                if action in lost or action not in rule.actions:
                    continue
                question = self._question(one, rule, Actions((action,)), given)
                answer = solve(question)
                if isinstance(answer, Example) and confirmed(answer, question):
                    lost[action] = answer
                elif not isinstance(answer, Covered):
                    why = answer.why if isinstance(answer, Undecided) else "no example could be confirmed"
                    yield Loss(holder.arn, holder.account, str(rule), (action,), why=f"{action}: {why}")
        if lost:
            after = self.after.every[holder.arn].can
            whole = tuple(action for action in sorted(lost) if not action_list().bits([action]) & after)
            example = next(iter(lost.values()))
            yield Loss(holder.arn, holder.account, str(rule), tuple(sorted(lost)), whole, example, rule=rule)

    def _question(self, one: Grants, rule: Rule, asked: Actions, given: Sequence[Test]) -> Question:
        holder = one.principal
        scps, rcps = self.policies.scps(holder.account), self.policies.rcps(holder.account)
        organization = self.policies.organization_id
        callers = identities(holder.account, organization=organization, patterns=(holder.arn,))
        kind = "User" if holder.type == USER else "AssumedRole"
        own = [pinned("aws:principaltype", kind), pinned("aws:resourceaccount", holder.account)]
        own += [pinned("aws:resourceorgid", organization)] if organization else []
        speaks = rcp_bits() & asked.bits()  # resource control policies bind some services only
        layers = (one.allows, (rule,), *(() if one.limits is None else (one.limits,)), *scps.allows)
        denies = (*one.denies, *scps.denies, *(rcps.denies if speaks else ()))
        return Question(
            layers, denies, (*callers.tests, *own, *given), asked,
            documented_only=all(action_list().bits([action]) for action in asked.patterns),
        )  # fmt: skip

    def _holders(self) -> Iterator[Resource]:
        for arn in self.after.every:
            holder = self.policies.estate.by_arn[arn]
            if holder.account in self.bound:
                yield holder


def _tests(use: Use) -> tuple[Test, ...]:
    """A use as tests: its resource and its condition keys."""
    resource = (pinned(RESOURCE, use.resource),) if use.resource else ()
    return (*resource, *(pinned(key.lower(), value) for key, value in use.context))
