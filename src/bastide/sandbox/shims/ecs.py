"""ECS: tasks and services with what a request may leave out. moto: crashes.

Source: Amazon ECS API Reference, AwsVpcConfiguration ("default security group"), RunTask; ECS Developer Guide, "Task
definition parameters for Fargate", Task size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


@shim("ecs", "RunTask", "CreateService", "UpdateService")
def run_task(call: Call) -> Answer:
    """In the VPC's default security group unless the request names others."""
    params = dict(call.params)
    network = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if network and not network.get("securityGroups"):
        groups = [_default_group(call, network["subnets"][0])]
        params["networkConfiguration"] = {"awsvpcConfiguration": {**network, "securityGroups": groups}}
    if call.operation != "RunTask":
        return call.forward(params)
    _require_instances(call)
    with _memory_known(call):
        return call.forward(params)


@contextmanager
def _memory_known(call: Call) -> Iterator[None]:
    """Containers may have no memory of their own where the task has one. moto: adds up None."""
    family = str(call.params["taskDefinition"])
    found = next(
        (row for row in _definitions(call) if family in (row.family, row.arn, row.arn.partition("/")[2])), None
    )
    if found is None:
        yield
        return
    kept = found.container_definitions
    found.container_definitions = [{"memoryReservation": 0, **one} for one in kept]
    try:
        yield
    finally:
        found.container_definitions = kept


def _definitions(call: Call) -> list[Any]:
    """The task definitions, the newest of a family first."""
    families = moto.backend("ecs", call.account, call.region).task_definitions.values()
    return [row for revisions in families for row in sorted(revisions.values(), key=lambda one: -one.revision)]


def _default_group(call: Call, subnet_id: str) -> str:
    try:
        subnet = call.invoke("DescribeSubnets", {"SubnetIds": [subnet_id]}, service="ec2")["Subnets"][0]
    except AwsError as missing:
        raise AwsError("InvalidParameterException", f"Error retrieving subnet information for {subnet_id}") from missing
    filters = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    found: list[dict[str, Any]] = call.invoke("DescribeSecurityGroups", {"Filters": filters}, service="ec2")[
        "SecurityGroups"
    ]
    return str(found[0]["GroupId"])


def _require_instances(call: Call) -> None:
    """Raises when the task needs container instances and the cluster has none. moto: crashes."""
    params = call.params
    providers = [row.get("capacityProvider", "") for row in params.get("capacityProviderStrategy") or ()]
    name = str(params.get("cluster") or "default").rpartition("/")[2]
    backend = moto.backend("ecs", call.account, call.region)
    cluster = backend.clusters.get(name)
    if cluster is not None and not params.get("launchType") and not providers:
        providers = [row.get("capacityProvider", "") for row in cluster.default_capacity_provider_strategy or ()]
    if params.get("launchType") == "FARGATE" or any(provider.startswith("FARGATE") for provider in providers):
        return
    if cluster is not None and not backend.container_instances.get(name):
        raise AwsError("InvalidParameterException", "No Container Instances were found in your cluster.")


@shim("ecs", "DescribeCapacityProviders")
def describe_capacity_providers(call: Call) -> Answer:
    """All of them when none is named. moto: crashes."""
    named = call.params.get("capacityProviders") or call.params.get("capacityProviderArns")
    if named:
        return call.forward()
    names = [one.name for one in moto.backend("ecs", call.account, call.region).capacity_providers.values()]
    return call.forward({**call.params, "capacityProviders": names}) if names else {"capacityProviders": []}
