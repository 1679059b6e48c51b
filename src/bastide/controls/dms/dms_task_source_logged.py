"""A replication task logs what it does at its source."""

from bastide.controls.control import control
from bastide.controls.dms.task_logging import judge_logging
from bastide.model import Resource, Verdict


@control(
    title="DMS tasks log what they do at the source",
    resource_type="AWS::DMS::ReplicationTask",
    severity="medium",
    maps_to=("FSBP:DMS.8", "NIST-800-53r5:AU-2", "NIST-800-53r5:AU-12", "PCI-DSS-4.0.1:10.4.2"),
    source="AWS Security Hub User Guide, DMS.8; AWS Config Developer Guide, dms-replication-task-sourcedb-logging",
    remediation="Enable logging of the task, with the default severity or more for SOURCE_CAPTURE and SOURCE_UNLOAD.",
    config_rule="dms-replication-task-sourcedb-logging",
    properties=("ReplicationTaskSettings",),
)
def dms_task_source_logged(task: Resource) -> Verdict:
    """FAIL when logging is off, or SOURCE_CAPTURE or SOURCE_UNLOAD logs less than by default."""
    return judge_logging(task, ("SOURCE_CAPTURE", "SOURCE_UNLOAD"))
