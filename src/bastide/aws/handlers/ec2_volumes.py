"""Amazon EBS: volumes and snapshots.

One idea: a volume cannot become encrypted, but an encrypted volume can be made from its snapshot; so creating a
volume that names an unencrypted one (its VolumeId) copies that one's data, and the old volume's deletion is a change
of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bastide.aws.handler import Connection, Found, Handler, ask, tag_list
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, listed, tag_specification, write_tags
from bastide.aws.shape import actions, before_and_after, pick, present, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Unknown, Value

NO_VOLUME = ("InvalidVolume.NotFound",)
NO_SNAPSHOT = ("InvalidSnapshot.NotFound",)
TYPED = ("VolumeType", "Size", "Iops", "Throughput")


class Volume(Handler):
    """AWS::EC2::Volume. Ours: ``Attachments``.

    Cannot change in place: Encrypted, KmsKeyId, AvailabilityZone, SnapshotId. Creating one whose VolumeId (or
    SourceVolumeId) names a volume of this region copies it through a snapshot, which goes when the copy is there;
    refused while the old volume is attached. Source: Amazon EBS User Guide, "Encrypt unencrypted resources".
    """

    type = "AWS::EC2::Volume"
    service = "ec2"
    scope = Scope.REGION
    identified_by = ("VolumeId",)
    create_only = ("Encrypted", "KmsKeyId", "AvailabilityZone", "SnapshotId")
    read_only = ("VolumeId", "Attachments")
    data_bearing = True
    actions = actions(
        read=("ec2:DescribeVolumes",),
        write=(
            "ec2:CreateVolume",
            "ec2:CreateSnapshot",
            "ec2:DescribeSnapshots",
            "ec2:DeleteSnapshot",
            "ec2:ModifyVolume",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete=("ec2:DeleteVolume",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_volume(at, volume) for volume in listed(at, "describe_volumes", "Volumes")]

    def read(self, at: Connection, id: str) -> Found | None:
        volume = described(at, "describe_volumes", "Volumes", *NO_VOLUME, VolumeIds=[id])
        return _volume(at, volume) if volume else None

    def create(self, at: Connection, properties: Properties) -> str:
        source = properties.get("VolumeId") or properties.get("SourceVolumeId")
        old = self.read(at, str(source)) if source else None
        if old is not None:
            return _copy(at, old, properties)
        return _make(at.client("ec2"), properties, properties.get("SnapshotId"))

    def update(self, at: Connection, id: str, change: Change) -> None:
        names = touched(change) & set(TYPED)
        if names:
            at.client("ec2").modify_volume(VolumeId=id, **pick(change.after or {}, *names))
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_volume, *NO_VOLUME, VolumeId=id)


def _volume(at: Connection, volume: Mapping[str, Any]) -> Found:
    id = volume["VolumeId"]
    attached = [
        pick(item, "InstanceId", "Device", "State", "DeleteOnTermination") for item in volume.get("Attachments", ())
    ]
    properties = pick(volume, "VolumeId", "Encrypted", "KmsKeyId", "AvailabilityZone", *TYPED) | present(
        SnapshotId=volume.get("SnapshotId") or None,
        Attachments=sorted(attached, key=lambda item: str(item.get("InstanceId"))),
        Tags=tag_list(volume.get("Tags")),
    )
    return Found(id, properties, ec2_arn(at, "volume", id))


def _make(ec2: Any, properties: Properties, snapshot: Value) -> str:
    request = pick(properties, "AvailabilityZone", "Encrypted", "KmsKeyId", *TYPED) | present(SnapshotId=snapshot)
    made = ec2.create_volume(**request, **tag_specification("volume", properties))
    ec2.get_waiter("volume_available").wait(VolumeIds=[made["VolumeId"]])
    return str(made["VolumeId"])


def _copy(at: Connection, old: Found, properties: Properties) -> str:
    if old.properties["Attachments"]:
        instance = old.properties["Attachments"][0].get("InstanceId")
        fix = "stop the instance and detach the volume first; attach the new one afterwards"
        raise TargetError(f"volume {old.id} is attached to {instance}, so its copy would miss writes", at.account, fix)
    ec2 = at.client("ec2")
    snapshot = ec2.create_snapshot(VolumeId=old.id, Description=f"copy of {old.id}")["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    kept = pick(old.properties, "AvailabilityZone", "Tags", *TYPED)
    wanted = {**kept, **{key: value for key, value in properties.items() if key != "Tags" or tags_of(properties)}}
    made = _make(ec2, wanted, snapshot)
    ec2.delete_snapshot(SnapshotId=snapshot)
    return made


class Snapshot(Handler):
    """AWS::EC2::Snapshot, those that this account owns. Ours: ``PublicRestore``: everybody may make a volume of it.

    Two calls tell all of a region: the account's snapshots, and which of them everybody may restore.
    Source: Amazon EC2 API Reference, DescribeSnapshots, "RestorableByUserIds".
    """

    type = "AWS::EC2::Snapshot"
    service = "ec2"
    identified_by = ("SnapshotId",)
    create_only = ("VolumeId", "Description")
    data_bearing = True
    actions = actions(
        read=("ec2:DescribeSnapshots",),
        write=("ec2:CreateSnapshot", "ec2:ModifySnapshotAttribute", "ec2:CreateTags", "ec2:DeleteTags"),
        delete=("ec2:DeleteSnapshot",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        snapshots = listed(at, "describe_snapshots", "Snapshots", OwnerIds=["self"])
        if not snapshots:
            return []
        public = _public(at.client("ec2"))
        return [_snapshot(at, snapshot, public) for snapshot in snapshots]

    def read(self, at: Connection, id: str) -> Found | None:
        snapshot = described(at, "describe_snapshots", "Snapshots", *NO_SNAPSHOT, SnapshotIds=[id])
        return _snapshot(at, snapshot, _public(at.client("ec2"))) if snapshot else None

    def create(self, at: Connection, properties: Properties) -> str:
        request = pick(properties, "VolumeId", "Description")
        made = at.client("ec2").create_snapshot(**request, **tag_specification("snapshot", properties))
        if properties.get("PublicRestore"):
            _share(at.client("ec2"), made["SnapshotId"], True)
        return str(made["SnapshotId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "PublicRestore" in touched(change):
            _share(at.client("ec2"), id, bool((change.after or {}).get("PublicRestore")))
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_snapshot, *NO_SNAPSHOT, SnapshotId=id)


def _public(ec2: Any) -> Value:
    answer = ask(ec2.describe_snapshots, OwnerIds=["self"], RestorableByUserIds=["all"])
    return answer if isinstance(answer, Unknown) else {item["SnapshotId"] for item in answer["Snapshots"]}


def _snapshot(at: Connection, snapshot: Mapping[str, Any], public: Value) -> Found:
    id = snapshot["SnapshotId"]
    properties = pick(snapshot, "SnapshotId", "VolumeId", "VolumeSize", "Encrypted", "KmsKeyId") | present(
        Description=snapshot.get("Description") or None,
        PublicRestore=public if isinstance(public, Unknown) else id in public,
        Tags=tag_list(snapshot.get("Tags")),
    )
    return Found(id, properties, ec2_arn(at, "snapshot", id))


def _share(ec2: Any, id: str, public: bool) -> None:
    ec2.modify_snapshot_attribute(
        SnapshotId=id,
        Attribute="createVolumePermission",
        OperationType="add" if public else "remove",
        GroupNames=["all"],
    )
