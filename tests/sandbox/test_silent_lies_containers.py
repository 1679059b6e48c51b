"""EKS and ECS, as AWS documents them.

Source: Amazon EKS API Reference, CreateCluster, CreateAccessEntry, AssociateAccessPolicy, UpdateClusterConfig,
CreatePodIdentityAssociation, CreateAddon; Amazon ECS API Reference, CreateService, RunTask, AwsVpcConfiguration.
"""

from __future__ import annotations

from typing import Any

import pytest

ROLE = "arn:aws:iam::111122223333:role/people"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
_number = iter(range(1000))


@pytest.fixture
def eks(world: Any) -> Any:
    """EKS of the member work."""
    return world.client("eks", "work")


def make(world: Any, **more: Any) -> str:
    """The name of a new cluster."""
    name = f"cluster-{next(_number)}"
    subnet = world.client("ec2", "work").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"subnetIds": [subnet], **more.pop("network", {})}
    role = f"arn:aws:iam::{world.accounts['work']}:role/OrganizationAccountAccessRole"
    world.client("eks", "work").create_cluster(name=name, roleArn=role, resourcesVpcConfig=network, **more)
    return name


def test_a_clusters_endpoint_is_public_unless_told_otherwise(world: Any, eks: Any, refused: Any) -> None:
    found = eks.describe_cluster(name=make(world))["cluster"]
    network = found["resourcesVpcConfig"]
    assert (network["endpointPublicAccess"], network["publicAccessCidrs"]) == (True, ["0.0.0.0/0"])
    assert found["accessConfig"]["authenticationMode"] == "CONFIG_MAP"
    neither = {"endpointPublicAccess": False, "endpointPrivateAccess": False}
    refused("InvalidParameterException", make, world=world, network=neither)


def test_an_update_changes_what_it_names_and_modes_go_one_way(world: Any, eks: Any, refused: Any) -> None:
    name = make(world)
    eks.update_cluster_config(name=name, resourcesVpcConfig={"endpointPrivateAccess": True})
    network = eks.describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]
    assert (network["endpointPublicAccess"], network["endpointPrivateAccess"]) == (True, True)
    assert network["subnetIds"]
    eks.update_cluster_config(name=name, accessConfig={"authenticationMode": "API"})
    back = {"authenticationMode": "CONFIG_MAP"}
    refused("InvalidRequestException", eks.update_cluster_config, name=name, accessConfig=back)


def test_audit_logs_are_turned_on_without_turning_others_off(world: Any, eks: Any) -> None:
    name = make(world)
    for kind in ("audit", "api"):
        eks.update_cluster_config(name=name, logging={"clusterLogging": [{"types": [kind], "enabled": True}]})
    rows = eks.describe_cluster(name=name)["cluster"]["logging"]["clusterLogging"]
    assert {kind for row in rows if row["enabled"] for kind in row["types"]} == {"audit", "api"}


def test_whoever_makes_a_cluster_administers_it_unless_told_otherwise(world: Any, eks: Any) -> None:
    maker = f"arn:aws:iam::{world.accounts['work']}:role/OrganizationAccountAccessRole"
    name = make(world, accessConfig={"authenticationMode": "API"})
    assert eks.list_access_entries(clusterName=name)["accessEntries"] == [maker]
    rows = eks.list_associated_access_policies(clusterName=name, principalArn=maker)["associatedAccessPolicies"]
    assert [row["policyArn"] for row in rows] == [ADMIN]
    config = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert eks.list_access_entries(clusterName=make(world, accessConfig=config))["accessEntries"] == []


def test_access_entries_live_in_clusters_that_authenticate_by_api(world: Any, eks: Any, refused: Any) -> None:
    entry = {"clusterName": make(world), "principalArn": ROLE}
    refused("InvalidRequestException", eks.create_access_entry, **entry)
    eks.update_cluster_config(name=entry["clusterName"], accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    made = eks.create_access_entry(**entry, kubernetesGroups=["readers"])["accessEntry"]
    assert (made["type"], made["kubernetesGroups"]) == ("STANDARD", ["readers"])
    refused("ResourceInUseException", eks.create_access_entry, **entry)
    scope = {"type": "namespace", "namespaces": ["shop"]}
    eks.associate_access_policy(**entry, policyArn=ADMIN, accessScope=scope)
    assert eks.list_access_entries(clusterName=entry["clusterName"], associatedPolicyArn=ADMIN)["accessEntries"] == [
        ROLE
    ]
    eks.delete_access_entry(**entry)
    refused("ResourceNotFoundException", eks.describe_access_entry, **entry)


@pytest.mark.parametrize(
    "more",
    [{"kubernetesGroups": ["system:masters"]}, {"type": "EC2_LINUX", "kubernetesGroups": ["x"]}, {"principalArn": "x"}],
)
def test_an_access_entry_cannot_take_what_is_kubernetess_own(world: Any, eks: Any, refused: Any, more: Any) -> None:
    name = make(world, accessConfig={"authenticationMode": "API"})
    refused("InvalidParameterException", eks.create_access_entry, **{"clusterName": name, "principalArn": ROLE, **more})


def test_a_service_account_has_one_role_and_add_ons_are_read_back(world: Any, eks: Any, refused: Any) -> None:
    name = make(world)
    pod = {"clusterName": name, "namespace": "shop", "serviceAccount": "cart", "roleArn": ROLE}
    made = eks.create_pod_identity_association(**pod)["association"]
    refused("ResourceInUseException", eks.create_pod_identity_association, **pod)
    listed = eks.list_pod_identity_associations(clusterName=name, namespace="shop")["associations"]
    assert [row["associationId"] for row in listed] == [made["associationId"]]
    eks.delete_pod_identity_association(clusterName=name, associationId=made["associationId"])
    assert eks.list_pod_identity_associations(clusterName=name)["associations"] == []
    eks.create_addon(clusterName=name, addonName="vpc-cni", configurationValues="{}")
    assert eks.describe_addon(clusterName=name, addonName="vpc-cni")["addon"]["configurationValues"] == "{}"
    assert eks.list_addons(clusterName=name)["addons"] == ["vpc-cni"]
    refused("ResourceNotFoundException", eks.describe_addon, clusterName=name, addonName="coredns")


# ── ECS ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_fargate_service_and_task_need_no_security_group_nor_memory_of_each_container(world: Any) -> None:
    ec2, ecs = world.client("ec2", "audit"), world.client("ecs", "audit")
    subnet = ec2.describe_subnets()["Subnets"][0]
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="f", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "a", "image": "x"}],
    )  # fmt: skip
    network = {"awsvpcConfiguration": {"subnets": [subnet["SubnetId"]]}}
    run = {"cluster": "c", "taskDefinition": "f", "launchType": "FARGATE", "networkConfiguration": network}
    assert ecs.create_service(serviceName="s", desiredCount=1, **run)["service"]["serviceName"] == "s"
    task = ecs.run_task(**run)["tasks"][0]
    details = {row["name"]: row["value"] for row in task["attachments"][0]["details"]}
    interface = ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
    assert [row["GroupName"] for row in interface["NetworkInterfaces"][0]["Groups"]] == ["default"]


def test_a_task_without_instances_to_run_on_is_refused(world: Any, refused: Any) -> None:
    ecs = world.client("ecs", "log")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="f", containerDefinitions=[{"name": "a", "image": "x", "memory": 64}])
    response = refused("InvalidParameterException", ecs.run_task, cluster="c", taskDefinition="f")
    assert response["Error"]["Message"] == "No Container Instances were found in your cluster."
