"""What keeps parts of an organization apart: outside and inside, dev and prod, use of keys and their administration.

The one idea: whatever identity policies a caller may have is left open, because anybody in the account could write
them; only what binds regardless counts: resource policies, service and resource control policies, boundaries. So what
is PROVED here holds for every identity that there is or will be.

Not looked at: access control lists, KMS grants, resources without a policy of their own (which their account alone
decides about).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from bastide.errors import InputError
from bastide.iam.parse import parse_policy
from bastide.model import Resource
from bastide.model.unknown import unknowns_in
from bastide.prove.exemptions import Exemptions
from bastide.prove.invariants_estate import KINDS, Guarded, Policies, guarded, not_listed
from bastide.prove.outside import account_of, may_come_from_outside, unnamed_principals, zone_of
from bastide.prove.proof import NOT_PROVED, PROVED, Proof, nobody_can, together, with_unread
from bastide.prove.symbolic import Question, Rule, Test, absent, pinned, rules, within
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import Callers, identities
from bastide.prove.symbolic.constraint import RESOURCE, Strings
from bastide.prove.symbolic.pattern import exact
from bastide.prove.symbolic.rule import PRINCIPAL_ARN

READS = {
    "bucket": "read or change the bucket or its objects", "key": "use the key", "role": "assume the role",
}  # fmt: skip
OUTSIDE_CANNOT_REACH = "outside-cannot-reach-"  # and a kind of resource
ADMINISTRATORS = "key-administrators-cannot-decrypt"
DEVELOPMENT_PRODUCTION = "development-cannot-assume-production"
EXTERNAL_ID = "sts:externalid"
USE_OF_KEYS = ("kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
KEY_POLICY = "kms:PutKeyPolicy"
UNBOUND = ("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary")
MAKING = ("iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary")
HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::ManagedPolicy")  # of boundaries, and boundaries
REWRITING = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion")
BOUNDARY = "iam:permissionsboundary"
DEVELOPMENT = re.compile(r"(^|[/-])(dev|devel|development|test|testing|sandbox)($|[/-])")
PRODUCTION = re.compile(r"(^|[/-])(prod|production)($|[/-])")


def isolation_proofs(policies: Policies, exemptions: Exemptions | None = None) -> Iterator[Proof]:
    """All built-in invariants that the estate has something to say about."""
    found = guarded(policies.estate)
    spared = exemptions or Exemptions(policies)
    for kind in KINDS:
        of_kind = [one for one in found if one.kind == kind]
        missing = not_listed(policies.estate, kind)
        if of_kind or missing:
            asked = spared.without(OUTSIDE_CANNOT_REACH + kind.replace(" ", "-"), of_kind)
            proof = _as_far_as_listed(outside_cannot_reach(policies, kind, asked), missing)
            yield spared.told(proof, nothing_left=not (asked or missing))
    keys, missing = [one for one in found if one.kind == "key"], not_listed(policies.estate, "key")
    if keys or missing:
        asked = spared.without(ADMINISTRATORS, keys)
        proof = _as_far_as_listed(administrators_cannot_use(policies, asked), missing)
        yield spared.told(proof, nothing_left=not (asked or missing))
    for proof in boundaries_hold(policies):
        yield spared.told(_as_far_as_listed(proof, not_listed(policies.estate, *HOLDERS)))
    roles = spared.without(DEVELOPMENT_PRODUCTION, [one for one in found if one.kind == "role"])
    for proof in development_cannot_assume_production(policies, roles):
        yield spared.told(_as_far_as_listed(proof, not_listed(policies.estate, "role")))


def _as_far_as_listed(proof: Proof, missing: Sequence[str]) -> Proof:
    """What is PROVED of what was listed is not proved where something could not be; a counterexample stays one."""
    return with_unread(proof, missing) if proof.status == PROVED else proof


def question_about(
    policies: Policies, one: Guarded, callers: Callers, *, given: Sequence[Test] = (), actions: Sequence[str] = ()
) -> Question:
    """May these callers do something to the resource by its own policy, with all that binds them and it in force."""
    owner = one.resource.account
    rcps = policies.rcps(owner)
    scps = policies.scps(callers.account) if callers.account in policies.accounts else None
    tests = [*callers.tests, *given, pinned("aws:resourceaccount", owner), within(RESOURCE, *one.resources)]
    if policies.organization_id:
        tests.append(pinned("aws:resourceorgid", policies.organization_id))
    return Question(
        (one.allows, *rcps.allows, *(scps.allows if scps else ())),
        (*one.denies, *rcps.denies, *(scps.denies if scps else ())),
        tuple(tests),
        Actions(tuple(actions) or one.actions),
    )


def outsiders(policies: Policies, one: Guarded) -> tuple[Callers, ...]:
    """Anybody, every account that the policy names outside the organization, and one that stands for the rest."""
    zone = zone_of(policies, one.resource.account, "organization")
    rules_ = [rule for rule in one.allows if may_come_from_outside(rule.statement, zone)]
    return tuple({callers.tests: callers for rule in rules_ for callers in zone.callers(one, rule)}.values())


def outside_cannot_reach(policies: Policies, kind: str, found: Sequence[Guarded]) -> Proof:
    """No principal outside the organization reaches a resource of a kind; a role only with an external id."""
    parts = []
    given = (absent(EXTERNAL_ID),) if kind == "role" else ()
    for one in found:
        if one.unread:
            parts.append(_unread(one))
            continue
        unnamed = [name for rule in one.allows for name in unnamed_principals(rule.statement)]
        if unnamed:
            why = f"{one.name} names {unnamed[0]}, which does not tell its account"
            parts.append(Proof("", "", NOT_PROVED, why=(why,)))
        unread = policies.rcps(one.resource.account).unread
        found_ = (nobody_can(question_about(policies, one, who, given=given)) for who in outsiders(policies, one))
        parts += [with_unread(proof, unread, denies_only=True) for proof in found_]
    but = ", but a vendor with its external id" if kind == "role" else ""
    about = f"No principal outside the organization can {READS.get(kind, f'reach the {kind}')}{but}."
    return together(OUTSIDE_CANNOT_REACH + kind.replace(" ", "-"), about, parts, _where(found))


def administrators_cannot_use(policies: Policies, keys: Sequence[Guarded]) -> Proof:
    """Whoever may rewrite a key's policy cannot use the key; the account's root user aside."""
    parts: list[Proof] = []
    for key in keys:
        if key.unread:
            parts.append(_unread(key))
            continue
        for administrators in _administrators(policies, key):
            proof = nobody_can(question_about(policies, key, administrators, actions=USE_OF_KEYS))
            parts.append(with_unread(proof, policies.scps(key.resource.account).unread))
    about = "Who administers a key (may rewrite its policy) cannot decrypt or encrypt with it; the root user aside."
    return together(ADMINISTRATORS, about, parts or [Proof("", "", PROVED)], _where(keys))


def _administrators(policies: Policies, key: Guarded) -> Iterator[Callers]:
    """Callers of the key's account that its policy lets rewrite it, by each statement that does."""
    owner = key.resource.account
    here = identities(owner, organization=policies.organization_id)
    root = Test(PRINCIPAL_ARN, Strings((exact(f"arn:aws:iam::{owner}:root"),), inside=False), every=True)
    for rule in key.allows:
        if KEY_POLICY not in rule.actions:
            continue
        for tests in rule.alternatives():
            own = tuple(test for test in tests if test.key.startswith(("aws:principal", "@session")))
            yield Callers(f"administrators by {rule}", (*here.tests, root, *own), owner)


def boundaries_hold(policies: Policies) -> Iterator[Proof]:
    """Under a boundary (in use, or so called) nobody takes it away, makes an identity without it or rewrites it."""
    found = [one for one in policies.estate.of_type("AWS::IAM::ManagedPolicy") if _is_boundary(policies, one)]
    parts: dict[str, list[Proof]] = {"removed": [], "escaped": [], "rewritten": []}
    for one in found:
        document = one.properties.get("PolicyDocument") or {}
        if unknowns_in(document):
            parts["removed"].append(Proof("", "", NOT_PROVED, why=(f"{one.arn}: {unknowns_in(document)[0].reason}",)))
            continue
        try:
            every = rules(parse_policy(document, positions=False), origin=one.id.rpartition("/")[2])
        except InputError as error:
            parts["removed"].append(Proof("", "", NOT_PROVED, why=(f"{one.arn}: {error.what}",)))
            continue
        other = Test(BOUNDARY, Strings((exact(one.arn),), inside=False), every=True, absent=True)
        parts["removed"].append(_bounded(policies, one, every, UNBOUND, ()))
        parts["escaped"].append(_bounded(policies, one, every, MAKING, (other,)))
        parts["rewritten"].append(_bounded(policies, one, every, REWRITING, (within(RESOURCE, one.arn),)))
    words = {
        "removed": "Under a boundary nobody takes a boundary away.",
        "escaped": "Under a boundary nobody makes an identity without that boundary, or gives one another.",
        "rewritten": "Under a boundary nobody rewrites the policy that is the boundary.",
    }
    for name, about in words.items() if found else ():
        yield together(f"boundary-cannot-be-{name}", about, parts[name], sorted({one.account for one in found}))


def boundaries(policies: Policies) -> dict[str, tuple[str, ...]]:
    """ARNs of the policies that are permissions boundaries, by account."""
    found: dict[str, tuple[str, ...]] = {}
    for one in policies.estate.of_type("AWS::IAM::ManagedPolicy"):
        if _is_boundary(policies, one):
            found[one.account] = (*found.get(one.account, ()), one.arn)
    return found


def _bounded(
    policies: Policies, boundary: Resource, every: Sequence[Rule], actions: Sequence[str], given: Sequence[Test]
) -> Proof:
    scps = policies.scps(boundary.account)
    callers = identities(boundary.account, organization=policies.organization_id)
    allows = tuple(rule for rule in every if rule.allows)
    denies = tuple(rule for rule in every if not rule.allows)
    question = Question(
        (allows, *scps.allows), (*denies, *scps.denies), (*callers.tests, *given), Actions(tuple(actions))
    )
    return with_unread(nobody_can(question), scps.unread)


def _is_boundary(policies: Policies, policy: Resource) -> bool:
    return policy.arn.endswith("boundary") or policy.arn in _boundaries_in_use(policies)


def _boundaries_in_use(policies: Policies) -> set[str]:
    holders = (*policies.estate.of_type("AWS::IAM::Role"), *policies.estate.of_type("AWS::IAM::User"))
    return {one.properties.get("PermissionsBoundary", "") for one in holders}


def development_cannot_assume_production(policies: Policies, roles: Sequence[Guarded]) -> Iterator[Proof]:
    """No identity of an account that is named or placed as development assumes a role of a production account."""
    organization = policies.estate.organization
    if organization is None:
        return
    paths = {one.id: f"{organization.unit_path(one.id)}/{one.name}" for one in organization.accounts}
    production = {account for account, path in paths.items() if PRODUCTION.search(path)}
    development = sorted({account for account, path in paths.items() if DEVELOPMENT.search(path)} - production)
    targets = [role for role in roles if role.resource.account in production]
    if not development or not targets:
        return
    parts = []
    for role, account in product(targets, development):
        if role.unread:
            parts.append(_unread(role))
        elif any(_may_name(rule, account) for rule in role.allows):
            callers = identities(account, organization=policies.organization_id)
            parts.append(
                with_unread(nobody_can(question_about(policies, role, callers)), policies.scps(account).unread)
            )
    about = "No identity of a development account can assume a role of a production account."
    where = sorted({*development, *(role.resource.account for role in targets)})
    yield together(DEVELOPMENT_PRODUCTION, about, parts or [Proof("", "", PROVED)], where)


def _may_name(rule: Rule, account: str) -> bool:
    principal = rule.statement.principal
    if principal is None:
        return True
    names = principal.get("AWS", ())
    return "*" in principal or "*" in names or any(account_of(name) == account for name in names)


def _unread(one: Guarded) -> Proof:
    return Proof("", "", NOT_PROVED, why=(f"could not read {one.unread}",))


def _where(found: Iterable[Guarded]) -> list[str]:
    return sorted({one.resource.account for one in found})
