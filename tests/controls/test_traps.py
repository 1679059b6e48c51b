"""Wrong answers that scanners are known to give: policies, rules and blocks that mean another thing than they look.

Each line is one variant of one trap. Contested ones are decided by AWS's documentation, which is cited.
"""

from typing import Any

import pytest

from bastide.assess import run
from bastide.controls import all_controls
from bastide.iam.exposure import public
from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, Origin, Resource, Status

ACCOUNT, REGION, BUCKET = "222222222222", "eu-west-1", "shop"
CONTROLS = {control.id: control for control in all_controls()}
OPEN = {"BlockPublicAcls": False, "BlockPublicPolicy": False, "IgnorePublicAcls": False, "RestrictPublicBuckets": False}
BOTH = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
TLS = {"Bool": {"aws:SecureTransport": "false"}}


def thing(kind: str, id_: str, properties: dict[str, Any], region: str = REGION) -> Resource:
    return Resource(kind, ACCOUNT, region, id_, properties, origin=Origin("observed"))


def said(control: str, subject: Resource, *others: Resource) -> str:
    """What one control says, with the estate read at a fixed time."""
    organization = Organization("o-acme", "r-root", ACCOUNT, (Account(ACCOUNT, "shop", parent_id="r-root"),))
    estate = Estate((subject, *others), organization, (), (REGION,), "live", "2026-06-01T00:00:00Z")
    return str(CONTROLS[control].verdict(subject, estate).status)


def bucket(policy: Any = None, block: dict[str, bool] | None = None, **properties: Any) -> list[Resource]:
    settings = {"PublicAccessBlockConfiguration": {**OPEN, **(block or {})}, **properties}
    found = [thing("AWS::S3::Bucket", BUCKET, settings)]
    if policy is not None:
        statements = policy if isinstance(policy, list) else [policy]
        found.append(
            thing("AWS::S3::BucketPolicy", BUCKET, {"Bucket": BUCKET, "PolicyDocument": {"Statement": statements}})
        )
    return found


def deny(**changed: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH, "Condition": TLS, **changed}


def allow(**changed: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": BOTH[1], **changed}


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (deny(), "PASS"),
        (deny(Action="s3:PutObject"), "FAIL"),
        (deny(Action="s3:Get*"), "FAIL"),
        (deny(Principal={"AWS": "arn:aws:iam::222222222222:role/a"}), "FAIL"),
        (deny(Resource=[BOTH[0], f"{BOTH[0]}/public/*"]), "FAIL"),
        (deny(Condition={**TLS, "StringEquals": {"aws:SourceVpc": "vpc-1"}}), "FAIL"),
        (deny(Condition={"Bool": {"aws:SecureTransport": ["false"]}}), "PASS"),
        (deny(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}), "PASS"),
        (deny(Condition={"Bool": {"aws:securetransport": "false"}}), "PASS"),
        (deny(Condition={"Bool": {"aws:SecureTransport": False}}), "PASS"),
        # Contested. IAM User Guide, "Condition operators": a string operator compares the key's text, which is false.
        (deny(Condition={"StringEquals": {"aws:SecureTransport": "false"}}), "PASS"),
    ],
)
def test_a_deny_of_plain_http_has_to_be_whole_however_it_is_written(statement: dict[str, Any], status: str) -> None:
    assert said("s3-bucket-requires-tls", *bucket(statement)) == status


@pytest.mark.parametrize(
    ("policy", "block", "status"),
    [
        (allow(), {}, "FAIL"),
        (allow(Condition={"StringLike": {"aws:SourceVpc": "vpc-*"}}), {}, "FAIL"),
        (allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), {}, "PASS"),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "s3:GetObject",
          "Resource": BOTH[1]}, {}, "FAIL"),
        (allow(), {"RestrictPublicBuckets": True}, "PASS"),
        (allow(), {"BlockPublicPolicy": True}, "FAIL"),
        (allow(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), {}, "FAIL"),
        (allow(Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}), {}, "FAIL"),
        (allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), {}, "PASS"),
        (allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}), {}, "PASS"),
        # Contested. IAM User Guide, "Policy evaluation logic": an explicit Deny wins over any Allow.
        ([allow(), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH,
                    "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}}}], {}, "PASS"),
    ],
)  # fmt: skip
def test_a_bucket_is_public_by_what_its_policy_means(policy: Any, block: dict[str, bool], status: str) -> None:
    assert said("s3-bucket-not-publicly-readable", *bucket(policy, block)) == status


@pytest.mark.parametrize(
    ("block", "properties", "status"),
    [
        ({}, {"AccessControl": "PublicRead"}, "FAIL"),
        ({"IgnorePublicAcls": True}, {"AccessControl": "PublicRead"}, "PASS"),
        ({"BlockPublicAcls": True}, {"AccessControl": "PublicRead"}, "FAIL"),
    ],
)
def test_a_public_acl_counts_unless_it_is_ignored(
    block: dict[str, bool], properties: dict[str, Any], status: str
) -> None:
    assert said("s3-bucket-not-publicly-readable", *bucket(None, block, **properties)) == status


PREFIXES = thing("AWS::EC2::PrefixList", "pl-1", {"Entries": [{"Cidr": "0.0.0.0/0"}]})


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}], "FAIL"),
        ([{"CidrIpv6": "::/1"}, {"CidrIpv6": "8000::/1"}], "FAIL"),
        ([{"SourcePrefixListId": "pl-1"}], "FAIL"),
        ([{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1", "FromPort": -1, "ToPort": -1}], "FAIL"),
        ([{"CidrIp": "0.0.0.0/0", "FromPort": 0, "ToPort": 65535}], "FAIL"),
        ([{"CidrIp": "0.0.0.0/1"}], "PASS"),
    ],
)
def test_a_port_is_open_by_all_rules_together(rules: list[dict[str, Any]], status: str) -> None:
    filled = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **rule} for rule in rules]
    group = thing("AWS::EC2::SecurityGroup", "sg-1", {"SecurityGroupIngress": filled})
    assert said("ec2-security-group-ssh-closed", group, PREFIXES) == status


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([{"Action": "*:*", "Resource": "*"}], "FAIL"),
        ([{"Action": "*", "Resource": "arn:aws:*:*:*:*"}], "FAIL"),
        ([{"Action": "*", "NotResource": "arn:aws:s3:::a"}], "FAIL"),
        # Contested. AWS Config, "iam-policy-no-statements-with-admin-access": who cannot use IAM cannot take the rest.
        ([{"NotAction": "iam:*", "Resource": "*"}], "PASS"),
        # Contested. IAM User Guide, "Policy evaluation logic": an explicit Deny wins.
        ([{"Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*"}], "PASS"),
    ],
)
def test_a_policy_makes_an_administrator_however_it_is_spelled(statements: list[dict[str, Any]], status: str) -> None:
    document = {"Statement": [{"Effect": "Allow", **one} for one in statements]}
    policy = thing("AWS::IAM::ManagedPolicy", "a", {"PolicyDocument": document}, "global")
    assert said("iam-policy-no-full-administration", policy) == status


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, "FAIL"),
        ({"StringLike": {"kms:CallerAccount": "*"}}, "FAIL"),
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT}}, "PASS"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}, "PASS"),
    ],
)
def test_a_key_is_public_unless_a_condition_fixes_the_caller(condition: dict[str, Any], status: str) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition}
    key = thing("AWS::KMS::Key", "k", {"KeyPolicy": {"Statement": [statement]}})
    assert said("kms-key-policy-not-public", key) == status


@pytest.mark.parametrize(
    ("source", "open_"),
    [("arn:aws:s3:::*", True), ("arn:aws:sns:*:*:*", True), ("arn:aws:sns:eu-west-1:222222222222:a", False)],
)
def test_a_queue_is_public_unless_the_source_names_an_account(source: str, open_: bool) -> None:
    condition = {"ArnLike": {"aws:SourceArn": source}}
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": condition,
    }
    assert bool(public(parse_policy({"Statement": [statement]}).statements)) is open_


def test_what_the_rule_says_and_what_can_be_reached_are_both_told_where_they_differ() -> None:
    account = thing("Bastide::S3::AccountPublicAccessBlock", ACCOUNT, dict.fromkeys(OPEN, True), "global")
    halves = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": f"{half}.0.0.0/1"} for half in (0, 128)]
    group = thing("AWS::EC2::SecurityGroup", "sg-1", {"SecurityGroupIngress": halves})
    whole = thing("AWS::EC2::SecurityGroup", "sg-2", {"SecurityGroupIngress": [{**halves[0], "CidrIp": "0.0.0.0/0"}]})
    estate = Estate((*bucket(allow()), account, group, whole), regions=(REGION,))
    chosen = [CONTROLS[name] for name in ("s3-bucket-public-access-blocked", "ec2-security-group-ssh-closed")]
    found = {finding.resource.id: finding for finding in run(estate, chosen).findings}
    assert {one.status for one in found.values()} == {Status.FAIL}
    assert {name: one["status"] for name, one in found[BUCKET].evidence.items()} == {
        "parity": "FAIL",
        "exposure": "PASS",
    }
    assert {name: one["status"] for name, one in found["sg-1"].evidence.items()} == {
        "parity": "PASS",
        "exposure": "FAIL",
    }
    assert found["sg-2"].evidence == {}
