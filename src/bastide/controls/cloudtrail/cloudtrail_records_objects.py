"""Requests to the objects of all buckets are recorded."""

from bastide.controls.cloudtrail.coverage import BOTH, TRAIL
from bastide.controls.cloudtrail.data_events import judge_object_events
from bastide.controls.control import ACCOUNT, control
from bastide.model import Estate, Resource, Verdict


@control(
    title="A trail records requests to all S3 objects",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("Bastide:CloudTrail.s3-data-events", "NIST-800-53r5:AU-2", "NIST-800-53r5:AU-12"),
    source="AWS Config Developer Guide, cloudtrail-s3-dataevents-enabled",
    remediation="Log data events of S3 for all buckets in a trail.",
    reads=(TRAIL,),
    config_rule="cloudtrail-s3-dataevents-enabled",
)
def cloudtrail_records_objects(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no trail that logs records requests to the objects of all buckets."""
    return judge_object_events(account, estate, BOTH, everywhere=False)
