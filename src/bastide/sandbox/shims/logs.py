"""CloudWatch Logs: the key of a log group that exists. moto: takes one at creation only."""

from __future__ import annotations

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


@shim("logs", "AssociateKmsKey", "DisassociateKmsKey")
def associate_kms_key(call: Call) -> Answer:
    """New events are encrypted with the key, or with the service's own."""
    group = moto.backend("logs", call.account, call.region).groups.get(call.params.get("logGroupName", ""))
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    group.kms_key_id = call.params.get("kmsKeyId")
    return None
