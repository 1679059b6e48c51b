"""The IAM policies that Bastide itself needs, generated from what its handlers call.

One idea: a type's permissions say what each operation needs; a reader needs list and read of every type, a deployer
all. Actions are exact; resources are ``*``, because AWS chooses most identifiers later, save for what is dangerous:
roles that may be assumed, passed on or made for a service are named by condition or ARN. A deployer that writes IAM
can still give itself more: what its policy saves is the data, which it cannot read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bastide.aws.readers import readers
from bastide.model import ResourceType
from bastide.model.platform import AGGREGATOR, DEPLOYER, MEMBER_ROLE, READER, role_path

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
# By which ``collect.changes`` learns what need not be read again.
HISTORY = ("cloudtrail:LookupEvents",)
PASS_ROLE, LINKED_ROLE = "iam:PassRole", "iam:CreateServiceLinkedRole"
READER_ROLES = (role_path(READER),)
DEPLOYER_ROLES = (role_path(DEPLOYER), role_path(READER), MEMBER_ROLE)
# Which service gets which role with a resource of the type: the roles that ``declare`` makes, and no others. To pass
# any role to EC2 would be to become any role, so an instance with a profile is not launched again by a heal.
PASSED = {
    "AWS::Config::ConfigurationAggregator": ("config.amazonaws.com", role_path(AGGREGATOR)),
    "AWS::Config::ConfigurationRecorder": (
        "config.amazonaws.com", "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    ),
}  # fmt: skip
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


def reader_policy(kinds: Mapping[str, ResourceType], roles: Sequence[str] = READER_ROLES) -> list[dict[str, Any]]:
    """The policy of whoever plans, collects and assesses, as managed policies that each fit IAM's quota.

    ``roles``: names with their paths of the roles that it may take in member accounts.
    """
    return _split([*_by_service(_reads(kinds)), *_assume(roles)])


def deployer_policy(kinds: Mapping[str, ResourceType], roles: Sequence[str] = DEPLOYER_ROLES) -> list[dict[str, Any]]:
    """The policy of whoever applies plans, as managed policies that each fit IAM's quota."""
    return _split([*_by_service(_reads(kinds) | _writes(kinds)), *_assume(roles), *_pass_role(kinds), *_linked(kinds)])


def platform_policies(kinds: Mapping[str, ResourceType]) -> dict[str, tuple[dict[str, Any], ...]]:
    """Managed policies of the roles that ``declare`` makes in every account, by the role that they are named for.

    The deployer has the reader's, too, so its own hold only what is more. None lets a role enter other accounts.
    """
    more = _by_service(_writes(kinds) - _reads(kinds))
    return {
        READER: tuple(_split(_by_service(_reads(kinds)))),
        DEPLOYER: tuple(_split([*more, *_pass_role(kinds), *_linked(kinds)])),
    }


def _reads(kinds: Mapping[str, ResourceType]) -> set[str]:
    read_only = {action for reader in readers().values() for action in reader.actions}
    return _actions(kinds.values(), READS) | read_only | set(ORGANIZATION) | set(HISTORY)


def _writes(kinds: Mapping[str, ResourceType]) -> set[str]:
    return _actions(kinds.values(), WRITES)


def _actions(kinds: Iterable[ResourceType], operations: Iterable[str]) -> set[str]:
    """The actions of these operations but those that get a statement of their own."""
    wanted = tuple(operations)
    found = {action for kind in kinds for name in wanted for action in kind.permissions.get(name, ())}
    return found - {PASS_ROLE, LINKED_ROLE}


def _by_service(actions: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One statement a service, sorted."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for action in sorted(actions):
        grouped[action.split(":")[0]].append(action)
    for service, names in sorted(grouped.items()):
        sid = "".join(part.capitalize() for part in service.split("-"))
        yield {"Sid": sid, "Effect": "Allow", "Action": names, "Resource": "*"}


def _assume(roles: Sequence[str]) -> Iterator[dict[str, Any]]:
    if roles:
        arns = [f"arn:*:iam::*:role/{role.strip('/')}" for role in roles]
        yield {"Sid": "EnterAccounts", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": arns}


def _pass_role(kinds: Mapping[str, ResourceType]) -> Iterator[dict[str, Any]]:
    passed = sorted({PASSED[name] for name in kinds if name in PASSED})
    if passed:
        condition = {"StringEquals": {"iam:PassedToService": sorted({service for service, _ in passed})}}
        yield _role_statement("PassRoles", PASS_ROLE, [f"arn:*:iam::*:role/{role}" for _, role in passed], condition)


def _linked(kinds: Mapping[str, ResourceType]) -> Iterator[dict[str, Any]]:
    parts = {name.split("::")[1] for name in kinds}
    services = sorted(service for part in parts for service in LINKED.get(part, ()))
    if services:
        condition = {"StringEquals": {"iam:AWSServiceName": services}}
        yield _role_statement("LinkedRoles", LINKED_ROLE, "arn:*:iam::*:role/aws-service-role/*", condition)


def _role_statement(sid: str, action: str, resource: str | list[str], condition: dict[str, Any]) -> dict[str, Any]:
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
