"""What is not known never makes a verdict better: a FAIL whose facts become unknown is FAIL or UNKNOWN, not PASS."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.assess import run_doubtful
from bastide.controls import all_controls
from bastide.declare.templates import Reading
from bastide.model import Status
from tests.declare.terraform.plans import configured, plan, read, refs, resource, root

PUBLIC = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}'
ADMIN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
# Resources that fail a control each: by it the values that are wrong.
WRONG: Mapping[str, list[tuple[str, dict[str, Any]]]] = {
    "ec2-security-group-ssh-closed": [("aws_security_group.g", {"name": "g", "vpc_id": "vpc-1", "ingress": [
        {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}]})],
    "ec2-volume-encrypted": [("aws_ebs_volume.v", {"size": 8, "encrypted": False, "availability_zone": "eu-west-1a"})],
    "kms-key-rotation-enabled": [("aws_kms_key.k", {"enable_key_rotation": False, "policy": '{"Statement": []}'})],
    "ec2-instance-requires-imdsv2": [("aws_instance.i", {"ami": "ami-1", "metadata_options": [
        {"http_tokens": "optional", "http_endpoint": "enabled", "http_put_response_hop_limit": 1}]})],
    "cloudtrail-log-validation": [
        ("aws_cloudtrail.t", {"name": "t", "s3_bucket_name": "b", "enable_log_file_validation": False})],
    "iam-policy-no-full-administration": [("aws_iam_policy.p", {"name": "p", "policy": ADMIN})],
    "s3-bucket-versioning-enabled": [
        ("aws_s3_bucket.b", {"bucket": "b", "force_destroy": False}),
        ("aws_s3_bucket_versioning.b", {"bucket": "b", "versioning_configuration": [{"status": "Suspended"}]})],
    "s3-bucket-public-access-blocked": [
        ("aws_s3_bucket.b", {"bucket": "b"}),
        ("aws_s3_bucket_public_access_block.b", {"bucket": "b", "block_public_acls": True, "block_public_policy": False,
                                                 "ignore_public_acls": True, "restrict_public_buckets": True})],
    "s3-bucket-not-publicly-readable": [
        ("aws_s3_bucket.b", {"bucket": "b"}),
        ("aws_s3_bucket_policy.b", {"bucket": "b", "policy": PUBLIC}),
        ("aws_s3_bucket_public_access_block.b", {"bucket": "b", "block_public_acls": False,
                                                 "block_public_policy": False, "ignore_public_acls": False,
                                                 "restrict_public_buckets": False})],
    "iam-user-no-direct-policies": [
        ("aws_iam_user.u", {"name": "u", "path": "/"}),
        ("aws_iam_user_policy_attachment.u", {"user": "u", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})],
}  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def hide(values: Any, path: tuple[Any, ...]) -> tuple[Any, Any]:
    """The values without what stands at a path, and the tree that marks it unknown, in Terraform's form."""
    if not path:
        return None, True
    key, *rest = path
    if isinstance(values, list):
        inner, mark = hide(values[key], tuple(rest))
        marks: list[Any] = [{} if isinstance(one, Mapping) else False for one in values]
        marks[key] = mark
        return [inner if index == key else one for index, one in enumerate(values)], marks
    inner, mark = hide(values[key], tuple(rest))
    kept = {name: one for name, one in values.items() if name != key}
    return (kept if mark is True else {**kept, key: inner}), {key: mark}


def verdicts(reading: Reading, control: str) -> set[Status]:
    """The verdicts of one control, on whatever it judges."""
    found = run_doubtful(
        reading.estate, reading.doubts, all_controls(), stand_ins=reading.stand_ins, include_passes=True
    )
    return {one.status for one in found.findings if one.control == control}


@pytest.mark.parametrize("control", sorted(WRONG))
def test_each_example_fails_when_all_is_known(control: str) -> None:
    assert Status.FAIL in verdicts(read(plan(*(resource(*one) for one in WRONG[control]))), control)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_becomes_unknown_never_turns_a_failure_into_a_pass(data: st.DataObject) -> None:
    control = data.draw(st.sampled_from(sorted(WRONG)))
    number = data.draw(st.integers(0, len(WRONG[control]) - 1))
    told = data.draw(st.booleans())
    bodies = copy.deepcopy(WRONG[control])
    address, values = bodies[number]
    path = data.draw(st.sampled_from(places(values)))
    hidden, mark = hide(values, path)
    bodies[number] = (address, hidden)
    expressions = {key: refs("module.elsewhere.value") if key == path[0] else one for key, one in values.items()}
    configuration = root(configured(address, expressions)) if told else {}
    document = plan(*(resource(*one) for one in bodies), unknown={address: mark}, configuration=configuration)
    found = verdicts(read(document), control)
    if path[0] in ("bucket", "name"):  # then what belongs to it is judged under the name that it gives
        found -= {Status.PASS}
    assert Status.PASS not in found, (address, path)
    assert found, "what is unknown is not left out"
