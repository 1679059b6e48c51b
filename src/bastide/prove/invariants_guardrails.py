"""The intents of guardrails over all requests: what they deny is denied, what they leave free is still possible.

Three claims for each guardrail that is on, in every account where it is on:
- **in force**: no caller of the account gets through what the guardrail's own policy denies (so packing, merging and
  attaching have changed nothing);
- **denied**: each denied claim of its file, made general: every principal but the exempt ones (or all that the claim
  names), every value of every key that the guardrail itself does not ask about;
- **still possible**: each allowed claim has a request that gets through all policies together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bastide.model import PolicyDocument, Statement
from bastide.prove.claims import ACCOUNT as EXAMPLE_ACCOUNT
from bastide.prove.claims import EXAMPLE, example_parameters
from bastide.prove.exemptions import Exemptions
from bastide.prove.guardrail import RCP, SCP, Claim, Guardrail
from bastide.prove.invariants_estate import Policies, Stack
from bastide.prove.proof import COUNTEREXAMPLE, PROVED, Proof, nobody_can, somebody_can, together, with_unread
from bastide.prove.render import Parameters
from bastide.prove.symbolic import Question, Rule, Test, absent, pinned, rules, within
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import (
    OTHER_ACCOUNT,
    OTHER_SERVICE,
    Callers,
    anonymous,
    identities,
    root_user,
    service,
)  # fmt: skip
from bastide.prove.symbolic.constraint import RESOURCE

PACKED = "bastide-"  # how the names of packed policies begin
FROM_CALLER = ("aws:principal", "aws:userid", "aws:username")


@dataclass(frozen=True, slots=True)
class Standing:
    """A guardrail with its parameters filled in, and the accounts in which it is on."""

    guardrail: Guardrail
    statements: tuple[Statement, ...]
    parameters: Parameters
    accounts: tuple[str, ...]


def guardrail_proofs(
    policies: Policies, standing: Sequence[Standing], exemptions: Exemptions | None = None
) -> Iterator[Proof]:
    """One proof for each guardrail, in the order given; and that their policies deny nothing beyond them."""
    spared = exemptions or Exemptions(policies)
    for one in standing:
        name = one.guardrail.name
        asked = replace(one, accounts=tuple(each for each in one.accounts if not spared.spares(name, each)))
        parts = [proof for account in _different(policies, asked) for proof in _Claims(policies, one, account).proofs()]
        proof = together(name, one.guardrail.intent, parts, asked.accounts)
        yield spared.told(proof, nothing_left=not asked.accounts)
    if standing:
        yield from map(spared.told, _nothing_more(policies, standing))


def _nothing_more(policies: Policies, standing: Sequence[Standing]) -> Iterator[Proof]:
    """The attached policies, merged and packed, deny nothing that no guardrail which is on denies."""
    own = {id(one): rules(PolicyDocument(one.statements)) for one in standing}
    parts: list[Proof] = []
    where: dict[str, None] = {}
    seen: set[tuple[int, tuple[int, ...]]] = set()
    for account in policies.members:
        for kind, stack in ((SCP, policies.scps(account)), (RCP, policies.rcps(account))):
            on = [one for one in standing if account in one.accounts and one.guardrail.kind == kind]
            attached = [rule for rule in stack.denies if rule.origin.startswith(PACKED)]
            key = (id(stack), tuple(map(id, on)))
            where |= {account: None} if attached else {}
            if key in seen or not attached:
                continue
            seen.add(key)
            allowed = tuple(rule for one in on for rule in own[id(one)])
            parts += [nobody_can(Question(((rule,),), allowed)) for rule in attached]
    if parts:
        about = "The policies of guardrails, merged and packed into the quotas, deny nothing beyond the guardrails."
        yield together("packed-guardrails-deny-nothing-more", about, parts, list(where))


def _different(policies: Policies, standing: Standing) -> Iterator[str]:
    """One account of each group in which all questions are the same: same policies, which name no account."""
    seen: set[tuple[int, int]] = set()
    for account in standing.accounts:
        stacks = (policies.scps(account), policies.rcps(account))
        key = (id(stacks[0]), id(stacks[1]))
        if key in seen and not any(stack.names_accounts for stack in stacks):
            continue
        seen.add(key)
        yield account


class _Claims:
    """The claims of one guardrail in one account."""

    def __init__(self, policies: Policies, standing: Standing, account: str) -> None:
        self.policies, self.standing, self.account = policies, standing, account
        self.guardrail = standing.guardrail
        self.is_scp = self.guardrail.kind == SCP
        self.stack: Stack = policies.scps(account) if self.is_scp else policies.rcps(account)
        self.own = rules(PolicyDocument(standing.statements), origin=f"guardrail {self.guardrail.name}")
        self.words = _substitutions(standing, account, policies.organization_id)
        self.exempt = tuple(dict.fromkeys(_exempt(self.own)))
        self.asked = {key.lower() for rule in self.own for tests in rule.statement.condition.values() for key in tests}

    def proofs(self) -> Iterator[Proof]:
        """In force, denied, still possible."""
        claims = (self._denied(claim) if claim.denied else self._possible(claim) for claim in self.guardrail.claims)
        for proof in (*self._in_force(), *claims):
            if proof:
                yield with_unread(proof, self.stack.unread)

    def _in_force(self) -> Iterator[Proof]:
        """Nobody gets through what the guardrail's own policy denies."""
        for rule in self.own:
            for callers in self._whoever():
                yield self._nobody(Question((*self.stack.allows, (rule,)), self.stack.denies, self._given(callers)))

    def _nobody(self, question: Question) -> Proof:
        return nobody_can(question)

    def _whoever(self) -> tuple[Callers, ...]:
        here = identities(self.account, organization=self.policies.organization_id)
        if self.is_scp:
            return (here,)
        outside = identities(OTHER_ACCOUNT, about="a principal outside the organization")
        return here, outside, anonymous(), service(OTHER_SERVICE)

    def _given(self, callers: Callers) -> tuple[Test, ...]:
        return callers.tests if self.is_scp else (*callers.tests, pinned("aws:resourceaccount", self.account))

    def _denied(self, claim: Claim) -> Proof | None:
        context = self._context(claim)
        if context is None:
            return None
        given = {key for key, _ in context}
        closed = [absent(key) for key in sorted(self.asked - given) if not key.startswith(FROM_CALLER)]
        tests = (
            *self._given(self._callers(claim, general=True)),
            *(pinned(key, value) for key, value in context),
            *closed,
        )
        return self._nobody(Question(self.stack.allows, self.stack.denies, self._on(claim, tests), self._action(claim)))

    def _possible(self, claim: Claim) -> Proof | None:
        context = self._context(claim)
        if context is None:
            return None
        tests = (*self._given(self._callers(claim, general=False)), *(pinned(key, value) for key, value in context))
        given = self._on(claim, tests)
        found = somebody_can(Question(self.stack.allows, self.stack.denies, given, self._action(claim)))
        if found.status != COUNTEREXAMPLE:
            return found
        alone = somebody_can(Question(((_anything(),),), self.own, given, self._action(claim)))
        if alone.status == COUNTEREXAMPLE:
            return found
        told = f"{claim.action} is left free here, and denied by {', '.join(found.by) or 'no allow'}"
        return Proof("", "", PROVED, why=(told,))

    def _action(self, claim: Claim) -> Actions:
        return Actions((claim.action,))

    def _on(self, claim: Claim, tests: tuple[Test, ...]) -> tuple[Test, ...]:
        resource = self._said(claim.resource)
        return tests if resource == "*" else (*tests, within(RESOURCE, resource))

    def _context(self, claim: Claim) -> list[tuple[str, str]] | None:
        """Keys of the claim in lower case; None where what is denied in the example is allowed in this organization."""
        found = []
        for key, value in claim.context.items():
            said = self._said(value)
            regions = self.standing.parameters.get("allowed_regions", ())
            if claim.denied and key.lower() == "aws:requestedregion" and said in tuple(regions):  # type: ignore[arg-type]
                return None
            found.append((key.lower(), said))
        return found

    def _said(self, text: str) -> str:
        for old, new in self.words:
            text = text.replace(old, new)
        return text

    def _callers(self, claim: Claim, *, general: bool) -> Callers:
        """Whom a claim is about; in general, all principals for one that is nobody in particular."""
        who, organization = claim.principal, self.policies.organization_id
        if who == "anonymous":
            return anonymous()
        kind, _, rest = who.partition(":")
        if kind == "service":
            return service(rest)
        if kind == "outside":
            return identities(OTHER_ACCOUNT, about="a principal outside the organization")
        if who == "root":
            return root_user(self.account, organization=organization)
        if general and who == "role/developer":
            return identities(self.account, organization=organization, exempt=self.exempt)
        return identities(self.account, organization=organization, patterns=(f"arn:*:iam::*:{who}",))


def _anything() -> Rule:
    return Rule(Statement("Allow", action=("*",), resource=("*",)))


def _exempt(own: Sequence[Rule]) -> Iterator[str]:
    """ARN patterns of principals that the guardrail leaves alone."""
    for rule in own:
        for name, tests in rule.statement.condition.items():
            if "Not" in name:
                for key, values in tests.items():
                    if key.lower() == "aws:principalarn":
                        yield from values


def _substitutions(standing: Standing, account: str, organization: str) -> list[tuple[str, str]]:
    """Words of the example organization in the claims, and what they are here; the longest first."""
    found: dict[str, str] = {EXAMPLE_ACCOUNT: account, str(EXAMPLE["organization_id"]): organization}
    for name, example in example_parameters(standing.guardrail).items():
        here = standing.parameters.get(name)
        if here is None or name == "organization_id":
            continue
        theirs = (example,) if isinstance(example, str | int) else tuple(example)
        ours = (here,) if isinstance(here, str | int) else tuple(here)
        found |= {str(old): str(ours[min(index, len(ours) - 1)]) for index, old in enumerate(theirs) if ours}
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def standing_of(
    choices: Mapping[str, Sequence[tuple[Guardrail, tuple[Statement, ...], Parameters]]],
) -> tuple[Standing, ...]:
    """Guardrails with the accounts in which they are on: account → what is on there; same parameters together."""
    found: dict[tuple[str, str], Standing] = {}
    for account in sorted(choices):
        for guardrail, statements, parameters in choices[account]:
            own = {name: parameters[name] for name in sorted(guardrail.parameters) if name in parameters}
            key = (guardrail.name, repr(own))
            known = found.get(key)
            accounts = (*(known.accounts if known else ()), account)
            found[key] = Standing(guardrail, known.statements if known else statements, own, accounts)
    return tuple(found[key] for key in sorted(found))
