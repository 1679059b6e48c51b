"""ARNs: six parts, of which the last may hold colons and slashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.model import Arn

PART = st.text(st.characters(exclude_characters=":", codec="utf-8"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "service", "region", "account", "kind", "name"),
    [
        ("arn:aws:s3:::my-bucket", "s3", "", "", "", "my-bucket"),
        ("arn:aws:s3:::my-bucket/a/b:c", "s3", "", "", "my-bucket", "a/b:c"),
        ("arn:aws:iam::123456789012:role/team/deploy", "iam", "", "123456789012", "role", "team/deploy"),
        ("arn:aws:iam::123456789012:root", "iam", "", "123456789012", "", "root"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:topic", "sns", "cn-north-1", "123456789012", "", "topic"),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:f:7",
            "lambda",
            "eu-west-1",
            "123456789012",
            "function",
            "f:7",
        ),
        ("arn:aws:logs:eu-west-1:1:log-group:/aws/x:*", "logs", "eu-west-1", "1", "log-group", "/aws/x:*"),
        ("arn:aws:apigateway:eu-west-1::/restapis/a", "apigateway", "eu-west-1", "", "", "/restapis/a"),
    ],
)
def test_the_parts_of_an_arn(text: str, service: str, region: str, account: str, kind: str, name: str) -> None:
    arn = Arn.parse(text)
    assert (arn.service, arn.region, arn.account) == (service, region, account)
    assert (arn.resource_type, arn.resource_id) == (kind, name)


@pytest.mark.parametrize(
    "text",
    ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "urn:aws:s3:::b", "arn::s3:::b", "arn:aws::::b", "*", "my-bucket"],
)
def test_what_is_no_arn_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not an ARN") as error:
        Arn.parse(text)
    assert error.value.problems[0].fix == "write arn:partition:service:region:account:resource"


@given(PART, PART, PART | st.just(""), PART | st.just(""), st.text(min_size=1, max_size=20))
def test_parsing_what_was_rendered_gives_the_same_arn(
    partition: str, service: str, region: str, account: str, resource: str
) -> None:
    arn = Arn(partition, service, region, account, resource)
    assert Arn.parse(str(arn)) == arn


@given(st.text(min_size=1, max_size=20))
def test_type_and_id_together_are_the_resource_part(resource: str) -> None:
    arn = Arn("aws", "s3", "", "", resource)
    kind, name = arn.resource_type, arn.resource_id
    assert name == resource if not kind else resource in (f"{kind}/{name}", f"{kind}:{name}")
