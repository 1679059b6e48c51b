"""EC2: changes of VPC endpoints that moto leaves out."""

from __future__ import annotations

import json

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("ec2", "ModifyVpcEndpoint")
def modify_vpc_endpoint(call: Call) -> Answer:
    """Private DNS on or off, and the policy back to AWS's own. moto: ignores both."""
    response = call.forward()
    endpoint = moto.backend("ec2", call.account, call.region).vpc_end_points[call.params["VpcEndpointId"]]
    if call.params.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(type(endpoint).DEFAULT_POLICY)
    if call.params.get("PrivateDnsEnabled") is not None:
        endpoint.private_dns_enabled = call.params["PrivateDnsEnabled"]
    return response
