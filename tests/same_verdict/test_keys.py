"""Whose key encrypts a volume: one verdict from a template that makes the key, and from the account where it was made.

Where nothing names a key, or a name of AWS's, the account answers the ARN of the key that AWS manages; that must not
pass for a key of one's own. A key that waits for its deletion is still one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bastide.assess import run
from bastide.aws.session import Target
from bastide.collect import collect
from bastide.controls import Control, all_controls
from bastide.model import Estate, Gap, Status
from bastide.sandbox import Sandbox
from bastide.show.healing import assessed_listers
from tests.same_verdict.cases import Posed
from tests.same_verdict.forms import NOW, Refused, declared, live, rendered, verdicts
from tests.same_verdict.world import ACCOUNT, HOME, Part

OWN = [one for one in all_controls() if one.id == "ec2-volume-own-key"]
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/the-key"


@pytest.fixture
def place() -> Iterator[tuple[Sandbox, Target]]:
    sandbox = Sandbox()
    yield sandbox, Target.sandbox(sandbox)
    sandbox.close()


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ({"Encrypted": True, "KmsKeyId": KEY}, Status.PASS),
        ({"Encrypted": True, "KmsKeyId": "the-key"}, Status.PASS),
        ({"Encrypted": True, "KmsKeyId": "alias/aws/ebs"}, Status.FAIL),
        ({"Encrypted": True}, Status.FAIL),
        ({}, Status.FAIL),
    ],
)
def test_whose_key_a_volume_has_is_one_verdict_in_every_form(
    place: tuple[Sandbox, Target], named: dict[str, object], status: Status
) -> None:
    subject, key = Part("AWS::EC2::Volume", "one", named), Part("AWS::KMS::Key", "the-key", {}, KEY)
    world = Posed("a volume", subject, (key,)).world()
    assert world is not None
    found = live(*place, world, OWN)
    assert not isinstance(found, Refused)
    forms = (declared(world), rendered(world), found)
    assert {one[0].origin.source for one in forms} == {"declared", "template", "observed"}
    assert [verdicts(OWN, *one)[OWN[0].id].status for one in forms] == [status] * 3


def test_an_account_tells_its_own_keys_from_those_that_aws_manages(place: tuple[Sandbox, Target]) -> None:
    at = place[1].connection(ACCOUNT, HOME)
    kms, ec2 = at.client("kms"), at.client("ec2")
    own, doomed = (kms.create_key()["KeyMetadata"] for _ in range(2))
    named: tuple[dict[str, str], ...] = ({}, {"KmsKeyId": own["Arn"]}, {"KmsKeyId": doomed["KeyId"]})
    made = [ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, Encrypted=True, **one)["VolumeId"] for one in named]
    kms.schedule_key_deletion(KeyId=doomed["KeyId"])
    estate = collect(place[1], None, assessed_listers(OWN), (HOME,), read_at=NOW)
    assert said(estate, OWN) == dict(zip(made, (Status.FAIL, Status.PASS, Status.PASS), strict=True))
    theirs = next(one for one in estate.of_type("AWS::EC2::Volume") if one.id == made[0])
    assert str(theirs.get("KmsKeyId")).startswith(f"arn:aws:kms:{HOME}:{ACCOUNT}:key/"), "not said by its name"
    blind = replace(
        estate,
        resources=estate.of_type("AWS::EC2::Volume"),
        gaps=tuple(Gap(kind, ACCOUNT, HOME, "AccessDenied") for kind in OWN[0].reads),
    )
    assert set(said(blind, OWN).values()) == {Status.UNKNOWN}


def test_keys_are_listed_for_who_asks_whose_they_are_and_for_nobody_else() -> None:
    encrypted = [one for one in all_controls() if one.id == "ec2-volume-encrypted"]
    assert set(assessed_listers(OWN)) == {"AWS::EC2::Volume", "AWS::KMS::Key", "Bastide::KMS::PendingKey"}
    assert not {"AWS::KMS::Key", "Bastide::KMS::PendingKey"} & set(assessed_listers(encrypted))


def said(estate: Estate, controls: list[Control]) -> dict[str, Status]:
    return {one.resource.id: one.status for one in run(estate, controls, include_passes=True).findings}
