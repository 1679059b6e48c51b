"""EKS: how a cluster authenticates, and what of it moto lets fall. Access entries and add-ons are beside it.

Source: Amazon EKS API Reference, CreateCluster, CreateAccessConfigRequest, UpdateClusterConfig.
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")


def read_cluster(call: Call, member: str = "clusterName") -> Any:
    """moto's cluster of the request. Raises ResourceNotFoundException."""
    name = call.params[member]
    found = moto.backend("eks", call.account, call.region).clusters.get(name)
    if found is None:
        raise missing(f"No cluster found for name: {name}.")
    return found


def missing(text: str) -> AwsError:
    """EKS's error for what is not there."""
    return AwsError("ResourceNotFoundException", text, 404)


def wrong(text: str) -> AwsError:
    """EKS's error for a bad parameter."""
    return AwsError("InvalidParameterException", text, 400)


def authenticates_by_api(call: Call) -> None:
    """Raises InvalidRequestException when the cluster knows no access entries."""
    if read_cluster(call).access_config["authenticationMode"] == "CONFIG_MAP":
        text = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this"
        raise AwsError("InvalidRequestException", f"{text} operation.", 400)


@shim("eks", "CreateCluster")
def create_cluster(call: Call) -> Answer:
    """With its access configuration, and endpoints as by default: public, from everywhere. moto: forgets both.

    Whoever makes the cluster administers it unless told otherwise.
    """
    config = call.params.get("accessConfig") or {}
    mode = config.get("authenticationMode", "CONFIG_MAP")
    if mode not in MODES:
        raise wrong(f"Unsupported authentication mode {mode}")
    network = {**_NETWORK, **call.params["resourcesVpcConfig"]}
    _check_endpoints(network)
    made: dict[str, Any] = call.forwarded({**call.params, "resourcesVpcConfig": network})
    cluster = moto.backend("eks", call.account, call.region).clusters[call.params["name"]]
    admin = config.get("bootstrapClusterCreatorAdminPermissions", True)
    cluster.access_config = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": admin}
    if admin and mode != "CONFIG_MAP":
        _bootstrap(call)
    return {"cluster": made["cluster"] | {"accessConfig": cluster.access_config}}


_NETWORK = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def _bootstrap(call: Call) -> None:
    session = call.principal.session
    who = session.issuer_arn if session and session.issuer_arn else call.principal.arn
    name = {"clusterName": call.params["name"], "principalArn": who}
    call.invoke("CreateAccessEntry", name)
    call.invoke("AssociateAccessPolicy", {**name, "policyArn": ADMIN_POLICY, "accessScope": {"type": "cluster"}})


def _check_endpoints(network: dict[str, Any]) -> None:
    if not network["endpointPublicAccess"] and not network["endpointPrivateAccess"]:
        raise wrong("Private and public endpoint access cannot be false")


@shim("eks", "DescribeCluster")
def describe_cluster(call: Call) -> Answer:
    """With its access configuration."""
    found: dict[str, Any] = call.forwarded()
    cluster = read_cluster(call, "name")
    return {"cluster": found["cluster"] | {"accessConfig": cluster.access_config}}


@shim("eks", "UpdateClusterConfig")
def update_cluster_config(call: Call) -> Answer:
    """What is named changes, one kind of thing at a time; a mode only towards the API. moto: replaces the network."""
    cluster, params = read_cluster(call, "name"), call.params
    network = params.get("resourcesVpcConfig")
    if network:
        merged = {**cluster.resources_vpc_config, **network}
        _check_endpoints(merged)
        cluster.resources_vpc_config = merged
    mode = (params.get("accessConfig") or {}).get("authenticationMode")
    if mode:
        now = cluster.access_config["authenticationMode"]
        if mode not in MODES or MODES.index(mode) <= MODES.index(now):
            text = f"Unsupported authentication mode update from {now} to {mode}"
            raise AwsError("InvalidRequestException", text, 400)
        cluster.access_config["authenticationMode"] = mode
    if params.get("logging"):
        cluster.logging = _logging(cluster.logging, params["logging"])
    kind = "AccessConfigUpdate" if mode else "EndpointAccessUpdate" if network else "LoggingUpdate"
    update = {"id": moto.random_uuid(), "status": "Successful", "type": kind, "params": [], "createdAt": call.at}
    return {"update": {**update, "errors": []}}


def _logging(now: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Each kind of log on or off; those that are not named stay."""
    state = {kind: row["enabled"] for row in now["clusterLogging"] for kind in row.get("types", ())}
    state |= {kind: row.get("enabled", False) for row in change["clusterLogging"] for kind in row.get("types", ())}
    rows = [{"types": [kind for kind in state if state[kind] is on], "enabled": on} for on in (True, False)]
    return {"clusterLogging": [row for row in rows if row["types"]]}


@shim("eks", "DeleteCluster")
def delete_cluster(call: Call) -> Answer:
    """With its access entries, add-ons and associations."""
    response = call.forward()
    for kept in call.store.values():
        kept.pop(call.params["name"], None)
    return response
