"""The organization itself: policy types, trusted services, delegated administrators, units, accounts, root access.

Order: organization → policy types and service access → units → accounts → delegated administrators. Service control
policies are in ``guardrails.py``: they come last.
Source: AWS Organizations User Guide, "Using AWS Organizations with other AWS services".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bastide.declare.expansion.survey import QUARANTINE, Survey
from bastide.model import GLOBAL, Account, Organization, OrganizationPolicy, Resource, Unit

POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def services(survey: Survey) -> dict[str, str]:
    """Principals of the services that are trusted with the organization → the path of the file that asks for them."""
    detect = survey.architecture.detect
    asked = {
        "account": "ous",  # renames accounts
        "iam": "organization",
        "cloudtrail": "logs",
        "config": detect.config and "detect.config",
        "config-multiaccountsetup": detect.config and "detect.config",
        "access-analyzer": detect.access_analyzer and "detect.access-analyzer",
        "guardduty": detect.guardduty and "detect.guardduty",
        "malware-protection.guardduty": detect.guardduty
        and "EBS_MALWARE_PROTECTION" in detect.guardduty_features
        and "detect.guardduty-features",
        "securityhub": bool(detect.securityhub) and "detect.securityhub",
        "macie": detect.macie and "detect.macie",
        "inspector2": bool(detect.inspector) and "detect.inspector",
        "agentless.inspector2": "ec2" in detect.inspector and "detect.inspector",
        "sso": "identity",
    }
    return {f"{name}.amazonaws.com": said for name, said in asked.items() if isinstance(said, str)}


# These register their administrator with Organizations; the others have a call of their own (detection.py).
REGISTERED = ("access-analyzer.amazonaws.com", "config.amazonaws.com", "config-multiaccountsetup.amazonaws.com")


def tree(survey: Survey) -> Iterator[Resource]:
    """The organization, what is switched on in it, its units and its accounts."""
    organization = _organization(survey)
    yield organization
    for policy_type in POLICY_TYPES:
        yield survey.make(
            "Bastide::Organizations::PolicyType",
            (survey.management, GLOBAL),
            policy_type,
            {"PolicyType": policy_type},
            "guardrails",
            after=[organization],
        )
    for principal, said in services(survey).items():
        yield service_access(survey, principal, said, organization)
    yield from _units(survey, organization)
    yield from _accounts(survey)
    yield from _former(survey)
    yield from _administrators(survey)
    yield survey.make(
        "Bastide::IAM::OrganizationsFeatures",
        (survey.management, GLOBAL),
        survey.known.organization_id,
        {"EnabledFeatures": ["RootCredentialsManagement", "RootSessions"]},
        "organization",
        after=[service_access(survey, "iam.amazonaws.com", "organization", organization)],
    )


def _organization(survey: Survey) -> Resource:
    known = survey.known
    return survey.make(
        "AWS::Organizations::Organization",
        (survey.management, GLOBAL),
        known.organization_id,
        # RootId is read-only, never compared: it says which resource the root's provisional id belongs to.
        {"FeatureSet": "ALL", "RootId": known.root_id},
        "organization",
        arn=survey.arn("organizations", GLOBAL, survey.management.id, f"organization/{known.organization_id}"),
    )


def service_access(survey: Survey, principal: str, said: str = "", organization: Resource | None = None) -> Resource:
    """The trust of the organization in one service."""
    return survey.make(
        "Bastide::Organizations::ServiceAccess",
        (survey.management, GLOBAL),
        principal,
        {"ServicePrincipal": principal},
        said,
        after=[organization or _organization(survey)],
    )


def _units(survey: Survey, organization: Resource) -> Iterator[Resource]:
    for branch in survey.branches:
        yield survey.make(
            "AWS::Organizations::OrganizationalUnit",
            (survey.management, GLOBAL),
            branch.id,
            {"Name": branch.name, "ParentId": branch.parent_id, "Tags": survey.tags()},
            branch.said,
            arn=survey.arn(
                "organizations", GLOBAL, survey.management.id, f"ou/{survey.known.organization_id}/{branch.id}"
            ),
            after=[organization],
        )


def _accounts(survey: Survey) -> Iterator[Resource]:
    for member in survey.members:
        yield survey.make(
            "AWS::Organizations::Account",
            (survey.management, GLOBAL),
            member.id,
            {
                "AccountName": member.name,
                "Email": member.email,
                "ParentIds": [member.parent_id],
                "Tags": survey.tags(),
            },
            member.said,
            arn=survey.arn(
                "organizations", GLOBAL, survey.management.id, f"account/{survey.known.organization_id}/{member.id}"
            ),
        )


def _former(survey: Survey) -> Iterator[Resource]:
    """Accounts that left the file: kept, in the quarantine unit, where nothing can be done. They are never closed."""
    for account in former(survey):
        yield survey.make(
            "AWS::Organizations::Account",
            (survey.management, GLOBAL),
            account.id,
            {"AccountName": account.name, "Email": account.email, "ParentIds": [account.parent_id]},
            "ous",
        )


def former(survey: Survey) -> tuple[Account, ...]:
    """Accounts that left the file, in the unit where they belong now."""
    quarantine = next(branch.id for branch in survey.branches if branch.path == QUARANTINE)
    return tuple(replace(account, parent_id=quarantine) for account in survey.known.former)


def _administrators(survey: Survey) -> Iterator[Resource]:
    asked = services(survey)
    for principal in REGISTERED:
        if principal in asked:
            yield delegated_administrator(survey, principal)


def delegated_administrator(survey: Survey, principal: str) -> Resource:
    """The audit account as administrator of one service that uses the register of Organizations."""
    said = services(survey)[principal]
    return survey.make(
        "Bastide::Organizations::DelegatedAdministrator",
        (survey.management, GLOBAL),
        f"{principal}|{survey.audit.id}",
        {"ServicePrincipal": principal, "AccountId": survey.audit.id},
        said,
        after=[service_access(survey, principal, said)],
    )


def organization(survey: Survey, policies: tuple[OrganizationPolicy, ...]) -> Organization:
    """The tree as it will be, with the policies attached to it."""
    return Organization(
        id=survey.known.organization_id,
        root_id=survey.known.root_id,
        management_account=survey.management.id,
        accounts=(
            *(Account(member.id, member.name, member.email, member.parent_id) for member in survey.everyone),
            *former(survey),
        ),
        units=tuple(Unit(branch.id, branch.name, branch.parent_id, branch.path) for branch in survey.branches),
        policies=policies,
    )
