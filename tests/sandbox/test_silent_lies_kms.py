"""What the emulator alone gets wrong about keys, as AWS documents it.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", "Deleting AWS KMS keys", "Allowing users in other
accounts to use a KMS key"; AWS KMS API Reference, EnableKeyRotation, ScheduleKeyDeletion, ReEncrypt.
"""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def kms(world: Any) -> Any:
    """Keys of the member log."""
    return world.client("kms", "log")


def make_key(kms: Any, **more: Any) -> str:
    """The ARN of a new key."""
    return str(kms.create_key(**more)["KeyMetadata"]["Arn"])


def share(world: Any, kms: Any, key: str, account: str) -> None:
    """Let another account's policies decide about the key."""
    principals = [f"arn:aws:iam::{world.accounts[name]}:root" for name in ("log", account)]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def test_a_disabled_key_decrypts_nothing_also_where_only_the_ciphertext_names_it(kms: Any, refused: Any) -> None:
    key = make_key(kms)
    cipher = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    refused("DisabledException", kms.decrypt, CiphertextBlob=cipher)
    refused("DisabledException", kms.generate_data_key, KeyId=key, KeySpec="AES_256")
    refused("DisabledException", kms.re_encrypt, CiphertextBlob=cipher, DestinationKeyId=make_key(kms))
    refused("DisabledException", kms.re_encrypt, CiphertextBlob=_cipher(kms), DestinationKeyId=key)


def _cipher(kms: Any) -> bytes:
    return bytes(kms.encrypt(KeyId=make_key(kms), Plaintext=b"x")["CiphertextBlob"])


def test_a_key_that_waits_for_its_deletion_neither_works_nor_is_enabled(kms: Any, refused: Any) -> None:
    key = make_key(kms)
    cipher = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for days in (6, 31):
        refused("ValidationException", kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    refused("KMSInvalidStateException", kms.decrypt, CiphertextBlob=cipher)
    refused("KMSInvalidStateException", kms.enable_key, KeyId=key)
    refused("KMSInvalidStateException", kms.schedule_key_deletion, KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    refused("DisabledException", kms.decrypt, CiphertextBlob=cipher)  # a key comes back disabled
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=cipher)["Plaintext"] == b"x"


def test_a_rotation_period_is_read_back(kms: Any) -> None:
    key = make_key(kms)
    for days in (90, 2560):
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
        assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == days


def test_another_account_decrypts_what_the_key_policy_lets_it(world: Any, kms: Any, refused: Any) -> None:
    key, other = make_key(kms), world.client("kms", "work")
    refused("AccessDeniedException", other.encrypt, KeyId=key, Plaintext=b"x")
    share(world, kms, key, "work")
    cipher = other.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert other.decrypt(CiphertextBlob=cipher)["KeyId"] == key
    stranger = world.client("kms", "audit")
    refused("AccessDeniedException", stranger.decrypt, CiphertextBlob=cipher)


def test_re_encryption_goes_from_one_accounts_key_to_anothers(world: Any, kms: Any) -> None:
    key, other = make_key(kms), world.client("kms", "work")
    share(world, kms, key, "work")
    cipher, own = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"], make_key(other)
    made = other.re_encrypt(CiphertextBlob=cipher, DestinationKeyId=own)
    assert (made["SourceKeyId"], made["KeyId"]) == (key, own)
    assert other.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == b"x"


def test_encryption_contexts_must_agree(kms: Any, refused: Any) -> None:
    key = make_key(kms)
    cipher = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=cipher)
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=b"no ciphertext at all")
    assert kms.decrypt(CiphertextBlob=cipher, EncryptionContext={"a": "b"})["Plaintext"] == b"x"
