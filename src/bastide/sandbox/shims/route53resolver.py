"""Route 53 Resolver: the end of query logging. moto: begins it, and cannot end it."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


def _backend(call: Call) -> Any:
    return moto.backend("route53resolver", call.account, call.region)


def _config(call: Call) -> Any:
    id = call.params["ResolverQueryLogConfigId"]
    found = _backend(call).resolver_query_log_configs.get(id)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Resolver query log config with ID '{id}' does not exist")
    return found


@shim("route53resolver", "DisassociateResolverQueryLogConfig")
def disassociate_resolver_query_log_config(call: Call) -> Answer:
    """The VPC's queries are logged no more. Source: Route 53 API reference, DisassociateResolverQueryLogConfig."""
    config, vpc = _config(call), call.params["ResourceId"]
    rows = _backend(call).resolver_query_log_config_associations
    for id, row in rows.items():
        if row.resolver_query_log_config_id == config.id and row.resource_id == vpc:
            del rows[id]
            config.association_count -= 1
            gone = {**_association(row), "Status": "DELETING"}
            return {"ResolverQueryLogConfigAssociation": gone}
    raise AwsError("ResourceNotFoundException", f"The VPC '{vpc}' is not associated with '{config.id}'")


def _association(row: Any) -> dict[str, Any]:
    return {
        "Id": row.id,
        "ResolverQueryLogConfigId": row.resolver_query_log_config_id,
        "ResourceId": row.resource_id,
        "CreationTime": row.creation_time,
    }


@shim("route53resolver", "DeleteResolverQueryLogConfig")
def delete_resolver_query_log_config(call: Call) -> Answer:
    """Once no VPC is associated. Source: Route 53 API reference, DeleteResolverQueryLogConfig."""
    config = _config(call)
    if config.association_count:
        text = f"Resolver query log config '{config.id}' has associated VPCs"
        raise AwsError("InvalidRequestException", text)
    del _backend(call).resolver_query_log_configs[config.id]
    shown = {"Id": config.id, "Arn": config.arn, "Name": config.name, "Status": "DELETING"}
    return {"ResolverQueryLogConfig": shown | {"DestinationArn": config.destination_arn, "OwnerId": call.account}}
