"""What a security configuration of EMR encrypts. It is an object, or JSON as text.

Source: Amazon EMR Management Guide, "Create a security configuration".
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bastide.controls.lookup import truth
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown

PATH = "SecurityConfiguration"


def judge_encryption(configuration: Resource, switch: str, reason: str) -> Verdict:
    """FAIL for ``reason`` when the switch of the encryption configuration is off or absent."""
    value: Value = _parsed(configuration.get(PATH))
    for step in ("EncryptionConfiguration", switch):
        if value is not None and not isinstance(value, Mapping | Unknown):
            return unknown("not an object", PATH)
        value = value.get(step) if isinstance(value, Mapping) else value
    on = False if value is None else truth(value)
    if isinstance(on, Unknown):
        return unknown(on, PATH)
    return PASS if on else fail(reason, PATH)


def _parsed(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return Unknown("not JSON")
