"""Condition keys that AWS itself fills in for every service: type, whether they hold several values, when present.

Service keys come from ``catalog``. Presence: ``always`` in every request; ``principal`` where an IAM principal calls
(so always for SCPs, not for anonymous callers and service principals); ``mostly`` in all requests but of a few
actions that AWS lists; ``sometimes`` else.

Source: IAM User Guide, "AWS global condition context keys" (edition read: 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key in its documented spelling, without the part behind ``/`` of a tag key."""

    name: str
    type: str  # String | ARN | Bool | Numeric | Date | IPAddress | Binary
    multivalued: bool = False
    presence: str = "sometimes"


_ROWS = """
aws:PrincipalArn ARN one principal
aws:PrincipalAccount String one principal
aws:PrincipalOrgPaths String many sometimes
aws:PrincipalOrgMasterAccountId String one sometimes
aws:PrincipalOrgID String one sometimes
aws:PrincipalTag/ String one sometimes
aws:PrincipalIsAWSService Bool one principal
aws:PrincipalServiceName String one sometimes
aws:PrincipalServiceNamesList String many sometimes
aws:PrincipalType String one always
aws:userid String one principal
aws:username String one sometimes
aws:AssumedRoot Bool one sometimes
aws:FederatedProvider String one sometimes
aws:TokenIssueTime Date one sometimes
aws:MultiFactorAuthAge Numeric one sometimes
aws:MultiFactorAuthPresent Bool one sometimes
aws:ChatbotSourceArn ARN one sometimes
aws:SignInSessionArn ARN one sometimes
aws:Ec2InstanceSourceVpc String one sometimes
aws:Ec2InstanceSourcePrivateIPv4 IPAddress one sometimes
aws:SourceIdentity String one sometimes
ec2:RoleDelivery Numeric one sometimes
ec2:SourceInstanceArn ARN one sometimes
glue:RoleAssumedBy String one sometimes
glue:CredentialIssuingService String one sometimes
codebuild:BuildArn ARN one sometimes
codebuild:ProjectArn ARN one sometimes
lambda:SourceFunctionArn ARN one sometimes
ssm:SourceInstanceArn ARN one sometimes
identitystore:UserId String one sometimes
aws:SourceIp IPAddress one sometimes
aws:SourceVpc String one sometimes
aws:SourceVpcArn ARN one sometimes
aws:SourceVpce String one sometimes
aws:VpceAccount String one sometimes
aws:VpceOrgID String one sometimes
aws:VpceOrgPaths String many sometimes
aws:VpcSourceIp IPAddress one sometimes
aws:ResourceAccount String one mostly
aws:ResourceOrgID String one sometimes
aws:ResourceOrgPaths String many sometimes
aws:ResourceTag/ String one sometimes
aws:CalledVia String many sometimes
aws:CalledViaFirst String one sometimes
aws:CalledViaLast String one sometimes
aws:CalledViaAWSMCP String one sometimes
aws:ViaAWSMCPService Bool one always
aws:ViaAWSService Bool one always
aws:IsMcpServiceAction Bool one sometimes
aws:CurrentTime Date one always
aws:EpochTime Date one always
aws:referer String one sometimes
aws:RequestedRegion String one always
aws:RequestTag/ String one sometimes
aws:SecureTransport Bool one always
aws:SourceAccount String one sometimes
aws:SourceArn ARN one sometimes
aws:SourceOrgID String one sometimes
aws:SourceOrgPaths String many sometimes
aws:SourceOwner String one sometimes
aws:TagKeys String many sometimes
aws:UserAgent String one sometimes
"""

GLOBAL_KEYS: dict[str, Key] = {
    name.lower(): Key(name, kind, count == "many", presence)
    for name, kind, count, presence in (line.split() for line in _ROWS.strip().splitlines())
}
TAG_KEYS = ("aws:resourcetag/", "aws:requesttag/")  # present only where the service says so
BY_ACTION = frozenset({*TAG_KEYS, "aws:tagkeys"})
# Prefixes of condition keys that no action has. Source: Amazon Cognito Developer Guide, unauthenticated identities.
KEY_PREFIXES = frozenset({"cognito-identity-unauth"})
DEPRECATED = {"aws:sourceowner": "aws:SourceAccount"}


def global_key(name: str) -> Key | None:
    """The global key of that name in any case; a tag key may carry its tag's name."""
    low = name.lower()
    return GLOBAL_KEYS.get(low) or GLOBAL_KEYS.get(low.partition("/")[0] + "/")


def federated(name: str) -> bool:
    """A key of an identity provider (``token.actions.githubusercontent.com:sub``, ``saml:aud``): no list has all."""
    prefix = name.lower().rpartition(":")[0]
    return prefix == "saml" or "." in prefix
