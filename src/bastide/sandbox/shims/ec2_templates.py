"""EC2: snapshots by whom they may be restored, and launch template versions made from another. moto: ignores both."""

from __future__ import annotations

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("ec2", "DescribeSnapshots")
def describe_snapshots(call: Call) -> Answer:
    """RestorableByUserIds leaves what everybody (`all`), or these accounts, may restore."""
    users = set(call.params.get("RestorableByUserIds") or ())
    if not users:
        return call.forward()
    result = call.forwarded()
    snapshots = moto.backend("ec2", call.account, call.region).snapshots

    def restorable(snapshot_id: str) -> bool:
        snapshot = snapshots[snapshot_id]
        shared = {*snapshot.create_volume_permission_groups, *snapshot.create_volume_permission_userids}
        return bool(users & shared) or bool(users & {"self", call.account})

    result["Snapshots"] = [row for row in result.get("Snapshots", ()) if restorable(row["SnapshotId"])]
    return result


@shim("ec2", "CreateLaunchTemplateVersion")
def create_launch_template_version(call: Call) -> Answer:
    """What the new version does not name comes from SourceVersion."""
    source = call.params.get("SourceVersion")
    if not source:
        return call.forward()
    named = {key: call.params[key] for key in ("LaunchTemplateId", "LaunchTemplateName") if key in call.params}
    found = call.invoke("DescribeLaunchTemplateVersions", named | {"Versions": [source]})["LaunchTemplateVersions"]
    data = dict(found[0]["LaunchTemplateData"]) | dict(call.params.get("LaunchTemplateData") or {})
    return call.forward(call.params | {"LaunchTemplateData": data})
