"""The IAM policies that Bastide itself needs, generated from what its handlers call.

One idea: a type's permissions say what each operation needs; a reader needs list and read of every type, a deployer
all. Actions are exact; resources are ``*``, because AWS chooses most identifiers later, save for what is dangerous:
roles that may be assumed, passed on or made for a service are named by condition or ARN.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bastide.aws.session import MEMBER_ROLE
from bastide.model import ResourceType

# Characters of a managed policy, white space not counted. Source: IAM User Guide, "IAM and AWS STS quotas".
LIMIT = 6144
READS = ("list", "read")
WRITES = ("create", "update", "delete")
# What ``collect.read_organization`` calls.
ORGANIZATION = (
    "organizations:DescribeOrganization", "organizations:DescribePolicy", "organizations:ListAccounts",
    "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListPolicies", "organizations:ListRoots", "organizations:ListTargetsForPolicy",
)  # fmt: skip
PASS_ROLE, LINKED_ROLE = "iam:PassRole", "iam:CreateServiceLinkedRole"
# Which service gets the role that a resource of the type names.
PASSED_TO = {
    "AWS::CloudTrail::Trail": "cloudtrail.amazonaws.com",
    "AWS::Config::ConfigurationAggregator": "config.amazonaws.com",
    "AWS::Config::ConfigurationRecorder": "config.amazonaws.com",
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::EC2::Instance": "ec2.amazonaws.com",
}
# Services that make their linked role when they are switched on, by the service part of the type.
# Source: IAM User Guide, "AWS services that work with IAM", column "Service-linked roles".
LINKED = {
    "AccessAnalyzer": ("access-analyzer.amazonaws.com",),
    "CloudTrail": ("cloudtrail.amazonaws.com",),
    "Config": ("config.amazonaws.com",),
    "GuardDuty": ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com"),
    "Inspector2": ("inspector2.amazonaws.com", "agentless.inspector2.amazonaws.com"),
    "Macie": ("macie.amazonaws.com",),
    "Organizations": ("organizations.amazonaws.com",),
    "SSO": ("sso.amazonaws.com",),
    "SecurityHub": ("securityhub.amazonaws.com",),
}


def reader_policy(kinds: Mapping[str, ResourceType], role_name: str = MEMBER_ROLE) -> list[dict[str, Any]]:
    """The policy of whoever plans, collects and assesses, as managed policies that each fit IAM's quota."""
    actions = _actions(kinds.values(), READS) | set(ORGANIZATION)
    return _split([*_by_service(actions - {PASS_ROLE, LINKED_ROLE}), _assume(role_name)])


def deployer_policy(kinds: Mapping[str, ResourceType], role_name: str = MEMBER_ROLE) -> list[dict[str, Any]]:
    """The policy of whoever applies plans, as managed policies that each fit IAM's quota."""
    actions = _actions(kinds.values(), (*READS, *WRITES)) | set(ORGANIZATION)
    special = [_assume(role_name), *_pass_role(kinds), *_linked_roles(kinds)]
    return _split([*_by_service(actions - {PASS_ROLE, LINKED_ROLE}), *special])


def _actions(kinds: Iterable[ResourceType], operations: Iterable[str]) -> set[str]:
    wanted = tuple(operations)
    return {action for kind in kinds for name in wanted for action in kind.permissions.get(name, ())}


def _by_service(actions: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One statement a service, sorted."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for action in sorted(actions):
        grouped[action.split(":")[0]].append(action)
    for service, names in sorted(grouped.items()):
        sid = "".join(part.capitalize() for part in service.split("-"))
        yield {"Sid": sid, "Effect": "Allow", "Action": names, "Resource": "*"}


def _assume(role_name: str) -> dict[str, Any]:
    arn = f"arn:*:iam::*:role/{role_name.strip('/')}"
    return {"Sid": "EnterAccounts", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": arn}


def _pass_role(kinds: Mapping[str, ResourceType]) -> Iterator[dict[str, Any]]:
    services = sorted({PASSED_TO[name] for name in kinds if name in PASSED_TO})
    if services:
        condition = {"StringEquals": {"iam:PassedToService": services}}
        yield _role_statement("PassRoles", PASS_ROLE, "arn:*:iam::*:role/*", condition)


def _linked_roles(kinds: Mapping[str, ResourceType]) -> Iterator[dict[str, Any]]:
    parts = {name.split("::")[1] for name in kinds}
    services = sorted(service for part in parts for service in LINKED.get(part, ()))
    if services:
        condition = {"StringEquals": {"iam:AWSServiceName": services}}
        yield _role_statement("LinkedRoles", LINKED_ROLE, "arn:*:iam::*:role/aws-service-role/*", condition)


def _role_statement(sid: str, action: str, resource: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": resource, "Condition": condition}


def _split(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Policies of at most ``LIMIT`` characters, filled in order."""
    policies: list[list[dict[str, Any]]] = [[]]
    for statement in statements:
        for part in _halved(statement):
            if policies[-1] and _size([*policies[-1], part]) > LIMIT:
                policies.append([])
            policies[-1].append(part)
    return [_document(found) for found in policies if found]


def _halved(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The statement; in parts where it alone is too long."""
    if _size([statement]) <= LIMIT:
        yield statement
        return
    middle = len(statement["Action"]) // 2
    for number, names in enumerate((statement["Action"][:middle], statement["Action"][middle:]), start=1):
        yield from _halved({**statement, "Sid": f"{statement['Sid']}{number}", "Action": names})


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _size(statements: list[dict[str, Any]]) -> int:
    return len(json.dumps(_document(statements), separators=(",", ":")))
