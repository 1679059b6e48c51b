"""Guard files as controls: each rule on each resource that it names, failures where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bastide.assess import run
from bastide.declare.own_controls.read import read_controls
from bastide.errors import InputError
from bastide.model import Estate, Resource, Unknown

RULES = """
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]
let policies = Resources.*[ Type == 'AWS::S3::BucketPolicy' ]

rule VERSIONED when %buckets !empty {
    %buckets.Properties.VersioningConfiguration.Status == 'Enabled' << keep versions >>
}

rule HAS_POLICY when %buckets !empty {
    %policies !empty << there is no policy >>
}
"""


def bucket(name: str, **properties: object) -> Resource:
    """A bucket of a template."""
    return Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", name, properties)


def said(file: Path, *resources: Resource) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Status, reason and path by control and resource."""
    found = run(Estate(resources=resources), read_controls([file]), include_passes=True).findings
    return {(one.control, one.resource.id): (str(one.status), one.reason, one.path) for one in found}


def test_each_rule_is_a_control_of_each_type_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "own.guard"
    file.write_text(RULES)
    assert [(one.id, one.resource_type) for one in read_controls([tmp_path])] == [
        ("guard-has-policy-aws-s3-bucket", "AWS::S3::Bucket"),
        ("guard-has-policy-aws-s3-bucketpolicy", "AWS::S3::BucketPolicy"),
        ("guard-versioned", "AWS::S3::Bucket"),
    ]


def test_failures_are_where_they_belong(tmp_path: Path) -> None:
    file = tmp_path / "own.guard"
    file.write_text(RULES)
    good = bucket("good", VersioningConfiguration={"Status": "Enabled"})
    found = said(file, good, bucket("bad"), bucket("unread", VersioningConfiguration=Unknown("a parameter")))
    assert found["guard-versioned", "good"][0] == "PASS"
    assert found["guard-versioned", "bad"][:2] == ("FAIL", "keep versions (line 6)")
    assert found["guard-versioned", "unread"][0] == "UNKNOWN"
    assert found["guard-has-policy-aws-s3-bucket", "good"][0] == "FAIL"
    policy = Resource("AWS::S3::BucketPolicy", "111111111111", "eu-west-1", "p", {"Bucket": "good"})
    assert said(file, good, policy)["guard-has-policy-aws-s3-bucket", "good"][0] == "PASS"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("rule R { Resources exists }", "names no resource type"),
        ("rule R { a == count(b) }", "not translated"),
        ("rule R { AWS::S3::Bukket { a exists } }", "names no resource type"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "own.guard"
    file.write_text(text)
    with pytest.raises(InputError, match=what) as refused:
        read_controls([file])
    assert refused.value.problems[0].where == f"{file}:1"
