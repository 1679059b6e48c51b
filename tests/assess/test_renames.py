"""A finding in a template that was renamed is not a new one, and what is only alike is."""

import json
from dataclasses import replace

import pytest

from bastide.assess import Baseline, parse_baseline, parse_gate
from bastide.model import Finding, Origin, ResourceKey, Severity, Status
from bastide.model.provisional import short_id

LOGICAL = ("Web", "Db", "Admin", "Lb")


def found(file: str, *logical: str, control: str = "ssh-closed", status: Status = Status.FAIL) -> list[Finding]:
    """A finding for each logical id of a file, on a resource that is called after both."""
    return [
        Finding(
            control,
            "",
            Severity.HIGH,
            status,
            ResourceKey("AWS::EC2::SecurityGroup", "1" * 12, "eu-west-1", short_id("sg", file, name)),
            origin=Origin("template", file, 3, detail=name),
        )
        for name in logical
    ]


def baseline_of(*findings: Finding, when: str = "2026-01-01T00:00:00Z") -> Baseline:
    """What a run that found these wrote, read again."""
    items = [
        {
            "id": one.id,
            "control": one.control,
            "status": one.status,
            "resource": {
                **one.resource._asdict(),
                "logical_id": one.origin.detail,
                "origin": {"source": one.origin.source, "file": one.origin.file},
            },
        }
        for one in findings
    ]
    return parse_baseline(json.dumps({"generated_at": when, "findings": items}).encode())


def test_a_renamed_file_has_no_new_findings_and_none_that_are_gone() -> None:
    baseline = baseline_of(*found("old.yaml", *LOGICAL), *found("same.yaml", "Web"))
    now = [*found("new.yaml", *LOGICAL), *found("same.yaml", "Web")]
    assert baseline.new(now) == ()
    assert baseline.gone(now) == ()
    assert parse_gate("high,new").hits(now, baseline) == ()
    assert baseline.made_at == "2026-01-01T00:00:00Z"


def test_what_is_added_to_a_renamed_file_is_new() -> None:
    baseline = baseline_of(*found("old.yaml", *LOGICAL))
    now = [*found("new.yaml", *LOGICAL), *found("new.yaml", "Fresh")]
    assert [one.origin.detail for one in baseline.new(now)] == ["Fresh"]


def test_a_copy_is_new_since_the_file_is_still_there() -> None:
    now = [*found("old.yaml", *LOGICAL), *found("copy.yaml", *LOGICAL)]
    assert {one.origin.file for one in baseline_of(*found("old.yaml", *LOGICAL)).new(now)} == {"copy.yaml"}


def test_a_file_that_is_hardly_alike_is_another() -> None:
    baseline = baseline_of(*found("old.yaml", "Web", "Db", "Admin"))
    now = found("new.yaml", "Web", "Other", "More")
    assert len(baseline.new(now)) == 3
    assert len(baseline.gone(now)) == 3


def test_one_file_is_taken_for_one_only_and_that_of_the_same_name_first() -> None:
    baseline = baseline_of(*found("a/net.yaml", *LOGICAL))
    now = [*found("b/else.yaml", *LOGICAL), *found("b/net.yaml", *LOGICAL)]
    assert {one.origin.file for one in baseline.new(now)} == {"b/else.yaml"}


def test_an_unknown_that_fails_in_the_renamed_file_is_new() -> None:
    baseline = baseline_of(*found("old.yaml", *LOGICAL, status=Status.UNKNOWN))
    assert len(baseline.new(found("new.yaml", *LOGICAL))) == len(LOGICAL)


def test_a_nested_file_keeps_its_findings_when_what_nests_it_is_renamed() -> None:
    before, after = found("old.yaml/Child", "Web"), found("new.yaml/Child", "Web")
    place = Origin("template", "child.yaml", 3, detail="Web")
    baseline = baseline_of(*(replace(one, origin=place) for one in before))
    assert baseline.new([replace(one, origin=place) for one in after]) == ()


def test_a_resource_with_a_name_of_its_own_that_is_replaced_is_another() -> None:
    old, new = (
        replace(found("t.yaml", "Web")[0], resource=ResourceKey("AWS::S3::Bucket", "1" * 12, "eu-west-1", name))
        for name in ("logs", "logs-2")
    )
    assert baseline_of(old).new([new]) == (new,)


@pytest.mark.parametrize("resource", [None, 7, {}, {"origin": 3}, {"origin": {"source": "template"}, "id": None}])
def test_a_baseline_that_says_less_is_still_one(resource: object) -> None:
    text = json.dumps([{"id": "x", "status": "FAIL", "resource": resource}]).encode()
    assert parse_baseline(text).statuses == {"x": Status.FAIL}
