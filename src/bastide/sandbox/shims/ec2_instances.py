"""EC2: attributes of instances that moto takes otherwise than AWS does."""

from __future__ import annotations

import base64

from bastide.sandbox import moto
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


@shim("ec2", "DescribeInstances")
def describe_instances(call: Call) -> Answer:
    """An instance whose image nobody knows is a hardware virtual machine. moto: says paravirtual."""
    answer = call.forwarded()
    known = {one.id for one in moto.backend("ec2", call.account, call.region).describe_images()}
    for reservation in answer["Reservations"]:
        for instance in reservation["Instances"]:
            if instance["ImageId"] not in known:
                instance["VirtualizationType"] = "hvm"
    return answer
