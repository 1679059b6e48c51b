"""A region refuses public sharing of EBS snapshots, those shared already included."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="Public sharing of EBS snapshots is blocked",
    resource_type="AWS::EC2::SnapshotBlockPublicAccess",
    severity="high",
    maps_to=("FSBP:EC2.182", "NIST-800-53r5:AC-3"),
    source="Amazon EBS User Guide, Block public access for Amazon EBS snapshots",
    remediation="Enable it in the region: ec2 enable-snapshot-block-public-access --state block-all-sharing.",
    heal={"State": "block-all-sharing"},
    config_rule="ebs-snapshot-block-public-access",
    properties=("State",),
)
def ec2_snapshot_sharing_blocked(setting: Resource) -> Verdict:
    """FAIL when sharing is not blocked, or only for new snapshots."""
    return require_value(
        setting, "State", ("block-all-sharing",), "snapshots may be shared with everybody, or still are"
    )
