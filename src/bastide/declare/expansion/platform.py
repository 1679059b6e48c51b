"""The roles that Bastide stands on in every account: deployer, reader, break-glass; and the boundary of others.

Their permissions are not made here: they follow from what handlers call, which is the business of another layer, and
come with ``Known``. Who may take the roles is named one by one, for the deployer is exempt from every guardrail.
Source: IAM User Guide, "Permissions boundaries for IAM entities", "Access to AWS accounts owned by third parties"
(external id).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bastide.declare import policies
from bastide.declare.expansion.survey import Member, Survey
from bastide.model import GLOBAL, Properties, Resource
from bastide.model.platform import BOUNDARY, BREAK_GLASS, DEPLOYER, LOG_READER, MEMBER_ROLE, PATH, READER, role_path

SESSION = 3600  # seconds, of the platform's roles
BREAK_GLASS_USERS = "break-glass"  # path of the users in the management account who may break the glass
INVESTIGATORS = ("SecurityAudit", "SecurityAdmin")  # permission sets that read logs from the audit account


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
    return survey.arn("iam", GLOBAL, member.id, f"role/{role_path(name)}")


def external_id(survey: Survey) -> str:
    """What the deployer and reader roles ask for: the file's word, the one kept for the target, or the name's."""
    stated = survey.architecture.identity.external_id
    return stated or survey.known.external_id or f"bastide-{survey.architecture.organization}"


def deployers(survey: Survey) -> list[str]:
    """ARN patterns of the management account's principals that may take the deployer and reader roles.

    Those that the file names; else sessions of the permission set Administrator. The management account's own deployer
    always belongs to them: it is what enters the other accounts.
    """
    named = survey.architecture.identity.deployers
    asked = [_principal(survey, one) for one in named] or [of_set(survey, survey.management, "Administrator")]
    return sorted({*asked, role_arn(survey, survey.management, DEPLOYER)})


def _principal(survey: Survey, text: str) -> str:
    """An ARN, of ``role/…`` or ``user/…`` in the management account."""
    return text if text.startswith("arn:") else survey.arn("iam", GLOBAL, survey.management.id, text)


def of_set(survey: Survey, member: Member, name: str) -> str:
    """A pattern of the role that Identity Center makes in an account for a permission set.

    Its path holds the region but for us-east-1, and its name ends with what nobody knows before.
    Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies".
    """
    return survey.arn("iam", GLOBAL, member.id, f"role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{name}_*")


def roles(survey: Survey, member: Member) -> Iterator[Resource]:
    """Reader, deployer and break-glass of one account, with the policies of the first two."""
    reading, deploying = (list(_policies(survey, member, name)) for name in (READER, DEPLOYER))
    yield from (*reading, *deploying)
    callers = deployers(survey)
    readers = sorted({*callers, role_arn(survey, survey.management, READER)})
    deploys = "Applies plans. Guardrails cap every role but those of this path"
    for name, says, among, attached in (
        (READER, "Collects and assesses", readers, reading),
        (DEPLOYER, deploys, callers, [*reading, *deploying]),
    ):
        trust, inline = _trust(survey, among), _entering(survey, member, name)
        yield role(survey, member, name, says, trust, "identity.deployers", attached, inline)
    if survey.architecture.identity.break_glass:
        says = "For the day on which Identity Center fails"
        administrator = [survey.managed("AdministratorAccess")]
        by_hand = _break_glass_trust(survey)
        yield role(survey, member, BREAK_GLASS, says, by_hand, "identity.break-glass", administrator)


def _policies(survey: Survey, member: Member, name: str) -> Iterator[Resource]:
    """The managed policies of a role, each within IAM's quota."""
    for number, document in enumerate(survey.known.platform_policies.get(name, ()), start=1):
        own = f"{name}-{number}"
        arn = survey.arn("iam", GLOBAL, member.id, f"policy{PATH}{own}")
        properties = {
            "ManagedPolicyName": own,
            "Path": PATH,
            "Description": f"What the role {name} calls, and nothing else",
            "PolicyDocument": document,
            "Tags": survey.tags(),
        }
        yield survey.make("AWS::IAM::ManagedPolicy", (member, GLOBAL), arn, properties, "identity", arn=arn)


def _entering(survey: Survey, member: Member, name: str) -> list[Properties]:
    """What some roles have more: the management account's enter the others, the audit account's reader reads logs."""
    if member is survey.audit and name == READER:
        return [{"PolicyName": "read-logs", "PolicyDocument": taking([role_arn(survey, survey.archive, LOG_READER)])}]
    if member is not survey.management:
        return []
    partition = survey.known.partition
    bootstrap = [MEMBER_ROLE] if name == DEPLOYER else []
    arns = [f"arn:{partition}:iam::*:role/{one}" for one in (role_path(name), *bootstrap)]
    return [{"PolicyName": "enter-accounts", "PolicyDocument": taking(arns)}]


def taking(arns: Sequence[str]) -> Properties:
    """An identity policy that lets somebody take these roles."""
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": sorted(arns)}
    return {"Version": "2012-10-17", "Statement": [allow]}


def _trust(survey: Survey, callers: Sequence[str]) -> Properties:
    known = survey.known
    return policies.platform_role_trust_policy(
        survey.management.id, external_id(survey), known.organization_id, callers=callers, partition=known.partition
    )


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


def role(  # everything that tells one role from another
    survey: Survey, member: Member, name: str, description: str, trust: Properties, said: str,
    attached: Sequence[Resource | str], inline: Sequence[Properties] = (), after: Iterable[Resource] = (),
) -> Resource:  # fmt: skip
    """One of the platform's roles; ``attached``: managed policies as resources, or ARNs of AWS's own."""
    made = [one for one in attached if isinstance(one, Resource)]
    properties = {
        "RoleName": name,
        "Path": PATH,
        "Description": description,
        "AssumeRolePolicyDocument": trust,
        "ManagedPolicyArns": sorted(one.arn if isinstance(one, Resource) else one for one in attached),
        "MaxSessionDuration": SESSION,
        "Policies": list(inline),  # whatever somebody adds inline is drift
        "Tags": survey.tags(),
    }
    at, arn = (member, GLOBAL), role_arn(survey, member, name)
    return survey.make("AWS::IAM::Role", at, name, properties, said, arn=arn, after=[*made, *after])
