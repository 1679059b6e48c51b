"""Services that look for trouble, run by the audit account for all accounts, in every allowed region.

Each account's own enabling is declared too, so that an account that lost it is a difference and not a silence. Order:
every account is enabled while it stands alone, then the audit account is named administrator, then it takes the others
as members, then it says what new ones get. (Naming an administrator enables the service there by itself, and taking a
member in enables it there with AWS's defaults: done the other way round, creating would meet what exists.) Auto-enable
alone would leave out the accounts that are there already. What a member cannot say is declared in the audit account.
Source: GuardDuty, Security Hub, Macie and Inspector User Guides, "Managing multiple accounts with AWS Organizations".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bastide.declare.expansion.survey import Member, Survey
from bastide.declare.expansion.tree import delegated_administrator, service_access
from bastide.model import GLOBAL, Properties, Resource, provisional

ANALYZER = "access-analyzer.amazonaws.com"
STANDARDS = {
    "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
    "cis-3": "cis-aws-foundations-benchmark/v/3.0.0",
    "cis-5": "cis-aws-foundations-benchmark/v/5.0.0",
    "nist-800-53": "nist-800-53/v/5.0.0",
    "pci-4": "pci-dss/v/4.0.1",
}
# Runtime monitoring sees nothing without its agents, so GuardDuty looks after them.
AGENTS = ("EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT")
SCANS = {"ec2": ("Ec2", "ec2"), "ecr": ("Ecr", "ecr"), "lambda": ("Lambda", "lambda")}
SCANS["lambda-code"] = ("LambdaCode", "lambdaCode")


class Delegation(NamedTuple):
    """How a service names its administrator: the resource's type, identifier and property, the service's principal."""

    type: str
    id: str
    property: str
    principal: str


def detection(survey: Survey) -> Iterator[Resource]:
    """Everything that ``detect`` asks for, except AWS Config."""
    detect = survey.architecture.detect
    asked = (
        (detect.guardduty, guardduty),
        (detect.securityhub, security_hub),
        (detect.macie, macie),
        (detect.inspector, inspector),
        (detect.access_analyzer, access_analyzer),
    )
    for wanted, subject in asked:
        if wanted:
            for region in survey.regions:
                yield from subject(survey, region)
    if detect.securityhub and len(survey.regions) > 1:
        yield finding_aggregator(survey)
    if detect.access_analyzer:
        yield analyzer_role(survey)


def administrator(survey: Survey, region: str, how: Delegation, said: str, after: Iterable[Resource]) -> Resource:
    """The audit account as administrator of a service that has a call of its own for that."""
    return survey.make(
        how.type,
        (survey.management, region),
        how.id,
        {how.property: survey.audit.id},
        said,
        after=[service_access(survey, how.principal), *after],
    )


def members(survey: Survey, region: str, type: str, said: str, after: Iterable[Resource]) -> Resource:
    """All other accounts as members of a service that the audit account administers."""
    accounts = {member.id: True for member in survey.everyone if member is not survey.audit}
    return survey.make(type, (survey.audit, region), survey.audit.id, {"Members": accounts}, said, after=after)


def guardduty(survey: Survey, region: str) -> Iterator[Resource]:
    """Detectors of all accounts, the administrator, and GuardDuty for whoever joins."""
    said = "detect.guardduty"
    detectors = {member.name: _detector(survey, member, region) for member in survey.everyone}
    yield from detectors.values()
    audits = detectors[survey.audit.name]
    how = Delegation(
        "Bastide::GuardDuty::OrganizationAdmin", survey.audit.id, "AdminAccountId", "guardduty.amazonaws.com"
    )
    admin = administrator(survey, region, how, said, detectors.values())
    yield admin
    enrolled = members(survey, region, "Bastide::GuardDuty::Members", said, [admin, *detectors.values()])
    yield enrolled
    properties = {
        "DetectorId": audits.id,
        "AutoEnableOrganizationMembers": "ALL",
        "Features": _features(survey, "AutoEnable", "ALL"),
    }
    type = "Bastide::GuardDuty::OrganizationConfiguration"
    # Behind the members, as none can be let go while it says ALL: undone in reverse order, it goes first.
    yield survey.make(type, (survey.audit, region), audits.id, properties, said, after=[admin, enrolled])


def _detector(survey: Survey, member: Member, region: str) -> Resource:
    properties = {
        "Enable": True,
        # A member's findings are published as often as its administrator's.
        "FindingPublishingFrequency": "FIFTEEN_MINUTES" if member is survey.audit else None,
        "Features": _features(survey, "Status", "ENABLED"),
        "Tags": survey.tags(),
    }
    id = provisional.hex_id("detector", member.name, region)
    arn = survey.arn("guardduty", region, member.id, f"detector/{id}")
    return survey.make(
        "AWS::GuardDuty::Detector", (member, region), id, properties, "detect.guardduty-features", arn=arn
    )


def _features(survey: Survey, setting: str, value: str) -> list[Properties]:
    """GuardDuty's features, on: by ``Status: ENABLED`` in a detector, by ``AutoEnable: ALL`` in the organization."""
    features: list[Properties] = []
    for name in sorted(set(survey.architecture.detect.guardduty_features)):
        agents = [{"Name": agent, setting: value} for agent in AGENTS]
        more = {"AdditionalConfiguration": agents} if name == "RUNTIME_MONITORING" else {}
        features.append({"Name": name, setting: value, **more})
    return features


def security_hub(survey: Survey, region: str) -> Iterator[Resource]:
    """Hubs and standards of all accounts, the administrator, and Security Hub for whoever joins."""
    said = "detect.securityhub"
    hubs = [_hub(survey, member, region) for member in survey.everyone]
    for member, hub in zip(survey.everyone, hubs, strict=True):
        yield hub
        yield from _standards(survey, member, region, hub)
    id = f"{survey.audit.id}/{region}"
    how = Delegation("AWS::SecurityHub::DelegatedAdmin", id, "AdminAccountId", "securityhub.amazonaws.com")
    admin = administrator(survey, region, how, said, hubs)
    yield admin
    enrolled = members(survey, region, "Bastide::SecurityHub::Members", said, [admin, *hubs])
    yield enrolled
    # AWS's default standards are left off: which standards are on is what the file says, in every account.
    properties = {"AutoEnable": True, "AutoEnableStandards": "NONE", "ConfigurationType": "LOCAL"}
    type = "AWS::SecurityHub::OrganizationConfiguration"
    yield survey.make(type, (survey.audit, region), id, properties, said, after=[admin, enrolled])


def _hub(survey: Survey, member: Member, region: str) -> Resource:
    arn = survey.arn("securityhub", region, member.id, "hub/default")
    properties = {
        "EnableDefaultStandards": False,
        # Members have their administrator's.
        "ControlFindingGenerator": "SECURITY_CONTROL" if member is survey.audit else None,
        "AutoEnableControls": True,
    }
    return survey.make("AWS::SecurityHub::Hub", (member, region), arn, properties, "detect.securityhub", arn=arn)


def _standards(survey: Survey, member: Member, region: str, hub: Resource) -> Iterator[Resource]:
    for name in sorted(set(survey.architecture.detect.securityhub)):
        standard = survey.arn("securityhub", region, "", f"standards/{STANDARDS[name]}")
        subscription = survey.arn("securityhub", region, member.id, f"subscription/{STANDARDS[name]}")
        yield survey.make(
            "AWS::SecurityHub::Standard",
            (member, region),
            subscription,
            {"StandardsArn": standard},
            "detect.securityhub",
            arn=subscription,
            after=[hub],
        )


def finding_aggregator(survey: Survey) -> Resource:
    """The findings of all regions gathered in the home region."""
    id = provisional.uuid("finding aggregator", survey.audit.name)
    arn = survey.arn("securityhub", survey.home, survey.audit.id, f"finding-aggregator/{id}")
    others = [region for region in survey.regions if region != survey.home]
    properties = {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": others}
    at, after = (survey.audit, survey.home), [_hub(survey, survey.audit, region) for region in survey.regions]
    type = "AWS::SecurityHub::FindingAggregator"
    return survey.make(type, at, arn, properties, "detect.securityhub", arn=arn, after=after)


def macie(survey: Survey, region: str) -> Iterator[Resource]:
    """Macie in all accounts, the administrator, and Macie for whoever joins."""
    said = "detect.macie"
    properties = {"Status": "ENABLED", "FindingPublishingFrequency": "FIFTEEN_MINUTES"}
    sessions = [
        survey.make("AWS::Macie::Session", (member, region), member.id, properties, said) for member in survey.everyone
    ]
    yield from sessions
    how = Delegation("Bastide::Macie::OrganizationAdmin", survey.audit.id, "AdminAccountId", "macie.amazonaws.com")
    admin = administrator(survey, region, how, said, sessions)
    yield admin
    enrolled = members(survey, region, "Bastide::Macie::Members", said, [admin, *sessions])
    yield enrolled
    at, type = (survey.audit, region), "Bastide::Macie::OrganizationConfiguration"
    yield survey.make(type, at, survey.audit.id, {"AutoEnable": True}, said, after=[admin, enrolled])


def inspector(survey: Survey, region: str) -> Iterator[Resource]:
    """Inspector's scans in all accounts, the administrator, and the same scans for whoever joins."""
    said, scans = "detect.inspector", sorted(set(survey.architecture.detect.inspector))
    switches = {SCANS[scan][0]: True for scan in scans}
    type = "Bastide::Inspector2::AccountStatus"
    statuses = [survey.make(type, (member, region), member.id, switches, said) for member in survey.everyone]
    yield from statuses
    how = Delegation(
        "Bastide::Inspector2::DelegatedAdmin", survey.audit.id, "DelegatedAdminAccountId", "inspector2.amazonaws.com"
    )
    admin = administrator(survey, region, how, said, statuses)
    yield admin
    enrolled = members(survey, region, "Bastide::Inspector2::Members", said, [admin, *statuses])
    yield enrolled
    auto_enable = {SCANS[scan][1]: True for scan in scans}
    at, type = (survey.audit, region), "Bastide::Inspector2::OrganizationConfiguration"
    yield survey.make(type, at, survey.audit.id, {"AutoEnable": auto_enable}, said, after=[admin, enrolled])


def analyzer_role(survey: Survey) -> Resource:
    """Access Analyzer's role in the management account, without which no analyzer of the organization is made.

    Creating an analyzer makes the role in the analyzer's own account only.
    Source: AWS IAM User Guide, "Using service-linked roles for IAM Access Analyzer".
    """
    role = "AWSServiceRoleForAccessAnalyzer"
    arn = survey.arn("iam", GLOBAL, survey.management.id, f"role/aws-service-role/{ANALYZER}/{role}")
    at, properties = (survey.management, GLOBAL), {"AWSServiceName": ANALYZER}
    return survey.make("AWS::IAM::ServiceLinkedRole", at, role, properties, "detect.access-analyzer", arn=arn)


def access_analyzer(survey: Survey, region: str) -> Iterator[Resource]:
    """The organization's analyzer of access from outside."""
    name = "bastide-organization"
    arn = survey.arn("access-analyzer", region, survey.audit.id, f"analyzer/{name}")
    properties = {"AnalyzerName": name, "Type": "ORGANIZATION", "Tags": survey.tags()}
    yield survey.make(
        "AWS::AccessAnalyzer::Analyzer",
        (survey.audit, region),
        arn,
        properties,
        "detect.access-analyzer",
        arn=arn,
        after=[delegated_administrator(survey, ANALYZER), analyzer_role(survey)],
    )
