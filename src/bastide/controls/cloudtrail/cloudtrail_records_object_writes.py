"""Writing requests to the objects of all buckets are recorded, in every region."""

from bastide.controls.cloudtrail.coverage import TRAIL
from bastide.controls.cloudtrail.data_events import judge_object_events
from bastide.controls.control import ACCOUNT, control
from bastide.model import Estate, Resource, Verdict


@control(
    title="A trail records writing requests to all S3 objects",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("SecurityHub:S3.22", "CIS-AWS-3.0:3.8", "CIS-AWS-5.0:3.8", "NIST-800-53r5:AU-12"),
    source="AWS Security Hub User Guide, S3.22",
    remediation="Log data events of S3 for all buckets in a trail of all regions.",
    reads=(TRAIL,),
    config_rule="cloudtrail-all-write-s3-data-event-check",
)
def cloudtrail_records_object_writes(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no trail that logs records writing requests to the objects of all buckets."""
    return judge_object_events(account, estate, frozenset({"WriteOnly"}), everywhere=True)
