"""Which calls of an attack the organization's audit logs hold.

One idea: a call is known by its request id, so nothing is found that was not this very call. Event history is asked
first, as anybody would; what it never holds (reading and writing of objects) is looked for in the log files that the
organization's trail delivered.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bastide.attack.stage import policy
from bastide.model.platform import LOG_READER, PATH, role_path

if TYPE_CHECKING:
    from bastide.attack.result import Result
    from bastide.attack.stage import Actor, Stage
    from bastide.sandbox import Sandbox

TEAM = "bastide-attack-investigator"
GLOBAL_EVENTS = "us-east-1"  # where CloudTrail keeps the events of global services


def recorded(sandbox: Sandbox, stage: Stage, results: Iterable[Result]) -> dict[str, str]:
    """Request id → event id of every call that the logs of the organization hold; a stranger's own log is not ours."""
    calls = [call for result in results for call in result.calls]
    accounts = {call.account for call in calls} - {stage.outsider} | {stage.victim}
    regions = {call.region for call in calls} | {GLOBAL_EVENTS}
    wanted = {call.request_id for call in calls}
    found: dict[str, str] = {}
    for account in sorted(accounts):
        for region in sorted(regions):
            found |= _matching(_history(stage.owner(account), region), wanted)
    if wanted - set(found):
        sandbox.deliver()
        found |= _matching(_delivered(stage), wanted - set(found))
    return found


def _matching(records: Iterable[Mapping[str, Any]], wanted: set[str]) -> dict[str, str]:
    return {str(one["requestID"]): str(one["eventID"]) for one in records if one.get("requestID") in wanted}


def _history(owner: Actor, region: str) -> Iterator[Mapping[str, Any]]:
    """The account's event history of a region."""
    pages = owner.client("cloudtrail", region).get_paginator("lookup_events").paginate()
    for page in pages:
        for event in page["Events"]:
            yield json.loads(event["CloudTrailEvent"])


def _delivered(stage: Stage) -> Iterator[Mapping[str, Any]]:
    """The records of every log file of the organization's trail."""
    management = stage.owner(stage.accounts["management"])
    trails = management.client("cloudtrail").describe_trails()["trailList"]
    buckets = {one["S3BucketName"] for one in trails if one.get("IsOrganizationTrail")}
    s3 = _investigator(stage).client("s3")
    for bucket in sorted(buckets):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for held in page.get("Contents", ()):
                if "/CloudTrail/" in held["Key"]:
                    body = s3.get_object(Bucket=bucket, Key=held["Key"])["Body"].read()
                    yield from json.loads(gzip.decompress(body))["Records"]


def _investigator(stage: Stage) -> Actor:
    """Who may decrypt logs: the log reader, taken from the security team's account as its trust policy asks.

    Not even the owner of the account that keeps the logs may read them.
    """
    audit, archive = stage.accounts["audit"], stage.accounts["log-archive"]
    team = f"arn:aws:iam::{audit}:role{PATH}{TEAM}"
    iam = stage.owner(audit).client("iam")
    if team not in [role["Arn"] for role in iam.list_roles(PathPrefix=PATH)["Roles"]]:
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{audit}:root"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=TEAM, Path=PATH, AssumeRolePolicyDocument=policy(trust))
        take = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        iam.put_role_policy(RoleName=TEAM, PolicyName="take-log-reader", PolicyDocument=policy(take))
    return stage.entered(f"arn:aws:iam::{archive}:role/{role_path(LOG_READER)}", by=stage.entered(team))
