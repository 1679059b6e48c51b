"""The policies of an estate, and which of them are in force for one caller and one resource.

The one idea: an index of who has which policies and which resource has which, made once; a question picks from it.
What could not be read is counted by what it could change: a policy that may grant makes a "no" uncertain, one that
may deny makes a "yes" uncertain. Nothing unread is ever taken for nothing.

Endpoint policies are in force only for requests that name the endpoint (``aws:SourceVpce``).
Source: the CloudFormation registry schemas of the types named in ``RESOURCE_POLICIES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bastide.iam.estate_grants import grants_of, list_of, lists_count
from bastide.iam.estate_reading import Gathered, holder_of, read_policy, take, texts_of
from bastide.iam.function_policy import permission_statement
from bastide.iam.in_force import DENIES, GRANTS, InForce, Unread
from bastide.iam.managed import OF_AWS, is_aws_managed, managed_policy, may_deny, texts_of_aws
from bastide.iam.policy_set import Bucket, Documents, Grant, PolicySet
from bastide.iam.request import Principal, Request
from bastide.iam.services import needs_resource_policy
from bastide.model import Estate, OrganizationPolicy, PolicyDocument, Resource, Statement, Unknown, Value
from bastide.model.unknown import unknowns_in

ROLE, USER, GROUP, MANAGED = "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"
# Type → (property with the policy, property that names the resource; empty: the resource itself).
RESOURCE_POLICIES = {
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::KMS::Key": ("KeyPolicy", ""),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
    "AWS::ECR::Repository": ("RepositoryPolicyText", ""),
    ROLE: ("AssumeRolePolicyDocument", ""),
}
ENDPOINT, LAMBDA = "AWS::EC2::VPCEndpoint", "AWS::Lambda::Permission"
POLICY_TYPES = (ROLE, USER, GROUP, MANAGED, OF_AWS, ENDPOINT, LAMBDA, *RESOURCE_POLICIES)


@dataclass(frozen=True)
class Identity:
    """A user or role of the estate with all policies that are its own."""

    resource: Resource
    identity: Documents
    boundary: Documents | None
    unread: tuple[Unread, ...]

    @property
    def principal(self) -> Principal:
        """The caller: the user, or a session of the role."""
        resource = self.resource
        if resource.type == USER:
            return Principal(resource.arn)
        head = resource.arn.partition(":iam:")[0]
        name = resource.arn.rpartition("/")[2]
        return Principal(resource.arn, f"{head}:sts::{resource.account}:assumed-role/{name}/session")


class Policies:
    """All policies of an estate, indexed on first use."""

    def __init__(self, estate: Estate) -> None:
        """An index over ``estate``, which it never changes."""
        self.estate = estate
        self._parsed: dict[int, tuple[Value, PolicyDocument | Unknown]] = {}
        self._named_documents: dict[str, PolicyDocument] = {}
        self._levels: dict[tuple[str, str], tuple[tuple[Documents, ...] | None, tuple[Unread, ...]]] = {}

    @cached_property
    def identities(self) -> dict[str, Identity]:
        """Users and roles by ARN, in the estate's order."""
        found = (*self.estate.of_type(USER), *self.estate.of_type(ROLE))
        return {resource.arn: self._identity(resource) for resource in found if resource.arn}

    @cached_property
    def roles_by_name(self) -> dict[tuple[str, str], Identity]:
        """Roles by account and name."""
        return {
            (one.resource.account, arn.rpartition("/")[2]): one
            for arn, one in self.identities.items()
            if one.resource.type == ROLE
        }

    @cached_property
    def resource_policies(self) -> dict[str, tuple[str, PolicyDocument | Unknown]]:
        """Owner and policy of every resource that has one, by ARN."""
        found: dict[str, tuple[str, PolicyDocument | Unknown]] = {}
        for kind, (path, naming) in RESOURCE_POLICIES.items():
            for resource in self.estate.of_type(kind):
                policy = self.parsed(resource.get(path), f"{path} of {resource.id}")
                for arn in self._named(resource, naming) if policy is not None else ():
                    found[arn] = (resource.account, policy) if policy is not None else found[arn]
        for arn, (account, statements) in self._permissions().items():
            found[arn] = (account, PolicyDocument(tuple(statements)))
        return found

    def in_force(self, request: Request) -> InForce:
        """The policies that are in force for a request."""
        unread: list[Unread] = []
        caller = self.identity_of(request.principal)
        if caller is not None:
            unread += caller.unread
        elif request.principal.arn and not request.principal.arn.endswith(":root"):
            why = "it is not in the estate, so its own policies are not known"
            unread.append(Unread(request.principal.session or request.principal.arn, why, identity=True))
        owner = self.owner(request.resource) or request.owner_account
        scp = self._above(request.principal.account, "SERVICE_CONTROL_POLICY", unread)
        rcp = self._above(owner, "RESOURCE_CONTROL_POLICY", unread)
        organization = self.estate.organization
        return InForce(
            PolicySet(
                scp=scp,
                rcp=rcp,
                identity=caller.identity if caller else (),
                boundary=caller.boundary if caller else None,
                resource=self._of_resource(request, unread),
                endpoint=self._of_endpoint(request, unread),
                resource_account=owner,
                management_account=organization.management_account if organization else "",
                bucket=self._bucket(request.resource, unread),
                grants=self._grants(request, unread),
            ),
            tuple(unread),
        )

    def bearing(self, request: Request) -> tuple[object, ...]:
        """What tells which policies are in force: requests that agree in it have the same."""
        arn = request.resource
        held = holder_of(arn)
        held = held if held in self.resource_policies or held in self.estate.by_arn else ""
        trust, on_object = request.action.lower().startswith("sts:"), arn != holder_of(arn)
        owner = self.owner(arn) or request.owner_account
        return request.principal, held, trust, on_object, owner, request.keys.get("aws:sourcevpce")

    def completed(self, request: Request) -> Request:
        """The request with the keys that the estate tells: organization ids, tags of the caller and the resource."""
        caller = self.identity_of(request.principal)
        principal = request.principal
        owner = self.owner(request.resource) or request.owner_account
        told = self._organization_keys(principal.account, "aws:Principal") | self._organization_keys(
            owner, "aws:Resource"
        )
        if caller is not None:
            told |= {f"aws:PrincipalTag/{key}": value for key, value in caller.resource.tags.items()}
            if caller.resource.type == ROLE and principal.session:
                principal = Principal(caller.resource.arn, principal.session)
        resource = self.estate.by_arn.get(request.resource)
        if resource is not None:
            told |= {f"aws:ResourceTag/{key}": value for key, value in resource.tags.items()}
        given = {key.lower() for key in request.context}
        context = {**{key: value for key, value in told.items() if key.lower() not in given}, **request.context}
        return Request(principal, request.action, request.resource, context, owner)

    def identity_of(self, principal: Principal) -> Identity | None:
        """The user or role behind a principal; None when the estate has none."""
        found = self.identities.get(principal.arn)
        if found is None and principal.session:
            found = self.roles_by_name.get((principal.account, principal.arn.rpartition("/")[2]))
        return found

    def owner(self, arn: str) -> str:
        """The account that owns a resource, where the estate knows it; empty elsewhere."""
        resource = self.estate.by_arn.get(arn) or self.estate.by_arn.get(holder_of(arn))
        if resource is not None:
            return resource.account
        return self.resource_policies.get(holder_of(arn), ("",))[0]

    def parsed(self, value: Value, where: str = "") -> PolicyDocument | Unknown | None:
        """The policy in a property's value, called ``where``; None when there is none, Unknown when it is not read."""
        if value is None or isinstance(value, Unknown):
            return value
        if value in ("", {}):
            return None
        known = self._parsed.get(id(value))
        if known is None:  # the value is kept, so that its id stays its own
            known = self._parsed[id(value)] = (value, read_policy(value, where))
        return known[1]

    def own_policies(self, resource: Resource) -> Identity:
        """The policies of one user or role, without those of all others."""
        return self._identity(resource)

    def _identity(self, resource: Resource) -> Identity:
        gathered = Gathered()
        self._gather(resource, gathered)
        for name in texts_of(resource.get("Groups"), gathered, f"groups of {resource.arn}"):
            self._gather_group(resource.account, name, gathered)
        gathered.unread = [replace(one, identity=True) for one in gathered.unread]
        boundary = resource.get("PermissionsBoundary")
        limit = Gathered()
        if boundary is not None:
            self._attach(boundary, limit)
            gathered.unread += [Unread(one.what, one.why) for one in limit.unread]
        return Identity(
            resource, tuple(gathered.documents), None if boundary is None else tuple(limit.documents),
            tuple(gathered.unread),
        )  # fmt: skip

    def _gather(self, holder: Resource, into: Gathered) -> None:
        """Inline and attached policies of a user, role or group."""
        inline = holder.get("Policies")
        if isinstance(inline, Unknown):
            into.unread.append(Unread(f"inline policies of {holder.arn}", inline.reason))
        for one in inline if isinstance(inline, list | tuple) else ():
            policy = (
                self.parsed(one.get("PolicyDocument"), str(one.get("PolicyName")))
                if isinstance(one, Mapping)
                else Unknown("not a policy")
            )
            take(policy, f"inline policy of {holder.arn}", into)
        for arn in texts_of(holder.get("ManagedPolicyArns"), into, f"attached policies of {holder.arn}"):
            self._attach(arn, into)

    def _gather_group(self, account: str, name: str, into: Gathered) -> None:
        for group in self.estate.of_type(GROUP):
            if group.account == account and name in (group.id, group.get("GroupName")):
                self._gather(group, into)
                return
        into.unread.append(Unread(f"group {name} of {account}", "it is not in the estate"))

    def _attach(self, arn: Value, into: Gathered) -> None:
        """A managed policy by its ARN."""
        if isinstance(arn, Unknown) or not isinstance(arn, str):
            into.unread.append(Unread("an attached policy", arn.reason if isinstance(arn, Unknown) else "no ARN"))
            return
        if is_aws_managed(arn):
            document = self._text_of_aws(arn)
            may = frozenset({DENIES} if may_deny(arn) else {GRANTS})
            into.documents += [document] if document else []
            why = "the text of this policy of AWS was not read"
            into.unread += [] if document else [Unread(arn, why, may)]
            return
        resource = self.managed.get(arn)
        policy = self.parsed(resource.get("PolicyDocument"), arn) if resource else Unknown("it is not in the estate")
        take(policy, arn, into)

    def _text_of_aws(self, arn: str) -> PolicyDocument | None:
        """One of AWS's policies as it was read in some account (they are the same in all), or as it is known here."""
        read = self.parsed(self.of_aws.get(arn), arn)
        return read if isinstance(read, PolicyDocument) else managed_policy(arn)

    @cached_property
    def of_aws(self) -> dict[str, Value]:
        """Texts of AWS's own policies by ARN, those that were read."""
        return texts_of_aws(self.estate)

    @cached_property
    def managed(self) -> dict[str, Resource]:
        """Customer managed policies by ARN, which is also their identifier."""
        return {resource.arn or resource.id: resource for resource in self.estate.of_type(MANAGED)}

    def _above(self, account: str, kind: str, unread: list[Unread]) -> tuple[Documents, ...] | None:
        """One item a level; None outside the organization, and where nothing of this kind is attached anywhere."""
        key = (account, kind)
        if key not in self._levels:
            self._levels[key] = self._read_levels(account, kind)
        levels, missing = self._levels[key]
        unread += missing
        return levels

    def _read_levels(self, account: str, kind: str) -> tuple[tuple[Documents, ...] | None, tuple[Unread, ...]]:
        organization = self.estate.organization
        if organization is None or not any(policy.type == kind for policy in organization.policies):
            return None, ()
        above = organization.policies_above(account, kind)
        missing = tuple(
            Unread(policy.name, policy.unreadable or "its text could not be read")
            for level in above
            for policy in level
            if policy.document is None
        )
        return (
            tuple(tuple(self._called(policy) for policy in level if policy.document is not None) for level in above)
            or None
        ), missing

    def _called(self, policy: OrganizationPolicy) -> PolicyDocument:
        """The policy's document, its statements knowing the policy's name; the same object every time."""
        known = self._named_documents.get(policy.id)
        if known is None:
            document = policy.document or PolicyDocument(())
            statements = tuple(
                replace(one, position=replace(one.position, file=policy.name)) for one in document.statements
            )
            known = self._named_documents[policy.id] = replace(document, statements=statements)
        return known

    def _of_resource(self, request: Request, unread: list[Unread]) -> Documents | None:
        arn = holder_of(request.resource)
        trust = ":role/" in arn
        if trust and not request.action.lower().startswith("sts:"):
            return None  # a trust policy speaks of assuming the role, not of changing it
        _, policy = self.resource_policies.get(arn, ("", None))
        if isinstance(policy, Unknown):
            unread.append(Unread(f"the policy of {arn}", policy.reason))
            return None
        if policy is None and (trust or ":key/" in arn) and needs_resource_policy(request.action.lower(), arn):
            unread.append(Unread(f"the policy of {arn}", "the resource is not in the estate, and it always has one"))
        return None if policy is None else (policy,)

    def _of_endpoint(self, request: Request, unread: list[Unread]) -> Documents | None:
        values = request.keys.get("aws:sourcevpce", ())
        for endpoint in self.estate.of_type(ENDPOINT):
            if endpoint.id in values:
                policy = self.parsed(endpoint.get("PolicyDocument"), endpoint.id)
                if isinstance(policy, Unknown):
                    unread.append(Unread(f"the policy of {endpoint.id}", policy.reason))
                    return None
                return None if policy is None else (policy,)
        return None

    def _bucket(self, arn: str, unread: list[Unread]) -> Bucket | None:
        """Settings of the bucket and of its account; the stricter counts."""
        bucket = self.estate.by_arn.get(holder_of(arn))
        if bucket is None or bucket.type != "AWS::S3::Bucket":
            return None
        accounts = self.estate.of_type("Bastide::S3::AccountPublicAccessBlock")
        blocks = [one.properties for one in accounts if one.account == bucket.account]
        block = bucket.get("PublicAccessBlockConfiguration")
        if isinstance(block, Unknown):
            unread.append(Unread(f"public access block of {bucket.id}", block.reason, frozenset({DENIES})))
        blocks += [block] if isinstance(block, Mapping) else []
        lists = lists_count(bucket, self.estate.basis)
        if isinstance(lists, Unknown):
            unread.append(Unread(f"object ownership of {bucket.id}", lists.reason, frozenset({GRANTS})))
        return Bucket(
            restrict_public_buckets=any(one.get("RestrictPublicBuckets") is True for one in blocks),
            ignore_public_acls=any(one.get("IgnorePublicAcls") is True for one in blocks),
            owner_enforced=lists is not True,
            acl=list_of(bucket, holder_of(arn) != arn, unread) if lists is True else (),
        )

    def _grants(self, request: Request, unread: list[Unread]) -> tuple[Grant, ...]:
        """Grants of the key that a request is about."""
        key = self.estate.by_arn.get(request.resource)
        return grants_of(key, self.estate.basis, unread) if key and key.type == "AWS::KMS::Key" else ()

    def _named(self, resource: Resource, path: str) -> Iterator[str]:
        """ARNs of the resources that a policy is attached to."""
        if not path:
            yield resource.arn
            return
        value = resource.get(path)
        for one in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(one, str):
                continue
            if resource.type == "AWS::S3::BucketPolicy":
                yield one if one.startswith("arn:") else f"arn:aws:s3:::{one}"
            elif one.startswith("https://sqs."):
                yield f"arn:aws:sqs:{resource.region}:{one.split('/')[3]}:{one.split('/')[4]}"
            else:
                yield one

    def _permissions(self) -> dict[str, tuple[str, list[Statement]]]:
        """Statements of Lambda functions' policies by ARN, which CloudFormation holds one by one."""
        found: dict[str, tuple[str, list[Statement]]] = {}
        for one in self.estate.of_type(LAMBDA):
            name = one.get("FunctionName")
            if not isinstance(name, str) or unknowns_in(dict(one.properties)):
                continue
            arn = name if name.startswith("arn:") else f"arn:aws:lambda:{one.region}:{one.account}:function:{name}"
            found.setdefault(arn, (one.account, []))[1].append(permission_statement(one, arn))
        return found

    def _organization_keys(self, account: str, prefix: str) -> dict[str, str]:
        organization = self.estate.organization
        if organization is None or account not in organization.accounts_by_id:
            return {}
        path = "/".join((organization.id, *organization.path(account)[:-1], ""))
        return {f"{prefix}OrgID": organization.id, f"{prefix}OrgPaths": path}
