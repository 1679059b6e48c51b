"""KMS: keys across accounts, rotation periods, and keys that are not enabled."""

from __future__ import annotations

import re
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, owner, shim
from bastide.sandbox.wire import AwsError

DEFAULT_PERIOD = 365
_KEY_ARN = re.compile(rb'"(?:KeyId|TargetKeyId)"\s*:\s*"arn:aws:kms:[a-z0-9-]+:(\d{12}):')


@owner("kms")
def key_owner(call: Call) -> str:
    """The account in the key's ARN. moto: looks for keys in the caller's account only."""
    found = _KEY_ARN.search(call.request.body)
    return found.group(1).decode() if found else call.account


@shim("kms", "EnableKeyRotation")
def enable_key_rotation(call: Call) -> Answer:
    """With its period in days. moto: forgets the period."""
    response = call.forward()
    period = call.params.get("RotationPeriodInDays", DEFAULT_PERIOD)
    call.store.setdefault("periods", {})[_key_id(call)] = period
    return response


@shim("kms", "GetKeyRotationStatus")
def get_key_rotation_status(call: Call) -> Answer:
    """The period only while rotation is on."""
    status = call.forwarded()
    if status.get("KeyRotationEnabled"):
        status["RotationPeriodInDays"] = call.store.get("periods", {}).get(_key_id(call), DEFAULT_PERIOD)
    return {key: status[key] for key in ("KeyRotationEnabled", "KeyId", "RotationPeriodInDays") if key in status}


@shim("kms", "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Sign", "GenerateMac")
def use_key(call: Call) -> Answer:
    """Only an enabled key works. moto: does not look."""
    if "KeyId" in call.params:
        key = _read_key(call)
        if key.key_state == "Disabled":
            raise AwsError("DisabledException", f"{key.arn} is disabled.")
        if key.key_state != "Enabled":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    return call.forward()


def _read_key(call: Call) -> Any:
    backend = moto.backend("kms", call.account, call.region)
    key = backend.keys.get(backend.any_id_to_key_id(call.params["KeyId"]))
    if key is None:
        raise AwsError("NotFoundException", f"Key {call.params['KeyId']!r} does not exist")
    return key


def _key_id(call: Call) -> str:
    return str(_read_key(call).id)
