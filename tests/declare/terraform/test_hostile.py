"""Whatever stands in a document, reading it ends in an estate or in an InputError."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.collect.recorded import estate_of_items, is_recorded
from bastide.declare.templates import Settings
from bastide.declare.terraform import estate_of_terraform, is_terraform
from bastide.errors import InputError
from bastide.model import Unknown
from tests.declare.terraform.plans import configured, one, plan, read, refs, resource, root

ODD: list[Any] = [None, True, 0, -1.5, "", "x", "[]", "{bad", [], {}, [None], [[]], {"value": "x"}, 10**30, "arn:x"]
PLAN = plan(
    resource("aws_s3_bucket.b", {"bucket": "b", "tags": {"a": "b"}, "versioning": [{"enabled": True}]}),
    resource("aws_s3_bucket_policy.b", {"bucket": "b", "policy": '{"Statement": []}'}),
    resource("aws_security_group_rule.r", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "from_port": 1}),
    resource("aws_network_acl.n", {"ingress": [{"rule_no": 1, "action": "allow"}]}),
    resource("aws_opensearch_domain.o", {"log_publishing_options": [{"log_type": "AUDIT_LOGS", "enabled": True}]}),
    unknown={"aws_s3_bucket_policy.b": {"bucket": True}, "aws_s3_bucket.b": {"tags": {"a": True}}},
    configuration=root(configured("aws_s3_bucket_policy.b", {"bucket": refs("aws_s3_bucket.b.id")})),
)
ITEM = {
    "resourceType": "AWS::EC2::SecurityGroup", "awsAccountId": "111122223333", "awsRegion": "eu-west-1",
    "configuration": {"groupId": "sg-1", "ipPermissions": [{"ipv4Ranges": [{"cidrIp": "0.0.0.0/0"}]}]},
    "supplementaryConfiguration": {"x": "{}"}, "tags": {"a": "b"},
    "configurationItemCaptureTime": "2026-01-01T00:00:00Z",
}  # fmt: skip
QUERY = {"Results": [json.dumps(ITEM)], "QueryInfo": {"SelectFields": [{"Name": "configuration"}]}}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in items for found in places(inner, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document with another value at a path."""
    if not path:
        return value
    made = copy.deepcopy(document)
    inside = made
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    return made


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(places(PLAN)), st.sampled_from(ODD))
def test_a_plan_with_anything_anywhere_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    document = changed(PLAN, path, value)
    if is_terraform(document):
        try:
            read(document)
        except InputError as error:
            assert "plan.json" in str(error)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from([{"configurationItems": [ITEM]}, QUERY, {"configurationItem": ITEM}]))
def test_items_with_anything_anywhere_are_read_or_told(data: st.DataObject, document: Any) -> None:
    found = changed(document, data.draw(st.sampled_from(places(document))), data.draw(st.sampled_from(ODD)))
    if is_recorded(found):
        estate_of_items({"f": found})


def nested(depth: int) -> Any:
    """A mapping in a mapping, ``depth`` times."""
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("depth", [200, 5_000])
def test_values_that_are_nested_too_deeply_are_refused_with_their_address(depth: int) -> None:
    document = plan(resource("aws_s3_bucket.b", {}))
    document["planned_values"]["root_module"]["resources"][0]["values"] = {"tags": nested(depth)}

    with pytest.raises(InputError, match=r"values of aws_s3_bucket\.b are nested more than 100 deep"):
        estate_of_terraform({"f": (document, b"")}, Settings())
    reading = estate_of_items({"f": {"configurationItems": [{**ITEM, "configuration": nested(depth)}]}})
    assert reading.incomplete
    assert "nested too deeply" in reading.notes[0].text


def test_a_policy_that_is_nested_too_deeply_is_unknown() -> None:
    deep = '{"a":' * 500 + "1" + "}" * 500
    found = one(read(plan(resource("aws_iam_policy.p", {"name": "p", "policy": deep}))), "aws_iam_policy.p")
    assert isinstance(found.get("PolicyDocument"), Unknown)
