"""Questions over an estate: what is in force for whom, and what could not be read."""

from typing import Any

import pytest

from bastide.iam.access import Court
from bastide.iam.caller_text import parse_principal
from bastide.iam.estate import Policies
from bastide.iam.parse import parse_policy
from bastide.iam.request import Request
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unknown

HOME, AWAY, MANAGEMENT = "111122223333", "444455556666", "999900001111"
BUCKET = "arn:aws:s3:::b"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    base = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{**base, **one} for one in statements]}


def role(name: str, account: str = HOME, **properties: Any) -> Resource:
    arn = f"arn:aws:iam::{account}:role/team/{name}"
    trust = policy({"Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"})
    del trust["Statement"][0]["Resource"]
    known = {"RoleName": name, "Path": "/team/", "AssumeRolePolicyDocument": trust, **properties}
    return Resource("AWS::IAM::Role", account, "global", name, known, arn)


def inline(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"PolicyName": "inline", "PolicyDocument": policy(*statements)}]


def organization(*scps: tuple[str, dict[str, Any]]) -> Organization:
    accounts = tuple(Account(id, id, parent_id="r-1") for id in (HOME, AWAY, MANAGEMENT))
    full = OrganizationPolicy("p-0", "FullAWSAccess", "SERVICE_CONTROL_POLICY", parse_policy(policy({})),
                              ("r-1", HOME, AWAY, MANAGEMENT))  # fmt: skip
    others = tuple(
        OrganizationPolicy(f"p-{number}", f"scp-{number}", "SERVICE_CONTROL_POLICY", parse_policy(document), (target,))
        for number, (target, document) in enumerate(scps, 1)
    )
    return Organization("o-1", "r-1", MANAGEMENT, accounts, policies=(full, *others))


BUCKET_POLICY = Resource(
    "AWS::S3::BucketPolicy", HOME, "eu-west-1", "b",
    {"Bucket": "b", "PolicyDocument": policy({"Principal": {"AWS": AWAY}, "Action": "s3:GetObject"})},
)  # fmt: skip
ESTATE = Estate(
    (
        role("admin", ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        role("reader", ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        role("bounded", Policies=inline({}), PermissionsBoundary="arn:aws:iam::111122223333:policy/edge"),
        role("office", Policies=inline({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})),
        role("partner", AWAY, Policies=inline({"Action": "s3:*"}), Tags=[{"Key": "team", "Value": "red"}]),
        role("unread", Policies=Unknown("AccessDenied")),
        Resource("AWS::IAM::ManagedPolicy", HOME, "global", "edge", {"PolicyDocument": policy({"Action": "ec2:*"})},
                 "arn:aws:iam::111122223333:policy/edge"),
        Resource("AWS::S3::Bucket", HOME, "eu-west-1", "b", {"BucketName": "b"}, BUCKET),
        BUCKET_POLICY,
    ),
    organization((HOME, policy({"Effect": "Deny", "Action": "s3:DeleteBucket"}))),
)  # fmt: skip


@pytest.fixture(scope="module")
def court() -> Court:
    return Court(Policies(ESTATE))


def test_who_can_read_an_object(court: Court) -> None:
    found = {row.principal: row.outcome for row in court.who_can("s3:GetObject", f"{BUCKET}/k")}
    assert found == {
        f"arn:aws:iam::{HOME}:role/team/admin": "allowed",
        f"arn:aws:iam::{HOME}:role/team/reader": "unknown",
        f"arn:aws:iam::{HOME}:role/team/office": "conditional",
        f"arn:aws:iam::{HOME}:role/team/unread": "unknown",
        f"arn:aws:iam::{HOME}:root": "allowed",
        f"arn:aws:iam::{AWAY}:role/team/partner": "allowed",
        f"arn:aws:iam::{AWAY}:root": "allowed",
    }


def test_a_service_control_policy_leaves_nobody(court: Court) -> None:
    assert list(court.who_can("s3:DeleteBucket", BUCKET)) == []


def test_the_name_of_the_denying_policy_is_in_the_reason(court: Court) -> None:
    caller = parse_principal(f"arn:aws:iam::{HOME}:role/team/admin")
    ruling = court.ruling(Request(caller, "s3:DeleteBucket", BUCKET))
    assert ruling.outcome == "explicit_deny"
    assert any("statement 0 of scp-1 denies it explicitly" in reason.text for reason in ruling.decision.reasons)


def test_a_session_is_judged_by_the_policies_of_its_role(court: Court) -> None:
    session = parse_principal(f"arn:aws:sts::{HOME}:assumed-role/bounded/me")
    assert court.ruling(Request(session, "ec2:RunInstances")).outcome == "allowed"
    assert court.ruling(Request(session, "iam:CreateUser")).outcome == "implicit_deny"


def test_an_unread_policy_never_turns_into_a_yes_or_a_no(court: Court) -> None:
    caller = parse_principal(f"arn:aws:iam::{HOME}:role/team/unread")
    ruling = court.ruling(Request(caller, "ec2:RunInstances"))
    assert ruling.outcome == "unknown"
    assert [str(one) for one in ruling.unread] == [f"inline policies of {caller.arn}: AccessDenied"]


def test_what_no_unread_policy_could_grant_stays_denied(court: Court) -> None:
    outside = parse_principal("arn:aws:iam::123412341234:role/x")
    assert court.ruling(Request(outside, "s3:GetObject", f"{BUCKET}/k")).outcome == "implicit_deny"


def test_the_estate_tells_tags_and_organization_ids(court: Court) -> None:
    asked = Request(parse_principal(f"arn:aws:iam::{AWAY}:role/team/partner"), "s3:GetObject", f"{BUCKET}/k")
    keys = court.policies.completed(asked).keys
    assert keys["aws:principaltag/team"] == ("red",)
    assert keys["aws:principalorgid"] == keys["aws:resourceorgid"] == ("o-1",)
    assert keys["aws:principalorgpaths"] == ("o-1/r-1/",)
    assert keys["aws:resourceaccount"] == (HOME,)


def test_trust_policies_speak_of_assuming_the_role_alone(court: Court) -> None:
    admin = parse_principal(f"arn:aws:iam::{HOME}:role/team/admin")
    target = f"arn:aws:iam::{HOME}:role/team/office"
    assert court.ruling(Request(admin, "sts:AssumeRole", target)).outcome == "allowed"
    assert court.ruling(Request(admin, "iam:DeleteRole", target)).outcome == "allowed"
    partner = parse_principal(f"arn:aws:iam::{AWAY}:role/team/partner")
    assert court.ruling(Request(partner, "sts:AssumeRole", target)).outcome == "implicit_deny"


def test_what_a_role_can_do_is_listed_by_action_and_pattern(court: Court) -> None:
    actions = ["ec2:RunInstances", "iam:CreateUser", "s3:GetObject", "s3:DeleteBucket"]
    found = court.what_can(parse_principal(f"arn:aws:iam::{HOME}:role/team/bounded"), actions)
    assert [(row.action, row.resource, row.outcome) for row in found] == [("ec2:RunInstances", "*", "allowed")]
    partner = court.what_can(parse_principal(f"arn:aws:iam::{AWAY}:role/team/partner"), ["s3:GetObject"])
    assert [row.outcome for row in partner] == ["allowed"]


def test_a_role_that_nobody_has_seen_has_a_trust_policy_that_nobody_has_read(court: Court) -> None:
    admin = parse_principal(f"arn:aws:iam::{HOME}:role/team/admin")
    assert court.ruling(Request(admin, "sts:AssumeRole", f"arn:aws:iam::{HOME}:role/gone")).outcome == "unknown"


def test_permissions_of_a_function_are_its_policy() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{HOME}:function:f"
    properties = {
        "FunctionName": "f",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceAccount": HOME,
    }
    permission = Resource("AWS::Lambda::Permission", HOME, "eu-west-1", "p", properties)
    court = Court(Policies(Estate((permission,))))
    service = parse_principal("s3.amazonaws.com")
    asked = Request(service, "lambda:InvokeFunction", arn, {"aws:SourceAccount": HOME})
    assert court.ruling(asked).outcome == "allowed"
    assert court.ruling(Request(service, "lambda:InvokeFunction", arn)).outcome == "conditional"


AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


def audited(document: Any) -> Policies:
    texts = {"Policies": [{"PolicyArn": AUDIT, "VersionId": "v42", "PolicyDocument": document}]}
    of_aws = Resource("Bastide::IAM::AwsManagedPolicies", AWAY, "global", AWAY, texts)
    return Policies(Estate((role("auditor", ManagedPolicyArns=[AUDIT]), of_aws)))


def test_aws_own_policies_are_in_force_as_they_were_read_in_any_account() -> None:
    identity = audited(policy({"Action": "s3:List*"})).own_policies(role("auditor", ManagedPolicyArns=[AUDIT]))
    assert identity.unread == ()
    assert [statement.action for statement in identity.identity[0].statements] == [("s3:List*",)]


def test_a_text_of_aws_that_was_not_read_stays_unknown() -> None:
    identity = audited(Unknown("AccessDenied")).own_policies(role("auditor", ManagedPolicyArns=[AUDIT]))
    assert [str(one) for one in identity.unread] == [f"{AUDIT}: the text of this policy of AWS was not read"]
