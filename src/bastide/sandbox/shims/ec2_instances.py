"""EC2: attributes of instances that moto takes otherwise than AWS does."""

from __future__ import annotations

import base64

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("ec2", "ModifyInstanceAttribute")
def modify_instance_attribute(call: Call) -> Answer:
    """moto: decodes user data once more than it was encoded."""
    data = call.params.get("UserData", {}).get("Value")
    if not data:
        return call.forward()
    plain = data.encode() if isinstance(data, str) else data
    return call.forward({**call.params, "UserData": {"Value": base64.b64encode(plain)}})
