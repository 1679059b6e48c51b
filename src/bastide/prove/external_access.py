"""Every resource that somebody outside can reach, who that is, what he may, and under which conditions, in words.

The one idea: a policy that names nobody from outside is passed over by its principals; for the others the engine is
asked statement by statement and for each kind of outside caller, with resource control policies, the resource's own
denies and public access blocks in force, so that what is found is really reachable. *Public* is what S3 calls public:
everybody may come, and no condition fixes who. Policies that differ only in the name of their resource and of their
account are asked about once (``access_memory``).

Outside is who belongs to none of the organization's accounts, or with the zone ``account``, to another account. AWS
services are named where nothing says that they act for accounts inside (confused deputy). Not looked at: KMS grants,
ACLs of objects, shares (RAM, snapshots, images), access points.

Source: IAM User Guide, "Findings for external access"; Amazon S3 User Guide, "The meaning of public" and "Canned ACL".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bastide.iam.estate_grants import lists_count
from bastide.iam.exposure import names_everyone, public
from bastide.model import Estate, Resource, Unknown
from bastide.model.unknown import Value
from bastide.prove.access import ACCOUNT, FEDERATED, LIMITED, PUBLIC, SERVICE, UNKNOWN, Access
from bastide.prove.access_memory import Memory
from bastide.prove.condition_words import in_words
from bastide.prove.invariants_estate import SHAPES, Guarded, Policies, guarded_by
from bastide.prove.invariants_isolation import question_about
from bastide.prove.outside import Zone, may_come_from_outside, named_of, unnamed_principals, zone_of
from bastide.prove.symbolic import Covered, Example, NotDecided, Question, Rule, Test, solve
from bastide.prove.symbolic.callers import OTHER_ACCOUNT, OTHER_SERVICE, Callers, federated, service
from bastide.prove.symbolic.constraint import possible
from bastide.prove.symbolic.replay import confirmed

SUBJECTS = (":sub", "saml:")
AUDIENCE = "saml:aud"  # tells at which sign-in page, not who
CANNED = {
    "PublicRead": ("anybody", ("s3:GetObject", "s3:ListBucket")),
    "PublicReadWrite": ("anybody", ("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject")),
    "AuthenticatedRead": ("anybody with an AWS account", ("s3:GetObject", "s3:ListBucket")),
}
ACCOUNT_BLOCK = "Bastide::S3::AccountPublicAccessBlock"
RESTRICT, IGNORE_ACLS = "RestrictPublicBuckets", "IgnorePublicAcls"


@dataclass
class _Search:
    """Asks about one resource after the other; what it has learnt of one policy serves for its likes."""

    policies: Policies
    zone: str
    _zones: dict[str, Zone] = field(default_factory=dict)

    @cached_property
    def blocks(self) -> _Blocks:
        """The public access blocks of the estate."""
        return _Blocks(self.policies.estate)

    def zone_of(self, account: str) -> Zone:
        """The zone of trust of an account's resources."""
        if account not in self._zones:
            self._zones[account] = zone_of(self.policies, account, self.zone)
        return self._zones[account]

    def of(self, one: Guarded) -> Iterator[Access]:
        """Every way into one resource by its policy."""
        if one.unread:
            yield _access(one, UNKNOWN, "not known", why=f"could not read {one.unread}")
            return
        zone = self.zone_of(one.resource.account)
        unread = self.policies.rcps(one.resource.account).unread
        for access in (*self._people(one, zone), *self._services(one, zone), *self._providers(one)):
            yield _doubted(access, "; ".join(unread)) if unread and not access.why else access

    def _people(self, one: Guarded, zone: Zone) -> Iterator[Access]:
        statements = [rule.statement for rule in (*one.allows, *one.denies)]
        open_ = {id(one.allows[index]) for index in public(statements)}
        restricted = self.blocks.restricted(one) if open_ else False
        if restricted is True:
            return  # S3 then lets in nobody of another account, whatever else the policy says
        for rule in one.allows:
            yield from _unnamed(one, rule)
            if not may_come_from_outside(rule.statement, zone):
                continue
            for access in self._by_rule(one, rule, zone, is_public=id(rule) in open_):
                yield (
                    _doubted(access, f"{RESTRICT} could not be read: {restricted.reason}")
                    if isinstance(restricted, Unknown)
                    else access
                )

    def _by_rule(self, one: Guarded, rule: Rule, zone: Zone, *, is_public: bool) -> Iterator[Access]:
        for callers in zone.callers(one, rule):
            found = self._asked(one, callers, rule)
            if found is None:
                continue
            anybody = callers.account in ("", OTHER_ACCOUNT)
            if found.why:
                yield found
            elif is_public and anybody:
                yield replace(found, kind=PUBLIC, who="anybody" if callers.account == "" else found.who)
            elif anybody:
                yield replace(found, kind=LIMITED, who=f"{callers.about}, within the conditions")
            else:
                yield from self._told_of_account(found, callers)
            if is_public and anybody and not found.why:
                return  # nobody else need be named

    def _told_of_account(self, found: Access, callers: Callers) -> Iterator[Access]:
        unread = self.policies.scps(callers.account).unread if callers.account in self.policies.accounts else ()
        yield _doubted(found, "; ".join(unread)) if unread else found

    def _asked(self, one: Guarded, callers: Callers, rule: Rule) -> Access | None:
        """What a rule lets callers do, the actions that something else takes away left out; None: nothing."""
        question = _only(question_about(self.policies, one, callers), (rule,))
        answer = solve(question)
        if isinstance(answer, Covered):
            return None
        statement = str(rule.statement.sid or rule.statement.position)
        if isinstance(answer, Example) and confirmed(answer, question):
            told = (*in_words(rule.statement), *_exceptions(question, rule))
            who = named_of(rule.statement, callers.account) or callers.about
            return _access(one, ACCOUNT, who, _left(question, rule), told, answer, statement=statement)
        why = "no example could be confirmed" if isinstance(answer, Example) else answer.why
        return _access(one, UNKNOWN, callers.about, why=why, statement=statement)

    def _services(self, one: Guarded, zone: Zone) -> Iterator[Access]:
        """Services that may act for somebody outside."""
        if one.kind == "role":
            return  # who has a service take a role needs iam:PassRole in the role's own account
        for rule in one.allows:
            names = list((rule.statement.principal or {}).get("Service", ()))
            keys = {key.lower() for tests in rule.statement.condition.values() for key in tests}
            if names_everyone(rule.statement) and keys & {"aws:sourcearn", "aws:sourceaccount"}:
                names.append(OTHER_SERVICE)
            for name in names:
                if zone.acts_for_ours(rule.statement) or keys & {"aws:resourceorgid"}:
                    continue
                if any(key.endswith(":viaservice") for key in keys):
                    continue
                found = self._asked(one, service(name), rule)
                if found and not found.why:
                    who = "an AWS service" if name == OTHER_SERVICE else name
                    found = replace(found, kind=SERVICE, who=f"{who}, {_for_whom(rule)}")
                yield from (found,) if found else ()

    def _providers(self, one: Guarded) -> Iterator[Access]:
        """Whom identity providers vouch for; anybody of theirs where no subject is fixed."""
        for rule in one.allows:
            for name in (rule.statement.principal or {}).get("Federated", ()):
                found = self._asked(one, federated(name), rule)
                if found and not found.why:
                    fixed = _fixes_subject(rule)
                    who = f"somebody of {name}, within the conditions" if fixed else f"anybody whom {name} vouches for"
                    found = replace(found, kind=LIMITED if fixed else FEDERATED, who=who)
                yield from (found,) if found else ()


def external_access(estate: Estate, zone: str = "organization") -> list[Access]:
    """Every way into a resource from outside the zone of trust (``organization`` or ``account``), in estate order.

    What could not be listed or read is in it as ``unknown``.

    Raises:
        InputError: there is no such zone.
    """
    zone_of(Policies(estate), "", zone)
    search = _Search(Policies(estate), zone)
    memory = Memory(search.policies, zone)
    found: list[Access] = []
    for resource in estate.resources:
        if resource.type == "AWS::S3::Bucket":
            found += search.blocks.by_acl(resource)
        elif resource.type in SHAPES:
            found += memory.of(resource, search.blocks.state(resource), lambda one: list(_ways(search, one)))
    return [*found, *_gaps(estate)]


def _ways(search: _Search, resource: Resource) -> Iterator[Access]:
    for one in guarded_by(resource):
        yield from search.of(one)


def looked_at(estate: Estate) -> dict[str, int]:
    """How many resources of each kind were looked at: policies of buckets, keys, queues …; 0 where there are none."""
    counts = {shape.kind: 0 for shape in SHAPES.values()}
    for resource in estate.resources:
        shape = SHAPES.get(resource.type)
        if shape is not None:
            counts[shape.kind] += 1
    return counts


def _gaps(estate: Estate) -> Iterator[Access]:
    for gap in estate.gaps:
        if gap.type in SHAPES or gap.type == "AWS::S3::Bucket":
            why = f"could not be listed: {gap.reason}"
            yield Access("*", gap.type, gap.account, gap.region, UNKNOWN, "not known", why=why)


class _Blocks:
    """The public access blocks of buckets and accounts. The stricter counts.

    Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage".
    """

    def __init__(self, estate: Estate) -> None:
        self.basis = estate.basis
        self.buckets = {(one.account, one.id): one for one in estate.of_type("AWS::S3::Bucket")}
        self.accounts = {one.account: one for one in estate.of_type(ACCOUNT_BLOCK)}
        self.gaps = {gap.account: Unknown(gap.reason) for gap in estate.gaps if gap.type == ACCOUNT_BLOCK}

    def restricted(self, one: Guarded) -> bool | Unknown:
        """Whether a public policy lets nobody of another account in."""
        if one.kind != "bucket":
            return False
        name = one.name.rpartition(":::")[2]
        return self._setting(RESTRICT, one.resource.account, name)

    def state(self, resource: Resource) -> str:
        """The settings that bear on a bucket policy, as a text."""
        if resource.type != "AWS::S3::BucketPolicy":
            return ""
        name = resource.properties.get("Bucket")
        return str(
            self._setting(RESTRICT, resource.account, name.rpartition(":::")[2] if isinstance(name, str) else "")
        )

    def _setting(self, setting: str, account: str, name: str) -> bool | Unknown:
        holders = (self.accounts.get(account), self.buckets.get((account, name)))
        paths = (setting, f"PublicAccessBlockConfiguration.{setting}")
        values: list[Value] = [held.get(path) for held, path in zip(holders, paths, strict=True) if held]
        if any(value is True for value in values):
            return True
        values += [self.gaps[account]] if account in self.gaps else []
        return next((value for value in values if isinstance(value, Unknown)), False)

    def by_acl(self, bucket: Resource) -> Iterator[Access]:
        """What a bucket's canned access control list gives to everybody."""
        acl = bucket.properties.get("AccessControl")
        lists = lists_count(bucket, self.basis)
        if lists is False or not isinstance(acl, str) or acl not in CANNED:
            return
        ignored = self._setting(IGNORE_ACLS, bucket.account, bucket.id)
        if ignored is True:
            return
        unread = [one.reason for one in (ignored, lists) if isinstance(one, Unknown)]
        who, actions = CANNED[acl]
        found = Access(
            bucket.id, bucket.type, bucket.account, bucket.region, PUBLIC, who, actions,
            statement=f"access control list {acl}",
        )  # fmt: skip
        yield _doubted(found, f"not all settings could be read: {unread[0]}") if unread else found


def _unnamed(one: Guarded, rule: Rule) -> Iterator[Access]:
    """Principals of whom a policy does not tell the account."""
    for name in unnamed_principals(rule.statement):
        why = "the policy does not tell whose account this is"
        yield _access(one, UNKNOWN, name, rule.actions.patterns, tuple(in_words(rule.statement)), why=why)


def _doubted(access: Access, why: str) -> Access:
    return replace(access, kind=UNKNOWN, example=None, why=why)


def _only(question: Question, allows: tuple[Rule, ...]) -> Question:
    """The question with other Allows of the resource's own policy."""
    return replace(question, required=(allows, *question.required[1:]))


def _left(question: Question, rule: Rule) -> tuple[str, ...]:
    """The rule's patterns of actions of which some request gets through; of NotAction, what it leaves out."""
    if rule.actions.negated:
        return (f"everything but {', '.join(rule.actions.patterns)}",)
    patterns = tuple(dict.fromkeys(rule.actions.patterns))
    if len(patterns) == 1:
        return patterns
    about = [
        (pattern, replace(question, required=((_about(rule, pattern),), *question.required[1:])))
        for pattern in patterns
    ]
    return tuple(pattern for pattern, asked in about if not isinstance(solve(asked), Covered))


def _about(rule: Rule, pattern: str) -> Rule:
    return Rule(replace(rule.statement, action=(pattern,)), rule.version, rule.origin)


def _exceptions(question: Question, rule: Rule) -> Iterator[str]:
    """When something denies what the rule allows: denies with conditions, about the same actions and callers."""
    asked = rule.actions.bits() & question.actions.bits()
    given: dict[str, list[Test]] = {}
    for test in question.given:
        given.setdefault(test.key, []).append(test)
    for deny in question.forbidden:
        words = list(in_words(deny.statement))
        if words and deny.actions.bits() & asked and _may_hit(deny, given):
            yield f"unless {' and '.join(words)}"


def _may_hit(deny: Rule, given: Mapping[str, Sequence[Test]]) -> bool:
    try:
        return any(
            all(possible(frozenset((test, *given.get(test.key, ())))) for test in tests)
            for tests in deny.alternatives()
        )
    except NotDecided:
        return True


def _fixes_subject(rule: Rule) -> bool:
    subjects = [
        value
        for operator, keys in rule.statement.condition.items()
        if "not" not in operator.lower() and "ifexists" not in operator.lower()
        for key, values in keys.items()
        if key.lower().endswith(SUBJECTS[0]) or (key.lower().startswith(SUBJECTS[1]) and key.lower() != AUDIENCE)
        for value in values
    ]
    return bool(subjects) and not any(value.strip("*") in ("", "repo:") for value in subjects)


def _for_whom(rule: Rule) -> str:
    """For whom a service may act by a rule."""
    sources = {
        value
        for tests in rule.statement.condition.values()
        for key, values in tests.items()
        if key.lower() in ("aws:sourceaccount", "aws:sourcearn")
        for value in values
    }
    return f"for {' or '.join(sorted(sources))}" if sources else "for whomever it acts"


def _access(
    one: Guarded, kind: str, who: str, actions: Sequence[str] = (), conditions: Sequence[str] = (),
    example: Example | None = None, why: str = "", statement: str = "",
) -> Access:  # fmt: skip
    held = one.resource
    return Access(
        one.name, held.type, held.account, held.region, kind, who, tuple(actions), tuple(conditions), example, why,
        statement,
    )  # fmt: skip
