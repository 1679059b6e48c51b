"""Who gets in: groups, permission sets and assignments of Identity Center; roles and the boundary in every account.

The management account is not meant by ``*``: it runs nothing, and whoever administers it administers all others.
Access to it is named (``management: …``).
Source: IAM Identity Center User Guide, "Permission sets"; IAM User Guide, "Permissions boundaries for IAM entities",
"Access to AWS accounts owned by third parties" (external id).
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.declare import policies
from bastide.declare.expansion.duration import Duration
from bastide.declare.expansion.survey import Member, Survey
from bastide.declare.expansion.tree import service_access
from bastide.model import GLOBAL, Properties, Resource, provisional

PATH = "/bastide/"
BOUNDARY = "boundary"
EVERYWHERE = "*"
# Name → AWS managed policies. Strong sets have the short session.
PERMISSION_SETS = {
    "Administrator": ("AdministratorAccess",),
    "PowerUser": ("PowerUserAccess",),
    "ReadOnly": ("ReadOnlyAccess",),
    "ViewOnly": ("job-function/ViewOnlyAccess",),
    "SecurityAudit": ("SecurityAudit",),
    "SecurityAdmin": (
        "SecurityAudit",
        "AWSSecurityHubFullAccess",
        "AmazonGuardDutyFullAccess_v2",
        "AmazonInspector2FullAccess_v2",
        "AmazonMacieFullAccess",
        "IAMAccessAnalyzerFullAccess",
    ),
}
STRONG = ("Administrator", "SecurityAdmin")
BOUNDED = ("PowerUser",)  # who may act through what they make
SESSION = 3600  # seconds, of the platform's roles
BREAK_GLASS_USERS = "break-glass"  # path of the users in the management account who may break the glass


def identity(survey: Survey) -> Iterator[Resource]:
    """Identity Center and the roles of every account."""
    instance = identity_center(survey)
    yield instance
    groups = {name: _group(survey, name, instance) for name in sorted(set(survey.architecture.identity.groups))}
    yield from groups.values()
    used = {name for grants in survey.architecture.access.values() for name in grants.values()}
    boundaries = {member.name: boundary_of(survey, member) for member in survey.everyone}
    sets = {name: _permission_set(survey, name, instance) for name in sorted(used)}
    yield from sets.values()
    for group, account, name in assignments(survey):
        yield _assignment(survey, groups[group], account, sets[name], boundaries)
    for member in survey.everyone:
        if survey.architecture.identity.boundary:
            yield boundaries[member.name]
        yield from _roles(survey, member)


def identity_center(survey: Survey) -> Resource:
    """The instance of Identity Center. AWS lets a person enable it in a management account, not a program."""
    known = survey.known
    return survey.make(
        "AWS::SSO::Instance",
        (survey.management, GLOBAL),
        known.identity_center,
        # Read-only, never compared: it says which resource the store's provisional id belongs to.
        {"IdentityStoreId": known.identity_store},
        "identity",
        arn=known.identity_center,
        after=[service_access(survey, "sso.amazonaws.com")],
    )


def _group(survey: Survey, name: str, instance: Resource) -> Resource:
    store = survey.known.identity_store
    id = f"{provisional.uuid('group', name)}|{store}"
    properties = {"IdentityStoreId": store, "DisplayName": name}
    at = (survey.management, GLOBAL)
    return survey.make("AWS::IdentityStore::Group", at, id, properties, "identity.groups", after=[instance])


def _permission_set(survey: Survey, name: str, instance: Resource) -> Resource:
    people = survey.architecture.identity
    session = Duration.parse(people.admin_session if name in STRONG else people.session) or Duration(1, "h")
    reference = {"CustomerManagedPolicyReference": {"Name": BOUNDARY, "Path": PATH}}
    properties = {
        "InstanceArn": instance.id,
        "Name": name,
        "Description": f"{name}: {', '.join(policy.rpartition('/')[2] for policy in PERMISSION_SETS[name])}"[:700],
        "SessionDuration": session.iso,
        "ManagedPolicies": sorted(survey.managed(policy) for policy in PERMISSION_SETS[name]),
        "PermissionsBoundary": reference if people.boundary and name in BOUNDED else None,
        "Tags": survey.tags(),
    }
    arn = f"{instance.id.replace(':instance/', ':permissionSet/')}/{provisional.permission_set_id(name)}"
    at, said = (survey.management, GLOBAL), "identity.admin-session" if name in STRONG else "identity.session"
    return survey.make("AWS::SSO::PermissionSet", at, f"{instance.id}|{arn}", properties, said, arn=arn)


def assignments(survey: Survey) -> Iterator[tuple[str, Member, str]]:
    """(group, account, permission set), each once, sorted; what is said of a deeper place adds to the rest."""
    found = {
        (group, member.name, name)
        for group, grants in survey.architecture.access.items()
        for where, name in grants.items()
        for member in reached(survey, where)
    }
    return ((group, survey.by_name[account], name) for group, account, name in sorted(found))


def reached(survey: Survey, where: str) -> tuple[Member, ...]:
    """The accounts that ``*``, a unit's path or an account's name means; empty when there is no such."""
    if where == EVERYWHERE:
        return survey.members
    if where in survey.by_name:
        return (survey.by_name[where],)
    return tuple(member for member in survey.members if f"{member.path}/".startswith(f"{where}/"))


def _assignment(
    survey: Survey, group: Resource, member: Member, permission_set: Resource, boundaries: dict[str, Resource]
) -> Resource:
    instance, arn = permission_set.id.split("|")
    properties = {
        "InstanceArn": instance,
        "TargetId": member.id,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": arn,
        "PrincipalType": "GROUP",
        "PrincipalId": group.id.split("|")[0],
    }
    # A set with a boundary cannot be provisioned to an account that does not have the boundary's policy.
    bounded = [boundaries[member.name]] if "PermissionsBoundary" in permission_set.properties else []
    return survey.make(
        "AWS::SSO::Assignment",
        (survey.management, GLOBAL),
        "|".join(properties.values()),
        properties,
        f"access.{_group_name(group)}",
        after=[group, permission_set, *bounded],
    )


def _group_name(group: Resource) -> str:
    return str(group.properties["DisplayName"])


def boundary_of(survey: Survey, member: Member) -> Resource:
    """The permission boundary of one account."""
    arn = boundary_arn(survey, member)
    properties = {
        "ManagedPolicyName": BOUNDARY,
        "Path": PATH,
        "Description": "The most that a role which was made by a delegated administrator may do",
        "PolicyDocument": policies.permission_boundary_policy(arn, partition=survey.known.partition),
    }
    return survey.make("AWS::IAM::ManagedPolicy", (member, GLOBAL), arn, properties, "identity.boundary", arn=arn)


def boundary_arn(survey: Survey, member: Member) -> str:
    """The ARN of one account's permission boundary."""
    return survey.arn("iam", GLOBAL, member.id, f"policy{PATH}{BOUNDARY}")


def role_arn(survey: Survey, member: Member, name: str) -> str:
    """The ARN of one of Bastide's roles; their path is what guardrails exempt and protect."""
    return survey.arn("iam", GLOBAL, member.id, f"role{PATH}{name}")


def external_id(survey: Survey) -> str:
    """What the deployer and reader roles ask for: the file's word, or one made of the organization's name."""
    return survey.architecture.identity.external_id or f"bastide-{survey.architecture.organization}"


def _roles(survey: Survey, member: Member) -> Iterator[Resource]:
    known = survey.known
    trust = policies.platform_role_trust_policy(
        survey.management.id, external_id(survey), known.organization_id, partition=known.partition
    )
    deploys = "Applies plans. Guardrails cap every role but those of this path"
    yield _role(survey, member, "deployer", deploys, trust, "AdministratorAccess", "identity.external-id")
    yield _role(survey, member, "reader", "Collects and assesses", trust, "SecurityAudit", "identity.external-id")
    if survey.architecture.identity.break_glass:
        says = "For the day on which Identity Center fails"
        by_hand = _break_glass_trust(survey)
        yield _role(survey, member, "break-glass", says, by_hand, "AdministratorAccess", "identity.break-glass")


def _break_glass_trust(survey: Survey) -> Properties:
    """Users below ``user/break-glass/`` of the management account, with a second factor that is fresh.

    A path and not names: AWS refuses a trust policy that names users who do not exist yet.
    """
    users = survey.arn("iam", GLOBAL, survey.management.id, f"user/{BREAK_GLASS_USERS}/*")
    condition = {
        "ArnLike": {"aws:PrincipalArn": users},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": str(SESSION)},
    }
    root = {"AWS": survey.arn("iam", GLOBAL, survey.management.id, "root")}
    allow = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [allow]}


def _role(
    survey: Survey, member: Member, name: str, description: str, trust: Properties, policy: str, said: str
) -> Resource:
    properties = {
        "RoleName": name,
        "Path": PATH,
        "Description": description,
        "AssumeRolePolicyDocument": trust,
        "ManagedPolicyArns": [survey.managed(policy)],
        "MaxSessionDuration": SESSION,
        "Policies": [],  # whatever somebody adds inline is drift
        "Tags": survey.tags(),
    }
    at = (member, GLOBAL)
    return survey.make("AWS::IAM::Role", at, name, properties, said, arn=role_arn(survey, member, name))
