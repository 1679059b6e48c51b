"""KMS handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.kms import Alias, Key, PendingKey
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, change_to, keeps_its_contract

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Admin",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
TAGS = [{"Key": "bastide:name", "Value": "logs"}]


def key(at: Any) -> dict[str, Any]:
    return {
        "Description": "log archive",
        "KeyPolicy": POLICY,
        "EnableKeyRotation": True,
        "RotationPeriodInDays": 180,
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": False,
        "Enabled": True,
        "PendingWindowInDays": 7,
        "Tags": TAGS,
    }


def alias(at: Any) -> dict[str, Any]:
    return {"AliasName": "alias/bastide/logs", "TargetKeyId": Key().create(at, key(at))}


CASES = [
    Case(
        Key,
        key,
        {
            "Description": "other",
            "KeyPolicy": POLICY | {"Id": "two"},
            "RotationPeriodInDays": 365,
            "Tags": [*TAGS, {"Key": "owner", "Value": "security"}],
        },
        unread=("PendingWindowInDays",),
    ),
    Case(Alias, alias),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_a_key_pending_deletion_is_gone_but_seen_and_creating_it_again_cancels_that(connection: Connect) -> None:
    at = connection()
    made = Key().create(at, key(at))
    Key().delete(at, made, key(at))
    assert Key().read(at, made) is None
    assert [(found.id, found.properties["KeyState"]) for found in PendingKey().list(at)] == [(made, "PendingDeletion")]
    assert Key().create(at, key(at)) == made
    found = Key().read(at, made)
    assert found and found.properties["Enabled"] is True
    assert not list(PendingKey().list(at))


def test_deleting_the_pending_deletion_keeps_the_key(connection: Connect) -> None:
    at = connection()
    made = Key().create(at, key(at))
    Key().delete(at, made, {})
    PendingKey().delete(at, made, {})
    assert Key().read(at, made) is not None


def test_an_alias_is_pointed_at_another_key_in_place(connection: Connect) -> None:
    at = connection()
    declared = alias(at)
    Alias().create(at, declared)
    other = Key().create(at, key(at) | {"Tags": [{"Key": "bastide:name", "Value": "data"}]})
    name = declared["AliasName"]
    Alias().update(at, name, change_to(Alias(), at, name, declared, {"TargetKeyId": other}))
    assert [found.properties["TargetKeyId"] for found in Alias().list(at)] == [other]


def test_keys_and_aliases_share_their_listings(connection: Connect) -> None:
    Key().create(connection(), key(None))
    at = connection(kept=True)
    for handler in (Key(), PendingKey(), Alias()):
        list(handler.list(at))
    assert [call for call in at.calls if call in ("kms:ListKeys", "kms:ListAliases", "kms:DescribeKey")] == [
        "kms:ListAliases",
        "kms:ListKeys",
        "kms:DescribeKey",
    ]


def test_rotation_is_switched_off_and_on_again(connection: Connect) -> None:
    at, handler = connection(), Key()
    made = handler.create(at, key(at))
    for on in (False, True):
        before = handler.read(at, made)
        assert before
        change = change_to(handler, at, made, before.properties, {"EnableKeyRotation": on})
        handler.update(at, made, change)
        found = handler.read(at, made)
        assert found and found.properties["EnableKeyRotation"] is on
