"""A replication task logs what it does at its target."""

from bastide.controls.control import control
from bastide.controls.dms.task_logging import judge_logging
from bastide.model import Resource, Verdict


@control(
    title="DMS tasks log what they do at the target",
    resource_type="AWS::DMS::ReplicationTask",
    severity="medium",
    maps_to=("FSBP:DMS.7", "NIST-800-53r5:AU-2", "NIST-800-53r5:AU-12", "PCI-DSS-4.0.1:10.4.2"),
    source="AWS Security Hub User Guide, DMS.7; AWS Config Developer Guide, dms-replication-task-targetdb-logging",
    remediation="Enable logging of the task, with the default severity or more for TARGET_APPLY and TARGET_LOAD.",
    config_rule="dms-replication-task-targetdb-logging",
    properties=("ReplicationTaskSettings",),
)
def dms_task_target_logged(task: Resource) -> Verdict:
    """FAIL when logging is off, or TARGET_APPLY or TARGET_LOAD logs less than by default."""
    return judge_logging(task, ("TARGET_APPLY", "TARGET_LOAD"))
