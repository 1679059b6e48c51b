"""The same verdict from what runs and from AWS Config's item of it, for types that handlers make.

The sandbox's answer to the service's own Describe call, under the names that Config's schema has, is the item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import jmespath
import pytest

from bastide.aws.session import Target
from bastide.collect.recorded import estate_of_items
from bastide.model import Estate, Resource, Status
from bastide.sandbox import Sandbox
from tests.same_verdict.cases import controls_of, posed
from tests.same_verdict.forms import Refused, live, verdicts
from tests.same_verdict.recorded import item

EVERY = 3  # one case in so many is made
Told = tuple[dict[str, Any], dict[str, Any]]  # what the Describe call answers of it, and what supplements an item


class Described(NamedTuple):
    """The call that tells of all resources of a type, where they stand in its answer, and what names one."""

    service: str
    call: str
    items: str
    name: str


DESCRIBED = {
    "AWS::EC2::Instance": Described("ec2", "describe_instances", "Reservations[].Instances[]", "InstanceId"),
    "AWS::EC2::NetworkAcl": Described("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "AWS::EC2::SecurityGroup": Described("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    "AWS::EC2::Subnet": Described("ec2", "describe_subnets", "Subnets", "SubnetId"),
    "AWS::EC2::VPC": Described("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    "AWS::EC2::VPCEndpoint": Described("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "AWS::EC2::Volume": Described("ec2", "describe_volumes", "Volumes", "VolumeId"),
    "AWS::CloudTrail::Trail": Described("cloudtrail", "describe_trails", "trailList", "Name"),
    "AWS::IAM::Group": Described("iam", "get_account_authorization_details", "GroupDetailList", "GroupName"),
    "AWS::IAM::ManagedPolicy": Described("iam", "get_account_authorization_details", "Policies", "Arn"),
    "AWS::IAM::Role": Described("iam", "get_account_authorization_details", "RoleDetailList", "RoleName"),
    "AWS::IAM::User": Described("iam", "get_account_authorization_details", "UserDetailList", "UserName"),
    "AWS::KMS::Key": Described("kms", "describe_key", "KeyMetadata", "KeyId"),
}


# Without a filter IAM tells of a thousand policies of AWS.
OWN = ("User", "Role", "Group", "LocalManagedPolicy")
ASKED: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "kms": lambda id: {"KeyId": id},
    "iam": lambda id: {"Filter": list(OWN)},
}


def described(at: Any, subject: Resource) -> Told:
    """What the service says of the subject."""
    how = DESCRIBED[subject.type]
    client = at.client(how.service)
    asked = ASKED[how.service](subject.id) if how.service in ASKED else {}
    found = jmespath.search(how.items, getattr(client, how.call)(**asked))
    found = found if isinstance(found, list) else [found]
    told = next(one for one in found if one[how.name] == subject.id)
    beside = SUPPLEMENTED.get(subject.type, _nothing)(client, subject.id)
    if told.get("KeyName") == "None":  # moto: says so of an instance without a key pair
        del told["KeyName"]
    return told, beside


def _nothing(client: Any, id: str) -> dict[str, Any]:
    return {}


def _of_key(client: Any, id: str) -> dict[str, Any]:
    policy = client.get_key_policy(KeyId=id, PolicyName="default")["Policy"]
    return {"KeyRotationStatus": client.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"], "Policy": policy}


def _of_trail(client: Any, id: str) -> dict[str, Any]:
    return {"EventSelectors": client.get_event_selectors(TrailName=id).get("EventSelectors", [])}


SUPPLEMENTED: Mapping[str, Callable[[Any, str], dict[str, Any]]] = {
    "AWS::KMS::Key": _of_key,
    "AWS::CloudTrail::Trail": _of_trail,
}


def recorded(at: Any, subject: Resource, estate: Estate) -> tuple[Resource, Estate]:
    """The subject as it is read from Config's item of it, in the estate that runs."""
    told, beside = described(at, subject)
    place = {"awsAccountId": subject.account, "awsRegion": subject.region, "resourceId": subject.id}
    tags = {one["Key"]: one["Value"] for one in told.get("Tags", ())}
    body = item(subject.type, told, beside, **place, resourceName=subject.id, ARN=subject.arn, tags=tags)
    [found] = [one for one in estate_of_items({"f": [body]}).estate.resources if one.type == subject.type]
    read = replace(subject, properties=found.properties, origin=found.origin)
    return read, replace(estate, resources=tuple(read if one.key == read.key else one for one in estate.resources))


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Sandbox, Target]]:
    sandbox = Sandbox()
    yield sandbox, Target.sandbox(sandbox)
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize("type", DESCRIBED)
def test_what_config_records_gets_no_other_verdict_than_what_runs(type: str, place: tuple[Sandbox, Target]) -> None:
    controls, differing, known = controls_of()[type], [], 0
    for one in list(posed(type))[::EVERY]:
        world = one.world()
        assert world is not None
        found = live(*place, world, controls)
        if isinstance(found, Refused):
            continue
        subject, estate = found
        at = place[1].connection(subject.account, subject.region)
        wanted, read = verdicts(controls, subject, estate), verdicts(controls, *recorded(at, subject, estate))
        for control, seen in read.items():
            known += seen.status is not Status.UNKNOWN
            if Status.UNKNOWN not in (seen.status, wanted[control].status) and seen.status != wanted[control].status:
                differing.append(f"{one.name}: {control}: {wanted[control]} is {seen}")
    assert not differing
    assert known
