"""AWS KMS: customer keys, keys that wait for their deletion, and aliases.

One idea: a key has no name of its own, so the tag ``bastide:name`` is what tells ours apart before and after it exists.
AWS managed keys (``alias/aws/…``) are left out: nobody can change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, ask, error_code, pages, tag_list
from bastide.aws.shape import (
    Observed,
    actions,
    before_and_after,
    member,
    parse_document,
    pick,
    present,
    render_document,
    tag_changes,
    tag_value,
    tags_of,
    touched,
)
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Unknown, Value

NAME_TAG = "bastide:name"
DESCRIBED = (
    "Description",
    "KeySpec",
    "KeyUsage",
    "MultiRegion",
    "Enabled",
    "KeyState",
    "KeyManager",
    "Origin",
)
# What is unknown of a key that we may not describe.
UNREAD = (*DESCRIBED, "KeyPolicy", "EnableKeyRotation", "RotationPeriodInDays", "Tags", "Grants")
PENDING = ("PendingDeletion", "PendingReplicaDeletion")
WINDOW = 30  # days. Source: AWS KMS API Reference, ScheduleKeyDeletion: 7 to 30, 30 by default


def aliases(at: Connection) -> list[dict[str, Any]]:
    """All aliases of this account and region, asked once for keys and aliases."""
    return at.once("kms:ListAliases", lambda: list(pages(at.client("kms"), "list_aliases", "Aliases")))


def customer_keys(at: Connection) -> list[dict[str, Any]]:
    """Metadata of every customer key, pending deletion or not. Targets of AWS's aliases are not even asked for."""
    return at.once("kms:keys", lambda: list(_customer_keys(at)))


def _customer_keys(at: Connection) -> Iterable[dict[str, Any]]:
    kms = at.client("kms")
    theirs = {alias.get("TargetKeyId") for alias in aliases(at) if alias["AliasName"].startswith("alias/aws/")}
    for key in pages(kms, "list_keys", "Keys"):
        if key["KeyId"] not in theirs:
            # A key policy may forbid us to describe the key: then it is a key of which we know nothing but its id.
            metadata = member(ask(kms.describe_key, KeyId=key["KeyId"]), "KeyMetadata")
            if isinstance(metadata, Unknown):
                metadata = {"KeyId": key["KeyId"], "Arn": key["KeyArn"], "unread": metadata}
            if metadata.get("KeyManager", "CUSTOMER") == "CUSTOMER":
                yield metadata


def _tags(kms: Any, key_id: str) -> Value:
    try:
        tags = list(pages(kms, "list_resource_tags", "Tags", KeyId=key_id))
    except ClientError as error:
        if error_code(error) == "AccessDeniedException":
            return Unknown("ListResourceTags: AccessDeniedException")
        raise
    return tag_list({tag["TagKey"]: tag["TagValue"] for tag in tags})


class Key(Handler):
    """AWS::KMS::Key, customer keys only. Cannot change in place: KeySpec, KeyUsage, MultiRegion, Origin.

    A key pending deletion counts as gone, as it does for CloudFormation; creating it again (same tag ``bastide:name``)
    cancels the deletion. Observed only: KeyState, KeyManager, Grants. RotationPeriodInDays is told while it is on.
    Source: AWS KMS Developer Guide, "Deleting AWS KMS keys", "Rotating AWS KMS keys".
    """

    type = "AWS::KMS::Key"
    service = "kms"
    identified_by = (f"Tags.{NAME_TAG}",)
    create_only = ("KeySpec", "KeyUsage", "MultiRegion", "Origin")
    readable = ("RotationPeriodInDays",)
    read_only = ("Grants",)
    data_bearing = True
    actions = actions(
        read=(
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListResourceTags",
        ),
        list=(
            "kms:ListKeys",
            "kms:ListAliases",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListResourceTags",
        ),
        write=(
            "kms:ListKeys",
            "kms:ListAliases",
            "kms:CreateKey",
            "kms:PutKeyPolicy",
            "kms:EnableKeyRotation",
            "kms:DisableKeyRotation",
            "kms:UpdateKeyDescription",
            "kms:EnableKey",
            "kms:DisableKey",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:CancelKeyDeletion",
        ),
        delete=("kms:ScheduleKeyDeletion",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        kept = [key for key in customer_keys(at) if key.get("KeyState") not in PENDING]
        return at.each(lambda key: _found(at, key), kept)

    def read(self, at: Connection, id: str) -> Found | None:
        key = member(ask(at.client("kms").describe_key, absent=("NotFoundException",), KeyId=id), "KeyMetadata")
        if isinstance(key, Unknown):
            key = {"KeyId": id, "Arn": "", "unread": key}
        return None if key is None or key.get("KeyState") in PENDING else _found(at, key)

    def create(self, at: Connection, properties: Properties) -> str:
        kms = at.client("kms")
        existing = _named(at, tag_value(properties, NAME_TAG))
        if existing is None:
            request = pick(properties, "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
            request |= pick(properties, "BypassPolicyLockoutSafetyCheck")
            policy = properties.get("KeyPolicy")
            tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags_of(properties)]
            request |= present(Policy=None if policy is None else render_document(policy), Tags=tags or None)
            key_id = str(kms.create_key(**request)["KeyMetadata"]["KeyId"])
            for name in ("EnableKeyRotation", "Enabled"):
                if properties.get(name) not in (None, name == "Enabled"):  # off and on are what a new key is
                    PARTS[name](kms, key_id, properties)
            return key_id
        if existing["KeyState"] in PENDING:
            kms.cancel_key_deletion(KeyId=existing["KeyId"])
            kms.enable_key(KeyId=existing["KeyId"])
        for name, put in PARTS.items():
            if properties.get(name) is not None:
                put(kms, existing["KeyId"], properties)
        _put_tags(kms, existing["KeyId"], _tags(kms, existing["KeyId"]), properties.get("Tags"))
        return str(existing["KeyId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        kms, names = at.client("kms"), touched(change)
        if "RotationPeriodInDays" in names:
            names |= {"EnableKeyRotation"}
        for name, put in PARTS.items():
            if name in names:
                put(kms, id, change.after or {})
        if "Tags" in names:
            _put_tags(kms, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        window = int(properties.get("PendingWindowInDays") or WINDOW)
        absent = ("NotFoundException", "KMSInvalidStateException")  # the second: its deletion is scheduled already
        quietly(at.client("kms").schedule_key_deletion, *absent, KeyId=id, PendingWindowInDays=window)


def _found(at: Connection, key: dict[str, Any]) -> Found:
    if "unread" in key:
        return Found(key["KeyId"], {"KeyId": key["KeyId"]} | dict.fromkeys(UNREAD, key["unread"]), key["Arn"])
    kms, key_id = at.client("kms"), key["KeyId"]
    policy = parse_document(member(ask(kms.get_key_policy, KeyId=key_id, PolicyName="default"), "Policy"))
    # Asymmetric, HMAC and imported keys cannot rotate and say so.
    rotation = ask(kms.get_key_rotation_status, absent=("UnsupportedOperationException",), KeyId=key_id)
    properties = pick(key, "KeyId", *DESCRIBED) | present(
        KeyPolicy=policy,
        EnableKeyRotation=member(rotation, "KeyRotationEnabled", otherwise=False),
        RotationPeriodInDays=member(rotation, "RotationPeriodInDays"),
        Tags=_tags(kms, key_id),
        Grants=_grants(kms, key_id),
    )
    return Found(key_id, properties, key["Arn"])


def _grants(kms: Any, key_id: str) -> Value:
    """Who may do what with the key beside its policy, sorted; without ids and times."""
    found: list[dict[str, Value]] = []
    request: dict[str, Any] = {"KeyId": key_id}
    while True:
        answer = ask(kms.list_grants, **request)
        if isinstance(answer, Unknown):
            return answer
        found += [pick(grant, "GranteePrincipal", "Operations", "Constraints") for grant in answer["Grants"]]
        if not answer.get("NextMarker"):
            return sorted(found, key=str)
        request["Marker"] = answer["NextMarker"]


def _named(at: Connection, name: str) -> dict[str, Any] | None:
    """The customer key with that ``bastide:name``; one that is not pending deletion goes first."""
    if not name:
        return None
    kms = at.client("kms")
    same = [
        key
        for key in _customer_keys(at)
        if "unread" not in key and tag_value({"Tags": _known(_tags(kms, key["KeyId"]))}, NAME_TAG) == name
    ]
    return min(same, key=lambda key: key["KeyState"] in PENDING, default=None)


def _known(tags: Value) -> Value:
    return [] if isinstance(tags, Unknown) else tags


def _put_policy(kms: Any, key_id: str, properties: Properties) -> None:
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=render_document(properties["KeyPolicy"]))


def _put_rotation(kms: Any, key_id: str, properties: Properties) -> None:
    if properties.get("EnableKeyRotation"):
        kms.enable_key_rotation(KeyId=key_id, **pick(properties, "RotationPeriodInDays"))
    else:
        kms.disable_key_rotation(KeyId=key_id)


def _put_enabled(kms: Any, key_id: str, properties: Properties) -> None:
    if properties.get("Enabled", True):
        kms.enable_key(KeyId=key_id)
    else:
        kms.disable_key(KeyId=key_id)


def _put_description(kms: Any, key_id: str, properties: Properties) -> None:
    kms.update_key_description(KeyId=key_id, Description=properties.get("Description") or "")


def _put_tags(kms: Any, key_id: str, before: Value, after: Value) -> None:
    wanted, gone = tag_changes(before, after)
    if gone:
        kms.untag_resource(KeyId=key_id, TagKeys=gone)
    if wanted:
        kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in wanted])


# Rotation before Enabled: a disabled key's rotation cannot be changed.
PARTS = {
    "Description": _put_description,
    "KeyPolicy": _put_policy,
    "EnableKeyRotation": _put_rotation,
    "Enabled": _put_enabled,
}


class PendingKey(Observed):
    """Bastide::KMS::PendingKey: a customer key whose deletion is scheduled {KeyId, KeyState, DeletionDate, Tags}.

    A type of its own, so that a plan takes the key itself for gone while a control can still warn in time.
    Deleting it means what it says: the pending deletion goes, the key stays (disabled, as KMS leaves it).
    """

    type = "Bastide::KMS::PendingKey"
    service = "kms"
    identified_by = ("KeyId",)
    actions = actions(
        read=("kms:ListKeys", "kms:ListAliases", "kms:DescribeKey", "kms:ListResourceTags"),
        delete=("kms:CancelKeyDeletion",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        kms = at.client("kms")
        for key in customer_keys(at):
            if key.get("KeyState") in PENDING:
                date = key["DeletionDate"].isoformat() if key.get("DeletionDate") else None
                properties = pick(key, "KeyId", "KeyState", "Description") | present(DeletionDate=date)
                yield Found(key["KeyId"], properties | {"Tags": _tags(kms, key["KeyId"])}, key["Arn"])

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        absent = ("KMSInvalidStateException", "NotFoundException")
        quietly(at.client("kms").cancel_key_deletion, *absent, KeyId=id)


class Alias(Handler):
    """AWS::KMS::Alias. Create-only: AliasName. TargetKeyId is the key's id (not its ARN) and changes in place."""

    type = "AWS::KMS::Alias"
    service = "kms"
    identified_by = ("AliasName",)

    def list(self, at: Connection) -> Iterable[Found]:
        return _own(aliases(at))

    def read(self, at: Connection, id: str) -> Found | None:
        told = pages(at.client("kms"), "list_aliases", "Aliases")
        return next((found for found in _own(told) if found.id == id), None)

    def create(self, at: Connection, properties: Properties) -> str:
        kms, name = at.client("kms"), str(properties["AliasName"])
        try:
            kms.create_alias(AliasName=name, TargetKeyId=properties["TargetKeyId"])
        except ClientError as error:
            if error_code(error) != "AlreadyExistsException":
                raise
            kms.update_alias(AliasName=name, TargetKeyId=properties["TargetKeyId"])
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        at.client("kms").update_alias(AliasName=id, TargetKeyId=(change.after or {})["TargetKeyId"])

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("kms").delete_alias, "NotFoundException", AliasName=id)


def _own(told: Iterable[dict[str, Any]]) -> Iterator[Found]:
    for alias in told:
        name = alias["AliasName"]
        if not name.startswith("alias/aws/"):
            yield Found(name, {"AliasName": name} | pick(alias, "TargetKeyId"), alias["AliasArn"])
