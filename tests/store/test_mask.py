"""Secrets are masked by type and by form, and a change of one still shows."""

from __future__ import annotations

import pytest

from bastide.store import MASKED, is_masked, mask

ACCESS_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("kind", "properties", "secret"),
    [
        ("AWS::Lambda::Function", {"Environment": {"Variables": {"DB": "hunter2"}}}, "hunter2"),
        ("AWS::EC2::Instance", {"UserData": "aHVudGVyMg=="}, "aHVudGVyMg"),
        ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"UserData": "aHVudGVyMg=="}}, "aHVudGVyMg"),
        ("AWS::RDS::DBInstance", {"MasterUserPassword": "hunter2"}, "hunter2"),
        ("AWS::IAM::User", {"LoginProfile": {"Password": "hunter2"}}, "hunter2"),
        (
            "AWS::ECS::TaskDefinition",
            {"ContainerDefinitions": [{"Environment": [{"Name": "DB", "Value": "hunter2"}]}]}, "hunter2",
        ),
        ("AWS::S3::Bucket", {"Note": f"key {ACCESS_KEY}."}, ACCESS_KEY),
        ("AWS::SSM::Document", {"Content": {"x": [PEM]}}, "MIIEow"),
        ("AWS::SNS::Subscription", {"Endpoint": "https://user:hunter2@example.com/x"}, "hunter2"),
    ],
)  # fmt: skip
def test_a_secret_does_not_come_through(kind: str, properties: dict[str, object], secret: str) -> None:
    masked = mask(kind, properties)
    assert secret not in str(masked)
    assert is_masked(masked)
    assert mask(kind, masked) == masked or MASKED in str(mask(kind, masked))


def test_everything_else_stays_as_it_is() -> None:
    properties = {"Name": "x", "Arn": "arn:aws:s3:::x", "List": [1, None, True], "Url": "https://example.com/a@b"}
    assert mask("AWS::S3::Bucket", properties) == properties
    assert not is_masked(properties)


def test_names_of_variables_stay_and_a_changed_secret_shows() -> None:
    one, two = (mask("AWS::Lambda::Function", {"Environment": {"Variables": {"DB": value}}}) for value in ("a", "b"))
    assert one != two
    assert list(one["Environment"]["Variables"]) == ["DB"]
