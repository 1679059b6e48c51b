"""EC2: an account's settings in a Region. moto: has almost none of them."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

EBS_ALIAS = "alias/aws/ebs"
_METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags", "HttpTokensEnforced")


@shim("ec2", "GetInstanceMetadataDefaults")
def get_instance_metadata_defaults(call: Call) -> Answer:
    """What was set; nothing at first."""
    return {"AccountLevel": call.store.get("metadata_defaults", {}) | {"ManagedBy": "account"}}


@shim("ec2", "ModifyInstanceMetadataDefaults")
def modify_instance_metadata_defaults(call: Call) -> Answer:
    """Set each value given; `no-preference` and -1 unset one."""
    defaults = call.store.setdefault("metadata_defaults", {})
    for name in _METADATA:
        value = call.params.get(name)
        if value in ("no-preference", -1):
            defaults.pop(name, None)
        elif value is not None:
            defaults[name] = value
    return {"Return": True}


@shim("ec2", "GetEbsDefaultKmsKeyId")
def get_ebs_default_kms_key_id(call: Call) -> Answer:
    """The customer's key, or AWS's alias."""
    return {"KmsKeyId": call.store.get("ebs_key", EBS_ALIAS)}


@shim("ec2", "ModifyEbsDefaultKmsKeyId")
def modify_ebs_default_kms_key_id(call: Call) -> Answer:
    """The key's ARN; an alias or id is resolved. moto: crashes."""
    key = call.invoke("DescribeKey", {"KeyId": call.params["KmsKeyId"]}, service="kms")["KeyMetadata"]
    if not key["Enabled"]:
        raise AwsError("InvalidKmsKey.InvalidState", f"The KMS key {key['Arn']} is not enabled.")
    _backend(call).default_kms_key_id = call.store["ebs_key"] = key["Arn"]
    return {"KmsKeyId": key["Arn"]}


@shim("ec2", "ResetEbsDefaultKmsKeyId")
def reset_ebs_default_kms_key_id(call: Call) -> Answer:
    """Back to AWS's own key."""
    call.store.pop("ebs_key", None)
    _backend(call).default_kms_key_id = ""
    return {"KmsKeyId": EBS_ALIAS}


def _backend(call: Call) -> Any:
    return moto.backend("ec2", call.account, call.region)


@shim("ec2", "GetEbsEncryptionByDefault")
def get_ebs_encryption_by_default(call: Call) -> Answer:
    """moto: leaves SseType out."""
    return {"EbsEncryptionByDefault": _backend(call).ebs_encryption_by_default, "SseType": "sse-kms"}


@shim("ec2", "EnableSnapshotBlockPublicAccess")
def enable_snapshot_block_public_access(call: Call) -> Answer:
    """block-all-sharing or block-new-sharing."""
    call.store["snapshot_sharing"] = call.params["State"]
    return {"State": call.params["State"]}


@shim("ec2", "DisableSnapshotBlockPublicAccess")
def disable_snapshot_block_public_access(call: Call) -> Answer:
    """Snapshots may be shared with everybody again."""
    call.store["snapshot_sharing"] = "unblocked"
    return {"State": "unblocked"}


@shim("ec2", "GetSnapshotBlockPublicAccessState")
def get_snapshot_block_public_access_state(call: Call) -> Answer:
    """Unblocked until it is enabled."""
    return {"State": call.store.get("snapshot_sharing", "unblocked"), "ManagedBy": "account"}


@shim("ec2", "EnableImageBlockPublicAccess")
def enable_image_block_public_access(call: Call) -> Answer:
    """The only state is block-new-sharing."""
    call.store["image_sharing"] = call.params["ImageBlockPublicAccessState"]
    return {"ImageBlockPublicAccessState": call.store["image_sharing"]}


@shim("ec2", "DisableImageBlockPublicAccess")
def disable_image_block_public_access(call: Call) -> Answer:
    """Images may be shared with everybody again."""
    call.store["image_sharing"] = "unblocked"
    return {"ImageBlockPublicAccessState": "unblocked"}


@shim("ec2", "GetImageBlockPublicAccessState")
def get_image_block_public_access_state(call: Call) -> Answer:
    """Blocked in new accounts. Source: EC2 User Guide, "Block public access to your AMIs" (October 2023)."""
    state = call.store.get("image_sharing", "block-new-sharing")
    return {"ImageBlockPublicAccessState": state, "ManagedBy": "account"}


@shim("ec2", "ModifySnapshotAttribute")
def modify_snapshot_attribute(call: Call) -> Answer:
    """Refused when it shares with everybody and that is blocked."""
    if call.store.get("snapshot_sharing", "unblocked") != "unblocked" and _shares_with_all(
        call, "CreateVolumePermission"
    ):
        text = "The snapshot can't be publicly shared because block public access for snapshots is enabled."
        raise AwsError("OperationNotPermitted", text)
    return call.forward()


@shim("ec2", "ModifyImageAttribute")
def modify_image_attribute(call: Call) -> Answer:
    """Refused when it shares with everybody and that is blocked."""
    if call.store.get("image_sharing", "block-new-sharing") != "unblocked" and _shares_with_all(
        call, "LaunchPermission"
    ):
        text = "You can't publicly share this image because block public access for AMIs is enabled for this Region."
        raise AwsError("OperationNotPermitted", text)
    return call.forward()


def _shares_with_all(call: Call, permission: str) -> bool:
    added = call.params.get(permission, {}).get("Add", [])
    plain = call.params.get("OperationType") == "add" and "all" in call.params.get(
        "UserGroups", call.params.get("GroupNames", [])
    )
    return plain or any(row.get("Group") == "all" for row in added)


@shim("ec2", "EnableSerialConsoleAccess", "DisableSerialConsoleAccess", "GetSerialConsoleAccessStatus")
def serial_console_access(call: Call) -> Answer:
    """Off at first."""
    if not call.operation.startswith("Get"):
        call.store["serial_console"] = call.operation.startswith("Enable")
    return {"SerialConsoleAccessEnabled": call.store.get("serial_console", False), "ManagedBy": "account"}


@shim("ec2", "DescribeVpcBlockPublicAccessOptions", "ModifyVpcBlockPublicAccessOptions")
def vpc_block_public_access_options(call: Call) -> Answer:
    """Off at first; a change is in force at once (on AWS within minutes)."""
    options = call.store.get("vpc_block")
    if call.operation.startswith("Modify"):
        mode = call.params["InternetGatewayBlockMode"]
        options = {"State": "update-complete", "InternetGatewayBlockMode": mode, "LastUpdateTimestamp": moto.now()}
        call.store["vpc_block"] = options
    fixed = {
        "AwsAccountId": call.account,
        "AwsRegion": call.region,
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
    }
    unset = {"State": "default-state", "InternetGatewayBlockMode": "off"}
    return {"VpcBlockPublicAccessOptions": fixed | (options or unset)}


@shim("ec2", "CreateVpcBlockPublicAccessExclusion")
def create_vpc_block_public_access_exclusion(call: Call) -> Answer:
    """A VPC or subnet that the block leaves alone."""
    kind, owned = ("subnet", "SubnetId") if call.params.get("SubnetId") else ("vpc", "VpcId")
    exclusion_id = "vpcbpa-exclude-" + moto.random_hex(17)
    exclusion = {
        "ExclusionId": exclusion_id,
        "InternetGatewayExclusionMode": call.params["InternetGatewayExclusionMode"],
        "ResourceArn": f"arn:aws:ec2:{call.region}:{call.account}:{kind}/{call.params[owned]}",
        "State": "create-complete",
        "CreationTimestamp": moto.now(),
    }
    call.store.setdefault("exclusions", {})[exclusion_id] = exclusion
    return {"VpcBlockPublicAccessExclusion": exclusion}


@shim("ec2", "DescribeVpcBlockPublicAccessExclusions")
def describe_vpc_block_public_access_exclusions(call: Call) -> Answer:
    """Every exclusion, or those named."""
    wanted = call.params.get("ExclusionIds")
    exclusions = call.store.get("exclusions", {})
    return {"VpcBlockPublicAccessExclusions": [row for key, row in exclusions.items() if not wanted or key in wanted]}


@shim("ec2", "DeleteVpcBlockPublicAccessExclusion")
def delete_vpc_block_public_access_exclusion(call: Call) -> Answer:
    """Gone at once."""
    exclusion = call.store.get("exclusions", {}).pop(call.params["ExclusionId"], None)
    if exclusion is None:
        raise AwsError("InvalidVpcBlockPublicAccessExclusionId.NotFound", "The exclusion does not exist.")
    return {"VpcBlockPublicAccessExclusion": exclusion | {"State": "delete-complete"}}


@shim("ec2", "EnableAllowedImagesSettings", "DisableAllowedImagesSettings", "GetAllowedImagesSettings")
def allowed_images_settings(call: Call) -> Answer:
    """Disabled at first; the criteria are remembered."""
    if call.operation.startswith("Enable"):
        call.store["allowed_images"] = call.params["AllowedImagesSettingsState"]
        return {"AllowedImagesSettingsState": call.store["allowed_images"]}
    if call.operation.startswith("Disable"):
        call.store["allowed_images"] = "disabled"
        return {"AllowedImagesSettingsState": "disabled"}
    state, criteria = call.store.get("allowed_images", "disabled"), call.store.get("image_criteria", [])
    return {"State": state, "ImageCriteria": criteria, "ManagedBy": "account"}


@shim("ec2", "ReplaceImageCriteriaInAllowedImagesSettings")
def replace_image_criteria(call: Call) -> Answer:
    """All criteria at once."""
    call.store["image_criteria"] = call.params.get("ImageCriteria", [])
    return {"ReturnValue": True}
