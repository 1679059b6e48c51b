"""Policies are enforced: by the organization's tree as it is, over all kinds of policies, in AWS's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import MANAGEMENT_ACCOUNT, Sandbox
from bastide.sandbox.wire import HttpRequest

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(action: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*", **more}


@pytest.fixture
def place(fresh: Any) -> Any:
    organizations = fresh.client("organizations")
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        kinds = [one["Type"] for one in organizations.list_roots()["Roots"][0]["PolicyTypes"]]
        if kind not in kinds:
            organizations.enable_policy_type(RootId=fresh.root, PolicyType=kind)
    return fresh


def attach(place: Any, target: str, *statements: dict[str, Any], kind: str = "SERVICE_CONTROL_POLICY") -> str:
    organizations = place.client("organizations")
    name = f"guardrail-{len(organizations.list_policies(Filter=kind)['Policies'])}"
    made = organizations.create_policy(Name=name, Description="-", Type=kind, Content=policy(*statements))
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)
    return str(made["Policy"]["PolicySummary"]["Arn"])


def session_of(place: Any, account: str, name: str, *statements: dict[str, Any], **role: Any) -> boto3.Session:
    """A session of a new role with these permissions."""
    iam = place.client("iam", account)
    trusted = {"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:root"}
    trust = policy({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **role)
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
    made: boto3.Session = place.sandbox.session(place.accounts[account], "eu-west-1", name)
    return made


@pytest.fixture
def denied() -> Callable[..., str]:
    def check(code: str, function: Callable[..., Any], **arguments: Any) -> str:
        with pytest.raises(ClientError) as caught:
            function(**arguments)
        assert caught.value.response["Error"]["Code"] == code, caught.value.response["Error"]
        return str(caught.value.response["Error"]["Message"])

    return check


CALLS: list[tuple[str, str, dict[str, Any], str, str, int]] = [
    ("cloudtrail", "stop_logging", {"Name": "trail"}, "cloudtrail:StopLogging", "AccessDeniedException", 400),
    ("kms", "create_key", {}, "kms:CreateKey", "AccessDeniedException", 400),
    ("organizations", "leave_organization", {}, "organizations:LeaveOrganization", "AccessDeniedException", 400),
    ("lambda", "list_functions", {}, "lambda:ListFunctions", "AccessDeniedException", 403),
    ("guardduty", "list_detectors", {}, "guardduty:ListDetectors", "AccessDeniedException", 403),
    ("iam", "create_user", {"UserName": "x"}, "iam:CreateUser", "AccessDenied", 403),
    ("s3", "create_bucket", {"Bucket": "some-name"}, "s3:CreateBucket", "AccessDenied", 403),
    ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs", "UnauthorizedOperation", 403),
    ("sns", "create_topic", {"Name": "x"}, "sns:CreateTopic", "AuthorizationError", 403),
    ("sqs", "list_queues", {}, "sqs:ListQueues", "AccessDenied", 400),
    ("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics", "AccessDenied", 400),
    ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines", "AccessDeniedException", 400),
]


def test_every_protocol_refuses_with_its_own_code_and_boto3_raises_the_class_that_the_service_models(
    place: Any,
) -> None:
    arn = attach(place, place.accounts["work"], deny([one[3] for one in CALLS]))
    for service, method, arguments, action, code, status in CALLS:
        client = place.client(service, "work")
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**arguments)
        answer = caught.value.response
        assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), service
        told = action.lower() if service == "sqs" else action
        assert f"is not authorized to perform: {told} on resource: " in answer["Error"]["Message"]
        assert answer["Error"]["Message"].endswith(f"with an explicit deny in a service control policy: {arn}")
        modelled = client.meta.service_model.shape_for_error_code(code)
        if modelled is not None:
            assert isinstance(caught.value, getattr(client.exceptions, modelled.name))


def test_guardrails_bind_by_the_tree_as_it_is_at_that_moment(place: Any, denied: Callable[..., str]) -> None:
    organizations, iam = place.client("organizations"), place.client("iam", "work")
    unit = organizations.create_organizational_unit(ParentId=place.root, Name="fenced")["OrganizationalUnit"]["Id"]
    attach(place, unit, deny("iam:ListUsers"))
    iam.list_users()
    organizations.move_account(AccountId=place.accounts["work"], SourceParentId=place.root, DestinationParentId=unit)
    denied("AccessDenied", iam.list_users)
    policies = organizations.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    own = next(one["Id"] for one in policies if not one["AwsManaged"])
    organizations.update_policy(PolicyId=own, Content=policy(deny("iam:ListGroups")))
    iam.list_users()
    denied("AccessDenied", iam.list_groups)
    organizations.detach_policy(PolicyId=own, TargetId=unit)
    iam.list_groups()


def test_the_management_account_is_bound_by_no_guardrail(place: Any) -> None:
    attach(place, place.root, deny("iam:ListUsers"))
    place.client("iam").list_users()


def test_who_am_i_is_never_denied(place: Any) -> None:
    attach(place, place.root, deny("*"))
    assert place.client("sts", "work").get_caller_identity()["Account"] == place.accounts["work"]


def test_what_no_policy_allows_is_denied_and_the_message_says_so(place: Any, denied: Callable[..., str]) -> None:
    reads = {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}
    work = session_of(place, "work", "reader", reads)
    work.client("ec2").describe_vpcs()
    text = denied("UnauthorizedOperation", work.client("ec2").describe_subnets)
    assert text.endswith("because no identity-based policy allows the ec2:DescribeSubnets action")


def test_a_boundary_and_a_session_policy_limit_and_are_named(place: Any, denied: Callable[..., str]) -> None:
    iam = place.client("iam", "work")
    made = iam.create_policy(PolicyName="limit", PolicyDocument=policy({**EVERYTHING, "Action": "ec2:*"}))
    work = session_of(place, "work", "bounded", EVERYTHING, PermissionsBoundary=made["Policy"]["Arn"])
    work.client("ec2").describe_vpcs()
    assert "because no permissions boundary allows" in denied("AccessDenied", work.client("iam").list_users)
    session_of(place, "work", "free", EVERYTHING)
    keys = place.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{place.accounts['work']}:role/free",
        RoleSessionName="narrow",
        Policy=policy({**EVERYTHING, "Action": "iam:ListUsers"}),
    )["Credentials"]
    narrow = place.sandbox._attached(
        "eu-west-1",
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        },
    )
    narrow.client("iam").list_users()
    assert "because no session policy allows" in denied("AccessDenied", narrow.client("iam").list_roles)


def test_resource_control_policies_bind_strangers_at_the_resource(place: Any, denied: Callable[..., str]) -> None:
    s3 = place.client("s3", "log")
    s3.create_bucket(Bucket="archive-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    everybody = {"AWS": [f"arn:aws:iam::{place.accounts['work']}:root"]}
    statement = {"Effect": "Allow", "Principal": everybody, "Action": "s3:PutObject"}
    s3.put_bucket_policy(Bucket="archive-1", Policy=policy({**statement, "Resource": "arn:aws:s3:::archive-1/*"}))
    other = place.client("s3", "work")
    other.put_object(Bucket="archive-1", Key="a", Body=b"x")
    rule = deny("s3:PutObject", Principal="*")
    attach(place, place.accounts["log"], rule, kind="RESOURCE_CONTROL_POLICY")
    text = denied("AccessDenied", other.put_object, Bucket="archive-1", Key="a", Body=b"x")
    assert "with an explicit deny in a resource control policy" in text
    attach(place, place.accounts["work"], deny("s3:GetObject", Principal="*"), kind="RESOURCE_CONTROL_POLICY")
    assert "no resource-based policy" in denied("AccessDenied", other.get_object, Bucket="archive-1", Key="a")


def test_passing_a_role_takes_its_own_permission(place: Any, denied: Callable[..., str]) -> None:
    functions = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    work = session_of(place, "work", "builder", functions)
    session_of(place, "work", "powerful", EVERYTHING)
    role = f"arn:aws:iam::{place.accounts['work']}:role/powerful"
    code = {"ZipFile": b"PK"}
    arguments = {"FunctionName": "f", "Runtime": "python3.12", "Handler": "a.b", "Code": code, "Role": role}
    text = denied("AccessDeniedException", work.client("lambda").create_function, **arguments)
    assert f"iam:PassRole on resource: {role}" in text


def test_conditions_see_the_request(place: Any, denied: Callable[..., str]) -> None:
    plain = {"Bool": {"ec2:Encrypted": "false"}}
    tagged = {"StringNotEquals": {"aws:RequestTag/team": "blue"}}
    far = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    attach(
        place,
        place.accounts["work"],
        {**deny("ec2:CreateVolume", Condition=plain), "Resource": "arn:aws:ec2:*:*:volume/*"},
        deny("sns:CreateTopic", Condition=tagged),
        deny("sqs:*", Condition=far),
    )
    ec2, sns = place.client("ec2", "work"), place.client("sns", "work")
    denied("UnauthorizedOperation", ec2.create_volume, AvailabilityZone="eu-west-1a", Size=1)
    ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1, Encrypted=True)
    denied("AuthorizationError", sns.create_topic, Name="x")
    sns.create_topic(Name="x", Tags=[{"Key": "team", "Value": "blue"}])
    place.client("sqs", "work").list_queues()
    denied("AccessDenied", place.client("sqs", "work", "us-east-1").list_queues)


def test_the_launch_is_decided_for_each_resource_that_it_touches(place: Any, denied: Callable[..., str]) -> None:
    tokens = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    statement = {**deny("ec2:RunInstances", Condition=tokens), "Resource": "arn:aws:ec2:*:*:instance/*"}
    attach(place, place.accounts["work"], statement)
    launch = place.client("ec2", "work").run_instances
    image = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    assert ":instance/*" in denied("UnauthorizedOperation", launch, **image)
    launch(**image, MetadataOptions={"HttpTokens": "required"})


def test_taking_apart_an_association_is_about_what_it_joins(place: Any) -> None:
    ec2 = place.client("ec2", "work")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    joined = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    arn = f"arn:aws:ec2:eu-west-1:{place.accounts['work']}:route-table/{table}"
    attach(place, place.accounts["work"], {**deny("ec2:DisassociateRouteTable"), "Resource": arn})
    with pytest.raises(ClientError, match=f"on resource: {arn} with an explicit deny"):
        ec2.disassociate_route_table(AssociationId=joined)


def test_a_dry_run_says_whether_the_call_would_be_allowed(place: Any, denied: Callable[..., str]) -> None:
    ec2 = place.client("ec2", "work")
    denied("DryRunOperation", ec2.describe_vpcs, DryRun=True)
    attach(place, place.accounts["work"], deny("ec2:DescribeVpcs"))
    denied("UnauthorizedOperation", ec2.describe_vpcs, DryRun=True)


def test_a_key_policy_and_grants_decide_about_a_key(place: Any, denied: Callable[..., str]) -> None:
    kms = place.client("kms", "log")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    user = session_of(place, "work", "user-of-keys", EVERYTHING)
    text = denied("AccessDeniedException", user.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    assert "because no resource-based policy allows the kms:Encrypt action" in text
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{place.accounts['work']}:role/user-of-keys",
        Operations=["Encrypt"],
    )
    user.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    denied("AccessDeniedException", user.client("kms").describe_key, KeyId=key)


def test_an_endpoint_policy_counts_for_requests_that_name_the_endpoint(place: Any) -> None:
    work = place.sandbox.session(place.accounts["work"], "eu-west-1")
    ec2 = work.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.eu-west-1.iam",
        PolicyDocument=policy({"Effect": "Allow", "Principal": "*", "Action": "iam:ListRoles", "Resource": "*"}),
    )
    iam = work.client("iam")
    iam.list_users()

    def through(params: Any, **_: Any) -> None:
        params["headers"]["x-bastide-source-vpce"] = made["VpcEndpoint"]["VpcEndpointId"]

    iam.meta.events.register_first("before-call.*.*", through)
    iam.list_roles()
    with pytest.raises(ClientError, match="because no VPC endpoint policy allows the iam:ListUsers action"):
        iam.list_users()


def test_the_judgement_names_what_decided_and_denied_calls_are_not_journaled(place: Any) -> None:
    arn = attach(place, place.accounts["work"], deny("iam:CreateUser"))
    seen: list[Any] = []
    record = place.sandbox.front.record
    place.sandbox.front.record = lambda call, response: (seen.append(call), record(call, response))
    iam = place.client("iam", "work")
    before = place.sandbox.front.sequence
    with pytest.raises(ClientError):
        iam.create_user(UserName="x")
    place.sandbox.front.record = record
    part = seen[-1].judgement.refusing
    assert (part.action, part.policy_type, part.policy_arn, part.sid) == ("iam:CreateUser", "scp", arn, "No")
    assert part.resource == f"arn:aws:iam::{place.accounts['work']}:user/x"
    assert place.sandbox.front.sequence == before


def test_a_bare_sandbox_enforces_nothing() -> None:
    sandbox = Sandbox(enforce=False)
    iam = sandbox.session().client("iam")
    iam.create_user(UserName="nobody")
    keys = iam.create_access_key(UserName="nobody")["AccessKey"]
    pair = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
    sandbox._attached("us-east-1", pair | {"aws_session_token": None}).client("iam").list_users()
    sandbox.front.authorize = Sandbox().front.authorize
    with pytest.raises(ClientError, match="no identity-based policy allows the iam:ListUsers action"):
        sandbox._attached("us-east-1", pair | {"aws_session_token": None}).client("iam").list_users()


# ── unsigned and presigned ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def open_bucket(place: Any) -> Iterator[tuple[Any, str]]:
    s3 = place.client("s3", "log")
    s3.create_bucket(Bucket="public-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="public-1", Key="a", Body=b"hello")
    yield s3, "https://public-1.s3.eu-west-1.amazonaws.com/a"


def test_an_unsigned_request_reads_only_what_a_public_policy_opens(place: Any, open_bucket: tuple[Any, str]) -> None:
    s3, url = open_bucket
    anonymous = HttpRequest("GET", url, ())
    assert place.sandbox.answer(anonymous).status == 403
    s3.put_public_access_block(Bucket="public-1", PublicAccessBlockConfiguration={"BlockPublicPolicy": False})
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::public-1/*"}
    s3.put_bucket_policy(Bucket="public-1", Policy=policy(statement))
    assert place.sandbox.answer(anonymous).body == b"hello"
    assert place.sandbox.answer(HttpRequest("DELETE", url, ())).status == 403
    s3.put_public_access_block(
        Bucket="public-1", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True, "BlockPublicPolicy": False}
    )
    assert place.sandbox.answer(anonymous).status == 403


def test_a_presigned_url_works_until_it_expires(place: Any, open_bucket: tuple[Any, str]) -> None:
    s3, _ = open_bucket
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "public-1", "Key": "a"}, ExpiresIn=60)
    assert place.sandbox.answer(HttpRequest("GET", url, ())).body == b"hello"
    late = (
        url.replace("X-Amz-Date=20", "X-Amz-Date=19")
        if "X-Amz-Date" in url
        else url.replace("Expires=", "Expires=1&x=")
    )
    answer = place.sandbox.answer(HttpRequest("GET", late, ()))
    assert answer.status == 403 and b"<Code>AccessDenied</Code><Message>Request has expired" in answer.body
    broken = HttpRequest("GET", url.replace("Expires=", "Expires=soon"), ())
    assert place.sandbox.answer(broken).status == 400


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ((("Authorization", "nonsense"),), b"", b"IncompleteSignature"),
        ((("X-Amz-Target", "TrentService.ListKeys"),), b"{}", b"MissingAuthenticationToken"),
        ((), b"Action=ListUsers&Version=2010-05-08", b"MissingAuthenticationToken"),
    ],
)
def test_what_is_not_signed_properly_is_refused(
    place: Any, headers: tuple[tuple[str, str], ...], body: bytes, code: bytes
) -> None:
    answer = place.sandbox.answer(HttpRequest("POST", "https://iam.amazonaws.com/", headers, body))
    assert answer.status in (400, 403) and code in answer.body


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/../../b", "..%2f..%2fx", "a//b", "%00"])
def test_a_key_is_the_resource_that_it_says_whatever_it_looks_like(
    place: Any, open_bucket: tuple[Any, str], denied: Callable[..., str], key: str
) -> None:
    prefix = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::public-1/mine/*"}
    work = session_of(place, "log", f"own-{abs(hash(key))}", prefix)
    denied("AccessDenied", work.client("s3").put_object, Bucket="public-1", Key=key, Body=b"x")
    work.client("s3").put_object(Bucket="public-1", Key=f"mine/{key.strip('%')}x", Body=b"x")
