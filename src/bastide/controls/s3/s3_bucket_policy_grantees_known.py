"""A bucket's policy grants only to who is named: principals, services, identity providers; or from addresses, networks.

Each statement that allows something is asked on its own. Whom an organization knows only it can say: as long as no
parameter names anybody, no policy is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.policies import judge, policy_of
from bastide.iam.wildcards import like
from bastide.model import Resource, Statement, Verdict, not_applicable

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Named:
    """Who may be granted to, by kind of principal, and from where."""

    principals: Mapping[str, tuple[str, ...]]
    addresses: tuple[Network, ...]
    networks: frozenset[str]


@control(
    title="S3 bucket policies grant only to who is named",
    resource_type="AWS::S3::BucketPolicy",
    severity="medium",
    maps_to=("NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6", "NIST-800-53r5:AC-21"),
    source="AWS Config Developer Guide, s3-bucket-policy-grantee-check",
    remediation="Take away who is not named from the statement, or name them.",
    config_rule="s3-bucket-policy-grantee-check",
    parameters=(
        Parameter("awsPrincipals", "list", None, "ARNs of users and roles, also with *, and accounts"),
        Parameter("servicePrincipals", "list", None, "services: cloudtrail.amazonaws.com"),
        Parameter("federatedUsers", "list", None, "identity providers: their name or ARN"),
        Parameter("ipAddresses", "list", None, "addresses and CIDR ranges"),
        Parameter("vpcIds", "list", None, "ids of VPCs"),
    ),
    properties=("PolicyDocument",),
)
def s3_bucket_policy_grantees_known(
    policy: Resource,
    *,
    aws_principals: Iterable[str] | None,
    service_principals: Iterable[str] | None,
    federated_users: Iterable[str] | None,
    ip_addresses: Iterable[str] | None,
    vpc_ids: Iterable[str] | None,
) -> Verdict:
    """FAIL at the first statement that allows something to somebody who is not named, from anywhere."""
    if not any((aws_principals, service_principals, federated_users, ip_addresses, vpc_ids)):
        return not_applicable("no parameter names whom a bucket may be granted to")
    kinds = {"AWS": aws_principals, "Service": service_principals, "Federated": federated_users}
    named = Named(
        {kind: tuple(names or ()) for kind, names in kinds.items()},
        tuple(one for text in ip_addresses or () if (one := _network(text)) is not None),
        frozenset(vpc_ids or ()),
    )
    return judge(policy_of(policy, "PolicyDocument"), lambda statement: _wrong(statement, named))


def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _wrong(statement: Statement, named: Named) -> str:
    if statement.effect != "Allow" or _from_named(statement, named):
        return ""
    if statement.principal is None:
        return "everybody but some is let in"
    for kind, values in statement.principal.items():
        for value in values:
            if not any(_is(one, value) for one in named.principals.get(kind, ())):
                return f"{value} is not among those that are named"
    return ""


def _is(named: str, value: str) -> bool:
    """Whether a principal of a policy is the one that is named: an account is also its root's ARN."""
    if named.isdigit():
        return value == named or value.endswith(f":iam::{named}:root")
    return value != "*" and (value == named or like(named, value))


def _from_named(statement: Statement, named: Named) -> bool:
    """Only from addresses or networks that are named."""
    for operator, tests in statement.condition.items():
        for key, values in tests.items():
            word = (operator.lower(), key.lower())
            if (
                word == ("ipaddress", "aws:sourceip")
                and values
                and all(_inside(one, named.addresses) for one in values)
            ):
                return True
            if word == ("stringequals", "aws:sourcevpc") and values and set(values) <= named.networks:
                return True
    return False


def _inside(text: str, addresses: Iterable[Network]) -> bool:
    found = _network(text)
    if found is None:
        return False
    for one in addresses:
        if isinstance(found, IPv4Network) and isinstance(one, IPv4Network) and found.subnet_of(one):
            return True
        if isinstance(found, IPv6Network) and isinstance(one, IPv6Network) and found.subnet_of(one):
            return True
    return False
