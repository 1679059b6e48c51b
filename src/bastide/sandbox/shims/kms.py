"""KMS: keys across accounts, rotation periods, and keys that are not enabled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, owner, shim
from bastide.sandbox.wire import AwsError

DEFAULT_PERIOD = 365
_KEY_ARN = re.compile(rb'"(?:KeyId|TargetKeyId|SourceKeyId)"\s*:\s*"arn:aws:kms:[a-z0-9-]+:(\d{12}):')
# moto: writes the key's id in front of what it encrypts.
_ID_LENGTH = 36
_NO_KEY = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not"
    " allowed to access."
)


@owner("kms")
def key_owner(call: Call) -> str:
    """The account in the key's ARN, or of the key that encrypted the ciphertext. moto: the caller's account only."""
    found = _KEY_ARN.search(call.request.body)
    if found:
        return found.group(1).decode()
    if call.operation in ("Decrypt", "ReEncrypt"):
        return _account_of(_encrypting_key(call.params.get("CiphertextBlob")), call.region) or call.account
    return call.account


def _encrypting_key(blob: Any) -> str:
    return blob[:_ID_LENGTH].decode("ascii", "replace") if isinstance(blob, bytes) else ""


def _account_of(key_id: str, region: str) -> str:
    """The account that has the key in the Region, or an empty string."""
    for account, regions in moto.backend_dict("kms").items():
        if region in regions and key_id in regions[region].keys:
            return str(account)
    return ""


@shim("kms", "EnableKeyRotation")
def enable_key_rotation(call: Call) -> Answer:
    """With its period in days. moto: forgets the period."""
    _require_usable(_read_key(call, call.params["KeyId"]))
    period = call.params.get("RotationPeriodInDays", DEFAULT_PERIOD)
    # Source: KMS API Reference, EnableKeyRotation, RotationPeriodInDays.
    if not 90 <= period <= 2560:
        raise AwsError("ValidationException", "RotationPeriodInDays must be between 90 and 2560")
    response = call.forward()
    call.store.setdefault("periods", {})[_key_id(call)] = period
    return response


@shim("kms", "GetKeyRotationStatus")
def get_key_rotation_status(call: Call) -> Answer:
    """The period only while rotation is on."""
    status = call.forwarded()
    if status.get("KeyRotationEnabled"):
        status["RotationPeriodInDays"] = call.store.get("periods", {}).get(_key_id(call), DEFAULT_PERIOD)
    return {key: status[key] for key in ("KeyRotationEnabled", "KeyId", "RotationPeriodInDays") if key in status}


@shim(
    "kms",
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "Sign",
    "Verify",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "GetPublicKey",
)
def use_key(call: Call) -> Answer:
    """Only an enabled key works, named or written in the ciphertext. moto: does not look.

    Source: KMS Developer Guide, "Key states of AWS KMS keys".
    """
    for key in _keys_used(call):
        _require_usable(key)
    if call.operation == "ReEncrypt":
        return _re_encrypt(call)
    return call.forward()


def _re_encrypt(call: Call) -> Answer:
    """Decrypted with the one key and encrypted with the other, which may be another account's. moto: one account's."""
    params = call.params
    source = {
        "CiphertextBlob": params["CiphertextBlob"],
        "EncryptionContext": params.get("SourceEncryptionContext", {}),
    }
    plain = call.invoke("Decrypt", source)
    destination = params["DestinationKeyId"]
    parts = destination.split(":")
    to = {
        "KeyId": destination,
        "Plaintext": plain["Plaintext"],
        "EncryptionContext": params.get("DestinationEncryptionContext", {}),
    }
    # Short names are the caller's own; the call itself may be about another account's ciphertext.
    account = parts[4] if len(parts) == 6 else call.principal.account
    made = call.invoke("Encrypt", to, account=account)
    return {
        "CiphertextBlob": made["CiphertextBlob"],
        "SourceKeyId": plain["KeyId"],
        "KeyId": made["KeyId"],
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }


def _keys_used(call: Call) -> Iterator[Any]:
    params = call.params
    for name in ("KeyId", "SourceKeyId", "DestinationKeyId"):
        if params.get(name):
            yield _read_key(call, params[name])
    if "CiphertextBlob" in params and not params.get("KeyId") and not params.get("SourceKeyId"):
        key_id = _encrypting_key(params["CiphertextBlob"])
        found = moto.backend("kms", call.account, call.region).keys.get(key_id)
        if found is not None:
            yield found


def _require_usable(key: Any) -> None:
    if key.key_state == "Disabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        words = {"PendingDeletion": "is pending deletion", "PendingImport": "is pending import"}
        text = f"{key.arn} {words.get(key.key_state, 'is ' + str(key.key_state).lower())}."
        raise AwsError("KMSInvalidStateException", text)


def _read_key(call: Call, named: str) -> Any:
    parts = named.split(":")
    account = parts[4] if len(parts) == 6 and parts[4].isdigit() else call.account
    backend = moto.backend("kms", account, call.region)
    key = backend.keys.get(backend.any_id_to_key_id(named))
    if key is None:
        if call.operation in ("Decrypt", "ReEncrypt") and named == call.params.get("KeyId"):
            raise AwsError("AccessDeniedException", _NO_KEY)
        raise AwsError("NotFoundException", f"Key {named!r} does not exist")
    return key


def _key_id(call: Call) -> str:
    return str(_read_key(call, call.params["KeyId"]).id)


@shim("kms", "ScheduleKeyDeletion")
def schedule_key_deletion(call: Call) -> Answer:
    """After 7 to 30 days. Source: KMS API Reference, ScheduleKeyDeletion, PendingWindowInDays."""
    days = call.params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30")
    key = _read_key(call, call.params["KeyId"])
    if key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    return call.forward({**call.params, "KeyId": key.id})


@shim("kms", "EnableKey", "DisableKey", "DisableKeyRotation")
def change_state(call: Call) -> Answer:
    """Not while the key waits for its deletion. moto: revives it, and crashes over ARNs."""
    key = _read_key(call, call.params["KeyId"])
    if key.key_state == "PendingDeletion" or (call.operation == "DisableKeyRotation" and key.key_state == "Disabled"):
        _require_usable(key)
    return call.forward({**call.params, "KeyId": key.id})


@shim("kms", "CancelKeyDeletion")
def cancel_key_deletion(call: Call) -> Answer:
    """Only of a key that waits for it; the key comes back disabled."""
    key = _read_key(call, call.params["KeyId"])
    if key.key_state != "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    return call.forward({**call.params, "KeyId": key.id})


@shim("kms", "PutKeyPolicy", "GetKeyPolicy")
def key_policy(call: Call) -> Answer:
    """The one policy that a key has: its name may be left out. moto: asks for it."""
    return call.forward({"PolicyName": "default", **call.params})
