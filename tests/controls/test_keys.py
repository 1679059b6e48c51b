"""``customer_key``: whose key a name is, from every form of a name and everything that an estate may know of keys."""

from __future__ import annotations

import pytest

from bastide.controls.check import Scene
from bastide.controls.data_file import parse_control
from bastide.controls.keys import is_customers
from bastide.model import Estate, Gap, Origin, Resource, Status, Unknown

HERE, ELSEWHERE, REGION = "222222222222", "333333333333", "eu-west-1"
ID = "0f1c3b7e-93f1-4f0a-9f62-5d3b9b6a0c11"
KEY, PENDING = "AWS::KMS::Key", "Bastide::KMS::PendingKey"
OBSERVED, TEMPLATE, RECORDED = "observed", "template", "recorded"


def arn(id: str = ID, account: str = HERE, region: str = REGION, partition: str = "aws") -> str:
    return f"arn:{partition}:kms:{region}:{account}:key/{id}"


def key(kind: str = KEY, manager: object = None, account: str = HERE, region: str = REGION) -> Resource:
    properties = {} if manager is None else {"KeyManager": manager}
    return Resource(kind, account, region, ID, properties, arn(account=account, region=region))


def said(
    name: object, *keys: Resource, source: str = OBSERVED, gaps: tuple[Gap, ...] = (), region: str = REGION
) -> object:
    """True, False, or the reason why nobody can tell."""
    volume = Resource("AWS::EC2::Volume", HERE, region, "vol-1", {"KmsKeyId": name}, "", Origin(source))
    found = is_customers(name, Scene(volume, Estate((volume, *keys), None, gaps, (REGION,))))
    return found.reason if isinstance(found, Unknown) else found


@pytest.mark.parametrize("source", [OBSERVED, TEMPLATE, RECORDED, "declared"])
@pytest.mark.parametrize(
    "name",
    [
        "alias/aws/ebs",
        "aws/ebs",
        f"arn:aws:kms:{REGION}:{HERE}:alias/aws/s3",
        f"arn:aws-us-gov:kms:us-gov-west-1:{HERE}:alias/aws/secretsmanager",
    ],
)
def test_an_alias_of_aws_names_a_key_of_aws_wherever_it_stands(name: str, source: str) -> None:
    assert said(name, source=source, gaps=(Gap(KEY, HERE, REGION, "AccessDenied"),)) is False


@pytest.mark.parametrize("source", [OBSERVED, TEMPLATE, RECORDED, "declared"])
@pytest.mark.parametrize("name", ["alias/data", "alias/awsome", f"arn:aws:kms:{REGION}:{HERE}:alias/data/aws/x"])
def test_any_other_alias_names_a_key_of_the_customer(name: str, source: str) -> None:
    assert said(name, source=source) is True


@pytest.mark.parametrize("name", [ID, f"key/{ID}", arn(), arn(partition="aws-cn")])
def test_a_key_that_the_account_lists_is_the_customers_and_one_that_it_does_not_is_of_aws(name: str) -> None:
    assert said(name, key()) is True
    assert said(name, key(manager="CUSTOMER")) is True
    assert said(name, key(kind=PENDING)) is True, "a key that waits for its deletion is the customer's still"
    assert said(name) is False


def test_a_key_of_another_account_is_the_customers_as_those_of_aws_serve_their_own_account() -> None:
    assert said(arn(account=ELSEWHERE)) is True
    assert said(arn(account=ELSEWHERE), gaps=(Gap(KEY, HERE, REGION, "AccessDenied"),)) is True


@pytest.mark.parametrize("kind", [KEY, PENDING])
def test_where_keys_could_not_be_listed_nobody_knows_whose_an_unlisted_key_is(kind: str) -> None:
    gap = Gap(kind, HERE, REGION, "AccessDenied")
    assert said(arn(), gaps=(gap,)) == (
        f"whether the key is one that AWS manages: {kind} could not be listed (AccessDenied)"
    )
    assert said(arn(), key(), gaps=(gap,)) is True
    assert said(arn(), gaps=(Gap(kind, ELSEWHERE, REGION, "AccessDenied"), Gap(kind, HERE, "us-east-1", "x"))) is False


def test_keys_of_a_region_that_was_not_looked_at_are_not_known() -> None:
    reason = "whether the key is one that AWS manages: the keys of Region us-east-1 were not looked at"
    assert said(arn(region="us-east-1")) == reason
    assert said(arn(region="us-east-1"), key(region="us-east-1")) is True
    assert said(ID, region="global") == reason.replace("us-east-1", "global")


def test_a_key_that_a_template_names_is_the_customers_unless_something_says_otherwise() -> None:
    assert said(arn(), source=TEMPLATE) is True
    assert said("mrk-1234", source="declared") is True
    assert said(arn(), key(manager="AWS"), source=TEMPLATE) is False


def test_recorded_keys_say_who_manages_them_and_one_that_is_not_recorded_may_be_of_either() -> None:
    assert said(arn(), key(manager="AWS"), source=RECORDED) is False
    assert said(arn(), key(manager="CUSTOMER"), source=RECORDED) is True
    assert said(arn(), source=RECORDED) == "the files hold no such key: AWS manages it, or it was not recorded"


def test_a_key_that_may_not_be_described_is_not_known() -> None:
    assert said(arn(), key(manager=Unknown("AccessDenied"))) == "whose key it is: AccessDenied"


@pytest.mark.parametrize("name", ["arn:aws:s3:::bucket", "arn:k", "a/b"])
def test_what_names_no_key_is_not_known_in_an_account_and_let_be_in_a_template(name: str) -> None:
    assert said(name) == "not the id, ARN or alias of a KMS key"
    assert said(name, source=TEMPLATE) is True


def test_the_word_makes_a_control_read_the_keys_and_no_key_is_none_of_the_customers() -> None:
    text = """title: Volumes have their own key
resource_type: AWS::EC2::Volume
severity: low
maps_to: [Bastide:x]
source: x
remediation: x.
check: {not: {all_of: [{property: Encrypted, default: false, is: false}, {property: KmsKeyId, customer_key: true}]}}
cases: []
"""
    control = parse_control(text, "x")
    assert control.reads == (KEY, PENDING)
    assert control.relational
    plain = parse_control(text.replace(", {property: KmsKeyId, customer_key: true}", ""), "x")
    assert (plain.reads, plain.relational) == ((), False)
    own = parse_control(text.replace("not: {all_of: [{property: Encrypted, default: false, is: false}, ", "all_of: [")
                        .replace("true}]}}", "true}]}"), "x")  # fmt: skip
    for properties in ({}, {"KmsKeyId": ""}, {"KmsKeyId": "alias/aws/ebs"}):
        verdict = own.verdict(Resource("AWS::EC2::Volume", HERE, REGION, "v", properties), Estate())
        assert (verdict.status, verdict.reason, verdict.path) == (
            Status.FAIL, "the key is one that AWS manages", "KmsKeyId",
        )  # fmt: skip
