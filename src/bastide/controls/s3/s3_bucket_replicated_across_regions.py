"""A bucket's objects are replicated to another region, where they survive the loss of the first one."""

from bastide.controls.control import control
from bastide.controls.neighbours import having
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

RULES = "ReplicationConfiguration.Rules"
OTHERWISE = "no enabled replication rule leads to another region"


@control(
    title="S3 buckets are replicated to another region",
    resource_type="AWS::S3::Bucket",
    severity="low",
    maps_to=("SecurityHub:S3.7", "NIST-800-53r5:CP-6", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, s3-bucket-cross-region-replication-enabled",
    remediation="Enable versioning and add a replication rule to a bucket in another region.",
    config_rule="s3-bucket-cross-region-replication-enabled",
    properties=("ReplicationConfiguration",),
)
def s3_bucket_replicated_across_regions(bucket: Resource, estate: Estate) -> Verdict:
    """FAIL when no enabled rule leads to another region; UNKNOWN when the other bucket's region is not known."""
    rules = bucket.get(RULES)
    if isinstance(rules, Unknown):
        return unknown(rules, RULES)
    if rules is not None and not isinstance(rules, list | tuple):
        return unknown("not a list", RULES)
    answer = fail(OTHERWISE, RULES)
    for index in range(len(rules or ())):
        elsewhere = _leads_elsewhere(bucket, estate, f"{RULES}.{index}")
        if elsewhere is True:
            return PASS
        if isinstance(elsewhere, Unknown) and answer.status == "FAIL":
            answer = unknown(elsewhere, f"{RULES}.{index}")
    return answer


def _leads_elsewhere(bucket: Resource, estate: Estate, path: str) -> bool | Unknown:
    """Whether the rule at a path is enabled and its destination lies in another region."""
    status, arn = bucket.get(f"{path}.Status"), bucket.get(f"{path}.Destination.Bucket")
    if not isinstance(status, Unknown) and status != "Enabled":
        return False
    there = _region(arn, estate)
    if there == bucket.region:
        return False
    return status if isinstance(status, Unknown) else there if isinstance(there, Unknown) else True


def _region(arn: Value, estate: Estate) -> str | Unknown:
    """The region of a bucket by its ARN."""
    if isinstance(arn, Unknown):
        return arn
    name = str(arn).rpartition(":")[2]
    found = having(estate, "AWS::S3::Bucket", "", name)
    return found[0].region if found else Unknown(f"in which region bucket {name} lies is not in the estate")
