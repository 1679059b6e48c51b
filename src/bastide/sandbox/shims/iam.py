"""IAM: the root user's rows, central root access, and service-linked roles by their real names."""

from __future__ import annotations

import csv
import io
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import management_account, tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.wire import AwsError

PRINCIPAL = "iam.amazonaws.com"

# moto: derives AWSServiceRoleFor… from the principal and misses the services' own spelling.
# Source: IAM User Guide, "AWS services that work with IAM", the services' pages on service-linked roles.
moto.extend_service_role_names(
    {
        "access-analyzer": "AccessAnalyzer",
        "autoscaling": "AutoScaling",
        "backup": "Backup",
        "cloudtrail": "CloudTrail",
        "config": "Config",
        "config-multiaccountsetup": "ConfigMultiAccountSetup",
        "detective": "AmazonDetective",
        "ecs": "ECS",
        "eks": "AmazonEKS",
        "elasticloadbalancing": "ElasticLoadBalancing",
        "fms": "FMS",
        "guardduty": "AmazonGuardDuty",
        "inspector2": "AmazonInspector2",
        "ipam": "IPAM",
        "macie": "AmazonMacie",
        "network-firewall": "NetworkFirewall",
        "organizations": "Organizations",
        "ram": "ResourceAccessManager",
        "rds": "RDS",
        "securityhub": "SecurityHub",
        "securitylake": "SecurityLake",
        "ssm": "AmazonSSM",
        "sso": "SSO",
        "support": "Support",
        "transitgateway": "VPCTransitGateway",
        "trustedadvisor": "TrustedAdvisor",
    }
)


@shim("iam", "CreateServiceLinkedRole")
def create_service_linked_role(call: Call) -> Answer:
    """Once in an account. moto: answers EntityAlreadyExists."""
    try:
        return call.invoke_engine()
    except AwsError as refused:
        if refused.code != "EntityAlreadyExists":
            raise
        name = call.params["AWSServiceName"]
        text = f"Service role name for {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", text) from refused


@shim("iam", "GetCredentialReport")
def get_credential_report(call: Call) -> Answer:
    """With the root user's row. moto: leaves it out.

    The management account's root user has a password and MFA; members made by Organizations have neither.
    """
    report = call.forwarded()
    content: bytes = report["Content"]
    text = content.decode()
    header, _, users = text.partition("\n")
    names = header.split(",")
    row = dict.fromkeys(names, "N/A") | {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{call.account}:root",
        "user_creation_time": _created(call),
        "password_enabled": "not_supported",
        "password_last_used": "no_information",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true" if _is_management(call) else "false",
    }
    row |= {name: "false" for name in names if name.endswith("_active") and name != "mfa_active"}
    out = io.StringIO()
    csv.DictWriter(out, names, lineterminator="\n").writerow(row)
    return report | {"Content": f"{header}\n{out.getvalue()}{users}".encode()}


def _is_management(call: Call) -> bool:
    return call.account == call.front.management_account


def _created(call: Call) -> str:
    try:
        found = next(found for found in tree(call).accounts if found.id == call.account)
    except AwsError:
        return "2026-01-01T00:00:00+00:00"
    return f"{found.create_time:%Y-%m-%dT%H:%M:%S}+00:00"


@shim("iam", "GetAccountSummary")
def get_account_summary(call: Call) -> Answer:
    """moto: knows no root user."""
    summary: dict[str, Any] = call.forwarded()["SummaryMap"]
    root = int(_is_management(call))
    return {"SummaryMap": summary | {"AccountMFAEnabled": root, "AccountPasswordPresent": root}}


@shim(
    "iam",
    "EnableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "DisableOrganizationsRootSessions",
    "ListOrganizationsFeatures",
)
def organizations_features(call: Call) -> Answer:
    """Central root access. Source: IAM User Guide, "Centralize root access for member accounts"."""
    backend = tree(call)
    if call.account not in (management_account(call), delegated(call, PRINCIPAL)):
        text = "Only the management account or the delegated administrator for IAM can do this."
        raise AwsError("AccountNotManagementOrDelegatedAdministratorException", text)
    if all(row["ServicePrincipal"] != PRINCIPAL for row in backend.services):
        text = "Trusted access is not enabled for IAM in Organizations."
        raise AwsError("ServiceAccessNotEnabledException", text)
    features = call.organization_store.setdefault("features", [])
    name = call.operation.split("Organizations", 1)[1]
    if call.operation.startswith("Enable") and name not in features:
        features.append(name)
    elif call.operation.startswith("Disable") and name in features:
        features.remove(name)
    return {"OrganizationId": backend.org.id, "EnabledFeatures": sorted(features)}
