"""EKS: who gets into a cluster (access entries), as what its pods act, and its add-ons. moto: has none of them.

One idea: three kinds of thing that belong to a cluster, kept by cluster and key in the store.
Source: Amazon EKS API Reference, CreateAccessEntry, AssociateAccessPolicy, CreatePodIdentityAssociation, CreateAddon.
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.eks import authenticates_by_api, missing, read_cluster, wrong
from bastide.sandbox.wire import AwsError

Rows = dict[str, dict[str, Any]]
POLICY = "arn:aws:eks::aws:cluster-access-policy/"
# Source: EKS User Guide, "Review access policy permissions".
POLICIES = (
    "AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
)  # fmt: skip
TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")


def _rows(call: Call, kind: str) -> Rows:
    """What the cluster has of a kind, by key."""
    cluster = read_cluster(call)
    found: Rows = call.store.setdefault(kind, {}).setdefault(cluster.name, {})
    return found


def _row(call: Call, kind: str, key: str) -> dict[str, Any]:
    found = _rows(call, kind).get(key)
    if found is None:
        raise missing(f"The specified {kind} resource could not be found: {key}")
    return found


def _add(call: Call, kind: str, key: str, row: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(call, kind)
    if key in rows:
        raise AwsError(
            "ResourceInUseException", f"The specified {kind} resource is already in use on this cluster.", 409
        )
    rows[key] = {"clusterName": call.params["clusterName"], "tags": {}, "createdAt": call.at, "modifiedAt": call.at}
    rows[key] |= row
    return rows[key]


def _arn(call: Call, kind: str, *rest: str) -> str:
    return ":".join(["arn:aws:eks", call.region, call.account, "/".join([kind, call.params["clusterName"], *rest])])


# ── access entries ──────────────────────────────────────────────────────────────────────────────────────────────────


@shim("eks", "CreateAccessEntry")
def create_access_entry(call: Call) -> Answer:
    """Of a role or user, in a cluster that authenticates by API."""
    authenticates_by_api(call)
    params, who = call.params, call.params["principalArn"]
    parts = who.split(":")
    if len(parts) != 6 or parts[2] not in ("iam", "sts"):
        raise wrong("The principalArn parameter format is not valid")
    kind = params.get("type") or "STANDARD"
    groups = params.get("kubernetesGroups") or []
    if kind not in TYPES or (kind != "STANDARD" and groups):
        raise wrong(f"The access entry type {kind} is not valid or takes no groups")
    if any(group.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")) for group in groups):
        raise wrong("The kubernetes group name is reserved")
    name = who.rpartition(":")[2].partition("/")[2]
    arn = _arn(call, "access-entry", parts[5].partition("/")[0], parts[4], name, moto.random_uuid())
    row = {
        "principalArn": who,
        "kubernetesGroups": groups,
        "accessEntryArn": arn,
        "username": params.get("username") or _username(who),
        "type": kind,
        "tags": params.get("tags") or {},
    }
    return {"accessEntry": _add(call, "accessEntry", who, row)}


def _username(arn: str) -> str:
    """What Kubernetes calls the principal."""
    _, _, _, _, account, resource = arn.split(":", 5)
    if resource.startswith("role/"):
        return f"arn:aws:sts::{account}:assumed-role/{resource.rpartition('/')[2]}/{{{{SessionName}}}}"
    return arn


@shim("eks", "DescribeAccessEntry")
def describe_access_entry(call: Call) -> Answer:
    """By its principal."""
    return {"accessEntry": _row(call, "accessEntry", call.params["principalArn"])}


@shim("eks", "ListAccessEntries")
def list_access_entries(call: Call) -> Answer:
    """The principals, of all entries or of those with a policy."""
    wanted = call.params.get("associatedPolicyArn")
    rows = _rows(call, "accessEntry")
    return {"accessEntries": sorted(who for who in rows if not wanted or wanted in _policies(call, who))}


@shim("eks", "UpdateAccessEntry")
def update_access_entry(call: Call) -> Answer:
    """Groups and user name."""
    row = _row(call, "accessEntry", call.params["principalArn"])
    row |= {name: call.params[name] for name in ("kubernetesGroups", "username") if name in call.params}
    row["modifiedAt"] = call.at
    return {"accessEntry": row}


@shim("eks", "DeleteAccessEntry")
def delete_access_entry(call: Call) -> Answer:
    """With the policies that it has."""
    _row(call, "accessEntry", call.params["principalArn"])
    del _rows(call, "accessEntry")[call.params["principalArn"]]
    _rows(call, "policies").pop(call.params["principalArn"], None)
    return {}


def _policies(call: Call, who: str) -> dict[str, Any]:
    return _rows(call, "policies").setdefault(who, {})


@shim("eks", "AssociateAccessPolicy")
def associate_access_policy(call: Call) -> Answer:
    """One of AWS's, for the cluster or for namespaces."""
    params, who = call.params, call.params["principalArn"]
    _row(call, "accessEntry", who)
    scope = params["accessScope"]
    if params["policyArn"].removeprefix(POLICY) not in POLICIES:
        raise wrong("The policyArn parameter format is not valid")
    if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
        raise wrong("Namespaces are for the access scope namespace, which needs them")
    row = {
        "policyArn": params["policyArn"],
        "accessScope": {"namespaces": [], **scope},
        "associatedAt": call.at,
        "modifiedAt": call.at,
    }
    _policies(call, who)[params["policyArn"]] = row
    return {"clusterName": params["clusterName"], "principalArn": who, "associatedAccessPolicy": row}


@shim("eks", "DisassociateAccessPolicy")
def disassociate_access_policy(call: Call) -> Answer:
    """Gone at once."""
    if _policies(call, call.params["principalArn"]).pop(call.params["policyArn"], None) is None:
        raise missing("The specified access policy is not associated with the access entry")
    return {}


@shim("eks", "ListAssociatedAccessPolicies")
def list_associated_access_policies(call: Call) -> Answer:
    """Of one access entry."""
    who = call.params["principalArn"]
    _row(call, "accessEntry", who)
    rows = list(_policies(call, who).values())
    return {"clusterName": call.params["clusterName"], "principalArn": who, "associatedAccessPolicies": rows}


@shim("eks", "ListAccessPolicies")
def list_access_policies(call: Call) -> Answer:
    """Those of AWS."""
    return {"accessPolicies": [{"name": name, "arn": POLICY + name} for name in POLICIES]}


# ── pod identity ────────────────────────────────────────────────────────────────────────────────────────────────────


@shim("eks", "CreatePodIdentityAssociation")
def create_pod_identity_association(call: Call) -> Answer:
    """One role for a service account of a namespace."""
    params, key = call.params, "a-" + moto.random_hex(17)
    same = ("namespace", "serviceAccount")
    for row in _rows(call, "podIdentityAssociation").values():
        if all(row[name] == params[name] for name in same):
            raise AwsError("ResourceInUseException", f"Association already exists: {row['associationId']}", 409)
    row = {name: params[name] for name in (*same, "roleArn")}
    row |= {name: params[name] for name in ("targetRoleArn", "disableSessionTags", "tags") if name in params}
    row |= {"associationArn": _arn(call, "podidentityassociation", key), "associationId": key}
    return {"association": _add(call, "podIdentityAssociation", key, row)}


@shim("eks", "DescribePodIdentityAssociation", "UpdatePodIdentityAssociation", "DeletePodIdentityAssociation")
def pod_identity_association(call: Call) -> Answer:
    """By id; the role can be changed."""
    key = call.params["associationId"]
    row = _row(call, "podIdentityAssociation", key)
    if call.operation.startswith("Update"):
        names = ("roleArn", "targetRoleArn", "disableSessionTags")
        row |= {name: call.params[name] for name in names if name in call.params} | {"modifiedAt": call.at}
    elif call.operation.startswith("Delete"):
        del _rows(call, "podIdentityAssociation")[key]
    return {"association": row}


@shim("eks", "ListPodIdentityAssociations")
def list_pod_identity_associations(call: Call) -> Answer:
    """All, or those of a namespace or service account."""
    wanted = {name: call.params[name] for name in ("namespace", "serviceAccount") if call.params.get(name)}
    rows = _rows(call, "podIdentityAssociation").values()
    names = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
    return {
        "associations": [
            {name: row[name] for name in names}
            for row in rows
            if all(row[name] == value for name, value in wanted.items())
        ]
    }


# ── add-ons ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_ADDON = ("serviceAccountRoleArn", "configurationValues", "tags")


@shim("eks", "CreateAddon")
def create_addon(call: Call) -> Answer:
    """Active at once; which versions there are is not known here."""
    params, name = call.params, call.params["addonName"]
    row = {key: params[key] for key in _ADDON if key in params}
    row |= {
        "addonName": name,
        "status": "ACTIVE",
        "addonVersion": params.get("addonVersion") or "v1.0.0-eksbuild.1",
        "health": {"issues": []},
        "addonArn": _arn(call, "addon", name, moto.random_uuid()),
    }
    return {"addon": _add(call, "addon", name, row)}


@shim("eks", "DescribeAddon", "DeleteAddon")
def describe_addon(call: Call) -> Answer:
    """By name."""
    row = _row(call, "addon", call.params["addonName"])
    if call.operation.startswith("Delete"):
        del _rows(call, "addon")[call.params["addonName"]]
        return {"addon": row | {"status": "DELETING"}}
    return {"addon": row}


@shim("eks", "UpdateAddon")
def update_addon(call: Call) -> Answer:
    """Version, role and configuration."""
    row = _row(call, "addon", call.params["addonName"])
    names = ("addonVersion", "serviceAccountRoleArn", "configurationValues")
    row |= {name: call.params[name] for name in names if name in call.params} | {"modifiedAt": call.at}
    update = {"id": moto.random_uuid(), "status": "Successful", "type": "AddonUpdate", "params": [], "errors": []}
    return {"update": update | {"createdAt": call.at}}


@shim("eks", "ListAddons")
def list_addons(call: Call) -> Answer:
    """The names."""
    return {"addons": sorted(_rows(call, "addon"))}
