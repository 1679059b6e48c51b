"""The platform's roles: who may take them, what they may do, and that nobody else's names are in the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bastide.aws.permissions import platform_policies
from bastide.aws.registry import kinds
from bastide.errors import InputError
from bastide.iam.decide import decide_policy
from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request
from bastide.model import Estate, Resource
from bastide.model.platform import BOUNDARY, BREAK_GLASS, DEPLOYER, LOG_READER, READER
from bastide.model.provisional import organization_id
from bastide.prove.guardrail import all_guardrails, shared_parameters
from tests.declare.architectures import MANAGEMENT, expanded, objections, small

HELD = platform_policies(kinds())
OURS = (READER, DEPLOYER, BREAK_GLASS, LOG_READER)


@pytest.fixture(scope="module")
def estate() -> Estate:
    return expanded(platform_policies=HELD, external_id="of-the-store")


def role(estate: Estate, name: str, account: str = "shop") -> Resource:
    assert estate.organization is not None
    ids = {one.name: one.id for one in estate.organization.accounts} | {"management": MANAGEMENT}
    return next(one for one in estate.of_type("AWS::IAM::Role") if (one.id, one.account) == (name, ids[account]))


def taken(role: Resource, arn: str, **context: str) -> bool:
    trust = [parse_policy(role.properties["AssumeRolePolicyDocument"])]
    caller = Principal(arn, organization=organization_id())
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    return decide_policy(trust, Request(caller, "sts:AssumeRole", role.arn, keys)).allowed


def of_set(name: str, account: str, region: str = "eu-west-1/") -> str:
    return f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/{region}AWSReservedSSO_{name}_0123456789abcdef"


def test_no_role_but_break_glass_is_an_administrator_and_each_has_what_is_called(estate: Estate) -> None:
    for one in estate.of_type("AWS::IAM::Role"):
        attached = one.properties["ManagedPolicyArns"]
        assert any(arn.endswith("/AdministratorAccess") for arn in attached) == (one.id == BREAK_GLASS), one.key
    made = {one.arn: one for one in estate.of_type("AWS::IAM::ManagedPolicy")}
    deployer, reader = role(estate, DEPLOYER), role(estate, READER)
    assert set(reader.properties["ManagedPolicyArns"]) < set(deployer.properties["ManagedPolicyArns"])
    assert len(deployer.properties["ManagedPolicyArns"]) == sum(len(documents) for documents in HELD.values())
    for one in (deployer, reader):
        assert {made[arn].key for arn in one.properties["ManagedPolicyArns"]} == set(one.depends_on)


def test_no_control_objects_to_the_policies(estate: Estate) -> None:
    assert objections(estate) == []


def test_only_the_management_account_s_roles_enter_others(estate: Estate) -> None:
    assert role(estate, DEPLOYER).properties["Policies"] == []
    (policy,) = role(estate, DEPLOYER, "management").properties["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [
        "arn:aws:iam::*:role/OrganizationAccountAccessRole", f"arn:aws:iam::*:role/bastide/{DEPLOYER}",
    ]  # fmt: skip
    assert "OrganizationAccountAccessRole" not in json.dumps(role(estate, READER, "management").properties)


@pytest.mark.parametrize("name", [DEPLOYER, READER])
def test_unless_named_administrators_of_identity_center_take_the_roles_and_nobody_else_does(
    estate: Estate, name: str
) -> None:
    known = {"sts__ExternalId": "of-the-store"}
    for region in ("eu-west-1/", ""):
        assert taken(role(estate, name), of_set("Administrator", MANAGEMENT, region), **known)
    assert taken(role(estate, name), f"arn:aws:iam::{MANAGEMENT}:role/bastide/{DEPLOYER}", **known)
    assert not taken(role(estate, name), of_set("Administrator", MANAGEMENT))
    assert not taken(role(estate, name), of_set("PowerUser", MANAGEMENT), **known)
    assert not taken(role(estate, name), f"arn:aws:iam::{MANAGEMENT}:role/anybody", **known)
    assert not taken(role(estate, name), f"arn:aws:iam::{MANAGEMENT}:root", **known)


def test_the_reader_of_the_management_account_takes_readers_only(estate: Estate) -> None:
    reader = f"arn:aws:iam::{MANAGEMENT}:role/bastide/{READER}"
    assert taken(role(estate, READER), reader, sts__ExternalId="of-the-store")
    assert not taken(role(estate, DEPLOYER), reader, sts__ExternalId="of-the-store")


def test_the_file_names_who_deploys() -> None:
    named = ["role/ci/bastide-*", f"arn:aws:iam::{MANAGEMENT}:user/ops"]
    deployer = role(expanded(small(identity={"deployers": named, "external-id": "ours"})), DEPLOYER)
    for arn in ("role/ci/bastide-main", "user/ops"):
        assert taken(deployer, f"arn:aws:iam::{MANAGEMENT}:{arn}", sts__ExternalId="ours")
    assert not taken(deployer, of_set("Administrator", MANAGEMENT), sts__ExternalId="ours")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("*", "'*' names no role and no user"),
        ("role/*", "'role/*' names no role and no user"),
        (f"arn:aws:iam::{MANAGEMENT}:root", f"'arn:aws:iam::{MANAGEMENT}:root' names no role and no user"),
        (
            "arn:aws:iam::999999999999:role/ci",
            "arn:aws:iam::999999999999:role/ci lies outside the management account, which alone enters the others",
        ),
    ],
)
def test_who_deploys_is_named_and_belongs_to_the_management_account(text: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        expanded(small(identity={"deployers": [text]}))
    assert [problem.what for problem in caught.value.problems] == [what]


def test_an_external_id_has_the_form_that_sts_asks_for() -> None:
    with pytest.raises(InputError, match="'a' cannot be an external id"):
        expanded(small(identity={"external-id": "a"}))


def test_the_security_team_reads_logs_from_the_audit_account(estate: Estate) -> None:
    reader = role(estate, LOG_READER, "log-archive")
    assert estate.organization is not None
    audit = next(one.id for one in estate.organization.accounts if one.name == "audit")
    assert taken(reader, of_set("SecurityAudit", audit))
    assert not taken(reader, of_set("ReadOnly", audit))
    assert not taken(reader, of_set("SecurityAudit", MANAGEMENT))
    (inline,) = reader.properties["Policies"]
    own = parse_policy(inline["PolicyDocument"])
    caller = Principal(reader.arn, organization=organization_id())
    keys = {one.arn: one for one in estate.of_type("AWS::KMS::Key") if one.account == reader.account}
    for bucket in estate.of_type("AWS::S3::BucketPolicy"):
        resource = f"arn:aws:s3:::{bucket.id}/AWSLogs/x"
        get = Request(caller, "s3:GetObject", resource, {"aws:SecureTransport": "true"})
        assert decide_policy([own], get).allowed
        assert decide_policy([parse_policy(bucket.properties["PolicyDocument"])], get).allowed
    named = {"kms:EncryptionContext:aws:cloudtrail:arn": "x", "kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    used = [key for key in keys.values() if str(key.properties["Description"]).startswith("Encrypts acme-")]
    assert len(used) == 3
    for key in used:
        decrypt = Request(caller, "kms:Decrypt", key.arn, named)
        assert decide_policy([own], decrypt).allowed
        assert decide_policy([parse_policy(key.properties["KeyPolicy"])], decrypt).allowed
    put = Request(caller, "s3:PutObject", f"{next(iter(estate.of_type('AWS::S3::Bucket'))).arn}/x")
    assert not decide_policy([own], put).allowed


def test_names_are_ours_alone_and_guardrails_exempt_them_by_path(estate: Estate) -> None:
    for one in estate.of_type("AWS::IAM::Role"):
        assert one.id.startswith("bastide-")
        assert f":role/bastide/{one.id}" in one.arn
    for one in estate.of_type("AWS::IAM::ManagedPolicy"):
        assert str(one.properties["ManagedPolicyName"]).startswith("bastide-")
    assert "arn:*:iam::*:role/bastide/*" in (shared_parameters()["exempt"].default or ())
    boundary = all_guardrails()["permission-boundary"].parameters["boundary"].default
    assert boundary == f"arn:*:iam::*:policy/bastide/{BOUNDARY}"


def test_the_same_external_id_gives_the_same_estate_and_the_file_s_goes_first() -> None:
    def asked(**known: Any) -> str:
        return str(role(expanded(**known), DEPLOYER).get("AssumeRolePolicyDocument.Statement.0.Condition"))

    assert asked(external_id="aa") == asked(external_id="aa")
    assert "'aa'" in asked(external_id="aa")
    assert "'bb'" in asked(value=small(identity={"external-id": "bb"}), external_id="aa")
