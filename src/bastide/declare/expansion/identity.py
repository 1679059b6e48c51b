"""Who gets in: groups, permission sets and assignments of Identity Center. Bastide's own roles are ``platform.py``.

The management account is not meant by ``*``: it runs nothing, and whoever administers it administers all others.
Access to it is named (``management: …``).
Source: IAM Identity Center User Guide, "Permission sets".
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.declare.expansion.archive import log_reader, log_reader_arn
from bastide.declare.expansion.duration import Duration
from bastide.declare.expansion.platform import INVESTIGATORS, boundary_of, roles, taking
from bastide.declare.expansion.survey import Member, Survey
from bastide.declare.expansion.tree import service_access
from bastide.model import GLOBAL, Resource, provisional
from bastide.model.platform import BOUNDARY, PATH

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
        yield from roles(survey, member)
    yield log_reader(survey)


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
        "InlinePolicy": taking([log_reader_arn(survey)]) if name in INVESTIGATORS else None,
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
