"""The condition keys of a request that all services share (`aws:…`).

One idea: what AWS would know of the caller, its session, the time, the network and the tags in the request; a key that
a request would not have stays absent. Keys of single services are in ``service_keys``.

Source: IAM User Guide, "AWS global condition context keys" (availability of each key).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from bastide.sandbox.authorize.identities import Own
from bastide.sandbox.authorize.policies import Place, read_place
from bastide.sandbox.call import Call
from bastide.sandbox.credentials import BOOTSTRAP_KEY
from bastide.sandbox.principal import Principal, Session
from bastide.sandbox.wire import AwsError

Keys = dict[str, str | tuple[str, ...]]
ADDRESS = "203.0.113.10"  # where callers are; a documentation address (RFC 5737)
INSIDE = "10.0.0.10"  # … inside a VPC
OF_SERVICES = "198.51.100.10"  # … and AWS's services, when they call in a caller's name
# Keys of where a request comes from, and what stands there when a service makes it.
# Source: AWS KMS Developer Guide, "Using the IP address condition" and "Using VPC endpoint conditions".
OF_NETWORK = frozenset({"aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce",
                        "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"})  # fmt: skip
FROM_SERVICE: dict[str, str | tuple[str, ...]] = {"aws:SourceIp": OF_SERVICES}
HEADER, ENDPOINT, VPC, IP = "x-bastide-context", "x-bastide-source-vpce", "x-bastide-source-vpc", "x-bastide-source-ip"


def caller_keys(call: Call, steady: Keys) -> Keys:
    """What follows from who calls, and when; `steady` is what `steady_keys` says of the caller."""
    principal, session, at = call.principal, call.principal.session, call.at
    found: Keys = {
        **steady,
        "aws:RequestedRegion": call.region,
        **_time_keys(at.replace(microsecond=0)),
    }
    agent = call.request.by_name.get("user-agent")
    if agent:
        found["aws:UserAgent"] = agent
    if session is not None and session.mfa:
        found["aws:MultiFactorAuthAge"] = str(max(0, int((at - session.issued_at).total_seconds())))
    elif session is None and principal.access_key == BOOTSTRAP_KEY:
        found["aws:MultiFactorAuthAge"] = "1"
    return found | via_keys(call) if call.forwarded_access else found


def via_keys(call: Call, *services: str) -> Keys:
    """What a forward access session carries: the service that has made the call, then those that call for it in turn.

    Source: IAM User Guide, "Forward access sessions", "FAS Requests and IAM policy conditions".
    """
    chain = (*((call.by,) if call.forwarded_access else ()), *services)
    return {
        "aws:ViaAWSService": "true",
        "aws:CalledVia": chain,
        "aws:CalledViaFirst": chain[0],
        "aws:CalledViaLast": chain[-1],
    }


def steady_keys(principal: Principal, own: Own, place: Place) -> Keys:
    """What is the same in all calls of a caller; `place` is where the caller's account stands."""
    found: Keys = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
    if principal.type not in ("Anonymous", "AWSService"):
        found["aws:userid"] = principal.user_id
        found |= _organization_keys(place, "aws:Principal")
    found |= {f"aws:PrincipalTag/{key}": value for key, value in own.tags.items()}
    if principal.session is not None:
        found |= _session_keys(principal, principal.session)
    elif principal.access_key == BOOTSTRAP_KEY:
        found["aws:MultiFactorAuthPresent"] = "true"
    return found


@lru_cache(maxsize=16)
def _time_keys(at: datetime) -> Keys:
    return {"aws:CurrentTime": _written(at), "aws:EpochTime": str(int(at.timestamp()))}


@lru_cache(maxsize=256)
def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _session_keys(principal: Principal, session: Session) -> Keys:
    found: Keys = {
        "aws:TokenIssueTime": _written(session.issued_at.replace(microsecond=0)),
        "aws:MultiFactorAuthPresent": str(session.mfa).lower(),
    }
    if session.source_identity:
        found["aws:SourceIdentity"] = session.source_identity
    if session.provider:
        found["aws:FederatedProvider"] = session.provider
    if principal.type == "Root":
        found["aws:AssumedRoot"] = "true"
    return found | {key: value for key, value in session.claims.items() if ":" in key}


def _organization_keys(place: Place, prefix: str) -> Keys:
    if not place.organization:
        return {}
    return {f"{prefix}OrgID": place.organization, f"{prefix}OrgPaths": (place.path,)}


def owner_keys(owner: str, place: Place) -> Keys:
    """The account and the organization of whoever owns the resource."""
    return {"aws:ResourceAccount": owner, **_organization_keys(place, "aws:Resource")} if owner else {}


def network_keys(call: Call, vpc: str, owner: str) -> Keys:
    """Where the request comes from: `vpc` and `owner` are those of the endpoint that a header names."""
    headers = call.request.by_name
    endpoint, address, vpc = headers.get(ENDPOINT, ""), headers.get(IP, ""), headers.get(VPC) or vpc
    if not endpoint and not vpc:
        return {"aws:SourceIp": address or (OF_SERVICES if call.by else ADDRESS)}
    found: Keys = {"aws:VpcSourceIp": address or INSIDE}
    if vpc:
        found["aws:SourceVpc"] = vpc
        found["aws:SourceVpcArn"] = f"arn:aws:ec2:{call.region}:{owner or call.principal.account}:vpc/{vpc}"
    if endpoint:
        found["aws:SourceVpce"] = endpoint
        if owner:
            found["aws:VpceAccount"] = owner
            found |= _organization_keys(read_place(owner), "aws:Vpce")
    return found


def said_keys(call: Call) -> Keys:
    """The keys of the header `x-bastide-context`. Raises AwsError when it is no JSON object."""
    text = call.request.by_name.get(HEADER)
    if not text:
        return {}
    try:
        given = json.loads(text)
    except ValueError as wrong:
        raise AwsError("ValidationError", f"the header {HEADER} is not JSON: {wrong}") from wrong
    if not isinstance(given, dict):
        raise AwsError("ValidationError", f"the header {HEADER} is not a JSON object of condition keys")
    return {str(key): tuple(map(str, value)) if isinstance(value, list) else str(value) for key, value in given.items()}


# Parameters that carry tags, by how services spell them.
TAG_MEMBERS = ("Tags", "tags", "TagSet", "Tagging", "TagList", "TagSpecifications", "TagSpecification", "tagList")
KEY_MEMBERS = ("TagKeys", "tagKeys", "TagKeyList", "tagKeyList")


def tag_keys(call: Call, kind: str) -> Keys:
    """`aws:RequestTag` and `aws:TagKeys` of the tags that the request sets or removes on resources of this type."""
    tags: dict[str, str] = {}
    names: list[str] = []
    for member in TAG_MEMBERS:
        tags |= dict(_tags(call.params.get(member), kind))
    for member in KEY_MEMBERS:
        names += [str(name) for name in call.params.get(member) or ()]
    names += tags
    if not names:
        return {}
    found: Keys = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return found | {"aws:TagKeys": tuple(dict.fromkeys(names))}


def _tags(given: Any, kind: str) -> Iterator[tuple[str, str]]:
    if isinstance(given, str):  # S3 sends an object's tags as a query string
        for pair in given.split("&"):
            key, _, value = pair.partition("=")
            yield from ((key, value),) if key else ()
    elif isinstance(given, Mapping):
        if "TagSet" in given:
            yield from _tags(given["TagSet"], kind)
        else:
            yield from ((str(key), str(value)) for key, value in given.items() if isinstance(value, str))
    elif isinstance(given, list | tuple):
        for row in given:
            if isinstance(row, Mapping):
                yield from _row(row, kind)


def _row(row: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    if "Tags" in row:  # EC2 says which of the resources that are made gets them
        if not kind or row.get("ResourceType") in (None, kind):
            yield from _tags(row["Tags"], kind)
        return
    key = row.get("Key", row.get("TagKey", row.get("key")))
    if key is not None:
        yield str(key), str(row.get("Value", row.get("TagValue", row.get("value"))) or "")
