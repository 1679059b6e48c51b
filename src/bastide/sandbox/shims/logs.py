"""CloudWatch Logs: the key of a log group that exists, and destinations of other accounts. moto: has neither."""

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


@shim("logs", "PutSubscriptionFilter")
def put_subscription_filter(call: Call) -> Answer:
    """Also to a destination, another account's or the own. moto: takes its name for a log group's."""
    params, parts = call.params, str(call.params["destinationArn"]).split(":", 6)
    if len(parts) != 7 or parts[2] != "logs" or parts[5] != "destination":
        return call.forward()
    backends = moto.backend_dict("logs")
    there = backends[parts[4]][parts[3]].destinations if parts[4] in backends else {}
    if params["destinationArn"] not in there:
        raise AwsError("ResourceNotFoundException", "The specified destination does not exist.")
    group = moto.backend("logs", call.account, call.region).groups.get(params["logGroupName"])
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    group.put_subscription_filter(
        params["filterName"], params["filterPattern"], params["destinationArn"], params.get("roleArn")
    )
    return None
