"""Every resource that somebody outside can reach, who that is, and under which conditions, in words.

The one idea: a policy that names nobody from outside is passed over by its principals; for the others the engine is
asked for each kind of outside caller, with resource control policies and public access blocks in force, so that what
is found is really reachable. *Public* is what S3 calls public: everybody may come, and no condition fixes who.

Outside is who belongs to none of the organization's accounts; without an organization, to another account. AWS services
are named where nothing says for whom they act (confused deputy). Not looked at: access control lists, KMS grants.

Source: IAM User Guide, "Findings for external access"; Amazon S3 User Guide, "The meaning of public".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bastide.iam.exposure import is_public
from bastide.model import Estate
from bastide.prove.invariants_estate import Guarded, Policies, guarded
from bastide.prove.invariants_isolation import may_name_outsiders, outsiders, question_about
from bastide.prove.symbolic import Covered, Example, Question, Rule, solve
from bastide.prove.symbolic.callers import OTHER_ACCOUNT, Callers, federated, service
from bastide.prove.symbolic.replay import confirmed

FOR_WHOM = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:resourceorgid"}
)
SUBJECT = (":sub", ":aud", "saml:")
# Services that act for nobody else: naming them needs no source. Source: service documentation, trust policies.
OWN_ROLES = frozenset(
    {"ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "pods.eks.amazonaws.com"}
)
PUBLIC, LIMITED, ACCOUNT, SERVICE, FEDERATED, UNKNOWN = (
    "public",
    "limited",
    "account",
    "service",
    "federated",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Access:
    """One way in from outside: the resource, who comes (``kind`` and ``who``), the actions and conditions in words.

    ``example`` is a confirmed request; None where ``why`` says that it could not be decided.
    """

    resource: str
    type: str
    account: str
    region: str
    kind: str  # public | limited (anybody who fulfils the conditions) | account | service | federated | unknown
    who: str
    actions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    example: Example | None = None
    why: str = ""


@dataclass
class _Search:
    policies: Policies
    blocked: frozenset[tuple[str, str]]  # where S3 ignores what a policy gives to the public

    def of(self, one: Guarded) -> Iterator[Access]:
        if one.unread:
            yield _access(one, UNKNOWN, "not known", why=f"could not read {one.unread}")
            return
        if any(may_name_outsiders(rule, self.policies) for rule in one.allows):
            yield from self._people(one)
        yield from self._services(one)
        yield from self._providers(one)

    def _people(self, one: Guarded) -> Iterator[Access]:
        account = one.resource.account
        blocked = one.kind == "bucket" and not self.blocked.isdisjoint({(account, one.name), (account, "")})
        open_ = {id(rule) for rule in one.allows if is_public(rule.statement)}
        allows = tuple(rule for rule in one.allows if not (blocked and id(rule) in open_))
        for callers in outsiders(self.policies, one):
            question = _only(question_about(self.policies, one, callers), one, allows)
            found = self._asked(one, callers, question)
            if found is None:
                continue
            public = any(id(rule) in open_ for rule in found.example.by) if found.example else False
            anybody = callers.account in ("", OTHER_ACCOUNT)
            kind = PUBLIC if public else LIMITED if anybody else ACCOUNT
            who = (
                callers.about if kind == ACCOUNT else "anybody" if public else f"{callers.about}, within the conditions"
            )
            yield found if found.why else replace(found, kind=kind, who=who)
            if kind == PUBLIC:
                return  # nobody else need be named

    def _asked(self, one: Guarded, callers: Callers, question: Question) -> Access | None:
        answer = solve(question)
        if isinstance(answer, Covered):
            return None
        if isinstance(answer, Example) and confirmed(answer, question):
            rules = tuple(rule for rule in answer.by if rule in one.allows) or one.allows[:1]
            actions = tuple(dict.fromkeys(action for rule in rules for action in rule.actions.patterns))
            told = tuple(dict.fromkeys(word for rule in rules for word in in_words(rule)))
            return _access(one, ACCOUNT, callers.about, actions, told, answer)
        why = "no example could be confirmed" if isinstance(answer, Example) else answer.why
        return _access(one, UNKNOWN, callers.about, why=why)

    def _services(self, one: Guarded) -> Iterator[Access]:
        """Services that may act without a word about for whom."""
        for rule in one.allows:
            for name in (rule.statement.principal or {}).get("Service", ()):
                if name in OWN_ROLES and one.kind == "role":
                    continue
                keys = {key.lower() for tests in rule.statement.condition.values() for key in tests}
                if one.kind == "role" or keys & FOR_WHOM or any(key.endswith(":viaservice") for key in keys):
                    continue
                question = _only(question_about(self.policies, one, service(name)), one, (rule,))
                found = self._asked(one, service(name), question)
                if found:
                    yield found if found.why else replace(found, kind=SERVICE, who=f"{name}, for whomever it acts")

    def _providers(self, one: Guarded) -> Iterator[Access]:
        """Identity providers trusted without a word about whom they vouch for."""
        for rule in one.allows:
            for name in (rule.statement.principal or {}).get("Federated", ()):
                tests = rule.statement.condition
                subjects = [
                    value
                    for operator, keys in tests.items()
                    if "not" not in operator.lower() and "ifexists" not in operator.lower()
                    for key, values in keys.items()
                    if key.lower().endswith(SUBJECT[0]) or key.lower().startswith(SUBJECT[2])
                    for value in values
                ]
                if subjects and not any(value.strip("*") in ("", "repo:") for value in subjects):
                    continue
                question = _only(question_about(self.policies, one, federated(name)), one, (rule,))
                found = self._asked(one, federated(name), question)
                if found:
                    yield found if found.why else replace(found, kind=FEDERATED, who=f"anybody whom {name} vouches for")


def external_access(estate: Estate) -> list[Access]:
    """Every way into a resource from outside, in the estate's order."""
    search = _Search(Policies(estate), _blocked_places(estate))
    return [access for one in guarded(estate) for access in search.of(one)]


def _only(question: Question, one: Guarded, allows: tuple[Rule, ...]) -> Question:
    """The question with other Allows of the resource's own policy."""
    required = (allows, *question.required[1:])
    return Question(required, question.forbidden, question.given, question.actions)


def _access(
    one: Guarded, kind: str, who: str, actions: tuple[str, ...] = (), conditions: tuple[str, ...] = (),
    example: Example | None = None, why: str = "",
) -> Access:  # fmt: skip
    held = one.resource
    return Access(one.name, held.type, held.account, held.region, kind, who, actions, conditions, example, why)


def _blocked_places(estate: Estate) -> frozenset[tuple[str, str]]:
    """(account, bucket) and (account, "") where S3 ignores what a bucket's policy gives to the public.

    Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", RestrictPublicBuckets.
    """
    buckets = (
        (bucket.account, bucket.id)
        for bucket in estate.of_type("AWS::S3::Bucket")
        if bucket.get("PublicAccessBlockConfiguration.RestrictPublicBuckets") is True
    )
    accounts = (
        (block.account, "")
        for block in estate.of_type("Bastide::S3::AccountPublicAccessBlock")
        if block.get("RestrictPublicBuckets") is True
    )
    return frozenset((*buckets, *accounts))


WORDS = {
    "equals": "is", "like": "looks like", "ipaddress": "lies in", "notequals": "is not", "notlike": "looks not like",
    "notipaddress": "lies outside", "lessthan": "is under", "greaterthan": "is over", "lessthanequals": "is at most",
    "greaterthanequals": "is at least", "equalsignorecase": "is", "notequalsignorecase": "is not",
}  # fmt: skip


def in_words(rule: Rule) -> Iterator[str]:
    """The conditions of a statement in words."""
    for operator, tests in rule.statement.condition.items():
        name = operator.lower()
        prefix = "every value of " if name.startswith("forallvalues:") else "some value of " if ":" in name else ""
        name = name.rpartition(":")[2]
        absent = ", where there is one" if name.endswith("ifexists") else ""
        name = name.removesuffix("ifexists")
        for family in ("string", "arn", "numeric", "date", "bool", "binary"):
            name = name.removeprefix(family)
        for key, values in tests.items():
            if operator.lower() == "null":
                yield f"{key} is {'absent' if 'true' in values else 'present'}"
            else:
                yield f"{prefix}{key} {WORDS.get(name, 'is')} {' or '.join(values)}{absent}"
