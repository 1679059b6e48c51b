"""The policies of an estate, ready for questions: what binds a caller's account, and what a resource itself says.

The one idea: accounts with the same policies above them share one ``Stack``, so that what follows from it is worked out
once. What could not be read is named in ``unread``; whoever proves something with it has to say NOT PROVED.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bastide.errors import InputError
from bastide.iam.parse import parse_policy
from bastide.model import Estate, Resource, Unknown
from bastide.model.unknown import unknowns_in
from bastide.prove.guardrail import RCP, SCP
from bastide.prove.symbolic import Rule, rules

FULL = frozenset({"FullAWSAccess", "RCPFullAWSAccess"})
SPELLED_ACCOUNT = re.compile(r"\d{3}")


@dataclass(frozen=True, eq=False)
class Stack:
    """The organization's policies of one kind over an account: one layer of Allows a level, all Denies together."""

    allows: tuple[tuple[Rule, ...], ...]
    denies: tuple[Rule, ...]
    unread: tuple[str, ...] = ()

    @cached_property
    def names_accounts(self) -> bool:
        """Whether a text of it depends on the digits of an account."""
        return any(SPELLED_ACCOUNT.search(text) for rule in self.every for text in rule.texts)

    @property
    def every(self) -> tuple[Rule, ...]:
        """All rules."""
        return (*(rule for layer in self.allows for rule in layer), *self.denies)


NOTHING_BINDS = Stack((), ())


@dataclass(frozen=True)
class Policies:
    """The policies of an estate, by account and by resource."""

    estate: Estate
    _stacks: dict[tuple[str, tuple[tuple[str, ...], ...]], Stack] = field(default_factory=dict)
    _of_accounts: dict[tuple[str, str], Stack] = field(default_factory=dict)
    _rules: dict[tuple[str, str], tuple[Rule, ...]] = field(default_factory=dict)

    @property
    def organization_id(self) -> str:
        """The organization's id; empty when there is none."""
        return self.estate.organization.id if self.estate.organization else ""

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Accounts of the organization without the management account, sorted."""
        organization = self.estate.organization
        if organization is None:
            return ()
        return tuple(sorted(one.id for one in organization.accounts if one.id != organization.management_account))

    @cached_property
    def accounts(self) -> frozenset[str]:
        """All accounts of the organization; without one, those that hold resources."""
        organization = self.estate.organization
        if organization is None:
            return frozenset(self.estate.by_account)
        return frozenset(one.id for one in organization.accounts)

    def scps(self, account: str) -> Stack:
        """Service control policies over an account; none bind the management account or one outside."""
        return self._stack(account, SCP)

    def rcps(self, account: str) -> Stack:
        """Resource control policies over the resources of an account."""
        return self._stack(account, RCP)

    def under(
        self, accounts: Iterable[str], *, layer: tuple[Rule, ...] = (), denies: tuple[Rule, ...] = (),
        without: tuple[Rule, ...] = (),
    ) -> Policies:  # fmt: skip
        """The same with service control policies changed over some accounts: a layer more, denies more, denies less."""
        found = Policies(self.estate, dict(self._stacks), dict(self._of_accounts), self._rules)
        made: dict[int, Stack] = {}  # accounts that shared a stack share the new one
        for account in accounts:
            old = self.scps(account)
            if id(old) not in made:
                kept = tuple(rule for rule in old.denies if rule not in without)
                more = (layer,) if layer else ()
                made[id(old)] = Stack((*old.allows, *more), (*kept, *denies), old.unread)
            found._of_accounts[account, SCP] = made[id(old)]
        return found

    def _stack(self, account: str, kind: str) -> Stack:
        known = self._of_accounts.get((account, kind))
        if known is None:
            known = self._of_accounts[account, kind] = self._found(account, kind)
        return known

    def _found(self, account: str, kind: str) -> Stack:
        organization = self.estate.organization
        if organization is None or account == organization.management_account or account not in self.accounts:
            return NOTHING_BINDS
        levels = organization.policies_above(account, kind)
        key = (kind, tuple(tuple(policy.id for policy in level) for level in levels))
        if key not in self._stacks:
            self._stacks[key] = self._made(levels, kind)
        return self._stacks[key]

    def _made(self, levels: Iterable[Iterable[Any]], kind: str) -> Stack:
        allows: list[tuple[Rule, ...]] = []
        denies: dict[Rule, None] = {}
        unread: list[str] = []
        for level in levels:
            layer: list[Rule] = []
            for policy in level:
                if policy.document is None:
                    unread.append(f"{policy.name} could not be read: {policy.unreadable or 'no reason given'}")
                    continue
                layer += self._of(policy, "Allow")
                denies |= dict.fromkeys(self._of(policy, "Deny"))
            allows.append(tuple(layer))
        # RCPFullAWSAccess cannot be detached, so that resource control policies only deny; and where no level holds
        # any service control policy, the type is not enabled.
        binding = kind == SCP and any(allows)
        return Stack(tuple(allows) if binding else (), tuple(denies), tuple(unread))

    def _of(self, policy: Any, effect: str) -> tuple[Rule, ...]:
        key = (policy.id, effect)
        if key not in self._rules:
            self._rules[key] = rules(policy.document, effect, policy.name)
        return self._rules[key]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A resource with a policy of its own. ``resources``: patterns of the ARNs that requests to it name.

    ``actions``: patterns of actions on it. ``allows`` and ``denies`` are the policy's; ``unread`` says why they are not
    known.
    """

    resource: Resource
    kind: str
    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    allows: tuple[Rule, ...] = ()
    denies: tuple[Rule, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How resources of a type carry their policy: property, service, what to call them, property of the ARN or name."""

    kind: str
    policy: str
    actions: tuple[str, ...]
    target: str = ""  # property that names the guarded resource; empty: the resource itself


ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
# Source: CloudFormation resource reference, property of the resource-based policy of each type.
SHAPES: Mapping[str, Shape] = {
    "AWS::S3::BucketPolicy": Shape("bucket", "PolicyDocument", ("s3:*",), "Bucket"),
    "AWS::KMS::Key": Shape("key", "KeyPolicy", ("kms:*",)),
    "AWS::IAM::Role": Shape("role", "AssumeRolePolicyDocument", ASSUMING),
    "AWS::SecretsManager::ResourcePolicy": Shape("secret", "ResourcePolicy", ("secretsmanager:*",), "SecretId"),
    "AWS::SQS::QueuePolicy": Shape("queue", "PolicyDocument", ("sqs:*",), "Queues"),
    "AWS::SQS::QueueInlinePolicy": Shape("queue", "PolicyDocument", ("sqs:*",), "Queue"),
    "AWS::SNS::TopicPolicy": Shape("topic", "PolicyDocument", ("sns:*",), "Topics"),
    "AWS::SNS::TopicInlinePolicy": Shape("topic", "PolicyDocument", ("sns:*",), "TopicArn"),
    "AWS::Lambda::Permission": Shape("function", "", ("lambda:*",), "FunctionName"),
    "AWS::Lambda::LayerVersionPermission": Shape("layer", "", ("lambda:*",), "LayerVersionArn"),
    "AWS::ECR::Repository": Shape("repository", "RepositoryPolicyText", ("ecr:*",)),
    "AWS::EFS::FileSystem": Shape("file system", "FileSystemPolicy", ("elasticfilesystem:*",)),
    "AWS::Backup::BackupVault": Shape("backup vault", "AccessPolicy", ("backup:*",)),
    "AWS::OpenSearchService::Domain": Shape("domain", "AccessPolicies", ("es:*",)),
    "AWS::Elasticsearch::Domain": Shape("domain", "AccessPolicies", ("es:*",)),
    "AWS::DynamoDB::Table": Shape("table", "ResourcePolicy.PolicyDocument", ("dynamodb:*",)),
    "AWS::Kinesis::ResourcePolicy": Shape("stream", "ResourcePolicy", ("kinesis:*",), "ResourceArn"),
    "AWS::Events::EventBusPolicy": Shape("event bus", "Statement", ("events:*",), "EventBusName"),
    "AWS::Logs::Destination": Shape("log destination", "DestinationPolicy", ("logs:*",)),
    "AWS::ApiGateway::RestApi": Shape("API", "Policy", ("execute-api:*",)),
    "AWS::CodeArtifact::Domain": Shape("package domain", "PermissionsPolicyDocument", ("codeartifact:*",)),
    "AWS::CodeArtifact::Repository": Shape("package repository", "PermissionsPolicyDocument", ("codeartifact:*",)),
    "AWS::VpcLattice::AuthPolicy": Shape("lattice service", "Policy", ("vpc-lattice-svcs:*",), "ResourceIdentifier"),
}  # fmt: skip
KINDS = tuple(dict.fromkeys(shape.kind for shape in SHAPES.values()))


def not_listed(estate: Estate, *kinds: str) -> tuple[str, ...]:
    """What of some kinds of resources (or types) could not be listed where, and why."""
    names = {type_: SHAPES[type_].kind if type_ in SHAPES else type_ for type_ in {gap.type for gap in estate.gaps}}
    return tuple(
        f"{gap.type} in {gap.account} {gap.region} could not be listed: {gap.reason}"
        for gap in estate.gaps
        if names[gap.type] in kinds or gap.type in kinds
    )


def guarded(estate: Estate) -> list[Guarded]:
    """Every resource of the estate that has a policy of its own, in the estate's order."""
    return [one for resource in estate.resources for one in guarded_by(resource)]


def guarded_by(resource: Resource) -> tuple[Guarded, ...]:
    """The resources that a resource's policy guards: itself, or those that it is attached to; () without a policy."""
    shape = SHAPES.get(resource.type)
    if shape is None or (shape.policy and resource.get(shape.policy) is None):
        return ()
    return tuple(_guarded(resource, shape, name) for name in targets_of(resource, shape))


def targets_of(resource: Resource, shape: Shape) -> tuple[str, ...]:
    """What a policy guards, as ARNs where they can be told; what is not told is called by the policy's own name."""
    value = resource.properties.get(shape.target) if shape.target else resource.arn
    names = [one for one in (value if isinstance(value, list | tuple) else [value]) if isinstance(one, str) and one]
    return tuple(_arn(resource, shape, name) for name in names) or (resource.arn or resource.id,)


def _arn(resource: Resource, shape: Shape, name: str) -> str:
    if name.startswith("arn:"):
        return name
    here = f"{resource.region}:{resource.account}"
    if shape.kind == "bucket":
        return f"arn:aws:s3:::{name}"
    if shape.kind == "queue" and name.startswith("https://"):
        _, _, _, account, queue = (*name.split("/", 4), "", "", "", "")[:5]
        return f"arn:aws:sqs:{resource.region}:{account}:{queue}"
    if shape.kind == "function":
        return f"arn:aws:lambda:{here}:function:{name}"
    return f"arn:aws:events:{here}:event-bus/{name}" if shape.kind == "event bus" else name


def _guarded(resource: Resource, shape: Shape, arn: str) -> Guarded:
    name = _short_name(shape, arn)
    patterns = _patterns(shape, arn)
    policy = _policy_of(resource, shape)
    holes = unknowns_in(policy)
    if holes:
        return Guarded(resource, shape.kind, name, shape.actions, patterns, unread=f"{name}: {holes[0].reason}")
    try:
        if not isinstance(policy, Mapping | str):
            raise InputError(f"not a policy: {type(policy).__name__}")
        document = parse_policy(policy, where=name, positions=False)
    except InputError as error:
        return Guarded(resource, shape.kind, name, shape.actions, patterns, unread=f"{name}: {error.what}")
    every = rules(document, origin=name)
    return Guarded(
        resource, shape.kind, name, shape.actions, patterns,
        tuple(rule for rule in every if rule.allows), tuple(rule for rule in every if not rule.allows),
    )  # fmt: skip


def _short_name(shape: Shape, arn: str) -> str:
    return arn.removeprefix("arn:aws:s3:::") if shape.kind == "bucket" else arn


def _patterns(shape: Shape, arn: str) -> tuple[str, ...]:
    """Patterns of the ARNs that requests to a resource name."""
    if not arn.startswith("arn:"):
        return ("*",)
    inner = INNER.get(shape.kind, ())
    return (arn, *(f"{arn}{tail}" for tail in inner))


# What requests to a kind of resource name beside its ARN. Source: Service Authorization Reference, resource types.
INNER: Mapping[str, tuple[str, ...]] = {
    "bucket": ("/*",), "function": (":*",), "table": ("/*",), "domain": ("/*",), "stream": ("/*",), "API": ("/*",),
    "event bus": ("/*",), "secret": ("-??????",), "lattice service": ("/*",),
}  # fmt: skip


def _policy_of(resource: Resource, shape: Shape) -> Any:
    """The policy's value; of permissions, the policy that AWS makes of them."""
    if not shape.policy:
        return permission_policy(resource)
    value = resource.get(shape.policy)
    if shape.kind == "event bus" and isinstance(value, Mapping):
        return {"Version": "2012-10-17", "Statement": [value]}
    return value


def permission_policy(resource: Resource) -> dict[str, Any]:
    """The statement that Lambda makes of a permission to a function or a layer.

    Source: CloudFormation, AWS::Lambda::Permission and AWS::Lambda::LayerVersionPermission; AWS Lambda Developer Guide,
    "Resource-based policies".
    """
    values = resource.properties
    who = values.get("Principal", "")
    if isinstance(who, Unknown):
        return {"Statement": [{"Principal": who}]}
    services = (".amazonaws.com", ".amazonaws.com.cn")
    principal = {"Service": who} if str(who).endswith(services) else "*" if who == "*" else {"AWS": str(who)}
    equals = {key: values[name] for name, key in PERMISSION_KEYS.items() if values.get(name) is not None}
    condition: dict[str, Any] = {"StringEquals": equals} if equals else {}
    if values.get("SourceArn") is not None:
        condition["ArnLike"] = {"aws:SourceArn": values["SourceArn"]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": values.get("Action", "lambda:*"), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


PERMISSION_KEYS = {
    "SourceAccount": "aws:SourceAccount", "PrincipalOrgID": "aws:PrincipalOrgID",
    "OrganizationId": "aws:PrincipalOrgID", "FunctionUrlAuthType": "lambda:FunctionUrlAuthType",
}  # fmt: skip
