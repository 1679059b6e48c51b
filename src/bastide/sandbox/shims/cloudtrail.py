"""CloudTrail: organization trails seen from members, and the policies that delivery needs."""

from __future__ import annotations

import json
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.policies import lets_in, parse_statements
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.cloudtrail_history import render_status
from bastide.sandbox.shims.organizations import management_account, tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.shims.s3 import read_bucket
from bastide.sandbox.wire import AwsError

PRINCIPAL = "cloudtrail.amazonaws.com"


@shim("cloudtrail", "CreateTrail")
def create_trail(call: Call) -> Answer:
    """With a bucket, and a key, that CloudTrail may use. moto: asks only whether the bucket exists."""
    name = call.params["Name"]
    if call.params.get("IsOrganizationTrail"):
        _check_organization(call)
    _check_delivery(call, _trail_arn(call, name), call.params, bool(call.params.get("IsOrganizationTrail")))
    return call.forward()


@shim("cloudtrail", "UpdateTrail")
def update_trail(call: Call) -> Answer:
    """As at creation."""
    trail = _read_trail(call)
    organization = call.params.get("IsOrganizationTrail", trail.is_org_trail)
    if organization:
        _check_organization(call)
    current = {"S3BucketName": trail.bucket_name, "S3KeyPrefix": trail.s3_key_prefix, "KmsKeyId": trail.kms_key_id}
    _check_delivery(
        call, trail.arn, {key: value for key, value in current.items() if value} | call.params, organization
    )
    return call.forward(call.params | {"Name": trail.trail_name})


@shim("cloudtrail", "DeleteTrail")
def delete_trail(call: Call) -> Answer:
    """By name or ARN. moto: ignores ARNs, and trails that do not exist."""
    return call.forward({"Name": _read_trail(call).trail_name})


def _trail_arn(call: Call, name: str) -> str:
    # A delegated administrator's organization trail belongs to the management account.
    return f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}"


def _read_trail(call: Call) -> Any:
    name = call.params["Name"]
    trails = moto.backend("cloudtrail", call.account, call.region).trails.values()
    trail = next((trail for trail in trails if name in (trail.trail_name, trail.arn)), None)
    if trail is None:
        raise _unknown(call, name)
    return trail


def _unknown(call: Call, name: str) -> AwsError:
    arn = name if name.startswith("arn:") else _trail_arn(call, name)
    return AwsError("TrailNotFoundException", f"Unknown trail: {arn} for the user: {call.account}")


def _check_organization(call: Call) -> None:
    """Source: CloudTrail API reference, CreateTrail, "Errors"."""
    backend = tree(call)
    if call.account not in (backend.account_id, delegated(call, PRINCIPAL)):
        text = "Only the management account or a delegated administrator can manage organization trails."
        raise AwsError("NotOrganizationMasterAccountException", text)
    if all(row["ServicePrincipal"] != PRINCIPAL for row in backend.services):
        text = "CloudTrail is not a trusted service of the organization."
        raise AwsError("CloudTrailAccessNotEnabledException", text)


def _check_delivery(call: Call, trail_arn: str, fields: dict[str, Any], organization: bool) -> None:
    name = fields["S3BucketName"]
    try:
        bucket = read_bucket(name)
    except AwsError as missing:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {name} does not exist!") from missing
    statements = parse_statements(bucket.policy.decode() if bucket.policy else '{"Statement": []}')
    prefix = f"{fields['S3KeyPrefix']}/" if fields.get("S3KeyPrefix") else ""
    owner = management_account(call) if organization else call.account
    paths = [owner, tree(call).org.id] if organization else [owner]
    needed = [("s3:GetBucketAcl", f"arn:aws:s3:::{name}")]
    needed += [("s3:PutObject", f"arn:aws:s3:::{name}/{prefix}AWSLogs/{path}/CloudTrail/x") for path in paths]
    for action, resource in needed:
        if not lets_in(statements, PRINCIPAL, action, resource, trail_arn, owner):
            text = f"Incorrect S3 bucket policy is detected for bucket: {name}"
            raise AwsError("InsufficientS3BucketPolicyException", text)
    if fields.get("KmsKeyId"):
        _check_key(call, str(fields["KmsKeyId"]), trail_arn, owner)


def _check_key(call: Call, key_id: str, trail_arn: str, owner: str) -> None:
    try:
        key = call.invoke("DescribeKey", {"KeyId": key_id}, service="kms", account=_key_account(call, key_id))
    except AwsError as missing:
        raise AwsError("KmsKeyNotFoundException", f"KMS key {key_id} does not exist.") from missing
    if key["KeyMetadata"]["KeyState"] != "Enabled":
        raise AwsError("KmsKeyDisabledException", f"KMS key {key_id} is not enabled.")
    arn = key["KeyMetadata"]["Arn"]
    policy = moto.backend("kms", arn.split(":")[4], arn.split(":")[3]).keys[arn.rsplit("/", 1)[1]].policy
    statements = parse_statements(policy if isinstance(policy, str) else json.dumps(policy))
    if not lets_in(statements, PRINCIPAL, "kms:GenerateDataKey", arn, trail_arn, owner):
        text = f"Insufficient permissions to access S3 bucket or KMS key {key_id}."
        raise AwsError("InsufficientEncryptionPolicyException", text)


def _key_account(call: Call, key_id: str) -> str:
    return key_id.split(":")[4] if key_id.startswith("arn:") else call.account


# ── organization trails in members ──────────────────────────────────────────────────────────────────────────────────


def _organization_trails(call: Call) -> list[dict[str, Any]]:
    """The organization's trails, as seen in the call's Region, when the caller is a member."""
    try:
        management = management_account(call)
    except AwsError:
        return []
    if call.account == management:
        return []
    shown: list[dict[str, Any]] = call.invoke("DescribeTrails", {}, account=management)["trailList"]
    return [trail for trail in shown if trail.get("IsOrganizationTrail")]


@shim("cloudtrail", "DescribeTrails")
def describe_trails(call: Call) -> Answer:
    """Own trails, and the organization's in every member. moto: shows members nothing."""
    params = call.params
    trails = call.forwarded()["trailList"]
    for row in trails:
        found = _find_trail(call, row)
        # moto: answers False whatever was put.
        row["HasCustomEventSelectors"] = bool(found.event_selectors or found.advanced_event_selectors)
        row["HasInsightSelectors"] = bool(found.insight_selectors)
    if params.get("includeShadowTrails", True):
        trails += _organization_trails(call)
    names = params.get("trailNameList")
    return {"trailList": [row for row in trails if not names or row["Name"] in names or row["TrailARN"] in names]}


def _find_trail(call: Call, row: dict[str, Any]) -> Any:
    trails = moto.backend("cloudtrail", call.account, row["HomeRegion"]).trails.values()
    return next(trail for trail in trails if trail.arn == row["TrailARN"])


@shim("cloudtrail", "ListTrails")
def list_trails(call: Call) -> Answer:
    """As DescribeTrails, in short."""
    shadows = _organization_trails(call)
    short = [{"TrailARN": row["TrailARN"], "Name": row["Name"], "HomeRegion": row["HomeRegion"]} for row in shadows]
    return {"Trails": call.forwarded()["Trails"] + short}


@shim("cloudtrail", "GetTrail", "GetTrailStatus", "GetEventSelectors", "GetInsightSelectors")
def read_trail(call: Call) -> Answer:
    """By name, or by ARN from another Region or, for the organization's, from a member."""
    asked = call.params["TrailName" if call.operation.endswith("Selectors") else "Name"]
    seen = call.invoke("DescribeTrails", {})["trailList"]
    trail = next((row for row in seen if asked in (row["Name"], row["TrailARN"])), None)
    if trail is None:
        raise _unknown(call, asked)
    parts = trail["TrailARN"].split(":")
    if (parts[4], parts[3]) == (call.account, call.region):
        if call.operation == "GetTrailStatus":
            return _status(call, trail["TrailARN"])
        return _event_selectors(call) if call.operation == "GetEventSelectors" else call.forward()
    return call.invoke(call.operation, call.params, account=parts[4], region=parts[3])


def _status(call: Call, arn: str) -> dict[str, Any]:
    """moto: claims a delivery at every look."""
    found = call.forwarded()
    known = {key: value for key, value in found.items() if not key.startswith("Latest") and value not in ("", None)}
    return known | render_status(call.front.audit.delivery.statuses.get(arn))


def _event_selectors(call: Call) -> dict[str, Any]:
    """moto: answers empty lists. AWS: all management events until something else is put."""
    found = {key: value for key, value in call.forwarded().items() if value}
    if not {"EventSelectors", "AdvancedEventSelectors"} & set(found):
        everything = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
        found["EventSelectors"] = [everything | {"ExcludeManagementEventSources": []}]
    return found
