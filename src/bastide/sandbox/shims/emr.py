"""Amazon EMR: the block of public access that every region has. moto: has none until one is set."""

from __future__ import annotations

from datetime import UTC, datetime

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim

# Source: Amazon EMR Management Guide, "Using Amazon EMR block public access": on, with an exception for port 22.
DEFAULT = {
    "BlockPublicSecurityGroupRules": True,
    "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}],
}
SINCE = datetime(2019, 11, 25, tzinfo=UTC)


@shim("emr", "GetBlockPublicAccessConfiguration")
def get_block_public_access_configuration(call: Call) -> Answer:
    """What was set, else AWS's default."""
    answer = call.forwarded()
    if answer.get("BlockPublicAccessConfiguration"):
        return answer
    made = {"CreationDateTime": SINCE, "CreatedByArn": f"arn:aws:iam::{call.account}:root"}
    return {"BlockPublicAccessConfiguration": DEFAULT, "BlockPublicAccessConfigurationMetadata": made}


@shim("emr", "PutBlockPublicAccessConfiguration")
def put_block_public_access_configuration(call: Call) -> Answer:
    """The block as it is given. moto: takes false for true."""
    answer = call.forward()
    known = moto.backend("emr", call.account, call.region).block_public_access_configuration
    wanted = call.params["BlockPublicAccessConfiguration"]["BlockPublicSecurityGroupRules"]
    known["block_public_access_configuration"]["block_public_security_group_rules"] = bool(wanted)
    return answer
